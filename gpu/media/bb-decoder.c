/* bb-decoder.c: decoded frames of a file's picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-decoder.h"

#include "bb-codec.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-phases.h"

#include <libavcodec/avcodec.h>
#include <libavutil/intreadwrite.h>

#include <glib/gi18n-lib.h>

struct _BbDecoder {
  BbDemuxer *demuxer; /* not owned */
  AVPacket *packet;
  int n_corrupt; /* damaged packets and frames; atomic */

  AVBufferRef *device;      /* of the GPU that decodes; NULL for the CPU */
  BbCodecSurfaces surfaces; /* of the device that others may hold */
  gint64 opening; /* when the GPU's decoder began to be opened; 0 once it has delivered a frame */
  char *notice;

  /* What opening a codec makes; NULL where that failed. */
  AVCodecContext *context;
  AVStream *stream;     /* the one that it was opened for */
  enum AVCodecID codec; /* it was of then */

  /* What a seek starts anew. */
  gboolean packet_waits; /* the packet at hand is to be decoded next */
  gboolean changing;     /* the codec is drained, for another one */
  gboolean draining;
  guint n_corrupt_packets;  /* whose frames are still to come */
  gint64 drop_before;       /* frames before this lack references */
  gint64 skip_nonref_until; /* frames before this are only decoded where others refer to them */
  gint64 skipped_until;     /* of those that came so far */
  gint64 last_pts;          /* AV_NOPTS_VALUE before the first frame */

  gint64 last_duration; /* of the frame that came last, also before a seek */
};

/* The GPU's decoder where there is one for the codec, else the CPU's. */
static gboolean
open_stream (BbDecoder *decoder, AVStream *stream, GError **error)
{
  gint64 begin = bb_phase_begin ();

  avcodec_free_context (&decoder->context);
  decoder->stream = stream;
  decoder->codec = stream->codecpar->codec_id;
  decoder->context = bb_codec_open (bb_demuxer_get_path (decoder->demuxer), stream,
                                    bb_demuxer_get_stream (decoder->demuxer)->time_base,
                                    decoder->device, &decoder->surfaces, error);
  if (decoder->context == NULL)
    return FALSE;
  decoder->opening = decoder->context->hw_device_ctx != NULL ? begin : 0;
  return TRUE;
}

/* What is true wherever reading begins. */
static void
reset (BbDecoder *decoder)
{
  av_packet_unref (decoder->packet);
  decoder->packet_waits = decoder->changing = FALSE;
  decoder->draining = FALSE;
  g_atomic_int_set (&decoder->n_corrupt, 0);
  decoder->n_corrupt_packets = 0;
  decoder->drop_before = G_MININT64;
  decoder->skip_nonref_until = decoder->skipped_until = G_MININT64;
  decoder->last_pts = AV_NOPTS_VALUE;
}

/**
 * bb_decoder_new:
 * @demuxer: a demuxer that stands at its beginning; must stay, and is the decoder's to read and
 * seek
 * @error: return location for an error
 *
 * Opens the CPU's decoder for a file's picture.
 *
 * Returns: (transfer full): a decoder, or %NULL with %BB_ERROR_INPUT
 */
BbDecoder *
bb_decoder_new (BbDemuxer *demuxer, GError **error)
{
  g_autoptr (BbDecoder) decoder = g_new0 (BbDecoder, 1);

  decoder->demuxer = demuxer;
  decoder->packet = av_packet_alloc ();
  reset (decoder);
  if (!open_stream (decoder, bb_demuxer_get_stream (demuxer), error))
    return NULL;
  return g_steal_pointer (&decoder);
}

/**
 * bb_decoder_free:
 * @decoder: (transfer full) (nullable): a decoder
 *
 * Frames that are still held stay valid.
 */
void
bb_decoder_free (BbDecoder *decoder)
{
  if (decoder == NULL)
    return;
  avcodec_free_context (&decoder->context);
  av_packet_free (&decoder->packet);
  av_buffer_unref (&decoder->device);
  g_free (decoder->notice);
  g_free (decoder);
}

