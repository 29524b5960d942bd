/* bb-metadata.h: what a file says of itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-source.h"

#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct {
  const AVFormatContext *demuxer;
  AVFormatContext *muxer;
  GPtrArray *notices;
  AVRational rate; /* frames a second; 0 where unknown */
  gint64 start;    /* the trim, nanoseconds in the source's own time */
  gint64 end;
  gint64 cut; /* how much of the picture is cut off at the beginning, nanoseconds */
} BbMetadata;

gboolean bb_metadata_needs_keys (const AVDictionary *metadata);
void bb_metadata_copy_file (const BbMetadata *metadata, int picture);
void bb_metadata_copy_stream (const BbMetadata *metadata, AVStream *out, const AVStream *in);
void bb_metadata_copy_chapters (const BbMetadata *metadata);
void bb_metadata_note_lost (const BbMetadata *metadata);
void bb_metadata_note_picture (BbSource *source, GPtrArray *notices);

G_END_DECLS
