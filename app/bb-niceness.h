/* bb-niceness.h: work that leaves the window its processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbNiceness:
 * @BB_NICENESS_PREVIEW: what the window shows next
 * @BB_NICENESS_THUMBNAILS: what it shows some time
 * @BB_NICENESS_RENDER: an export
 * @BB_NICENESS_ESTIMATE: what an export might be like
 *
 * How far to step back from the window itself and whatever draws it, in niceness. Even the first
 * step counts: a thread that wakes up takes the processor at once from one that is nicer, while it
 * may have to wait for the end of a time slice of one that is not.
 */
typedef enum {
  BB_NICENESS_PREVIEW = 3,
  BB_NICENESS_THUMBNAILS = 10,
  BB_NICENESS_RENDER = 13,
  BB_NICENESS_ESTIMATE = 15,
} BbNiceness;

void bb_niceness_enter (BbNiceness level);

G_END_DECLS
