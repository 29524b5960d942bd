/* bb-playback-decode.c: decodes around the position
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeps a window of decoded frames without a gap: some behind the cursor for stepping back, the one
 * at the cursor, and those ahead that the device needs next. A recipe that changes finds all of
 * them there.
 */

#include "bb-playback-private.h"

#include "bb-niceness.h"
#include "blurbox.h"

/* Times that are rounded to the microsecond still find the frame they mean, as in bb_source_seek(). */
#define TOLERANCE 1000

/* Decoding on is quicker than going to a keyframe and decoding from there. */
#define NEAR_FRAMES 8

/* Frames that a step goes at once; longer ones go in parts. */
#define MAX_STEP 8

/* Decoded ahead while paused, so that playing and stepping begin at once. */
#define FRAMES_AHEAD_PAUSED 3

static BbPlaybackFrame *
last_frame (BbPlayback *self)
{
  return self->decoded.frames->len > 0
           ? bb_playback_get_frame (self, (int) self->decoded.frames->len - 1)
           : NULL;
}

static BbPlaybackFrame *
new_frame (BbPlayback *self, BbFrame *frame)
{
  BbPlaybackFrame *decoded = g_new0 (BbPlaybackFrame, 1);

  decoded->frame = frame;
  decoded->time = bb_source_info_get_time (&self->file.info, frame->pts);
  decoded->end = bb_source_info_get_time (&self->file.info, frame->pts + frame->duration);
  self->figures.gpu_decodes = frame->memory == BB_MEMORY_DEVICE;
  g_set_str (&self->figures.decode_notice, bb_source_get_notice (self->file.source));
  return decoded;
}

/* Reads the next frame, with the lock released meanwhile. An empty pointer without an error is the
 * end. */
static BbFrame *
read_frame (BbPlayback *self, GCancellable *cancellable, GError **error)
{
  gint64 start;
  double seconds;
  BbFrame *frame;

  g_mutex_unlock (&self->lock);
  start = g_get_monotonic_time ();
  frame = bb_source_read (self->file.source, cancellable, error);
  seconds = bb_playback_seconds_since (start);
  g_mutex_lock (&self->lock);
  if (frame != NULL)
    bb_meter_add (&self->figures.decode, g_get_monotonic_time (), seconds, 1);
  return frame;
}

static void
handle_error (BbPlayback *self, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else
    bb_playback_fail (self, error);
}

/* Reads a frame to the window's end. Whether there was one. */
static gboolean
read_on (BbPlayback *self)
{
  GError *error = NULL;
  BbFrame *frame = read_frame (self, self->closing, &error);

  if (frame == NULL)
    {
      self->decoded.ended = TRUE;
      if (error != NULL)
        handle_error (self, error);
    }
  else
    g_ptr_array_add (self->decoded.frames, new_frame (self, frame));
  g_cond_broadcast (&self->effect_cond);
  g_cond_broadcast (&self->clock_cond);
  return frame != NULL;
}

/* The frame of the window that is shown at @time; -1 where it is not there. */
static int
find (BbPlayback *self, gint64 time)
{
  const BbPlaybackFrame *last = last_frame (self);

  if (last == NULL)
    return -1;
  time += TOLERANCE;
  if (time < bb_playback_get_frame (self, 0)->time)
    return bb_playback_get_frame (self, 0)->time <= self->file.first_time ? 0 : -1;
  if (time >= last->end)
    return self->decoded.ended ? (int) self->decoded.frames->len - 1 : -1;
  for (int i = (int) self->decoded.frames->len - 1; i >= 0; i--)
    if (bb_playback_get_frame (self, i)->time <= time)
      return i;
  return -1;
}

static gboolean
is_near (BbPlayback *self, gint64 time)
{
  const BbPlaybackFrame *last = last_frame (self);

  return last != NULL && !self->decoded.ended && time + TOLERANCE >= last->end &&
         time - last->end < NEAR_FRAMES * self->file.frame_duration;
}

