/* bb-snap.c: where a picture that is moved or scaled snaps to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Along one axis. All places count from the canvas' centre, in canvas pixels.
 */

#include "bb-snap.h"

#include <math.h>

/* Takes @target for @place where it is nearer than what was taken before. */
static void
offer (double place, double target, double at, double *nearest, double *snapped, double *line)
{
  double distance = fabs (target - place);

  if (distance >= *nearest)
    return;
  *nearest = distance;
  *snapped = target;
  *line = at;
}

/**
 * bb_snap_centre:
 * @centre: where the picture's centre is
 * @size: its side
 * @canvas: the canvas' side
 * @threshold: how near it has to be
 * @line: (out): the canvas' line that it snapped to; NaN for none
 *
 * The picture's centre snaps to the canvas' and to its thirds, and the picture's edges to the canvas' edges and
 * its thirds, whichever is nearest. Of lines that are met at once the first of these is told.
 *
 * Returns: where the picture's centre goes
 */
double
bb_snap_centre (double centre, double size, double canvas, double threshold, double *line)
{
  double half = size / 2.0;
  double edge = canvas / 2.0;
  double third = canvas / 6.0;
  double nearest = threshold;
  double snapped = centre;

  *line = NAN;
  offer (centre, 0.0, 0.0, &nearest, &snapped, line);
  offer (centre, half - edge, -edge, &nearest, &snapped, line);
  offer (centre, edge - half, edge, &nearest, &snapped, line);
  for (int side = -1; side <= 1; side += 2)
    {
      offer (centre, side * third, side * third, &nearest, &snapped, line);
      offer (centre, side * third + half, side * third, &nearest, &snapped, line);
      offer (centre, side * third - half, side * third, &nearest, &snapped, line);
    }
  return snapped;
}

/**
 * bb_snap_edge:
 * @edge: where an edge of the picture is
 * @canvas: the canvas' side
 * @threshold: how near it has to be
 * @line: (out): the canvas' line that it snapped to; NaN for none
 *
 * Returns: where the edge goes: to an edge of the canvas, a third or the middle
 */
double
bb_snap_edge (double edge, double canvas, double threshold, double *line)
{
  double nearest = threshold;
  double snapped = edge;

  *line = NAN;
  for (int i = -3; i <= 3; i++)
    if (i % 2 != 0 || i == 0)
      offer (edge, i * canvas / 6.0, i * canvas / 6.0, &nearest, &snapped, line);
  return snapped;
}
