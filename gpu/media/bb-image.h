/* bb-image.h: still pictures out of files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** Longest side of a picture; what is larger is reduced when it is read. */
#define BB_IMAGE_LONGEST 8192

/**
 * BbImage:
 * @width: pixels in a row
 * @height: rows
 * @deep: whether codes are words of 16 bits instead of bytes
 * @drawn: whether it is a drawing, made as large as it was asked for
 * @rgba: `[height][width][4]`, R', G', B' and opacity, not multiplied
 *
 * A still picture, upright, in sRGB. Reference-counted and immutable.
 */
typedef struct {
  int width;
  int height;
  gboolean deep;
  gboolean drawn;
  gpointer rgba;

  /*< private >*/
  gatomicrefcount refs;
} BbImage;

BbImage *bb_image_new_from_file (const char *path, int width, int height, GError **error);
BbImage *bb_image_ref (BbImage *image);
void bb_image_unref (BbImage *image);

/**
 * bb_image_get_pixel:
 * @image: a picture
 * @at: number of the pixel, row after row
 * @pixel: (out caller-allocates): R', G', B' and opacity, 0 to 65535
 */
static inline void
bb_image_get_pixel (const BbImage *image, gsize at, int pixel[4])
{
  for (gsize i = 0; i < 4; i++)
    pixel[i] = image->deep ? ((const guint16 *) image->rgba)[4 * at + i]
                           : ((const guint8 *) image->rgba)[4 * at + i] * 257;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbImage, bb_image_unref)

G_END_DECLS
