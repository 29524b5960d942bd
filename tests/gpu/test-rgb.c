/* test-rgb.c: pictures for the screen, against double precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-color.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "cpu/bb-cpu-rgb.h"
#include "reference.h"

#include <math.h>

/* Code points of H.273 and their weights of red and blue */
static const struct {
  int matrix;
  double kr;
  double kb;
} matrices[] = {
  { 1, 0.2126, 0.0722 }, { 4, 0.30, 0.11 },     { 5, 0.299, 0.114 }, { 6, 0.299, 0.114 },
  { 7, 0.212, 0.087 },   { 9, 0.2627, 0.0593 }, { 8, 0.0, 0.0 }, /* YCgCo, which has none */
};

/* R'G'B' to Y', Cb and Cr of one unit each, out of H.273's equations, turned round numerically. */
static void
get_inverse (int matrix, double kr, double kb, double inverse[3][3])
{
  double kg = 1.0 - kr - kb;
  double forward[3][3] = {
    { kr, kg, kb },
    { -kr / (2.0 * (1.0 - kb)), -kg / (2.0 * (1.0 - kb)), 0.5 },
    { 0.5, -kg / (2.0 * (1.0 - kr)), -kb / (2.0 * (1.0 - kr)) },
  };
  static const double ycgco[3][3] = { { 0.25, 0.5, 0.25 },
                                      { -0.25, 0.5, -0.25 },
                                      { 0.5, 0.0, -0.5 } };
  double (*m)[3] = forward;
  double determinant;

  if (matrix == 8)
    memcpy (forward, ycgco, sizeof forward);
  determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      {
        int a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;

        inverse[i][j] = (m[a][c] * m[b][d] - m[a][d] * m[b][c]) / determinant;
      }
}

/* Where chroma sample 0 lies, in luma samples from luma sample 0. */
static double
get_offset (int location, int shift, gboolean vertical)
{
  double last = (1 << shift) - 1;

  if (!vertical)
    return location == 1 || location == 3 || location == 5 ? 0.0 : last / 2.0;
  if (location == 3 || location == 4)
    return 0.0;
  return location == 5 || location == 6 ? last : last / 2.0;
}

static double
get_chroma (const BbFrame *frame, int plane, int x, int y)
{
  const BbFormat *format = &frame->format;
  int last[2] = { bb_format_get_plane_width (format, plane) - 1,
                  bb_format_get_plane_height (format, plane) - 1 };
  int shift[2] = { format->chroma_shift_x, format->chroma_shift_y };
  int at[2] = { x, y };
  int near[2], far[2];
  double weight[2];

  for (int i = 0; i < 2; i++)
    {
      double where =
        (at[i] - get_offset (format->chroma_location, shift[i], i == 1)) / (1 << shift[i]);
      int whole = (int) floor (where);

      weight[i] = where - whole;
      near[i] = CLAMP (whole, 0, last[i]);
      far[i] = CLAMP (whole + 1, 0, last[i]);
    }
  return (1.0 - weight[1]) * ((1.0 - weight[0]) * ref_get_code (frame, plane, near[0], near[1]) +
                              weight[0] * ref_get_code (frame, plane, far[0], near[1])) +
         weight[1] * ((1.0 - weight[0]) * ref_get_code (frame, plane, near[0], far[1]) +
                      weight[0] * ref_get_code (frame, plane, far[0], far[1]));
}

static void
get_reference (const BbFrame *frame, double inverse[3][3], double maximum, int x, int y,
               double rgb[3])
{
  const BbFormat *format = &frame->format;
  double scale = 1 << (format->depth - 8);
  double most = (1 << format->depth) - 1;
  double value[3];

  for (int p = 0; p < 3; p++)
    {
      double code = p == 0 ? ref_get_code (frame, 0, x, y) : get_chroma (frame, p, x, y);

      if (p == 0)
        value[p] = format->full_range ? code / most : (code - 16.0 * scale) / (219.0 * scale);
      else
        value[p] = (code - 128.0 * scale) / (format->full_range ? most : 224.0 * scale);
    }
  for (int i = 0; i < 3; i++)
    {
      double sum = 0.0;

      for (int p = 0; p < 3; p++)
        sum += inverse[i][p] * value[p];
      rgb[i] = CLAMP (sum, 0.0, 1.0) * maximum;
    }
}

/* Component @i of R', G', B' and the ones. */
static int
get_component (const guint8 *pixel, BbPictureFormat stored, int i)
{
  static const int blue_first[] = { 2, 1, 0, 3 };

  if (stored == BB_PICTURE_RGBX16)
    return ((const guint16 *) (gconstpointer) pixel)[i];
  return pixel[stored == BB_PICTURE_BGRX8 ? blue_first[i] : i];
}

