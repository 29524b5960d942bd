/* test-gpu-render.c: whole renders on a card, against the processor's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each clip of a folder is rendered to a lossless file on both devices; the files are read back, and
 * each frame compared. Runs on a card, and on the driver for tests.
 */

#include "bb-device.h"
#include "bb-render.h"
#include "bb-source.h"

#include <glib/gstdio.h>

static const char *
device_id (void)
{
  return g_getenv ("BLURBOX_TEST_DEVICE") ?: "cuda:0";
}

static const char *
clips_folder (void)
{
  return g_getenv ("BLURBOX_CLIPS");
}

/* Small where a processor plays the card. */
static void
set_size (BbRecipeValues *values)
{
  gboolean small = g_getenv ("BLURBOX_TEST_DRIVER") != NULL;

  values->width = small ? 108 : 1080;
  values->height = small ? 192 : 1920;
  values->blur = small ? 12 : 60;
}

static void
render (const char *clip, const char *target, const BbRecipeValues *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);
  g_autoptr (BbRender) job = NULL;
  g_auto (GStrv) notices = NULL;
  BbRenderStats stats;

  g_assert_no_error (error);
  job = bb_render_new (clip, target, recipe, TRUE);
  bb_render_run (job, NULL, &error);
  g_assert_no_error (error);
  bb_render_get_stats (job, &stats);
  notices = bb_render_get_notices (job);
  g_test_message ("%s: %" G_GINT64_FORMAT " frames", stats.device, stats.frames);
  for (guint i = 0; notices != NULL && notices[i] != NULL; i++)
    g_test_message ("%s", notices[i]);
}

static int
get_code (const BbFrame *frame, int plane, int x, int y)
{
  const guint8 *row = frame->data[plane] + (gssize) y * frame->stride[plane];

  return frame->format.depth > 8 ? ((const guint16 *) (gconstpointer) row)[x] : row[x];
}

static int
largest_difference (const BbFrame *a, const BbFrame *b)
{
  int largest = 0;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&a->format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (&a->format, p); x++)
        largest = MAX (largest, ABS (get_code (a, p, x, y) - get_code (b, p, x, y)));
  return largest;
}

static void
compare (const char *path_a, const char *path_b, int most)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) source_a = bb_source_new (path_a, &error);
  g_autoptr (BbSource) source_b = bb_source_new (path_b, &error);
  guint n_frames = 0;
  int largest = 0;

  g_assert_no_error (error);
  while (TRUE)
    {
      g_autoptr (BbFrame) a = bb_source_read (source_a, NULL, &error);
      g_autoptr (BbFrame) b = NULL;

      g_assert_no_error (error);
      b = bb_source_read (source_b, NULL, &error);
      g_assert_no_error (error);
      g_assert_true ((a == NULL) == (b == NULL));
      if (a == NULL)
        break;
      g_assert_cmpint (a->pts, ==, b->pts);
      g_assert_cmpint (a->format.width, ==, b->format.width);
      g_assert_cmpint (a->format.height, ==, b->format.height);
      g_assert_cmpint (a->format.depth, ==, b->format.depth);
      largest = MAX (largest, largest_difference (a, b));
      n_frames++;
    }
  g_test_message ("%u frames, largest difference %d codes", n_frames, largest);
  g_assert_cmpuint (n_frames, >, 0);
  g_assert_cmpint (largest, <=, most);
}

static void
test_clip (gconstpointer data)
{
  const char *clip = data;
  g_autofree char *base = g_path_get_basename (clip);
  g_autofree char *folder = g_dir_make_tmp ("blurbox-gpu-XXXXXX", NULL);
  g_autofree char *ours = g_build_filename (folder, "card.mkv", NULL);
  g_autofree char *theirs = g_build_filename (folder, "processor.mkv", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_device_open (device_id (), &error);
  BbRecipeValues values;

  if (device == NULL)
    {
      g_test_skip (error->message);
      g_rmdir (folder);
      return;
    }
  bb_recipe_values_init (&values);
  set_size (&values);
  values.encoder = "ffv1";
  values.audio = BB_AUDIO_NONE;
  values.batch = 8;
  /* What decorates the picture, on some of them. */
  if (g_str_hash (base) % 2 == 0)
    {
      values.corner_radius = values.width / 12.0;
      values.shadow = 0.6;
      values.dim = 0.2;
      values.saturation = 1.3;
    }
  values.device = device_id ();
  render (clip, ours, &values);
  values.device = "cpu";
  render (clip, theirs, &values);
  compare (ours, theirs, 1);
  g_unlink (ours);
  g_unlink (theirs);
  g_rmdir (folder);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) clips = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = NULL;
  const char *name;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (clips_folder () != NULL)
    folder = g_dir_open (clips_folder (), 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if ((g_str_has_suffix (name, ".mp4") || g_str_has_suffix (name, ".webm")) &&
        !g_str_has_prefix (name, "bench-"))
      g_ptr_array_add (clips, g_build_filename (clips_folder (), name, NULL));
  g_ptr_array_sort (clips, compare_names);
  for (guint i = 0; i < clips->len; i++)
    {
      g_autofree char *base = g_path_get_basename (clips->pdata[i]);
      g_autofree char *path = g_strdup_printf ("/render/%s", base);

      g_test_add_data_func (path, clips->pdata[i], test_clip);
    }
  return g_test_run ();
}
