/* test-backgrounds.c: backgrounds other than the blurred picture, and the logo, against double precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On the CPU, or on the device that BB_TEST_DEVICE names.
 */

#include "bb-devices.h"
#include "bb-error.h"
#include "bb-test-device.h"
#include "pam.h"
#include "reference.h"

#include <glib/gstdio.h>
#include <libavcodec/avcodec.h>
#include <math.h>

/* Half a code of rounding on the way out. */
#define ROUNDING 0.5

static BbFormat
make_format (int width, int height, int depth, int shift)
{
  return (BbFormat) { width, height, depth, shift, shift, FALSE, 1, 1, 1, 1 };
}

static BbFrame *
make_frame (const BbFormat *format)
{
  BbFrame *frame = bb_frame_new (format, NULL);
  GRand *rand = g_rand_new_with_seed (3);
  int most = (1 << format->depth) - 1;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        ref_set_code (frame, p, x, y,
                      (x / 9 + y / 6) % 3 == 0    ? g_rand_int_range (rand, 0, most + 1)
                      : (x + y + p) / 11 % 2 != 0 ? most
                                                  : 0);
  g_rand_free (rand);
  return frame;
}

static void
init_values (BbRecipeValues *values, const BbFormat *target, BbBackground background)
{
  bb_recipe_values_init (values);
  values->width = target->width;
  values->height = target->height;
  values->precision = BB_PRECISION_FP32;
  values->background = background;
}

static BbFrame *
run (const BbRecipeValues *values, BbFrame *frame, BbOrientation orientation,
     const BbFormat *target)
{
  const char *id = g_getenv ("BB_TEST_DEVICE");
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);
  g_autoptr (BbDevice) device = bb_devices_open (id != NULL ? id : "cpu", NULL);
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (BbBatch) out = NULL;
  BbBatch *batch = bb_batch_new (1);

  g_assert_no_error (error);
  plan = bb_test_plan_new (recipe, &frame->format, orientation, 1.0, target, &error);
  g_assert_no_error (error);
  bb_test_device_prepare (device, plan, 1, &error);
  g_assert_no_error (error);
  batch->frame[0] = bb_frame_ref (frame);
  batch = bb_device_upload (device, batch, &error);
  g_assert_no_error (error);
  out = bb_test_device_run (device, batch, NULL, &error);
  g_assert_no_error (error);
  out = bb_device_download_batch (device, g_steal_pointer (&out), &error);
  g_assert_no_error (error);
  g_assert_true (bb_frame_wait (out->frame[0], &error));
  return g_steal_pointer (&out->frame[0]);
}

static void
clear_planes (RefPlane planes[BB_N_PLANES])
{
  for (int p = 0; p < BB_N_PLANES; p++)
    ref_plane_clear (&planes[p]);
}

/* Codes of BT.709 for R'G'B' of 0 to 1 (ITU-R BT.709, BT.2100 for full range). */
static double
get_code_of (const BbFormat *format, int plane, const double rgb[3])
{
  double luma = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  double value = plane == 0   ? luma
                 : plane == 1 ? (rgb[2] - luma) / 1.8556
                              : (rgb[0] - luma) / 1.5748;
  double codes = pow (2, format->depth - 8);

  if (format->full_range)
    return (plane == 0 ? 0.0 : 128.0 * codes) + value * (256.0 * codes - 1.0);
  return ((plane == 0 ? 16.0 : 128.0) + value * (plane == 0 ? 219.0 : 224.0)) * codes;
}

static void
get_rgb_of (guint32 color, double rgb[3])
{
  for (int i = 0; i < 3; i++)
    rgb[i] = (color >> (16 - 8 * i) & 0xff) / 255.0;
}

/* A canvas plane's sample, in luma samples from the canvas' corner. */
static void
get_place (const BbFormat *target, int plane, int x, int y, double place[2])
{
  place[0] =
    plane == 0 ? x + 0.5 : x * (1 << target->chroma_shift_x) + ref_chroma_site (target, FALSE);
  place[1] =
    plane == 0 ? y + 0.5 : y * (1 << target->chroma_shift_y) + ref_chroma_site (target, TRUE);
}

