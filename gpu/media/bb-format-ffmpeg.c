/* bb-format-ffmpeg.c: formats of pictures in FFmpeg's terms and ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-format-ffmpeg.h"

#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>

static const enum AVPixelFormat natives[] = {
  AV_PIX_FMT_YUV420P,   AV_PIX_FMT_YUV422P,   AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUV440P,   AV_PIX_FMT_YUV411P,   AV_PIX_FMT_YUV420P10,
  AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV440P10,
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
 * Returns: FFmpeg's name for its layout; %AV_PIX_FMT_NONE where there is none
 */
enum AVPixelFormat
bb_format_to_pixel_format (const BbFormat *format)
{
  return find (format->depth, format->chroma_shift_x, format->chroma_shift_y);
}

/**
 * bb_frame_get_pixel_format:
 * @frame: a frame
 *
 * Returns: how its samples lie, be it in the host's memory or a GPU's
 */
enum AVPixelFormat
bb_frame_get_pixel_format (const AVFrame *frame)
{
  if (frame->hw_frames_ctx != NULL)
    return ((const AVHWFramesContext *)(gconstpointer)frame->hw_frames_ctx->data)->sw_format;
  return frame->format;
}

static gboolean
is_rgb (const AVPixFmtDescriptor *d)
{
  return (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_XYZ)) != 0;
}

/**
 * bb_pixel_format_is_grey:
 * @pixel_format: a pixel format
 *
 * Returns: whether it has no colour
 */
gboolean
bb_pixel_format_is_grey (enum AVPixelFormat pixel_format)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (pixel_format);

  return !is_rgb (d) && d->nb_components < 3;
}

/**
 * bb_pixel_format_is_rgb:
 * @pixel_format: a pixel format
 *
 * Returns: whether it has no luma: RGB, a palette or XYZ
 */
gboolean
bb_pixel_format_is_rgb (enum AVPixelFormat pixel_format)
{
  return is_rgb (av_pix_fmt_desc_get (pixel_format));
}

/**
 * bb_pixel_format_find_native:
 * @pixel_format: a pixel format
 *
 * Returns: the native pixel format that the planes of @pixel_format are as they are: planar Y'CbCr
 *   or grey of 8 or 10 bits, with or without an alpha plane; %AV_PIX_FMT_NONE for others
 */
enum AVPixelFormat
bb_pixel_format_find_native (enum AVPixelFormat pixel_format)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (pixel_format);
  int depth;

  if (pixel_format == AV_PIX_FMT_GRAY8 || pixel_format == AV_PIX_FMT_GRAY10)
    return pixel_format;
  if (d == NULL || d->nb_components < 3 || is_rgb (d) ||
      (d->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT)) != 0)
    return AV_PIX_FMT_NONE;
  depth = d->comp[0].depth;
  if (depth > 8 && ((d->flags & AV_PIX_FMT_FLAG_BE) != 0) != (G_BYTE_ORDER == G_BIG_ENDIAN))
    return AV_PIX_FMT_NONE;
  for (int i = 0; i < 3; i++)
    if (d->comp[i].plane != i || d->comp[i].shift != 0 || d->comp[i].offset != 0 ||
        d->comp[i].depth != depth || d->comp[i].step != (depth > 8 ? 2 : 1))
      return AV_PIX_FMT_NONE;
  return find (depth, d->log2_chroma_w, d->log2_chroma_h);
}

/**
 * bb_pixel_format_find_nearest:
 * @pixel_format: a pixel format
 *
 * Returns: the native one that keeps most of it: 10 bits for more than 8, the same chroma
 *   subsampling (4:2:0 where there is none such), 4:4:4 for RGB
 */
enum AVPixelFormat
bb_pixel_format_find_nearest (enum AVPixelFormat pixel_format)
{
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (pixel_format);
  enum AVPixelFormat native = bb_pixel_format_find_native (pixel_format);
  int depth = d->comp[0].depth > 8 ? 10 : 8;

  if (native != AV_PIX_FMT_NONE)
    return native;
  if (is_rgb (d))
    return find (depth, 0, 0);
  if (bb_pixel_format_is_grey (pixel_format))
    return depth > 8 ? AV_PIX_FMT_GRAY10 : AV_PIX_FMT_GRAY8;
  native = find (depth, d->log2_chroma_w, d->log2_chroma_h);
  return native != AV_PIX_FMT_NONE ? native : find (depth, 1, 1);
}

static gboolean
is_sd (const BbFormat *format)
{
  return format->width < 1280 && format->height <= 576;
}

