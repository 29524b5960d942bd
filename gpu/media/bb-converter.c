/* bb-converter.c: frames that all look alike out of decoded ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-converter.h"

#include "bb-chain.h"
#include "bb-deinterlacer.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-filter.h"
#include "bb-format-ffmpeg.h"
#include "bb-input.h"

#include <glib/gi18n-lib.h>

struct _BbConverter {
  /* The source's, which stay. */
  const char *path;
  const AVFrame *first; /* the first frame, as it was decoded */
  const AVCodecParameters *parameters;

  AVRational time_base;
  BbFormat stored;                 /* what all frames have, before tone mapping */
  BbFormat format;                 /* what comes out */
  enum AVPixelFormat pixel_format; /* of that, before grey gets chroma */
  gboolean tone_map;
  int deinterlace;            /* set once; atomic, as it is read on other threads too */
  const BbDeviceMedia *media; /* (nullable): of the device whose memory frames may be in */

  AVFrame *input; /* (nullable): the next frame */
  gboolean input_ended;
  BbFilter *filter; /* (nullable): of frames in host memory */
  gboolean filter_flushed;
  gboolean filter_deinterlaces;
  BbDeinterlacer *deinterlacer; /* (nullable): of frames in device memory */

  AVBufferRef *neutral; /* a chroma plane of grey */
  int neutral_stride;
};

static void
set_formats (BbConverter *self, gboolean tone_map)
{
  self->tone_map = tone_map;
  self->format = self->stored;
  self->pixel_format = bb_pixel_format_find_nearest (self->first->format);
  av_buffer_unref (&self->neutral);
  if (!tone_map)
    return;
  self->pixel_format = AV_PIX_FMT_YUV420P10;
  self->format.depth = 10;
  self->format.chroma_shift_x = self->format.chroma_shift_y = 1;
  self->format.full_range = FALSE;
  self->format.matrix = AVCOL_SPC_BT709;
  self->format.primaries = AVCOL_PRI_BT709;
  self->format.transfer = AVCOL_TRC_BT709;
  self->format.chroma_location = AVCHROMA_LOC_LEFT;
}

/* bwdif refuses smaller ones. */
static gboolean
is_large_enough (const AVFrame *frame)
{
  return frame->width >= 3 && frame->height >= 4;
}

/**
 * bb_converter_new:
 * @path: name of the file, for errors; must stay
 * @info: what is known of it; its format is that of all frames
 * @first: its first frame, as it was decoded; must stay
 * @parameters: parameters of its stream; must stay
 *
 * Returns: (transfer full): a converter that does not map tones
 */
BbConverter *
bb_converter_new (const char *path, const BbSourceInfo *info, const AVFrame *first,
                  const AVCodecParameters *parameters)
{
  BbConverter *self = g_new0 (BbConverter, 1);

  self->path = path;
  self->first = first;
  self->parameters = parameters;
  self->time_base = (AVRational) { info->time_base_num, info->time_base_den };
  self->stored = info->format;
  self->deinterlace = info->interlaced && is_large_enough (first);
  set_formats (self, FALSE);
  return self;
}

static void
close_filter (BbConverter *self)
{
  g_clear_pointer (&self->filter, bb_filter_free);
  g_clear_pointer (&self->deinterlacer, bb_deinterlacer_free);
  self->filter_flushed = FALSE;
}

/**
 * bb_converter_free:
 * @converter: (transfer full) (nullable): a converter
 *
 * Frames that came out stay valid.
 */
void
bb_converter_free (BbConverter *converter)
{
  if (converter == NULL)
    return;
  bb_converter_reset (converter);
  av_buffer_unref (&converter->neutral);
  g_free (converter);
}

/**
 * bb_converter_get_format:
 * @converter: a converter
 *
 * Returns: format of the frames that come out
 */
const BbFormat *
bb_converter_get_format (BbConverter *converter)
{
  return &converter->format;
}

/**
 * bb_converter_get_media:
 * @converter: a converter
 *
 * Returns: (nullable): of the device whose memory frames may be in
 */
