/* bb-playback.c: the threads behind a player
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is wanted, what is shown, and what is told to the owner.
 */

#include "config.h"

#include "bb-playback-private.h"

#include "bb-background.h"
#include "bb-error.h"
#include "bb-thread.h"
#include "media/bb-encoder.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Where the file does not tell its rate. */
#define DEFAULT_FRAME_DURATION 40000000

/* A seek that was overtaken this long ago and has not arrived is let through, so that dragging
 * shows something on slow files too. Microseconds. */
#define STORM_PATIENCE 150000

/* Longest wait for threads of a closed playback, microseconds. */
#define MOST_WAIT 2000000

static void
playback_frame_free (gpointer data)
{
  BbPlaybackFrame *frame = data;

  bb_frame_unref (frame->frame);
  g_free (frame);
}

void
bb_playback_shot_free (gpointer data)
{
  BbPlaybackShot *shot = data;

  bb_picture_unref (shot->picture);
  g_clear_pointer (&shot->compared, bb_picture_unref);
  g_free (shot);
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
  g_queue_clear_full (&self->shots, bb_playback_shot_free);
  g_queue_clear_full (&self->waste, bb_playback_shot_free);
  g_ptr_array_set_size (self->window, 0);
  g_clear_pointer (&self->picture, bb_picture_unref);
  g_clear_pointer (&self->compared, bb_picture_unref);
  g_clear_pointer (&self->source, bb_source_free);
}

void
bb_playback_unref (BbPlayback *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  empty (self);
  g_ptr_array_unref (self->window);
  g_ptr_array_unref (self->threads);
  g_clear_pointer (&self->recipe, bb_recipe_unref);
  g_clear_object (&self->closing);
  g_clear_object (&self->seeking);
  g_clear_object (&self->batching);
  g_clear_object (&self->device);
  g_clear_object (&self->source_device);
  g_clear_error (&self->error);
  g_free (self->decode_notice);
  g_free (self->path);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->decode_cond);
  g_cond_clear (&self->effect_cond);
  g_cond_clear (&self->clock_cond);
  g_cond_clear (&self->end_cond);
  g_free (self);
}

