/* bb-pipeline.c: source to device to consumer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three stages on three threads, joined by bounded queues of frames. The first error wins: it ends
 * every stage and reaches the caller.
 */

#include "bb-pipeline.h"

#include <libavutil/error.h>
#include <libavutil/threadmessage.h>

typedef struct {
  BbSource *source;
  gint64 end;
  BbDevice *device;
  guint batch;
  BbGate *gate;
  GCancellable *cancellable;

  AVThreadMessageQueue *decoded;
  AVThreadMessageQueue *finished;

  GMutex lock;
  GError *error;
  BbPipelineStats stats;
} Pipeline;

static void
free_message (void *message)
{
  bb_frame_unref (*(BbFrame **) message);
}

static void
cancelled_cb (GCancellable *cancellable, Pipeline *pipeline)
{
  /* Stages that wait on a queue wake up; those that work see it at their next look. */
  for (int i = 0; i < 2; i++)
    {
      AVThreadMessageQueue *queue = i == 0 ? pipeline->decoded : pipeline->finished;

      av_thread_message_queue_set_err_send (queue, AVERROR_EXIT);
      av_thread_message_queue_set_err_recv (queue, AVERROR_EXIT);
      av_thread_message_flush (queue);
    }
  bb_gate_wake (pipeline->gate);
}

static void
chain_cb (GCancellable *cancellable, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
fail (Pipeline *pipeline, GError *error)
{
  g_mutex_lock (&pipeline->lock);
  if (pipeline->error == NULL)
    pipeline->error = g_steal_pointer (&error);
  g_mutex_unlock (&pipeline->lock);
  g_clear_error (&error);
  g_cancellable_cancel (pipeline->cancellable);
}

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) * 1e-6;
}

static void
add_seconds (Pipeline *pipeline, double *total, double seconds, gint64 *count)
{
  g_mutex_lock (&pipeline->lock);
  *total += seconds;
  if (count != NULL)
    ++*count;
  g_mutex_unlock (&pipeline->lock);
}

static gpointer
decode_thread (gpointer data)
{
  Pipeline *pipeline = data;
  GError *error = NULL;

  while (TRUE)
    {
      gint64 start;
      BbFrame *frame;

      bb_gate_pass (pipeline->gate, pipeline->cancellable);
      start = g_get_monotonic_time ();
      frame = bb_source_read (pipeline->source, pipeline->cancellable, &error);
      add_seconds (pipeline, &pipeline->stats.decode_seconds, seconds_since (start), NULL);
      if (error != NULL)
        {
          fail (pipeline, error);
          return NULL;
        }
      if (frame == NULL || frame->pts >= pipeline->end)
        {
          g_clear_pointer (&frame, bb_frame_unref);
          break;
        }
      if (av_thread_message_queue_send (pipeline->decoded, &frame, 0) < 0)
        {
          bb_frame_unref (frame);
          return NULL;
        }
    }
  av_thread_message_queue_set_err_recv (pipeline->decoded, AVERROR_EOF);
  return NULL;
}

/* Collects a batch; a shorter one, even an empty one, is the last. %NULL where another stage ended
 * the pipeline. */
static BbBatch *
collect (Pipeline *pipeline)
{
  g_autoptr (BbBatch) batch = bb_batch_new (pipeline->batch);
  guint n = 0;

  while (n < pipeline->batch)
    {
      int result = av_thread_message_queue_recv (pipeline->decoded, &batch->frame[n], 0);

      if (result == AVERROR_EOF)
        break;
      if (result < 0)
        return NULL;
      n++;
    }
  batch->n_frames = n;
  return g_steal_pointer (&batch);
}

/* Frames @first to @first + @n of a batch, moved into one of their own. */
static BbBatch *
take_chunk (BbBatch *batch, guint first, guint n)
{
  BbBatch *chunk = bb_batch_new (n);

  for (guint i = 0; i < n; i++)
    chunk->frame[i] = g_steal_pointer (&batch->frame[first + i]);
  return chunk;
}

static BbBatch *
run_chunk (Pipeline *pipeline, BbBatch *chunk)
{
  GError *error = NULL;
  BbBatch *out = NULL;
  gint64 start;

  bb_gate_pass (pipeline->gate, pipeline->cancellable);
  start = g_get_monotonic_time ();
  chunk = bb_device_upload (pipeline->device, chunk, &error);
  if (chunk != NULL)
    out = bb_device_run (pipeline->device, chunk, pipeline->cancellable, &error);
  if (out == NULL)
    fail (pipeline, error);
  add_seconds (pipeline, &pipeline->stats.effect_seconds, seconds_since (start), NULL);
  return out;
}

static gboolean
hand_on (Pipeline *pipeline, BbFrame *frame)
{
  GError *error = NULL;

  frame = bb_device_download (pipeline->device, frame, &error);
  if (frame == NULL)
    {
      fail (pipeline, error);
      return FALSE;
    }
  if (av_thread_message_queue_send (pipeline->finished, &frame, 0) < 0)
    {
      bb_frame_unref (frame);
      return FALSE;
    }
  return TRUE;
}

