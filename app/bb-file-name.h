/* bb-file-name.h: what a file is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *bb_file_get_name (GFile *file);
char *bb_file_get_local_path (GFile *file, GError **error);
void bb_file_append_names (GString *text, GPtrArray *names);

G_END_DECLS
