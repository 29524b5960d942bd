/* bb-file-list.h: the videos that files and folders stand for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void bb_file_list_async (GFile *const *files, guint n_files, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *bb_file_list_finish (GAsyncResult *result, GError **error);

G_END_DECLS
