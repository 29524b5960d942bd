/* bb-video-encoder.h: frames in, packets out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-encoder.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/**
 * BbEncoderSetup:
 * @encoder: which encoder
 * @recipe: what to make
 * @input: what it gets, from bb_encoder_get_input()
 * @pins: what else its bytes depend on
 * @container: container of the target
 * @name: name of the target, for people
 *
 * What all encoders of one target have in common.
 */
typedef struct {
  const BbEncoder *encoder;
  const BbRecipe *recipe;
  BbEncoderInput input;
  BbEncoderPins pins;
  const AVOutputFormat *container;
  const char *name;
} BbEncoderSetup;

typedef struct _BbVideoEncoder BbVideoEncoder;

/**
 * BbPacketFunc:
 * @packet: a packet, in the encoder's time base; valid until the function returns
 * @user_data: data of bb_video_encoder_send()
 * @error: return location for an error
 *
 * Takes what the encoder has ready.
 *
 * Returns: %FALSE with an error ends the encoding
 */
typedef gboolean (*BbPacketFunc) (const AVPacket *packet, gpointer user_data, GError **error);

BbVideoEncoder *bb_video_encoder_new (const BbEncoderSetup *setup, BbDevice *device,
                                      BbSource *source, GError **error);
void bb_video_encoder_free (BbVideoEncoder *self);
void bb_video_encoder_abandon (BbVideoEncoder *self);
gboolean bb_video_encoder_send (BbVideoEncoder *self, BbFrame *frame, gint64 pts, gint64 duration,
                                BbPacketFunc func, gpointer user_data, GError **error);
const AVCodecContext *bb_video_encoder_get_context (BbVideoEncoder *self);
gboolean bb_video_encoder_has_lost_captions (BbVideoEncoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbVideoEncoder, bb_video_encoder_free)

G_END_DECLS
