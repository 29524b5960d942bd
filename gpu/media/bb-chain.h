/* bb-chain.h: which filters a source's frames go through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"

#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

gboolean bb_chain_is_other_aspect (const AVFrame *frame, AVRational aspect);
char *bb_chain_describe (const AVFrame *frame, const BbFormat *stored, AVRational aspect,
                         const BbFormat *format, const AVCodecParameters *parameters,
                         enum AVPixelFormat pixel_format, gboolean deinterlace, gboolean tone_map);

G_END_DECLS