static void
assert_pixels (const BbFrame *frame, double inverse[3][3], BbPictureFormat stored,
               const guint8 *pixels, gsize stride)
{
  const BbFormat *format = &frame->format;
  double maximum = stored == BB_PICTURE_RGBX16 ? 65535.0 : 255.0;
  gsize size = stored == BB_PICTURE_RGBX16 ? 8 : 4;

  for (int y = 0; y < format->height; y++)
    for (int x = 0; x < format->width; x++)
      {
        const guint8 *pixel = pixels + (gsize) y * stride + (gsize) x * size;
        double rgb[3];

        get_reference (frame, inverse, maximum, x, y, rgb);
        for (int i = 0; i < 3; i++)
          if (fabs (get_component (pixel, stored, i) - rgb[i]) > 1.0)
            g_error ("component %d at %d, %d is %d and should be %.3f", i, x, y,
                     get_component (pixel, stored, i), rgb[i]);
        g_assert_cmpint (get_component (pixel, stored, 3), ==, (int) maximum);
      }
}

static BbFrame *
make_noise (const BbFormat *format)
{
  BbFrame *frame = bb_frame_new (format, NULL);
  GRand *rand = g_rand_new_with_seed (1);

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        ref_set_code (frame, p, x, y, g_rand_int_range (rand, 0, 1 << format->depth));
  g_rand_free (rand);
  return frame;
}

/* As a GPU makes it, one pixel after the other. */
static void
run_kernel (const BbFrame *frame, BbPictureFormat stored, guint8 *pixels, gsize stride)
{
  gboolean wide = stored == BB_PICTURE_RGBX16;
  gboolean deep = frame->format.depth > 8;
  BbRgb rgb;

  bb_color_get_rgb (&frame->format, wide ? 65535 : 255, &rgb);
  for (int p = 0; p < BB_N_PLANES; p++)
    rgb.plane[p] = (BbView) {
      .data = frame->data[p],
      .x_step = 1,
      .y_step = frame->stride[p] / (deep ? 2 : 1),
      .type = deep ? BB_SAMPLE_U16 : BB_SAMPLE_U8,
    };
  for (int y = 0; y < frame->format.height; y++)
    for (int x = 0; x < frame->format.width; x++)
      {
        guint8 *row = pixels + (gsize) y * stride;
        int code[4] = { 0, 0, 0, wide ? 65535 : 255 };

        bb_rgb_pixel (&rgb, x, y, code);
        for (int i = 0; i < 4; i++)
          if (wide)
            ((guint16 *) (gpointer) row)[4 * x + i] = (guint16) code[i];
          else
            row[4 * x + (stored == BB_PICTURE_BGRX8 && i < 3 ? 2 - i : i)] = (guint8) code[i];
      }
}

static void
assert_stored (const BbFormat *format, double kr, double kb, BbPictureFormat stored)
{
  g_autoptr (BbFrame) frame = make_noise (format);
  g_autoptr (BbPicture) picture = bb_picture_new (frame, stored);
  /* One row more, so that writing behind the picture is found. */
  g_autofree guint8 *pixels = g_malloc (picture->stride * (gsize) (format->height + 1));
  double inverse[3][3];

  get_inverse (format->matrix, kr, kb, inverse);
  memset (pixels + picture->stride * (gsize) format->height, 0x5a, picture->stride);
  run_kernel (frame, stored, pixels, picture->stride);
  assert_pixels (frame, inverse, stored, pixels, picture->stride);
  memset (pixels, 0, picture->stride * (gsize) format->height);
  /* In bands, as threads do. */
  bb_cpu_rgb_run (frame, stored, format->height / 3, format->height, pixels, picture->stride);
  bb_cpu_rgb_run (frame, stored, 0, format->height / 3, pixels, picture->stride);
  assert_pixels (frame, inverse, stored, pixels, picture->stride);
  for (gsize i = 0; i < picture->stride; i++)
    g_assert_cmpint (pixels[picture->stride * (gsize) format->height + i], ==, 0x5a);
}

static void
assert_format (const BbFormat *format, double kr, double kb)
{
  assert_stored (format, kr, kb, format->depth > 8 ? BB_PICTURE_RGBX16 : BB_PICTURE_RGBX8);
  assert_stored (format, kr, kb, BB_PICTURE_BGRX8);
}

static void
test_matrix (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (matrices); i++)
    for (int full = 0; full < 2; full++)
      for (int depth = 8; depth <= 10; depth += 2)
        {
          BbFormat format = { 61, 34, depth, 1, 1, full, matrices[i].matrix, 1, 1, 1 };

          assert_format (&format, matrices[i].kr, matrices[i].kb);
        }
}

