/* bb-clock.h: one clock for all streams of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"

#include <glib.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct _BbClock BbClock;

BbClock *bb_clock_new (AVFormatContext *demuxer, int picture, BbIndex *index);
void bb_clock_free (BbClock *clock);
void bb_clock_reset (BbClock *clock);
int bb_clock_seek (BbClock *clock, int stream, gint64 time, gint64 latest);
int bb_clock_read (BbClock *clock, AVPacket *packet);
void bb_clock_keep_late (BbClock *clock);
AVStream *bb_clock_get_source (const AVPacket *packet);
gint64 bb_clock_get_offset (BbClock *clock);
guint bb_clock_get_n_jumps (BbClock *clock);
void bb_clock_note_jumps (BbClock *clock, gint64 start, GPtrArray *notices);

G_END_DECLS
