/* bb-pan.h: dragging a view that is larger than its place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _BbPan BbPan;

BbPan *bb_pan_new (GtkWidget *widget);
void bb_pan_free (BbPan *pan);
void bb_pan_set_enabled (BbPan *pan, gboolean enabled);

G_END_DECLS
