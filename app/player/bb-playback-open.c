/* bb-playback-open.c: opens a file for the threads behind a player
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-playback-private.h"

#include "bb-niceness.h"

#include <glib/gi18n.h>
#include <math.h>

/* Where the file does not tell its rate. */
#define DEFAULT_FRAME_DURATION 40000000

static void
playback_frame_free (gpointer data)
{
  BbPlaybackFrame *frame = data;

  bb_frame_unref (frame->frame);
  g_free (frame);
}

static void
describe (BbPlayback *self)
{
  const BbSourceInfo *info = &self->file.info;
  gboolean transposed = (info->orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  double aspect = (double) info->sar_num / info->sar_den;
  int width = transposed ? info->format.height : info->format.width;
  int height = transposed ? info->format.width : info->format.height;

  if (transposed)
    aspect = 1.0 / aspect;
  self->file.about = (BbPlayerSource) {
    .width = MAX ((int) lround (width * aspect), 1),
    .height = height,
    .start = info->start,
    .duration = info->duration,
    .grid = { .rate_num = info->rate_num,
              .rate_den = info->rate_den,
              .time_base_num = info->time_base_num,
              .time_base_den = info->time_base_den },
    .has_audio = info->has_audio,
    .hdr = info->hdr,
  };
  if (info->rate_num > 0)
    self->file.about.frame_duration = (gint64) (1e9 * info->rate_den / info->rate_num);
  self->file.frame_duration =
    self->file.about.frame_duration > 0 ? self->file.about.frame_duration : DEFAULT_FRAME_DURATION;
  g_strlcpy (self->file.about.codec, info->codec, sizeof self->file.about.codec);
}

static void
append (BbPlayback *self, BbFrame *frame)
{
  BbPlaybackFrame *decoded = g_new0 (BbPlaybackFrame, 1);

  decoded->frame = frame;
  decoded->time = bb_source_info_get_time (&self->file.info, frame->pts);
  decoded->end = bb_source_info_get_time (&self->file.info, frame->pts + frame->duration);
  g_ptr_array_add (self->decoded.frames, decoded);
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

  bb_niceness_enter (BB_NICENESS_PREVIEW);
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
                   _ ("Cannot read “%s”: it has no frame; choose a file that a player can play"),
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
  g_queue_init (&self->made.queue);
  g_queue_init (&self->made.discarded);
  self->closing = g_cancellable_new ();
  self->file.path = g_strdup (path);
  self->file.info = *bb_source_get_info (source);
  self->file.source = g_steal_pointer (&source);
  self->decoded.frames = g_ptr_array_new_with_free_func (playback_frame_free);
  bb_playback_init_passing (self);
  self->wanted.trim_end = G_MAXINT64;
  self->wanted.rate = 1.0;
  self->figures.shown_time = -1;
  self->made.part = self->made.ahead = self->made.history = 1;
  self->made.batch = 1;
  describe (self);
  append (self, g_steal_pointer (&frame));
  self->file.first_time = self->file.about.grid.first = bb_playback_get_frame (self, 0)->time;
  self->decoded.cursor = 0;
  self->decoded.next = 1;
  self->made.redo = TRUE;
  return self;
}