/* The last frame of the file, whose times may not tell how long it is. */
static BbFrame *
read_last (BbPlayback *self, gint64 time, GCancellable *cancellable, GError **error)
{
  gint64 back = 4 * self->file.frame_duration;
  gint64 from;

  if (self->file.info.duration > 0)
    time = MIN (time, self->file.info.duration);
  do
    {
      BbFrame *last = NULL;
      BbFrame *frame;
      GError *failure = NULL;

      from = MAX (time - back, 0);
      back *= 4;
      if (!bb_source_seek (self->file.source, from, cancellable, error))
        return NULL;
      while ((frame = bb_source_read (self->file.source, cancellable, &failure)) != NULL)
        {
          g_clear_pointer (&last, bb_frame_unref);
          last = frame;
        }
      if (failure != NULL)
        {
          g_clear_pointer (&last, bb_frame_unref);
          g_propagate_error (error, failure);
        }
      if (last != NULL || failure != NULL)
        return last;
    }
  while (from > 0);
  return NULL;
}

/* Goes to the frame that is shown at @time through the file. Whether it got there; the window has
 * that frame alone then, and is empty otherwise. */
static gboolean
land (BbPlayback *self, gint64 time)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BbDevice) device = self->made.device != NULL ? g_object_ref (self->made.device) : NULL;
  gboolean other_device = device != self->decoded.device;
  gboolean tone_map = self->wanted.tone_map;
  gboolean ended = FALSE;
  GError *error = NULL;
  GError *no_tone_map = NULL;
  BbFrame *frame = NULL;

  bb_playback_stop_clock (self);
  bb_playback_flush (self);
  g_ptr_array_set_size (self->decoded.frames, 0);
  self->decoded.cursor = -1;
  self->decoded.next = 0;
  self->decoded.ended = FALSE;
  g_set_object (&self->decoded.seeking, cancellable);
  if (self->decoded.seeking_since == 0)
    self->decoded.seeking_since = g_get_monotonic_time ();
  if (self->quit)
    g_cancellable_cancel (cancellable);
  bb_playback_begin_landing (self, other_device || tone_map != self->decoded.tone_map);
  g_mutex_unlock (&self->lock);

  bb_source_set_passing (self->file.source, &self->file.passing);
  if ((!other_device ||
       bb_source_set_device (self->file.source, device, TRUE, cancellable, &error)) &&
      bb_source_reach (self->file.source, time, cancellable, &error))
    {
      bb_source_set_tone_map (self->file.source, tone_map, &no_tone_map);
      frame = bb_source_read (self->file.source, cancellable, &error);
      if (frame == NULL && error == NULL)
        {
          frame = read_last (self, time, cancellable, &error);
          ended = TRUE;
        }
    }

  bb_source_set_passing (self->file.source, NULL);

  g_mutex_lock (&self->lock);
  g_clear_object (&self->decoded.seeking);
  self->decoded.landing = FALSE;
  self->decoded.tone_map = tone_map;
  g_set_object (&self->decoded.device, device);
  if (no_tone_map != NULL)
    bb_playback_fail (self, no_tone_map);
  if (frame == NULL)
    {
      self->decoded.ended = TRUE;
      if (error != NULL)
        handle_error (self, error);
      return FALSE;
    }
  g_ptr_array_add (self->decoded.frames, new_frame (self, frame));
  self->decoded.ended = ended;
  self->decoded.seeking_since = 0;
  return TRUE;
}

static void
jump (BbPlayback *self)
{
  gboolean remap = bb_playback_is_outdated (self);
  gint64 time = self->wanted.seek_target;
  int index;

  if (!self->wanted.seek_pending && self->decoded.cursor >= 0)
    time = bb_playback_get_frame (self, self->decoded.cursor)->time;
  self->wanted.seek_pending = FALSE;
  self->wanted.seek_target = time;
  index = remap ? -1 : find (self, time);
  while (index < 0 && !remap && is_near (self, time) && !self->quit && !self->wanted.seek_pending)
    {
      read_on (self);
      index = find (self, time);
    }
  if (self->wanted.seek_pending || self->quit)
    return;
  if (index < 0)
    {
      if (!land (self, time))
        return;
      index = 0;
    }
  /* Where a newer seek waits this is not where the owner is any more, but may be nearer than what is on
   * screen. */
  bb_playback_set_cursor (self, index);
  if (self->wanted.seek_pending && self->wanted.passing)
    {
      time = bb_playback_get_frame (self, self->decoded.cursor)->time;
      self->made.redo = bb_playback_is_nearer (self, time);
      bb_playback_pass_kept (self);
    }
}

/* Decodes frames before the window, at least @n of them where the file has as many. The window ends
 * with the frame that was its first one. */
