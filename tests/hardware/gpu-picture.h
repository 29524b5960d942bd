/* gpu-picture.h: pictures of noise, as a device makes them for the screen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"

G_BEGIN_DECLS

BbPicture *gpu_picture_new (BbDevice *device, const BbFormat *source, int width, int height,
                            guint32 seed, const BbPresentOptions *options, GError **error);

G_END_DECLS
