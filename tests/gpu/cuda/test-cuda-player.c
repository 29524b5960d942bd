/* test-cuda-player.c: the preview on a GPU that decodes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waits for conditions, never for a time.
 */

#include "bb-player.h"
#include "bb-test-player.h"
#include "bb-test-wait.h"
#include "bb-test-media.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_FRAMES 40

typedef struct {
  BbPlayer *player;
  gboolean opened;
  gboolean ended;
} Fixture;

static char *clip;

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  bb_player_open_finish (BB_PLAYER (object), result, &error);
  g_assert_no_error (error);
  f->opened = TRUE;
}

static void
failed_cb (BbPlayer *player, GError *error, Fixture *f)
{
  g_assert_no_error (error);
}

static void
ended_cb (BbPlayer *player, Fixture *f)
{
  f->ended = TRUE;
}

static guint64
set_look (Fixture *f, const char *device, double blur)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  values.width = 90;
  values.height = 160;
  values.blur = blur;
  values.batch = 4;
  values.device = device;
  values.encoder = "ffv1";
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  BB_TEST_PLAYER_SET (f->player, s.recipe = recipe);
  return bb_recipe_get_generation (recipe);
}

static gboolean
is_on_cpu (Fixture *f)
{
  BbPlayerStats stats;

  bb_player_get_stats (f->player, &stats);
  return *stats.device == '\0' || g_str_has_prefix (stats.device, "cpu");
}

static void
open_player (Fixture *f, const char *device)
{
  g_autoptr (GFile) file = g_file_new_for_path (clip);

  *f = (Fixture) { .player = bb_player_new () };
  g_signal_connect (f->player, "failed", G_CALLBACK (failed_cb), f);
  g_signal_connect (f->player, "ended", G_CALLBACK (ended_cb), f);
  BB_TEST_PLAYER_SET (f->player, s.muted = TRUE);
  bb_player_open_async (f->player, file, NULL, opened_cb, f);
  BB_TEST_WAIT (f->opened);
  set_look (f, device, 20);
  BB_TEST_WAIT (bb_player_get_picture (f->player) != NULL);
}

/* The same, with the device itself at work. */
static void
open_ready_player (Fixture *f, const char *device)
{
  open_player (f, device);
  BB_TEST_WAIT (is_on_cpu (f) == g_str_equal (device, "cpu"));
}

static void
close_player (Fixture *f)
{
  g_object_add_weak_pointer (G_OBJECT (f->player), (gpointer *) &f->player);
  g_object_unref (f->player);
  BB_TEST_WAIT (f->player == NULL);
}

/* The largest difference of two pictures, in codes. */
static int
difference (BbPicture *a, BbPicture *b)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes[2] = { bb_picture_get_pixels (a, &error), bb_picture_get_pixels (b, &error) };
  int largest = 0;

  g_assert_no_error (error);
  g_assert_cmpint (a->width, ==, b->width);
  for (int y = 0; y < a->height; y++)
    for (int x = 0; x < 4 * a->width; x++)
      {
        const guint8 *row[2];

        row[0] = (const guint8 *) g_bytes_get_data (bytes[0], NULL) + (gsize) y * a->stride;
        row[1] = (const guint8 *) g_bytes_get_data (bytes[1], NULL) + (gsize) y * b->stride;
        if (ABS (row[0][x] - row[1][x]) > MAX (largest, 4))
          g_test_message ("byte %d of row %d: %d and %d", x, y, row[0][x], row[1][x]);
        largest = MAX (largest, ABS (row[0][x] - row[1][x]));
      }
  return largest;
}

/* A code of Y'CbCr is worth up to two of R'G'B'. */
static void
assert_same (Fixture *card, Fixture *cpu, gint64 time)
{
  BB_TEST_WAIT (bb_player_get_picture (card->player)->time == time);
  BB_TEST_WAIT (bb_player_get_picture (cpu->player)->time == time);
  g_test_message ("%.2f s", (double) time * 1e-9);
  g_assert_cmpint (
    difference (bb_player_get_picture (card->player), bb_player_get_picture (cpu->player)), <=, 4);
}

static gboolean
gpu_decodes (Fixture *f)
{
  BbPlayerStats stats;

  bb_player_get_stats (f->player, &stats);
  return stats.gpu_decodes;
}

static void
test_frames (gconstpointer data)
{
  const gint64 frame = G_GINT64_CONSTANT (40000000);
  Fixture card, cpu;

  clip = bb_test_media_path (data);
  open_ready_player (&card, "cuda:0");
  open_ready_player (&cpu, "cpu");
  assert_same (&card, &cpu, 0);
  for (gint64 i = 1; i < 20; i++)
    {
      bb_player_step (card.player, 1);
      bb_player_step (cpu.player, 1);
      assert_same (&card, &cpu, i * frame);
    }
  for (gint64 i = 18; i > 12; i--)
    {
      bb_player_step (card.player, -1);
      bb_player_step (cpu.player, -1);
      assert_same (&card, &cpu, i * frame);
    }
  bb_player_seek (card.player, 30 * frame);
  bb_player_seek (cpu.player, 30 * frame);
  assert_same (&card, &cpu, 30 * frame);
  g_assert_true (gpu_decodes (&card));
  g_assert_false (gpu_decodes (&cpu));

  /* Two outputs of one device. */
  BB_TEST_PLAYER_SET (card.player, s.compare = TRUE);
  BB_TEST_PLAYER_SET (cpu.player, s.compare = TRUE);
  BB_TEST_WAIT (bb_player_get_compared (card.player) != NULL);
  BB_TEST_WAIT (bb_player_get_compared (cpu.player) != NULL);
  for (gint64 i = 31; i < 35; i++)
    {
      bb_player_step (card.player, 1);
      bb_player_step (cpu.player, 1);
      assert_same (&card, &cpu, i * frame);
      g_assert_cmpint (difference (bb_player_get_compared (card.player),
                                   bb_player_get_compared (cpu.player)),
                       <=, 4);
    }
  close_player (&card);
  close_player (&cpu);
  g_clear_pointer (&clip, g_free);
}

