/* bb-audio.c: sound encoded anew
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-audio.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-resampler.h"

#include <glib/gi18n-lib.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>

#define BIT_RATE_PER_CHANNEL 96000

/* Containers round times to a millisecond and more; beyond this many seconds it is a gap. */
#define EXACT_GAP 0.005
#define GAP 0.03

struct _BbAudioEncoder {
  gint64 end; /* samples from the target's start */
  AVRational time_base;
  double gap; /* seconds */
  char *name; /* for people */
  GPtrArray *notices;

  AVCodecContext *decoder;
  AVCodecContext *encoder;
  AVFrame *frame;
  AVPacket *packet;
  guint n_corrupt;

  gint64 start; /* in the encoder's time base, but in the source's own time */
  BbResampler *resampler;
  AVFrame *made;
  AVAudioFifo *fifo; /* what does not fill a frame of the encoder yet */
  gint64 position;   /* the next sample to be made, from the target's start */
  gboolean anchored; /* there was sound; from there on samples are counted */
  gboolean mixed;    /* and said so */
};

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
open_encoder (BbAudioEncoder *self, const AVOutputFormat *container, const AVChannelLayout *layout)
{
  gboolean webm = g_str_equal (container->name, "webm");
  const AVCodec *codec =
    webm ? avcodec_find_encoder_by_name ("libopus") : avcodec_find_encoder (AV_CODEC_ID_AAC);
  const enum AVSampleFormat *formats = NULL;

  if (codec == NULL)
    codec = webm ? avcodec_find_encoder (AV_CODEC_ID_OPUS) : NULL;
  if (codec == NULL)
    return AVERROR_ENCODER_NOT_FOUND;
  avcodec_get_supported_config (NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0,
                                (const void **) &formats, NULL);
  avcodec_free_context (&self->encoder);
  self->encoder = avcodec_alloc_context3 (codec);
  self->encoder->sample_fmt = formats != NULL ? formats[0] : AV_SAMPLE_FMT_FLTP;
  self->encoder->sample_rate = choose_rate (codec, self->decoder->sample_rate);
  self->encoder->time_base = (AVRational) { 1, self->encoder->sample_rate };
  av_channel_layout_copy (&self->encoder->ch_layout, layout);
  self->encoder->bit_rate = (gint64) BIT_RATE_PER_CHANNEL * layout->nb_channels;
  if ((container->flags & AVFMT_GLOBALHEADER) != 0)
    self->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  return avcodec_open2 (self->encoder, codec, NULL);
}

/* Files and encoders know one pair of surround speakers, in the back: AAC describes one at the side
 * in a way that few players read, Opus has none. */
static void
move_to_back (AVChannelLayout *layout)
{
  guint64 side = AV_CH_SIDE_LEFT | AV_CH_SIDE_RIGHT;
  guint64 back = AV_CH_BACK_LEFT | AV_CH_BACK_RIGHT;

  if (layout->order == AV_CHANNEL_ORDER_NATIVE && (layout->u.mask & (side | back)) == side)
    layout->u.mask = (layout->u.mask & ~side) | back;
}

/* An encoder of other channels, as many as @known if possible, that keeps most of them. */
static int
open_nearest (BbAudioEncoder *self, const AVOutputFormat *container, const AVChannelLayout *known)
{
  for (guint n_kept = (guint) known->nb_channels; n_kept > 0; n_kept--)
    {
      const AVChannelLayout *layout;
      void *iterator = NULL;

      while ((layout = av_channel_layout_standard (&iterator)) != NULL)
        if (layout->nb_channels == known->nb_channels &&
            bb_resampler_count_kept (known, layout) == n_kept &&
            open_encoder (self, container, layout) >= 0)
          return 0;
    }
  return open_encoder (self, container, &(AVChannelLayout) AV_CHANNEL_LAYOUT_STEREO);
}

