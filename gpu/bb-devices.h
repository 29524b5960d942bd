/* bb-devices.h: the devices of this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device-info.h"

G_BEGIN_DECLS

typedef struct _BbDevice BbDevice;

GPtrArray *bb_devices_list (void);
void bb_devices_prefer (const guint8 uuid[16]);
BbDevice *bb_devices_open (const char *id, GError **error);
BbDevice *bb_devices_open_cpu (guint n_threads);

G_END_DECLS
