/* test-thumbnails.c: small pictures against ffmpeg's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-media.h"
#include "bb-test-wait.h"
#include "bb-thumbnails.h"

#include <string.h>

#define HEIGHT 144

typedef struct {
  GPtrArray *pictures; /* of BbPicture */
  gboolean done;
  GError *error;
  GCancellable *cancellable; /* (nullable): cancelled at the first picture */
} Loaded;

static void
picture_cb (guint index, BbPicture *picture, gpointer user_data)
{
  Loaded *loaded = user_data;

  g_assert_cmpuint (index, ==, loaded->pictures->len);
  g_ptr_array_add (loaded->pictures, bb_picture_ref (picture));
  if (loaded->cancellable != NULL)
    g_cancellable_cancel (loaded->cancellable);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Loaded *loaded = user_data;

  bb_thumbnails_load_finish (result, &loaded->error);
  loaded->done = TRUE;
}

static void
unref_picture (gpointer data)
{
  bb_picture_unref (data);
}

static void
load (Loaded *loaded, const char *path, const gint64 *times, guint n_times)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  loaded->pictures = g_ptr_array_new_with_free_func (unref_picture);
  bb_thumbnails_load_async (file, times, n_times, HEIGHT, NULL, picture_cb, loaded,
                            loaded->cancellable, done_cb, loaded);
  BB_TEST_WAIT (loaded->done);
}

static void
loaded_clear (Loaded *loaded)
{
  g_ptr_array_unref (loaded->pictures);
  g_clear_error (&loaded->error);
}

/* Mean difference to the frame of a clip at @time, which ffmpeg turned upright and scaled. */
static double
get_difference (const char *path, gint64 time, const BbPicture *picture)
{
  g_autofree char *quoted = g_shell_quote (path);
  g_autoptr (GBytes) bytes = bb_test_ffmpeg_bytes (
    "-i %s -map 0:v -vf \"select='gte(t,%f)',scale=%d:%d:flags=bicubic\" -frames:v 1 -fps_mode "
    "passthrough -pix_fmt rgb24 -f rawvideo -",
    quoted, (double) time * 1e-9 - 0.001, picture->width, picture->height);
  const guint8 *expected = g_bytes_get_data (bytes, NULL);
  const guint8 *pixels = g_bytes_get_data (picture->pixels, NULL);
  double sum = 0.0;

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, (gsize) (picture->width * picture->height) * 3);
  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      for (int i = 0; i < 3; i++)
        sum += ABS (pixels[(gsize) y * picture->stride + (gsize) x * 4 + (gsize) i] -
                    expected[(y * picture->width + x) * 3 + i]);
  return sum / (picture->width * picture->height * 3);
}

/* Close together they are exact; upright, in square pixels. */
static void
test_dense (gconstpointer data)
{
  const char *rotation = data;
  static const gint64 times[] = { 0,          500000000,  990000000,  1000000000,
                                  1010000000, 2500000000, 2990000000, 9000000000 };
  static const gint64 shown[] = { 0,          480000000,  960000000,  1000000000,
                                  1000000000, 2480000000, 2960000000, 2960000000 };
  g_autofree char *flat = NULL;
  g_autofree char *turned = NULL;
  g_autofree char *path = bb_test_media_path ("turned.mp4");
  Loaded loaded = { 0 };
  gboolean upright = strcmp (rotation, "90") != 0;

  flat =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x180:r=25:d=3 -pix_fmt yuv420p -vf "
                    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv "
                    "-c:v libx264 -g 50 -crf 10 flat.mp4");
  turned = bb_test_ffmpeg ("-display_rotation %s -i flat.mp4 -c copy turned.mp4", rotation);
  load (&loaded, path, times, G_N_ELEMENTS (times));
  g_assert_no_error (loaded.error);
  g_assert_cmpuint (loaded.pictures->len, ==, G_N_ELEMENTS (times));
  for (guint i = 0; i < loaded.pictures->len; i++)
    {
      BbPicture *picture = loaded.pictures->pdata[i];
      double difference = get_difference (path, picture->time, picture);

      g_test_message ("%d: mean difference %.2f", (int) i, difference);
      g_assert_cmpint (picture->time, ==, shown[i]);
      g_assert_cmpint (picture->format, ==, BB_PICTURE_RGBX8);
      g_assert_cmpint (picture->height, ==, HEIGHT);
      g_assert_cmpint (picture->width, ==, upright ? 256 : 81);
      g_assert_cmpfloat (difference, <, 4.0);
    }
  loaded_clear (&loaded);
}

