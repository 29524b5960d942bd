/* bb-segment-file.c: the encoded picture of one segment, in a file of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A NUT file, since that keeps packets, extradata and times in any time base as they are. NUT has
 * neither durations nor times below 0. So all times are later by a constant, and a second stream has
 * one packet, the last of the file: it stands where the last frame ends, and says what else must be
 * known of the segment. A file without it is not whole. SHA-256 of the file is in its name.
 */

#include "config.h"

#include "bb-segment-file.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-output-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Added to all times, in seconds; the first decoding times of a video lie before its start. */
#define SHIFT 1000000
#define HASH_LENGTH 64
#define FACTS_GROUP "segment"
#define FACTS_TAG MKTAG ('B', 'B', 'S', 'G')

enum { STREAM_PICTURE, STREAM_FACTS, N_STREAMS };

struct _BbSegmentWriter {
  char *folder;
  guint index;
  BbOutputFile *file;
  AVFormatContext *muxer;
  AVPacket *packet;
  AVRational time_base;
  GArray *times; /* of the packets written, gint64 */
  GBytes *extradata;
  gint64 bytes;
};

struct _BbSegmentReader {
  char *path;
  AVRational time_base; /* what times are given in */
  AVFormatContext *demuxer;
  char *facts; /* text of the last packet; NULL until it was read */
  gint64 end;
};

static gint64
get_shift (AVRational time_base)
{
  return av_rescale_q (SHIFT, (AVRational) { 1, 1 }, time_base);
}

static void
set_write_error (BbSegmentWriter *self, int result, GError **error)
{
  g_autofree char *name = g_filename_display_name (self->folder);

  bb_ffmpeg_set_write_error (name, result, error);
}

static AVStream *
add_stream (AVFormatContext *muxer, AVRational time_base)
{
  AVStream *stream = avformat_new_stream (muxer, NULL);

  stream->time_base = time_base;
  return stream;
}

static int
open_muxer (BbSegmentWriter *self, const AVCodecContext *context)
{
  g_autofree char *url = bb_ffmpeg_url (bb_output_file_get_temporary (self->file));
  AVStream *picture, *facts;
  int result = avformat_alloc_output_context2 (&self->muxer, NULL, "nut", NULL);

  if (result < 0)
    return result;
  picture = add_stream (self->muxer, context->time_base);
  result = avcodec_parameters_from_context (picture->codecpar, context);
  if (result < 0)
    return result;
  /* Containers have tags of their own, which the target's gets later. */
  picture->codecpar->codec_tag = 0;
  facts = add_stream (self->muxer, context->time_base);
  facts->codecpar->codec_type = AVMEDIA_TYPE_DATA;
  facts->codecpar->codec_id = AV_CODEC_ID_BIN_DATA;
  facts->codecpar->codec_tag = FACTS_TAG;
  self->muxer->flags |= AVFMT_FLAG_BITEXACT;
  self->muxer->avoid_negative_ts = 0;
  result = avio_open2 (&self->muxer->pb, url, AVIO_FLAG_WRITE, NULL, NULL);
  return result < 0 ? result : avformat_write_header (self->muxer, NULL);
}

/**
 * bb_segment_writer_new:
 * @folder: where segments go
 * @index: which one it is
 * @context: encoder of its packets
 * @cancellable: (nullable): removes the unfinished file at once
 * @error: return location for an error
 *
 * Opens a hidden file that gets its name in bb_segment_writer_finish().
 *
 * Returns: (transfer full): a writer, or %NULL with %BB_ERROR_OUTPUT or %G_IO_ERROR_CANCELLED
 */
BbSegmentWriter *
bb_segment_writer_new (const char *folder, guint index, const AVCodecContext *context,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (BbSegmentWriter) self = g_new0 (BbSegmentWriter, 1);
  g_autofree char *name = g_strdup_printf ("%06u.nut", index);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int result;

  self->folder = g_strdup (folder);
  self->index = index;
  self->packet = av_packet_alloc ();
  self->time_base = context->time_base;
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->extradata = g_bytes_new (context->extradata, (gsize) context->extradata_size);
  self->file = bb_output_file_new (path, NULL, TRUE, cancellable, error);
  if (self->file == NULL)
    return NULL;
  result = open_muxer (self, context);
  if (result >= 0)
    return g_steal_pointer (&self);
  set_write_error (self, result, error);
  return NULL;
}

