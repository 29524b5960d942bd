/* bb-devices.c: the devices of this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place that knows which kinds there are.
 */

#include "config.h"

#include "bb-devices.h"

#include "bb-device.h"
#include "bb-error.h"
#include "cpu/bb-cpu-device.h"
#include "cuda/bb-cuda-device.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

/**
 * bb_devices_list:
 *
 * Finds the devices that can run the pipeline, and those that could but for the problem that they
 * have. May take seconds, so never on a thread that draws.
 *
 * Returns: (transfer full) (element-type BbDeviceInfo): the devices, the best one first
 */
GPtrArray *
bb_devices_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_device_info_free);
  g_autoptr (BbDevice) cpu = bb_cpu_device_new (0);
  BbDeviceInfo *info =
    bb_device_info_new (g_strdup ("cpu"), g_strdup (bb_device_get_description (cpu)), NULL);
  guint n_usable = 0;

  bb_cuda_device_list (list);
  for (guint i = 0; i < list->len; i++)
    if (((BbDeviceInfo *) list->pdata[i])->problem == NULL)
      n_usable = i + 1;
  g_ptr_array_insert (list, (gint) n_usable, info);
  return list;
}

/* The first GPU that works, else the CPU, which says why: once, for who opens many. */
static BbDevice *
open_best (void)
{
  static gint said;
  g_autoptr (GError) error = NULL;
  BbDevice *device = bb_cuda_device_new_best (&error);

  if (device != NULL)
    return device;
  device = bb_cpu_device_new (0);
  if (error != NULL && g_atomic_int_compare_and_exchange (&said, 0, 1))
    bb_device_set_notice (device, g_strdup_printf (
                                    /* Translators: %s is a sentence that says why no GPU does it */
                                    _ ("The CPU does the work. %s"), error->message));
  return device;
}

/**
 * bb_devices_prefer:
 * @uuid: a UUID, as OpenGL (GL_DEVICE_UUID_EXT) and Vulkan have it
 *
 * Says which of several GPUs `auto` is, for who shows pictures: the one that draws them. Returns at
 * once; where there is no such GPU nothing changes.
 */
void
bb_devices_prefer (const guint8 uuid[16])
{
  bb_cuda_device_prefer (uuid);
}

/**
 * bb_devices_open:
 * @id: `auto`, `cpu` or `cuda:N`; of several with commas between it is the first one
 * @error: return location for an error
 *
 * Opens a device. `auto` is the first GPU that can be used, and the CPU where there is none;
 * bb_device_get_notice() tells why. Opening a GPU takes up to seconds, so never on a thread that
 * draws.
 *
 * Returns: (transfer full): the device, or %NULL with %BB_ERROR_DEVICE
 */
BbDevice *
bb_devices_open (const char *id, GError **error)
{
  if (g_str_equal (id, "cpu"))
    return bb_cpu_device_new (0);
  if (g_str_equal (id, "auto"))
    return open_best ();
  if (g_str_has_prefix (id, "cuda:"))
    return bb_cuda_device_new (atoi (id + strlen ("cuda:")), error);
  g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
               _ ("Device “%s” is not available here: choose another one, such as the CPU"), id);
  return NULL;
}

/**
 * bb_devices_open_cpu:
 * @n_threads: threads that it works with; 0 is one for each CPU
 *
 * Returns: (transfer full): the CPU as a device
 */
BbDevice *
bb_devices_open_cpu (guint n_threads)
{
  return bb_cpu_device_new (n_threads);
}
