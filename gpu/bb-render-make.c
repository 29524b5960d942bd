/* bb-render-make.c: workers that make segments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each worker has a thread of its own. The caller's thread joins the segments in their order while
 * others are made (bb-render-join.c), and decides whether one worker more is worth it.
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"
#include "bb-memory.h"
#include "bb-phases.h"
#include "bb-thread.h"

#include <glib/gi18n-lib.h>

/* Microseconds. */
#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 4)

typedef struct {
  BbRender *render;
  guint number;
  GThread *thread;
  BbWorker *worker;
  BbRun *run;

  /* under the render's lock */
  BbPipelineStats now;    /* of the run at hand */
  BbPipelineStats before; /* of those before */
  double cpu_seconds;
  gboolean idle; /* waits for something to do */
  gboolean over; /* will do nothing any more */
} Working;

/* Sums of all workers. Under the render's lock. */
static void
sum_stats (BbRenderMake *make)
{
  BbRender *render = make->render;
  BbRenderStats *stats = &render->stats;
  guint64 bytes = bb_memory_find ("/proc/self/status", "VmHWM:");

  stats->frames = stats->frames_before;
  stats->batches = 0;
  stats->decode_seconds = stats->effect_seconds = stats->encode_seconds = 0.0;
  stats->effect_cpu_seconds = 0.0;
  stats->corrupt = 0;
  /* What is damaged is damaged for every output, as far as it has got. */
  for (guint i = 0; i < render->n_outputs; i++)
    stats->corrupt = MAX (stats->corrupt, render->output[i].n_corrupt);
  stats->n_workers = make->workings->len;
  for (guint i = 0; i < make->workings->len; i++)
    {
      const Working *working = make->workings->pdata[i];
      BbWorkerStats *worker = &stats->worker[i];

      *worker = (BbWorkerStats) {
        .frames = working->before.frames + working->now.frames,
        .decode_seconds = working->before.decode_seconds + working->now.decode_seconds,
        .effect_seconds = working->before.effect_seconds + working->now.effect_seconds,
        .encode_seconds = working->before.consume_seconds + working->now.consume_seconds,
      };
      stats->frames += worker->frames;
      stats->batches += working->before.batches + working->now.batches;
      stats->decode_seconds += worker->decode_seconds;
      stats->effect_seconds += worker->effect_seconds;
      stats->encode_seconds += worker->encode_seconds;
      stats->effect_cpu_seconds += working->cpu_seconds;
      if (i == 0 && working->now.batch > 0)
        stats->batch = (int) working->now.batch;
    }
  stats->seconds = (double) (g_get_monotonic_time () - render->start_time) * 1e-6 -
                   (bb_gate_get_closed_seconds (render->gate) - render->paused_before);
  stats->peak_memory = bytes != G_MAXUINT64 ? bytes : 0;
}

static void
report (BbRenderMake *make, gboolean last)
{
  BbRender *render = make->render;
  gint64 now = g_get_monotonic_time ();
  gboolean due;
  BbRenderStats copy;

  g_mutex_lock (&render->lock);
  due = last || now - render->last_progress >= PROGRESS_INTERVAL;
  if (due)
    {
      render->last_progress = now;
      sum_stats (make);
      copy = render->stats;
    }
  g_mutex_unlock (&render->lock);
  if (due && render->progress != NULL)
    render->progress (&copy, render->progress_data);
}

static gboolean
wants_cb (guint number, guint index, gpointer user_data)
{
  BbRenderMake *make = user_data;
  BbRenderOutput *output = &make->render->output[number];
  gboolean wants;

  g_mutex_lock (&make->render->lock);
  wants = !g_hash_table_contains (output->made, GUINT_TO_POINTER (index));
  g_mutex_unlock (&make->render->lock);
  return wants;
}

/* Takes the segment. */
static void
done_cb (guint number, BbSegment *segment, gpointer user_data)
{
  BbRenderMake *make = user_data;
  BbRender *render = make->render;
  BbRenderOutput *output = &render->output[number];

  g_mutex_lock (&render->lock);
  bb_render_output_count (output, segment);
  g_hash_table_replace (output->done, GUINT_TO_POINTER (segment->index), segment);
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
}

static Working *
find_working (BbRenderMake *make, BbWorker *worker)
{
  for (guint i = 0; i < make->workings->len; i++)
    {
      Working *working = make->workings->pdata[i];

      if (working->worker == worker)
        return working;
    }
  return NULL;
}

