/* bb-codec.h: FFmpeg's decoders of video, the GPU's and the CPU's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/**
 * BbCodecSurfaces:
 * @n_wanted: those that others shall be able to hold at once, besides what the decoder needs itself; 0 where
 *   they hold more frames than it can have: then each is copied out of its surface
 * @n_held: those that they can; 0 where frames are copied, or the CPU decodes; atomic
 *
 * Surfaces of a GPU's decoder.
 */
typedef struct {
  guint n_wanted;
  int n_held;
} BbCodecSurfaces;

guint bb_codec_surfaces_get_n_held (BbCodecSurfaces *surfaces);
void bb_codec_surfaces_reduce (BbCodecSurfaces *surfaces);
const AVCodec *bb_codec_find_for_device (enum AVCodecID id, const AVBufferRef *device);
AVCodecContext *bb_codec_open (const char *path, const AVStream *stream, AVRational time_base,
                               AVBufferRef *device, BbCodecSurfaces *surfaces, GError **error);

G_END_DECLS