static gboolean
run_batch (Pipeline *pipeline, BbBatch *whole)
{
  g_autoptr (BbBatch) batch = whole;
  guint step = bb_device_get_chunk (pipeline->device);

  for (guint first = 0; first < batch->n_frames; first += step)
    {
      guint n = MIN (step, batch->n_frames - first);
      g_autoptr (BbBatch) out = run_chunk (pipeline, take_chunk (batch, first, n));

      if (out == NULL)
        return FALSE;
      for (guint i = 0; i < out->n_frames; i++)
        if (!hand_on (pipeline, g_steal_pointer (&out->frame[i])))
          return FALSE;
    }
  add_seconds (pipeline, &pipeline->stats.effect_seconds, 0.0, &pipeline->stats.batches);
  return TRUE;
}

static gpointer
device_thread (gpointer data)
{
  Pipeline *pipeline = data;
  gboolean more = TRUE;

  while (more)
    {
      BbBatch *batch = collect (pipeline);

      if (batch == NULL)
        return NULL;
      more = batch->n_frames == pipeline->batch;
      if (batch->n_frames == 0)
        bb_batch_free (batch);
      else if (!run_batch (pipeline, batch))
        return NULL;
    }
  av_thread_message_queue_set_err_recv (pipeline->finished, AVERROR_EOF);
  return NULL;
}

static void
consume (Pipeline *pipeline, BbPipelineFunc func, gpointer user_data)
{
  GError *error = NULL;
  BbFrame *frame;

  while (av_thread_message_queue_recv (pipeline->finished, &frame, 0) >= 0)
    {
      BbPipelineStats stats;
      gint64 start;

      bb_gate_pass (pipeline->gate, pipeline->cancellable);
      start = g_get_monotonic_time ();
      g_mutex_lock (&pipeline->lock);
      stats = pipeline->stats;
      g_mutex_unlock (&pipeline->lock);
      stats.frames++;
      if (!func (frame, &stats, user_data, pipeline->cancellable, &error))
        {
          fail (pipeline, error);
          return;
        }
      add_seconds (pipeline, &pipeline->stats.consume_seconds, seconds_since (start),
                   &pipeline->stats.frames);
    }
}

/**
 * bb_pipeline_run:
 * @source: where frames come from, from where it stands
 * @end: frames from this time on, in the source's time base, are left out
 * @device: a device that is prepared for @batch frames
 * @batch: frames a batch
 * @func: takes the finished frames
 * @user_data: data for @func
 * @stats: (out caller-allocates): figures
 * @gate: (nullable): pauses every stage while it is closed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs a source through a device until its end. At most a batch and a few frames are decoded ahead
 * and finished ahead, so that memory stays the same however long the source is.
 *
 * Returns: %TRUE, or %FALSE with the first error of any stage
 */
gboolean
bb_pipeline_run (BbSource *source, gint64 end, BbDevice *device, guint batch, BbPipelineFunc func,
                 gpointer user_data, BbPipelineStats *stats, BbGate *gate, GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  Pipeline pipeline = {
    .source = source,
    .end = end,
    .device = device,
    .batch = batch,
    .gate = gate,
    .cancellable = inner,
  };
  guint n_ahead = CLAMP (batch / 4, 2, 4);
  GThread *threads[2];
  gulong wake_handler;
  gulong chain_handler = 0;

  g_mutex_init (&pipeline.lock);
  if (av_thread_message_queue_alloc (&pipeline.decoded, n_ahead, sizeof (BbFrame *)) < 0 ||
      av_thread_message_queue_alloc (&pipeline.finished, n_ahead, sizeof (BbFrame *)) < 0)
    g_error ("Not enough memory for a queue");
  av_thread_message_queue_set_free_func (pipeline.decoded, free_message);
  av_thread_message_queue_set_free_func (pipeline.finished, free_message);
  wake_handler = g_cancellable_connect (inner, G_CALLBACK (cancelled_cb), &pipeline, NULL);
  if (cancellable != NULL)
    chain_handler = g_cancellable_connect (cancellable, G_CALLBACK (chain_cb), inner, NULL);

  threads[0] = g_thread_new ("bb-decode", decode_thread, &pipeline);
  threads[1] = g_thread_new ("bb-device", device_thread, &pipeline);
  consume (&pipeline, func, user_data);
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);

  g_cancellable_disconnect (cancellable, chain_handler);
  g_cancellable_disconnect (inner, wake_handler);
  av_thread_message_queue_free (&pipeline.decoded);
  av_thread_message_queue_free (&pipeline.finished);
  g_mutex_clear (&pipeline.lock);
  *stats = pipeline.stats;
  if (g_cancellable_set_error_if_cancelled (cancellable, pipeline.error == NULL ? error : NULL) &&
      pipeline.error == NULL)
    return FALSE;
  if (pipeline.error == NULL)
    return TRUE;
  g_propagate_error (error, pipeline.error);
  return FALSE;
}
