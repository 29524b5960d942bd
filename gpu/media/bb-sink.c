/* bb-sink.c: pictures, sound and everything else into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-sink.h"

#include "bb-container.h"
#include "bb-metadata.h"
#include "bb-encoder-open.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-format-ffmpeg.h"
#include "bb-output-file.h"
#include "bb-source-info.h"
#include "bb-source-private.h"
#include "bb-thread.h"
#include "bb-tracks.h"
#include "bb-trial.h"

#include <glib/gi18n-lib.h>
#include <errno.h>

/* FFmpeg's own errors lie beyond the system's: none of a disk is among them. */
#define MAX_ERRNO 4096

struct _BbSink {
  char *name; /* of the target, for people */
  const BbEncoder *encoder;
  BbEncoderInput input;
  GPtrArray *notices;
  GCancellable *cancellable;

  BbOutputFile *file;
  AVFormatContext *muxer;
  AVCodecContext *context;
  AVStream *stream;
  AVPacket *packet;
  BbTracks *tracks;
  gboolean header_written;
  gint64 start; /* time of the target's beginning, in the encoder's time base */
  gint64 end;
  gint64 n_packets; /* of the picture */
  gint64 last_pts;
  gboolean captions_lost; /* and said so */
  gint64 video_bytes;
  gint64 first_bytes;
};

static void
set_write_error (BbSink *self, int result, GError **error)
{
  if (result == AVERROR_EXIT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The render was cancelled"));
  else if (result == AVERROR (ENOSPC) || result == AVERROR (EDQUOT) || result == AVERROR (EFBIG))
    g_set_error (
      error, BB_ERROR, BB_ERROR_OUTPUT,
      _ ("Cannot write “%s”: there is no space left; make room, or choose another folder"),
      self->name);
  else if (result == AVERROR (EINVAL) || AVUNERROR (result) > MAX_ERRNO)
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 /* Translators: the name of a file, and what is wrong */
                 _ ("“%s” cannot hold what was made (%s): choose another container, such as .mkv"),
                 self->name, bb_ffmpeg_reason (result));
  else
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 _ ("Cannot write “%s”: %s; choose another folder"), self->name,
                 bb_ffmpeg_reason (result));
}

static void
set_encode_error (BbSink *self, int result, GError **error)
{
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: the name of an encoder, that of a file, and what is wrong */
               _ ("%s cannot encode “%s”: %s; choose another encoder"), self->encoder->name,
               self->name, bb_ffmpeg_reason (result));
}

static gboolean
open_encoder (BbSink *self, const BbRecipe *recipe, BbDevice *device, BbSource *source,
              GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (source);
  int result;

  self->context = bb_encoder_open (self->encoder, recipe, &self->input, device, source,
                                   self->muxer->oformat, error);
  if (self->context == NULL)
    return FALSE;
  result = avcodec_parameters_from_context (self->stream->codecpar, self->context);
  if (result < 0)
    {
      set_write_error (self, result, error);
      return FALSE;
    }
  if (bb_format_is_hdr (&self->input.format))
    bb_encoder_tell_container (self->stream->codecpar, source);
  self->stream->time_base = self->context->time_base;
  if (info->rate_num > 0)
    self->stream->avg_frame_rate = (AVRational) { info->rate_num, info->rate_den };
  self->stream->sample_aspect_ratio = self->context->sample_aspect_ratio;
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
  self->header_written = TRUE;
  return TRUE;
}

/**
 * bb_sink_new:
 * @path: (nullable): name of the target; ignored by the encoder `none`
 * @recipe: what to make
 * @encoder: encoder of the picture
 * @input: what it gets, from bb_encoder_get_input()
 * @device: (nullable): what makes the frames
 * @source: where the picture comes from; sound, subtitles, chapters and metadata are taken from
 *   its file
 * @overwrite: whether a file that is there may be replaced
 * @cancellable: (nullable): removes the unfinished file at once, also while an encoder is busy
 * @error: return location for an error
 *
 * Opens a file for writing. It gets its name in bb_sink_finish(); until then it has a hidden,
 * temporary one in the same folder.
 *
 * Returns: (transfer full): a sink, or %NULL with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS,
 *   %BB_ERROR_ENCODER or %G_IO_ERROR_CANCELLED
 */
