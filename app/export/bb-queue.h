/* bb-queue.h: renders, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job.h"

G_BEGIN_DECLS

/* A list model of BbJob: first those that are over, then the one that runs, then those that wait; those
 * that stopped are where they would wait.
 * All functions and signals belong to the thread that made the queue; renders run on others. */
#define BB_TYPE_QUEUE (bb_queue_get_type ())
G_DECLARE_FINAL_TYPE (BbQueue, bb_queue, BB, QUEUE, GObject)

BbQueue *bb_queue_new (void);

gboolean bb_queue_add (BbQueue *self, BbJob *job, GError **error);
void bb_queue_restore (BbQueue *self, GPtrArray *jobs);
void bb_queue_go_on (BbQueue *self, BbJob *job);
gboolean bb_queue_remove (BbQueue *self, BbJob *job);
gboolean bb_queue_move (BbQueue *self, BbJob *job, int by);
gboolean bb_queue_retry (BbQueue *self, BbJob *job, GError **error);
void bb_queue_clear (BbQueue *self);
char *bb_queue_propose (BbQueue *self, const char *input, const char *folder, const char *pattern,
                        const BbRecipe *recipe, const char *extension);

BbJob *bb_queue_get_current (BbQueue *self);
guint bb_queue_get_n_waiting (BbQueue *self);
guint bb_queue_get_n_stopped (BbQueue *self);
gboolean bb_queue_get_paused (BbQueue *self);
void bb_queue_set_paused (BbQueue *self, gboolean paused);
void bb_queue_cancel (BbQueue *self);
gboolean bb_queue_stop (BbQueue *self, int patience);

G_END_DECLS
