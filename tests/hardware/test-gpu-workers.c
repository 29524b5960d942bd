/* test-gpu-workers.c: a render by several workers of one GPU, and of several
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on a GPU, and on the driver for tests.
 */

#include "gpu-compare.h"
#include "gpu-hog.h"

#include "bb-devices.h"
#include "bb-render.h"
#include "cuda/bb-cuda-list.h"

#include <glib/gstdio.h>

typedef struct {
  char *clip;
  char *folder;
  BbRecipeValues values;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clip = g_build_filename (gpu_get_clips (), "workers.mp4", NULL);
  fixture->folder = g_dir_make_tmp ("blurbox-gpu-XXXXXX", NULL);
  bb_recipe_values_init (&fixture->values);
  bb_recipe_values_settle (&fixture->values, TRUE);
  gpu_set_size (&fixture->values);
  fixture->values.encoder = "ffv1";
  fixture->values.audio = BB_AUDIO_NONE;
  fixture->values.device = gpu_get_device ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (name[0], !=, '.');
      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->clip);
}

static char *
get_path (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

/* Renders by so many workers; 3 frames a second for 52 s. */
static void
render (Fixture *fixture, const char *name, guint n_workers, BbRenderStats *stats)
{
  g_autofree char *path = get_path (fixture, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new (&fixture->values, &error);
  g_autoptr (BbRender) job = NULL;

  g_assert_no_error (error);
  job = bb_render_new (fixture->clip, path, recipe, TRUE);
  bb_render_set_workers (job, n_workers);
  bb_render_run (job, NULL, &error);
  g_assert_no_error (error);
  bb_render_get_stats (job, stats);
  g_assert_cmpint (stats->frames, ==, 156);
}

static char *
get_hash (Fixture *fixture, const char *name)
{
  g_autofree char *path = get_path (fixture, name);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
}

static void
assert_same_bytes (Fixture *fixture, const char *a, const char *b)
{
  g_autofree char *first = get_hash (fixture, a);
  g_autofree char *second = get_hash (fixture, b);

  g_assert_cmpstr (first, ==, second);
}

static gboolean
has_gpu (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_devices_open (fixture->values.device, &error);

  if (device == NULL)
    g_test_skip (error->message);
  return device != NULL;
}

/* However many there are: the same file, which is the CPU's. */
static void
test_same (Fixture *fixture, gconstpointer data)
{
  static const guint numbers[] = { 1, 2, 4, 7 };
  g_autofree char *ours = get_path (fixture, "1.mkv");
  g_autofree char *theirs = get_path (fixture, "cpu.mkv");
  BbRenderStats stats;

  if (!has_gpu (fixture))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.mkv", numbers[i]);

      render (fixture, name, numbers[i], &stats);
      g_assert_cmpuint (stats.n_workers, <=, numbers[i]);
      if (i > 0)
        g_assert_cmpuint (stats.n_workers, >=, 2);
      assert_same_bytes (fixture, "1.mkv", name);
    }
  fixture->values.device = "cpu";
  render (fixture, "cpu.mkv", 1, &stats);
  gpu_compare_files (ours, theirs, 1);
}

/* Two shapes of one decode and one upload are, each, what they are alone. */
static void
test_outputs (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = get_path (fixture, "first.mkv");
  g_autofree char *second = get_path (fixture, "second.mkv");
  g_autoptr (BbRecipe) tall = bb_recipe_new (&fixture->values, NULL);
  g_autoptr (BbRecipe) square = NULL;
  g_autoptr (BbRender) job = NULL;
  g_autoptr (GError) error = NULL;
  BbRenderStats alone[2], together;

  if (!has_gpu (fixture))
    return;
  render (fixture, "tall.mkv", 1, &alone[0]);
  fixture->values.height = fixture->values.width;
  square = bb_recipe_new (&fixture->values, NULL);
  render (fixture, "square.mkv", 1, &alone[1]);
  job = bb_render_new (fixture->clip, first, tall, TRUE);
  bb_render_add_output (job, second, square, &error);
  g_assert_no_error (error);
  bb_render_set_workers (job, 1);
  bb_render_run (job, NULL, &error);
  g_assert_no_error (error);
  bb_render_get_stats (job, &together);
  g_assert_cmpint (together.frames, ==, 156);
  g_test_message ("Both in %.2f s, one after the other in %.2f s", together.seconds,
                  alone[0].seconds + alone[1].seconds);
  assert_same_bytes (fixture, "tall.mkv", "first.mkv");
  assert_same_bytes (fixture, "square.mkv", "second.mkv");
}

/* Two GPUs in one process, in turn. */
static void
test_devices (Fixture *fixture, gconstpointer data)
{
  BbRenderStats stats;

  if (bb_cuda_count_gpus (NULL) < 2)
    {
      g_test_skip ("there are not two GPUs here");
      return;
    }
  fixture->values.device = "cuda:0";
  render (fixture, "one.mkv", 1, &stats);
  fixture->values.device = "cuda:1,cuda:0";
  render (fixture, "two.mkv", 0, &stats);
  g_assert_cmpuint (stats.n_workers, >=, 2);
  assert_same_bytes (fixture, "one.mkv", "two.mkv");
}

/* Memory for one worker and little more: those that find none leave their segments to it. */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  BbRenderStats stats;
  GpuHog *hog;

  if (!has_gpu (fixture))
    return;
  render (fixture, "much.mkv", 1, &stats);
  for (gsize leave = (gsize) 256 << 20; leave >= (gsize) 1 << 20; leave /= 2)
    {
      g_autoptr (BbDevice) device = bb_devices_open (fixture->values.device, NULL);
      g_autofree char *path = get_path (fixture, "little.mkv");
      g_autoptr (BbRecipe) recipe = bb_recipe_new (&fixture->values, NULL);
      g_autoptr (BbRender) job = bb_render_new (fixture->clip, path, recipe, TRUE);
      g_autoptr (GError) error = NULL;
      gboolean done;

      hog = gpu_hog_new (device);
      gpu_hog_take (hog, leave);
      bb_render_set_workers (job, 4);
      done = bb_render_run (job, NULL, &error);
      gpu_hog_free (hog);
      bb_render_get_stats (job, &stats);
      g_test_message ("%zu MiB: %s, %u workers, batches of %d", leave >> 20,
                      done ? "done" : error->message, stats.n_workers, stats.batch);
      if (done)
        assert_same_bytes (fixture, "much.mkv", "little.mkv");
      g_unlink (path);
      /* With too little for one frame there is an error that says so, and nothing is left. */
      if (!done)
        {
          g_assert_true (strstr (error->message, "memory") != NULL);
          break;
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/workers/same", Fixture, NULL, set_up, test_same, tear_down);
  g_test_add ("/workers/devices", Fixture, NULL, set_up, test_devices, tear_down);
  g_test_add ("/workers/outputs", Fixture, NULL, set_up, test_outputs, tear_down);
  g_test_add ("/workers/memory", Fixture, NULL, set_up, test_memory, tear_down);
  return g_test_run ();
}
