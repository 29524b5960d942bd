/* bb-worker.c: makes segments, with a decoder and a device of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoder and device go on over the boundaries of a run. Each segment of each output has an encoder of
 * its own: while the last one's gives out what it still holds, on a thread beside, the next one's takes
 * frames. On few processors they do so one after the other. What an output has already is made for the
 * others only.
 */

#include "config.h"

#include "bb-worker.h"

#include "bb-error.h"
#include "bb-segmenter.h"
#include "bb-thread.h"
#include "media/bb-segment-file.h"

#include <libavutil/mathematics.h>

/* On fewer processors an encoder that gives out what it holds keeps all of them busy: another one at
 * the same time would only take as much memory again. */
#define LEAST_PROCESSORS 4

/* A segment of one output. */
typedef struct {
  gboolean wanted;
  GCancellable *cancellable;
  BbVideoEncoder *encoder; /* NULL: nothing is encoded */
  BbSegmentWriter *writer;
  gboolean drained; /* the encoder holds nothing any more */
} Part;

/* A segment that is encoded. */
typedef struct {
  const BbWorkerJob *job;
  GCancellable *cancellable;
  Part part[BB_ENGINE_MAX_OUTPUTS];
  BbSegment facts;
  gint64 last_pts;
  GError *error;
} Making;

typedef struct {
  guint index;
  gint64 pts; /* of its first frame */
} Boundary;

struct _BbWorker {
  const BbWorkerJob *job;
  BbSource *source;
  BbEngine *engine;
  BbVideoEncoder *encoder[BB_ENGINE_MAX_OUTPUTS]; /* open already, for the first segment */
  gboolean moved;                                 /* whether the source was read or sought */

  /* Of the run at hand. */
  BbSchedule *schedule;
  BbRun *run;
  GCancellable *cancellable;
  BbSegmenter *segmenter;
  guint entered;       /* of the first stage: the segment of its last frame */
  BbFrame *ahead;      /* of the first stage: a frame that was read already */
  GError *ahead_error; /* why there is none */
  guint n_corrupt_told;

  GMutex lock;
  GArray *boundaries; /* that the first stage passed and the last one did not, of Boundary */
  guint next;         /* the segment after the run; NONE: the source has ended */

  /* Of the last stage. */
  guint unfinished; /* the first segment of the run that is not finished */
  Making *making;
  Making *ending;
  GThread *ender;
};

static void
part_clear (Part *part)
{
  bb_segment_writer_free (part->writer);
  /* When all is made, workers are cancelled too: what is drained closes at once, and must have closed
   * before the program ends. */
  if (!part->drained && g_cancellable_is_cancelled (part->cancellable))
    bb_video_encoder_abandon (part->encoder);
  else
    bb_video_encoder_free (part->encoder);
}

static void
making_free (Making *making)
{
  if (making == NULL)
    return;
  for (guint i = 0; i < making->job->n_outputs; i++)
    part_clear (&making->part[i]);
  g_clear_object (&making->cancellable);
  g_clear_error (&making->error);
  g_free (making->facts.shortfall);
  g_free (making);
}

static void
drop_ahead (BbWorker *self)
{
  g_clear_pointer (&self->ahead, bb_frame_unref);
  g_clear_error (&self->ahead_error);
}

/**
 * bb_worker_new:
 * @job: what all workers have in common
 * @source: (transfer full): where it reads, with the device set where it has memory of its own
 * @engine: (transfer full): what it works with
 * @encoders: (array) (nullable): for each output an encoder that is open already and that the worker
 *   takes, or %NULL
 *
 * Returns: (transfer full): a worker
 */
BbWorker *
bb_worker_new (const BbWorkerJob *job, BbSource *source, BbEngine *engine,
               BbVideoEncoder **encoders)
{
  BbWorker *self = g_new0 (BbWorker, 1);

  self->job = job;
  self->source = source;
  self->engine = engine;
  for (guint i = 0; encoders != NULL && i < job->n_outputs; i++)
    self->encoder[i] = g_steal_pointer (&encoders[i]);
  self->segmenter = bb_segmenter_new (&job->table);
  self->boundaries = g_array_new (FALSE, FALSE, sizeof (Boundary));
  g_mutex_init (&self->lock);
  return self;
}

