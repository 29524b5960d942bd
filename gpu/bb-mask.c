/* bb-mask.c: rounded corners and shadow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both are the same in each frame, so they are planes of the plan.
 */

#include "bb-mask.h"

#include <math.h>

/* Length of the part of row @y (a real height) inside @rect: from *from to *to. */
static gboolean
chord (const BbMaskRect *rect, double y, double *from, double *to)
{
  double radius = MIN (rect->radius, MIN (rect->width, rect->height) / 2.0);
  double above = rect->top + radius - y;
  double below = y - (rect->top + rect->height - radius);
  double depth = MAX (above, below);
  double inset = 0.0;

  if (y <= rect->top || y >= rect->top + rect->height)
    return FALSE;
  if (depth > 0.0)
    inset = radius - sqrt (MAX (radius * radius - depth * depth, 0.0));
  *from = rect->left + inset;
  *to = rect->left + rect->width - inset;
  return *to > *from;
}

/**
 * bb_mask_new_coverage:
 * @rect: a rectangle with round corners
 * @width: canvas width in pixels
 * @height: canvas height in pixels
 *
 * Computes which part of each pixel lies inside @rect: exact along the row, 16 lines a pixel
 * across.
 *
 * Returns: (transfer full): `[height][width]`, 0 to 1
 */
float *
bb_mask_new_coverage (const BbMaskRect *rect, int width, int height)
{
  const int lines = 16;
  float *mask = g_new0 (float, (gsize) width * (gsize) height);

  for (int y = 0; y < height; y++)
    {
      float *row = mask + (gsize) y * (gsize) width;

      for (int line = 0; line < lines; line++)
        {
          double from, to;

          if (!chord (rect, y + (line + 0.5) / lines, &from, &to))
            continue;
          from = CLAMP (from, 0.0, width);
          to = CLAMP (to, 0.0, width);
          for (int x = (int) from; x < (int) ceil (to); x++)
            row[x] += (float) (MIN (to, x + 1.0) - MAX (from, (double) x));
        }
      for (int x = 0; x < width; x++)
        row[x] = CLAMP (row[x] / (float) lines, 0.0f, 1.0f);
    }
  return mask;
}

/**
 * bb_mask_new_shade:
 * @rect: the rectangle that throws the shadow
 * @sigma: softness, standard deviation of the gaussian in pixels
 * @strength: darkness, 0 to 1
 * @width: canvas width in pixels
 * @height: canvas height in pixels
 *
 * Computes what a shadow leaves of what lies below it: one minus @strength times the gaussian of
 * the rectangle. Along the row the gaussian of a chord is a difference of error functions; across
 * it is summed over lines a fraction of sigma apart.
 *
 * Returns: (transfer full): `[height][width]`, 0 to 1
 */
float *
bb_mask_new_shade (const BbMaskRect *rect, double sigma, double strength, int width, int height)
{
  const double cut = 3.5;
  const double step = MAX (sigma / 4.0, 0.5);
  const int first = (int) floor (-cut * sigma / step);
  const int n_lines = (int) ceil ((height + 2.0 * cut * sigma) / step) + 1;
  float *mask = g_new (float, (gsize) width * (gsize) height);
  g_autofree float *lines = g_new0 (float, (gsize) width * (gsize) n_lines);
  g_autofree double *sum = g_new (double, width);

  for (int k = 0; k < n_lines; k++)
    {
      float *line = lines + (gsize) k * (gsize) width;
      /* The part of the line inside the rectangle: its edges lie where they may. */
      double above = MAX ((first + k) * step, rect->top);
      double below = MIN ((first + k + 1) * step, rect->top + rect->height);
      double from, to;

      if (below <= above || !chord (rect, (above + below) / 2.0, &from, &to))
        continue;
      for (int x = 0; x < width; x++)
        line[x] = (float) ((below - above) / step * 0.5 *
                           (erf ((to - x - 0.5) / (sigma * G_SQRT2)) -
                            erf ((from - x - 0.5) / (sigma * G_SQRT2))));
    }
  for (int y = 0; y < height; y++)
    {
      double total = 0.0;

      for (int x = 0; x < width; x++)
        sum[x] = 0.0;
      for (int k = (int) floor ((y + 0.5 - cut * sigma) / step) - first;
           k <= (int) ceil ((y + 0.5 + cut * sigma) / step) - first; k++)
        {
          double d = ((first + k + 0.5) * step - (y + 0.5)) / sigma;
          double weight = exp (-0.5 * d * d);

          total += weight;
          if (k < 0 || k >= n_lines)
            continue;
          for (int x = 0; x < width; x++)
            sum[x] += weight * (double) lines[(gsize) k * (gsize) width + (gsize) x];
        }
      for (int x = 0; x < width; x++)
        mask[(gsize) y * (gsize) width + (gsize) x] = (float) (1.0 - strength * sum[x] / total);
    }
  return mask;
}

/**
 * bb_mask_subsample:
 * @mask: `[height][width]`
 * @width: canvas width in pixels
 * @height: canvas height in pixels
 * @shift_x: log2 of the horizontal subsampling
 * @shift_y: log2 of the vertical subsampling
 *
 * Returns: (transfer full): the mask for a chroma plane, the mean over the pixels of each sample
 */
float *
bb_mask_subsample (const float *mask, int width, int height, int shift_x, int shift_y)
{
  int out_width = -((-width) >> shift_x);
  int out_height = -((-height) >> shift_y);
  float *out = g_new (float, (gsize) out_width * (gsize) out_height);

  for (int y = 0; y < out_height; y++)
    for (int x = 0; x < out_width; x++)
      {
        float sum = 0.0f;
        int n = 0;

        for (int v = y << shift_y; v < MIN ((y + 1) << shift_y, height); v++)
          for (int u = x << shift_x; u < MIN ((x + 1) << shift_x, width); u++, n++)
            sum += mask[(gsize) v * (gsize) width + (gsize) u];
        out[(gsize) y * (gsize) out_width + (gsize) x] = sum / (float) n;
      }
  return out;
}
