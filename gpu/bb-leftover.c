/* bb-leftover.c: what renders that were killed left in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two kinds: temporary files of bb-output-file.c, and folders of segments, called `.NAME.blurbox`. Both
 * are told by their names, which nobody else gives, and belong to a render that is alive where they
 * are locked.
 */

#define _GNU_SOURCE

#include "config.h"

#include "bb-leftover.h"

#include "bb-error.h"
#include "bb-segment-folder.h"
#include "media/bb-output-file.h"

#include <glib/gi18n-lib.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_SUFFIX ".blurbox"
#define LOCK "lock"
/* Far more than a plan has, so that a wrong file does not fill the memory. */
#define MAX_PLAN (16 * 1024 * 1024)

/**
 * bb_leftover_free:
 * @leftover: (transfer full): what is left of a render
 */
void
bb_leftover_free (BbLeftover *leftover)
{
  g_ptr_array_unref (leftover->paths);
  g_free (leftover->name);
  g_free (leftover);
}

static gboolean
is_folder_name (const char *name)
{
  return *name == '.' && g_str_has_suffix (name, FOLDER_SUFFIX) &&
         strlen (name) > strlen ("." FOLDER_SUFFIX);
}

static gboolean
is_ours (const char *name)
{
  return bb_segment_folder_is_ours (name) || g_str_equal (name, LOCK);
}

/* Opens a folder of segments of this user, and no link to one. */
static int
open_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;

  if (fd >= 0 && (fstat (fd, &info) != 0 || info.st_uid != geteuid ()))
    {
      close (fd);
      errno = EPERM;
      return -1;
    }
  return fd;
}

/* The lock goes with the descriptor. File systems without locks let everybody have it. */
static gboolean
lock (int fd)
{
  return fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Whether somebody has the lock. That is held no longer than it takes to ask, as a render may want it. */
static gboolean
is_locked (int fd)
{
  gboolean locked = !lock (fd);

  if (fd >= 0)
    close (fd);
  return locked;
}

static int
open_lock (int folder)
{
  return openat (folder, LOCK, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Returns: (nullable): names of the regular files of ours in a folder, the plan and the lock last, as
 * those say what the others are */
static GPtrArray *
list_files (int folder, guint64 *bytes)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  int fd = fcntl (folder, F_DUPFD_CLOEXEC, 0);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;

  *bytes = 0;
  if (dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return names;
    }
  rewinddir (dir);
  while ((entry = readdir (dir)) != NULL)
    {
      struct stat info;
      gboolean last =
        g_str_equal (entry->d_name, BB_SEGMENT_FOLDER_PLAN) || g_str_equal (entry->d_name, LOCK);

      if (!is_ours (entry->d_name) ||
          fstatat (folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
          !S_ISREG (info.st_mode))
        continue;
      *bytes += (guint64) info.st_blocks * 512;
      g_ptr_array_insert (names, last ? -1 : 0, g_strdup (entry->d_name));
    }
  closedir (dir);
  return names;
}

/* Returns: (nullable): the name of the target as the plan has it, which is not cut */
static char *
read_name (int folder)
{
  int fd = openat (folder, BB_SEGMENT_FOLDER_PLAN, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autofree char *output = NULL;
  struct stat info;
  gsize length = 0;
  gssize n = 1;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_PLAN)
    {
      text = g_malloc ((gsize) info.st_size + 1);
      while (length < (gsize) info.st_size && n > 0)
        {
          n = read (fd, text + length, (gsize) info.st_size - length);
          length += n > 0 ? (gsize) n : 0;
        }
    }
  close (fd);
  if (text != NULL && g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    output = g_key_file_get_string (file, "files", "output", NULL);
  return output != NULL && *output != '\0' ? g_filename_display_basename (output) : NULL;
}

static BbLeftover *
leftover_new (const char *path, const char *name, gsize length, guint64 bytes, gboolean in_use)
{
  BbLeftover *leftover = g_new0 (BbLeftover, 1);
  g_autofree char *base = g_strndup (name, length);

  leftover->paths = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (leftover->paths, g_strdup (path));
  leftover->name = g_filename_display_name (base);
  leftover->bytes = bytes;
  leftover->in_use = in_use;
  return leftover;
}

static BbLeftover *
look_at_folder (const char *path, const char *name)
{
  int folder = open_folder (path);
  g_autoptr (GPtrArray) files = NULL;
  BbLeftover *leftover;
  guint64 bytes;
  char *target;

  if (folder < 0)
    return NULL;
  files = list_files (folder, &bytes);
  if (files->len == 0)
    {
      close (folder);
      return NULL;
    }
  leftover = leftover_new (path, name + 1, strlen (name) - strlen ("." FOLDER_SUFFIX), bytes,
                           is_locked (open_lock (folder)));
  target = read_name (folder);
  if (target != NULL)
    {
      g_free (leftover->name);
      leftover->name = target;
    }
  close (folder);
  return leftover;
}

static BbLeftover *
look_at_file (const char *path, const char *name)
{
  int fd = open (path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  BbLeftover *leftover = NULL;
  struct stat info;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid ())
    leftover = leftover_new (path, name + 1, bb_output_file_get_tail (name) - 1,
                             (guint64) info.st_blocks * 512, !lock (fd));
  close (fd);
  return leftover;
}

/* Adds what was found to a list, which has each target once. */
static void
add (GPtrArray *list, BbLeftover *leftover)
{
  for (guint i = 0; i < list->len; i++)
    {
      BbLeftover *other = list->pdata[i];

      if (!g_str_equal (other->name, leftover->name))
        continue;
      g_ptr_array_extend_and_steal (other->paths, g_steal_pointer (&leftover->paths));
      other->bytes += leftover->bytes;
      other->in_use = other->in_use || leftover->in_use;
      leftover->paths = g_ptr_array_new ();
      bb_leftover_free (leftover);
      return;
    }
  g_ptr_array_add (list, leftover);
}

/**
 * bb_leftover_list:
 * @folder: name of a folder
 *
 * Finds what renders of this user left there, the temporary files of this machine and folders of
 * segments, those of renders that are alive among them. Reads the disk: call it on a thread.
 *
 * Returns: (transfer full) (element-type BbLeftover): what was found; nothing where the folder cannot
 *   be read
 */
GPtrArray *
bb_leftover_list (const char *folder)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_leftover_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      BbLeftover *leftover = NULL;

      if (bb_output_file_get_tail (name) > 0)
        leftover = look_at_file (path, name);
      else if (is_folder_name (name))
        leftover = look_at_folder (path, name);
      if (leftover != NULL)
        add (list, leftover);
    }
  return list;
}

static gboolean
refuse (GError **error, const char *path, const char *format)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GString) message = g_string_new (format);

  g_string_replace (message, "%s", name, 1);
  g_set_error_literal (error, BB_ERROR, BB_ERROR_OUTPUT, message->str);
  return FALSE;
}

