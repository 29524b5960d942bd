/* bb-playback-passing.c: pictures on the way to one that is sought
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A seek decodes from a keyframe on, which takes a while where that is far back. Until the frame is there,
 * frames on the way are shown that are nearer to it than what is on screen; some of them are kept, so
 * that a hand that goes back finds them.
 */

#include "bb-playback-private.h"

#include "blurbox.h"

/* Frames on the way are shown this far apart, so that making pictures of them keeps nobody from decoding
 * on. Microseconds. */
#define PASSING_INTERVAL 40000

/* From a frame on the way on, a seek to so much later goes on from there. Nanoseconds, not less than what
 * bb_source_reach() wants. */
#define GO_ON_MARGIN 500000000

/* A seek that nothing was shown of for this long is let through, so that dragging shows something on slow
 * files too. Microseconds. */
#define SEEK_PATIENCE 150000

/* What frames that are kept may take, and the time that they are spread over: keyframes are that far
 * apart where encoders choose. Bytes, nanoseconds. */
#define MEMORY_KEPT (64 * 1024 * 1024)
#define SPAN_KEPT 8000000000

static void
frame_free (gpointer data)
{
  BbPlaybackFrame *frame = data;

  bb_frame_unref (frame->frame);
  g_free (frame);
}

/* Makes the room for frames that are kept. */
void
bb_playback_init_passing (BbPlayback *self)
{
  self->decoded.kept = g_ptr_array_new_with_free_func (frame_free);
  self->decoded.on_way = G_MININT64;
}

/* Whether frames are wanted otherwise than the source delivers them. */
gboolean
bb_playback_is_outdated (BbPlayback *self)
{
  return self->wanted.tone_map != self->decoded.tone_map ||
         self->made.device != self->decoded.device;
}

/* What is on the way to a frame is not shown after it. */
void
bb_playback_drop_passed (BbPlayback *self)
{
  g_clear_pointer (&self->made.passed.frame, bb_frame_unref);
}

/* How far a frame is from the one that is sought. */
static gint64
get_distance (BbPlayback *self, gint64 time)
{
  return ABS (time - self->wanted.seek_target);
}

/* Whether a frame is nearer to the one that is sought than what is on screen. */
gboolean
bb_playback_is_nearer (BbPlayback *self, gint64 time)
{
  return self->wanted.passing && self->news.picture != NULL &&
         self->wanted.settings.recipe != NULL &&
         get_distance (self, time) < get_distance (self, self->news.picture->time);
}

/* Ends a seek that is overtaken, as soon as that loses nothing: it has shown a picture, or the next one
 * goes on from where this one is. */
void
bb_playback_cancel_overtaken (BbPlayback *self)
{
  gint64 since = self->decoded.seeking_since;

  if (!self->wanted.seek_pending || self->decoded.seeking == NULL ||
      self->decoded.on_way == G_MININT64)
    return;
  if (since == 0 || (self->wanted.seek_target - GO_ON_MARGIN >= self->decoded.on_way &&
                     g_get_monotonic_time () - since < SEEK_PATIENCE))
    g_cancellable_cancel (self->decoded.seeking);
}

static const BbPlaybackFrame *
find_nearest (BbPlayback *self, gint64 time)
{
  const BbPlaybackFrame *nearest = NULL;

  for (guint i = 0; i < self->decoded.kept->len; i++)
    {
      const BbPlaybackFrame *frame = self->decoded.kept->pdata[i];

      if (nearest == NULL || ABS (frame->time - time) < ABS (nearest->time - time))
        nearest = frame;
    }
  return nearest;
}

/* Shows the frame that is kept nearest to the one that is sought, if it is nearer than what is on
 * screen. */
void
bb_playback_pass_kept (BbPlayback *self)
{
  const BbPlaybackFrame *frame = find_nearest (self, self->wanted.seek_target);

  if (frame == NULL || !bb_playback_is_nearer (self, frame->time) || bb_playback_is_outdated (self))
    return;
  bb_playback_drop_passed (self);
  self->made.passed = *frame;
  bb_frame_ref (frame->frame);
  g_cond_broadcast (&self->effect_cond);
}

/* How many frames are kept: none where each has to be converted first, or lies in the memory of a GPU, which
 * decodes faster than a hand moves. */
static guint
get_n_kept (BbPlayback *self)
{
  const BbSourceInfo *info = &self->file.info;

  return info->interlaced || self->decoded.tone_map || self->decoded.device != NULL
           ? 0
           : (guint) (MEMORY_KEPT / MAX (bb_format_get_frame_size (&info->format), 1));
}

