/* bb-pipeline.c: source to engine to consumer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three stages on three threads, joined by bounded queues of frames. A source frame is decoded and
 * brought to the device once, whatever the number of outputs; its finished frames go together. The
 * first error wins: it ends every stage and reaches the caller.
 */

#include "bb-pipeline.h"

#include "bb-error.h"
#include "bb-thread.h"

#include <libavutil/error.h>
#include <libavutil/threadmessage.h>

/* Frames are handed to the device as they are decoded, this many at once, so that it need not hold
 * all the source frames of a batch. */
#define FRAMES_AT_ONCE 8
/* Surfaces that a GPU decoded are few. This many are held besides those that are handed on at once and as many
 * that kernels still read: two in the queue, one that waits for a place in it, two in the source. N_HELD_SURFACES of
 * bb-source.c is what is asked for: SURFACES_BESIDE + 2 * FRAMES_AT_ONCE. */
#define SURFACES_BESIDE 5

/* What was made of one source frame: a frame of each output. */
typedef struct {
  BbFrame *frame[BB_ENGINE_MAX_OUTPUTS];
} Finished;

typedef struct {
  BbSource *source;
  BbPipelineReadFunc read;
  gpointer user_data;
  BbEngine *engine;
  BbDevice *device;
  const BbMemory *memory; /* of each output */
  guint n_outputs;
  BbGate *gate;
  GCancellable *cancellable;

  AVThreadMessageQueue *decoded;
  AVThreadMessageQueue *finished;

  /* Of the device's thread. */
  guint n_in_batch;      /* frames of the batch at hand that were run */
  double seconds_before; /* that the device had worked before */

  GMutex lock;
  GCond consumed;     /* all that was finished, or the pipeline is cancelled */
  guint n_unconsumed; /* source frames that are finished, and that the consumer has not done with */
  GError *error;
  BbPipelineStats stats;
} Pipeline;

static void
free_decoded (void *message)
{
  bb_frame_unref (*(BbFrame **) message);
}

static void
free_finished (void *message)
{
  Finished *finished = message;

  for (guint i = 0; i < BB_ENGINE_MAX_OUTPUTS; i++)
    g_clear_pointer (&finished->frame[i], bb_frame_unref);
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
  g_mutex_lock (&pipeline->lock);
  g_cond_broadcast (&pipeline->consumed);
  g_mutex_unlock (&pipeline->lock);
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
      frame = pipeline->read (pipeline->source, pipeline->user_data, pipeline->cancellable, &error);
      add_seconds (pipeline, &pipeline->stats.decode_seconds, seconds_since (start), NULL);
      if (error != NULL)
        {
          fail (pipeline, error);
          return NULL;
        }
      if (frame == NULL)
        break;
      if (av_thread_message_queue_send (pipeline->decoded, &frame, 0) < 0)
        {
          bb_frame_unref (frame);
          return NULL;
        }
    }
  av_thread_message_queue_set_err_recv (pipeline->decoded, AVERROR_EOF);
  return NULL;
}

static guint
get_surfaces_at_once (Pipeline *pipeline)
{
  guint n_held = bb_source_get_n_held (pipeline->source);

  if (n_held == 0)
    return FRAMES_AT_ONCE;
  return n_held < SURFACES_BESIDE + 2 ? 1 : MIN ((n_held - SURFACES_BESIDE) / 2, FRAMES_AT_ONCE);
}

/* Up to @most frames, in order; at the end there may be none, and @more becomes %FALSE. Negative where
 * another stage ended the pipeline. */
static int
receive (Pipeline *pipeline, BbFrame **frames, guint most, gboolean *more)
{
  guint n = 0;

  *more = TRUE;
  while (n < most)
    {
      int result = av_thread_message_queue_recv (pipeline->decoded, &frames[n], 0);

      if (result == AVERROR_EOF)
        {
          *more = FALSE;
          break;
        }
      if (result < 0)
        {
          while (n > 0)
            g_clear_pointer (&frames[--n], bb_frame_unref);
          return -1;
        }
      n++;
      if (frames[0]->memory != BB_MEMORY_HOST)
        most = MIN (most, get_surfaces_at_once (pipeline));
    }
  return (int) n;
}

