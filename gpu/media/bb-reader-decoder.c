/* bb-reader-decoder.c: what decodes for a reader, and what does where a card's decoder fails
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-phases.h"
#include "bb-reader-private.h"

#include <libavutil/pixdesc.h>

#include <glib/gi18n-lib.h>

/* Samples that kernels read as a card's decoder leaves them. */
static gboolean
is_for_card (enum AVPixelFormat pixel_format)
{
  return pixel_format == AV_PIX_FMT_YUV420P || pixel_format == AV_PIX_FMT_YUVJ420P ||
         pixel_format == AV_PIX_FMT_YUV420P10 || pixel_format == AV_PIX_FMT_YUV444P ||
         pixel_format == AV_PIX_FMT_YUVJ444P;
}

/* Surfaces of a decoder, as the driver documents ulNumDecodeSurfaces of cuvidCreateDecoder(). */
#define MOST_SURFACES 32

/* Besides what FFmpeg says that a decoder needs it always asks for so many more. */
#define BASE_SURFACES 3

/* With fewer for others nothing is gained by holding them. */
#define LEAST_HELD 7

/* As many surfaces for others as can be had. With too few frames are copied out of them. %FALSE where the decoder itself
 * would need too many. */
static gboolean
choose_n_held (BbReader *reader, AVCodecContext *decoder)
{
  AVBufferRef *frames = NULL;
  guint n_own = MOST_SURFACES + 1;
  guint n_held;

  decoder->extra_hw_frames = 0;
  if (avcodec_get_hw_frames_parameters (decoder, decoder->hw_device_ctx, AV_PIX_FMT_CUDA, &frames) >= 0)
    n_own = BASE_SURFACES + (guint) ((AVHWFramesContext *) (gpointer) frames->data)->initial_pool_size;
  av_buffer_unref (&frames);
  if (n_own > MOST_SURFACES)
    return FALSE;
  n_held = MIN (reader->n_wanted, MOST_SURFACES - n_own);
  if (n_held < LEAST_HELD)
    n_held = 0;
  decoder->extra_hw_frames = (int) n_held;
  if (n_held > 0)
    decoder->hwaccel_flags |= AV_HWACCEL_FLAG_UNSAFE_OUTPUT;
  else
    decoder->hwaccel_flags &= ~AV_HWACCEL_FLAG_UNSAFE_OUTPUT;
  g_atomic_int_set (&reader->n_held, (int) n_held);
  return TRUE;
}

