/* bb-cuda-memory.h: events and memory of a context
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-context.h"

G_BEGIN_DECLS

/**
 * BbCudaEvent:
 *
 * A mark in a stream's program. Reference-counted, and used again.
 */
typedef struct _BbCudaEvent BbCudaEvent;

/** bb_cuda_divide_up: blocks that @n items take, @step of them each */
static inline guint
bb_cuda_divide_up (int n, int step)
{
  return (guint) ((n + step - 1) / step);
}

BbCudaEvent *bb_cuda_event_new (BbCudaContext *context, CUstream stream, GError **error);
BbCudaEvent *bb_cuda_event_ref (BbCudaEvent *event);
void bb_cuda_event_unref (BbCudaEvent *event);
gboolean bb_cuda_event_hold (BbCudaEvent *event, CUstream stream, GError **error);
gboolean bb_cuda_event_wait (BbCudaEvent *event, GError **error);
gboolean bb_cuda_event_is_over (BbCudaEvent *event);
void bb_cuda_context_add_span (BbCudaContext *context, BbCudaEvent *start, BbCudaEvent *end);
double bb_cuda_context_get_busy_seconds (BbCudaContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbCudaEvent, bb_cuda_event_unref)

/**
 * BbCudaBlock:
 * @address: first byte, on the GPU or, of a pinned block, of the host
 * @size: bytes that were asked for
 *
 * Memory of the GPU, or memory of the host that the GPU copies from and to by itself. Blocks that
 * are given back are used again.
 */
typedef struct {
  guint8 *address;
  gsize size;

  /*< private >*/
  gboolean pinned;
  gsize capacity;
  BbCudaEvent *last_use;
} BbCudaBlock;

BbCudaBlock *
bb_cuda_block_new (BbCudaContext *context, gsize size, gboolean pinned, GError **error);
void
bb_cuda_block_free (BbCudaContext *context, BbCudaBlock *block, BbCudaEvent *last_use);

guint64 bb_cuda_context_get_memory_left (BbCudaContext *context);
guint64 bb_cuda_context_get_memory_used (BbCudaContext *context);
void bb_cuda_memory_trim (BbCudaContext *context);

G_END_DECLS
