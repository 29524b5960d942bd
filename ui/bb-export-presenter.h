/* bb-export-presenter.h: actions, bar, list and toasts of the exports in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-clip-strip.h"
#include "bb-editor.h"
#include "bb-export-manager.h"

G_BEGIN_DECLS

#define BB_TYPE_EXPORT_PRESENTER (bb_export_presenter_get_type ())
G_DECLARE_FINAL_TYPE (BbExportPresenter, bb_export_presenter, BB, EXPORT_PRESENTER, GObject)

BbExportPresenter *bb_export_presenter_new (AdwApplicationWindow *window,
                                            BbExportManager *export_manager, BbEditor *editor,
                                            GSettings *settings, BbClipStrip *strip,
                                            AdwBottomSheet *sheet);
void bb_export_presenter_set_file (BbExportPresenter *self, GFile *file);

G_END_DECLS
