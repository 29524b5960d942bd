/* bb-render-make.c: workers that make segments, and the joining of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each worker has a thread of its own. The caller's thread joins the segments in their order while
 * others are made, and decides whether one worker more is worth it.
 */

#include "config.h"

#include "bb-render-private.h"

#include "bb-error.h"
#include "bb-memory.h"
#include "bb-phases.h"
#include "bb-ramp.h"
#include "bb-thread.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/* Microseconds. */
#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 4)
#define LOOK_INTERVAL (G_USEC_PER_SEC / 4)
/* Times that a segment is made once more, where it does not join. */
#define MAX_TRIES 3

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

typedef struct {
  BbRender *render;
  GCancellable *cancellable; /* of the workers */
  GPtrArray
    *workings;     /* of Working, owned; added to by the caller's thread, under the render's lock */
  GError *error;   /* the first one; under the render's lock */
  gboolean closed; /* under the render's lock */
  gboolean begun;  /* the first frame is done; under the render's lock */

  BbRamp ramp;
} Make;

/* Sums of all workers. Under the render's lock. */
static void
sum_stats (Make *make)
{
  BbRender *render = make->render;
  BbRenderStats *stats = &render->stats;
  guint64 bytes = bb_memory_find ("/proc/self/status", "VmHWM:");

  stats->frames = stats->frames_before;
  stats->batches = 0;
  stats->decode_seconds = stats->effect_seconds = stats->encode_seconds = 0.0;
  stats->effect_cpu_seconds = 0.0;
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
report (Make *make, gboolean last)
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

static void
count_segment (BbRender *render, const BbSegment *segment)
{
  render->n_done++;
  render->stats.corrupt += segment->n_corrupt;
  render->stats.video_bytes += segment->video_bytes;
  if (segment->index == 0)
    render->stats.first_bytes = segment->first_bytes;
}

/* Takes the segment. */
static void
done_cb (BbSegment *segment, gpointer user_data)
{
  Make *make = user_data;
  BbRender *render = make->render;

  g_mutex_lock (&render->lock);
  count_segment (render, segment);
  g_hash_table_replace (render->done, GUINT_TO_POINTER (segment->index), segment);
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
}

static Working *
find_working (Make *make, BbWorker *worker)
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
  Make *make = user_data;
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
make_run (Working *working, Make *make, GError **error)
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
is_alone (Make *make)
{
  guint n = 0;

  for (guint i = 0; i < make->workings->len; i++)
    n += !((const Working *) make->workings->pdata[i])->over;
  return n <= 1;
}

/* A worker that lacks memory or does not even open leaves its work to the others; any other failure
 * is that of the render. */
static void
fail (Working *working, Make *make, GError *error)
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
take_run (Working *working, Make *make)
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
  Make *make;
} Start;

static gpointer
worker_thread (gpointer data)
{
  g_autofree Start *start = data;
  Working *working = start->working;
  Make *make = start->make;

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
static gboolean
add_worker (Make *make, GError **error)
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
count_frames (Make *make)
{
  gint64 frames;

  g_mutex_lock (&make->render->lock);
  sum_stats (make);
  frames = make->render->stats.frames - make->render->stats.frames_before;
  g_mutex_unlock (&make->render->lock);
  return frames;
}

/* Adds a worker where that is worth trying. */
static void
look_for_more (Make *make)
{
  BbRender *render = make->render;

  if (render->n_workers == 0 && make->workings->len < BB_RENDER_MAX_WORKERS &&
      bb_ramp_wants_more (&make->ramp, g_get_monotonic_time (), count_frames (make),
                          bb_gate_get_closed_seconds (render->gate)) &&
      bb_schedule_can_take (render->schedule) && !add_worker (make, NULL))
    bb_ramp_stop (&make->ramp);
}

/* Whether nobody will make a segment that is missing. Under the render's lock. */
static gboolean
is_stuck (Make *make)
{
  for (guint i = 0; i < make->workings->len; i++)
    {
      const Working *working = make->workings->pdata[i];

      if (!working->idle && !working->over)
        return FALSE;
    }
  return !bb_schedule_can_take (make->render->schedule);
}

/* Waits for a segment.
 *
 * Returns: (transfer full): it; NULL where there was an error, or nobody makes it */
static BbSegment *
wait_for_segment (Make *make, guint index, GCancellable *cancellable, GError **error)
{
  BbRender *render = make->render;
  BbSegment *segment = NULL;

  g_mutex_lock (&render->lock);
  while (make->error == NULL && !g_cancellable_is_cancelled (cancellable))
    {
      if (g_hash_table_steal_extended (render->done, GUINT_TO_POINTER (index), NULL,
                                       (gpointer *) &segment) ||
          is_stuck (make))
        break;
      if (g_cond_wait_until (&render->changed, &render->lock,
                             g_get_monotonic_time () + LOOK_INTERVAL))
        continue;
      g_mutex_unlock (&render->lock);
      look_for_more (make);
      g_mutex_lock (&render->lock);
    }
  if (make->error != NULL)
    {
      g_clear_pointer (&segment, bb_segment_free);
      g_propagate_error (error, g_steal_pointer (&make->error));
    }
  g_mutex_unlock (&render->lock);
  if (segment == NULL && (error == NULL || *error == NULL))
    g_cancellable_set_error_if_cancelled (cancellable, error);
  return segment;
}

static void
set_unreadable (BbRender *render, guint index, GError **error)
{
  g_autofree char *name = g_filename_display_name (render->input);

  if (index == 0)
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 _ ("“%s” has no frame within the trim: choose another start or end"), name);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                 _ ("“%s” gives other frames each time it is read: convert it to another format "
                    "first"),
                 name);
}

