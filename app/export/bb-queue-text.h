/* bb-queue-text.h: the queue as a key file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

G_BEGIN_DECLS

/**
 * BbQueueText:
 * @jobs: (element-type BbJob): jobs that are not over, in their order
 * @folders: (element-type utf8): URIs of the folders that exports went to, the newest first
 * @damaged: whether something of it could not be read
 * @newer: whether a newer version of the program wrote it
 *
 * What a queue leaves to the next session.
 */
typedef struct {
  GPtrArray *jobs;
  GPtrArray *folders;
  gboolean damaged;
  gboolean newer;
} BbQueueText;

void bb_queue_text_init (BbQueueText *text);
void bb_queue_text_clear (BbQueueText *text);
void bb_queue_text_parse (BbQueueText *text, const char *data, gsize length);
char *bb_queue_text_format (const BbQueueText *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BbQueueText, bb_queue_text_clear)

G_END_DECLS
