/* test-player.c: the preview, without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waits for conditions, never for a time: a slow machine takes longer and passes.
 */

#include "bb-player.h"
#include "bb-source.h"
#include "bb-test-media.h"

#include <string.h>

typedef struct {
  BbPlayer *player;
  gboolean opened;
  GError *open_error;
  guint n_pictures;
  guint n_failed;
  guint n_ended;
  guint64 last_generation;
  gboolean went_back; /* a picture of an older recipe came after one of a newer */
} Fixture;

static char *render_program;

static void
picture_cb (BbPlayer *player, Fixture *f)
{
  BbPicture *picture = bb_player_get_picture (player);

  g_assert_nonnull (picture);
  f->n_pictures++;
  if (picture->generation < f->last_generation)
    f->went_back = TRUE;
  f->last_generation = picture->generation;
}

static void
failed_cb (BbPlayer *player, GError *error, Fixture *f)
{
  g_test_message ("failed: %s", error->message);
  f->n_failed++;
}

static void
ended_cb (BbPlayer *player, Fixture *f)
{
  f->n_ended++;
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->opened = TRUE;
  g_clear_error (&f->open_error);
  bb_player_open_finish (BB_PLAYER (object), result, &f->open_error);
}

static void
fixture_init (Fixture *f)
{
  *f = (Fixture) { .player = bb_player_new () };
  g_signal_connect (f->player, "picture", G_CALLBACK (picture_cb), f);
  g_signal_connect (f->player, "failed", G_CALLBACK (failed_cb), f);
  g_signal_connect (f->player, "ended", G_CALLBACK (ended_cb), f);
}

static void
fixture_clear (Fixture *f)
{
  g_assert_false (f->went_back);
  g_clear_error (&f->open_error);
  g_object_add_weak_pointer (G_OBJECT (f->player), (gpointer *) &f->player);
  g_object_unref (f->player);
  while (f->player != NULL)
    g_main_context_iteration (NULL, TRUE);
}

#define WAIT_FOR(condition)                                                                         \
  while (!(condition))                                                                              \
  g_main_context_iteration (NULL, TRUE)

static void
open_file (Fixture *f, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  f->opened = FALSE;
  bb_player_open_async (f->player, file, NULL, opened_cb, f);
  WAIT_FOR (f->opened);
  g_assert_no_error (f->open_error);
}

static BbRecipe *
make_recipe (const BbRecipeValues *values)
{
  g_autoptr (GError) error = NULL;
  BbRecipe *recipe = bb_recipe_new (values, &error);

  g_assert_no_error (error);
  return recipe;
}

/* Sets a recipe; returns its generation. */
static guint64
set_recipe (Fixture *f, const BbRecipeValues *values)
{
  g_autoptr (BbRecipe) recipe = make_recipe (values);

  bb_player_set_recipe (f->player, recipe);
  return bb_recipe_get_generation (recipe);
}

static void
small_values (BbRecipeValues *values)
{
  bb_recipe_values_init (values);
  values->width = 180;
  values->height = 320;
  values->encoder = "ffv1";
}

static gint64
shown_time (Fixture *f)
{
  BbPicture *picture = bb_player_get_picture (f->player);

  return picture != NULL ? picture->time : -1;
}

static void
wait_for_generation (Fixture *f, guint64 generation)
{
  WAIT_FOR (bb_player_get_picture (f->player) != NULL &&
            bb_player_get_picture (f->player)->generation >= generation);
  g_assert_cmpuint (bb_player_get_picture (f->player)->generation, ==, generation);
}

/* Times of all frames out of ffprobe, nanoseconds from the source's start, and how they look out of
 * a sequential read. */
static GArray *
read_times (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) source = bb_source_new (path, &error);
  g_autoptr (GArray) pts = bb_test_ffprobe_times (path);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_assert_no_error (error);
  for (guint i = 0; i < pts->len; i++)
    {
      gint64 time =
        bb_source_info_get_time (bb_source_get_info (source), g_array_index (pts, gint64, i));

      g_array_append_val (times, time);
    }
  return times;
}

static char *
clip (const char *name)
{
  char *path = bb_test_media_path (name);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *output = NULL;

      output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x180:r=25:d=3 -pix_fmt yuv420p "
                               "-c:v libx264 -g 12 %s",
                               name);
    }
  return path;
}

