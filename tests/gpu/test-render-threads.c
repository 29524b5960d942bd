/* test-render-threads.c: what any thread may ask of a render while it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Under ThreadSanitizer this finds what is shared without a lock.
 */

#include "bb-error.h"
#include "bb-render.h"
#include "bb-test-media.h"

#include <glib/gstdio.h>

/* A render by so many workers. */
typedef struct {
  const char *input;
  const char *output;
  const char *encoder;
  guint n_workers;
  int n_frames;
  const char *more; /* (nullable): another output */
} Case;

typedef struct {
  BbRender *render;
  GError *error;
  gboolean done;
  int over; /* atomic */
} Job;

static gpointer
render_thread (gpointer data)
{
  Job *job = data;

  job->done = bb_render_run (job->render, NULL, &job->error);
  g_atomic_int_set (&job->over, TRUE);
  return NULL;
}

static void
add_output (BbRender *render, const char *output, const BbRecipeValues *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);

  g_assert_no_error (error);
  g_assert_true (bb_render_add_output (render, output, recipe, &error));
  g_assert_no_error (error);
}

/* Without a pause, so that each change is read from its first moment on. */
static void
test_read_while_running (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *input = bb_test_media_path (test->input);
  g_autofree char *output = bb_test_media_path (test->output);
  g_autofree char *more = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (GError) error = NULL;
  BbRecipeValues values;
  BbRenderStats stats = { 0 };
  Job job = { 0 };
  GThread *thread;

  bb_recipe_values_init (&values);
  values.width = 72;
  values.height = 128;
  values.batch = 4;
  values.encoder = test->encoder;
  values.device = "cpu";
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  job.render = bb_render_new (input, output, recipe, TRUE);
  bb_render_set_workers (job.render, test->n_workers);
  if (test->more != NULL)
    {
      more = bb_test_media_path (test->more);
      values.width = values.height = 64;
      add_output (job.render, more, &values);
    }
  thread = g_thread_new ("render", render_thread, &job);
  while (!g_atomic_int_get (&job.over))
    {
      gint64 before = stats.frames;
      g_auto (GStrv) notices = bb_render_get_notices (job.render);
      g_autofree char *path = bb_render_get_output (job.render);

      for (guint i = 0; i < bb_render_get_n_outputs (job.render); i++)
        {
          g_autofree char *nth = bb_render_get_nth_output (job.render, i);
          BbRenderOutputStats figures;

          bb_render_get_nth_stats (job.render, i, &figures);
          g_assert_cmpint (figures.width, ==, i == 0 ? 72 : 64);
          g_assert_true (figures.encoder[0] == '\0' ||
                         g_str_equal (figures.encoder, test->encoder));
          g_assert_cmpint (figures.video_bytes, <=, G_MAXINT32);
          g_assert_true (g_str_equal (nth, output) == (i == 0));
        }
      bb_render_get_stats (job.render, &stats);
      g_assert_cmpint (stats.frames, >=, before);
      g_assert_true (stats.batch == 0 || stats.batch == 4);
      g_assert_true (stats.total_frames == 0 || stats.total_frames == test->n_frames);
      g_assert_true (stats.encoder[0] == '\0' || g_str_equal (stats.encoder, test->encoder));
      g_assert_cmpstr (path, ==, output);
    }
  g_thread_join (thread);
  g_assert_no_error (job.error);
  g_assert_true (job.done);
  bb_render_get_stats (job.render, &stats);
  g_assert_cmpint (stats.frames, ==, test->n_frames);
  g_assert_cmpint (bb_test_ffprobe_count (output), ==, test->n_frames);
  bb_render_free (job.render);
  g_unlink (output);
  if (more == NULL)
    return;
  g_assert_cmpint (bb_test_ffprobe_count (more), ==, test->n_frames);
  g_unlink (more);
}

/* What outputs of one render must have in common. */
static void
test_outputs (void)
{
  g_autofree char *input = bb_test_media_path ("short.mp4");
  g_autofree char *output = bb_test_media_path ("a.mkv");
  g_autofree char *again = bb_test_media_path ("./a.mkv");
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbRender) render = NULL;
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.encoder = "ffv1";
  recipe = bb_recipe_new (&values, NULL);
  render = bb_render_new (input, output, recipe, TRUE);
  for (int i = 0; i < 7; i++)
    {
      g_autoptr (BbRecipe) other = NULL;
      g_autoptr (GError) error = NULL;
      BbRecipeValues changed = values;

      changed.start = i == 0 ? 1000000000 : 0;
      changed.end = i == 1 ? 1000000000 : -1;
      changed.batch = i == 2 ? 7 : BB_BATCH_AUTO;
      changed.precision = i == 3 ? BB_PRECISION_FP32 : BB_PRECISION_AUTO;
      changed.device = i == 4 ? "cpu" : "auto";
      other = bb_recipe_new (&changed, NULL);
      g_assert_false (bb_render_add_output (render, i == 6 ? again : output, other, &error));
      g_assert_true (g_error_matches (error, BB_ERROR, i < 5 ? BB_ERROR_INVALID : BB_ERROR_OUTPUT));
      g_assert_cmpuint (bb_render_get_n_outputs (render), ==, 1);
    }
  for (int i = 1; i <= BB_RENDER_MAX_OUTPUTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%d.mkv", output, i);
      g_autoptr (GError) error = NULL;
      gboolean added = bb_render_add_output (render, name, recipe, &error);

      g_assert_true (added == (i < BB_RENDER_MAX_OUTPUTS));
      g_assert_true (added == (error == NULL));
    }
}

static void
add_tests (void)
{
  static const Case x264 = { "short.mp4", "threads.mp4", "libx264", 1, 25, NULL };
  static const Case ffv1 = { "short.mp4", "threads.mkv", "ffv1", 1, 25, NULL };
  static const Case workers = { "long.mp4", "threads.mkv", "ffv1", 3, 156, NULL };
  static const Case outputs = { "long.mp4", "threads.mkv", "ffv1", 2, 156, "more.mkv" };

  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=s=128x72:d=1 -f lavfi -i sine=d=1 "
                          "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac short.mp4"));
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=s=128x72:r=3:d=52 -f lavfi -i sine=d=52 "
                          "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac long.mp4"));
  g_test_add_data_func ("/render-threads/x264", &x264, test_read_while_running);
  g_test_add_data_func ("/render-threads/ffv1", &ffv1, test_read_while_running);
  g_test_add_data_func ("/render-threads/workers", &workers, test_read_while_running);
  g_test_add_data_func ("/render-threads/outputs", &outputs, test_read_while_running);
  g_test_add_func ("/render-threads/outputs-together", test_outputs);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
