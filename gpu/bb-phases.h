/* bb-phases.h: what a start takes, phase by phase
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbPhase:
 * @BB_PHASE_FILE: opening a file and asking for its streams
 * @BB_PHASE_PROBE: opening a source: its file, and its first frame by the CPU
 * @BB_PHASE_DRIVER: opening libcuda, cuInit()
 * @BB_PHASE_CONTEXT: taking a GPU's primary context, streams
 * @BB_PHASE_MODULE: loading the kernels
 * @BB_PHASE_DEVICE_MEMORY: allocating device memory
 * @BB_PHASE_PINNED_MEMORY: allocating pinned host memory
 * @BB_PHASE_DECODER: opening the GPU's decoder, up to its first frame
 * @BB_PHASE_ENCODER: opening the target and its encoder
 * @BB_PHASE_PREPARE: getting a device ready for a plan
 * @BB_PHASE_FIRST_FRAME: from a render's beginning to its first finished frame
 * @BB_PHASE_CLOSE: closing what a render opened
 *
 * Parts of a start, and its end. Some contain others, and some run beside others.
 */
typedef enum {
  BB_PHASE_FILE,
  BB_PHASE_PROBE,
  BB_PHASE_DRIVER,
  BB_PHASE_CONTEXT,
  BB_PHASE_MODULE,
  BB_PHASE_DEVICE_MEMORY,
  BB_PHASE_PINNED_MEMORY,
  BB_PHASE_DECODER,
  BB_PHASE_ENCODER,
  BB_PHASE_PREPARE,
  BB_PHASE_FIRST_FRAME,
  BB_PHASE_CLOSE,
  BB_N_PHASES
} BbPhase;

/**
 * BbPhaseFigures:
 * @count: how often
 * @seconds: how long, together
 * @begin: when the first time began, seconds after bb_phases_init()
 * @bytes: bytes that were allocated
 *
 * What a phase took in this process so far.
 */
typedef struct {
  guint count;
  double seconds;
  double begin;
  guint64 bytes;
} BbPhaseFigures;

void bb_phases_init (void);
gint64 bb_phase_begin (void);
void bb_phase_end (BbPhase phase, gint64 begin, guint64 bytes);
const char *bb_phase_get_name (BbPhase phase);
void bb_phase_get_figures (BbPhase phase, BbPhaseFigures *figures);

G_END_DECLS
