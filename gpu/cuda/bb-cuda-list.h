/* bb-cuda-list.h: the GPUs of this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda.h"

G_BEGIN_DECLS

/**
 * BbCudaGpu:
 * @index: its number, from 0
 * @device: the driver's handle
 * @name: its name
 * @memory: bytes of its memory
 * @major: compute capability
 * @minor: compute capability, after the point
 * @problem: (nullable): why it cannot be used, and what to do
 *
 * What is known of a GPU without opening it.
 */
typedef struct {
  int index;
  CUdevice device;
  char *name;
  guint64 memory;
  int major;
  int minor;
  char *problem;
} BbCudaGpu;

gboolean bb_cuda_gpu_init (BbCudaGpu *gpu, int index, GError **error);
void bb_cuda_gpu_clear (BbCudaGpu *gpu);
char *bb_cuda_gpu_describe (const BbCudaGpu *gpu);
int bb_cuda_count_gpus (GError **error);
void bb_cuda_prefer_gpu (const guint8 uuid[16]);
int bb_cuda_find_preferred_gpu (void);

G_END_DECLS
