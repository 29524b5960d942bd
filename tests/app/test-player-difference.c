/* test-player-difference.c: the player shows how far FP16 and FP32 are apart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-devices.h"
#include "bb-player.h"
#include "bb-test-player.h"
#include "bb-test-wait.h"
#include "bb-test-device.h"
#include "bb-test-media.h"

#include <math.h>

static BbRecipe *
new_recipe (BbPrecision precision, int width, int height)
{
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.width = width;
  values.height = height;
  values.blur = 12;
  values.corner_radius = 10;
  values.shadow = 0.5;
  values.device = "cpu";
  values.precision = precision;
  return bb_recipe_new (&values, NULL);
}

/* The first frame of a file in one precision, made without the player. */
static BbFrame *
make (const char *path, BbPrecision precision, const BbFormat *target)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) source = bb_source_new (path, &error);
  g_autoptr (BbFrame) frame = bb_source_read (source, NULL, &error);
  g_autoptr (BbRecipe) recipe = new_recipe (precision, 180, 320);
  g_autoptr (BbPlan) plan =
    bb_test_plan_new (recipe, &frame->format, BB_ORIENTATION_UPRIGHT, 1.0, target, &error);
  g_autoptr (BbDevice) device = bb_devices_open ("cpu", &error);
  BbBatch *batch = bb_batch_new (1);
  BbFrame *made;

  g_assert_no_error (error);
  g_assert_true (bb_test_device_prepare (device, plan, 1, &error));
  batch->frame[0] = g_steal_pointer (&frame);
  batch = bb_test_device_run (device, batch, NULL, &error);
  g_assert_no_error (error);
  made = g_steal_pointer (&batch->frame[0]);
  bb_batch_free (batch);
  return made;
}

/* Holds the picture to both frames, in double precision. */
static void
check (const BbPicture *picture, const char *path, BbPrecision precision, int gain)
{
  const BbFormat *format = &picture->frame->format;
  g_autoptr (BbFrame) same = make (path, precision, format);
  g_autoptr (BbFrame) other =
    make (path, precision == BB_PRECISION_FP16 ? BB_PRECISION_FP32 : BB_PRECISION_FP16, format);
  g_autofree char *md5 = bb_test_frame_md5 (picture->frame);
  g_autofree char *same_md5 = bb_test_frame_md5 (same);
  const guint8 *pixels = g_bytes_get_data (picture->pixels, NULL);
  double largest = 0.0;
  double squares = 0.0;
  double n = 0.0;
  int brightest = 0;

  g_assert_cmpstr (md5, ==, same_md5);
  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        {
          double d = (double) same->data[p][y * same->stride[p] + x] -
                     other->data[p][y * other->stride[p] + x];

          largest = fmax (largest, fabs (d));
          squares += d * d;
          n += 1.0;
        }
  for (gsize i = 0; i < (gsize) picture->height * picture->stride; i += 4)
    brightest = MAX (brightest, pixels[i]);
  g_test_message ("largest difference %.0f, PSNR %.1f dB", largest, picture->difference->psnr);
  /* Else nothing is held to anything. */
  g_assert_cmpfloat (largest, >, 0.0);
  g_assert_cmpfloat (picture->difference->largest, ==, largest);
  g_assert_cmpfloat_with_epsilon (picture->difference->psnr,
                                  10.0 * log10 (255.0 * 255.0 / (squares / n)), 1e-6);
  g_assert_cmpfloat (brightest, ==, fmin (gain * largest, 255.0));
}

static void
opened_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (bb_player_open_finish (BB_PLAYER (source_object), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
test_difference (void)
{
  g_autofree char *path = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (BbPlayer) player = bb_player_new ();
  gboolean opened = FALSE;

  if (!bb_test_media_has_programs ())
    {
      g_test_skip ("ffmpeg is not here");
      return;
    }
  output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x180:r=25:d=1,noise=alls=20 -pix_fmt yuv420p "
                           "-c:v libx264 -preset ultrafast %s",
                           "difference.mp4");
  path = bb_test_media_path ("difference.mp4");
  file = g_file_new_for_path (path);
  bb_player_open_async (player, file, NULL, opened_cb, &opened);
  BB_TEST_WAIT (opened);
  for (int i = 0; i < 4; i++)
    {
      BbPrecision precision = i % 2 == 0 ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
      int gain = 8 << i;
      g_autoptr (BbRecipe) recipe = new_recipe (precision, 180, 320);
      BbPicture *picture;

      /* Before the recipe, whose generation tells that the picture shows all of it. */
      BB_TEST_PLAYER_SET (player, s.gain = gain);
      BB_TEST_PLAYER_SET (player, s.compare = i >= 2);
      BB_TEST_PLAYER_SET (player, s.recipe = recipe);
      BB_TEST_WAIT ((picture = bb_player_get_picture (player)) != NULL &&
                    picture->generation == bb_recipe_get_generation (recipe) &&
                    picture->difference != NULL &&
                    (bb_player_get_compared (player) != NULL) == (i >= 2));
      check (picture, path, precision, gain);
      if (i >= 2)
        g_assert_null (bb_player_get_compared (player)->difference);
    }
  /* It goes on while it plays, and ends when it is switched off. */
  bb_player_play (player);
  BB_TEST_WAIT (bb_player_get_picture (player)->time > 0);
  g_assert_nonnull (bb_player_get_picture (player)->difference);
  BB_TEST_PLAYER_SET (player, s.gain = 0);
  BB_TEST_WAIT (bb_player_get_picture (player)->difference == NULL);
  bb_player_close (player);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bb_test_media_init ();
  g_test_add_func ("/player/difference", test_difference);
  result = g_test_run ();
  bb_test_media_cleanup ();
  return result;
}
