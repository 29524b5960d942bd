/* bb-tune-measure.c: how fast a device is with batches of each size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each batch goes the way that it goes in a render: to the device in the parts that it works on at
 * once, and finished back to host memory, with the next part on its way already.
 */

#include "bb-tune-measure.h"

#include "bb-error.h"

#include <stdlib.h>

/* In each round a point is timed as often as fits this time, once at least. Microseconds. */
#define POINT_TIME (G_USEC_PER_SEC / 12)
#define MAX_TIMES 500

/* Frames that are timed together, at least: what comes in between by chance, such as another program
 * that gets the processor, is then as likely with small batches as with large ones. */
#define TIMED_FRAMES 8

/* No further round is begun that would end later than this. Microseconds. */
#define ALL_TIME (10 * G_USEC_PER_SEC)

/* What is done to measure one point. */
typedef struct {
  BbEngine *engine;
  const BbSourceInfo *source;
  BbEngineOutput output[2]; /* the same work in FP16 and in FP32, indexed by BbPrecision */
  BbFrame *const *frames;
  guint n_frames;
  guint next; /* the frame that comes next */
  GCancellable *cancellable;
  BbBatch *pending; /* (nullable): a part that is finished before long */
} Run;

static gboolean
finish (Run *run, GError **error)
{
  g_autoptr (BbBatch) batch = g_steal_pointer (&run->pending);

  for (guint i = 0; batch != NULL && i < batch->n_frames; i++)
    if (!bb_frame_wait (batch->frame[i], error))
      return FALSE;
  return TRUE;
}

