/* bb-scrolling.h: scales that leave scrolling to the list around them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void bb_scrolling_leave (GtkWidget *scale);

G_END_DECLS