/* How far apart frames are kept: some over all of the span, and twice as many as those shortly before the
 * one that is sought, where a hand goes next that goes back slowly. */
static gint64
get_spacing (BbPlayback *self)
{
  return SPAN_KEPT / MAX (get_n_kept (self) * 2 / 3, 1);
}

/* Whether the frame at @time is to be kept: far enough from the others. */
static gboolean
is_to_be_kept (BbPlayback *self, gint64 time)
{
  gint64 spacing = get_spacing (self);
  gint64 before = self->wanted.seek_target - time;
  const BbPlaybackFrame *nearest = find_nearest (self, time);

  if (before >= 0 && before < spacing)
    spacing /= MAX (get_n_kept (self) / 3, 1);
  return get_n_kept (self) > 0 && (nearest == NULL || ABS (nearest->time - time) >= spacing);
}

/* Which frame to give up: one of those that were close together for a place that is no longer sought, else
 * the one that is furthest away. */
static guint
find_least (BbPlayback *self)
{
  GPtrArray *kept = self->decoded.kept;
  gint64 spacing = get_spacing (self);
  gint64 most = -1;
  guint least = 0;

  for (guint i = 0; i < kept->len; i++)
    {
      const BbPlaybackFrame *frame = kept->pdata[i];
      gint64 distance = get_distance (self, frame->time);
      gboolean close = FALSE;

      for (guint k = 0; k < kept->len && distance > spacing && !close; k++)
        close = k != i && ABS (((BbPlaybackFrame *) kept->pdata[k])->time - frame->time) < spacing;
      if (close)
        distance += SPAN_KEPT * 1000;
      if (distance > most)
        {
          most = distance;
          least = i;
        }
    }
  return least;
}

/* Takes a reference, in place of another frame where there is no room. */
static void
keep (BbPlayback *self, const BbPlaybackFrame *frame)
{
  GPtrArray *kept = self->decoded.kept;

  while (kept->len > 0 && kept->len >= get_n_kept (self))
    g_ptr_array_remove_index_fast (kept, find_least (self));
  g_ptr_array_add (kept, g_memdup2 (frame, sizeof *frame));
  bb_frame_ref (frame->frame);
}

static gboolean
wants_cb (gint64 time, gpointer user_data)
{
  BbPlayback *self = user_data;
  gboolean wanted = FALSE;

  g_mutex_lock (&self->lock);
  self->decoded.on_way = time;
  if (!self->quit && !bb_playback_is_outdated (self))
    {
      self->decoded.shows_passed =
        bb_playback_is_nearer (self, time) && self->made.passed.frame == NULL && !self->made.busy &&
        g_get_monotonic_time () - self->decoded.passed_at >= PASSING_INTERVAL;
      wanted = self->decoded.shows_passed || is_to_be_kept (self, time);
    }
  bb_playback_cancel_overtaken (self);
  g_mutex_unlock (&self->lock);
  return wanted;
}

static void
take_cb (BbFrame *frame, gpointer user_data)
{
  BbPlayback *self = user_data;
  const BbSourceInfo *info = &self->file.info;
  BbPlaybackFrame passed = { frame, bb_source_info_get_time (info, frame->pts),
                             bb_source_info_get_time (info, frame->pts + frame->duration) };

  g_mutex_lock (&self->lock);
  if (frame->memory == BB_MEMORY_HOST && is_to_be_kept (self, passed.time))
    keep (self, &passed);
  if (self->decoded.shows_passed)
    {
      bb_playback_drop_passed (self);
      self->made.passed = passed;
      bb_frame_ref (frame);
      self->decoded.passed_at = g_get_monotonic_time ();
      self->decoded.seeking_since = 0;
      bb_playback_cancel_overtaken (self);
      g_cond_broadcast (&self->effect_cond);
    }
  g_mutex_unlock (&self->lock);
  bb_frame_unref (frame);
}

/* A seek through the file begins. Where the frames change, those that are kept are of no use. */
void
bb_playback_begin_landing (BbPlayback *self, gboolean other_frames)
{
  if (other_frames)
    g_ptr_array_set_size (self->decoded.kept, 0);
  self->decoded.landing = TRUE;
  self->decoded.passed_at = 0;
  self->decoded.on_way = G_MININT64;
  self->file.passing = (BbSourcePassing) { wants_cb, take_cb, self };
}
