/* bb-codec.c: FFmpeg's decoders of video, the GPU's and the CPU's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-codec.h"

#include "bb-ffmpeg.h"
#include "bb-input.h"

#include <libavutil/pixdesc.h>

#include <glib/gi18n-lib.h>

/* Surfaces of a decoder, as the driver documents ulNumDecodeSurfaces of cuvidCreateDecoder(). */
#define MOST_SURFACES 32

/* Besides what FFmpeg says that a decoder needs it always asks for so many more. */
#define BASE_SURFACES 3

/* With fewer for others nothing is gained by holding them. */
#define LEAST_HELD 7

/**
 * bb_codec_surfaces_get_n_held:
 * @surfaces: surfaces of a decoder
 *
 * Returns: those that may be held at once, on any thread
 */
guint
bb_codec_surfaces_get_n_held (BbCodecSurfaces *surfaces)
{
  return (guint) g_atomic_int_get (&surfaces->n_held);
}

/**
 * bb_codec_surfaces_reduce:
 * @surfaces: surfaces of a decoder
 *
 * Lets the next decoder that is opened have fewer, the second time none for others.
 */
void
bb_codec_surfaces_reduce (BbCodecSurfaces *surfaces)
{
  surfaces->n_wanted = surfaces->n_wanted > LEAST_HELD ? LEAST_HELD : 0;
}

/* Layouts that kernels read as a GPU's decoder leaves them. */
static gboolean
is_for_gpu (enum AVPixelFormat pixel_format)
{
  return pixel_format == AV_PIX_FMT_YUV420P || pixel_format == AV_PIX_FMT_YUVJ420P ||
         pixel_format == AV_PIX_FMT_YUV420P10 || pixel_format == AV_PIX_FMT_YUV444P ||
         pixel_format == AV_PIX_FMT_YUVJ444P;
}

/* As many surfaces for others as can be had. With too few frames are copied out of them. %FALSE
 * where the decoder itself would need too many. */
static gboolean
choose_n_held (BbCodecSurfaces *surfaces, AVCodecContext *context, enum AVPixelFormat format)
{
  AVBufferRef *frames = NULL;
  guint n_own = MOST_SURFACES + 1;
  guint n_held;

  context->extra_hw_frames = 0;
  if (avcodec_get_hw_frames_parameters (context, context->hw_device_ctx, format, &frames) >= 0)
    n_own =
      BASE_SURFACES + (guint) ((AVHWFramesContext *) (gpointer) frames->data)->initial_pool_size;
  av_buffer_unref (&frames);
  if (n_own > MOST_SURFACES)
    return FALSE;
  n_held = MIN (surfaces->n_wanted, MOST_SURFACES - n_own);
  if (n_held < LEAST_HELD)
    n_held = 0;
  context->extra_hw_frames = (int) n_held;
  if (n_held > 0)
    context->hwaccel_flags |= AV_HWACCEL_FLAG_UNSAFE_OUTPUT;
  else
    context->hwaccel_flags &= ~AV_HWACCEL_FLAG_UNSAFE_OUTPUT;
  g_atomic_int_set (&surfaces->n_held, (int) n_held);
  return TRUE;
}

