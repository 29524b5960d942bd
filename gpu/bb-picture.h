/* bb-picture.h: a finished frame as a display takes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-difference.h"
#include "bb-frame.h"

G_BEGIN_DECLS

/**
 * BbPictureFormat:
 * @BB_PICTURE_RGBX8: red, green, blue and a byte of ones, a byte each
 * @BB_PICTURE_BGRX8: the same with blue first
 * @BB_PICTURE_RGBX16: as the first in 16-bit words, for sources of more than 8 bits
 */
typedef enum {
  BB_PICTURE_RGBX8,
  BB_PICTURE_BGRX8,
  BB_PICTURE_RGBX16,
} BbPictureFormat;

/**
 * BbPresentOptions:
 * @cpu_draws: whether the CPU draws the screen, in 8 bits and with blue first as Cairo does. Each other
 *   picture is converted where it is drawn, which is the thread that people wait for
 * @takes_device_memory: whether pictures may stay in a device's memory; else they come with their pixels
 *   in host memory
 *
 * What whoever shows pictures takes as it is. The fields are atomic: they may change while pictures are
 * made.
 */
typedef struct {
  int cpu_draws;
  int takes_device_memory;
} BbPresentOptions;

typedef struct _BbPicture BbPicture;

/**
 * BbPictureDevice:
 * @download: brings the pixels to host memory, rows as `stride` says; waits for that
 * @release: gives back what the device has of the picture
 *
 * What a device does with pictures that are in its own memory.
 */
typedef struct {
  GBytes *(*download) (BbPicture *picture, GError **error);
  void (*release) (BbPicture *picture);
} BbPictureDevice;

/**
 * BbPicture:
 * @format: how a pixel is stored
 * @width: pixels in a row
 * @height: rows
 * @stride: bytes from one row to the next
 * @pixels: (nullable): the pixels in host memory; %NULL where they are on a device alone, see
 *   bb_picture_get_pixels()
 * @primaries: colour primaries of the R'G'B', a code point of ITU-T H.273
 * @transfer: its transfer characteristics, a code point of ITU-T H.273
 * @frame: the pipeline's frame that it was made of, the very one an encoder would get
 * @time: nanoseconds from the beginning of the source
 * @generation: generation of the recipe that it shows
 * @difference: (nullable): what it shows in place of the frame, see bb_picture_new_difference()
 *
 * A finished frame in R'G'B', for the screen. Reference-counted and immutable.
 */
struct _BbPicture {
  BbPictureFormat format;
  int width;
  int height;
  gsize stride;
  GBytes *pixels;
  int primaries;
  int transfer;
  BbFrame *frame;
  gint64 time;
  guint64 generation;
  BbDifference *difference;

  /*< private >*/
  gatomicrefcount refs;
  const BbPictureDevice *device;
  gpointer device_data;
};

BbPicture *bb_picture_new (BbFrame *frame, BbPictureFormat format);
BbPicture *bb_picture_new_difference (BbFrame *frame, BbFrame *other, int gain,
                                      const BbPresentOptions *options);
gsize bb_picture_get_pixel_size (BbPictureFormat format);
BbPictureFormat bb_picture_choose_format (const BbFormat *format, const BbPresentOptions *options);
GBytes *bb_picture_get_pixels (BbPicture *picture, GError **error);
BbPicture *bb_picture_ref (BbPicture *picture);
void bb_picture_unref (BbPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbPicture, bb_picture_unref)

G_END_DECLS
