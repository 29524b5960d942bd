/* bb-queue-store.c: the queue on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-queue-store.h"

#include "bb-queue-text.h"
#include "blurbox.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* How many programs may run beside each other, each with a queue of its own. */
#define MAX_SLOTS 16
/* How many folders are kept in mind. */
#define MAX_FOLDERS 32
/* Far more than a queue has. */
#define MAX_SIZE (16 * 1024 * 1024)

/**
 * BbQueueStore:
 *
 * Keeps what is not over of a queue in a file, from each change on, so that it outlives the program
 * however that ends. Programs that run beside each other have a file each, held by a lock that ends
 * with the program; what one that was killed has left is taken over by the next one.
 *
 * Signals: `problem`, a sentence for the user, when it cannot be written.
 */
struct _BbQueueStore {
  GObject parent_instance;

  char *folder;
  char *path; /* NULL where no file could be had */
  int lock;
  BbQueueText text;
  char *notice;
  GPtrArray *adopted; /* files whose jobs are in this one, to be removed once it is written */
  GArray *adopted_locks;

  BbQueue *queue;
  GPtrArray *jobs; /* of the queue that are listened to */
  GSource *source;
  char *newest; /* what was last given to be written */
  guint64 serial;
  gboolean failing;
  gboolean closed;

  GMutex writing;
  guint64 written; /* serial of what is in the file; of @writing */
};

G_DEFINE_FINAL_TYPE (BbQueueStore, bb_queue_store, G_TYPE_OBJECT)

enum { PROBLEM, N_SIGNALS };

static guint signals[N_SIGNALS];

typedef struct {
  char *data;
  guint64 serial;
} Version;

static void
version_free (gpointer data)
{
  Version *version = data;

  g_free (version->data);
  g_free (version);
}

static char *
get_path (BbQueueStore *self, guint slot, const char *extension)
{
  g_autofree char *name = slot == 1 ? g_strdup_printf ("queue.%s", extension)
                                    : g_strdup_printf ("queue-%u.%s", slot, extension);

  return g_build_filename (self->folder, name, NULL);
}

/* Takes the lock of a slot; FALSE where another program has it. Where there can be no locks, everybody
 * gets it, and @fd is -1. */
