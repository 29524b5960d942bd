/* test-estimate.c: how large a file will become, against the file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-estimate.h"
#include "bb-render.h"
#include "bb-test-media.h"

#include <glib/gstdio.h>

/* Folder for temporary files, the test's own too. */
static char temporary[] = "/tmp/blurbox-estimate-XXXXXX";

typedef struct {
  GMainLoop *loop;
  GCancellable *cancel_on_progress;
  guint n_guesses;
  gint64 bytes;
  GError *error;
} Result;

static void
guess_cb (gint64 bytes, gpointer data)
{
  Result *result = data;

  g_assert_cmpint (bytes, >, 0);
  result->n_guesses++;
  g_cancellable_cancel (result->cancel_on_progress);
}

static void
done_cb (GObject *source, GAsyncResult *async, gpointer data)
{
  Result *result = data;

  result->bytes = bb_estimate_finish (async, &result->error);
  g_main_loop_quit (result->loop);
}

static Result
estimate (const char *name, BbRecipe *recipe, const char *extension, GCancellable *cancel)
{
  Result result = { g_main_loop_new (NULL, FALSE), cancel, 0, 0, NULL };
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  bb_estimate_async (file, recipe, extension, cancel, guess_cb, done_cb, &result);
  g_main_loop_run (result.loop);
  g_main_loop_unref (result.loop);
  return result;
}

/* Whatever happened, nothing is left in the folder for temporary files. */
static void
assert_clean (void)
{
  g_autoptr (GDir) dir = g_dir_open (temporary, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_true (g_str_has_prefix (name, "blurbox-test-"));
}

static gint64
measure (const char *name, BbRecipe *recipe, const char *extension)
{
  g_autofree char *input = bb_test_media_path (name);
  g_autofree char *base = g_strconcat ("out.", extension, NULL);
  g_autofree char *output = bb_test_media_path (base);
  g_autoptr (BbRender) render = bb_render_new (input, output, recipe, TRUE);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  bb_render_run (render, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (output, &info), ==, 0);
  g_unlink (output);
  return info.st_size;
}

typedef struct {
  const char *label;
  const char *clip;
  const char *encoder;
  int quality;
  BbAudio audio;
  double start;
  double end;
  const char *extension;
  double least; /* of the estimate, in the file's true size */
  double most;
  guint n_guesses;
} Case;

static const Case cases[] = {
  { "calm", "calm.mp4", "libx264", 23, BB_AUDIO_COPY, 0, -1, "mp4", 0.8, 1.3, 2 },
  { "busy", "busy.mp4", "libx264", 28, BB_AUDIO_NONE, 0, -1, "mp4", 0.8, 1.3, 2 },
  { "quality", "busy.mp4", "libx264", 10, BB_AUDIO_NONE, 0, -1, "mkv", 0.8, 1.3, 2 },
  { "uneven", "uneven.mp4", "libx264", 23, BB_AUDIO_NONE, 0, -1, "mp4", 0.7, 1.4, 2 },
  { "trim", "calm.mp4", "libx264", 23, BB_AUDIO_ENCODE, 5, 15, "mp4", 0.8, 1.3, 2 },
  { "lossless", "calm.mp4", "ffv1", -1, BB_AUDIO_COPY, 0, -1, "mkv", 0.9, 1.1, 2 },
  { "hevc", "calm.mp4", "libx265", 28, BB_AUDIO_NONE, 0, -1, "mp4", 0.75, 1.4, 2 },
  { "short", "calm.mp4", "libx264", 23, BB_AUDIO_COPY, 2, 4.5, "mp4", 0.995, 1.005, 0 },
};

static BbRecipe *
make_recipe (const Case *wanted)
{
  BbRecipeValues values;
  g_autoptr (GError) error = NULL;
  BbRecipe *recipe;

  bb_recipe_values_init (&values);
  values.width = 90;
  values.height = 160;
  values.device = "cpu";
  values.batch = 4;
  values.encoder = wanted->encoder;
  values.quality = wanted->quality;
  values.audio = wanted->audio;
  values.start = (gint64) (wanted->start * 1e9);
  values.end = wanted->end < 0 ? -1 : (gint64) (wanted->end * 1e9);
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  return recipe;
}

static void
test_size (gconstpointer data)
{
  const Case *wanted = data;
  g_autoptr (BbRecipe) recipe = make_recipe (wanted);
  Result result = estimate (wanted->clip, recipe, wanted->extension, NULL);
  gint64 size = measure (wanted->clip, recipe, wanted->extension);

  g_assert_no_error (result.error);
  g_test_message ("%s: %" G_GINT64_FORMAT " bytes guessed, %" G_GINT64_FORMAT " true, factor %.3f",
                  wanted->label, result.bytes, size, (double) result.bytes / (double) size);
  g_assert_cmpfloat ((double) result.bytes, >=, wanted->least * (double) size);
  g_assert_cmpfloat ((double) result.bytes, <=, wanted->most * (double) size);
  g_assert_cmpuint (result.n_guesses, ==, wanted->n_guesses);
  assert_clean ();
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BbRecipe) recipe = make_recipe (&cases[0]);
  Result result = estimate ("calm.mp4", recipe, "mp4", cancellable);

  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (result.n_guesses, ==, 1);
  g_clear_error (&result.error);
  assert_clean ();
}

static void
test_failure (void)
{
  g_autoptr (BbRecipe) recipe = make_recipe (&cases[0]);
  Result result = estimate ("none.mp4", recipe, "mp4", NULL);

  g_assert_error (result.error, BB_ERROR, BB_ERROR_INPUT);
  g_clear_error (&result.error);
  result = estimate ("calm.mp4", recipe, "webm", NULL);
  g_assert_error (result.error, BB_ERROR, BB_ERROR_ENCODER);
  g_clear_error (&result.error);
}

static void
add_tests (void)
{
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=size=160x90:rate=25:duration=20 "
                          "-f lavfi -i sine=duration=20 -c:v libx264 -c:a aac -b:a 96k calm.mp4"));
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=size=160x90:rate=30:duration=16,"
                          "noise=alls=30:allf=t:all_seed=3 -c:v libx264 -crf 12 busy.mp4"));
  g_free (bb_test_ffmpeg (
    "-f lavfi -i color=gray:size=160x90:rate=25:duration=18,"
    "noise=alls=40:allf=t:all_seed=3:enable='gt(t\\,9)' -c:v libx264 -crf 12 uneven.mp4"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/estimate/", cases[i].label, NULL);

      g_test_add_data_func (path, &cases[i], test_size);
    }
  g_test_add_func ("/estimate/cancel", test_cancel);
  g_test_add_func ("/estimate/failure", test_failure);
}

int
main (int argc, char **argv)
{
  int result;

  /* Before GLib looks at it. */
  g_assert_nonnull (g_mkdtemp (temporary));
  g_setenv ("TMPDIR", temporary, TRUE);
  result = bb_test_media_run (argc, argv, add_tests);
  g_rmdir (temporary);
  return result;
}
