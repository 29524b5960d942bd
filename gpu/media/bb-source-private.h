/* bb-source-private.h: what the sink needs to know of a source besides its pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"
#include "bb-source.h"

#include <libavcodec/avcodec.h>

G_BEGIN_DECLS

const AVCodecParameters *bb_source_get_codecpar (BbSource *source);
int bb_source_get_stream_index (BbSource *source);
BbIndex *bb_source_get_index (BbSource *source);
const AVFrame *bb_source_peek (BbSource *source);

G_END_DECLS
