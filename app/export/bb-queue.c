/* bb-queue.c: renders, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-queue.h"

#include "bb-file-name.h"
#include "bb-job-private.h"
#include "bb-targets.h"
#include "bb-job-render.h"
#include "blurbox.h"

#include <glib/gi18n.h>

struct _BbQueue {
  GObject parent_instance;

  GPtrArray *jobs;
  BbJob *current;
  gboolean paused;
  gboolean stopped;
  GSource *start;

  /* The render of the current job, or one that was cancelled and whose encoder is still busy. */
  BbJobRender *work;
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BbQueue, bb_queue, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum { PROP_CURRENT = 1, PROP_N_WAITING, PROP_PAUSED, N_PROPERTIES };
enum { FINISHED, N_SIGNALS };

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

static void schedule (BbQueue *self);

static GType
get_item_type (GListModel *model)
{
  return BB_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return BB_QUEUE (model)->jobs->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  BbQueue *self = BB_QUEUE (model);

  return position < self->jobs->len ? g_object_ref (self->jobs->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
insert_job (BbQueue *self, guint position, BbJob *job)
{
  g_ptr_array_insert (self->jobs, (int) position, g_object_ref (job));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static void
take_out_job (BbQueue *self, guint position)
{
  g_ptr_array_remove_index (self->jobs, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/* A job that stays in its place is one change, so that the list of a queue that has no other is never
 * empty. */
static void
move_job (BbQueue *self, guint from, guint to)
{
  g_autoptr (BbJob) job = g_object_ref (self->jobs->pdata[from]);

  if (from == to)
    {
      g_list_model_items_changed (G_LIST_MODEL (self), from, 1, 1);
      return;
    }
  take_out_job (self, from);
  insert_job (self, to, job);
}

static void
tell_n_waiting (BbQueue *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WAITING]);
}

static void
set_current (BbQueue *self, BbJob *job)
{
  if (g_set_object (&self->current, job))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT]);
}

static BbJob *
find_waiting (BbQueue *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (bb_job_get_state (self->jobs->pdata[i]) == BB_JOB_WAITING)
      return self->jobs->pdata[i];
  return NULL;
}

static gboolean
is_there (GFile *file)
{
  return g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL) !=
         G_FILE_TYPE_UNKNOWN;
}

/* What the file of @file is, or will be. */
static char *
get_identity (GFile *file)
{
  const char *path = g_file_peek_path (file);

  return path != NULL ? bb_target_get_identity (path) : g_file_get_uri (file);
}

/* What the jobs that are not over will make, @except left out. */
static GHashTable *
get_taken (BbQueue *self, BbJob *except)
{
  GHashTable *taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->jobs->len; i++)
    if (self->jobs->pdata[i] != except && !bb_job_is_over (self->jobs->pdata[i]))
      g_hash_table_add (taken, get_identity (bb_job_get_output (self->jobs->pdata[i])));
  return taken;
}

static gboolean
is_input (BbQueue *self, BbJob *job, const char *identity)
{
  g_autofree char *own = get_identity (bb_job_get_input (job));

  if (g_str_equal (own, identity))
    return TRUE;
  for (guint i = 0; i < self->jobs->len; i++)
    if (!bb_job_is_over (self->jobs->pdata[i]))
      {
        g_autofree char *input = get_identity (bb_job_get_input (self->jobs->pdata[i]));

        if (g_str_equal (input, identity))
          return TRUE;
      }
  return FALSE;
}

static gboolean
refuse (GError **error, int code, GFile *file, const char *format)
{
  g_autofree char *name = bb_file_get_name (file);
  g_autoptr (GString) message = g_string_new (format);

  g_string_replace (message, "%s", name, 1);
  g_set_error_literal (error, BB_ERROR, code, message->str);
  return FALSE;
}

static gboolean
check_place (BbJob *job, GError **error)
{
  if (g_file_peek_path (bb_job_get_input (job)) == NULL)
    return refuse (error, BB_ERROR_INPUT, bb_job_get_input (job),
                   _ ("“%s” cannot be reached as a file: copy it to this computer first"));
  if (g_file_peek_path (bb_job_get_output (job)) == NULL)
    return refuse (error, BB_ERROR_OUTPUT, bb_job_get_output (job),
                   _ ("“%s” cannot be written there: choose a folder on this computer"));
  return TRUE;
}

