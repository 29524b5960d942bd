/* bb-launch.h: what the kernels of bb-kernels.cu are given
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plain C for whoever launches them. A parameter block is below 4 KiB, what every driver takes.
 * Pointers are the GPU's.
 */

#pragma once

#include "bb-samples.h"

/** Frames of a launch, the grid's z: the frames' addresses are part of the parameters. */
#define BB_LAUNCH_FRAMES 64

/** Rows that a warp of the resampling kernels makes at once, and source rows that it has on their way at
 * once: of bytes what four rows of a foreground that is reduced by 16:9 need together are two times as many. */
#define BB_ROWS_GROUP 4
#define BB_ROWS_AHEAD(size) ((size) == 1 ? 7 : 4)

/** Stored samples of a row that a warp works on at once, four a thread. */
#define BB_CHUNK_COLUMNS 128

/** Blocks of the resampling kernels: groups of %BB_ROWS_GROUP rows, chunks of columns that are worked on side by side, columns
 * made. */
#define BB_FIT_GROUPS 8
#define BB_FIT_COLUMNS 64
#define BB_FIT_THREADS (32 * BB_FIT_GROUPS)

#define BB_REDUCE_GROUPS 1
#define BB_REDUCE_CHUNKS 2
#define BB_REDUCE_COLUMNS 32
#define BB_REDUCE_THREADS (32 * BB_REDUCE_GROUPS * BB_REDUCE_CHUNKS)
#define BB_BLUR_GROUPS 2
#define BB_BLUR_COLUMNS 64
#define BB_BLUR_THREADS (32 * BB_BLUR_GROUPS)

/** Groups that each warp of bb_fit_u8_pairs makes one after the other; the other kernels, whose sums take more
 * registers, make one. */
#define BB_PAIRS_TURNS 2

/** Groups that a block of any of them makes at most: tables have whole blocks of them. */
#define BB_MOST_GROUPS (BB_FIT_GROUPS * BB_PAIRS_TURNS)

/** Samples of the tile that a block of bb_compose makes: a warp is 128 wide and marches down. */
#define BB_COMPOSE_THREADS 128
#define BB_COMPOSE_COLUMNS 128
#define BB_COMPOSE_MARCH 32
#define BB_COMPOSE_ROWS (BB_COMPOSE_MARCH * BB_COMPOSE_THREADS / 32)

/** Samples that lie side by side and that a thread of bb_compose makes at once. */
#define BB_COMPOSE_SAMPLES 4

/** Taps that a sample has on the way up: a quadratic B-spline's. */
#define BB_COMPOSE_TAPS 3

/** Samples of a row that a thread of bb_compose reads at once for neighbours whose taps begin at most one sample apart:
 * the least that a blurred plane has of columns and rows. */
#define BB_COMPOSE_WINDOW 4

/**
 * BbPlanes:
 * @data: per frame, the first sample of the first component
 * @component: bytes from a sample of the first component to the same of the second
 * @stride: bytes from one row to the next, a multiple of 16
 * @interleave: samples from one to its right neighbour of the same component: 2 where Cb and Cr
 *   alternate, 1 where a component has a plane of its own
 * @shift: bits that a code is shifted up within its word: 6 for P010, else 0
 *
 * Luma planes (one component) or chroma planes (two) of the frames of a launch.
 */
typedef struct {
  void *data[BB_LAUNCH_FRAMES];
  ptrdiff_t component;
  int stride;
  int interleave;
  int shift;
} BbPlanes;

/**
 * BbComposite:
 * @left: first column of the foreground
 * @top: first row of it
 * @width: columns of it
 * @height: rows of it
 * @alpha: (nullable): `[canvas height][canvas width]`, its coverage
 * @shade: (nullable): the same, what the shadow leaves
 * @canvas_width: columns of the canvas plane
 * @canvas_height: rows of it
 * @bias: per component, added to the background
 * @black: per component, the code that the shadow goes to
 * @maximum: greatest code
 * @deep: whether codes are 16-bit words
 *
 * How the canvas planes look, in samples of a component.
 */
typedef struct {
  int left;
  int top;
  int width;
  int height;
  const float *alpha;
  const float *shade;
  int canvas_width;
  int canvas_height;
  float bias[2];
  float black[2];
  float maximum;
  int deep;
} BbComposite;

/**
 * BbRowTaps:
 * @n_out: rows made
 * @n_rows: rows read for a group of %BB_ROWS_GROUP of them
 * @n_taps: @n_rows, rounded up to a multiple of BB_ROWS_AHEAD()
 * @first: `[groups]`, first row read
 * @weight: `[groups][n_taps][BB_ROWS_GROUP]`, 0 where a row of the group does not read the tap
 *
 * Taps down the columns, as #BbTaps, for groups of rows together. There are whole blocks of groups;
 * all rows that they read lie in the plane.
 */
typedef struct {
  int n_out;
  int n_rows;
  int n_taps;
  const int *first;
  const float *weight;
} BbRowTaps;

