/* test-player.c: the preview, without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waits for conditions, never for a time: a slow machine takes longer and passes.
 */

#include "bb-player.h"
#include "bb-test-player.h"
#include "bb-test-wait.h"
#include "bb-source.h"
#include "bb-test-media.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

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
  BB_TEST_WAIT (f->player == NULL);
}

static void
open_file (Fixture *f, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  f->opened = FALSE;
  bb_player_open_async (f->player, file, NULL, opened_cb, f);
  BB_TEST_WAIT (f->opened);
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

  BB_TEST_PLAYER_SET (f->player, s.recipe = recipe);
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
  BB_TEST_WAIT (bb_player_get_picture (f->player) != NULL &&
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
  BB_TEST_PLAYER_SET (f.player, s.recipe = recipe);
  open_file (&f, path);
  BB_TEST_WAIT (f.n_pictures > 0);
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
          BB_TEST_WAIT (f.n_pictures > n);
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

/* A picture of 200×150 pixels, partly transparent. */
static char *
make_picture (const char *name)
{
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc=s=200x150 -vf format=rgba,colorchannelmixer=aa=0.7 "
                    "-frames:v 1 %s",
                    name);

  return bb_test_media_path (name);
}

/* With files: the export finds them beside its recipe. */
static void
test_same_files (void)
{
  g_autofree char *path = clip ("a.mp4");
  g_autofree char *picture = make_picture ("behind.png");
  BbRecipeValues values;

  small_values (&values);
  values.picture = values.logo = picture;
  values.blur = 10;
  values.logo_opacity = 0.6;
  for (int i = 0; i < 2; i++)
    {
      values.background = i == 0 ? BB_BACKGROUND_PICTURE : BB_BACKGROUND_MIRROR;
      assert_same_as_render (path, &values);
    }
}

/* A file that cannot be read is told once; the picture is shown without, and goes on. */
static void
test_missing_files (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  g_autofree char *picture = make_picture ("behind.png");
  g_autofree char *missing = bb_test_media_path ("missing.png");
  g_autofree char *without = NULL;
  BbRecipeValues values;

  fixture_init (&f);
  small_values (&values);
  values.background = BB_BACKGROUND_PICTURE;
  values.picture = picture;
  open_file (&f, path);
  wait_for_generation (&f, set_recipe (&f, &values));
  without = bb_test_frame_md5 (bb_player_get_picture (f.player)->frame);
  values.logo = missing;
  wait_for_generation (&f, set_recipe (&f, &values));
  BB_TEST_WAIT (f.n_failed == 1);
  {
    g_autofree char *shown = bb_test_frame_md5 (bb_player_get_picture (f.player)->frame);

    /* The picture behind can be read and stays. */
    g_assert_cmpstr (shown, ==, without);
  }
  values.picture = missing;
  values.logo = picture;
  values.logo_size = 0.3;
  wait_for_generation (&f, set_recipe (&f, &values));
  values.logo_size = 0.4;
  wait_for_generation (&f, set_recipe (&f, &values));
  bb_player_step (f.player, 1);
  BB_TEST_WAIT (bb_player_get_picture (f.player)->time > 0);
  g_assert_cmpuint (f.n_failed, ==, 1);
  fixture_clear (&f);
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
  BB_TEST_WAIT (f.opened);
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
  BB_TEST_PLAYER_SET (f.player, s.width = 100, s.height = 160);
  BB_TEST_WAIT (bb_player_get_picture (f.player)->width != 180);
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
  BB_TEST_WAIT (shown_time (f) == time);
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
  BB_TEST_WAIT (shown_time (&f) == get_time (times, 0));
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
      BB_TEST_WAIT (f.n_pictures > n);
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
  BB_TEST_WAIT (f.n_pictures > 0 && shown_time (&f) == get_time (times, 0));
  step_to (&f, 1, get_time (times, 1));
  /* Many at once, and calls that add up. */
  step_to (&f, (int) last - 1, get_time (times, last));
  bb_player_step (f.player, -10);
  bb_player_step (f.player, -10);
  BB_TEST_WAIT (shown_time (&f) == get_time (times, last - 20));
  bb_player_seek (f.player, get_time (times, last / 2));
  bb_player_step (f.player, 2);
  BB_TEST_WAIT (shown_time (&f) == get_time (times, last / 2 + 2));
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
  BB_TEST_WAIT (f.n_pictures == 1);
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
  g_assert_cmpint (values.batch, ==, BB_BATCH_AUTO);
  g_assert_cmpint (
    stats.batch, ==,
    g_str_has_prefix (stats.device, "cpu") ? CLAMP ((int) g_get_num_processors (), 4, 16) : 32);
  g_assert_cmpfloat (stats.effect_ms, >, 0.0);
  g_assert_cmpfloat (stats.decode_ms, >, 0.0);
  g_assert_cmpuint (stats.memory, >, 0);

  /* From the end it plays from the start. */
  bb_player_play (f.player);
  BB_TEST_WAIT (shown_time (&f) < 2000000000);
  bb_player_pause (f.player);
  g_assert_false (bb_player_get_playing (f.player));
  fixture_clear (&f);
}

/* Waits until a recipe is shown, and that playing went on meanwhile. */
static void
change (Fixture *f, const BbRecipeValues *values)
{
  wait_for_generation (f, set_recipe (f, values));
  g_assert_true (bb_player_get_playing (f->player));
}

/* The performance group's controls while it plays. */
static void
test_storm (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;
  BbPlayerStats stats;
  guint64 last = 0;
  guint n_before;
  gint64 time_before;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  BB_TEST_PLAYER_SET (f.player, s.loop = TRUE);
  open_file (&f, path);
  bb_player_play (f.player);
  for (int i = 0; i <= 160; i++)
    {
      values.blur = i <= 80 ? 5 * i : 5 * (160 - i);
      change (&f, &values);
    }
  for (int i = 0; i < 10; i++)
    {
      values.precision = i % 2 == 0 ? BB_PRECISION_FP32 : BB_PRECISION_FP16;
      change (&f, &values);
    }
  for (int i = 0; i < 16; i++)
    {
      values.batch = i < 8 ? 1 << i : 128 >> (i - 8);
      change (&f, &values);
      bb_player_get_stats (f.player, &stats);
      g_assert_cmpint (stats.batch, ==, values.batch);
    }
  for (int i = 1; i <= 20; i++)
    {
      values.corner_radius = values.offset_x = i;
      values.shadow = i / 20.0;
      values.height = 320 - 8 * i;
      change (&f, &values);
      g_assert_cmpint (bb_player_get_picture (f.player)->height, ==, values.height);
      BB_TEST_PLAYER_SET (f.player, s.width = 400 - i, s.height = 640);
    }
  /* Faster than pictures can be made: the last one is what remains. */
  for (int round = 0; round < 5; round++)
    {
      for (int i = 0; i < 100; i++)
        {
          values.blur = 4 * i;
          last = set_recipe (&f, &values);
          if (i % 10 == 0)
            g_main_context_iteration (NULL, FALSE);
        }
      wait_for_generation (&f, last);
    }
  /* It goes on. */
  n_before = f.n_pictures;
  time_before = shown_time (&f);
  BB_TEST_WAIT (f.n_pictures > n_before + 5 && shown_time (&f) != time_before);
  g_assert_true (bb_player_get_playing (f.player));
  g_assert_cmpuint (f.n_failed, ==, 0);
  g_assert_cmpuint (f.n_ended, ==, 0);
  fixture_clear (&f);
}

/* Dragging along the timeline: ends where the last call said. */
static void
test_scrub (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  g_autoptr (GArray) times = read_times (path);
  BbRecipeValues values;
  GRand *rand = g_rand_new_with_seed (7);

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  for (int round = 0; round < 12; round++)
    {
      guint i = 0;

      if (round == 6)
        bb_player_play (f.player);
      if (round == 9)
        bb_player_pause (f.player);
      for (int n = 0; n < 40; n++)
        {
          i = (guint) g_rand_int_range (rand, 0, (int) times->len - 10);
          bb_player_seek (f.player, get_time (times, i) + 20000000);
          g_assert_cmpint (bb_player_get_position (f.player), ==, get_time (times, i) + 20000000);
          if (n % 7 == 0)
            g_main_context_iteration (NULL, FALSE);
        }
      if (bb_player_get_playing (f.player))
        {
          /* Plays on from there, and from nowhere else. */
          BB_TEST_WAIT (shown_time (&f) >= get_time (times, i) &&
                        shown_time (&f) <= get_time (times, i + 9) &&
                        bb_player_get_position (f.player) == shown_time (&f));
        }
      else
        BB_TEST_WAIT (shown_time (&f) == get_time (times, i) &&
                      bb_player_get_position (f.player) == shown_time (&f));
    }
  /* Beyond both ends. */
  bb_player_seek (f.player, G_MAXINT64);
  BB_TEST_WAIT (shown_time (&f) == get_time (times, times->len - 1));
  bb_player_seek (f.player, -5);
  BB_TEST_WAIT (shown_time (&f) == 0);
  g_rand_free (rand);
  fixture_clear (&f);
}

/* Until a frame that takes long to reach is there, pictures on the way to it are shown, each nearer than the
 * one before, and none after it. */
static void
test_passing (void)
{
  Fixture f;
  g_autofree char *output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=640x360:r=25:d=16 -c:v libx264 "
                                            "-preset superfast -g 1000 -sc_threshold 0 "
                                            "-pix_fmt yuv420p %s",
                                            "long-gop.mp4");
  g_autofree char *path = bb_test_media_path ("long-gop.mp4");
  /* Over all of it, back in small steps and large ones, and on. */
  static const gint64 seconds[] = { 15, 9, 14, 13, 11, 2, 3, 12, 1, 10 };
  const gint64 frame = 40000000;
  BbRecipeValues values;
  BbPlayerStats stats;
  guint n_passed = 0;
  guint n_back = 0;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  BB_TEST_WAIT (f.n_pictures > 0);
  for (gsize i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      gint64 target = seconds[i] * 1000000000 + 3 * frame + 7;
      gint64 shown = shown_time (&f);

      bb_player_seek (f.player, target);
      while (shown != target - 7)
        {
          guint n = f.n_pictures;

          BB_TEST_WAIT (f.n_pictures > n);
          g_assert_cmpint (ABS (shown_time (&f) - target), <, ABS (shown - target));
          g_assert_cmpint (shown_time (&f) % frame, ==, 0);
          shown = shown_time (&f);
          n_passed += shown != target - 7;
          if (shown != target - 7)
            g_assert_cmpint (bb_player_get_position (f.player), ==, target);
        }
      BB_TEST_WAIT (bb_player_get_position (f.player) == target - 7);
    }
  g_test_message ("%u on the way", n_passed);
  /* On the driver for tests a picture takes longer than the way. */
  bb_player_get_stats (f.player, &stats);
  if (!g_str_has_prefix (stats.device, "Test device"))
    g_assert_cmpuint (n_passed, >, 0);

  /* Many at once: the last one is there in the end. */
  for (int i = 0; i < 40; i++)
    {
      bb_player_seek (f.player, (i * 7 % 16) * 1000000000LL);
      g_main_context_iteration (NULL, FALSE);
    }
  bb_player_seek (f.player, 6 * frame);
  while (shown_time (&f) != 6 * frame)
    {
      guint n = f.n_pictures;
      gint64 before = shown_time (&f);

      BB_TEST_WAIT (f.n_pictures > n);
      /* What was on its way to the screen when it was sought may still come, and one that was to be made. */
      n_back += ABS (shown_time (&f) - 6 * frame) > ABS (before - 6 * frame);
    }
  g_assert_cmpuint (n_back, <=, 2);
  fixture_clear (&f);
}