/* Opens a codec anew that begins with the file's first frame. */
static gboolean
rewind_to_start (BbDecoder *decoder, GCancellable *cancellable, GError **error)
{
  avcodec_free_context (&decoder->context);
  reset (decoder);
  return bb_demuxer_rewind (decoder->demuxer, cancellable, error) &&
         open_stream (decoder, bb_demuxer_get_stream (decoder->demuxer), error);
}

/**
 * bb_decoder_restart:
 * @decoder: a decoder
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the beginning by opening the file again, which works for every file.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_decoder_restart (BbDecoder *decoder, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  avcodec_free_context (&decoder->context);
  reset (decoder);
  return bb_demuxer_reopen (decoder->demuxer, cancellable, error) &&
         open_stream (decoder, bb_demuxer_get_stream (decoder->demuxer), error);
}

/**
 * bb_decoder_seek:
 * @decoder: a decoder
 * @pts: a time in the stream's time base, not before the first frame's
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to a keyframe at or before @pts. Where there is no index, or FFmpeg lands too late, that is
 * the file's beginning. The count of damaged data starts anew.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_decoder_seek (BbDecoder *decoder, gint64 pts, GCancellable *cancellable, GError **error)
{
  gint64 first;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (decoder->context == NULL || !bb_demuxer_seek (decoder->demuxer, pts, &first, cancellable))
    return bb_decoder_restart (decoder, cancellable, error);
  avcodec_flush_buffers (decoder->context);
  reset (decoder);
  decoder->drop_before = first;
  return TRUE;
}

/**
 * bb_decoder_skip_nonref_until:
 * @decoder: a decoder
 * @pts: a time in the stream's time base
 *
 * Leaves out frames before @pts that no other frame refers to, as far as the codec can, until
 * reading begins anywhere else.
 */
void
bb_decoder_skip_nonref_until (BbDecoder *decoder, gint64 pts)
{
  decoder->skip_nonref_until = pts;
}

/**
 * bb_decoder_get_skipped_until:
 * @decoder: a decoder
 *
 * Returns: the time before which frames were left out so far, %G_MININT64 where none were
 */
gint64
bb_decoder_get_skipped_until (BbDecoder *decoder)
{
  return decoder->skipped_until;
}

/* The first one stays. */
static void
take_notice (BbDecoder *decoder, char *notice)
{
  if (decoder->notice == NULL)
    decoder->notice = notice;
  else
    g_free (notice);
}

/**
 * bb_decoder_leave_gpu:
 * @decoder: a decoder
 * @time: a time in the stream's time base, not before the first frame's; %AV_NOPTS_VALUE is the
 * beginning
 * @notice: (transfer full) (nullable): why, a sentence, where it was not decoding that failed
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lets the CPU decode from now on: the GPU's decoder failed, or what else it was to do with the
 * frames. Goes to a keyframe at or before @time, or further back. The count of damaged data goes
 * on.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_decoder_leave_gpu (BbDecoder *decoder, gint64 time, char *notice, GCancellable *cancellable,
                      GError **error)
{
  int n_corrupt = g_atomic_int_get (&decoder->n_corrupt);

  if (notice != NULL)
    take_notice (decoder, notice);
  av_buffer_unref (&decoder->device);
  if (time == AV_NOPTS_VALUE || !bb_demuxer_has_stable_times (decoder->demuxer))
    {
      if (!bb_decoder_restart (decoder, cancellable, error))
        return FALSE;
    }
  else if (!open_stream (decoder, decoder->stream, error) ||
           !bb_decoder_seek (decoder, time, cancellable, error))
    return FALSE;
  g_atomic_int_set (&decoder->n_corrupt, n_corrupt);
  return TRUE;
}

/* Whether the GPU failed, not what it was given. */
static gboolean
is_gpu_failure (BbDecoder *decoder, int result)
{
  return decoder->device != NULL && result < 0 && result != AVERROR (EAGAIN) &&
         result != AVERROR_EOF && result != AVERROR_INVALIDDATA;
}

