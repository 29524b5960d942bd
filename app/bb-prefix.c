/* bb-prefix.c: where the program's own data is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-prefix.h"

#include <glib/gi18n.h>
#include <locale.h>

/**
 * bb_prefix_find:
 * @program: absolute path of a program
 *
 * Tells below which folder it is installed, so that an installed tree can be moved, or built into a
 * package's folder and tried there.
 *
 * Returns: (transfer full): the folder that @program lies below as installing puts it there; where it
 *   lies elsewhere, as in a build folder, the one that it was configured for
 */
char *
bb_prefix_find (const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);

  if (g_str_has_suffix (folder, "/" BB_BINDIR))
    {
      gsize length = strlen (folder) - strlen ("/" BB_BINDIR);

      return length > 0 ? g_strndup (folder, length) : g_strdup ("/");
    }
  return g_strdup (BB_PREFIX);
}

/* Schemas and icons are looked for below XDG_DATA_DIRS, which a home folder's prefix is not part of. */
static void
add_data_folder (const char *folder)
{
  const char *list = g_getenv ("XDG_DATA_DIRS");
  g_auto (GStrv) folders = NULL;
  g_autofree char *longer = NULL;

  if (list == NULL || *list == '\0')
    list = "/usr/local/share:/usr/share";
  folders = g_strsplit (list, ":", -1);
  for (gsize i = 0; folders[i] != NULL; i++)
    if (g_path_is_absolute (folders[i]))
      {
        g_autofree char *plain = g_canonicalize_filename (folders[i], NULL);

        if (g_str_equal (plain, folder))
          return;
      }
  longer = g_strjoin (":", folder, list, NULL);
  g_setenv ("XDG_DATA_DIRS", longer, TRUE);
}

/**
 * bb_prefix_init:
 *
 * Sets the locale, and makes the translations and the data that were installed with this program
 * known. To be called first of all in a program, before other threads are there.
 */
void
bb_prefix_init (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *prefix = program != NULL ? bb_prefix_find (program) : g_strdup (BB_PREFIX);
  /* Both may be absolute, then the prefix does not matter. */
  g_autofree char *data = g_canonicalize_filename (BB_DATADIR, prefix);
  g_autofree char *translations = g_canonicalize_filename (BB_LOCALEDIR, prefix);

  add_data_folder (data);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, translations);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