/* Takes the data of the packet, whose times are in the encoder's time base. */
static int
write_packet (BbSegmentWriter *self, int stream)
{
  AVPacket *packet = self->packet;
  int result;

  packet->stream_index = stream;
  packet->pts += get_shift (self->time_base);
  packet->dts += get_shift (self->time_base);
  /* NUT may choose a finer time base, of which this one is a multiple. */
  av_packet_rescale_ts (packet, self->time_base, self->muxer->streams[stream]->time_base);
  result = av_write_frame (self->muxer, packet);
  av_packet_unref (packet);
  return result < 0 ? result : MIN (self->muxer->pb->error, 0);
}

/**
 * bb_segment_writer_write:
 * @self: a writer
 * @packet: the encoder's next packet, in its time base
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_segment_writer_write (BbSegmentWriter *self, const AVPacket *packet, GError **error)
{
  int result;

  if (!bb_output_file_check (self->file, error))
    return FALSE;
  g_array_append_val (self->times, packet->pts);
  self->bytes += packet->size;
  result = av_packet_ref (self->packet, packet);
  if (result >= 0)
    result = write_packet (self, STREAM_PICTURE);
  if (result >= 0)
    return TRUE;
  set_write_error (self, result, error);
  return FALSE;
}

static char *
format_facts (const BbSegment *facts)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_int64 (file, FACTS_GROUP, "next",
                        facts->next == BB_SEGMENT_NONE ? -1 : (gint64) facts->next);
  g_key_file_set_integer (file, FACTS_GROUP, "corrupt", (int) facts->n_corrupt);
  g_key_file_set_boolean (file, FACTS_GROUP, "captions-lost", facts->captions_lost);
  if (facts->shortfall != NULL)
    g_key_file_set_string (file, FACTS_GROUP, "shortfall", facts->shortfall);
  return g_key_file_to_data (file, NULL, NULL);
}

static gboolean
parse_facts (const char *text, BbSegment *segment)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  gint64 next;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, NULL))
    return FALSE;
  next = g_key_file_get_int64 (file, FACTS_GROUP, "next", &error);
  if (error != NULL || next < -1 || next >= G_MAXUINT)
    return FALSE;
  segment->next = next < 0 ? BB_SEGMENT_NONE : (guint) next;
  segment->n_corrupt = (guint) g_key_file_get_integer (file, FACTS_GROUP, "corrupt", NULL);
  segment->captions_lost = g_key_file_get_boolean (file, FACTS_GROUP, "captions-lost", NULL);
  segment->shortfall = g_key_file_get_string (file, FACTS_GROUP, "shortfall", NULL);
  return TRUE;
}

static int
write_end (BbSegmentWriter *self, const BbSegment *facts)
{
  g_autofree char *text = format_facts (facts);
  int size = (int) strlen (text);
  int result = av_new_packet (self->packet, size);

  if (result < 0)
    return result;
  memcpy (self->packet->data, text, (gsize) size);
  self->packet->pts = self->packet->dts = facts->end;
  self->packet->flags |= AV_PKT_FLAG_KEY;
  result = write_packet (self, STREAM_FACTS);
  if (result >= 0)
    result = av_write_trailer (self->muxer);
  if (result >= 0 && self->muxer->pb->error < 0)
    result = self->muxer->pb->error;
  return result < 0 ? result : avio_closep (&self->muxer->pb);
}

static char *
hash_file (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *buffer = NULL;
  const gsize size = 256 * 1024;
  gssize n;

  if (stream == NULL)
    return NULL;
  buffer = g_malloc (size);
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, size, cancellable, error)) > 0)
    g_checksum_update (checksum, buffer, n);
  return n < 0 ? NULL : g_strdup (g_checksum_get_string (checksum));
}

/* Sets an error that says that a segment's file is not what was written. */
static void
set_damaged (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (
    error, BB_ERROR, BB_ERROR_OUTPUT,
    _ ("The file “%s” of an unfinished render is damaged: the disk may be failing; choose "
       "another folder"),
    name);
}

