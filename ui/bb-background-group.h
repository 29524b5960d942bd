/* bb-background-group.h: rows for what is around the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_BACKGROUND_GROUP (bb_background_group_get_type ())
G_DECLARE_FINAL_TYPE (BbBackgroundGroup, bb_background_group, BB, BACKGROUND_GROUP,
                      AdwPreferencesGroup)

void bb_background_group_set_editor (BbBackgroundGroup *self, BbEditor *editor);

G_END_DECLS
