/* bb-tune.h: which batch size and precision are the fastest
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
 * BbTune:
 * @device: what did the work, for people
 * @notice: (nullable): why it is not the device that its user might expect, a sentence
 * @width: columns of the canvas
 * @height: rows of it
 * @point: the points, by batch size, FP16 before FP32 of the same size
 * @best: index of the point that bb_tune_choose() takes
 *
 * A measurement that came to its end.
 */
typedef struct {
  char *device;
  char *notice;
  int width;
  int height;
  BbTunePoint point[BB_TUNE_N_POINTS];
  int best;
} BbTune;

/**
 * BbTuneFunc:
 * @point: the point that has been measured, as far as it is known
 * @n_done: steps so far, this one included; of %BB_TUNE_N_STEPS, though a slow device is done after
 *   fewer rounds. The first step of each round is the first point
 * @user_data: data of bb_tune_new()
 *
 * Called on the thread that measures.
 */
typedef void (*BbTuneFunc) (const BbTunePoint *point, guint n_done, gpointer user_data);

BbTune *bb_tune_new (const char *input,
                     BbRecipe *recipe,
                     BbTuneFunc progress,
                     gpointer user_data,
                     GCancellable *cancellable,
                     GError **error);
void bb_tune_free (BbTune *tune);

int bb_tune_choose (const BbTunePoint *points, guint n_points);
int bb_tune_get_fastest (const BbTune *tune);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbTune, bb_tune_free)

G_END_DECLS
