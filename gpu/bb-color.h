/* bb-color.h: one colour in the codes of a format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"
#include "kernels/bb-rgb.h"

G_BEGIN_DECLS

void bb_color_to_codes (guint32 color, const BbFormat *format, double codes[BB_N_PLANES]);
void bb_color_get_range (const BbFormat *format, int plane, double *zero, double *unit);
void bb_color_get_luma_weights (const BbFormat *format, double *kr, double *kb);
void bb_color_get_rgb (const BbFormat *format, int maximum, BbRgb *rgb);

G_END_DECLS
