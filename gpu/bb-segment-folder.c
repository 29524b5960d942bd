/* bb-segment-folder.c: the folder of an unfinished render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Beside the target, hidden. `render.ini` says what is made; each segment is a file with its hash in
 * its name. A whole file is the only record that its segment is done. Where one process uses the
 * folder it holds a lock on `lock`, and where several share it, each holds a shared one.
 */

#define _GNU_SOURCE

#include "config.h"

#include "bb-segment-folder.h"

#include "bb-error.h"
#include "bb-save.h"
#include "media/bb-output-file.h"
#include "media/bb-segment-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK "lock"
#define SUFFIX ".blurbox"
/* Of a file's name, in bytes: what file systems allow. */
#define MAX_NAME 255

struct _BbSegmentFolder {
  char *path;
  BbFolderUse use;
  int lock; /* a descriptor, or -1 */
};

/**
 * bb_segment_folder_find:
 * @output: name of a target
 *
 * Returns: (transfer full) (nullable): name of the folder that an unfinished render of it has, which
 *   need not be there
 */
char *
bb_segment_folder_find (const char *output)
{
  g_autofree char *target = bb_output_file_resolve (output);
  g_autofree char *folder = NULL;
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;

  if (target == NULL)
    return NULL;
  folder = g_path_get_dirname (target);
  base = g_path_get_basename (target);
  name = g_strdup_printf (".%.*s" SUFFIX, (int) (MAX_NAME - strlen ("." SUFFIX)), base);
  return g_build_filename (folder, name, NULL);
}

/**
 * bb_segment_folder_find_elsewhere:
 * @output: name of a target
 *
 * A sandbox may let a program write the file that its user chose, and nothing beside it.
 *
 * Returns: (transfer full): name of the folder that an unfinished render of it has among the user's
 *   cached files, where none can be made beside the target. It need not be there
 */
char *
bb_segment_folder_find_elsewhere (const char *output)
{
  g_autofree char *path = g_canonicalize_filename (output, NULL);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  g_autofree char *name = g_strdup_printf (".%.*s.%.8s" SUFFIX, MAX_NAME / 2, base, hash);

  return g_build_filename (g_get_user_cache_dir (), "blurbox", name, NULL);
}

static gboolean
is_segment (const char *name)
{
  const char *hash;
  guint index;

  return bb_segment_parse_name (name, &index, &hash);
}

/**
 * bb_segment_folder_is_ours:
 * @name: name of a file in a folder of segments
 *
 * Only what is ours is removed, logs of jobs that were printed for schedulers among it, and what a plan is
 * called until it is whole: nobody else's file is lost.
 *
 * Returns: whether it is a name that renders give there, other than the lock's
 */
gboolean
bb_segment_folder_is_ours (const char *name)
{
  if (g_str_has_prefix (name, BB_SEGMENT_FOLDER_PLAN "."))
    return strlen (name) == strlen (BB_SEGMENT_FOLDER_PLAN ".123456");
  return is_segment (name) || g_str_equal (name, BB_SEGMENT_FOLDER_PLAN) ||
         g_str_equal (name, "joblog") ||
         (g_str_has_prefix (name, "task-") && g_str_has_suffix (name, ".log")) ||
         (*name == '.' && g_str_has_suffix (name, ".part"));
}

static void
remove_files (const char *path, gboolean (*is_wanted) (const char *name))
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_wanted (name))
      {
        g_autofree char *file = g_build_filename (path, name, NULL);

        g_unlink (file);
      }
}

static int
open_lock (const char *path, int flags)
{
  g_autofree char *name = g_build_filename (path, LOCK, NULL);

  return g_open (name, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0666);
}

/* Takes the folder away with its lock, which nobody else holds then. */
static gboolean
remove_locked (const char *path)
{
  g_autofree char *lock = g_build_filename (path, LOCK, NULL);

  remove_files (path, bb_segment_folder_is_ours);
  g_unlink (lock);
  return g_rmdir (path) == 0;
}

