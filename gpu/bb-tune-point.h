/* bb-tune-point.h: one batch size and precision, and what it costs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"

G_BEGIN_DECLS

/* Batch sizes 1, 2, 4 … 128, each in both precisions */
#define BB_TUNE_N_BATCHES 8
#define BB_TUNE_N_POINTS (2 * BB_TUNE_N_BATCHES)

/* Times that all points are measured, so that none is the luckier for its place in the order */
#define BB_TUNE_N_ROUNDS 3
#define BB_TUNE_N_STEPS (BB_TUNE_N_ROUNDS * BB_TUNE_N_POINTS)

/**
 * BbTunePoint:
 * @batch: frames a batch
 * @precision: how samples are kept between stages
 * @memory: bytes of the device's memory that it takes
 * @fits: whether the memory is there
 * @frames_per_second: frames that the device makes a second; 0 where it does not fit
 * @frame_ms: milliseconds a frame takes; 0 where it does not fit
 *
 * One way to do the work, and what it costs.
 */
typedef struct {
  int batch;
  BbPrecision precision;
  guint64 memory;
  gboolean fits;
  double frames_per_second;
  double frame_ms;
} BbTunePoint;

/**
 * BbTuneFunc:
 * @point: the point that has been measured, as far as it is known
 * @n_done: steps so far, this one included; of %BB_TUNE_N_STEPS, though a slow device is done after
 *   fewer rounds. The first step of each round is the first point
 * @user_data: data of bb_tune_run()
 *
 * Called on the thread that measures.
 */
typedef void (*BbTuneFunc) (const BbTunePoint *point, guint n_done, gpointer user_data);

G_END_DECLS
