/* bb-source.c: pictures out of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-source.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-filter.h"
#include "bb-format-ffmpeg.h"
#include "bb-source-private.h"

#include <glib/gstdio.h>
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>

/* HDR to SDR: to linear light, to BT.709's primaries, highlights rolled off by Hable's curve, and
 * back. The curve works on the strongest channel, so hues stay. */
#define TONE_MAP                                                                                    \
  "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=primaries=bt709,"                         \
  "tonemap=tonemap=hable:desat=0,"                                                                  \
  "zscale=transfer=bt709:matrix=bt709:range=limited:chromal=left:dither=none,format=yuv420p10"

struct _BbSource {
  char *path;
  BbSourceInfo info;
  GCancellable *cancellable; /* of the call at hand */

  AVFormatContext *demuxer;
  AVCodecContext *decoder;
  AVStream *stream;
  AVPacket *packet;
  AVFrame *first; /* the first frame, kept for what it tells */
  gboolean first_is_next;
  guint n_corrupt;

  gboolean tone_map;
  BbFilter *filter;
  AVFrame *unfiltered; /* a frame that the next filter gets */
  gboolean filter_flushed;

  BbFrame *queue[2]; /* found while seeking */
  gint64 last_pts;
  gint64 last_duration;
};

static void
set_input_error (BbSource *source, GError **error, const char *reason, const char *advice)
{
  g_autofree char *name = g_filename_display_name (source->path);

  g_set_error (error, BB_ERROR, BB_ERROR_INPUT, "Cannot read “%s”: %s; %s", name, reason, advice);
}

static gboolean
open_demuxer (BbSource *source, GError **error)
{
  g_autofree char *url = bb_ffmpeg_url (source->path);
  GStatBuf info;
  int result;

  if (g_file_test (source->path, G_FILE_TEST_IS_DIR))
    {
      set_input_error (source, error, "it is a folder", "choose a video file");
      return FALSE;
    }
  /* Opening a pipe would wait for whoever writes to it, and it cannot be sought in. */
  if (g_stat (source->path, &info) == 0 && S_ISFIFO (info.st_mode))
    {
      set_input_error (source, error, "it is a pipe", "save the video as a file first");
      return FALSE;
    }
  source->demuxer = avformat_alloc_context ();
  bb_ffmpeg_interrupt_init (&source->demuxer->interrupt_callback, &source->cancellable);
  result = avformat_open_input (&source->demuxer, url, NULL, NULL);
  if (result >= 0)
    result = avformat_find_stream_info (source->demuxer, NULL);
  if (result >= 0)
    return TRUE;
  if (result == AVERROR_INVALIDDATA || result == AVERROR_EOF)
    set_input_error (source, error, "it is no video, or it is damaged",
                     "choose a file that a player can play");
  else
    set_input_error (source, error, bb_ffmpeg_reason (result), "check its name and permissions");
  return FALSE;
}

