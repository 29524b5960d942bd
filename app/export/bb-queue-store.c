/* bb-queue-store.c: the queue on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-queue-store.h"

#include "bb-queue-text.h"
#include "bb-state-file.h"
#include "blurbox.h"

#include <glib/gi18n.h>

/* How many folders are kept in mind. */
#define MAX_FOLDERS 32
/**
 * BbQueueStore:
 *
 * Keeps what is not over of a queue in a #BbStateFile, from each change on, so that it outlives the
 * program however that ends.
 *
 * Signals: `problem`, a sentence for the user, when it cannot be written.
 */
struct _BbQueueStore {
  GObject parent_instance;

  BbStateFile *file;
  BbQueueText text;
  char *notice;

  BbQueue *queue;
  GPtrArray *jobs; /* of the queue that are listened to */
  GSource *source;
  char *newest; /* what was last given to be written */
  gboolean failing;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (BbQueueStore, bb_queue_store, G_TYPE_OBJECT)

enum { PROBLEM, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
set_notice (BbQueueStore *self, const char *path, const char *suffix, const char *format)
{
  g_autofree char *kept = bb_state_file_set_aside (path, suffix);
  g_autofree char *shown = g_filename_display_name (kept);
  g_autoptr (GString) notice = g_string_new (format);

  g_string_replace (notice, "%s", shown, 1);
  g_free (self->notice);
  self->notice = g_string_free (g_steal_pointer (&notice), FALSE);
}

/* Reads a file if it is there. */
static void
load (BbQueueStore *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length = 0;
  gboolean newer = self->text.newer;
  gboolean damaged = self->text.damaged;

  if (!bb_state_file_read (path, &data, &length, &error) && error == NULL)
    return;
  self->text.newer = FALSE;
  self->text.damaged = error != NULL;
  if (error == NULL)
    bb_queue_text_parse (&self->text, data, length);
  if (self->text.newer)
    set_notice (self, path, "newer",
                /* Translators: name of a file */
                _ ("The list of unfinished exports is of a newer version of Blurbox. What this one "
                   "understands of it is used, and the file is kept as “%s”."));
  else if (self->text.damaged)
    set_notice (
      self, path, "damaged",
      /* Translators: name of a file */
      _ ("The list of unfinished exports is damaged. What is whole of it is used, and the "
         "file is kept as “%s”."));
  self->text.newer |= newer;
  self->text.damaged |= damaged;
}

/* Said once, until it can be written again. */
static void
written_cb (BbQueueStore *self, const GError *error)
{
  g_autofree char *problem = NULL;

  if (error != NULL && !self->failing)
    {
      /* Translators: the system's reason */
      problem = g_strdup_printf (_ ("The list of exports cannot be kept for the next start: %s"),
                                 error->message);
      g_signal_emit (self, signals[PROBLEM], 0, problem);
    }
  self->failing = error != NULL;
}

static void
note_folder (BbQueueStore *self, BbJob *job)
{
  g_autoptr (GFile) folder = g_file_get_parent (bb_job_get_output (job));
  char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;
  guint position;

  if (uri == NULL)
    return;
  if (g_ptr_array_find_with_equal_func (self->text.folders, uri, g_str_equal, &position))
    g_ptr_array_remove_index (self->text.folders, position);
  g_ptr_array_insert (self->text.folders, 0, uri);
  if (self->text.folders->len > MAX_FOLDERS)
    g_ptr_array_set_size (self->text.folders, MAX_FOLDERS);
}

/* Returns: (nullable): the queue as it is now, where that is not what was given to be written last, or
 * that could not be written */
static char *
get_version (BbQueueStore *self, gboolean again)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  g_autofree char *data = NULL;

  g_ptr_array_set_size (self->text.jobs, 0);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (BbJob) job = g_list_model_get_item (model, i);

      if (bb_job_is_over (job))
        continue;
      if (bb_job_is_running (job))
        note_folder (self, job);
      /* The one that runs comes first next time too. */
      g_ptr_array_insert (self->text.jobs, bb_job_is_running (job) ? 0 : -1, g_object_ref (job));
    }
  data = bb_queue_text_format (&self->text);
  if (g_strcmp0 (data, self->newest) == 0 && !again)
    return NULL;
  g_set_str (&self->newest, data);
  return g_steal_pointer (&data);
}

static gboolean
save_cb (gpointer user_data)
{
  BbQueueStore *self = user_data;
  char *version = get_version (self, self->failing);

  g_clear_pointer (&self->source, g_source_unref);
  if (version != NULL)
    bb_state_file_write (self->file, version);
  return G_SOURCE_REMOVE;
}

/* What changes at once is written once. */
static void
schedule (BbQueueStore *self)
{
  g_autoptr (GMainContext) context = NULL;

  if (self->source != NULL || self->closed || bb_state_file_get_path (self->file) == NULL)
    return;
  context = g_main_context_ref_thread_default ();
  self->source = g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->source, save_cb, self, NULL);
  g_source_attach (self->source, context);
}

