/* bb-cuda-pool.h: buffers for frames that are used again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-memory.h"

G_BEGIN_DECLS

/**
 * BbCudaPool:
 *
 * Rooms of one size, in memory of the GPU or pinned memory of the host, allocated many at a time
 * so that those taken one after the other mostly lie side by side.
 */
typedef struct _BbCudaPool BbCudaPool;

/**
 * BbCudaBuffer:
 * @address: first byte
 * @block: what it is a part of
 *
 * Room for a frame.
 */
typedef struct {
  guint8 *address;
  const BbCudaBlock *block;

  /*< private >*/
  BbCudaEvent *last_use;
} BbCudaBuffer;

BbCudaPool *bb_cuda_pool_new (gsize buffer_size, gboolean pinned);
BbCudaPool *bb_cuda_pool_ref (BbCudaPool *pool);
gboolean bb_cuda_pool_serves (BbCudaPool *pool, gsize buffer_size, guint n_buffers);
gboolean bb_cuda_pool_grow (BbCudaPool *pool, BbCudaContext *context, guint n_buffers, GError **error);
guint bb_cuda_pool_get_n_buffers (BbCudaPool *pool);
gboolean bb_cuda_pool_is_idle (BbCudaPool *pool);
BbCudaBuffer *bb_cuda_pool_acquire (BbCudaPool *pool, BbCudaContext *context, GError **error);
void bb_cuda_pool_release (BbCudaPool *pool, BbCudaBuffer *buffer, BbCudaEvent *last_use);
void bb_cuda_pool_unref (BbCudaPool *pool, BbCudaContext *context, BbCudaEvent *last_use);

G_END_DECLS
