/* bb-output-file.c: a file that appears whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE

#include "config.h"

#include "bb-output-file.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct _BbOutputFile {
  char *path;
  char *target; /* where @path leads to */
  char *folder;
  char *temporary;
  int fd; /* holds the lock that says that the temporary file is in use */
  gboolean overwrite;
  gboolean replaces;
  struct stat replaced; /* what becomes of its owner and permissions */

  GCancellable *cancellable;
  gulong handler;
  GMutex lock;
  gboolean removed;
};

/* A whole clause, as translations need. */
static const char *
get_reason (int code)
{
  switch (code)
    {
    case ENOENT:
      return _ ("its folder does not exist");
    case ENOTDIR:
      return _ ("its folder is not one");
    case EISDIR:
      return _ ("it is a folder");
    case EACCES:
    case EPERM:
    case EROFS:
      return _ ("writing is not allowed there");
    case ENOSPC:
      return _ ("the disk is full");
    case ELOOP:
      return _ ("it is a link that leads back to itself");
    default:
      return g_strerror (code);
    }
}

static void
set_error (GError **error, const char *path, int reason)
{
  g_autofree char *name = g_filename_display_name (path);
  const char *advice = reason == ENOSPC || reason == EDQUOT
                         ? _ ("make room, or choose another folder")
                         : _ ("choose another name or folder");

  g_set_error (error, BB_ERROR,
               reason == ENOSPC || reason == EDQUOT ? BB_ERROR_SPACE : BB_ERROR_OUTPUT,
               /* Translators: the name of a file, what is wrong, and what to do, a clause */
               _ ("Cannot write “%s”: %s; %s"), name, get_reason (reason), advice);
}

static void
set_exists (GError **error, const char *path)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, BB_ERROR, BB_ERROR_EXISTS,
               _ ("“%s” is there already: choose another name, or allow overwriting"), name);
}

/* Whether both names lead to the same file. */
static gboolean
is_same (const char *a, const char *b)
{
  struct stat stat_a, stat_b;

  return stat (a, &stat_a) == 0 && stat (b, &stat_b) == 0 && stat_a.st_dev == stat_b.st_dev &&
         stat_a.st_ino == stat_b.st_ino;
}

static void
cancelled_cb (GCancellable *cancellable, BbOutputFile *file)
{
  bb_output_file_remove (file);
}

/**
 * bb_output_file_number:
 * @path: name of a file
 * @number: which one of that name it is
 *
 * Returns: (transfer full): `NAME (NUMBER).EXTENSION` in the same folder
 */
char *
bb_output_file_number (const char *path, int number)
{
  const char *base = strrchr (path, G_DIR_SEPARATOR);
  const char *dot;

  base = base != NULL ? base + 1 : path;
  dot = strrchr (base, '.');
  if (dot == NULL || dot == base)
    dot = base + strlen (base);
  return g_strdup_printf ("%.*s (%d)%s", (int) (dot - path), path, number, dot);
}

/* The file that a name leads to, which need not be there yet; its folder is where it is made. */
static char *
follow_links (const char *path)
{
  g_autofree char *target = g_strdup (path);

  for (int i = 0; i < 40; i++)
    {
      g_autofree char *link = g_file_read_link (target, NULL);
      g_autofree char *folder = NULL;

      if (link == NULL)
        return g_steal_pointer (&target);
      folder = g_path_get_dirname (target);
      g_free (target);
      target = g_path_is_absolute (link) ? g_strdup (link) : g_build_filename (folder, link, NULL);
    }
  errno = ELOOP;
  return NULL;
}

/* Tells machines apart that share a folder but perhaps no locks. */
static guint
get_machine (void)
{
  g_autofree char *id = NULL;

  if (g_file_get_contents ("/etc/machine-id", &id, NULL, NULL) && *id != '\0')
    return g_str_hash (id);
  return g_str_hash (g_get_host_name ());
}

