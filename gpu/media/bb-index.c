/* bb-index.c: where in a file its picture is, and which streams go on where others end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transport and program streams have no index: demuxers find a time by halving the file, which
 * takes for granted that times rise from its beginning to its end and that a stream is in all of
 * it. In recordings that were appended neither is true. bb_scan_index() reads such a file once;
 * what it finds is kept here, and never changes after that.
 */

#include "bb-index.h"

#include <string.h>

/* Of what FFmpeg gives out too late, where damaged files make it more than a packet or two of a
 * stream. */
#define MOST_LATE 1000
#define MOST_LATE_BYTES (64 * 1024 * 1024)

/* Demuxers number streams in the order in which they meet them; what the file calls them stays. */
typedef struct {
  enum AVMediaType type;
  int root;
  int id;
  AVCodecParameters *parameters; /* NULL where nothing is known of it */
} Follower;

/* A packet that FFmpeg gives out long after others that come behind it in the file. */
typedef struct {
  enum AVMediaType type;
  int id;
  AVPacket *packet;
} Late;

struct _BbIndex {
  GArray *late;
  gsize late_bytes;
  GArray *followers;
  GArray *keys; /* of BbIndexKey, by time */
  gint64 end;   /* of the picture, shifted, nanoseconds */
};

static void
clear_follower (gpointer data)
{
  Follower *follower = data;

  avcodec_parameters_free (&follower->parameters);
}

static void
clear_late (gpointer data)
{
  Late *late = data;

  av_packet_free (&late->packet);
}

/**
 * bb_index_new:
 *
 * Returns: (transfer full): an index without keyframes
 */
BbIndex *
bb_index_new (void)
{
  BbIndex *index = g_atomic_rc_box_new0 (BbIndex);

  index->followers = g_array_new (FALSE, FALSE, sizeof (Follower));
  g_array_set_clear_func (index->followers, clear_follower);
  index->late = g_array_new (FALSE, FALSE, sizeof (Late));
  g_array_set_clear_func (index->late, clear_late);
  index->keys = g_array_new (FALSE, FALSE, sizeof (BbIndexKey));
  return index;
}

/**
 * bb_index_ref:
 * @index: (nullable): an index
 *
 * Returns: (transfer full) (nullable): @index
 */
BbIndex *
bb_index_ref (BbIndex *index)
{
  return index != NULL ? g_atomic_rc_box_acquire (index) : NULL;
}

static void
clear (gpointer data)
{
  BbIndex *index = data;

  g_array_unref (index->followers);
  g_array_unref (index->late);
  g_array_unref (index->keys);
}

/**
 * bb_index_unref:
 * @index: (transfer full) (nullable): an index
 */
void
bb_index_unref (BbIndex *index)
{
  if (index != NULL)
    g_atomic_rc_box_release_full (index, clear);
}

/**
 * bb_index_add_follower:
 * @index: an index that is being made
 * @root: a stream
 * @stream: one of the same type that goes on where @root, or another one that follows it, ends
 */
void
bb_index_add_follower (BbIndex *index, const AVStream *root, const AVStream *stream)
{
  Follower follower = { stream->codecpar->codec_type, root->id, stream->id, NULL };

  g_array_append_val (index->followers, follower);
}

static Follower *
find (const BbIndex *index, const AVStream *stream)
{
  for (guint i = 0; index != NULL && i < index->followers->len; i++)
    {
      Follower *follower = &g_array_index (index->followers, Follower, i);

      if (follower->id == stream->id && follower->type == stream->codecpar->codec_type)
        return follower;
    }
  return NULL;
}

/**
 * bb_index_set_parameters:
 * @index: an index that is being made
 * @demuxer: a demuxer of the file that was probed
 *
 * Keeps what it knows of streams that follow others, and was not known before.
 */
void
bb_index_set_parameters (BbIndex *index, const AVFormatContext *demuxer)
{
  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVCodecParameters *parameters = demuxer->streams[i]->codecpar;
      Follower *follower = find (index, demuxer->streams[i]);

      if (follower == NULL || follower->parameters != NULL ||
          (parameters->codec_type == AVMEDIA_TYPE_AUDIO && parameters->sample_rate <= 0))
        continue;
      follower->parameters = avcodec_parameters_alloc ();
      avcodec_parameters_copy (follower->parameters, parameters);
    }
}

/**
 * bb_index_has_parameters:
 * @index: an index
 * @stream: a stream that follows another one
 *
 * Returns: whether it is known what @stream is
 */
gboolean
bb_index_has_parameters (const BbIndex *index, const AVStream *stream)
{
  const Follower *follower = find (index, stream);

  return follower != NULL && follower->parameters != NULL;
}

/**
 * bb_index_add_key:
 * @index: an index that is being made
 * @key: a keyframe that is later than those before
 */
void
bb_index_add_key (BbIndex *index, const BbIndexKey *key)
{
  g_array_append_val (index->keys, *key);
}

/**
 * bb_index_add_late:
 * @index: an index that is being made
 * @stream: a stream
 * @packet: a packet of it, with the file's own times
 *
 * Keeps a packet that FFmpeg gives out too late: it only knows that the last one of a stream is
 * whole when the file ends.
 */
void
bb_index_add_late (BbIndex *index, const AVStream *stream, const AVPacket *packet)
{
  Late late = { stream->codecpar->codec_type, stream->id, NULL };

  if (index->late->len >= MOST_LATE || index->late_bytes > MOST_LATE_BYTES)
    return;
  late.packet = av_packet_clone (packet);
  index->late_bytes += (gsize) packet->size;
  g_array_append_val (index->late, late);
}

