/* bb-handle.h: handle that moves along a line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_HANDLE (bb_handle_get_type ())
G_DECLARE_FINAL_TYPE (BbHandle, bb_handle, BB, HANDLE, GtkWidget)

GtkWidget *bb_handle_new (const char *label, const char *css_class);
void bb_handle_set_range (BbHandle *self, double lower, double upper, double step, double page);
void bb_handle_set_value (BbHandle *self, double value, const char *text);
double bb_handle_get_value (BbHandle *self);

G_END_DECLS
