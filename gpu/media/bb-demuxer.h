/* bb-demuxer.h: packets of a file's picture, in one clock
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"

#include <gio/gio.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/**
 * BbDemuxer:
 *
 * Packets of the stream of a file that is its picture, and of those that go on where it ends, with
 * times in one clock. Used by one thread at a time.
 */
typedef struct _BbDemuxer BbDemuxer;

BbDemuxer *bb_demuxer_new (const char *path, GError **error);
void bb_demuxer_free (BbDemuxer *demuxer);
const char *bb_demuxer_get_path (BbDemuxer *demuxer);
AVFormatContext *bb_demuxer_get_context (BbDemuxer *demuxer);
AVStream *bb_demuxer_get_stream (BbDemuxer *demuxer);
AVStream *bb_demuxer_get_packet_stream (const AVPacket *packet);
BbIndex *bb_demuxer_get_index (BbDemuxer *demuxer);
gboolean bb_demuxer_has_timestamps (BbDemuxer *demuxer);
gboolean bb_demuxer_has_stable_times (BbDemuxer *demuxer);
gboolean bb_demuxer_is_from_start (BbDemuxer *demuxer);
gboolean bb_demuxer_is_truncated (BbDemuxer *demuxer);
gboolean bb_demuxer_reopen (BbDemuxer *demuxer, GCancellable *cancellable, GError **error);
gboolean bb_demuxer_rewind (BbDemuxer *demuxer, GCancellable *cancellable, GError **error);
gboolean bb_demuxer_seek (BbDemuxer *demuxer, gint64 pts, gint64 *first, GCancellable *cancellable);
gboolean bb_demuxer_is_on_way (BbDemuxer *demuxer, gint64 pts);
int bb_demuxer_read (BbDemuxer *demuxer, AVPacket *packet, gboolean rewindable,
                     GCancellable *cancellable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbDemuxer, bb_demuxer_free)

G_END_DECLS