static gboolean
read_back (BbPlayback *self, int n)
{
  gint64 first = bb_playback_get_frame (self, 0)->time;
  gint64 first_pts = bb_playback_get_frame (self, 0)->frame->pts;
  gint64 span = (n + (gint64) self->made.history) * self->file.frame_duration;

  while (!self->quit && !self->wanted.seek_pending)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) before = g_ptr_array_new ();
      gboolean from_start = first - span <= self->file.first_time;
      BbFrame *frame = NULL;
      gboolean sought;

      g_set_object (&self->decoded.seeking, cancellable);
      /* Nothing of it is shown: any other seek ends it. */
      self->decoded.seeking_since = 0;
      self->decoded.on_way = 0;
      g_mutex_unlock (&self->lock);
      sought = bb_source_seek (self->file.source, first - span, cancellable, &error);
      g_mutex_lock (&self->lock);
      while (sought && (frame = read_frame (self, cancellable, &error)) != NULL &&
             frame->pts < first_pts)
        {
          g_ptr_array_add (before, frame);
          if (before->len > (guint) n + self->made.history)
            bb_frame_unref (g_ptr_array_steal_index (before, 0));
        }
      g_clear_object (&self->decoded.seeking);
      if (frame != NULL && ((int) before->len >= n || from_start))
        {
          g_ptr_array_set_size (self->decoded.frames, 0);
          for (guint i = 0; i < before->len; i++)
            g_ptr_array_add (self->decoded.frames, new_frame (self, before->pdata[i]));
          g_ptr_array_add (self->decoded.frames, new_frame (self, frame));
          self->decoded.cursor = (int) before->len;
          self->decoded.next = self->decoded.cursor + 1;
          self->decoded.ended = FALSE;
          return TRUE;
        }
      for (guint i = 0; i < before->len; i++)
        bb_frame_unref (before->pdata[i]);
      g_clear_pointer (&frame, bb_frame_unref);
      if (error != NULL)
        {
          /* The source stands elsewhere now. */
          self->wanted.seek_target = first;
          g_ptr_array_set_size (self->decoded.frames, 0);
          self->decoded.cursor = -1;
          self->decoded.ended = TRUE;
          handle_error (self, g_steal_pointer (&error));
          return FALSE;
        }
      span *= 4;
    }
  return FALSE;
}

static void
step (BbPlayback *self)
{
  /* So many at once that memory stays bounded. */
  int frames = CLAMP (self->wanted.steps, -MAX_STEP, MAX_STEP);
  int index = self->decoded.cursor + frames;
  int wanted;

  self->wanted.steps -= frames;
  if (index < 0 && bb_playback_get_frame (self, 0)->time > self->file.first_time)
    {
      if (!read_back (self, -index))
        return;
      index += self->decoded.cursor;
    }
  while (index >= (int) self->decoded.frames->len && !self->decoded.ended && !self->quit &&
         !self->wanted.seek_pending)
    read_on (self);
  if (self->quit || self->wanted.seek_pending)
    return;
  wanted = index;
  index = CLAMP (index, 0, (int) self->decoded.frames->len - 1);
  if (index != wanted)
    self->wanted.steps = 0;
  self->wanted.seek_target = bb_playback_get_frame (self, index)->time;
  bb_playback_set_cursor (self, index);
}

static gboolean
wants_more (BbPlayback *self)
{
  int n_ahead = (int) self->decoded.frames->len - self->decoded.next;

  if (self->decoded.ended || self->decoded.cursor < 0 || self->wanted.settings.recipe == NULL)
    return FALSE;
  if (!self->wanted.playing)
    return !self->made.redo && !self->made.busy && n_ahead < FRAMES_AHEAD_PAUSED;
  return n_ahead < (int) self->made.part + 2 &&
         (int) self->decoded.frames->len - self->decoded.cursor <
           (int) (self->made.ahead + self->made.part) + 2;
}

gpointer
bb_playback_decode_thread (gpointer data)
{
  BbPlayback *self = data;

  bb_niceness_enter (BB_NICENESS_PREVIEW);
  g_mutex_lock (&self->lock);
  while (!self->quit)
    {
      if (self->wanted.seek_pending ||
          (self->wanted.settings.recipe != NULL && bb_playback_is_outdated (self)))
        jump (self);
      else if (self->wanted.steps != 0 && self->decoded.cursor >= 0)
        step (self);
      else if (wants_more (self))
        read_on (self);
      else
        g_cond_wait (&self->decode_cond, &self->lock);
    }
  g_mutex_unlock (&self->lock);
  bb_playback_thread_ends (self);
  return NULL;
}
