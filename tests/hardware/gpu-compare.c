/* gpu-compare.c: whole renders of tests, and whether two of them are the same
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-compare.h"

#include "bb-render.h"
#include "bb-source.h"

/**
 * gpu_get_device:
 *
 * Returns: the device that is tested
 */
const char *
gpu_get_device (void)
{
  return g_getenv ("BLURBOX_TEST_DEVICE") ?: "cuda:0";
}

/**
 * gpu_get_clips:
 *
 * Returns: (nullable): the folder of clips
 */
const char *
gpu_get_clips (void)
{
  return g_getenv ("BLURBOX_CLIPS");
}

/**
 * gpu_set_size:
 * @values: values of a recipe
 *
 * Sets the canvas: a small one where a processor plays the GPU.
 */
void
gpu_set_size (BbRecipeValues *values)
{
  gboolean small = g_getenv ("BLURBOX_TEST_DRIVER") != NULL;

  values->width = small ? 108 : 1080;
  values->height = small ? 192 : 1920;
  values->blur = small ? 12 : 60;
}

/**
 * gpu_render:
 * @clip: a clip
 * @target: file to make of it
 * @values: how
 *
 * Renders a clip, or fails the test.
 *
 * Returns: (transfer full): what the user would be told
 */
char *
gpu_render (const char *clip, const char *target, const BbRecipeValues *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);
  g_autoptr (BbRender) job = NULL;
  g_auto (GStrv) notices = NULL;
  BbRenderStats stats;
  char *told;

  g_assert_no_error (error);
  job = bb_render_new (clip, target, recipe, TRUE);
  bb_render_run (job, NULL, &error);
  g_assert_no_error (error);
  bb_render_get_stats (job, &stats);
  notices = bb_render_get_notices (job);
  g_test_message ("%s: %" G_GINT64_FORMAT " frames", stats.device, stats.frames);
  told = notices != NULL ? g_strjoinv ("\n", notices) : g_strdup ("");
  if (*told != '\0')
    g_test_message ("%s", told);
  return told;
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

/**
 * gpu_compare_files:
 * @path_a: a lossless file
 * @path_b: another one
 * @most: largest difference of samples that is allowed, in codes
 *
 * Compares all frames and their times, or fails the test.
 */
void
gpu_compare_files (const char *path_a, const char *path_b, int most)
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
