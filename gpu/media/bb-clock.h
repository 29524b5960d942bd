/* bb-clock.h: one clock for all streams of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/**
 * BbClock:
 *
 * What is added to the times of a file's packets where its clock jumps, as where two recordings were appended to each
 * other. Zeroed memory is a clock that has not jumped.
 */
typedef struct {
  /*< private >*/
  GArray *streams; /* of what is known of a stream, by its number */
  GArray *offsets; /* of gint64: nanoseconds, after each jump */
  gint64 end;      /* of everything so far, with the offsets; nanoseconds */
  gint64 first_jump;
} BbClock;

void bb_clock_clear (BbClock *clock);
gboolean bb_clock_needs_all (const AVFormatContext *demuxer);
void bb_clock_shift (BbClock *clock, const AVStream *stream, AVPacket *packet);
guint bb_clock_get_n_jumps (const BbClock *clock);
gint64 bb_clock_get_first_jump (const BbClock *clock);

G_END_DECLS
