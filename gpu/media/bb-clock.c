/* bb-clock.c: one clock for all streams of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings that were appended, splices of broadcasters and counters that wrap let the clock of a
 * file jump. The picture decides where it does, by its packets alone, so that every demuxer of the
 * same file decides equally, and all streams are shifted by the same offset from there on. Other
 * streams reach the jump a little earlier or later than the picture: one that is early waits for
 * the picture, one that is late keeps the offset before.
 */

#include "bb-clock.h"

#include "bb-ffmpeg.h"

/* Beyond this the clock has jumped back, nanoseconds. Frames are reordered by less. */
#define MOST_BACK G_GINT64_CONSTANT (1000000000)
/* Beyond this it has jumped ahead, where the container allows that. Stills last less. */
#define MOST_AHEAD G_GINT64_CONSTANT (60000000000)
/* A packet of another stream that is further than this from where the last one ended may be on the
 * other side of a jump that the picture has not reached yet. */
#define MOST_OFF G_GINT64_CONSTANT (300000000)
/* How far the picture is read for that. */
#define MOST_WAIT G_GINT64_CONSTANT (2000000000)
#define MOST_PACKETS 2000
#define MOST_BYTES (64 * 1024 * 1024)

typedef struct {
  gint64 end; /* of its last packet, shifted, nanoseconds; AV_NOPTS_VALUE before the first */
} Line;

struct _BbClock {
  AVFormatContext *demuxer;
  int picture;
  gboolean may_jump;

  /* Nanoseconds. */
  gint64 offset;
  gint64 previous;     /* offset before the last jump */
  gint64 position;     /* time of the picture's last packet, shifted */
  gint64 step;         /* how long it lasts */
  gint64 first_jump;
  guint n_jumps;

  GArray *lines;       /* by stream, grown when streams appear */
  GQueue held;         /* packets that were read while one waited, in the file's order */
  gsize held_bytes;
  gboolean ended;
};

static void
free_packet (gpointer data)
{
  AVPacket *packet = data;

  av_packet_free (&packet);
}

/* Containers whose times are in a table, or are counted, have no clock that could jump. */
static gboolean
may_jump (const AVInputFormat *format)
{
  return (format->flags & AVFMT_NOTIMESTAMPS) == 0 && !g_str_has_prefix (format->name, "mov,") &&
         !g_str_equal (format->name, "avi");
}

/**
 * bb_clock_new:
 * @demuxer: an open demuxer; must stay
 * @picture: number of the picture's stream, or -1; it is read even where it was to be discarded
 *
 * Returns: (transfer full): a clock that stands where the demuxer does
 */
BbClock *
bb_clock_new (AVFormatContext *demuxer, int picture)
{
  BbClock *self = g_new0 (BbClock, 1);

  self->demuxer = demuxer;
  self->picture = picture;
  self->may_jump = picture >= 0 && picture < (int) demuxer->nb_streams && may_jump (demuxer->iformat);
  self->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_queue_init (&self->held);
  if (self->may_jump)
    demuxer->streams[picture]->discard = AVDISCARD_DEFAULT;
  bb_clock_reset (self);
  return self;
}

/**
 * bb_clock_free:
 * @clock: (transfer full) (nullable): a clock
 */
void
bb_clock_free (BbClock *clock)
{
  if (clock == NULL)
    return;
  g_queue_clear_full (&clock->held, free_packet);
  g_array_unref (clock->lines);
  g_free (clock);
}

/**
 * bb_clock_reset:
 * @clock: a clock
 *
 * To be called after a seek: the clock there is the file's.
 */
void
bb_clock_reset (BbClock *clock)
{
  g_queue_clear_full (&clock->held, free_packet);
  clock->held_bytes = 0;
  clock->ended = FALSE;
  clock->offset = clock->previous = 0;
  clock->position = AV_NOPTS_VALUE;
  clock->step = 0;
  clock->n_jumps = 0;
  g_array_set_size (clock->lines, 0);
}

/**
 * bb_clock_get_n_jumps:
 * @clock: a clock
 * @first: (out): where the first one was, nanoseconds in the source's own time
 *
 * Returns: how often the clock jumped since the last reset
 */
guint
bb_clock_get_n_jumps (BbClock *clock, gint64 *first)
{
  *first = clock->first_jump;
  return clock->n_jumps;
}

static gint64
get_time (BbClock *self, const AVPacket *packet)
{
  gint64 time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;

  return bb_ffmpeg_to_nanoseconds (time, self->demuxer->streams[packet->stream_index]->time_base);
}

static void
shift (BbClock *self, AVPacket *packet, gint64 offset)
{
  gint64 ticks = bb_ffmpeg_from_nanoseconds (
    offset, self->demuxer->streams[packet->stream_index]->time_base);

  if (packet->pts != AV_NOPTS_VALUE)
    packet->pts = av_sat_add64 (packet->pts, ticks);
  if (packet->dts != AV_NOPTS_VALUE)
    packet->dts = av_sat_add64 (packet->dts, ticks);
}

