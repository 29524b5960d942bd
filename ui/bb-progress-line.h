/* bb-progress-line.h: progress line that needs no layout
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_PROGRESS_LINE (bb_progress_line_get_type ())
G_DECLARE_FINAL_TYPE (BbProgressLine, bb_progress_line, BB, PROGRESS_LINE, GtkWidget)

void bb_progress_line_set_fraction (BbProgressLine *self, double fraction);

G_END_DECLS
