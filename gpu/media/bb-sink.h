/* bb-sink.h: pictures, sound and everything else into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-encoder.h"

G_BEGIN_DECLS

typedef struct _BbSink BbSink;

BbSink *bb_sink_new (const char *path, const BbRecipe *recipe, const BbEncoder *encoder,
                     const BbEncoderInput *input, BbDevice *device, BbSource *source,
                     gboolean overwrite, GCancellable *cancellable, GError **error);
gboolean bb_sink_write (BbSink *sink, BbFrame *frame, GCancellable *cancellable, GError **error);
gboolean bb_sink_finish (BbSink *sink, GCancellable *cancellable, GError **error);
void bb_sink_free (BbSink *sink);
void bb_sink_abandon (BbSink *sink);
const char *bb_sink_get_path (BbSink *sink);
GStrv bb_sink_get_notices (BbSink *sink);
void bb_sink_get_sizes (BbSink *sink, gint64 *video, gint64 *first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSink, bb_sink_free)

G_END_DECLS
