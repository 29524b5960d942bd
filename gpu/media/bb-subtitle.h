/* bb-subtitle.h: text subtitles from one form into another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct _BbSubtitle BbSubtitle;

gboolean bb_subtitle_is_text (enum AVCodecID codec);
BbSubtitle *bb_subtitle_new (const AVStream *stream, enum AVCodecID codec);
void bb_subtitle_free (BbSubtitle *subtitle);
const AVCodecContext *bb_subtitle_get_context (BbSubtitle *subtitle);
gboolean bb_subtitle_has_delay (BbSubtitle *subtitle);
int bb_subtitle_convert (BbSubtitle *subtitle, const AVPacket *in, AVPacket *out);

G_END_DECLS