static void
test_trim (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;
  gint64 before;
  int n_wraps = 0;

  fixture_init (&f);
  small_values (&values);
  values.start = 1010000000; /* within the frame at 1.0 s */
  values.end = 2000000000;
  set_recipe (&f, &values);
  open_file (&f, path);
  BB_TEST_WAIT (f.n_pictures > 0);
  /* What is cut can be looked at. */
  bb_player_seek (f.player, 480000000);
  BB_TEST_WAIT (shown_time (&f) == 480000000);
  bb_player_play (f.player);
  BB_TEST_WAIT (shown_time (&f) != 480000000);
  g_assert_cmpint (shown_time (&f), ==, 1000000000);
  while (f.n_ended == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (shown_time (&f), >=, 1000000000);
      g_assert_cmpint (shown_time (&f), <, 2000000000);
    }
  g_assert_cmpint (shown_time (&f), ==, 1960000000);
  g_assert_false (bb_player_get_playing (f.player));

  BB_TEST_PLAYER_SET (f.player, s.loop = TRUE);
  bb_player_play (f.player);
  before = shown_time (&f);
  while (n_wraps < 3)
    {
      g_main_context_iteration (NULL, TRUE);
      if (shown_time (&f) < before)
        {
          g_assert_cmpint (shown_time (&f), ==, 1000000000);
          n_wraps++;
        }
      g_assert_cmpint (shown_time (&f), <, 2000000000);
      before = shown_time (&f);
    }
  g_assert_true (bb_player_get_playing (f.player));
  /* A trim that moves away takes playing along; a look at what is cut ends it. */
  values.start = 2200000000;
  values.end = -1;
  set_recipe (&f, &values);
  BB_TEST_WAIT (shown_time (&f) >= 2200000000);
  g_assert_true (bb_player_get_playing (f.player));
  bb_player_seek (f.player, 0);
  g_assert_false (bb_player_get_playing (f.player));
  BB_TEST_WAIT (shown_time (&f) == 0);
  g_assert_cmpuint (f.n_ended, ==, 1);
  fixture_clear (&f);
}

