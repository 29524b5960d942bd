/* bb-format-ffmpeg.c: formats of pictures in FFmpeg's terms and ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-format-ffmpeg.h"

#include <libavutil/pixdesc.h>

static const enum AVPixelFormat natives[] = {
  AV_PIX_FMT_YUV420P,   AV_PIX_FMT_YUV422P,   AV_PIX_FMT_YUV444P,   AV_PIX_FMT_YUV440P,
  AV_PIX_FMT_YUV411P,   AV_PIX_FMT_YUV410P,   AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV422P10,
  AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV440P10,
};

static enum AVPixelFormat
find (int depth, int shift_x, int shift_y)
{
  for (gsize i = 0; i < G_N_ELEMENTS (natives); i++)
    {
      const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (natives[i]);

      if (d->comp[0].depth == depth && d->log2_chroma_w == shift_x && d->log2_chroma_h == shift_y)
        return natives[i];
    }
  return AV_PIX_FMT_NONE;
}

/**
 * bb_format_to_pixel_format:
 * @format: a format
 *
 * Returns: FFmpeg's name for its layout
 */
enum AVPixelFormat
bb_format_to_pixel_format (const BbFormat *format)
{
  return find (format->depth, format->chroma_shift_x, format->chroma_shift_y);
}

/**
 * bb_pixel_format_is_native:
 * @pixel_format: a pixel format
 *
 * Returns: whether its first three planes are a #BbFormat as they are: planar Y'CbCr of 8 or 10
 *   bits, with or without an alpha plane
 */
gboolean
bb_pixel_format_is_native (enum AVPixelFormat pixel_format)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (pixel_format);

  if (d == NULL || d->nb_components < 3 ||
      (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL |
                   AV_PIX_FMT_FLAG_FLOAT)) != 0 ||
      (d->comp[0].depth > 8 && ((d->flags & AV_PIX_FMT_FLAG_BE) != 0) != (G_BYTE_ORDER == G_BIG_ENDIAN)))
    return FALSE;
  for (int i = 0; i < 3; i++)
    if (d->comp[i].plane != i || d->comp[i].shift != 0 || d->comp[i].offset != 0 ||
        d->comp[i].depth != d->comp[0].depth || d->comp[i].step != (d->comp[0].depth > 8 ? 2 : 1))
      return FALSE;
  return find (d->comp[0].depth, d->log2_chroma_w, d->log2_chroma_h) != AV_PIX_FMT_NONE;
}

/**
 * bb_pixel_format_find_nearest:
 * @pixel_format: a pixel format
 *
 * Returns: the native one that keeps most of it: 10 bits for more than 8, the same chroma
 *   subsampling, 4:4:4 for RGB, 4:2:0 for grey
 */
enum AVPixelFormat
bb_pixel_format_find_nearest (enum AVPixelFormat pixel_format)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (pixel_format);
  enum AVPixelFormat nearest = AV_PIX_FMT_NONE;
  int depth;

  if (d == NULL)
    return AV_PIX_FMT_YUV420P;
  depth = d->comp[0].depth > 8 ? 10 : 8;
  if (d->nb_components < 3 && (d->flags & AV_PIX_FMT_FLAG_PAL) == 0)
    return find (depth, 1, 1);
  if ((d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) == 0)
    nearest = find (depth, d->log2_chroma_w, d->log2_chroma_h);
  return nearest != AV_PIX_FMT_NONE ? nearest : find (depth, 0, 0);
}

/* What players take pictures for that do not say: BT.709 from 720 lines on, BT.601 below. */
static void
guess_colors (BbFormat *format)
{
  gboolean high = format->width >= 1280 || format->height > 576;

  if (format->matrix == AVCOL_SPC_UNSPECIFIED || format->matrix == AVCOL_SPC_RESERVED ||
      format->matrix == AVCOL_SPC_RGB)
    format->matrix = format->primaries == AVCOL_PRI_BT2020 ? AVCOL_SPC_BT2020_NCL
                     : high                                ? AVCOL_SPC_BT709
                     : format->height == 576               ? AVCOL_SPC_BT470BG
                                                           : AVCOL_SPC_SMPTE170M;
  if (format->primaries == AVCOL_PRI_UNSPECIFIED || format->primaries == AVCOL_PRI_RESERVED ||
      format->primaries == AVCOL_PRI_RESERVED0)
    format->primaries = format->matrix == AVCOL_SPC_BT470BG      ? AVCOL_PRI_BT470BG
                        : format->matrix == AVCOL_SPC_SMPTE170M  ? AVCOL_PRI_SMPTE170M
                        : format->matrix == AVCOL_SPC_BT2020_NCL ? AVCOL_PRI_BT2020
                                                                 : AVCOL_PRI_BT709;
  if (format->transfer == AVCOL_TRC_UNSPECIFIED || format->transfer == AVCOL_TRC_RESERVED ||
      format->transfer == AVCOL_TRC_RESERVED0)
    format->transfer = format->matrix == AVCOL_SPC_BT470BG || format->matrix == AVCOL_SPC_SMPTE170M
                         ? AVCOL_TRC_SMPTE170M
                         : AVCOL_TRC_BT709;
}