static void
test_chroma (void)
{
  static const int shifts[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 2, 0 }, { 2, 2 }, { 0, 1 } };
  static const int sizes[][2] = { { 64, 36 }, { 33, 17 }, { 1, 1 }, { 2, 5 }, { 3, 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (shifts); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
      for (int location = 1; location <= 6; location++)
        for (int depth = 8; depth <= 10; depth += 2)
          {
            BbFormat format = { sizes[j][0], sizes[j][1], depth, shifts[i][0], shifts[i][1], FALSE,
                                1,           1,           1,     location };

            assert_format (&format, 0.2126, 0.0722);
          }
}

/* Colours that everybody knows. */
static void
test_known (void)
{
  static const struct {
    int code[3];
    int rgb[3];
  } known[] = {
    { { 16, 128, 128 }, { 0, 0, 0 } },        { { 235, 128, 128 }, { 255, 255, 255 } },
    { { 126, 128, 128 }, { 128, 128, 128 } }, { { 63, 102, 240 }, { 255, 1, 0 } },
    { { 173, 42, 26 }, { 0, 255, 1 } },       { { 32, 240, 118 }, { 1, 0, 255 } },
    { { 0, 128, 128 }, { 0, 0, 0 } },         { { 255, 128, 128 }, { 255, 255, 255 } },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_devices_open ("cpu", &error);
  BbFormat format = { 8, 8, 8, 1, 1, FALSE, 1, 1, 1, 1 };

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autoptr (BbFrame) frame = bb_frame_new (&format, NULL);
      g_autoptr (BbPicture) picture = NULL;
      const guint8 *pixels;

      for (int p = 0; p < BB_N_PLANES; p++)
        for (int y = 0; y < bb_format_get_plane_height (&format, p); y++)
          for (int x = 0; x < bb_format_get_plane_width (&format, p); x++)
            ref_set_code (frame, p, x, y, known[i].code[p]);
      picture = bb_device_present (device, frame, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (picture->width, ==, 8);
      g_assert_cmpint (picture->height, ==, 8);
      g_assert_cmpint (picture->primaries, ==, 1);
      g_assert_cmpint (picture->transfer, ==, 1);
      g_assert_true (picture->frame == frame);
      g_assert_cmpuint (g_bytes_get_size (picture->pixels), ==, picture->stride * 8);
      pixels = g_bytes_get_data (picture->pixels, NULL);
      for (int j = 0; j < 3; j++)
        g_assert_cmpint (ABS (pixels[3 * picture->stride + 12 + j] - known[i].rgb[j]), <=, 1);
    }
}

/* What a screen takes as it is. */
static void
test_chosen (void)
{
  static const struct {
    int depth;
    int transfer;
    BbPictureFormat by_card;
    BbPictureFormat by_processor;
  } cases[] = {
    { 8, 1, BB_PICTURE_RGBX8, BB_PICTURE_BGRX8 },
    { 10, 1, BB_PICTURE_RGBX16, BB_PICTURE_BGRX8 },
    { 10, 14, BB_PICTURE_RGBX16, BB_PICTURE_BGRX8 },
    { 10, 16, BB_PICTURE_RGBX16, BB_PICTURE_RGBX16 },
    { 10, 18, BB_PICTURE_RGBX16, BB_PICTURE_RGBX16 },
    { 8, 16, BB_PICTURE_RGBX8, BB_PICTURE_BGRX8 },
  };
  g_autoptr (BbDevice) device = bb_devices_open ("cpu", NULL);

  g_assert_nonnull (device);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int draws = 0; draws < 2; draws++)
      {
        BbFormat format = { 8, 8, cases[i].depth, 1, 1, FALSE, 1, 1, cases[i].transfer, 1 };
        g_autoptr (BbFrame) frame = make_noise (&format);
        BbPresentOptions options = { .cpu_draws = draws };
        g_autoptr (BbPicture) picture = NULL;
        double inverse[3][3];

        picture = bb_device_present (device, frame, &options, NULL);
        g_assert_nonnull (picture);
        g_assert_cmpint (picture->format, ==, draws ? cases[i].by_processor : cases[i].by_card);
        get_inverse (1, 0.2126, 0.0722, inverse);
        assert_pixels (frame, inverse, picture->format, g_bytes_get_data (picture->pixels, NULL),
                       picture->stride);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rgb/matrix", test_matrix);
  g_test_add_func ("/rgb/chroma", test_chroma);
  g_test_add_func ("/rgb/known", test_known);
  g_test_add_func ("/rgb/chosen", test_chosen);
  return g_test_run ();
}
