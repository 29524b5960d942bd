/* bb-job-render.c: a job's render on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-job-render.h"

#include "bb-niceness.h"
#include "bb-wake.h"
#include "blurbox.h"

/* Microseconds in which a window shows that an export begins, all of it drawn anew, before the render's
 * threads want all processors. */
#define HEADSTART 60000
/* How long a cancelled render may take to end by itself until it counts as over, in milliseconds:
 * an encoder may be busy with a frame for seconds, but the file is gone by then. */
#define PATIENCE 120

struct _BbJobRender {
  gatomicrefcount refs;
  GMainContext *context;
  BbRender *render;
  GCancellable *cancellable;
  GThread *thread;
  BbWake *wake;  /* for progress */
  gint discards; /* whether nothing of it is kept; atomic */

  GMutex lock;
  GCond changed;
  gboolean over;
  gboolean done;
  GError *error;

  /* of the thread that began it */
  BbJob *job;
  BbJobRenderFunc progressed;
  BbJobRenderFunc cancelled;
  BbJobRenderFunc ended;
  gpointer user_data;
  gboolean cancelling;
  gboolean told_end;
};

static BbJobRender *
work_ref (BbJobRender *work)
{
  g_atomic_ref_count_inc (&work->refs);
  return work;
}

static void
work_unref (gpointer data)
{
  BbJobRender *work = data;

  if (!g_atomic_ref_count_dec (&work->refs))
    return;
  g_clear_pointer (&work->render, bb_render_free);
  g_clear_object (&work->cancellable);
  g_clear_error (&work->error);
  bb_wake_unref (work->wake);
  g_main_context_unref (work->context);
  g_mutex_clear (&work->lock);
  g_cond_clear (&work->changed);
  g_free (work);
}

static void
post (BbJobRender *work, GSource *source, int priority, GSourceFunc func)
{
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, work_ref (work), work_unref);
  g_source_attach (source, work->context);
  g_source_unref (source);
}

static void
progress_cb (gpointer data)
{
  BbJobRender *work = data;

  if (!work->told_end)
    work->progressed (work, work->user_data);
}

static void
report_cb (const BbRenderStats *stats, gpointer data)
{
  bb_wake_signal (((BbJobRender *) data)->wake);
}