static void
set_error (const char *path, int code, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  if (code == ENOSPC || code == EDQUOT)
    g_set_error (
      error, BB_ERROR, BB_ERROR_SPACE,
      _ ("Cannot write “%s”: there is no space left; make room, or choose another folder"), name);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 _ ("Cannot write “%s”: %s; choose another folder"), name, g_strerror (code));
}

static gboolean
take_lock (BbSegmentFolder *self)
{
  int operation = (self->use == BB_FOLDER_ALONE ? LOCK_EX : LOCK_SH) | LOCK_NB;
  struct stat opened, named;
  g_autofree char *name = g_build_filename (self->path, LOCK, NULL);

  /* File systems without locks: there it is up to their users. */
  if (flock (self->lock, operation) != 0 && errno == EWOULDBLOCK)
    return FALSE;
  /* Another process may have removed it meanwhile, with its folder. */
  return fstat (self->lock, &opened) == 0 && stat (name, &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/**
 * bb_segment_folder_open:
 * @path: name of a folder, which is made unless it is there
 * @use: who else may use it
 * @error: return location for an error
 *
 * Returns: (transfer full): the folder, or %NULL with %BB_ERROR_OUTPUT or %BB_ERROR_SPACE, or with
 *   %BB_ERROR_EXISTS where another process uses it
 */
BbSegmentFolder *
bb_segment_folder_open (const char *path, BbFolderUse use, GError **error)
{
  g_autoptr (BbSegmentFolder) self = g_new0 (BbSegmentFolder, 1);
  g_autofree char *name = g_filename_display_name (path);

  self->path = g_strdup (path);
  self->use = use;
  self->lock = -1;
  for (int i = 0; i < 3; i++)
    {
      if (g_mkdir (path, 0777) != 0 && errno != EEXIST)
        {
          set_error (path, errno, error);
          return NULL;
        }
      self->lock = open_lock (path, O_CREAT);
      if (self->lock >= 0 && take_lock (self))
        return g_steal_pointer (&self);
      if (self->lock < 0 && errno != ENOENT)
        {
          set_error (path, errno, error);
          return NULL;
        }
      if (self->lock >= 0)
        close (self->lock);
      self->lock = -1;
      /* bb_leftover_list() has it for a moment, to see whether somebody has. */
      g_usleep (1000);
    }
  g_set_error (error, BB_ERROR, BB_ERROR_EXISTS,
               /* Translators: the name of a folder */
               _ ("Another render uses the folder “%s”: wait until it has ended"), name);
  return NULL;
}

/**
 * bb_segment_folder_free:
 * @self: (transfer full) (nullable): a folder
 *
 * Lets go of it. One that holds no segment is removed.
 */
void
bb_segment_folder_free (BbSegmentFolder *self)
{
  if (self == NULL)
    return;
  bb_segment_folder_drop_empty (self);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->path);
  g_free (self);
}

/**
 * bb_segment_folder_drop_empty:
 * @self: a folder
 *
 * Removes a folder of one process that holds no whole segment. Any thread may do so, while another
 * one writes.
 */
void
bb_segment_folder_drop_empty (BbSegmentFolder *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  const char *name;

  if (self->lock < 0 || self->use != BB_FOLDER_ALONE)
    return;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_segment (name))
      return;
  remove_locked (self->path);
}

/**
 * bb_segment_folder_get_path:
 * @self: a folder
 *
 * Returns: its name
 */
const char *
bb_segment_folder_get_path (BbSegmentFolder *self)
{
  return self->path;
}

/**
 * bb_segment_folder_get_plan:
 * @self: a folder
 *
 * Returns: (transfer full) (nullable): what is made in it; %NULL where that cannot be read
 */
GKeyFile *
bb_segment_folder_get_plan (BbSegmentFolder *self)
{
  g_autoptr (GKeyFile) plan = g_key_file_new ();
  g_autofree char *path = g_build_filename (self->path, BB_SEGMENT_FOLDER_PLAN, NULL);

  return g_key_file_load_from_file (plan, path, G_KEY_FILE_NONE, NULL) ? g_steal_pointer (&plan)
                                                                       : NULL;
}

