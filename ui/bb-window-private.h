/* bb-window-private.h: parts shared by the window's files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-canvas.h"
#include "bb-export-presenter.h"
#include "bb-player.h"
#include "bb-presets.h"
#include "bb-recent-list.h"
#include "bb-sidebar.h"
#include "bb-transport.h"
#include "bb-window.h"

G_BEGIN_DECLS

struct _BbWindow {
  AdwApplicationWindow parent_instance;

  GSettings *settings;
  BbExportManager *export_manager;
  BbEditor *editor;
  BbPlayer *player; /* NULL until the first file is opened */
  BbPresets *presets;
  BbExportPresenter *export_presenter;
  GCancellable *opening;
  GCancellable *checking; /* the files that were opened together */
  GPtrArray *others;      /* of them, but for the one that is opened */
  GPtrArray *refused;     /* those that cannot be read, until that is said */
  GFile *first;           /* the one that is opened */
  GError *failure;        /* why it cannot be, until it is known whether another can */
  guint loading_timeout;
  gboolean has_clip;
  gboolean cropping;
  gboolean sidebar_waits; /* until the window is laid out */

  AdwToastOverlay *toasts;         /* over everything */
  AdwToastOverlay *preview_toasts; /* over the picture */
  AdwBottomSheet *queue_sheet;
  AdwOverlaySplitView *split_view;
  AdwWindowTitle *window_title;
  AdwBanner *banner;
  GtkWidget *drop_area;
  GtkStack *stack;
  AdwStatusPage *failed_page;
  BbRecentList *recent_list;
  GtkScrolledWindow *preview;
  BbCanvas *canvas;
  BbTransport *transport;
  AdwToolbarView *sidebar_view;
  BbSidebar *sidebar; /* NULL until it is needed */
  GtkWidget *presets_button;
  GtkWidget *preset_popover;
};

BbPlayer *bb_window_ensure_player (BbWindow *self);
void bb_window_show_clip (BbWindow *self);
void bb_window_show_problem (BbWindow *self, const char *text);
void bb_window_stop_opening (BbWindow *self);
void bb_window_add_actions (BbWindow *self);
void bb_window_update_actions (BbWindow *self);
void bb_window_add_tune_actions (BbWindow *self);
void bb_window_show_difference (BbWindow *self, BbPicture *picture);
void bb_window_add_framing_actions (BbWindow *self);
void bb_window_update_framing_actions (BbWindow *self);
void bb_window_set_cropping (BbWindow *self, gboolean cropping);
void bb_window_show_recipe (BbWindow *self);
void bb_window_settle_framing (BbWindow *self, BbRecipeValues *values);

G_END_DECLS
