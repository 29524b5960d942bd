/* bb-export-dialog.h: dialog that exports one or more videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_EXPORT_DIALOG (bb_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BbExportDialog, bb_export_dialog, BB, EXPORT_DIALOG, AdwDialog)

BbExportDialog *bb_export_dialog_new (BbQueue *queue, BbEditor *editor, GSettings *settings,
                                      GFile *const *files, guint n_files);

G_END_DECLS
