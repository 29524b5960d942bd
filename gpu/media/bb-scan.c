/* bb-scan.c: what only reading all of a track tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Containers that are written to files describe a track once, at its beginning. Broadcasts describe
 * theirs over and over, and a program of 5.1 channels may follow one of two. Most codecs say in
 * each packet what is in it; AAC leaves that to the container, so that what comes after a change
 * would be noise.
 */

#include "bb-scan.h"

#include "bb-ffmpeg.h"
#include "bb-input.h"

/* Damage that looks like a change is not as long as this, in packets. */
#define N_SURE 3

/* Profile, rate and channels, as the header of an ADTS frame has them; 0 where there is none. */
static guint
get_config (const AVPacket *packet)
{
  const guint8 *data = packet->data;

  if (packet->size < 7 || data[0] != 0xff || (data[1] & 0xf6) != 0xf0)
    return 0;
  return 0x10000u | (data[2] & 0xfdu) << 8 | (data[3] & 0xc0u);
}

/* How sure a packet makes that the track changed: 0, 1, or N_SURE where the demuxer says so. */
static int
get_change (const AVPacket *packet, const AVCodecParameters *parameters, guint *first)
{
  gsize size;
  const guint8 *extradata = av_packet_get_side_data (packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
  guint config = get_config (packet);

  if (extradata != NULL)
    return (int) size != parameters->extradata_size ||
               memcmp (extradata, parameters->extradata, size) != 0
             ? N_SURE
             : 0;
  if (*first == 0)
    *first = config;
  return config != 0 && config != *first;
}

static gboolean
scan (AVFormatContext *demuxer, const AVStream *stream, const BbIndex *index, gint64 end)
{
  AVPacket *packet = av_packet_alloc ();
  guint first = 0;
  int n_changed = 0;
  gboolean done = FALSE;

  while (!done && n_changed < N_SURE && av_read_frame (demuxer, packet) >= 0)
    {
      if (bb_index_get_root (index, demuxer, packet->stream_index) == stream->index)
        {
          int change = get_change (packet, stream->codecpar, &first);

          done = index == NULL && packet->pts != AV_NOPTS_VALUE &&
                 bb_ffmpeg_to_nanoseconds (packet->pts, stream->time_base) >= end;
          n_changed = change == 0 ? 0 : n_changed + change;
        }
      av_packet_unref (packet);
    }
  av_packet_free (&packet);
  return !done && n_changed >= N_SURE;
}

/**
 * bb_scan_changes:
 * @path: name of a local file
 * @stream: a track of it
 * @index: (nullable): of the file; where there is one, all of the file counts, and all streams that follow @stream
 * @start: where what matters begins, nanoseconds in the source's own time
 * @end: where it ends, likewise
 * @cancellable: where the cancellable of the call at hand is found
 *
 * Reads a track of AAC out of a container that may change its description (MPEG-TS, FLV), to its end: as fast as
 * the file can be read. Any other track is known without.
 *
 * Returns: whether it changes on the way so that a container with one description cannot hold it
 */
gboolean
bb_scan_changes (const char *path,
                 const AVStream *stream,
                 const BbIndex *index,
                 gint64 start,
                 gint64 end,
                 GCancellable **cancellable)
{
  AVFormatContext *demuxer;
  gboolean changes = FALSE;

  if (!bb_index_is_uniform (index, stream))
    return TRUE;
  if (stream->codecpar->codec_id != AV_CODEC_ID_AAC)
    return FALSE;
  demuxer = bb_input_new (path, cancellable, NULL, NULL);
  if (demuxer != NULL && bb_input_probe (demuxer, NULL))
    {
      for (guint i = 0; i < demuxer->nb_streams; i++)
        if (bb_index_get_root (index, demuxer, (int) i) != stream->index)
          demuxer->streams[i]->discard = AVDISCARD_ALL;
      if (index == NULL)
        avformat_seek_file (demuxer, -1, G_MININT64, start / 1000, start / 1000, 0);
      changes = scan (demuxer, stream, index, end);
    }
  avformat_close_input (&demuxer);
  return changes;
}
