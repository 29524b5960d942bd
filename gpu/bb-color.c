/* bb-color.c: colors in the codes of a format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-color.h"

#include <math.h>
#include <string.h>

/* Code points of ITU-T H.273 */
#define PRIMARIES_BT2020 9
#define MATRIX_YCGCO 8
#define TRANSFER_PQ 16

/* Luminance of diffuse white in PQ and HLG pictures, ITU-R BT.2408: 203 cd/m2 */
#define HDR_WHITE 203.0

/**
 * bb_color_get_luma_weights:
 * @format: a format
 * @kr: (out): weight of red in luma
 * @kb: (out): weight of blue in luma
 *
 * Weights of the format's matrix coefficients, after table 4 of ITU-T H.273. BT.709's stand in
 * for matrices that are none of this form.
 */
void
bb_color_get_luma_weights (const BbFormat *format, double *kr, double *kb)
{
  switch (format->matrix)
    {
    case 4:
      *kr = 0.30;
      *kb = 0.11;
      break;
    case 5:
    case 6:
      *kr = 0.299;
      *kb = 0.114;
      break;
    case 7:
      *kr = 0.212;
      *kb = 0.087;
      break;
    case 9:
    case 10:
      *kr = 0.2627;
      *kb = 0.0593;
      break;
    default:
      *kr = 0.2126;
      *kb = 0.0722;
      break;
    }
}

/**
 * bb_color_get_range:
 * @format: a format
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 * @zero: (out): code of black (Y') or of no colour (Cb, Cr)
 * @unit: (out): codes from 0 to 1 of Y', or from -0.5 to 0.5 of Cb and Cr
 */
void
bb_color_get_range (const BbFormat *format, int plane, double *zero, double *unit)
{
  double scale = 1 << (format->depth - 8);

  if (format->full_range)
    {
      *zero = plane == 0 ? 0.0 : 128.0 * scale;
      *unit = 256.0 * scale - 1.0;
    }
  else
    {
      *zero = (plane == 0 ? 16.0 : 128.0) * scale;
      *unit = (plane == 0 ? 219.0 : 224.0) * scale;
    }
}

static double
srgb_to_linear (double v)
{
  return v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
}

/* Linear BT.709 to linear BT.2020, ITU-R BT.2087 */
static void
to_bt2020 (double rgb[3])
{
  double r = rgb[0], g = rgb[1], b = rgb[2];

  rgb[0] = 0.6274 * r + 0.3293 * g + 0.0433 * b;
  rgb[1] = 0.0691 * r + 0.9195 * g + 0.0114 * b;
  rgb[2] = 0.0164 * r + 0.0880 * g + 0.8956 * b;
}

/* SMPTE ST 2084, inverse EOTF of a luminance in cd/m2 */
static double
pq (double luminance)
{
  double y = pow (luminance / 10000.0, 0.1593017578125);

  return pow ((0.8359375 + 18.8515625 * y) / (1.0 + 18.6875 * y), 78.84375);
}

/* ITU-R BT.2100 HLG, OETF; diffuse white is at 75 % of the signal (BT.2408). */
static double
hlg (double v)
{
  double e = v * 0.2645;

  return e <= 1.0 / 12.0 ? sqrt (3.0 * e) : 0.17883277 * log (12.0 * e - 0.28466892) + 0.55991073;
}

/* R'G'B' as the format has it, to its codes. */
static void
matrix_to_codes (const double rgb[3], const BbFormat *format, double codes[BB_N_PLANES])
{
  double value[BB_N_PLANES];
  double kr, kb;

  bb_color_get_luma_weights (format, &kr, &kb);
  value[0] = kr * rgb[0] + (1.0 - kr - kb) * rgb[1] + kb * rgb[2];
  value[1] = (rgb[2] - value[0]) / (2.0 * (1.0 - kb));
  value[2] = (rgb[0] - value[0]) / (2.0 * (1.0 - kr));
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      double zero, unit;

      bb_color_get_range (format, p, &zero, &unit);
      codes[p] = zero + unit * value[p];
    }
}