/* Far apart they are those of keyframes. */
static void
test_sparse (void)
{
  static const gint64 times[] = { 0, 4500000000, 9100000000, 13900000000, 19990000000 };
  static const gint64 shown[] = { 0, 4000000000, 8000000000, 12000000000, 16000000000 };
  g_autofree char *output = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=160x90:r=10:d=20 -pix_fmt yuv420p -c:v libx264 -g 40 -sc_threshold 0 "
    "sparse.mp4");
  g_autofree char *path = bb_test_media_path ("sparse.mp4");
  Loaded loaded = { 0 };

  load (&loaded, path, times, G_N_ELEMENTS (times));
  g_assert_no_error (loaded.error);
  g_assert_cmpuint (loaded.pictures->len, ==, G_N_ELEMENTS (times));
  for (guint i = 0; i < loaded.pictures->len; i++)
    g_assert_cmpint (((BbPicture *) loaded.pictures->pdata[i])->time, ==, shown[i]);
  loaded_clear (&loaded);

  loaded = (Loaded) { .cancellable = g_cancellable_new () };
  load (&loaded, path, times, G_N_ELEMENTS (times));
  g_assert_error (loaded.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (loaded.pictures->len, ==, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (loaded.pictures->len, ==, 1);
  g_object_unref (loaded.cancellable);
  loaded_clear (&loaded);
}

static void
test_refused (void)
{
  static const gint64 times[] = { 0 };
  g_autofree char *path = bb_test_media_path ("none.mp4");
  Loaded loaded = { 0 };

  load (&loaded, path, times, 1);
  g_assert_nonnull (loaded.error);
  g_assert_nonnull (strstr (loaded.error->message, "none.mp4"));
  g_assert_cmpuint (loaded.pictures->len, ==, 0);
  loaded_clear (&loaded);
}

/* A list that names another file does not show it. */
static void
test_lists (void)
{
  static const gint64 times[] = { 0 };
  static const char *const lists[] = {
    "ffconcat version 1.0\nfile clip.ts\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nclip.ts\n#EXT-X-ENDLIST\n",
  };
  g_autofree char *path = bb_test_media_path ("list.m3u8");
  g_autofree char *output = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=size=64x36:rate=10:duration=1 -pix_fmt yuv420p -c:v mpeg2video clip.ts");

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GError) error = NULL;
      Loaded loaded = { 0 };

      g_file_set_contents (path, lists[i], -1, &error);
      g_assert_no_error (error);
      load (&loaded, path, times, 1);
      g_assert_nonnull (loaded.error);
      g_assert_nonnull (strstr (loaded.error->message, "names other files"));
      g_assert_cmpuint (loaded.pictures->len, ==, 0);
      loaded_clear (&loaded);
    }
}

static void
unref_recipe (gpointer data)
{
  bb_recipe_unref (data);
}

static void
look_cb (guint index, BbPicture *picture, gpointer user_data)
{
  BbPicture **pictures = user_data;

  g_assert_null (pictures[index]);
  pictures[index] = bb_picture_ref (picture);
}

static void
looks_done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (bb_thumbnails_load_finish (result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* Mean difference to what ffmpeg pads the frame at a second to. */
static double
get_look_difference (const BbPicture *picture, const char *color)
{
  g_autoptr (GBytes) bytes = bb_test_ffmpeg_bytes (
    "-i looks.mp4 -vf \"select='gte(t,0.999)',scale=%d:%d:flags=bicubic,format=rgb24,"
    "pad=%d:%d:-1:-1:%s\" -frames:v 1 -fps_mode passthrough -f rawvideo -",
    picture->width, picture->width / 2, picture->width, picture->height, color);
  const guint8 *expected = g_bytes_get_data (bytes, NULL);
  const guint8 *pixels = g_bytes_get_data (picture->pixels, NULL);
  double sum = 0.0;

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, (gsize) (picture->width * picture->height) * 3);
  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      for (int i = 0; i < 3; i++)
        sum += ABS (pixels[(gsize) y * picture->stride + (gsize) x * 4 + (gsize) i] -
                    expected[(y * picture->width + x) * 3 + i]);
  return sum / (picture->width * picture->height * 3);
}

/* One frame in several looks; one that cannot be made does not keep others from it. */
static void
test_looks (void)
{
  static const struct {
    int width, height;
    const char *color; /* (nullable): a picture that is not there */
    int small_width, small_height;
  } looks[] = {
    { 1080, 1080, "#c02040", 96, 96 },
    { 540, 1080, "#000000", 48, 96 },
    { 1080, 1080, NULL, 0, 0 },
    { 1080, 2160, "#3060ff", 48, 96 },
  };
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x160:r=25:d=2 -pix_fmt yuv420p -vf "
                    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv "
                    "-c:v libx264 -g 50 -crf 10 looks.mp4");
  g_autofree char *path = bb_test_media_path ("looks.mp4");
  g_autofree char *none = bb_test_media_path ("none.png");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GPtrArray) recipes = g_ptr_array_new_with_free_func (unref_recipe);
  BbPicture *pictures[G_N_ELEMENTS (looks)] = { NULL };
  gboolean done = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.width = looks[i].width;
      values.height = looks[i].height;
      values.background = looks[i].color != NULL ? BB_BACKGROUND_COLOR : BB_BACKGROUND_PICTURE;
      values.picture = g_intern_string (none);
      if (looks[i].color != NULL)
        g_assert_true (bb_recipe_values_parse (&values, "color", looks[i].color, NULL));
      g_ptr_array_add (recipes, bb_recipe_new (&values, NULL));
    }
  bb_thumbnails_load_looks_async (file, 1010000000, recipes, 96, NULL, look_cb, pictures, NULL,
                                  looks_done_cb, &done);
  BB_TEST_WAIT (done);
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      double difference;

      if (looks[i].color == NULL)
        {
          g_assert_null (pictures[i]);
          continue;
        }
      g_assert_nonnull (pictures[i]);
      g_assert_cmpint (pictures[i]->time, ==, 1000000000);
      g_assert_cmpint (pictures[i]->width, ==, looks[i].small_width);
      g_assert_cmpint (pictures[i]->height, ==, looks[i].small_height);
      difference = get_look_difference (pictures[i], looks[i].color);
      g_test_message ("%d: mean difference %.2f", (int) i, difference);
      g_assert_cmpfloat (difference, <, 4.0);
      bb_picture_unref (pictures[i]);
    }
}

static void
add_tests (void)
{
  g_test_add_data_func ("/thumbnails/dense", "0", test_dense);
  g_test_add_data_func ("/thumbnails/rotated", "90", test_dense);
  g_test_add_data_func ("/thumbnails/upside-down", "180", test_dense);
  g_test_add_func ("/thumbnails/sparse", test_sparse);
  g_test_add_func ("/thumbnails/refused", test_refused);
  g_test_add_func ("/thumbnails/looks", test_looks);
  g_test_add_func ("/thumbnails/lists", test_lists);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
