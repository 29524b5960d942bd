/* bb-clock.c: one clock for all streams of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings are cut, appended and interrupted, and each part counts from where it likes. All
 * streams of a part are shifted by the same, so that picture, sound and text stay together: so that its first packet follows
 * on the end of what came before it. Whoever reads a file's packets in their order comes to the same
 * result.
 */

#include "bb-clock.h"

#include "bb-ffmpeg.h"

#include <libavutil/avstring.h>
#include <libavutil/common.h>

/* Further back than this is a jump, not an order of decoding; nanoseconds. */
#define JUMP_BACK G_GINT64_CONSTANT (1000000000)

/* Further ahead than this is one too, in containers that expect jumps: broadcasts. */
#define JUMP_AHEAD (10 * JUMP_BACK)

typedef struct {
  gboolean known;
  gint64 last; /* nanoseconds, as in the file */
  guint n_jumps;
} Stream;

/**
 * bb_clock_clear:
 * @clock: a clock
 *
 * Forgets everything, as where reading begins anew.
 */
void
bb_clock_clear (BbClock *clock)
{
  g_clear_pointer (&clock->streams, g_array_unref);
  g_clear_pointer (&clock->offsets, g_array_unref);
  *clock = (BbClock) { 0 };
}

/**
 * bb_clock_needs_all:
 * @demuxer: a demuxer
 *
 * Returns: whether the clock of such a container may jump, so that whoever reads it has to look at the packets of
 *   every stream: others have an index of their times
 */
gboolean
bb_clock_needs_all (const AVFormatContext *demuxer)
{
  return (demuxer->iformat->flags & AVFMT_TS_DISCONT) != 0 ||
         av_match_name ("flv", demuxer->iformat->name);
}

static gint64
get_offset (const BbClock *clock, guint n_jumps)
{
  return n_jumps == 0 ? 0 : g_array_index (clock->offsets, gint64, n_jumps - 1);
}

static gint64
distance (gint64 a, gint64 b)
{
  return a > b ? av_sat_sub64 (a, b) : av_sat_sub64 (b, a);
}

static void
begin (BbClock *clock, gint64 time)
{
  gint64 offset = av_sat_sub64 (clock->end, time);

  if (clock->offsets == NULL)
    {
      clock->offsets = g_array_new (FALSE, TRUE, sizeof (gint64));
      clock->first_jump = clock->end;
    }
  g_array_append_val (clock->offsets, offset);
}

/* In which part a packet lies. */
static void
follow (BbClock *clock, Stream *state, const AVStream *stream, gboolean ahead, gint64 time)
{
  guint n_all = bb_clock_get_n_jumps (clock);
  enum AVMediaType type = stream->codecpar->codec_type;

  if (type != AVMEDIA_TYPE_AUDIO && type != AVMEDIA_TYPE_VIDEO)
    {
      /* Text comes seldom: it belongs to the part in whose time it comes. */
      if (n_all > state->n_jumps &&
          distance (av_sat_add64 (time, get_offset (clock, n_all)), clock->end) <
            distance (av_sat_add64 (time, get_offset (clock, state->n_jumps)), clock->end))
        state->n_jumps = n_all;
      return;
    }
  if (!state->known)
    state->n_jumps = n_all;
  else if (av_sat_sub64 (state->last, time) > JUMP_BACK ||
           (ahead && av_sat_sub64 (time, state->last) > JUMP_AHEAD))
    {
      if (state->n_jumps == n_all)
        begin (clock, time);
      state->n_jumps++;
    }
  state->known = TRUE;
  state->last = time;
}

/**
 * bb_clock_shift:
 * @clock: a clock
 * @stream: a stream
 * @packet: the next packet of the file, which is of that stream
 *
 * Brings the times of a packet to the time of the file's beginning. Every packet of sound and picture has to come here, in the
 * file's order.
 */
void
bb_clock_shift (BbClock *clock, const AVStream *stream, AVPacket *packet)
{
  gint64 time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
  gboolean ahead = FALSE;
  Stream *state;
  gint64 shift;

  if (time == AV_NOPTS_VALUE)
    return;
  if (clock->streams == NULL)
    clock->streams = g_array_new (FALSE, TRUE, sizeof (Stream));
  if (clock->streams->len <= (guint) stream->index)
    g_array_set_size (clock->streams, (guint) stream->index + 1);
  state = &g_array_index (clock->streams, Stream, stream->index);
  /* With a clock of 90 kHz that wraps around FFmpeg deals itself. */
  ahead = stream->pts_wrap_bits == 33;
  time = bb_ffmpeg_nanoseconds (time, stream->time_base);
  follow (clock, state, stream, ahead, time);
  shift = get_offset (clock, state->n_jumps);
  clock->end = MAX (clock->end,
                    av_sat_add64 (av_sat_add64 (time, shift),
                                  bb_ffmpeg_nanoseconds (MAX (packet->duration, 0), stream->time_base)));
  if (shift == 0)
    return;
  shift = av_rescale_q (shift, BB_NANOSECONDS, stream->time_base);
  if (packet->pts != AV_NOPTS_VALUE)
    packet->pts = av_sat_add64 (packet->pts, shift);
  if (packet->dts != AV_NOPTS_VALUE)
    packet->dts = av_sat_add64 (packet->dts, shift);
}

/**
 * bb_clock_get_n_jumps:
 * @clock: a clock
 *
 * Returns: how often it has jumped so far
 */
guint
bb_clock_get_n_jumps (const BbClock *clock)
{
  return clock->offsets != NULL ? clock->offsets->len : 0;
}

/**
 * bb_clock_get_first_jump:
 * @clock: a clock that has jumped
 *
 * Returns: where it jumped first, in nanoseconds of the source's own time
 */
gint64
bb_clock_get_first_jump (const BbClock *clock)
{
  return clock->first_jump;
}