/* Every frame that is stepped to is the one that an encoder gets. */
static void
assert_same_as_render (const char *path, const BbRecipeValues *values)
{
  Fixture f;
  g_autoptr (BbRecipe) recipe = make_recipe (values);
  g_autofree char *recipe_path = bb_test_media_path ("test.recipe");
  g_autofree char *finished = bb_test_media_path ("finished.mkv");
  g_autofree char *output = NULL;
  g_autofree char *error_output = NULL;
  g_autoptr (GFile) recipe_file = g_file_new_for_path (recipe_path);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) reference = NULL;
  int status = 0;
  guint count = 0;
  BbFrame *frame;
  const char *argv[] = { render_program, "--quiet", "--overwrite", "--recipe", recipe_path,
                         "--encoder",    "ffv1",    "--audio",     "none",     "-o",
                         finished,       "--",      path,          NULL };

  g_assert_true (bb_recipe_save (recipe, recipe_file, &error));
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, &error_output,
                &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s", render_program, error_output);

  fixture_init (&f);
  bb_player_set_recipe (f.player, recipe);
  open_file (&f, path);
  WAIT_FOR (f.n_pictures > 0);
  reference = bb_source_new (finished, &error);
  g_assert_no_error (error);
  while ((frame = bb_source_read (reference, NULL, &error)) != NULL)
    {
      g_autofree char *expected = bb_test_frame_md5 (frame);
      g_autofree char *actual = NULL;

      if (count > 0)
        {
          guint n = f.n_pictures;

          bb_player_step (f.player, 1);
          WAIT_FOR (f.n_pictures > n);
        }
      actual = bb_test_frame_md5 (bb_player_get_picture (f.player)->frame);
      g_assert_cmpstr (actual, ==, expected);
      bb_frame_unref (frame);
      count++;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (count, >, 1);
  g_test_message ("%u frames", count);
  fixture_clear (&f);
}

static void
test_same (void)
{
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;

  small_values (&values);
  values.corner_radius = 12;
  values.shadow = 0.5;
  values.blur = 40;
  assert_same_as_render (path, &values);
}

static void
test_open (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  g_autofree char *missing = bb_test_media_path ("missing.mp4");
  g_autoptr (GFile) file = g_file_new_for_path (missing);
  const BbPlayerSource *source;
  BbRecipeValues values;
  gint64 duration = 0;
  guint64 generation;

  fixture_init (&f);
  g_assert_null (bb_player_get_source (f.player));
  bb_player_open_async (f.player, file, NULL, opened_cb, &f);
  WAIT_FOR (f.opened);
  g_assert_nonnull (f.open_error);
  g_assert_nonnull (strstr (f.open_error->message, "missing.mp4"));
  open_file (&f, path);
  source = bb_player_get_source (f.player);
  g_assert_cmpint (source->width, ==, 320);
  g_assert_cmpint (source->height, ==, 180);
  g_assert_cmpint (source->duration, ==, 3000000000);
  g_assert_cmpint (source->frame_duration, ==, 40000000);
  g_assert_false (source->has_audio);
  g_assert_cmpstr (source->codec, ==, "h264");
  g_object_get (f.player, "duration", &duration, NULL);
  g_assert_cmpint (duration, ==, 3000000000);

  small_values (&values);
  generation = set_recipe (&f, &values);
  wait_for_generation (&f, generation);
  g_assert_cmpint (shown_time (&f), ==, 0);
  g_assert_cmpint (bb_player_get_picture (f.player)->width, ==, 180);
  g_assert_cmpint (bb_player_get_picture (f.player)->height, ==, 320);
  bb_player_set_size (f.player, 100, 160);
  WAIT_FOR (bb_player_get_picture (f.player)->width != 180);
  g_assert_cmpint (bb_player_get_picture (f.player)->width, ==, 90);
  g_assert_cmpint (bb_player_get_picture (f.player)->height, ==, 160);
  bb_player_close (f.player);
  g_assert_null (bb_player_get_picture (f.player));
  g_assert_null (bb_player_get_file (f.player));
  fixture_clear (&f);
}

static gint64
get_time (GArray *times, guint i)
{
  return g_array_index (times, gint64, i);
}

static void
step_to (Fixture *f, int frames, gint64 time)
{
  bb_player_step (f->player, frames);
  WAIT_FOR (shown_time (f) == time);
}