/* Whether nothing has the name of a job's output, and no other job will. */
static gboolean
is_free (BbJob *job, GHashTable *taken)
{
  g_autofree char *identity = get_identity (bb_job_get_output (job));

  return !is_there (bb_job_get_output (job)) && !g_hash_table_contains (taken, identity);
}

/* Gives a job whose name was only proposed one that is free, and checks the name of another. One that
 * has begun keeps its name where it can, as what is done of it has that name. */
static gboolean
settle_name (BbQueue *self, BbJob *job, GError **error)
{
  g_autoptr (GHashTable) taken = NULL;
  g_autofree char *identity = NULL;

  if (!check_place (job, error))
    return FALSE;
  taken = get_taken (self, job);
  if (bb_job_get_name (job) == BB_JOB_NAME_PROPOSED && bb_job_has_begun (job) &&
      is_free (job, taken))
    return TRUE;
  if (bb_job_get_name (job) == BB_JOB_NAME_PROPOSED)
    {
      g_autofree char *path = bb_target_find_free (g_file_peek_path (bb_job_get_wish (job)), taken);
      g_autoptr (GFile) output = g_file_new_for_path (path);

      if (!g_file_equal (output, bb_job_get_output (job)))
        bb_job_set_output (job, output);
      return TRUE;
    }
  identity = get_identity (bb_job_get_output (job));
  if (is_input (self, job, identity))
    return refuse (error, BB_ERROR_OUTPUT, bb_job_get_output (job),
                   _ ("“%s” is a video that is read for an export: choose another name"));
  if (g_hash_table_contains (taken, identity))
    return refuse (error, BB_ERROR_EXISTS, bb_job_get_output (job),
                   _ ("“%s” is what another export in the queue makes: choose another name"));
  return TRUE;
}

/* Removes what is done of a job that its user takes out before it is over. That of one which failed stays:
 * the same export goes on with it. */
static void
discard (BbJob *job)
{
  if (bb_job_has_begun (job) && !bb_job_is_over (job))
    bb_job_render_discard (job);
}

/* A job that is over: tells everybody, and goes on. */
static void
close_job (BbQueue *self, BbJob *job)
{
  g_autoptr (BbJob) kept = g_object_ref (job);

  if (job == self->current)
    set_current (self, NULL);
  if (self->current == NULL && find_waiting (self) == NULL)
    bb_queue_set_paused (self, FALSE);
  g_signal_emit (self, signals[FINISHED], 0, job);
  schedule (self);
}

static void
progressed_cb (BbJobRender *work, gpointer user_data)
{
  BbQueue *self = user_data;
  BbRenderStats stats;

  if (bb_job_render_get_job (work) != self->current)
    return;
  bb_job_render_get_stats (work, &stats);
  bb_job_set_stats (self->current, &stats);
}

static void
cancelled_cb (BbJobRender *work, gpointer user_data)
{
  BbQueue *self = user_data;
  BbJob *job = bb_job_render_get_job (work);

  if (job != self->current)
    return;
  bb_job_set_state (job, BB_JOB_CANCELLED);
  close_job (self, job);
}

/* Tells of a file that has another name, since that was taken during the render. */
static void
take_output (BbJob *job, BbJobRender *work)
{
  g_autoptr (GFile) output = bb_job_render_get_output (work);
  g_autofree char *wished = NULL;
  g_autofree char *got = NULL;

  if (g_file_equal (output, bb_job_get_output (job)))
    return;
  wished = bb_job_get_output_name (job);
  bb_job_set_output (job, output);
  got = bb_job_get_output_name (job);
  /* Translators: names of files; the first one was there all of a sudden */
  bb_job_add_notice (job, g_strdup_printf (_ ("“%s” has appeared during the export and was left "
                                              "alone: the video is “%s”"),
                                           wished, got));
}

