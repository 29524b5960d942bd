/* bb-device-texture.h: GL textures of pictures in device memory, without a copy to host memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

void bb_device_texture_init (GdkDisplay *display);
GdkTexture *bb_device_texture_new (BbPicture *picture, GdkColorState *color_state);
gboolean bb_device_texture_is_live (void);
const char *bb_device_texture_get_reason (void);
guint64 bb_device_texture_get_n_shared (void);
guint64 bb_device_texture_get_n_copied (void);
void bb_device_texture_shut_down (void);

G_END_DECLS