/* Says once if not every channel keeps one of its own. */
static void
check_channels (BbAudioEncoder *self, const AVChannelLayout *stored)
{
  const AVChannelLayout *made = &self->encoder->ch_layout;
  AVChannelLayout known;
  char from[128] = "";
  char to[128] = "";

  if (self->mixed ||
      (stored->order == AV_CHANNEL_ORDER_UNSPEC && stored->nb_channels == made->nb_channels))
    return;
  bb_resampler_guess_layout (&known, stored);
  if (known.nb_channels < stored->nb_channels ||
      (known.nb_channels > 1 && bb_resampler_count_kept (&known, made) < (guint) known.nb_channels))
    {
      self->mixed = TRUE;
      av_channel_layout_describe (stored, from, sizeof from);
      av_channel_layout_describe (made, to, sizeof to);
      g_ptr_array_add (
        self->notices,
        g_strdup_printf (
          self->anchored
            /* Translators: a codec and a track, and channels such as “5.1” and “stereo” */
            ? _ ("Parts of the audio (%s) are mixed from %s to %s")
            /* Translators: a codec and a track, and channels such as “5.1” and “stereo” */
            : _ ("The audio (%s) is mixed from %s to %s"),
          self->name, from, to));
    }
  av_channel_layout_uninit (&known);
}

static int
open_codecs (BbAudioEncoder *self, const AVStream *stream, const AVOutputFormat *container)
{
  AVChannelLayout known;
  int result = bb_ffmpeg_open_decoder (&self->decoder, stream, self->time_base);

  if (result < 0)
    return result;
  if (self->decoder->sample_rate <= 0 || self->decoder->ch_layout.nb_channels <= 0)
    return AVERROR_INVALIDDATA;
  bb_resampler_guess_layout (&known, &self->decoder->ch_layout);
  move_to_back (&known);
  result = open_encoder (self, container, &known);
  if (result < 0 && result != AVERROR_ENCODER_NOT_FOUND)
    result = open_nearest (self, container, &known);
  av_channel_layout_uninit (&known);
  return result;
}

/**
 * bb_audio_encoder_new:
 * @stream: a stream of sound
 * @container: where it goes: AAC, or Opus for WebM
 * @start: what lies before is cut off, nanoseconds in the source's own time
 * @end: what lies after is cut off, likewise; %G_MAXINT64 for nothing
 * @notices: (element-type utf8): gets a sentence where channels are mixed, also later on
 * @error: return location for an error
 *
 * Makes sound with the channels and the rate that @stream has at its beginning, however they change
 * later. Where the encoder does not have these channels, it is as many others, or else stereo.
 *
 * Returns: (transfer full): an encoder, or %NULL with %BB_ERROR_ENCODER
 */
BbAudioEncoder *
bb_audio_encoder_new (const AVStream *stream, const AVOutputFormat *container, gint64 start,
                      gint64 end, GPtrArray *notices, GError **error)
{
  BbAudioEncoder *self = g_new0 (BbAudioEncoder, 1);
  int result;

  self->gap = GAP;
  self->time_base = stream->time_base;
  self->notices = notices;
  /* Translators: a codec, and the number of a track in its file */
  self->name = g_strdup_printf (_ ("%s, stream %d"), avcodec_get_name (stream->codecpar->codec_id),
                                stream->index);
  self->frame = av_frame_alloc ();
  self->made = av_frame_alloc ();
  self->packet = av_packet_alloc ();
  result = open_codecs (self, stream, container);
  if (result < 0)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_ENCODER,
                           result == AVERROR_INVALIDDATA
                             ? _ ("nothing says how many channels and samples a second it has")
                             : bb_ffmpeg_reason (result));
      bb_audio_encoder_free (self);
      return NULL;
    }
  check_channels (self, &self->decoder->ch_layout);
  self->start = bb_ffmpeg_from_nanoseconds (start, self->encoder->time_base);
  self->end = end == G_MAXINT64
                ? G_MAXINT64
                : bb_ffmpeg_from_nanoseconds (end, self->encoder->time_base) - self->start;
  self->resampler = bb_resampler_new (&self->encoder->ch_layout, self->encoder->sample_fmt,
                                      self->encoder->sample_rate);
  self->fifo =
    av_audio_fifo_alloc (self->encoder->sample_fmt, self->encoder->ch_layout.nb_channels, 1);
  return self;
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
  bb_resampler_free (encoder->resampler);
  av_audio_fifo_free (encoder->fifo);
  avcodec_free_context (&encoder->decoder);
  avcodec_free_context (&encoder->encoder);
  av_frame_free (&encoder->frame);
  av_frame_free (&encoder->made);
  av_packet_free (&encoder->packet);
  g_free (encoder->name);
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
allocate (BbAudioEncoder *self, AVFrame *frame, int n)
{
  frame->format = self->encoder->sample_fmt;
  frame->sample_rate = self->encoder->sample_rate;
  frame->nb_samples = n;
  av_channel_layout_copy (&frame->ch_layout, &self->encoder->ch_layout);
  return av_frame_get_buffer (frame, 0);
}

