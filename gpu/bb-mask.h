/* bb-mask.h: rounded corners and shadow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbMaskRect:
 * @left: left edge in canvas pixels
 * @top: top edge
 * @width: width
 * @height: height
 * @radius: corner radius
 *
 * A rectangle with round corners on the canvas.
 */
typedef struct {
  double left;
  double top;
  double width;
  double height;
  double radius;
} BbMaskRect;

float *bb_mask_new_coverage (const BbMaskRect *rect, int width, int height);
float *bb_mask_new_shade (const BbMaskRect *rect, double sigma, double strength, int width,
                          int height);
float *bb_mask_subsample (const float *mask, int width, int height, int shift_x, int shift_y);

G_END_DECLS