/* A main loop that hangs gets the newest picture, not all that it missed. */
static void
test_late (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;
  BbPlayerStats stats;
  guint n_before;
  gint64 time_before;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_pictures > 3);
  bb_player_get_stats (f.player, &stats);
  n_before = f.n_pictures;
  time_before = shown_time (&f);
  for (guint64 dropped = stats.dropped; stats.dropped < dropped + 10;)
    {
      g_usleep (1000);
      bb_player_get_stats (f.player, &stats);
    }
  BB_TEST_WAIT (f.n_pictures > n_before);
  g_assert_cmpuint (f.n_pictures, ==, n_before + 1);
  g_assert_cmpint (shown_time (&f), >=, time_before + 10 * 40000000);
  fixture_clear (&f);
}

/* Samples of @plane in the rows @first to @last. */
static void
assert_rows (const BbFrame *frame, const BbFrame *other, int plane, int first, int last, int code)
{
  int width = bb_format_get_plane_width (&frame->format, plane);

  for (int y = first; y < last; y++)
    for (int x = 0; x < width; x++)
      {
        int value = frame->data[plane][(gssize) y * frame->stride[plane] + x];

        if (other != NULL)
          code = other->data[plane][(gssize) y * other->stride[plane] + x];
        g_assert_cmpint (value, ==, code);
      }
}

