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

#include "config.h"

#include "bb-clock.h"

#include "bb-ffmpeg.h"

#include <glib/gi18n-lib.h>

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

/* How much earlier to read for a keyframe of the index: a transport stream names its streams every
 * half second. */
#define INDEX_LEAD (2 * 1024 * 1024)

typedef struct {
  gint64 end;       /* of its last packet, shifted, nanoseconds; AV_NOPTS_VALUE before the first */
  gint64 position;  /* of its last packet in the file; -1 before the first */
  AVStream *source; /* of its last packet; NULL before the first */
} Line;

struct _BbClock {
  AVFormatContext *demuxer;
  int picture;
  gboolean may_jump;
  BbIndex *index;
  gboolean keeps_late;
  GQueue late; /* packets of the index, and the one that they come before */
  gint64 from; /* what lies before this position is left out */

  /* Nanoseconds. */
  gint64 offset;
  gint64 previous; /* offset before the last jump */
  gint64 position; /* time of the picture's last packet, shifted */
  gint64 step;     /* how long it lasts */
  gint64 end;      /* when what was read of the picture ends, shifted */
  gint64 delay;    /* least one from when a packet is decoded to when it is shown */
  gint64 first_jump;
  guint n_jumps;
  gint64 first_change;
  guint n_changes;
  const AVStream *source; /* of the picture's last packet */

  GArray *lines; /* by stream, grown when streams appear */
  GQueue held;   /* packets that were read while one waited, in the file's order */
  gsize held_bytes;
  gboolean ended;
};

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
 * @index: (nullable): of the file; what follows a stream is discarded where that one is
 *
 * Returns: (transfer full): a clock that stands where the demuxer does
 */
BbClock *
bb_clock_new (AVFormatContext *demuxer, int picture, BbIndex *index)
{
  BbClock *self = g_new0 (BbClock, 1);

  self->demuxer = demuxer;
  self->picture = picture;
  self->may_jump =
    picture >= 0 && picture < (int) demuxer->nb_streams && may_jump (demuxer->iformat);
  self->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_queue_init (&self->held);
  g_queue_init (&self->late);
  if (self->may_jump)
    demuxer->streams[picture]->discard = AVDISCARD_DEFAULT;
  self->index = bb_index_ref (index);
  for (guint i = 0; index != NULL && i < demuxer->nb_streams; i++)
    demuxer->streams[i]->discard =
      demuxer->streams[bb_index_get_root (index, demuxer, (int) i)]->discard;
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
  g_queue_clear_full (&clock->held, bb_ffmpeg_free_packet);
  g_queue_clear_full (&clock->late, bb_ffmpeg_free_packet);
  g_array_unref (clock->lines);
  bb_index_unref (clock->index);
  g_free (clock);
}

/**
 * bb_clock_reset:
 * @clock: a clock
 *
 * Begins anew, with the file's own clock.
 */
void
bb_clock_reset (BbClock *clock)
{
  g_queue_clear_full (&clock->held, bb_ffmpeg_free_packet);
  g_queue_clear_full (&clock->late, bb_ffmpeg_free_packet);
  clock->held_bytes = 0;
  clock->ended = FALSE;
  clock->offset = clock->previous = 0;
  clock->position = clock->end = AV_NOPTS_VALUE;
  clock->step = 0;
  clock->delay = G_MAXINT64;
  clock->n_jumps = clock->n_changes = 0;
  clock->source = NULL;
  clock->from = 0;
  g_array_set_size (clock->lines, 0);
}

/**
 * bb_clock_seek:
 * @clock: a clock
 * @stream: number of a stream, or -1
 * @time: a time in its time base, in microseconds where there is none, as the clock gives it
 * @latest: where the demuxer may land at the latest, likewise
 *
 * Lets the demuxer read on from @time, or from earlier. Where there is an index, that is at a
 * keyframe of the picture.
 *
 * Returns: 0, or a negative FFmpeg error, and nothing has changed
 */
int
bb_clock_seek (BbClock *clock, int stream, gint64 time, gint64 latest)
{
  AVRational time_base = stream >= 0 ? clock->demuxer->streams[stream]->time_base : AV_TIME_BASE_Q;
  const BbIndexKey *key =
    bb_index_find_key (clock->index, bb_ffmpeg_to_nanoseconds (time, time_base));
  int result =
    key != NULL
      ? av_seek_frame (clock->demuxer, -1, MAX (key->position - INDEX_LEAD, 0), AVSEEK_FLAG_BYTE)
      : avformat_seek_file (clock->demuxer, stream, G_MININT64, time, latest, 0);

  if (result < 0)
    return result;
  bb_clock_reset (clock);
  if (key != NULL)
    {
      clock->offset = clock->previous = key->offset;
      clock->from = key->position;
    }
  return 0;
}