/**
 * bb_worker_free:
 * @self: (transfer full) (nullable): a worker that makes nothing
 */
void
bb_worker_free (BbWorker *self)
{
  if (self == NULL)
    return;
  drop_ahead (self);
  for (guint i = 0; i < BB_ENGINE_MAX_OUTPUTS; i++)
    bb_video_encoder_free (self->encoder[i]);
  bb_segmenter_free (self->segmenter);
  g_array_unref (self->boundaries);
  g_mutex_clear (&self->lock);
  bb_engine_free (self->engine);
  bb_source_free (self->source);
  g_free (self);
}

/**
 * bb_worker_abandon:
 * @self: (transfer full) (nullable): a worker that makes nothing
 *
 * Frees it, without waiting for an encoder.
 */
void
bb_worker_abandon (BbWorker *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < BB_ENGINE_MAX_OUTPUTS; i++)
    bb_video_encoder_abandon (g_steal_pointer (&self->encoder[i]));
  bb_worker_free (self);
}

/**
 * bb_worker_get_source:
 * @self: a worker
 *
 * Returns: (transfer none): where it reads
 */
BbSource *
bb_worker_get_source (BbWorker *self)
{
  return self->source;
}

/**
 * bb_worker_get_engine:
 * @self: a worker
 *
 * Returns: (transfer none): what it works with
 */
BbEngine *
bb_worker_get_engine (BbWorker *self)
{
  return self->engine;
}

/**
 * bb_worker_begin:
 * @self: a worker
 * @run: what it will make
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to where reading must begin for a run. bb_worker_make() must follow, with the same run.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_worker_begin (BbWorker *self, const BbRun *run, GCancellable *cancellable, GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (self->source);
  gint64 from = run->given;
  gint64 start = self->job->trim_start;
  gboolean moved = self->moved;

  drop_ahead (self);
  if (from != G_MININT64)
    bb_segmenter_begin_at (self->segmenter, run->first, from);
  else
    from = bb_segmenter_begin (self->segmenter, run->first);
  self->moved = TRUE;
  if (from == G_MININT64 || run->from_start)
    return (!moved && start <= 0) ||
           bb_source_seek (self->source, run->from_start ? MIN (start, 0) : start, cancellable,
                           error);
  return bb_source_seek (self->source, bb_source_info_get_time (info, from), cancellable, error);
}

static void
add_boundary (BbWorker *self, guint index, gint64 pts)
{
  const Boundary boundary = { index, pts };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->boundaries, boundary);
  g_mutex_unlock (&self->lock);
}

static void
set_next (BbWorker *self, guint next)
{
  g_mutex_lock (&self->lock);
  self->next = next;
  g_mutex_unlock (&self->lock);
}

static const BbFrame *
peek_cb (gpointer user_data)
{
  BbWorker *self = user_data;

  self->ahead = bb_source_read (self->source, self->cancellable, &self->ahead_error);
  return self->ahead;
}

static BbFrame *
read_next (BbWorker *self, GCancellable *cancellable, GError **error)
{
  if (self->ahead != NULL)
    return g_steal_pointer (&self->ahead);
  if (self->ahead_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->ahead_error));
      return NULL;
    }
  return bb_source_read (self->source, cancellable, error);
}

/* The next frame of the run, on the first stage's thread. */
static BbFrame *
read_cb (BbSource *source, gpointer user_data, GCancellable *cancellable, GError **error)
{
  BbWorker *self = user_data;

  while (TRUE)
    {
      g_autoptr (BbFrame) frame = read_next (self, cancellable, error);
      guint index;

      if (frame == NULL || frame->pts >= self->job->end)
        return NULL;
      index = bb_segmenter_push (self->segmenter, frame, peek_cb, self);
      if (index == BB_SEGMENT_NONE)
        continue;
      if (index != self->entered)
        {
          if (!bb_schedule_enter (self->schedule, self->run, index))
            {
              set_next (self, index);
              return NULL;
            }
          self->entered = index;
          add_boundary (self, index, frame->pts);
        }
      return g_steal_pointer (&frame);
    }
}

