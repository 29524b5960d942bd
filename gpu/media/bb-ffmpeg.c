/* bb-ffmpeg.c: habits of FFmpeg's libraries in GLib's terms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-ffmpeg.h"

#include "bb-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <libavutil/error.h>
#include <libavutil/hwcontext.h>
#include <libavutil/log.h>

static void G_GNUC_PRINTF (3, 0)
  log_cb (void *context, int level, const char *format, va_list arguments)
{
  g_autofree char *text = NULL;

  if (level > AV_LOG_WARNING)
    return;
  text = g_strdup_vprintf (format, arguments);
  g_debug ("FFmpeg: %s", g_strchomp (text));
}

/**
 * bb_ffmpeg_init:
 *
 * Sends what FFmpeg's libraries log to g_debug(): a failure reaches people as one #GError.
 */
void
bb_ffmpeg_init (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      av_log_set_callback (log_cb);
      /* SVT-AV1 writes to standard error by itself, unless it is told not to. */
      g_setenv ("SVT_LOG", "0", FALSE);
      g_once_init_leave (&done, 1);
    }
}

/* FFmpeg's own errors lie beyond the system's. */
#define MAX_ERRNO 4096

/* For xgettext: what av_strerror() says, in English only. */
G_GNUC_UNUSED static const char *const reasons[] = {
  N_ ("Bitstream filter not found"),
  N_ ("Buffer too small"),
  N_ ("Decoder not found"),
  N_ ("Demuxer not found"),
  N_ ("Encoder not found"),
  N_ ("End of file"),
  N_ ("Experimental feature"),
  N_ ("Filter not found"),
  N_ ("Generic error in an external library"),
  N_ ("Immediate exit requested"),
  N_ ("Input changed"),
  N_ ("Internal bug, should not have happened"),
  N_ ("Invalid data found when processing input"),
  N_ ("Muxer not found"),
  N_ ("Not yet implemented in FFmpeg, patches welcome"),
  N_ ("Option not found"),
  N_ ("Output changed"),
  N_ ("Protocol not found"),
  N_ ("Stream not found"),
  N_ ("Unknown error occurred"),
};

/**
 * bb_ffmpeg_reason:
 * @result: a negative result of FFmpeg's
 *
 * Returns: what it means, for people, without a full stop
 */
const char *
bb_ffmpeg_reason (int result)
{
  char text[AV_ERROR_MAX_STRING_SIZE] = "";

  /* The system has translations of its own. */
  if (AVUNERROR (result) < MAX_ERRNO)
    return g_strerror (AVUNERROR (result));
  if (av_strerror (result, text, sizeof text) < 0)
    /* Translators: in place of a description: a number */
    g_snprintf (text, sizeof text, _ ("error %d"), result);
  return g_intern_string (_ (text));
}

/**
 * bb_ffmpeg_set_write_error:
 * @name: name of a file, for people
 * @result: the negative error of a muxer that writes it
 * @error: return location for an error
 *
 * Sets %BB_ERROR_SPACE, %BB_ERROR_OUTPUT or, where it was interrupted, %G_IO_ERROR_CANCELLED.
 */
void
bb_ffmpeg_set_write_error (const char *name, int result, GError **error)
{
  if (result == AVERROR_EXIT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The render was cancelled"));
  else if (result == AVERROR (ENOSPC) || result == AVERROR (EDQUOT) || result == AVERROR (EFBIG))
    g_set_error (
      error, BB_ERROR, BB_ERROR_SPACE,
      _ ("Cannot write “%s”: there is no space left; make room, or choose another folder"), name);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 _ ("Cannot write “%s”: %s; choose another folder"), name,
                 bb_ffmpeg_reason (result));
}

/**
 * bb_ffmpeg_url:
 * @path: name of a local file
 *
 * Returns: (transfer full): a URL that means just that file, whatever its name looks like
 */
char *
bb_ffmpeg_url (const char *path)
{
  return g_strconcat ("file:", path, NULL);
}

/* Times of damaged files are anything. Up to here two of them can be added. */
#define MOST_TIME (G_MAXINT64 / 4)

/**
 * bb_ffmpeg_rescale:
 * @time: a time, such as a damaged file may have; %AV_NOPTS_VALUE is kept
 * @from: its time base
 * @to: another time base
 *
 * Returns: the time in the other time base; where it is out of all reason, the nearest that can still be
 *   added to another one
 */
gint64
bb_ffmpeg_rescale (gint64 time, AVRational from, AVRational to)
{
  gint64 rescaled;

  if (time == AV_NOPTS_VALUE)
    return AV_NOPTS_VALUE;
  rescaled = av_rescale_q (time, from, to);
  /* What av_rescale_q() says where the result does not fit. */
  if (rescaled == G_MININT64)
    return time < 0 ? -MOST_TIME : MOST_TIME;
  return CLAMP (rescaled, -MOST_TIME, MOST_TIME);
}