/* The source alone, where the foreground is and as large, on black. */
static void
test_compare (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;
  BbPicture *compared;

  fixture_init (&f);
  small_values (&values);
  values.height =
    200; /* the picture is 180x102 in the middle of it, rows 49 to 151, whole chroma rows */
  set_recipe (&f, &values);
  open_file (&f, path);
  BB_TEST_WAIT (f.n_pictures > 0);
  g_assert_null (bb_player_get_compared (f.player));
  BB_TEST_PLAYER_SET (f.player, s.compare = TRUE);
  BB_TEST_WAIT (bb_player_get_compared (f.player) != NULL);
  for (int i = 0; i < 5; i++)
    {
      compared = bb_player_get_compared (f.player);
      g_assert_cmpint (compared->time, ==, shown_time (&f));
      g_assert_cmpuint (compared->generation, ==, f.last_generation);
      g_assert_cmpint (compared->width, ==, 180);
      g_assert_cmpint (compared->height, ==, 200);
      for (int p = 0; p < BB_N_PLANES; p++)
        {
          int shift = p == 0 ? 0 : 1;

          assert_rows (compared->frame, NULL, p, 0, 48 >> shift, p == 0 ? 16 : 128);
          assert_rows (compared->frame, bb_player_get_picture (f.player)->frame, p, 52 >> shift,
                       148 >> shift, 0);
          assert_rows (compared->frame, NULL, p, 152 >> shift, 200 >> shift, p == 0 ? 16 : 128);
        }
      step_to (&f, 1, G_GINT64_CONSTANT (40000000) * (i + 1));
    }
  /* A picture that fills the canvas is the same before and after, wherever it was moved to. */
  values.zoom = 1.5;
  values.position_x = 0.1;
  values.rotate = BB_ROTATE_90;
  values.mirror = BB_MIRROR_HORIZONTAL;
  values.crop_left = 0.2;
  wait_for_generation (&f, set_recipe (&f, &values));
  compared = bb_player_get_compared (f.player);
  g_assert_cmpuint (compared->generation, ==, f.last_generation);
  for (int p = 0; p < BB_N_PLANES; p++)
    assert_rows (compared->frame, bb_player_get_picture (f.player)->frame, p, 0,
                 200 >> (p == 0 ? 0 : 1), 0);
  BB_TEST_PLAYER_SET (f.player, s.compare = FALSE);
  BB_TEST_WAIT (bb_player_get_compared (f.player) == NULL);
  fixture_clear (&f);
}

