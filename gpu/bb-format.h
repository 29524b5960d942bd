/* bb-format.h: what the samples of a picture mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BB_N_PLANES 3

/**
 * BbFormat:
 * @width: luma samples in a row, as stored (before any rotation)
 * @height: luma rows, as stored
 * @depth: bits a sample: 8 in bytes, 10 in the low bits of native-endian 16-bit words
 * @chroma_shift_x: log2 of the horizontal chroma subsampling (1 for 4:2:0 and 4:2:2, 0 for 4:4:4)
 * @chroma_shift_y: log2 of the vertical chroma subsampling (1 for 4:2:0)
 * @full_range: whether codes run from 0 to the maximum instead of 16..235 / 16..240 (at 8 bit)
 * @matrix: matrix coefficients, a code point of ITU-T H.273 (never 2, "unspecified": the guess
 *   made is written here)
 * @primaries: colour primaries, a code point of ITU-T H.273
 * @transfer: transfer characteristics, a code point of ITU-T H.273
 * @chroma_location: where chroma samples sit, H.273's Chroma420SampleLocType plus one
 *   (1 left, 2 centre, 3 top left, 4 top, 5 bottom left, 6 bottom), the values of FFmpeg's
 *   `AVChromaLocation`
 *
 * @interleaved: whether Cb and Cr alternate in the rows of plane 1, and codes of more than 8 bits
 *   lie in the high bits of their words: NV12 and P010, as decoders and encoders of GPUs have them.
 *   Only frames in a GPU's memory are so
 *
 * A Y'CbCr picture: plane 0 is Y', 1 is Cb, 2 is Cr. A plain value, copied by assignment.
 */
typedef struct {
  int width;
  int height;
  int depth;
  int chroma_shift_x;
  int chroma_shift_y;
  gboolean full_range;
  int matrix;
  int primaries;
  int transfer;
  int chroma_location;
  gboolean interleaved;
} BbFormat;

/**
 * BbOrientation:
 * @BB_ORIENTATION_FLIP_X: mirrored left to right, in stored coordinates
 * @BB_ORIENTATION_FLIP_Y: mirrored top to bottom, in stored coordinates
 * @BB_ORIENTATION_TRANSPOSE: rows and columns are swapped
 *
 * How the upright picture is found in the stored one: the upright sample (x, y) is the stored
 * sample (u, v), where (u, v) = (y, x) if transposed and (x, y) if not, then u becomes
 * `width - 1 - u` if flipped in x and v becomes `height - 1 - v` if flipped in y. The eight
 * combinations are all rotations by right angles with and without mirroring.
 */
typedef enum {
  BB_ORIENTATION_UPRIGHT = 0,
  BB_ORIENTATION_FLIP_X = 1 << 0,
  BB_ORIENTATION_FLIP_Y = 1 << 1,
  BB_ORIENTATION_TRANSPOSE = 1 << 2,
} BbOrientation;

int bb_format_get_plane_width (const BbFormat *format, int plane);
int bb_format_get_plane_height (const BbFormat *format, int plane);
int bb_format_get_shift (const BbFormat *format);
double bb_format_get_site (const BbFormat *format, int plane, gboolean vertical);
gboolean bb_format_is_hdr (const BbFormat *format);
gsize bb_format_get_frame_size (const BbFormat *format);

G_END_DECLS
