/* bb-cuda-memory.c: events and memory of a context
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making and freeing either may stop the GPU, so both are kept and used again.
 */

#include "config.h"

#include "bb-cuda-memory.h"

#include "bb-error.h"
#include "bb-phases.h"

#include <glib/gi18n-lib.h>

/* Blocks that a later plan may use again, at most. */
#define MAX_IDLE_BLOCKS 24

struct _BbCudaEvent {
  BbCudaContext *context;
  CUevent handle;
  gatomicrefcount refs;
};

typedef struct {
  BbCudaEvent *start;
  BbCudaEvent *end;
} Span;

static void
destroy_event (BbCudaContext *context, BbCudaEvent *event)
{
  g_autoptr (GError) error = NULL;

  if (!bb_cuda_check (context->cuda->event_destroy (event->handle), "freeing an event", &error))
    g_debug ("%s", error->message);
  g_free (event);
}

static void
destroy_block (BbCudaContext *context, BbCudaBlock *block)
{
  CUresult result = block->pinned ? context->cuda->mem_free_host (block->address)
                                  : context->cuda->mem_free ((CUdeviceptr) block->address);
  g_autoptr (GError) error = NULL;

  if (!bb_cuda_check (result, "freeing memory", &error))
    g_debug ("%s", error->message);
  g_free (block);
}

/* Frees the idle blocks and events of a context that ends, the current one, its streams at rest. */
static void
clear (BbCudaContext *context)
{
  BbCudaBlock *block;
  BbCudaEvent *event;
  Span *span;

  while ((block = g_queue_pop_head (&context->idle_blocks)) != NULL)
    {
      g_clear_pointer (&block->last_use, bb_cuda_event_unref);
      destroy_block (context, block);
    }
  while ((span = g_queue_pop_head (&context->spans)) != NULL)
    {
      bb_cuda_event_unref (span->start);
      bb_cuda_event_unref (span->end);
      g_free (span);
    }
  while ((event = g_queue_pop_head (&context->idle_events)) != NULL)
    destroy_event (context, event);
}

/**
 * bb_cuda_event_new:
 * @context: the current context
 * @stream: a stream of it
 * @error: return location for an error
 *
 * Marks where @stream is. Whoever holds an event holds the context too.
 *
 * Returns: (transfer full): an event, or %NULL with an error
 */
BbCudaEvent *
bb_cuda_event_new (BbCudaContext *context, CUstream stream, GError **error)
{
  g_autoptr (BbCudaEvent) event = NULL;

  g_mutex_lock (&context->lock);
  event = g_queue_pop_head (&context->idle_events);
  g_mutex_unlock (&context->lock);
  if (event == NULL)
    {
      CUevent handle;

      if (!bb_cuda_check (context->cuda->event_create (&handle, CU_EVENT_BLOCKING_SYNC),
                          N_("making an event"), error))
        return NULL;
      event = g_new0 (BbCudaEvent, 1);
      context->clear = clear;
      event->handle = handle;
    }
  event->context = context;
  g_atomic_ref_count_init (&event->refs);
  if (!bb_cuda_check (context->cuda->event_record (event->handle, stream), N_("recording an event"),
                      error))
    return NULL;
  return g_steal_pointer (&event);
}

/**
 * bb_cuda_event_ref:
 * @event: an event
 *
 * Returns: (transfer full): @event
 */
BbCudaEvent *
bb_cuda_event_ref (BbCudaEvent *event)
{
  g_atomic_ref_count_inc (&event->refs);
  return event;
}

/* Drops a reference under the lock. */
static void
drop_event (BbCudaContext *context, BbCudaEvent *event)
{
  if (g_atomic_ref_count_dec (&event->refs))
    g_queue_push_tail (&context->idle_events, event);
}

/**
 * bb_cuda_event_unref:
 * @event: (transfer full): an event
 */
void
bb_cuda_event_unref (BbCudaEvent *event)
{
  BbCudaContext *context = event->context;

  g_mutex_lock (&context->lock);
  drop_event (context, event);
  g_mutex_unlock (&context->lock);
}

/**
 * bb_cuda_event_hold:
 * @event: (nullable): an event
 * @stream: a stream
 * @error: return location for an error
 *
 * Keeps what is queued on @stream from now on from starting before @event has come.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_event_hold (BbCudaEvent *event, CUstream stream, GError **error)
{
  return event == NULL ||
         bb_cuda_check (event->context->cuda->stream_wait_event (stream, event->handle, 0),
                        N_("ordering streams"), error);
}

/**
 * bb_cuda_event_wait:
 * @event: (nullable): an event
 * @error: return location for an error
 *
 * Waits until @event has come, asleep. Any thread may, in any context.
 *
 * Returns: %TRUE, or %FALSE with the error of the work that came before it
 */