/**
 * bb_clock_keep_late:
 * @clock: a clock
 *
 * Lets what is out of place be added to the index: that index is being made.
 */
void
bb_clock_keep_late (BbClock *clock)
{
  clock->keeps_late = TRUE;
}

/**
 * bb_clock_get_offset:
 * @clock: a clock
 *
 * Returns: what is added to the file's times now, nanoseconds
 */
gint64
bb_clock_get_offset (BbClock *clock)
{
  return clock->offset;
}

/**
 * bb_clock_get_source:
 * @packet: a packet of bb_clock_read()
 *
 * Returns: the stream that the packet is of: not the one that it says where that was followed by
 * another one
 */
AVStream *
bb_clock_get_source (const AVPacket *packet)
{
  return packet->opaque;
}

/**
 * bb_clock_get_n_jumps:
 * @clock: a clock
 *
 * Returns: how often the clock jumped since the last reset
 */
guint
bb_clock_get_n_jumps (BbClock *clock)
{
  return clock->n_jumps;
}

/**
 * bb_clock_note_jumps:
 * @clock: a clock that has read all
 * @start: where what matters begins, nanoseconds in the source's own time; reading may have begun earlier
 * @notices: (element-type utf8): gets a sentence each
 *
 * Says where the clock jumped, and where another stream went on with the picture.
 */
void
bb_clock_note_jumps (BbClock *clock, gint64 start, GPtrArray *notices)
{
  guint n_jumps = clock->n_jumps == 1 && clock->first_jump < start ? 0 : clock->n_jumps;
  guint n_changes = clock->n_changes == 1 && clock->first_change < start ? 0 : clock->n_changes;
  double jump = (double) MAX (av_sat_sub64 (clock->first_jump, start), 0) * 1e-9;
  double change = (double) MAX (av_sat_sub64 (clock->first_change, start), 0) * 1e-9;

  if (n_changes > 0)
    g_ptr_array_add (
      notices, g_strdup_printf (
                 /* Translators: how often, and seconds from the beginning */
                 ngettext ("Other streams take over %u time, at %.1f s; picture, sound and "
                           "subtitles go on with them",
                           "Other streams take over %u times, first at %.1f s; picture, sound "
                           "and subtitles go on with them",
                           n_changes),
                 n_changes, change));
  /* Where one recording follows another both happen at once. */
  if (n_jumps > 0 && (n_jumps != n_changes || clock->first_jump != clock->first_change))
    g_ptr_array_add (notices, g_strdup_printf (
                                /* Translators: how often, and seconds from the beginning */
                                ngettext ("The clock of the source jumps %u time, at %.1f s; "
                                          "picture, sound and subtitles go on from there",
                                          "The clock of the source jumps %u times, first at "
                                          "%.1f s; picture, sound and subtitles go on from there",
                                          n_jumps),
                                n_jumps, jump));
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
  gint64 ticks =
    bb_ffmpeg_from_nanoseconds (offset, self->demuxer->streams[packet->stream_index]->time_base);

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
  gint64 shown = bb_ffmpeg_to_nanoseconds (packet->pts, time_base);
  gint64 duration = MIN (bb_ffmpeg_to_nanoseconds (packet->duration, time_base), MOST_BACK);
  gboolean changes = self->source != NULL && self->source != packet->opaque;
  gint64 shifted;

  self->source = packet->opaque;
  /* Without a DTS nothing is known of the order: stills may be reordered by minutes. */
  if (packet->dts == AV_NOPTS_VALUE)
    {
      shift (self, packet, self->offset);
      return;
    }
  if (shown != AV_NOPTS_VALUE)
    self->delay = MIN (self->delay, av_sat_sub64 (shown, time));
  else
    shown = self->delay != G_MAXINT64 ? av_sat_add64 (time, self->delay) : time;
  shifted = av_sat_add64 (time, self->offset);
  if (self->position != AV_NOPTS_VALUE)
    {
      gint64 off = av_sat_sub64 (shifted, self->position);

      if (off < -MOST_BACK || (changes && av_sat_add64 (shown, self->offset) < self->end) ||
          (off > MOST_AHEAD && (self->demuxer->iformat->flags & AVFMT_TS_DISCONT) != 0))
        {
          /* What is shown first comes first, apart from what is shown before and cannot be decoded.
           */
          self->previous = self->offset;
          self->offset = av_sat_sub64 (self->end, shown);
          shifted = av_sat_add64 (time, self->offset);
          self->position = shifted;
          if (self->n_jumps++ == 0)
            self->first_jump = self->end;
        }
      else if (off > 0 && off < MOST_BACK)
        self->step = off;
      if (changes && self->n_changes++ == 0)
        self->first_change = av_sat_add64 (shown, self->offset);
    }
  if (self->position == AV_NOPTS_VALUE || shifted > self->position)
    self->position = shifted;
  if (duration > 0)
    self->step = duration;
  shown = av_sat_add64 (av_sat_add64 (shown, self->offset), self->step);
  if (self->end == AV_NOPTS_VALUE || shown > self->end)
    self->end = shown;
  shift (self, packet, self->offset);
}

