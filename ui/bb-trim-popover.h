/* bb-trim-popover.h: fields for start, end and length of the trim
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-time.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_TRIM_POPOVER (bb_trim_popover_get_type ())
G_DECLARE_FINAL_TYPE (BbTrimPopover, bb_trim_popover, BB, TRIM_POPOVER, GtkPopover)

void bb_trim_popover_set_editor (BbTrimPopover *self, BbEditor *editor);
void bb_trim_popover_set_clip (BbTrimPopover *self, gint64 duration, const BbTimeGrid *grid);

G_END_DECLS
