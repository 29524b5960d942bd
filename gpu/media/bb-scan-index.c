/* bb-scan-index.c: an index for recordings that were appended to each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transport streams, program streams and Flash videos are appended by simply writing one behind the
 * other. Then the clock starts again, and the streams of the second one may have other numbers, so
 * that they are other ones to FFmpeg. Whether a file is of that kind some samples tell; only then
 * all of it is read, once for its streams and once for the times of its pictures.
 */

#include "config.h"

#include "bb-scan-index.h"

#include "bb-clock.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"

#include <glib/gstdio.h>
#include <string.h>

/* Samples that are taken of a file, and how long each one is; smaller files are read whole. */
#define N_SAMPLES 32
#define SAMPLE_BYTES (256 * 1024)
#define SMALL_BYTES (N_SAMPLES * SAMPLE_BYTES)

/* Nanoseconds; see bb-clock.c. */
#define MOST_BACK G_GINT64_CONSTANT (1000000000)
#define MOST_AHEAD G_GINT64_CONSTANT (60000000000)

/* Streams that run beside each other take turns more often than every so many packets. */
#define N_TURN 4

/* Damaged files have thousands; each is held against all others. */
#define MOST_STREAMS 64

/* How much earlier than its first packet to read for what a stream is. */
#define LEAD_BYTES (128 * 1024)

/* Packets of one stream without one of another of the same type in between. */
typedef struct {
  int stream;
  guint n;
  gint64 position; /* of the first, in the file */
  gint64 last;     /* of the last */
} Run;

static const enum AVMediaType types[] = { AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO,
                                          AVMEDIA_TYPE_SUBTITLE };

#define N_TYPES G_N_ELEMENTS (types)

static int
get_type (const AVFormatContext *demuxer, int stream)
{
  for (guint i = 0; i < N_TYPES; i++)
    if (demuxer->streams[stream]->codecpar->codec_type == types[i])
      return (int) i;
  return -1;
}

/* Packets as they are in the file: fast. */
static AVFormatContext *
open_raw (const char *path, GCancellable **cancellable)
{
  AVFormatContext *demuxer = bb_input_new (path, cancellable, NULL, NULL);

  if (demuxer != NULL)
    demuxer->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  return demuxer;
}

/* Time of a stream's packet before, nanoseconds; AV_NOPTS_VALUE: there was none. */
static gint64 *
get_time (GArray *times, int stream)
{
  while (times->len <= (guint) stream)
    g_array_append_val (times, (gint64) { AV_NOPTS_VALUE });
  return &g_array_index (times, gint64, stream);
}

typedef struct {
  guint64 first[N_TYPES]; /* streams in the first sample, a bit each */
  gint64 begin, last;     /* times of pictures, nanoseconds; AV_NOPTS_VALUE: none yet */
  gint64 longest;         /* between two samples */
  GArray *times;          /* by stream, of the sample before */
} Samples;

/* Takes a sample; whether it tells that something is appended. */
static gboolean
take_sample (AVFormatContext *demuxer, Samples *samples, gint64 until, AVPacket *packet)
{
  guint64 seen[N_TYPES] = { 0 };
  guint64 timed = 0;
  gboolean back = FALSE;

  while (avio_tell (demuxer->pb) < until && av_read_frame (demuxer, packet) >= 0)
    {
      int stream = packet->stream_index;
      int type = get_type (demuxer, stream);
      gint64 time = bb_ffmpeg_to_nanoseconds (packet->dts, demuxer->streams[stream]->time_base);
      gint64 *before;

      av_packet_unref (packet);
      if (type < 0 || stream >= 64)
        continue;
      seen[type] |= G_GUINT64_CONSTANT (1) << stream;
      if (types[type] != AVMEDIA_TYPE_VIDEO || time == AV_NOPTS_VALUE ||
          (timed & G_GUINT64_CONSTANT (1) << stream) != 0)
        continue;
      timed |= G_GUINT64_CONSTANT (1) << stream;
      before = get_time (samples->times, stream);
      back |= *before != AV_NOPTS_VALUE && av_sat_sub64 (time, *before) < -MOST_BACK;
      *before = time;
      if (samples->begin == AV_NOPTS_VALUE)
        samples->begin = samples->last = time;
      samples->longest = MAX (samples->longest, av_sat_sub64 (time, samples->last));
      samples->last = time;
    }
  for (guint i = 0; i < N_TYPES; i++)
    if (samples->first[i] == 0)
      samples->first[i] = seen[i];
    else if (types[i] != AVMEDIA_TYPE_SUBTITLE && seen[i] != 0 &&
             (seen[i] & samples->first[i]) == 0)
      return TRUE;
  return back;
}

/* Whether samples show other streams at a later place than at the beginning, or times that go back,
 * or that are most of the file's in one piece of it. */
