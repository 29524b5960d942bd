/* test-gpu-GPUs.c: which of several GPUs does the work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on the driver for tests with several GPUs, and on a machine with several.
 */

#include "bb-devices.h"
#include "cuda/bb-cuda.h"
#include "cuda/bb-cuda-memory.h"
#include "cuda/bb-cuda-device.h"
#include "cuda/bb-cuda-list.h"

static int
open_auto (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_devices_open ("auto", &error);

  g_assert_no_error (error);
  g_assert_true (BB_IS_CUDA_DEVICE (device));
  return bb_cuda_device_get_context (BB_CUDA_DEVICE (device))->index;
}

/* The first one, until somebody prefers another. */
static void
test_prefer (void)
{
  static const guint8 nobody[16] = { 0xaf, 0xfe };
  int n = bb_cuda_count_gpus (NULL);
  const BbCuda *cuda = bb_cuda_get (NULL);
  PFN_cuDeviceGetUuid_v11040 get_uuid;

  if (n < 2)
    {
      g_test_skip ("there are not two cards here");
      return;
    }
  get_uuid =
    (PFN_cuDeviceGetUuid_v11040) bb_cuda_find_symbol ("cuDeviceGetUuid", 11040, "cuDeviceGetUuid_v2");
  g_assert_nonnull (get_uuid);
  g_assert_cmpint (open_auto (), ==, 0);
  for (int i = n - 1; i >= 0; i--)
    {
      CUdevice device;
      CUuuid uuid;

      g_assert_cmpint (cuda->device_get (&device, i), ==, CUDA_SUCCESS);
      g_assert_cmpint (get_uuid (&uuid, device), ==, CUDA_SUCCESS);
      bb_devices_prefer ((const guint8 *) uuid.bytes);
      g_assert_cmpint (open_auto (), ==, i);
    }
  bb_devices_prefer (nobody);
  g_assert_cmpint (open_auto (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cards/prefer", test_prefer);
  return g_test_run ();
}
