/* bb-export-dialog.h: dialog that exports one or more videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * BbExportScope:
 * @BB_EXPORT_THIS: the video that is shown
 * @BB_EXPORT_SELECTED: those that are selected in the list
 * @BB_EXPORT_ALL: all of the list that can be read
 * @BB_EXPORT_N_SCOPES: how many there are
 *
 * Which videos are exported.
 */
typedef enum {
  BB_EXPORT_THIS,
  BB_EXPORT_SELECTED,
  BB_EXPORT_ALL,
  BB_EXPORT_N_SCOPES,
} BbExportScope;

#define BB_TYPE_EXPORT_DIALOG (bb_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BbExportDialog, bb_export_dialog, BB, EXPORT_DIALOG, AdwDialog)

BbExportDialog *bb_export_dialog_new (BbQueue *queue, BbEditor *editor, GSettings *settings,
                                      GPtrArray *selected, BbExportScope scope);

G_END_DECLS
