/* bb-snap.h: where a picture that is moved or scaled snaps to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

double bb_snap_centre (double centre, double size, double canvas, double threshold, double *line);
double bb_snap_edge (double edge, double canvas, double threshold, double *line);

G_END_DECLS
