/* bb-chain.c: which filters a source's frames go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-chain.h"

#include "bb-format-ffmpeg.h"

#include <libavutil/pixdesc.h>

/* HDR to SDR: to linear light with 100 cd/m2 at 1, to BT.709's primaries, highlights rolled off by
 * Hable's curve, and back. The curve works on the strongest channel, so hues stay. */
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

/**
 * bb_chain_describe:
 * @frame: a frame in host memory such as will come, with all colour tags set
 * @stored: size and colours of all frames, before tone mapping
 * @format: what they become
 * @parameters: parameters of the stream
 * @pixel_format: pixel format of @format
 * @deinterlace: whether to deinterlace frames that say that they are interlaced
 * @tone_map: whether @format is SDR and @frame is HDR
 *
 * Describes the chain of filters from frames like @frame to frames of @format: to planar Y'CbCr
 * first, then deinterlacing, tone mapping, and scaling where the size is not that of @stored.
 *
 * Returns: (transfer full): a chain in libavfilter's syntax
 */
char *
bb_chain_describe (const AVFrame *frame,
                   const BbFormat *stored,
                   const BbFormat *format,
                   const AVCodecParameters *parameters,
                   enum AVPixelFormat pixel_format,
                   gboolean deinterlace,
                   gboolean tone_map)
{
  const char *flags = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";
  GString *chain;
  enum AVPixelFormat native, nearest;
  gboolean rgb, palette, full;
  int matrix = (int) frame->colorspace;

  native = bb_pixel_format_find_native (frame->format);
  nearest = bb_pixel_format_find_nearest (frame->format);
  rgb = bb_pixel_format_is_rgb (frame->format);
  palette = (av_pix_fmt_desc_get (frame->format)->flags & AV_PIX_FMT_FLAG_PAL) != 0;
  full = !rgb && frame->color_range == AVCOL_RANGE_JPEG;
  chain = g_string_new (NULL);
  if (native == AV_PIX_FMT_NONE)
    {
      /* libswscale expands palettes, and RGB that is packed into less than 8 bits a channel, with
       * BT.601 whatever it is told. */
      if (rgb && av_pix_fmt_desc_get (frame->format)->comp[0].depth <= (palette ? 8 : 7))
        g_string_append (chain, "format=rgb24,");
      g_string_append_printf (chain, "scale=flags=%s", flags);
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
      g_string_append_printf (chain, ",format=%s,", av_get_pix_fmt_name (nearest));
    }
  if (deinterlace)
    g_string_append (chain, "bwdif=mode=send_frame:deint=interlaced,");
  if (tone_map)
    g_string_append (chain, TONE_MAP);
  if (frame->width != stored->width || frame->height != stored->height ||
      (!tone_map &&
       (nearest != pixel_format || full != stored->full_range || matrix != stored->matrix)))
    {
      g_string_append_printf (chain, "scale=%d:%d:flags=%s:out_range=%s", stored->width,
                              stored->height, flags, format->full_range ? "full" : "limited");
      if (!tone_map && matrix != stored->matrix && is_convertible (matrix) &&
          is_convertible (stored->matrix))
        g_string_append_printf (chain, ":out_color_matrix=%d", stored->matrix);
      g_string_append_printf (chain, ",format=%s,", av_get_pix_fmt_name (pixel_format));
    }
  if (chain->len > 0)
    g_string_truncate (chain, chain->len - 1);
  else
    g_string_append (chain, "null");
  return g_string_free_and_steal (chain);
}
