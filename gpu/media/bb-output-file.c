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
#include <sys/stat.h>
#include <unistd.h>

struct _BbOutputFile {
  char *path;
  char *folder;
  char *temporary;
  gboolean overwrite;

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
      return _("its folder does not exist");
    case ENOTDIR:
      return _("its folder is not one");
    case EISDIR:
      return _("it is a folder");
    case EACCES:
    case EPERM:
    case EROFS:
      return _("writing is not allowed there");
    case ENOSPC:
      return _("the disk is full");
    default:
      return g_strerror (code);
    }
}

static void
set_error (GError **error, const char *path, int reason)
{
  g_autofree char *name = g_filename_display_name (path);
  const char *advice = reason == ENOSPC || reason == EDQUOT ? _("make room, or choose another folder")
                                                            : _("choose another name or folder");

  /* Translators: the name of a file, what is wrong, and what to do, such as “choose another folder” */
  g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT, _("Cannot write “%s”: %s; %s"), name,
               get_reason (reason), advice);
}

static void
set_exists (GError **error, const char *path)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, BB_ERROR, BB_ERROR_EXISTS,
               _("“%s” is there already: choose another name, or allow overwriting"), name);
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

/**
 * bb_output_file_new:
 * @path: name of the target
 * @source: name of a file that must not be replaced
 * @overwrite: whether another file of that name may be
 * @cancellable: (nullable): removes the file at once, whoever is busy with it
 * @error: return location for an error
 *
 * Makes an empty file of a temporary, hidden name beside the target.
 *
 * Returns: (transfer full): the file, or %NULL with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS or
 *   %G_IO_ERROR_CANCELLED
 */
BbOutputFile *
bb_output_file_new (const char *path, const char *source, gboolean overwrite,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (BbOutputFile) file = g_new0 (BbOutputFile, 1);
  g_autofree char *base = g_path_get_basename (path);
  int fd;

  g_mutex_init (&file->lock);
  file->path = g_strdup (path);
  file->folder = g_path_get_dirname (path);
  file->overwrite = overwrite;
  if (is_same (path, source))
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                   _("“%s” is the source itself: choose another name"), name);
      return NULL;
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      set_error (error, path, EISDIR);
      return NULL;
    }
  if (!overwrite && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      set_exists (error, path);
      return NULL;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf (".%.200s.%08x.part", base, g_random_int ());
      g_autofree char *temporary = g_build_filename (file->folder, name, NULL);

      fd = g_open (temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
      if (fd >= 0)
        {
          close (fd);
          file->temporary = g_steal_pointer (&temporary);
          if (cancellable != NULL)
            {
              file->cancellable = g_object_ref (cancellable);
              file->handler =
                g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), file, NULL);
            }
          return g_steal_pointer (&file);
        }
      if (errno != EEXIST)
        break;
    }
  set_error (error, path, errno);
  return NULL;
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
    result = rename (file->temporary, file->path) == 0 ? 0 : errno;
  else if (result == 0 && !removed)
    result = rename_free (file);
  if (result == 0 && !removed)
    g_clear_pointer (&file->temporary, g_free);
  g_mutex_unlock (&file->lock);
  if (removed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The render was cancelled"));
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
  g_mutex_clear (&file->lock);
  g_free (file->temporary);
  g_free (file->folder);
  g_free (file->path);
  g_free (file);
}
