/* bb-missing.h: asks where videos are that were moved
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

void bb_missing_offer (GtkWidget *window, BbProject *project);
void bb_missing_search_async (BbProject *project, GFile *folder, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
guint bb_missing_search_finish (BbProject *project, GAsyncResult *result, guint *n_left,
                                GError **error);

G_END_DECLS
