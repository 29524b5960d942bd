/* stream.c: streams, events, and the order in which work is done
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work is queued and done late: only what something waits for, with what that needs before it.
 * Under a seed other work that could run now may run first, also at any call, so that every order
 * that the streams and events allow can happen.
 */

#include "driver.h"

static void
op_run (Op *op)
{
  Stream *stream = op->stream;

  driver.running = op;
  g_mutex_unlock (&driver.lock);
  op->run (op);
  g_mutex_lock (&driver.lock);
  driver.running = NULL;
  op->done = TRUE;
  op->done_at = g_get_monotonic_time ();
  g_clear_pointer (&op->after, g_ptr_array_unref);
  g_clear_pointer (&op->uses, g_array_unref);
  if (op->free_data != NULL)
    g_clear_pointer (&op->data, op->free_data);
  g_queue_remove (&stream->queue, op);
  op_unref (op);
  g_cond_broadcast (&driver.turn);
}

/* Work that @op waits for, the first of it that can run now; @op itself where there is none. */
static Op *
find_first (Op *op)
{
  for (;;)
    {
      Op *head = g_queue_peek_head (&op->stream->queue);
      Op *blocker = NULL;

      for (guint i = 0; head->after != NULL && i < head->after->len && blocker == NULL; i++)
        {
          Op *other = g_ptr_array_index (head->after, i);

          if (!other->done)
            blocker = other;
        }
      if (blocker == NULL)
        return head;
      op = blocker;
    }
}

/* Any work that can run now, by the seed's choice; %NULL where there is none. */
static Op *
find_any (void)
{
  g_autoptr (GPtrArray) heads = g_ptr_array_new ();

  for (guint i = 0; i < driver.contexts->len; i++)
    {
      Context *context = g_ptr_array_index (driver.contexts, i);

      for (guint j = 0; j < context->streams->len; j++)
        {
          Stream *stream = g_ptr_array_index (context->streams, j);
          Op *head = g_queue_peek_head (&stream->queue);

          if (head != NULL && find_first (head) == head)
            g_ptr_array_add (heads, head);
        }
    }
  return heads->len > 0 ? g_ptr_array_index (heads, driver_random (heads->len)) : NULL;
}

/* Waits for its turn: one piece of work runs at a time. */
static gboolean
await_turn (void)
{
  if (driver.running == NULL)
    return TRUE;
  g_cond_wait (&driver.turn, &driver.lock);
  return FALSE;
}

void
driver_wait (Op *op)
{
  op->refs++;
  while (!op->done)
    if (await_turn ())
      op_run (driver.order != NULL ? find_any () : find_first (op));
  op_unref (op);
}

/* Under a seed, runs some work that nobody waits for yet: a GPU does not wait either. */
void
driver_progress (void)
{
  if (driver.order == NULL || !driver.initialized || driver.running != NULL ||
      driver_random (3) != 0)
    return;
  for (guint n = driver_random (6); n > 0 && driver.running == NULL; n--)
    {
      Op *op = find_any ();

      if (op == NULL)
        return;
      op_run (op);
    }
}

void
stream_wait (Stream *stream)
{
  Op *op;

  if (stream == stream->handle.context->legacy)
    {
      /* The default stream is behind the work of all streams that block with it. */
      op = op_new ("wait", NULL, NULL, NULL);
      op_queue (op, stream);
      driver_wait (op);
      return;
    }
  op = g_queue_peek_tail (&stream->queue);
  if (op != NULL)
    driver_wait (op);
}

void
context_wait (Context *context)
{
  for (guint i = 0; i < context->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (context->streams, i);

      while (g_queue_peek_tail (&stream->queue) != NULL)
        driver_wait (g_queue_peek_tail (&stream->queue));
    }
}

static void
run_nothing (Op *op)
{
}

Op *
op_new (const char *what, void (*run) (Op *op), gpointer data, GDestroyNotify free_data)
{
  Op *op = g_new0 (Op, 1);

  op->refs = 1;
  op->what = what;
  op->run = run != NULL ? run : run_nothing;
  op->data = data;
  op->free_data = free_data;
  op->after = g_ptr_array_new_with_free_func (op_unref);
  op->uses = g_array_new (FALSE, FALSE, sizeof (Use));
  return op;
}

