/* bb-kernels.h: the picture arithmetic, for every device
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each function computes one sample of one plane. The C compiler makes the plain path of the CPU device of them, the
 * reference that tests hold both devices against. The kernels of bb-kernels.cu share how samples are mixed, shaded and
 * converted; their sums are their own, several samples at once, and so are those of the CPU device's fast path.
 * Includes nothing of the project.
 *
 * Everything here is linear and separable: a stage is a table of taps along one axis. Sums are FP32 here; what is kept
 * between stages is FP16 or FP32.
 */

#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __CUDACC__
#include <cuda_fp16.h>
#define BB_KERNEL static __device__ __forceinline__
typedef __half BbHalf;
#else
#define BB_KERNEL static inline
typedef _Float16 BbHalf;
#endif

/** BbSampleType: how a sample of a plane is stored */
typedef enum {
  BB_SAMPLE_U8,
  BB_SAMPLE_U16,
  BB_SAMPLE_F16,
  BB_SAMPLE_F32,
} BbSampleType;

/**
 * BbView:
 * @data: sample (0, 0)
 * @x_step: samples from one to its right neighbour
 * @y_step: samples from one to the one below
 * @type: how a sample is stored
 *
 * A plane as its reader sees it. Steps may be negative or swapped: a rotated or mirrored source is
 * read upright through its view, without a copy.
 */
typedef struct {
  const void *data;
  ptrdiff_t x_step;
  ptrdiff_t y_step;
  BbSampleType type;
} BbView;

/**
 * BbTaps:
 * @n_out: samples made along the axis
 * @n_taps: taps for each; 0 where the stage is absent
 * @first: `[n_out]`, first sample read
 * @weight: `[n_out][n_taps]`, their weights
 *
 * Resampling along one axis: out[j] = sum over t of weight[j][t] * in[first[j] + t]. Borders are
 * folded in when the table is made, so that no sample outside the plane is ever read.
 */
typedef struct {
  int n_out;
  int n_taps;
  const int *first;
  const float *weight;
} BbTaps;

/**
 * BbCompose:
 * @background: blurred plane, to be resampled by @up_x and @up_y
 * @up_x: taps from the blurred plane to canvas columns
 * @up_y: taps from the blurred plane to canvas rows
 * @foreground: source plane resampled to the rows of the foreground, `[height][source width]`
 * @foreground_x: taps from source columns to the foreground's columns
 * @left: first canvas column of the foreground
 * @top: first canvas row of the foreground
 * @width: columns of the foreground that are on the canvas
 * @height: rows of the foreground that are on the canvas
 * @alpha: (nullable): `[canvas height][canvas width]`, coverage of the foreground, 0 to 1;
 *   %NULL where it is 1 inside its rectangle
 * @shade: (nullable): `[canvas height][canvas width]`, what the shadow leaves of the background,
 *   0 to 1; %NULL for no shadow
 * @canvas_width: columns of the canvas plane
 * @bias: added to the background
 * @black: code that the shadow goes to
 * @maximum: greatest code of the target
 * @flat: whether the background is @bias alone
 *
 * What one plane of a finished frame is made of.
 */
typedef struct {
  BbView background;
  BbTaps up_x;
  BbTaps up_y;
  BbView foreground;
  BbTaps foreground_x;
  int left;
  int top;
  int width;
  int height;
  const float *alpha;
  const float *shade;
  int canvas_width;
  float bias;
  float black;
  float maximum;
  int flat;
} BbCompose;

/** bb_sample: the sample of @view at column @x, row @y */
BB_KERNEL float
bb_sample (const BbView *view, int x, int y)
{
  ptrdiff_t at = x * view->x_step + y * view->y_step;

  switch (view->type)
    {
    case BB_SAMPLE_U8:
      return (float) ((const uint8_t *) view->data)[at];
    case BB_SAMPLE_U16:
      return (float) ((const uint16_t *) view->data)[at];
    case BB_SAMPLE_F16:
      return (float) ((const BbHalf *) view->data)[at];
    case BB_SAMPLE_F32:
    default:
      return ((const float *) view->data)[at];
    }
}

