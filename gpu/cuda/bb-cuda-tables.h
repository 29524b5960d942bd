/* bb-cuda-tables.h: a plan's tables on the GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-memory.h"
#include "bb-plan.h"

#include "kernels/bb-launch.h"

G_BEGIN_DECLS

/* Luma, and both chroma planes together. */
#define BB_CUDA_N_GROUPS 2

/**
 * BbCudaStage:
 * @rows: taps down the stored columns
 * @columns: taps along the stored rows
 * @transposed: whether the result is turned
 * @pairs: whether sums are pairs of FP16, of codes less 128, and weights two equal halves each
 * @center: what such sums lack, else 0
 *
 * A resampling with its tables on the GPU, as #BbResample wants them.
 */
typedef struct {
  BbRowTaps rows;
  BbTaps columns;
  gboolean transposed;
  gboolean pairs;
  float center;
} BbCudaStage;

/**
 * BbCudaGroup:
 * @fit: the foreground; absent (no rows) where none is on the canvas
 * @direct: the whole background, where its gaussian is computed for each canvas sample
 * @reduce: the source to what is blurred, or to what is brought up where nothing is reduced
 * @blur: the reduced plane to the blurred one; absent where nothing is reduced
 * @up_y: rows of the way up
 * @up_x: columns of it
 * @last_window: as in #BbCompose
 * @tight: as in #BbCompose, for chroma that is (1) and is not (0) interleaved on the canvas
 * @composite: the canvas
 * @still: (nullable): as in #BbCompose
 * @mirror_x: (nullable): as in #BbCompose
 * @mirror_y: (nullable): as in #BbCompose
 * @gain: as in #BbCompose
 * @keep: (nullable): as in #BbOverlay; absent where there is no logo
 * @ink: (nullable): as in #BbOverlay
 *
 * What becomes of the planes of a group.
 */
typedef struct {
  BbCudaStage fit;
  BbCudaStage direct;
  BbCudaStage reduce;
  BbCudaStage blur;
  const BbUpTaps *up_y;
  const BbUpTaps *up_x;
  int last_window;
  gboolean tight[2];
  BbComposite composite;
  const float *still[2];
  const int *mirror_x;
  const int *mirror_y;
  float gain;
  const float *keep;
  const float *ink[2];
} BbCudaGroup;

/**
 * BbCudaTables:
 * @group: per group
 * @size: bytes of the tables
 *
 * Taps and masks of a plan. Pointers are the GPU's once they are uploaded.
 */
typedef struct {
  BbCudaGroup group[BB_CUDA_N_GROUPS];
  gsize size;

  /*< private >*/
  GByteArray *bytes;
  BbCudaBlock *block;
  BbCudaBlock *staging;
} BbCudaTables;

gboolean bb_cuda_tables_is_flat (const BbPlan *plan);
void bb_cuda_tables_init (BbCudaTables *tables, const BbPlan *plan);
gboolean bb_cuda_tables_upload (BbCudaTables *tables, BbCudaContext *context, GError **error);
void bb_cuda_tables_clear (BbCudaTables *tables, BbCudaContext *context, BbCudaEvent *last_use);

G_END_DECLS
