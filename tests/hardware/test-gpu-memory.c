/* test-gpu-memory.c: a GPU whose memory is nearly full
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Takes nearly all of the GPU's memory, so that the driver itself refuses more. Runs on a GPU, and
 * on the driver for tests.
 */

#include "bb-test-device.h"
#include "gpu-compare.h"
#include "gpu-hog.h"

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-error.h"
#include "bb-source.h"

#include <glib/gstdio.h>

#define BATCH 128

static BbDevice *
open_device (void)
{
  g_autoptr (GError) error = NULL;
  BbDevice *device = bb_devices_open (gpu_get_device (), &error);

  if (device == NULL)
    g_test_skip (error->message);
  return device;
}

static BbPlan *
make_plan (const char *clip, BbRecipeValues *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) source = bb_source_new (clip, &error);
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, &error);
  const BbSourceInfo *info;
  BbFormat target;
  BbPlan *plan;

  g_assert_no_error (error);
  info = bb_source_get_info (source);
  target = info->format;
  target.width = values->width;
  target.height = values->height;
  plan = bb_test_plan_new (recipe, &info->format, info->orientation, 1.0, &target, &error);
  g_assert_no_error (error);
  return plan;
}

/* The driver refuses memory for a batch; a smaller one then goes, and the large one once there is room
 * again. */
static void
test_refused (void)
{
  g_autofree char *clip = g_build_filename (gpu_get_clips (), "h264.mp4", NULL);
  g_autoptr (BbDevice) device = open_device ();
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  BbRecipeValues values;
  GpuHog *hog;

  if (device == NULL)
    return;
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  gpu_set_size (&values);
  plan = make_plan (clip, &values);
  hog = gpu_hog_new (device);
  gpu_hog_take (hog, bb_device_get_memory_needed (device, plan, BATCH) / 4);
  g_assert_false (bb_test_device_prepare (device, plan, BATCH, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_MEMORY);
  g_test_message ("%s", error->message);
  g_clear_error (&error);
  bb_test_device_prepare (device, plan, 8, &error);
  g_assert_no_error (error);
  gpu_hog_free (hog);
  bb_test_device_prepare (device, plan, BATCH, &error);
  g_assert_no_error (error);
}

/* A whole render with so little memory is made in smaller batches, says so once, and is the same. */
static void
test_render (void)
{
  g_autofree char *clip = g_build_filename (gpu_get_clips (), "h264.mp4", NULL);
  g_autofree char *folder = g_dir_make_tmp ("blurbox-gpu-XXXXXX", NULL);
  g_autofree char *ours = g_build_filename (folder, "card.mkv", NULL);
  g_autofree char *theirs = g_build_filename (folder, "processor.mkv", NULL);
  g_autoptr (BbDevice) device = open_device ();
  g_autoptr (BbPlan) plan = NULL;
  g_autofree char *told = NULL;
  const char *first;
  BbRecipeValues values;
  GpuHog *hog;

  if (device == NULL)
    {
      g_rmdir (folder);
      return;
    }
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  gpu_set_size (&values);
  plan = make_plan (clip, &values);
  hog = gpu_hog_new (device);
  gpu_hog_take (hog, bb_device_get_memory_needed (device, plan, BATCH) / 4);
  values.encoder = "ffv1";
  values.audio = BB_AUDIO_NONE;
  values.batch = BATCH;
  values.device = gpu_get_device ();
  told = gpu_render (clip, ours, &values);
  gpu_hog_free (hog);
  first = strstr (told, "batches of");
  g_assert_nonnull (first);
  g_assert_null (strstr (first + 1, "batches of"));
  values.device = "cpu";
  g_free (gpu_render (clip, theirs, &values));
  gpu_compare_files (ours, theirs, 1);
  g_unlink (ours);
  g_unlink (theirs);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/memory/refused", test_refused);
  g_test_add_func ("/memory/render", test_render);
  return g_test_run ();
}
