/* gpu-hog.c: memory of a GPU that others have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-hog.h"

#include "cuda/bb-cuda-device.h"
#include "cuda/bb-cuda-memory.h"

struct _GpuHog {
  BbCudaContext *context;
  GArray *taken; /* of CUdeviceptr */
};

/**
 * gpu_hog_new:
 * @device: a GPU
 *
 * Returns: (transfer full): what takes its memory, none yet
 */
GpuHog *
gpu_hog_new (BbDevice *device)
{
  GpuHog *hog = g_new0 (GpuHog, 1);

  hog->context = bb_cuda_context_ref (bb_cuda_device_get_context (BB_CUDA_DEVICE (device)));
  hog->taken = g_array_new (FALSE, FALSE, sizeof (CUdeviceptr));
  return hog;
}

/**
 * gpu_hog_take:
 * @hog: a hog
 * @leave: bytes that are left, about
 */
void
gpu_hog_take (GpuHog *hog, gsize leave)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (hog->context, NULL);
  const BbCuda *cuda = hog->context->cuda;
  size_t left = 0, total = 0;

  for (gsize piece = (gsize) 1 << 34; piece >= 1 << 20; piece /= 2)
    while (cuda->mem_get_info (&left, &total) == CUDA_SUCCESS && left > leave + piece)
      {
        CUdeviceptr address;

        if (cuda->mem_alloc (&address, piece) != CUDA_SUCCESS)
          break;
        g_array_append_val (hog->taken, address);
      }
  g_test_message ("%zu MiB of %zu left", left >> 20, total >> 20);
}

/**
 * gpu_hog_free:
 * @hog: (transfer full): a hog
 *
 * Gives all memory back.
 */
void
gpu_hog_free (GpuHog *hog)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (hog->context, NULL);

  for (guint i = 0; i < hog->taken->len; i++)
    hog->context->cuda->mem_free (g_array_index (hog->taken, CUdeviceptr, i));
  g_array_unref (hog->taken);
  bb_cuda_context_unref (hog->context);
  g_free (hog);
}