static void
describe (BbPlayback *self)
{
  const BbSourceInfo *info = &self->info;
  gboolean transposed = (info->orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  double aspect = (double) info->sar_num / info->sar_den;
  int width = transposed ? info->format.height : info->format.width;
  int height = transposed ? info->format.width : info->format.height;

  if (transposed)
    aspect = 1.0 / aspect;
  self->about = (BbPlayerSource) {
    .width = MAX ((int) lround (width * aspect), 1),
    .height = height,
    .duration = info->duration,
    .has_audio = info->has_audio,
    .hdr = info->hdr,
  };
  if (info->rate_num > 0)
    self->about.frame_duration = (gint64) (1e9 * info->rate_den / info->rate_num);
  self->frame_duration =
    self->about.frame_duration > 0 ? self->about.frame_duration : DEFAULT_FRAME_DURATION;
  g_strlcpy (self->about.codec, info->codec, sizeof self->about.codec);
}

static void
append (BbPlayback *self, BbFrame *frame)
{
  BbPlaybackFrame *decoded = g_new0 (BbPlaybackFrame, 1);

  decoded->frame = frame;
  decoded->time = bb_source_info_get_time (&self->info, frame->pts);
  decoded->end = bb_source_info_get_time (&self->info, frame->pts + frame->duration);
  g_ptr_array_add (self->window, decoded);
}

/* A file that is being opened. */
typedef struct {
  const char *path;
  BbSource *source;
  BbFrame *frame;
  GError *error;
} Opening;

static gpointer
open_thread (gpointer data)
{
  Opening *opening = data;

  bb_background_enter (BB_BACKGROUND_PREVIEW);
  opening->source = bb_source_new (opening->path, &opening->error);
  if (opening->source != NULL)
    opening->frame = bb_source_read (opening->source, NULL, &opening->error);
  return NULL;
}

/**
 * bb_playback_open:
 * @path: name of a local file
 * @error: return location for an error
 *
 * Opens a file and decodes its first frame. Blocks, so call it on a thread of its own.
 *
 * Returns: (transfer full): a playback that has not started, or %NULL with %BB_ERROR_INPUT
 */
BbPlayback *
bb_playback_open (const char *path, GError **error)
{
  Opening opening = { .path = path };
  g_autoptr (GThread) thread = NULL;
  g_autoptr (BbSource) source = NULL;
  g_autoptr (BbFrame) frame = NULL;
  BbPlayback *self;

  /* The decoder's own threads are started in there, and step back too. The calling thread may be a
   * pool's, which must not. */
  thread = bb_thread_new ("bb-open", open_thread, &opening, error);
  if (thread == NULL)
    return NULL;
  g_thread_join (g_steal_pointer (&thread));
  source = opening.source;
  frame = opening.frame;
  if (opening.error != NULL)
    {
      g_propagate_error (error, opening.error);
      return NULL;
    }
  if (frame == NULL)
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   _("Cannot read “%s”: it has no frame; choose a file that a player can play"),
                   name);
      return NULL;
    }

  self = g_new0 (BbPlayback, 1);
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->decode_cond);
  g_cond_init (&self->effect_cond);
  g_cond_init (&self->clock_cond);
  g_cond_init (&self->end_cond);
  self->threads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_thread_unref);
  g_queue_init (&self->shots);
  g_queue_init (&self->waste);
  self->closing = g_cancellable_new ();
  self->path = g_strdup (path);
  self->info = *bb_source_get_info (source);
  self->source = g_steal_pointer (&source);
  self->window = g_ptr_array_new_with_free_func (playback_frame_free);
  self->trim_end = G_MAXINT64;
  self->shown_time = -1;
  self->part = self->ahead = self->history = 1;
  self->batch = 1;
  describe (self);
  append (self, g_steal_pointer (&frame));
  self->first_time = bb_playback_get_frame (self, 0)->time;
  self->cursor = 0;
  self->next = 1;
  self->redo = TRUE;
  return self;
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
 * @present_options: (nullable): what is shown as it is; stays valid as long as the program runs
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
bb_playback_start (BbPlayback *self, const BbPresentOptions *present_options, BbPlaybackFunc func,
                   gpointer user_data, GError **error)
{
  self->present_options = present_options;
  self->wake = bb_wake_new (G_PRIORITY_DEFAULT, func, user_data);
  if (self->about.has_audio)
    {
      self->sound = bb_sound_new (self->path, self->info.start);
      bb_sound_set_muted (self->sound, self->muted);
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
  if (self->seeking != NULL)
    g_cancellable_cancel (self->seeking);
  if (self->batching != NULL)
    g_cancellable_cancel (self->batching);
  if (self->wake != NULL)
    bb_wake_close (self->wake);
  g_clear_pointer (&self->wake, bb_wake_unref);
  wake_all (self);
  g_clear_pointer (&self->sound, bb_sound_close);
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
  return &self->about;
}

/* Has the owner look at the news. */
void
bb_playback_tell (BbPlayback *self)
{
  if (self->wake != NULL)
    bb_wake_signal (self->wake);
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
  if (self->picture_is_news)
    {
      news->picture = bb_picture_ref (self->picture);
      if (self->compared != NULL)
        news->compared = bb_picture_ref (self->compared);
      if (self->picture->time != self->shown_time)
        self->shown++;
      self->shown_time = self->picture->time;
      self->shown_generation = self->picture->generation;
    }
  news->position = self->position;
  news->playing = self->playing;
  news->ended = self->ended;
  news->error = g_steal_pointer (&self->error);
  self->picture_is_news = self->ended = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Whether a picture is of an older recipe than the one that is set, of which one was shown already. */
gboolean
bb_playback_is_stale (BbPlayback *self, const BbPicture *picture)
{
  return picture->generation == self->shown_generation &&
         picture->generation != bb_recipe_get_generation (self->recipe);
}

/* Stops with an error. Takes @error. */
void
bb_playback_fail (BbPlayback *self, GError *error)
{
  self->playing = FALSE;
  bb_playback_stop_clock (self);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  bb_playback_tell (self);
}

/* Has the effect thread free a shot: giving back that much memory takes a while, and those who wait
 * for the lock should not. */
void
bb_playback_waste (BbPlayback *self, BbPlaybackShot *shot)
{
  g_queue_push_tail (&self->waste, shot);
  g_cond_broadcast (&self->effect_cond);
}

/* Makes a picture the current one. Takes both. */
void
bb_playback_show (BbPlayback *self, BbPicture *picture, BbPicture *compared)
{
  /* One that nobody looked at. */
  if (self->picture_is_news && self->running && self->picture->time != picture->time &&
      self->picture->time != self->shown_time)
    self->dropped++;
  if (self->picture != NULL)
    {
      BbPlaybackShot *last = g_new0 (BbPlaybackShot, 1);

      last->picture = self->picture;
      last->compared = self->compared;
      bb_playback_waste (self, last);
    }
  self->picture = picture;
  self->compared = compared;
  self->picture_is_news = TRUE;
  if (!self->seek_pending)
    self->position = picture->time;
  bb_playback_tell (self);
}

/* Drops what was finished ahead; the device begins anew behind the cursor. */
void
bb_playback_flush (BbPlayback *self)
{
  BbPlaybackShot *shot;

  while ((shot = g_queue_pop_head (&self->shots)) != NULL)
    bb_playback_waste (self, shot);
  if (self->batching != NULL)
    g_cancellable_cancel (self->batching);
  self->next = self->cursor + 1;
}

/* Drops decoded frames that are too far behind the cursor. */
void
bb_playback_trim_window (BbPlayback *self)
{
  int n = self->cursor - (int) self->history;

  if (n <= 0)
    return;
  g_ptr_array_remove_range (self->window, 0, (guint) n);
  self->cursor -= n;
  self->next -= n;
}

/* Jumps to a frame of the window. */
void
bb_playback_set_cursor (BbPlayback *self, int index)
{
  self->cursor = index;
  self->epoch++;
  bb_playback_stop_clock (self);
  self->redo = TRUE;
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
  const BbPlaybackFrame *frame = bb_playback_get_frame (self, self->cursor);

  return CLAMP (MAX (self->seek_target, self->trim_start), frame->time, frame->end);
}

/* Gets the sound ready while pictures are made. */
void
bb_playback_prepare_clock (BbPlayback *self)
{
  if (self->sound != NULL && self->playing && !self->seek_pending && self->cursor >= 0)
    bb_sound_prepare (self->sound, bb_playback_get_start (self));
}

void
bb_playback_start_clock (BbPlayback *self, gint64 time)
{
  self->base_time = time;
  self->base_monotonic = g_get_monotonic_time ();
  self->running = TRUE;
  if (self->sound != NULL)
    bb_sound_start (self->sound, time);
}

void
bb_playback_stop_clock (BbPlayback *self)
{
  self->running = FALSE;
  if (self->sound != NULL)
    bb_sound_stop (self->sound);
}

/* The instant that should be on screen, where the clock runs: what is heard, else what the monotonic
 * clock says since then. */
gint64
bb_playback_get_now (BbPlayback *self)
{
  gint64 monotonic = g_get_monotonic_time ();
  gint64 heard;

  if (self->sound != NULL && bb_sound_get_time (self->sound, &heard))
    {
      self->base_time = heard;
      self->base_monotonic = monotonic;
    }
  return self->base_time + (monotonic - self->base_monotonic) * 1000;
}

/* Has the decode thread go somewhere. */
void
bb_playback_go_to (BbPlayback *self, gint64 time)
{
  gint64 now = g_get_monotonic_time ();

  self->seek_pending = TRUE;
  self->seek_target = time;
  self->steps = 0;
  self->at_end = FALSE;
  bb_playback_stop_clock (self);
  if (self->batching != NULL)
    g_cancellable_cancel (self->batching);
  if (self->seeking != NULL && now - self->storm_start < STORM_PATIENCE)
    g_cancellable_cancel (self->seeking);
  g_cond_broadcast (&self->decode_cond);
}

/* Whether the device took the last frame before the end. */
gboolean
bb_playback_is_taken (BbPlayback *self)
{
  if (self->next < (int) self->window->len)
    return bb_playback_get_frame (self, self->next)->time >= self->trim_end;
  return self->source_ended;
}

/* Whether nothing is left to be shown before the end. */
gboolean
bb_playback_is_exhausted (BbPlayback *self)
{
  return !self->seek_pending && !self->redo && !self->busy && g_queue_is_empty (&self->shots) &&
         bb_playback_is_taken (self);
}

/* Whether what is on screen, or will be, is not part of the trim. */
static gboolean
is_outside (BbPlayback *self)
{
  const BbPlaybackFrame *frame;

  if (self->seek_pending || self->cursor < 0)
    return self->seek_target < self->trim_start || self->seek_target >= self->trim_end;
  frame = bb_playback_get_frame (self, self->cursor);
  return frame->end <= self->trim_start || frame->time >= self->trim_end;
}

static void
change_look (BbPlayback *self)
{
  self->look++;
  self->redo = TRUE;
  bb_playback_flush (self);
  g_cond_broadcast (&self->effect_cond);
}

/* What an encoder would get. Where the recipe's encoder does not like something, that is for the
 * export to say. */
static void
choose_target (BbPlayback *self)
{
  const BbEncoder *encoder = self->on_card ? bb_encoder_choose_on_card (self->recipe) : NULL;
  g_autoptr (BbRecipe) plain = NULL;
  BbEncoderInput input = { .format = self->info.format, .tone_map = self->tone_map };

  if (encoder == NULL)
    encoder = bb_encoder_choose (self->recipe, NULL);
  if (encoder == NULL)
    {
      BbRecipeValues values = *bb_recipe_get (self->recipe);

      values.encoder = "auto";
      values.preset = "";
      values.quality = -1;
      plain = bb_recipe_new (&values, NULL);
      encoder = bb_encoder_choose (plain, NULL);
    }
  if (encoder != NULL)
    bb_encoder_get_input (encoder, self->recipe, &self->info, BB_MEMORY_HOST, &input, NULL);
  self->target = input.format;
  self->tone_map = input.tone_map;
}

/* Says whether the device is a card, whose encoder may take other frames. */
void
bb_playback_set_on_card (BbPlayback *self, gboolean on_card)
{
  BbFormat before = self->target;
  gboolean tone_map = self->tone_map;

  if (self->on_card == on_card)
    return;
  self->on_card = on_card;
  choose_target (self);
  if (tone_map == self->tone_map && memcmp (&before, &self->target, sizeof before) == 0)
    return;
  change_look (self);
  g_cond_broadcast (&self->decode_cond);
}

/**
 * bb_playback_set_recipe:
 * @self: a playback
 * @recipe: what to show
 *
 * What was finished with an older recipe and is not on screen yet is dropped; the current frame is
 * made first, alone.
 */
void
bb_playback_set_recipe (BbPlayback *self, BbRecipe *recipe)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);

  g_mutex_lock (&self->lock);
  bb_recipe_ref (recipe);
  g_clear_pointer (&self->recipe, bb_recipe_unref);
  self->recipe = recipe;
  if (self->picture_is_news && bb_playback_is_stale (self, self->picture))
    self->picture_is_news = FALSE;
  choose_target (self);
  if (values->start != self->trim_start || values->end != self->trim_end)
    self->at_end = FALSE;
  self->trim_start = values->start;
  self->trim_end = values->end < 0 ? G_MAXINT64 : values->end;
  change_look (self);
  if (self->tone_map != self->source_tone_map)
    g_cond_broadcast (&self->decode_cond);
  /* Playing does not leave the trim. */
  if (self->playing && is_outside (self))
    bb_playback_go_to (self, self->trim_start);
  g_cond_broadcast (&self->clock_cond);
  g_mutex_unlock (&self->lock);
}

