/* bb-export-cleanup.h: removal of unfinished files after the program was killed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

G_BEGIN_DECLS

void bb_export_cleanup_watch (BbQueue *queue, GSettings *settings);

G_END_DECLS
