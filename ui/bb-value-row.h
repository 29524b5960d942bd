/* bb-value-row.h: row for a number of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_VALUE_ROW (bb_value_row_get_type ())
G_DECLARE_FINAL_TYPE (BbValueRow, bb_value_row, BB, VALUE_ROW, AdwPreferencesRow)

void bb_value_row_set_editor (BbValueRow *self, BbEditor *editor);
void bb_value_row_set_automatic (BbValueRow *self, double number);
void bb_value_row_add_mark (BbValueRow *self, double number, const char *text);
void bb_value_row_set_scale_range (BbValueRow *self, double lower, double upper);

G_END_DECLS