/* What an encoder of 8 bit gets is tone-mapped, on screen as well. */
static void
test_hdr (void)
{
  Fixture f;
  g_autofree char *path = bb_test_media_path ("hdr.mkv");
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=160x90:r=25:d=1 -vf format=yuv420p10le,"
                    "setparams=range=tv:color_primaries=bt2020:color_trc=arib-std-b67:"
                    "colorspace=bt2020nc -c:v ffv1 hdr.mkv");
  BbRecipeValues values;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  g_assert_true (bb_player_get_source (f.player)->hdr);
  BB_TEST_WAIT (f.n_pictures > 0);
  bb_player_seek (f.player, 400000000);
  for (int i = 0; i < 6; i++)
    {
      BbPicture *picture;
      gboolean mapped = i % 2 == 1;

      values.encoder = mapped ? "libx264" : "libx265";
      wait_for_generation (&f, set_recipe (&f, &values));
      BB_TEST_WAIT (shown_time (&f) == 400000000);
      picture = bb_player_get_picture (f.player);
      g_assert_cmpint (picture->format, ==, mapped ? BB_PICTURE_RGBX8 : BB_PICTURE_RGBX16);
      g_assert_cmpint (picture->transfer, ==, mapped ? 1 : 18);
      g_assert_cmpint (picture->primaries, ==, mapped ? 1 : 9);
      if (i == 3)
        bb_player_play (f.player);
      if (i == 3)
        BB_TEST_WAIT (shown_time (&f) > 500000000);
      if (i == 3)
        bb_player_seek (f.player, 400000000), bb_player_pause (f.player);
    }
  g_assert_cmpuint (f.n_failed, ==, 0);
  fixture_clear (&f);
}

