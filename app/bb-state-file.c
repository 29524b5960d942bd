/* bb-state-file.c: what a program leaves to its next start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-state-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* How many programs may run beside each other, each with a file of its own. */
#define MAX_SLOTS 16

/**
 * BbStateFile:
 *
 * A file that outlives the program however that ends: each version is written whole, on a thread.
 * Programs that run beside each other have a file each, held by a lock that ends with the program; what
 * one that was killed has left is taken over by the next one.
 *
 * Signals: `written`, with a #GError or %NULL, after each version.
 */
struct _BbStateFile {
  GObject parent_instance;

  char *folder;
  char *name; /* `NAME.EXTENSION` */
  char *path; /* NULL where no file could be had */
  int lock;
  GPtrArray *adopted; /* files of programs that are gone; removed once this one is written */
  GArray *adopted_locks;

  guint64 serial; /* of the version that was given last */
  GMutex writing;
  guint64 written; /* serial of what is in the file; of @writing */
};

G_DEFINE_FINAL_TYPE (BbStateFile, bb_state_file, G_TYPE_OBJECT)

enum { WRITTEN, N_SIGNALS };

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

/* Of the first program `NAME.EXTENSION`, then `NAME-2.EXTENSION` and so on. */
static char *
get_path (BbStateFile *self, guint slot, const char *extension)
{
  const char *dot = strrchr (self->name, '.');
  g_autofree char *base = g_strndup (self->name, (gsize) (dot - self->name));
  g_autofree char *name = NULL;

  if (extension == NULL)
    extension = dot + 1;
  name = slot == 1 ? g_strdup_printf ("%s.%s", base, extension)
                   : g_strdup_printf ("%s-%u.%s", base, slot, extension);
  return g_build_filename (self->folder, name, NULL);
}

/* Takes the lock of a slot; FALSE where another program has it. Where there can be no locks, everybody
 * gets it, and @fd is -1. */
static gboolean
take_lock (BbStateFile *self, guint slot, int *fd)
{
  g_autofree char *path = get_path (self, slot, "lock");

  *fd = g_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (*fd < 0 || flock (*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return TRUE;
  close (*fd);
  *fd = -1;
  return FALSE;
}

static void
adopt (BbStateFile *self, guint slot)
{
  g_autofree char *path = get_path (self, slot, NULL);
  int fd;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) || !take_lock (self, slot, &fd))
    return;
  g_ptr_array_add (self->adopted, g_steal_pointer (&path));
  if (fd >= 0)
    g_array_append_val (self->adopted_locks, fd);
}

/* Removes what g_file_set_contents() had not renamed yet when a program was killed. Nothing else may have a
 * name like that: six characters behind a dot. */
static void
remove_unwritten (BbStateFile *self)
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

/* What cannot be made here is told when it is to be written. */
static void
take_slot (BbStateFile *self)
{
  guint own = 0;

  g_mkdir_with_parents (self->folder, 0700);
  for (guint i = 1; i <= MAX_SLOTS && own == 0; i++)
    if (take_lock (self, i, &self->lock))
      own = i;
  if (own == 0)
    return;
  self->path = get_path (self, own, NULL);
  remove_unwritten (self);
  for (guint i = 1; i <= MAX_SLOTS; i++)
    if (i != own)
      adopt (self, i);
}

/* What was taken over is in this program's own file now. */
static void
drop_adopted (BbStateFile *self)
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
write_version (BbStateFile *self, const Version *version, GError **error)
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

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BbStateFile *self = BB_STATE_FILE (source);
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    drop_adopted (self);
  g_signal_emit (self, signals[WRITTEN], 0, error);
}

static void
bb_state_file_finalize (GObject *object)
{
  BbStateFile *self = BB_STATE_FILE (object);

  for (guint i = 0; i < self->adopted_locks->len; i++)
    close (g_array_index (self->adopted_locks, int, i));
  if (self->lock >= 0)
    close (self->lock);
  g_ptr_array_unref (self->adopted);
  g_array_unref (self->adopted_locks);
  g_mutex_clear (&self->writing);
  g_free (self->folder);
  g_free (self->name);
  g_free (self->path);

  G_OBJECT_CLASS (bb_state_file_parent_class)->finalize (object);
}

