/* bb-chain.c: which filters a source's frames go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-chain.h"

#include "bb-format-ffmpeg.h"

#include <libavutil/pixdesc.h>
#include <math.h>

/* HDR to SDR: to linear light with 100 cd/m2 at 1, to BT.709's primaries, highlights rolled off by
 * Hable's curve, and back. The curve works on the strongest channel, so hues stay. */
#define SCALE_FLAGS "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
#define TONE_MAP                                                                                   \
  "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=primaries=bt709,"                        \
  "tonemap=tonemap=hable:desat=0,"                                                                 \
  "zscale=transfer=bt709:matrix=bt709:range=limited:chromal=left:dither=none,format=yuv420p10,"

/* Matrices that libswscale converts between. */
static gboolean
is_convertible (int matrix)
{
  return matrix == AVCOL_SPC_BT709 || matrix == AVCOL_SPC_FCC || matrix == AVCOL_SPC_BT470BG ||
         matrix == AVCOL_SPC_SMPTE170M || matrix == AVCOL_SPC_SMPTE240M ||
         matrix == AVCOL_SPC_BT2020_NCL;
}

/* How much wider samples are shown than those of the first frame; what is not said is as before. */
static double
get_widening (const AVFrame *frame, AVRational aspect)
{
  AVRational own = frame->sample_aspect_ratio;
  double first = aspect.num > 0 && aspect.den > 0 ? av_q2d (aspect) : 1;

  return own.num > 0 && own.den > 0 ? av_q2d (own) / first : 1;
}

/**
 * bb_chain_is_other_aspect:
 * @frame: a frame
 * @aspect: what the first frame says of its samples' aspect
 *
 * Returns: whether the frame's samples are of another aspect
 */
gboolean
bb_chain_is_other_aspect (const AVFrame *frame, AVRational aspect)
{
  return fabs (get_widening (frame, aspect) - 1) > 1e-6;
}

/* Whole samples of chroma, rounded down. */
static int
to_step (int samples, int shift)
{
  return samples >> shift << shift;
}

static int
up_to_step (int samples, int shift)
{
  return to_step (samples + (1 << shift) - 1, shift);
}

/* The largest size within @stored that shows @frame in its own aspect, in whole samples of chroma. */
static void
fit (const AVFrame *frame, const BbFormat *stored, AVRational aspect, int *width, int *height)
{
  double shown = frame->width * get_widening (frame, aspect);
  double scale = MIN (stored->width / shown, (double) stored->height / frame->height);
  int step_x = 1 << stored->chroma_shift_x;
  int step_y = 1 << stored->chroma_shift_y;

  *width = (int) round (shown * scale / step_x) * step_x;
  *height = (int) round (frame->height * scale / step_y) * step_y;
  /* What is less than a step off is as large. */
  *width = *width > stored->width - step_x ? stored->width : MAX (*width, step_x);
  *height = *height > stored->height - step_y ? stored->height : MAX (*height, step_y);
}

/* Brings a format that no device takes, RGB among them, to the nearest that it does. Returns its matrix. */
static int
append_conversion (GString *chain, const AVFrame *frame, const AVCodecParameters *parameters)
{
  gboolean rgb = bb_pixel_format_is_rgb (frame->format);
  gboolean palette = (av_pix_fmt_desc_get (frame->format)->flags & AV_PIX_FMT_FLAG_PAL) != 0;
  gboolean full = !rgb && frame->color_range == AVCOL_RANGE_JPEG;
  int matrix = (int) frame->colorspace;

  /* libswscale expands palettes, and RGB that is packed into less than 8 bits a channel, with
   * BT.601 whatever it is told. */
  if (rgb && av_pix_fmt_desc_get (frame->format)->comp[0].depth <= (palette ? 8 : 7))
    g_string_append (chain, "format=rgb24,");
  g_string_append_printf (chain, "scale=flags=%s", SCALE_FLAGS);
  if (rgb)
    {
      BbFormat nearest_format;

      bb_format_from_frame (&nearest_format, frame, parameters);
      matrix = nearest_format.matrix;
      g_string_append_printf (chain, ":out_color_matrix=%d", matrix);
    }
  /* To the scaler grey is full-range whatever it says; then its samples stay as they are. */
  if (!bb_pixel_format_is_grey (frame->format))
    g_string_append_printf (chain, ":out_range=%s", full ? "full" : "limited");
  g_string_append_printf (chain, ",format=%s,",
                          av_get_pix_fmt_name (bb_pixel_format_find_nearest (frame->format)));
  return matrix;
}