/* The GPU cannot go on. Whether @result is known; else it begins again with fewer surfaces. */
static gboolean
handle_gpu_failure (BbDecoder *decoder, int failure, BbDecoderResult *result,
                    GCancellable *cancellable, GError **error)
{
  const AVStream *stream = bb_demuxer_get_stream (decoder->demuxer);

  /* It was refused before it decoded anything: the driver may refuse what it documents. */
  if (failure == AVERROR (ENOSYS) && decoder->last_pts == AV_NOPTS_VALUE &&
      bb_codec_surfaces_get_n_held (&decoder->surfaces) > 0)
    {
      g_debug ("%s: with fewer surfaces (%s)", bb_demuxer_get_path (decoder->demuxer),
               bb_ffmpeg_reason (failure));
      bb_codec_surfaces_reduce (&decoder->surfaces);
      *result = BB_DECODER_ERROR;
      return !rewind_to_start (decoder, cancellable, error);
    }
  if (decoder->last_pts != AV_NOPTS_VALUE)
    take_notice (decoder,
                 /* Translators: seconds, and what is wrong */
                 g_strdup_printf (_ ("The GPU stopped decoding at %.3f s (%s): the CPU "
                                     "decodes from there"),
                                  (double) decoder->last_pts * av_q2d (stream->time_base),
                                  bb_ffmpeg_reason (failure)));
  else
    take_notice (decoder,
                 /* Translators: the name of a codec */
                 g_strdup_printf (_ ("The GPU does not decode this video (%s): the CPU does"),
                                  avcodec_get_name (decoder->stream->codecpar->codec_id)));
  *result = BB_DECODER_GPU_FAILED;
  return TRUE;
}

/**
 * bb_decoder_supports_device:
 * @decoder: a decoder
 * @device: FFmpeg's view of a GPU
 *
 * Returns: whether GPUs of its kind decode files like this one. Where they do not, that is no news
 * to anybody
 */
gboolean
bb_decoder_supports_device (BbDecoder *decoder, AVBufferRef *device)
{
  const AVStream *stream = bb_demuxer_get_stream (decoder->demuxer);

  return bb_codec_find_for_device (stream->codecpar->codec_id, device) != NULL;
}

/**
 * bb_decoder_set_device:
 * @decoder: a decoder
 * @device: (nullable): FFmpeg's view of the GPU that shall decode; %NULL is the CPU
 * @n_held: frames that are held at once at most, besides those that the decoder needs itself, so
 * many more surfaces it gets; 0 where they are many: then each is copied out of the decoder's
 * surface
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Chooses what decodes, and goes to the file's beginning. Frames come in device memory where the
 * GPU can decode them; where it cannot, or fails later, bb_decoder_read() says so, and
 * bb_decoder_get_notice() why.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_decoder_set_device (BbDecoder *decoder, AVBufferRef *device, guint n_held,
                       GCancellable *cancellable, GError **error)
{
  av_buffer_replace (&decoder->device, device);
  decoder->surfaces.n_wanted = n_held;
  g_clear_pointer (&decoder->notice, g_free);
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         rewind_to_start (decoder, cancellable, error);
}

/**
 * bb_decoder_get_n_held:
 * @decoder: a decoder
 *
 * Returns: frames that may be held at once, as far as the decoder has surfaces for them, on any
 * thread; 0 where each is copied out of the decoder's, or the CPU decodes
 */
guint
bb_decoder_get_n_held (BbDecoder *decoder)
{
  return bb_codec_surfaces_get_n_held (&decoder->surfaces);
}

/**
 * bb_decoder_get_notice:
 * @decoder: a decoder
 *
 * Returns: (nullable): why the CPU decodes although a GPU should, a sentence
 */