/* Of a job only what is in the file counts: its progress is not. */
static void
items_changed_cb (BbQueueStore *self)
{
  GListModel *model = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < self->jobs->len; i++)
    g_signal_handlers_disconnect_by_func (self->jobs->pdata[i], schedule, self);
  g_ptr_array_set_size (self->jobs, 0);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      BbJob *job = g_list_model_get_item (model, i);

      g_signal_connect_object (job, "notify::state", G_CALLBACK (schedule), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (job, "notify::output", G_CALLBACK (schedule), self,
                               G_CONNECT_SWAPPED);
      g_ptr_array_add (self->jobs, job);
    }
  schedule (self);
}

static void
bb_queue_store_dispose (GObject *object)
{
  BbQueueStore *self = BB_QUEUE_STORE (object);

  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_clear_pointer (&self->source, g_source_unref);
    }
  g_ptr_array_set_size (self->jobs, 0);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (bb_queue_store_parent_class)->dispose (object);
}

static void
bb_queue_store_finalize (GObject *object)
{
  BbQueueStore *self = BB_QUEUE_STORE (object);

  g_clear_object (&self->file);
  g_ptr_array_unref (self->jobs);
  bb_queue_text_clear (&self->text);
  g_free (self->newest);
  g_free (self->notice);

  G_OBJECT_CLASS (bb_queue_store_parent_class)->finalize (object);
}

static void
bb_queue_store_class_init (BbQueueStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bb_queue_store_dispose;
  object_class->finalize = bb_queue_store_finalize;

  signals[PROBLEM] = g_signal_new ("problem", BB_TYPE_QUEUE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bb_queue_store_init (BbQueueStore *self)
{
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  bb_queue_text_init (&self->text);
}

/**
 * bb_queue_store_new:
 * @folder: a folder of the user's that need not be there yet
 *
 * Reads what an earlier session left in `queue.ini`. A file that is damaged or of a newer version is
 * set aside, what is whole of it used, and a notice says so.
 *
 * Returns: (transfer full): a store
 */
BbQueueStore *
bb_queue_store_new (GFile *folder)
{
  BbQueueStore *self = g_object_new (BB_TYPE_QUEUE_STORE, NULL);
  const GPtrArray *adopted;

  self->file = bb_state_file_new (g_file_peek_path (folder), "queue.ini");
  g_signal_connect_object (self->file, "written", G_CALLBACK (written_cb), self, G_CONNECT_SWAPPED);
  if (bb_state_file_get_path (self->file) != NULL)
    load (self, bb_state_file_get_path (self->file));
  adopted = bb_state_file_get_adopted (self->file);
  for (guint i = 0; i < adopted->len; i++)
    load (self, adopted->pdata[i]);
  return self;
}

/**
 * bb_queue_store_get_jobs:
 * @self: a store that watches no queue yet
 *
 * Returns: (transfer full) (element-type BbJob): jobs that were not over, in their order
 */
GPtrArray *
bb_queue_store_get_jobs (BbQueueStore *self)
{
  return g_ptr_array_copy (self->text.jobs, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
}

/**
 * bb_queue_store_get_notice:
 * @self: a store
 *
 * Returns: (nullable): that not all could be read, for people
 */
const char *
bb_queue_store_get_notice (BbQueueStore *self)
{
  return self->notice;
}

/**
 * bb_queue_store_get_folders:
 * @self: a store
 *
 * Returns: (transfer full): URIs of the folders that exports went to, of this session and earlier ones
 */
GStrv
bb_queue_store_get_folders (BbQueueStore *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->text.folders->len; i++)
    g_strv_builder_add (builder, self->text.folders->pdata[i]);
  return g_strv_builder_end (builder);
}

/**
 * bb_queue_store_watch:
 * @self: a store
 * @queue: a queue, to which the jobs of the store were added
 *
 * From now on the file follows the queue.
 */
void
bb_queue_store_watch (BbQueueStore *self, BbQueue *queue)
{
  g_return_if_fail (self->queue == NULL);

  self->queue = g_object_ref (queue);
  /* A file that would not change is not written at each start. */
  if (self->notice == NULL && bb_state_file_get_adopted (self->file)->len == 0)
    self->newest = bb_queue_text_format (&self->text);
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  items_changed_cb (self);
}

/**
 * bb_queue_store_close:
 * @self: a store
 *
 * Writes what is not written yet, and from now on nothing more: what becomes of the queue when the
 * program ends is nothing that its user wished.
 */
void
bb_queue_store_close (BbQueueStore *self)
{
  g_autoptr (GError) error = NULL;

  if (self->closed || self->queue == NULL || bb_state_file_get_path (self->file) == NULL)
    return;
  self->closed = TRUE;
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  /* One that a thread has may not have been written yet. */
  if (!bb_state_file_flush (self->file, get_version (self, !bb_state_file_is_written (self->file)),
                            &error))
    g_warning ("The list of exports cannot be kept for the next start: %s", error->message);
}
