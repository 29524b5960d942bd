/* bb-tracks-private.h: one track, and what all of them share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-tracks.h"

#include "bb-audio.h"
#include "bb-clock.h"
#include "bb-lines.h"
#include "bb-metadata.h"
#include "bb-subtitle.h"

G_BEGIN_DECLS

typedef struct {
  AVStream *in;
  AVStream *source; /* of its last packet: @in, or one that follows it */
  AVStream *out;
  BbAudioEncoder *audio;
  BbSubtitle *subtitle;
  enum AVCodecID codec;   /* FFmpeg changes that of the stream where a broadcast does */
  enum AVCodecID decoded; /* what is decoded now */
  gint64 last_dts;
  guint n_jumps; /* of the clock, when it was last written */
  BbLines *lines; /* of subtitles in MP4 */
  gboolean ended;
} BbTrack;

struct _BbTracks {
  char *path;
  AVFormatContext *demuxer;
  AVFormatContext *muxer;
  GCancellable *cancellable;
  GArray *changing; /* numbers of tracks, as the file has them, that need more than one description;
                       NULL until asked for */
  BbIndex *index;   /* NULL where no stream follows another one */
  BbClock *clock;
  GPtrArray *tracks; /* by stream of the demuxer, as they are met; without an out they are left out */
  gboolean has_out;
  gboolean no_sound; /* none is wanted */
  guint n_refused; /* packets that the muxer did not take */
  GPtrArray *notices;
  gint64 start; /* nanoseconds in the source's own time */
  gint64 end;
  BbMetadata metadata;
  GPtrArray *extras; /* packets to begin with */
  AVPacket *packet; /* read, but not yet due */
  AVPacket *converted;
  gboolean at_end;
  BbTrack *current;
};

/* Takes the text. */
static inline void
bb_tracks_add_notice (BbTracks *self, char *text)
{
  g_ptr_array_add (self->notices, text);
}

static inline const char *
bb_track_get_codec (const BbTrack *track)
{
  return avcodec_get_name (track->codec);
}

void bb_tracks_add (BbTracks *self, BbTrack *track, const BbRecipeValues *values, gboolean is_picture);

G_END_DECLS
