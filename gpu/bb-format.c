/* bb-format.c: what the samples of a picture mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-format.h"

/* Transfer characteristics, code points of ITU-T H.273 */
#define TRANSFER_PQ 16
#define TRANSFER_HLG 18

/**
 * bb_format_get_plane_width:
 * @format: a format
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 *
 * Returns: samples in a row of @plane; an odd luma width rounds up
 */
int
bb_format_get_plane_width (const BbFormat *format, int plane)
{
  return plane == 0 ? format->width : -((-format->width) >> format->chroma_shift_x);
}

/**
 * bb_format_get_plane_height:
 * @format: a format
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 *
 * Returns: rows of @plane; an odd luma height rounds up
 */
int
bb_format_get_plane_height (const BbFormat *format, int plane)
{
  return plane == 0 ? format->height : -((-format->height) >> format->chroma_shift_y);
}

/**
 * bb_format_get_shift:
 * @format: a format
 *
 * Returns: bits that a code is shifted up within its word: 6 for P010, 0 for codes in the low bits
 */
int
bb_format_get_shift (const BbFormat *format)
{
  return format->interleaved && format->depth > 8 ? 16 - format->depth : 0;
}

/**
 * bb_format_get_site:
 * @format: a format
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 * @vertical: whether the distance from the top is asked for, not that from the left
 *
 * Returns: where the centre of the plane's first sample lies, in luma samples from the edge
 */
double
bb_format_get_site (const BbFormat *format, int plane, gboolean vertical)
{
  int shift = vertical ? format->chroma_shift_y : format->chroma_shift_x;
  int location = format->chroma_location;

  if (plane == 0 || shift == 0)
    return 0.5;
  if (!vertical)
    return location == 2 || location == 4 || location == 6 ? (1 << shift) / 2.0 : 0.5;
  if (location == 3 || location == 4)
    return 0.5;
  return location == 5 || location == 6 ? (1 << shift) - 0.5 : (1 << shift) / 2.0;
}

/**
 * bb_format_is_hdr:
 * @format: a format
 *
 * Returns: whether its transfer is PQ or HLG
 */
gboolean
bb_format_is_hdr (const BbFormat *format)
{
  return format->transfer == TRANSFER_PQ || format->transfer == TRANSFER_HLG;
}

/**
 * bb_format_get_frame_size:
 * @format: a format
 *
 * Returns: bytes of the samples of one frame, without padding
 */
gsize
bb_format_get_frame_size (const BbFormat *format)
{
  gsize samples = 0;

  for (int p = 0; p < BB_N_PLANES; p++)
    samples += (gsize) bb_format_get_plane_width (format, p) *
               (gsize) bb_format_get_plane_height (format, p);
  return samples * (format->depth > 8 ? 2 : 1);
}
