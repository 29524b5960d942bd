/* bb-renderer.h: choice of GTK's renderer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

gboolean bb_renderer_find_gpu (const char *root);
void bb_renderer_choose (void);
void bb_renderer_announce (GtkNative *native);
BbPresentOptions *bb_renderer_get_present_options (void);

G_END_DECLS
