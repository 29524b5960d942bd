/* bb-audio.h: sound encoded anew
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct _BbAudioEncoder BbAudioEncoder;

/**
 * BbPacketFunc:
 * @packet: a packet in the time base of bb_audio_encoder_get_context(), to be taken or left
 * @user_data: data of bb_audio_encoder_push()
 *
 * Returns: 0, or a negative FFmpeg error, which ends the call
 */
typedef int (*BbPacketFunc) (AVPacket *packet, gpointer user_data);

BbAudioEncoder *bb_audio_encoder_new (const AVStream *stream, const AVOutputFormat *container,
                                      gint64 start, gint64 end, GPtrArray *notices, GError **error);
void bb_audio_encoder_free (BbAudioEncoder *encoder);
const AVCodecContext *bb_audio_encoder_get_context (BbAudioEncoder *encoder);
void bb_audio_encoder_be_exact (BbAudioEncoder *encoder);
int bb_audio_encoder_set_stream (BbAudioEncoder *encoder, const AVStream *stream, BbPacketFunc func,
                                 gpointer user_data);
int bb_audio_encoder_push (BbAudioEncoder *encoder, const AVPacket *packet, BbPacketFunc func,
                           gpointer user_data);
guint bb_audio_encoder_get_n_corrupt (BbAudioEncoder *encoder);

G_END_DECLS