/* Whether the device is asynchronous: then it tells itself how long it worked. */
static gboolean
is_asynchronous (Pipeline *pipeline)
{
  return pipeline->seconds_before >= 0.0;
}

static void
count_effect (Pipeline *pipeline, gint64 start)
{
  double seconds = is_asynchronous (pipeline)
                     ? bb_device_get_seconds (pipeline->device) - pipeline->seconds_before -
                         pipeline->stats.effect_seconds
                     : seconds_since (start);

  add_seconds (pipeline, &pipeline->stats.effect_seconds, seconds, NULL);
}

/* Source frames that the consumer has now, or will have. */
static void
count_unconsumed (Pipeline *pipeline, int change)
{
  g_mutex_lock (&pipeline->lock);
  pipeline->n_unconsumed += (guint) change;
  if (pipeline->n_unconsumed == 0)
    g_cond_broadcast (&pipeline->consumed);
  g_mutex_unlock (&pipeline->lock);
}

static gboolean
hand_on (Pipeline *pipeline, BbBatch **batches)
{
  for (guint i = 0; i < batches[0]->n_frames; i++)
    {
      Finished finished = { 0 };

      for (guint output = 0; output < pipeline->n_outputs; output++)
        finished.frame[output] = g_steal_pointer (&batches[output]->frame[i]);
      count_unconsumed (pipeline, 1);
      if (av_thread_message_queue_send (pipeline->finished, &finished, 0) < 0)
        {
          free_finished (&finished);
          return FALSE;
        }
    }
  return TRUE;
}

static void
free_batches (BbBatch **batches)
{
  for (guint i = 0; i < BB_ENGINE_MAX_OUTPUTS; i++)
    g_clear_pointer (&batches[i], bb_batch_free);
}

/* Makes finished frames of what is on the device, each where its output wants it. */
static gboolean
finish (Pipeline *pipeline, BbBatch **batches, GError **error)
{
  if (!bb_engine_run (pipeline->engine, batches, pipeline->cancellable, error))
    return FALSE;
  for (guint i = 0; i < pipeline->n_outputs; i++)
    if (pipeline->memory[i] == BB_MEMORY_HOST)
      {
        batches[i] =
          bb_device_download_batch (pipeline->device, g_steal_pointer (&batches[i]), error);
        if (batches[i] == NULL)
          return FALSE;
      }
  return TRUE;
}

/* Runs what is on the device. */
static gboolean
run_part (Pipeline *pipeline, gboolean last)
{
  GError *error = NULL;
  BbBatch *batches[BB_ENGINE_MAX_OUTPUTS] = { NULL };
  gint64 start = g_get_monotonic_time ();
  guint n = bb_engine_get_n_pending (pipeline->engine);
  gboolean good = n == 0 || finish (pipeline, batches, &error);

  if (n > 0)
    count_effect (pipeline, start);
  if (!good)
    fail (pipeline, error);
  else
    pipeline->n_in_batch += n;
  if (good && (pipeline->n_in_batch >= bb_engine_get_batch (pipeline->engine) ||
               (last && pipeline->n_in_batch > 0)))
    {
      pipeline->n_in_batch = 0;
      add_seconds (pipeline, &pipeline->stats.effect_seconds, 0.0, &pipeline->stats.batches);
    }
  good = good && (n == 0 || hand_on (pipeline, batches));
  free_batches (batches);
  return good;
}

/* Waits until the consumer has done with every finished frame, the one that it has at the moment
 * included.
 *
 * Returns: whether it has; FALSE where the pipeline is cancelled */
static gboolean
wait_until_consumed (Pipeline *pipeline)
{
  gboolean cancelled;

  g_mutex_lock (&pipeline->lock);
  while (!(cancelled = g_cancellable_is_cancelled (pipeline->cancellable)) &&
         pipeline->n_unconsumed > 0)
    g_cond_wait (&pipeline->consumed, &pipeline->lock);
  g_mutex_unlock (&pipeline->lock);
  return !cancelled;
}