static void
ended_cb (BbJobRender *work, gpointer user_data)
{
  g_autoptr (BbQueue) self = g_object_ref (user_data);
  g_autoptr (BbJob) job = g_object_ref (bb_job_render_get_job (work));
  gboolean told = job != self->current;
  GError *error = NULL;
  gboolean done = bb_job_render_take_result (work, &error);
  BbRenderStats stats;

  if (!told)
    {
      bb_job_render_get_stats (work, &stats);
      bb_job_set_stats (job, &stats);
      bb_job_take_notices (job, bb_job_render_get_notices (work));
    }
  if (done)
    {
      take_output (job, work);
      bb_job_note_size (job);
    }
  if (done && bb_job_render_get_shortfall (work) != NULL)
    bb_job_add_notice (job, g_strdup (bb_job_render_get_shortfall (work)));
  g_clear_pointer (&self->work, bb_job_render_end);
  /* A file may have got its name just when it was cancelled; then it is there. */
  if (done)
    bb_job_set_state (job, BB_JOB_DONE);
  else if (told)
    g_clear_error (&error);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    bb_job_set_state (job, BB_JOB_CANCELLED);
  else
    bb_job_fail (job, g_steal_pointer (&error));
  g_clear_error (&error);
  if (told)
    schedule (self);
  else
    close_job (self, job);
}

static gboolean
begin (BbQueue *self, BbJob *job, GError **error)
{
  if (!settle_name (self, job, error))
    return FALSE;
  if (bb_job_get_name (job) == BB_JOB_NAME_CHOSEN && is_there (bb_job_get_output (job)))
    return refuse (error, BB_ERROR_EXISTS, bb_job_get_output (job),
                   _ ("“%s” has appeared while the export waited: choose another name"));
  if (bb_job_has_other_source (job))
    return refuse (
      error, BB_ERROR_INPUT, bb_job_get_input (job),
      _ ("“%s” has changed since its export was asked for: try again to export it as it is "
         "now"));
  bb_job_set_begun (job);
  bb_job_set_state (job, BB_JOB_RENDERING);
  set_current (self, job);
  tell_n_waiting (self);
  self->work = bb_job_render_begin (job, progressed_cb, cancelled_cb, ended_cb, self);
  return TRUE;
}

static gboolean
start_cb (gpointer data)
{
  BbQueue *self = data;
  BbJob *job = find_waiting (self);
  GError *error = NULL;

  g_clear_pointer (&self->start, g_source_unref);
  if (self->paused || self->stopped || self->work != NULL || job == NULL)
    return G_SOURCE_REMOVE;
  if (!begin (self, job, &error))
    {
      bb_job_fail (job, error);
      tell_n_waiting (self);
      close_job (self, job);
    }
  return G_SOURCE_REMOVE;
}

static void
schedule (BbQueue *self)
{
  g_autoptr (GMainContext) context = NULL;

  if (self->start != NULL || self->paused || self->stopped || self->work != NULL ||
      find_waiting (self) == NULL)
    return;
  context = g_main_context_ref_thread_default ();
  self->start = g_idle_source_new ();
  g_source_set_priority (self->start, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->start, start_cb, self, NULL);
  g_source_attach (self->start, context);
}

static void
bb_queue_dispose (GObject *object)
{
  BbQueue *self = BB_QUEUE (object);

  bb_queue_stop (self, 0);
  g_clear_pointer (&self->work, bb_job_render_end);
  g_clear_object (&self->current);

  G_OBJECT_CLASS (bb_queue_parent_class)->dispose (object);
}

static void
bb_queue_finalize (GObject *object)
{
  BbQueue *self = BB_QUEUE (object);

  g_ptr_array_unref (self->jobs);

  G_OBJECT_CLASS (bb_queue_parent_class)->finalize (object);
}

