/* bb-save.c: text into a file, whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-save.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* A pipe or a device cannot be replaced: renaming over it would destroy it. */
static gboolean
write_into (const char *path, const char *text, GError **error)
{
  /* A pipe that nobody has opened for reading would be waited for without an end. */
  int fd = g_open (path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  gsize left = strlen (text);

  if (fd >= 0)
    fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);

  while (fd >= 0 && left > 0)
    {
      gssize n = write (fd, text, left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        break;
      text += n;
      left -= (gsize) n;
    }
  if (fd < 0 || left > 0)
    {
      int code = errno;

      if (fd >= 0)
        close (fd);
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (code), g_strerror (code));
      return FALSE;
    }
  return g_close (fd, error);
}

/* A whole clause, as translations need. */
static const char *
get_reason (const GError *error)
{
  /* GLib's own messages name its temporary file, which tells a user nothing. */
  if (error->domain == G_FILE_ERROR)
    switch (error->code)
      {
      case G_FILE_ERROR_NOENT:
        return _ ("its folder does not exist");
      case G_FILE_ERROR_NOTDIR:
        return _ ("its folder is not one");
      case G_FILE_ERROR_ISDIR:
        return _ ("it is a folder");
      case G_FILE_ERROR_ACCES:
      case G_FILE_ERROR_PERM:
      case G_FILE_ERROR_ROFS:
        return _ ("writing is not allowed there");
      case G_FILE_ERROR_NOSPC:
        return _ ("the disk is full");
      case G_FILE_ERROR_NXIO:
        return _ ("nobody reads from that pipe");
      default:
        break;
      }
  return error->message;
}

/**
 * bb_save_text:
 * @file: where to
 * @text: what to write
 * @error: return location for an error
 *
 * Writes a file under a temporary name beside it, syncs and renames it, so that it is there whole
 * or as it was before. Symbolic links are followed; pipes and devices are written into.
 *
 * Returns: whether it was written; if not, %BB_ERROR_OUTPUT is set
 */
gboolean
bb_save_text (GFile *file, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *path = g_file_get_path (file);
  GStatBuf info;
  gboolean ok;

  if (path == NULL)
    {
      ok = g_file_replace_contents (file, text, strlen (text), NULL, FALSE, G_FILE_CREATE_NONE,
                                    NULL, NULL, &reason);
    }
  else if (g_stat (path, &info) == 0)
    {
      g_autofree char *target = realpath (path, NULL);

      if (S_ISDIR (info.st_mode))
        {
          ok = FALSE;
          g_set_error_literal (&reason, G_FILE_ERROR, G_FILE_ERROR_ISDIR, "");
        }
      else if (!S_ISREG (info.st_mode))
        ok = write_into (path, text, &reason);
      else
        ok = g_file_set_contents_full (target != NULL ? target : path, text, -1,
                                       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                       0666, &reason);
    }
  else
    {
      ok = g_file_set_contents_full (path, text, -1,
                                     G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                     0666, &reason);
    }

  if (!ok)
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 /* Translators: the name of a file, and a reason such as “the disk is full” */
                 _ ("Cannot write “%s”, because %s: choose another place"), name,
                 get_reason (reason));
  return ok;
}
