/* bb-source-info.h: what is known of a file before its pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-reader.h"
#include "bb-source.h"

G_BEGIN_DECLS

void bb_source_info_fill (BbSourceInfo *info, BbReader *reader, const AVFrame *first,
                          AVCodecParameters *parameters);
gint64 bb_source_info_get_picture_start (const AVStream *stream, const AVFrame *first);
gint64 bb_source_info_get_cut (const BbSourceInfo *info, gint64 time);

G_END_DECLS