/* The segment of a frame that the last stage has got: the last boundary that it has reached. */
static guint
find_segment (BbWorker *self, gint64 pts, guint current)
{
  g_mutex_lock (&self->lock);
  while (self->boundaries->len > 0 && g_array_index (self->boundaries, Boundary, 0).pts <= pts)
    {
      current = g_array_index (self->boundaries, Boundary, 0).index;
      g_array_remove_index (self->boundaries, 0);
    }
  g_mutex_unlock (&self->lock);
  return current;
}

static gboolean
packet_cb (const AVPacket *packet, gpointer user_data, GError **error)
{
  Part *part = user_data;

  return !g_cancellable_set_error_if_cancelled (part->cancellable, error) &&
         bb_segment_writer_write (part->writer, packet, error);
}

/* Has the encoder of one output give out what it holds, and gives the segment its name. */
static gboolean
end_part (Making *making, guint output, GError **error)
{
  const BbWorkerJob *job = making->job;
  Part *part = &making->part[output];
  BbSegment *segment;

  if (!part->wanted)
    return TRUE;
  if (part->encoder == NULL)
    segment = bb_segment_copy (&making->facts);
  else if (bb_video_encoder_send (part->encoder, NULL, 0, 0, packet_cb, part, error))
    {
      part->drained = TRUE;
      making->facts.captions_lost = bb_video_encoder_has_lost_captions (part->encoder);
      segment = bb_segment_writer_finish (part->writer, &making->facts, error);
    }
  else
    segment = NULL;
  if (segment != NULL)
    job->done (output, segment, job->user_data);
  return segment != NULL;
}

static gpointer
end_thread (gpointer data)
{
  Making *making = data;

  for (guint i = 0; i < making->job->n_outputs; i++)
    if (!end_part (making, i, &making->error))
      break;
  return NULL;
}

static gboolean
wait_for_end (BbWorker *self, GError **error)
{
  Making *ending = g_steal_pointer (&self->ending);
  gboolean good = TRUE;

  g_clear_pointer (&self->ender, g_thread_join);
  if (ending != NULL && ending->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&ending->error));
      good = FALSE;
    }
  else if (ending != NULL)
    self->unfinished = ending->facts.next;
  making_free (ending);
  return good;
}

/* @next follows the segment that is made. */
static gboolean
end_segment (BbWorker *self, guint next, GError **error)
{
  guint n_corrupt = bb_source_get_n_corrupt (self->source);

  if (!wait_for_end (self, error))
    return FALSE;
  self->ending = g_steal_pointer (&self->making);
  self->ending->facts.next = next;
  self->ending->facts.n_corrupt = n_corrupt - self->n_corrupt_told;
  self->n_corrupt_told = n_corrupt;
  if (next == BB_SEGMENT_NONE)
    self->ending->facts.shortfall =
      bb_source_describe_shortfall (self->source, self->job->trim_end, self->ending->cancellable);
  if (g_get_num_processors () >= LEAST_PROCESSORS)
    self->ender = bb_thread_new ("bb-segment", end_thread, self->ending, NULL);
  if (self->ender != NULL)
    return TRUE;
  end_thread (self->ending);
  return wait_for_end (self, error);
}

/* Opens what one output is encoded with, where it lacks the segment. */
static gboolean
begin_part (BbWorker *self, guint output, GError **error)
{
  const BbWorkerJob *job = self->job;
  const BbWorkerOutput *target = &job->output[output];
  guint index = self->making->facts.index;
  Part *part = &self->making->part[output];

  part->cancellable = self->making->cancellable;
  part->wanted = job->wants (output, index, job->user_data);
  if (!part->wanted || target->folder == NULL)
    return TRUE;
  part->encoder = g_steal_pointer (&self->encoder[output]);
  if (part->encoder == NULL)
    part->encoder = bb_video_encoder_new (&target->setup, bb_engine_get_device (self->engine),
                                          self->source, error);
  if (part->encoder != NULL)
    part->writer =
      bb_segment_writer_new (target->folder, index, bb_video_encoder_get_context (part->encoder),
                             self->cancellable, error);
  return part->writer != NULL;
}

