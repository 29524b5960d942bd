/* bb-audio-reader.c: a file's sound as one stream of samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples lie on a time line that begins with the source's start: where the file has none there is
 * silence, so that whoever plays them one after the other stays in time.
 */

#include "config.h"

#include "bb-audio-reader.h"

#include "bb-clock.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-resampler.h"
#include "bb-scan-index.h"

#include <libavcodec/avcodec.h>

#include <glib/gi18n-lib.h>
#include <string.h>

/* Decoders need some sound before the one wanted: 80 ms of Opus, a frame or two of others. */
#define PREROLL 200000000

/* Containers round times to a millisecond and more; beyond this many seconds it is a gap. */
#define GAP 0.03

#define FRAME_SIZE (BB_AUDIO_READER_CHANNELS * sizeof (float))

struct _BbAudioReader {
  char *path;
  gint64 start;
  int rate;
  GCancellable *cancellable;

  AVFormatContext *demuxer;
  BbClock *clock;
  AVStream *stream;
  const AVStream *decoded; /* the one that the decoder was opened for */
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *frame;
  gboolean draining;
  gboolean changing; /* the decoder is emptied, for another one that the packet at hand is for */

  BbResampler *resampler;

  /* What was made and not yet handed out, in frames of all channels */
  GArray *ready;
  gsize taken;
  gint64 silence;    /* samples of silence before those */
  gint64 made_until; /* the next sample of the decoder is this one */
  gint64 position;   /* the next sample to be handed out */
  gboolean
    anchored; /* times were looked at since the last seek; from there on samples are counted */
};

static void
set_error (BbAudioReader *reader, const char *reason, GError **error)
{
  g_autofree char *name = g_filename_display_name (reader->path);

  g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
               /* Translators: the name of a file, and what is wrong, a clause without a full
                * stop */
               _ ("Cannot play the sound of “%s”: %s; convert it, or play without"), name, reason);
}

/* Where there is none, nothing decodes. */
static int
open_decoder (BbAudioReader *reader, const AVStream *stream)
{
  reader->decoded = stream;
  return bb_ffmpeg_open_decoder (&reader->decoder, stream, reader->stream->time_base);
}

static gboolean
open_file (BbAudioReader *reader, GError **error)
{
  g_autoptr (BbIndex) index = NULL;
  const AVCodec *codec = NULL;
  int picture;
  int result;

  reader->demuxer = bb_input_new (reader->path, &reader->cancellable, NULL, error);
  if (reader->demuxer == NULL || !bb_input_probe (reader->demuxer, error))
    return FALSE;
  /* Of the program that the picture is of. */
  index = bb_scan_index (reader->path, reader->demuxer->iformat, &reader->cancellable);
  picture = bb_index_find_picture (index, reader->demuxer);
  result = av_find_best_stream (reader->demuxer, AVMEDIA_TYPE_AUDIO, -1, picture, &codec, 0);
  if (result >= 0)
    {
      result = bb_index_get_root (index, reader->demuxer, result);
      reader->stream = reader->demuxer->streams[result];
      for (guint i = 0; i < reader->demuxer->nb_streams; i++)
        reader->demuxer->streams[i]->discard =
          (int) i == result ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
      reader->clock = bb_clock_new (reader->demuxer, picture, index);
      result = open_decoder (reader, reader->stream);
    }
  if (result >= 0)
    return TRUE;
  if (!g_cancellable_set_error_if_cancelled (reader->cancellable, error))
    set_error (reader, bb_ffmpeg_reason (result), error);
  return FALSE;
}

/**
 * bb_audio_reader_new:
 * @path: name of a local file
 * @start: instant that times are counted from, nanoseconds, as in #BbSourceInfo
 * @rate: samples a second to make
 * @cancellable: (nullable): ends every call when it is cancelled
 * @error: return location for an error
 *
 * Opens the file's best sound.
 *
 * Returns: (transfer full): a reader that stands at the start, or %NULL with %BB_ERROR_INPUT or
 *   %G_IO_ERROR_CANCELLED
 */
