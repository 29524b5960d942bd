/* test-picture.c: what the devices make, against double precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-device.h"
#include "cpu/bb-cpu-device.h"
#include "pam.h"
#include "plain.h"
#include "reference.h"

#include <math.h>

typedef enum { SIGNAL_STEP, SIGNAL_BARS, SIGNAL_NOISE, SIGNAL_BINARY, N_SIGNALS } Signal;

/* Half a code of rounding on the way out. */
#define ROUNDING 0.5

static BbFormat
make_format (int width, int height, int depth, int shift_x, int shift_y)
{
  return (BbFormat) { width, height, depth, shift_x, shift_y, FALSE, 1, 1, 1, 1 };
}

static BbFrame *
make_frame (const BbFormat *format, Signal signal)
{
  BbFrame *frame = bb_frame_new (format, NULL);
  GRand *rand = g_rand_new_with_seed (1);
  int most = (1 << format->depth) - 1;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        {
          int code = 0;

          switch (signal)
            {
            case SIGNAL_STEP:
              code = x * 2 > bb_format_get_plane_width (format, p) + y / 3 ? most : 0;
              break;
            case SIGNAL_BARS:
              code = (x / (3 + p) + y / 17) % 2 != 0 ? most : 0;
              break;
            case SIGNAL_NOISE:
              code = g_rand_int_range (rand, 0, most + 1);
              break;
            case SIGNAL_BINARY:
            default:
              code = g_rand_boolean (rand) ? most : 0;
              break;
            }
          ref_set_code (frame, p, x, y, code);
        }
  g_rand_free (rand);
  return frame;
}

static BbBatch *
run_batch (const BbRecipeValues *values, BbFrame *frame, BbOrientation orientation, double aspect,
           const BbFormat *target, guint n_threads, guint n_frames)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);
  g_autoptr (BbDevice) device = bb_cpu_device_new (n_threads);
  g_autoptr (BbPlan) plan = NULL;
  BbBatch *batch = bb_batch_new (n_frames);
  BbBatch *out;

  g_assert_no_error (error);
  plan = bb_test_plan_new (recipe, &frame->format, orientation, aspect, target, &error);
  g_assert_no_error (error);
  bb_test_device_prepare (device, plan, n_frames, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_frames; i++)
    batch->frame[i] = bb_frame_ref (frame);
  batch = bb_device_upload (device, batch, &error);
  g_assert_no_error (error);
  out = bb_test_device_run (device, batch, NULL, &error);
  g_assert_no_error (error);
  return out;
}

static BbFrame *
run_one (const BbRecipeValues *values, BbFrame *frame, BbOrientation orientation, double aspect,
         const BbFormat *target)
{
  g_autoptr (BbBatch) out = run_batch (values, frame, orientation, aspect, target, 2, 1);

  return g_steal_pointer (&out->frame[0]);
}

static BbFrame *
run_plain (const BbRecipeValues *values, BbFrame *frame, BbOrientation orientation, double aspect,
           const BbFormat *target)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);
  g_autoptr (BbPlan) plan =
    bb_test_plan_new (recipe, &frame->format, orientation, aspect, target, &error);
  BbFrame *out = bb_frame_new (target, NULL);

  g_assert_no_error (error);
  plain_run (plan, frame, out);
  return out;
}

static int
largest_difference (const BbFrame *a, const BbFrame *b)
{
  int largest = 0;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&a->format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (&a->format, p); x++)
        largest = MAX (largest, ABS (ref_get_code (a, p, x, y) - ref_get_code (b, p, x, y)));
  return largest;
}

static void
assert_reference (const BbRecipeValues *values, BbFrame *frame, BbOrientation orientation,
                  double aspect, const BbFormat *target, double most)
{
  RefPlane reference[BB_N_PLANES];
  g_autoptr (BbFrame) out = run_one (values, frame, orientation, aspect, target);
  double difference;

  ref_render (values, frame, orientation, aspect, target, reference);
  difference = ref_largest_difference (reference, out);
  g_test_message ("largest difference %.3f codes", difference);
  g_assert_cmpfloat (difference, <=, most);
  for (int p = 0; p < BB_N_PLANES; p++)
    ref_plane_clear (&reference[p]);
}

