/* bb-preferences-dialog.h: preferences dialog
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-export-manager.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_PREFERENCES_DIALOG (bb_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BbPreferencesDialog, bb_preferences_dialog, BB, PREFERENCES_DIALOG,
                      AdwPreferencesDialog)

AdwDialog *bb_preferences_dialog_new (GSettings *settings, BbExportManager *export_manager);

G_END_DECLS
