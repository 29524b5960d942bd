/* bb-playback.c: the threads behind a player
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is wanted, what is shown, and what is told to the owner.
 */

#include "config.h"

#include "bb-playback-private.h"

#include "blurbox.h"

#include <string.h>

/* Longest wait for threads of a closed playback, microseconds. */
#define MOST_WAIT 2000000

void
bb_playback_picture_free (gpointer data)
{
  BbPlaybackPicture *item = data;

  bb_picture_unref (item->picture);
  g_clear_pointer (&item->compared, bb_picture_unref);
  g_free (item);
}

BbPlayback *
bb_playback_ref (BbPlayback *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* Gives back what is large. */
static void
empty (BbPlayback *self)
{
  g_queue_clear_full (&self->made.queue, bb_playback_picture_free);
  g_queue_clear_full (&self->made.discarded, bb_playback_picture_free);
  g_ptr_array_set_size (self->decoded.frames, 0);
  g_ptr_array_set_size (self->decoded.kept, 0);
  bb_playback_drop_passed (self);
  g_clear_pointer (&self->news.picture, bb_picture_unref);
  g_clear_pointer (&self->news.compared, bb_picture_unref);
  g_clear_pointer (&self->file.source, bb_source_free);
}

void
bb_playback_unref (BbPlayback *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  empty (self);
  g_ptr_array_unref (self->decoded.frames);
  g_ptr_array_unref (self->decoded.kept);
  g_ptr_array_unref (self->threads);
  g_clear_pointer (&self->wanted.settings.recipe, bb_recipe_unref);
  g_clear_object (&self->closing);
  g_clear_object (&self->decoded.seeking);
  g_clear_object (&self->made.batching);
  g_clear_object (&self->made.device);
  g_clear_object (&self->decoded.device);
  g_clear_error (&self->news.error);
  g_free (self->figures.decode_notice);
  g_free (self->file.path);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->decode_cond);
  g_cond_clear (&self->effect_cond);
  g_cond_clear (&self->clock_cond);
  g_cond_clear (&self->end_cond);
  g_free (self);
}

static gboolean
start_thread (BbPlayback *self, const char *name, GThreadFunc func, GError **error)
{
  GThread *thread;

  g_mutex_lock (&self->lock);
  self->n_threads++;
  g_mutex_unlock (&self->lock);
  thread = bb_thread_new (name, func, bb_playback_ref (self), error);
  if (thread != NULL)
    g_ptr_array_add (self->threads, thread);
  else
    bb_playback_thread_ends (self);
  return thread != NULL;
}

/* What a thread does last: it takes its reference. */
void
bb_playback_thread_ends (BbPlayback *self)
{
  g_mutex_lock (&self->lock);
  /* Whoever waits may keep a reference for long. */
  if (self->n_threads == 1)
    empty (self);
  self->n_threads--;
  g_cond_broadcast (&self->end_cond);
  g_mutex_unlock (&self->lock);
  bb_playback_unref (self);
}

/**
 * bb_playback_start:
 * @self: a playback
 * @func: called when there is news
 * @user_data: data for @func
 * @error: return location for an error
 *
 * Starts the threads. News comes in the calling thread's default main context.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_MEMORY where the system refuses a thread; then all that is
 *   left is to close it
 */
gboolean
bb_playback_start (BbPlayback *self, BbPlaybackFunc func, gpointer user_data, GError **error)
{
  self->news.wake = bb_wake_new (G_PRIORITY_DEFAULT, func, user_data);
  if (self->file.about.has_audio)
    {
      self->file.sound = bb_sound_new (self->file.path, self->file.info.start);
      bb_sound_set_muted (self->file.sound, self->wanted.settings.muted);
      bb_sound_set_volume (self->file.sound, 1.0 - self->wanted.settings.quieter);
    }
  return start_thread (self, "bb-decode", bb_playback_decode_thread, error) &&
         start_thread (self, "bb-effect", bb_playback_effect_thread, error) &&
         start_thread (self, "bb-clock", bb_playback_clock_thread, error);
}

static void
wake_all (BbPlayback *self)
{
  g_cond_broadcast (&self->decode_cond);
  g_cond_broadcast (&self->effect_cond);
  g_cond_broadcast (&self->clock_cond);
}