static void
progressed_cb (BbWorker *worker, const BbPipelineStats *stats, gpointer user_data)
{
  BbRenderMake *make = user_data;
  BbRender *render = make->render;
  Working *working;

  g_mutex_lock (&render->lock);
  working = find_working (make, worker);
  if (!make->begun)
    bb_phase_end (BB_PHASE_FIRST_FRAME, render->start_time, 0);
  make->begun = TRUE;
  working->now = *stats;
  working->cpu_seconds =
    bb_device_get_cpu_seconds (bb_engine_get_device (bb_worker_get_engine (worker)));
  g_mutex_unlock (&render->lock);
  report (make, FALSE);
}

static void
add_stats (BbPipelineStats *sum, const BbPipelineStats *stats)
{
  sum->frames += stats->frames;
  sum->batches += stats->batches;
  sum->decode_seconds += stats->decode_seconds;
  sum->effect_seconds += stats->effect_seconds;
  sum->consume_seconds += stats->consume_seconds;
}

/* Makes the run that the worker has. Under no lock. */
static gboolean
make_run (Working *working, BbRenderMake *make, GError **error)
{
  BbRender *render = working->render;
  gboolean good;

  if (working->worker == NULL)
    {
      BbWorker *worker =
        bb_render_new_worker (render, working->number, working->run, make->cancellable, error);

      if (worker == NULL)
        return FALSE;
      g_mutex_lock (&render->lock);
      working->worker = worker;
      working->now.batch = bb_engine_get_batch (bb_worker_get_engine (worker));
      if (working->number == 0)
        render->stats.batch = (int) working->now.batch;
      g_mutex_unlock (&render->lock);
    }
  else if (!bb_worker_begin (working->worker, working->run, make->cancellable, error))
    return FALSE;
  good = bb_worker_make (working->worker, render->schedule, working->run, make->cancellable, error);
  g_mutex_lock (&render->lock);
  add_stats (&working->before, &working->now);
  working->now = (BbPipelineStats) { .batch = working->now.batch };
  g_mutex_unlock (&render->lock);
  return good;
}

static gboolean
is_alone (BbRenderMake *make)
{
  guint n = 0;

  for (guint i = 0; i < make->workings->len; i++)
    n += !((const Working *) make->workings->pdata[i])->over;
  return n <= 1;
}

/* A worker that lacks memory or does not even open leaves its work to the others; any other failure
 * is that of the render. */
static void
fail (Working *working, BbRenderMake *make, GError *error)
{
  BbRender *render = working->render;
  gboolean is_spare = g_error_matches (error, BB_ERROR, BB_ERROR_MEMORY) ||
                      (working->worker == NULL && working->number > 0);

  g_mutex_lock (&render->lock);
  working->over = TRUE;
  if (is_spare && !make->closed && !is_alone (make))
    {
      guint from =
        working->worker != NULL ? bb_worker_get_unfinished (working->worker) : working->run->first;

      g_debug ("One worker less: %s", error->message);
      bb_schedule_give_back (render->schedule, g_steal_pointer (&working->run), from);
      bb_ramp_stop (&make->ramp);
    }
  else
    {
      bb_schedule_end (render->schedule, g_steal_pointer (&working->run));
      if (make->error == NULL && !make->closed)
        make->error = g_steal_pointer (&error);
    }
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
  g_clear_error (&error);
}

/* Waits until there is something to do. */
static gboolean
take_run (Working *working, BbRenderMake *make)
{
  BbRender *render = working->render;

  g_mutex_lock (&render->lock);
  working->run = NULL;
  while (!make->closed && make->error == NULL &&
         (working->run = bb_schedule_take (render->schedule)) == NULL)
    {
      /* Said once: two that wait would wake each other without an end. */
      if (!working->idle)
        g_cond_broadcast (&render->changed);
      working->idle = TRUE;
      g_cond_wait (&render->changed, &render->lock);
    }
  working->idle = FALSE;
  working->over = working->run == NULL;
  g_mutex_unlock (&render->lock);
  return working->run != NULL;
}

static void
note_source (BbRender *render, BbSource *source)
{
  const char *notices[] = { bb_source_get_notice (source), bb_source_get_shape_notice (source) };

  for (gsize i = 0; i < G_N_ELEMENTS (notices); i++)
    if (notices[i] != NULL)
      bb_render_add_notice (render, g_strdup (notices[i]));
}