const BbDeviceMedia *
bb_converter_get_media (BbConverter *converter)
{
  return converter->media;
}

/**
 * bb_converter_set_media:
 * @converter: a converter
 * @media: (nullable): of the device whose memory frames may be in
 */
void
bb_converter_set_media (BbConverter *converter, const BbDeviceMedia *media)
{
  converter->media = media;
}

/**
 * bb_converter_get_deinterlace:
 * @converter: a converter
 *
 * Returns: whether the file says that it is interlaced, or a frame that was completed did, on any
 * thread
 */
gboolean
bb_converter_get_deinterlace (BbConverter *converter)
{
  return g_atomic_int_get (&converter->deinterlace);
}

/**
 * bb_converter_is_busy:
 * @converter: a converter
 *
 * Returns: whether frames are on their way through it
 */
gboolean
bb_converter_is_busy (BbConverter *converter)
{
  return converter->filter != NULL || converter->deinterlacer != NULL;
}

/**
 * bb_converter_is_other_shape:
 * @converter: a converter
 * @frame: a decoded frame
 *
 * Returns: whether it has another size or sample aspect than the first frame
 */
gboolean
bb_converter_is_other_shape (BbConverter *converter, const AVFrame *frame)
{
  return frame->width != converter->stored.width || frame->height != converter->stored.height ||
         bb_chain_is_other_aspect (frame, converter->first->sample_aspect_ratio);
}

/**
 * bb_converter_complete:
 * @converter: a converter
 * @frame: a decoded frame
 *
 * Fills in what a frame does not say of its colors and sample aspect: what the first one said or
 * what was guessed of it, so that filters guess no other way and a chain is not made anew where
 * tags come and go. From the first frame on that says that it is interlaced, those that do are
 * deinterlaced.
 */
void
bb_converter_complete (BbConverter *converter, AVFrame *frame)
{
  const BbFormat *stored = &converter->stored;
  enum AVPixelFormat pixel_format = bb_frame_get_pixel_format (frame);

  if (!bb_pixel_format_is_rgb (pixel_format))
    {
      BbFormat format;

      bb_format_from_frame (&format, frame, converter->parameters);
      if (frame->color_range == AVCOL_RANGE_UNSPECIFIED &&
          bb_pixel_format_is_grey (pixel_format) ==
            bb_pixel_format_is_grey (converter->first->format))
        format.full_range |= stored->full_range;
      frame->color_range = format.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
      if (frame->colorspace == AVCOL_SPC_UNSPECIFIED || frame->colorspace == AVCOL_SPC_RESERVED ||
          frame->colorspace == AVCOL_SPC_RGB)
        frame->colorspace = stored->matrix;
    }
  if (frame->color_primaries == AVCOL_PRI_UNSPECIFIED)
    frame->color_primaries = stored->primaries;
  if (frame->color_trc == AVCOL_TRC_UNSPECIFIED)
    frame->color_trc = stored->transfer;
  if (frame->chroma_location == AVCHROMA_LOC_UNSPECIFIED)
    frame->chroma_location = stored->chroma_location;
  if (frame->sample_aspect_ratio.num <= 0 || frame->sample_aspect_ratio.den <= 0)
    frame->sample_aspect_ratio = converter->first->sample_aspect_ratio;
  if ((frame->flags & AV_FRAME_FLAG_INTERLACED) != 0 && is_large_enough (frame))
    g_atomic_int_set (&converter->deinterlace, TRUE);
}

/* What does with frames in host memory such as @frame what has to be done. */
static BbFilter *
open_filter (BbConverter *self, const AVFrame *frame, GError **error)
{
  g_autofree char *chain =
    bb_chain_describe (frame, &self->stored, self->first->sample_aspect_ratio, &self->format,
                       self->parameters, self->pixel_format, self->deinterlace, self->tone_map);
  g_autoptr (GError) failure = NULL;
  BbFilter *filter = bb_filter_new (frame, self->time_base, chain, &failure);

  if (filter == NULL)
    {
      g_autofree char *name = g_filename_display_name (self->path);

      /* Translators: the name of a file, and a sentence that says what is wrong */
      g_set_error (error, BB_ERROR, BB_ERROR_INPUT, _ ("Cannot read “%s”: %s"), name,
                   failure->message);
    }
  return filter;
}