BbAudioReader *
bb_audio_reader_new (const char *path, gint64 start, int rate, GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (BbAudioReader) reader = g_new0 (BbAudioReader, 1);
  AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;

  bb_ffmpeg_init ();
  reader->path = g_strdup (path);
  reader->start = start;
  reader->rate = rate;
  g_set_object (&reader->cancellable, cancellable);
  reader->packet = av_packet_alloc ();
  reader->frame = av_frame_alloc ();
  reader->ready = g_array_new (FALSE, FALSE, FRAME_SIZE);
  reader->resampler = bb_resampler_new (&stereo, AV_SAMPLE_FMT_FLT, rate);
  if (!open_file (reader, error))
    return NULL;
  return g_steal_pointer (&reader);
}

/**
 * bb_audio_reader_free:
 * @reader: (transfer full): a reader
 */
void
bb_audio_reader_free (BbAudioReader *reader)
{
  bb_resampler_free (reader->resampler);
  avcodec_free_context (&reader->decoder);
  bb_clock_free (reader->clock);
  avformat_close_input (&reader->demuxer);
  av_packet_free (&reader->packet);
  av_frame_free (&reader->frame);
  g_array_unref (reader->ready);
  g_clear_object (&reader->cancellable);
  g_free (reader->path);
  g_free (reader);
}

static gint64
to_sample (BbAudioReader *reader, gint64 time)
{
  return av_rescale_q (time, BB_NANOSECONDS, (AVRational) { 1, reader->rate });
}

/**
 * bb_audio_reader_seek:
 * @reader: a reader
 * @time: nanoseconds from the start
 * @error: return location for an error
 *
 * The sample at @time is next.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_audio_reader_seek (BbAudioReader *reader, gint64 time, GError **error)
{
  gint64 pts =
    av_rescale_q (reader->start + time - PREROLL, BB_NANOSECONDS, reader->stream->time_base);
  int result = bb_clock_seek (reader->clock, reader->stream->index, pts, pts);

  if (result < 0)
    {
      /* Before the first packet: that one. Without an index: from the beginning. */
      result = av_seek_frame (reader->demuxer, reader->stream->index, pts, 0);
      if (result < 0)
        result = av_seek_frame (reader->demuxer, reader->stream->index, 0, AVSEEK_FLAG_BYTE);
      bb_clock_reset (reader->clock);
    }
  if (result < 0)
    {
      if (!g_cancellable_set_error_if_cancelled (reader->cancellable, error))
        set_error (reader, bb_ffmpeg_reason (result), error);
      return FALSE;
    }
  if (reader->decoder != NULL)
    avcodec_flush_buffers (reader->decoder);
  av_frame_unref (reader->frame);
  av_packet_unref (reader->packet);
  bb_resampler_forget_input (reader->resampler);
  reader->draining = reader->changing = FALSE;
  g_array_set_size (reader->ready, 0);
  reader->taken = 0;
  reader->silence = 0;
  reader->anchored = FALSE;
  reader->position = reader->made_until = to_sample (reader, time);
  return TRUE;
}

/* The next packet of the sound, into the reader's packet. */
static int
read_packet (BbAudioReader *reader)
{
  int result;

  do
    {
      av_packet_unref (reader->packet);
      result = bb_clock_read (reader->clock, reader->packet);
    }
  while (result >= 0 && reader->packet->stream_index != reader->stream->index);
  return result;
}

/* Next decoded frame; whether there is one. Where there is no decoder for a stream that goes on
 * with the sound, there is silence. */
static gboolean
decode (BbAudioReader *reader)
{
  while (!g_cancellable_is_cancelled (reader->cancellable))
    {
      int result = reader->decoder != NULL ? avcodec_receive_frame (reader->decoder, reader->frame)
                                           : AVERROR_EOF;

      if (result >= 0)
        return TRUE;
      if (reader->draining)
        return FALSE;
      if (result == AVERROR_EOF && reader->changing)
        {
          reader->changing = FALSE;
          if (open_decoder (reader, bb_clock_get_source (reader->packet)) >= 0)
            avcodec_send_packet (reader->decoder, reader->packet);
          continue;
        }
      /* Damaged sound is left out; what comes after it is put where it belongs. */
      if (result != AVERROR (EAGAIN) && reader->decoder != NULL)
        continue;
      result = read_packet (reader);
      reader->draining = result < 0;
      reader->changing = result >= 0 && bb_clock_get_source (reader->packet) != reader->decoded;
      if (reader->decoder != NULL && (reader->draining || reader->changing))
        avcodec_send_packet (reader->decoder, NULL);
      else if (reader->decoder != NULL && reader->packet->size > 0)
        avcodec_send_packet (reader->decoder, reader->packet);
    }
  return FALSE;
}

