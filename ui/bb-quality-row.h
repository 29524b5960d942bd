/* bb-quality-row.h: row for the quality of an encoder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_QUALITY_ROW (bb_quality_row_get_type ())
G_DECLARE_FINAL_TYPE (BbQualityRow, bb_quality_row, BB, QUALITY_ROW, AdwPreferencesRow)

void bb_quality_row_set_range (BbQualityRow *self, const char *name, int best, int worst,
                               int fallback);
void bb_quality_row_set_value (BbQualityRow *self, int value);
int bb_quality_row_get_value (BbQualityRow *self);

G_END_DECLS
