/* bb-playback-decode.c: decodes around the position
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeps a window of decoded frames without a gap: some behind the cursor for stepping back, the one
 * at the cursor, and those ahead that the device needs next. A recipe that changes finds all of
 * them there.
 */

#include "bb-playback-private.h"

#include "bb-background.h"
#include "bb-device.h"

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
  return self->window->len > 0 ? bb_playback_get_frame (self, (int) self->window->len - 1) : NULL;
}

static BbPlaybackFrame *
new_frame (BbPlayback *self, BbFrame *frame)
{
  BbPlaybackFrame *decoded = g_new0 (BbPlaybackFrame, 1);

  decoded->frame = frame;
  decoded->time = bb_source_info_get_time (&self->info, frame->pts);
  decoded->end = bb_source_info_get_time (&self->info, frame->pts + frame->duration);
  self->card_decodes = frame->memory == BB_MEMORY_DEVICE;
  g_set_str (&self->decode_notice, bb_source_get_notice (self->source));
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
  frame = bb_source_read (self->source, cancellable, error);
  seconds = bb_playback_seconds_since (start);
  g_mutex_lock (&self->lock);
  if (frame != NULL)
    bb_meter_add (&self->decode_meter, g_get_monotonic_time (), seconds, 1);
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
      self->source_ended = TRUE;
      if (error != NULL)
        handle_error (self, error);
    }
  else
    g_ptr_array_add (self->window, new_frame (self, frame));
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
    return bb_playback_get_frame (self, 0)->time <= self->first_time ? 0 : -1;
  if (time >= last->end)
    return self->source_ended ? (int) self->window->len - 1 : -1;
  for (int i = (int) self->window->len - 1; i >= 0; i--)
    if (bb_playback_get_frame (self, i)->time <= time)
      return i;
  return -1;
}

static gboolean
is_near (BbPlayback *self, gint64 time)
{
  const BbPlaybackFrame *last = last_frame (self);

  return last != NULL && !self->source_ended && time + TOLERANCE >= last->end &&
         time - last->end < NEAR_FRAMES * self->frame_duration;
}

/* The last frame of the file, whose times may not tell how long it is. */
static BbFrame *
read_last (BbPlayback *self, gint64 time, GCancellable *cancellable, GError **error)
{
  gint64 back = 4 * self->frame_duration;
  gint64 from;

  if (self->info.duration > 0)
    time = MIN (time, self->info.duration);
  do
    {
      BbFrame *last = NULL;
      BbFrame *frame;
      GError *failure = NULL;

      from = MAX (time - back, 0);
      back *= 4;
      if (!bb_source_seek (self->source, from, cancellable, error))
        return NULL;
      while ((frame = bb_source_read (self->source, cancellable, &failure)) != NULL)
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

/* Whether frames are wanted otherwise than the source delivers them. */
static gboolean
is_outdated (BbPlayback *self)
{
  return self->tone_map != self->source_tone_map || self->device != self->source_device;
}

/* Goes to the frame that is shown at @time through the file. Whether it got there; the window has
 * that frame alone then, and is empty otherwise. */
static gboolean
land (BbPlayback *self, gint64 time)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BbDevice) device = self->device != NULL ? g_object_ref (self->device) : NULL;
  gboolean other_device = device != self->source_device;
  gboolean tone_map = self->tone_map;
  gboolean ended = FALSE;
  GError *error = NULL;
  GError *no_tone_map = NULL;
  BbFrame *frame = NULL;

  bb_playback_stop_clock (self);
  bb_playback_flush (self);
  g_ptr_array_set_size (self->window, 0);
  self->cursor = -1;
  self->next = 0;
  self->source_ended = FALSE;
  g_set_object (&self->seeking, cancellable);
  if (self->storm_start == 0)
    self->storm_start = g_get_monotonic_time ();
  if (self->quit)
    g_cancellable_cancel (cancellable);
  g_mutex_unlock (&self->lock);

  if ((!other_device ||
       bb_source_set_device (self->source, device, TRUE, cancellable, &error)) &&
      bb_source_seek (self->source, time, cancellable, &error))
    {
      bb_source_set_tone_map (self->source, tone_map, &no_tone_map);
      frame = bb_source_read (self->source, cancellable, &error);
      if (frame == NULL && error == NULL)
        {
          frame = read_last (self, time, cancellable, &error);
          ended = TRUE;
        }
    }

  g_mutex_lock (&self->lock);
  g_clear_object (&self->seeking);
  self->source_tone_map = tone_map;
  g_set_object (&self->source_device, device);
  if (no_tone_map != NULL)
    bb_playback_fail (self, no_tone_map);
  if (frame == NULL)
    {
      self->source_ended = TRUE;
      if (error != NULL)
        handle_error (self, error);
      return FALSE;
    }
  g_ptr_array_add (self->window, new_frame (self, frame));
  self->source_ended = ended;
  self->storm_start = 0;
  return TRUE;
}

