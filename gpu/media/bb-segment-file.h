/* bb-segment-file.h: the encoded picture of one segment, in a file of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-segment.h"

#include <gio/gio.h>
#include <libavcodec/avcodec.h>

G_BEGIN_DECLS

typedef struct _BbSegmentWriter BbSegmentWriter;

BbSegmentWriter *bb_segment_writer_new (const char *folder, guint index,
                                        const AVCodecContext *context, GCancellable *cancellable,
                                        GError **error);
gboolean bb_segment_writer_write (BbSegmentWriter *self, const AVPacket *packet, GError **error);
BbSegment *bb_segment_writer_finish (BbSegmentWriter *self, const BbSegment *facts, GError **error);
void bb_segment_writer_free (BbSegmentWriter *self);

typedef struct _BbSegmentReader BbSegmentReader;

BbSegmentReader *bb_segment_reader_new (const char *path, AVRational time_base, GError **error);
const AVCodecParameters *bb_segment_reader_get_parameters (BbSegmentReader *self);
gboolean bb_segment_reader_read (BbSegmentReader *self, AVPacket *packet, GError **error);
void bb_segment_reader_free (BbSegmentReader *self);

gboolean bb_segment_parse_name (const char *name, guint *index, const char **hash);
BbSegment *bb_segment_check (const char *path, AVRational time_base, GArray **times,
                             GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSegmentWriter, bb_segment_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSegmentReader, bb_segment_reader_free)

G_END_DECLS
