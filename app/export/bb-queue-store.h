/* bb-queue-store.h: the queue on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

G_BEGIN_DECLS

#define BB_TYPE_QUEUE_STORE (bb_queue_store_get_type ())
G_DECLARE_FINAL_TYPE (BbQueueStore, bb_queue_store, BB, QUEUE_STORE, GObject)

BbQueueStore *bb_queue_store_new (GFile *folder);
GPtrArray *bb_queue_store_get_jobs (BbQueueStore *self);
const char *bb_queue_store_get_notice (BbQueueStore *self);
GStrv bb_queue_store_get_folders (BbQueueStore *self);
void bb_queue_store_watch (BbQueueStore *self, BbQueue *queue);
void bb_queue_store_close (BbQueueStore *self);

G_END_DECLS