/**
 * bb_playback_close:
 * @self: (transfer full): a playback
 *
 * Ends it. Nothing is told any more when this returns; the threads end on their own shortly after.
 */
void
bb_playback_close (BbPlayback *self)
{
  g_mutex_lock (&self->lock);
  self->quit = TRUE;
  g_cancellable_cancel (self->closing);
  if (self->decoded.seeking != NULL)
    g_cancellable_cancel (self->decoded.seeking);
  if (self->made.batching != NULL)
    g_cancellable_cancel (self->made.batching);
  if (self->news.wake != NULL)
    bb_wake_close (self->news.wake);
  g_clear_pointer (&self->news.wake, bb_wake_unref);
  wake_all (self);
  g_clear_pointer (&self->file.sound, bb_sound_close);
  g_mutex_unlock (&self->lock);
  bb_playback_unref (self);
}

/**
 * bb_playback_wait:
 * @self: a playback that was closed
 *
 * Waits for its threads, so that none of them works on when the program ends; not for long where a
 * file does not answer.
 */
void
bb_playback_wait (BbPlayback *self)
{
  gint64 until = g_get_monotonic_time () + MOST_WAIT;
  gboolean over;

  g_mutex_lock (&self->lock);
  while (self->n_threads > 0 && g_cond_wait_until (&self->end_cond, &self->lock, until))
    ;
  over = self->n_threads == 0;
  g_mutex_unlock (&self->lock);
  /* What is left is to take down a thread, and libraries' memory for it. */
  while (over && self->threads->len > 0)
    g_thread_join (g_ptr_array_steal_index (self->threads, self->threads->len - 1));
}

/**
 * bb_playback_get_source:
 * @self: a playback
 *
 * Returns: what the window needs to know of the file
 */
const BbPlayerSource *
bb_playback_get_source (BbPlayback *self)
{
  return &self->file.about;
}

/* Has the owner look at the news. */
void
bb_playback_tell (BbPlayback *self)
{
  if (self->news.wake != NULL)
    bb_wake_signal (self->news.wake);
}

/**
 * bb_playback_take_news:
 * @self: a playback
 * @news: (out caller-allocates): what is new; pictures and the error are the caller's
 */
void
bb_playback_take_news (BbPlayback *self, BbPlaybackNews *news)
{
  *news = (BbPlaybackNews) { 0 };
  g_mutex_lock (&self->lock);
  if (self->news.is_new)
    {
      news->picture = bb_picture_ref (self->news.picture);
      if (self->news.compared != NULL)
        news->compared = bb_picture_ref (self->news.compared);
      if (self->news.picture->time != self->figures.shown_time)
        self->figures.shown++;
      self->figures.shown_time = self->news.picture->time;
      self->figures.shown_generation = self->news.picture->generation;
    }
  news->position = self->news.position;
  news->playing = self->wanted.playing;
  news->ended = self->news.ended;
  news->error = g_steal_pointer (&self->news.error);
  self->news.is_new = self->news.ended = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Whether a picture is of an older recipe than the one that is set, of which one was shown already. */
gboolean
bb_playback_is_stale (BbPlayback *self, const BbPicture *picture)
{
  return picture->generation == self->figures.shown_generation &&
         picture->generation != bb_recipe_get_generation (self->wanted.settings.recipe);
}

/* Stops with an error. Takes @error. */
void
bb_playback_fail (BbPlayback *self, GError *error)
{
  self->wanted.playing = FALSE;
  bb_playback_stop_clock (self);
  if (self->news.error == NULL)
    self->news.error = error;
  else
    g_error_free (error);
  bb_playback_tell (self);
}

/* Says what is left out of the picture, and goes on. */
void
bb_playback_warn (BbPlayback *self, const GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->news.error == NULL)
    self->news.error = g_error_copy (error);
  bb_playback_tell (self);
  g_mutex_unlock (&self->lock);
}

/* Has the effect thread free a picture: giving back that much memory takes a while, and those who wait
 * for the lock should not. */
void
bb_playback_discard (BbPlayback *self, BbPlaybackPicture *item)
{
  g_queue_push_tail (&self->made.discarded, item);
  g_cond_broadcast (&self->effect_cond);
}

