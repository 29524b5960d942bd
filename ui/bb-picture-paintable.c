/* bb-picture-paintable.c: paintable of the newest picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-picture-paintable.h"

#include "bb-texture.h"

#include <math.h>

/**
 * BbPicturePaintable:
 *
 * A paintable that shows the newest picture it was given. Pictures that come faster than they are
 * drawn replace each other, and only a picture that is drawn becomes a texture. Each picture
 * invalidates the contents; GTK draws once a frame, however often it is asked. That it was asked is
 * not kept here: a frame may be painted without this being drawn, as while there is no picture.
 */
struct _BbPicturePaintable {
  GObject parent_instance;

  BbPicture *picture;
  GdkTexture *texture; /* of the picture, once it is drawn */
  double scale;        /* device pixels a pixel of the widget */
};

static void
bb_picture_paintable_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width,
                               double height)
{
  BbPicturePaintable *self = BB_PICTURE_PAINTABLE (paintable);
  GdkTexture *texture = bb_picture_paintable_get_texture (self);
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
bb_picture_paintable_get_current_image (GdkPaintable *paintable)
{
  GdkTexture *texture = bb_picture_paintable_get_texture (BB_PICTURE_PAINTABLE (paintable));

  return texture != NULL ? GDK_PAINTABLE (g_object_ref (texture)) : gdk_paintable_new_empty (0, 0);
}

static int
bb_picture_paintable_get_intrinsic_width (GdkPaintable *paintable)
{
  BbPicturePaintable *self = BB_PICTURE_PAINTABLE (paintable);

  return self->picture != NULL ? self->picture->width : 0;
}

static int
bb_picture_paintable_get_intrinsic_height (GdkPaintable *paintable)
{
  BbPicturePaintable *self = BB_PICTURE_PAINTABLE (paintable);

  return self->picture != NULL ? self->picture->height : 0;
}

static void
bb_picture_paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = bb_picture_paintable_snapshot;
  iface->get_current_image = bb_picture_paintable_get_current_image;
  iface->get_intrinsic_width = bb_picture_paintable_get_intrinsic_width;
  iface->get_intrinsic_height = bb_picture_paintable_get_intrinsic_height;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BbPicturePaintable, bb_picture_paintable, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE,
                                                      bb_picture_paintable_iface_init))

static void
bb_picture_paintable_finalize (GObject *object)
{
  BbPicturePaintable *self = BB_PICTURE_PAINTABLE (object);

  g_clear_pointer (&self->picture, bb_picture_unref);
  g_clear_object (&self->texture);

  G_OBJECT_CLASS (bb_picture_paintable_parent_class)->finalize (object);
}

static void
bb_picture_paintable_class_init (BbPicturePaintableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_picture_paintable_finalize;
}

static void
bb_picture_paintable_init (BbPicturePaintable *self)
{
  self->scale = 1.0;
}

/**
 * bb_picture_paintable_new:
 *
 * Returns: (transfer full): a paintable that shows nothing
 */
BbPicturePaintable *
bb_picture_paintable_new (void)
{
  return g_object_new (BB_TYPE_PICTURE_PAINTABLE, NULL);
}

/**
 * bb_picture_paintable_set_scale:
 * @self: a paintable
 * @scale: device pixels a pixel of the widget that draws it
 */
void
bb_picture_paintable_set_scale (BbPicturePaintable *self, double scale)
{
  g_return_if_fail (BB_IS_PICTURE_PAINTABLE (self) && scale > 0.0);

  self->scale = scale;
}

/**
 * bb_picture_paintable_set_picture:
 * @self: a paintable
 * @picture: (nullable): what to show
 */
void
bb_picture_paintable_set_picture (BbPicturePaintable *self, BbPicture *picture)
{
  gboolean resized;

  g_return_if_fail (BB_IS_PICTURE_PAINTABLE (self));

  if (picture == self->picture)
    return;
  resized = (picture != NULL) != (self->picture != NULL) ||
            (picture != NULL &&
             (picture->width != self->picture->width || picture->height != self->picture->height));
  g_clear_pointer (&self->picture, bb_picture_unref);
  self->picture = picture != NULL ? bb_picture_ref (picture) : NULL;
  g_clear_object (&self->texture);
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

/**
 * bb_picture_paintable_get_picture:
 * @self: a paintable
 *
 * Returns: (nullable) (transfer none): what it shows
 */
BbPicture *
bb_picture_paintable_get_picture (BbPicturePaintable *self)
{
  g_return_val_if_fail (BB_IS_PICTURE_PAINTABLE (self), NULL);

  return self->picture;
}

/**
 * bb_picture_paintable_get_texture:
 * @self: a paintable
 *
 * Returns: (nullable) (transfer none): what it draws
 */
GdkTexture *
bb_picture_paintable_get_texture (BbPicturePaintable *self)
{
  g_return_val_if_fail (BB_IS_PICTURE_PAINTABLE (self), NULL);

  if (self->texture == NULL && self->picture != NULL)
    self->texture = bb_texture_new (self->picture);
  return self->texture;
}

/**
 * bb_picture_paintable_get_drawn:
 * @self: a paintable
 *
 * Returns: (nullable) (transfer none): the texture of the picture, if it was drawn already
 */
GdkTexture *
bb_picture_paintable_get_drawn (BbPicturePaintable *self)
{
  g_return_val_if_fail (BB_IS_PICTURE_PAINTABLE (self), NULL);

  return self->texture;
}
