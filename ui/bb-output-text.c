/* bb-output-text.c: names of containers, codecs, encoders and folders, for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-output-text.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a name without its extension, so that the temporary name fits too. */
#define MAX_NAME 200

/**
 * bb_output_text_container:
 * @container: extension of a container
 *
 * Returns: its name for people
 */
const char *
bb_output_text_container (const char *container)
{
  if (g_str_equal (container, "mp4"))
    return _("MP4");
  if (g_str_equal (container, "mkv"))
    return _("Matroska (MKV)");
  if (g_str_equal (container, "mov"))
    return _("QuickTime (MOV)");
  return _("WebM");
}

/**
 * bb_output_text_codec:
 * @codec: a codec
 *
 * Returns: its name for people, and what speaks for it
 */
const char *
bb_output_text_codec (BbOutputCodec codec)
{
  switch (codec)
    {
    case BB_OUTPUT_H264:
      return _("H.264 (plays everywhere)");
    case BB_OUTPUT_HEVC:
      return _("HEVC (smaller)");
    case BB_OUTPUT_AV1:
      return _("AV1 (smallest)");
    default:
      return _("FFV1 (lossless)");
    }
}

/**
 * bb_output_text_encoder:
 * @encoder: an encoder
 *
 * Returns: its name for people
 */
const char *
bb_output_text_encoder (const BbEncoder *encoder)
{
  static const struct {
    const char *name;
    const char *title;
  } titles[] = {
    { "libx264", "x264" },
    { "libx265", "x265" },
    { "libsvtav1", "SVT-AV1" },
    { "ffv1", "FFV1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (encoder->name, titles[i].name))
      return titles[i].title;
  if (encoder->on_gpu)
    return _("NVENC (GPU)");
  return encoder->name;
}

/**
 * bb_output_text_check_name:
 * @name: name for a file, without its extension
 *
 * Returns: (nullable): why there can be no file of that name
 */
const char *
bb_output_text_check_name (const char *name)
{
  if (*name == '\0')
    return _("The name is empty");
  if (strchr (name, '/') != NULL)
    return _("A name cannot have a “/”");
  if (strlen (name) > MAX_NAME)
    return _("The name is too long");
  return NULL;
}

/**
 * bb_output_text_path:
 * @path: path of a file or folder
 *
 * Returns: (transfer full): it for people, with `~` for their own folder
 */
char *
bb_output_text_path (const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);

  if (g_str_has_prefix (shown, home) && (shown[length] == '/' || shown[length] == '\0'))
    return g_strconcat ("~", shown + length, NULL);
  return g_steal_pointer (&shown);
}

/**
 * bb_output_text_folder:
 * @file: a source
 *
 * Returns: (transfer full): path of the folder that its exports are proposed for: its own, as far as
 *   files can be written there, else the one for videos
 */
char *
bb_output_text_folder (GFile *file)
{
  const char *path = g_file_peek_path (file);
  g_autofree char *beside = path != NULL ? g_path_get_dirname (path) : NULL;
  const char *videos = g_get_user_special_dir (G_USER_DIRECTORY_VIDEOS);

  /* A file that a sandbox was handed lies in a folder of its own that nobody knows. */
  if (beside != NULL && g_access (beside, W_OK) == 0 &&
      !g_str_has_prefix (beside, g_get_user_runtime_dir ()))
    return g_steal_pointer (&beside);
  return g_strdup (videos != NULL ? videos : g_get_home_dir ());
}