void
op_unref (gpointer data)
{
  Op *op = data;

  if (--op->refs > 0)
    return;
  g_clear_pointer (&op->after, g_ptr_array_unref);
  g_clear_pointer (&op->uses, g_array_unref);
  if (op->free_data != NULL)
    g_clear_pointer (&op->data, op->free_data);
  g_free (op);
}

void
op_use (Op *op, gconstpointer start, gsize size, gboolean write)
{
  Use use = { start, size, write };

  g_array_append_val (op->uses, use);
}

static void
op_follow (Op *op, Op *earlier)
{
  if (earlier == NULL || earlier->done)
    return;
  earlier->refs++;
  g_ptr_array_add (op->after, earlier);
}

/* Puts @op, taken over, at the end of @stream's work; the stream holds it until it is done. */
Op *
op_queue (Op *op, Stream *stream)
{
  Context *context = stream->handle.context;

  op->stream = stream;
  if (stream == context->legacy)
    for (guint i = 0; i < context->streams->len; i++)
      {
        Stream *other = g_ptr_array_index (context->streams, i);

        if (other != stream && (other->flags & CU_STREAM_NON_BLOCKING) == 0)
          op_follow (op, g_queue_peek_tail (&other->queue));
      }
  else if ((stream->flags & CU_STREAM_NON_BLOCKING) == 0)
    op_follow (op, g_queue_peek_tail (&context->legacy->queue));
  g_queue_push_tail (&stream->queue, op);
  return op;
}

/* Work not done yet that touches any of @size bytes at @start, or writes them. */
Op *
driver_find_pending (gconstpointer start, gsize size, gboolean writes_only)
{
  const guint8 *from = start;

  for (guint i = 0; i < driver.contexts->len; i++)
    {
      Context *context = g_ptr_array_index (driver.contexts, i);

      for (guint j = 0; j < context->streams->len; j++)
        {
          Stream *stream = g_ptr_array_index (context->streams, j);

          for (GList *at = stream->queue.head; at != NULL; at = at->next)
            {
              Op *op = at->data;

              for (guint k = 0; k < op->uses->len; k++)
                {
                  const Use *use = &g_array_index (op->uses, Use, k);

                  if (from < use->start + use->size && use->start < from + size &&
                      (use->write || !writes_only))
                    return op;
                }
            }
        }
    }
  return NULL;
}

Stream *
stream_new (Context *context, unsigned int flags, int priority)
{
  Stream *stream = handle_new (KIND_STREAM, sizeof (Stream), context);

  stream->flags = flags;
  stream->priority = priority;
  g_queue_init (&stream->queue);
  g_ptr_array_add (context->streams, stream);
  return stream;
}

CUresult
stream_get (CUstream handle, Stream **stream, Context *context, const char *function)
{
  if (handle == NULL || handle == CU_STREAM_LEGACY)
    *stream = context->legacy;
  else if (handle == CU_STREAM_PER_THREAD)
    *stream = context->per_thread;
  else
    *stream = handle_get (handle, KIND_STREAM, function);
  if (*stream == NULL || (*stream)->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  return CUDA_SUCCESS;
}

static CUresult
create_stream (Context *context, CUstream *handle, unsigned int flags, int priority)
{
  if (handle == NULL || flags > CU_STREAM_NON_BLOCKING)
    return CUDA_ERROR_INVALID_VALUE;
  *handle = (CUstream) stream_new (context, flags, CLAMP (priority, -5, 0));
  return CUDA_SUCCESS;
}

CUresult
cuStreamCreate (CUstream *handle, unsigned int flags)
{
  API_CONTEXT;
  return create_stream (context, handle, flags, 0);
}

CUresult
cuStreamCreateWithPriority (CUstream *handle, unsigned int flags, int priority)
{
  API_CONTEXT;
  return create_stream (context, handle, flags, priority);
}

CUresult
cuStreamGetFlags (CUstream handle, unsigned int *flags)
{
  Stream *stream;

  API_CONTEXT;
  result = stream_get (handle, &stream, context, __func__);
  if (result == CUDA_SUCCESS && flags == NULL)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result == CUDA_SUCCESS)
    *flags = stream->flags;
  return result;
}

