/* bb-demuxer.c: packets of a file's picture, in one clock
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-demuxer.h"

#include "bb-clock.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-phases.h"
#include "bb-scan-index.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/* Packets that are kept for a rewind: as many as decoders have threads, and some more. */
#define MOST_KEPT 128

typedef enum { LANDING_GOOD, LANDING_LATE, LANDING_NOWHERE, LANDING_CANCELLED } Landing;

struct _BbDemuxer {
  char *path;
  GCancellable *cancellable; /* of the call at hand */
  goffset size;              /* of the file when it was opened first; -1 where it is not known */
  gboolean scanned;
  BbIndex *index;   /* NULL where FFmpeg finds times and streams by itself */
  gint64 first_key; /* time of the first keyframe of the file */

  /* What opening the file makes. */
  AVFormatContext *context;
  BbClock *clock;
  AVStream
    *stream; /* whose time base is used, and which the packets of those that follow are given as */
  gboolean has_timestamps; /* else they are counted from the frame rate */

  /* Of AVPacket. */
  GQueue kept;    /* all from the beginning on, while a rewind may need them */
  GQueue pending; /* to be given out before any other of the file */

  /* What a seek starts anew. */
  gboolean keeps;
  gboolean from_start; /* nothing before the place where reading began */
  gint64 last_read;    /* time of the last packet, in order of decoding; AV_NOPTS_VALUE: none */
  gboolean truncated;  /* reading ended with an error of more than junk at the end */
};

static gboolean
choose_stream (BbDemuxer *demuxer, GError **error)
{
  int picture = bb_index_find_picture (demuxer->index, demuxer->context);

  if (picture < 0)
    {
      bb_input_set_error (demuxer->path, _ ("it has no picture"), _ ("choose a file with video"),
                          error);
      return FALSE;
    }
  demuxer->stream = demuxer->context->streams[picture];
  demuxer->has_timestamps = (demuxer->context->iformat->flags & AVFMT_NOTIMESTAMPS) == 0;
  for (guint i = 0; i < demuxer->context->nb_streams; i++)
    demuxer->context->streams[i]->discard = (int) i == picture ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  demuxer->clock = bb_clock_new (demuxer->context, picture, demuxer->index);
  return TRUE;
}

/* What is true wherever reading begins. */
static void
reset (BbDemuxer *demuxer, gboolean from_start)
{
  g_queue_clear_full (&demuxer->kept, bb_ffmpeg_free_packet);
  g_queue_clear_full (&demuxer->pending, bb_ffmpeg_free_packet);
  demuxer->keeps = FALSE;
  demuxer->from_start = from_start;
  demuxer->truncated = FALSE;
  demuxer->last_read = AV_NOPTS_VALUE;
}

static void
close_file (BbDemuxer *demuxer)
{
  g_clear_pointer (&demuxer->clock, bb_clock_free);
  avformat_close_input (&demuxer->context);
  demuxer->stream = NULL;
}

/**
 * bb_demuxer_reopen:
 * @demuxer: a demuxer
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the beginning by opening the file again, which works for every file. Its context and
 * streams are other ones afterwards.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT, %BB_ERROR_MEMORY or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_demuxer_reopen (BbDemuxer *demuxer, GCancellable *cancellable, GError **error)
{
  gint64 begin = bb_phase_begin ();

  demuxer->cancellable = cancellable;
  close_file (demuxer);
  reset (demuxer, TRUE);
  demuxer->context = bb_input_new (demuxer->path, &demuxer->cancellable, NULL, error);
  if (demuxer->context == NULL || !bb_input_probe (demuxer->context, error))
    return FALSE;
  if (!demuxer->scanned)
    demuxer->index =
      bb_scan_index (demuxer->path, demuxer->context->iformat, &demuxer->cancellable);
  demuxer->scanned = TRUE;
  if (!choose_stream (demuxer, error))
    return FALSE;
  demuxer->keeps = TRUE;
  bb_phase_end (BB_PHASE_FILE, begin, 0);
  return TRUE;
}

/**
 * bb_demuxer_rewind:
 * @demuxer: a demuxer
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the beginning, for another decoder. Where all that was read is still kept, see
 * bb_demuxer_read(), the file stays open; else it is opened again.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT, %BB_ERROR_MEMORY or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_demuxer_rewind (BbDemuxer *demuxer, GCancellable *cancellable, GError **error)
{
  GQueue kept = demuxer->kept;

  if (!demuxer->keeps)
    return bb_demuxer_reopen (demuxer, cancellable, error);
  g_queue_init (&demuxer->kept);
  reset (demuxer, TRUE);
  demuxer->pending = kept;
  return TRUE;
}

static goffset
get_size (BbDemuxer *demuxer)
{
  GStatBuf status;

  return g_stat (demuxer->path, &status) == 0 ? (goffset) status.st_size : -1;
}

/**
 * bb_demuxer_new:
 * @path: name of a local file
 * @error: return location for an error
 *
 * Opens a file and chooses its best video stream; pictures that are attached to sound, such as
 * covers, do not count.
 *
 * Returns: (transfer full): a demuxer, or %NULL with %BB_ERROR_INPUT or %BB_ERROR_MEMORY
 */
