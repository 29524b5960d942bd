/* bb-screen.h: the newest picture, for a widget to draw
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_SCREEN (bb_screen_get_type ())
G_DECLARE_FINAL_TYPE (BbScreen, bb_screen, BB, SCREEN, GObject)

BbScreen *bb_screen_new (void);
void bb_screen_set_scale (BbScreen *self, double scale);
void bb_screen_set_picture (BbScreen *self, BbPicture *picture);
BbPicture *bb_screen_get_picture (BbScreen *self);
GdkTexture *bb_screen_get_texture (BbScreen *self);
GdkTexture *bb_screen_get_drawn (BbScreen *self);

G_END_DECLS
