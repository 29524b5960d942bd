/* bb-encoder-open.h: a video encoder with a recipe's settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-encoder.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

AVCodecContext *bb_encoder_open (const BbEncoder *encoder, const BbRecipe *recipe,
                                 const BbEncoderInput *input, const BbEncoderPins *pins,
                                 BbDevice *device, BbSource *source,
                                 const AVOutputFormat *container, GError **error);
gboolean bb_encoder_set_device_frames (AVCodecContext *context, BbDevice *device,
                                       const BbFormat *format, GError **error);
gboolean bb_encoder_has_captions (const BbEncoder *encoder);
void bb_encoder_tell_container (AVCodecParameters *parameters, BbSource *source);

G_END_DECLS
