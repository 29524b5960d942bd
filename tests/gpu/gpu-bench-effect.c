/* gpu-bench-effect.c: how long the effect takes by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-bench.h"

#include <math.h>

static const GpuColumn columns[] = {
  { "ms_per_frame", "ms a frame", 4, TRUE },
  { "frames_per_second", "frames/s", 0, TRUE },
  { "mb_per_frame", "MB moved a frame", 2, FALSE },
  { "gb_per_second", "GB/s", 0, TRUE },
  { "share_of_copy", "share of copy bandwidth", 2, TRUE },
  { "memory_mib", "device memory, MiB", 0, FALSE },
};

static BbFrame *
make_frame (const BbFormat *format, guint32 seed, GError **error)
{
  BbFrame *frame = bb_frame_new (format, error);
  GRand *rand = g_rand_new_with_seed (seed);

  for (int p = 0; frame != NULL && p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        frame->data[p][(gsize) y * (gsize) frame->stride[p] + (gsize) x] =
          (guint8) g_rand_int_range (rand, 16, 236);
  g_rand_free (rand);
  return frame;
}

/* @n frames on the device: a few different ones in turn would stay in the card's cache. */
static BbBatch *
make_batch (BbDevice *device, const BbFormat *format, guint n, GError **error)
{
  g_autoptr (BbBatch) batch = bb_batch_new (n);
  g_autoptr (BbFrame) first = make_frame (format, 1, error);

  if (first == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    batch->frame[i] = bb_frame_ref (first);
  return bb_device_upload (device, g_steal_pointer (&batch), error);
}

/* Runs the batch @rounds times and waits for the last of it. */
static gboolean
run_rounds (BbDevice *device, BbBatch *frames, guint rounds, GError **error)
{
  for (guint round = 0; round < rounds; round++)
    {
      BbBatch *batch = bb_batch_new (frames->n_frames);
      g_autoptr (BbBatch) out = NULL;

      for (guint i = 0; i < frames->n_frames; i++)
        batch->frame[i] = bb_frame_ref (frames->frame[i]);
      out = bb_device_run (device, batch, NULL, error);
      if (out == NULL)
        return FALSE;
      if (round + 1 == rounds)
        {
          out->frame[0] = bb_device_download (device, out->frame[0], error);
          if (out->frame[0] == NULL)
            return FALSE;
        }
    }
  return TRUE;
}

/* What the kernels must at least move: each frame read once and written once, and the reduced planes
 * written and read. */
static gsize
get_traffic (const BbPlan *plan)
{
  gsize sample = plan->precision == BB_PRECISION_FP16 ? 2 : 4;
  gsize bytes = bb_format_get_frame_size (&plan->source) + bb_format_get_frame_size (&plan->target);

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      int reduced_width, reduced_height, blurred_width, blurred_height;

      bb_plan_get_intermediate (plan, p, &reduced_width, &reduced_height, &blurred_width,
                                &blurred_height);
      bytes += 2 * sample *
               ((gsize) reduced_width * (gsize) reduced_height +
                (gsize) blurred_width * (gsize) blurred_height);
    }
  return bytes;
}

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) * 1e-6;
}

static gboolean
measure (GpuBench *bench, BbDevice *device, guint n, BbPrecision precision,
         double copy, GError **error)
{
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (BbBatch) frames = NULL;
  g_autofree char *label = NULL;
  BbFormat source;
  BbFormat target;
  BbRecipeValues values;
  guint rounds = 1;
  double took = 0.0;
  double frame;
  double bytes;

  gpu_bench_get_sizes (bench, &source, &target);
  bb_recipe_values_init (&values);
  values.width = target.width;
  values.height = target.height;
  values.precision = precision;
  recipe = bb_recipe_new (&values, error);
  if (recipe == NULL)
    return FALSE;
  plan = bb_plan_new (recipe, &source, BB_ORIENTATION_UPRIGHT, 1.0, &target, error);
  if (plan == NULL || !bb_device_prepare (device, plan, n, error))
    return FALSE;
  frames = make_batch (device, &source, n, error);
  if (frames == NULL || !run_rounds (device, frames, 2, error))
    return FALSE;
  while (TRUE)
    {
      gint64 start = g_get_monotonic_time ();

      if (!run_rounds (device, frames, rounds, error))
        return FALSE;
      took = seconds_since (start);
      if (took >= bench->seconds || bench->small)
        break;
      rounds = (guint) CLAMP ((double) rounds * 1.3 * bench->seconds / MAX (took, 1e-6), rounds + 1.0,
                              rounds * 20.0);
    }
  frame = took / ((double) rounds * n);
  bytes = (double) get_traffic (plan);
  label = g_strdup_printf ("batch %u, %s", n, precision == BB_PRECISION_FP16 ? "FP16" : "FP32");
  gpu_report_row (&bench->report, label,
                  (const double[]) { frame * 1e3, 1.0 / frame, bytes * 1e-6, bytes / frame * 1e-9,
                                     bytes / frame / copy,
                                     (double) plan->frame_bytes * n / 1048576.0 });
  return TRUE;
}

/**
 * gpu_bench_effect:
 * @bench: what to work with
 * @error: return location for an error
 *
 * Measures the effect by itself: frames lie on the device already, and finished ones stay there.
 * Each figure is wall time over enough batches that waiting for the last one does not matter.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
gpu_bench_effect (GpuBench *bench, GError **error)
{
  static const guint sizes[] = { 1, 8, 32, 128 };
  g_autoptr (BbDevice) device = bb_device_open (bench->device, error);
  double copy = NAN;

  if (device == NULL)
    return FALSE;
  gpu_report_begin (&bench->report, "effect", "effect alone", columns, G_N_ELEMENTS (columns));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int precision = 0; precision < 2; precision++)
      if (!measure (bench, device, sizes[i], precision, copy, error))
        return FALSE;
  gpu_report_note (&bench->report,
                   "Frames lie on the device before and after. Bytes moved are what any kernels must "
                   "move: each frame read once and written once, the reduced planes written and read.");
  return TRUE;
}
