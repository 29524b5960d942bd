/* bb-encoder-open.c: a video encoder with a recipe's settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-encoder-open.h"

#include "bb-device.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-format-ffmpeg.h"
#include "bb-source-private.h"

#include <glib/gi18n-lib.h>
#include <libavutil/opt.h>

/* What SVT-AV1 takes at most. The rate only says how far apart its keyframes are; each frame keeps
 * its own time. */
#define SVT_MAX_RATE 240
#define SVT_UNKNOWN_RATE 30

/* What HDR pictures say of the display they were graded on. */
static const struct {
  enum AVFrameSideDataType frame;
  enum AVPacketSideDataType packet;
} hdr_types[] = {
  { AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_PKT_DATA_MASTERING_DISPLAY_METADATA },
  { AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, AV_PKT_DATA_CONTENT_LIGHT_LEVEL },
  { AV_FRAME_DATA_AMBIENT_VIEWING_ENVIRONMENT, AV_PKT_DATA_AMBIENT_VIEWING_ENVIRONMENT },
};

static gboolean
find_hdr_data (BbSource *source, gsize i, const guint8 **data, gsize *size)
{
  const AVCodecParameters *parameters = bb_source_get_codecpar (source);
  const AVFrameSideData *of_frame =
    av_frame_get_side_data (bb_source_peek (source), hdr_types[i].frame);
  const AVPacketSideData *of_stream = av_packet_side_data_get (
    parameters->coded_side_data, parameters->nb_coded_side_data, hdr_types[i].packet);

  *data = of_frame != NULL ? of_frame->data : of_stream != NULL ? of_stream->data : NULL;
  *size = of_frame != NULL ? of_frame->size : of_stream != NULL ? of_stream->size : 0;
  return *data != NULL;
}

static void
tell_encoder (AVCodecContext *context, BbSource *source)
{
  const guint8 *data;
  gsize size;

  for (gsize i = 0; i < G_N_ELEMENTS (hdr_types); i++)
    if (find_hdr_data (source, i, &data, &size))
      {
        AVFrameSideData *copy = av_frame_side_data_new (
          &context->decoded_side_data, &context->nb_decoded_side_data, hdr_types[i].frame, size, 0);

        if (copy != NULL)
          memcpy (copy->data, data, size);
      }
}

/* What an encoder is opened with: of these, one may be to blame for a refusal. */
typedef struct {
  const BbEncoder *encoder;
  const BbRecipeValues *values;
  BbEncoderPins pins;
  BbFormat format;
  BbMemory memory;
  const char *preset;
  AVRational rate; /* 0 where unknown */
  BbDevice *device;
  BbSource *source;
  const AVOutputFormat *container;
} Settings;

/* Frames that x265 works on at once, by its own rule; more threads share each of them. */
static int
get_frame_threads (int threads)
{
  return threads >= 16 ? 4 : threads >= 8 ? 3 : threads >= 4 ? 2 : 1;
}

/* What is pinned so that the same frames become the same bytes again, and parts of a video fit
 * together. */
static void
set_pinned_options (const Settings *settings, AVDictionary **options)
{
  const char *name = settings->encoder->name;

  if (g_str_equal (name, "libx264"))
    /* x264's lookahead threads may decide otherwise each time. Its fast code for macroblock trees
     * differs by processor, and reads memory that was never written: its bytes depend on what the
     * process has freed before. */
    av_dict_set (options, "x264-params", "stitchable=1:sync-lookahead=0:cpu-independent=1", 0);
  else if (g_str_equal (name, "libx265"))
    {
      /* x265 has a log of its own. */
      g_autofree char *text =
        g_strdup_printf ("log-level=none:pools=%d:frame-threads=%d", settings->pins.threads,
                         get_frame_threads (settings->pins.threads));

      av_dict_set (options, "x265-params", text, 0);
    }
}

static void
set_options (const Settings *settings, AVDictionary **options)
{
  const BbEncoder *encoder = settings->encoder;

  if (encoder->quality_option != NULL)
    av_dict_set_int (options, encoder->quality_option,
                     settings->values->quality >= 0 ? settings->values->quality : encoder->quality,
                     0);
  if (encoder->preset != NULL)
    av_dict_set (options, "preset", settings->preset, 0);
  set_pinned_options (settings, options);
  if (bb_encoder_has_captions (encoder))
    av_dict_set (options, "a53cc", "1", 0);
  if (g_str_equal (encoder->name, "ffv1"))
    {
      av_dict_set (options, "level", "3", 0);
      av_dict_set (options, "slicecrc", "1", 0);
    }
}

/**
 * bb_encoder_set_device_frames:
 * @context: an encoder that is not open yet
 * @device: a device with memory of its own
 * @format: format of its finished frames
 * @error: return location for an error
 *
 * Has an encoder take frames in a device's memory.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_DEVICE or %BB_ERROR_ENCODER
 */
