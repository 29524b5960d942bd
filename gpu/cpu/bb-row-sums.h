/* bb-row-sums.h: sums of rows of codes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-rows.h"

G_BEGIN_DECLS

/**
 * BbRowWeights:
 * @taps: the table
 * @n_pairs: pairs of taps; where taps are odd the last one has a weight of 0
 * @pair: `[n_out][2 * n_pairs]`, weights in units of @unit
 * @unit: `[n_out]`, what 1 in @pair is worth
 *
 * Taps of a vertical stage on codes as whole numbers.
 */
typedef struct {
  const BbTaps *taps;
  int n_pairs;
  gint16 *pair;
  float *unit;
} BbRowWeights;

void bb_row_weights_init (BbRowWeights *weights, const BbTaps *taps);
void bb_row_weights_clear (BbRowWeights *weights);
void bb_rows_sum_codes (BbSampleType type, gconstpointer const *rows, const BbRowWeights *weights,
                        int j, float initial, int n, float *out);

G_END_DECLS
