/* bb-framing.h: where the picture is on the canvas, and what of it is seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"
#include "bb-recipe.h"

G_BEGIN_DECLS

/**
 * BbPlacement:
 * @x: how far its centre is right of the canvas' centre
 * @y: how far its centre is below the canvas' centre
 * @width: its width
 * @height: its height
 *
 * The whole picture on the canvas, in canvas pixels; parts of it may lie outside.
 */
typedef struct {
  double x;
  double y;
  double width;
  double height;
} BbPlacement;

BbOrientation bb_framing_get_turn (const BbRecipeValues *values);
BbOrientation bb_framing_compose (BbOrientation source, BbOrientation turn);
void bb_framing_get_crop (const BbRecipeValues *values, double first[2], double last[2]);
void bb_framing_get_shown (const BbRecipeValues *values, double width, double height,
                           double *shown_width, double *shown_height);
double bb_framing_get_scale (double zoom, const double shown[2], const double canvas[2]);
double bb_framing_get_zoom (double scale, const double shown[2], const double canvas[2]);
double bb_framing_get_shift (double position, double zoom, double canvas, double size);

void bb_framing_place (const BbRecipeValues *values, double width, double height,
                       BbPlacement *placement);
void bb_framing_set (BbRecipeValues *values, double width, double height, double scale, double x,
                     double y);
void bb_framing_rotate (BbRecipeValues *values, int quarters);
void bb_framing_mirror (BbRecipeValues *values, gboolean vertical);
void bb_framing_set_crop (BbRecipeValues *values, const double first[2], const double last[2]);

G_END_DECLS