CUresult
cuStreamGetPriority (CUstream handle, int *priority)
{
  Stream *stream;

  API_CONTEXT;
  result = stream_get (handle, &stream, context, __func__);
  if (result == CUDA_SUCCESS && priority == NULL)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result == CUDA_SUCCESS)
    *priority = stream->priority;
  return result;
}

CUresult
cuStreamGetCtx (CUstream handle, CUcontext *owner)
{
  Stream *stream;

  API_CONTEXT;
  result = stream_get (handle, &stream, context, __func__);
  if (result == CUDA_SUCCESS && owner == NULL)
    result = CUDA_ERROR_INVALID_VALUE;
  if (result == CUDA_SUCCESS)
    *owner = (CUcontext) stream->handle.context;
  return result;
}

CUresult
cuStreamDestroy_v2 (CUstream handle)
{
  Stream *stream;

  API_RELEASE;
  if (handle == NULL || handle == CU_STREAM_LEGACY || handle == CU_STREAM_PER_THREAD)
    return CUDA_ERROR_INVALID_HANDLE;
  if (stream_get (handle, &stream, context, __func__) != CUDA_SUCCESS)
    return CUDA_ERROR_INVALID_HANDLE;
  /* What it still has to do is done all the same, as late as ever: it stays in its context's list.
   */
  handle_destroy (stream);
  if (g_queue_is_empty (&stream->queue))
    g_ptr_array_remove_fast (context->streams, stream);
  return result;
}

CUresult
cuStreamSynchronize (CUstream handle)
{
  Stream *stream;

  API_RELEASE;
  if (stream_get (handle, &stream, context, __func__) != CUDA_SUCCESS)
    return CUDA_ERROR_INVALID_HANDLE;
  stream_wait (stream);
  return result;
}

/* Whether @op is done; if not, gets one piece of work nearer to it, so that who asks again and
 * again will hear yes at last. */
static CUresult
query (Op *op)
{
  if (op == NULL || op->done)
    return CUDA_SUCCESS;
  if (driver.running == NULL)
    op_run (driver.order != NULL ? find_any () : find_first (op));
  return CUDA_ERROR_NOT_READY;
}

CUresult
cuStreamQuery (CUstream handle)
{
  Stream *stream;

  API_CONTEXT;
  result = stream_get (handle, &stream, context, __func__);
  return result != CUDA_SUCCESS ? result : query (g_queue_peek_tail (&stream->queue));
}

