/* bb-color.h: one colour in the codes of a format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"
#include "kernels/bb-rgb.h"

G_BEGIN_DECLS

/**
 * BbColorMap:
 *
 * From sRGB to the codes of a format, for many pixels. To be cleared by bb_color_map_clear().
 */
typedef struct {
  /*< private >*/
  float zero[BB_N_PLANES];
  float weight[BB_N_PLANES][3];
  gboolean wide;
  float *linear; /* NULL but for PQ and HLG */
  float *signal;
} BbColorMap;

void bb_color_map_init (BbColorMap *map, const BbFormat *format);
void bb_color_map_clear (BbColorMap *map);
void bb_color_map_pixel (const BbColorMap *map, const int code[3], float codes[BB_N_PLANES]);
void bb_color_to_codes (guint32 color, const BbFormat *format, double codes[BB_N_PLANES]);
void bb_color_get_range (const BbFormat *format, int plane, double *zero, double *unit);
void bb_color_get_luma_weights (const BbFormat *format, double *kr, double *kb);
void bb_color_get_rgb (const BbFormat *format, int maximum, BbRgb *rgb);

G_END_DECLS