static gboolean
is_suspect (const char *path, GCancellable **cancellable)
{
  AVFormatContext *demuxer = open_raw (path, cancellable);
  gint64 size = demuxer != NULL ? avio_size (demuxer->pb) : -1;
  Samples samples = { .begin = AV_NOPTS_VALUE, .last = AV_NOPTS_VALUE };
  AVPacket *packet = av_packet_alloc ();
  gboolean suspect = size > 0 && size < SMALL_BYTES;

  samples.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (int i = 0; size >= SMALL_BYTES && i < N_SAMPLES && !suspect; i++)
    {
      gint64 position = (size - SAMPLE_BYTES) / (N_SAMPLES - 1) * i;

      if (i > 0 && av_seek_frame (demuxer, -1, position, AVSEEK_FLAG_BYTE) < 0)
        break;
      suspect = take_sample (demuxer, &samples, position + SAMPLE_BYTES, packet);
    }
  if (samples.begin != AV_NOPTS_VALUE && samples.longest > MOST_AHEAD)
    suspect |= samples.longest > av_sat_sub64 (samples.last, samples.begin) / 2;
  g_array_unref (samples.times);
  av_packet_free (&packet);
  avformat_close_input (&demuxer);
  return suspect;
}

/* All packets of each type in the order of the file. Whether the times of a picture jump. */
static gboolean
collect_runs (AVFormatContext *demuxer, GArray **runs)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  AVPacket *packet = av_packet_alloc ();
  gboolean jumps = FALSE;

  while (av_read_frame (demuxer, packet) >= 0)
    {
      int type = get_type (demuxer, packet->stream_index);
      Run *last = type >= 0 && runs[type]->len > 0
                    ? &g_array_index (runs[type], Run, runs[type]->len - 1)
                    : NULL;
      Run run = { packet->stream_index, 1, packet->pos, packet->pos };

      /* FFmpeg keeps the last packet of a stream until the file ends. */
      if (type >= 0 && packet->pos >= 0 && (last == NULL || packet->pos >= last->last))
        {
          gint64 *before = get_time (times, run.stream);
          gint64 time =
            bb_ffmpeg_to_nanoseconds (packet->dts, demuxer->streams[run.stream]->time_base);
          gint64 off =
            time != AV_NOPTS_VALUE && *before != AV_NOPTS_VALUE ? av_sat_sub64 (time, *before) : 0;

          jumps |= types[type] == AVMEDIA_TYPE_VIDEO && (off < -MOST_BACK || off > MOST_AHEAD);
          if (time != AV_NOPTS_VALUE)
            *before = time;
          if (last != NULL && last->stream == run.stream)
            {
              last->n++;
              last->last = run.last;
            }
          else
            g_array_append_val (runs[type], run);
        }
      av_packet_unref (packet);
    }
  av_packet_free (&packet);
  return jumps;
}

/* Whether one of two streams only begins where the other one ends. */
static gboolean
take_turns (const GArray *runs, int a, int b)
{
  guint n[2] = { 0 };
  guint n_runs[2] = { 0 };
  int last = -1;

  for (guint i = 0; i < runs->len; i++)
    {
      const Run *run = &g_array_index (runs, Run, i);
      int which = run->stream == a ? 0 : run->stream == b ? 1 : -1;

      if (which < 0)
        continue;
      n[which] += run->n;
      n_runs[which] += which != last;
      last = which;
    }
  return n_runs[0] > 0 && n_runs[1] > 0 && (n_runs[0] - 1) * N_TURN <= n[0] &&
         (n_runs[1] - 1) * N_TURN <= n[1];
}

/* Whether another picture begins between both: lines of subtitles are so far apart that they tell
 * nothing by themselves. */