/* Has a segment made once more: from where the one before it ends, at last by reading all. */
static gboolean
redo (Make *make, guint index, gint64 begin, guint *n_tries, GError **error)
{
  BbRender *render = make->render;

  if (make->workings->len == 0 && render->engine == NULL)
    {
      bb_render_set_missing (render, index, error);
      return FALSE;
    }
  if (index == 0 || begin == G_MININT64 || *n_tries >= MAX_TRIES)
    {
      set_unreadable (render, index, error);
      return FALSE;
    }
  ++*n_tries;
  g_mutex_lock (&render->lock);
  bb_schedule_redo (render->schedule, index, begin + render->job.table.start, *n_tries > 1);
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
  /* Where all was there already. */
  return make->workings->len > 0 || add_worker (make, error);
}

/* Adds a segment to the target.
 *
 * Returns: whether it was added; without an error it must be made once more */
static gboolean
join_segment (BbRender *render, const BbSegment *segment, gint64 begin, GCancellable *cancellable,
              GError **error)
{
  AVRational time_base = { render->job.table.time_base_num, render->job.table.time_base_den };
  g_autoptr (BbSegment) checked = NULL;
  g_autoptr (GArray) times = NULL;
  g_autoptr (GError) failure = NULL;

  if (begin != G_MININT64 && segment->begin != begin)
    {
      g_debug ("Segment %u begins at %" G_GINT64_FORMAT ", not at %" G_GINT64_FORMAT,
               segment->index, segment->begin, begin);
      return FALSE;
    }
  if (render->sink == NULL)
    return TRUE;
  checked = bb_segment_check (segment->path, time_base, &times, cancellable, &failure);
  if (checked != NULL)
    return bb_sink_add (render->sink, segment, times, cancellable, error);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_debug ("%s", failure->message);
  return FALSE;
}

static void
forget_segment (BbRender *render, const BbSegment *segment)
{
  if (segment->path != NULL)
    g_unlink (segment->path);
  g_mutex_lock (&render->lock);
  render->n_done--;
  render->stats.video_bytes -= segment->video_bytes;
  render->stats.corrupt -= segment->n_corrupt;
  g_mutex_unlock (&render->lock);
}

