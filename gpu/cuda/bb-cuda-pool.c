/* bb-cuda-pool.c: buffers for frames that are used again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cuda-pool.h"

#include "bb-error.h"

/* Rooms that are added where more are held than was thought, by an encoder that looks ahead. */
#define MORE_ROOMS 8

struct _BbCudaPool {
  gsize buffer_size;
  gboolean pinned;

  GMutex lock;
  GPtrArray *slabs; /* of BbCudaBlock */
  GPtrArray *buffers; /* all of them */
  GQueue idle;      /* in the order they were given back: those side by side stay so */
  gatomicrefcount refs;
};

static void
free_buffer (gpointer data)
{
  BbCudaBuffer *buffer = data;

  g_clear_pointer (&buffer->last_use, bb_cuda_event_unref);
  g_free (buffer);
}

/**
 * bb_cuda_pool_new:
 * @buffer_size: bytes of a buffer
 * @pinned: whether they are in pinned memory of the host
 *
 * Returns: (transfer full): a pool that has allocated nothing yet
 */
BbCudaPool *
bb_cuda_pool_new (gsize buffer_size, gboolean pinned)
{
  BbCudaPool *pool = g_new0 (BbCudaPool, 1);

  pool->buffer_size = buffer_size;
  pool->pinned = pinned;
  pool->slabs = g_ptr_array_new ();
  pool->buffers = g_ptr_array_new_with_free_func (free_buffer);
  g_queue_init (&pool->idle);
  g_mutex_init (&pool->lock);
  g_atomic_ref_count_init (&pool->refs);
  return pool;
}

/**
 * bb_cuda_pool_ref:
 * @pool: a pool
 *
 * Returns: (transfer full): @pool
 */
BbCudaPool *
bb_cuda_pool_ref (BbCudaPool *pool)
{
  g_atomic_ref_count_inc (&pool->refs);
  return pool;
}

/**
 * bb_cuda_pool_serves:
 * @pool: a pool
 * @buffer_size: bytes of a buffer
 * @n_buffers: a number of buffers
 *
 * Returns: whether it has as many buffers of just that size
 */
gboolean
bb_cuda_pool_serves (BbCudaPool *pool, gsize buffer_size, guint n_buffers)
{
  gboolean serves;

  g_mutex_lock (&pool->lock);
  serves = pool->buffer_size == buffer_size && pool->buffers->len >= n_buffers;
  g_mutex_unlock (&pool->lock);
  return serves;
}

/**
 * bb_cuda_pool_grow:
 * @pool: a pool
 * @context: the current context
 * @n_buffers: how many more
 * @error: return location for an error
 *
 * Allocates buffers, side by side.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_MEMORY
 */
gboolean
bb_cuda_pool_grow (BbCudaPool *pool, BbCudaContext *context, guint n_buffers, GError **error)
{
  BbCudaBlock *block =
    bb_cuda_block_new (context, pool->buffer_size * n_buffers, pool->pinned, error);

  if (block == NULL)
    return FALSE;
  g_mutex_lock (&pool->lock);
  g_ptr_array_add (pool->slabs, block);
  for (guint i = 0; i < n_buffers; i++)
    {
      BbCudaBuffer *buffer = g_new0 (BbCudaBuffer, 1);

      buffer->address = block->address + i * pool->buffer_size;
      buffer->block = block;
      g_ptr_array_add (pool->buffers, buffer);
      g_queue_push_tail (&pool->idle, buffer);
    }
  g_mutex_unlock (&pool->lock);
  return TRUE;
}

/**
 * bb_cuda_pool_get_n_buffers:
 * @pool: a pool
 *
 * Returns: buffers that it has, idle ones and others
 */
guint
bb_cuda_pool_get_n_buffers (BbCudaPool *pool)
{
  guint n_buffers;

  g_mutex_lock (&pool->lock);
  n_buffers = pool->buffers->len;
  g_mutex_unlock (&pool->lock);
  return n_buffers;
}

/**
 * bb_cuda_pool_is_idle:
 * @pool: a pool
 *
 * Returns: whether all its buffers were given back
 */
gboolean
bb_cuda_pool_is_idle (BbCudaPool *pool)
{
  gboolean idle;

  g_mutex_lock (&pool->lock);
  idle = g_queue_get_length (&pool->idle) == pool->buffers->len;
  g_mutex_unlock (&pool->lock);
  return idle;
}

/* Where there is no memory for many more buffers, there may be for a few. */
static gboolean
grow_as_possible (BbCudaPool *pool, BbCudaContext *context, GError **error)
{
  for (guint n = MORE_ROOMS; n > 1; n /= 2)
    {
      g_autoptr (GError) failure = NULL;

      if (bb_cuda_pool_grow (pool, context, n, &failure))
        return TRUE;
      if (!g_error_matches (failure, BB_ERROR, BB_ERROR_MEMORY))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
  return bb_cuda_pool_grow (pool, context, 1, error);
}

/**
 * bb_cuda_pool_acquire:
 * @pool: a pool
 * @context: the current context
 * @error: return location for an error
 *
 * Takes a buffer. On the GPU it may be used by what is queued on the stream of kernels from now on;
 * pinned, by what is queued on the stream of downloads.
 *
 * Returns: (transfer full): a buffer, or %NULL with %BB_ERROR_MEMORY
 */
BbCudaBuffer *
bb_cuda_pool_acquire (BbCudaPool *pool, BbCudaContext *context, GError **error)
{
  BbCudaBuffer *buffer;
  g_autoptr (BbCudaEvent) last_use = NULL;

  g_mutex_lock (&pool->lock);
  buffer = g_queue_pop_head (&pool->idle);
  g_mutex_unlock (&pool->lock);
  if (buffer == NULL)
    {
      if (!grow_as_possible (pool, context, error))
        return NULL;
      return bb_cuda_pool_acquire (pool, context, error);
    }
  last_use = g_steal_pointer (&buffer->last_use);
  if (bb_cuda_event_hold (last_use, context->stream, error))
    return buffer;
  bb_cuda_pool_release (pool, buffer, last_use);
  return NULL;
}

/**
 * bb_cuda_pool_release:
 * @pool: a pool
 * @buffer: (transfer full): a buffer
 * @last_use: (nullable): when the last use outside the stream of kernels is over
 *
 * Gives a buffer back, on any thread.
 */
void
bb_cuda_pool_release (BbCudaPool *pool, BbCudaBuffer *buffer, BbCudaEvent *last_use)
{
  if (last_use != NULL)
    buffer->last_use = bb_cuda_event_ref (last_use);
  g_mutex_lock (&pool->lock);
  g_queue_push_tail (&pool->idle, buffer);
  g_mutex_unlock (&pool->lock);
}

/**
 * bb_cuda_pool_unref:
 * @pool: (transfer full) (nullable): a pool
 * @context: the current context
 * @last_use: (nullable): when the last use of the buffers that its owner had is over
 *
 * Drops a reference. With the last one, when all buffers were given back, the memory is.
 */
void
bb_cuda_pool_unref (BbCudaPool *pool, BbCudaContext *context, BbCudaEvent *last_use)
{
  if (pool == NULL || !g_atomic_ref_count_dec (&pool->refs))
    return;
  for (guint i = 0; i < pool->slabs->len; i++)
    bb_cuda_block_free (context, pool->slabs->pdata[i], last_use);
  g_ptr_array_unref (pool->slabs);
  g_ptr_array_unref (pool->buffers);
  g_queue_clear (&pool->idle);
  g_mutex_clear (&pool->lock);
  g_free (pool);
}
