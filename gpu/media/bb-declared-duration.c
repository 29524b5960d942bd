/* bb-declared-duration.c: how long a file says that its picture is, and whether it held that much
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that was cut, or shortened while it was read, ends like any other as far as demuxers tell.
 * What its header declares says more; but a container's duration is that of its longest track,
 * which need not be the picture.
 */

#include "config.h"

#include "bb-declared-duration.h"

#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-source-probe.h"

#include <libavutil/intreadwrite.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Headers are not exact; nanoseconds. */
#define TOLERANCE 500000000

static gint64
get_end (gint64 time, gint64 duration, AVRational time_base)
{
  return bb_ffmpeg_to_nanoseconds (av_sat_add64 (time, duration), time_base);
}

/* Whether a file of RIFF chunks, such as AVI, is shorter than they say. */
static gboolean
is_cut_riff (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autoptr (GFileInfo) info = NULL;
  goffset position = 0;
  guint8 header[8];
  gsize n_read;

  if (stream != NULL)
    info = g_file_input_stream_query_info (stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, NULL);
  if (info == NULL)
    return FALSE;
  /* Beyond 1 GiB there is more than one. */
  while (
    g_seekable_seek (G_SEEKABLE (stream), position, G_SEEK_SET, NULL, NULL) &&
    g_input_stream_read_all (G_INPUT_STREAM (stream), header, sizeof header, &n_read, NULL, NULL) &&
    n_read == sizeof header && memcmp (header, "RIFF", 4) == 0)
    {
      guint32 size = AV_RL32 (header + 4);

      /* Nobody came back to write it down. */
      if (size == 0 || size == G_MAXUINT32)
        return FALSE;
      position += (goffset) sizeof header + size;
      if (position > g_file_info_get_size (info))
        return TRUE;
      position += size % 2;
    }
  return FALSE;
}

/**
 * bb_declared_duration_init:
 * @declared: (out caller-allocates): a declared duration
 * @demuxer: the demuxer of the file
 * @info: what is known of it
 * @first: its first frame
 *
 * Keeps what the file says, before anything is read that could change it.
 */
void
bb_declared_duration_init (BbDeclaredDuration *declared, BbDemuxer *demuxer,
                           const BbSourceInfo *info, const AVFrame *first)
{
  const AVFormatContext *context = bb_demuxer_get_context (demuxer);
  const AVStream *stream = bb_demuxer_get_stream (demuxer);
  gint64 duration = stream->duration;

  declared->scope = BB_DECLARED_NOTHING;
  declared->end = G_MAXINT64;
  if (context->duration_estimation_method != AVFMT_DURATION_FROM_STREAM || info->duration <= 0)
    return;
  declared->scope = BB_DECLARED_FILE;
  declared->end = info->duration;
  /* Without an index FFmpeg counts what is there; the header counts frames, which are ticks. */
  if (g_str_equal (context->iformat->name, "avi") && stream->nb_frames > duration &&
      is_cut_riff (bb_demuxer_get_path (demuxer)))
    duration = stream->nb_frames;
  if (duration <= 0)
    return;
  declared->scope = BB_DECLARED_PICTURE;
  declared->end =
    get_end (bb_source_probe_get_picture_start (stream, first), duration, stream->time_base) -
    info->start;
}

/* Whether any track of the file, from where the picture ended on, comes to @time. */
static gboolean
has_track_until (const char *path, gint64 start, gint64 from, gint64 time,
                 GCancellable *cancellable)
{
  AVFormatContext *context = bb_input_new (path, &cancellable, NULL, NULL);
  AVPacket *packet = av_packet_alloc ();
  gboolean reached = FALSE;

  if (context != NULL && bb_input_probe (context, NULL))
    {
      gint64 position = (start + from) / 1000;

      avformat_seek_file (context, -1, G_MININT64, position, position, 0);
      while (!reached && !g_cancellable_is_cancelled (cancellable) &&
             av_read_frame (context, packet) >= 0)
        {
          AVRational time_base = context->streams[packet->stream_index]->time_base;

          reached = packet->pts != AV_NOPTS_VALUE &&
                    get_end (packet->pts, packet->duration, time_base) - start >= time;
          av_packet_unref (packet);
        }
    }
  av_packet_free (&packet);
  avformat_close_input (&context);
  return reached;
}

/**
 * bb_declared_duration_describe_shortfall:
 * @declared: a declared duration
 * @demuxer: the demuxer of the file, which came to its end
 * @info: what is known of it
 * @reached: when the last frame ends, nanoseconds from the source's start
 * @frame_duration: how long that one lasts, nanoseconds
 * @wanted: how far the file was to be read, nanoseconds from the source's start; negative is all
 * @cancellable: (nullable): a cancellable
 *
 * Finds whether the file breaks off: it holds less than its header declares, it could not be read,
 * or it has become shorter meanwhile.
 *
 * Returns: (transfer full) (nullable): how much of how much there was, a sentence that names the
 *   file; %NULL where all was there that is wanted
 */
char *
bb_declared_duration_describe_shortfall (const BbDeclaredDuration *declared, BbDemuxer *demuxer,
                                         const BbSourceInfo *info, gint64 reached,
                                         gint64 frame_duration, gint64 wanted,
                                         GCancellable *cancellable)
{
  const char *path = bb_demuxer_get_path (demuxer);
  gboolean truncated = bb_demuxer_is_truncated (demuxer);
  gint64 tolerance = MAX (TOLERANCE, 2 * frame_duration);
  gint64 expected = wanted >= 0 ? MIN (declared->end, wanted) : declared->end;
  g_autofree char *name = NULL;

  if (expected == G_MAXINT64 ? !truncated : reached + tolerance >= expected)
    return NULL;
  if (declared->scope != BB_DECLARED_PICTURE && !truncated &&
      (declared->scope == BB_DECLARED_NOTHING ||
       has_track_until (path, info->start, reached, expected - tolerance, cancellable)))
    return NULL;
  name = g_filename_display_name (path);
  if (declared->scope == BB_DECLARED_NOTHING)
    return g_strdup_printf (
      /* Translators: the name of a file, and seconds */
      _ ("“%s” breaks off at %.3f s: the video that was made ends there; copy the file again"),
      name, (double) reached * 1e-9);
  /* Translators: the name of a file, and twice seconds */
  return g_strdup_printf (_ ("“%s” breaks off at %.3f s of %.3f s: the video that was made ends "
                             "there; copy the file again"),
                          name, (double) reached * 1e-9, (double) declared->end * 1e-9);
}
