/* bb-subtitle.c: text subtitles from one form into another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-subtitle.h"

#include "bb-ffmpeg.h"

#include <string.h>

/* As much as ffmpeg allows for a subtitle. */
#define MAX_SIZE (1024 * 1024)

struct _BbSubtitle {
  AVCodecContext *decoder;
  AVCodecContext *encoder;
  guint8 *buffer;
};

/**
 * bb_subtitle_is_text:
 * @codec: a codec
 *
 * Returns: whether it is a form of subtitles that are text, not pictures
 */
gboolean
bb_subtitle_is_text (enum AVCodecID codec)
{
  const AVCodecDescriptor *descriptor = avcodec_descriptor_get (codec);

  return descriptor != NULL && (descriptor->props & AV_CODEC_PROP_TEXT_SUB) != 0;
}

/**
 * bb_subtitle_new:
 * @stream: a stream of text subtitles
 * @codec: the form to convert them to
 *
 * Returns: (transfer full) (nullable): a converter; %NULL where FFmpeg cannot do that
 */
BbSubtitle *
bb_subtitle_new (const AVStream *stream, enum AVCodecID codec)
{
  const AVCodec *encoder = avcodec_find_encoder (codec);
  BbSubtitle *self = g_new0 (BbSubtitle, 1);

  if (encoder == NULL || bb_ffmpeg_open_decoder (&self->decoder, stream, stream->time_base) < 0)
    goto fail;

  self->encoder = avcodec_alloc_context3 (encoder);
  self->encoder->time_base = (AVRational) { 1, 1000 };
  if (self->decoder->subtitle_header != NULL)
    {
      /* Encoders read the styles that the decoder made up. */
      self->encoder->subtitle_header = av_mallocz ((gsize) self->decoder->subtitle_header_size + 1);
      memcpy (self->encoder->subtitle_header, self->decoder->subtitle_header,
              (gsize) self->decoder->subtitle_header_size);
      self->encoder->subtitle_header_size = self->decoder->subtitle_header_size;
    }
  if (avcodec_open2 (self->encoder, encoder, NULL) < 0)
    goto fail;
  self->buffer = av_malloc (MAX_SIZE);
  return self;

fail:
  bb_subtitle_free (self);
  return NULL;
}

/**
 * bb_subtitle_free:
 * @subtitle: (transfer full) (nullable): a converter
 */
void
bb_subtitle_free (BbSubtitle *subtitle)
{
  if (subtitle == NULL)
    return;
  avcodec_free_context (&subtitle->decoder);
  avcodec_free_context (&subtitle->encoder);
  av_free (subtitle->buffer);
  g_free (subtitle);
}

/**
 * bb_subtitle_get_context:
 * @subtitle: a converter
 *
 * Returns: the encoder's context
 */
const AVCodecContext *
bb_subtitle_get_context (BbSubtitle *subtitle)
{
  return subtitle->encoder;
}

/**
 * bb_subtitle_has_delay:
 * @subtitle: a converter
 *
 * Returns: whether the decoder gives a line only with a later packet, or at the end
 */
gboolean
bb_subtitle_has_delay (BbSubtitle *subtitle)
{
  return (subtitle->decoder->codec->capabilities & AV_CODEC_CAP_DELAY) != 0;
}

/* A line's times: the packet's, or with a decoder that is late its own. */
static void
set_times (BbSubtitle *self, AVPacket *out, const AVPacket *in, const AVSubtitle *decoded)
{
  if (in != NULL && !bb_subtitle_has_delay (self))
    {
      out->time_base = self->decoder->pkt_timebase;
      out->pts = out->dts = in->pts;
      out->duration = in->duration;
      return;
    }
  out->time_base = AV_TIME_BASE_Q;
  out->pts = out->dts = decoded->pts != AV_NOPTS_VALUE
                          ? av_sat_add64 (decoded->pts, (gint64) decoded->start_display_time * 1000)
                          : AV_NOPTS_VALUE;
  /* Without an end a line stays until the next one. */
  if (decoded->end_display_time != G_MAXUINT32 &&
      decoded->end_display_time > decoded->start_display_time)
    out->duration = (gint64) (decoded->end_display_time - decoded->start_display_time) * 1000;
}

/**
 * bb_subtitle_convert:
 * @subtitle: a converter
 * @in: (nullable): a packet of the source; %NULL asks for what the decoder still holds
 * @out: an empty packet; gets the data, and times in its own time base
 *
 * Returns: 1 where @out was filled, 0 where there is nothing to show, or a negative FFmpeg error
 */
int
bb_subtitle_convert (BbSubtitle *subtitle, const AVPacket *in, AVPacket *out)
{
  AVPacket *end = in == NULL ? av_packet_alloc () : NULL;
  AVSubtitle decoded = { 0 };
  int got = 0;
  int result = avcodec_decode_subtitle2 (subtitle->decoder, &decoded, &got, in != NULL ? in : end);
  int size = 0;

  av_packet_free (&end);
  if (result < 0 || !got)
    return result < 0 ? result : 0;
  set_times (subtitle, out, in, &decoded);
  if (decoded.num_rects > 0)
    {
      /* Times travel in the packet. */
      decoded.end_display_time -= decoded.start_display_time;
      decoded.start_display_time = 0;
      size = avcodec_encode_subtitle (subtitle->encoder, subtitle->buffer, MAX_SIZE, &decoded);
    }
  avsubtitle_free (&decoded);
  result = size > 0 ? av_grow_packet (out, size) : size;
  if (result < 0 || size <= 0)
    {
      av_packet_unref (out);
      return result;
    }
  memcpy (out->data, subtitle->buffer, (gsize) size);
  out->flags |= AV_PKT_FLAG_KEY;
  return 1;
}
