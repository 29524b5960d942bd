/* bb-clock.h: one clock for all streams of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct _BbClock BbClock;

BbClock *bb_clock_new (AVFormatContext *demuxer, int picture);
void bb_clock_free (BbClock *clock);
void bb_clock_reset (BbClock *clock);
int bb_clock_read (BbClock *clock, AVPacket *packet);
guint bb_clock_get_n_jumps (BbClock *clock, gint64 *first);

G_END_DECLS