CUresult
cuStreamWaitEvent (CUstream handle, CUevent event_handle, unsigned int flags)
{
  Stream *stream;
  Event *event;
  Op *op;

  API_CONTEXT;
  result = stream_get (handle, &stream, context, __func__);
  if (result != CUDA_SUCCESS)
    return result;
  event = handle_get (event_handle, KIND_EVENT, __func__);
  if (event == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (flags > CU_EVENT_WAIT_EXTERNAL)
    return CUDA_ERROR_INVALID_VALUE;
  op = op_new (__func__, NULL, NULL, NULL);
  op_follow (op, event->record);
  op_queue (op, stream);
  return CUDA_SUCCESS;
}

typedef struct {
  CUhostFn run;
  CUstreamCallback tell;
  CUstream stream;
  void *data;
} Callback;

static void
run_callback (Op *op)
{
  const Callback *callback = op->data;

  driver_enter_callback (TRUE);
  if (callback->run != NULL)
    callback->run (callback->data);
  else
    callback->tell (callback->stream, CUDA_SUCCESS, callback->data);
  driver_enter_callback (FALSE);
}

static CUresult
queue_callback (CUstream handle, Context *context, const char *function, Callback callback)
{
  Stream *stream;
  CUresult result = stream_get (handle, &stream, context, function);

  if (result != CUDA_SUCCESS)
    return result;
  if (callback.run == NULL && callback.tell == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  op_queue (op_new (function, run_callback, g_memdup2 (&callback, sizeof callback), g_free),
            stream);
  return CUDA_SUCCESS;
}

CUresult
cuStreamAddCallback (CUstream handle, CUstreamCallback callback, void *data, unsigned int flags)
{
  API_CONTEXT;
  return queue_callback (handle, context, __func__,
                         (Callback) { .tell = callback, .stream = handle, .data = data });
}

CUresult
cuLaunchHostFunc (CUstream handle, CUhostFn callback, void *data)
{
  API_CONTEXT;
  return queue_callback (handle, context, __func__, (Callback) { .run = callback, .data = data });
}

CUresult
cuEventCreate (CUevent *handle, unsigned int flags)
{
  Event *event;

  API_CONTEXT;
  if (handle == NULL || (flags & ~(unsigned int) 7) != 0)
    return CUDA_ERROR_INVALID_VALUE;
  event = handle_new (KIND_EVENT, sizeof (Event), context);
  event->flags = flags;
  *handle = (CUevent) event;
  return CUDA_SUCCESS;
}

CUresult
cuEventDestroy_v2 (CUevent handle)
{
  Event *event;

  API_RELEASE;
  event = handle_get (handle, KIND_EVENT, __func__);
  if (event == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  g_clear_pointer (&event->record, op_unref);
  handle_destroy (event);
  return result;
}

static CUresult
record (CUevent handle, CUstream stream_handle, Context *context, const char *function)
{
  Stream *stream;
  CUresult result = stream_get (stream_handle, &stream, context, function);
  Event *event = handle_get (handle, KIND_EVENT, function);

  if (result != CUDA_SUCCESS)
    return result;
  if (event == NULL || event->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  g_clear_pointer (&event->record, op_unref);
  event->record = op_queue (op_new (function, NULL, NULL, NULL), stream);
  event->record->refs++;
  return CUDA_SUCCESS;
}

CUresult
cuEventRecord (CUevent handle, CUstream stream)
{
  API_CONTEXT;
  return record (handle, stream, context, __func__);
}

CUresult
cuEventRecordWithFlags (CUevent handle, CUstream stream, unsigned int flags)
{
  API_CONTEXT;
  return flags != 0 ? CUDA_ERROR_INVALID_VALUE : record (handle, stream, context, __func__);
}

CUresult
cuEventQuery (CUevent handle)
{
  Event *event;

  API_CONTEXT;
  event = handle_get (handle, KIND_EVENT, __func__);
  return event == NULL ? CUDA_ERROR_INVALID_HANDLE : query (event->record);
}

CUresult
cuEventSynchronize (CUevent handle)
{
  Event *event;

  API_RELEASE;
  event = handle_get (handle, KIND_EVENT, __func__);
  if (event == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (event->record != NULL)
    driver_wait (event->record);
  return result;
}

static CUresult
elapsed (float *milliseconds, CUevent start, CUevent end, const char *function)
{
  Event *first = handle_get (start, KIND_EVENT, function);
  Event *second = handle_get (end, KIND_EVENT, function);

  if (milliseconds == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (first == NULL || second == NULL || first->record == NULL || second->record == NULL ||
      ((first->flags | second->flags) & CU_EVENT_DISABLE_TIMING) != 0)
    return CUDA_ERROR_INVALID_HANDLE;
  if (!first->record->done || !second->record->done)
    return CUDA_ERROR_NOT_READY;
  *milliseconds = (float) (second->record->done_at - first->record->done_at) / 1000.0f;
  return CUDA_SUCCESS;
}

#undef cuEventElapsedTime
EXPORT CUresult cuEventElapsedTime (float *milliseconds, CUevent start, CUevent end);

CUresult
cuEventElapsedTime (float *milliseconds, CUevent start, CUevent end)
{
  API_CONTEXT;
  return elapsed (milliseconds, start, end, __func__);
}

#if CUDA_VERSION >= 12080
CUresult
cuEventElapsedTime_v2 (float *milliseconds, CUevent start, CUevent end)
{
  API_CONTEXT;
  return elapsed (milliseconds, start, end, __func__);
}
#endif