/**
 * BbResample:
 * @in: where samples are read
 * @out: where they go
 * @rows: taps down the stored columns
 * @columns: taps along the stored rows: `first` `[n_out]`, `weight` `[n_taps][n_out]`; each weight of it and of @rows
 *   is an FP32 number, or in the kernels with FP16 sums the same FP16 number twice
 * @transposed: whether a sample of output row i and column j goes to column i of row j
 * @split: components that are made by blocks of their own: 2 where @in has chroma planes of their
 *   own, else 1
 * @left: first column of the target that is written
 * @top: first row of it
 * @over: whether the foreground's coverage mixes what is made over what is there, instead of bias
 *   and shade being applied to it
 * @plain: whether neither coverage nor a shadow is applied
 * @center: what sums lack that were made of codes less 128
 * @scale: 1 / greatest code
 * @composite: the canvas, where @out is one
 *
 * Parameters of bb_fit, bb_reduce and bb_blur. Both tables count in samples of a component, as
 * stored, so that mirroring is in them; windows either rise or fall with the output.
 */
typedef struct {
  BbPlanes in;
  BbPlanes out;
  BbRowTaps rows;
  BbTaps columns;
  int transposed;
  int split;
  int left;
  int top;
  int over;
  int plain;
  float center;
  float scale;
  BbComposite composite;
} BbResample;

/**
 * BbUpTaps:
 * @weight: weights of what is read
 * @first: first sample read
 *
 * Taps of one sample on the way up: 16 bytes, one access.
 */
typedef struct __attribute__ ((aligned (16))) {
  float weight[BB_COMPOSE_TAPS];
  int first;
} BbUpTaps;

/**
 * BbCompose:
 * @in: the blurred planes, one a component, of at least %BB_COMPOSE_WINDOW columns and rows
 * @out: the canvas
 * @up_y: `[height]`, taps to canvas rows, the weights over the greatest code; they rise, but fall where the background
 *   is mirrored
 * @up_x: `[width]`, taps to canvas columns
 * @last_window: column of @in where the last %BB_COMPOSE_WINDOW begin
 * @tight: whether those of a thread's neighbours lie in one window
 * @split: as in #BbResample, for @out
 * @flat: whether the background is the bias alone, @still, or a copy of the foreground
 * @still: (nullable): per component `[canvas height][canvas width]`, a flat background in codes
 * @mirror_x: (nullable): `[canvas width]`, the foreground's column that a column of a sharp mirrored background copies
 * @mirror_y: (nullable): `[canvas height]`, the row
 * @gain: factor on what is copied, to which the bias is added
 * @scale: 1 / greatest code
 * @composite: the canvas
 *
 * Parameters of bb_compose.
 */
typedef struct {
  BbPlanes in;
  BbPlanes out;
  const BbUpTaps *up_y;
  const BbUpTaps *up_x;
  int last_window;
  int tight;
  int split;
  int flat;
  const float *still[2];
  const int *mirror_x;
  const int *mirror_y;
  float gain;
  float scale;
  BbComposite composite;
} BbCompose;

/** Columns and rows of the tile that a block of bb_overlay makes. */
#define BB_OVERLAY_COLUMNS 32
#define BB_OVERLAY_ROWS 8

/**
 * BbOverlay:
 * @out: the canvas
 * @components: components of its planes, by which the grid's z is counted: frames times these
 * @left: first column of the logo
 * @top: first row of it
 * @width: columns of it
 * @height: rows of it
 * @keep: `[height][width]`, what it leaves of the canvas
 * @ink: per component the same, what it adds in codes
 * @maximum: greatest code
 *
 * Parameters of bb_overlay.
 */
typedef struct {
  BbPlanes out;
  int components;
  int left;
  int top;
  int width;
  int height;
  const float *keep;
  const float *ink[2];
  float maximum;
} BbOverlay;

/** Samples of a row, and pairs of rows, that a block of bb_deinterlace makes. */
#define BB_DEINTERLACE_COLUMNS 64
#define BB_DEINTERLACE_PAIRS 4

/**
 * BbDeinterlacePlane:
 * @in: the plane in the frame before, in the frame itself, in the frame after
 * @stride: bytes from one row to the next of each
 * @out: where the plane goes
 * @out_stride: bytes from one row to the next there
 * @width: samples of a row, of all components that alternate in it
 * @height: rows
 *
 * A plane of a frame that is deinterlaced.
 */
typedef struct {
  const void *in[3];
  ptrdiff_t stride[3];
  void *out;
  ptrdiff_t out_stride;
  int width;
  int height;
} BbDeinterlacePlane;

/**
 * BbDeinterlace:
 * @plane: its planes; the grid's z
 * @bottom_first: 1 where the bottom field is the earlier one, which is kept; else 0
 * @alone: whether only the frame itself is looked at
 * @shift: bits that a code is shifted up within its word: 6 for P010, else 0
 * @maximum: greatest code
 *
 * Parameters of bb_deinterlace.
 */
typedef struct {
  BbDeinterlacePlane plane[3];
  int bottom_first;
  int alone;
  int shift;
  int maximum;
} BbDeinterlace;