/**
 * bb_converter_get_tone_map:
 * @converter: a converter
 *
 * Returns: whether frames are tone-mapped
 */
gboolean
bb_converter_get_tone_map (BbConverter *converter)
{
  return converter->tone_map;
}

/**
 * bb_converter_set_tone_map:
 * @converter: a converter of HDR frames that is not busy
 * @tone_map: whether to bring them to SDR: 10 bit, limited range, 4:2:0, BT.709
 * @error: return location for an error
 *
 * Opens the filters once, to say now, not at the first frame, if they are not there. The format
 * changes.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT where FFmpeg lacks the filters; then tones are not
 * mapped
 */
gboolean
bb_converter_set_tone_map (BbConverter *converter, gboolean tone_map, GError **error)
{
  g_autoptr (BbFilter) trial = NULL;
  g_autoptr (AVFrame) like = NULL;

  if (converter->tone_map == tone_map)
    return TRUE;
  set_formats (converter, tone_map);
  if (!tone_map)
    return TRUE;
  like = av_frame_clone (converter->first);
  bb_converter_complete (converter, like);
  trial = open_filter (converter, like, error);
  if (trial == NULL)
    set_formats (converter, FALSE);
  return trial != NULL;
}

/* Whether a frame is not what comes out, in everything but what tone mapping changes. */
static gboolean
differs (BbConverter *self, const AVFrame *frame)
{
  enum AVPixelFormat pixel_format = bb_frame_get_pixel_format (frame);
  enum AVPixelFormat native = bb_pixel_format_find_native (pixel_format);

  /* Kernels also read the layouts of decoders. */
  if (frame->hw_frames_ctx != NULL && native == AV_PIX_FMT_NONE)
    native = bb_pixel_format_find_nearest (pixel_format);
  return bb_converter_is_other_shape (self, frame) || native != self->pixel_format ||
         frame->color_range != (self->stored.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG) ||
         frame->colorspace != (enum AVColorSpace) self->stored.matrix;
}

/* Whether there is something to do that only a filter in host memory does. */
static gboolean
needs_host (BbConverter *self, const AVFrame *frame)
{
  return self->tone_map || differs (self, frame);
}

static gboolean
needs_filter (BbConverter *self, const AVFrame *frame)
{
  return self->deinterlace || needs_host (self, frame);
}

/* Whether the open chain does for @frame what has to be done. */
static gboolean
filter_fits (BbConverter *self, const AVFrame *frame)
{
  return !self->filter_flushed && self->filter_deinterlaces == self->deinterlace &&
         needs_filter (self, frame) && bb_filter_accepts (self->filter, frame);
}

/* Pulls a frame that is finished: 0, AVERROR(EAGAIN) where the chain wants more, or another FFmpeg
 * error. */
static int
pull_filter (BbConverter *self, AVFrame **out)
{
  AVFrame *frame = av_frame_alloc ();
  int result = bb_filter_pull (self->filter, frame);

  /* Whoever reads it counts on its size. */
  if (result >= 0 && (frame->width != self->stored.width || frame->height != self->stored.height))
    result = AVERROR_BUG;
  if (result < 0)
    {
      av_frame_free (&frame);
      return result;
    }
  frame->pts = av_rescale_q (frame->pts, bb_filter_get_time_base (self->filter), self->time_base);
  *out = frame;
  return 0;
}

/* Hands the next frame, or %NULL for the end, to the chain. */
static void
push_filter (BbConverter *self, AVFrame *frame)
{
  if (bb_filter_push (self->filter, frame) < 0)
    g_debug ("%s: %s was not taken by the filters", self->path,
             frame != NULL ? "a frame" : "the end");
}

