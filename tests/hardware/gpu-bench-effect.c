/* gpu-bench-effect.c: how long the effect takes by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-device.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "gpu-bench.h"

#include "cuda/bb-cuda-memory.h"
#include "cuda/bb-cuda-device.h"
#include "../gpu/cuda/bb-cuda-traffic.h"

#include <math.h>

static const GpuColumn columns[] = {
  { "us_per_frame", "µs a frame", 2, TRUE },
  { "kernels_us_per_frame", "of it kernels", 2, TRUE },
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

/* A block of the GPU's memory that frames share. */
typedef struct {
  BbCudaContext *context;
  BbCudaBlock *block;
} CardMemory;

static void
free_card_memory (gpointer data)
{
  CardMemory *memory = data;
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (memory->context, NULL);

  bb_cuda_block_free (memory->context, memory->block, NULL);
  bb_cuda_context_unref (memory->context);
  g_free (memory);
}

/* @n frames in a GPU's memory, as its decoder leaves them: NV12, rows of a multiple of 512 bytes. */
static BbBatch *
make_card_batch (BbCudaDevice *device, const BbFormat *format, guint n, GError **error)
{
  BbCudaContext *context = bb_cuda_device_get_context (device);
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, error);
  gsize stride = ((gsize) format->width + 511) / 512 * 512;
  gsize size = stride * (gsize) (format->height + bb_format_get_plane_height (format, 1));
  g_autofree guint8 *noise = g_malloc (size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (BbBatch) batch = bb_batch_new (n);

  if (scope == NULL)
    return NULL;
  for (gsize i = 0; i < size; i++)
    noise[i] = (guint8) g_rand_int_range (rand, 16, 236);
  for (guint i = 0; i < n; i++)
    {
      BbCudaBlock *block = bb_cuda_block_new (context, size, FALSE, error);
      CardMemory *memory;
      BbFrame *frame;

      if (block == NULL)
        return NULL;
      memory = g_new (CardMemory, 1);
      *memory = (CardMemory) { bb_cuda_context_ref (context), block };
      frame = batch->frame[i] = bb_frame_new_wrapped (format, memory, free_card_memory);
      frame->memory = BB_MEMORY_DEVICE;
      frame->data[0] = block->address;
      frame->data[1] = block->address + stride * (gsize) format->height;
      frame->data[2] = frame->data[1] + 1;
      for (int p = 0; p < BB_N_PLANES; p++)
        frame->stride[p] = (int) stride;
      if (!bb_cuda_check (context->cuda->memcpy_h_to_d_async ((CUdeviceptr) block->address, noise,
                                                              size, context->stream),
                          "copying frames to the card", error) ||
          !bb_cuda_check (context->cuda->stream_synchronize (context->stream), "copying frames",
                          error))
        return NULL;
    }
  return g_steal_pointer (&batch);
}

/**
 * gpu_bench_make_batch:
 * @device: a device
 * @format: format of the frames
 * @n: how many
 * @error: return location for an error
 *
 * Makes frames where the device reads them: different ones, so that none stays in a cache.
 *
 * Returns: (transfer full): the frames, or %NULL with an error
 */
BbBatch *
gpu_bench_make_batch (BbDevice *device, const BbFormat *format, guint n, GError **error)
{
  g_autoptr (BbBatch) batch = NULL;

  if (BB_IS_CUDA_DEVICE (device))
    return make_card_batch (BB_CUDA_DEVICE (device), format, n, error);
  batch = bb_batch_new (n);
  for (guint i = 0; i < n; i++)
    {
      batch->frame[i] = make_frame (format, i, error);
      if (batch->frame[i] == NULL)
        return NULL;
    }
  return g_steal_pointer (&batch);
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
      batch = bb_device_upload (device, batch, error);
      out = batch != NULL ? bb_test_device_run (device, batch, NULL, error) : NULL;
      if (out == NULL)
        return FALSE;
      if (round + 1 == rounds)
        {
          out->frame[0] = bb_device_download (device, out->frame[0], error);
          if (out->frame[0] == NULL || !bb_frame_wait (out->frame[0], error))
            return FALSE;
        }
    }
  return TRUE;
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
  BbCudaTraffic traffic;
  BbRecipeValues values;
  guint rounds = 1;
  double took = 0.0;
  double kernels = 0.0;
  double frame;
  double bytes;

  gpu_bench_get_sizes (bench, &source, &target);
  source.interleaved = target.interleaved = BB_IS_CUDA_DEVICE (device);
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  values.width = target.width;
  values.height = target.height;
  values.precision = precision;
  recipe = bb_recipe_new (&values, error);
  if (recipe == NULL)
    return FALSE;
  plan = bb_test_plan_new (recipe, &source, BB_ORIENTATION_UPRIGHT, 1.0, &target, error);
  if (plan == NULL || !bb_test_device_prepare (device, plan, n, error))
    return FALSE;
  frames = gpu_bench_make_batch (device, &source, n, error);
  if (frames == NULL || !run_rounds (device, frames, 2, error))
    return FALSE;
  while (TRUE)
    {
      gint64 start = g_get_monotonic_time ();

      kernels = bb_device_get_seconds (device);
      if (!run_rounds (device, frames, rounds, error))
        return FALSE;
      took = seconds_since (start);
      kernels = bb_device_get_seconds (device) - kernels;
      if (took >= bench->seconds || bench->small)
        break;
      rounds = (guint) CLAMP ((double) rounds * 1.3 * bench->seconds / MAX (took, 1e-6), rounds + 1.0,
                              rounds * 20.0);
    }
  frame = took / ((double) rounds * n);
  bb_cuda_traffic_init (&traffic, plan);
  bytes = (double) bb_cuda_traffic_get_total (&traffic);
  label = g_strdup_printf ("batch %u, %s", n, precision == BB_PRECISION_FP16 ? "FP16" : "FP32");
  gpu_report_row (&bench->report, label,
                  (const double[]) { frame * 1e6, kernels / ((double) rounds * n) * 1e6, 1.0 / frame, bytes * 1e-6, bytes / frame * 1e-9,
                                     bytes / frame / copy,
                                     (double) bb_device_get_memory_used (device) / 1048576.0 });
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
  g_autoptr (BbDevice) device = bb_devices_open (bench->device, error);
  double copy = NAN;

  if (device == NULL || !gpu_bench_copy (bench, device, &copy, error))
    return FALSE;
  gpu_report_begin (&bench->report, "effect", "effect alone", columns, G_N_ELEMENTS (columns));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int precision = 0; precision < 2; precision++)
      if (!measure (bench, device, sizes[i], precision, copy, error))
        return FALSE;
  gpu_report_note (&bench->report,
                   "Frames lie on the device before and after. Bytes moved are those of "
                   "gpu/cuda/KERNELS.md: each counted once a kernel.");
  return TRUE;
}
