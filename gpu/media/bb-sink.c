/* bb-sink.c: segments, sound and everything else into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The picture's packets keep their times. Decoding times are made anew, since each segment's encoder
 * counted its own: that of the i-th packet is the time at which the i-th frame is shown, less the
 * frames by which the encoder reorders.
 */

#include "config.h"

#include "bb-sink.h"

#include "bb-container.h"
#include "bb-encoder-open.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-metadata.h"
#include "bb-output-file.h"
#include "bb-source-private.h"
#include "bb-tracks.h"
#include "bb-trial.h"

#include <glib/gi18n-lib.h>
#include <errno.h>

/* FFmpeg's own errors lie beyond the system's: none of a disk is among them. */
#define MAX_ERRNO 4096

struct _BbSink {
  char *name; /* of the target, for people */
  const BbEncoder *encoder;
  AVRational time_base; /* the encoder's */
  GBytes *extradata;
  GPtrArray *notices;
  GCancellable *cancellable;

  BbOutputFile *file;
  AVFormatContext *muxer;
  AVStream *stream;
  AVPacket *packet;
  BbTracks *tracks;
  gint64 n_packets; /* of the picture */
  guint delay;      /* frames by which the encoder reorders; known from the first segment on */
  GArray *
    recent; /* times of the last @delay frames, in order; what comes before the first one is made up */
  gint64 last_dts;
  gboolean captions_lost; /* and said so */
};

static void
set_write_error (BbSink *self, int result, GError **error)
{
  if (result != AVERROR_EXIT && (result == AVERROR (EINVAL) || AVUNERROR (result) > MAX_ERRNO))
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 /* Translators: the name of a file, and what is wrong */
                 _ ("“%s” cannot hold what was made (%s): choose another container, such as .mkv"),
                 self->name, bb_ffmpeg_reason (result));
  else
    bb_ffmpeg_set_write_error (self->name, result, error);
}

static gboolean
add_picture (BbSink *self, const BbEncoderSetup *setup, const AVCodecContext *context,
             BbSource *source, GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (source);
  int result;

  self->stream = avformat_new_stream (self->muxer, NULL);
  result = avcodec_parameters_from_context (self->stream->codecpar, context);
  if (result < 0)
    {
      set_write_error (self, result, error);
      return FALSE;
    }
  if (bb_format_is_hdr (&setup->input.format))
    bb_encoder_tell_container (self->stream->codecpar, source);
  self->stream->time_base = context->time_base;
  if (info->rate_num > 0)
    self->stream->avg_frame_rate = (AVRational) { info->rate_num, info->rate_den };
  self->stream->sample_aspect_ratio = context->sample_aspect_ratio;
  result = bb_trial_header (self->muxer, NULL, NULL);
  if (result >= 0)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: the name of a file, that of an encoder, and what is wrong */
               _ ("“%s” cannot hold the picture that %s makes (%s): end the name in .mkv"),
               self->name, self->encoder->name, bb_ffmpeg_reason (result));
  return FALSE;
}

static gboolean
open_file (BbSink *self, GError **error)
{
  g_autofree char *url = bb_ffmpeg_url (bb_output_file_get_temporary (self->file));
  AVDictionary *options = NULL;
  int result;

  /* The name that the muxer sees is the one it opens again for +faststart. */
  self->muxer->url = av_strdup (url);
  result =
    avio_open2 (&self->muxer->pb, url, AVIO_FLAG_WRITE, &self->muxer->interrupt_callback, NULL);
  if (result >= 0)
    {
      bb_container_set_options (self->muxer->oformat,
                                bb_metadata_needs_keys (self->muxer->metadata), &options);
      result = avformat_write_header (self->muxer, &options);
      av_dict_free (&options);
    }
  if (result < 0)
    {
      set_write_error (self, result, error);
      return FALSE;
    }
  return TRUE;
}

/**
 * bb_sink_new:
 * @path: name of the target
 * @setup: what its picture is made with
 * @encoder: one of its encoders, which says what the packets are
 * @source: where the picture comes from; sound, subtitles, chapters and metadata are taken from
 *   its file
 * @overwrite: whether a file that is there may be replaced
 * @cancellable: (nullable): removes the unfinished file at once
 * @error: return location for an error
 *
 * Opens a file for writing. It gets its name in bb_sink_commit(); until then it has a hidden,
 * temporary one in the same folder.
 *
 * Returns: (transfer full): a sink, or %NULL with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS,
 *   %BB_ERROR_ENCODER or %G_IO_ERROR_CANCELLED
 */
