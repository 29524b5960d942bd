/* bb-framing.c: where the picture is on the canvas, and what of it is seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A framing has no lengths in pixels, so that it serves canvases and sources of every shape. The zoom
 * counts from the scale that fits the picture in to the one that fills the canvas; a position is a part of
 * the picture where that is larger than the canvas, so that the same point of it stays in the center,
 * and else a part of the canvas.
 */

#include "bb-framing.h"

#include <math.h>

enum { X, Y };

/**
 * bb_framing_get_turn:
 * @values: a recipe's values
 *
 * Returns: how the upright source is turned and mirrored, in the words of #BbOrientation: what is
 *   "stored" there is the upright source
 */
BbOrientation
bb_framing_get_turn (const BbRecipeValues *values)
{
  static const BbOrientation turns[] = {
    BB_ORIENTATION_UPRIGHT,
    BB_ORIENTATION_TRANSPOSE | BB_ORIENTATION_FLIP_Y,
    BB_ORIENTATION_FLIP_X | BB_ORIENTATION_FLIP_Y,
    BB_ORIENTATION_TRANSPOSE | BB_ORIENTATION_FLIP_X,
  };
  BbOrientation turn = turns[values->rotate];
  gboolean transposed = (turn & BB_ORIENTATION_TRANSPOSE) != 0;

  /* Mirroring comes after turning: left and right are those that are seen. */
  if ((values->mirror & BB_MIRROR_HORIZONTAL) != 0)
    turn ^= transposed ? BB_ORIENTATION_FLIP_Y : BB_ORIENTATION_FLIP_X;
  if ((values->mirror & BB_MIRROR_VERTICAL) != 0)
    turn ^= transposed ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y;
  return turn;
}

/**
 * bb_framing_compose:
 * @source: how the source is turned upright
 * @turn: how the upright source is turned
 *
 * Returns: both in one
 */
BbOrientation
bb_framing_compose (BbOrientation source, BbOrientation turn)
{
  gboolean transposed = (source & BB_ORIENTATION_TRANSPOSE) != 0;
  BbOrientation both = source ^ (turn & BB_ORIENTATION_TRANSPOSE);

  if ((turn & BB_ORIENTATION_FLIP_X) != 0)
    both ^= transposed ? BB_ORIENTATION_FLIP_Y : BB_ORIENTATION_FLIP_X;
  if ((turn & BB_ORIENTATION_FLIP_Y) != 0)
    both ^= transposed ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y;
  return both;
}

/**
 * bb_framing_get_crop:
 * @values: a recipe's values
 * @first: (out) (array fixed-size=2): where what is left begins, from the left and from the top
 * @last: (out) (array fixed-size=2): where it ends
 *
 * Gets what the crop leaves, in parts of the source's sides as it is seen, turned and mirrored.
 */
void
bb_framing_get_crop (const BbRecipeValues *values, double first[2], double last[2])
{
  BbOrientation turn = bb_framing_get_turn (values);
  gboolean transposed = (turn & BB_ORIENTATION_TRANSPOSE) != 0;
  const double before[2] = { values->crop_left, values->crop_top };
  const double after[2] = { values->crop_right, values->crop_bottom };

  for (int i = X; i <= Y; i++)
    {
      int upright = transposed ? !i : i;
      gboolean flipped =
        (turn & (upright == X ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y)) != 0;

      first[i] = flipped ? after[upright] : before[upright];
      last[i] = 1.0 - (flipped ? before[upright] : after[upright]);
    }
}

/**
 * bb_framing_set_crop:
 * @values: (inout): a recipe's values
 * @first: (array fixed-size=2): where what is left begins, from the left and from the top
 * @last: (array fixed-size=2): where it ends
 *
 * The counterpart of bb_framing_get_crop().
 */
void
bb_framing_set_crop (BbRecipeValues *values, const double first[2], const double last[2])
{
  BbOrientation turn = bb_framing_get_turn (values);
  gboolean transposed = (turn & BB_ORIENTATION_TRANSPOSE) != 0;
  double *const before[2] = { &values->crop_left, &values->crop_top };
  double *const after[2] = { &values->crop_right, &values->crop_bottom };

  for (int i = X; i <= Y; i++)
    {
      int upright = transposed ? !i : i;
      gboolean flipped =
        (turn & (upright == X ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y)) != 0;

      *(flipped ? after : before)[upright] = first[i];
      *(flipped ? before : after)[upright] = 1.0 - last[i];
    }
}

/**
 * bb_framing_get_shown:
 * @values: a recipe's values
 * @width: columns of the upright source in square pixels
 * @height: rows of it
 * @shown_width: (out): columns of what is shown of it, turned and cropped
 * @shown_height: (out): rows of that
 */
void
bb_framing_get_shown (const BbRecipeValues *values, double width, double height,
                      double *shown_width, double *shown_height)
{
  gboolean transposed = (bb_framing_get_turn (values) & BB_ORIENTATION_TRANSPOSE) != 0;
  double first[2], last[2];

  bb_framing_get_crop (values, first, last);
  *shown_width = (transposed ? height : width) * (last[X] - first[X]);
  *shown_height = (transposed ? width : height) * (last[Y] - first[Y]);
}

static void
get_ends (const double shown[2], const double canvas[2], double *fit, double *fill)
{
  double x = canvas[X] / shown[X];
  double y = canvas[Y] / shown[Y];

  *fit = MIN (x, y);
  *fill = MAX (x, y);
}

/**
 * bb_framing_get_scale:
 * @zoom: zoom of a recipe
 * @shown: (array fixed-size=2): sides of the picture
 * @canvas: (array fixed-size=2): sides of the canvas
 *
 * From 0 to 1 the scale goes from the one that fits the picture in to the one that fills the canvas.
 * Above 1 it is the latter's multiple; below 0, a part of the former: at -0.9 a tenth. It grows with
 * @zoom, without a step.
 *
 * Returns: canvas pixels a pixel of the picture
 */
