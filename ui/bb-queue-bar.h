/* bb-queue-bar.h: bar of the export that runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_QUEUE_BAR (bb_queue_bar_get_type ())
G_DECLARE_FINAL_TYPE (BbQueueBar, bb_queue_bar, BB, QUEUE_BAR, AdwBin)

BbQueueBar *bb_queue_bar_new (BbQueue *queue);

G_END_DECLS