/* The best video stream that is no cover picture. */
static int
find_stream (AVFormatContext *demuxer)
{
  int best = -1;

  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVStream *stream = demuxer->streams[i];
      int wanted = av_find_best_stream (demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

      if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
          (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
        continue;
      if (best < 0 || (int) i == wanted)
        best = (int) i;
    }
  return best;
}

static gboolean
open_decoder (BbSource *source, GError **error)
{
  const AVCodec *codec;
  int index = find_stream (source->demuxer);
  int result;

  if (index < 0)
    {
      set_input_error (source, error, "it has no picture", "choose a file with video");
      return FALSE;
    }
  source->stream = source->demuxer->streams[index];
  for (guint i = 0; i < source->demuxer->nb_streams; i++)
    source->demuxer->streams[i]->discard = (int) i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;

  codec = avcodec_find_decoder (source->stream->codecpar->codec_id);
  if (codec == NULL)
    {
      g_autofree char *reason = g_strdup_printf (
        "there is no decoder for its video (%s)",
        source->stream->codecpar->codec_id == AV_CODEC_ID_NONE
          ? "an unknown codec"
          : avcodec_get_name (source->stream->codecpar->codec_id));

      set_input_error (source, error, reason, "convert it, or install an FFmpeg that has one");
      return FALSE;
    }
  source->decoder = avcodec_alloc_context3 (codec);
  result = avcodec_parameters_to_context (source->decoder, source->stream->codecpar);
  source->decoder->pkt_timebase = source->stream->time_base;
  source->decoder->thread_count = 0;
  source->decoder->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
  if (result >= 0)
    result = avcodec_open2 (source->decoder, codec, NULL);
  if (result < 0)
    {
      set_input_error (source, error, bb_ffmpeg_reason (result), "its video cannot be decoded");
      return FALSE;
    }
  return TRUE;
}

/* Next frame as the decoder makes it. TRUE with an empty @frame is the end. */
static gboolean
decode (BbSource *source, AVFrame *frame, GError **error)
{
  if (source->first_is_next)
    {
      source->first_is_next = FALSE;
      av_frame_ref (frame, source->first);
      return TRUE;
    }
  while (TRUE)
    {
      int result = avcodec_receive_frame (source->decoder, frame);

      if (result >= 0)
        {
          if ((frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
            source->n_corrupt++;
          return TRUE;
        }
      if (result == AVERROR_EOF)
        return TRUE;
      if (result != AVERROR (EAGAIN))
        {
          source->n_corrupt++;
          continue;
        }
      if (g_cancellable_set_error_if_cancelled (source->cancellable, error))
        return FALSE;

      result = av_read_frame (source->demuxer, source->packet);
      if (result < 0)
        {
          if (g_cancellable_set_error_if_cancelled (source->cancellable, error))
            return FALSE;
          if (result == AVERROR (EAGAIN))
            continue;
          /* As ffmpeg does: what could be read is used, the rest is reported. */
          if (result != AVERROR_EOF)
            source->n_corrupt++;
          avcodec_send_packet (source->decoder, NULL);
          continue;
        }
      if (source->packet->stream_index == source->stream->index &&
          avcodec_send_packet (source->decoder, source->packet) < 0)
        source->n_corrupt++;
      av_packet_unref (source->packet);
    }
}

static gboolean
needs_filter (BbSource *source, const AVFrame *frame)
{
  BbFormat format;

  if (source->tone_map || source->info.interlaced || !bb_pixel_format_is_native (frame->format))
    return TRUE;
  bb_format_from_frame (&format, frame, source->stream->codecpar);
  return format.width != source->info.format.width || format.height != source->info.format.height ||
         format.depth != source->info.format.depth ||
         format.chroma_shift_x != source->info.format.chroma_shift_x ||
         format.chroma_shift_y != source->info.format.chroma_shift_y;
}

/* Writes what was guessed onto the frame, so that filters guess no other way. */
static void
tag (BbSource *source, AVFrame *frame)
{
  BbFormat format;

  bb_format_from_frame (&format, frame, source->stream->codecpar);
  if ((av_pix_fmt_desc_get (frame->format)->flags & AV_PIX_FMT_FLAG_RGB) == 0)
    {
      frame->colorspace = format.matrix;
      frame->color_range = format.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    }
  frame->color_primaries = format.primaries;
  frame->color_trc = format.transfer;
  frame->chroma_location = format.chroma_location;
}

static gboolean
open_filter (BbSource *source, const AVFrame *frame, GError **error)
{
  const BbFormat *format = &source->info.format;
  g_autoptr (GString) chain = g_string_new (NULL);
  gboolean resized = frame->width != format->width || frame->height != format->height;

  g_clear_pointer (&source->filter, bb_filter_free);
  source->filter_flushed = FALSE;
  if (source->info.interlaced)
    g_string_append (chain, "bwdif=mode=send_frame:deint=interlaced,");
  if (source->tone_map)
    g_string_append (chain, TONE_MAP);
  if (resized || !source->tone_map)
    {
      if (source->tone_map)
        g_string_append_c (chain, ',');
      g_string_append_printf (
        chain, "scale=%d:%d:flags=bicubic+accurate_rnd+full_chroma_int", format->width,
        format->height);
      if ((av_pix_fmt_desc_get (frame->format)->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0)
        g_string_append (chain, ":out_color_matrix=bt709");
      g_string_append_printf (chain, ":out_range=%s,format=%s",
                              format->full_range ? "full" : "limited",
                              av_get_pix_fmt_name (bb_format_to_pixel_format (format)));
    }
  source->filter = bb_filter_new (frame, source->stream->time_base, chain->str, error);
  if (source->filter != NULL)
    return TRUE;
  {
    g_autofree char *name = g_filename_display_name (source->path);

    g_prefix_error (error, "Cannot read “%s”: ", name);
  }
  return FALSE;
}

/* Next frame in the format of the info. TRUE with an empty @frame is the end. */
static gboolean
next_frame (BbSource *source, AVFrame *frame, GError **error)
{
  while (TRUE)
    {
      if (source->filter != NULL)
        {
          int result = bb_filter_pull (source->filter, frame);

          if (result >= 0)
            {
              AVRational from = bb_filter_get_time_base (source->filter);

              frame->best_effort_timestamp =
                av_rescale_q_rnd (frame->pts, from, source->stream->time_base,
                                  AV_ROUND_NEAR_INF | AV_ROUND_PASS_MINMAX);
              frame->duration = av_rescale_q (frame->duration, from, source->stream->time_base);
              return TRUE;
            }
          if (result == AVERROR_EOF || source->filter_flushed)
            {
              g_clear_pointer (&source->filter, bb_filter_free);
              if (source->unfiltered->buf[0] == NULL)
                return TRUE;
            }
          else if (result != AVERROR (EAGAIN))
            {
              set_input_error (source, error, bb_ffmpeg_reason (result), "its frames cannot be converted");
              return FALSE;
            }
        }
      if (source->unfiltered->buf[0] == NULL)
        {
          if (!decode (source, source->unfiltered, error))
            return FALSE;
          if (source->unfiltered->buf[0] == NULL)
            {
              if (source->filter == NULL)
                return TRUE;
              bb_filter_push (source->filter, NULL);
              source->filter_flushed = TRUE;
              continue;
            }
          tag (source, source->unfiltered);
        }

      if (!needs_filter (source, source->unfiltered) && source->filter == NULL)
        {
          av_frame_move_ref (frame, source->unfiltered);
          return TRUE;
        }
      if (source->filter != NULL && (!bb_filter_accepts (source->filter, source->unfiltered) ||
                                     !needs_filter (source, source->unfiltered)))
        {
          /* The picture changed: what the old chain holds comes first. */
          bb_filter_push (source->filter, NULL);
          source->filter_flushed = TRUE;
          continue;
        }
      if (source->filter == NULL && !open_filter (source, source->unfiltered, error))
        return FALSE;
      source->unfiltered->pts = source->unfiltered->best_effort_timestamp;
      if (bb_filter_push (source->filter, source->unfiltered) < 0)
        source->n_corrupt++;
      av_frame_unref (source->unfiltered);
    }
}

static void
free_frame (gpointer data)
{
  AVFrame *frame = data;

  av_frame_free (&frame);
}

/* Wraps @frame, and sees to it that times rise. */
static BbFrame *
wrap (BbSource *source, AVFrame *frame)
{
  BbFrame *wrapped = bb_frame_new_wrapped (&source->info.format, frame, free_frame);
  gint64 pts = frame->best_effort_timestamp;
  gint64 duration = frame->duration;

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      wrapped->data[p] = frame->data[p];
      wrapped->stride[p] = frame->linesize[p];
    }
  if (duration <= 0 && source->info.rate_num > 0)
    duration = av_rescale_q (1, (AVRational) { source->info.rate_den, source->info.rate_num },
                             source->stream->time_base);
  if (duration <= 0)
    duration = 1;
  if (pts == AV_NOPTS_VALUE)
    pts = source->last_pts == AV_NOPTS_VALUE
            ? av_rescale_q (source->info.start, BB_NANOSECONDS, source->stream->time_base)
            : source->last_pts + source->last_duration;
  if (source->last_pts != AV_NOPTS_VALUE && pts <= source->last_pts)
    pts = source->last_pts + 1;
  wrapped->pts = source->last_pts = pts;
  wrapped->duration = source->last_duration = duration;
  return wrapped;
}

static BbFrame *
read_next (BbSource *source, GError **error)
{
  AVFrame *frame = av_frame_alloc ();

  if (!next_frame (source, frame, error) || frame->buf[0] == NULL)
    {
      av_frame_free (&frame);
      return NULL;
    }
  return wrap (source, frame);
}

static void
fill_info (BbSource *source)
{
  BbSourceInfo *info = &source->info;
  const AVStream *stream = source->stream;
  const AVFormatContext *demuxer = source->demuxer;
  const AVFrame *frame = source->first;
  const AVPacketSideData *matrix =
    av_packet_side_data_get (stream->codecpar->coded_side_data,
                             stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const AVFrameSideData *frame_matrix =
    av_frame_get_side_data (frame, AV_FRAME_DATA_DISPLAYMATRIX);
  AVRational aspect = av_guess_sample_aspect_ratio (source->demuxer, source->stream, source->first);
  AVRational rate = av_guess_frame_rate (source->demuxer, source->stream, NULL);
  enum AVFieldOrder order = stream->codecpar->field_order;

  bb_format_from_frame (&info->format, frame, stream->codecpar);
  if (matrix != NULL)
    info->orientation = bb_orientation_from_matrix ((const gint32 *) (gpointer) matrix->data);
  else if (frame_matrix != NULL)
    info->orientation = bb_orientation_from_matrix ((const gint32 *) (gpointer) frame_matrix->data);
  info->sar_num = aspect.num > 0 && aspect.den > 0 ? aspect.num : 1;
  info->sar_den = aspect.num > 0 && aspect.den > 0 ? aspect.den : 1;
  info->time_base_num = stream->time_base.num;
  info->time_base_den = stream->time_base.den;
  info->start = demuxer->start_time == AV_NOPTS_VALUE ? 0 : demuxer->start_time * 1000;
  if (stream->duration > 0)
    {
      info->duration = av_rescale_q (stream->duration, stream->time_base, BB_NANOSECONDS);
      if (stream->start_time != AV_NOPTS_VALUE)
        info->duration +=
          av_rescale_q (stream->start_time, stream->time_base, BB_NANOSECONDS) - info->start;
    }
  else if (demuxer->duration > 0)
    info->duration = demuxer->duration * 1000;
  if (stream->avg_frame_rate.num > 0)
    rate = stream->avg_frame_rate;
  if (rate.num > 0 && rate.den > 0)
    {
      info->rate_num = rate.num;
      info->rate_den = rate.den;
    }
  info->n_frames = stream->nb_frames;
  if (info->n_frames <= 0 && info->rate_num > 0)
    info->n_frames = av_rescale_q (info->duration, BB_NANOSECONDS, av_inv_q (rate));
  info->hdr = info->format.transfer == AVCOL_TRC_SMPTE2084 ||
              info->format.transfer == AVCOL_TRC_ARIB_STD_B67;
  info->interlaced = (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0 ||
                     (order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE);
  g_strlcpy (info->codec, avcodec_get_name (stream->codecpar->codec_id), sizeof info->codec);
}

/**
 * bb_source_new:
 * @path: name of a local file
 * @error: return location for an error
 *
 * Opens a file and decodes its first frame.
 *
 * Returns: (transfer full): a source that stands before its first frame, or %NULL with
 *   %BB_ERROR_INPUT
 */
BbSource *
bb_source_new (const char *path, GError **error)
{
  g_autoptr (BbSource) source = g_new0 (BbSource, 1);

  bb_ffmpeg_init ();
  source->path = g_strdup (path);
  source->packet = av_packet_alloc ();
  source->first = av_frame_alloc ();
  source->unfiltered = av_frame_alloc ();
  source->last_pts = AV_NOPTS_VALUE;
  if (!open_demuxer (source, error) || !open_decoder (source, error) ||
      !decode (source, source->first, error))
    return NULL;
  if (source->first->buf[0] == NULL)
    {
      set_input_error (source, error, "none of its frames can be decoded",
                       "choose a file that a player can play");
      return NULL;
    }
  if (av_pix_fmt_desc_get (source->first->format) == NULL)
    {
      set_input_error (source, error, "its pixels have an unknown format", "convert it first");
      return NULL;
    }
  source->first_is_next = TRUE;
  fill_info (source);
  return g_steal_pointer (&source);
}

static void
clear_queue (BbSource *source)
{
  g_clear_pointer (&source->queue[0], bb_frame_unref);
  g_clear_pointer (&source->queue[1], bb_frame_unref);
}

/**
 * bb_source_free:
 * @source: (transfer full): a source
 *
 * Closes the file. Frames that are still held stay valid.
 */
void
bb_source_free (BbSource *source)
{
  clear_queue (source);
  bb_filter_free (source->filter);
  av_frame_free (&source->first);
  av_frame_free (&source->unfiltered);
  av_packet_free (&source->packet);
  avcodec_free_context (&source->decoder);
  avformat_close_input (&source->demuxer);
  g_free (source->path);
  g_free (source);
}

/**
 * bb_source_get_path:
 * @source: a source
 *
 * Returns: the file's name
 */
const char *
bb_source_get_path (BbSource *source)
{
  return source->path;
}

/**
 * bb_source_get_info:
 * @source: a source
 *
 * Returns: what is known of it
 */
const BbSourceInfo *
bb_source_get_info (BbSource *source)
{
  return &source->info;
}

/**
 * bb_source_get_n_corrupt:
 * @source: a source
 *
 * Returns: packets and frames so far that were damaged
 */
guint
bb_source_get_n_corrupt (BbSource *source)
{
  return source->n_corrupt;
}

/**
 * bb_source_get_codecpar:
 * @source: a source
 *
 * Returns: parameters of the picture's stream
 */
const AVCodecParameters *
bb_source_get_codecpar (BbSource *source)
{
  return source->stream->codecpar;
}

/**
 * bb_source_get_stream_index:
 * @source: a source
 *
 * Returns: number of the picture's stream in the file
 */
int
bb_source_get_stream_index (BbSource *source)
{
  return source->stream->index;
}

/**
 * bb_source_peek:
 * @source: a source
 *
 * Returns: the first frame as it was decoded
 */
const AVFrame *
bb_source_peek (BbSource *source)
{
  return source->first;
}

/**
 * bb_source_set_tone_map:
 * @source: a source before its first frame, or right after a seek
 * @tone_map: whether to bring PQ and HLG pictures to BT.709
 * @error: return location for an error
 *
 * Chooses whether frames of an HDR source come as they are, or tone-mapped to SDR: 10 bit,
 * limited range, BT.709. The format in the info changes with it. Does nothing to an SDR source.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT where FFmpeg lacks the filters
 */
gboolean
bb_source_set_tone_map (BbSource *source, gboolean tone_map, GError **error)
{
  BbFormat *format = &source->info.format;
  g_autoptr (BbFilter) trial = NULL;
  AVFrame *like;

  if (!source->info.hdr || source->tone_map == tone_map)
    return TRUE;
  source->tone_map = tone_map;
  bb_format_from_frame (format, source->first, source->stream->codecpar);
  if (!tone_map)
    return TRUE;
  format->depth = 10;
  format->chroma_shift_x = format->chroma_shift_y = 1;
  format->full_range = FALSE;
  format->matrix = AVCOL_SPC_BT709;
  format->primaries = AVCOL_PRI_BT709;
  format->transfer = AVCOL_TRC_BT709;
  format->chroma_location = AVCHROMA_LOC_LEFT;

  /* Say now, not at the first frame, if the filters are not there. */
  like = av_frame_clone (source->first);
  tag (source, like);
  trial = bb_filter_new (like, source->stream->time_base, TONE_MAP, error);
  av_frame_free (&like);
  return trial != NULL;
}

static gboolean
seek_to (BbSource *source, gint64 pts)
{
  int result = avformat_seek_file (source->demuxer, source->stream->index, G_MININT64, pts, pts, 0);

  if (result < 0)
    result = av_seek_frame (source->demuxer, source->stream->index, pts, AVSEEK_FLAG_BACKWARD);
  avcodec_flush_buffers (source->decoder);
  g_clear_pointer (&source->filter, bb_filter_free);
  av_frame_unref (source->unfiltered);
  clear_queue (source);
  source->first_is_next = FALSE;
  source->last_pts = AV_NOPTS_VALUE;
  return result >= 0;
}

/* Reads up to the frame that is shown at @pts and queues it. */
static gboolean
read_up_to (BbSource *source, gint64 pts, gboolean *late, GError **error)
{
  BbFrame *shown = NULL;
  GError *local_error = NULL;

  while (TRUE)
    {
      BbFrame *frame = read_next (source, &local_error);

      if (frame == NULL)
        {
          if (shown != NULL && shown->pts + shown->duration > pts)
            source->queue[0] = g_steal_pointer (&shown);
          break;
        }
      if (frame->pts > pts)
        {
          *late = shown == NULL;
          source->queue[0] = shown != NULL ? g_steal_pointer (&shown) : frame;
          if (source->queue[0] != frame)
            source->queue[1] = frame;
          break;
        }
      g_clear_pointer (&shown, bb_frame_unref);
      shown = frame;
      if (shown->pts == pts)
        {
          source->queue[0] = g_steal_pointer (&shown);
          break;
        }
    }
  g_clear_pointer (&shown, bb_frame_unref);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/**
 * bb_source_seek:
 * @source: a source
 * @time: nanoseconds from the source's start
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the frame that is shown at @time, exactly: to the keyframe before it, and on from there.
 * Where @time lies before the first frame, the first frame is next; where it lies after the last
 * one, the source is at its end.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_seek (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  AVRational time_base = source->stream->time_base;
  gint64 pts = av_rescale_q_rnd (source->info.start + time, BB_NANOSECONDS, time_base, AV_ROUND_DOWN);
  gint64 beginning = source->stream->start_time != AV_NOPTS_VALUE
                       ? source->stream->start_time
                       : av_rescale_q (source->info.start, BB_NANOSECONDS, time_base);
  gboolean late = FALSE;
  gboolean done = FALSE;

  source->cancellable = cancellable;
  if (seek_to (source, MAX (pts, beginning)))
    {
      done = read_up_to (source, pts, &late, error);
      /* Some demuxers land after the frame that was asked for; then go there from the start. */
      if (done && late && pts > beginning && seek_to (source, beginning))
        done = read_up_to (source, pts, &late, error);
    }
  else
    set_input_error (source, error, "it cannot be searched", "convert it, or start at its beginning");
  source->cancellable = NULL;
  return done;
}

/**
 * bb_source_read:
 * @source: a source
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads the next frame in order of presentation. Its time is the one of the file, in the time base
 * of the info, and later than that of the frame before. Damaged data is skipped and counted.
 *
 * Returns: (transfer full) (nullable): a frame; %NULL without an error is the end, with one it is
 *   %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
BbFrame *
bb_source_read (BbSource *source, GCancellable *cancellable, GError **error)
{
  BbFrame *frame;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (source->queue[0] != NULL)
    {
      frame = source->queue[0];
      source->queue[0] = source->queue[1];
      source->queue[1] = NULL;
      return frame;
    }
  source->cancellable = cancellable;
  frame = read_next (source, error);
  source->cancellable = NULL;
  return frame;
}