/* How @codec decodes on a GPU of the kind of @device, or %NULL. */
static const AVCodecHWConfig *
find_config (const AVCodec *codec, const AVBufferRef *device)
{
  enum AVHWDeviceType type = ((const AVHWDeviceContext *) (gconstpointer) device->data)->type;
  const AVCodecHWConfig *config;

  for (int i = 0; (config = avcodec_get_hw_config (codec, i)) != NULL; i++)
    if (config->device_type == type &&
        (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0)
      return config;
  return NULL;
}

static enum AVPixelFormat
choose_format (AVCodecContext *context, const enum AVPixelFormat *formats)
{
  const AVCodecHWConfig *config = find_config (context->codec, context->hw_device_ctx);

  for (int i = 0; formats[i] != AV_PIX_FMT_NONE; i++)
    if (formats[i] == config->pix_fmt && is_for_gpu (context->sw_pix_fmt) &&
        choose_n_held (context->opaque, context, formats[i]))
      return formats[i];
  for (int i = 0; formats[i] != AV_PIX_FMT_NONE; i++)
    if ((av_pix_fmt_desc_get (formats[i])->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0)
      return formats[i];
  return AV_PIX_FMT_NONE;
}

/**
 * bb_codec_find_for_device:
 * @id: a codec
 * @device: FFmpeg's view of a GPU
 *
 * Returns: (nullable): a decoder that GPUs of its kind can do the work for; not each codec's first one is
 */
const AVCodec *
bb_codec_find_for_device (enum AVCodecID id, const AVBufferRef *device)
{
  const AVCodec *codec;
  void *iterator = NULL;

  while ((codec = av_codec_iterate (&iterator)) != NULL)
    if (codec->id == id && av_codec_is_decoder (codec) && find_config (codec, device) != NULL)
      return codec;
  return NULL;
}

static int
open_codec (AVCodecContext **opened, const AVCodec *codec, const AVStream *stream,
            AVRational time_base, AVBufferRef *device, BbCodecSurfaces *surfaces)
{
  AVCodecContext *context = avcodec_alloc_context3 (codec);
  int result = avcodec_parameters_to_context (context, stream->codecpar);

  g_atomic_int_set (&surfaces->n_held, 0);
  context->pkt_timebase = time_base;
  /* Done by the caller, to the sample: the codec would keep rows aligned and crop less. */
  context->apply_cropping = 0;
  if (device != NULL)
    {
      /* Each thread would take surfaces of its own. */
      context->thread_count = 1;
      context->hw_device_ctx = av_buffer_ref (device);
      context->opaque = surfaces;
      context->get_format = choose_format;
    }
  else
    {
      context->thread_count = 0;
      context->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    }
  if (result >= 0)
    result = avcodec_open2 (context, codec, NULL);
  if (result < 0)
    avcodec_free_context (&context);
  *opened = context;
  return result;
}

/**
 * bb_codec_open:
 * @path: name of the file, for errors
 * @stream: what is to be decoded
 * @time_base: of its packets
 * @device: (nullable): FFmpeg's view of the GPU that shall decode; %NULL is the CPU
 * @surfaces: surfaces of the decoder, if it is a GPU's; must stay as long as that
 * @error: return location for an error
 *
 * Opens the GPU's decoder where there is one for the codec, else the CPU's. Frames come uncropped.
 *
 * Returns: (transfer full): a decoder; the CPU's has no `hw_device_ctx`. %NULL with %BB_ERROR_INPUT
 */
AVCodecContext *
bb_codec_open (const char *path, const AVStream *stream, AVRational time_base, AVBufferRef *device,
               BbCodecSurfaces *surfaces, GError **error)
{
  enum AVCodecID id = stream->codecpar->codec_id;
  const AVCodec *codec = device != NULL ? bb_codec_find_for_device (id, device) : NULL;
  g_autofree char *reason = NULL;
  AVCodecContext *context;
  int result;

  if (codec != NULL && open_codec (&context, codec, stream, time_base, device, surfaces) >= 0)
    return context;
  codec = avcodec_find_decoder (id);
  if (codec == NULL)
    {
      reason =
        id == AV_CODEC_ID_NONE
          ? g_strdup (_ ("there is no decoder for its video (an unknown codec)"))
          /* Translators: the name of a codec */
          : g_strdup_printf (_ ("there is no decoder for its video (%s)"), avcodec_get_name (id));
      bb_input_set_error (path, reason, _ ("convert it, or install an FFmpeg that has one"), error);
      return NULL;
    }
  result = open_codec (&context, codec, stream, time_base, NULL, surfaces);
  if (result >= 0)
    return context;
  g_debug ("%s: %s", codec->name, bb_ffmpeg_reason (result));
  /* Translators: the name of a codec */
  reason = g_strdup_printf (_ ("its video (%s) cannot be decoded"), avcodec_get_name (codec->id));
  bb_input_set_error (path, reason, _ ("choose a file that a player can play"), error);
  return NULL;
}
