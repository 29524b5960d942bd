/* gpu-bench-copy.c: how fast a GPU copies within its own memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-bench.h"

#include "cuda/bb-cuda-memory.h"
#include "cuda/bb-cuda-device.h"

#include <math.h>

/* Far more than any cache holds. */
#define COPY_BYTES (512 * 1024 * 1024)
#define SMALL_BYTES (1024 * 1024)
#define ROUNDS 20

static const GpuColumn columns[] = {
  { "mib", "MiB", 0, FALSE },
  { "gb_per_second", "GB/s, read and written", 0, TRUE },
};

/* Seconds that @rounds copies take, between two events. */
static double
time_copies (BbCudaContext *context, BbCudaBlock *from, BbCudaBlock *to, int rounds, GError **error)
{
  const BbCuda *cuda = context->cuda;
  PFN_cuMemcpyDtoDAsync_v3020 copy = (PFN_cuMemcpyDtoDAsync_v3020) bb_cuda_find_symbol (
    "cuMemcpyDtoDAsync", 3020, "cuMemcpyDtoDAsync_v2");
  CUevent first = NULL;
  CUevent last = NULL;
  float milliseconds = NAN;
  gboolean done = bb_cuda_check (cuda->event_create (&first, CU_EVENT_DEFAULT), "making an event",
                                 error) &&
                  bb_cuda_check (cuda->event_create (&last, CU_EVENT_DEFAULT), "making an event",
                                 error) &&
                  bb_cuda_check (cuda->event_record (first, context->stream), "starting a clock",
                                 error);

  for (int i = 0; done && i < rounds; i++)
    done = bb_cuda_check (copy ((CUdeviceptr) to->address, (CUdeviceptr) from->address, from->size,
                                context->stream),
                          "copying on the card", error);
  done = done &&
         bb_cuda_check (cuda->event_record (last, context->stream), "stopping a clock", error) &&
         bb_cuda_check (cuda->event_synchronize (last), "waiting for copies", error) &&
         bb_cuda_check (cuda->event_elapsed_time (&milliseconds, first, last), "reading a clock",
                        error);
  if (first != NULL)
    cuda->event_destroy (first);
  if (last != NULL)
    cuda->event_destroy (last);
  return done ? (double) milliseconds * 1e-3 : NAN;
}

/**
 * gpu_bench_copy:
 * @bench: what to work with
 * @device: a device
 * @bandwidth: (out): bytes a second that a copy reads and writes together; NAN where @device is no
 *   GPU
 * @error: return location for an error
 *
 * Measures copies from device memory to device memory.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
gpu_bench_copy (GpuBench *bench, BbDevice *device, double *bandwidth, GError **error)
{
  gsize size = bench->small ? SMALL_BYTES : COPY_BYTES;
  BbCudaContext *context;
  g_auto (BbCudaScope) scope = NULL;
  BbCudaBlock *from;
  BbCudaBlock *to;
  double seconds = NAN;

  *bandwidth = NAN;
  if (!BB_IS_CUDA_DEVICE (device))
    return TRUE;
  context = bb_cuda_device_get_context (BB_CUDA_DEVICE (device));
  scope = bb_cuda_context_enter (context, error);
  if (scope == NULL)
    return FALSE;
  from = bb_cuda_block_new (context, size, FALSE, error);
  to = from != NULL ? bb_cuda_block_new (context, size, FALSE, error) : NULL;
  /* The first ones wake the GPU up. */
  if (to != NULL && !isnan (time_copies (context, from, to, 3, error)))
    seconds = time_copies (context, from, to, ROUNDS, error);
  bb_cuda_block_free (context, from, NULL);
  bb_cuda_block_free (context, to, NULL);
  if (isnan (seconds))
    return FALSE;
  *bandwidth = 2.0 * (double) size * ROUNDS / seconds;
  gpu_report_begin (&bench->report, "copy", "copy on the card", columns, G_N_ELEMENTS (columns));
  gpu_report_row (&bench->report, "device to device",
                  (const double[]) { (double) size / 1048576.0, *bandwidth * 1e-9 });
  return TRUE;
}
