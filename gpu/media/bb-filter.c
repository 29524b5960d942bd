/* bb-filter.c: frames through libavfilter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frames on a card go through kernels on the stream that the decoder and the effect work on too. So nobody
 * waits; but a decoder's surface must not go back to it before they have read it, and what belongs to a chain
 * must not be freed before they are done.
 */

#include "config.h"

#include "bb-filter.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#ifdef HAVE_CUDA
#include "cuda/bb-cuda-ffmpeg.h"
#endif

#include <glib/gi18n-lib.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <string.h>

/* Frames that a deinterlacer makes one of: the one before, itself, the one after. */
#define N_READ 3

struct _BbFilter {
  AVFilterGraph *graph;
  AVFilterContext *source;
  AVFilterContext *sink;
  int width;
  int height;
  int format;
  AVRational aspect;
  enum AVColorSpace matrix;
  enum AVColorRange range;

  /* On a card. */
  AVBufferRef *frames;     /* what frames are of there; NULL in the host's memory */
  AVFrame *pushed[N_READ]; /* the last ones, the newest first */
};

/**
 * bb_filter_new:
 * @like: a frame such as will be pushed
 * @time_base: time base of the frames
 * @description: a chain of filters in libavfilter's syntax
 * @reason: (out) (optional): the FFmpeg error where it fails
 * @error: return location for an error
 *
 * Returns: (transfer full): a filter chain for video, or %NULL with %BB_ERROR_INPUT
 */
BbFilter *
bb_filter_new (const AVFrame *like,
               AVRational time_base,
               const char *description,
               int *reason,
               GError **error)
{
  BbFilter *filter = g_new0 (BbFilter, 1);
  AVFilterInOut *inputs = avfilter_inout_alloc ();
  AVFilterInOut *outputs = avfilter_inout_alloc ();
  AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc ();
  int result = AVERROR (ENOMEM);

  filter->width = like->width;
  filter->height = like->height;
  filter->format = like->format;
  filter->aspect = like->sample_aspect_ratio;
  filter->matrix = like->colorspace;
  filter->range = like->color_range;
  if (like->hw_frames_ctx != NULL)
    filter->frames = av_buffer_ref (like->hw_frames_ctx);
  filter->graph = avfilter_graph_alloc ();
  if (filter->graph == NULL || inputs == NULL || outputs == NULL || parameters == NULL)
    goto out;

  filter->source =
    avfilter_graph_alloc_filter (filter->graph, avfilter_get_by_name ("buffer"), "in");
  parameters->format = like->format;
  parameters->time_base = time_base;
  parameters->width = like->width;
  parameters->height = like->height;
  parameters->sample_aspect_ratio = like->sample_aspect_ratio;
  parameters->color_space = like->colorspace;
  parameters->color_range = like->color_range;
  parameters->hw_frames_ctx = like->hw_frames_ctx;
  if (filter->source == NULL ||
      (result = av_buffersrc_parameters_set (filter->source, parameters)) < 0 ||
      (result = avfilter_init_str (filter->source, NULL)) < 0 ||
      (result = avfilter_graph_create_filter (&filter->sink, avfilter_get_by_name ("buffersink"),
                                              "out", NULL, NULL, filter->graph)) < 0)
    goto out;

  outputs->name = av_strdup ("in");
  outputs->filter_ctx = filter->source;
  inputs->name = av_strdup ("out");
  inputs->filter_ctx = filter->sink;
  result = avfilter_graph_parse_ptr (filter->graph, description, &inputs, &outputs, NULL);
  if (result >= 0)
    result = avfilter_graph_config (filter->graph, NULL);

out:
  avfilter_inout_free (&inputs);
  avfilter_inout_free (&outputs);
  av_free (parameters);
  if (reason != NULL)
    *reason = result;
  if (result < 0)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   /* Translators: names of filters, and what is wrong */
                   _("FFmpeg cannot set up the filters “%s” (%s); install an FFmpeg that has them"),
                   description, bb_ffmpeg_reason (result));
      g_clear_pointer (&filter, bb_filter_free);
    }
  return filter;
}

/**
 * bb_filter_free:
 * @filter: (transfer full) (nullable): a filter chain
 *
 * On a card this waits for what the chain has queued. Frames that came out stay valid.
 */
void
bb_filter_free (BbFilter *filter)
{
  if (filter == NULL)
    return;
#ifdef HAVE_CUDA
  if (filter->frames != NULL)
    {
      g_autoptr (GError) failure = NULL;

      if (!bb_cuda_ffmpeg_wait (filter->frames, &failure))
        g_debug ("%s", failure->message);
    }
#endif
  avfilter_graph_free (&filter->graph);
  for (gsize i = 0; i < N_READ; i++)
    av_frame_free (&filter->pushed[i]);
  av_buffer_unref (&filter->frames);
  g_free (filter);
}