static void
make_gradient (const BbRecipeValues *values, const BbFormat *target, RefPlane out[BB_N_PLANES])
{
  double angle = values->gradient_angle / 180.0 * G_PI;
  double w = target->width, h = target->height;
  double first[3], second[3];

  get_rgb_of (values->color, first);
  get_rgb_of (values->gradient_color, second);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      out[p] = ref_plane_new (bb_format_get_plane_width (target, p),
                              bb_format_get_plane_height (target, p));
      for (int y = 0; y < out[p].height; y++)
        for (int x = 0; x < out[p].width; x++)
          {
            double place[2], rgb[3], along, whole = 0.0;

            get_place (target, p, x, y, place);
            /* As far as the corner that lies farthest along. */
            for (int k = 0; k < 4; k++)
              whole =
                fmax (whole, (k % 2 - 0.5) * w * sin (angle) - (k / 2 - 0.5) * h * cos (angle));
            along =
              ((place[0] - w / 2) * sin (angle) - (place[1] - h / 2) * cos (angle)) / whole / 2 +
              0.5;
            for (int i = 0; i < 3; i++)
              rgb[i] = first[i] * (1 - along) + second[i] * along;
            out[p].sample[y * out[p].width + x] = get_code_of (target, p, rgb);
          }
    }
}

/* The picture's planes in the canvas' codes, over a color, or (not @color) multiplied by the opacity. */
static void
convert (const PamPicture *picture, const BbFormat *target, const guint32 *color,
         RefPlane planes[BB_N_PLANES])
{
  double below[3] = { 0 };

  if (color != NULL)
    get_rgb_of (*color, below);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      planes[p] = ref_plane_new (picture->width, picture->height);
      for (int i = 0; i < picture->width * picture->height; i++)
        {
          const guint16 *pixel = picture->rgba[i];
          double rgb[3] = { pixel[0] / 65535.0, pixel[1] / 65535.0, pixel[2] / 65535.0 };
          double opacity = pixel[3] / 65535.0;

          planes[p].sample[i] = get_code_of (target, p, rgb) * opacity;
          if (color != NULL)
            planes[p].sample[i] += get_code_of (target, p, below) * (1.0 - opacity);
        }
    }
}

static void
make_picture (const BbRecipeValues *values, const PamPicture *picture, const BbFormat *target,
              RefPlane out[BB_N_PLANES])
{
  RefPlane planes[BB_N_PLANES];

  convert (picture, target, &values->color, planes);
  for (int p = 0; p < BB_N_PLANES; p++)
    out[p] = ref_cover (&planes[p], values, target, p);
  clear_planes (planes);
}

static int
round_to (double value, int step)
{
  return (int) floor (value / step + 0.5) * step;
}