/**
 * bb_segment_folder_read_plan:
 * @plan: gets what is made
 * @output: name of a target
 *
 * Looks into the folder of an unfinished render without opening it.
 *
 * Returns: whether there is one
 */
gboolean
bb_segment_folder_read_plan (GKeyFile *plan, const char *output)
{
  char *folders[] = { bb_segment_folder_find (output), bb_segment_folder_find_elsewhere (output) };
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path =
        folders[i] != NULL ? g_build_filename (folders[i], BB_SEGMENT_FOLDER_PLAN, NULL) : NULL;

      found =
        found || (path != NULL && g_key_file_load_from_file (plan, path, G_KEY_FILE_NONE, NULL));
      g_free (folders[i]);
    }
  return found;
}

/**
 * bb_segment_folder_save_plan:
 * @self: a folder
 * @plan: what is made in it
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_segment_folder_save_plan (BbSegmentFolder *self, GKeyFile *plan, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, BB_SEGMENT_FOLDER_PLAN, NULL);
  g_autofree char *text = g_key_file_to_data (plan, NULL, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return bb_save_text (file, text, error);
}

/**
 * bb_segment_folder_clear:
 * @self: a folder that no other process uses
 *
 * Removes what is in it.
 */
void
bb_segment_folder_clear (BbSegmentFolder *self)
{
  remove_files (self->path, bb_segment_folder_is_ours);
}

static int
compare_segments (gconstpointer a, gconstpointer b)
{
  const BbSegment *first = *(BbSegment *const *) a;
  const BbSegment *second = *(BbSegment *const *) b;

  return (first->index > second->index) - (first->index < second->index);
}

/**
 * bb_segment_folder_load:
 * @self: a folder
 * @table: where segments may begin
 * @first: the first segment that is wanted
 * @end: the first one that is not wanted any more
 * @cancellable: (nullable): a cancellable; those that were not read then are not among them
 *
 * Reads all segments that are there and wanted. One that is damaged is removed, and so is one that is there
 * twice.
 *
 * Returns: (transfer full) (element-type BbSegment): the segments that are whole, in order
 */
GPtrArray *
bb_segment_folder_load (BbSegmentFolder *self, const BbSegmentTable *table, guint first, guint end,
                        GCancellable *cancellable)
{
  g_autoptr (GPtrArray) segments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) bb_segment_free);
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  AVRational time_base = { table->time_base_num, table->time_base_den };
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      BbSegment *segment;
      const char *hash;
      guint index;

      if (!bb_segment_parse_name (name, &index, &hash) || index < first || index >= end)
        continue;
      path = g_build_filename (self->path, name, NULL);
      segment = bb_segment_check (path, time_base, NULL, cancellable, &error);
      if (segment != NULL)
        g_ptr_array_add (segments, segment);
      else if (g_cancellable_is_cancelled (cancellable))
        break;
      else
        {
          g_debug ("%s", error->message);
          g_unlink (path);
        }
    }
  g_ptr_array_sort (segments, compare_segments);
  for (guint i = 1; i < segments->len;)
    {
      const BbSegment *segment = segments->pdata[i];

      if (segment->index != ((BbSegment *) segments->pdata[i - 1])->index)
        {
          i++;
          continue;
        }
      if (self->use == BB_FOLDER_ALONE)
        g_unlink (segment->path);
      g_ptr_array_remove_index (segments, i);
    }
  return g_steal_pointer (&segments);
}

/**
 * bb_segment_folder_remove:
 * @self: a folder whose segments were joined
 *
 * Removes it, unless other processes still use it.
 *
 * Returns: whether it is gone
 */
gboolean
bb_segment_folder_remove (BbSegmentFolder *self)
{
  gboolean removed;

  if (self->lock < 0 || (flock (self->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK))
    return FALSE;
  removed = remove_locked (self->path);
  close (self->lock);
  self->lock = -1;
  return removed;
}
