/* bb-screen.c: the newest picture, for a widget to draw
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-screen.h"

#include "bb-texture.h"

#include <math.h>

/**
 * BbScreen:
 *
 * A paintable that shows the newest picture it was given. Pictures that come faster than they are
 * drawn replace each other, and only a picture that is drawn becomes a texture. Each picture
 * invalidates the contents; GTK draws once a frame, however often it is asked. That it was asked is
 * not kept here: a frame may be painted without this being drawn, as while there is no picture.
 */
struct _BbScreen {
  GObject parent_instance;

  BbPicture *picture;
  GdkTexture *texture; /* of the picture, once it is drawn */
  double scale; /* device pixels a pixel of the widget */
};

static void
bb_screen_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  BbScreen *self = BB_SCREEN (paintable);
  GdkTexture *texture = bb_screen_get_texture (self);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);

  if (texture == NULL)
    return;
  /* Cairo goes by way of another surface for a filter that is asked for, and takes a slow one where
   * none is. */
  if (fabs (gdk_texture_get_width (texture) - width * self->scale) < 0.01 &&
      fabs (gdk_texture_get_height (texture) - height * self->scale) < 0.01)
    gtk_snapshot_append_texture (snapshot, texture, &bounds);
  else
    gtk_snapshot_append_scaled_texture (snapshot, texture, GSK_SCALING_FILTER_LINEAR, &bounds);
}

static GdkPaintable *
bb_screen_get_current_image (GdkPaintable *paintable)
{
  GdkTexture *texture = bb_screen_get_texture (BB_SCREEN (paintable));

  return texture != NULL ? GDK_PAINTABLE (g_object_ref (texture)) : gdk_paintable_new_empty (0, 0);
}

static int
bb_screen_get_intrinsic_width (GdkPaintable *paintable)
{
  BbScreen *self = BB_SCREEN (paintable);

  return self->picture != NULL ? self->picture->width : 0;
}

static int
bb_screen_get_intrinsic_height (GdkPaintable *paintable)
{
  BbScreen *self = BB_SCREEN (paintable);

  return self->picture != NULL ? self->picture->height : 0;
}

static void
bb_screen_paintable_init (GdkPaintableInterface *iface)
{
  iface->snapshot = bb_screen_snapshot;
  iface->get_current_image = bb_screen_get_current_image;
  iface->get_intrinsic_width = bb_screen_get_intrinsic_width;
  iface->get_intrinsic_height = bb_screen_get_intrinsic_height;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BbScreen, bb_screen, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, bb_screen_paintable_init))

static void
bb_screen_finalize (GObject *object)
{
  BbScreen *self = BB_SCREEN (object);

  g_clear_pointer (&self->picture, bb_picture_unref);
  g_clear_object (&self->texture);

  G_OBJECT_CLASS (bb_screen_parent_class)->finalize (object);
}

static void
bb_screen_class_init (BbScreenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_screen_finalize;
}

static void
bb_screen_init (BbScreen *self)
{
  self->scale = 1.0;
}

/**
 * bb_screen_new:
 *
 * Returns: (transfer full): a screen that shows nothing
 */
BbScreen *
bb_screen_new (void)
{
  return g_object_new (BB_TYPE_SCREEN, NULL);
}

/**
 * bb_screen_set_scale:
 * @self: a screen
 * @scale: device pixels a pixel of the widget that draws it
 */
void
bb_screen_set_scale (BbScreen *self, double scale)
{
  g_return_if_fail (BB_IS_SCREEN (self) && scale > 0.0);

  self->scale = scale;
}

/**
 * bb_screen_set_picture:
 * @self: a screen
 * @picture: (nullable): what to show
 */
void
bb_screen_set_picture (BbScreen *self, BbPicture *picture)
{
  gboolean resized;

  g_return_if_fail (BB_IS_SCREEN (self));

  if (picture == self->picture)
    return;
  resized = (picture != NULL) != (self->picture != NULL) ||
            (picture != NULL && (picture->width != self->picture->width ||
                                 picture->height != self->picture->height));
  g_clear_pointer (&self->picture, bb_picture_unref);
  self->picture = picture != NULL ? bb_picture_ref (picture) : NULL;
  g_clear_object (&self->texture);
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

/**
 * bb_screen_get_picture:
 * @self: a screen
 *
 * Returns: (nullable) (transfer none): what it shows
 */
BbPicture *
bb_screen_get_picture (BbScreen *self)
{
  g_return_val_if_fail (BB_IS_SCREEN (self), NULL);

  return self->picture;
}

/**
 * bb_screen_get_texture:
 * @self: a screen
 *
 * Returns: (nullable) (transfer none): what it draws
 */
GdkTexture *
bb_screen_get_texture (BbScreen *self)
{
  g_return_val_if_fail (BB_IS_SCREEN (self), NULL);

  if (self->texture == NULL && self->picture != NULL)
    self->texture = bb_texture_new (self->picture);
  return self->texture;
}

/**
 * bb_screen_get_drawn:
 * @self: a screen
 *
 * Returns: (nullable) (transfer none): the texture of the picture, if it was drawn already
 */
GdkTexture *
bb_screen_get_drawn (BbScreen *self)
{
  g_return_val_if_fail (BB_IS_SCREEN (self), NULL);

  return self->texture;
}