static void
flush_filter (BbConverter *self)
{
  if (!self->filter_flushed)
    push_filter (self, NULL);
  self->filter_flushed = TRUE;
}

/* What a filter takes. */
static gboolean
bring_to_host (BbConverter *self, GError **error)
{
  int result = bb_ffmpeg_to_host (self->input);

  if (result < 0)
    bb_input_set_error (
      self->path, bb_ffmpeg_reason (result),
      _ ("its frames cannot be had from the GPU, so choose the CPU as the device"), error);
  return result >= 0;
}

/* Hands the next frame to the deinterlacer. What it has for other frames than its own is that there
 * are no more. */
static gboolean
push_deinterlacer (BbConverter *self, AVFrame **out, GError **error)
{
  gboolean fits = self->input != NULL && bb_deinterlacer_accepts (self->deinterlacer, self->input);
  AVFrame *frame = fits ? g_steal_pointer (&self->input) : NULL;

  if (!bb_deinterlacer_push (self->deinterlacer, frame, out, error))
    return FALSE;
  if (!fits)
    close_filter (self);
  return TRUE;
}

/* One step with what was pushed, where no chain has a frame ready: %BB_CONVERTER_NEEDS_FRAME is
 * that the next one can be taken. */
static BbConverterResult
take_input (BbConverter *self, AVFrame **out, GError **error)
{
  AVFrame *frame = self->input;

  if (frame != NULL && frame->hw_frames_ctx != NULL && needs_host (self, frame) &&
      !bring_to_host (self, error))
    return BB_CONVERTER_ERROR;
  if (self->deinterlacer != NULL)
    {
      if (!push_deinterlacer (self, out, error))
        return BB_CONVERTER_GPU_FAILED;
      return *out != NULL ? BB_CONVERTER_FRAME : BB_CONVERTER_NEEDS_FRAME;
    }
  if (self->filter != NULL && (frame == NULL || !filter_fits (self, frame)))
    {
      /* The end, or the picture changed: what the chain holds comes first. */
      flush_filter (self);
      return BB_CONVERTER_NEEDS_FRAME;
    }
  if (self->filter == NULL && !needs_filter (self, frame))
    {
      *out = g_steal_pointer (&self->input);
      return BB_CONVERTER_FRAME;
    }
  if (self->filter == NULL)
    {
      self->filter_deinterlaces = self->deinterlace;
      if (frame->hw_frames_ctx != NULL)
        {
          self->deinterlacer = bb_deinterlacer_new (self->media, frame, error);
          return self->deinterlacer != NULL ? BB_CONVERTER_NEEDS_FRAME : BB_CONVERTER_GPU_FAILED;
        }
      self->filter = open_filter (self, frame, error);
      if (self->filter == NULL)
        return BB_CONVERTER_ERROR;
    }
  push_filter (self, frame);
  av_frame_free (&self->input);
  return BB_CONVERTER_NEEDS_FRAME;
}

/**
 * bb_converter_reset:
 * @converter: a converter
 *
 * Drops all frames that are on their way, as reading begins anywhere else.
 */
void
bb_converter_reset (BbConverter *converter)
{
  close_filter (converter);
  av_frame_free (&converter->input);
  converter->input_ended = FALSE;
}

/**
 * bb_converter_push:
 * @converter: a converter that needs a frame
 * @frame: (transfer full) (nullable): the next frame, completed; %NULL is the end
 */
void
bb_converter_push (BbConverter *converter, AVFrame *frame)
{
  converter->input = frame;
  converter->input_ended = frame == NULL;
}

/**
 * bb_converter_pull:
 * @converter: a converter
 * @out: (out): the next frame, in the stored size and the pixel format of all
 * @error: return location for an error
 *
 * Returns: what came of it; the error is %BB_ERROR_INPUT, where the GPU failed %BB_ERROR_DEVICE or
 *   %BB_ERROR_MEMORY
 */