/**
 * bb_format_from_frame:
 * @format: (out caller-allocates): a format
 * @frame: a decoded frame
 * @parameters: parameters of its stream, for what the frame does not say
 *
 * Describes a frame. Where it has no native layout, the format is that of the nearest native one,
 * to which it must be converted. What neither frame nor stream says is guessed: colours as players
 * guess them, limited range, chroma sited left (centre for JPEG).
 */
void
bb_format_from_frame (BbFormat *format, const AVFrame *frame, const AVCodecParameters *parameters)
{
  enum AVPixelFormat nearest = frame->format;
  const AVPixFmtDescriptor *d;
  gboolean rgb;

  d = av_pix_fmt_desc_get (frame->format);
  rgb = (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
  if (!bb_pixel_format_is_native (frame->format))
    {
      nearest = bb_pixel_format_find_nearest (frame->format);
      d = av_pix_fmt_desc_get (nearest);
    }
  *format = (BbFormat) {
    .width = frame->width,
    .height = frame->height,
    .depth = d->comp[0].depth,
    .chroma_shift_x = d->log2_chroma_w,
    .chroma_shift_y = d->log2_chroma_h,
    .matrix = frame->colorspace != AVCOL_SPC_UNSPECIFIED ? frame->colorspace
                                                         : parameters->color_space,
    .primaries = frame->color_primaries != AVCOL_PRI_UNSPECIFIED ? frame->color_primaries
                                                                 : parameters->color_primaries,
    .transfer =
      frame->color_trc != AVCOL_TRC_UNSPECIFIED ? frame->color_trc : parameters->color_trc,
    .chroma_location = frame->chroma_location != AVCHROMA_LOC_UNSPECIFIED
                         ? frame->chroma_location
                         : parameters->chroma_location,
  };
  if (rgb)
    format->matrix = AVCOL_SPC_BT709;
  else
    format->full_range =
      frame->color_range == AVCOL_RANGE_JPEG || nearest == AV_PIX_FMT_YUVJ420P ||
      nearest == AV_PIX_FMT_YUVJ422P || nearest == AV_PIX_FMT_YUVJ444P ||
      nearest == AV_PIX_FMT_YUVJ440P || nearest == AV_PIX_FMT_YUVJ411P ||
      (frame->color_range == AVCOL_RANGE_UNSPECIFIED && parameters->color_range == AVCOL_RANGE_JPEG);
  if (format->chroma_location == AVCHROMA_LOC_UNSPECIFIED)
    format->chroma_location =
      parameters->codec_id == AV_CODEC_ID_MJPEG ? AVCHROMA_LOC_CENTER : AVCHROMA_LOC_LEFT;
  guess_colors (format);
}

/**
 * bb_orientation_from_matrix:
 * @matrix: a display matrix as of libavutil/display.h
 *
 * Returns: the orientation; an angle that is not a right one is rounded to the nearest
 */
BbOrientation
bb_orientation_from_matrix (const gint32 matrix[9])
{
  gint64 a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  BbOrientation orientation = BB_ORIENTATION_UPRIGHT;

  /* A stored (p, q) is shown at (a p + c q, b p + d q), up to a shift. */
  if (ABS (a) + ABS (d) >= ABS (b) + ABS (c))
    {
      orientation |= a < 0 ? BB_ORIENTATION_FLIP_X : 0;
      orientation |= d < 0 ? BB_ORIENTATION_FLIP_Y : 0;
      return orientation;
    }
  orientation |= BB_ORIENTATION_TRANSPOSE;
  orientation |= b < 0 ? BB_ORIENTATION_FLIP_X : 0;
  orientation |= c < 0 ? BB_ORIENTATION_FLIP_Y : 0;
  return orientation;
}
