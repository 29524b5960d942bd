/* bb-reader.c: decoded frames of a file's best video stream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-reader.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-phases.h"
#include "bb-reader-private.h"
#include "bb-scan.h"

#include <libavutil/intreadwrite.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

/* Packets that are kept until there is a frame: as many as decoders have threads, and some more. */
#define MOST_KEPT 128

typedef enum
{
  LANDING_GOOD,
  LANDING_LATE,
  LANDING_NOWHERE,
  LANDING_CANCELLED
} Landing;

/**
 * bb_reader_set_error:
 * @reader: a reader
 * @reason: what is wrong with the file, translated
 * @advice: what to do, translated
 * @error: return location for an error
 *
 * Sets %BB_ERROR_INPUT with a sentence that names the file.
 */
void
bb_reader_set_error (BbReader *reader, const char *reason, const char *advice, GError **error)
{
  bb_input_set_error (reader->path, reason, advice, error);
}

static gboolean
open_demuxer (BbReader *reader, GError **error)
{
  reader->demuxer = bb_input_new (reader->path, &reader->cancellable, NULL, error);
  return reader->demuxer != NULL && bb_input_probe (reader->demuxer, error);
}

/**
 * bb_reader_find_stream:
 * @demuxer: an open demuxer
 * @index: (nullable): of its file
 *
 * Returns: number of the stream that a reader decodes: of the video streams that are no cover
 * picture what FFmpeg thinks best, else the first, or the one that it follows; -1 where there is
 * none
 */
