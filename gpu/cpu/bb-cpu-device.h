/* bb-cpu-device.h: the pipeline on the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"

G_BEGIN_DECLS

#define BB_TYPE_CPU_DEVICE (bb_cpu_device_get_type ())
G_DECLARE_FINAL_TYPE (BbCpuDevice, bb_cpu_device, BB, CPU_DEVICE, BbDevice)

BbDevice *bb_cpu_device_new (guint n_threads);

G_END_DECLS
