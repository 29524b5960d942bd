/* bb-mask.c: rounded corners and shadow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both are the same in each frame, so they are planes of the plan.
 */

#include "bb-mask.h"

#include "cpu/bb-rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
  float *mask = g_new0 (float, (gsize) width *(gsize) height);
  /* What each column adds to the one before it. */
  g_autofree float *rise = g_new (float, width + 2);

  for (int y = 0; y < height; y++)
    {
      float *row = mask + (gsize) y * (gsize) width;
      float level = 0.0f;

      memset (rise, 0, (gsize) (width + 2) * sizeof (float));
      for (int line = 0; line < lines; line++)
        {
          double from, to;
          int first, last;

          if (!chord (rect, y + (line + 0.5) / lines, &from, &to))
            continue;
          from = CLAMP (from, 0.0, width);
          to = CLAMP (to, 0.0, width);
          /* A line from an edge on, less a line from the other edge on. */
          first = (int) from;
          last = (int) to;
          rise[first] += (float) (first + 1 - from);
          rise[first + 1] += (float) (from - first);
          rise[last] -= (float) (last + 1 - to);
          rise[last + 1] -= (float) (to - last);
        }
      for (int x = 0; x < width; x++)
        {
          level += rise[x];
          row[x] = CLAMP (level / (float) lines, 0.0f, 1.0f);
        }
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
  const int most = (int) ceil (2.0 * cut * sigma / step) + 4;
  const int pitch = width + BB_ROW_PADDING;
  float *mask = g_new (float, (gsize) width *(gsize) height);
  float *lines = bb_rows_new (n_lines + 1, pitch);
  float *row = lines + (gsize) n_lines * (gsize) pitch;
  g_autofree float *edge = g_new (float, width);
  g_autofree const float **rows = g_new (const float *, most);
  g_autofree float *weights = g_new (float, most);
  double last_from = NAN, last_to = NAN;

  for (int k = 0; k < n_lines; k++)
    {
      float *line = lines + (gsize) k * (gsize) pitch;
      /* The part of the line inside the rectangle: its edges lie where they may. */
      double above = MAX ((first + k) * step, rect->top);
      double below = MIN ((first + k + 1) * step, rect->top + rect->height);
      float part = (float) ((below - above) / step);
      double from, to;

      if (below <= above || !chord (rect, (above + below) / 2.0, &from, &to))
        continue;
      /* Between the corners all lines are alike. */
      if (from != last_from || to != last_to)
        for (int x = 0; x < width; x++)
          edge[x] = (float) (0.5 * (erf ((to - x - 0.5) / (sigma * G_SQRT2)) -
                                    erf ((from - x - 0.5) / (sigma * G_SQRT2))));
      last_from = from;
      last_to = to;
      for (int x = 0; x < width; x++)
        line[x] = part * edge[x];
    }
  for (int y = 0; y < height; y++)
    {
      int k = (int) floor ((y + 0.5 - cut * sigma) / step) - first;
      int end = (int) ceil ((y + 0.5 + cut * sigma) / step) - first;
      double total = 0.0;
      int n = 0;

      for (; k <= end; k++)
        {
          double d = ((first + k + 0.5) * step - (y + 0.5)) / sigma;
          double weight = exp (-0.5 * d * d);

          total += weight;
          if (k < 0 || k >= n_lines)
            continue;
          rows[n] = lines + (gsize) k * (gsize) pitch;
          weights[n++] = (float) weight;
        }
      for (int i = 0; i < n; i++)
        weights[i] *= (float) (-strength / total);
      bb_rows_sum (rows, weights, n, 1.0f, width, row);
      memcpy (mask + (gsize) y * (gsize) width, row, (gsize) width * sizeof (float));
    }
  free (lines);
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
  float *out;

  if (shift_x == 0 && shift_y == 0)
    return g_memdup2 (mask, (gsize) width * (gsize) height * sizeof (float));
  out = g_new (float, (gsize) out_width *(gsize) out_height);
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
