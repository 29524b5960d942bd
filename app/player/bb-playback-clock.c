/* bb-playback-clock.c: shows what is due
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The clock starts once some frames are finished, and stops for jumps. Of the frames that are due
 * the newest is shown, the others are dropped.
 */

#include "bb-playback-private.h"

/* Finished frames ahead that starting waits for. */
#define PRIMED 3

/* Where frames come so late the clock is set back to them: the source is slower than itself. */
#define MOST_LATE 500000000

/* How often the position moves where no picture does, microseconds. */
#define POSITION_INTERVAL 100000

/* Sound is heard as it is, or not at all. */
static gboolean
has_sound (BbPlayback *self)
{
  return self->file.sound != NULL && self->wanted.rate == 1.0;
}

/* Gets the sound ready while pictures are made. */
void
bb_playback_prepare_clock (BbPlayback *self)
{
  if (has_sound (self) && self->wanted.playing && !self->wanted.seek_pending &&
      self->decoded.cursor >= 0)
    bb_sound_prepare (self->file.sound, bb_playback_get_start (self));
}

void
bb_playback_start_clock (BbPlayback *self, gint64 time)
{
  self->clock.base_time = time;
  self->clock.base_monotonic = g_get_monotonic_time ();
  self->clock.running = TRUE;
  if (has_sound (self))
    bb_sound_start (self->file.sound, time);
}

void
bb_playback_stop_clock (BbPlayback *self)
{
  self->clock.running = FALSE;
  if (self->file.sound != NULL)
    bb_sound_stop (self->file.sound);
}

/* The instant that should be on screen, where the clock runs: what is heard, else what the monotonic
 * clock says since then. */
gint64
bb_playback_get_now (BbPlayback *self)
{
  gint64 monotonic = g_get_monotonic_time ();
  gint64 heard;

  if (has_sound (self) && bb_sound_get_time (self->file.sound, &heard))
    {
      self->clock.base_time = heard;
      self->clock.base_monotonic = monotonic;
    }
  return self->clock.base_time +
         (gint64) ((double) (monotonic - self->clock.base_monotonic) * 1000.0 * self->wanted.rate);
}

/* The end of what plays. */
static gint64
get_end (BbPlayback *self)
{
  gint64 end = self->file.about.duration;

  if (self->decoded.frames->len > 0 && self->decoded.ended)
    end = MAX (end, bb_playback_get_frame (self, (int) self->decoded.frames->len - 1)->end);
  return MIN (end, self->wanted.trim_end);
}

static gboolean
is_primed (BbPlayback *self)
{
  if (self->wanted.seek_pending || self->made.redo || self->decoded.cursor < 0 ||
      self->news.picture == NULL)
    return FALSE;
  return g_queue_get_length (&self->made.queue) >= MIN (PRIMED, self->made.ahead / 2) ||
         (!self->made.busy && bb_playback_is_taken (self));
}

/* Moves the cursor to the frame that a picture was made of. */
static void
follow (BbPlayback *self, const BbPlaybackPicture *item)
{
  self->wanted.seek_target = item->time;
  for (int i = self->decoded.cursor; i < (int) self->decoded.frames->len; i++)
    if (bb_playback_get_frame (self, i)->frame->pts == item->pts)
      {
        self->decoded.cursor = i;
        break;
      }
  bb_playback_trim_window (self);
}

static void
show_due (BbPlayback *self, gint64 now)
{
  BbPlaybackPicture *due = NULL;
  BbPlaybackPicture *item;

  while ((item = g_queue_peek_head (&self->made.queue)) != NULL && item->time <= now)
    {
      if (due != NULL)
        {
          self->figures.dropped++;
          bb_playback_discard (self, due);
        }
      due = g_queue_pop_head (&self->made.queue);
    }
  if (due == NULL)
    return;
  follow (self, due);
  if (now - due->end > MOST_LATE)
    {
      bb_playback_stop_clock (self);
      bb_playback_start_clock (self, due->time);
    }
  bb_playback_show (self, g_steal_pointer (&due->picture), g_steal_pointer (&due->compared));
  g_free (due);
  g_cond_broadcast (&self->effect_cond);
  g_cond_broadcast (&self->decode_cond);
}

static void
end (BbPlayback *self)
{
  if (self->wanted.settings.loop && self->wanted.trim_start < get_end (self))
    {
      bb_playback_go_to (self, self->wanted.trim_start);
      return;
    }
  bb_playback_stop_clock (self);
  self->wanted.playing = FALSE;
  self->wanted.at_end = TRUE;
  self->news.ended = TRUE;
  bb_playback_tell (self);
}

/* Shows what is due; returns when to look again, 0 for when something changes. */
static gint64
tick (BbPlayback *self)
{
  const BbPlaybackPicture *head;
  gint64 now, until;

  if (!self->wanted.playing)
    return 0;
  if (!self->clock.running)
    {
      if (!is_primed (self))
        return 0;
      bb_playback_start_clock (self, bb_playback_get_start (self));
    }
  now = bb_playback_get_now (self);
  show_due (self, now);
  head = g_queue_peek_head (&self->made.queue);
  if (head != NULL)
    until = head->time;
  else if (bb_playback_is_exhausted (self))
    {
      until = get_end (self);
      if (now >= until)
        {
          end (self);
          return 0;
        }
      if (now >= bb_playback_get_frame (self, self->decoded.cursor)->end)
        {
          /* Sound alone. One that started late is behind what the system's clock has said so far. */
          self->news.position = MAX (self->news.position, now);
          bb_playback_tell (self);
          until = MIN (until, now + POSITION_INTERVAL * 1000);
        }
      else
        until = MIN (until, bb_playback_get_frame (self, self->decoded.cursor)->end);
    }
  else
    return 0;
  return g_get_monotonic_time () + (gint64) ((double) (until - now) / 1000.0 / self->wanted.rate) +
         1;
}

gpointer
bb_playback_clock_thread (gpointer data)
{
  BbPlayback *self = data;

  g_mutex_lock (&self->lock);
  while (!self->quit)
    {
      gint64 wake = tick (self);

      if (self->quit)
        break;
      if (wake == 0)
        g_cond_wait (&self->clock_cond, &self->lock);
      else
        g_cond_wait_until (&self->clock_cond, &self->lock, wake);
    }
  g_mutex_unlock (&self->lock);
  bb_playback_thread_ends (self);
  return NULL;
}