BbSink *
bb_sink_new (const char *path, const BbEncoderSetup *setup, BbVideoEncoder *encoder,
             BbSource *source, gboolean overwrite, GCancellable *cancellable, GError **error)
{
  g_autoptr (BbSink) self = g_new0 (BbSink, 1);
  const AVCodecContext *context = bb_video_encoder_get_context (encoder);

  bb_ffmpeg_init ();
  self->encoder = setup->encoder;
  self->time_base = context->time_base;
  self->extradata = g_bytes_new (context->extradata, (gsize) context->extradata_size);
  self->notices = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  self->recent = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->last_dts = G_MININT64;
  self->name = g_filename_display_name (path);
  self->file =
    bb_output_file_new (path, bb_source_get_path (source), overwrite, cancellable, error);
  if (self->file == NULL)
    return NULL;
  self->packet = av_packet_alloc ();
  if (avformat_alloc_output_context2 (&self->muxer, setup->container, NULL, NULL) < 0)
    {
      set_write_error (self, AVERROR (ENOMEM), error);
      return NULL;
    }
  bb_ffmpeg_interrupt_init (&self->muxer->interrupt_callback, &self->cancellable);
  if (!add_picture (self, setup, context, source, error))
    return NULL;
  self->tracks =
    bb_tracks_new (source, setup->recipe, self->muxer, self->notices, cancellable, error);
  if (self->tracks == NULL || g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !open_file (self, error))
    return NULL;
  /* Opening makes a file of that name if a cancel came in between. */
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      bb_output_file_remove (self->file);
      return NULL;
    }
  return g_steal_pointer (&self);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

static gint64
get_time (const GArray *times, gint64 i)
{
  return g_array_index (times, gint64, i);
}

/* By how many frames at most packets come before their turn. */
static guint
find_delay (const GArray *times, const GArray *sorted)
{
  guint delay = 0;

  for (guint i = 0; i < times->len; i++)
    {
      gint64 time = get_time (times, i);
      guint rank;

      if (g_array_binary_search ((GArray *) sorted, &time, compare_times, &rank) && i > rank)
        delay = MAX (delay, i - rank);
    }
  return delay;
}

/* When a frame is shown, counted from the start; those after the first segment as if they took as long
 * as those within it. */
static gint64
guess_time (const GArray *sorted, gint64 end, guint i)
{
  guint n = sorted->len;

  return i < n ? get_time (sorted, i) : end + av_rescale (end - get_time (sorted, 0), i - n, n);
}

/* Decoding begins as long before the first frame is shown as its frames take later on. */
static void
begin (BbSink *self, const GArray *times, const GArray *sorted, gint64 end)
{
  gint64 lead;

  self->delay =
    MAX (find_delay (times, sorted), (guint) MAX (self->stream->codecpar->video_delay, 0));
  lead = guess_time (sorted, end, self->delay) - get_time (sorted, 0);
  for (guint i = 0; i < self->delay; i++)
    {
      gint64 time = guess_time (sorted, end, i) - lead;

      g_array_append_val (self->recent, time);
    }
}

static gint64
get_decoding_time (BbSink *self, const GArray *sorted, guint i)
{
  return i < self->delay ? get_time (self->recent, i) : get_time (sorted, i - self->delay);
}

/* What the first packets of the next segment are counted from. */
static void
remember (BbSink *self, const GArray *sorted)
{
  g_array_append_vals (self->recent, sorted->data, sorted->len);
  g_array_remove_range (self->recent, 0, self->recent->len - self->delay);
}

/* Takes the packet, which has all its times. */
static gboolean
mux (BbSink *self, AVPacket *packet, GError **error)
{
  int result;

  if (g_cancellable_is_cancelled (self->cancellable))
    result = AVERROR_EXIT;
  else if (packet->dts > packet->pts || packet->dts <= self->last_dts)
    result = AVERROR (EINVAL);
  else
    result = bb_tracks_write_until (
      self->tracks, av_rescale_q (packet->dts, self->time_base, BB_NANOSECONDS), self->cancellable);
  self->last_dts = packet->dts;
  packet->stream_index = self->stream->index;
  av_packet_rescale_ts (packet, self->time_base, self->stream->time_base);
  self->n_packets++;
  if (result >= 0)
    result = bb_tracks_forgive (self->tracks, av_interleaved_write_frame (self->muxer, packet));
  av_packet_unref (packet);
  if (result < 0)
    set_write_error (self, result, error);
  return result >= 0;
}

static gboolean
check_parameters (BbSink *self, BbSegmentReader *reader, GError **error)
{
  const AVCodecParameters *parameters = bb_segment_reader_get_parameters (reader);
  g_autoptr (GBytes) extradata =
    g_bytes_new (parameters->extradata, (gsize) parameters->extradata_size);

  if (g_bytes_equal (extradata, self->extradata))
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: the name of an encoder, and that of a file */
               _ ("%s describes a part of “%s” differently from the others, so that they cannot be "
                  "joined: choose another encoder"),
               self->encoder->name, self->name);
  return FALSE;
}

