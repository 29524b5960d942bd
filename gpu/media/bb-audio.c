/* bb-audio.c: sound encoded anew
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-audio.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>

#define BIT_RATE_PER_CHANNEL 96000

struct _BbAudioEncoder {
  gint64 start; /* nanoseconds in the source's own time */
  gint64 end;
  AVRational time_base;

  AVCodecContext *decoder;
  AVCodecContext *encoder;
  AVFilterGraph *graph;
  AVFilterContext *source;
  AVFilterContext *sink;
  AVFrame *frame;
  AVPacket *packet;
  guint n_corrupt;
};

static int
open_decoder (BbAudioEncoder *self, const AVStream *stream)
{
  const AVCodec *codec = avcodec_find_decoder (stream->codecpar->codec_id);
  int result;

  if (codec == NULL)
    return AVERROR_DECODER_NOT_FOUND;
  self->decoder = avcodec_alloc_context3 (codec);
  result = avcodec_parameters_to_context (self->decoder, stream->codecpar);
  self->decoder->pkt_timebase = stream->time_base;
  return result < 0 ? result : avcodec_open2 (self->decoder, codec, NULL);
}

/* The encoder's rate that is at least the source's, or else its highest. */
static int
choose_rate (const AVCodec *codec, int wanted)
{
  const int *rates = NULL;
  int best = 0;

  if (avcodec_get_supported_config (NULL, codec, AV_CODEC_CONFIG_SAMPLE_RATE, 0,
                                    (const void **) &rates, NULL) < 0 ||
      rates == NULL)
    return wanted;
  for (int i = 0; rates[i] != 0; i++)
    if (rates[i] == wanted)
      return wanted;
    else if ((rates[i] > wanted && (best < wanted || rates[i] < best)) ||
             (best < wanted && rates[i] > best))
      best = rates[i];
  return best;
}

static int
open_encoder (BbAudioEncoder *self, const AVOutputFormat *container, int channels)
{
  gboolean webm = g_str_equal (container->name, "webm");
  const AVCodec *codec = webm ? avcodec_find_encoder_by_name ("libopus")
                              : avcodec_find_encoder (AV_CODEC_ID_AAC);
  const enum AVSampleFormat *formats = NULL;

  if (codec == NULL)
    codec = webm ? avcodec_find_encoder (AV_CODEC_ID_OPUS) : NULL;
  if (codec == NULL)
    return AVERROR_ENCODER_NOT_FOUND;
  avcodec_get_supported_config (NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0,
                                (const void **) &formats, NULL);
  self->encoder = avcodec_alloc_context3 (codec);
  self->encoder->sample_fmt = formats != NULL ? formats[0] : AV_SAMPLE_FMT_FLTP;
  self->encoder->sample_rate = choose_rate (codec, self->decoder->sample_rate);
  self->encoder->time_base = (AVRational) { 1, self->encoder->sample_rate };
  if (channels == self->decoder->ch_layout.nb_channels &&
      self->decoder->ch_layout.order == AV_CHANNEL_ORDER_NATIVE)
    av_channel_layout_copy (&self->encoder->ch_layout, &self->decoder->ch_layout);
  else
    av_channel_layout_default (&self->encoder->ch_layout, channels);
  self->encoder->bit_rate = (gint64) BIT_RATE_PER_CHANNEL * channels;
  if ((container->flags & AVFMT_GLOBALHEADER) != 0)
    self->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  return avcodec_open2 (self->encoder, codec, NULL);
}

