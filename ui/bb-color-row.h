/* bb-color-row.h: row for a color of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_COLOR_ROW (bb_color_row_get_type ())
G_DECLARE_FINAL_TYPE (BbColorRow, bb_color_row, BB, COLOR_ROW, AdwActionRow)

void bb_color_row_set_editor (BbColorRow *self, BbEditor *editor);

G_END_DECLS
