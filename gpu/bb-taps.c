/* bb-taps.c: resampling tables
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-taps.h"

#include <math.h>

/* What a gaussian has beyond this many sigmas is 2.7e-5 of it: 0.007 of an 8-bit code. */
#define GAUSSIAN_CUT 4.2

static double
cubic (double x)
{
  x = fabs (x);
  if (x < 1.0)
    return (1.5 * x - 2.5) * x * x + 1.0;
  if (x < 2.0)
    return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0;
  return 0.0;
}

static double
bspline (double x)
{
  x = fabs (x);
  if (x < 0.5)
    return 0.75 - x * x;
  if (x < 1.5)
    return 0.5 * (1.5 - x) * (1.5 - x);
  return 0.0;
}

static double
support (BbTapsWindow window, double sigma)
{
  switch (window)
    {
    case BB_WINDOW_CUBIC:
      return 2.0;
    case BB_WINDOW_BSPLINE:
      return 1.5;
    case BB_WINDOW_GAUSSIAN:
      return GAUSSIAN_CUT;
    case BB_WINDOW_NEAREST:
      return 0.5;
    case BB_WINDOW_SOFT_CUBIC:
    default:
      return 2.0 + GAUSSIAN_CUT * sigma;
    }
}

/* Simpson's rule over the cubic's support. Its third derivative jumps at whole numbers only, and
 * 64 steps a unit keep the error far below what FP32 weights can hold. */
static double
soft_cubic (double x, double sigma)
{
  const int steps = 256;
  const double h = 4.0 / steps;
  double sum = 0.0;

  if (sigma < 1e-3)
    return cubic (x);
  for (int i = 0; i <= steps; i++)
    {
      double t = -2.0 + i * h;
      double u = (x - t) / sigma;
      double factor = i == 0 || i == steps ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;

      sum += factor * cubic (t) * exp (-0.5 * u * u);
    }
  return sum * h / 3.0 / (sigma * sqrt (2.0 * G_PI));
}

/**
 * bb_window_weight:
 * @window: a window
 * @x: distance from its centre
 * @sigma: standard deviation of the gaussian of %BB_WINDOW_SOFT_CUBIC, in the unit of @x
 *
 * Returns: the window's weight, not normalised
 */
double
bb_window_weight (BbTapsWindow window, double x, double sigma)
{
  switch (window)
    {
    case BB_WINDOW_CUBIC:
      return cubic (x);
    case BB_WINDOW_BSPLINE:
      return bspline (x);
    case BB_WINDOW_GAUSSIAN:
      return exp (-0.5 * x * x);
    case BB_WINDOW_NEAREST:
      return fabs (x) < 0.5 ? 1.0 : 0.0;
    case BB_WINDOW_SOFT_CUBIC:
    default:
      return soft_cubic (x, sigma);
    }
}

/* Mirrors @i at the edges of [first, last), which repeats the border sample. */
static int
reflect (gint64 i, int first, int last)
{
  gint64 n = last - first;
  gint64 k = (i - first) % (2 * n);

  if (k < 0)
    k += 2 * n;
  return (int) (first + (k < n ? k : 2 * n - 1 - k));
}

/**
 * bb_taps_init:
 * @taps: (out caller-allocates): a table to be freed by bb_taps_clear()
 * @window: shape of the weights
 * @axis: geometry
 *
 * Computes the taps of a resampling along one axis, in double precision. Samples beyond the edges
 * are those of the mirrored picture (the border sample repeated), folded into the weights.
 */
void
bb_taps_init (BbTaps *taps, BbTapsWindow window, const BbAxis *axis)
{
  double sigma = axis->sigma / axis->scale;
  double radius = support (window, sigma) * axis->scale;
  int n_in = axis->last - axis->first;
  g_autofree double *sums = NULL;
  int *first = g_new (int, axis->n_out);
  int *last = g_new (int, axis->n_out);
  float *weight;
  int n_taps = 1;

  g_return_if_fail (axis->n_out > 0 && n_in > 0);

  /* Two passes: the first finds how many taps the widest output needs. */
  for (int j = 0; j < axis->n_out; j++)
    {
      double centre = axis->origin + j * axis->step;
      gint64 from = (gint64) ceil (centre - radius);
      gint64 to = (gint64) floor (centre + radius);

      from = MIN (from, (gint64) floor (centre));
      to = MAX (to, (gint64) ceil (centre));
      first[j] = axis->last;
      last[j] = axis->first;
      if (to - from >= 2 * n_in)
        {
          first[j] = axis->first;
          last[j] = axis->last;
        }
      else
        for (gint64 i = from; i <= to; i++)
          {
            int k = reflect (i, axis->first, axis->last);

            first[j] = MIN (first[j], k);
            last[j] = MAX (last[j], k + 1);
          }
      n_taps = MAX (n_taps, last[j] - first[j]);
    }

  weight = g_new (float, (gsize) axis->n_out *(gsize) n_taps);
  sums = g_new (double, n_taps);
  for (int j = 0; j < axis->n_out; j++)
    {
      double centre = axis->origin + j * axis->step;
      gint64 from = (gint64) ceil (centre - radius);
      gint64 to = (gint64) floor (centre + radius);
      double total = 0.0;

      from = MIN (from, (gint64) floor (centre));
      to = MAX (to, (gint64) ceil (centre));
      /* All windows have the same length: the last ones start earlier, with zeros before. */
      first[j] = MIN (first[j], axis->last - n_taps);
      for (int t = 0; t < n_taps; t++)
        sums[t] = 0.0;
      for (gint64 i = from; i <= to; i++)
        {
          double w = bb_window_weight (window, ((double) i - centre) / axis->scale, sigma);

          sums[reflect (i, axis->first, axis->last) - first[j]] += w;
          total += w;
        }
      /* A window narrower than the samples' distance may miss them all: take the nearest. */
      if (fabs (total) < 1e-12)
        {
          sums[reflect ((gint64) floor (centre + 0.5), axis->first, axis->last) - first[j]] = 1.0;
          total = 1.0;
        }
      for (int t = 0; t < n_taps; t++)
        weight[(gsize) j * (gsize) n_taps + (gsize) t] = (float) (sums[t] * axis->gain / total);
    }
  g_free (last);
  *taps = (BbTaps) { axis->n_out, n_taps, first, weight };
}

/**
 * bb_taps_init_identity:
 * @taps: (out caller-allocates): a table to be freed by bb_taps_clear()
 * @n: samples
 *
 * Taps that copy.
 */
void
bb_taps_init_identity (BbTaps *taps, int n)
{
  int *from = g_new (int, n);
  float *weight = g_new (float, n);

  for (int j = 0; j < n; j++)
    {
      from[j] = j;
      weight[j] = 1.0f;
    }
  *taps = (BbTaps) { n, 1, from, weight };
}

/**
 * bb_taps_clear:
 * @taps: a table
 *
 * Frees what the table holds; it is absent afterwards. Does nothing to an absent one.
 */
void
bb_taps_clear (BbTaps *taps)
{
  g_free ((int *) taps->first);
  g_free ((float *) taps->weight);
  *taps = (BbTaps) { 0 };
}

/**
 * bb_taps_get_range:
 * @taps: a table
 * @first: (out): first input sample that is read
 * @last: (out): one past the last input sample that is read
 */
void
bb_taps_get_range (const BbTaps *taps, int *first, int *last)
{
  *first = G_MAXINT;
  *last = 0;
  for (int j = 0; j < taps->n_out; j++)
    {
      *first = MIN (*first, taps->first[j]);
      *last = MAX (*last, taps->first[j] + taps->n_taps);
    }
}