/* A square source at its own scale, its middle columns blurred. */
static void
test_blur (gconstpointer data)
{
  int radius = GPOINTER_TO_INT (data);
  gboolean large = radius > 60;
  int width = large ? 540 : 270;
  int height = large ? 960 : 480;
  BbFormat format = make_format (height, height, 8, 1, 1);
  BbFormat target = make_format (width, height, 8, 1, 1);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = width;
  values.height = height;
  values.blur = radius;
  for (int precision = 0; precision < 2; precision++)
    for (Signal signal = 0; signal < N_SIGNALS; signal++)
      {
        g_autoptr (BbFrame) frame = make_frame (&format, signal);

        values.precision = precision;
        assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
      }
}

/* A wide source: the background is enlarged too. */
static void
test_wide (gconstpointer data)
{
  BbFormat format = make_format (480, 270, 8, 1, 1);
  BbFormat target = make_format (270, 480, 8, 1, 1);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = target.width;
  values.height = target.height;
  values.blur = GPOINTER_TO_INT (data);
  for (Signal signal = 0; signal < N_SIGNALS; signal++)
    {
      g_autoptr (BbFrame) frame = make_frame (&format, signal);

      assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
    }
}

static void
test_looks (void)
{
  BbFormat format = make_format (320, 180, 8, 1, 1);
  BbFormat target = make_format (180, 320, 8, 1, 1);
  g_autoptr (BbFrame) frame = make_frame (&format, SIGNAL_NOISE);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = target.width;
  values.height = target.height;
  values.blur = 20;
  for (int i = 0; i < 6; i++)
    {
      values.zoom = i * 0.2;
      values.offset_x = i * 7 - 11;
      values.offset_y = 13 - i * 9;
      values.background_zoom = 1.0 + i * 0.35;
      values.dim = i * 0.2;
      values.saturation = 2.0 - i * 0.4;
      assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
    }
}

/* From a tenth of fit to far beyond fill, out of a part of the source. */
static void
test_scales (void)
{
  static const double zooms[] = { -0.9, -0.5, -0.05, 0.0, 0.5, 1.0, 1.01, 1.6, 4.0, 8.0 };
  BbFormat format = make_format (320, 180, 8, 1, 1);
  BbFormat target = make_format (180, 320, 8, 1, 1);
  g_autoptr (BbFrame) frame = make_frame (&format, SIGNAL_NOISE);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = target.width;
  values.height = target.height;
  values.blur = 20;
  for (gsize i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      values.zoom = zooms[i];
      /* Whole chroma samples of both, and where an edge lies exactly between two, clear of it. */
      values.position_x = (double) (i % 3) * 0.21 - 0.2;
      values.position_y = (double) (i % 4) * 0.31 - 0.4;
      values.crop_left = (double) (i % 4) * 16 / 320;
      values.crop_right = (double) (i % 5) * 20 / 320;
      values.crop_top = (double) (i % 2) * 30 / 180;
      values.crop_bottom = (double) (i % 3) * 24 / 180;
      values.background = BB_BACKGROUND_BLUR;
      assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
      values.background = BB_BACKGROUND_MIRROR;
      assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
    }
}

/* Every turn and mirror of every orientation of a file, with a crop that has four different sides. */
static void
test_turns (void)
{
  BbFormat format = make_format (160, 120, 8, 1, 0);
  BbFormat target = make_format (72, 128, 8, 1, 1);
  g_autoptr (BbFrame) frame = make_frame (&format, SIGNAL_NOISE);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = target.width;
  values.height = target.height;
  values.blur = 14;
  values.zoom = 0.3;
  values.position_y = 0.1;
  for (int orientation = 0; orientation < 8; orientation++)
    for (int turn = 0; turn < 16; turn++)
      {
        gboolean stands = (orientation & BB_ORIENTATION_TRANSPOSE) != 0;
        double width = stands ? 120 : 160;
        double height = stands ? 160 : 120;

        values.rotate = (BbRotate) (turn % 4);
        values.mirror = (BbMirror) (turn / 4);
        values.crop_left = 16 / width;
        values.crop_top = 8 / height;
        values.crop_right = 4 / width;
        values.crop_bottom = 28 / height;
        assert_reference (&values, frame, (BbOrientation) orientation, 1.0, &target,
                          1.0 + ROUNDING);
        if (turn % 5 == 0)
          assert_reference (&values, frame, (BbOrientation) orientation, 64.0 / 45.0, &target,
                            1.0 + ROUNDING);
      }
}