/**
 * bb_playback_set_size:
 * @self: a playback
 * @width: pixels that the picture may have in a row
 * @height: rows that it may have
 */
void
bb_playback_set_size (BbPlayback *self, int width, int height)
{
  g_mutex_lock (&self->lock);
  if (self->box_width != width || self->box_height != height)
    {
      self->box_width = width;
      self->box_height = height;
      change_look (self);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * bb_playback_set_compare:
 * @self: a playback
 * @compare: whether to make the source alone as well
 */
void
bb_playback_set_compare (BbPlayback *self, gboolean compare)
{
  g_mutex_lock (&self->lock);
  if (self->compare != compare)
    {
      self->compare = compare;
      change_look (self);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * bb_playback_set_difference:
 * @self: a playback
 * @gain: how much the difference between FP16 and FP32 is amplified that is shown in place of the
 *   picture; 0 shows the picture
 */
void
bb_playback_set_difference (BbPlayback *self, int gain)
{
  g_mutex_lock (&self->lock);
  if (self->gain != gain)
    {
      self->gain = gain;
      change_look (self);
    }
  g_mutex_unlock (&self->lock);
}

void
bb_playback_set_loop (BbPlayback *self, gboolean loop)
{
  g_mutex_lock (&self->lock);
  self->loop = loop;
  g_mutex_unlock (&self->lock);
}

void
bb_playback_set_muted (BbPlayback *self, gboolean muted)
{
  g_mutex_lock (&self->lock);
  self->muted = muted;
  if (self->sound != NULL)
    bb_sound_set_muted (self->sound, muted);
  g_mutex_unlock (&self->lock);
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
  if (!self->playing)
    {
      self->playing = TRUE;
      self->dropped = self->shown = 0;
      if (self->at_end || is_outside (self))
        bb_playback_go_to (self, self->trim_start);
      else if (self->cursor < 0 && !self->seek_pending)
        bb_playback_go_to (self, self->position);
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
  self->playing = FALSE;
  bb_playback_stop_clock (self);
  wake_all (self);
  g_mutex_unlock (&self->lock);
}

gboolean
bb_playback_is_playing (BbPlayback *self)
{
  gboolean playing;

  g_mutex_lock (&self->lock);
  playing = self->playing;
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
  if (self->about.duration > 0)
    time = MIN (time, self->about.duration);
  if (time < self->trim_start || time >= self->trim_end)
    self->playing = FALSE;
  self->position = time;
  bb_playback_go_to (self, time);
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
  self->playing = FALSE;
  self->at_end = FALSE;
  bb_playback_stop_clock (self);
  self->steps += frames;
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
  stats->frames_per_second = bb_meter_get_rate (&self->effect_meter, now);
  stats->batches_per_second = bb_meter_get_rate (&self->batch_meter, now);
  stats->decode_ms = bb_meter_get_milliseconds (&self->decode_meter, now);
  stats->effect_ms = bb_meter_get_milliseconds (&self->effect_meter, now);
  stats->display_ms = bb_meter_get_milliseconds (&self->display_meter, now);
  stats->dropped = self->dropped;
  stats->shown = self->shown;
  stats->memory = self->memory;
  stats->batch = self->batch;
  g_strlcpy (stats->device, self->device_name, sizeof stats->device);
  stats->card_decodes = self->card_decodes;
  if (self->decode_notice != NULL &&
      g_strlcpy (stats->decode_notice, self->decode_notice, sizeof stats->decode_notice) >=
        sizeof stats->decode_notice)
    {
      const char *end;

      /* Not in the midst of a character. */
      g_utf8_validate (stats->decode_notice, -1, &end);
      stats->decode_notice[end - stats->decode_notice] = '\0';
    }
  g_mutex_unlock (&self->lock);
}
