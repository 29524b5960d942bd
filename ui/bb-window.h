/* bb-window.h: the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-canvas.h"
#include "bb-editor.h"
#include "bb-export-manager.h"
#include "bb-player.h"
#include "bb-presets.h"

G_BEGIN_DECLS

#define BB_TYPE_WINDOW (bb_window_get_type ())
G_DECLARE_FINAL_TYPE (BbWindow, bb_window, BB, WINDOW, AdwApplicationWindow)

BbWindow *bb_window_new (GtkApplication *application, GSettings *settings,
                         BbExportManager *export_manager);
void bb_window_open (BbWindow *self, GFile *const *files, guint n_files);
void bb_window_choose_file (BbWindow *self);
void bb_window_end_session (BbWindow *self);
void bb_window_show_toast (BbWindow *self, const char *text);
void bb_window_add_toast (BbWindow *self, AdwToast *toast);

GFile *bb_window_get_file (BbWindow *self);
BbEditor *bb_window_get_editor (BbWindow *self);
BbPlayer *bb_window_get_player (BbWindow *self);
const char *bb_window_get_gpu_problem (BbWindow *self);
BbPresets *bb_window_get_presets (BbWindow *self);
BbCanvas *bb_window_get_canvas (BbWindow *self);
AdwBottomSheet *bb_window_get_queue_sheet (BbWindow *self);

G_END_DECLS
