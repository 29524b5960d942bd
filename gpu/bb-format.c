/* bb-format.c: what the samples of a picture mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-format.h"

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
