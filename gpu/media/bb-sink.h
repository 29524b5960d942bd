/* bb-sink.h: segments, sound and everything else into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-segment-file.h"
#include "bb-video-encoder.h"

G_BEGIN_DECLS

typedef struct _BbSink BbSink;

BbSink *bb_sink_new (const char *path, const BbEncoderSetup *setup, BbVideoEncoder *encoder,
                     BbSource *source, gboolean overwrite, GCancellable *cancellable,
                     GError **error);
gboolean bb_sink_add (BbSink *sink, const BbSegment *segment, const GArray *times,
                      GCancellable *cancellable, GError **error);
gboolean bb_sink_finish (BbSink *sink, GCancellable *cancellable, GError **error);
gboolean bb_sink_commit (BbSink *sink, GError **error);
void bb_sink_free (BbSink *sink);
const char *bb_sink_get_path (BbSink *sink);
GStrv bb_sink_get_notices (BbSink *sink);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSink, bb_sink_free)

G_END_DECLS