/* Forward to the end and back to the start, each frame at its exact time, as sequentially read. */
static void
assert_steps (const char *path)
{
  Fixture f;
  g_autoptr (GArray) times = read_times (path);
  g_autoptr (GPtrArray) sums = g_ptr_array_new_with_free_func (g_free);
  guint last = MIN (times->len, 60) - 1;
  BbRecipeValues values;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  WAIT_FOR (shown_time (&f) == get_time (times, 0));
  for (guint i = 0; i <= last; i++)
    {
      if (i > 0)
        step_to (&f, 1, get_time (times, i));
      g_ptr_array_add (sums, bb_test_frame_md5 (bb_player_get_picture (f.player)->frame));
      g_assert_cmpint (bb_player_get_position (f.player), ==, get_time (times, i));
    }
  /* Not beyond the end. */
  if (last + 1 == times->len)
    {
      guint n = f.n_pictures;

      bb_player_step (f.player, 5);
      WAIT_FOR (f.n_pictures > n);
      step_to (&f, -1, get_time (times, last - 1));
      step_to (&f, 1, get_time (times, last));
    }
  for (guint i = last; i-- > 0;)
    {
      g_autofree char *sum = NULL;

      step_to (&f, -1, get_time (times, i));
      sum = bb_test_frame_md5 (bb_player_get_picture (f.player)->frame);
      g_assert_cmpstr (sum, ==, sums->pdata[i]);
    }
  f.n_pictures = 0;
  bb_player_step (f.player, -3);
  WAIT_FOR (f.n_pictures > 0 && shown_time (&f) == get_time (times, 0));
  step_to (&f, 1, get_time (times, 1));
  /* Many at once, and calls that add up. */
  step_to (&f, (int) last - 1, get_time (times, last));
  bb_player_step (f.player, -10);
  bb_player_step (f.player, -10);
  WAIT_FOR (shown_time (&f) == get_time (times, last - 20));
  bb_player_seek (f.player, get_time (times, last / 2));
  bb_player_step (f.player, 2);
  WAIT_FOR (shown_time (&f) == get_time (times, last / 2 + 2));
  g_assert_cmpuint (f.n_failed, ==, 0);
  fixture_clear (&f);
}

static void
test_step (void)
{
  g_autofree char *path = clip ("a.mp4");

  assert_steps (path);
}

/* Frames at uneven times, some of them long apart. */
static void
test_step_vfr (void)
{
  g_autofree char *path = bb_test_media_path ("vfr.mp4");
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x180:r=25:d=4 -vf \"select='lt(mod(n*n,7),3)',"
                    "setpts=PTS+0.011*mod(N\\,3)/TB\" -fps_mode passthrough -pix_fmt yuv420p "
                    "-c:v libx264 -g 30 vfr.mp4");

  assert_steps (path);
}

/* A clip of a phone whose frames come at uneven times, turned by 180 degrees. */
static void
test_step_phone (void)
{
  g_autofree char *path =
    g_build_filename (g_getenv ("BB_SHARED_MEDIA"), "pixel7_videoOnly_cleaned.mp4", NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_test_skip ("the shared clips are not here");
  else
    assert_steps (path);
}

/* Plays to the end; each picture that is shown is a frame of the file, and they go forward. */
static void
test_play (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;
  BbPlayerStats stats;
  gint64 before = 0;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  WAIT_FOR (f.n_pictures == 1);
  bb_player_play (f.player);
  g_assert_true (bb_player_get_playing (f.player));
  while (f.n_ended == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (shown_time (&f), >=, before);
      g_assert_cmpint (shown_time (&f) % 40000000, ==, 0);
      before = shown_time (&f);
    }
  g_assert_false (bb_player_get_playing (f.player));
  g_assert_cmpint (shown_time (&f), ==, 2960000000);
  bb_player_get_stats (f.player, &stats);
  g_test_message ("%u pictures, %" G_GUINT64_FORMAT " dropped", f.n_pictures, stats.dropped);
  g_assert_cmpuint (stats.shown + stats.dropped, ==, 74);
  g_assert_cmpint (stats.batch, ==, values.batch);
  g_assert_cmpfloat (stats.effect_ms, >, 0.0);
  g_assert_cmpfloat (stats.decode_ms, >, 0.0);
  g_assert_cmpuint (stats.memory, >, 0);

  /* From the end it plays from the start. */
  bb_player_play (f.player);
  WAIT_FOR (shown_time (&f) < 2000000000);
  bb_player_pause (f.player);
  g_assert_false (bb_player_get_playing (f.player));
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  render_program = g_strdup (g_getenv ("BLURBOX_RENDER"));
  if (!bb_test_media_has_programs () || render_program == NULL)
    {
      g_print ("1..0 # SKIP the ffmpeg programs or blurbox-render are not here\n");
      return 0;
    }
  bb_test_media_init ();
  g_test_add_func ("/player/open", test_open);
  g_test_add_func ("/player/same-as-render", test_same);
  g_test_add_func ("/player/step", test_step);
  g_test_add_func ("/player/step/vfr", test_step_vfr);
  g_test_add_func ("/player/step/phone", test_step_phone);
  g_test_add_func ("/player/play", test_play);
  result = g_test_run ();
  bb_test_media_cleanup ();
  g_free (render_program);
  return result;
}