const char *
bb_decoder_get_notice (BbDecoder *decoder)
{
  return decoder->notice;
}

/**
 * bb_decoder_get_n_corrupt:
 * @decoder: a decoder
 *
 * Returns: damaged packets and frames since the file was opened or the last seek, on any thread
 */
guint
bb_decoder_get_n_corrupt (BbDecoder *decoder)
{
  return (guint) g_atomic_int_get (&decoder->n_corrupt);
}

/**
 * bb_decoder_get_last_duration:
 * @decoder: a decoder
 *
 * Returns: duration of the frame that was read last
 */
gint64
bb_decoder_get_last_duration (BbDecoder *decoder)
{
  return decoder->last_duration;
}

/* Whether the packet at hand can only be decoded with a key. */
static gboolean
is_encrypted (BbDecoder *decoder)
{
  const AVStream *stream = bb_demuxer_get_packet_stream (decoder->packet);

  return av_packet_get_side_data (decoder->packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL ||
         av_dict_get (stream->metadata, "enc_key_id", NULL, 0) != NULL;
}

/* Cropping of the container (Matroska's PixelCrop, QuickTime's clean aperture) and of the codec. */
static void
crop (BbDecoder *decoder, AVFrame *frame)
{
  const AVCodecParameters *parameters = decoder->stream->codecpar;
  const AVPacketSideData *data = av_packet_side_data_get (
    parameters->coded_side_data, parameters->nb_coded_side_data, AV_PKT_DATA_FRAME_CROPPING);

  if (data != NULL && data->size >= 4 * sizeof (guint32))
    {
      size_t top = frame->crop_top + AV_RL32 (data->data);
      size_t bottom = frame->crop_bottom + AV_RL32 (data->data + 4);
      size_t left = frame->crop_left + AV_RL32 (data->data + 8);
      size_t right = frame->crop_right + AV_RL32 (data->data + 12);

      if (left + right < (size_t) frame->width && top + bottom < (size_t) frame->height)
        {
          frame->crop_top = top;
          frame->crop_bottom = bottom;
          frame->crop_left = left;
          frame->crop_right = right;
        }
    }
  /* In device memory FFmpeg itself only crops right and bottom. */
  if (frame->crop_left != 0 || frame->crop_top != 0)
    bb_ffmpeg_to_host (frame);
  av_frame_apply_cropping (frame, AV_FRAME_CROP_UNALIGNED);
}

/* How long a frame lasts, as far as it is known before the next one: as the ffmpeg program has it.
 */
static gint64
guess_duration (BbDecoder *decoder, const AVFrame *frame)
{
  AVStream *stream = bb_demuxer_get_stream (decoder->demuxer);
  gboolean has_timestamps = bb_demuxer_has_timestamps (decoder->demuxer);
  AVRational rate = decoder->context->framerate;
  gint64 codec_duration = 0;
  gint64 since_last = decoder->last_pts != AV_NOPTS_VALUE && frame->pts > decoder->last_pts
                        ? av_sat_sub64 (frame->pts, decoder->last_pts)
                        : 0;

  if (frame->duration > 0 && has_timestamps && !(frame->duration == 1 && since_last > 2))
    return frame->duration;
  if (rate.num > 0 && rate.den > 0)
    codec_duration = av_rescale_q (
      frame->repeat_pict + 2, av_inv_q (av_mul_q (rate, (AVRational) { 2, 1 })), stream->time_base);
  if (codec_duration > 0 && !has_timestamps)
    return codec_duration;
  if (since_last > 0)
    return since_last;
  if (frame->duration > 0)
    return frame->duration;
  if (codec_duration > 0)
    return codec_duration;
  rate = av_guess_frame_rate (bb_demuxer_get_context (decoder->demuxer), stream, NULL);
  if (rate.num > 0 && rate.den > 0)
    codec_duration = av_rescale_q (1, av_inv_q (rate), stream->time_base);
  if (decoder->last_pts != AV_NOPTS_VALUE)
    codec_duration = MAX (codec_duration, decoder->last_duration);
  return MAX (codec_duration, 1);
}

static void
set_time (BbDecoder *decoder, AVFrame *frame)
{
  const AVStream *stream = bb_demuxer_get_stream (decoder->demuxer);

  frame->pts = frame->best_effort_timestamp;
  /* Sums and differences of damaged times can still be had. */
  if (frame->pts != AV_NOPTS_VALUE)
    frame->pts = CLAMP (frame->pts, -G_MAXINT64 / 4, G_MAXINT64 / 4);
  else if (decoder->last_pts != AV_NOPTS_VALUE)
    frame->pts = av_sat_add64 (decoder->last_pts, decoder->last_duration);
  else
    frame->pts =
      stream->start_time != AV_NOPTS_VALUE && bb_demuxer_has_timestamps (decoder->demuxer)
        ? stream->start_time
        : 0;
  if (decoder->last_pts != AV_NOPTS_VALUE && frame->pts <= decoder->last_pts)
    frame->pts = av_sat_add64 (decoder->last_pts, 1);
  frame->duration = guess_duration (decoder, frame);
  decoder->last_pts = frame->pts;
  decoder->last_duration = frame->duration;
}

/* Makes what FFmpeg decoded ready. Whether it is wanted. */
static gboolean
take_frame (BbDecoder *decoder, AVFrame *frame)
{
  if (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
    {
      /* Counted already where its packet was known to be damaged. */
      if (decoder->n_corrupt_packets > 0)
        decoder->n_corrupt_packets--;
      else
        g_atomic_int_inc (&decoder->n_corrupt);
    }
  if (frame->best_effort_timestamp != AV_NOPTS_VALUE &&
      frame->best_effort_timestamp < decoder->drop_before)
    {
      av_frame_unref (frame);
      return FALSE;
    }
  if (decoder->opening != 0)
    {
      bb_phase_end (BB_PHASE_DECODER, decoder->opening, 0);
      decoder->opening = 0;
    }
  crop (decoder, frame);
  set_time (decoder, frame);
  return TRUE;
}

/* Whether another stream goes on with the picture, or the same one in another codec. */
static gboolean
is_for_other_codec (BbDecoder *decoder)
{
  const AVStream *stream = bb_demuxer_get_packet_stream (decoder->packet);

  return stream != decoder->stream || stream->codecpar->codec_id != decoder->codec;
}

/* The old codec has given out all that it had. */
static gboolean
change_codec (BbDecoder *decoder, GError **error)
{
  decoder->changing = FALSE;
  return open_stream (decoder, bb_demuxer_get_packet_stream (decoder->packet), error);
}

/* Sends the packet at hand. Whether @result is known. */
static gboolean
send_packet (BbDecoder *decoder, BbDecoderResult *result, GCancellable *cancellable, GError **error)
{
  AVPacket *packet = decoder->packet;
  gboolean corrupt = (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
  gboolean skip = packet->pts != AV_NOPTS_VALUE && packet->pts < decoder->skip_nonref_until;
  int sent;

  if (skip)
    decoder->skipped_until = MAX (decoder->skipped_until, packet->pts + 1);
  decoder->context->skip_frame = skip ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
  sent = avcodec_send_packet (decoder->context, packet);
  if (is_gpu_failure (decoder, sent))
    return handle_gpu_failure (decoder, sent, result, cancellable, error);
  if (sent < 0 || corrupt)
    g_atomic_int_inc (&decoder->n_corrupt);
  if (sent >= 0 && corrupt)
    decoder->n_corrupt_packets++;
  return FALSE;
}

/* Reads a packet and sends it. Whether @result is known. */
static gboolean
feed (BbDecoder *decoder, BbDecoderResult *result, GCancellable *cancellable, GError **error)
{
  gboolean known = FALSE;
  int read = 0;

  if (!decoder->packet_waits)
    read = bb_demuxer_read (decoder->demuxer, decoder->packet, decoder->last_pts == AV_NOPTS_VALUE,
                            cancellable);
  decoder->packet_waits = FALSE;
  if (read < 0)
    {
      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      /* As ffmpeg does: what could be read is used. */
      if (read != AVERROR_EOF)
        {
          g_debug ("%s: %s", bb_demuxer_get_path (decoder->demuxer), bb_ffmpeg_reason (read));
          g_atomic_int_inc (&decoder->n_corrupt);
        }
      decoder->draining = TRUE;
      avcodec_send_packet (decoder->context, NULL);
      return FALSE;
    }
  if (is_encrypted (decoder))
    {
      av_packet_unref (decoder->packet);
      bb_input_set_error (bb_demuxer_get_path (decoder->demuxer), _ ("it is encrypted"),
                          _ ("get a copy without encryption"), error);
      *result = BB_DECODER_ERROR;
      return TRUE;
    }
  if (is_for_other_codec (decoder))
    {
      decoder->packet_waits = decoder->changing = TRUE;
      avcodec_send_packet (decoder->context, NULL);
      return FALSE;
    }
  /* An empty packet would be taken for the end. */
  if (decoder->packet->size > 0)
    known = send_packet (decoder, result, cancellable, error);
  av_packet_unref (decoder->packet);
  return known;
}

/* Receives a frame, or sends what it takes for that. Whether @result is known. */
static gboolean
step (BbDecoder *decoder, AVFrame *frame, BbDecoderResult *result, GCancellable *cancellable,
      GError **error)
{
  int received = avcodec_receive_frame (decoder->context, frame);

  if (received >= 0)
    {
      /* FFmpeg goes back to the CPU by itself, but with one thread. */
      if (decoder->device != NULL && frame->hw_frames_ctx == NULL)
        {
          av_frame_unref (frame);
          return handle_gpu_failure (decoder, AVERROR (ENOSYS), result, cancellable, error);
        }
      *result = BB_DECODER_FRAME;
      return take_frame (decoder, frame);
    }
  if (is_gpu_failure (decoder, received))
    return handle_gpu_failure (decoder, received, result, cancellable, error);
  if (received == AVERROR_EOF && decoder->changing)
    {
      *result = BB_DECODER_ERROR;
      return !change_codec (decoder, error);
    }
  if (received == AVERROR_EOF || (received == AVERROR (EAGAIN) && decoder->draining))
    {
      *result = BB_DECODER_END;
      return TRUE;
    }
  if (received != AVERROR (EAGAIN))
    {
      g_atomic_int_inc (&decoder->n_corrupt);
      return FALSE;
    }
  return feed (decoder, result, cancellable, error);
}

/**
 * bb_decoder_read:
 * @decoder: a decoder
 * @frame: an empty frame, to be filled
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Decodes the next frame in order of presentation, cropped. Its `pts` is set and rises strictly, in
 * the stream's time base: a frame without a time follows the one before by that one's duration, a
 * frame that is not later comes one tick after the one before, and where the file's clock
 * jumps, times go on. Its `duration` is at least 1, a guess where the file does not say. Damaged
 * data is skipped and counted; where it ends the file, it is the end.
 *
 * Returns: what came of it; the error is %G_IO_ERROR_CANCELLED, or %BB_ERROR_INPUT where the file
 * is encrypted, goes on in a codec that is not there, or cannot be opened again after a seek that
 * failed
 */
BbDecoderResult
bb_decoder_read (BbDecoder *decoder, AVFrame *frame, GCancellable *cancellable, GError **error)
{
  BbDecoderResult result = BB_DECODER_ERROR;

  /* A restart failed. */
  if (decoder->context == NULL && !bb_decoder_restart (decoder, cancellable, error))
    return BB_DECODER_ERROR;
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    if (step (decoder, frame, &result, cancellable, error))
      return result;
  return BB_DECODER_ERROR;
}