static void
test_formats (void)
{
  static const int shifts[][2] = { { 1, 1 }, { 1, 0 }, { 0, 0 }, { 0, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (shifts); i++)
    for (int bits = 0; bits < 4; bits++)
      for (int siting = 1; siting <= 2; siting++)
        {
          int depth_in = (bits & 1) != 0 ? 10 : 8;
          int depth_out = (bits & 2) != 0 ? 10 : 8;
          BbFormat format = make_format (192, 108, depth_in, shifts[i][0], shifts[i][1]);
          BbFormat target = make_format (108, 192, depth_out, 1, 1);
          g_autoptr (BbFrame) frame = NULL;
          BbRecipeValues values;

          format.chroma_location = target.chroma_location = siting;
          format.full_range = target.full_range = siting == 2;
          frame = make_frame (&format, SIGNAL_NOISE);
          bb_recipe_values_init (&values);
          values.width = target.width;
          values.height = target.height;
          values.blur = 12;
          /* At 10 bit a code is a quarter as large. */
          assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
          target.chroma_shift_x = format.chroma_shift_x;
          target.chroma_shift_y = format.chroma_shift_y;
          assert_reference (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, 1.0 + ROUNDING);
        }
}

static void
test_orientations (void)
{
  static const int shifts[][2] = { { 1, 1 }, { 1, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (shifts); i++)
    for (int orientation = 0; orientation < 8; orientation++)
      {
        BbFormat format = make_format (160, 120, 8, shifts[i][0], shifts[i][1]);
        BbFormat target = make_format (108, 192, 8, 1, 1);
        g_autoptr (BbFrame) frame = make_frame (&format, SIGNAL_NOISE);
        BbRecipeValues values;

        bb_recipe_values_init (&values);
        values.width = target.width;
        values.height = target.height;
        values.blur = 14;
        assert_reference (&values, frame, orientation, 1.0, &target, 1.0 + ROUNDING);
        assert_reference (&values, frame, orientation, 64.0 / 45.0, &target, 1.0 + ROUNDING);
      }
}

/* Every kind of recipe: sample by sample against whole rows, FP16 against FP32, bands of
 * one frame against whole frames of a batch. */
static void
test_paths (void)
{
  static const int sizes[][4] = {
    { 192, 108, 108, 192 }, { 191, 107, 100, 178 }, { 64, 36, 2, 2 },    { 2, 2, 36, 64 },
    { 90, 160, 160, 90 },   { 1, 1, 16, 16 },       { 33, 17, 101, 57 }, { 200, 100, 20, 300 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  PamPicture picture = pam_new (61, 47, 8, 5, TRUE);
  g_autofree char *path = pam_write (&picture, "picture.pam");

  for (int trial = 0; trial < 80; trial++)
    {
      const int *size = sizes[trial % G_N_ELEMENTS (sizes)];
      BbFormat format = make_format (size[0], size[1], g_rand_boolean (rand) ? 10 : 8,
                                     g_rand_int_range (rand, 0, 2), g_rand_int_range (rand, 0, 2));
      BbFormat target = make_format (size[2], size[3], g_rand_boolean (rand) ? 10 : 8, 1, 1);
      BbOrientation orientation = (BbOrientation) g_rand_int_range (rand, 0, 8);
      double aspect = g_rand_boolean (rand) ? 1.0 : g_rand_double_range (rand, 0.5, 2.0);
      g_autoptr (BbFrame) frame = make_frame (&format, SIGNAL_BINARY);
      g_autoptr (BbFrame) plain = NULL;
      g_autoptr (BbFrame) half = NULL;
      g_autoptr (BbFrame) full = NULL;
      g_autoptr (BbBatch) batch = NULL;
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.width = target.width;
      values.height = target.height;
      values.zoom =
        g_rand_boolean (rand) ? g_rand_double_range (rand, -0.9, 8) : g_rand_double (rand);
      values.position_x = g_rand_double_range (rand, -1, 1);
      values.position_y = g_rand_double_range (rand, -1, 1);
      values.rotate = (BbRotate) g_rand_int_range (rand, 0, 4);
      values.mirror = (BbMirror) g_rand_int_range (rand, 0, 4);
      values.crop_left = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 0.6);
      values.crop_top = g_rand_double_range (rand, 0, 0.98);
      values.crop_right = g_rand_double_range (rand, 0, 0.38);
      values.offset_x = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, -150, 150);
      values.offset_y = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, -150, 150);
      values.corner_radius = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 60);
      values.shadow = g_rand_boolean (rand) ? 0.0 : g_rand_double (rand);
      values.background =
        g_rand_boolean (rand) ? BB_BACKGROUND_BLUR : (BbBackground) g_rand_int_range (rand, 1, 5);
      values.color = 0x3584e4;
      values.picture = path;
      values.logo = g_rand_int_range (rand, 0, 3) == 0 ? path : "";
      values.logo_place = (BbLogoPlace) g_rand_int_range (rand, 0, 5);
      values.logo_size = g_rand_double_range (rand, 0.01, 1);
      values.logo_opacity = g_rand_double (rand);
      values.blur = g_rand_boolean (rand) ? g_rand_double_range (rand, 0, 12)
                                          : g_rand_double_range (rand, 0, 300);
      values.background_zoom = g_rand_double_range (rand, 1, 3);
      values.dim = g_rand_double (rand);
      values.saturation = g_rand_double_range (rand, 0, 2);

      plain = run_plain (&values, frame, orientation, aspect, &target);
      half = run_one (&values, frame, orientation, aspect, &target);
      batch = run_batch (&values, frame, orientation, aspect, &target, 3, 4);
      values.precision = BB_PRECISION_FP32;
      full = run_one (&values, frame, orientation, aspect, &target);
      g_assert_cmpint (largest_difference (plain, half), <=, 1);
      g_assert_cmpint (largest_difference (half, full), <=, 1);
      for (guint i = 0; i < batch->n_frames; i++)
        g_assert_cmpint (largest_difference (half, batch->frame[i]), ==, 0);
    }
  pam_clear (&picture);
}