BbSink *
bb_sink_new (const char *path, const BbRecipe *recipe, const BbEncoder *encoder,
             const BbEncoderInput *input, BbDevice *device, BbSource *source, gboolean overwrite,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (BbSink) self = g_new0 (BbSink, 1);
  const BbRecipeValues *values = bb_recipe_get (recipe);
  const BbSourceInfo *info = bb_source_get_info (source);
  AVRational time_base = { info->time_base_num, info->time_base_den };
  const AVOutputFormat *container;

  bb_ffmpeg_init ();
  self->encoder = encoder;
  self->input = *input;
  self->notices = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  self->last_pts = AV_NOPTS_VALUE;
  self->start = bb_source_info_get_cut (info, values->start);
  self->end = values->end < 0
                ? G_MAXINT64
                : bb_ffmpeg_from_nanoseconds (av_sat_add64 (info->start, values->end), time_base);
  if (g_str_equal (encoder->name, "none"))
    return g_steal_pointer (&self);

  self->name = g_filename_display_name (path);
  container = bb_container_find (path, error);
  if (container == NULL)
    return NULL;
  self->file =
    bb_output_file_new (path, bb_source_get_path (source), overwrite, cancellable, error);
  if (self->file == NULL)
    return NULL;
  self->packet = av_packet_alloc ();
  if (avformat_alloc_output_context2 (&self->muxer, container, NULL, NULL) < 0)
    {
      set_write_error (self, AVERROR (ENOMEM), error);
      return NULL;
    }
  bb_ffmpeg_interrupt_init (&self->muxer->interrupt_callback, &self->cancellable);
  self->stream = avformat_new_stream (self->muxer, NULL);
  if (!open_encoder (self, recipe, device, source, error))
    return NULL;
  self->tracks = bb_tracks_new (source, recipe, self->muxer, self->notices, cancellable, error);
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

static void
release_frame (void *opaque, guint8 *data)
{
  bb_frame_unref (opaque);
}

static void
add_captions (BbSink *self, AVFrame *wrapped, const BbFrame *frame)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (frame->captions, &size);
  AVFrameSideData *data;

  if (bb_encoder_has_captions (self->encoder))
    {
      data = av_frame_new_side_data (wrapped, AV_FRAME_DATA_A53_CC, size);
      if (data != NULL)
        memcpy (data->data, bytes, size);
    }
  else if (!self->captions_lost)
    {
      self->captions_lost = TRUE;
      g_ptr_array_add (self->notices,
                       /* Translators: the name of an encoder */
                       g_strdup_printf (_ ("The captions within the picture are left out, since %s "
                                           "does not write any"),
                                        self->encoder->name));
    }
}

/* An AVFrame on the samples of @frame, without a copy. */
static AVFrame *
wrap (BbSink *self, BbFrame *frame)
{
  AVFrame *wrapped = av_frame_alloc ();

  wrapped->format = self->context->pix_fmt;
  wrapped->width = frame->format.width;
  wrapped->height = frame->format.height;
  wrapped->sample_aspect_ratio = (AVRational) { 1, 1 };
  wrapped->color_range = self->context->color_range;
  wrapped->colorspace = self->context->colorspace;
  wrapped->color_primaries = self->context->color_primaries;
  wrapped->color_trc = self->context->color_trc;
  wrapped->chroma_location = self->context->chroma_sample_location;
  if (self->context->hw_frames_ctx != NULL)
    wrapped->hw_frames_ctx = av_buffer_ref (self->context->hw_frames_ctx);
  for (int p = 0; p < (frame->format.interleaved ? 2 : BB_N_PLANES); p++)
    {
      wrapped->data[p] = frame->data[p];
      wrapped->linesize[p] = frame->stride[p];
    }
  wrapped->buf[0] = av_buffer_create (frame->data[0], bb_format_get_frame_size (&frame->format),
                                      release_frame, bb_frame_ref (frame), AV_BUFFER_FLAG_READONLY);
  if (frame->captions != NULL)
    add_captions (self, wrapped, frame);
  return wrapped;
}

/* Muxes what the encoder has ready, each packet after the sound that comes before it. */
static gboolean
drain (BbSink *self, GError **error)
{
  while (TRUE)
    {
      AVPacket *packet = self->packet;
      int result = avcodec_receive_packet (self->context, packet);

      if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
        return TRUE;
      if (result < 0)
        {
          set_encode_error (self, result, error);
          return FALSE;
        }
      if (g_cancellable_is_cancelled (self->cancellable))
        result = AVERROR_EXIT;
      else
        result = bb_tracks_write_until (
          self->tracks, av_rescale_q (packet->dts, self->context->time_base, BB_NANOSECONDS),
          self->cancellable);
      av_packet_rescale_ts (packet, self->context->time_base, self->stream->time_base);
      packet->stream_index = self->stream->index;
      if (self->video_bytes == 0)
        self->first_bytes = packet->size;
      self->video_bytes += packet->size;
      self->n_packets++;
      if (result >= 0)
        result = bb_tracks_forgive (self->tracks, av_interleaved_write_frame (self->muxer, packet));
      av_packet_unref (packet);
      if (result < 0)
        {
          set_write_error (self, result, error);
          return FALSE;
        }
    }
}

