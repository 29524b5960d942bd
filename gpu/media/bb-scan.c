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
is_scanned (const AVStream *stream)
{
  return stream->codecpar->codec_id == AV_CODEC_ID_AAC;
}

typedef struct {
  guint first;   /* description of the first packet that has one */
  int n_changed; /* packets since a change, or %N_SURE */
  gboolean done; /* what comes now does not matter */
} State;

static void
scan_packet (State *state, const AVPacket *packet, const AVStream *stream, gint64 end)
{
  int change;

  if (state->done || state->n_changed >= N_SURE)
    return;
  change = get_change (packet, stream->codecpar, &state->first);
  state->n_changed = change == 0 ? 0 : state->n_changed + change;
  if (packet->pts == AV_NOPTS_VALUE ||
      bb_ffmpeg_to_nanoseconds (packet->pts, stream->time_base) < end)
    return;
  state->done = TRUE;
  state->n_changed = 0;
}

/* Reads on while any of the streams matters. */
static void
scan (AVFormatContext *demuxer, const BbIndex *index, gint64 end, GArray *states)
{
  AVPacket *packet = av_packet_alloc ();
  gboolean done = FALSE;

  while (!done && av_read_frame (demuxer, packet) >= 0)
    {
      int root = bb_index_get_root (index, demuxer, packet->stream_index);

      if ((guint) root < states->len && is_scanned (demuxer->streams[root]))
        {
          scan_packet (&g_array_index (states, State, root), packet, demuxer->streams[root], end);
          done = TRUE;
          for (guint i = 0; i < states->len; i++)
            {
              const State *state = &g_array_index (states, State, i);

              done &= state->done || state->n_changed >= N_SURE ||
                      !is_scanned (demuxer->streams[i]) ||
                      bb_index_get_root (index, demuxer, (int) i) != (int) i;
            }
        }
      av_packet_unref (packet);
    }
  av_packet_free (&packet);
}

/**
 * bb_scan_find_changes:
 * @path: name of a local file
 * @index: (nullable): of the file; where there is one, all of it counts, with all streams that
 * follow others
 * @start: where what matters begins, nanoseconds in the source's own time
 * @end: where it ends, likewise
 * @cancellable: where the cancellable of the call at hand is found
 *
 * Reads the tracks of AAC out of a container that may change their description (MPEG-TS, FLV), to
 * their ends: as fast as the file can be read. Any other track is known without.
 *
 * Returns: (transfer full) (element-type int): numbers, as the file has them, of those that change
 * on the way so that a container with one description cannot hold them
 */
GArray *
bb_scan_find_changes (const char *path, const BbIndex *index, gint64 start, gint64 end,
                      GCancellable **cancellable)
{
  AVFormatContext *demuxer = bb_input_new (path, cancellable, NULL, NULL);
  g_autoptr (GArray) states = g_array_new (FALSE, TRUE, sizeof (State));
  GArray *changing = g_array_new (FALSE, FALSE, sizeof (int));

  if (demuxer != NULL && bb_input_probe (demuxer, NULL))
    {
      g_array_set_size (states, demuxer->nb_streams);
      for (guint i = 0; i < demuxer->nb_streams; i++)
        if (!is_scanned (demuxer->streams[bb_index_get_root (index, demuxer, (int) i)]))
          demuxer->streams[i]->discard = AVDISCARD_ALL;
      if (index == NULL)
        avformat_seek_file (demuxer, -1, G_MININT64, start / 1000, start / 1000, 0);
      scan (demuxer, index, index == NULL ? end : G_MAXINT64, states);
      for (guint i = 0; i < states->len; i++)
        if (g_array_index (states, State, i).n_changed >= N_SURE)
          g_array_append_val (changing, demuxer->streams[i]->id);
    }
  avformat_close_input (&demuxer);
  return changing;
}
