/* bb-window-private.h: parts shared by the window's files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-canvas.h"
#include "bb-clip-strip.h"
#include "bb-export-presenter.h"
#include "bb-player.h"
#include "bb-presets.h"
#include "bb-prober.h"
#include "bb-recent-list.h"
#include "bb-session.h"
#include "bb-shuttle.h"
#include "bb-sidebar.h"
#include "bb-toast.h"
#include "bb-transport.h"
#include "bb-window.h"

G_BEGIN_DECLS

struct _BbWindow {
  AdwApplicationWindow parent_instance;

  GSettings *settings;
  BbExportManager *export_manager;
  BbEditor *editor;
  BbProject *project; /* the editor's */
  BbSession *session;
  GFile *project_file; /* (nullable): where it was saved last */
  BbPlayer *player;    /* NULL until the first file is opened */
  BbShuttle *shuttle;  /* as long as the player */
  gboolean stop_held;  /* the key that stops is down, and those that play step */
  BbPresets *presets;
  char *chosen_preset;   /* (nullable): name of the one that was chosen last */
  char *preset_before;   /* (nullable): the one before it */
  BbRecipe *look_before; /* (nullable): what undoing that choice brings back */
  BbExportPresenter *export_presenter;
  GCancellable *listing; /* of folders that were asked for */
  GCancellable *opening; /* of the video that was asked for: */
  BbClip *opened_clip;   /* of the list, or */
  GFile *opened_file;    /* one that is not in it yet */
  BbClip *shown;         /* the video that the player has */
  GPtrArray *added;      /* of BbClip: added together, until it is known which can be read */
  BbProber *prober;
  guint loading_timeout;
  guint preload_timeout;
  int direction; /* that was gone last in the list: 1 or -1 */
  gboolean has_clip;
  gboolean cropping;
  gboolean adding;        /* a video that is open already to the list */
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
  GtkWidget *go_on_button;
  GtkScrolledWindow *preview;
  BbCanvas *canvas;
  BbTransport *transport;
  BbClipStrip *strip;
  AdwToolbarView *sidebar_view;
  BbSidebar *sidebar;      /* NULL until it is needed */
  GtkCssProvider *lifting; /* (nullable): of the toasts over everything */
  GtkWidget *presets_button;
  GtkWidget *preset_popover;
};

BbPlayer *bb_window_ensure_player (BbWindow *self);
void bb_window_show_clip (BbWindow *self, BbClip *clip, GFile *file);
void bb_window_show_failed (BbWindow *self, const char *text);
void bb_window_show_problem (BbWindow *self, const char *text);
void bb_window_open_clip (BbWindow *self, BbClip *clip);
void bb_window_say_refused (BbWindow *self, GPtrArray *clips);
void bb_window_say_unreadable (BbWindow *self);
void bb_window_add_clip_actions (BbWindow *self);
void bb_window_watch_clips (BbWindow *self);
void bb_window_preload (BbWindow *self);
void bb_window_add_project_actions (BbWindow *self);
gboolean bb_window_is_project (GFile *file);
void bb_window_open_project (BbWindow *self, GFile *file);
void bb_window_begin_session (BbWindow *self);
void bb_window_offer_session (BbWindow *self);
void bb_window_save_recipe (BbWindow *self);
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
void bb_window_add_framing_actions (BbWindow *self);
void bb_window_update_framing_actions (BbWindow *self);
void bb_window_add_preset_actions (BbWindow *self);
void bb_window_set_cropping (BbWindow *self, gboolean cropping);
void bb_window_show_recipe (BbWindow *self);
void bb_window_settle_framing (BbWindow *self, BbRecipeValues *values);

G_END_DECLS
