/* test-gpu-render.c: whole renders on a GPU, against the processor's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each clip of a folder is rendered to a lossless file on both devices; the files are read back, and
 * each frame compared. Runs on a GPU, and on the driver for tests.
 */

#include "gpu-compare.h"

#include "bb-device.h"
#include "bb-devices.h"

#include <glib/gstdio.h>

static void
test_clip (gconstpointer data)
{
  const char *clip = data;
  g_autofree char *base = g_path_get_basename (clip);
  g_autofree char *folder = g_dir_make_tmp ("blurbox-gpu-XXXXXX", NULL);
  g_autofree char *ours = g_build_filename (folder, "card.mkv", NULL);
  g_autofree char *theirs = g_build_filename (folder, "processor.mkv", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_devices_open (gpu_get_device (), &error);
  BbRecipeValues values;

  if (device == NULL)
    {
      g_test_skip (error->message);
      g_rmdir (folder);
      return;
    }
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  gpu_set_size (&values);
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
  values.device = gpu_get_device ();
  g_free (gpu_render (clip, ours, &values));
  values.device = "cpu";
  g_free (gpu_render (clip, theirs, &values));
  gpu_compare_files (ours, theirs, 1);
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
  if (gpu_get_clips () != NULL)
    folder = g_dir_open (gpu_get_clips (), 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if ((g_str_has_suffix (name, ".mp4") || g_str_has_suffix (name, ".webm")) &&
        !g_str_has_prefix (name, "bench-") && !g_str_has_prefix (name, "mpeg2-"))
      g_ptr_array_add (clips, g_build_filename (gpu_get_clips (), name, NULL));
  g_ptr_array_sort (clips, compare_names);
  for (guint i = 0; i < clips->len; i++)
    {
      g_autofree char *base = g_path_get_basename (clips->pdata[i]);
      g_autofree char *path = g_strdup_printf ("/render/%s", base);

      g_test_add_data_func (path, clips->pdata[i], test_clip);
    }
  return g_test_run ();
}
