/* bb-source-filter.c: from decoded frames to those that all look alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-source-filter.h"

#include "bb-chain.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-format-ffmpeg.h"

#include <glib/gi18n-lib.h>

/* Whether a frame is not what the pipeline gets, in everything but what tone mapping changes. */
static gboolean
differs (BbSource *source, const AVFrame *frame)
{
  enum AVPixelFormat pixel_format = bb_frame_get_pixel_format (frame);
  enum AVPixelFormat native = bb_pixel_format_find_native (pixel_format);

  /* Kernels also read the layouts of decoders. */
  if (frame->hw_frames_ctx != NULL && native == AV_PIX_FMT_NONE)
    native = bb_pixel_format_find_nearest (pixel_format);
  return frame->width != source->stored.width || frame->height != source->stored.height ||
         bb_chain_is_other_aspect (frame, source->first->sample_aspect_ratio) ||
         native != source->pixel_format ||
         frame->color_range != (source->stored.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG) ||
         frame->colorspace != (enum AVColorSpace) source->stored.matrix;
}

/* Whether all that a frame on a card needs can be done there. */
static gboolean
stays_on_card (BbSource *source, const AVFrame *frame)
{
  return !source->tone_map && !differs (source, frame);
}

static gboolean
needs_filter (BbSource *source, const AVFrame *frame)
{
  return source->deinterlace || !stays_on_card (source, frame);
}

/**
 * bb_source_open_filter:
 * @source: a source
 * @frame: a frame in host memory such as will be filtered
 * @error: return location for an error
 *
 * Returns: (transfer full): what does with such frames what has to be done, or %NULL with
 * %BB_ERROR_INPUT
 */
BbFilter *
bb_source_open_filter (BbSource *source, const AVFrame *frame, GError **error)
{
  g_autofree char *chain =
    bb_chain_describe (frame, &source->stored, source->first->sample_aspect_ratio, &source->info.format, source->parameters,
                       source->pixel_format, source->deinterlace, source->tone_map);
  g_autoptr (GError) failure = NULL;
  BbFilter *filter = bb_filter_new (frame, source->time_base, chain, &failure);

  if (filter == NULL)
    {
      g_autofree char *name = g_filename_display_name (source->path);

      /* Translators: the name of a file, and a sentence that says what is wrong */
      g_set_error (error, BB_ERROR, BB_ERROR_INPUT, _ ("Cannot read “%s”: %s"), name,
                   failure->message);
    }
  return filter;
}

/**
 * bb_source_forget_filter:
 * @source: a source
 *
 * Drops the chain or deinterlacer that is open, if any, with what it holds.
 */
void
bb_source_forget_filter (BbSource *source)
{
  g_clear_pointer (&source->filter, bb_filter_free);
  g_clear_pointer (&source->deinterlacer, bb_deinterlacer_free);
  source->filter_flushed = FALSE;
}

/* What a card was to do with frames besides decoding them failed for a @reason, or where that is %NULL it stopped
 * decoding: the processor does both, for all frames after those that came out. It begins early
 * enough for what deinterlacing looks at. */
static gboolean
leave_card (BbSource *source, const char *reason, GCancellable *cancellable, GError **error)
{
  gint64 last = source->last_out;
  gint64 time = last;
  char *notice = NULL;

  if (time == AV_NOPTS_VALUE)
    time = source->skip_to;
  if (time == AV_NOPTS_VALUE)
    time = source->first_in;
  if (reason != NULL && last != AV_NOPTS_VALUE)
    /* Translators: seconds, and a sentence that says what is wrong */
    notice = g_strdup_printf (_("The GPU stopped deinterlacing at %.3f s, and the CPU decodes from "
                                "there: %s"),
                              (double) last * av_q2d (source->time_base), reason);
  else if (reason != NULL)
    /* Translators: a sentence that says what is wrong */
    notice = g_strdup_printf (_("The GPU does not deinterlace this video, and the CPU decodes "
                                "it: %s"),
                              reason);
  g_queue_clear_full (&source->decoded, bb_source_free_frame);
  bb_source_forget_filter (source);
  source->ended = FALSE;
  source->hurry_until = G_MININT64;
  if (!bb_reader_leave_hardware (source->reader, bb_source_get_lead (source, time), notice,
                                 cancellable, error))
    return FALSE;
  source->resume_after = last != AV_NOPTS_VALUE ? last : source->first_in - 1;
  return bb_source_skip (source, time, cancellable, error);
}

/* The end of what a chain gets. */
static void
flush_filter (BbSource *source)
{
  if (!source->filter_flushed && bb_filter_push (source->filter, NULL) < 0)
    g_debug ("%s: the filters did not take the end", source->path);
  source->filter_flushed = TRUE;
}

/* Whether frames on a card wait for what will not come, as the card's decoder failed. */
static gboolean
is_stranded (BbSource *source, const AVFrame *frame)
{
  return source->deinterlacer != NULL && frame != NULL && frame->hw_frames_ctx == NULL &&
         !bb_reader_is_on_hardware (source->reader);
}

/* What a filter takes. */
static gboolean
bring_to_host (BbSource *source, AVFrame *frame, GError **error)
{
  int result = bb_ffmpeg_to_host (frame);

  if (result < 0)
    bb_reader_set_error (source->reader, bb_ffmpeg_reason (result),
                         _ ("its frames cannot be had from the GPU, so choose the CPU as the device"),
                         error);
  return result >= 0;
}

