/* bb-file-name.c: what a file is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-file-name.h"

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