/* Makes a picture the current one. Takes both. */
void
bb_playback_show (BbPlayback *self, BbPicture *picture, BbPicture *compared)
{
  /* One that nobody looked at. */
  if (self->news.is_new && self->clock.running && self->news.picture->time != picture->time &&
      self->news.picture->time != self->figures.shown_time)
    self->figures.dropped++;
  if (self->news.picture != NULL)
    {
      BbPlaybackPicture *last = g_new0 (BbPlaybackPicture, 1);

      last->picture = self->news.picture;
      last->compared = self->news.compared;
      bb_playback_discard (self, last);
    }
  self->news.picture = picture;
  self->news.compared = compared;
  self->news.is_new = TRUE;
  if (!self->wanted.seek_pending && !self->decoded.landing)
    self->news.position = picture->time;
  bb_playback_tell (self);
}

/* Drops what was finished ahead; the device begins anew behind the cursor. */
void
bb_playback_flush (BbPlayback *self)
{
  BbPlaybackPicture *item;

  while ((item = g_queue_pop_head (&self->made.queue)) != NULL)
    bb_playback_discard (self, item);
  if (self->made.batching != NULL)
    g_cancellable_cancel (self->made.batching);
  self->decoded.next = self->decoded.cursor + 1;
}

/* Drops decoded frames that are too far behind the cursor. */
void
bb_playback_trim_window (BbPlayback *self)
{
  int n = self->decoded.cursor - (int) self->made.history;

  if (n <= 0)
    return;
  g_ptr_array_remove_range (self->decoded.frames, 0, (guint) n);
  self->decoded.cursor -= n;
  self->decoded.next -= n;
}

/* Jumps to a frame of the window. */
void
bb_playback_set_cursor (BbPlayback *self, int index)
{
  self->decoded.cursor = index;
  self->decoded.epoch++;
  bb_playback_stop_clock (self);
  self->made.redo = TRUE;
  bb_playback_drop_passed (self);
  bb_playback_flush (self);
  bb_playback_trim_window (self);
  bb_playback_prepare_clock (self);
  g_cond_broadcast (&self->effect_cond);
  g_cond_broadcast (&self->clock_cond);
}

/* Where playing begins: at the cursor's frame, in the midst of it where it was sought or the trim
 * begins. */
gint64
bb_playback_get_start (BbPlayback *self)
{
  const BbPlaybackFrame *frame = bb_playback_get_frame (self, self->decoded.cursor);

  return CLAMP (MAX (self->wanted.seek_target, self->wanted.trim_start), frame->time, frame->end);
}

/* Has the decode thread go somewhere. */
void
bb_playback_go_to (BbPlayback *self, gint64 time)
{
  self->wanted.seek_pending = TRUE;
  self->wanted.seek_target = time;
  self->wanted.steps = 0;
  self->wanted.at_end = FALSE;
  bb_playback_stop_clock (self);
  if (self->made.batching != NULL)
    g_cancellable_cancel (self->made.batching);
  self->wanted.passing = FALSE;
  bb_playback_cancel_overtaken (self);
  g_cond_broadcast (&self->decode_cond);
}

/* Whether the device took the last frame before the end. */
gboolean
bb_playback_is_taken (BbPlayback *self)
{
  if (self->decoded.next < (int) self->decoded.frames->len)
    return bb_playback_get_frame (self, self->decoded.next)->time >= self->wanted.trim_end;
  return self->decoded.ended;
}

/* Whether nothing is left to be shown before the end. */
gboolean
bb_playback_is_exhausted (BbPlayback *self)
{
  return !self->wanted.seek_pending && !self->made.redo && !self->made.busy &&
         g_queue_is_empty (&self->made.queue) && bb_playback_is_taken (self);
}

/* Whether what is on screen, or will be, is not part of the trim. */
static gboolean
is_outside (BbPlayback *self)
{
  const BbPlaybackFrame *frame;

  if (self->wanted.seek_pending || self->decoded.cursor < 0)
    return self->wanted.seek_target < self->wanted.trim_start ||
           self->wanted.seek_target >= self->wanted.trim_end;
  frame = bb_playback_get_frame (self, self->decoded.cursor);
  return frame->end <= self->wanted.trim_start || frame->time >= self->wanted.trim_end;
}

static void
change_look (BbPlayback *self)
{
  self->wanted.look++;
  self->made.redo = TRUE;
  bb_playback_flush (self);
  g_cond_broadcast (&self->effect_cond);
}

/* What an encoder would get. Where the recipe's encoder does not like something, that is for the
 * export to say. */