/* The logo over finished planes. */
static void
lay_over (const BbRecipeValues *values, const PamPicture *picture, const BbFormat *target,
          RefPlane out[BB_N_PLANES])
{
  int chroma = 1 << target->chroma_shift_x;
  double margin = values->logo_margin * fmin (target->width, target->height);
  double size[2] = { values->logo_size * target->width,
                     values->logo_size * target->width * picture->height / picture->width };
  double canvas[2] = { target->width, target->height };
  double center[2] = { values->logo_x, values->logo_y };
  RefPlane planes[BB_N_PLANES];
  RefPlane opacity = ref_plane_new (picture->width, picture->height);
  int start[2], n[2];

  g_assert_cmpint (target->chroma_shift_x, ==, target->chroma_shift_y);
  for (int i = 0; i < 2; i++)
    {
      gboolean far =
        i == 0
          ? values->logo_place == BB_LOGO_TOP_RIGHT || values->logo_place == BB_LOGO_BOTTOM_RIGHT
          : values->logo_place == BB_LOGO_BOTTOM_LEFT || values->logo_place == BB_LOGO_BOTTOM_RIGHT;
      double edge = values->logo_place == BB_LOGO_FREE ? center[i] * canvas[i] - size[i] / 2
                    : far                              ? canvas[i] - margin - size[i]
                                                       : margin;

      start[i] = round_to (edge, chroma);
      n[i] = MAX (round_to (size[i], chroma), chroma);
    }
  convert (picture, target, NULL, planes);
  for (int i = 0; i < picture->width * picture->height; i++)
    opacity.sample[i] = picture->rgba[i][3] / 65535.0;
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      int step = p == 0 ? 1 : chroma;
      double origin[2], steps[2], width[2];
      int first[2] = { 0, 0 }, last[2] = { picture->width, picture->height };
      int n_out[2] = { n[0] / step, n[1] / step };
      RefPlane ink, cover;

      for (int i = 0; i < 2; i++)
        {
          double scale = (double) last[i] / n[i];
          double site = p == 0 ? 0.5 : ref_chroma_site (target, i == 1);

          origin[i] = site * scale - 0.5;
          steps[i] = scale * step;
          width[i] = fmax (1.0, steps[i]);
        }
      ink =
        ref_resample (&planes[p], ref_catmull_rom, 2.0, origin, steps, width, first, last, n_out);
      cover =
        ref_resample (&opacity, ref_catmull_rom, 2.0, origin, steps, width, first, last, n_out);
      for (int y = 0; y < n_out[1]; y++)
        for (int x = 0; x < n_out[0]; x++)
          {
            int u = x + start[0] / step, v = y + start[1] / step;
            double a = cover.sample[y * n_out[0] + x];
            double *to = &out[p].sample[v * out[p].width + u];
            /* The color that it has where it covers at all. */
            double color = a > 0.0 ? ink.sample[y * n_out[0] + x] / a : 0.0;

            if (u < 0 || v < 0 || u >= out[p].width || v >= out[p].height)
              continue;
            a = CLAMP (a, 0.0, 1.0) * values->logo_opacity;
            *to = CLAMP (*to * (1.0 - a) + color * a, 0.0, pow (2, target->depth) - 1.0);
          }
      ref_plane_clear (&ink);
      ref_plane_clear (&cover);
    }
  clear_planes (planes);
  ref_plane_clear (&opacity);
}

static void
assert_close (const RefPlane planes[BB_N_PLANES], const BbFrame *out)
{
  double difference = ref_largest_difference (planes, out);

  g_test_message ("largest difference %.3f codes", difference);
  g_assert_cmpfloat (difference, <=, 1.0);
}

static void
test_gradient (void)
{
  static const double angles[] = { 0, 30, 90, 180, 227.5, 360 };

  for (gsize i = 0; i < G_N_ELEMENTS (angles); i++)
    for (int kind = 0; kind < 4; kind++)
      {
        BbFormat format = make_format (96, 54, 8, 1);
        BbFormat target = make_format (kind == 3 ? 101 : 90, kind == 3 ? 157 : 160,
                                       kind % 2 != 0 ? 10 : 8, kind == 2 ? 0 : 1);
        g_autoptr (BbFrame) frame = make_frame (&format);
        g_autoptr (BbFrame) out = NULL;
        RefPlane still[BB_N_PLANES];
        BbRecipeValues values;
        int top, bottom;

        target.full_range = kind == 1;
        target.chroma_location = kind == 1 ? 2 : 1;
        init_values (&values, &target, BB_BACKGROUND_GRADIENT);
        values.color = 0xe01b24;
        values.gradient_color = 0x1a5fb4;
        values.gradient_angle = angles[i];
        out = run (&values, frame, BB_ORIENTATION_UPRIGHT, &target);
        make_gradient (&values, &target, still);
        /* Above and below the picture, which is as wide as the canvas. */
        top = (target.height - target.width * 54 / 96) / 2 - 2;
        bottom = target.height - top;
        for (int p = 0; p < BB_N_PLANES; p++)
          for (int y = 0; y < still[p].height; y++)
            for (int x = 0; x < still[p].width; x++)
              {
                int luma_y = p == 0 ? y : y << target.chroma_shift_y;

                if (luma_y < top || luma_y >= bottom)
                  g_assert_cmpfloat (
                    fabs (ref_get_code (out, p, x, y) - still[p].sample[y * still[p].width + x]),
                    <=, ROUNDING + 0.001);
              }
        clear_planes (still);
      }
}

