/* bb-test-window.h: a window for tests to drive
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-application.h"
#include "bb-test-media.h"
#include "bb-test-wait.h"
#include "bb-window.h"

G_BEGIN_DECLS

int bb_test_window_run (int *argc, char ***argv, void (*add_tests) (void));
void bb_test_settle (void);
void bb_test_wait_for_paint (gpointer window);
void bb_test_count_layouts (GtkWindow *window, guint *n);

BbApplication *bb_test_get_application (void);
BbWindow *bb_test_window_new_hidden (void);
BbWindow *bb_test_window_new (void);
void bb_test_window_close (BbWindow *window);
void bb_test_abandon_exports (BbQueue *queue);
char *bb_test_clip (void);
void bb_test_open (BbWindow *window, const char *path);
void bb_test_open_clip (BbWindow *window);
BbPicture *bb_test_wait_for_picture (BbWindow *window);

void bb_test_activate (BbWindow *window, const char *action, const char *format, ...);
gboolean bb_test_is_enabled (BbWindow *window, const char *action);
GVariant *bb_test_get_state (BbWindow *window, const char *action);
GtkWidget *bb_test_find (gpointer widget, GType type, const char *property, const char *value);
GtkWidget *bb_test_find_css (gpointer widget, const char *css_class);
GtkWidget *bb_test_find_text (gpointer widget, const char *text);
gboolean bb_test_shows (gpointer widget, const char *text);
AdwDialog *bb_test_get_dialog (BbWindow *window);
gboolean bb_test_was_announced (const char *text);
void bb_test_forget_announced (void);

void bb_test_xdo (const char *format, ...) G_GNUC_PRINTF (1, 2);
void bb_test_get_place (GtkWidget *widget, double x, double y, int *screen_x, int *screen_y);
void bb_test_drag (GtkWidget *widget, double x0, double y0, double x1, double y1);

G_END_DECLS