static void
choose_target (BbPlayback *self)
{
  const BbEncoder *encoder =
    self->wanted.on_gpu ? bb_encoder_choose_on_gpu (self->wanted.settings.recipe) : NULL;
  g_autoptr (BbRecipe) plain = NULL;
  BbEncoderInput input = { .format = self->file.info.format, .tone_map = self->wanted.tone_map };

  if (encoder == NULL)
    encoder = bb_encoder_choose (self->wanted.settings.recipe, NULL);
  if (encoder == NULL)
    {
      BbRecipeValues values = *bb_recipe_get (self->wanted.settings.recipe);

      values.encoder = "auto";
      values.preset = "";
      values.quality = -1;
      plain = bb_recipe_new (&values, NULL);
      encoder = bb_encoder_choose (plain, NULL);
    }
  if (encoder != NULL)
    bb_encoder_get_input (encoder, self->wanted.settings.recipe, &self->file.info, BB_MEMORY_HOST,
                          &input, NULL);
  self->wanted.target = input.format;
  self->wanted.tone_map = input.tone_map;
}

/* Says whether the device is a GPU, whose encoder may take other frames. */
void
bb_playback_set_on_gpu (BbPlayback *self, gboolean on_gpu)
{
  BbFormat before = self->wanted.target;
  gboolean tone_map = self->wanted.tone_map;

  if (self->wanted.on_gpu == on_gpu)
    return;
  self->wanted.on_gpu = on_gpu;
  choose_target (self);
  if (tone_map == self->wanted.tone_map &&
      memcmp (&before, &self->wanted.target, sizeof before) == 0)
    return;
  change_look (self);
  g_cond_broadcast (&self->decode_cond);
}

/* What was finished with an older recipe and is not on screen yet is dropped; the current frame is made
 * first, alone. */
static void
take_recipe (BbPlayback *self)
{
  const BbRecipeValues *values = bb_recipe_get (self->wanted.settings.recipe);

  if (self->news.is_new && bb_playback_is_stale (self, self->news.picture))
    self->news.is_new = FALSE;
  choose_target (self);
  if (values->start != self->wanted.trim_start || values->end != self->wanted.trim_end)
    self->wanted.at_end = FALSE;
  self->wanted.trim_start = values->start;
  self->wanted.trim_end = values->end < 0 ? G_MAXINT64 : values->end;
  if (self->wanted.tone_map != self->decoded.tone_map)
    g_cond_broadcast (&self->decode_cond);
}

/**
 * bb_playback_set_settings:
 * @self: a playback
 * @settings: what is wanted from now on
 */
void
bb_playback_set_settings (BbPlayback *self, const BbPlayerSettings *settings)
{
  BbPlayerSettings old;
  gboolean other_recipe;

  g_mutex_lock (&self->lock);
  old = self->wanted.settings;
  self->wanted.settings = *settings;
  if (settings->recipe != NULL)
    bb_recipe_ref (settings->recipe);
  other_recipe = settings->recipe != NULL && settings->recipe != old.recipe;
  if (other_recipe)
    take_recipe (self);
  if (other_recipe || settings->width != old.width || settings->height != old.height ||
      settings->compare != old.compare || settings->gain != old.gain)
    change_look (self);
  /* Playing does not leave the trim. */
  if (other_recipe && self->wanted.playing && is_outside (self))
    bb_playback_go_to (self, self->wanted.trim_start);
  if (self->file.sound != NULL && settings->muted != old.muted)
    bb_sound_set_muted (self->file.sound, settings->muted);
  if (self->file.sound != NULL && settings->quieter != old.quieter)
    bb_sound_set_volume (self->file.sound, 1.0 - settings->quieter);
  g_cond_broadcast (&self->clock_cond);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old.recipe, bb_recipe_unref);
}

/**
 * bb_playback_play:
 * @self: a playback
 *
 * Plays on, from the trim's start where it stands outside of the trim or at the end.
 */