static void
bb_queue_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbQueue *self = BB_QUEUE (object);

  switch (id)
    {
    case PROP_CURRENT:
      g_value_set_object (value, self->current);
      break;
    case PROP_N_WAITING:
      g_value_set_uint (value, bb_queue_get_n_waiting (self));
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_queue_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_PAUSED:
      bb_queue_set_paused (BB_QUEUE (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_queue_class_init (BbQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = bb_queue_dispose;
  object_class->finalize = bb_queue_finalize;
  object_class->get_property = bb_queue_get_property;
  object_class->set_property = bb_queue_set_property;

  /**
   * BbQueue:current:
   *
   * The job that runs, held or not.
   */
  properties[PROP_CURRENT] =
    g_param_spec_object ("current", NULL, NULL, BB_TYPE_JOB, flags | G_PARAM_READABLE);
  properties[PROP_N_WAITING] =
    g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0, flags | G_PARAM_READABLE);
  /**
   * BbQueue:paused:
   *
   * Whether the job that runs is held, and no other begins. Ends with the last job.
   */
  properties[PROP_PAUSED] =
    g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * BbQueue::finished:
   * @queue: the queue
   * @job: a job that is done, failed or cancelled
   */
  signals[FINISHED] = g_signal_new ("finished", BB_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, BB_TYPE_JOB);
}

static void
bb_queue_init (BbQueue *self)
{
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * bb_queue_new:
 *
 * Returns: (transfer full): an empty queue
 */
BbQueue *
bb_queue_new (void)
{
  return g_object_new (BB_TYPE_QUEUE, NULL);
}

/**
 * bb_queue_add:
 * @self: a queue
 * @job: a job that waits
 * @error: return location for an error
 *
 * Adds a job at the end. Where its name was only proposed it gets a free one.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT, %BB_ERROR_OUTPUT or %BB_ERROR_EXISTS where its
 *   target is a source or the target of a job that is not over
 */
gboolean
bb_queue_add (BbQueue *self, BbJob *job, GError **error)
{
  if (!settle_name (self, job, error))
    return FALSE;
  bb_job_note_source (job);
  insert_job (self, self->jobs->len, job);
  tell_n_waiting (self);
  schedule (self);
  return TRUE;
}

/**
 * bb_queue_restore:
 * @self: a queue
 * @jobs: (element-type BbJob): jobs of an earlier session, which are stopped
 *
 * Adds jobs at the end, as they are.
 */
void
bb_queue_restore (BbQueue *self, GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    insert_job (self, self->jobs->len, jobs->pdata[i]);
}

/**
 * bb_queue_go_on:
 * @self: a queue
 * @job: a job of it that is stopped
 *
 * Has it wait for its turn, in its place.
 */
void
bb_queue_go_on (BbQueue *self, BbJob *job)
{
  g_return_if_fail (bb_job_get_state (job) == BB_JOB_STOPPED);

  bb_job_set_state (job, BB_JOB_WAITING);
  tell_n_waiting (self);
  schedule (self);
}

/**
 * bb_queue_remove:
 * @self: a queue
 * @job: a job of it
 *
 * Takes a job out. Nothing becomes of one that waits, and what is done of it is removed; a file that is
 * whole stays.
 *
 * Returns: whether it was taken out; the one that runs is not, cancel it first
 */
gboolean
bb_queue_remove (BbQueue *self, BbJob *job)
{
  gboolean waiting = bb_job_get_state (job) == BB_JOB_WAITING;
  g_autoptr (BbJob) kept = g_object_ref (job);
  guint position;

  if (bb_job_is_running (job) || !g_ptr_array_find (self->jobs, job, &position))
    return FALSE;
  discard (job);
  take_out_job (self, position);
  if (waiting)
    tell_n_waiting (self);
  if (self->current == NULL && find_waiting (self) == NULL)
    bb_queue_set_paused (self, FALSE);
  return TRUE;
}

/**
 * bb_queue_move:
 * @self: a queue
 * @job: a job that waits
 * @by: how many places towards the end; negative towards the front
 *
 * Changes when a job's turn comes, as far as there are jobs that wait.
 *
 * Returns: whether it moved
 */
gboolean
bb_queue_move (BbQueue *self, BbJob *job, int by)
{
  BbJob *first = find_waiting (self);
  guint from;
  guint front;
  gint64 to;

  if (bb_job_get_state (job) != BB_JOB_WAITING || !g_ptr_array_find (self->jobs, job, &from))
    return FALSE;
  g_ptr_array_find (self->jobs, first, &front);
  to = CLAMP ((gint64) from + by, (gint64) front, (gint64) self->jobs->len - 1);
  if (to == from)
    return FALSE;
  move_job (self, from, (guint) to);
  return TRUE;
}

/**
 * bb_queue_retry:
 * @self: a queue
 * @job: a job of it that failed or was cancelled
 * @error: return location for an error
 *
 * Has a job wait once more, at the end.
 *
 * Returns: %TRUE, or %FALSE with an error as of bb_queue_add()
 */
gboolean
bb_queue_retry (BbQueue *self, BbJob *job, GError **error)
{
  guint position;

  g_return_val_if_fail (
    bb_job_get_state (job) == BB_JOB_FAILED || bb_job_get_state (job) == BB_JOB_CANCELLED, FALSE);
  g_return_val_if_fail (g_ptr_array_find (self->jobs, job, &position), FALSE);

  if (!settle_name (self, job, error))
    return FALSE;
  bb_job_reset (job);
  bb_job_note_source (job);
  move_job (self, position, self->jobs->len - 1);
  tell_n_waiting (self);
  schedule (self);
  return TRUE;
}

/**
 * bb_queue_clear:
 * @self: a queue
 *
 * Takes out all jobs that are over.
 */
void
bb_queue_clear (BbQueue *self)
{
  for (guint i = self->jobs->len; i > 0; i--)
    if (bb_job_is_over (self->jobs->pdata[i - 1]))
      take_out_job (self, i - 1);
}

/**
 * bb_queue_propose:
 * @self: a queue
 * @input: path of a source
 * @folder: (nullable): where to, instead of beside the source
 * @pattern: (nullable): of the name, see bb_target_propose()
 * @recipe: what to make
 * @extension: (nullable): of the container, instead of the one that suits the recipe
 *
 * Returns: (transfer full): path of a target that neither is there nor is made by a job
 */
char *
bb_queue_propose (BbQueue *self, const char *input, const char *folder, const char *pattern,
                  const BbRecipe *recipe, const char *extension)
{
  g_autofree char *path = bb_target_propose (input, folder, pattern, recipe, extension);
  g_autoptr (GHashTable) taken = get_taken (self, NULL);

  return bb_target_find_free (path, taken);
}

/**
 * bb_queue_get_current:
 * @self: a queue
 *
 * Returns: (transfer none) (nullable): the job that runs, held or not
 */
BbJob *
bb_queue_get_current (BbQueue *self)
{
  return self->current;
}

static guint
count (BbQueue *self, BbJobState state)
{
  guint n = 0;

  for (guint i = 0; i < self->jobs->len; i++)
    n += bb_job_get_state (self->jobs->pdata[i]) == state;
  return n;
}

/**
 * bb_queue_get_n_waiting:
 * @self: a queue
 *
 * Returns: how many jobs wait
 */
guint
bb_queue_get_n_waiting (BbQueue *self)
{
  return count (self, BB_JOB_WAITING);
}

/**
 * bb_queue_get_n_stopped:
 * @self: a queue
 *
 * Returns: how many jobs of an earlier session wait to be told to go on
 */
guint
bb_queue_get_n_stopped (BbQueue *self)
{
  return count (self, BB_JOB_STOPPED);
}

/**
 * bb_queue_get_paused:
 * @self: a queue
 *
 * Returns: whether the job that runs is held
 */
gboolean
bb_queue_get_paused (BbQueue *self)
{
  return self->paused;
}

/**
 * bb_queue_set_paused:
 * @self: a queue
 * @paused: whether the job that runs is held, and no other begins
 */
void
bb_queue_set_paused (BbQueue *self, gboolean paused)
{
  if (paused == self->paused)
    return;
  self->paused = paused;
  if (self->current != NULL)
    {
      bb_job_render_set_paused (self->work, paused);
      bb_job_set_state (self->current, paused ? BB_JOB_PAUSED : BB_JOB_RENDERING);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  schedule (self);
}

/**
 * bb_queue_cancel:
 * @self: a queue
 *
 * Cancels the job that runs; it is over a moment later, and nothing is left of its file.
 */
void
bb_queue_cancel (BbQueue *self)
{
  if (self->current != NULL)
    bb_job_render_cancel (self->work);
}

/**
 * bb_queue_stop:
 * @self: a queue
 * @patience: how long to wait for the render to end, milliseconds
 *
 * Stops the job that runs and begins no other any more, before the program ends. What is done of it
 * stays for the next session.
 *
 * Returns: whether nothing runs any more; if not, an encoder is busy with a frame
 */
gboolean
bb_queue_stop (BbQueue *self, int patience)
{
  self->stopped = TRUE;
  if (self->start != NULL)
    {
      g_source_destroy (self->start);
      g_clear_pointer (&self->start, g_source_unref);
    }
  return self->work == NULL || bb_job_render_stop (self->work, patience);
}