typedef struct {
  Working *working;
  BbRenderMake *make;
} Start;

static gpointer
worker_thread (gpointer data)
{
  g_autofree Start *start = data;
  Working *working = start->working;
  BbRenderMake *make = start->make;

  do
    {
      GError *error = NULL;

      if (!make_run (working, make, &error))
        {
          fail (working, make, error);
          return NULL;
        }
      bb_schedule_end (make->render->schedule, g_steal_pointer (&working->run));
    }
  while (take_run (working, make));
  return NULL;
}

/* Has one worker more take what there is to do. */
gboolean
bb_render_make_add_worker (BbRenderMake *make, GError **error)
{
  BbRender *render = make->render;
  Working *working = g_new0 (Working, 1);
  Start *start;

  working->render = render;
  working->run =
    make->workings->len < BB_RENDER_MAX_WORKERS ? bb_schedule_take (render->schedule) : NULL;
  if (working->run == NULL)
    {
      g_free (working);
      return TRUE;
    }
  start = g_new (Start, 1);
  *start = (Start) { working, make };
  g_mutex_lock (&render->lock);
  working->number = make->workings->len;
  g_ptr_array_add (make->workings, working);
  g_mutex_unlock (&render->lock);
  working->thread = bb_thread_new ("bb-worker", worker_thread, start, error);
  if (working->thread != NULL)
    return TRUE;
  g_free (start);
  bb_schedule_give_back (render->schedule, working->run, working->run->first);
  working->over = TRUE;
  return FALSE;
}

/* Brings the figures up to date.
 *
 * Returns: frames that were made here */
static gint64
count_frames (BbRenderMake *make)
{
  gint64 frames;

  g_mutex_lock (&make->render->lock);
  sum_stats (make);
  frames = make->render->stats.frames - make->render->stats.frames_before;
  g_mutex_unlock (&make->render->lock);
  return frames;
}

/* Adds a worker where that is worth trying. */
void
bb_render_make_look (BbRenderMake *make)
{
  BbRender *render = make->render;

  if (render->n_workers == 0 && make->workings->len < BB_RENDER_MAX_WORKERS &&
      bb_ramp_wants_more (&make->ramp, g_get_monotonic_time (), count_frames (make),
                          bb_gate_get_closed_seconds (render->gate)) &&
      bb_schedule_can_take (render->schedule) && !bb_render_make_add_worker (make, NULL))
    bb_ramp_stop (&make->ramp);
}

/* Whether nobody will make a segment that is missing. Under the render's lock. */
gboolean
bb_render_make_is_stuck (BbRenderMake *make)
{
  for (guint i = 0; i < make->workings->len; i++)
    {
      const Working *working = make->workings->pdata[i];

      if (!working->idle && !working->over)
        return FALSE;
    }
  return !bb_schedule_can_take (make->render->schedule);
}

