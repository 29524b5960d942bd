/* bb-rows.h: arithmetic on rows of FP32 samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows are padded: functions read and write up to BB_ROW_PADDING samples beyond the end.
 */

#pragma once

#include "bb-taps.h"

G_BEGIN_DECLS

#define BB_ROW_PADDING 64
#define BB_MAX_LANES 16
#define BB_ROWS_AT_ONCE 4

/**
 * BbPackedTaps:
 * @taps: the table it was made of
 * @lanes: outputs that are computed at once; 0 where the plain table is used
 * @n_groups: groups of up to @lanes neighbouring outputs
 * @base: `[n_groups]`, first sample that the group reads
 * @out: `[n_groups]`, first output of the group
 * @reach: `[n_groups]`, the largest index of the group; less than twice @lanes
 * @index: `[n_groups][lanes]`, where each output reads its first tap, counted from @base
 * @weight: `[n_groups][n_taps][lanes]`
 *
 * Taps of a horizontal stage arranged so that each tap of a group is one permutation of two
 * neighbouring vectors and one multiply-add.
 */
typedef struct {
  const BbTaps *taps;
  int lanes;
  int n_groups;
  int *base;
  int *out;
  guint8 *reach;
  gint32 *index;
  float *weight;
} BbPackedTaps;

void bb_packed_taps_init (BbPackedTaps *packed, const BbTaps *taps);
void bb_packed_taps_clear (BbPackedTaps *packed);

int bb_rows_get_lanes (void);
const char *bb_rows_get_isa (void);
float *bb_rows_new (int n, int pitch);
void bb_rows_upright (const BbView *view, int width, int height, void *out, ptrdiff_t stride);
void bb_rows_load (const BbView *view, int x, int y, int n, float *out);
void bb_rows_store (BbSampleType type, const float *in, int n, void *out);
void bb_rows_sum (const float *const *rows, const float *weight, int n_rows, float initial, int n,
                  float *out);
void bb_rows_resample (const BbPackedTaps *packed, const float *in, int in_pitch, float *out,
                       int out_pitch);
void bb_rows_quantize (const float *in, float maximum, gboolean deep, int n, void *out);
void bb_rows_shade (float *row, const float *shade, float black, int n);
void bb_rows_mix (float *row, const float *foreground, const float *alpha, float maximum, int n);
void bb_rows_overlay (const float *ink, const float *keep, float maximum, gboolean deep, int n,
                      void *codes);
void bb_rows_fill (float *row, float value, int n);

G_END_DECLS
