/* bb-sampler.h: rows of a separably resampled plane
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-row-sums.h"

G_BEGIN_DECLS

/**
 * BbSamplerTaps:
 * @y: taps along columns; absent where rows stay
 * @x: taps along rows; absent where columns stay
 * @packed: @x for this processor
 * @weights: @y for rows of codes
 * @columns_first: whether rows are resampled as they are read, before they are summed: less work
 *   where the picture gets taller
 * @first_column: first column that is read
 * @n_columns: columns that are read
 * @height: rows of the source
 * @n_ring: rows that are kept
 * @pitch: samples from one kept row to the next
 *
 * A vertical and a horizontal stage together, shared by all samplers that run them.
 */
typedef struct {
  const BbTaps *y;
  const BbTaps *x;
  BbPackedTaps packed;
  BbRowWeights weights;
  gboolean columns_first;
  int first_column;
  int n_columns;
  int height;
  int n_ring;
  int pitch;
} BbSamplerTaps;

void bb_sampler_taps_init (BbSamplerTaps *taps, const BbTaps *y, const BbTaps *x, int width,
                           int height);
void bb_sampler_taps_clear (BbSamplerTaps *taps);

typedef struct _BbSampler BbSampler;

BbSampler *bb_sampler_new (const BbSamplerTaps *taps);
void bb_sampler_free (BbSampler *sampler);
void bb_sampler_start (BbSampler *sampler, const BbView *view);
const float *bb_sampler_peek_row (BbSampler *sampler, int y, float initial, int from, int to,
                                  float *room);
void bb_sampler_get_row (BbSampler *sampler, int y, float initial, int from, int to, float *out);

G_END_DECLS