void
bb_playback_play (BbPlayback *self)
{
  g_mutex_lock (&self->lock);
  if (!self->wanted.playing)
    {
      self->wanted.playing = TRUE;
      self->wanted.passing = FALSE;
      self->figures.dropped = self->figures.shown = 0;
      if (self->wanted.at_end || is_outside (self))
        bb_playback_go_to (self, self->wanted.trim_start);
      else if (self->decoded.cursor < 0 && !self->wanted.seek_pending)
        bb_playback_go_to (self, self->news.position);
      bb_playback_prepare_clock (self);
      wake_all (self);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * bb_playback_pause:
 * @self: a playback
 *
 * Stops at the frame that is on screen.
 */
void
bb_playback_pause (BbPlayback *self)
{
  g_mutex_lock (&self->lock);
  self->wanted.playing = FALSE;
  bb_playback_stop_clock (self);
  wake_all (self);
  g_mutex_unlock (&self->lock);
}

/**
 * bb_playback_set_rate:
 * @self: a playback
 * @rate: times as fast as the file; there is sound at 1 only
 */
void
bb_playback_set_rate (BbPlayback *self, double rate)
{
  g_mutex_lock (&self->lock);
  if (rate != self->wanted.rate)
    {
      gboolean running = self->clock.running;
      gint64 now = bb_playback_get_now (self);

      bb_playback_stop_clock (self);
      self->wanted.rate = rate;
      if (running)
        bb_playback_start_clock (self, now);
      wake_all (self);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
bb_playback_is_playing (BbPlayback *self)
{
  gboolean playing;

  g_mutex_lock (&self->lock);
  playing = self->wanted.playing;
  g_mutex_unlock (&self->lock);
  return playing;
}

/**
 * bb_playback_seek:
 * @self: a playback
 * @time: nanoseconds from the source's start
 *
 * Goes to the frame that is shown at @time; the last one of several calls wins. Looking at what the
 * trim leaves out stops playing.
 *
 * Returns: @time, brought into the source
 */
gint64
bb_playback_seek (BbPlayback *self, gint64 time)
{
  g_mutex_lock (&self->lock);
  time = MAX (time, 0);
  if (self->file.about.duration > 0)
    time = MIN (time, self->file.about.duration);
  if (time < self->wanted.trim_start || time >= self->wanted.trim_end)
    self->wanted.playing = FALSE;
  self->news.position = time;
  bb_playback_go_to (self, time);
  self->wanted.passing = TRUE;
  bb_playback_pass_kept (self);
  wake_all (self);
  g_mutex_unlock (&self->lock);
  return time;
}

/**
 * bb_playback_step:
 * @self: a playback
 * @frames: how many to go on, or back where negative
 *
 * Stops, and goes some frames from the one on screen. Calls add up.
 */
void
bb_playback_step (BbPlayback *self, int frames)
{
  g_mutex_lock (&self->lock);
  self->wanted.playing = FALSE;
  self->wanted.at_end = FALSE;
  bb_playback_stop_clock (self);
  self->wanted.steps += frames;
  wake_all (self);
  g_mutex_unlock (&self->lock);
}

/**
 * bb_playback_get_stats:
 * @self: a playback
 * @stats: (out caller-allocates): figures
 */
void
bb_playback_get_stats (BbPlayback *self, BbPlayerStats *stats)
{
  gint64 now = g_get_monotonic_time ();

  *stats = (BbPlayerStats) { 0 };
  g_mutex_lock (&self->lock);
  stats->frames_per_second = bb_meter_get_rate (&self->figures.effect, now);
  stats->batches_per_second = bb_meter_get_rate (&self->figures.batches, now);
  stats->decode_ms = bb_meter_get_milliseconds (&self->figures.decode, now);
  stats->effect_ms = bb_meter_get_milliseconds (&self->figures.effect, now);
  stats->display_ms = bb_meter_get_milliseconds (&self->figures.display, now);
  stats->dropped = self->figures.dropped;
  stats->shown = self->figures.shown;
  stats->memory = self->made.memory;
  stats->batch = self->made.batch;
  g_strlcpy (stats->device, self->made.device_name, sizeof stats->device);
  stats->gpu_decodes = self->figures.gpu_decodes;
  if (self->figures.decode_notice != NULL &&
      g_strlcpy (stats->decode_notice, self->figures.decode_notice, sizeof stats->decode_notice) >=
        sizeof stats->decode_notice)
    {
      const char *end;

      /* Not in the midst of a character. */
      g_utf8_validate (stats->decode_notice, -1, &end);
      stats->decode_notice[end - stats->decode_notice] = '\0';
    }
  g_mutex_unlock (&self->lock);
}
