/* gpu-bench-picture.c: a picture and what Blurbox makes of it, for other programs to compare
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-device.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "gpu-bench.h"

#include <math.h>

#define WIDTH 1920
#define HEIGHT 1080

/* Waves of all three channels: so slow that filters which resample agree about them, and fast enough
 * that the blur takes half of their height away. */
static double
wave (int channel, int x, int y)
{
  static const double phase[] = { 0.3, 1.9, 4.1 };
  double u = (x + 0.5) / WIDTH;
  double v = (y + 0.5) / WIDTH;

  return 127.5 + 60.0 * sin (2.0 * G_PI * (20.0 + channel) * u + phase[channel]) +
         45.0 * cos (2.0 * G_PI * (22.0 * v + channel * u) - phase[channel]);
}

/* BT.709 in double precision: R'G'B' of 8 bit to codes of limited range, and back. */
static void
to_codes (const double rgb[3], double codes[3])
{
  double luma = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];

  codes[0] = 16.0 + luma * 219.0 / 255.0;
  codes[1] = 128.0 + (rgb[2] - luma) / 1.8556 * 224.0 / 255.0;
  codes[2] = 128.0 + (rgb[0] - luma) / 1.5748 * 224.0 / 255.0;
}

static void
to_rgb (const guint16 codes[3], guint8 *rgb)
{
  double luma = (codes[0] - 16.0 * 4.0) / (219.0 * 4.0);
  double cb = (codes[1] - 128.0 * 4.0) / (224.0 * 4.0);
  double cr = (codes[2] - 128.0 * 4.0) / (224.0 * 4.0);
  double value[3] = { luma + 1.5748 * cr, 0.0, luma + 1.8556 * cb };

  value[1] = (luma - 0.2126 * value[0] - 0.0722 * value[2]) / 0.7152;
  for (int i = 0; i < 3; i++)
    rgb[i] = (guint8) lrint (CLAMP (value[i] * 255.0, 0.0, 255.0));
}

static gboolean
save (const char *folder, const char *name, gconstpointer data, gsize size, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents (path, data, (gssize) size, error);
}

/**
 * gpu_bench_picture:
 * @bench: what to work with
 * @folder: a folder that is there
 * @error: return location for an error
 *
 * Writes `source.rgb`, a picture of 1920×1080, and `finished.rgb`, what the default recipe makes of
 * it, both interleaved 8-bit R'G'B', and `size.txt` with their widths and heights. The pipeline works
 * at 10 bit and 4:4:4 in between, so that what differs is the effect, not the storage.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
gpu_bench_picture (GpuBench *bench, const char *folder, GError **error)
{
  BbFormat format = { WIDTH, HEIGHT, 10, 0, 0, FALSE, 1, 1, 1, 1 };
  BbFormat target = format;
  g_autofree guint8 *rgb = g_malloc ((gsize) WIDTH * HEIGHT * 3);
  g_autoptr (BbFrame) frame = bb_frame_new (&format, error);
  g_autoptr (BbDevice) device = bb_devices_open (bench->device, error);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (BbBatch) out = NULL;
  BbBatch *batch;
  BbRecipeValues values;
  g_autofree guint8 *finished = NULL;
  g_autofree char *sizes = NULL;
  gsize size;

  if (frame == NULL || device == NULL)
    return FALSE;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        guint8 *pixel = rgb + ((gsize) y * WIDTH + (gsize) x) * 3;
        double value[3];
        double codes[3];

        for (int i = 0; i < 3; i++)
          value[i] = pixel[i] = (guint8) lrint (CLAMP (wave (i, x, y), 0.0, 255.0));
        to_codes (value, codes);
        for (int p = 0; p < BB_N_PLANES; p++)
          ((guint16 *) (gpointer) (frame->data[p] + (gsize) y * frame->stride[p]))[x] =
            (guint16) lrint (codes[p] * 4.0);
      }
  if (!save (folder, "source.rgb", rgb, (gsize) WIDTH * HEIGHT * 3, error))
    return FALSE;

  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  target.width = values.width;
  target.height = values.height;
  recipe = bb_recipe_new (&values, error);
  if (recipe == NULL)
    return FALSE;
  plan = bb_test_plan_new (recipe, &format, BB_ORIENTATION_UPRIGHT, 1.0, &target, error);
  if (plan == NULL || !bb_test_device_prepare (device, plan, 1, error))
    return FALSE;
  batch = bb_batch_new (1);
  batch->frame[0] = bb_frame_ref (frame);
  batch = bb_device_upload (device, batch, error);
  out = batch != NULL ? bb_test_device_run (device, batch, NULL, error) : NULL;
  if (out != NULL)
    out->frame[0] = bb_device_download (device, out->frame[0], error);
  if (out == NULL || out->frame[0] == NULL)
    return FALSE;

  size = (gsize) target.width * (gsize) target.height * 3;
  finished = g_malloc (size);
  for (int y = 0; y < target.height; y++)
    for (int x = 0; x < target.width; x++)
      {
        guint16 codes[3];

        for (int p = 0; p < BB_N_PLANES; p++)
          codes[p] = ((guint16 *) (gpointer) (out->frame[0]->data[p] +
                                              (gsize) y * out->frame[0]->stride[p]))[x];
        to_rgb (codes, finished + ((gsize) y * (gsize) target.width + (gsize) x) * 3);
      }
  sizes = g_strdup_printf ("%d %d %d %d\n", WIDTH, HEIGHT, target.width, target.height);
  return save (folder, "finished.rgb", finished, size, error) &&
         save (folder, "size.txt", sizes, strlen (sizes), error);
}
