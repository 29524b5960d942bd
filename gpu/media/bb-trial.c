/* bb-trial.c: what a container really takes, before it is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * avformat_query_codec() only knows codecs. Rates, channels, extradata and how many tracks there
 * are decide as well, and a muxer looks at them when it writes its header: too late to choose
 * otherwise.
 */

#include "bb-trial.h"

#include "bb-container.h"
#include "bb-metadata.h"

#include <libavutil/mem.h>

static int
add_stream (AVFormatContext *trial, const AVStream *like, const AVCodecParameters *parameters)
{
  AVStream *stream = avformat_new_stream (trial, NULL);
  int result;

  if (stream == NULL)
    return AVERROR (ENOMEM);
  result = avcodec_parameters_copy (stream->codecpar, parameters);
  stream->time_base = like->time_base;
  stream->avg_frame_rate = like->avg_frame_rate;
  stream->sample_aspect_ratio = like->sample_aspect_ratio;
  stream->disposition = like->disposition;
  if (result >= 0)
    result = av_dict_copy (&stream->metadata, like->metadata, 0);
  return result;
}

/**
 * bb_trial_header:
 * @muxer: a muxer with the streams that it is known to take
 * @parameters: (nullable): parameters of one more stream
 * @like: (nullable): where the time base and the description of that stream are taken from
 *
 * Writes a header into memory, as the muxer will write it into its file, and throws it away.
 *
 * Returns: 0 where the muxer takes all streams, or the negative FFmpeg error with which it refuses
 */
int
bb_trial_header (const AVFormatContext *muxer, const AVCodecParameters *parameters,
                 const AVStream *like)
{
  AVFormatContext *trial = NULL;
  AVDictionary *options = NULL;
  guint8 *written = NULL;
  int result = avformat_alloc_output_context2 (&trial, muxer->oformat, NULL, NULL);

  if (result < 0)
    return result;
  /* Files that are attached were tried by themselves, and may be large. */
  for (guint i = 0; i < muxer->nb_streams && result >= 0; i++)
    if (muxer->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_ATTACHMENT)
      result = add_stream (trial, muxer->streams[i], muxer->streams[i]->codecpar);
  if (result >= 0 && parameters != NULL)
    result = add_stream (trial, like, parameters);
  if (result >= 0)
    result = av_dict_copy (&trial->metadata, muxer->metadata, 0);
  if (result >= 0)
    result = avio_open_dyn_buf (&trial->pb);
  if (result >= 0)
    {
      bb_container_set_options (muxer->oformat, bb_metadata_needs_keys (muxer->metadata), &options);
      result = avformat_write_header (trial, &options);
      av_dict_free (&options);
      avio_close_dyn_buf (trial->pb, &written);
      trial->pb = NULL;
      av_free (written);
    }
  avformat_free_context (trial);
  return MIN (result, 0);
}