/* Hands a part to the device, and waits for the one before. */
static gboolean
run_part (Run *run, guint n, GError **error)
{
  g_autofree BbFrame **frames = g_new (BbFrame *, n);
  BbBatch *batch = NULL;

  for (guint i = 0; i < n; i++)
    frames[i] = run->frames[run->next++ % run->n_frames];
  if (bb_engine_upload (run->engine, frames, n, error) &&
      bb_engine_run (run->engine, &batch, run->cancellable, error))
    batch = bb_device_download_batch (bb_engine_get_device (run->engine), batch, error);
  if (batch == NULL)
    return FALSE;
  if (!finish (run, error))
    {
      bb_batch_free (batch);
      return FALSE;
    }
  run->pending = batch;
  return TRUE;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* Microseconds that a part of @n frames takes, the median of some. */
static double
time_parts (Run *run, guint n, GError **error)
{
  guint n_parts = n < TIMED_FRAMES ? TIMED_FRAMES / n : 1;
  gint64 times[MAX_TIMES];
  guint n_times = 0;
  gint64 begin = g_get_monotonic_time ();
  gint64 last;

  /* Two parts warm it up: as many are under way at once, each in memory that is touched for the first
   * time then, as it is not in the middle of a render. Where one takes very long, that counts little. */
  if (!run_part (run, n, error) ||
      (g_get_monotonic_time () - begin < 4 * POINT_TIME && !run_part (run, n, error)))
    return -1.0;
  begin = last = g_get_monotonic_time ();
  while (n_times == 0 || (n_times < MAX_TIMES && last - begin < POINT_TIME))
    {
      gint64 now;

      for (guint i = 0; i < n_parts; i++)
        if (!run_part (run, n, error))
          return -1.0;
      now = g_get_monotonic_time ();
      times[n_times++] = now - last;
      last = now;
    }
  if (!finish (run, error))
    return -1.0;
  qsort (times, n_times, sizeof *times, compare_times);
  return (double) (times[(n_times - 1) / 2] + times[n_times / 2]) / 2.0 / n_parts;
}

/* Measures milliseconds a frame of one point once. Too little memory is a result, no error. */
static gboolean
measure_point (Run *run, BbTunePoint *point, double *frame_ms, GError **error)
{
  guint batch = (guint) point->batch;
  guint part = 1;
  GError *failure = NULL;
  double time = -1.0;

  point->fits = FALSE;
  if (!bb_engine_set_outputs (run->engine, run->source, &run->output[point->precision], 1, error))
    return FALSE;
  point->memory = bb_engine_get_memory_needed (run->engine, batch);
  if (bb_engine_fit (run->engine, batch, 1) < batch)
    return TRUE;
  if (bb_engine_prepare (run->engine, batch, &failure))
    {
      part = bb_engine_get_part (run->engine);
      if (bb_engine_get_batch (run->engine) < batch)
        return TRUE;
      time = time_parts (run, part, &failure);
    }
  g_clear_pointer (&run->pending, bb_batch_free);
  if (failure != NULL)
    {
      if (g_error_matches (failure, BB_ERROR, BB_ERROR_MEMORY))
        {
          g_debug ("A batch of %u: %s", batch, failure->message);
          g_error_free (failure);
          return TRUE;
        }
      g_propagate_error (error, failure);
      return FALSE;
    }
  point->fits = TRUE;
  *frame_ms = MAX (time, 1.0) * 1e-3 / part;
  return TRUE;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

typedef double Times[BB_TUNE_N_POINTS][BB_TUNE_N_ROUNDS];

/* Takes the median of what was measured of a point in @n rounds. Batches that the device works on in
 * parts of the same size are the same work, and share their times: else chance would choose among
 * them. */
static void
update_point (BbTunePoint *points, guint i, Times times, guint n, guint chunk)
{
  double sorted[BB_TUNE_N_POINTS * BB_TUNE_N_ROUNDS] = { 0.0 };
  BbTunePoint *point = &points[i];
  guint n_sorted = 0;

  point->frame_ms = point->frames_per_second = 0.0;
  if (!point->fits)
    return;
  for (guint j = 0; j < BB_TUNE_N_POINTS; j++)
    if (j == i || (points[j].fits && points[j].precision == point->precision &&
                   (guint) MIN (points[j].batch, point->batch) >= chunk))
      for (guint k = 0; k < n; k++)
        if (times[j][k] > 0.0)
          sorted[n_sorted++] = times[j][k];
  qsort (sorted, n_sorted, sizeof *sorted, compare_doubles);
  point->frame_ms = (sorted[(n_sorted - 1) / 2] + sorted[n_sorted / 2]) / 2.0;
  point->frames_per_second = 1e3 / point->frame_ms;
}

static BbRecipe *
change_precision (const BbRecipe *recipe, BbPrecision precision)
{
  BbRecipeValues values = *bb_recipe_get (recipe);

  values.precision = precision;
  return bb_recipe_new (&values, NULL);
}

/**
 * bb_tune_measure:
 * @engine: an engine, which gets outputs of its own
 * @source: what is known of the source
 * @recipe: what to make; its batch size and precision do not count
 * @target: format of the finished frames
 * @frames: (array length=n_frames): frames of the source, at least one
 * @n_frames: how many
 * @points: (out caller-allocates): all points, see #BbTune
 * @progress: (nullable): hears of each point
 * @user_data: data for @progress
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Measures each batch size in both precisions, each point once a round: the median of some batches
 * after a warm-up, and of that the median of the rounds. So neither a short disturbance nor a device
 * that slows down as it gets warm prefers a point. It takes a few seconds; rounds are left out where
 * they would take long. A size that the memory does not hold, or that the device refuses for
 * want of memory, does not fit.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_tune_measure (BbEngine *engine, const BbSourceInfo *source, const BbRecipe *recipe,
                 const BbFormat *target, BbFrame *const *frames, guint n_frames,
                 BbTunePoint points[BB_TUNE_N_POINTS], BbTuneFunc progress, gpointer user_data,
                 GCancellable *cancellable, GError **error)
{
  Times times = { { 0.0 } };
  guint chunk = bb_device_get_chunk (bb_engine_get_device (engine));
  guint round;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (BbRecipe) half = change_precision (recipe, BB_PRECISION_FP16);
  g_autoptr (BbRecipe) full = change_precision (recipe, BB_PRECISION_FP32);
  Run run = {
    .engine = engine,
    .source = source,
    .output = { [BB_PRECISION_FP16] = { half, *target }, [BB_PRECISION_FP32] = { full, *target } },
    .frames = frames,
    .n_frames = n_frames,
    .cancellable = cancellable,
  };

  g_return_val_if_fail (n_frames > 0, FALSE);

  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    points[i] = (BbTunePoint) {
      .batch = 1 << (i / 2),
      .precision = i % 2 == 0 ? BB_PRECISION_FP16 : BB_PRECISION_FP32,
      .fits = TRUE,
    };
  for (round = 0; round < BB_TUNE_N_ROUNDS; round++)
    {
      if (round > 0 && (g_get_monotonic_time () - start) * (round + 1) / round > ALL_TIME)
        break;
      for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
        {
          BbTunePoint *point = &points[i];

          /* What did not fit once does not count. */
          if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
              (point->fits && !measure_point (&run, point, &times[i][round], error)))
            return FALSE;
          update_point (points, i, times, round + 1, chunk);
          if (progress != NULL)
            progress (point, round * BB_TUNE_N_POINTS + i + 1, user_data);
        }
    }
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    update_point (points, i, times, round, chunk);
  return TRUE;
}
