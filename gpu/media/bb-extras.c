/* bb-extras.c: fonts, covers and whatever else a file holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-extras.h"

#include "bb-trial.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
is_matroska (const BbMetadata *self)
{
  return g_str_equal (self->muxer->oformat->name, "matroska");
}

/* Takes the parameters. */
static AVStream *
add_stream (const BbMetadata *self, const AVStream *in, AVCodecParameters *parameters)
{
  AVStream *out = NULL;

  parameters->codec_tag = 0;
  if (bb_trial_header (self->muxer, parameters, in) >= 0)
    {
      out = avformat_new_stream (self->muxer, NULL);
      avcodec_parameters_copy (out->codecpar, parameters);
      out->time_base = in->time_base;
      bb_metadata_copy_stream (self, out, in);
    }
  avcodec_parameters_free (&parameters);
  return out;
}

static gboolean
add_attachment (const BbMetadata *self, const AVStream *in)
{
  AVCodecParameters *parameters;

  if (!is_matroska (self))
    return FALSE;
  parameters = avcodec_parameters_alloc ();
  avcodec_parameters_copy (parameters, in->codecpar);
  return add_stream (self, in, parameters) != NULL;
}

/* Matroska has covers as files that are attached. */
static gboolean
attach_cover (const BbMetadata *self, const AVStream *in)
{
  static const struct {
    enum AVCodecID codec;
    const char *name;
    const char *type;
  } kinds[] = {
    { AV_CODEC_ID_MJPEG, "cover.jpg", "image/jpeg" },
    { AV_CODEC_ID_PNG, "cover.png", "image/png" },
    { AV_CODEC_ID_BMP, "cover.bmp", "image/bmp" },
    { AV_CODEC_ID_WEBP, "cover.webp", "image/webp" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].codec == in->codecpar->codec_id)
      {
        AVStream *out = avformat_new_stream (self->muxer, NULL);
        AVCodecParameters *parameters = out->codecpar;

        bb_metadata_copy_stream (self, out, in);
        out->disposition = 0;
        parameters->codec_type = AVMEDIA_TYPE_ATTACHMENT;
        parameters->codec_id = in->codecpar->codec_id;
        parameters->extradata =
          av_mallocz ((gsize) in->attached_pic.size + AV_INPUT_BUFFER_PADDING_SIZE);
        memcpy (parameters->extradata, in->attached_pic.data, (gsize) in->attached_pic.size);
        parameters->extradata_size = in->attached_pic.size;
        av_dict_set (&out->metadata, "filename", kinds[i].name, AV_DICT_DONT_OVERWRITE);
        av_dict_set (&out->metadata, "mimetype", kinds[i].type, AV_DICT_DONT_OVERWRITE);
        return TRUE;
      }
  return FALSE;
}

static gboolean
add_cover (const BbMetadata *self, const AVStream *in, GPtrArray *packets)
{
  AVCodecParameters *parameters;
  AVStream *out;
  AVPacket *packet;

  if (in->attached_pic.size <= 0)
    return FALSE;
  if (is_matroska (self))
    return attach_cover (self, in);
  /* MP4 has its covers beside titles, which make way for what cameras say. */
  if (!g_str_equal (self->muxer->oformat->name, "mp4") ||
      bb_metadata_needs_keys (self->muxer->metadata) ||
      (in->codecpar->codec_id != AV_CODEC_ID_MJPEG && in->codecpar->codec_id != AV_CODEC_ID_PNG &&
       in->codecpar->codec_id != AV_CODEC_ID_BMP))
    return FALSE;
  parameters = avcodec_parameters_alloc ();
  avcodec_parameters_copy (parameters, in->codecpar);
  out = add_stream (self, in, parameters);
  if (out == NULL)
    return FALSE;
  av_dict_set (&out->metadata, "filename", NULL, 0);
  av_dict_set (&out->metadata, "mimetype", NULL, 0);
  packet = av_packet_clone (&in->attached_pic);
  packet->stream_index = out->index;
  packet->pts = packet->dts = 0;
  g_ptr_array_add (packets, packet);
  return TRUE;
}

/* Takes the text; phones write several tracks of one name. */
static void
note (const BbMetadata *self, char *text)
{
  if (g_ptr_array_find_with_equal_func (self->notices, text, g_str_equal, NULL))
    g_free (text);
  else
    g_ptr_array_add (self->notices, text);
}

/* Timecodes and the names of chapters, which FFmpeg reads out of tracks of QuickTime's. */
static gboolean
is_known_otherwise (const BbMetadata *self, const AVCodecParameters *parameters)
{
  return parameters->codec_type == AVMEDIA_TYPE_DATA &&
         (parameters->codec_tag == MKTAG ('t', 'm', 'c', 'd') ||
          (parameters->codec_tag == MKTAG ('t', 'e', 'x', 't') && self->demuxer->nb_chapters > 0));
}

/**
 * bb_extras_add:
 * @metadata: from where to where
 * @in: a stream of the source, neither sound nor subtitles
 * @is_picture: whether it is the picture that is reframed
 * @packets: (element-type AVPacket): gets what is to be written with bb_extras_write()
 *
 * Adds a stream that is neither picture, sound nor subtitle: fonts and covers where the container
 * has a place for them. What it has none for is named in a notice, but for timecodes and chapters,
 * which are metadata.
 */
void
bb_extras_add (const BbMetadata *metadata, const AVStream *in, gboolean is_picture,
               GPtrArray *packets)
{
  const AVCodecParameters *parameters = in->codecpar;
  const AVDictionaryEntry *entry = av_dict_get (in->metadata, "filename", NULL, 0);
  const char *codec = avcodec_get_name (parameters->codec_id);

  if (is_picture || is_known_otherwise (metadata, parameters))
    return;
  if ((in->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
    {
      if (add_cover (metadata, in, packets))
        return;
      /* Translators: a codec, and the number of a track in its file */
      note (metadata, g_strdup_printf (_ ("The cover picture (%s, stream %d) is left out, since "
                                          "the container has no place for it"),
                                       codec, in->index));
      return;
    }
  switch (parameters->codec_type)
    {
    case AVMEDIA_TYPE_ATTACHMENT:
      if (add_attachment (metadata, in))
        break;
      /* Translators: the name of a file within the source, and the number of a track */
      note (metadata, g_strdup_printf (_ ("The attachment “%s” (stream %d) is left out, since the "
                                          "container has no place for it"),
                                       entry != NULL ? entry->value : codec, in->index));
      break;
    case AVMEDIA_TYPE_VIDEO:
      note (metadata, g_strdup_printf (
                        /* Translators: a codec, and the number of a track in its file */
                        _ ("A further video (%s, stream %d) is left out: one picture "
                           "is reframed"),
                        codec, in->index));
      break;
    default:
      entry = av_dict_get (in->metadata, "handler_name", NULL, 0);
      /* Translators: what kind of data it is, such as “Core Media Metadata” */
      note (metadata, g_strdup_printf (_ ("Data that comes with the picture is left out: %s"),
                                       entry != NULL ? entry->value : codec));
      break;
    }
}

/**
 * bb_extras_write:
 * @muxer: a muxer that has written its header
 * @packets: (element-type AVPacket): from bb_extras_add(); are written, once
 *
 * Returns: 0, or a negative FFmpeg error
 */
int
bb_extras_write (AVFormatContext *muxer, GPtrArray *packets)
{
  int result = 0;

  for (guint i = 0; i < packets->len && result >= 0; i++)
    result = av_interleaved_write_frame (muxer, packets->pdata[i]);
  g_ptr_array_set_size (packets, 0);
  return result;
}