static void
test_picture (void)
{
  static const double radii[] = { 0, 1.5, 6, 40 };
  PamPicture picture = pam_new (150, 110, 16, 1, TRUE);
  g_autofree char *path = pam_write (&picture, "behind.pam");

  for (gsize i = 0; i < G_N_ELEMENTS (radii); i++)
    for (int kind = 0; kind < 4; kind++)
      {
        BbFormat format = make_format (96, 54, kind == 2 ? 10 : 8, 1);
        BbFormat target = make_format (90, 160, kind % 2 != 0 ? 10 : 8, kind == 2 ? 0 : 1);
        g_autoptr (BbFrame) frame = NULL;
        g_autoptr (BbFrame) out = NULL;
        RefPlane still[BB_N_PLANES], planes[BB_N_PLANES];
        BbRecipeValues values;

        format.full_range = target.full_range = kind == 1;
        format.chroma_location = target.chroma_location = kind == 1 ? 2 : 1;
        frame = make_frame (&format);
        init_values (&values, &target, BB_BACKGROUND_PICTURE);
        values.picture = path;
        values.color = 0x33d17a;
        values.blur = radii[i];
        values.background_zoom = kind == 3 ? 1.4 : 1.0;
        values.dim = kind == 0 ? 0.3 : 0.0;
        values.saturation = kind == 2 ? 1.5 : 1.0;
        out = run (&values, frame, BB_ORIENTATION_UPRIGHT, &target);
        make_picture (&values, &picture, &target, still);
        ref_render_on (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target, still, planes);
        assert_close (planes, out);
        clear_planes (still);
        clear_planes (planes);
      }
  pam_clear (&picture);
}

/* Smaller and larger than the canvas, moved, turned, sharp and blurred. */
static void
test_mirror (void)
{
  static const double radii[] = { 0, 1, 5, 14, 60 };

  for (gsize i = 0; i < G_N_ELEMENTS (radii); i++)
    for (int kind = 0; kind < 6; kind++)
      {
        BbFormat format = make_format (kind == 1 ? 320 : 64, kind == 1 ? 180 : 36,
                                       kind == 2 ? 10 : 8, kind == 4 ? 0 : 1);
        BbFormat target = make_format (90, kind == 5 ? 60 : 160, kind % 2 != 0 ? 10 : 8, 1);
        BbOrientation orientation =
          kind == 3 ? BB_ORIENTATION_TRANSPOSE | BB_ORIENTATION_FLIP_X : BB_ORIENTATION_UPRIGHT;
        g_autoptr (BbFrame) frame = make_frame (&format);
        g_autoptr (BbFrame) out = NULL;
        RefPlane planes[BB_N_PLANES];
        BbRecipeValues values;

        init_values (&values, &target, BB_BACKGROUND_MIRROR);
        values.blur = radii[i];
        values.zoom = kind == 4 ? 0.3 : 0.0;
        values.offset_x = kind == 3 ? 37 : 0;
        values.offset_y = kind == 2 ? -44 : 0;
        values.dim = kind == 4 ? 0.25 : 0.0;
        values.saturation = kind == 0 ? 0.5 : 1.0;
        /* A recipe's other sizes say nothing here. */
        values.background_zoom = 3.0;
        out = run (&values, frame, orientation, &target);
        ref_render (&values, frame, orientation, 1.0, &target, planes);
        assert_close (planes, out);
        clear_planes (planes);
      }
}

