/* bb-cuda-traffic.c: bytes that a plan's kernels move
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cuda-traffic.h"

/* Samples of a plane that two tables read, from the first that any of their windows has to the last. */
static guint64
count_read (const BbTaps *y, const BbTaps *x, int height, int width)
{
  int first = 0, last = height;
  guint64 rows;

  if (y->n_taps > 0)
    bb_taps_get_range (y, &first, &last);
  rows = (guint64) (last - first);
  first = 0;
  last = width;
  if (x->n_taps > 0)
    bb_taps_get_range (x, &first, &last);
  return rows * (guint64) (last - first);
}

static guint64
area (int width, int height)
{
  return (guint64) width * (guint64) height;
}

/* Canvas samples that the foreground does not hide altogether. */
static guint64
count_open (const BbPlanPlane *plane)
{
  guint64 n = area (plane->width, plane->height);

  for (int y = plane->top; y < plane->top + plane->foreground_height; y++)
    {
      int from = plane->left, to = plane->left + plane->foreground_width;

      if (plane->alpha != NULL)
        {
          from = CLAMP (plane->opaque_first[y], plane->left, to);
          to = CLAMP (plane->opaque_last[y], from, to);
        }
      n -= (guint64) (to - from);
    }
  return n;
}

/**
 * bb_cuda_traffic_init:
 * @traffic: (out caller-allocates): bytes a frame
 * @plan: a plan
 *
 * Counts the bytes that the kernels of a plan have to move.
 */
void
bb_cuda_traffic_init (BbCudaTraffic *traffic, const BbPlan *plan)
{
  guint64 in = plan->source.depth > 8 ? 2 : 1;
  guint64 out = plan->finished.depth > 8 ? 2 : 1;
  guint64 kept = plan->precision == BB_PRECISION_FP16 ? 2 : 4;

  *traffic = (BbCudaTraffic) { 0 };
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];
      guint64 canvas = area (plane->width, plane->height);
      guint64 open = count_open (plane);
      int reduced_width, reduced_height, blurred_width, blurred_height;

      if (plane->foreground_width > 0)
        {
          traffic->fit_read += in * count_read (&plane->foreground_y, &plane->foreground_x,
                                                plane->source_height, plane->source_width);
          traffic->fit_written += out * area (plane->foreground_width, plane->foreground_height);
        }
      if (open == 0)
        continue;
      traffic->masks_read +=
        sizeof (float) * canvas * ((plane->alpha != NULL ? 1 : 0) + (plane->shade != NULL ? 1 : 0));
      if (plan->flat)
        {
          traffic->back_written += out * open;
          continue;
        }
      if (plane->direct)
        {
          traffic->direct_read += in * count_read (&plane->reduce_y, &plane->up_x,
                                                   plane->crop_height, plane->crop_width);
          traffic->direct_written += out * canvas;
          continue;
        }
      bb_plan_get_intermediate (plan, p, &reduced_width, &reduced_height, &blurred_width,
                                &blurred_height);
      traffic->reduce_read += in * area (plane->crop_width, plane->crop_height);
      if (plane->reduce_x.n_taps > 0 || plane->reduce_y.n_taps > 0)
        {
          traffic->reduce_written += kept * area (reduced_width, reduced_height);
          traffic->blur_read += kept * area (reduced_width, reduced_height);
          traffic->blur_written += kept * area (blurred_width, blurred_height);
        }
      else
        traffic->reduce_written += kept * area (blurred_width, blurred_height);
      traffic->back_read += kept * count_read (&plane->up_y, &plane->up_x, blurred_height,
                                               blurred_width);
      traffic->back_written += out * open;
    }
}

/**
 * bb_cuda_traffic_get_total:
 * @traffic: bytes a frame
 *
 * Returns: all of them together, but for the masks
 */
guint64
bb_cuda_traffic_get_total (const BbCudaTraffic *traffic)
{
  return traffic->fit_read + traffic->fit_written + traffic->reduce_read +
         traffic->reduce_written + traffic->blur_read + traffic->blur_written + traffic->back_read +
         traffic->back_written + traffic->direct_read + traffic->direct_written;
}