static gboolean
begin_segment (BbWorker *self, guint index, GError **error)
{
  self->making = g_new0 (Making, 1);
  self->making->job = self->job;
  self->making->cancellable = g_object_ref (self->cancellable);
  self->making->facts.index = index;
  self->making->facts.begin = G_MININT64;
  for (guint i = 0; i < self->job->n_outputs; i++)
    if (!begin_part (self, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
encode (BbWorker *self, BbFrame *const *frames, GError **error)
{
  const BbFrame *frame = frames[0];
  const BbWorkerJob *job = self->job;
  Making *making = self->making;
  gint64 start = job->table.start;
  /* The frame that is shown when the trim starts may have begun before. */
  gint64 begins = MAX (av_sat_sub64 (frame->pts, start), 0);
  /* So may the one that is shown when it ends go on. */
  gint64 ends =
    av_sat_sub64 (MIN (av_sat_add64 (frame->pts, frame->duration), job->cut_end), start);

  if (making->facts.begin != G_MININT64 && begins <= making->last_pts)
    begins = making->last_pts + 1;
  if (making->facts.begin == G_MININT64)
    making->facts.begin = begins;
  ends = MAX (ends, begins + 1);
  making->last_pts = begins;
  making->facts.end = ends;
  making->facts.n_frames++;
  for (guint i = 0; i < job->n_outputs; i++)
    {
      Part *part = &making->part[i];

      if (part->encoder != NULL && !bb_video_encoder_send (part->encoder, frames[i], begins,
                                                           ends - begins, packet_cb, part, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
consume_cb (BbFrame *const *frames, const BbPipelineStats *stats, gpointer user_data,
            GCancellable *cancellable, GError **error)
{
  BbWorker *self = user_data;
  guint current = self->making != NULL ? self->making->facts.index : BB_SEGMENT_NONE;
  guint index = find_segment (self, frames[0]->pts, current);
  gboolean good = TRUE;

  if (index != current)
    good = (self->making == NULL || end_segment (self, index, error)) &&
           begin_segment (self, index, error);
  good = good && encode (self, frames, error);
  if (good)
    self->job->progressed (self, stats, self->job->user_data);
  return good;
}

/**
 * bb_worker_make:
 * @self: a worker for which bb_worker_begin() was called
 * @schedule: what others make
 * @run: what to make
 * @cancellable: a cancellable
 * @error: return location for an error
 *
 * Makes the segments of a run, as far as the schedule leaves them to it; blocks until they are done.
 * Segments that were finished before an error stay.
 *
 * Returns: %TRUE, also where the run has no frame, or %FALSE with an error
 */
gboolean
bb_worker_make (BbWorker *self, BbSchedule *schedule, BbRun *run, GCancellable *cancellable,
                GError **error)
{
  const BbWorkerJob *job = self->job;
  BbMemory memory[BB_ENGINE_MAX_OUTPUTS] = { BB_MEMORY_HOST };
  BbPipelineStats stats = { 0 };
  gboolean good;

  self->schedule = schedule;
  self->run = run;
  self->cancellable = cancellable;
  self->unfinished = run->first;
  self->entered = BB_SEGMENT_NONE;
  self->next = BB_SEGMENT_NONE;
  self->n_corrupt_told = 0;
  g_array_set_size (self->boundaries, 0);
  for (guint i = 0; i < job->n_outputs; i++)
    memory[i] = job->output[i].memory;
  good = bb_pipeline_run (self->source, read_cb, self->engine, memory, consume_cb, self, &stats,
                          job->gate, cancellable, error);
  if (good && self->making != NULL)
    good = end_segment (self, self->next, error);
  good &= wait_for_end (self, good ? error : NULL);
  g_clear_pointer (&self->making, making_free);
  if (good)
    job->progressed (self, &stats, job->user_data);
  return good;
}

/**
 * bb_worker_get_unfinished:
 * @self: a worker that has failed
 *
 * Returns: the first segment of its run that it has not finished
 */
guint
bb_worker_get_unfinished (BbWorker *self)
{
  return self->unfinished;
}
