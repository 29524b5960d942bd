/* bb-source-probe.c: what is known of a file before its pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-source-probe.h"

#include "bb-ffmpeg.h"
#include "bb-format-ffmpeg.h"

#include <math.h>
#include <string.h>

/* What only the first frame says, to what the stream says. */
static void
merge_side_data (AVCodecParameters *parameters, const AVFrame *first)
{
  static const struct {
    enum AVFrameSideDataType frame;
    enum AVPacketSideDataType packet;
  } types[] = {
    { AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_PKT_DATA_MASTERING_DISPLAY_METADATA },
    { AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, AV_PKT_DATA_CONTENT_LIGHT_LEVEL },
    { AV_FRAME_DATA_AMBIENT_VIEWING_ENVIRONMENT, AV_PKT_DATA_AMBIENT_VIEWING_ENVIRONMENT },
    { AV_FRAME_DATA_DISPLAYMATRIX, AV_PKT_DATA_DISPLAYMATRIX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      const AVFrameSideData *data = av_frame_get_side_data (first, types[i].frame);
      AVPacketSideData *added;

      if (data == NULL ||
          av_packet_side_data_get (parameters->coded_side_data, parameters->nb_coded_side_data,
                                   types[i].packet) != NULL)
        continue;
      added =
        av_packet_side_data_new (&parameters->coded_side_data, &parameters->nb_coded_side_data,
                                 types[i].packet, data->size, 0);
      if (added != NULL)
        memcpy (added->data, data->data, data->size);
    }
}

/**
 * bb_source_probe_get_picture_start:
 * @stream: the picture's stream
 * @first: its first frame
 *
 * Where the order of frames is found out while packets are read, what FFmpeg calls the start is
 * that of a later one.
 *
 * Returns: when the picture starts, in the stream's time base
 */
gint64
bb_source_probe_get_picture_start (const AVStream *stream, const AVFrame *first)
{
  return stream->start_time != AV_NOPTS_VALUE ? MIN (stream->start_time, first->pts) : first->pts;
}

/* From the first instant of picture and sound to the last. Where a stream does not say how long it
 * is, what the container says of all counts too. */
static void
fill_times (BbSourceInfo *info, BbDemuxer *demuxer, const AVFrame *first)
{
  const AVFormatContext *context = bb_demuxer_get_context (demuxer);
  const AVStream *own = bb_demuxer_get_stream (demuxer);
  const BbIndex *index = bb_demuxer_get_index (demuxer);
  gint64 start = G_MAXINT64;
  gint64 end = G_MININT64;
  gboolean known = TRUE;

  for (guint i = 0; i < context->nb_streams; i++)
    {
      const AVStream *stream = context->streams[i];
      enum AVMediaType type = stream->codecpar->codec_type;
      gint64 begin =
        stream == own ? bb_source_probe_get_picture_start (stream, first) : stream->start_time;

      if ((stream != own && type != AVMEDIA_TYPE_AUDIO) || begin == AV_NOPTS_VALUE ||
          bb_index_get_root (index, context, (int) i) != (int) i)
        continue;
      start = MIN (start, bb_ffmpeg_to_nanoseconds (begin, stream->time_base));
      if (stream->duration > 0)
        end = MAX (end, bb_ffmpeg_to_nanoseconds (av_sat_add64 (begin, stream->duration),
                                                  stream->time_base));
      else
        known = FALSE;
    }
  if (context->iformat->flags & AVFMT_NOTIMESTAMPS)
    start = 0;
  info->start = start != G_MAXINT64 ? start : 0;
  if (end > info->start)
    info->duration = end - info->start;
  if ((!known || end <= info->start) && context->duration > 0)
    info->duration =
      MAX (info->duration, bb_ffmpeg_to_nanoseconds (context->duration, AV_TIME_BASE_Q));
  /* What was read, where the clock of the file tells nothing. */
  if (index != NULL)
    info->duration = MAX (bb_index_get_end (index) - info->start, 0);
}

static void
fill_rate (BbSourceInfo *info, BbDemuxer *demuxer)
{
  AVStream *stream = bb_demuxer_get_stream (demuxer);
  AVRational rate = stream->avg_frame_rate;
  gint64 duration = stream->duration > 0 && bb_demuxer_get_index (demuxer) == NULL
                      ? bb_ffmpeg_to_nanoseconds (stream->duration, stream->time_base)
                      : info->duration;

  /* An average of one frame a tick comes of times that were rounded to ticks. */
  if (rate.num <= 0 || rate.den <= 0 ||
      (av_cmp_q (rate, av_inv_q (stream->time_base)) == 0 && stream->r_frame_rate.num > 0))
    rate = av_guess_frame_rate (bb_demuxer_get_context (demuxer), stream, NULL);
  if (rate.num > 0 && rate.den > 0)
    {
      info->rate_num = rate.num;
      info->rate_den = rate.den;
    }
  info->n_frames = stream->nb_frames;
  if (info->n_frames <= 0 && info->rate_num > 0)
    info->n_frames = av_rescale_q (duration, BB_NANOSECONDS, av_inv_q (rate));
}

static gboolean
has_decoder (AVFormatContext *context, enum AVMediaType type)
{
  const AVCodec *decoder = NULL;

  return av_find_best_stream (context, type, -1, -1, &decoder, 0) >= 0 && decoder != NULL;
}

/**
 * bb_source_probe:
 * @info: (out caller-allocates): what is to be known
 * @demuxer: the demuxer of the file
 * @first: its first frame
 * @parameters: parameters of its stream; get the side data of @first that they lack
 *
 * Collects what is known of a file before its pictures.
 */
void
bb_source_probe (BbSourceInfo *info, BbDemuxer *demuxer, const AVFrame *first,
                 AVCodecParameters *parameters)
{
  AVStream *stream = bb_demuxer_get_stream (demuxer);
  const AVFrameSideData *frame_matrix = av_frame_get_side_data (first, AV_FRAME_DATA_DISPLAYMATRIX);
  const AVPacketSideData *matrix;
  AVRational aspect =
    av_guess_sample_aspect_ratio (bb_demuxer_get_context (demuxer), stream, (AVFrame *) first);
  enum AVFieldOrder order = stream->codecpar->field_order;

  merge_side_data (parameters, first);
  matrix = av_packet_side_data_get (parameters->coded_side_data, parameters->nb_coded_side_data,
                                    AV_PKT_DATA_DISPLAYMATRIX);
  bb_format_from_frame (&info->format, first, parameters);
  /* The decoder hands the container's matrix on to the frame unless the stream has its own. */
  if (frame_matrix != NULL)
    info->orientation = bb_orientation_from_matrix ((gconstpointer) frame_matrix->data);
  else if (matrix != NULL)
    info->orientation = bb_orientation_from_matrix ((gconstpointer) matrix->data);
  info->sar_num = aspect.num > 0 && aspect.den > 0 ? aspect.num : 1;
  info->sar_den = aspect.num > 0 && aspect.den > 0 ? aspect.den : 1;
  info->time_base_num = stream->time_base.num;
  info->time_base_den = stream->time_base.den;
  fill_times (info, demuxer, first);
  fill_rate (info, demuxer);
  info->hdr = bb_format_is_hdr (&info->format);
  info->interlaced = (first->flags & AV_FRAME_FLAG_INTERLACED) != 0 ||
                     (order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE);
  info->has_audio = has_decoder (bb_demuxer_get_context (demuxer), AVMEDIA_TYPE_AUDIO);
  g_strlcpy (info->codec, avcodec_get_name (stream->codecpar->codec_id), sizeof info->codec);
}
