/* bb-decoder.h: decoded frames of a file's picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-demuxer.h"

#include <gio/gio.h>
#include <libavutil/buffer.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * BbDecoder:
 *
 * Sends the packets of a #BbDemuxer to FFmpeg's decoder and receives frames, in device memory where
 * a GPU decodes, else in host memory. Used by one thread at a time, apart from what says otherwise.
 */
typedef struct _BbDecoder BbDecoder;

/**
 * BbDecoderResult:
 * @BB_DECODER_ERROR: nothing, and an error is set
 * @BB_DECODER_FRAME: a frame
 * @BB_DECODER_END: nothing, as there are no more
 * @BB_DECODER_GPU_FAILED: nothing, as the GPU failed: bb_decoder_leave_gpu() is next
 *
 * What came of reading.
 */
typedef enum {
  BB_DECODER_ERROR,
  BB_DECODER_FRAME,
  BB_DECODER_END,
  BB_DECODER_GPU_FAILED,
} BbDecoderResult;

BbDecoder *bb_decoder_new (BbDemuxer *demuxer, GError **error);
void bb_decoder_free (BbDecoder *decoder);
gboolean bb_decoder_supports_device (BbDecoder *decoder, AVBufferRef *device);
gboolean bb_decoder_set_device (BbDecoder *decoder, AVBufferRef *device, guint n_held,
                                GCancellable *cancellable, GError **error);
gboolean bb_decoder_leave_gpu (BbDecoder *decoder, gint64 time, char *notice,
                               GCancellable *cancellable, GError **error);
guint bb_decoder_get_n_held (BbDecoder *decoder);
const char *bb_decoder_get_notice (BbDecoder *decoder);
guint bb_decoder_get_n_corrupt (BbDecoder *decoder);
gint64 bb_decoder_get_last_duration (BbDecoder *decoder);
gboolean bb_decoder_restart (BbDecoder *decoder, GCancellable *cancellable, GError **error);
gboolean bb_decoder_seek (BbDecoder *decoder, gint64 pts, GCancellable *cancellable,
                          GError **error);
void bb_decoder_skip_nonref_until (BbDecoder *decoder, gint64 pts);
gint64 bb_decoder_get_skipped_until (BbDecoder *decoder);
BbDecoderResult bb_decoder_read (BbDecoder *decoder, AVFrame *frame, GCancellable *cancellable,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbDecoder, bb_decoder_free)

G_END_DECLS