/* Joins all segments, each as soon as it is there. */
static gboolean
join_all (Make *make, GCancellable *cancellable, GError **error)
{
  BbRender *render = make->render;
  gint64 begin = G_MININT64;
  guint index = 0;
  guint n_tries = 0;
  guint n_joined = 0;

  while (index != BB_SEGMENT_NONE)
    {
      GError *failure = NULL;
      g_autoptr (BbSegment) segment = wait_for_segment (make, index, cancellable, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (segment != NULL && join_segment (render, segment, begin, cancellable, &failure))
        {
          n_joined++;
          n_tries = 0;
          begin = segment->end;
          index = segment->next;
          if (segment->shortfall != NULL)
            g_set_str (&render->shortfall, segment->shortfall);
          if (index != BB_SEGMENT_NONE && !bb_render_check_space (render, n_joined, error))
            return FALSE;
          continue;
        }
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (segment != NULL)
        forget_segment (render, segment);
      if (!redo (make, index, begin, &n_tries, error))
        return FALSE;
    }
  return TRUE;
}

/* Waits until all that is to be made is. */
static gboolean
wait_for_all (Make *make, GCancellable *cancellable, GError **error)
{
  BbRender *render = make->render;
  gboolean good;

  g_mutex_lock (&render->lock);
  while (make->error == NULL && !g_cancellable_is_cancelled (cancellable) && !is_stuck (make))
    {
      if (g_cond_wait_until (&render->changed, &render->lock,
                             g_get_monotonic_time () + LOOK_INTERVAL))
        continue;
      g_mutex_unlock (&render->lock);
      look_for_more (make);
      g_mutex_lock (&render->lock);
    }
  good = make->error == NULL;
  if (!good)
    g_propagate_error (error, g_steal_pointer (&make->error));
  g_mutex_unlock (&render->lock);
  return good && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
cancelled_cb (GCancellable *cancellable, Make *make)
{
  BbRender *render = make->render;

  g_cancellable_cancel (make->cancellable);
  /* Whoever cancelled may not wait until the encoders have ended. */
  if (render->folder != NULL)
    bb_segment_folder_drop_empty (render->folder);
  g_mutex_lock (&render->lock);
  g_cond_broadcast (&render->changed);
  g_mutex_unlock (&render->lock);
}

/* What an earlier render has made. */
static void
take_found (BbRender *render)
{
  g_mutex_lock (&render->lock);
  for (guint i = 0; render->found != NULL && i < render->found->len; i++)
    {
      const BbSegment *segment = render->found->pdata[i];

      bb_schedule_mark (render->schedule, segment->index, segment->next,
                        segment->end + render->job.table.start);
      count_segment (render, segment);
      render->stats.frames_before += segment->n_frames;
      g_hash_table_replace (render->done, GUINT_TO_POINTER (segment->index),
                            bb_segment_copy (segment));
    }
  render->stats.frames = render->stats.frames_before;
  g_mutex_unlock (&render->lock);
}

/* Has all workers end, and takes what they have to say. */
static void
end_workers (Make *make, GCancellable *cancellable)
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
  const BbRecipeValues *values = bb_recipe_get (render->recipe);
  int batch = render->stats.batch;

  if (batch > 0 && batch < values->batch)
    /* Translators: a batch of frames, as large as memory allows, and as was asked for */
    bb_render_add_notice (
      render,
      g_strdup_printf (ngettext ("Memory allows batches of %u frame, not %d",
                                 "Memory allows batches of %u frames, not %d", (guint) batch),
                       (guint) batch, values->batch));
}

/* A file may get another name than the one it was to have. */
static void
take_name (BbRender *render)
{
  g_mutex_lock (&render->lock);
  g_set_str (&render->output, bb_sink_get_path (render->sink));
  g_mutex_unlock (&render->lock);
}

static gboolean
finish (BbRender *render, GCancellable *cancellable, GError **error)
{
  if (render->sink == NULL)
    return TRUE;
  if (!bb_sink_finish (render->sink, cancellable, error))
    return FALSE;
  take_name (render);
  if (!bb_segment_folder_remove (render->folder))
    g_debug ("“%s” stays", bb_segment_folder_get_path (render->folder));
  return TRUE;
}

/* Makes the segments from @first to before @end that are not there, and joins them where there is a
 * target. */
gboolean
bb_render_make (BbRender *render, guint first, guint end, GCancellable *cancellable, GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  Make make = { .render = render, .cancellable = inner };
  gboolean joins = first == 0 && end == BB_SEGMENT_NONE;
  gulong handler = 0;
  gboolean good = TRUE;

  make.workings = g_ptr_array_new_with_free_func (g_free);
  render->schedule = bb_schedule_new (first, end, render->job.table.n_segments);
  render->job.done = done_cb;
  render->job.progressed = progressed_cb;
  render->job.user_data = &make;
  take_found (render);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &make, NULL);
  bb_ramp_init (&make.ramp, render->job.memory == BB_MEMORY_HOST);
  /* Each device that was named is used. */
  for (guint i = 0; i < MAX (render->n_workers, g_strv_length (render->devices)) && good; i++)
    good = add_worker (&make, error);
  if (good)
    good = joins ? join_all (&make, cancellable, error) : wait_for_all (&make, cancellable, error);
  end_workers (&make, cancellable);
  g_cancellable_disconnect (cancellable, handler);
  count_frames (&make);
  report_batch (render);
  good = good && (!joins || finish (render, cancellable, error));
  report (&make, good);
  g_ptr_array_unref (make.workings);
  g_clear_error (&make.error);
  g_clear_pointer (&render->schedule, bb_schedule_free);
  return good;
}