/**
 * bb_chain_describe:
 * @frame: a frame in host memory such as will come, with all colour tags set
 * @stored: size and colours of all frames, before tone mapping
 * @aspect: what the first frame says of its samples' aspect
 * @format: what they become
 * @parameters: parameters of the stream
 * @pixel_format: pixel format of @format
 * @deinterlace: whether to deinterlace frames that say that they are interlaced
 * @tone_map: whether @format is SDR and @frame is HDR
 *
 * Describes the chain of filters from frames like @frame to frames of @format: to planar Y'CbCr
 * first, then deinterlacing, tone mapping, and where the shape is not that of @stored fitting into
 * that, with black around.
 *
 * Returns: (transfer full): a chain in libavfilter's syntax
 */
char *
bb_chain_describe (const AVFrame *frame, const BbFormat *stored, AVRational aspect,
                   const BbFormat *format, const AVCodecParameters *parameters,
                   enum AVPixelFormat pixel_format, gboolean deinterlace, gboolean tone_map)
{
  GString *chain;
  enum AVPixelFormat native, nearest;
  gboolean rgb, full, other_shape;
  int width, height;
  int matrix = (int) frame->colorspace;

  native = bb_pixel_format_find_native (frame->format);
  nearest = bb_pixel_format_find_nearest (frame->format);
  rgb = bb_pixel_format_is_rgb (frame->format);
  full = !rgb && frame->color_range == AVCOL_RANGE_JPEG;
  chain = g_string_new (NULL);
  if (native == AV_PIX_FMT_NONE)
    matrix = append_conversion (chain, frame, parameters);
  if (deinterlace)
    g_string_append (chain, "bwdif=mode=send_frame:deint=interlaced,");
  if (tone_map)
    g_string_append (chain, TONE_MAP);
  other_shape = frame->width != stored->width || frame->height != stored->height ||
                bb_chain_is_other_aspect (frame, aspect);
  fit (frame, stored, aspect, &width, &height);
  if (other_shape || (!tone_map && (nearest != pixel_format || full != stored->full_range ||
                                    matrix != stored->matrix)))
    {
      gboolean padded = width != stored->width || height != stored->height;
      int padded_width = up_to_step (stored->width, stored->chroma_shift_x);
      int padded_height = up_to_step (stored->height, stored->chroma_shift_y);

      /* Padding takes and makes whole samples of chroma only. */
      if (padded)
        {
          width = up_to_step (width, stored->chroma_shift_x);
          height = up_to_step (height, stored->chroma_shift_y);
        }
      g_string_append_printf (chain, "scale=%d:%d:flags=%s:out_range=%s", width, height,
                              SCALE_FLAGS, format->full_range ? "full" : "limited");
      if (!tone_map && matrix != stored->matrix && is_convertible (matrix) &&
          is_convertible (stored->matrix))
        g_string_append_printf (chain, ":out_color_matrix=%d", stored->matrix);
      g_string_append_printf (chain, ",format=%s,", av_get_pix_fmt_name (pixel_format));
      if (padded)
        g_string_append_printf (chain, "pad=%d:%d:%d:%d,crop=%d:%d:0:0:exact=1,", padded_width,
                                padded_height,
                                to_step ((padded_width - width) / 2, stored->chroma_shift_x),
                                to_step ((padded_height - height) / 2, stored->chroma_shift_y),
                                stored->width, stored->height);
    }
  if (chain->len > 0)
    g_string_truncate (chain, chain->len - 1);
  else
    g_string_append (chain, "null");
  return g_string_free_and_steal (chain);
}