/**
 * bb_index_get_late:
 * @index: an index
 * @stream: a stream
 * @after: (inout): a position in the file; becomes that of the packet
 * @before: another position in the file
 * @packet: an empty packet, to be filled
 *
 * Finds the next packet of @stream after and before positions that FFmpeg gives out too late.
 *
 * Returns: whether there is one
 */
gboolean
bb_index_get_late (const BbIndex *index, const AVStream *stream, gint64 *after, gint64 before,
                   AVPacket *packet)
{
  for (guint i = 0; i < index->late->len; i++)
    {
      const Late *late = &g_array_index (index->late, Late, i);

      if (late->id != stream->id || late->type != stream->codecpar->codec_type ||
          late->packet->pos <= *after || late->packet->pos >= before)
        continue;
      *after = late->packet->pos;
      return av_packet_ref (packet, late->packet) >= 0;
    }
  return FALSE;
}

/**
 * bb_index_set_end:
 * @index: an index that is being made
 * @end: when the picture ends, shifted, nanoseconds
 */
void
bb_index_set_end (BbIndex *index, gint64 end)
{
  index->end = end;
}

/**
 * bb_index_has_followers:
 * @index: an index
 *
 * Returns: whether any stream goes on where another one ends
 */
gboolean
bb_index_has_followers (const BbIndex *index)
{
  return index->followers->len > 0;
}

/**
 * bb_index_get_root:
 * @index: (nullable): an index
 * @demuxer: a demuxer of its file
 * @stream: number of a stream
 *
 * Returns: number of the stream that it follows, which may have ended long before; @stream itself
 *   where it follows none
 */
int
bb_index_get_root (const BbIndex *index, const AVFormatContext *demuxer, int stream)
{
  const Follower *follower = find (index, demuxer->streams[stream]);

  for (guint i = 0; follower != NULL && i < demuxer->nb_streams; i++)
    if (demuxer->streams[i]->id == follower->root &&
        demuxer->streams[i]->codecpar->codec_type == follower->type)
      return (int) i;
  return stream;
}

/**
 * bb_index_find_picture:
 * @index: (nullable): an index
 * @demuxer: a demuxer of its file
 *
 * Returns: number of the stream that is the picture: of the video streams that are no cover
 *   what FFmpeg thinks best, else the first, or the one that it follows; -1 where there is none
 */
int
bb_index_find_picture (const BbIndex *index, AVFormatContext *demuxer)
{
  int wanted = av_find_best_stream (demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  int best = -1;

  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVStream *stream = demuxer->streams[i];

      if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
          (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
        continue;
      if (best < 0 || (int) i == wanted)
        best = (int) i;
    }
  return best >= 0 ? bb_index_get_root (index, demuxer, best) : -1;
}

/**
 * bb_index_is_followed:
 * @index: (nullable): an index
 * @stream: a stream
 *
 * Returns: whether others follow it
 */
gboolean
bb_index_is_followed (const BbIndex *index, const AVStream *stream)
{
  for (guint i = 0; index != NULL && i < index->followers->len; i++)
    {
      const Follower *follower = &g_array_index (index->followers, Follower, i);

      if (follower->root == stream->id && follower->type == stream->codecpar->codec_type)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_alike (const AVCodecParameters *a, const AVCodecParameters *b)
{
  return a != NULL && a->codec_id == b->codec_id && a->sample_rate == b->sample_rate &&
         a->ch_layout.nb_channels == b->ch_layout.nb_channels &&
         a->extradata_size == b->extradata_size &&
         (a->extradata_size == 0 ||
          memcmp (a->extradata, b->extradata, (gsize) a->extradata_size) == 0);
}

/**
 * bb_index_is_uniform:
 * @index: (nullable): an index
 * @stream: a stream of sound
 *
 * Returns: whether all that follow it are of the same codec, rate and channels, so that one track
 * can hold their packets
 */
gboolean
bb_index_is_uniform (const BbIndex *index, const AVStream *stream)
{
  for (guint i = 0; index != NULL && i < index->followers->len; i++)
    {
      const Follower *follower = &g_array_index (index->followers, Follower, i);

      if (follower->root == stream->id && follower->type == stream->codecpar->codec_type &&
          !is_alike (follower->parameters, stream->codecpar))
        return FALSE;
    }
  return TRUE;
}

/**
 * bb_index_find_key:
 * @index: (nullable): an index
 * @time: a time, shifted, nanoseconds
 *
 * Returns: (nullable): the last keyframe that is shown at or before @time, or else the first one
 */
const BbIndexKey *
bb_index_find_key (const BbIndex *index, gint64 time)
{
  guint first = 0;
  guint last = index != NULL ? index->keys->len : 0;

  if (last == 0)
    return NULL;
  while (last - first > 1)
    {
      guint middle = (first + last) / 2;

      if (g_array_index (index->keys, BbIndexKey, middle).time <= time)
        first = middle;
      else
        last = middle;
    }
  return &g_array_index (index->keys, BbIndexKey, first);
}

/**
 * bb_index_get_end:
 * @index: an index
 *
 * Returns: when the picture ends, shifted, nanoseconds
 */
gint64
bb_index_get_end (const BbIndex *index)
{
  return index->end;
}
