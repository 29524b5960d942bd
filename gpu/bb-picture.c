/* bb-picture.c: a finished frame as a display takes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-picture.h"

/**
 * bb_picture_new:
 * @frame: a finished frame
 * @format: how its pixels are to be stored
 *
 * Makes a picture that has no pixels yet. Its rows are without padding. `pixels`, `time` and
 * `generation` are for the caller to fill in.
 *
 * Returns: (transfer full): a picture
 */
BbPicture *
bb_picture_new (BbFrame *frame, BbPictureFormat format)
{
  BbPicture *picture = g_new0 (BbPicture, 1);

  g_atomic_ref_count_init (&picture->refs);
  picture->format = format;
  picture->width = frame->format.width;
  picture->height = frame->format.height;
  picture->stride = (gsize) picture->width * bb_picture_get_pixel_size (picture->format);
  picture->primaries = frame->format.primaries;
  picture->transfer = frame->format.transfer;
  picture->frame = bb_frame_ref (frame);
  return picture;
}

/**
 * bb_picture_new_difference:
 * @frame: a finished frame in host memory
 * @other: the same frame, made in another way
 * @gain: what differences are multiplied by, at least 1
 * @options: (nullable): what is shown as it is
 *
 * Makes a picture of how far two frames are apart, see bb_difference_draw(); `difference` has the
 * figures.
 *
 * Returns: (transfer full): a picture in sRGB
 */
BbPicture *
bb_picture_new_difference (BbFrame *frame, BbFrame *other, int gain,
                           const BbPresentOptions *options)
{
  /* Its grey is the same in any order. */
  BbPicture *picture = bb_picture_new (
    frame, frame->format.depth > 8 ? BB_PICTURE_RGBX16
                                   : bb_picture_choose_format (&frame->format, options));
  gsize size = picture->stride * (gsize) picture->height;
  guint8 *pixels = g_malloc (size);

  /* BT.709 and sRGB of ITU-T H.273 */
  picture->primaries = 1;
  picture->transfer = 13;
  picture->difference = g_new (BbDifference, 1);
  bb_difference_measure (frame, other, picture->difference);
  bb_difference_draw (frame, other, gain, pixels, picture->stride);
  picture->pixels = g_bytes_new_take (pixels, size);
  return picture;
}

/**
 * bb_picture_get_pixel_size:
 * @format: a format
 *
 * Returns: bytes of a pixel
 */
gsize
bb_picture_get_pixel_size (BbPictureFormat format)
{
  return format == BB_PICTURE_RGBX16 ? 8 : 4;
}

/**
 * bb_picture_choose_format:
 * @format: a frame's format
 * @options: (nullable): what is shown as it is
 *
 * Says in which format its pictures are to be where they are in main memory. HDR keeps its 16 bits,
 * since what they are to look like on a screen of 8 is for the screen to say.
 *
 * Returns: a format
 */
BbPictureFormat
bb_picture_choose_format (const BbFormat *format, const BbPresentOptions *options)
{
  if (options != NULL && g_atomic_int_get (&options->cpu_draws) &&
      (format->depth == 8 || !bb_format_is_hdr (format)))
    return BB_PICTURE_BGRX8;
  return format->depth > 8 ? BB_PICTURE_RGBX16 : BB_PICTURE_RGBX8;
}

/**
 * bb_picture_get_pixels:
 * @picture: a picture
 * @error: return location for an error
 *
 * Brings the pixels to host memory where they are on a device alone; waits for that. Only one thread
 * at a time may call it.
 *
 * Returns: (transfer none): the pixels, or %NULL with %BB_ERROR_DEVICE or %BB_ERROR_MEMORY
 */
GBytes *
bb_picture_get_pixels (BbPicture *picture, GError **error)
{
  if (picture->pixels == NULL)
    picture->pixels = picture->device->download (picture, error);
  return picture->pixels;
}

/**
 * bb_picture_ref:
 * @picture: a picture
 *
 * Returns: (transfer full): @picture
 */
BbPicture *
bb_picture_ref (BbPicture *picture)
{
  g_atomic_ref_count_inc (&picture->refs);
  return picture;
}

/**
 * bb_picture_unref:
 * @picture: (transfer full): a picture
 */
void
bb_picture_unref (BbPicture *picture)
{
  if (!g_atomic_ref_count_dec (&picture->refs))
    return;
  if (picture->device != NULL)
    picture->device->release (picture);
  g_clear_pointer (&picture->pixels, g_bytes_unref);
  g_free (picture->difference);
  bb_frame_unref (picture->frame);
  g_free (picture);
}