static BbSegment *
read_all (const char *path, AVRational time_base, GArray **times, GBytes **extradata,
          GError **error)
{
  g_autoptr (BbSegmentReader) reader = bb_segment_reader_new (path, time_base, error);
  g_autoptr (BbSegment) segment = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) failure = NULL;
  AVPacket *packet;
  const AVCodecParameters *parameters;

  if (reader == NULL)
    return NULL;
  segment = g_new0 (BbSegment, 1);
  segment->path = g_strdup (path);
  segment->begin = G_MAXINT64;
  packet = av_packet_alloc ();
  while (bb_segment_reader_read (reader, packet, &failure))
    {
      if (list->len == 0)
        segment->first_bytes = packet->size;
      segment->video_bytes += packet->size;
      segment->begin = MIN (segment->begin, packet->pts);
      g_array_append_val (list, packet->pts);
      av_packet_unref (packet);
    }
  av_packet_free (&packet);
  segment->n_frames = list->len;
  segment->end = reader->end;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (reader->facts == NULL || list->len == 0 || !parse_facts (reader->facts, segment))
    {
      set_damaged (path, error);
      return NULL;
    }
  parameters = bb_segment_reader_get_parameters (reader);
  if (extradata != NULL)
    *extradata = g_bytes_new (parameters->extradata, (gsize) parameters->extradata_size);
  if (times != NULL)
    *times = g_steal_pointer (&list);
  return g_steal_pointer (&segment);
}

static gboolean
is_same (const GArray *a, const GArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (gint64)) == 0;
}

/* What is in the file, if that is what was written. */
static BbSegment *
verify (BbSegmentWriter *self, const BbSegment *facts, GError **error)
{
  const char *path = bb_output_file_get_temporary (self->file);
  g_autoptr (GArray) times = NULL;
  g_autoptr (GBytes) extradata = NULL;
  g_autoptr (BbSegment) segment = read_all (path, self->time_base, &times, &extradata, error);

  if (segment == NULL)
    return NULL;
  segment->index = self->index;
  if (is_same (times, self->times) && segment->video_bytes == self->bytes &&
      g_bytes_equal (extradata, self->extradata) && segment->end == facts->end &&
      segment->next == facts->next)
    return g_steal_pointer (&segment);
  set_damaged (path, error);
  return NULL;
}

/**
 * bb_segment_writer_finish:
 * @self: a writer that has got all packets
 * @facts: what to say of the segment: its end, what follows, and what was lost
 * @error: return location for an error
 *
 * Ends the file, reads it once more, and gives it its name.
 *
 * Returns: (transfer full): the segment, or %NULL with %BB_ERROR_OUTPUT or %G_IO_ERROR_CANCELLED
 */
BbSegment *
bb_segment_writer_finish (BbSegmentWriter *self, const BbSegment *facts, GError **error)
{
  g_autoptr (BbSegment) segment = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *name = NULL;
  int result = write_end (self, facts);

  if (result < 0)
    {
      set_write_error (self, result, error);
      return NULL;
    }
  segment = verify (self, facts, error);
  if (segment != NULL)
    hash = hash_file (segment->path, NULL, error);
  if (hash == NULL)
    return NULL;
  g_free (segment->path);
  name = g_strdup_printf ("%06u-%s.nut", self->index, hash);
  segment->path = g_build_filename (self->folder, name, NULL);
  bb_output_file_set_path (self->file, segment->path);
  return bb_output_file_commit (self->file, error) ? g_steal_pointer (&segment) : NULL;
}

/**
 * bb_segment_writer_free:
 * @self: (transfer full) (nullable): a writer
 *
 * Closes it. Where it was not finished, nothing of it stays.
 */
void
bb_segment_writer_free (BbSegmentWriter *self)
{
  if (self == NULL)
    return;
  if (self->muxer != NULL)
    avio_closep (&self->muxer->pb);
  avformat_free_context (self->muxer);
  av_packet_free (&self->packet);
  g_clear_pointer (&self->file, bb_output_file_free);
  g_clear_pointer (&self->times, g_array_unref);
  g_clear_pointer (&self->extradata, g_bytes_unref);
  g_free (self->folder);
  g_free (self);
}

/**
 * bb_segment_reader_new:
 * @path: name of a segment's file
 * @time_base: time base of the encoder that made it
 * @error: return location for an error
 *
 * Returns: (transfer full): a reader, or %NULL with %BB_ERROR_OUTPUT
 */
