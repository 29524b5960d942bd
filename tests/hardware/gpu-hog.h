/* gpu-hog.h: memory of a GPU that others have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"

G_BEGIN_DECLS

typedef struct _GpuHog GpuHog;

GpuHog *gpu_hog_new (BbDevice *device);
void gpu_hog_take (GpuHog *hog, gsize leave);
void gpu_hog_free (GpuHog *hog);

G_END_DECLS
