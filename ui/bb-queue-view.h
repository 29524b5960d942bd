/* bb-queue-view.h: list of the exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"
#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_QUEUE_VIEW (bb_queue_view_get_type ())
G_DECLARE_FINAL_TYPE (BbQueueView, bb_queue_view, BB, QUEUE_VIEW, AdwBin)

BbQueueView *bb_queue_view_new (BbQueue *queue, BbProject *project);

G_END_DECLS