/**
 * bb_filter_is_on_card:
 * @filter: a filter chain
 *
 * Returns: whether it takes frames in a card's memory, and gives such
 */
gboolean
bb_filter_is_on_card (BbFilter *filter)
{
  return filter->frames != NULL;
}

/**
 * bb_filter_accepts:
 * @filter: a filter chain
 * @frame: a frame
 *
 * Returns: whether @frame has the size, sample aspect, format, matrix, range and memory that the chain was made for
 */
gboolean
bb_filter_accepts (BbFilter *filter, const AVFrame *frame)
{
  const guint8 *frames = filter->frames != NULL ? filter->frames->data : NULL;

  return frame->width == filter->width && frame->height == filter->height &&
         frame->format == filter->format &&
         av_cmp_q (frame->sample_aspect_ratio, filter->aspect) == 0 && frame->colorspace == filter->matrix &&
         frame->color_range == filter->range &&
         (frame->hw_frames_ctx != NULL ? frame->hw_frames_ctx->data : NULL) == frames;
}

/* bwdif_cuda gives a frame on, with junk in it, where its kernel cannot be launched, and only logs that. */
static int
check_logged (BbFilter *filter, int result, guint n_errors)
{
  if (filter->frames == NULL || bb_ffmpeg_get_n_errors () == n_errors ||
      (result < 0 && result != AVERROR (EAGAIN) && result != AVERROR_EOF))
    return result;
  return AVERROR_EXTERNAL;
}

/**
 * bb_filter_push:
 * @filter: a filter chain
 * @frame: (nullable): a frame, whose contents are taken; %NULL is the end
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_filter_push (BbFilter *filter, AVFrame *frame)
{
  guint n_errors = bb_ffmpeg_get_n_errors ();

  if (filter->frames != NULL && frame != NULL)
    {
      AVFrame *kept = av_frame_clone (frame);

      if (kept == NULL)
        return AVERROR (ENOMEM);
      av_frame_free (&filter->pushed[N_READ - 1]);
      memmove (filter->pushed + 1, filter->pushed, (N_READ - 1) * sizeof *filter->pushed);
      filter->pushed[0] = kept;
    }
  return check_logged (
    filter, av_buffersrc_add_frame_flags (filter->source, frame, AV_BUFFERSRC_FLAG_PUSH), n_errors);
}

static void
free_read (void *opaque, guint8 *data)
{
  AVFrame **frames = (AVFrame **) (gpointer) data;

  for (gsize i = 0; i < N_READ; i++)
    av_frame_free (&frames[i]);
  g_free (frames);
}

/* The filter itself drops what it reads before its kernels have run. Who holds @frame until the card is done
 * with it holds them as well. */
static int
hold_read (BbFilter *filter, AVFrame *frame)
{
  AVFrame **frames = g_new0 (AVFrame *, N_READ);

  for (gsize i = 0; i < N_READ; i++)
    if (filter->pushed[i] != NULL)
      frames[i] = av_frame_clone (filter->pushed[i]);
  av_buffer_unref (&frame->opaque_ref);
  frame->opaque_ref = av_buffer_create ((guint8 *) (gpointer) frames, N_READ * sizeof *frames,
                                        free_read, NULL, AV_BUFFER_FLAG_READONLY);
  if (frame->opaque_ref != NULL)
    return 0;
  free_read (NULL, (guint8 *) (gpointer) frames);
  return AVERROR (ENOMEM);
}

/**
 * bb_filter_pull:
 * @filter: a filter chain
 * @frame: an empty frame, to be filled
 *
 * Returns: 0, AVERROR(EAGAIN) where the chain wants more, AVERROR_EOF, or another FFmpeg error
 */
int
bb_filter_pull (BbFilter *filter, AVFrame *frame)
{
  guint n_errors = bb_ffmpeg_get_n_errors ();
  int result =
    check_logged (filter, av_buffersink_get_frame (filter->sink, frame), n_errors);

  if (result >= 0 && filter->frames != NULL)
    result = hold_read (filter, frame);
  if (result < 0)
    av_frame_unref (frame);
  return result;
}

/**
 * bb_filter_get_time_base:
 * @filter: a filter chain
 *
 * Returns: time base of the frames that come out
 */
AVRational
bb_filter_get_time_base (BbFilter *filter)
{
  return av_buffersink_get_time_base (filter->sink);
}
