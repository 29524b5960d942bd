/* bb-source-probe.h: what is known of a file before its pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-demuxer.h"
#include "bb-source-info.h"

G_BEGIN_DECLS

void bb_source_probe (BbSourceInfo *info, BbDemuxer *demuxer, const AVFrame *first,
                      AVCodecParameters *parameters);
gint64 bb_source_probe_get_picture_start (const AVStream *stream, const AVFrame *first);

G_END_DECLS
