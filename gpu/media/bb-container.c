/* bb-container.c: what the finished file's name says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-container.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <libavcodec/avcodec.h>

static const struct {
  const char *extension;
  const char *muxer;
} containers[] = {
  { "mp4", "mp4" }, { "m4v", "mp4" }, { "mov", "mov" }, { "mkv", "matroska" }, { "webm", "webm" },
};

/**
 * bb_container_find:
 * @path: name of a file
 * @error: return location for an error
 *
 * Returns: the container that the name's extension stands for, or %NULL with %BB_ERROR_ENCODER
 */
const AVOutputFormat *
bb_container_find (const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_filename_display_name (path);
  const char *dot = strrchr (base, '.');

  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (containers); i++)
    if (g_ascii_strcasecmp (dot + 1, containers[i].extension) == 0)
      {
        const AVOutputFormat *container = av_guess_format (containers[i].muxer, NULL, NULL);

        if (container != NULL)
          return container;
      }
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               _ ("The name “%s” names no container: end it in .mp4, .mov, .mkv or .webm"), name);
  return NULL;
}

/**
 * bb_container_takes:
 * @container: a container
 * @codec: a codec
 *
 * Returns: whether streams of @codec may be put into @container
 */
gboolean
bb_container_takes (const AVOutputFormat *container, enum AVCodecID codec)
{
  /* Formats that no player expects there, although the muxer would take them. */
  if (g_str_equal (container->name, "mp4") && avcodec_get_type (codec) == AVMEDIA_TYPE_AUDIO &&
      codec != AV_CODEC_ID_AAC && codec != AV_CODEC_ID_MP3 && codec != AV_CODEC_ID_AC3 &&
      codec != AV_CODEC_ID_EAC3 && codec != AV_CODEC_ID_ALAC && codec != AV_CODEC_ID_OPUS &&
      codec != AV_CODEC_ID_FLAC)
    return FALSE;
  /* The muxer says that it knows AV1 and then refuses it. */
  if (codec == AV_CODEC_ID_AV1 && g_str_equal (container->name, "mov"))
    return FALSE;
  if (codec == AV_CODEC_ID_FFV1)
    return g_str_equal (container->name, "matroska");
  return avformat_query_codec (container, codec, FF_COMPLIANCE_NORMAL) == 1;
}

/**
 * bb_container_set_options:
 * @container: a container
 * @keys: whether it has metadata that only keys of their own can hold, see bb_metadata_needs_keys()
 * @options: (inout): gets what it is to be opened with
 */
void
bb_container_set_options (const AVOutputFormat *container, gboolean keys, AVDictionary **options)
{
  if (bb_container_is_mov (container))
    av_dict_set (options, "movflags", keys ? "+faststart+use_metadata_tags" : "+faststart", 0);
  else
    /* Matroska's identifiers are random otherwise, and no two renders the same bytes. */
    av_dict_set (options, "fflags", "+bitexact", 0);
}

/**
 * bb_container_is_mov:
 * @container: a container
 *
 * Returns: whether it is MP4 or QuickTime's, which it comes from
 */
gboolean
bb_container_is_mov (const AVOutputFormat *container)
{
  return g_str_equal (container->name, "mp4") || g_str_equal (container->name, "mov");
}

/**
 * bb_container_check:
 * @path: name of the target
 * @codec: codec of its picture
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_ENCODER where the target's container cannot hold @codec
 */
gboolean
bb_container_check (const char *path, enum AVCodecID codec, GError **error)
{
  const AVOutputFormat *container = bb_container_find (path, error);
  g_autofree char *name = g_filename_display_name (path);

  if (container == NULL)
    return FALSE;
  if (bb_container_takes (container, codec))
    return TRUE;
  /* Translators: the name of a file, the name of a codec, and what to do, such as “end the name in
   * .mkv” */
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER, _ ("“%s” cannot hold %s: %s"), name,
               avcodec_get_name (codec),
               codec == AV_CODEC_ID_FFV1 ? _ ("end the name in .mkv")
               : g_str_equal (container->name, "webm")
                 ? _ ("choose the codec av1, or end the name in .mp4 or .mkv")
                 : _ ("end the name in .mp4 or .mkv"));
  return FALSE;
}
