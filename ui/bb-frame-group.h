/* bb-frame-group.h: rows for shape and size of the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_FRAME_GROUP (bb_frame_group_get_type ())
G_DECLARE_FINAL_TYPE (BbFrameGroup, bb_frame_group, BB, FRAME_GROUP, AdwPreferencesGroup)

void bb_frame_group_set_editor (BbFrameGroup *self, BbEditor *editor);

G_END_DECLS