/* The device has too little memory for what it was prepared for: finishes what is on it, and prepares
 * it for half as much. */
static gboolean
shrink (Pipeline *pipeline, GError *reason)
{
  GError *error = g_steal_pointer (&reason);

  /* Frames that wait to be consumed are in memory that shall be freed. */
  if (!run_part (pipeline, FALSE) || !wait_until_consumed (pipeline))
    {
      g_error_free (error);
      return FALSE;
    }
  if (!bb_engine_shrink (pipeline->engine, &error))
    {
      fail (pipeline, error);
      return FALSE;
    }
  g_mutex_lock (&pipeline->lock);
  pipeline->stats.batch = bb_engine_get_batch (pipeline->engine);
  g_mutex_unlock (&pipeline->lock);
  return TRUE;
}

static guint
get_room (Pipeline *pipeline)
{
  return bb_engine_get_part (pipeline->engine) - bb_engine_get_n_pending (pipeline->engine);
}

/* Brings frames to the device, and runs what is there when it is as much as the device works on at
 * once. Where memory runs out, the same frames are brought again, fewer at once. */
static gboolean
take (Pipeline *pipeline, BbFrame **frames, guint n_frames)
{
  for (guint first = 0; first < n_frames;)
    {
      GError *error = NULL;
      guint n = MIN (n_frames - first, get_room (pipeline));
      gint64 start;

      bb_gate_pass (pipeline->gate, pipeline->cancellable);
      start = g_get_monotonic_time ();
      if (!bb_engine_upload (pipeline->engine, frames + first, n, &error))
        {
          if (!g_error_matches (error, BB_ERROR, BB_ERROR_MEMORY))
            {
              fail (pipeline, error);
              return FALSE;
            }
          if (!shrink (pipeline, error))
            return FALSE;
          continue;
        }
      for (guint i = 0; i < n; i++)
        g_clear_pointer (&frames[first + i], bb_frame_unref);
      first += n;
      if (!is_asynchronous (pipeline))
        count_effect (pipeline, start);
      if (get_room (pipeline) == 0 && !run_part (pipeline, FALSE))
        return FALSE;
    }
  return TRUE;
}

static gpointer
device_thread (gpointer data)
{
  Pipeline *pipeline = data;
  gboolean more = TRUE;

  while (more)
    {
      BbFrame *frames[FRAMES_AT_ONCE] = { NULL };
      guint most = MIN (get_room (pipeline), FRAMES_AT_ONCE);
      gboolean last;
      int n = receive (pipeline, frames, most, &more);

      last = !more;
      more = n >= 0 && take (pipeline, frames, (guint) n) && more;
      if (n >= 0 && last && !g_cancellable_is_cancelled (pipeline->cancellable) &&
          run_part (pipeline, TRUE))
        av_thread_message_queue_set_err_recv (pipeline->finished, AVERROR_EOF);
      for (guint i = 0; i < FRAMES_AT_ONCE; i++)
        g_clear_pointer (&frames[i], bb_frame_unref);
    }
  return NULL;
}

static gboolean
consume_one (Pipeline *pipeline, Finished *finished, BbPipelineFunc func, gpointer user_data,
             GError **error)
{
  BbPipelineStats stats;
  gint64 start;

  bb_gate_pass (pipeline->gate, pipeline->cancellable);
  for (guint i = 0; i < pipeline->n_outputs; i++)
    if (!bb_frame_wait (finished->frame[i], error))
      return FALSE;
  start = g_get_monotonic_time ();
  g_mutex_lock (&pipeline->lock);
  stats = pipeline->stats;
  g_mutex_unlock (&pipeline->lock);
  stats.frames++;
  if (!func (finished->frame, &stats, user_data, pipeline->cancellable, error))
    return FALSE;
  add_seconds (pipeline, &pipeline->stats.consume_seconds, seconds_since (start),
               &pipeline->stats.frames);
  return TRUE;
}