/* Trims to the sample, converts, and cuts into frames as long as the encoder wants them. */
static int
open_graph (BbAudioEncoder *self)
{
  AVFilterInOut *inputs = avfilter_inout_alloc ();
  AVFilterInOut *outputs = avfilter_inout_alloc ();
  AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc ();
  g_autoptr (GString) chain = g_string_new (NULL);
  char layout[128] = "";
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  int result;

  av_channel_layout_describe (&self->encoder->ch_layout, layout, sizeof layout);
  if (self->start > G_MININT64)
    g_string_append_printf (chain, "atrim=start=%s,",
                            g_ascii_formatd (text, sizeof text, "%.9f", (double) self->start * 1e-9));
  if (self->end < G_MAXINT64)
    g_string_append_printf (chain, "atrim=end=%s,",
                            g_ascii_formatd (text, sizeof text, "%.9f", (double) self->end * 1e-9));
  g_string_append_printf (chain, "aresample,aformat=sample_fmts=%s:sample_rates=%d:channel_layouts=%s",
                          av_get_sample_fmt_name (self->encoder->sample_fmt),
                          self->encoder->sample_rate, layout);

  self->graph = avfilter_graph_alloc ();
  self->source = avfilter_graph_alloc_filter (self->graph, avfilter_get_by_name ("abuffer"), "in");
  parameters->format = self->decoder->sample_fmt;
  parameters->time_base = self->time_base;
  parameters->sample_rate = self->decoder->sample_rate;
  if (self->decoder->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default (&parameters->ch_layout, self->decoder->ch_layout.nb_channels);
  else
    av_channel_layout_copy (&parameters->ch_layout, &self->decoder->ch_layout);
  if ((result = av_buffersrc_parameters_set (self->source, parameters)) >= 0 &&
      (result = avfilter_init_str (self->source, NULL)) >= 0 &&
      (result = avfilter_graph_create_filter (&self->sink, avfilter_get_by_name ("abuffersink"),
                                              "out", NULL, NULL, self->graph)) >= 0)
    {
      outputs->name = av_strdup ("in");
      outputs->filter_ctx = self->source;
      inputs->name = av_strdup ("out");
      inputs->filter_ctx = self->sink;
      result = avfilter_graph_parse_ptr (self->graph, chain->str, &inputs, &outputs, NULL);
    }
  if (result >= 0)
    result = avfilter_graph_config (self->graph, NULL);
  if (result >= 0 && self->encoder->frame_size > 0)
    av_buffersink_set_frame_size (self->sink, (unsigned) self->encoder->frame_size);
  av_channel_layout_uninit (&parameters->ch_layout);
  av_free (parameters);
  avfilter_inout_free (&inputs);
  avfilter_inout_free (&outputs);
  return result;
}

/**
 * bb_audio_encoder_new:
 * @stream: a stream of sound
 * @container: where it goes: AAC, or Opus for WebM
 * @start: what lies before is cut off, nanoseconds in the source's own time
 * @end: what lies after is cut off, likewise; %G_MAXINT64 for nothing
 * @error: return location for an error
 *
 * Returns: (transfer full): an encoder, or %NULL with %BB_ERROR_ENCODER
 */
BbAudioEncoder *
bb_audio_encoder_new (const AVStream *stream, const AVOutputFormat *container, gint64 start,
                      gint64 end, GError **error)
{
  BbAudioEncoder *self = g_new0 (BbAudioEncoder, 1);
  int result;

  self->start = start;
  self->end = end;
  self->time_base = stream->time_base;
  self->frame = av_frame_alloc ();
  self->packet = av_packet_alloc ();
  result = open_decoder (self, stream);
  if (result >= 0)
    result = open_encoder (self, container, self->decoder->ch_layout.nb_channels);
  if (result < 0 && self->decoder != NULL && self->decoder->ch_layout.nb_channels > 2)
    {
      avcodec_free_context (&self->encoder);
      result = open_encoder (self, container, 2);
    }
  if (result >= 0)
    result = open_graph (self);
  if (result >= 0)
    return self;
  g_set_error_literal (error, BB_ERROR, BB_ERROR_ENCODER, bb_ffmpeg_reason (result));
  bb_audio_encoder_free (self);
  return NULL;
}

/**
 * bb_audio_encoder_free:
 * @encoder: (transfer full) (nullable): an encoder
 */
void
bb_audio_encoder_free (BbAudioEncoder *encoder)
{
  if (encoder == NULL)
    return;
  avfilter_graph_free (&encoder->graph);
  avcodec_free_context (&encoder->decoder);
  avcodec_free_context (&encoder->encoder);
  av_frame_free (&encoder->frame);
  av_packet_free (&encoder->packet);
  g_free (encoder);
}

/**
 * bb_audio_encoder_get_context:
 * @encoder: an encoder
 *
 * Returns: the codec's context, for the parameters of what it makes
 */
const AVCodecContext *
bb_audio_encoder_get_context (BbAudioEncoder *encoder)
{
  return encoder->encoder;
}

/**
 * bb_audio_encoder_get_n_corrupt:
 * @encoder: an encoder
 *
 * Returns: damaged packets that were skipped
 */
guint
bb_audio_encoder_get_n_corrupt (BbAudioEncoder *encoder)
{
  return encoder->n_corrupt;
}

static int
encode (BbAudioEncoder *self, AVFrame *frame, BbPacketFunc func, gpointer user_data)
{
  int result = avcodec_send_frame (self->encoder, frame);

  while (result >= 0)
    {
      result = avcodec_receive_packet (self->encoder, self->packet);
      if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
        return 0;
      if (result >= 0)
        result = func (self->packet, user_data);
      av_packet_unref (self->packet);
    }
  return result;
}

static int
filter (BbAudioEncoder *self, AVFrame *frame, BbPacketFunc func, gpointer user_data)
{
  int result = av_buffersrc_add_frame_flags (self->source, frame, AV_BUFFERSRC_FLAG_PUSH);

  while (result >= 0)
    {
      g_autoptr (AVFrame) filtered = av_frame_alloc ();
      AVRational time_base = av_buffersink_get_time_base (self->sink);

      result = av_buffersink_get_frame (self->sink, filtered);
      if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
        return 0;
      if (result < 0)
        break;
      /* The target's time starts at the trim. */
      if (filtered->pts != AV_NOPTS_VALUE)
        filtered->pts = av_rescale_q (filtered->pts, time_base, self->encoder->time_base) -
                        av_rescale_q (self->start, BB_NANOSECONDS, self->encoder->time_base);
      result = encode (self, filtered, func, user_data);
    }
  return result;
}

/**
 * bb_audio_encoder_push:
 * @encoder: an encoder
 * @packet: (nullable): a packet of the stream; %NULL is the end
 * @func: gets what comes out of it; times count from the trim's start
 * @user_data: data for @func
 *
 * Decodes and encodes a packet. Damaged ones are skipped and counted.
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_audio_encoder_push (BbAudioEncoder *encoder, const AVPacket *packet, BbPacketFunc func,
                       gpointer user_data)
{
  int result = avcodec_send_packet (encoder->decoder, packet);

  if (result < 0 && result != AVERROR_EOF)
    encoder->n_corrupt++;
  while (TRUE)
    {
      result = avcodec_receive_frame (encoder->decoder, encoder->frame);
      if (result == AVERROR (EAGAIN))
        return 0;
      if (result == AVERROR_EOF)
        break;
      if (result < 0)
        {
          encoder->n_corrupt++;
          return 0;
        }
      encoder->frame->pts = encoder->frame->best_effort_timestamp;
      result = filter (encoder, encoder->frame, func, user_data);
      av_frame_unref (encoder->frame);
      if (result < 0)
        return result;
    }
  result = filter (encoder, NULL, func, user_data);
  return result < 0 ? result : encode (encoder, NULL, func, user_data);
}