static gboolean
is_between (const BbIndex *index, AVFormatContext *demuxer, const GArray *pictures,
            const GArray *runs, int a, int b)
{
  gint64 end = -1;
  gint64 begin = G_MAXINT64;

  for (guint i = 0; i < runs->len; i++)
    {
      const Run *run = &g_array_index (runs, Run, i);

      if (run->stream == a)
        end = MAX (end, run->last);
      if (run->stream == b)
        begin = MIN (begin, run->position);
    }
  for (guint i = 1; i < pictures->len; i++)
    {
      const Run *run = &g_array_index (pictures, Run, i);
      const Run *before = &g_array_index (pictures, Run, i - 1);

      if (run->position > end && run->position < begin &&
          bb_index_get_root (index, demuxer, run->stream) ==
            bb_index_get_root (index, demuxer, before->stream))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_same_language (const AVStream *a, const AVStream *b)
{
  const AVDictionaryEntry *of_a = av_dict_get (a->metadata, "language", NULL, 0);
  const AVDictionaryEntry *of_b = av_dict_get (b->metadata, "language", NULL, 0);

  return g_strcmp0 (of_a != NULL ? of_a->value : NULL, of_b != NULL ? of_b->value : NULL) == 0;
}

static gboolean
has_own_number (const AVFormatContext *demuxer, int stream)
{
  for (guint i = 0; i < demuxer->nb_streams; i++)
    if ((int) i != stream && demuxer->streams[i]->id == demuxer->streams[stream]->id &&
        demuxer->streams[i]->codecpar->codec_type == demuxer->streams[stream]->codecpar->codec_type)
      return FALSE;
  return TRUE;
}

/* Finds for each stream that begins late one that ends before, in the same language if possible.
 * Programs that a broadcast has beside each other are left apart. */
static void
find_followers (BbIndex *index, AVFormatContext *demuxer, GArray **runs, int type)
{
  g_autoptr (GArray) known =
    g_array_new (FALSE, FALSE, sizeof (int)); /* in the order of the file */

  for (guint i = 0; i < runs[type]->len && known->len < MOST_STREAMS; i++)
    {
      int stream = g_array_index (runs[type], Run, i).stream;
      int best = -1;
      gboolean is_known = FALSE;

      for (guint j = 0; j < known->len && !is_known; j++)
        is_known = g_array_index (known, int, j) == stream;
      for (guint j = 0; j < known->len && !is_known; j++)
        {
          int root = g_array_index (known, int, j);
          gboolean fits = bb_index_get_root (index, demuxer, root) == root;

          for (guint k = j; k < known->len && fits; k++)
            {
              int member = g_array_index (known, int, k);

              if (bb_index_get_root (index, demuxer, member) == root)
                fits = bb_input_is_same_program (demuxer, stream, member) &&
                       take_turns (runs[type], member, stream) &&
                       (types[type] != AVMEDIA_TYPE_SUBTITLE ||
                        is_between (index, demuxer, runs[0], runs[type], member, stream));
            }
          if (fits &&
              (best < 0 || (!is_same_language (demuxer->streams[best], demuxer->streams[stream]) &&
                            is_same_language (demuxer->streams[root], demuxer->streams[stream]))))
            best = root;
        }
      /* What is told apart within a packet of the file, such as TrueHD and its core, has one
       * number. */
      if (best >= 0 && has_own_number (demuxer, best) && has_own_number (demuxer, stream))
        {
          g_debug ("Stream %d goes on where stream %d ends", stream, best);
          bb_index_add_follower (index, demuxer->streams[best], demuxer->streams[stream]);
        }
      if (!is_known)
        g_array_append_val (known, stream);
    }
}

/* What a stream is that begins at @position. A probe that begins earlier may be content with what
 * is there before. */
static void
add_parameters (BbIndex *index, const char *path, const AVStream *stream, gint64 position,
                GCancellable **cancellable)
{
  for (gint64 lead = 0; lead <= LEAD_BYTES && !bb_index_has_parameters (index, stream);
       lead += LEAD_BYTES)
    {
      AVFormatContext *demuxer = bb_input_new (path, cancellable, NULL, NULL);

      if (demuxer != NULL &&
          av_seek_frame (demuxer, -1, MAX (position - lead, 0), AVSEEK_FLAG_BYTE) >= 0 &&
          bb_input_probe (demuxer, NULL))
        bb_index_set_parameters (index, demuxer);
      avformat_close_input (&demuxer);
    }
}

/* Which streams go on where others end. Whether there are any, or the times of the picture jump. */
static gboolean
add_followers (BbIndex *index, const char *path, GCancellable **cancellable)
{
  AVFormatContext *demuxer = open_raw (path, cancellable);
  g_autoptr (GHashTable) tried = g_hash_table_new (NULL, NULL);
  gboolean found = FALSE;
  GArray *runs[N_TYPES];

  if (demuxer == NULL)
    return FALSE;
  for (guint i = 0; i < N_TYPES; i++)
    runs[i] = g_array_new (FALSE, FALSE, sizeof (Run));
  found = collect_runs (demuxer, runs);
  /* Where streams have no numbers of their own they cannot be told apart. */
  for (guint i = 0; i < N_TYPES && (demuxer->iformat->flags & AVFMT_SHOW_IDS) != 0; i++)
    find_followers (index, demuxer, runs, (int) i);
  for (guint i = 0; i < runs[1]->len; i++)
    {
      const Run *run = &g_array_index (runs[1], Run, i);

      if (bb_index_get_root (index, demuxer, run->stream) != run->stream &&
          g_hash_table_add (tried, GINT_TO_POINTER (run->stream)))
        add_parameters (index, path, demuxer->streams[run->stream], run->position, cancellable);
    }
  for (guint i = 0; i < N_TYPES; i++)
    g_array_unref (runs[i]);
  avformat_close_input (&demuxer);
  return found || bb_index_has_followers (index);
}

/* Reads the picture: where its keyframes are, or with @late what FFmpeg gives out too late of it.
 * Whether its clock jumps. */
static gboolean
add_picture (BbIndex *index, const char *path, gboolean late, GCancellable **cancellable)
{
  AVFormatContext *demuxer = bb_input_new (path, cancellable, NULL, NULL);
  AVPacket *packet = av_packet_alloc ();
  BbClock *clock = NULL;
  gint64 end = G_MININT64;
  gint64 last = G_MININT64;
  gboolean jumps = FALSE;
  guint n_known = 0;
  int picture = -1;

  if (demuxer != NULL && bb_input_probe (demuxer, NULL))
    picture = bb_index_find_picture (index, demuxer);
  if (picture >= 0)
    {
      clock = bb_clock_new (demuxer, picture, index);
      if (late)
        bb_clock_keep_late (clock);
    }
  while (clock != NULL)
    {
      AVRational time_base = demuxer->streams[picture]->time_base;
      gint64 time;

      for (; n_known < demuxer->nb_streams; n_known++)
        if (bb_index_get_root (index, demuxer, (int) n_known) != picture)
          demuxer->streams[n_known]->discard = AVDISCARD_ALL;
      if (bb_clock_read (clock, packet) < 0)
        break;
      time = bb_ffmpeg_to_nanoseconds (packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts,
                                       time_base);
      if (packet->stream_index == picture && time != AV_NOPTS_VALUE)
        {
          end = MAX (end, av_sat_add64 (
                            time, bb_ffmpeg_to_nanoseconds (MAX (packet->duration, 0), time_base)));
          if (!late && (packet->flags & AV_PKT_FLAG_KEY) != 0 && packet->pos >= 0 && time > last)
            {
              BbIndexKey key = { time, last == G_MININT64 ? 0 : packet->pos,
                                 bb_clock_get_offset (clock) };

              bb_index_add_key (index, &key);
              last = time;
            }
        }
      av_packet_unref (packet);
    }
  if (clock != NULL)
    jumps = bb_clock_get_n_jumps (clock) > 0;
  bb_index_set_end (index, end);
  bb_clock_free (clock);
  av_packet_free (&packet);
  avformat_close_input (&demuxer);
  return jumps;
}

static BbIndex *
make (const char *path, GCancellable **cancellable)
{
  g_autoptr (BbIndex) index = NULL;

  if (!is_suspect (path, cancellable))
    return NULL;
  index = bb_index_new ();
  if (!add_followers (index, path, cancellable))
    return NULL;
  if (bb_index_has_followers (index))
    add_picture (index, path, TRUE, cancellable);
  if ((!add_picture (index, path, FALSE, cancellable) && !bb_index_has_followers (index)) ||
      bb_index_find_key (index, 0) == NULL)
    return NULL;
  return g_steal_pointer (&index);
}

/* The file that was asked for last: its preview, its thumbnails and its export are opened one after
 * the other. */
static struct {
  GMutex lock;
  char *path;
  GStatBuf status;
  BbIndex *index;
} recent;

static gboolean
is_same (const GStatBuf *a, const GStatBuf *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/**
 * bb_scan_index:
 * @path: name of a local file
 * @format: what it is
 * @cancellable: where the cancellable of the call at hand is found
 *
 * Finds whether a file is of several that were appended, so that its clock jumps or other streams
 * go on where some end. Some samples of it are read, and only where these say so all of it, twice.
 *
 * Returns: (transfer full) (nullable): where its keyframes are and which streams follow each other;
 * %NULL where demuxers find that by themselves
 */
BbIndex *
bb_scan_index (const char *path, const AVInputFormat *format, GCancellable **cancellable)
{
  BbIndex *index = NULL;
  GStatBuf status;
  gboolean known;

  if (!g_str_equal (format->name, "mpegts") && !g_str_equal (format->name, "mpeg") &&
      !g_str_equal (format->name, "flv"))
    return NULL;
  if (g_stat (path, &status) != 0)
    return NULL;
  g_mutex_lock (&recent.lock);
  known = g_strcmp0 (path, recent.path) == 0 && is_same (&status, &recent.status);
  if (known)
    index = bb_index_ref (recent.index);
  g_mutex_unlock (&recent.lock);
  if (known)
    return index;
  index = make (path, cancellable);
  if (g_cancellable_is_cancelled (*cancellable))
    {
      bb_index_unref (index);
      return NULL;
    }
  g_mutex_lock (&recent.lock);
  g_set_str (&recent.path, path);
  recent.status = status;
  bb_index_unref (recent.index);
  recent.index = bb_index_ref (index);
  g_mutex_unlock (&recent.lock);
  return index;
}