/**
 * bb_output_file_get_tail:
 * @name: name of a file, without its folder
 *
 * Returns: where in @name the part begins that a temporary file of this machine has behind its target's
 *   name; 0 where it is none
 */
gsize
bb_output_file_get_tail (const char *name)
{
  g_autofree char *machine = g_strdup_printf (".%08x", get_machine ());
  gsize length = strlen (name);
  gsize tail = strlen (".0123456701234567.part");

  if (*name != '.' || length <= tail || !g_str_has_suffix (name, ".part"))
    return 0;
  name += length - tail;
  if (!g_str_has_prefix (name, machine))
    return 0;
  for (int i = 9; i < 17; i++)
    if (!g_ascii_isxdigit (name[i]))
      return 0;
  return length - tail;
}

/**
 * bb_output_file_remove_stale:
 * @path: path of a temporary file
 *
 * Removes a temporary file of this user unless a process that is alive writes it.
 *
 * Returns: 0 or a code of errno, %EWOULDBLOCK where it is in use
 */
int
bb_output_file_remove_stale (const char *path)
{
  int fd = open (path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info;
  int code = 0;

  if (fd < 0)
    return errno;
  if (fstat (fd, &info) != 0)
    code = errno;
  else if (!S_ISREG (info.st_mode) || info.st_uid != geteuid ())
    code = EPERM;
  else if (flock (fd, LOCK_EX | LOCK_NB) != 0 || g_unlink (path) != 0)
    code = errno;
  close (fd);
  return code;
}

/**
 * bb_output_file_sweep:
 * @folder: name of a folder
 *
 * Removes the temporary files that renders on this machine have left there because they were killed.
 * Those of renders that run are locked and stay.
 */
void
bb_output_file_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (bb_output_file_get_tail (name) > 0)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        bb_output_file_remove_stale (path);
      }
}

/* Makes the temporary file; 0 or a code of errno. The kernel drops its lock with the process. */
static int
make_temporary (BbOutputFile *file)
{
  g_autofree char *base = g_path_get_basename (file->target);
  int code = EEXIST;

  for (int i = 0; i < 100 && code == EEXIST; i++)
    {
      g_autofree char *name =
        g_strdup_printf (".%.200s.%08x%08x.part", base, get_machine (), g_random_int ());
      g_autofree char *temporary = g_build_filename (file->folder, name, NULL);
      struct stat info;

      file->fd =
        g_open (temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, file->replaces ? 0600 : 0666);
      if (file->fd < 0)
        {
          code = errno;
          continue;
        }
      /* Another process may have taken it for a stale one before it was locked. File systems without
       * locks keep what is left. */
      if ((flock (file->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
          fstat (file->fd, &info) != 0 || info.st_nlink == 0)
        {
          close (file->fd);
          file->fd = -1;
          continue;
        }
      file->temporary = g_steal_pointer (&temporary);
      return 0;
    }
  return code;
}

/* A file that replaces another keeps its owner, as far as allowed, and its permissions. */
static void
keep_permissions (BbOutputFile *file)
{
  if (!file->replaces)
    return;
  if (fchown (file->fd, file->replaced.st_uid, file->replaced.st_gid) != 0 &&
      fchown (file->fd, (uid_t) -1, file->replaced.st_gid) != 0)
    g_debug ("“%s” gets another owner", file->target);
  if (fchmod (file->fd, file->replaced.st_mode & 07777) != 0)
    g_debug ("“%s” gets other permissions", file->target);
}

/**
 * bb_output_file_new:
 * @path: name of the target
 * @source: (nullable): name of a file that must not be replaced
 * @overwrite: whether another file of that name may be
 * @cancellable: (nullable): removes the file at once, whoever is busy with it
 * @error: return location for an error
 *
 * Makes an empty file of a temporary, hidden name beside the target, and removes those that renders
 * which were killed have left there. A link is followed where its file may be replaced.
 *
 * Returns: (transfer full): the file, or %NULL with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS or
 *   %G_IO_ERROR_CANCELLED
 */
BbOutputFile *
bb_output_file_new (const char *path, const char *source, gboolean overwrite,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (BbOutputFile) file = g_new0 (BbOutputFile, 1);
  int code;

  g_mutex_init (&file->lock);
  file->fd = -1;
  file->path = g_strdup (path);
  file->overwrite = overwrite;
  if (source != NULL && is_same (path, source))
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                   _ ("“%s” is the source itself: choose another name"), name);
      return NULL;
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      set_error (error, path, EISDIR);
      return NULL;
    }
  /* A link that leads nowhere takes the name too. */
  if (!overwrite &&
      (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK)))
    {
      set_exists (error, path);
      return NULL;
    }
  file->target = follow_links (path);
  if (file->target == NULL)
    {
      set_error (error, path, errno);
      return NULL;
    }
  file->folder = g_path_get_dirname (file->target);
  file->replaces = stat (file->target, &file->replaced) == 0;
  if (file->replaces && !S_ISREG (file->replaced.st_mode))
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                   _ ("“%s” is a pipe or a device, and a video needs a file: choose another name"),
                   name);
      return NULL;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  bb_output_file_sweep (file->folder);
  code = make_temporary (file);
  if (code != 0)
    {
      set_error (error, path, code);
      return NULL;
    }
  if (cancellable != NULL)
    {
      file->cancellable = g_object_ref (cancellable);
      file->handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), file, NULL);
    }
  return g_steal_pointer (&file);
}

