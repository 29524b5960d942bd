/* gpu-picture.c: pictures of noise, as a device makes them for the screen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-picture.h"

#include "bb-test-device.h"

/* A frame of noise of @source, as @device turns it into a picture of @width x @height. */
BbPicture *
gpu_picture_new (BbDevice *device, const BbFormat *source, int width, int height, guint32 seed,
                 const BbPresentOptions *options, GError **error)
{
  BbFormat target = *source;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (BbFrame) frame = bb_frame_new (source, error);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (BbBatch) out = NULL;
  BbBatch *batch;
  BbRecipeValues values;

  g_assert_nonnull (frame);
  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (source, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (source, p); x++)
        {
          guint8 *row = frame->data[p] + y * frame->stride[p];
          int code = g_rand_int_range (rand, 16, 236);

          if (source->depth > 8)
            ((guint16 *) (gpointer) row)[x] = (guint16) (code << (source->depth - 8));
          else
            row[x] = (guint8) code;
        }
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  values.width = target.width = width;
  values.height = target.height = height;
  values.blur = 6;
  recipe = bb_recipe_new (&values, error);
  g_assert_nonnull (recipe);
  plan = bb_test_plan_new (recipe, source, BB_ORIENTATION_UPRIGHT, 1.0, &target, error);
  g_assert_nonnull (plan);
  if (!bb_test_device_prepare (device, plan, 1, error))
    return NULL;
  batch = bb_batch_new (1);
  batch->frame[0] = g_steal_pointer (&frame);
  batch = bb_device_upload (device, batch, error);
  out = batch != NULL ? bb_test_device_run (device, batch, NULL, error) : NULL;
  return out != NULL ? bb_device_present (device, out->frame[0], options, error) : NULL;
}
