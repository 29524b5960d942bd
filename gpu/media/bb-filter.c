/* bb-filter.c: frames through libavfilter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-filter.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"

#include <glib/gi18n-lib.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

struct _BbFilter {
  AVFilterGraph *graph;
  AVFilterContext *source;
  AVFilterContext *sink;
  AVFrame *like; /* without samples */
};

/**
 * bb_filter_new:
 * @like: a frame such as will be pushed
 * @time_base: time base of the frames
 * @description: a chain of filters in libavfilter's syntax
 * @error: return location for an error
 *
 * Returns: (transfer full): a filter chain for video, or %NULL with %BB_ERROR_INPUT
 */
BbFilter *
bb_filter_new (const AVFrame *like, AVRational time_base, const char *description, GError **error)
{
  BbFilter *filter = g_new0 (BbFilter, 1);
  AVFilterInOut *inputs = avfilter_inout_alloc ();
  AVFilterInOut *outputs = avfilter_inout_alloc ();
  AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc ();
  int result = AVERROR (ENOMEM);

  filter->like = bb_ffmpeg_copy_properties (like);
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
  if (result < 0)
    {
      g_set_error (
        error, BB_ERROR, BB_ERROR_INPUT,
        /* Translators: names of filters, and what is wrong */
        _ ("FFmpeg cannot set up the filters “%s” (%s); install an FFmpeg that has them"),
        description, bb_ffmpeg_reason (result));
      g_clear_pointer (&filter, bb_filter_free);
    }
  return filter;
}

/**
 * bb_filter_free:
 * @filter: (transfer full) (nullable): a filter chain
 *
 * Frames that came out stay valid.
 */
void
bb_filter_free (BbFilter *filter)
{
  if (filter == NULL)
    return;
  avfilter_graph_free (&filter->graph);
  av_frame_free (&filter->like);
  g_free (filter);
}

/**
 * bb_filter_accepts:
 * @filter: a filter chain
 * @frame: a frame
 *
 * Returns: whether @frame has the size, sample aspect, format, matrix and range that the chain was made for
 */
gboolean
bb_filter_accepts (BbFilter *filter, const AVFrame *frame)
{
  return bb_ffmpeg_is_alike (frame, filter->like);
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
  return av_buffersrc_add_frame_flags (filter->source, frame, AV_BUFFERSRC_FLAG_PUSH);
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
  return av_buffersink_get_frame (filter->sink, frame);
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