/* What the decoder made, or what the resampler still holds where @frame is %NULL, to what is ready; what
 * lies before the position is left out. */
static void
convert (BbAudioReader *reader, const AVFrame *frame)
{
  int most = bb_resampler_get_n_out (reader->resampler, frame);
  gint64 late;
  guint8 *out;
  int n;

  g_array_set_size (reader->ready, (guint) most);
  out = (guint8 *) reader->ready->data;
  n = bb_resampler_convert (reader->resampler, &out, most, frame);
  g_array_set_size (reader->ready, (guint) MAX (n, 0));
  late = reader->position + reader->silence - reader->made_until;
  reader->taken = (gsize) CLAMP (late, 0, (gint64) reader->ready->len);
  reader->made_until += reader->ready->len;
}

/* Sample at which the frame at hand begins, as far as it says. */
static gint64
get_sample (BbAudioReader *reader)
{
  gint64 pts = reader->frame->best_effort_timestamp;

  if (pts == AV_NOPTS_VALUE)
    return reader->made_until;
  /* What the resampler still holds comes before this frame. */
  return bb_ffmpeg_rescale (pts, reader->stream->time_base, (AVRational) { 1, reader->rate }) -
         to_sample (reader, reader->start) - bb_resampler_get_delay (reader->resampler);
}

/* Decodes on, until something is ready. Whether something is. */
static gboolean
make (BbAudioReader *reader)
{
  do
    {
      const AVFrame *frame = reader->frame;
      gint64 at;

      if (frame->buf[0] == NULL && !decode (reader))
        {
          convert (reader, NULL);
          bb_resampler_forget_input (reader->resampler);
          break;
        }
      if (!bb_resampler_is_for (reader->resampler, frame))
        {
          /* The rest of what came before; the frame stays for the next round. */
          convert (reader, NULL);
          if (bb_resampler_set_input (reader->resampler, frame) < 0)
            av_frame_unref (reader->frame);
          continue;
        }
      at = get_sample (reader);
      if (!reader->anchored || ABS (at - reader->made_until) > GAP * reader->rate)
        {
          reader->silence = MAX (at - reader->position, 0);
          reader->made_until = at;
        }
      convert (reader, frame);
      reader->anchored |= reader->made_until > reader->position;
      av_frame_unref (reader->frame);
    }
  while (reader->silence == 0 && reader->taken == reader->ready->len);
  return reader->silence > 0 || reader->taken < reader->ready->len;
}

/**
 * bb_audio_reader_read:
 * @reader: a reader
 * @samples: (out caller-allocates): `[n][2]`, left and right from -1 to 1
 * @n: how many pairs
 *
 * Reads on. Where there is no sound there is silence, before its beginning and within it.
 *
 * Returns: pairs that were read; fewer than @n where the sound ends
 */
gsize
bb_audio_reader_read (BbAudioReader *reader, float *samples, gsize n)
{
  gsize done = 0;

  while (done < n)
    {
      float *out = samples + done * BB_AUDIO_READER_CHANNELS;
      gsize left =
        reader->silence > 0 ? (gsize) reader->silence : reader->ready->len - reader->taken;
      gsize part = MIN (n - done, left);

      if (part == 0)
        {
          if (!make (reader))
            break;
          continue;
        }
      if (reader->silence > 0)
        {
          memset (out, 0, part * FRAME_SIZE);
          reader->silence -= (gint64) part;
        }
      else
        {
          memcpy (out, reader->ready->data + reader->taken * FRAME_SIZE, part * FRAME_SIZE);
          reader->taken += part;
        }
      reader->position += (gint64) part;
      done += part;
    }
  return done;
}
