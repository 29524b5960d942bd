/* bb-ffmpeg.h: habits of FFmpeg's libraries in GLib's terms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

#define BB_NANOSECONDS ((AVRational) { 1, 1000000000 })

void bb_ffmpeg_init (void);
const char *bb_ffmpeg_reason (int result);
void bb_ffmpeg_set_write_error (const char *name, int result, GError **error);
char *bb_ffmpeg_url (const char *path);
gint64 bb_ffmpeg_rescale (gint64 time, AVRational from, AVRational to);
gint64 bb_ffmpeg_to_nanoseconds (gint64 time, AVRational time_base);
gint64 bb_ffmpeg_from_nanoseconds (gint64 time, AVRational time_base);
AVFrame *bb_ffmpeg_copy_properties (const AVFrame *frame);
gboolean bb_ffmpeg_is_alike (const AVFrame *frame, const AVFrame *other);
int bb_ffmpeg_to_host (AVFrame *frame);
void bb_ffmpeg_free_packet (gpointer packet);
void bb_ffmpeg_free_frame (gpointer frame);
int bb_ffmpeg_open_decoder (AVCodecContext **decoder, const AVStream *stream, AVRational time_base);
void bb_ffmpeg_interrupt_init (AVIOInterruptCB *interrupt, GCancellable **cancellable);

static inline void
bb_av_frame_free (AVFrame *frame)
{
  av_frame_free (&frame);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVFrame, bb_av_frame_free)

G_END_DECLS