static enum AVPixelFormat
choose_format (AVCodecContext *decoder, const enum AVPixelFormat *formats)
{
  for (int i = 0; formats[i] != AV_PIX_FMT_NONE; i++)
    if (formats[i] == AV_PIX_FMT_CUDA && is_for_card (decoder->sw_pix_fmt) &&
        choose_n_held (decoder->opaque, decoder))
      return formats[i];
  for (int i = 0; formats[i] != AV_PIX_FMT_NONE; i++)
    if ((av_pix_fmt_desc_get (formats[i])->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0)
      return formats[i];
  return AV_PIX_FMT_NONE;
}

/* A decoder that a card can do the work for; not each codec's first one is. */
static const AVCodec *
find_hardware_decoder (enum AVCodecID id)
{
  const AVCodec *codec;
  void *iterator = NULL;

  while ((codec = av_codec_iterate (&iterator)) != NULL)
    {
      const AVCodecHWConfig *config;

      if (codec->id != id || !av_codec_is_decoder (codec))
        continue;
      for (int i = 0; (config = avcodec_get_hw_config (codec, i)) != NULL; i++)
        if (config->device_type == AV_HWDEVICE_TYPE_CUDA &&
            (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0)
          return codec;
    }
  return NULL;
}

static int
open_codec (BbReader *reader, const AVCodec *codec, gboolean hardware)
{
  AVCodecContext *decoder = avcodec_alloc_context3 (codec);
  int result = avcodec_parameters_to_context (decoder, reader->decoded->codecpar);

  g_atomic_int_set (&reader->n_held, 0);
  decoder->pkt_timebase = reader->stream->time_base;
  /* Done here, to the sample: the decoder would keep rows aligned and crop less. */
  decoder->apply_cropping = 0;
  if (hardware)
    {
      /* Each thread would take surfaces of its own. */
      decoder->thread_count = 1;
      decoder->hw_device_ctx = av_buffer_ref (reader->hardware);
      decoder->opaque = reader;
      decoder->get_format = choose_format;
    }
  else
    {
      decoder->thread_count = 0;
      decoder->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    }
  if (result >= 0)
    result = avcodec_open2 (decoder, codec, NULL);
  if (result < 0)
    avcodec_free_context (&decoder);
  reader->decoder = decoder;
  return result;
}

/**
 * bb_reader_open_decoder:
 * @reader: a reader whose stream is chosen
 * @error: return location for an error
 *
 * Opens a decoder: the card's where there is one for the codec, else the processor's.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT
 */
gboolean
bb_reader_open_decoder (BbReader *reader, GError **error)
{
  enum AVCodecID id = reader->decoded->codecpar->codec_id;
  const AVCodec *codec = reader->hardware != NULL ? find_hardware_decoder (id) : NULL;
  int result;

  reader->codec = id;
  reader->opening = codec != NULL ? bb_phase_begin () : 0;
  if (codec != NULL && open_codec (reader, codec, TRUE) >= 0)
    return TRUE;
  reader->opening = 0;
  codec = avcodec_find_decoder (id);
  if (codec == NULL)
    {
      g_autofree char *reason =
        id == AV_CODEC_ID_NONE
          ? g_strdup (_("there is no decoder for its video (an unknown codec)"))
          /* Translators: the name of a codec */
          : g_strdup_printf (_("there is no decoder for its video (%s)"), avcodec_get_name (id));

      bb_reader_set_error (reader, reason, _("convert it, or install an FFmpeg that has one"),
                           error);
      return FALSE;
    }
  result = open_codec (reader, codec, FALSE);
  if (result < 0)
    {
      g_autofree char *reason =
        /* Translators: the name of a codec */
        g_strdup_printf (_("its video (%s) cannot be decoded"), avcodec_get_name (codec->id));

      g_debug ("%s: %s", codec->name, bb_ffmpeg_reason (result));
      bb_reader_set_error (reader, reason, _("choose a file that a player can play"), error);
      return FALSE;
    }
  return TRUE;
}

/**
 * bb_reader_is_hardware_failure:
 * @reader: a reader
 * @result: what FFmpeg said
 *
 * Returns: whether the card failed, not what it was given
 */
gboolean
bb_reader_is_hardware_failure (BbReader *reader, int result)
{
  return reader->hardware != NULL && result < 0 && result != AVERROR (EAGAIN) &&
         result != AVERROR_EOF && result != AVERROR_INVALIDDATA;
}

static void
set_notice (BbReader *reader, char *notice)
{
  if (reader->notice == NULL)
    reader->notice = notice;
  else
    g_free (notice);
}

/* The processor's decoder from @time on, or from the file's beginning. */
static gboolean
leave_hardware (BbReader *reader, gint64 time, GError **error)
{
  int n_corrupt = g_atomic_int_get (&reader->n_corrupt);

  av_buffer_unref (&reader->hardware);
  avcodec_free_context (&reader->decoder);
  /* Times that were shifted are only found again from the beginning. */
  if (time == AV_NOPTS_VALUE || reader->clock == NULL ||
      (reader->index == NULL && bb_clock_get_n_jumps (reader->clock) > 0))
    {
      if (!bb_reader_open_file (reader, error))
        return FALSE;
    }
  else if (!bb_reader_open_decoder (reader, error) ||
           !bb_reader_seek (reader, time, reader->cancellable, error))
    return FALSE;
  g_atomic_int_set (&reader->n_corrupt, n_corrupt);
  return TRUE;
}

/**
 * bb_reader_leave_hardware:
 * @reader: a reader
 * @time: a time in the stream's time base, not before the first frame's
 * @notice: (transfer full) (nullable): why, a sentence
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lets the processor decode from now on, where what else a card was to do with the frames failed. Goes to a
 * keyframe at or before @time, or further back.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_reader_leave_hardware (BbReader *reader,
                          gint64 time,
                          char *notice,
                          GCancellable *cancellable,
                          GError **error)
{
  if (notice != NULL)
    set_notice (reader, notice);
  reader->cancellable = cancellable;
  return leave_hardware (reader, time, error);
}

/**
 * bb_reader_fall_back:
 * @reader: a reader that a card decodes for
 * @result: what FFmpeg said
 * @error: return location for an error
 *
 * Goes on where the card failed, on the processor.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_reader_fall_back (BbReader *reader, int result, GError **error)
{
  gint64 last = reader->last_pts;

  /* It was refused before it decoded anything: the driver may refuse what it documents. */
  if (result == AVERROR (ENOSYS) && last == AV_NOPTS_VALUE && g_atomic_int_get (&reader->n_held) > 0)
    {
      g_debug ("%s: with fewer surfaces (%s)", reader->path, bb_ffmpeg_reason (result));
      reader->n_wanted = reader->n_wanted > LEAST_HELD ? LEAST_HELD : 0;
      return bb_reader_begin_again (reader, error);
    }
  if (last != AV_NOPTS_VALUE)
    set_notice (reader,
                /* Translators: seconds, and what is wrong */
                g_strdup_printf (_("The GPU stopped decoding at %.3f s (%s): the CPU decodes "
                                   "from there"),
                                 (double)last * av_q2d (reader->stream->time_base),
                                 bb_ffmpeg_reason (result)));
  else
    set_notice (reader,
                /* Translators: the name of a codec */
                g_strdup_printf (_("The GPU does not decode this video (%s): the CPU does"),
                                 avcodec_get_name (reader->decoded->codecpar->codec_id)));
  if (!leave_hardware (reader, last, error))
    return FALSE;
  if (last != AV_NOPTS_VALUE)
    reader->resume_after = last;
  return TRUE;
}

/**
 * bb_reader_has_hardware:
 * @reader: a reader
 *
 * Returns: whether there are cards that decode files like this one. Where there are none, that is no
 *   news to anybody
 */
gboolean
bb_reader_has_hardware (BbReader *reader)
{
  return find_hardware_decoder (reader->stream->codecpar->codec_id) != NULL;
}

/**
 * bb_reader_set_hardware:
 * @reader: a reader
 * @device: (nullable): what shall decode; %NULL is the processor
 * @n_held: frames that are held at once at most, besides those that the decoder needs itself, so many more
 *   surfaces it gets; 0 where they are many: then each is copied out of the decoder's surface
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Chooses what decodes, and goes to the file's beginning. Frames come in the device's memory where
 * it can decode them; where it cannot, or fails later, the processor does from the frame after the
 * last one, and bb_reader_get_notice() tells why.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_reader_set_hardware (BbReader *reader,
                        AVBufferRef *device,
                        guint n_held,
                        GCancellable *cancellable,
                        GError **error)
{
  av_buffer_replace (&reader->hardware, device);
  reader->n_wanted = n_held;
  g_clear_pointer (&reader->notice, g_free);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  reader->cancellable = cancellable;
  return bb_reader_begin_again (reader, error);
}

/**
 * bb_reader_is_on_hardware:
 * @reader: a reader
 *
 * Returns: whether a card is to decode and has not failed
 */
gboolean
bb_reader_is_on_hardware (BbReader *reader)
{
  return reader->hardware != NULL;
}

/**
 * bb_reader_get_n_held:
 * @reader: a reader
 *
 * Returns: frames that may be held at once, as far as the decoder has surfaces for them, on any thread; 0 where
 *   each is copied out of the decoder's, or the processor decodes
 */
guint
bb_reader_get_n_held (BbReader *reader)
{
  return (guint) g_atomic_int_get (&reader->n_held);
}

/**
 * bb_reader_get_notice:
 * @reader: a reader
 *
 * Returns: (nullable): why the processor decodes although a card should, a sentence
 */
const char *
bb_reader_get_notice (BbReader *reader)
{
  return reader->notice;
}