gboolean
bb_cuda_event_wait (BbCudaEvent *event, GError **error)
{
  g_auto (BbCudaScope) scope = NULL;

  if (event == NULL)
    return TRUE;
  scope = bb_cuda_context_enter (event->context, error);
  return scope != NULL && bb_cuda_check (scope->cuda->event_synchronize (event->handle),
                                         N_("waiting for frames"), error);
}

/**
 * bb_cuda_event_is_over:
 * @event: an event of the current context
 *
 * Returns: whether the event has come, or never will since the GPU failed
 */
gboolean
bb_cuda_event_is_over (BbCudaEvent *event)
{
  return event->context->cuda->event_query (event->handle) != CUDA_ERROR_NOT_READY;
}

/* Adds up the spans at the queue's head that are over. */
static void
add_up_spans (BbCudaContext *context)
{
  const BbCuda *cuda = context->cuda;

  while (!g_queue_is_empty (&context->spans))
    {
      Span *span = g_queue_peek_head (&context->spans);
      float milliseconds = 0.0f;

      if (cuda->event_query (span->end->handle) == CUDA_ERROR_NOT_READY)
        return;
      if (cuda->event_elapsed_time (&milliseconds, span->start->handle, span->end->handle) ==
          CUDA_SUCCESS)
        context->busy_seconds += (double) milliseconds * 1e-3;
      g_queue_pop_head (&context->spans);
      drop_event (context, span->start);
      drop_event (context, span->end);
      g_free (span);
    }
}

/**
 * bb_cuda_context_add_span:
 * @context: the current context
 * @start: (transfer full): where work began
 * @end: (transfer full): where it ended
 *
 * Counts the time between two events for bb_cuda_context_get_busy_seconds().
 */
void
bb_cuda_context_add_span (BbCudaContext *context, BbCudaEvent *start, BbCudaEvent *end)
{
  Span *span = g_new (Span, 1);

  *span = (Span) { start, end };
  g_mutex_lock (&context->lock);
  g_queue_push_tail (&context->spans, span);
  add_up_spans (context);
  g_mutex_unlock (&context->lock);
}

/**
 * bb_cuda_context_get_busy_seconds:
 * @context: a context
 *
 * Returns: time that the GPU has worked on kernels, as far as it is done
 */
double
bb_cuda_context_get_busy_seconds (BbCudaContext *context)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, NULL);
  double seconds;

  g_mutex_lock (&context->lock);
  if (scope != NULL)
    add_up_spans (context);
  seconds = context->busy_seconds;
  g_mutex_unlock (&context->lock);
  return seconds;
}

/* Takes idle blocks, the oldest first, until @n_left are left. */
static void
take_idle (BbCudaContext *context, guint n_left, GQueue *taken)
{
  while (g_queue_get_length (&context->idle_blocks) > n_left)
    {
      BbCudaBlock *block = g_queue_pop_head (&context->idle_blocks);

      if (!block->pinned)
        {
          context->idle -= block->capacity;
          context->allocated -= block->capacity;
        }
      g_queue_push_tail (taken, block);
    }
}

static void
free_idle (BbCudaContext *context, guint n_left)
{
  GQueue taken = G_QUEUE_INIT;
  BbCudaBlock *block;

  g_mutex_lock (&context->lock);
  take_idle (context, n_left, &taken);
  g_mutex_unlock (&context->lock);
  /* What is queued may still use them, and the stream of kernels is the last to. */
  if (!g_queue_is_empty (&taken))
    context->cuda->stream_synchronize (context->stream);
  while ((block = g_queue_pop_head (&taken)) != NULL)
    {
      g_clear_pointer (&block->last_use, bb_cuda_event_unref);
      destroy_block (context, block);
    }
}

/* An idle block that is large enough, and not much larger. */
static BbCudaBlock *
find_idle (BbCudaContext *context, gsize size, gboolean pinned)
{
  BbCudaBlock *best = NULL;

  g_mutex_lock (&context->lock);
  for (GList *link = context->idle_blocks.head; link != NULL; link = link->next)
    {
      BbCudaBlock *block = link->data;

      if (block->pinned == pinned && block->capacity >= size &&
          block->capacity <= size + size / 4 && (best == NULL || block->capacity < best->capacity))
        best = block;
    }
  if (best != NULL)
    {
      g_queue_remove (&context->idle_blocks, best);
      if (!pinned)
        context->idle -= best->capacity;
    }
  g_mutex_unlock (&context->lock);
  return best;
}