BbDemuxer *
bb_demuxer_new (const char *path, GError **error)
{
  g_autoptr (BbDemuxer) demuxer = g_new0 (BbDemuxer, 1);

  bb_ffmpeg_init ();
  demuxer->path = g_strdup (path);
  demuxer->size = get_size (demuxer);
  demuxer->first_key = AV_NOPTS_VALUE;
  g_queue_init (&demuxer->kept);
  g_queue_init (&demuxer->pending);
  if (!bb_demuxer_reopen (demuxer, NULL, error))
    return NULL;
  return g_steal_pointer (&demuxer);
}

/**
 * bb_demuxer_free:
 * @demuxer: (transfer full) (nullable): a demuxer
 */
void
bb_demuxer_free (BbDemuxer *demuxer)
{
  if (demuxer == NULL)
    return;
  close_file (demuxer);
  reset (demuxer, FALSE);
  bb_index_unref (demuxer->index);
  g_free (demuxer->path);
  g_free (demuxer);
}

/**
 * bb_demuxer_get_path:
 * @demuxer: a demuxer
 *
 * Returns: the file's name
 */
const char *
bb_demuxer_get_path (BbDemuxer *demuxer)
{
  return demuxer->path;
}

/**
 * bb_demuxer_get_context:
 * @demuxer: a demuxer
 *
 * Returns: FFmpeg's demuxer, until the file is opened again
 */
AVFormatContext *
bb_demuxer_get_context (BbDemuxer *demuxer)
{
  return demuxer->context;
}

/**
 * bb_demuxer_get_stream:
 * @demuxer: a demuxer
 *
 * Returns: the picture's stream, until the file is opened again
 */
AVStream *
bb_demuxer_get_stream (BbDemuxer *demuxer)
{
  return demuxer->stream;
}

/**
 * bb_demuxer_get_packet_stream:
 * @packet: a packet of bb_demuxer_read()
 *
 * Returns: the stream that the packet is of, until the file is opened again: another one than
 *   bb_demuxer_get_stream() where that one goes on with the picture
 */
AVStream *
bb_demuxer_get_packet_stream (const AVPacket *packet)
{
  return bb_clock_get_source (packet);
}

/**
 * bb_demuxer_get_index:
 * @demuxer: a demuxer
 *
 * Returns: (nullable): index of the file, where FFmpeg's demuxer needs one
 */
BbIndex *
bb_demuxer_get_index (BbDemuxer *demuxer)
{
  return demuxer->index;
}

/**
 * bb_demuxer_has_timestamps:
 * @demuxer: a demuxer
 *
 * Returns: whether the file says when its frames are shown; where not, packets have no times
 */
gboolean
bb_demuxer_has_timestamps (BbDemuxer *demuxer)
{
  return demuxer->has_timestamps;
}

/**
 * bb_demuxer_has_stable_times:
 * @demuxer: a demuxer
 *
 * Returns: whether a packet has the same time again after a seek: not where the file's clock jumped
 * without an index of it, then only reading from the beginning gives the same times
 */
gboolean
bb_demuxer_has_stable_times (BbDemuxer *demuxer)
{
  return demuxer->clock != NULL &&
         (demuxer->index != NULL || bb_clock_get_n_jumps (demuxer->clock) == 0);
}

