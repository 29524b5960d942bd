/* bb-phases.c: what a start takes, phase by phase
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of the process: the driver, its context and its memory are shared by all renders and previews in it. Phases are few
 * and long, so that a lock for each does not count.
 */

#include "bb-phases.h"

static GMutex lock;
static BbPhaseFigures table[BB_N_PHASES]; /* under the lock */
static gint64 zero;                       /* under the lock */

static const char *const names[BB_N_PHASES] = {
  [BB_PHASE_FILE] = "file",
  [BB_PHASE_PROBE] = "probe",
  [BB_PHASE_DRIVER] = "driver",
  [BB_PHASE_CONTEXT] = "context",
  [BB_PHASE_MODULE] = "module",
  [BB_PHASE_DEVICE_MEMORY] = "device_memory",
  [BB_PHASE_PINNED_MEMORY] = "pinned_memory",
  [BB_PHASE_DECODER] = "decoder",
  [BB_PHASE_ENCODER] = "encoder",
  [BB_PHASE_PREPARE] = "prepare",
  [BB_PHASE_FIRST_FRAME] = "first_frame",
  [BB_PHASE_CLOSE] = "close",
};

/**
 * bb_phases_init:
 *
 * Says that the program starts now: what times are counted from. Without it that is the first phase.
 */
void
bb_phases_init (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  zero = g_get_monotonic_time ();
}

/**
 * bb_phase_begin:
 *
 * Returns: now, for bb_phase_end()
 */
gint64
bb_phase_begin (void)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  if (zero == 0)
    zero = now;
  return now;
}

/**
 * bb_phase_end:
 * @phase: a phase
 * @begin: what bb_phase_begin() returned
 * @bytes: bytes that were allocated, or 0
 *
 * Counts a phase that ends now, on any thread.
 */
void
bb_phase_end (BbPhase phase, gint64 begin, guint64 bytes)
{
  double seconds = (double) (g_get_monotonic_time () - begin) * 1e-6;
  double since;

  g_mutex_lock (&lock);
  since = (double) (begin - zero) * 1e-6;
  if (table[phase].count++ == 0)
    table[phase].begin = since;
  table[phase].seconds += seconds;
  table[phase].bytes += bytes;
  g_mutex_unlock (&lock);
  if (bytes > 0)
    g_debug ("phase %s: %.3f ms from %.3f ms on, %" G_GUINT64_FORMAT " bytes", names[phase],
             seconds * 1e3, since * 1e3, bytes);
  else
    g_debug ("phase %s: %.3f ms from %.3f ms on", names[phase], seconds * 1e3, since * 1e3);
}

/**
 * bb_phase_get_name:
 * @phase: a phase
 *
 * Returns: its name in the figures of `--stats`
 */
const char *
bb_phase_get_name (BbPhase phase)
{
  return names[phase];
}

/**
 * bb_phase_get_figures:
 * @phase: a phase
 * @figures: (out caller-allocates): what it took so far
 */
void
bb_phase_get_figures (BbPhase phase, BbPhaseFigures *figures)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  *figures = table[phase];
}