static void
consume (Pipeline *pipeline, BbPipelineFunc func, gpointer user_data)
{
  gboolean good = TRUE;
  Finished finished;

  while (good && av_thread_message_queue_recv (pipeline->finished, &finished, 0) >= 0)
    {
      GError *error = NULL;

      good = consume_one (pipeline, &finished, func, user_data, &error);
      free_finished (&finished);
      if (!good)
        fail (pipeline, error);
      count_unconsumed (pipeline, -1);
    }
}

/**
 * bb_pipeline_run:
 * @source: where frames come from, from where it stands
 * @read: reads them
 * @engine: an engine that is prepared
 * @memory: (array): where @func wants the frames of each of its outputs: %BB_MEMORY_HOST, or the
 *   device's own
 * @func: takes the finished frames
 * @user_data: data for @read and @func
 * @stats: (out caller-allocates): figures
 * @gate: (nullable): pauses every stage while it is closed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs a source through an engine until its end. At most a batch and a few frames are decoded ahead
 * and finished ahead, so that memory stays the same however long the source is.
 *
 * Returns: %TRUE, or %FALSE with the first error of any stage
 */
gboolean
bb_pipeline_run (BbSource *source, BbPipelineReadFunc read, BbEngine *engine,
                 const BbMemory *memory, BbPipelineFunc func, gpointer user_data,
                 BbPipelineStats *stats, BbGate *gate, GCancellable *cancellable, GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  BbDevice *device = bb_engine_get_device (engine);
  guint batch = bb_engine_get_batch (engine);
  Pipeline pipeline = {
    .source = source,
    .read = read,
    .user_data = user_data,
    .engine = engine,
    .device = device,
    .memory = memory,
    .n_outputs = bb_engine_get_n_outputs (engine),
    .seconds_before = bb_device_get_seconds (device),
    .stats.batch = batch,
    .gate = gate,
    .cancellable = inner,
  };
  guint n_ahead = pipeline.seconds_before >= 0.0 ? 2 : CLAMP (batch / 4, 2, 4);
  /* A device that works beside the host begins the next batch while this one is consumed. */
  guint n_finished = pipeline.seconds_before >= 0.0 ? MAX (batch, n_ahead) : n_ahead;
  GThread *threads[2];
  GError *failure = NULL;
  gulong wake_handler;
  gulong chain_handler = 0;

  g_mutex_init (&pipeline.lock);
  g_cond_init (&pipeline.consumed);
  if (av_thread_message_queue_alloc (&pipeline.decoded, n_ahead, sizeof (BbFrame *)) < 0 ||
      av_thread_message_queue_alloc (&pipeline.finished, n_finished, sizeof (Finished)) < 0)
    g_error ("Not enough memory for a queue");
  av_thread_message_queue_set_free_func (pipeline.decoded, free_decoded);
  av_thread_message_queue_set_free_func (pipeline.finished, free_finished);
  wake_handler = g_cancellable_connect (inner, G_CALLBACK (cancelled_cb), &pipeline, NULL);
  if (cancellable != NULL)
    chain_handler = g_cancellable_connect (cancellable, G_CALLBACK (chain_cb), inner, NULL);

  threads[0] = bb_thread_new ("bb-decode", decode_thread, &pipeline, &failure);
  threads[1] =
    threads[0] != NULL ? bb_thread_new ("bb-device", device_thread, &pipeline, &failure) : NULL;
  if (threads[1] != NULL)
    consume (&pipeline, func, user_data);
  else
    fail (&pipeline, failure);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
  if (is_asynchronous (&pipeline))
    count_effect (&pipeline, 0);

  g_cancellable_disconnect (cancellable, chain_handler);
  g_cancellable_disconnect (inner, wake_handler);
  av_thread_message_queue_free (&pipeline.decoded);
  av_thread_message_queue_free (&pipeline.finished);
  g_cond_clear (&pipeline.consumed);
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
