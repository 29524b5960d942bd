/* bb-file-name.c: what a file is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-file-name.h"

#include "blurbox.h"

#include <glib/gi18n.h>

/* How many of a list are named. */
#define MAX_NAMES 4

/**
 * bb_file_get_name:
 * @file: a file
 *
 * An address that names nothing has no last part: g_file_get_basename() is %NULL then, or “.” for `file:`.
 *
 * Returns: (transfer full): its name without its folder, for people; all of its address where it has
 *   none
 */
char *
bb_file_get_name (GFile *file)
{
  g_autofree char *base = g_file_get_basename (file);

  return base != NULL && !g_str_equal (base, ".") ? g_filename_display_name (base)
                                                  : g_file_get_parse_name (file);
}

/**
 * bb_file_get_local_path:
 * @file: a file
 * @error: return location for an error
 *
 * Returns: (transfer full) (type filename): its path, or %NULL with %BB_ERROR_INPUT where it is not on this
 *   machine
 */
char *
bb_file_get_local_path (GFile *file, GError **error)
{
  char *path = g_file_get_path (file);

  if (path == NULL)
    {
      g_autofree char *name = g_file_get_parse_name (file);

      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   _ ("Cannot read “%s”: it is not on this machine; copy it here first"), name);
    }
  return path;
}

/**
 * bb_file_append_names:
 * @text: (inout): the text of a dialog
 * @names: (element-type utf8): names of files, for people
 *
 * Appends some of the names, one a line, and how many more there are.
 */
void
bb_file_append_names (GString *text, GPtrArray *names)
{
  guint n = MIN (names->len, MAX_NAMES);

  for (guint i = 0; i < n; i++)
    {
      /* Translators: name of a file, one a line */
      g_string_append_printf (text, _ ("“%s”"), (const char *) names->pdata[i]);
      g_string_append_c (text, '\n');
    }
  if (names->len > n)
    {
      /* Translators: below a list of files, how many more there are */
      g_string_append_printf (text, ngettext ("and %u more", "and %u more", names->len - n),
                              names->len - n);
      g_string_append_c (text, '\n');
    }
}
