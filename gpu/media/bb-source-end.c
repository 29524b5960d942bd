/* bb-source-end.c: whether a source held all that it promised
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that was cut, or shortened while it was read, ends like any other as far as demuxers tell.
 * What its header promised says more; but a container's length is that of its longest track, which
 * need not be the picture.
 */

#include "config.h"

#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-source-filter.h"
#include "bb-source-info.h"
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
  while (g_seekable_seek (G_SEEKABLE (stream), position, G_SEEK_SET, NULL, NULL) &&
         g_input_stream_read_all (G_INPUT_STREAM (stream), header, sizeof header, &n_read, NULL,
                                  NULL) &&
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
 * bb_source_note_promise:
 * @source: a source whose info is known
 *
 * Keeps what the file says of its length, before anything is read that could change it.
 */
void
bb_source_note_promise (BbSource *source)
{
  const AVFormatContext *demuxer = bb_reader_get_demuxer (source->reader);
  const AVStream *stream = bb_reader_get_stream (source->reader);
  gint64 duration = stream->duration;

  source->promise = BB_PROMISE_NONE;
  /* Else it was measured or guessed. */
  if (demuxer->duration_estimation_method != AVFMT_DURATION_FROM_STREAM || source->info.duration <= 0)
    return;
  source->promise = BB_PROMISE_FILE;
  source->promised = source->info.duration;
  /* Without an index FFmpeg counts what is there; the header counts frames, which are ticks. */
  if (g_str_equal (demuxer->iformat->name, "avi") && stream->nb_frames > duration &&
      is_cut_riff (source->path))
    duration = stream->nb_frames;
  if (duration <= 0)
    return;
  source->promise = BB_PROMISE_PICTURE;
  source->promised = get_end (bb_source_probe_get_picture_start (stream, source->first),
                              duration, stream->time_base) -
                     source->info.start;
}

/* Whether any track of the file, from where the picture ended on, comes to @time. */
static gboolean
has_track_until (BbSource *source, gint64 from, gint64 time, GCancellable *cancellable)
{
  AVFormatContext *demuxer = bb_input_new (source->path, &cancellable, NULL, NULL);
  AVPacket *packet = av_packet_alloc ();
  gboolean reached = FALSE;

  if (demuxer != NULL && bb_input_probe (demuxer, NULL))
    {
      gint64 position = (source->info.start + from) / 1000;

      avformat_seek_file (demuxer, -1, G_MININT64, position, position, 0);
      while (!reached && !g_cancellable_is_cancelled (cancellable) &&
             av_read_frame (demuxer, packet) >= 0)
        {
          AVRational time_base = demuxer->streams[packet->stream_index]->time_base;

          reached = packet->pts != AV_NOPTS_VALUE &&
                    get_end (packet->pts, packet->duration, time_base) - source->info.start >= time;
          av_packet_unref (packet);
        }
    }
  av_packet_free (&packet);
  avformat_close_input (&demuxer);
  return reached;
}

/**
 * bb_source_describe_shortfall:
 * @source: a source that was read as far as is wanted
 * @end: how far that is, nanoseconds from the source's start; negative is all
 * @cancellable: (nullable): a cancellable
 *
 * Finds whether the file broke off: it holds less than its header promised, it could not be read, or
 * it has become shorter meanwhile.
 *
 * Returns: (transfer full) (nullable): how much of how much there was, a sentence that names the
 *   file; %NULL where all was there that is wanted
 */
char *
bb_source_describe_shortfall (BbSource *source, gint64 end, GCancellable *cancellable)
{
  gboolean cut = bb_reader_is_cut (source->reader);
  gint64 tolerance = MAX (TOLERANCE, 2 * source->last_length);
  gint64 promised = source->promised;
  g_autofree char *name = NULL;

  if (!source->ended || source->last_end == G_MININT64)
    return NULL;
  if (source->promise == BB_PROMISE_NONE)
    promised = G_MAXINT64;
  if (end >= 0)
    promised = MIN (promised, end);
  if (promised == G_MAXINT64 ? !cut : source->last_end + tolerance >= promised)
    return NULL;
  if (source->promise != BB_PROMISE_PICTURE && !cut &&
      (source->promise == BB_PROMISE_NONE ||
       has_track_until (source, source->last_end, promised - tolerance, cancellable)))
    return NULL;
  name = g_filename_display_name (source->path);
  if (source->promise == BB_PROMISE_NONE)
    /* Translators: the name of a file, and seconds */
    return g_strdup_printf (_("“%s” breaks off at %.3f s: the video that was made ends there; copy "
                              "the file again"),
                            name, (double) source->last_end * 1e-9);
  /* Translators: the name of a file, and twice seconds */
  return g_strdup_printf (_("“%s” breaks off at %.3f s of %.3f s: the video that was made ends there; "
                            "copy the file again"),
                          name, (double) source->last_end * 1e-9, (double) source->promised * 1e-9);
}