/* Hands whole frames to the encoder, and with @all what is left too. */
static int
encode_ready (BbAudioEncoder *self, gboolean all, BbPacketFunc func, gpointer user_data)
{
  int size = self->encoder->frame_size > 0 ? self->encoder->frame_size : 1024;
  int n_ready;
  int result = 0;

  while ((n_ready = av_audio_fifo_size (self->fifo)) >= size || (all && n_ready > 0))
    {
      g_autoptr (AVFrame) frame = av_frame_alloc ();

      result = allocate (self, frame, MIN (n_ready, size));
      if (result < 0)
        return result;
      frame->pts = self->position - n_ready;
      av_audio_fifo_read (self->fifo, (void **) frame->extended_data, frame->nb_samples);
      result = encode (self, frame, func, user_data);
      if (result < 0)
        return result;
    }
  return result;
}

/* Silence up to the end of the encoder's frame, or to @until where that is earlier. */
static int
pad (BbAudioEncoder *self, gint64 until, BbPacketFunc func, gpointer user_data)
{
  int n_ready = av_audio_fifo_size (self->fifo);
  int n = (int) MIN (self->encoder->frame_size - n_ready, until - self->position);
  g_autoptr (AVFrame) silence = NULL;
  int result;

  if (n_ready == 0 || n <= 0)
    return 0;
  silence = av_frame_alloc ();
  result = allocate (self, silence, n);
  if (result < 0)
    return result;
  av_samples_set_silence (silence->extended_data, 0, n, silence->ch_layout.nb_channels,
                          silence->format);
  av_audio_fifo_write (self->fifo, (void **) silence->extended_data, n);
  self->position += n;
  return encode_ready (self, FALSE, func, user_data);
}

/* Puts what was made where it belongs: @at, in samples from the target's start. */
static int
put (BbAudioEncoder *self, gint64 at, BbPacketFunc func, gpointer user_data)
{
  const AVFrame *made = self->made;
  gboolean planar = av_sample_fmt_is_planar (made->format);
  int n_channels = made->ch_layout.nb_channels;
  gsize step = (gsize) av_get_bytes_per_sample (made->format) * (planar ? 1 : (gsize) n_channels);
  int n_planes = planar ? n_channels : 1;
  g_autofree guint8 **data = g_new (guint8 *, n_planes);
  gint64 skip;
  gint64 n;
  int result = 0;

  /* A clock that goes back is no reason to lose what comes from there on. */
  if (self->anchored && (ABS (at - self->position) <= self->gap * self->encoder->sample_rate ||
                         at < self->position - self->encoder->sample_rate))
    at = self->position;
  if (at >= self->end)
    return 0;
  if (at > self->position)
    {
      if (self->anchored)
        result = pad (self, at, func, user_data);
      if (result < 0)
        return result;
      self->position = at;
    }
  /* Before the trim, or said already. */
  skip = self->position - at;
  n = MIN (made->nb_samples - skip, self->end - self->position);
  if (n <= 0)
    return 0;
  for (int i = 0; i < n_planes; i++)
    data[i] = made->extended_data[i] + (gsize) skip * step;
  result = av_audio_fifo_write (self->fifo, (void **) data, (int) n);
  if (result < 0)
    return result;
  self->anchored = TRUE;
  self->position += n;
  return encode_ready (self, FALSE, func, user_data);
}