double
bb_framing_get_scale (double zoom, const double shown[2], const double canvas[2])
{
  double fit, fill;

  get_ends (shown, canvas, &fit, &fill);
  if (zoom < 0.0)
    return fit * (1.0 + zoom);
  return zoom > 1.0 ? fill * zoom : fit + (fill - fit) * zoom;
}

/**
 * bb_framing_get_zoom:
 * @scale: canvas pixels a pixel of the picture
 * @shown: (array fixed-size=2): sides of the picture
 * @canvas: (array fixed-size=2): sides of the canvas
 *
 * The counterpart of bb_framing_get_scale(). Where the picture has the canvas' shape, what fits it
 * in fills it too, and is said to fill.
 *
 * Returns: zoom of a recipe, in its range
 */
double
bb_framing_get_zoom (double scale, const double shown[2], const double canvas[2])
{
  const BbRecipeField *field = bb_recipe_get_field ("zoom");
  double fit, fill, zoom;

  get_ends (shown, canvas, &fit, &fill);
  if (scale >= fill)
    zoom = scale / fill;
  else if (scale <= fit)
    zoom = scale / fit - 1.0;
  else
    zoom = (scale - fit) / (fill - fit);
  return CLAMP (zoom, field->minimum, field->maximum);
}

/* How far the centers of picture and canvas may be apart: what fills the canvas stays over all of it,
 * what fits in goes to where it is just out of sight, and between them the way is between. */
static double
get_limit (double zoom, double canvas, double size)
{
  return fabs (canvas - size) / 2.0 + (1.0 - CLAMP (zoom, 0.0, 1.0)) * MIN (canvas, size);
}

/**
 * bb_framing_get_shift:
 * @position: position of a recipe along an axis
 * @zoom: its zoom
 * @canvas: side of the canvas along that axis
 * @size: side of the whole picture on it
 *
 * Returns: how far the picture's centre is from the canvas', in the unit of both sides. A picture
 *   that fills the canvas covers it wherever it is put
 */
double
bb_framing_get_shift (double position, double zoom, double canvas, double size)
{
  double limit = get_limit (zoom, canvas, size);

  return CLAMP (position * MAX (canvas, size), -limit, limit);
}

/**
 * bb_framing_place:
 * @values: a recipe's values
 * @width: columns of the upright source in square pixels
 * @height: rows of it
 * @placement: (out caller-allocates): where the picture is
 *
 * A plan puts it on whole samples.
 */
void
bb_framing_place (const BbRecipeValues *values, double width, double height, BbPlacement *placement)
{
  double canvas[2] = { values->width, values->height };
  double shown[2];
  double scale;

  bb_framing_get_shown (values, width, height, &shown[X], &shown[Y]);
  scale = bb_framing_get_scale (values->zoom, shown, canvas);
  placement->width = shown[X] * scale;
  placement->height = shown[Y] * scale;
  placement->x =
    bb_framing_get_shift (values->position_x, values->zoom, canvas[X], placement->width) +
    values->offset_x;
  placement->y =
    bb_framing_get_shift (values->position_y, values->zoom, canvas[Y], placement->height) +
    values->offset_y;
}

/**
 * bb_framing_set:
 * @values: (inout): a recipe's values
 * @width: columns of the upright source in square pixels
 * @height: rows of it
 * @scale: canvas pixels a pixel of the picture
 * @x: how far its centre is right of the canvas' centre, in canvas pixels
 * @y: how far its centre is below the canvas' centre
 *
 * The counterpart of bb_framing_place(): puts the picture there, as near as zoom and position may be. An
 * offset in pixels becomes part of the position.
 */
void
bb_framing_set (BbRecipeValues *values, double width, double height, double scale, double x,
                double y)
{
  double canvas[2] = { values->width, values->height };
  double centre[2] = { x, y };
  double position[2];
  double shown[2];

  bb_framing_get_shown (values, width, height, &shown[X], &shown[Y]);
  values->zoom = bb_framing_get_zoom (scale, shown, canvas);
  scale = bb_framing_get_scale (values->zoom, shown, canvas);
  for (int i = X; i <= Y; i++)
    {
      double limit = get_limit (values->zoom, canvas[i], shown[i] * scale);

      position[i] = CLAMP (centre[i], -limit, limit) / MAX (canvas[i], shown[i] * scale);
    }
  values->position_x = position[X];
  values->position_y = position[Y];
  values->offset_x = values->offset_y = 0.0;
}

/**
 * bb_framing_rotate:
 * @values: (inout): a recipe's values
 * @quarters: quarter turns clockwise, as it is seen
 */
void
bb_framing_rotate (BbRecipeValues *values, int quarters)
{
  /* The mirror comes after: before it, the same turn goes the other way round. */
  if (values->mirror == BB_MIRROR_HORIZONTAL || values->mirror == BB_MIRROR_VERTICAL)
    quarters = -quarters;
  values->rotate = (BbRotate) (((int) values->rotate + quarters % 4 + 4) % 4);
}

/**
 * bb_framing_mirror:
 * @values: (inout): a recipe's values
 * @vertical: whether top and bottom are swapped, or else left and right
 *
 * Mirrors the picture as it is seen, or takes that back.
 */
void
bb_framing_mirror (BbRecipeValues *values, gboolean vertical)
{
  values->mirror =
    (BbMirror) ((int) values->mirror ^ (vertical ? BB_MIRROR_VERTICAL : BB_MIRROR_HORIZONTAL));
}
