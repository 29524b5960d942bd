/* bb-export-manager.h: queue of exports and the application's actions for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_EXPORT_MANAGER (bb_export_manager_get_type ())
G_DECLARE_FINAL_TYPE (BbExportManager, bb_export_manager, BB, EXPORT_MANAGER, GObject)

BbExportManager *bb_export_manager_new (GtkApplication *application, GFile *folder);
BbQueue *bb_export_manager_get_queue (BbExportManager *self);
gboolean bb_export_manager_has_work (BbExportManager *self);
GStrv bb_export_manager_get_folders (BbExportManager *self);
void bb_export_manager_offer (BbExportManager *self, GtkWidget *window);
gboolean bb_export_manager_stop (BbExportManager *self);

G_END_DECLS