/* Brings a frame to the encoder's format, or with %NULL what the resampler still holds. */
static int
convert (BbAudioEncoder *self, const AVFrame *frame, BbPacketFunc func, gpointer user_data)
{
  int most = bb_resampler_get_n_out (self->resampler, frame);
  gint64 at = self->position;
  int result;

  if (most == 0)
    return 0;
  /* What the resampler still holds comes before this frame. */
  if (frame != NULL && frame->pts != AV_NOPTS_VALUE)
    at = bb_ffmpeg_rescale (frame->pts, self->time_base, self->encoder->time_base) - self->start -
         bb_resampler_get_delay (self->resampler);
  result = allocate (self, self->made, most);
  if (result >= 0)
    result = bb_resampler_convert (self->resampler, self->made->extended_data, most, frame);
  if (result > 0)
    {
      self->made->nb_samples = result;
      result = put (self, at, func, user_data);
    }
  av_frame_unref (self->made);
  return result;
}

static int
take (BbAudioEncoder *self, const AVFrame *frame, BbPacketFunc func, gpointer user_data)
{
  if (!bb_resampler_is_for (self->resampler, frame))
    {
      int result = convert (self, NULL, func, user_data);

      if (result < 0)
        return result;
      if (bb_resampler_set_input (self->resampler, frame) < 0)
        {
          self->n_corrupt++;
          return 0;
        }
      check_channels (self, &frame->ch_layout);
    }
  return convert (self, frame, func, user_data);
}

/**
 * bb_audio_encoder_be_exact:
 * @encoder: an encoder
 *
 * Puts sound where its times say to within some milliseconds from now on: where a clock jumps the
 * pieces fit less well together than the packets of one recording.
 */
void
bb_audio_encoder_be_exact (BbAudioEncoder *encoder)
{
  encoder->gap = EXACT_GAP;
}

/* Takes what the decoder has ready: 0, AVERROR_EOF where that was the last, or another negative
 * FFmpeg error. */
static int
receive (BbAudioEncoder *self, BbPacketFunc func, gpointer user_data)
{
  while (TRUE)
    {
      int result = avcodec_receive_frame (self->decoder, self->frame);

      if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
        return result == AVERROR_EOF ? result : 0;
      if (result < 0)
        {
          self->n_corrupt++;
          return 0;
        }
      self->frame->pts = self->frame->best_effort_timestamp;
      result = take (self, self->frame, func, user_data);
      av_frame_unref (self->frame);
      if (result < 0)
        return result;
    }
}

/**
 * bb_audio_encoder_set_stream:
 * @encoder: an encoder
 * @stream: a stream that goes on with the sound; times stay in the time base of the first one
 * @func: gets what comes out of it
 * @user_data: data for @func
 *
 * Decodes packets of another stream from now on. Where there is no decoder for it, they count as
 * damaged.
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_audio_encoder_set_stream (BbAudioEncoder *encoder, const AVStream *stream, BbPacketFunc func,
                             gpointer user_data)
{
  int result = 0;

  if (encoder->decoder != NULL)
    {
      avcodec_send_packet (encoder->decoder, NULL);
      result = receive (encoder, func, user_data);
    }
  bb_ffmpeg_open_decoder (&encoder->decoder, stream, encoder->time_base);
  return result == AVERROR_EOF ? 0 : result;
}

/**
 * bb_audio_encoder_push:
 * @encoder: an encoder
 * @packet: (nullable): a packet of the stream; %NULL is the end
 * @func: gets what comes out of it; times count from the trim's start
 * @user_data: data for @func
 *
 * Decodes and encodes a packet. Damaged ones are skipped and counted. Sound whose channels, rate or
 * format change is resampled anew from there on.
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_audio_encoder_push (BbAudioEncoder *encoder, const AVPacket *packet, BbPacketFunc func,
                       gpointer user_data)
{
  int result = encoder->decoder != NULL ? avcodec_send_packet (encoder->decoder, packet)
                                        : AVERROR_DECODER_NOT_FOUND;

  if (result < 0 && result != AVERROR_EOF)
    encoder->n_corrupt += packet != NULL;
  result = encoder->decoder != NULL ? receive (encoder, func, user_data) : 0;
  if (result == AVERROR_EOF)
    result = 0;
  if (result < 0 || packet != NULL)
    return result;
  result = convert (encoder, NULL, func, user_data);
  if (result >= 0)
    result = encode_ready (encoder, TRUE, func, user_data);
  return result < 0 ? result : encode (encoder, NULL, func, user_data);
}