int
bb_reader_find_stream (AVFormatContext *demuxer, const BbIndex *index)
{
  int wanted = av_find_best_stream (demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  int best = -1;

  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVStream *stream = demuxer->streams[i];

      if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
          (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
        continue;
      if (best < 0 || (int)i == wanted)
        best = (int)i;
    }
  return best >= 0 ? bb_index_get_root (index, demuxer, best) : -1;
}

static gboolean
choose_stream (BbReader *reader, GError **error)
{
  int index = bb_reader_find_stream (reader->demuxer, reader->index);

  if (index < 0)
    {
      bb_reader_set_error (reader, _("it has no picture"), _("choose a file with video"), error);
      return FALSE;
    }
  reader->stream = reader->decoded = reader->demuxer->streams[index];
  reader->no_timestamps = (reader->demuxer->iformat->flags & AVFMT_NOTIMESTAMPS) != 0;
  for (guint i = 0; i < reader->demuxer->nb_streams; i++)
    reader->demuxer->streams[i]->discard = (int)i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  reader->clock = bb_clock_new (reader->demuxer, index, reader->index);
  return TRUE;
}

/* What is true wherever reading begins. */
static void
reset (BbReader *reader, gboolean from_start)
{
  av_packet_unref (reader->packet);
  g_queue_clear_full (&reader->begun, bb_ffmpeg_free_packet);
  g_queue_clear_full (&reader->again, bb_ffmpeg_free_packet);
  reader->keeps = FALSE;
  reader->packet_waits = reader->changing = FALSE;
  reader->from_start = from_start;
  reader->draining = FALSE;
  reader->cut = FALSE;
  g_atomic_int_set (&reader->n_corrupt, 0);
  reader->n_corrupt_packets = 0;
  reader->drop_before = G_MININT64;
  reader->hurry_until = G_MININT64;
  reader->last_pts = AV_NOPTS_VALUE;
  reader->last_duration = 0;
  reader->resume_after = G_MININT64;
}

/**
 * bb_reader_open_file:
 * @reader: a reader
 * @error: return location for an error
 *
 * Opens the file, anew where it was open, and its decoder; reading begins at its beginning.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT
 */
gboolean
bb_reader_open_file (BbReader *reader, GError **error)
{
  gint64 begin = bb_phase_begin ();

  avcodec_free_context (&reader->decoder);
  g_clear_pointer (&reader->clock, bb_clock_free);
  avformat_close_input (&reader->demuxer);
  reset (reader, TRUE);
  if (!open_demuxer (reader, error))
    return FALSE;
  if (!reader->scanned)
    reader->index = bb_scan_index (reader->path, reader->demuxer->iformat, &reader->cancellable);
  reader->scanned = TRUE;
  if (!choose_stream (reader, error))
    return FALSE;
  bb_phase_end (BB_PHASE_FILE, begin, 0);
  reader->keeps = TRUE;
  return bb_reader_open_decoder (reader, error);
}

/**
 * bb_reader_begin_again:
 * @reader: a reader
 * @error: return location for an error
 *
 * Opens a decoder anew that begins with the file's first frame. Where no other one was read the
 * file stays open.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT
 */
gboolean
bb_reader_begin_again (BbReader *reader, GError **error)
{
  GQueue again = reader->begun;

  if (!reader->keeps)
    return bb_reader_open_file (reader, error);
  g_queue_init (&reader->begun);
  reset (reader, TRUE);
  reader->again = again;
  avcodec_free_context (&reader->decoder);
  return bb_reader_open_decoder (reader, error);
}

static goffset
get_size (BbReader *reader)
{
  GStatBuf status;

  return g_stat (reader->path, &status) == 0 ? (goffset)status.st_size : -1;
}

/**
 * bb_reader_new:
 * @path: name of a local file
 * @error: return location for an error
 *
 * Opens a file and a decoder for its best video stream; pictures that are attached to sound, such
 * as covers, do not count.
 *
 * Returns: (transfer full): a reader, or %NULL with %BB_ERROR_INPUT
 */
BbReader *
bb_reader_new (const char *path, GError **error)
{
  g_autoptr (BbReader) reader = g_new0 (BbReader, 1);

  bb_ffmpeg_init ();
  reader->path = g_strdup (path);
  reader->packet = av_packet_alloc ();
  reader->first_key = AV_NOPTS_VALUE;
  reader->size = get_size (reader);
  if (!bb_reader_open_file (reader, error))
    return NULL;
  return g_steal_pointer (&reader);
}

/**
 * bb_reader_free:
 * @reader: (transfer full) (nullable): a reader
 */
void
bb_reader_free (BbReader *reader)
{
  if (reader == NULL)
    return;
  avcodec_free_context (&reader->decoder);
  g_clear_pointer (&reader->clock, bb_clock_free);
  avformat_close_input (&reader->demuxer);
  g_queue_clear_full (&reader->begun, bb_ffmpeg_free_packet);
  g_queue_clear_full (&reader->again, bb_ffmpeg_free_packet);
  av_packet_free (&reader->packet);
  bb_index_unref (reader->index);
  av_buffer_unref (&reader->hardware);
  g_free (reader->notice);
  g_free (reader->path);
  g_free (reader);
}

/**
 * bb_reader_get_demuxer:
 * @reader: a reader
 *
 * Returns: its demuxer, until the next seek
 */
AVFormatContext *
bb_reader_get_demuxer (BbReader *reader)
{
  return reader->demuxer;
}

/**
 * bb_reader_get_stream:
 * @reader: a reader
 *
 * Returns: the stream that is decoded, until the next seek
 */
AVStream *
bb_reader_get_stream (BbReader *reader)
{
  return reader->stream;
}

/**
 * bb_reader_get_index:
 * @reader: a reader
 *
 * Returns: (nullable): index of the file, where its demuxer needs one
 */
BbIndex *
bb_reader_get_index (BbReader *reader)
{
  return reader->index;
}

/**
 * bb_reader_get_n_corrupt:
 * @reader: a reader
 *
 * Returns: damaged packets and frames since the file was opened or the last seek
 */
guint
bb_reader_get_n_corrupt (BbReader *reader)
{
  return (guint) g_atomic_int_get (&reader->n_corrupt);
}

/**
 * bb_reader_is_cut:
 * @reader: a reader that came to its end
 *
 * Returns: whether reading ended with an error, or the file has become shorter since it was opened
 */
gboolean
bb_reader_is_cut (BbReader *reader)
{
  goffset size = get_size (reader);

  return reader->cut || (size >= 0 && size < reader->size);
}

/**
 * bb_reader_is_from_start:
 * @reader: a reader
 *
 * Returns: whether reading began at the file's first frame
 */
gboolean
bb_reader_is_from_start (BbReader *reader)
{
  return reader->from_start;
}

static gint64
packet_time (const AVPacket *packet)
{
  return packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
}

/* Next packet of the stream, into the reader's packet. */
static int
read_packet (BbReader *reader)
{
  AVPacket *packet = g_queue_pop_head (&reader->again);

  if (packet != NULL)
    {
      av_packet_move_ref (reader->packet, packet);
      av_packet_free (&packet);
      return 0;
    }
  while (TRUE)
    {
      int result = bb_clock_read (reader->clock, reader->packet);

      if (result == AVERROR (EAGAIN) && !g_cancellable_is_cancelled (reader->cancellable))
        {
          g_usleep (1000);
          continue;
        }
      if (result < 0)
        return result;
      if (reader->packet->stream_index == reader->stream->index)
        break;
      av_packet_unref (reader->packet);
      if (g_cancellable_is_cancelled (reader->cancellable))
        return AVERROR_EXIT;
    }
  if (reader->no_timestamps)
    reader->packet->pts = reader->packet->dts = AV_NOPTS_VALUE;
  if (reader->first_key == AV_NOPTS_VALUE && reader->from_start &&
      (reader->packet->flags & AV_PKT_FLAG_KEY) != 0)
    reader->first_key = packet_time (reader->packet);
  if (reader->keeps && reader->last_pts == AV_NOPTS_VALUE && reader->begun.length < MOST_KEPT)
    g_queue_push_tail (&reader->begun, av_packet_clone (reader->packet));
  else if (reader->keeps)
    {
      reader->keeps = FALSE;
      g_queue_clear_full (&reader->begun, bb_ffmpeg_free_packet);
    }
  return 0;
}

/* Whether the packet at hand can only be decoded with a key. */
static gboolean
is_encrypted (BbReader *reader)
{
  return av_packet_get_side_data (reader->packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL ||
         av_dict_get (bb_clock_get_source (reader->packet)->metadata, "enc_key_id", NULL, 0) !=
           NULL;
}

/* Cropping of the container (Matroska's PixelCrop, QuickTime's clean aperture) and of the codec. */
static void
crop (BbReader *reader, AVFrame *frame)
{
  const AVPacketSideData *data = av_packet_side_data_get (
    reader->decoded->codecpar->coded_side_data, reader->decoded->codecpar->nb_coded_side_data,
    AV_PKT_DATA_FRAME_CROPPING);

  if (data != NULL && data->size >= 4 * sizeof (guint32))
    {
      size_t top = frame->crop_top + AV_RL32 (data->data);
      size_t bottom = frame->crop_bottom + AV_RL32 (data->data + 4);
      size_t left = frame->crop_left + AV_RL32 (data->data + 8);
      size_t right = frame->crop_right + AV_RL32 (data->data + 12);

      if (left + right < (size_t)frame->width && top + bottom < (size_t)frame->height)
        {
          frame->crop_top = top;
          frame->crop_bottom = bottom;
          frame->crop_left = left;
          frame->crop_right = right;
        }
    }
  /* On a card FFmpeg itself only crops right and bottom. */
  if (frame->format == AV_PIX_FMT_CUDA && (frame->crop_left != 0 || frame->crop_top != 0))
    bb_ffmpeg_to_host (frame);
  av_frame_apply_cropping (frame, AV_FRAME_CROP_UNALIGNED);
}

/* How long a frame lasts, as far as it is known before the next one: as the ffmpeg program has it.
 */
static gint64
guess_duration (BbReader *reader, const AVFrame *frame)
{
  AVRational rate = reader->decoder->framerate;
  gint64 codec_duration = 0;
  gint64 since_last = reader->last_pts != AV_NOPTS_VALUE && frame->pts > reader->last_pts
                        ? av_sat_sub64 (frame->pts, reader->last_pts)
                        : 0;

  if (frame->duration > 0 && !reader->no_timestamps &&
      !(frame->duration == 1 && since_last > 2))
    return frame->duration;
  if (rate.num > 0 && rate.den > 0)
    codec_duration =
      av_rescale_q (frame->repeat_pict + 2, av_inv_q (av_mul_q (rate, (AVRational){ 2, 1 })),
                    reader->stream->time_base);
  if (codec_duration > 0 && reader->no_timestamps)
    return codec_duration;
  if (since_last > 0)
    return since_last;
  if (frame->duration > 0)
    return frame->duration;
  if (codec_duration > 0)
    return codec_duration;
  rate = av_guess_frame_rate (reader->demuxer, reader->stream, NULL);
  if (rate.num > 0 && rate.den > 0)
    codec_duration = av_rescale_q (1, av_inv_q (rate), reader->stream->time_base);
  return MAX (codec_duration, MAX (reader->last_duration, 1));
}

static void
set_time (BbReader *reader, AVFrame *frame)
{
  frame->pts = frame->best_effort_timestamp;
  /* Sums and differences of damaged times can still be had. */
  if (frame->pts != AV_NOPTS_VALUE)
    frame->pts = CLAMP (frame->pts, -G_MAXINT64 / 4, G_MAXINT64 / 4);
  else if (reader->last_pts != AV_NOPTS_VALUE)
    frame->pts = av_sat_add64 (reader->last_pts, reader->last_duration);
  else
    frame->pts = reader->stream->start_time != AV_NOPTS_VALUE && !reader->no_timestamps
                   ? reader->stream->start_time
                   : 0;
  if (reader->last_pts != AV_NOPTS_VALUE && frame->pts <= reader->last_pts)
    frame->pts = av_sat_add64 (reader->last_pts, 1);
  frame->duration = guess_duration (reader, frame);
  reader->last_pts = frame->pts;
  reader->last_duration = frame->duration;
}

/* Whether another stream goes on with the picture, or the same one in another codec. */
static gboolean
is_for_other_decoder (BbReader *reader)
{
  const AVStream *source = bb_clock_get_source (reader->packet);

  return source != reader->decoded || source->codecpar->codec_id != reader->codec;
}

/* The old decoder has given out all that it had. */
static gboolean
change_decoder (BbReader *reader, GError **error)
{
  reader->changing = FALSE;
  reader->decoded = bb_clock_get_source (reader->packet);
  avcodec_free_context (&reader->decoder);
  return bb_reader_open_decoder (reader, error);
}

/**
 * bb_reader_read:
 * @reader: a reader
 * @frame: an empty frame, to be filled
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Decodes the next frame in order of presentation, cropped. Its `pts` is set and rises strictly, in
 * the stream's time base: a frame without a time follows the one before by that one's duration, a
 * frame that is not later comes one tick after the one before, and where the file's clock
 * jumps, times go on, see #BbClock. Its `duration` is at
 * least 1, a guess where the file does not say. Damaged data is skipped and counted; where it ends
 * the file, it is the end.
 *
 * Returns: %TRUE, with an empty @frame at the end, or %FALSE with %G_IO_ERROR_CANCELLED, or with
 *   %BB_ERROR_INPUT where a seek failed before and the file cannot be opened again
 */
gboolean
bb_reader_read (BbReader *reader, AVFrame *frame, GCancellable *cancellable, GError **error)
{
  reader->cancellable = cancellable;
  /* A restart failed. */
  if (reader->decoder == NULL && !bb_reader_open_file (reader, error))
    return FALSE;
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      int result = avcodec_receive_frame (reader->decoder, frame);

      if (result >= 0)
        {
          /* FFmpeg goes back to the processor by itself, but with one thread. */
          if (reader->hardware != NULL && frame->format != AV_PIX_FMT_CUDA)
            {
              av_frame_unref (frame);
              if (!bb_reader_fall_back (reader, AVERROR (ENOSYS), error))
                return FALSE;
              continue;
            }
          if (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
            {
              /* Counted already where its packet was known to be damaged. */
              if (reader->n_corrupt_packets > 0)
                reader->n_corrupt_packets--;
              else
                g_atomic_int_inc (&reader->n_corrupt);
            }
          if (frame->best_effort_timestamp != AV_NOPTS_VALUE &&
              frame->best_effort_timestamp < reader->drop_before)
            {
              av_frame_unref (frame);
              continue;
            }
          if (reader->opening != 0)
            {
              bb_phase_end (BB_PHASE_DECODER, reader->opening, 0);
              reader->opening = 0;
            }
          crop (reader, frame);
          set_time (reader, frame);
          if (frame->pts <= reader->resume_after)
            {
              av_frame_unref (frame);
              continue;
            }
          return TRUE;
        }
      if (bb_reader_is_hardware_failure (reader, result))
        {
          if (!bb_reader_fall_back (reader, result, error))
            return FALSE;
          continue;
        }
      if (result == AVERROR_EOF && reader->changing)
        {
          if (!change_decoder (reader, error))
            return FALSE;
          continue;
        }
      if (result == AVERROR_EOF)
        return TRUE;
      if (result != AVERROR (EAGAIN))
        {
          g_atomic_int_inc (&reader->n_corrupt);
          continue;
        }
      if (reader->draining)
        return TRUE;

      result = reader->packet_waits ? 0 : read_packet (reader);
      reader->packet_waits = FALSE;
      if (result < 0)
        {
          if (g_cancellable_is_cancelled (cancellable))
            continue;
          /* As ffmpeg does: what could be read is used. */
          if (result != AVERROR_EOF)
            {
              g_debug ("%s: %s", reader->path, bb_ffmpeg_reason (result));
              g_atomic_int_inc (&reader->n_corrupt);
              /* Junk at the end is none of the film. */
              reader->cut = result != AVERROR_INVALIDDATA;
            }
          reader->draining = TRUE;
          avcodec_send_packet (reader->decoder, NULL);
          continue;
        }
      if (is_encrypted (reader))
        {
          av_packet_unref (reader->packet);
          bb_reader_set_error (reader, _("it is encrypted"),
                               _("get a copy without encryption"), error);
          return FALSE;
        }
      if (is_for_other_decoder (reader))
        {
          reader->packet_waits = reader->changing = TRUE;
          avcodec_send_packet (reader->decoder, NULL);
          continue;
        }
      /* An empty packet would be taken for the end. */
      if (reader->packet->size > 0)
        {
          gboolean corrupt = (reader->packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
          gboolean hurry = reader->packet->pts != AV_NOPTS_VALUE &&
                           reader->packet->pts < reader->hurry_until;

          reader->decoder->skip_frame = hurry ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
          result = avcodec_send_packet (reader->decoder, reader->packet);
          if (bb_reader_is_hardware_failure (reader, result))
            {
              if (!bb_reader_fall_back (reader, result, error))
                return FALSE;
              continue;
            }
          if (result < 0 || corrupt)
            g_atomic_int_inc (&reader->n_corrupt);
          if (result >= 0 && corrupt)
            reader->n_corrupt_packets++;
        }
      av_packet_unref (reader->packet);
    }
  return FALSE;
}

/* Reads on to the first keyframe, and leaves its packet to be decoded next. */
static Landing
find_keyframe (BbReader *reader, gint64 pts, gint64 *position)
{
  gint64 reached = AV_NOPTS_VALUE;

  while (TRUE)
    {
      int result = read_packet (reader);
      const AVPacket *packet = reader->packet;

      if (g_cancellable_is_cancelled (reader->cancellable))
        return LANDING_CANCELLED;
      if (result < 0)
        return reached != AV_NOPTS_VALUE ? LANDING_LATE : LANDING_NOWHERE;
      reached = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet_time (packet);
      if (*position == AV_NOPTS_VALUE)
        *position = reached;
      if ((packet->flags & AV_PKT_FLAG_KEY) != 0)
        {
          gint64 key = packet_time (packet);

          if (key == AV_NOPTS_VALUE)
            return LANDING_NOWHERE;
          *position = MIN (*position, reached);
          if (key > pts)
            return LANDING_LATE;
          reader->packet_waits = TRUE;
          reader->from_start = reader->first_key != AV_NOPTS_VALUE && key <= reader->first_key;
          /* What is shown before the keyframe but stored after it needs what came before. */
          reader->drop_before = reader->from_start ? G_MININT64 : key;
          return LANDING_GOOD;
        }
      if (reached != AV_NOPTS_VALUE && reached > pts)
        return LANDING_LATE;
      av_packet_unref (reader->packet);
    }
}

/**
 * bb_reader_seek:
 * @reader: a reader
 * @pts: a time in the stream's time base, not before the first frame's
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to a keyframe at or before @pts. Where there is no index, or the demuxer lands too late,
 * that is the file's beginning. The count of damaged data starts anew.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_reader_seek (BbReader *reader, gint64 pts, GCancellable *cancellable, GError **error)
{
  /* Seconds further back with each try; the first goes just before a keyframe that was too late. */
  static const gint64 steps[] = { 0, 1, 4, 15, 60 };
  gint64 latest = pts;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  reader->cancellable = cancellable;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      gint64 position = AV_NOPTS_VALUE;
      Landing landing;

      if (reader->decoder == NULL || reader->no_timestamps ||
          bb_clock_seek (reader->clock, reader->stream->index, latest, latest) < 0)
        break;
      avcodec_flush_buffers (reader->decoder);
      reset (reader, FALSE);
      landing = find_keyframe (reader, pts, &position);
      if (landing == LANDING_GOOD)
        return TRUE;
      if (landing == LANDING_CANCELLED)
        {
          g_cancellable_set_error_if_cancelled (cancellable, error);
          return FALSE;
        }
      if (landing == LANDING_NOWHERE)
        break;
      latest = MIN (latest, position) - 1 -
               av_rescale_q (steps[i], (AVRational){ 1, 1 }, reader->stream->time_base);
      if (reader->first_key != AV_NOPTS_VALUE && pts < reader->first_key)
        break;
    }
  return bb_reader_restart (reader, cancellable, error);
}

/**
 * bb_reader_hurry:
 * @reader: a reader, right after a seek
 * @pts: a time in the stream's time base
 *
 * Leaves out frames before @pts that no other frame refers to, as far as the decoder can.
 */
void
bb_reader_hurry (BbReader *reader, gint64 pts)
{
  reader->hurry_until = pts;
}

/**
 * bb_reader_restart:
 * @reader: a reader
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the beginning by opening the file again, which works for every file.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_reader_restart (BbReader *reader, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  reader->cancellable = cancellable;
  return bb_reader_open_file (reader, error);
}