/**
 * bb_output_file_get_temporary:
 * @file: a file
 *
 * Returns: the name to write to
 */
const char *
bb_output_file_get_temporary (BbOutputFile *file)
{
  return file->temporary;
}

/**
 * bb_output_file_get_path:
 * @file: a file
 *
 * Returns: its name; after bb_output_file_commit() the one that it got
 */
const char *
bb_output_file_get_path (BbOutputFile *file)
{
  return file->path;
}

/**
 * bb_output_file_set_path:
 * @file: a file that may replace others
 * @path: name that it shall get, in the same folder
 *
 * Names a file whose name depends on what was written.
 */
void
bb_output_file_set_path (BbOutputFile *file, const char *path)
{
  g_set_str (&file->path, path);
  g_set_str (&file->target, path);
}

/**
 * bb_output_file_resolve:
 * @path: name of a target
 *
 * Returns: (transfer full) (nullable): the file that the name leads to, which need not be there;
 *   %NULL where links lead in a circle
 */
char *
bb_output_file_resolve (const char *path)
{
  return follow_links (path);
}

/* Renames, but never over another file. */
static int
rename_new (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  /* File systems that cannot do that can mostly make links; those that can neither are asked. */
  if (link (from, to) == 0)
    {
      unlink (from);
      return 0;
    }
  if (errno == EEXIST)
    return EEXIST;
  if (access (to, F_OK) == 0)
    return EEXIST;
  return rename (from, to) == 0 ? 0 : errno;
}

/* What was made in hours is not thrown away because its name was taken in the meantime. */
static int
rename_free (BbOutputFile *file)
{
  int result = rename_new (file->temporary, file->path);

  for (int i = 2; result == EEXIST && i < 1000; i++)
    {
      g_autofree char *path = bb_output_file_number (file->path, i);

      result = rename_new (file->temporary, path);
      if (result == 0)
        g_set_str (&file->path, path);
    }
  return result;
}

static int
sync_path (const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC);
  int result = 0;

  if (fd < 0)
    return errno;
  if (fsync (fd) != 0 && errno != EINVAL && errno != ENOSYS)
    result = errno;
  close (fd);
  return result;
}

