/* bb-rgb.h: a finished frame in R'G'B', for every device
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As bb-samples.h: each function computes one pixel, for nvcc and for the C compiler.
 */

#pragma once

#include "bb-samples.h"

/**
 * BbRgb:
 * @plane: Y', Cb and Cr
 * @chroma_width: samples in a row of Cb and Cr
 * @chroma_height: rows of them
 * @chroma_step_x: chroma samples from one luma column to the next
 * @chroma_origin_x: where luma column 0 lies among the chroma columns, which are counted from 0
 * @chroma_step_y: chroma rows from one luma row to the next
 * @chroma_origin_y: where luma row 0 lies among the chroma rows
 * @weight: `[3][3]`, codes of Y', Cb and Cr to those of R', G' and B'
 * @bias: added to R', G' and B'
 * @maximum: greatest code of R'G'B'
 *
 * How Y'CbCr becomes R'G'B'. Chroma is interpolated linearly from where it is sited.
 */
typedef struct {
  BbView plane[3];
  int chroma_width;
  int chroma_height;
  float chroma_step_x;
  float chroma_origin_x;
  float chroma_step_y;
  float chroma_origin_y;
  float weight[3][3];
  float bias[3];
  float maximum;
} BbRgb;

/**
 * bb_rgb_site: the sample at or before @at of @n samples in @first, the next one in @second, which is
 * the same at the edges; returns the weight of @second
 */
BB_KERNEL float
bb_rgb_site (float at, int n, int *first, int *second)
{
  int whole;

  at = at<0.0f ? 0.0f : at> (float) (n - 1) ? (float) (n - 1) : at;
  whole = (int) at;
  *first = whole;
  *second = whole + 1 < n ? whole + 1 : whole;
  return at - (float) whole;
}

/** bb_rgb_chroma: plane @p, 1 or 2, at luma column @x, row @y */
BB_KERNEL float
bb_rgb_chroma (const BbRgb *rgb, int p, int x, int y)
{
  int left, right, top, bottom;
  float wx = bb_rgb_site ((float) x * rgb->chroma_step_x + rgb->chroma_origin_x, rgb->chroma_width,
                          &left, &right);
  float wy = bb_rgb_site ((float) y * rgb->chroma_step_y + rgb->chroma_origin_y, rgb->chroma_height,
                          &top, &bottom);
  const BbView *view = &rgb->plane[p];
  float above = bb_sample (view, left, top);
  float below = bb_sample (view, left, bottom);

  above += (bb_sample (view, right, top) - above) * wx;
  below += (bb_sample (view, right, bottom) - below) * wx;
  return above + (below - above) * wy;
}

/** bb_rgb_pixel: codes of R', G' and B' at column @x, row @y */
BB_KERNEL void
bb_rgb_pixel (const BbRgb *rgb, int x, int y, int code[3])
{
  float luma = bb_sample (&rgb->plane[0], x, y);
  float cb = bb_rgb_chroma (rgb, 1, x, y);
  float cr = bb_rgb_chroma (rgb, 2, x, y);

  for (int i = 0; i < 3; i++)
    {
      const float *weight = rgb->weight[i];

      code[i] = bb_quantize (weight[0] * luma + weight[1] * cb + weight[2] * cr + rgb->bias[i],
                             rgb->maximum);
    }
}