/**
 * bb_demuxer_is_from_start:
 * @demuxer: a demuxer
 *
 * Returns: whether reading began at the file's first frame
 */
gboolean
bb_demuxer_is_from_start (BbDemuxer *demuxer)
{
  return demuxer->from_start;
}

/**
 * bb_demuxer_is_truncated:
 * @demuxer: a demuxer that came to its end
 *
 * Returns: whether reading ended with an error, or the file has become shorter since it was opened
 */
gboolean
bb_demuxer_is_truncated (BbDemuxer *demuxer)
{
  goffset size = get_size (demuxer);

  return demuxer->truncated || (size >= 0 && size < demuxer->size);
}

static gint64
get_time (const AVPacket *packet)
{
  return packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
}

static gint64
get_order (const AVPacket *packet)
{
  return packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
}

/* Next packet of the picture out of the file. */
static int
read_file (BbDemuxer *demuxer, AVPacket *packet)
{
  while (TRUE)
    {
      int result = bb_clock_read (demuxer->clock, packet);

      if (result == AVERROR (EAGAIN) && !g_cancellable_is_cancelled (demuxer->cancellable))
        {
          g_usleep (1000);
          continue;
        }
      if (result < 0)
        return result;
      if (packet->stream_index == demuxer->stream->index)
        break;
      av_packet_unref (packet);
      if (g_cancellable_is_cancelled (demuxer->cancellable))
        return AVERROR_EXIT;
    }
  if (!demuxer->has_timestamps)
    packet->pts = packet->dts = AV_NOPTS_VALUE;
  if (demuxer->first_key == AV_NOPTS_VALUE && demuxer->from_start &&
      (packet->flags & AV_PKT_FLAG_KEY) != 0)
    demuxer->first_key = get_time (packet);
  return 0;
}

/* Keeps a packet for a rewind, or none any more. */
static void
keep (BbDemuxer *demuxer, const AVPacket *packet, gboolean rewindable)
{
  if (!demuxer->keeps)
    return;
  if (rewindable && demuxer->kept.length < MOST_KEPT)
    {
      g_queue_push_tail (&demuxer->kept, av_packet_clone (packet));
      return;
    }
  demuxer->keeps = FALSE;
  g_queue_clear_full (&demuxer->kept, bb_ffmpeg_free_packet);
}

/**
 * bb_demuxer_read:
 * @demuxer: a demuxer
 * @packet: an empty packet, to be filled
 * @rewindable: whether it shall be kept for a rewind; where it is not, none is kept any more
 * @cancellable: (nullable): a cancellable
 *
 * Reads the next packet of the picture, with times that go on where the file's clock jumps, see
 * #BbClock.
 *
 * Returns: 0, or a negative FFmpeg error, which is the end
 */
int
bb_demuxer_read (BbDemuxer *demuxer, AVPacket *packet, gboolean rewindable,
                 GCancellable *cancellable)
{
  AVPacket *pending = g_queue_pop_head (&demuxer->pending);
  int result;

  demuxer->cancellable = cancellable;
  if (pending != NULL)
    {
      av_packet_move_ref (packet, pending);
      av_packet_free (&pending);
      demuxer->last_read = get_order (packet);
      return 0;
    }
  result = read_file (demuxer, packet);
  if (result >= 0)
    {
      demuxer->last_read = get_order (packet);
      keep (demuxer, packet, rewindable);
    }
  else if (!g_cancellable_is_cancelled (cancellable))
    /* Junk at the end is none of the video. */
    demuxer->truncated = result != AVERROR_EOF && result != AVERROR_INVALIDDATA;
  /* What was interrupted may have lost a packet. */
  if (g_cancellable_is_cancelled (cancellable))
    demuxer->last_read = AV_NOPTS_VALUE;
  return result;
}

