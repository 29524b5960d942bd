/* bb-gate.h: where the stages of a paused pipeline wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BbGate:
 *
 * Stages pass a gate before each piece of work. While it is closed they wait there, whole frames
 * between them; a cancelled stage passes nevertheless. Any thread may open and close it.
 */
typedef struct _BbGate BbGate;

BbGate *bb_gate_new (void);
void bb_gate_free (BbGate *gate);
void bb_gate_set_closed (BbGate *gate, gboolean closed);
void bb_gate_pass (BbGate *gate, GCancellable *cancellable);
void bb_gate_wake (BbGate *gate);
double bb_gate_get_closed_seconds (BbGate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbGate, bb_gate_free)

G_END_DECLS
