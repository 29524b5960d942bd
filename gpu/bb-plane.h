/* bb-plane.h: resampling of a plane that is the same in each frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-taps.h"

G_BEGIN_DECLS

float *bb_plane_resample (const BbTaps *y, const BbTaps *x, const float *in, int width, int height,
                          float initial);

G_END_DECLS