static gboolean
refuse_in_use (GError **error, const char *path)
{
  return refuse (error, path, _ ("“%s” is being written by a render: cancel that first"));
}

static gboolean
fail (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
               /* Translators: the name of a file or folder, and the system's reason */
               _ ("“%s” cannot be removed: %s"), name, g_strerror (code));
  return FALSE;
}

static gboolean
remove_file (const char *path, GError **error)
{
  int code = bb_output_file_remove_stale (path);

  if (code == 0 || code == ENOENT)
    return TRUE;
  return code == EWOULDBLOCK ? refuse_in_use (error, path) : fail (error, path, code);
}

static gboolean
remove_folder (const char *path, GError **error)
{
  int folder = open_folder (path);
  g_autoptr (GPtrArray) files = NULL;
  guint64 bytes;
  int code = 0;
  int fd;

  if (folder < 0)
    return errno == ENOENT || fail (error, path, errno);
  fd = open_lock (folder);
  if (!lock (fd))
    {
      close (fd);
      close (folder);
      return refuse_in_use (error, path);
    }
  files = list_files (folder, &bytes);
  for (guint i = 0; i < files->len && code == 0; i++)
    if (unlinkat (folder, files->pdata[i], 0) != 0 && errno != ENOENT)
      code = errno;
  if (code == 0 && rmdir (path) != 0 && errno != ENOENT)
    code = errno;
  if (fd >= 0)
    close (fd);
  close (folder);
  if (code == ENOTEMPTY || code == EEXIST)
    return refuse (
      error, path,
      _ ("“%s” holds files that are not of a render, which were left there: look at them, and "
         "remove the folder yourself"));
  return code == 0 || fail (error, path, code);
}

/**
 * bb_leftover_remove:
 * @path: one of the paths of a #BbLeftover
 * @error: return location for an error
 *
 * Removes what a render left, but nothing that one which is alive writes, no file of another name, and
 * nothing that a link leads to. Takes a moment where files are large: call it on a thread.
 *
 * Returns: %TRUE where it is gone, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_leftover_remove (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);

  if (bb_output_file_get_tail (name) > 0)
    return remove_file (path, error);
  if (is_folder_name (name))
    return remove_folder (path, error);
  return refuse (error, path, _ ("“%s” is not what a render leaves: it was left alone"));
}