/**
 * bb_ffmpeg_to_nanoseconds:
 * @time: a time; %AV_NOPTS_VALUE is kept
 * @time_base: its time base
 *
 * Returns: the same in nanoseconds, see bb_ffmpeg_rescale()
 */
gint64
bb_ffmpeg_to_nanoseconds (gint64 time, AVRational time_base)
{
  return bb_ffmpeg_rescale (time, time_base, BB_NANOSECONDS);
}

/**
 * bb_ffmpeg_from_nanoseconds:
 * @time: nanoseconds; %AV_NOPTS_VALUE is kept
 * @time_base: a time base
 *
 * Returns: the same in the time base, see bb_ffmpeg_rescale()
 */
gint64
bb_ffmpeg_from_nanoseconds (gint64 time, AVRational time_base)
{
  return bb_ffmpeg_rescale (time, BB_NANOSECONDS, time_base);
}

/**
 * bb_ffmpeg_copy_properties:
 * @frame: a frame
 *
 * Returns: (transfer full): a frame without samples for bb_ffmpeg_is_alike()
 */
AVFrame *
bb_ffmpeg_copy_properties (const AVFrame *frame)
{
  AVFrame *copy = av_frame_alloc ();

  copy->width = frame->width;
  copy->height = frame->height;
  copy->format = frame->format;
  copy->sample_aspect_ratio = frame->sample_aspect_ratio;
  copy->colorspace = frame->colorspace;
  copy->color_range = frame->color_range;
  return copy;
}

/**
 * bb_ffmpeg_is_alike:
 * @frame: a frame
 * @other: another one
 *
 * Returns: whether both have the same size, sample aspect, pixel format, matrix and range, so that what was
 *   made for one takes the other
 */
gboolean
bb_ffmpeg_is_alike (const AVFrame *frame, const AVFrame *other)
{
  return frame->width == other->width && frame->height == other->height &&
         frame->format == other->format &&
         av_cmp_q (frame->sample_aspect_ratio, other->sample_aspect_ratio) == 0 &&
         frame->colorspace == other->colorspace && frame->color_range == other->color_range;
}

/**
 * bb_ffmpeg_to_host:
 * @frame: a frame; one in device memory becomes the same in host memory
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_ffmpeg_to_host (AVFrame *frame)
{
  AVFrame *host;
  int result;

  if (frame->hw_frames_ctx == NULL)
    return 0;
  host = av_frame_alloc ();
  result = av_hwframe_transfer_data (host, frame, 0);
  if (result >= 0)
    result = av_frame_copy_props (host, frame);
  if (result >= 0)
    {
      av_frame_unref (frame);
      av_frame_move_ref (frame, host);
    }
  av_frame_free (&host);
  return result;
}

/**
 * bb_ffmpeg_free_packet:
 * @packet: (transfer full): a packet of FFmpeg's, for containers of GLib's
 */
void
bb_ffmpeg_free_packet (gpointer packet)
{
  av_packet_free ((AVPacket *[]) { packet });
}

/**
 * bb_ffmpeg_free_frame:
 * @frame: (transfer full): a frame of FFmpeg's, for containers of GLib's
 */
void
bb_ffmpeg_free_frame (gpointer frame)
{
  av_frame_free ((AVFrame *[]) { frame });
}

/**
 * bb_ffmpeg_open_decoder:
 * @decoder: (inout): what decoded before, if anything, which is freed; gets the decoder, %NULL
 * where there is none
 * @stream: a stream of sound or subtitles
 * @time_base: of its packets
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_ffmpeg_open_decoder (AVCodecContext **decoder, const AVStream *stream, AVRational time_base)
{
  const AVCodec *codec = avcodec_find_decoder (stream->codecpar->codec_id);
  int result;

  avcodec_free_context (decoder);
  if (codec == NULL)
    return AVERROR_DECODER_NOT_FOUND;
  *decoder = avcodec_alloc_context3 (codec);
  (*decoder)->pkt_timebase = time_base;
  result = avcodec_parameters_to_context (*decoder, stream->codecpar);
  if (result >= 0)
    result = avcodec_open2 (*decoder, codec, NULL);
  if (result < 0)
    avcodec_free_context (decoder);
  return result;
}

static int
interrupted (void *data)
{
  GCancellable **cancellable = data;

  return g_cancellable_is_cancelled (*cancellable);
}

/**
 * bb_ffmpeg_interrupt_init:
 * @interrupt: (out caller-allocates): a callback for I/O
 * @cancellable: where the cancellable of the call at hand is found; must stay
 *
 * Lets a cancellable end FFmpeg's I/O.
 */
void
bb_ffmpeg_interrupt_init (AVIOInterruptCB *interrupt, GCancellable **cancellable)
{
  interrupt->callback = interrupted;
  interrupt->opaque = cancellable;
}