/* Sound that goes on after the picture: so does the position, up to the end. */
static void
test_tail (void)
{
  Fixture f;
  g_autofree char *path = bb_test_media_path ("tail.mp4");
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x64:r=25:d=1 -f lavfi -i sine=d=2 -pix_fmt yuv420p "
                    "-c:v libx264 -c:a aac tail.mp4");
  BbRecipeValues values;
  gint64 furthest = 0;
  gint64 duration;
  gint64 start;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  start = g_get_monotonic_time ();
  duration = bb_player_get_source (f.player)->duration;
  g_assert_true (bb_player_get_source (f.player)->has_audio);
  g_assert_cmpint (duration, >=, 2000000000);
  bb_player_play (f.player);
  while (f.n_ended == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (bb_player_get_position (f.player), >=, furthest);
      furthest = bb_player_get_position (f.player);
    }
  g_assert_cmpint (shown_time (&f), ==, 960000000);
  g_assert_cmpint (furthest, <=, duration);
  /* However slow the machine is, sound takes as long as it is. */
  g_assert_cmpint (g_get_monotonic_time () - start, >, 1900000);
  fixture_clear (&f);
}

/* How many threads have a name that begins so and this niceness. */
static guint
count_threads (const char *name, int niceness)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;
  guint n = 0;

  while (dir != NULL && (id = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", id, "stat", NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) fields = NULL;

      /* A thread may have ended. */
      if (!g_file_get_contents (path, &text, NULL, NULL) ||
          !g_str_has_prefix (strchr (text, '(') + 1, name))
        continue;
      fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
      n += atoi (fields[16]) == niceness;
    }
  return n;
}

/* All that works on a picture, a decoder's own threads and a device's too, steps back from the
 * window, which is the thread of this test. */
static void
test_background (void)
{
  g_autofree char *path = clip ("a.mp4");
  int niceness = getpriority (PRIO_PROCESS, 0);
  BbRecipeValues values;
  Fixture f;

  if (!g_file_test ("/proc/self/task", G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("There is no niceness of a thread here.");
      return;
    }
  fixture_init (&f);
  small_values (&values);
  values.device = "cpu";
  open_file (&f, path);
  set_recipe (&f, &values);
  BB_TEST_WAIT (f.n_pictures > 0);
  /* The first frame is there when the file is open; the next one is the decode thread's. */
  bb_player_step (f.player, 1);
  BB_TEST_WAIT (bb_player_get_picture (f.player)->time > 0);
  g_assert_cmpuint (count_threads ("bb-decode", niceness + 3), ==, 1);
  g_assert_cmpuint (count_threads ("bb-effect", niceness + 3), ==, 1);
  /* The device's. What else has such a name is GLib's. */
  g_assert_cmpuint (count_threads ("pool-", niceness + 3), >, 0);
  /* A decoder's, where there is more than one processor. */
  g_assert_cmpuint (count_threads ("av:", niceness), ==, 0);
  if (g_get_num_processors () > 1)
    g_assert_cmpuint (count_threads ("av:", niceness + 3), >, 0);
  fixture_clear (&f);
}

/* A device that is not there: said, and all is well again with one that is. */
static void
test_failure (void)
{
  Fixture f;
  g_autofree char *path = clip ("a.mp4");
  BbRecipeValues values;

  fixture_init (&f);
  small_values (&values);
  set_recipe (&f, &values);
  open_file (&f, path);
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_pictures > 2);
  values.device = "cuda:99";
  set_recipe (&f, &values);
  BB_TEST_WAIT (f.n_failed > 0);
  g_assert_false (bb_player_get_playing (f.player));
  values.device = "cpu";
  wait_for_generation (&f, set_recipe (&f, &values));
  bb_player_play (f.player);
  BB_TEST_WAIT (f.n_ended > 0);
  g_assert_cmpuint (f.n_failed, ==, 1);
  fixture_clear (&f);
}

