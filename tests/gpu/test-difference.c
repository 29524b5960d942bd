/* test-difference.c: how far two pictures are apart, against double precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-picture.h"

#include <math.h>

static BbFormat
make_format (int width, int height, int depth, int shift_x, int shift_y)
{
  return (BbFormat) {
    .width = width,
    .height = height,
    .depth = depth,
    .chroma_shift_x = shift_x,
    .chroma_shift_y = shift_y,
    .matrix = 1,
    .primaries = 9,
    .transfer = 16,
    .chroma_location = 1,
  };
}

static int
get (const BbFrame *frame, int plane, int x, int y)
{
  const guint8 *row = frame->data[plane] + (gssize) y * frame->stride[plane];

  return frame->format.depth > 8 ? ((const guint16 *) (gconstpointer) row)[x] : row[x];
}

static void
put (BbFrame *frame, int plane, int x, int y, int code)
{
  guint8 *row = frame->data[plane] + (gssize) y * frame->stride[plane];

  if (frame->format.depth > 8)
    ((guint16 *) (gpointer) row)[x] = (guint16) code;
  else
    row[x] = (guint8) code;
}

static BbFrame *
new_noise (const BbFormat *format)
{
  BbFrame *frame = bb_frame_new (format, NULL);

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        put (frame, p, x, y, g_test_rand_int_range (0, 1 << format->depth));
  return frame;
}

/* The same arithmetic as its definition has it. */
static double
psnr (double squares, double n, double peak)
{
  return squares == 0.0 ? INFINITY : 20.0 * log10 (peak) - 10.0 * log10 (squares / n);
}

static void
assert_db (double value, double wanted)
{
  if (isinf (wanted))
    g_assert_true (isinf (value) && value > 0);
  else
    g_assert_cmpfloat_with_epsilon (value, wanted, 1e-9);
}

static void
check_pixels (BbPicture *picture, const BbFrame *a, const BbFrame *b, int gain)
{
  const BbFormat *format = &a->format;
  const guint8 *pixels = g_bytes_get_data (picture->pixels, NULL);
  double peak = (1 << format->depth) - 1;
  gboolean wide = format->depth > 8;
  double full = wide ? 65535.0 : 255.0;

  for (int y = 0; y < format->height; y++)
    for (int x = 0; x < format->width; x++)
      {
        gsize at = (gsize) y * picture->stride + (gsize) x * (wide ? 8 : 4);
        double largest = 0.0;
        double wanted;

        for (int p = 0; p < BB_N_PLANES; p++)
          {
            int u = p > 0 && format->chroma_shift_x > 0 ? x / 2 : x;
            int v = p > 0 && format->chroma_shift_y > 0 ? y / 2 : y;

            largest = fmax (largest, fabs ((double) get (a, p, u, v) - get (b, p, u, v)));
          }
        wanted = floor (fmin (largest * gain / peak, 1.0) * full + 0.5);
        for (int c = 0; c < 3; c++)
          {
            double value =
              wide ? ((const guint16 *) (gconstpointer) (pixels + at))[c] : pixels[at + (gsize) c];

            g_assert_cmpfloat (value, ==, wanted);
          }
      }
}

static void
check (const BbFormat *format, BbFrame *a, BbFrame *b, int gain)
{
  g_autoptr (BbPicture) picture = bb_picture_new_difference (a, b, gain, NULL);
  const BbDifference *difference = picture->difference;
  double peak = pow (2.0, format->depth) - 1.0;
  double all = 0.0;
  double n_all = 0.0;
  int all_largest = 0;

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      double squares = 0.0;
      double n = 0.0;
      int largest = 0;

      for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
        for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
          {
            double d = (double) get (a, p, x, y) - get (b, p, x, y);

            squares += d * d;
            n += 1.0;
            largest = MAX (largest, (int) fabs (d));
          }
      assert_db (difference->plane_psnr[p], psnr (squares, n, peak));
      g_assert_cmpint (difference->plane_largest[p], ==, largest);
      all += squares;
      n_all += n;
      all_largest = MAX (all_largest, largest);
    }
  assert_db (difference->psnr, psnr (all, n_all, peak));
  g_assert_cmpint (difference->largest, ==, all_largest);
  g_assert_cmpint (difference->peak, ==, (int) peak);

  /* It is shown as it is, whatever the colours of the source. */
  g_assert_cmpint (picture->primaries, ==, 1);
  g_assert_cmpint (picture->transfer, ==, 13);
  g_assert_true (picture->frame == a);
  check_pixels (picture, a, b, gain);
}

static void
test_noise (void)
{
  static const int sizes[][2] = { { 34, 22 }, { 2, 2 }, { 64, 6 } };
  static const int layouts[][3] = {
    { 8, 1, 1 }, { 8, 1, 0 }, { 8, 0, 0 }, { 10, 1, 1 }, { 10, 0, 0 }
  };
  static const int gains[] = { 1, 16, 64 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (layouts); j++)
      {
        BbFormat format =
          make_format (sizes[i][0], sizes[i][1], layouts[j][0], layouts[j][1], layouts[j][2]);
        g_autoptr (BbFrame) a = new_noise (&format);
        g_autoptr (BbFrame) b = new_noise (&format);

        for (guint k = 0; k < G_N_ELEMENTS (gains); k++)
          {
            check (&format, a, b, gains[k]);
            check (&format, b, a, gains[k]);
          }
        check (&format, a, a, 16);
      }
}

/* One code of one sample in one plane: no other plane is the worse for it. */
static void
test_one_code (void)
{
  BbFormat format = make_format (16, 16, 8, 1, 1);

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      g_autoptr (BbFrame) a = new_noise (&format);
      g_autoptr (BbFrame) b = bb_frame_new (&format, NULL);
      BbDifference difference;

      for (int q = 0; q < BB_N_PLANES; q++)
        for (int y = 0; y < bb_format_get_plane_height (&format, q); y++)
          for (int x = 0; x < bb_format_get_plane_width (&format, q); x++)
            put (b, q, x, y, get (a, q, x, y));
      put (a, p, 3, 5, 100);
      put (b, p, 3, 5, 101);
      check (&format, a, b, 64);
      bb_difference_measure (a, b, &difference);
      for (int q = 0; q < BB_N_PLANES; q++)
        g_assert_cmpint (difference.plane_largest[q], ==, q == p ? 1 : 0);
      /* 256 + 2 · 64 samples, one of them one code off: 10 log10 (255² · 384) */
      g_assert_cmpfloat_with_epsilon (difference.psnr, 73.97412, 1e-4);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/difference/noise", test_noise);
  g_test_add_func ("/difference/one-code", test_one_code);
  return g_test_run ();
}
