/* bb-tune.c: which batch size and precision are the fastest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-tune.h"

#include "bb-error.h"
#include "bb-tune-measure.h"
#include "media/bb-encoder.h"
#include "media/bb-source.h"

#include <glib/gi18n-lib.h>

/* Frames of the clip that are decoded, and bytes that they may take: batches are filled with them
 * again and again. */
#define MAX_FRAMES 16
#define MAX_FRAME_BYTES (192 * 1024 * 1024)

/* What is within this of the fastest is as fast: no measurement is better than that. */
#define TIE 0.03

static GPtrArray *
frames_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) bb_frame_unref);
}

/* The frames that a batch is filled with, from the trim's start. */
static GPtrArray *
read_frames (BbSource *source, const BbRecipeValues *values, GCancellable *cancellable,
             GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (source);
  gint64 end = values->end < 0 ? G_MAXINT64 : bb_source_info_get_pts (info, values->end);
  gsize bytes = bb_format_get_frame_size (&info->format);
  guint most = (guint) CLAMP (MAX_FRAME_BYTES / MAX (bytes, 1), 1, MAX_FRAMES);
  g_autoptr (GPtrArray) frames = frames_new ();
  g_autofree char *name = NULL;

  if (values->start > 0 && !bb_source_seek (source, values->start, cancellable, error))
    return NULL;
  while (frames->len < most)
    {
      GError *failure = NULL;
      BbFrame *frame = bb_source_read (source, cancellable, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return NULL;
        }
      if (frame == NULL || frame->pts >= end)
        {
          g_clear_pointer (&frame, bb_frame_unref);
          break;
        }
      g_ptr_array_add (frames, frame);
    }
  if (frames->len > 0)
    return g_steal_pointer (&frames);
  name = g_filename_display_name (bb_source_get_path (source));
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _("“%s” has no frame within the trim: choose another start or end"), name);
  return NULL;
}

/**
 * bb_tune_choose:
 * @points: (array length=n_points): points
 * @n_points: how many
 *
 * Chooses of the points that fit: what is within 3 % of the fastest is as fast, and of that the
 * smallest batch is best, since it takes the least memory and starts the soonest; of two precisions
 * then FP32 is.
 *
 * Returns: index of the best point; -1 where none fits
 */
int
bb_tune_choose (const BbTunePoint *points, guint n_points)
{
  double fastest = 0.0;
  int best = -1;

  for (guint i = 0; i < n_points; i++)
    if (points[i].fits)
      fastest = MAX (fastest, points[i].frames_per_second);
  for (guint i = 0; i < n_points; i++)
    {
      const BbTunePoint *point = &points[i];

      if (!point->fits || point->frames_per_second < (1.0 - TIE) * fastest)
        continue;
      if (best < 0 || point->batch < points[best].batch ||
          (point->batch == points[best].batch && point->precision == BB_PRECISION_FP32))
        best = (int) i;
    }
  return best;
}

/**
 * bb_tune_get_fastest:
 * @tune: a measurement
 *
 * Returns: index of the point with the best figure, which may be a little better than that of the
 *   point that is the best
 */
int
bb_tune_get_fastest (const BbTune *tune)
{
  int fastest = tune->best;

  for (int i = 0; i < BB_TUNE_N_POINTS; i++)
    if (tune->point[i].fits &&
        tune->point[i].frames_per_second > tune->point[fastest].frames_per_second)
      fastest = i;
  return fastest;
}

static gboolean
measure (BbTune *tune, BbSource *source, BbEngine *engine, BbRecipe *recipe, BbTuneFunc progress,
         gpointer user_data, GCancellable *cancellable, GError **error)
{
  const BbEncoder *encoder = bb_encoder_choose (recipe, error);
  BbEncoderInput input;
  g_autoptr (GPtrArray) frames = NULL;

  /* As they are brought to the host, whichever encoder gets them. */
  if (encoder == NULL ||
      !bb_encoder_get_input (encoder, recipe, bb_source_get_info (source), BB_MEMORY_HOST, &input,
                             error) ||
      !bb_source_set_tone_map (source, input.tone_map, error))
    return FALSE;
  frames = read_frames (source, bb_recipe_get (recipe), cancellable, error);
  if (frames == NULL)
    return FALSE;
  tune->width = input.format.width;
  tune->height = input.format.height;
  return bb_tune_measure (engine, bb_source_get_info (source), recipe, &input.format,
                          (BbFrame *const *) frames->pdata, frames->len, tune->point, progress,
                          user_data, cancellable, error);
}

/**
 * bb_tune_run:
 * @input: name of a video
 * @recipe: what to make of it, on which device; its batch size and precision do not count
 * @progress: (nullable): hears of each point
 * @user_data: data for @progress
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Measures with the video's own frames, a few seconds. Blocks, so call it on a thread of its own.
 *
 * Returns: (transfer full): what was measured, or %NULL with an error: %BB_ERROR_MEMORY where not
 *   even one frame fits
 */
BbTune *
bb_tune_run (const char *input, BbRecipe *recipe, BbTuneFunc progress, gpointer user_data,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (BbTune) tune = g_new0 (BbTune, 1);
  g_autoptr (BbSource) source = bb_source_new (input, error);
  g_autoptr (BbEngine) engine = NULL;
  g_autofree char *name = NULL;

  if (source == NULL)
    return NULL;
  engine = bb_engine_open (bb_recipe_get (recipe)->device, error);
  if (engine == NULL)
    return NULL;
  tune->device = g_strdup (bb_device_get_description (bb_engine_get_device (engine)));
  tune->notice = g_strdup (bb_device_get_notice (bb_engine_get_device (engine)));
  if (!measure (tune, source, engine, recipe, progress, user_data, cancellable, error))
    return NULL;
  tune->best = bb_tune_choose (tune->point, BB_TUNE_N_POINTS);
  if (tune->best >= 0)
    return g_steal_pointer (&tune);
  name = g_filename_display_name (input);
  g_set_error (error, BB_ERROR, BB_ERROR_MEMORY,
               _("Not enough memory to make “%s” at %d×%d: choose a smaller canvas"), name,
               tune->width, tune->height);
  return NULL;
}

/**
 * bb_tune_free:
 * @tune: (transfer full): a measurement
 */
void
bb_tune_free (BbTune *tune)
{
  g_free (tune->device);
  g_free (tune->notice);
  g_free (tune);
}