static void
jump (BbPlayback *self)
{
  gboolean remap = is_outdated (self);
  gint64 time = self->seek_target;
  int index;

  if (!self->seek_pending && self->cursor >= 0)
    time = bb_playback_get_frame (self, self->cursor)->time;
  self->seek_pending = FALSE;
  self->seek_target = time;
  index = remap ? -1 : find (self, time);
  while (index < 0 && !remap && is_near (self, time) && !self->quit && !self->seek_pending)
    {
      read_on (self);
      index = find (self, time);
    }
  if (self->seek_pending || self->quit)
    return;
  if (index < 0)
    {
      if (!land (self, time))
        return;
      index = 0;
    }
  /* Where a newer seek waits this is not where the owner is any more, but better than nothing. */
  bb_playback_set_cursor (self, index);
}

/* Decodes frames before the window, at least @n of them where the file has as many. The window ends
 * with the frame that was its first one. */
static gboolean
read_back (BbPlayback *self, int n)
{
  gint64 first = bb_playback_get_frame (self, 0)->time;
  gint64 first_pts = bb_playback_get_frame (self, 0)->frame->pts;
  gint64 span = (n + (gint64) self->history) * self->frame_duration;

  while (!self->quit && !self->seek_pending)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) before = g_ptr_array_new ();
      gboolean from_start = first - span <= self->first_time;
      BbFrame *frame = NULL;
      gboolean sought;

      g_set_object (&self->seeking, cancellable);
      self->storm_start = g_get_monotonic_time ();
      g_mutex_unlock (&self->lock);
      sought = bb_source_seek (self->source, first - span, cancellable, &error);
      g_mutex_lock (&self->lock);
      while (sought && (frame = read_frame (self, cancellable, &error)) != NULL &&
             frame->pts < first_pts)
        {
          g_ptr_array_add (before, frame);
          if (before->len > (guint) n + self->history)
            bb_frame_unref (g_ptr_array_steal_index (before, 0));
        }
      g_clear_object (&self->seeking);
      if (frame != NULL && ((int) before->len >= n || from_start))
        {
          g_ptr_array_set_size (self->window, 0);
          for (guint i = 0; i < before->len; i++)
            g_ptr_array_add (self->window, new_frame (self, before->pdata[i]));
          g_ptr_array_add (self->window, new_frame (self, frame));
          self->cursor = (int) before->len;
          self->next = self->cursor + 1;
          self->source_ended = FALSE;
          self->storm_start = 0;
          return TRUE;
        }
      for (guint i = 0; i < before->len; i++)
        bb_frame_unref (before->pdata[i]);
      g_clear_pointer (&frame, bb_frame_unref);
      if (error != NULL)
        {
          /* The source stands elsewhere now. */
          self->seek_target = first;
          g_ptr_array_set_size (self->window, 0);
          self->cursor = -1;
          self->source_ended = TRUE;
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
  int frames = CLAMP (self->steps, -MAX_STEP, MAX_STEP);
  int index = self->cursor + frames;
  int wanted;

  self->steps -= frames;
  if (index < 0 && bb_playback_get_frame (self, 0)->time > self->first_time)
    {
      if (!read_back (self, -index))
        return;
      index += self->cursor;
    }
  while (index >= (int) self->window->len && !self->source_ended && !self->quit &&
         !self->seek_pending)
    read_on (self);
  if (self->quit || self->seek_pending)
    return;
  wanted = index;
  index = CLAMP (index, 0, (int) self->window->len - 1);
  if (index != wanted)
    self->steps = 0;
  self->seek_target = bb_playback_get_frame (self, index)->time;
  bb_playback_set_cursor (self, index);
}

static gboolean
wants_more (BbPlayback *self)
{
  int n_ahead = (int) self->window->len - self->next;

  if (self->source_ended || self->cursor < 0 || self->recipe == NULL)
    return FALSE;
  if (!self->playing)
    return !self->redo && !self->busy && n_ahead < FRAMES_AHEAD_PAUSED;
  return n_ahead < (int) self->part + 2 &&
         (int) self->window->len - self->cursor < (int) (self->ahead + self->part) + 2;
}

gpointer
bb_playback_decode_thread (gpointer data)
{
  BbPlayback *self = data;

  bb_background_enter (BB_BACKGROUND_PREVIEW);
  g_mutex_lock (&self->lock);
  while (!self->quit)
    {
      if (self->seek_pending || (self->recipe != NULL && is_outdated (self)))
        jump (self);
      else if (self->steps != 0 && self->cursor >= 0)
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