gboolean
bb_encoder_set_device_frames (AVCodecContext *context, BbDevice *device, const BbFormat *format,
                              GError **error)
{
  const AVHWFramesContext *frames;

  context->hw_frames_ctx = bb_device_get_media (device)->new_frames (device, format, error);
  if (context->hw_frames_ctx == NULL)
    return FALSE;
  frames = (const AVHWFramesContext *) (gconstpointer) context->hw_frames_ctx->data;
  context->pix_fmt = frames->format;
  return TRUE;
}

/**
 * bb_encoder_check:
 * @encoder: an encoder
 * @device: a device
 * @error: return location for an error
 *
 * Tries whether an encoder can be used with a device; one of a GPU is opened for that.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_ENCODER
 */
gboolean
bb_encoder_check (const BbEncoder *encoder, BbDevice *device, GError **error)
{
  gboolean good = !encoder->on_gpu;
  const BbDeviceMedia *media = bb_device_get_media (device);
  BbFormat format = { .width = 256, .height = 256, .depth = 8, .interleaved = TRUE };
  const AVCodec *codec = avcodec_find_encoder_by_name (encoder->name);
  AVCodecContext *context;

  if (encoder->on_gpu && codec != NULL && media != NULL)
    {
      context = avcodec_alloc_context3 (codec);
      context->width = format.width;
      context->height = format.height;
      context->time_base = (AVRational) { 1, 25 };
      good = bb_encoder_set_device_frames (context, device, &format, NULL) &&
             avcodec_open2 (context, codec, NULL) >= 0;
      avcodec_free_context (&context);
    }
  if (!good)
    g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                 /* Translators: the name of an encoder of a GPU. It works only where a
                  * GPU has it, and where that GPU is chosen as the device */
                 _ ("%s cannot be used: it takes an NVIDIA GPU that has it, and is the device"),
                 encoder->name);
  return good;
}

/* What kind of frames the encoder gets. */
static gboolean
set_pixel_format (AVCodecContext *context, const Settings *settings, GError **error)
{
  if (settings->memory == BB_MEMORY_DEVICE)
    return bb_encoder_set_device_frames (context, settings->device, &settings->format, error);
  if (settings->encoder->on_gpu && settings->format.depth > 8)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   _ ("%s takes 10 bit only where its GPU is the device too: leave out the device"),
                   settings->encoder->name);
      return FALSE;
    }
  context->pix_fmt = bb_format_to_pixel_format (&settings->format);
  return TRUE;
}

static void
set_rate (AVCodecContext *context, const Settings *settings)
{
  if (settings->rate.num > 0)
    context->framerate = settings->rate;
  if (!g_str_equal (settings->encoder->name, "libsvtav1"))
    return;
  if (settings->rate.num <= 0)
    context->framerate = (AVRational) { SVT_UNKNOWN_RATE, 1 };
  else if (av_cmp_q (settings->rate, (AVRational) { SVT_MAX_RATE, 1 }) > 0)
    context->framerate = (AVRational) { SVT_MAX_RATE, 1 };
}

/* Where the encoder refuses, the result is negative and @error is not set. */
static AVCodecContext *
open_with (const Settings *settings, int *result, GError **error)
{
  const BbSourceInfo *info = bb_source_get_info (settings->source);
  const AVCodec *codec = avcodec_find_encoder_by_name (settings->encoder->name);
  AVCodecContext *context = avcodec_alloc_context3 (codec);
  AVDictionary *options = NULL;

  *result = 0;
  context->width = settings->format.width;
  context->height = settings->format.height;
  if (!set_pixel_format (context, settings, error))
    {
      avcodec_free_context (&context);
      return NULL;
    }
  context->sample_aspect_ratio = (AVRational) { 1, 1 };
  context->time_base = (AVRational) { info->time_base_num, info->time_base_den };
  set_rate (context, settings);
  context->color_range = settings->format.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  context->colorspace = settings->format.matrix;
  context->color_primaries = settings->format.primaries;
  context->color_trc = settings->format.transfer;
  if (settings->format.chroma_shift_x > 0 || settings->format.chroma_shift_y > 0)
    context->chroma_sample_location = settings->format.chroma_location;
  context->field_order = AV_FIELD_PROGRESSIVE;
  context->thread_count = settings->pins.threads;
  context->flags |= AV_CODEC_FLAG_FRAME_DURATION | AV_CODEC_FLAG_CLOSED_GOP;
  if ((settings->container->flags & AVFMT_GLOBALHEADER) != 0)
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (codec->id == AV_CODEC_ID_HEVC && !g_str_equal (settings->container->name, "matroska"))
    context->codec_tag = MKTAG ('h', 'v', 'c', '1');
  if (bb_format_is_hdr (&settings->format))
    tell_encoder (context, settings->source);
  set_options (settings, &options);

  *result = avcodec_open2 (context, codec, &options);
  av_dict_free (&options);
  if (*result < 0)
    avcodec_free_context (&context);
  return context;
}