/* From GPU to processor and back while it is shown, and played to the end. */
static void
test_devices (gconstpointer data)
{
  static const char *const devices[] = { "cpu", "cuda:0", "auto", "cpu", "cuda:0" };
  Fixture f;

  clip = bb_test_media_path (data);
  open_ready_player (&f, "cuda:0");
  bb_player_play (f.player);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      guint64 generation = set_look (&f, devices[i], 20 + (double) i);

      BB_TEST_WAIT (bb_player_get_picture (f.player)->generation == generation);
      g_assert_nonnull (bb_picture_get_pixels (bb_player_get_picture (f.player), NULL));
    }
  BB_TEST_WAIT (f.ended);
  close_player (&f);
  g_clear_pointer (&clip, g_free);
}

/* A decoder that fails in the middle: the processor goes on, and the figures say so. */
static void
test_fall_back (gconstpointer data)
{
  const gint64 frame = G_GINT64_CONSTANT (40000000);
  BbPlayerStats stats;
  Fixture card, cpu;

  clip = bb_test_media_path (data);
  g_setenv ("BLURBOX_NVDEC_FAIL", "8", TRUE);
  open_ready_player (&card, "cuda:0");
  open_ready_player (&cpu, "cpu");
  for (gint64 i = 1; i < 20; i++)
    {
      bb_player_step (card.player, 1);
      bb_player_step (cpu.player, 1);
      assert_same (&card, &cpu, i * frame);
    }
  g_unsetenv ("BLURBOX_NVDEC_FAIL");
  bb_player_get_stats (card.player, &stats);
  g_assert_false (stats.gpu_decodes);
  g_assert_true (g_str_has_prefix (stats.decode_notice, "The GPU stopped decoding at 0."));
  bb_player_get_stats (cpu.player, &stats);
  g_assert_cmpstr (stats.decode_notice, ==, "");
  close_player (&card);
  close_player (&cpu);
  g_clear_pointer (&clip, g_free);
}

/* The CPU makes the first pictures where a GPU takes its time, exactly as it would alone; closing waits for
 * neither. */
static void
test_slow_card (gconstpointer data)
{
  const gint64 frame = G_GINT64_CONSTANT (40000000);
  g_autofree char *hold = bb_test_media_path ("hold");
  Fixture card, cpu, closed;

  clip = bb_test_media_path (data);
  open_ready_player (&cpu, "cpu");
  g_assert_true (g_file_set_contents (hold, "", 0, NULL));
  g_setenv ("BLURBOX_DRIVER_HOLD", hold, TRUE);
  open_player (&card, "cuda:0");
  open_player (&closed, "cuda:0");
  for (gint64 i = 1; i < 4; i++)
    {
      bb_player_step (card.player, 1);
      bb_player_step (cpu.player, 1);
      BB_TEST_WAIT (bb_player_get_picture (card.player)->time == i * frame);
      BB_TEST_WAIT (bb_player_get_picture (cpu.player)->time == i * frame);
      g_assert_cmpint (difference (bb_player_get_picture (card.player), bb_player_get_picture (cpu.player)),
                       ==, 0);
    }
  g_assert_true (is_on_cpu (&card));
  close_player (&closed);
  g_assert_cmpint (g_unlink (hold), ==, 0);
  BB_TEST_WAIT (!is_on_cpu (&card));
  g_unsetenv ("BLURBOX_DRIVER_HOLD");
  assert_same (&card, &cpu, 3 * frame);
  BB_TEST_WAIT (gpu_decodes (&card));
  bb_player_step (card.player, 1);
  bb_player_step (cpu.player, 1);
  assert_same (&card, &cpu, 4 * frame);
  close_player (&card);
  close_player (&cpu);
  g_clear_pointer (&clip, g_free);
}

int
main (int argc, char *argv[])
{
  g_autofree char *output = NULL;
  g_autofree char *interlaced = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  bb_test_media_init ();
  output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=162x90:r=25 -frames:v %d -pix_fmt yuv420p -c:v libvpx-vp9 "
                           "-auto-alt-ref 0 -g 10 -deadline realtime -cpu-used 8 clip.mkv",
                           N_FRAMES);
  /* Bars above and below, where the GPU's deinterlacer is not quite the processor's. */
  interlaced =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=162x58:r=50,format=yuv420p,pad=162:90:0:16,"
                    "tinterlace=interleave_top,setfield=tff -frames:v %d -c:v mpeg2video -flags +ildct+ilme -q:v 2 "
                    "-bf 2 -g 10 interlaced.mkv",
                    N_FRAMES);
  g_test_add_data_func ("/cuda-player/frames", "clip.mkv", test_frames);
  g_test_add_data_func ("/cuda-player/slow-card", "clip.mkv", test_slow_card);
  g_test_add_data_func ("/cuda-player/devices", "clip.mkv", test_devices);
  g_test_add_data_func ("/cuda-player/fall-back", "clip.mkv", test_fall_back);
  g_test_add_data_func ("/cuda-player/interlaced/frames", "interlaced.mkv", test_frames);
  g_test_add_data_func ("/cuda-player/interlaced/devices", "interlaced.mkv", test_devices);
  g_test_add_data_func ("/cuda-player/interlaced/fall-back", "interlaced.mkv", test_fall_back);
  status = g_test_run ();
  bb_test_media_cleanup ();
  return status;
}
