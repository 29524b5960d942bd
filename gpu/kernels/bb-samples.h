/* bb-samples.h: how samples are read, mixed, shaded and converted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the kernels of bb-kernels.cu and the CPU device share; sums are each device's own. Includes nothing of the project.
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

/** bb_overlay: @below, of which the logo leaves @keep, with its @ink on top, rounded to a code of 0 to @maximum */
BB_KERNEL int
bb_overlay (float below, float keep, float ink, float maximum)
{
  return (int) (bb_clamp (below * keep + ink, maximum) + 0.5f);
}

/** bb_quantize: @value rounded to the nearest code of 0 to @maximum */
BB_KERNEL int
bb_quantize (float value, float maximum)
{
  return (int) (bb_clamp (value, maximum) + 0.5f);
}

/* Conversions between codes and floats have an eighth of a GPU's units; adding 2 to the 23 brings
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
