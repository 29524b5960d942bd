/* bb-cuda-context.h: a GPU that is open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda.h"

G_BEGIN_DECLS

/* The kernels of gpu/kernels/, named as there. */
#define BB_CUDA_KERNELS(X)                                                                         \
  X (FIT_U8_F16, "bb_fit_u8_f16")                                                                  \
  X (FIT_U8_F32, "bb_fit_u8_f32")                                                                  \
  X (FIT_U16_F16, "bb_fit_u16_f16")                                                                \
  X (FIT_U16_F32, "bb_fit_u16_f32")                                                                \
  X (FIT_U8_PAIRS, "bb_fit_u8_pairs")                                                              \
  X (FIT_U8_F16_2, "bb_fit_u8_f16_2")                                                              \
  X (FIT_U8_F32_2, "bb_fit_u8_f32_2")                                                              \
  X (FIT_U16_F16_2, "bb_fit_u16_f16_2")                                                            \
  X (FIT_U16_F32_2, "bb_fit_u16_f32_2")                                                            \
  X (FIT_U8_PAIRS_2, "bb_fit_u8_pairs_2")                                                          \
  X (REDUCE_U8_F16, "bb_reduce_u8_f16")                                                            \
  X (REDUCE_U8_F32, "bb_reduce_u8_f32")                                                            \
  X (REDUCE_U16_F16, "bb_reduce_u16_f16")                                                          \
  X (REDUCE_U16_F32, "bb_reduce_u16_f32")                                                          \
  X (REDUCE_U8_F16_2, "bb_reduce_u8_f16_2")                                                        \
  X (REDUCE_U8_F32_2, "bb_reduce_u8_f32_2")                                                        \
  X (REDUCE_U16_F16_2, "bb_reduce_u16_f16_2")                                                      \
  X (REDUCE_U16_F32_2, "bb_reduce_u16_f32_2")                                                      \
  X (BLUR_F16, "bb_blur_f16")                                                                      \
  X (BLUR_F32, "bb_blur_f32")                                                                      \
  X (COMPOSE_F16_U8, "bb_compose_f16_u8")                                                          \
  X (COMPOSE_F16_U16, "bb_compose_f16_u16")                                                        \
  X (COMPOSE_F32_U8, "bb_compose_f32_u8")                                                          \
  X (COMPOSE_F32_U16, "bb_compose_f32_u16")                                                        \
  X (COMPOSE_F16_U8_2, "bb_compose_f16_u8_2")                                                      \
  X (COMPOSE_F16_U16_2, "bb_compose_f16_u16_2")                                                    \
  X (COMPOSE_F32_U8_2, "bb_compose_f32_u8_2")                                                      \
  X (COMPOSE_F32_U16_2, "bb_compose_f32_u16_2")                                                    \
  X (OVERLAY_U8, "bb_overlay_u8")                                                                  \
  X (OVERLAY_U16, "bb_overlay_u16")                                                                \
  X (DEINTERLACE_U8, "bb_deinterlace_u8")                                                          \
  X (DEINTERLACE_U16, "bb_deinterlace_u16")                                                        \
  X (PRESENT, "bb_present_pixels")

typedef enum {
#define BB_CUDA_KERNEL(id, name) BB_CUDA_KERNEL_##id,
  BB_CUDA_KERNELS (BB_CUDA_KERNEL)
#undef BB_CUDA_KERNEL
    BB_CUDA_N_KERNELS
} BbCudaKernel;

/**
 * BbCudaContext:
 * @cuda: the driver's functions
 * @index: number of the GPU
 * @device: the driver's handle of it
 * @handle: its primary context, which all of the process share
 * @stream: where all kernels run, in order; FFmpeg gets it too
 * @upload: where frames and tables are copied to the GPU
 * @download: where finished frames are copied off it
 * @kernel: the kernels
 * @description: name, memory, architecture and driver, for people
 *
 * A GPU that is open. Reference-counted; any thread may use it while it is inside a scope, see
 * bb_cuda_context_enter().
 */
typedef struct _BbCudaContext BbCudaContext;
struct _BbCudaContext {
  const BbCuda *cuda;
  int index;
  CUdevice device;
  CUcontext handle;
  CUstream stream;
  CUstream upload;
  CUstream download;
  CUfunction kernel[BB_CUDA_N_KERNELS];
  char *description;

  /*< private >*/
  gatomicrefcount refs;
  CUmodule module;
  void (*clear) (BbCudaContext *context); /* (nullable): frees what it keeps to use again */
  GMutex lock;
  GQueue idle_events;
  GQueue idle_blocks;
  gsize allocated; /* bytes of device memory, idle ones too */
  gsize idle;
  double busy_seconds;
  GQueue spans;
};

BbCudaContext *bb_cuda_context_new (int index, GError **error);
BbCudaContext *bb_cuda_context_ref (BbCudaContext *context);
void bb_cuda_context_unref (BbCudaContext *context);
gboolean bb_cuda_context_launch (BbCudaContext *context, BbCudaKernel kernel, const guint grid[3],
                                 const guint block[2], void **parameters, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbCudaContext, bb_cuda_context_unref)

/**
 * BbCudaScope:
 *
 * While one lives, its context is the thread's current one.
 */
typedef BbCudaContext *BbCudaScope;

BbCudaScope bb_cuda_context_enter (BbCudaContext *context, GError **error);
BbCudaScope bb_cuda_context_enter_to_release (BbCudaContext *context);
void bb_cuda_scope_clear (BbCudaScope *scope);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BbCudaScope, bb_cuda_scope_clear)

G_END_DECLS
