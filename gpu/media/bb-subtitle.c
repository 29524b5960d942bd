/* bb-subtitle.c: text subtitles from one form into another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-subtitle.h"

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
  const AVCodec *decoder = avcodec_find_decoder (stream->codecpar->codec_id);
  const AVCodec *encoder = avcodec_find_encoder (codec);
  BbSubtitle *self = g_new0 (BbSubtitle, 1);

  if (decoder == NULL || encoder == NULL)
    goto fail;
  self->decoder = avcodec_alloc_context3 (decoder);
  if (avcodec_parameters_to_context (self->decoder, stream->codecpar) < 0)
    goto fail;
  self->decoder->pkt_timebase = stream->time_base;
  if (avcodec_open2 (self->decoder, decoder, NULL) < 0)
    goto fail;

  self->encoder = avcodec_alloc_context3 (encoder);
  self->encoder->time_base = (AVRational) { 1, 1000 };
  if (self->decoder->subtitle_header != NULL)
    {
      /* Encoders read the styles that the decoder made up. */
      self->encoder->subtitle_header =
        av_mallocz ((gsize) self->decoder->subtitle_header_size + 1);
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

/* When a line is shown, as its decoder says: captions come in pieces, and their packets' times are those of the
 * pieces. */
static void
set_times (BbSubtitle *subtitle, const AVSubtitle *decoded, const AVPacket *in, AVPacket *out)
{
  gint64 start = decoded->pts;
  gint64 duration = 0;

  if (start == AV_NOPTS_VALUE && in->pts != AV_NOPTS_VALUE)
    start = av_rescale_q (in->pts, subtitle->decoder->pkt_timebase, AV_TIME_BASE_Q);
  if (start != AV_NOPTS_VALUE)
    start += (gint64) decoded->start_display_time * 1000;
  if (decoded->end_display_time != G_MAXUINT32)
    duration = ((gint64) decoded->end_display_time - decoded->start_display_time) * 1000;
  if (duration <= 0)
    duration = av_rescale_q (in->duration, subtitle->decoder->pkt_timebase, AV_TIME_BASE_Q);
  out->pts = out->dts = start;
  out->duration = MAX (duration, 0);
}

/**
 * bb_subtitle_convert:
 * @subtitle: a converter
 * @in: a packet of the source; an empty one asks for what is left at the end
 * @out: an empty packet; gets the data, and times in %AV_TIME_BASE
 *
 * Returns: 1 where @out was filled, 0 where @in holds nothing to show, or a negative FFmpeg error
 */
int
bb_subtitle_convert (BbSubtitle *subtitle, const AVPacket *in, AVPacket *out)
{
  AVSubtitle decoded = { 0 };
  int got = 0;
  int result = avcodec_decode_subtitle2 (subtitle->decoder, &decoded, &got, in);
  int size = 0;

  if (result < 0 || !got)
    return result < 0 ? result : 0;
  set_times (subtitle, &decoded, in, out);
  if (decoded.num_rects > 0)
    {
      /* Times travel in the packet. */
      decoded.end_display_time -= decoded.start_display_time;
      decoded.start_display_time = 0;
      size = avcodec_encode_subtitle (subtitle->encoder, subtitle->buffer, MAX_SIZE, &decoded);
    }
  avsubtitle_free (&decoded);
  if (size <= 0)
    return size;
  result = av_grow_packet (out, size);
  if (result < 0)
    return result;
  memcpy (out->data, subtitle->buffer, (gsize) size);
  out->flags |= AV_PKT_FLAG_KEY;
  return 1;
}