/* A picture of one code on a background of one colour: what each sample is made of is known. */
static void
test_corners (void)
{
  BbFormat format = make_format (200, 100, 8, 1, 1);
  BbFormat target = make_format (100, 90, 8, 1, 1);
  g_autoptr (BbFrame) frame = bb_frame_new (&format, NULL);
  g_autoptr (BbFrame) out = NULL;
  double radius = 17.0;
  BbRecipeValues values;
  int black;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (&format, p); x++)
        ref_set_code (frame, p, x, y, p == 0 ? 200 : 90);
  bb_recipe_values_init (&values);
  values.width = 100;
  values.height = 90;
  values.background = BB_BACKGROUND_COLOR;
  values.corner_radius = radius;
  out = run_one (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target);
  black = 16;

  /* The foreground is 100×50 at row 20; coverage by 1024 points a pixel. */
  for (int y = 0; y < 90; y++)
    for (int x = 0; x < 100; x++)
      {
        int hits = 0;

        for (int k = 0; k < 1024; k++)
          {
            double px = x + (k % 32 + 0.5) / 32;
            double py = y - 20 + (k / 32 + 0.5) / 32;
            double dx = fmax (fmax (radius - px, px - (100 - radius)), 0.0);
            double dy = fmax (fmax (radius - py, py - (50 - radius)), 0.0);

            if (py >= 0.0 && py <= 50.0 && (dx == 0.0 || dy == 0.0 || hypot (dx, dy) <= radius))
              hits++;
          }
        g_assert_cmpfloat (
          fabs (ref_get_code (out, 0, x, y) - (black + (200 - black) * hits / 1024.0)), <=, 9.0);
        if (hits == 0 || hits == 1024)
          g_assert_cmpint (ref_get_code (out, 0, x, y), ==, hits == 0 ? black : 200);
      }
}

