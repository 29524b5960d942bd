/* launch-batch.c: one batch on a GPU, of frames that lie there as its decoder leaves them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * launch-batch FP16|FP32 FRAMES [SOURCE-WIDTH SOURCE-HEIGHT WIDTH HEIGHT [KEY VALUE]…]: 8-bit NV12 in and out, the
 * default look but for the values of the recipe that are given.
 */

#include "bb-cuda-test.h"

#include "bb-test-device.h"
#include "cuda/bb-cuda-ffmpeg.h"

#include <stdlib.h>

static int
get_number (char *argv[], int argc, int i, int otherwise)
{
  return i < argc ? atoi (argv[i]) : otherwise;
}

int
main (int argc, char *argv[])
{
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (get_number (argv, argc, 3, 1920),
                                   get_number (argv, argc, 4, 1080), 8, 1, 1),
    .target = bb_cuda_test_format (get_number (argv, argc, 5, 1080),
                                   get_number (argv, argc, 6, 1920), 8, 1, 1),
    .aspect = 1.0,
    .n_frames = (guint) get_number (argv, argc, 2, 1),
  };
  g_autoptr (BbDevice) device = bb_cuda_test_open ();
  g_autoptr (GError) error = NULL;
  g_autoptr (BbPlan) plan = NULL;
  AVBufferRef *frames = bb_device_get_media (device)->new_frames (device, &c.source, &error);
  BbBatch *batch = bb_batch_new (c.n_frames);

  g_assert_no_error (error);
  bb_recipe_values_init (&c.values);
  c.values.precision = g_strcmp0 (argv[1], "FP32") == 0 ? BB_PRECISION_FP32 : BB_PRECISION_FP16;
  for (int i = 7; i + 1 < argc; i += 2)
    bb_recipe_values_parse (&c.values, argv[i], argv[i + 1], &error);
  g_assert_no_error (error);
  c.target.interleaved = TRUE;
  plan = bb_cuda_test_plan (&c);
  for (guint i = 0; i < c.n_frames; i++)
    {
      g_autoptr (BbFrame) host = bb_cuda_test_frame (&c.source, i);

      batch->frame[i] = bb_cuda_test_surface (frames, host);
    }
  if (bb_test_device_prepare (device, plan, c.n_frames, &error))
    batch = bb_device_upload (device, batch, &error);
  if (error == NULL)
    batch = bb_test_device_run (device, batch, NULL, &error);
  if (error == NULL)
    batch = bb_device_download_batch (device, batch, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < batch->n_frames; i++)
    g_assert_true (bb_frame_wait (batch->frame[i], &error));
  bb_batch_free (batch);
  av_buffer_unref (&frames);
  return 0;
}