static CUresult
allocate (BbCudaContext *context, gsize size, gboolean pinned, guint8 **address)
{
  CUdeviceptr pointer = 0;
  void *host = NULL;
  CUresult result;

  if (pinned)
    {
      result = context->cuda->mem_host_alloc (&host, size, 0);
      *address = host;
      return result;
    }
  result = context->cuda->mem_alloc (&pointer, size);
  *address = (guint8 *) pointer;
  return result;
}

/**
 * bb_cuda_block_new:
 * @context: the current context
 * @size: bytes
 * @pinned: whether host memory is wanted that the GPU copies from and to
 * @error: return location for an error
 *
 * Allocates memory, or takes some that was given back. Memory of the GPU must be used on the
 * stream of kernels first, or on another one that was made to wait for it; pinned memory may be
 * used at once.
 *
 * Returns: (transfer full): a block with undefined contents, or %NULL with %BB_ERROR_MEMORY
 */
BbCudaBlock *
bb_cuda_block_new (BbCudaContext *context, gsize size, gboolean pinned, GError **error)
{
  BbCudaBlock *block = find_idle (context, size, pinned);
  const char *what = pinned ? N_("allocating pinned memory") : N_("allocating the GPU's memory");
  CUresult result;
  gint64 begin;

  if (block != NULL)
    {
      g_autoptr (BbCudaEvent) last_use = g_steal_pointer (&block->last_use);

      block->size = size;
      if (!pinned || bb_cuda_event_wait (last_use, error))
        return block;
      bb_cuda_block_free (context, block, NULL);
      return NULL;
    }

  context->clear = clear;
  block = g_new0 (BbCudaBlock, 1);
  block->size = block->capacity = size;
  block->pinned = pinned;
  begin = bb_phase_begin ();
  result = allocate (context, size, pinned, &block->address);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    {
      free_idle (context, 0);
      result = allocate (context, size, pinned, &block->address);
    }
  if (!bb_cuda_check (result, what, error))
    {
      g_free (block);
      return NULL;
    }
  bb_phase_end (pinned ? BB_PHASE_PINNED_MEMORY : BB_PHASE_DEVICE_MEMORY, begin, size);
  g_mutex_lock (&context->lock);
  if (!pinned)
    context->allocated += size;
  g_mutex_unlock (&context->lock);
  return block;
}

/**
 * bb_cuda_block_free:
 * @context: the current context
 * @block: (transfer full) (nullable): a block
 * @last_use: (nullable): when the last use of pinned memory is over, which is waited for before it is
 *   used again; %NULL where it is over already, or does no harm
 *
 * Gives a block back, to be used again. The stream of kernels must have been made to wait for its last
 * use.
 */
void
bb_cuda_block_free (BbCudaContext *context, BbCudaBlock *block, BbCudaEvent *last_use)
{
  if (block == NULL)
    return;
  if (block->pinned && last_use != NULL)
    block->last_use = bb_cuda_event_ref (last_use);
  g_mutex_lock (&context->lock);
  g_queue_push_tail (&context->idle_blocks, block);
  if (!block->pinned)
    context->idle += block->capacity;
  g_mutex_unlock (&context->lock);
  free_idle (context, MAX_IDLE_BLOCKS);
}

/**
 * bb_cuda_memory_trim:
 * @context: the current context
 *
 * Frees what is not in use.
 */
void
bb_cuda_memory_trim (BbCudaContext *context)
{
  free_idle (context, 0);
}

/**
 * bb_cuda_context_get_memory_left:
 * @context: a context
 *
 * Returns: bytes of the GPU's memory that may still be allocated; all that can be where the driver
 *   does not tell, so that whoever allocates learns why
 */
guint64
bb_cuda_context_get_memory_left (BbCudaContext *context)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, NULL);
  size_t left = 0, total = 0;
  guint64 idle;

  if (scope == NULL || context->cuda->mem_get_info (&left, &total) != CUDA_SUCCESS)
    return G_MAXUINT64;
  g_mutex_lock (&context->lock);
  idle = context->idle;
  g_mutex_unlock (&context->lock);
  return (guint64) left + idle;
}

/**
 * bb_cuda_context_get_memory_used:
 * @context: a context
 *
 * Returns: bytes of the GPU's memory in use
 */
guint64
bb_cuda_context_get_memory_used (BbCudaContext *context)
{
  guint64 used;

  g_mutex_lock (&context->lock);
  used = context->allocated - context->idle;
  g_mutex_unlock (&context->lock);
  return used;
}