/* Linear light, 1 for diffuse white, as the signal of an HDR format. */
static double
to_signal (const BbFormat *format, double linear)
{
  return format->transfer == TRANSFER_PQ ? pq (linear * HDR_WHITE) : hlg (linear);
}

/**
 * bb_color_to_codes:
 * @color: 0xRRGGBB in sRGB
 * @format: the format to express it in
 * @codes: (out caller-allocates): Y', Cb and Cr, not rounded
 *
 * Converts a color. SDR formats take the R'G'B' values as they are, as players show both alike;
 * for PQ and HLG the color goes to the format's primaries with its white at 203 cd/m2
 * (ITU-R BT.2408).
 */
void
bb_color_to_codes (guint32 color, const BbFormat *format, double codes[BB_N_PLANES])
{
  double rgb[3] = { (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                    (color & 0xff) / 255.0 };

  if (bb_format_is_hdr (format))
    {
      for (int i = 0; i < 3; i++)
        rgb[i] = srgb_to_linear (rgb[i]);
      if (format->primaries == PRIMARIES_BT2020)
        to_bt2020 (rgb);
      for (int i = 0; i < 3; i++)
        rgb[i] = to_signal (format, rgb[i]);
    }
  matrix_to_codes (rgb, format, codes);
}

/* Codes of the tables: all of 16 bits for sRGB; for linear light the numbers from 2 to the -24 to 1, as
 * far apart as FP32 numbers with 10 bits behind the point are, and linear between them. */
#define N_LINEAR 65536
#define SIGNAL_BITS 13
#define SIGNAL_FIRST 0x33800000u /* 2 to the -24 */
#define SIGNAL_LAST 0x3f800000u  /* 1 */
#define N_SIGNAL (((SIGNAL_LAST - SIGNAL_FIRST) >> SIGNAL_BITS) + 1)

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/**
 * bb_color_map_init:
 * @map: (out caller-allocates): a map
 * @format: the format to express colors in
 *
 * Makes what bb_color_map_pixel() needs. It converts as bb_color_to_codes() does.
 */
void
bb_color_map_init (BbColorMap *map, const BbFormat *format)
{
  double black[BB_N_PLANES];

  *map = (BbColorMap) { .wide = format->primaries == PRIMARIES_BT2020 };
  matrix_to_codes ((const double[3]) { 0, 0, 0 }, format, black);
  for (int i = 0; i < 3; i++)
    {
      const double unit[3] = { i == 0, i == 1, i == 2 };
      double codes[BB_N_PLANES];

      matrix_to_codes (unit, format, codes);
      for (int p = 0; p < BB_N_PLANES; p++)
        {
          map->zero[p] = (float) black[p];
          map->weight[p][i] = (float) (codes[p] - black[p]);
        }
    }
  if (!bb_format_is_hdr (format))
    return;
  map->linear = g_new (float, N_LINEAR);
  for (int i = 0; i < N_LINEAR; i++)
    map->linear[i] = (float) srgb_to_linear (i / (N_LINEAR - 1.0));
  map->signal = g_new (float, N_SIGNAL + 1);
  for (guint i = 0; i < N_SIGNAL; i++)
    map->signal[i] =
      (float) to_signal (format, (double) float_from_bits (SIGNAL_FIRST + (i << SIGNAL_BITS)));
  map->signal[N_SIGNAL] = map->signal[N_SIGNAL - 1];
}

/**
 * bb_color_map_clear:
 * @map: a map
 */
void
bb_color_map_clear (BbColorMap *map)
{
  g_clear_pointer (&map->linear, g_free);
  g_clear_pointer (&map->signal, g_free);
}

static float
look_up_signal (const BbColorMap *map, float linear)
{
  guint32 bits;
  guint32 i;
  float part;

  linear = MIN (linear, 1.0f);
  if (linear <= float_from_bits (SIGNAL_FIRST))
    return map->signal[0] * linear / float_from_bits (SIGNAL_FIRST);
  memcpy (&bits, &linear, sizeof bits);
  bits -= SIGNAL_FIRST;
  i = bits >> SIGNAL_BITS;
  part = (float) (bits & ((1u << SIGNAL_BITS) - 1)) / (float) (1u << SIGNAL_BITS);
  return map->signal[i] + (map->signal[i + 1] - map->signal[i]) * part;
}

/**
 * bb_color_map_pixel:
 * @map: a map
 * @code: R', G' and B' in sRGB, 0 to 65535
 * @codes: (out caller-allocates): Y', Cb and Cr, not rounded
 */
void
bb_color_map_pixel (const BbColorMap *map, const int code[3], float codes[BB_N_PLANES])
{
  float rgb[3];

  if (map->linear == NULL)
    for (int i = 0; i < 3; i++)
      rgb[i] = (float) code[i] * (1.0f / 65535.0f);
  else
    {
      double linear[3] = { (double) map->linear[code[0]], (double) map->linear[code[1]],
                           (double) map->linear[code[2]] };

      if (map->wide)
        to_bt2020 (linear);
      for (int i = 0; i < 3; i++)
        rgb[i] = look_up_signal (map, (float) linear[i]);
    }
  for (int p = 0; p < BB_N_PLANES; p++)
    codes[p] = map->zero[p] + map->weight[p][0] * rgb[0] + map->weight[p][1] * rgb[1] +
               map->weight[p][2] * rgb[2];
}

/* Y', Cb and Cr, of one unit each, to R', G' and B': H.273, 8.3 */
static void
get_matrix (const BbFormat *format, double matrix[3][BB_N_PLANES])
{
  static const double ycgco[3][BB_N_PLANES] = { { 1, -1, 1 }, { 1, 1, 0 }, { 1, -1, -1 } };
  double kr, kb;

  if (format->matrix == MATRIX_YCGCO)
    {
      memcpy (matrix, ycgco, sizeof ycgco);
      return;
    }
  bb_color_get_luma_weights (format, &kr, &kb);
  for (int i = 0; i < 3; i++)
    {
      matrix[i][0] = 1.0;
      matrix[i][1] = i == 2 ? 2.0 * (1.0 - kb) : 0.0;
      matrix[i][2] = i == 0 ? 2.0 * (1.0 - kr) : 0.0;
    }
  matrix[1][1] = -2.0 * (1.0 - kb) * kb / (1.0 - kr - kb);
  matrix[1][2] = -2.0 * (1.0 - kr) * kr / (1.0 - kr - kb);
}

/**
 * bb_color_get_rgb:
 * @format: a format
 * @maximum: greatest code of R'G'B'
 * @rgb: (out caller-allocates): how its frames become R'G'B'. The planes' views are left to the
 *   caller
 *
 * Range, matrix and chroma siting as they are tagged; transfer and primaries stay.
 */
void
bb_color_get_rgb (const BbFormat *format, int maximum, BbRgb *rgb)
{
  double matrix[3][BB_N_PLANES];

  *rgb = (BbRgb) {
    .chroma_width = bb_format_get_plane_width (format, 1),
    .chroma_height = bb_format_get_plane_height (format, 1),
    .chroma_step_x = 1.0f / (float) (1 << format->chroma_shift_x),
    .chroma_step_y = 1.0f / (float) (1 << format->chroma_shift_y),
    .maximum = (float) maximum,
  };
  rgb->chroma_origin_x = (float) (0.5 - bb_format_get_site (format, 1, FALSE)) * rgb->chroma_step_x;
  rgb->chroma_origin_y = (float) (0.5 - bb_format_get_site (format, 1, TRUE)) * rgb->chroma_step_y;
  get_matrix (format, matrix);
  for (int i = 0; i < 3; i++)
    {
      double bias = 0.0;

      for (int p = 0; p < BB_N_PLANES; p++)
        {
          double zero, unit, weight;

          bb_color_get_range (format, p, &zero, &unit);
          weight = matrix[i][p] * (double) rgb->maximum / unit;
          rgb->weight[i][p] = (float) weight;
          bias -= weight * zero;
        }
      rgb->bias[i] = (float) bias;
    }
}
