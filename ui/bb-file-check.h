/* bb-file-check.h: check of files before they are opened together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void bb_file_check_async (GFile *const *files, guint n_files, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *bb_file_check_finish (GAsyncResult *result, GPtrArray **refused, GError **error);
void bb_file_list_async (GFile *const *files, guint n_files, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *bb_file_list_finish (GAsyncResult *result, GError **error);

G_END_DECLS