static void
note_captions (BbSink *self)
{
  if (self->captions_lost)
    return;
  self->captions_lost = TRUE;
  g_ptr_array_add (self->notices,
                   /* Translators: the name of an encoder */
                   g_strdup_printf (_ ("The captions within the picture are left out, since %s "
                                       "does not write any"),
                                    self->encoder->name));
}

/**
 * bb_sink_add:
 * @sink: a sink
 * @segment: the segment after the one that was added before
 * @times: (element-type gint64): times of its packets in the order of decoding, from
 *   bb_segment_check()
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Muxes a segment, each packet after the sound that comes before it.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT, %BB_ERROR_ENCODER where its stream is another one,
 *   or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_sink_add (BbSink *sink, const BbSegment *segment, const GArray *times, GCancellable *cancellable,
             GError **error)
{
  g_autoptr (BbSegmentReader) reader =
    bb_segment_reader_new (segment->path, sink->time_base, error);
  g_autoptr (GArray) sorted = g_array_copy ((GArray *) times);
  GError *failure = NULL;
  guint i = 0;

  if (reader == NULL || !check_parameters (sink, reader, error) ||
      !bb_output_file_check (sink->file, error))
    return FALSE;
  if (segment->captions_lost)
    note_captions (sink);
  g_array_sort (sorted, compare_times);
  if (sink->n_packets == 0)
    begin (sink, times, sorted, segment->end);
  sink->cancellable = cancellable;
  while (failure == NULL && bb_segment_reader_read (reader, sink->packet, &failure))
    {
      AVPacket *packet = sink->packet;
      guint rank = 0;

      g_array_binary_search (sorted, &packet->pts, compare_times, &rank);
      packet->dts = get_decoding_time (sink, sorted, i++);
      packet->duration =
        (rank + 1 < sorted->len ? get_time (sorted, rank + 1) : segment->end) - packet->pts;
      if (!mux (sink, packet, &failure))
        break;
    }
  sink->cancellable = NULL;
  remember (sink, sorted);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

/**
 * bb_sink_finish:
 * @sink: a sink
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes what is left of the sound and the rest, and brings the file to disk. bb_sink_commit() comes
 * next.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT, %BB_ERROR_SPACE or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_sink_finish (BbSink *sink, GCancellable *cancellable, GError **error)
{
  int result;

  sink->cancellable = cancellable;
  result = bb_tracks_finish (sink->tracks, cancellable);
  /* Nothing of the picture was taken: that is no film. */
  if (result >= 0 && sink->n_packets > 0 && sink->stream->nb_frames == 0)
    result = AVERROR (EINVAL);
  if (result >= 0)
    result = av_write_trailer (sink->muxer);
  if (result >= 0 && sink->muxer->pb->error < 0)
    result = sink->muxer->pb->error;
  if (result >= 0)
    result = avio_closep (&sink->muxer->pb);
  if (result >= 0 && g_cancellable_is_cancelled (cancellable))
    result = AVERROR_EXIT;
  sink->cancellable = NULL;
  if (result < 0)
    {
      set_write_error (sink, result, error);
      return FALSE;
    }
  return bb_output_file_sync (sink->file, error);
}

/**
 * bb_sink_commit:
 * @sink: a sink that is finished
 * @error: return location for an error
 *
 * Gives the file its name.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_sink_commit (BbSink *sink, GError **error)
{
  return bb_output_file_commit (sink->file, error);
}

/**
 * bb_sink_get_path:
 * @sink: a sink
 *
 * Returns: name of its file, which may be another one after bb_sink_commit(), see
 *   bb_output_file_commit()
 */
const char *
bb_sink_get_path (BbSink *sink)
{
  return bb_output_file_get_path (sink->file);
}

/**
 * bb_sink_free:
 * @sink: (transfer full): a sink
 *
 * Closes the sink. Where it was not committed, nothing of it stays.
 */
void
bb_sink_free (BbSink *sink)
{
  bb_tracks_free (sink->tracks);
  if (sink->muxer != NULL)
    avio_closep (&sink->muxer->pb);
  avformat_free_context (sink->muxer);
  av_packet_free (&sink->packet);
  g_clear_pointer (&sink->file, bb_output_file_free);
  g_bytes_unref (sink->extradata);
  g_array_unref (sink->recent);
  g_ptr_array_unref (sink->notices);
  g_free (sink->name);
  g_free (sink);
}

/**
 * bb_sink_get_notices:
 * @sink: a sink
 *
 * Returns: (transfer full): what happened to tracks that could not go along as they are, a sentence
 *   each
 */
GStrv
bb_sink_get_notices (BbSink *sink)
{
  return g_strdupv ((GStrv) sink->notices->pdata);
}