/* Waits until all that is to be made is. */
static gboolean
wait_for_all (BbRenderMake *make, GCancellable *cancellable, GError **error)
{
  BbRender *render = make->render;
  gboolean good;

  g_mutex_lock (&render->lock);
  while (make->error == NULL && !g_cancellable_is_cancelled (cancellable) &&
         !bb_render_make_is_stuck (make))
    {
      if (g_cond_wait_until (&render->changed, &render->lock,
                             g_get_monotonic_time () + BB_RENDER_LOOK_INTERVAL))
        continue;
      g_mutex_unlock (&render->lock);
      bb_render_make_look (make);
      g_mutex_lock (&render->lock);
    }
  good = make->error == NULL;
  if (!good)
    g_propagate_error (error, g_steal_pointer (&make->error));
  g_mutex_unlock (&render->lock);
  return good && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
cancelled_cb (GCancellable *cancellable, BbRenderMake *make)
{
  BbRender *render = make->render;

  g_cancellable_cancel (make->cancellable);
  /* Whoever cancelled may not wait until the encoders have ended. */
  for (guint i = 0; i < render->n_outputs; i++)
    if (render->output[i].folder != NULL)
      bb_segment_folder_drop_empty (render->output[i].folder);
  g_mutex_lock (&render->lock);
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
}

/* Whether all outputs have a segment, and the same frames in it. Under the render's lock. */
static gboolean
have_all (BbRender *render, const BbSegment *segment)
{
  for (guint i = 1; i < render->n_outputs; i++)
    {
      const BbSegment *other =
        g_hash_table_lookup (render->output[i].done, GUINT_TO_POINTER (segment->index));

      if (other == NULL || other->next != segment->next || other->begin != segment->begin ||
          other->end != segment->end)
        return FALSE;
    }
  return TRUE;
}

/* What an earlier render has made. A segment that one output lacks is in the schedule, and is made for
 * that one only. */
static void
take_found (BbRender *render)
{
  const GPtrArray *first = render->output[0].found;

  g_mutex_lock (&render->lock);
  for (guint i = 0; i < render->n_outputs; i++)
    {
      BbRenderOutput *output = &render->output[i];

      for (guint j = 0; output->found != NULL && j < output->found->len; j++)
        {
          const BbSegment *segment = output->found->pdata[j];

          bb_render_output_count (output, segment);
          g_hash_table_replace (output->done, GUINT_TO_POINTER (segment->index),
                                bb_segment_copy (segment));
        }
    }
  for (guint i = 0; first != NULL && i < first->len; i++)
    {
      const BbSegment *segment = first->pdata[i];

      if (!have_all (render, segment))
        continue;
      bb_schedule_mark (render->schedule, segment->index, segment->next,
                        segment->end + render->job.table.start);
      render->stats.frames_before += segment->n_frames;
    }
  render->stats.frames = render->stats.frames_before;
  g_mutex_unlock (&render->lock);
}

/* Has all workers end, and takes what they have to say. */
static void
end_workers (BbRenderMake *make, GCancellable *cancellable)
{
  BbRender *render = make->render;

  bb_schedule_close (render->schedule);
  g_mutex_lock (&render->lock);
  make->closed = TRUE;
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
  g_cancellable_cancel (make->cancellable);
  for (guint i = 0; i < make->workings->len; i++)
    {
      Working *working = make->workings->pdata[i];

      g_clear_pointer (&working->thread, g_thread_join);
      if (working->worker == NULL)
        continue;
      note_source (render, bb_worker_get_source (working->worker));
      if (g_cancellable_is_cancelled (cancellable))
        g_clear_pointer (&working->worker, bb_worker_abandon);
      g_clear_pointer (&working->worker, bb_worker_free);
    }
}

static void
report_batch (BbRender *render)
{
  const BbRecipeValues *values = bb_render_get_values (render);
  int batch = render->stats.batch;

  if (batch > 0 && batch < values->batch)
    bb_render_add_notice (
      render,
      g_strdup_printf (
        /* Translators: a batch of frames, as large as memory allows, and as was asked for */
        ngettext ("Memory allows batches of %u frame, not %d",
                  "Memory allows batches of %u frames, not %d", (guint) batch),
        (guint) batch, values->batch));
}

/* Makes the segments from @first to before @end that are not there, and joins them where there is a
 * target. */
gboolean
bb_render_make (BbRender *render, guint first, guint end, GCancellable *cancellable, GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  BbRenderMake make = { .render = render, .cancellable = inner };
  gboolean joins = first == 0 && end == BB_SEGMENT_NONE;
  gboolean on_host = FALSE;
  gulong handler = 0;
  gboolean good = TRUE;

  make.workings = g_ptr_array_new_with_free_func (g_free);
  render->schedule = bb_schedule_new (first, end, render->job.table.n_segments);
  render->job.wants = wants_cb;
  render->job.done = done_cb;
  render->job.progressed = progressed_cb;
  render->job.user_data = &make;
  take_found (render);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &make, NULL);
  for (guint i = 0; i < render->n_outputs; i++)
    on_host = on_host || render->job.output[i].memory == BB_MEMORY_HOST;
  bb_ramp_init (&make.ramp, on_host);
  /* Each device that was named is used. */
  for (guint i = 0; i < MAX (render->n_workers, g_strv_length (render->devices)) && good; i++)
    good = bb_render_make_add_worker (&make, error);
  if (good)
    good = joins ? bb_render_join_all (&make, cancellable, error)
                 : wait_for_all (&make, cancellable, error);
  end_workers (&make, cancellable);
  g_cancellable_disconnect (cancellable, handler);
  count_frames (&make);
  report_batch (render);
  good = good && (!joins || bb_render_finish (render, cancellable, error));
  report (&make, good);
  g_ptr_array_unref (make.workings);
  g_clear_error (&make.error);
  g_clear_pointer (&render->schedule, bb_schedule_free);
  return good;
}
