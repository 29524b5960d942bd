/* bb-picture-row.h: row for a picture of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_PICTURE_ROW (bb_picture_row_get_type ())
G_DECLARE_FINAL_TYPE (BbPictureRow, bb_picture_row, BB, PICTURE_ROW, AdwActionRow)

void bb_picture_row_set_editor (BbPictureRow *self, BbEditor *editor);
void bb_picture_row_choose (BbPictureRow *self);

G_END_DECLS
