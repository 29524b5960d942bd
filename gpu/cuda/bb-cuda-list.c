/* bb-cuda-list.c: the GPUs of this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-cuda-list.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static GMutex lock;
static guint8 preferred[16]; /* under the lock */
static gboolean has_preferred;

static const char *
architecture (int major, int minor)
{
  static const struct {
    int version;
    const char *name;
  } names[] = { { 120, "Blackwell" }, { 100, "Blackwell" }, { 90, "Hopper" }, { 89, "Ada" },
                { 80, "Ampere" },     { 75, "Turing" },     { 70, "Volta" },  { 60, "Pascal" },
                { 50, "Maxwell" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (major * 10 + minor >= names[i].version)
      return names[i].name;
  return "Kepler";
}

/**
 * bb_cuda_count_gpus:
 * @error: return location for an error
 *
 * Returns: GPUs that the driver shows, or -1 with %BB_ERROR_DEVICE
 */
int
bb_cuda_count_gpus (GError **error)
{
  const BbCuda *cuda = bb_cuda_get (error);
  int n = 0;

  if (cuda == NULL || !bb_cuda_check (cuda->device_get_count (&n), N_("counting the GPUs"), error))
    return -1;
  if (n == 0)
    {
      bb_cuda_check (CUDA_ERROR_NO_DEVICE, N_("counting the GPUs"), error);
      return -1;
    }
  return n;
}

/**
 * bb_cuda_prefer_gpu:
 * @uuid: a GPU's UUID, as OpenGL and Vulkan have it too
 *
 * Says which of several GPUs bb_cuda_device_new_best() tries first. Asks no driver.
 */
void
bb_cuda_prefer_gpu (const guint8 uuid[16])
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  memcpy (preferred, uuid, sizeof preferred);
  has_preferred = TRUE;
}

/**
 * bb_cuda_find_preferred_gpu:
 *
 * Returns: number of the GPU of bb_cuda_prefer_gpu(), or -1 where there is none
 */
int
bb_cuda_find_preferred_gpu (void)
{
  const BbCuda *cuda = bb_cuda_get (NULL);
  PFN_cuDeviceGetUuid_v11040 get_uuid =
    (PFN_cuDeviceGetUuid_v11040) bb_cuda_find_symbol ("cuDeviceGetUuid", 11040, "cuDeviceGetUuid_v2");
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  int n = has_preferred && cuda != NULL && get_uuid != NULL ? bb_cuda_count_gpus (NULL) : 0;

  for (int i = 0; i < n; i++)
    {
      CUdevice device;
      CUuuid uuid;

      if (cuda->device_get (&device, i) == CUDA_SUCCESS && get_uuid (&uuid, device) == CUDA_SUCCESS &&
          memcmp (uuid.bytes, preferred, sizeof preferred) == 0)
        return i;
    }
  return -1;
}

static void
find_problem (BbCudaGpu *gpu, int compute_mode)
{
  if (gpu->major * 10 + gpu->minor < BB_CUDA_MIN_MAJOR * 10 + BB_CUDA_MIN_MINOR)
    gpu->problem = g_strdup_printf (
      /* Translators: versions of what a GPU is built as */
      _("its architecture %d.%d is too old: %d.%d (GeForce RTX 20, GTX 16 or newer) is needed"),
      gpu->major, gpu->minor, BB_CUDA_MIN_MAJOR, BB_CUDA_MIN_MINOR);
  else if (compute_mode == CU_COMPUTEMODE_PROHIBITED)
    gpu->problem = g_strdup_printf (
      _("its compute mode forbids it: change that by “sudo nvidia-smi -i %d -c DEFAULT”"),
      gpu->index);
}

/**
 * bb_cuda_gpu_init:
 * @gpu: (out caller-allocates): to be cleared by bb_cuda_gpu_clear()
 * @index: number of a GPU
 * @error: return location for an error
 *
 * Asks the driver about a GPU, without waking it.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_DEVICE
 */
gboolean
bb_cuda_gpu_init (BbCudaGpu *gpu, int index, GError **error)
{
  const BbCuda *cuda = bb_cuda_get (error);
  int n = bb_cuda_count_gpus (cuda != NULL ? error : NULL);
  char name[256] = "";
  size_t memory = 0;
  int compute_mode = CU_COMPUTEMODE_DEFAULT;

  *gpu = (BbCudaGpu) { .index = index };
  if (n < 0)
    return FALSE;
  if (index >= n)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
                   /* Translators: the GPU that was asked for, and how many there are */
                   ngettext ("There is no GPU cuda:%d: there is %d, it is cuda:0",
                             "There is no GPU cuda:%d: there are %d, the first is cuda:0", n),
                   index, n);
      return FALSE;
    }
  if (!bb_cuda_check (cuda->device_get (&gpu->device, index), N_("finding the GPU"), error) ||
      !bb_cuda_check (cuda->device_get_name (name, sizeof name, gpu->device),
                      N_("asking for the GPU's name"), error) ||
      !bb_cuda_check (cuda->device_total_mem (&memory, gpu->device),
                      N_("asking for its memory"), error))
    return FALSE;
  const struct {
    CUdevice_attribute attribute;
    int *value;
  } wanted[] = {
    { CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, &gpu->major },
    { CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, &gpu->minor },
    { CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, &compute_mode },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (!bb_cuda_check (
          cuda->device_get_attribute (wanted[i].value, wanted[i].attribute, gpu->device),
          N_("asking for its architecture"), error))
      return FALSE;
  gpu->name = g_strdup (name);
  gpu->memory = memory;
  find_problem (gpu, compute_mode);
  return TRUE;
}

/**
 * bb_cuda_gpu_clear:
 * @gpu: a GPU
 */
void
bb_cuda_gpu_clear (BbCudaGpu *gpu)
{
  g_clear_pointer (&gpu->name, g_free);
  g_clear_pointer (&gpu->problem, g_free);
}

/**
 * bb_cuda_gpu_describe:
 * @gpu: a GPU
 *
 * Returns: (transfer full): name, memory, architecture and driver, for people
 */
char *
bb_cuda_gpu_describe (const BbCudaGpu *gpu)
{
  g_autofree char *memory = g_format_size_full (gpu->memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *driver = bb_cuda_get_driver_name ();

  return g_strdup_printf ("%s (%s, %s %d.%d, %s)", gpu->name, memory,
                          architecture (gpu->major, gpu->minor), gpu->major, gpu->minor, driver);
}
