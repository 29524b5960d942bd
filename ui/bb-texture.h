/* bb-texture.h: GDK textures of pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

GdkTexture *bb_texture_new (BbPicture *picture);
char *bb_texture_describe_path (GdkTexture *texture);

G_END_DECLS