static Line *
get_line (BbClock *self, int index)
{
  while (self->lines->len <= (guint) index)
    {
      Line line = { AV_NOPTS_VALUE, -1, NULL };

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
      gboolean dense =
        self->demuxer->streams[packet->stream_index]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
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

/* Brings a packet to the stream that its own one follows. */
static void
follow (BbClock *self, AVPacket *packet, AVStream *own, int root)
{
  packet->opaque = own;
  packet->stream_index = root;
  av_packet_rescale_ts (packet, own->time_base, self->demuxer->streams[root]->time_base);
}

/* Another stream goes on with a line: first comes what FFmpeg has still of the one before. */
static void
fetch_late (BbClock *self, Line *line, int root, gint64 before)
{
  AVPacket *late = av_packet_alloc ();

  while (bb_index_get_late (self->index, line->source, &line->position, before, late))
    {
      follow (self, late, line->source, root);
      g_queue_push_tail (&self->late, late);
      late = av_packet_alloc ();
    }
  av_packet_free (&late);
}

/* Whether a packet is in its place, and not before what was sought, nor one that FFmpeg had kept.
 */
static gboolean
place (BbClock *self, AVPacket *packet)
{
  AVStream *own = self->demuxer->streams[packet->stream_index];
  int root = bb_index_get_root (self->index, self->demuxer, own->index);
  AVStream *followed = self->demuxer->streams[root];
  Line *line = get_line (self, root);

  if (followed->discard == AVDISCARD_ALL)
    own->discard = AVDISCARD_ALL;
  if (own->discard == AVDISCARD_ALL || MAX (packet->pos, line->position) < self->from)
    return FALSE;
  if (packet->pos >= 0 && packet->pos < line->position &&
      bb_index_is_followed (self->index, followed))
    {
      if (self->keeps_late)
        bb_index_add_late (self->index, own, packet);
      return FALSE;
    }
  if (line->source != NULL && line->source != own && packet->pos >= 0)
    fetch_late (self, line, root, packet->pos);
  line->source = own;
  line->position = MAX (line->position, packet->pos);
  follow (self, packet, own, root);
  return TRUE;
}

static int
fetch (BbClock *self, AVPacket *packet)
{
  AVPacket *late = g_queue_pop_head (&self->late);
  gboolean placed = FALSE;

  if (late != NULL)
    {
      av_packet_move_ref (packet, late);
      av_packet_free (&late);
      return 0;
    }
  while (!placed)
    {
      int result = av_read_frame (self->demuxer, packet);

      if (result < 0)
        return result;
      packet->opaque = self->demuxer->streams[packet->stream_index];
      placed = self->index == NULL || place (self, packet);
      if (!placed)
        av_packet_unref (packet);
    }
  late = g_queue_pop_head (&self->late);
  if (late != NULL)
    {
      /* In their order. */
      g_queue_push_tail (&self->late, av_packet_clone (packet));
      av_packet_unref (packet);
      av_packet_move_ref (packet, late);
      av_packet_free (&late);
    }
  return 0;
}

/* Reads on until the picture jumps, or will not. */
static int
wait_for_picture (BbClock *self)
{
  guint n_jumps = self->n_jumps;
  gint64 until =
    self->position != AV_NOPTS_VALUE ? av_sat_add64 (self->position, MOST_WAIT) : G_MAXINT64;

  while (!self->ended && self->n_jumps == n_jumps && self->position < until &&
         self->held.length < MOST_PACKETS && self->held_bytes < MOST_BYTES)
    {
      AVPacket *packet = av_packet_alloc ();
      int result = fetch (self, packet);

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
      result = fetch (clock, packet);
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
