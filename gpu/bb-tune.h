/* bb-tune.h: which batch size and precision are the fastest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-tune-point.h"

G_BEGIN_DECLS

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

BbTune *bb_tune_run (const char *input,
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
