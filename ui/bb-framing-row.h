/* bb-framing-row.h: row that fits, fills, turns, mirrors and crops the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_FRAMING_ROW (bb_framing_row_get_type ())
G_DECLARE_FINAL_TYPE (BbFramingRow, bb_framing_row, BB, FRAMING_ROW, AdwPreferencesRow)

void bb_framing_row_set_editor (BbFramingRow *self, BbEditor *editor);

G_END_DECLS
