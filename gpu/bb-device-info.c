/* bb-device-info.c: a member of the list of devices
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-device-info.h"

/**
 * bb_device_info_free:
 * @info: (transfer full): a member of the list of bb_devices_list()
 */
void
bb_device_info_free (BbDeviceInfo *info)
{
  g_free (info->id);
  g_free (info->description);
  g_free (info->problem);
  g_free (info);
}

/**
 * bb_device_info_new:
 * @id: (transfer full): what `--device` takes
 * @description: (transfer full): what it is
 * @problem: (transfer full) (nullable): why it cannot be used
 *
 * Returns: (transfer full): a member of the list of bb_devices_list()
 */
BbDeviceInfo *
bb_device_info_new (char *id, char *description, char *problem)
{
  BbDeviceInfo *info = g_new (BbDeviceInfo, 1);

  *info = (BbDeviceInfo) { id, description, problem };
  return info;
}