/**
 * bb_output_file_check:
 * @file: a file that is written
 * @error: return location for an error
 *
 * Whether the file could still get its name. What is written to a file that somebody has removed,
 * alone or with its folder, is lost, and no write says so.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_output_file_check (BbOutputFile *file, GError **error)
{
  g_autofree char *name = NULL;
  struct stat info;
  gboolean removed;

  g_mutex_lock (&file->lock);
  removed = file->removed;
  g_mutex_unlock (&file->lock);
  if (removed || lstat (file->temporary, &info) == 0 || (errno != ENOENT && errno != ENOTDIR))
    return TRUE;
  name = g_filename_display_name (file->path);
  g_set_error (
    error, BB_ERROR, BB_ERROR_OUTPUT,
    _ ("Cannot write “%s”: its folder or its unfinished file was removed or renamed; choose "
       "another folder"),
    name);
  return FALSE;
}

/**
 * bb_output_file_remove:
 * @file: a file
 *
 * Removes the file, unless it has got its name already. Any thread may do so, while another one
 * writes; the file cannot be committed any more.
 */
void
bb_output_file_remove (BbOutputFile *file)
{
  g_mutex_lock (&file->lock);
  if (file->temporary != NULL)
    g_unlink (file->temporary);
  file->removed = TRUE;
  g_mutex_unlock (&file->lock);
}

/**
 * bb_output_file_sync:
 * @file: a file that was written whole
 * @error: return location for an error
 *
 * Brings the file to disk. bb_output_file_commit() does so too; who gives names to several files at the
 * end knows before that all of them are there.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT or %BB_ERROR_SPACE
 */
gboolean
bb_output_file_sync (BbOutputFile *file, GError **error)
{
  int result = sync_path (file->temporary, O_WRONLY);
  gboolean removed;

  g_mutex_lock (&file->lock);
  removed = file->removed;
  g_mutex_unlock (&file->lock);
  if (result == 0 || removed)
    return TRUE;
  set_error (error, file->path, result);
  return FALSE;
}

/**
 * bb_output_file_commit:
 * @file: a file that was written whole
 * @error: return location for an error
 *
 * Brings the file to disk and gives it its name. Where another file has got that name since
 * bb_output_file_new() and may not be replaced, this one becomes `NAME (2).EXTENSION` and so on:
 * see bb_output_file_get_path().
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS or, where it was removed,
 *   %G_IO_ERROR_CANCELLED
 */
gboolean
bb_output_file_commit (BbOutputFile *file, GError **error)
{
  int result = sync_path (file->temporary, O_WRONLY);
  gboolean removed;

  g_mutex_lock (&file->lock);
  removed = file->removed;
  if (result == 0 && !removed && file->overwrite)
    {
      keep_permissions (file);
      result = rename (file->temporary, file->target) == 0 ? 0 : errno;
    }
  else if (result == 0 && !removed)
    result = rename_free (file);
  if (result == 0 && !removed)
    g_clear_pointer (&file->temporary, g_free);
  g_mutex_unlock (&file->lock);
  if (removed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The render was cancelled"));
      return FALSE;
    }
  if (result == EEXIST)
    set_exists (error, file->path);
  else if (result != 0)
    set_error (error, file->path, result);
  if (result != 0)
    return FALSE;
  /* The name must survive a crash too; a folder that cannot be synced is no failure. */
  sync_path (file->folder, O_RDONLY | O_DIRECTORY);
  return TRUE;
}

/**
 * bb_output_file_free:
 * @file: (transfer full): a file
 *
 * Removes the temporary file where it was not committed.
 */
void
bb_output_file_free (BbOutputFile *file)
{
  g_cancellable_disconnect (file->cancellable, file->handler);
  g_clear_object (&file->cancellable);
  if (file->temporary != NULL)
    g_unlink (file->temporary);
  if (file->fd >= 0)
    close (file->fd);
  g_mutex_clear (&file->lock);
  g_free (file->target);
  g_free (file->temporary);
  g_free (file->folder);
  g_free (file->path);
  g_free (file);
}
