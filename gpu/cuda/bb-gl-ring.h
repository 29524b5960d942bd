/* bb-gl-ring.h: pictures of a GPU as textures of GL, without a copy through the host
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names no type of CUDA or GL, so that who shows the textures needs neither's headers.
 */

#pragma once

#include "bb-picture.h"

G_BEGIN_DECLS

typedef struct _BbGlRing BbGlRing;

/**
 * BbGlTexture:
 * @id: name of a GL_TEXTURE_2D
 * @sync: a GLsync that is signalled once the picture is in it
 * @format: how a pixel is stored
 * @width: pixels in a row
 * @height: rows
 *
 * A texture of a ring that is lent.
 */
typedef struct {
  guint id;
  gpointer sync;
  BbPictureFormat format;
  int width;
  int height;

  /*< private >*/
  BbGlRing *ring;
  gpointer slot;
} BbGlTexture;

gboolean bb_gl_ring_is_built (void);
gconstpointer bb_gl_ring_find_gpu (BbPicture *picture);
BbGlRing *bb_gl_ring_new (BbPicture *picture, guint n_textures, GError **error);
gboolean bb_gl_ring_takes (BbGlRing *ring, BbPicture *picture);
gboolean bb_gl_ring_write (BbGlRing *ring, BbPicture *picture, BbGlTexture *texture, GError **error);
void bb_gl_texture_release (BbGlTexture *texture);
guint bb_gl_ring_close (BbGlRing *ring);
void bb_gl_ring_unref (BbGlRing *ring);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbGlRing, bb_gl_ring_unref)

G_END_DECLS