static gboolean
ended_cb (gpointer data)
{
  BbJobRender *work = data;

  work->told_end = TRUE;
  if (work->ended != NULL)
    work->ended (work, work->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
give_up_cb (gpointer data)
{
  BbJobRender *work = data;

  if (work->cancelled != NULL && !work->told_end)
    work->cancelled (work, work->user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
render_thread (gpointer data)
{
  BbJobRender *work = data;
  GError *error = NULL;
  gboolean done;

  bb_niceness_enter (BB_NICENESS_RENDER);
  g_usleep (HEADSTART);
  done = bb_render_run (work->render, work->cancellable, &error);
  if (!done && g_atomic_int_get (&work->discards))
    {
      g_autofree char *output = bb_render_get_output (work->render);

      bb_render_discard (output);
    }
  g_mutex_lock (&work->lock);
  work->over = TRUE;
  work->done = done;
  work->error = error;
  g_cond_broadcast (&work->changed);
  g_mutex_unlock (&work->lock);
  post (work, g_idle_source_new (), G_PRIORITY_DEFAULT, ended_cb);
  work_unref (work);
  return NULL;
}

/**
 * bb_job_render_begin:
 * @job: a job with files that have paths
 * @progressed: called when there are new figures, coalesced
 * @cancelled: called when a cancelled render has left nothing behind but still takes a while to end
 * @ended: called when the render has ended and its threads are gone
 * @user_data: data for the functions
 *
 * Returns: (transfer full): the render that has begun
 */
BbJobRender *
bb_job_render_begin (BbJob *job, BbJobRenderFunc progressed, BbJobRenderFunc cancelled,
                     BbJobRenderFunc ended, gpointer user_data)
{
  BbJobRender *work = g_new0 (BbJobRender, 1);

  g_atomic_ref_count_init (&work->refs);
  g_mutex_init (&work->lock);
  g_cond_init (&work->changed);
  work->context = g_main_context_ref_thread_default ();
  work->wake = bb_wake_new (G_PRIORITY_DEFAULT_IDLE, progress_cb, work);
  work->cancellable = g_cancellable_new ();
  work->render = bb_render_new (g_file_peek_path (bb_job_get_input (job)),
                                g_file_peek_path (bb_job_get_output (job)), bb_job_get_recipe (job),
                                bb_job_get_name (job) == BB_JOB_NAME_REPLACE);
  bb_render_set_progress (work->render, report_cb, work);
  work->job = g_object_ref (job);
  work->progressed = progressed;
  work->cancelled = cancelled;
  work->ended = ended;
  work->user_data = user_data;
  work->thread = bb_thread_new ("bb-render", render_thread, work_ref (work), &work->error);
  if (work->thread == NULL)
    {
      work->over = TRUE;
      post (work, g_idle_source_new (), G_PRIORITY_DEFAULT, ended_cb);
      work_unref (work);
    }
  return work;
}

/**
 * bb_job_render_end:
 * @work: (transfer full): a render
 *
 * Lets go of it. One that still runs goes on until it ends; call bb_job_render_cancel() before.
 */
void
bb_job_render_end (BbJobRender *work)
{
  bb_wake_close (work->wake);
  work->progressed = work->cancelled = work->ended = NULL;
  g_clear_object (&work->job);
  g_clear_pointer (&work->thread, g_thread_unref);
  work_unref (work);
}

/**
 * bb_job_render_get_job:
 * @work: a render
 *
 * Returns: (transfer none): its job
 */
BbJob *
bb_job_render_get_job (BbJobRender *work)
{
  return work->job;
}

/**
 * bb_job_render_set_paused:
 * @work: a render
 * @paused: whether it is held
 */
void
bb_job_render_set_paused (BbJobRender *work, gboolean paused)
{
  bb_render_set_paused (work->render, paused);
}

static gpointer
cancel_thread (gpointer data)
{
  BbJobRender *work = data;

  g_cancellable_cancel (work->cancellable);
  post (work, g_timeout_source_new (PATIENCE), G_PRIORITY_DEFAULT, give_up_cb);
  work_unref (work);
  return NULL;
}

/**
 * bb_job_render_cancel:
 * @work: a render
 *
 * Cancels the render, nothing of which is kept, without waiting for anything: removing a large file can
 * take a moment.
 */
void
bb_job_render_cancel (BbJobRender *work)
{
  GThread *thread;

  if (work->cancelling)
    return;
  work->cancelling = TRUE;
  g_atomic_int_set (&work->discards, TRUE);
  thread = g_thread_try_new ("bb-cancel", cancel_thread, work_ref (work), NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    cancel_thread (work);
}

/**
 * bb_job_render_stop:
 * @work: a render
 * @patience: how long to wait, milliseconds
 *
 * Stops the render and waits for its end. What it has done so far stays for the next one.
 *
 * Returns: whether it ended; if not, an encoder is still busy with a frame
 */
gboolean
bb_job_render_stop (BbJobRender *work, int patience)
{
  gint64 end = g_get_monotonic_time () + patience * G_TIME_SPAN_MILLISECOND;
  gboolean over;

  work->cancelling = TRUE;
  g_cancellable_cancel (work->cancellable);
  g_mutex_lock (&work->lock);
  while (!work->over && g_cond_wait_until (&work->changed, &work->lock, end))
    continue;
  over = work->over;
  g_mutex_unlock (&work->lock);
  /* A queue that was stopped stops once more when it goes. */
  if (over && work->thread != NULL)
    g_thread_join (g_steal_pointer (&work->thread));
  return over;
}

/**
 * bb_job_render_get_stats:
 * @work: a render
 * @stats: (out caller-allocates): figures
 */
void
bb_job_render_get_stats (BbJobRender *work, BbRenderStats *stats)
{
  bb_render_get_stats (work->render, stats);
}

/**
 * bb_job_render_get_shortfall:
 * @work: a render that has ended
 *
 * Returns: (transfer none) (nullable): that the source broke off, a sentence
 */
const char *
bb_job_render_get_shortfall (BbJobRender *work)
{
  return bb_render_get_shortfall (work->render);
}

/**
 * bb_job_render_get_notices:
 * @work: a render
 *
 * Returns: (transfer full): what its user should know although it did not fail
 */
GStrv
bb_job_render_get_notices (BbJobRender *work)
{
  return bb_render_get_notices (work->render);
}

/**
 * bb_job_render_get_output:
 * @work: a render that has ended
 *
 * Returns: (transfer full): the file that it made, which may have another name than the job's
 */
GFile *
bb_job_render_get_output (BbJobRender *work)
{
  g_autofree char *path = bb_render_get_output (work->render);

  return g_file_new_for_path (path);
}

/**
 * bb_job_render_take_result:
 * @work: a render that has ended
 * @error: return location for an error
 *
 * Returns: what bb_render_run() returned
 */
gboolean
bb_job_render_take_result (BbJobRender *work, GError **error)
{
  gboolean done;

  g_mutex_lock (&work->lock);
  done = work->done;
  if (work->error != NULL)
    g_propagate_error (error, g_steal_pointer (&work->error));
  g_mutex_unlock (&work->lock);
  return done;
}

static void
discard_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  bb_render_discard (task_data);
  g_task_return_boolean (task, TRUE);
}

/**
 * bb_job_render_discard:
 * @job: a job that has no render
 *
 * Removes what its renders have left, without waiting for that.
 */
void
bb_job_render_discard (BbJob *job)
{
  g_autoptr (GTask) task = NULL;
  char *path = g_file_get_path (bb_job_get_output (job));

  if (path == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, bb_job_render_discard);
  g_task_set_task_data (task, path, g_free);
  g_task_run_in_thread (task, discard_thread);
}
