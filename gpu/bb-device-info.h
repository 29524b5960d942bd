/* bb-device-info.h: a member of the list of devices
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbDeviceInfo:
 * @id: what `--device` takes, such as `cpu`
 * @description: what it is, for people
 * @problem: (nullable): why it cannot be used, and what to do
 *
 * A device that can run the pipeline, or could.
 */
typedef struct {
  char *id;
  char *description;
  char *problem;
} BbDeviceInfo;

BbDeviceInfo *bb_device_info_new (char *id, char *description, char *problem);
void bb_device_info_free (BbDeviceInfo *info);

G_END_DECLS