static gboolean
opens (const Settings *settings)
{
  int result;
  AVCodecContext *context = open_with (settings, &result, NULL);
  gboolean good = context != NULL;

  avcodec_free_context (&context);
  return good;
}

/* An encoder only says that it refuses. What lets it open when it is changed was the cause. */
static void
explain (const Settings *settings, int result, GError **error)
{
  Settings other = *settings;
  const char *name = settings->encoder->name;

  other.format.width = other.format.height = 256;
  if (opens (&other))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   /* Translators: the name of an encoder, width and height */
                   _ ("%s does not make pictures of %d×%d: choose another size or encoder"), name,
                   settings->format.width, settings->format.height);
      return;
    }
  other = *settings;
  other.rate = (AVRational) { 25, 1 };
  if (opens (&other))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   /* Translators: the name of an encoder, and frames a second */
                   _ ("%s does not take %.3f frames a second: choose another encoder"), name,
                   av_q2d (settings->rate));
      return;
    }
  other = *settings;
  other.preset = settings->encoder->preset;
  if (g_strcmp0 (other.preset, settings->preset) != 0 && opens (&other))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                   /* Translators: the name of an encoder, and that of a preset */
                   _ ("%s does not take the preset “%s”: choose another preset"), name,
                   settings->preset);
      return;
    }
  if (settings->encoder->on_gpu)
    g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                 /* Translators: the name of an encoder */
                 _ ("%s cannot be had (none there, or too many in use): choose another encoder"),
                 name);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
                 /* Translators: the name of an encoder, and what is wrong */
                 _ ("%s cannot be opened (%s): choose another encoder"), name,
                 bb_ffmpeg_reason (result));
}

/**
 * bb_encoder_open:
 * @encoder: an encoder
 * @recipe: what to make
 * @input: what it gets, from bb_encoder_get_input()
 * @pins: what else its bytes depend on
 * @device: (nullable): what makes the frames
 * @source: where the picture comes from
 * @container: where it goes
 * @error: return location for an error
 *
 * Opens an encoder. Where it refuses, it is tried with another size, rate and preset in turn, so
 * that the error names the true cause.
 *
 * Returns: (transfer full): the open encoder, or %NULL with %BB_ERROR_ENCODER or %BB_ERROR_DEVICE
 */
AVCodecContext *
bb_encoder_open (const BbEncoder *encoder, const BbRecipe *recipe, const BbEncoderInput *input,
                 const BbEncoderPins *pins, BbDevice *device, BbSource *source,
                 const AVOutputFormat *container, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);
  const BbSourceInfo *info = bb_source_get_info (source);
  Settings settings = {
    .encoder = encoder,
    .values = values,
    .pins = *pins,
    .format = input->format,
    .memory = input->memory,
    .preset = *values->preset != '\0' ? values->preset : encoder->preset,
    .rate = { info->rate_num, info->rate_den },
    .device = device,
    .source = source,
    .container = container,
  };
  int result;
  AVCodecContext *context = open_with (&settings, &result, error);

  if (result < 0)
    explain (&settings, result, error);
  return context;
}

/**
 * bb_encoder_has_captions:
 * @encoder: an encoder
 *
 * Returns: whether it writes captions that come with frames into what it makes
 */
gboolean
bb_encoder_has_captions (const BbEncoder *encoder)
{
  const AVCodec *codec = avcodec_find_encoder_by_name (encoder->name);

  const AVClass *options = codec != NULL ? codec->priv_class : NULL;

  return options != NULL &&
         av_opt_find (&options, "a53cc", NULL, 0, AV_OPT_SEARCH_FAKE_OBJ) != NULL;
}

/**
 * bb_encoder_tell_container:
 * @parameters: parameters of the finished picture's stream
 * @source: where the picture comes from
 *
 * Hands on what HDR pictures say of the display that they were graded on.
 */
void
bb_encoder_tell_container (AVCodecParameters *parameters, BbSource *source)
{
  const guint8 *data;
  gsize size;

  for (gsize i = 0; i < G_N_ELEMENTS (hdr_types); i++)
    if (find_hdr_data (source, i, &data, &size))
      {
        AVPacketSideData *copy =
          av_packet_side_data_new (&parameters->coded_side_data, &parameters->nb_coded_side_data,
                                   hdr_types[i].packet, size, 0);

        if (copy != NULL)
          memcpy (copy->data, data, size);
      }
}