static void
bb_state_file_class_init (BbStateFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_state_file_finalize;

  signals[WRITTEN] = g_signal_new ("written", BB_TYPE_STATE_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
bb_state_file_init (BbStateFile *self)
{
  self->lock = -1;
  self->adopted = g_ptr_array_new_with_free_func (g_free);
  self->adopted_locks = g_array_new (FALSE, FALSE, sizeof (int));
  g_mutex_init (&self->writing);
}

/**
 * bb_state_file_new:
 * @folder: a folder of the user's that need not be there yet
 * @name: name of the file, with an extension
 *
 * Returns: (transfer full): a file of this program alone
 */
BbStateFile *
bb_state_file_new (const char *folder, const char *name)
{
  BbStateFile *self = g_object_new (BB_TYPE_STATE_FILE, NULL);

  self->folder = g_strdup (folder);
  self->name = g_strdup (name);
  take_slot (self);
  return self;
}

/**
 * bb_state_file_get_path:
 * @self: a file
 *
 * Returns: (nullable): where it is, or will be; %NULL where too many programs have one
 */
const char *
bb_state_file_get_path (BbStateFile *self)
{
  return self->path;
}

/**
 * bb_state_file_get_adopted:
 * @self: a file
 *
 * Returns: (transfer none) (element-type filename): files that programs have left that are gone. They
 *   are removed after the next version is written, which should have what is in them
 */
const GPtrArray *
bb_state_file_get_adopted (BbStateFile *self)
{
  return self->adopted;
}

/**
 * bb_state_file_read:
 * @path: a file of this program
 * @data: (out): what is in it
 * @length: (out): its bytes
 * @error: return location for an error
 *
 * Returns: %TRUE; %FALSE with an error, or without one where there is no file
 */
gboolean
bb_state_file_read (const char *path, char **data, gsize *length, GError **error)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return FALSE;
  /* A pipe would be waited for. */
  if (!S_ISREG (info.st_mode) || info.st_size > BB_STATE_FILE_MAX_SIZE)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, path);
      return FALSE;
    }
  return g_file_get_contents (path, data, length, error);
}

/**
 * bb_state_file_set_aside:
 * @path: a file that is not used as it is
 * @suffix: why not
 *
 * Gives it another name, so that nothing of it is lost.
 *
 * Returns: (transfer full) (type filename): the name it has now
 */
char *
bb_state_file_set_aside (const char *path, const char *suffix)
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

/**
 * bb_state_file_write:
 * @self: a file that has a path
 * @data: (transfer full): what is to be in it
 *
 * Writes it whole or not at all, on a thread, unless a newer version comes before.
 */
void
bb_state_file_write (BbStateFile *self, char *data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, written_cb, NULL);
  Version *version = g_new0 (Version, 1);

  version->data = data;
  version->serial = ++self->serial;
  g_task_set_source_tag (task, bb_state_file_write);
  g_task_set_task_data (task, version, version_free);
  g_task_run_in_thread (task, write_thread);
}

/**
 * bb_state_file_is_written:
 * @self: a file
 *
 * Returns: whether what was given last is on disk
 */
gboolean
bb_state_file_is_written (BbStateFile *self)
{
  gboolean written;

  g_mutex_lock (&self->writing);
  written = self->written == self->serial;
  g_mutex_unlock (&self->writing);
  return written;
}

/**
 * bb_state_file_flush:
 * @self: a file that has a path
 * @data: (transfer full) (nullable): what is to be in it; %NULL changes nothing
 * @error: return location for an error
 *
 * Writes it now, as when the program ends. An older version that a thread has is not written after it.
 *
 * Returns: %TRUE, or %FALSE with an error of %G_FILE_ERROR
 */
gboolean
bb_state_file_flush (BbStateFile *self, char *data, GError **error)
{
  Version version = { data, self->serial + 1 };
  gboolean ok;

  if (data == NULL)
    return TRUE;
  self->serial++;
  ok = write_version (self, &version, error);
  if (ok)
    drop_adopted (self);
  g_free (data);
  return ok;
}

/**
 * bb_state_file_release:
 * @self: a file that was flushed
 *
 * Leaves it to whoever comes next. What a thread has to write still is older, and is not written.
 */
void
bb_state_file_release (BbStateFile *self)
{
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
}
