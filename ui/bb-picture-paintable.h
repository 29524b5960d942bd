/* bb-picture-paintable.h: paintable of the newest picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_PICTURE_PAINTABLE (bb_picture_paintable_get_type ())
G_DECLARE_FINAL_TYPE (BbPicturePaintable, bb_picture_paintable, BB, PICTURE_PAINTABLE, GObject)

BbPicturePaintable *bb_picture_paintable_new (void);
void bb_picture_paintable_set_scale (BbPicturePaintable *self, double scale);
void bb_picture_paintable_set_picture (BbPicturePaintable *self, BbPicture *picture);
BbPicture *bb_picture_paintable_get_picture (BbPicturePaintable *self);
GdkTexture *bb_picture_paintable_get_texture (BbPicturePaintable *self);
GdkTexture *bb_picture_paintable_get_drawn (BbPicturePaintable *self);

G_END_DECLS
