/* bb-framer.h: moving and scaling the picture on the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_FRAMER (bb_framer_get_type ())
G_DECLARE_FINAL_TYPE (BbFramer, bb_framer, BB, FRAMER, GObject)

BbFramer *bb_framer_new (GtkWidget *widget);
void bb_framer_set_editor (BbFramer *self, BbEditor *editor);
void bb_framer_set_source (BbFramer *self, int width, int height);
void bb_framer_set_area (BbFramer *self, const graphene_rect_t *area);
void bb_framer_set_enabled (BbFramer *self, gboolean enabled);
void bb_framer_set_scrolling (BbFramer *self, gboolean scrolling);
gboolean bb_framer_has_handle_at (BbFramer *self, double x, double y);
gboolean bb_framer_can_frame (BbFramer *self);
void bb_framer_nudge (BbFramer *self, int x, int y);
void bb_framer_scale (BbFramer *self, double factor);
void bb_framer_snapshot (BbFramer *self, GtkSnapshot *snapshot);

G_END_DECLS