BbConverterResult
bb_converter_pull (BbConverter *converter, AVFrame **out, GError **error)
{
  *out = NULL;
  while (TRUE)
    {
      int pulled = converter->filter != NULL ? pull_filter (converter, out) : AVERROR (EAGAIN);
      BbConverterResult result;

      if (pulled >= 0)
        return BB_CONVERTER_FRAME;
      if (pulled == AVERROR_EOF)
        close_filter (converter);
      else if (pulled != AVERROR (EAGAIN))
        {
          bb_input_set_error (converter->path, bb_ffmpeg_reason (pulled),
                              _ ("its frames cannot be converted, so convert it first"), error);
          return BB_CONVERTER_ERROR;
        }
      if (converter->input == NULL && !converter->input_ended)
        return BB_CONVERTER_NEEDS_FRAME;
      if (converter->input == NULL && !bb_converter_is_busy (converter))
        return BB_CONVERTER_END;
      result = take_input (converter, out, error);
      if (result != BB_CONVERTER_NEEDS_FRAME)
        return result;
    }
}

/* A plane of neutral chroma for grey frames, shared by all of them. */
static void
add_chroma (BbConverter *self, AVFrame *frame)
{
  int width = bb_format_get_plane_width (&self->format, 1);
  int height = bb_format_get_plane_height (&self->format, 1);

  if (self->neutral == NULL)
    {
      gsize n_samples;

      self->neutral_stride = (width * (self->format.depth > 8 ? 2 : 1) + 63) / 64 * 64;
      n_samples = (gsize) self->neutral_stride * (gsize) height;
      self->neutral = av_buffer_alloc (n_samples + 64);
      if (self->format.depth > 8)
        for (gsize i = 0; i < n_samples / 2; i++)
          ((guint16 *) (gpointer) self->neutral->data)[i] = 512;
      else
        memset (self->neutral->data, 128, n_samples);
    }
  for (int p = 1; p < BB_N_PLANES; p++)
    {
      frame->buf[p] = av_buffer_ref (self->neutral);
      frame->data[p] = self->neutral->data;
      frame->linesize[p] = self->neutral_stride;
    }
}

/* Rows in their order, as devices want them. */
static void
turn_rows (AVFrame *frame)
{
  g_autoptr (AVFrame) copy = av_frame_alloc ();

  copy->format = frame->format;
  copy->width = frame->width;
  copy->height = frame->height;
  if (av_frame_get_buffer (copy, 0) >= 0 && av_frame_copy (copy, frame) >= 0)
    {
      copy->pts = frame->pts;
      copy->duration = frame->duration;
      av_frame_unref (frame);
      av_frame_move_ref (frame, copy);
    }
}

static BbFrame *
wrap_samples (BbConverter *self, AVFrame *frame)
{
  BbFrame *wrapped;

  if (frame->hw_frames_ctx != NULL)
    {
      wrapped = self->media->wrap (frame, &self->format);
      if (wrapped == NULL)
        av_frame_free (&frame);
      return wrapped;
    }
  if (frame->linesize[0] < 0)
    turn_rows (frame);
  if (bb_pixel_format_is_grey (self->pixel_format))
    add_chroma (self, frame);
  wrapped = bb_frame_new_wrapped (&self->format, frame, bb_ffmpeg_free_frame);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      wrapped->data[p] = frame->data[p];
      wrapped->stride[p] = frame->linesize[p];
    }
  wrapped->pts = frame->pts;
  wrapped->duration = frame->duration;
  return wrapped;
}

/**
 * bb_converter_wrap:
 * @converter: a converter
 * @frame: (transfer full): a frame that came out
 *
 * Returns: (transfer full): the same samples, time, duration and captions, as devices take them
 */
BbFrame *
bb_converter_wrap (BbConverter *converter, AVFrame *frame)
{
  const AVFrameSideData *data = av_frame_get_side_data (frame, AV_FRAME_DATA_A53_CC);
  g_autoptr (GBytes) captions = data != NULL ? g_bytes_new (data->data, data->size) : NULL;
  BbFrame *wrapped = wrap_samples (converter, frame);

  if (wrapped != NULL)
    wrapped->captions = g_steal_pointer (&captions);
  return wrapped;
}
