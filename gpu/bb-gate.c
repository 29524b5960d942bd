/* bb-gate.c: where the stages of a paused pipeline wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-gate.h"

struct _BbGate {
  GMutex lock;
  GCond changed;
  gboolean closed;
  gint64 closed_at;
  gint64 closed_before; /* microseconds, all earlier times together */
};

/**
 * bb_gate_new:
 *
 * Returns: (transfer full): an open gate
 */
BbGate *
bb_gate_new (void)
{
  BbGate *gate = g_new0 (BbGate, 1);

  g_mutex_init (&gate->lock);
  g_cond_init (&gate->changed);
  return gate;
}

/**
 * bb_gate_free:
 * @gate: (transfer full): a gate at which nobody waits
 */
void
bb_gate_free (BbGate *gate)
{
  g_mutex_clear (&gate->lock);
  g_cond_clear (&gate->changed);
  g_free (gate);
}

/**
 * bb_gate_set_closed:
 * @gate: a gate
 * @closed: whether stages have to wait from now on
 */
void
bb_gate_set_closed (BbGate *gate, gboolean closed)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&gate->lock);
  if (closed && !gate->closed)
    gate->closed_at = now;
  if (!closed && gate->closed)
    gate->closed_before += now - gate->closed_at;
  gate->closed = closed;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

/**
 * bb_gate_pass:
 * @gate: (nullable): a gate
 * @cancellable: ends the wait; whoever connects to it has to call bb_gate_wake()
 *
 * Returns at once where the gate is open, else when it is opened or @cancellable is cancelled.
 */
void
bb_gate_pass (BbGate *gate, GCancellable *cancellable)
{
  if (gate == NULL)
    return;
  g_mutex_lock (&gate->lock);
  while (gate->closed && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

/**
 * bb_gate_wake:
 * @gate: (nullable): a gate
 *
 * Has everybody who waits look at their cancellable.
 */
void
bb_gate_wake (BbGate *gate)
{
  if (gate == NULL)
    return;
  g_mutex_lock (&gate->lock);
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

/**
 * bb_gate_get_closed_seconds:
 * @gate: a gate
 *
 * Returns: for how long it has been closed so far, all times together
 */
double
bb_gate_get_closed_seconds (BbGate *gate)
{
  gint64 time;

  g_mutex_lock (&gate->lock);
  time = gate->closed_before;
  if (gate->closed)
    time += g_get_monotonic_time () - gate->closed_at;
  g_mutex_unlock (&gate->lock);
  return (double) time * 1e-6;
}