static void
test_logo (void)
{
  PamPicture behind = pam_new (70, 90, 8, 4, FALSE);
  g_autofree char *behind_path = pam_write (&behind, "under.pam");

  for (int i = 0; i < 20; i++)
    {
      BbFormat format = make_format (i % 2 != 0 ? 54 : 96, i % 2 != 0 ? 96 : 54, 8, 1);
      BbFormat target = make_format (90, 160, i % 3 == 0 ? 10 : 8, i % 4 == 3 ? 0 : 1);
      PamPicture logo = pam_new (17 + 11 * i, 23, i % 2 != 0 ? 16 : 8, (guint32) i, i % 7 != 0);
      g_autofree char *name = g_strdup_printf ("logo-%d.pam", i);
      g_autofree char *path = pam_write (&logo, name);
      g_autoptr (BbFrame) frame = make_frame (&format);
      g_autoptr (BbFrame) out = NULL;
      RefPlane still[BB_N_PLANES] = { 0 }, planes[BB_N_PLANES];
      BbRecipeValues values;

      target.chroma_location = format.chroma_location = 1 + i % 2;
      init_values (&values, &target, (BbBackground) (i % 5));
      values.picture = behind_path;
      values.color = values.gradient_color = 0x813d9c;
      values.blur = i % 2 != 0 ? 12 : 1;
      values.zoom = i == 10 || i == 11 ? 1.0 : 0.0; /* hides the background altogether */
      values.logo = path;
      values.logo_place = (BbLogoPlace) (i / 4);
      values.logo_x = 0.03 * i;
      values.logo_y = 1.0 - 0.04 * i;
      values.logo_size = 0.05 + 0.04 * i;
      values.logo_margin = 0.01 * (i % 6);
      values.logo_opacity = i % 3 == 1 ? 0.4 : 1.0;
      out = run (&values, frame, BB_ORIENTATION_UPRIGHT, &target);
      if (values.background == BB_BACKGROUND_PICTURE)
        make_picture (&values, &behind, &target, still);
      else if (values.background == BB_BACKGROUND_COLOR ||
               values.background == BB_BACKGROUND_GRADIENT)
        make_gradient (&values, &target, still);
      ref_render_on (&values, frame, BB_ORIENTATION_UPRIGHT, 1.0, &target,
                     still[0].sample != NULL ? still : NULL, planes);
      lay_over (&values, &logo, &target, planes);
      assert_close (planes, out);
      clear_planes (still);
      clear_planes (planes);
      pam_clear (&logo);
    }
  pam_clear (&behind);
}

/* SMPTE ST 2084 and ITU-R BT.2100, of linear light with diffuse white at 203 cd/m2 and 75 %. */
static double
get_hdr_signal (double linear, gboolean pq)
{
  double y = pow (linear * 203.0 / 10000.0, 2610.0 / 16384.0);
  double e = linear * 0.2645;

  if (pq)
    return pow ((3424.0 / 4096.0 + 2413.0 / 128.0 * y) / (1.0 + 2392.0 / 128.0 * y), 2523.0 / 32.0);
  return e <= 1.0 / 12.0 ? sqrt (3.0 * e) : 0.17883277 * log (12.0 * e - 0.28466892) + 0.55991073;
}

/* Greys keep their chroma, and what is as bright as paper is so in HDR. */
static void
test_hdr (void)
{
  for (int kind = 0; kind < 2; kind++)
    for (int grey = 0; grey <= 65535; grey += 4369)
      {
        BbFormat format = make_format (32, 18, 10, 1);
        BbFormat target = make_format (18, 32, 10, 1);
        PamPicture picture = { 4, 4, 16, g_malloc0_n (16, 8) };
        g_autofree char *name = g_strdup_printf ("grey-%d-%d.pam", kind, grey);
        g_autofree char *path = NULL;
        g_autoptr (BbFrame) frame = NULL;
        g_autoptr (BbFrame) out = NULL;
        BbRecipeValues values;
        double v = grey / 65535.0;
        double linear = v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);

        format.transfer = target.transfer = kind == 0 ? 16 : 18;
        format.primaries = target.primaries = format.matrix = target.matrix = 9;
        frame = make_frame (&format);
        for (int i = 0; i < 16; i++)
          for (int k = 0; k < 4; k++)
            picture.rgba[i][k] = (guint16) (k < 3 ? grey : 65535);
        path = pam_write (&picture, name);
        init_values (&values, &target, BB_BACKGROUND_PICTURE);
        values.picture = path;
        values.blur = 0;
        out = run (&values, frame, BB_ORIENTATION_UPRIGHT, &target);
        g_assert_cmpfloat (
          fabs (ref_get_code (out, 0, 3, 2) - (64 + 876 * get_hdr_signal (linear, kind == 0))), <=,
          0.6);
        g_assert_cmpint (ref_get_code (out, 1, 3, 1), ==, 512);
        g_assert_cmpint (ref_get_code (out, 2, 3, 1), ==, 512);
        pam_clear (&picture);
      }
}

