/* bb-clip-strip.h: the list of videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_CLIP_STRIP (bb_clip_strip_get_type ())
G_DECLARE_FINAL_TYPE (BbClipStrip, bb_clip_strip, BB, CLIP_STRIP, AdwBin)

void bb_clip_strip_set_project (BbClipStrip *self, BbProject *project);
GPtrArray *bb_clip_strip_get_selected (BbClipStrip *self);
void bb_clip_strip_select_all (BbClipStrip *self);

G_END_DECLS
