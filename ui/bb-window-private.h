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
#include "bb-shuttle.h"
#include "bb-sidebar.h"
#include "bb-transport.h"
#include "bb-window.h"

G_BEGIN_DECLS

struct _BbWindow {
  AdwApplicationWindow parent_instance;

  GSettings *settings;
  BbExportManager *export_manager;
  BbEditor *editor;
  BbPlayer *player;   /* NULL until the first file is opened */
  BbShuttle *shuttle; /* as long as the player */
  gboolean stop_held; /* the key that stops is down, and those that play step */
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
  BbSidebar *sidebar;      /* NULL until it is needed */
  GtkCssProvider *lifting; /* (nullable): of the toasts over everything */
  GtkWidget *presets_button;
  GtkWidget *preset_popover;
};

BbPlayer *bb_window_ensure_player (BbWindow *self);
void bb_window_show_clip (BbWindow *self);
void bb_window_show_problem (BbWindow *self, const char *text);
void bb_window_stop_opening (BbWindow *self);
void bb_window_add_actions (BbWindow *self);
void bb_window_update_actions (BbWindow *self);
void bb_window_describe_clip (BbWindow *self);
void bb_window_lift_toasts (BbWindow *self);
void bb_window_forget_toasts (BbWindow *self);
void bb_window_follow_transport (BbWindow *self);
void bb_window_add_shuttle (BbWindow *self);
void bb_window_add_playing_actions (BbWindow *self);
void bb_window_enable_playing_actions (BbWindow *self, gboolean enabled);
void bb_window_add_tune_actions (BbWindow *self);
void bb_window_show_difference (BbWindow *self, BbPicture *picture);

G_END_DECLS
