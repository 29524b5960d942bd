/* bb-history.h: steps that can be undone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project-state.h"

G_BEGIN_DECLS

#define BB_TYPE_HISTORY (bb_history_get_type ())
G_DECLARE_FINAL_TYPE (BbHistory, bb_history, BB, HISTORY, GObject)

BbHistory *bb_history_new (void);
void bb_history_push (BbHistory *self, BbProjectStep *step, const char *key);
BbProjectStep *bb_history_travel (BbHistory *self, gboolean back, BbProjectStep *here);
void bb_history_restore (BbHistory *self, GPtrArray *undo, GPtrArray *redo);
const GQueue *bb_history_get_steps (BbHistory *self, gboolean back);
void bb_history_hold (BbHistory *self);
void bb_history_release (BbHistory *self);
void bb_history_end_step (BbHistory *self);

G_END_DECLS
