/* bb-cpu-rgb.c: frames in R'G'B' on the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The arithmetic of gpu/kernels/bb-rgb.h on whole rows: chroma is brought to the luma row, then to
 * its columns, then three sums make a pixel. Loops that the compiler vectorises, as in bb-rows.c.
 */

#include "bb-cpu-rgb.h"

#include "bb-clones.h"
#include "bb-color.h"

/* Room beside a row of chroma for its mirrored edges. */
#define EDGE 1

/* The three sums are in the order in which they are stored. */
static void
set_up (BbRgb *rgb, const BbFrame *frame, BbPictureFormat format)
{
  gboolean deep = frame->format.depth > 8;

  bb_color_get_rgb (&frame->format, format == BB_PICTURE_RGBX16 ? 65535 : 255, rgb);
  if (format == BB_PICTURE_BGRX8)
    {
      float bias = rgb->bias[0];
      float weight[BB_N_PLANES];

      memcpy (weight, rgb->weight[0], sizeof weight);
      memcpy (rgb->weight[0], rgb->weight[2], sizeof weight);
      memcpy (rgb->weight[2], weight, sizeof weight);
      rgb->bias[0] = rgb->bias[2];
      rgb->bias[2] = bias;
    }
  for (int p = 0; p < BB_N_PLANES; p++)
    rgb->plane[p] = (BbView) {
      .data = frame->data[p],
      .x_step = 1,
      .y_step = frame->stride[p] / (deep ? 2 : 1),
      .type = deep ? BB_SAMPLE_U16 : BB_SAMPLE_U8,
    };
}

/* Two rows of chroma weighed into one. */
BB_CLONES static void
blend_u8 (const guint8 *restrict above, const guint8 *restrict below, float weight, int n,
          float *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = (float) above[i] + ((float) below[i] - (float) above[i]) * weight;
}

BB_CLONES static void
blend_u16 (const guint16 *restrict above, const guint16 *restrict below, float weight, int n,
           float *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = (float) above[i] + ((float) below[i] - (float) above[i]) * weight;
}

/* Doubles a row: the two luma columns of a chroma column lie @even and @odd chroma columns off it,
 * one before and one after or on it. */
BB_CLONES static void
double_row (const float *restrict in, float even, float odd, int n, float *restrict out)
{
  for (int i = 0; i < n; i++)
    {
      out[2 * i] = in[i] + (in[i - 1] - in[i]) * even;
      out[2 * i + 1] = in[i] + (in[i + 1] - in[i]) * odd;
    }
}

/* A row of chroma at luma columns. @row has EDGE samples on either side. */
static void
spread (const BbRgb *rgb, float *row, int width, float *out)
{
  int n = rgb->chroma_width;

  row[-1] = row[0];
  row[n] = row[n - 1];
  if (rgb->chroma_step_x == 0.5f)
    double_row (row, -rgb->chroma_origin_x, rgb->chroma_origin_x + 0.5f, n, out);
  else
    for (int x = 0; x < width; x++)
      {
        int first, second;
        float weight =
          bb_rgb_site ((float) x * rgb->chroma_step_x + rgb->chroma_origin_x, n, &first, &second);

        out[x] = row[first] + (row[second] - row[first]) * weight;
      }
}

#define SUM(i)                                                                                     \
  (rgb->weight[i][0] * (float) luma[x] + rgb->weight[i][1] * cb[x] + rgb->weight[i][2] * cr[x] +   \
   rgb->bias[i])

#define DEFINE_CONVERT_TO_8(name, type)                                                            \
  BB_CLONES static void name (const BbRgb *restrict rgb, const type *restrict luma,                \
                              const float *restrict cb, const float *restrict cr, int n,           \
                              guint32 *restrict out)                                               \
  {                                                                                                \
    for (int x = 0; x < n; x++)                                                                    \
      {                                                                                            \
        guint32 first = (guint32) bb_quantize (SUM (0), 255.0f);                                   \
        guint32 second = (guint32) bb_quantize (SUM (1), 255.0f);                                  \
        guint32 third = (guint32) bb_quantize (SUM (2), 255.0f);                                   \
                                                                                                   \
        out[x] = GUINT32_TO_LE (first | second << 8 | third << 16 | 0xff000000u);                  \
      }                                                                                            \
  }

DEFINE_CONVERT_TO_8 (convert_u8, guint8)
DEFINE_CONVERT_TO_8 (convert_u16_to_u8, guint16)

BB_CLONES static void
convert_u16 (const BbRgb *restrict rgb, const guint16 *restrict luma, const float *restrict cb,
             const float *restrict cr, int n, guint16 *restrict out)
{
  for (int x = 0; x < n; x++)
    {
      out[4 * x] = (guint16) bb_quantize (SUM (0), 65535.0f);
      out[4 * x + 1] = (guint16) bb_quantize (SUM (1), 65535.0f);
      out[4 * x + 2] = (guint16) bb_quantize (SUM (2), 65535.0f);
      out[4 * x + 3] = 0xffff;
    }
}

static void
chroma_row (const BbRgb *rgb, const BbFrame *frame, int p, int y, float *row)
{
  int top, bottom;
  float weight = bb_rgb_site ((float) y * rgb->chroma_step_y + rgb->chroma_origin_y,
                              rgb->chroma_height, &top, &bottom);
  gconstpointer above = frame->data[p] + (gssize) top * frame->stride[p];
  gconstpointer below = frame->data[p] + (gssize) bottom * frame->stride[p];

  if (frame->format.depth > 8)
    blend_u16 (above, below, weight, rgb->chroma_width, row);
  else
    blend_u8 (above, below, weight, rgb->chroma_width, row);
}

/**
 * bb_cpu_rgb_run:
 * @frame: a finished frame in host memory
 * @format: how pixels are to be stored
 * @first: first row to make
 * @last: one past the last row
 * @pixels: row 0 of the picture
 * @stride: bytes from one row of it to the next
 *
 * Makes rows of a picture, as fast as this processor can.
 */
void
bb_cpu_rgb_run (const BbFrame *frame, BbPictureFormat format, int first, int last, guint8 *pixels,
                gsize stride)
{
  int width = frame->format.width;
  BbRgb rgb;
  gsize pitch;
  float *rows;
  float *narrow;
  float *chroma[BB_N_PLANES] = { NULL };

  set_up (&rgb, frame, format);
  /* Doubled rows may be one longer than the picture. */
  pitch = (gsize) width + 2 + 2 * EDGE;
  rows = g_new (float, 3 * pitch);
  narrow = rows + EDGE;
  for (int p = 1; p < BB_N_PLANES; p++)
    chroma[p] = rows + (gsize) p * pitch;
  for (int y = first; y < last; y++)
    {
      gconstpointer luma = frame->data[0] + (gssize) y * frame->stride[0];
      gpointer out = pixels + (gsize) y * stride;

      for (int p = 1; p < BB_N_PLANES; p++)
        {
          chroma_row (&rgb, frame, p, y, narrow);
          spread (&rgb, narrow, width, chroma[p]);
        }
      if (frame->format.depth > 8 && format != BB_PICTURE_RGBX16)
        convert_u16_to_u8 (&rgb, luma, chroma[1], chroma[2], width, out);
      else if (frame->format.depth > 8)
        convert_u16 (&rgb, luma, chroma[1], chroma[2], width, out);
      else
        convert_u8 (&rgb, luma, chroma[1], chroma[2], width, out);
    }
  g_free (rows);
}
