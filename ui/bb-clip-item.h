/* bb-clip-item.h: one video in the list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_CLIP_ITEM (bb_clip_item_get_type ())
G_DECLARE_FINAL_TYPE (BbClipItem, bb_clip_item, BB, CLIP_ITEM, AdwBin)

BbClipItem *bb_clip_item_new (BbProject *project);
void bb_clip_item_set_clip (BbClipItem *self, BbClip *clip);
BbClip *bb_clip_item_get_clip (BbClipItem *self);

G_END_DECLS