BbSegmentReader *
bb_segment_reader_new (const char *path, AVRational time_base, GError **error)
{
  g_autoptr (BbSegmentReader) self = g_new0 (BbSegmentReader, 1);
  g_autofree char *url = bb_ffmpeg_url (path);

  self->path = g_strdup (path);
  self->time_base = time_base;
  self->demuxer = avformat_alloc_context ();
  self->demuxer->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  if (avformat_open_input (&self->demuxer, url, av_find_input_format ("nut"), NULL) >= 0 &&
      self->demuxer->nb_streams == N_STREAMS &&
      self->demuxer->streams[STREAM_PICTURE]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
    return g_steal_pointer (&self);
  set_damaged (path, error);
  return NULL;
}

/**
 * bb_segment_reader_get_parameters:
 * @self: a reader
 *
 * Returns: what its packets are
 */
const AVCodecParameters *
bb_segment_reader_get_parameters (BbSegmentReader *self)
{
  return self->demuxer->streams[STREAM_PICTURE]->codecpar;
}

/**
 * bb_segment_reader_read:
 * @self: a reader
 * @packet: gets the next packet of the picture; its time is in the encoder's time base, and there
 *   is no decoding time
 * @error: return location for an error
 *
 * Returns: %TRUE; %FALSE without an error at the end, else with %BB_ERROR_OUTPUT
 */
gboolean
bb_segment_reader_read (BbSegmentReader *self, AVPacket *packet, GError **error)
{
  while (TRUE)
    {
      int result = av_read_frame (self->demuxer, packet);
      const AVStream *stream;

      if (result == AVERROR_EOF)
        return FALSE;
      if (result < 0 || packet->pts == AV_NOPTS_VALUE || packet->stream_index >= N_STREAMS)
        {
          av_packet_unref (packet);
          set_damaged (self->path, error);
          return FALSE;
        }
      stream = self->demuxer->streams[packet->stream_index];
      packet->time_base = self->time_base;
      packet->pts = av_rescale_q (packet->pts, stream->time_base, self->time_base) -
                    get_shift (self->time_base);
      packet->dts = AV_NOPTS_VALUE;
      if (packet->stream_index == STREAM_PICTURE)
        return TRUE;
      self->end = packet->pts;
      g_free (self->facts);
      self->facts = g_strndup ((const char *) packet->data, (gsize) packet->size);
      av_packet_unref (packet);
    }
}

/**
 * bb_segment_reader_free:
 * @self: (transfer full) (nullable): a reader
 */
void
bb_segment_reader_free (BbSegmentReader *self)
{
  if (self == NULL)
    return;
  avformat_close_input (&self->demuxer);
  g_free (self->facts);
  g_free (self->path);
  g_free (self);
}

/**
 * bb_segment_parse_name:
 * @name: name of a file, without its folder
 * @index: (out): number of its segment
 * @hash: (out) (transfer none): SHA-256 that it must have, a part of @name
 *
 * Returns: whether it is the name of a segment's file
 */
gboolean
bb_segment_parse_name (const char *name, guint *index, const char **hash)
{
  char *rest = NULL;
  guint64 number;

  if (!g_ascii_isdigit (*name))
    return FALSE;
  number = g_ascii_strtoull (name, &rest, 10);
  if (number >= BB_SEGMENT_NONE || *rest != '-' ||
      strspn (rest + 1, "0123456789abcdef") != HASH_LENGTH ||
      !g_str_equal (rest + 1 + HASH_LENGTH, ".nut"))
    return FALSE;
  *index = (guint) number;
  *hash = rest + 1;
  return TRUE;
}

/**
 * bb_segment_check:
 * @path: name of a segment's file
 * @time_base: time base of the encoder that made it
 * @times: (out) (optional) (transfer full) (element-type gint64): times of its packets, in the order
 *   of decoding
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads a whole segment, and compares it with the hash in its name.
 *
 * Returns: (transfer full): the segment, or %NULL with %BB_ERROR_OUTPUT where it is damaged
 */
BbSegment *
bb_segment_check (const char *path, AVRational time_base, GArray **times, GCancellable *cancellable,
                  GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *hash = NULL;
  g_autoptr (BbSegment) segment = NULL;
  const char *wanted;
  guint index;

  if (!bb_segment_parse_name (name, &index, &wanted))
    {
      set_damaged (path, error);
      return NULL;
    }
  hash = hash_file (path, cancellable, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (hash == NULL || strncmp (hash, wanted, HASH_LENGTH) != 0)
    {
      set_damaged (path, error);
      return NULL;
    }
  segment = read_all (path, time_base, times, NULL, error);
  if (segment != NULL)
    segment->index = index;
  return g_steal_pointer (&segment);
}