static void
test_color (void)
{
  static const struct {
    guint32 color;
    int matrix;
    gboolean full;
    int codes[3];
  } known[] = {
    /* SMPTE bars and sRGB primaries, from ITU-R BT.709 and BT.601 */
    { 0xffffff, 1, FALSE, { 235, 128, 128 } }, { 0x000000, 1, FALSE, { 16, 128, 128 } },
    { 0xff0000, 1, FALSE, { 63, 102, 240 } },  { 0x00ff00, 1, FALSE, { 173, 42, 26 } },
    { 0x0000ff, 1, FALSE, { 32, 240, 118 } },  { 0xff0000, 6, FALSE, { 81, 90, 240 } },
    { 0x00ff00, 6, FALSE, { 145, 54, 34 } },   { 0x0000ff, 6, TRUE, { 29, 255, 107 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      BbFormat format = make_format (16, 8, 8, 1, 1);
      BbFormat target = make_format (16, 16, 8, 1, 1);
      g_autoptr (BbFrame) frame = NULL;
      g_autoptr (BbFrame) out = NULL;
      BbRecipeValues values;

      format.matrix = target.matrix = known[i].matrix;
      format.full_range = target.full_range = known[i].full;
      frame = make_frame (&format, SIGNAL_NOISE);
      bb_recipe_values_init (&values);
      values.width = values.height = 16;
      values.background = BB_BACKGROUND_COLOR;
      values.color = known[i].color;
      out = run_one (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target);
      for (int p = 0; p < BB_N_PLANES; p++)
        g_assert_cmpint (ref_get_code (out, p, 0, 0), ==, known[i].codes[p]);
    }
}

static void
test_shadow (void)
{
  BbFormat format = make_format (160, 80, 8, 1, 1);
  BbFormat target = make_format (80, 160, 8, 1, 1);
  g_autoptr (BbFrame) frame = bb_frame_new (&format, NULL);
  g_autoptr (BbFrame) out = NULL;
  BbRecipeValues values;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (&format, p); x++)
        ref_set_code (frame, p, x, y, p == 0 ? 216 : 128);
  bb_recipe_values_init (&values);
  values.width = 80;
  values.height = 160;
  values.shadow = 0.5;
  out = run_one (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target);

  /* The foreground is 80×40 at row 60; sigma is 1.6, and the shadow lies 0.8 lower. */
  for (int y = 0; y < 160; y++)
    {
      double above = (y + 0.5 - 60.8) / (1.6 * M_SQRT2);
      double below = (y + 0.5 - 100.8) / (1.6 * M_SQRT2);
      double shade = 1.0 - 0.5 * 0.5 * (erf (above) - erf (below));
      double expected = y >= 60 && y < 100 ? 216.0 : 16.0 + 200.0 * shade;

      g_assert_cmpfloat (fabs (ref_get_code (out, 0, 40, y) - expected), <=, 1.5);
    }
}

static void
test_cancelled (void)
{
  BbFormat format = make_format (64, 36, 8, 1, 1);
  BbFormat target = make_format (36, 64, 8, 1, 1);
  g_autoptr (BbFrame) frame = make_frame (&format, SIGNAL_NOISE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_cpu_device_new (0);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbPlan) plan = NULL;
  BbBatch *batch = bb_batch_new (1);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = target.width;
  values.height = target.height;
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  plan = bb_test_plan_new (recipe, &format, BB_ORIENTATION_UPRIGHT, 1.0, &target, &error);
  g_assert_true (bb_test_device_prepare (device, plan, 1, &error));
  batch->frame[0] = bb_frame_ref (frame);
  g_cancellable_cancel (cancellable);
  g_assert_null (bb_test_device_run (device, batch, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  static const int radii[] = { 4, 5, 7, 10, 16, 25, 40, 60, 120, 250, 400 };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (radii); i++)
    {
      g_autofree char *square = g_strdup_printf ("/picture/blur/%d", radii[i]);
      g_autofree char *wide = g_strdup_printf ("/picture/wide/%d", radii[i]);

      g_test_add_data_func (square, GINT_TO_POINTER (radii[i]), test_blur);
      g_test_add_data_func (wide, GINT_TO_POINTER (radii[i]), test_wide);
    }
  g_test_add_func ("/picture/looks", test_looks);
  g_test_add_func ("/picture/scales", test_scales);
  g_test_add_func ("/picture/turns", test_turns);
  g_test_add_func ("/picture/formats", test_formats);
  g_test_add_func ("/picture/orientations", test_orientations);
  g_test_add_func ("/picture/paths", test_paths);
  g_test_add_func ("/picture/corners", test_corners);
  g_test_add_func ("/picture/color", test_color);
  g_test_add_func ("/picture/shadow", test_shadow);
  g_test_add_func ("/picture/cancelled", test_cancelled);
  return g_test_run ();
}
