/* bb-background.h: work that leaves the window its processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbBackgroundLevel:
 * @BB_BACKGROUND_PREVIEW: what the window shows next
 * @BB_BACKGROUND_THUMBNAILS: what it shows some time
 * @BB_BACKGROUND_RENDER: an export
 * @BB_BACKGROUND_ESTIMATE: what an export might be like
 *
 * How far to step back from the window itself and whatever draws it, in niceness. Even the first
 * step counts: a thread that wakes up takes the processor at once from one that is nicer, while it
 * may have to wait for the end of a time slice of one that is not.
 */
typedef enum {
  BB_BACKGROUND_PREVIEW = 3,
  BB_BACKGROUND_THUMBNAILS = 10,
  BB_BACKGROUND_RENDER = 13,
  BB_BACKGROUND_ESTIMATE = 15,
} BbBackgroundLevel;

void bb_background_enter (BbBackgroundLevel level);

G_END_DECLS