/* The picture: finds jumps. */
static void
take_picture (BbClock *self, AVPacket *packet)
{
  AVRational time_base = self->demuxer->streams[packet->stream_index]->time_base;
  gint64 time = get_time (self, packet);
  gint64 duration = MIN (bb_ffmpeg_to_nanoseconds (packet->duration, time_base), MOST_BACK);
  gint64 shifted;

  /* Without a DTS nothing is known of the order: stills may be reordered by minutes. */
  if (packet->dts == AV_NOPTS_VALUE)
    {
      shift (self, packet, self->offset);
      return;
    }
  shifted = av_sat_add64 (time, self->offset);
  if (self->position != AV_NOPTS_VALUE)
    {
      gint64 off = av_sat_sub64 (shifted, self->position);

      if (off < -MOST_BACK ||
          (off > MOST_AHEAD && (self->demuxer->iformat->flags & AVFMT_TS_DISCONT) != 0))
        {
          self->previous = self->offset;
          shifted = av_sat_add64 (self->position, self->step);
          self->offset = av_sat_sub64 (shifted, time);
          if (self->n_jumps++ == 0)
            self->first_jump = shifted;
        }
      else if (off > 0 && off < MOST_BACK)
        self->step = off;
    }
  if (self->position == AV_NOPTS_VALUE || shifted > self->position)
    self->position = shifted;
  if (duration > 0)
    self->step = duration;
  shift (self, packet, self->offset);
}

static Line *
get_line (BbClock *self, int index)
{
  while (self->lines->len <= (guint) index)
    {
      Line line = { AV_NOPTS_VALUE };

      g_array_append_val (self->lines, line);
    }
  return &g_array_index (self->lines, Line, index);
}

static gint64
get_distance (gint64 time, gint64 offset, gint64 expected)
{
  gint64 distance = av_sat_sub64 (av_sat_add64 (time, offset), expected);

  return distance < 0 ? av_sat_sub64 (0, distance) : distance;
}

/* Another stream: whether the packet has its place. With @sure it gets one. */
static gboolean
take_other (BbClock *self, AVPacket *packet, gboolean sure)
{
  Line *line = get_line (self, packet->stream_index);
  AVRational time_base = self->demuxer->streams[packet->stream_index]->time_base;
  gint64 time = get_time (self, packet);
  gint64 offset = self->offset;

  if (time == AV_NOPTS_VALUE)
    return TRUE;
  if (line->end != AV_NOPTS_VALUE)
    {
      gboolean dense = self->demuxer->streams[packet->stream_index]->codecpar->codec_type ==
                       AVMEDIA_TYPE_AUDIO;
      /* Subtitles are seldom; they are near the picture. */
      gint64 expected = dense ? line->end : self->position;
      gint64 off = get_distance (time, self->offset, expected);
      gint64 off_previous = get_distance (time, self->previous, expected);

      if (self->n_jumps > 0 && off_previous < off && off_previous < MOST_BACK)
        {
          off = off_previous;
          offset = self->previous;
        }
      if (off > (dense ? MOST_OFF : MOST_BACK) && !sure)
        return FALSE;
    }
  shift (self, packet, offset);
  line->end = av_sat_add64 (av_sat_add64 (time, offset),
                            bb_ffmpeg_to_nanoseconds (MAX (packet->duration, 0), time_base));
  return TRUE;
}

static gboolean
is_picture (BbClock *self, const AVPacket *packet)
{
  return packet->stream_index == self->picture;
}

/* Reads on until the picture jumps, or will not. */
static int
wait_for_picture (BbClock *self)
{
  guint n_jumps = self->n_jumps;
  gint64 until = self->position != AV_NOPTS_VALUE ? av_sat_add64 (self->position, MOST_WAIT) : G_MAXINT64;

  while (!self->ended && self->n_jumps == n_jumps && self->position < until &&
         self->held.length < MOST_PACKETS && self->held_bytes < MOST_BYTES)
    {
      AVPacket *packet = av_packet_alloc ();
      int result = av_read_frame (self->demuxer, packet);

      if (result < 0)
        {
          av_packet_free (&packet);
          self->ended = result != AVERROR (EAGAIN);
          return result;
        }
      if (is_picture (self, packet))
        take_picture (self, packet);
      self->held_bytes += (gsize) packet->size;
      g_queue_push_tail (&self->held, packet);
    }
  return 0;
}

/**
 * bb_clock_read:
 * @clock: a clock
 * @packet: an empty packet, to be filled
 *
 * Reads the next packet of the demuxer, with times that go on where the file's clock jumps.
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_clock_read (BbClock *clock, AVPacket *packet)
{
  AVPacket *held = g_queue_pop_head (&clock->held);
  int result;

  if (held != NULL)
    {
      clock->held_bytes -= (gsize) held->size;
      av_packet_move_ref (packet, held);
      av_packet_free (&held);
      /* Its time was set when it was read. */
      if (is_picture (clock, packet))
        return 0;
    }
  else
    {
      result = av_read_frame (clock->demuxer, packet);
      if (result < 0 || !clock->may_jump)
        return result;
      if (is_picture (clock, packet))
        {
          take_picture (clock, packet);
          return 0;
        }
    }
  if (take_other (clock, packet, FALSE))
    return 0;
  if (clock->held.length == 0)
    wait_for_picture (clock);
  take_other (clock, packet, TRUE);
  return 0;
}