/** bb_sum_rows: output row @j of a vertical stage, at column @x */
BB_KERNEL float
bb_sum_rows (const BbView *view, const BbTaps *taps, int x, int j)
{
  const float *weight = taps->weight + (size_t) j * (size_t) taps->n_taps;
  int first = taps->first[j];
  float sum = 0.0f;

  for (int t = 0; t < taps->n_taps; t++)
    sum += weight[t] * bb_sample (view, x, first + t);
  return sum;
}

/** bb_sum_columns: output column @j of a horizontal stage, at row @y */
BB_KERNEL float
bb_sum_columns (const BbView *view, const BbTaps *taps, int j, int y)
{
  const float *weight = taps->weight + (size_t) j * (size_t) taps->n_taps;
  int first = taps->first[j];
  float sum = 0.0f;

  for (int t = 0; t < taps->n_taps; t++)
    sum += weight[t] * bb_sample (view, first + t, y);
  return sum;
}

/** bb_background: the background at canvas column @x, row @y, before the shadow, in codes */
BB_KERNEL float
bb_background (const BbCompose *c, int x, int y)
{
  const float *weight = c->up_y.weight + (size_t) y * (size_t) c->up_y.n_taps;
  int first = c->up_y.first[y];
  float sum = 0.0f;

  for (int t = 0; t < c->up_y.n_taps; t++)
    sum += weight[t] * bb_sum_columns (&c->background, &c->up_x, x, first + t);
  return sum + c->bias;
}

/** bb_clamp: @value within the codes of 0 to @maximum */
BB_KERNEL float
bb_clamp (float value, float maximum)
{
  return value < 0.0f ? 0.0f : value > maximum ? maximum : value;
}

/** bb_shade: what the shadow, on the way to @black, leaves of @background: @shade of it */
BB_KERNEL float
bb_shade (float black, float background, float shade)
{
  return black + (background - black) * shade;
}

/**
 * bb_mix: @foreground over @background where it covers @alpha of the sample. Each is a picture of its
 * own, with codes of 0 to @maximum, before they are mixed
 */
BB_KERNEL float
bb_mix (float background, float foreground, float alpha, float maximum)
{
  background = bb_clamp (background, maximum);
  return background + (bb_clamp (foreground, maximum) - background) * alpha;
}

/** bb_compose: the finished sample at canvas column @x, row @y, in codes, not yet quantised */
BB_KERNEL float
bb_compose (const BbCompose *c, int x, int y)
{
  int inside = x >= c->left && x < c->left + c->width && y >= c->top && y < c->top + c->height;
  size_t at = (size_t) y * (size_t) c->canvas_width + (size_t) x;
  float alpha = !inside ? 0.0f : c->alpha != NULL ? c->alpha[at] : 1.0f;
  float shade = c->shade != NULL ? c->shade[at] : 1.0f;
  float background = c->bias;
  float foreground = 0.0f;

  if (alpha < 1.0f && !c->flat)
    background = bb_background (c, x, y);
  if (alpha > 0.0f)
    foreground = bb_sum_columns (&c->foreground, &c->foreground_x, x - c->left, y - c->top);
  return bb_mix (bb_shade (c->black, background, shade), foreground, alpha, c->maximum);
}

/** bb_quantize: @value rounded to the nearest code of 0 to @maximum */
BB_KERNEL int
bb_quantize (float value, float maximum)
{
  return (int) (bb_clamp (value, maximum) + 0.5f);
}

/* Conversions between codes and floats have an eighth of a card's units; adding 2 to the 23 brings
 * whole numbers into the low bits by the units for sums. */

/** bb_float_from_code: @code, of 0 to 65535, as a float */
BB_KERNEL float
bb_float_from_code (uint32_t code)
{
  union {
    uint32_t bits;
    float value;
  } u;

  u.bits = 0x4b000000u | code;
  return u.value - 8388608.0f;
}

/** bb_code_from_float: @value rounded to the nearest code of 0 to @maximum, ties to even */
BB_KERNEL uint32_t
bb_code_from_float (float value, float maximum)
{
  union {
    uint32_t bits;
    float value;
  } u;

  u.value = bb_clamp (value, maximum) + 8388608.0f;
  return u.bits & 0xffffu;
}
