/* bb-cuda-picture.h: pictures in a GPU's memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-memory.h"
#include "bb-picture.h"

G_BEGIN_DECLS

/**
 * BbCudaPixels:
 * @context: the GPU
 * @block: (nullable): the pixels, rows as the picture's `stride` says; %NULL where they went to main
 *   memory
 * @ready: (nullable): when they are there
 *
 * The pixels of a picture that a GPU has made.
 */
typedef struct {
  BbCudaContext *context;
  BbCudaBlock *block;
  BbCudaEvent *ready;

  /*< private >*/
  GMutex lock;
  BbCudaEvent *last_use;
} BbCudaPixels;

BbPicture *bb_cuda_picture_new (BbCudaContext *context,
                                BbFrame *frame,
                                const BbPresentOptions *options,
                                GError **error);
BbCudaContext *bb_cuda_picture_get_context (BbPicture *picture);
const BbCudaPixels *bb_cuda_picture_get_pixels (BbPicture *picture);
gboolean bb_cuda_picture_add_use (BbPicture *picture, CUstream stream, GError **error);

G_END_DECLS
