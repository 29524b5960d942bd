/* bb-difference.c: how far two pictures are apart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-difference.h"

#include <math.h>

static inline int
get_sample (const guint8 *row, int x, gboolean wide)
{
  return wide ? ((const guint16 *) (gconstpointer) row)[x] : row[x];
}

static const guint8 *
get_row (const BbFrame *frame, int plane, int y)
{
  return frame->data[plane] + (gssize) y * frame->stride[plane];
}

static double
get_psnr (guint64 squares, guint64 n, double peak)
{
  return squares == 0 ? INFINITY : 10.0 * log10 (peak * peak * (double) n / (double) squares);
}

/**
 * bb_difference_measure:
 * @a: a frame in host memory
 * @b: another one of the same size, depth and subsampling
 * @difference: (out caller-allocates): how far they are apart
 *
 * Compares the codes of two frames. The peak signal-to-noise ratio is 10 log10 (peak² / MSE), where
 * MSE is the mean of the squares of the differences, over a plane or over all samples of all planes
 * as in FFmpeg's psnr filter.
 */
void
bb_difference_measure (const BbFrame *a, const BbFrame *b, BbDifference *difference)
{
  const BbFormat *format = &a->format;
  gboolean wide = format->depth > 8;
  guint64 all_squares = 0;
  guint64 n_all = 0;

  *difference = (BbDifference) { .peak = (1 << format->depth) - 1 };
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      int width = bb_format_get_plane_width (format, p);
      int height = bb_format_get_plane_height (format, p);
      guint64 n = (guint64) width * (guint64) height;
      guint64 squares = 0;
      int largest = 0;

      for (int y = 0; y < height; y++)
        {
          const guint8 *row_a = get_row (a, p, y);
          const guint8 *row_b = get_row (b, p, y);

          for (int x = 0; x < width; x++)
            {
              int d = ABS (get_sample (row_a, x, wide) - get_sample (row_b, x, wide));

              squares += (guint64) ((gint64) d * d);
              largest = MAX (largest, d);
            }
        }
      difference->plane_largest[p] = largest;
      difference->plane_psnr[p] = get_psnr (squares, n, difference->peak);
      difference->largest = MAX (difference->largest, largest);
      all_squares += squares;
      n_all += n;
    }
  difference->psnr = get_psnr (all_squares, n_all, difference->peak);
}

/**
 * bb_difference_draw:
 * @a: a frame in host memory
 * @b: another one of the same size, depth and subsampling
 * @gain: what differences are multiplied by, at least 1
 * @pixels: (out): `height` rows of pixels of four components, 8 bits each, or 16 where the frames
 *   have more than 8 bits
 * @stride: bytes from one row to the next
 *
 * Draws the differences in grey: black where the frames are equal, white where the codes of any
 * of the three planes are 1 / @gain of the range or more apart. A chroma sample counts for all
 * the pixels that it covers.
 */
void
bb_difference_draw (const BbFrame *a, const BbFrame *b, int gain, guint8 *pixels, gsize stride)
{
  const BbFormat *format = &a->format;
  gboolean wide = format->depth > 8;
  int peak = (1 << format->depth) - 1;

  for (int y = 0; y < format->height; y++)
    {
      guint8 *out = pixels + (gsize) y * stride;

      for (int x = 0; x < format->width; x++)
        {
          int largest = 0;
          int grey;

          for (int p = 0; p < BB_N_PLANES; p++)
            {
              int u = p > 0 ? x >> format->chroma_shift_x : x;
              int v = p > 0 ? y >> format->chroma_shift_y : y;
              int d =
                get_sample (get_row (a, p, v), u, wide) - get_sample (get_row (b, p, v), u, wide);

              largest = MAX (largest, ABS (d));
            }
          grey = (int) MIN ((gint64) largest * gain, peak);
          if (wide)
            {
              guint16 *pixel = (guint16 *) (gpointer) out + 4 * (gsize) x;

              pixel[0] = pixel[1] = pixel[2] =
                (guint16) (((gint64) grey * 65535 + peak / 2) / peak);
              pixel[3] = 65535;
            }
          else
            {
              guint8 *pixel = out + 4 * (gsize) x;

              pixel[0] = pixel[1] = pixel[2] = (guint8) grey;
              pixel[3] = 255;
            }
        }
    }
}