/* Whether the open chain does for @frame what has to be done. */
static gboolean
filter_fits (BbSource *source, const AVFrame *frame)
{
  return !source->filter_flushed && source->filter_deinterlaces == source->deinterlace &&
         needs_filter (source, frame) && bb_filter_accepts (source->filter, frame);
}

/* Pulls a frame that is finished: 0, AVERROR(EAGAIN) where the chain wants more, or another FFmpeg
 * error. */
static int
pull (BbSource *source, AVFrame **out)
{
  AVFrame *frame = av_frame_alloc ();
  int result = bb_filter_pull (source->filter, frame);

  /* Whoever reads it counts on its size. */
  if (result >= 0 &&
      (frame->width != source->stored.width || frame->height != source->stored.height))
    result = AVERROR_BUG;
  if (result < 0)
    {
      av_frame_free (&frame);
      return result;
    }
  frame->pts =
    av_rescale_q (frame->pts, bb_filter_get_time_base (source->filter), source->time_base);
  *out = frame;
  return 0;
}

/* Makes a chain for @frame, or a deinterlacer. */
static gboolean
begin_filter (BbSource *source, const AVFrame *frame, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;

  source->filter_deinterlaces = source->deinterlace;
  if (frame->hw_frames_ctx == NULL)
    {
      source->filter = bb_source_open_filter (source, frame, error);
      return source->filter != NULL;
    }
  source->deinterlacer = bb_deinterlacer_new (source->media, frame, &failure);
  return source->deinterlacer != NULL ||
         leave_card (source, failure->message, cancellable, error);
}

/* Hands the decoder's next frame to the chain. */
static void
feed (BbSource *source)
{
  AVFrame *frame = g_queue_pop_head (&source->decoded);
  int result = bb_filter_push (source->filter, frame);

  av_frame_free (&frame);
  if (result < 0)
    g_debug ("%s: a frame was not taken by the filters", source->path);
}

/* The same for the deinterlacer. What it has for other frames than its own is that there are no more. */
static gboolean
feed_deinterlacer (BbSource *source, AVFrame **out, GCancellable *cancellable, GError **error)
{
  AVFrame *frame = g_queue_peek_head (&source->decoded);
  gboolean fits = frame != NULL && bb_deinterlacer_accepts (source->deinterlacer, frame);
  g_autoptr (GError) failure = NULL;

  if (fits)
    g_queue_pop_head (&source->decoded);
  if (!bb_deinterlacer_push (source->deinterlacer, fits ? frame : NULL, out, &failure))
    return leave_card (source, failure->message, cancellable, error);
  if (!fits)
    bb_source_forget_filter (source);
  return TRUE;
}

/* One step towards the next frame, which is @out if it is there already; @done is also the end. */
static gboolean
filter_step (BbSource *source, AVFrame **out, gboolean *done, GCancellable *cancellable,
             GError **error)
{
  AVFrame *frame;
  int result = source->filter != NULL ? pull (source, out) : AVERROR (EAGAIN);

  *done = *out != NULL;
  if (*done)
    return TRUE;
  if (result == AVERROR_EOF)
    bb_source_forget_filter (source);
  else if (result != AVERROR (EAGAIN))
    {
      bb_reader_set_error (source->reader, bb_ffmpeg_reason (result),
                           _ ("its frames cannot be converted, so convert it first"), error);
      return FALSE;
    }

  if (g_queue_is_empty (&source->decoded) && !source->ended &&
      !bb_source_decode (source, cancellable, error))
    return FALSE;
  frame = g_queue_peek_head (&source->decoded);
  *done = frame == NULL && source->filter == NULL && source->deinterlacer == NULL;
  if (*done)
    return TRUE;
  if (is_stranded (source, frame))
    return leave_card (source, NULL, cancellable, error);
  if (frame != NULL && frame->hw_frames_ctx != NULL && !stays_on_card (source, frame) &&
      !bring_to_host (source, frame, error))
    return FALSE;
  if (source->deinterlacer != NULL)
    {
      if (!feed_deinterlacer (source, out, cancellable, error))
        return FALSE;
      *done = *out != NULL;
      return TRUE;
    }
  if (source->filter != NULL && (frame == NULL || !filter_fits (source, frame)))
    {
      /* The end, or the picture changed: what the chain holds comes first. */
      flush_filter (source);
      return TRUE;
    }
  if (source->filter == NULL && !needs_filter (source, frame))
    {
      *out = g_queue_pop_head (&source->decoded);
      *done = TRUE;
      return TRUE;
    }
  if (source->filter == NULL && !begin_filter (source, frame, cancellable, error))
    return FALSE;
  if (source->filter != NULL)
    feed (source);
  return TRUE;
}

/**
 * bb_source_filter:
 * @source: a source
 * @out: (out): the next frame in the stored size and the pixel format of all; %NULL is the end
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_filter (BbSource *source, AVFrame **out, GCancellable *cancellable, GError **error)
{
  gboolean done;

  *out = NULL;
  do
    {
      if (!filter_step (source, out, &done, cancellable, error))
        return FALSE;
      if (*out != NULL && (*out)->pts <= source->resume_after)
        {
          av_frame_free (out);
          done = FALSE;
        }
    }
  while (!done);
  if (*out != NULL)
    source->last_out = (*out)->pts;
  return TRUE;
}
