/* bb-index.h: where in a file its picture is, and which streams go on where others end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/**
 * BbIndexKey:
 * @time: when the keyframe is shown, shifted as #BbClock does, nanoseconds
 * @position: where its packet begins in the file, bytes
 * @offset: what #BbClock adds to the file's own times there, nanoseconds
 *
 * A keyframe of the picture.
 */
typedef struct {
  gint64 time;
  gint64 position;
  gint64 offset;
} BbIndexKey;

typedef struct _BbIndex BbIndex;

BbIndex *bb_index_new (void);
BbIndex *bb_index_ref (BbIndex *index);
void bb_index_unref (BbIndex *index);
void bb_index_add_follower (BbIndex *index, const AVStream *root, const AVStream *stream);
void bb_index_set_parameters (BbIndex *index, const AVFormatContext *demuxer);
void bb_index_add_key (BbIndex *index, const BbIndexKey *key);
void bb_index_add_late (BbIndex *index, const AVStream *stream, const AVPacket *packet);
void bb_index_set_end (BbIndex *index, gint64 end);
gboolean bb_index_has_parameters (const BbIndex *index, const AVStream *stream);
gboolean bb_index_has_followers (const BbIndex *index);
int bb_index_get_root (const BbIndex *index, const AVFormatContext *demuxer, int stream);
int bb_index_find_picture (const BbIndex *index, AVFormatContext *demuxer);
gboolean bb_index_is_followed (const BbIndex *index, const AVStream *stream);
gboolean bb_index_is_uniform (const BbIndex *index, const AVStream *stream);
gboolean bb_index_get_late (const BbIndex *index, const AVStream *stream, gint64 *after,
                            gint64 before, AVPacket *packet);
const BbIndexKey *bb_index_find_key (const BbIndex *index, gint64 time);
gint64 bb_index_get_end (const BbIndex *index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbIndex, bb_index_unref)

G_END_DECLS
