/* bb-clip-text.h: what a video is, in a few words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-player-types.h"

G_BEGIN_DECLS

char *bb_clip_text_describe (const BbPlayerSource *source, gboolean compact);

G_END_DECLS
