/* bb-reader.h: decoded frames of a file's best video stream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"

#include <gio/gio.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct _BbReader BbReader;

int bb_reader_find_stream (AVFormatContext *demuxer, const BbIndex *index);
BbReader *bb_reader_new (const char *path, GError **error);
void bb_reader_free (BbReader *reader);
AVFormatContext *bb_reader_get_demuxer (BbReader *reader);
AVStream *bb_reader_get_stream (BbReader *reader);
BbIndex *bb_reader_get_index (BbReader *reader);
gboolean bb_reader_has_hardware (BbReader *reader);
gboolean bb_reader_set_hardware (BbReader *reader,
                                 AVBufferRef *device,
                                 guint n_held,
                                 GCancellable *cancellable,
                                 GError **error);
gboolean bb_reader_is_on_hardware (BbReader *reader);
gboolean bb_reader_leave_hardware (BbReader *reader,
                                   gint64 time,
                                   char *notice,
                                   GCancellable *cancellable,
                                   GError **error);
guint bb_reader_get_n_held (BbReader *reader);
const char *bb_reader_get_notice (BbReader *reader);
gboolean bb_reader_is_cut (BbReader *reader);
guint bb_reader_get_n_corrupt (BbReader *reader);
gboolean bb_reader_is_from_start (BbReader *reader);
gboolean
bb_reader_read (BbReader *reader, AVFrame *frame, GCancellable *cancellable, GError **error);
gboolean bb_reader_seek (BbReader *reader, gint64 pts, GCancellable *cancellable, GError **error);
void bb_reader_hurry (BbReader *reader, gint64 pts);
gboolean bb_reader_restart (BbReader *reader, GCancellable *cancellable, GError **error);
void bb_reader_set_error (BbReader *reader, const char *reason, const char *advice, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbReader, bb_reader_free)

G_END_DECLS