/* Matrix, primaries and transfer of one standard go together; what is said decides what is not. */
static void
guess_colors (BbFormat *format)
{
  gboolean hdr = bb_format_is_hdr (format);
  gboolean lines_625 = format->height == 576 || format->height == 288;

  if (format->matrix == AVCOL_SPC_UNSPECIFIED || format->matrix == AVCOL_SPC_RESERVED ||
      format->matrix == AVCOL_SPC_RGB)
    {
      if (format->primaries == AVCOL_PRI_BT2020 || hdr)
        format->matrix = AVCOL_SPC_BT2020_NCL;
      else if (format->primaries == AVCOL_PRI_BT709)
        format->matrix = AVCOL_SPC_BT709;
      else if (format->primaries == AVCOL_PRI_BT470BG)
        format->matrix = AVCOL_SPC_BT470BG;
      else if (format->primaries == AVCOL_PRI_SMPTE170M)
        format->matrix = AVCOL_SPC_SMPTE170M;
      else if (!is_sd (format))
        format->matrix = AVCOL_SPC_BT709;
      else
        format->matrix = lines_625 ? AVCOL_SPC_BT470BG : AVCOL_SPC_SMPTE170M;
    }
  if (format->primaries == AVCOL_PRI_UNSPECIFIED || format->primaries == AVCOL_PRI_RESERVED ||
      format->primaries == AVCOL_PRI_RESERVED0)
    {
      if (format->matrix == AVCOL_SPC_BT2020_NCL || format->matrix == AVCOL_SPC_BT2020_CL || hdr)
        format->primaries = AVCOL_PRI_BT2020;
      else if (format->matrix == AVCOL_SPC_BT470BG)
        format->primaries = AVCOL_PRI_BT470BG;
      else if (format->matrix == AVCOL_SPC_SMPTE170M)
        format->primaries = AVCOL_PRI_SMPTE170M;
      else
        format->primaries = AVCOL_PRI_BT709;
    }
  if (format->transfer == AVCOL_TRC_UNSPECIFIED || format->transfer == AVCOL_TRC_RESERVED ||
      format->transfer == AVCOL_TRC_RESERVED0)
    {
      if (format->matrix == AVCOL_SPC_BT2020_NCL || format->matrix == AVCOL_SPC_BT2020_CL)
        format->transfer = format->depth > 8 ? AVCOL_TRC_BT2020_10 : AVCOL_TRC_BT709;
      else if (format->matrix == AVCOL_SPC_BT470BG || format->matrix == AVCOL_SPC_SMPTE170M)
        format->transfer = AVCOL_TRC_SMPTE170M;
      else
        format->transfer = AVCOL_TRC_BT709;
    }
}

static gboolean
guess_full_range (const AVFrame *frame, const AVCodecParameters *parameters)
{
  enum AVColorRange range =
    frame->color_range != AVCOL_RANGE_UNSPECIFIED ? frame->color_range : parameters->color_range;

  switch ((int)frame->format)
    {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
      return TRUE;
    default:
      break;
    }
  if (range != AVCOL_RANGE_UNSPECIFIED)
    return range == AVCOL_RANGE_JPEG;
  if (!bb_pixel_format_is_grey (bb_frame_get_pixel_format (frame)))
    return FALSE;
  switch (parameters->codec_id)
    {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
    case AV_CODEC_ID_VVC:
    case AV_CODEC_ID_AV1:
      return FALSE;
    default:
      return TRUE;
    }
}

/**
 * bb_format_from_frame:
 * @format: (out caller-allocates): a format
 * @frame: a decoded frame
 * @parameters: parameters of its stream, for what the frame does not say
 *
 * Describes a frame. Where it has no native layout, the format is that of the nearest native one,
 * to which it must be converted; grey is 4:2:0 with neutral chroma. RGB becomes limited-range
 * BT.709, or BT.2020 where its primaries or transfer are of that standard.
 *
 * What neither frame nor stream says is guessed: of matrix, primaries and transfer, those that are
 * given decide on the others; where none is, it is BT.601 in standard definition (narrower than
 * 1280 and at most 576 rows high: the 625-line variant for 576 and 288 rows, else the 525-line one)
 * and BT.709 above. The range is limited, except in FFmpeg's `yuvj` formats and for grey from
 * codecs other than the H.26x family and AV1. Chroma sits left, as in MPEG-2 and H.264, and as
 * FFmpeg's scaler assumes; decoders for which it sits elsewhere (JPEG, MPEG-1 and H.263: in the
 * centre) say so.
 */
void
bb_format_from_frame (BbFormat *format, const AVFrame *frame, const AVCodecParameters *parameters)
{
  enum AVPixelFormat pixel_format = bb_frame_get_pixel_format (frame);
  enum AVPixelFormat nearest = bb_pixel_format_find_nearest (pixel_format);
  const AVPixFmtDescriptor *d = av_pix_fmt_desc_get (nearest);
  gboolean grey = bb_pixel_format_is_grey (nearest);
  gboolean rgb = bb_pixel_format_is_rgb (pixel_format);

  *format = (BbFormat){
    .width = frame->width,
    .height = frame->height,
    .depth = d->comp[0].depth,
    .chroma_shift_x = grey ? 1 : d->log2_chroma_w,
    .chroma_shift_y = grey ? 1 : d->log2_chroma_h,
    .full_range = !rgb && guess_full_range (frame, parameters),
    .matrix =
      frame->colorspace != AVCOL_SPC_UNSPECIFIED ? frame->colorspace : parameters->color_space,
    .primaries = frame->color_primaries != AVCOL_PRI_UNSPECIFIED ? frame->color_primaries
                                                                 : parameters->color_primaries,
    .transfer =
      frame->color_trc != AVCOL_TRC_UNSPECIFIED ? frame->color_trc : parameters->color_trc,
    .chroma_location = frame->chroma_location != AVCHROMA_LOC_UNSPECIFIED
                         ? frame->chroma_location
                         : parameters->chroma_location,
  };
  if (rgb)
    format->matrix = format->primaries == AVCOL_PRI_BT2020 || bb_format_is_hdr (format)
                       ? AVCOL_SPC_BT2020_NCL
                       : AVCOL_SPC_BT709;
  if (format->chroma_location == AVCHROMA_LOC_UNSPECIFIED || rgb)
    format->chroma_location = AVCHROMA_LOC_LEFT;
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