/* A drawing is made as large as it is shown, and what is half transparent in it is so. */
static void
test_drawing (void)
{
  BbFormat format = make_format (96, 54, 8, 1);
  BbFormat target = make_format (200, 360, 8, 0);
  g_autoptr (BbFrame) frame = make_frame (&format);
  g_autoptr (BbFrame) out = NULL;
  g_autofree char *folder = g_dir_make_tmp ("blurbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "logo.svg", NULL);
  const double below[3] = { 0, 1, 0 }, half[3] = { 0.5, 0.5, 0 }, whole[3] = { 1, 1, 1 };
  BbRecipeValues values;

  if (avcodec_find_decoder_by_name ("librsvg") == NULL)
    {
      g_test_skip ("FFmpeg reads no SVG here.");
      return;
    }
  /* A white half, and a red one that is half transparent, four units wide together. */
  g_file_set_contents (path,
                       "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='2'>"
                       "<rect width='2' height='2' fill='white'/>"
                       "<rect x='2' width='2' height='2' fill='red' fill-opacity='0.5'/></svg>",
                       -1, NULL);
  init_values (&values, &target, BB_BACKGROUND_COLOR);
  values.color = 0x00ff00;
  values.logo = path;
  values.logo_place = BB_LOGO_TOP_LEFT;
  values.logo_margin = 0.1;
  values.logo_size = 0.5;
  out = run (&values, frame, BB_ORIENTATION_UPRIGHT, &target);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      /* From 20,20 on, 100 × 50: sharp at its edges, as no drawing of four pixels is. */
      g_assert_cmpfloat (fabs (ref_get_code (out, p, 20, 20) - get_code_of (&target, p, whole)), <=,
                         1.0);
      g_assert_cmpfloat (fabs (ref_get_code (out, p, 67, 69) - get_code_of (&target, p, whole)), <=,
                         1.0);
      g_assert_cmpfloat (fabs (ref_get_code (out, p, 72, 20) - get_code_of (&target, p, half)), <=,
                         1.5);
      g_assert_cmpfloat (fabs (ref_get_code (out, p, 119, 69) - get_code_of (&target, p, half)), <=,
                         1.5);
      g_assert_cmpfloat (fabs (ref_get_code (out, p, 120, 69) - get_code_of (&target, p, below)),
                         <=, 0.6);
      g_assert_cmpfloat (fabs (ref_get_code (out, p, 119, 70) - get_code_of (&target, p, below)),
                         <=, 0.6);
    }
  g_unlink (path);
  g_rmdir (folder);
}

/* A picture that cannot be had is told by name, and only where it is needed. */
static void
test_missing (void)
{
  BbFormat format = make_format (32, 18, 8, 1);
  BbFormat target = make_format (18, 32, 8, 1);
  PamPicture picture = pam_new (8, 8, 8, 0, FALSE);
  g_autofree char *path = pam_write (&picture, "gone.pam");
  g_autoptr (BbPlan) kept = NULL;
  BbRecipeValues values;

  init_values (&values, &target, BB_BACKGROUND_PICTURE);
  for (int kind = 0; kind < 4; kind++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = NULL;
      g_autoptr (BbPlan) plan = NULL;

      if (kind == 1)
        g_assert_true (g_file_set_contents (path, "no picture at all", -1, NULL));
      if (kind == 2)
        g_assert_cmpint (g_unlink (path), ==, 0);
      values.background = kind == 3 ? BB_BACKGROUND_BLUR : BB_BACKGROUND_PICTURE;
      values.picture = path;
      recipe = bb_recipe_new (&values, &error);
      g_assert_no_error (error);
      plan = bb_test_plan_new (recipe, &format, BB_ORIENTATION_UPRIGHT, 1.0, &target, &error);
      if (kind == 0 || kind == 3)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_null (plan);
      g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, "gone.pam"));
    }
  pam_clear (&picture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backgrounds/gradient", test_gradient);
  g_test_add_func ("/backgrounds/picture", test_picture);
  g_test_add_func ("/backgrounds/mirror", test_mirror);
  g_test_add_func ("/backgrounds/logo", test_logo);
  g_test_add_func ("/backgrounds/hdr", test_hdr);
  g_test_add_func ("/backgrounds/drawing", test_drawing);
  g_test_add_func ("/backgrounds/missing", test_missing);
  return g_test_run ();
}
