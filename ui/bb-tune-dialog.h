/* bb-tune-dialog.h: dialog that finds the fastest settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_TUNE_DIALOG (bb_tune_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BbTuneDialog, bb_tune_dialog, BB, TUNE_DIALOG, AdwDialog)

AdwDialog *bb_tune_dialog_new (GFile *file, BbEditor *editor, BbQueue *queue);

G_END_DECLS
