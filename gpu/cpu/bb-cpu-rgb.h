/* bb-cpu-rgb.h: frames in R'G'B' on the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-picture.h"

G_BEGIN_DECLS

void bb_cpu_rgb_run (const BbFrame *frame, BbPictureFormat format, int first, int last,
                     guint8 *pixels, gsize stride);

G_END_DECLS