/* Closed at any moment: nothing hangs, and nothing is heard of it afterwards. */
static void
test_close (void)
{
  g_autofree char *path = clip ("a.mp4");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  BbRecipeValues values;

  small_values (&values);
  for (int i = 0; i < 50; i++)
    {
      Fixture f;
      guint n_before;

      fixture_init (&f);
      set_recipe (&f, &values);
      BB_TEST_PLAYER_SET (f.player, s.compare = i % 3 == 0);
      bb_player_open_async (f.player, file, NULL, opened_cb, &f);
      if (i % 10 == 0)
        {
          /* While it is being opened. */
          bb_player_close (f.player);
          BB_TEST_WAIT (f.opened);
          g_assert_error (f.open_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          fixture_clear (&f);
          continue;
        }
      if (i % 10 == 1)
        {
          /* A second file at once: the first one is given up. */
          f.opened = FALSE;
          bb_player_open_async (f.player, file, NULL, opened_cb, &f);
          BB_TEST_WAIT (bb_player_get_file (f.player) != NULL);
        }
      BB_TEST_WAIT (f.opened);
      if (i % 2 == 0)
        BB_TEST_WAIT (f.n_pictures > 0);
      if (i % 5 != 0)
        bb_player_play (f.player);
      if (i % 4 == 0)
        bb_player_seek (f.player, i * G_GINT64_CONSTANT (50000000));
      if (i % 7 == 0)
        bb_player_step (f.player, -2);
      if (i % 5 == 2 && bb_player_get_playing (f.player))
        BB_TEST_WAIT (f.n_pictures > 3);
      if (i % 6 == 3)
        {
          bb_player_close (f.player);
          n_before = f.n_pictures;
          g_assert_null (bb_player_get_picture (f.player));
          while (g_main_context_iteration (NULL, FALSE))
            ;
          g_assert_cmpuint (f.n_pictures, ==, n_before);
          open_file (&f, path);
        }
      fixture_clear (&f);
    }
}

static void
test_same_more (void)
{
  static const struct {
    const char *options;
    const char *name;
  } clips[] = {
    { "-pix_fmt yuv422p10le -c:v ffv1 -color_range tv", "deep.mkv" },
    { "-vf setsar=4/3 -pix_fmt yuv444p -color_range pc -c:v libx264 -g 5", "full.mp4" },
    { "-pix_fmt yuv420p -vf setfield=tff,interlace -flags +ildct+ilme -c:v mpeg2video -q:v 3 -bf 2",
      "interlaced.mkv" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *path = bb_test_media_path (clips[i].name);
      g_autofree char *output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=160x90:r=25:d=1 %s %s",
                                                clips[i].options, clips[i].name);
      BbRecipeValues values;

      g_test_message ("%s", clips[i].name);
      small_values (&values);
      values.precision = i % 2 == 0 ? BB_PRECISION_FP32 : BB_PRECISION_FP16;
      values.zoom = 0.3 * (double) i;
      assert_same_as_render (path, &values);
    }
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
  g_test_add_func ("/player/same-as-render/formats", test_same_more);
  g_test_add_func ("/player/storm", test_storm);
  g_test_add_func ("/player/scrub", test_scrub);
  g_test_add_func ("/player/passing", test_passing);
  g_test_add_func ("/player/trim", test_trim);
  g_test_add_func ("/player/late", test_late);
  g_test_add_func ("/player/compare", test_compare);
  g_test_add_func ("/player/hdr", test_hdr);
  g_test_add_func ("/player/tail", test_tail);
  g_test_add_func ("/player/background", test_background);
  g_test_add_func ("/player/same-files", test_same_files);
  g_test_add_func ("/player/missing-files", test_missing_files);
  g_test_add_func ("/player/failure", test_failure);
  g_test_add_func ("/player/close", test_close);
  result = g_test_run ();
  bb_test_media_cleanup ();
  g_free (render_program);
  return result;
}