/* Reads on to the first keyframe, and leaves its packet to be read next. */
static Landing
find_keyframe (BbDemuxer *demuxer, AVPacket *packet, gint64 pts, gint64 *position, gint64 *first)
{
  gint64 reached = AV_NOPTS_VALUE;

  while (TRUE)
    {
      int result = read_file (demuxer, packet);

      if (g_cancellable_is_cancelled (demuxer->cancellable))
        return LANDING_CANCELLED;
      if (result < 0)
        return reached != AV_NOPTS_VALUE ? LANDING_LATE : LANDING_NOWHERE;
      reached = get_order (packet);
      if (*position == AV_NOPTS_VALUE)
        *position = reached;
      if ((packet->flags & AV_PKT_FLAG_KEY) != 0)
        {
          gint64 key = get_time (packet);

          if (key == AV_NOPTS_VALUE)
            return LANDING_NOWHERE;
          *position = MIN (*position, reached);
          if (key > pts)
            return LANDING_LATE;
          g_queue_push_tail (&demuxer->pending, av_packet_clone (packet));
          demuxer->from_start = demuxer->first_key != AV_NOPTS_VALUE && key <= demuxer->first_key;
          /* What is shown before the keyframe but stored after it needs what came before. */
          *first = demuxer->from_start ? G_MININT64 : key;
          return LANDING_GOOD;
        }
      if (reached != AV_NOPTS_VALUE && reached > pts)
        return LANDING_LATE;
      av_packet_unref (packet);
    }
}

/**
 * bb_demuxer_seek:
 * @demuxer: a demuxer
 * @pts: a time in the stream's time base, not before the first frame's
 * @first: (out): frames before this time cannot be decoded, as what they refer to was not read
 * @cancellable: (nullable): a cancellable
 *
 * Goes to a keyframe at or before @pts.
 *
 * Returns: %TRUE, or %FALSE where there is no index, or FFmpeg lands too late, or the call was
 * cancelled: then bb_demuxer_reopen() is what is left
 */
gboolean
bb_demuxer_seek (BbDemuxer *demuxer, gint64 pts, gint64 *first, GCancellable *cancellable)
{
  /* Seconds further back with each try; the first goes just before a keyframe that was too late. */
  static const gint64 steps[] = { 0, 1, 4, 15, 60 };
  AVPacket *packet;
  gint64 latest = pts;
  Landing landing = LANDING_LATE;

  if (demuxer->clock == NULL || !demuxer->has_timestamps)
    return FALSE;
  demuxer->cancellable = cancellable;
  packet = av_packet_alloc ();
  for (gsize i = 0; landing == LANDING_LATE && i < G_N_ELEMENTS (steps); i++)
    {
      gint64 position = AV_NOPTS_VALUE;

      if (bb_clock_seek (demuxer->clock, demuxer->stream->index, latest, latest) < 0)
        break;
      reset (demuxer, FALSE);
      landing = find_keyframe (demuxer, packet, pts, &position, first);
      av_packet_unref (packet);
      if (landing != LANDING_LATE)
        break;
      latest = MIN (latest, position) - 1 -
               av_rescale_q (steps[i], (AVRational) { 1, 1 }, demuxer->stream->time_base);
      if (demuxer->first_key != AV_NOPTS_VALUE && pts < demuxer->first_key)
        break;
    }
  av_packet_free (&packet);
  return landing == LANDING_GOOD;
}

/**
 * bb_demuxer_is_on_way:
 * @demuxer: a demuxer
 * @pts: a time in the stream's time base
 *
 * Returns: whether the file's index tells that no keyframe lies between what was read last and @pts, so
 *   that a seek would lead back
 */
gboolean
bb_demuxer_is_on_way (BbDemuxer *demuxer, gint64 pts)
{
  const AVIndexEntry *key, *last;
  int n;

  if (demuxer->stream == NULL || demuxer->last_read == AV_NOPTS_VALUE || demuxer->index != NULL ||
      !bb_demuxer_has_stable_times (demuxer))
    return FALSE;
  n = avformat_index_get_entries_count (demuxer->stream);
  last = n > 0 ? avformat_index_get_entry (demuxer->stream, n - 1) : NULL;
  /* Some demuxers only know what they have read. */
  if (last == NULL || last->timestamp < pts)
    return FALSE;
  key = avformat_index_get_entry_from_timestamp (demuxer->stream, pts, AVSEEK_FLAG_BACKWARD);
  return key != NULL && key->timestamp <= demuxer->last_read;
}
