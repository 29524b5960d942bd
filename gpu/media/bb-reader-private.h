/* bb-reader-private.h: what the files of the reader share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-clock.h"
#include "bb-reader.h"

G_BEGIN_DECLS

struct _BbReader {
  char *path;
  GCancellable *cancellable; /* of the call at hand */
  AVPacket *packet;
  int n_corrupt; /* damaged packets and frames; atomic */
  gboolean scanned;
  BbIndex *index; /* NULL where the demuxer finds times and streams by itself */
  goffset size; /* of the file when it was opened first; -1 where it is not known */
  gboolean cut; /* reading ended with an error of more than junk at the end */

  AVBufferRef *hardware; /* what decodes; NULL for the processor */
  guint n_wanted; /* surfaces that it shall have for others; 0 where more frames are held than it can have */
  int n_held;     /* those that it has, or 0; atomic */
  gint64 opening; /* when its decoder began to be opened; 0 once it has delivered a frame */
  char *notice;

  /* What opening the file makes. */
  AVFormatContext *demuxer;
  BbClock *clock;
  AVCodecContext *decoder;
  AVStream
    *stream; /* whose time base is used, and which the packets of those that follow are given as */
  AVStream *decoded;      /* the one that the decoder was opened for */
  enum AVCodecID codec;   /* it was of then */
  gboolean no_timestamps; /* the container has none: they are counted from the frame rate */

  /* What the first frame took, for another decoder to begin with; no more once anything else was
   * read. */
  GQueue begun;
  GQueue again; /* those that it has still to get */
  gboolean keeps;

  /* What a seek starts anew. */
  gboolean packet_waits; /* the packet at hand is to be decoded next */
  gboolean changing;     /* the decoder is emptied, for another one */
  gboolean from_start;   /* nothing before the place where reading began */
  gboolean draining;
  guint n_corrupt_packets; /* whose frames are still to come */
  gint64 drop_before;      /* frames before this lack references */
  gint64 hurry_until;      /* frames before this are only decoded where others need them */
  gint64 last_pts;
  gint64 last_duration;
  gint64 resume_after; /* frames up to this time were handed out before a decoder failed */

  gint64 first_key; /* time of the first keyframe of the file */
};

gboolean bb_reader_open_file (BbReader *reader, GError **error);
gboolean bb_reader_begin_again (BbReader *reader, GError **error);
gboolean bb_reader_open_decoder (BbReader *reader, GError **error);
gboolean bb_reader_is_hardware_failure (BbReader *reader, int result);
gboolean bb_reader_fall_back (BbReader *reader, int result, GError **error);

G_END_DECLS