/**
 * bb_sink_write:
 * @sink: a sink
 * @frame: a frame in its format; times as in the source
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Encodes a frame, and muxes it and the sound up to it when the encoder gives it out.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT, %BB_ERROR_ENCODER or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_sink_write (BbSink *sink, BbFrame *frame, GCancellable *cancellable, GError **error)
{
  AVFrame *wrapped;
  gint64 begins, ends;
  gboolean done;
  int result;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (sink->context == NULL)
    return TRUE;
  if (!bb_output_file_check (sink->file, error))
    return FALSE;

  sink->cancellable = cancellable;
  wrapped = wrap (sink, frame);
  /* The frame that is shown when the trim starts may have begun before. */
  begins = MAX (av_sat_sub64 (frame->pts, sink->start), 0);
  /* So may the one that is shown when it ends go on. */
  ends = av_sat_sub64 (MIN (av_sat_add64 (frame->pts, frame->duration), sink->end), sink->start);
  wrapped->pts = begins;
  wrapped->duration = MAX (av_sat_sub64 (ends, begins), 1);
  if (sink->last_pts != AV_NOPTS_VALUE && wrapped->pts <= sink->last_pts)
    wrapped->pts = sink->last_pts + 1;
  sink->last_pts = wrapped->pts;
  result = avcodec_send_frame (sink->context, wrapped);
  av_frame_free (&wrapped);
  done = result >= 0;
  if (!done)
    set_encode_error (sink, result, error);
  else
    done = drain (sink, error);
  sink->cancellable = NULL;
  return done;
}

/**
 * bb_sink_finish:
 * @sink: a sink
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes what is left, brings the file to disk and gives it its name.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT, %BB_ERROR_EXISTS or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_sink_finish (BbSink *sink, GCancellable *cancellable, GError **error)
{
  int result;

  if (sink->context == NULL)
    return TRUE;

  sink->cancellable = cancellable;
  result = avcodec_send_frame (sink->context, NULL);
  if (result < 0)
    set_encode_error (sink, result, error);
  if (result < 0 || !drain (sink, error))
    {
      sink->cancellable = NULL;
      return FALSE;
    }
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
  return bb_output_file_commit (sink->file, error);
}

/**
 * bb_sink_get_path:
 * @sink: a sink
 *
 * Returns: (nullable): name of its file, which may be another one after bb_sink_finish(), see
 *   bb_output_file_commit(); %NULL where none is written
 */
const char *
bb_sink_get_path (BbSink *sink)
{
  return sink->file != NULL ? bb_output_file_get_path (sink->file) : NULL;
}

/**
 * bb_sink_free:
 * @sink: (transfer full): a sink
 *
 * Closes the sink. Where it was not finished, nothing of it stays.
 */
void
bb_sink_free (BbSink *sink)
{
  bb_tracks_free (sink->tracks);
  avcodec_free_context (&sink->context);
  if (sink->muxer != NULL)
    avio_closep (&sink->muxer->pb);
  avformat_free_context (sink->muxer);
  av_packet_free (&sink->packet);
  g_clear_pointer (&sink->file, bb_output_file_free);
  g_ptr_array_unref (sink->notices);
  g_free (sink->name);
  g_free (sink);
}

static gpointer
close_encoder (gpointer data)
{
  AVCodecContext *context = data;

  avcodec_free_context (&context);
  return NULL;
}

/**
 * bb_sink_abandon:
 * @sink: (transfer full): a sink
 *
 * Closes the sink as bb_sink_free() does, without waiting for the encoder: one that is not drained
 * may finish what it has begun before it lets go (SVT-AV1 takes tens of seconds for 3840×2160),
 * and whoever cancelled does not wait for that.
 */
void
bb_sink_abandon (BbSink *sink)
{
  /* Where there is no thread for it, it takes its time here. */
  GThread *thread = sink->context != NULL
                      ? bb_thread_new ("encoder-close", close_encoder, sink->context, NULL)
                      : NULL;

  if (thread != NULL)
    {
      sink->context = NULL;
      g_thread_unref (thread);
    }
  bb_sink_free (sink);
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

/**
 * bb_sink_get_sizes:
 * @sink: a sink
 * @video: (out): bytes of the encoded picture so far
 * @first: (out): bytes of its first frame
 *
 * Says what the picture takes, on the thread that writes.
 */
void
bb_sink_get_sizes (BbSink *sink, gint64 *video, gint64 *first)
{
  *video = sink->video_bytes;
  *first = sink->first_bytes;
}