static gboolean
take_lock (BbQueueStore *self, guint slot, int *fd)
{
  g_autofree char *path = get_path (self, slot, "lock");

  *fd = g_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (*fd < 0 || flock (*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return TRUE;
  close (*fd);
  *fd = -1;
  return FALSE;
}

/* Gives a file that is not used as it is another name, so that nothing of it is lost. */
static char *
set_aside (const char *path, const char *suffix)
{
  g_autofree char *first = g_strconcat (path, ".", suffix, NULL);
  g_autofree char *other = g_strdup (first);

  for (int i = 2; g_file_test (other, G_FILE_TEST_EXISTS) && i < 1000; i++)
    {
      g_free (other);
      other = g_strdup_printf ("%s-%d", first, i);
    }
  if (g_rename (path, other) != 0)
    return g_strdup (path);
  return g_steal_pointer (&other);
}

static void
set_notice (BbQueueStore *self, const char *path, const char *suffix, const char *format)
{
  g_autofree char *kept = set_aside (path, suffix);
  g_autofree char *shown = g_filename_display_name (kept);
  g_autoptr (GString) notice = g_string_new (format);

  g_string_replace (notice, "%s", shown, 1);
  g_free (self->notice);
  self->notice = g_string_free (g_steal_pointer (&notice), FALSE);
}

/* Reads a file that is there. */
static void
load (BbQueueStore *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length = 0;
  GStatBuf info;
  gboolean newer = self->text.newer;
  gboolean damaged = self->text.damaged;

  if (g_lstat (path, &info) != 0)
    return;
  self->text.newer = FALSE;
  /* What is read is a file of this program: a pipe would be waited for. */
  self->text.damaged = !S_ISREG (info.st_mode) || info.st_size > MAX_SIZE ||
                       !g_file_get_contents (path, &data, &length, &error);
  if (!self->text.damaged)
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

static void
adopt (BbQueueStore *self, guint slot)
{
  g_autofree char *path = get_path (self, slot, "ini");
  int fd;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  if (!take_lock (self, slot, &fd))
    return;
  load (self, path);
  g_ptr_array_add (self->adopted, g_steal_pointer (&path));
  if (fd >= 0)
    g_array_append_val (self->adopted_locks, fd);
}

/* Removes what g_file_set_contents() had not renamed yet when a program was killed. */
static void
remove_unwritten (BbQueueStore *self)
{
  g_autofree char *base = g_path_get_basename (self->path);
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, base) && name[strlen (base)] == '.' &&
        strlen (name) == strlen (base) + strlen (".123456"))
      {
        g_autofree char *path = g_build_filename (self->folder, name, NULL);

        g_unlink (path);
      }
}

/* What cannot be made or read here is told when it is to be written. */
static void
take_slot (BbQueueStore *self)
{
  guint own = 0;

  g_mkdir_with_parents (self->folder, 0700);
  for (guint i = 1; i <= MAX_SLOTS && own == 0; i++)
    if (take_lock (self, i, &self->lock))
      own = i;
  if (own == 0)
    return;
  self->path = get_path (self, own, "ini");
  remove_unwritten (self);
  load (self, self->path);
  for (guint i = 1; i <= MAX_SLOTS; i++)
    if (i != own)
      adopt (self, i);
}

/* What was taken over is in this program's own file now. */
static void
drop_adopted (BbQueueStore *self)
{
  for (guint i = 0; i < self->adopted->len; i++)
    g_unlink (self->adopted->pdata[i]);
  for (guint i = 0; i < self->adopted_locks->len; i++)
    close (g_array_index (self->adopted_locks, int, i));
  g_ptr_array_set_size (self->adopted, 0);
  g_array_set_size (self->adopted_locks, 0);
}

/* Brings a version to disk unless a newer one is there. On any thread. */
static gboolean
write_version (BbQueueStore *self, const Version *version, GError **error)
{
  gboolean ok = TRUE;

  g_mutex_lock (&self->writing);
  if (version->serial > self->written)
    {
      g_mkdir_with_parents (self->folder, 0700);
      ok = g_file_set_contents_full (self->path, version->data, -1,
                                     G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                     0600, error);
      if (ok)
        self->written = version->serial;
    }
  g_mutex_unlock (&self->writing);
  return ok;
}

static void
write_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_version (source_object, task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Said once, until it can be written again. */
static void
tell (BbQueueStore *self, const GError *error)
{
  g_autofree char *problem = NULL;

  if (error == NULL)
    drop_adopted (self);
  else if (!self->failing)
    {
      /* Translators: the system's reason */
      problem = g_strdup_printf (_ ("The list of exports cannot be kept for the next start: %s"),
                                 error->message);
      g_signal_emit (self, signals[PROBLEM], 0, problem);
    }
  self->failing = error != NULL;
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  tell (BB_QUEUE_STORE (source), error);
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
static Version *
get_version (BbQueueStore *self, gboolean again)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  g_autofree char *data = NULL;
  Version *version;

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
  version = g_new0 (Version, 1);
  version->data = g_steal_pointer (&data);
  version->serial = ++self->serial;
  return version;
}

static gboolean
save_cb (gpointer user_data)
{
  BbQueueStore *self = user_data;
  Version *version = get_version (self, self->failing);

  g_clear_pointer (&self->source, g_source_unref);
  if (version != NULL)
    {
      g_autoptr (GTask) task = g_task_new (self, NULL, written_cb, NULL);

      g_task_set_source_tag (task, save_cb);
      g_task_set_task_data (task, version, version_free);
      g_task_run_in_thread (task, write_thread);
    }
  return G_SOURCE_REMOVE;
}

/* What changes at once is written once. */
static void
schedule (BbQueueStore *self)
{
  g_autoptr (GMainContext) context = NULL;

  if (self->source != NULL || self->closed || self->path == NULL)
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

  for (guint i = 0; i < self->adopted_locks->len; i++)
    close (g_array_index (self->adopted_locks, int, i));
  if (self->lock >= 0)
    close (self->lock);
  g_ptr_array_unref (self->adopted);
  g_array_unref (self->adopted_locks);
  g_ptr_array_unref (self->jobs);
  bb_queue_text_clear (&self->text);
  g_mutex_clear (&self->writing);
  g_free (self->newest);
  g_free (self->notice);
  g_free (self->folder);
  g_free (self->path);

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
  self->lock = -1;
  self->adopted = g_ptr_array_new_with_free_func (g_free);
  self->adopted_locks = g_array_new (FALSE, FALSE, sizeof (int));
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  bb_queue_text_init (&self->text);
  g_mutex_init (&self->writing);
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

  self->folder = g_file_get_path (folder);
  take_slot (self);
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
  if (self->notice == NULL && self->adopted->len == 0)
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
  Version *version;
  gboolean again;

  if (self->closed || self->queue == NULL || self->path == NULL)
    return;
  self->closed = TRUE;
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_mutex_lock (&self->writing);
  again = self->written < self->serial;
  g_mutex_unlock (&self->writing);
  version = get_version (self, again);
  if (version == NULL)
    return;
  /* An older one that a thread has is not written after this one. */
  if (write_version (self, version, &error))
    drop_adopted (self);
  else
    g_warning ("The list of exports cannot be kept for the next start: %s", error->message);
  version_free (version);
}
