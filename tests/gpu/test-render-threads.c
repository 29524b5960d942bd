/* test-render-threads.c: what any thread may ask of a render while it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Under ThreadSanitizer this finds what is shared without a lock.
 */

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

/* Without a pause, so that each change is read from its first moment on. */
static void
test_read_while_running (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *input = bb_test_media_path (test->input);
  g_autofree char *output = bb_test_media_path (test->output);
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
  thread = g_thread_new ("render", render_thread, &job);
  while (!g_atomic_int_get (&job.over))
    {
      gint64 before = stats.frames;
      g_auto (GStrv) notices = bb_render_get_notices (job.render);
      g_autofree char *path = bb_render_get_output (job.render);

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
}

static void
add_tests (void)
{
  static const Case x264 = { "short.mp4", "threads.mp4", "libx264", 1, 25 };
  static const Case ffv1 = { "short.mp4", "threads.mkv", "ffv1", 1, 25 };
  static const Case workers = { "long.mp4", "threads.mkv", "ffv1", 3, 156 };

  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=s=128x72:d=1 -f lavfi -i sine=d=1 "
                          "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac short.mp4"));
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=s=128x72:r=3:d=52 -f lavfi -i sine=d=52 "
                          "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac long.mp4"));
  g_test_add_data_func ("/render-threads/x264", &x264, test_read_while_running);
  g_test_add_data_func ("/render-threads/ffv1", &ffv1, test_read_while_running);
  g_test_add_data_func ("/render-threads/workers", &workers, test_read_while_running);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
