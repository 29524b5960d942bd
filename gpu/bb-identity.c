/* bb-identity.c: what a render's bytes depend on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two renders of one identity make the same segments, so that one goes on with what the other left.
 */

#define _GNU_SOURCE

#include "config.h"

#include "bb-identity.h"

#include "bb-build.h"
#include "bb-error.h"
#include "bb-version.h"
#include "media/bb-input.h"

#include <glib/gi18n-lib.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1
/* How much of either end of the source is hashed. */
#define ENDS (1024 * 1024)

/* Says that a setting of another render differs, by what it belongs to: whole clauses. */
static const struct {
  const char *key;
  const char *difference;
} differences[] = {
  { "source-size", N_ ("the source has changed") },
  { "source-time", N_ ("the source has changed") },
  { "source-hash", N_ ("the source has changed") },
  { "picture-hash", N_ ("the background's picture has changed") },
  { "logo-hash", N_ ("the logo has changed") },
  { "recipe", N_ ("other settings were chosen") },
  { "container", N_ ("other settings were chosen") },
  { "encoder", N_ ("another encoder makes it") },
  { "arithmetic", N_ ("another kind of device makes it") },
};

static gboolean
hash_part (GInputStream *stream, goffset offset, GChecksum *checksum, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (ENDS);
  gsize n;

  if (!g_seekable_seek (G_SEEKABLE (stream), offset, G_SEEK_SET, NULL, error) ||
      !g_input_stream_read_all (stream, buffer, ENDS, &n, NULL, error))
    return FALSE;
  g_checksum_update (checksum, buffer, (gssize) n);
  return TRUE;
}

static gboolean
write_source (GKeyFile *keys, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GFileInfo) info = NULL;
  g_autofree char *time = NULL;
  goffset size;

  if (stream != NULL)
    info = g_file_input_stream_query_info (stream, "standard::size,time::*", NULL, error);
  if (info == NULL)
    return FALSE;
  size = g_file_info_get_size (info);
  if (!hash_part (G_INPUT_STREAM (stream), 0, checksum, error) ||
      !hash_part (G_INPUT_STREAM (stream), MAX (size - ENDS, 0), checksum, error))
    return FALSE;
  time =
    g_strdup_printf ("%" G_GUINT64_FORMAT ".%09u",
                     g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED),
                     g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_NSEC));
  g_key_file_set_int64 (keys, BB_IDENTITY_GROUP, "source-size", size);
  g_key_file_set_string (keys, BB_IDENTITY_GROUP, "source-time", time);
  g_key_file_set_string (keys, BB_IDENTITY_GROUP, "source-hash", g_checksum_get_string (checksum));
  return TRUE;
}

typedef struct {
  const char *part;
  char *name;
} Library;

static int
find_library_cb (struct dl_phdr_info *info, size_t size, void *data)
{
  Library *library = data;
  g_autofree char *name = g_path_get_basename (info->dlpi_name);
  g_autofree char *file = NULL;

  if (!g_str_has_prefix (name, library->part))
    return 0;
  /* The name that is loaded is a link to one that says more. */
  file = realpath (info->dlpi_name, NULL);
  library->name = g_path_get_basename (file != NULL ? file : info->dlpi_name);
  return 1;
}

/* FFmpeg does not say of which version its encoders are; the names of their files do. */
static char *
get_encoder_library (const BbEncoder *encoder)
{
  static const struct {
    const char *encoder;
    const char *library;
  } libraries[] = {
    { "libx264", "libx264.so" },
    { "libx265", "libx265.so" },
    { "libsvtav1", "libSvtAv1Enc.so" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    if (g_str_equal (encoder->name, libraries[i].encoder))
      {
        Library library = { .part = libraries[i].library };

        dl_iterate_phdr (find_library_cb, &library);
        if (library.name != NULL)
          return library.name;
      }
  return g_strdup ("libavcodec");
}

/* What the picture does not depend on is not in it. */
static char *
get_recipe_text (const BbRecipe *recipe)
{
  BbRecipeValues values = *bb_recipe_get (recipe);
  g_autoptr (BbRecipe) plain = NULL;

  values.batch = BB_BATCH_AUTO;
  values.device = "auto";
  if (values.background != BB_BACKGROUND_PICTURE)
    values.picture = "";
  plain = bb_recipe_new (&values, NULL);
  return bb_recipe_to_string (plain != NULL ? plain : recipe);
}

/* Hashes the whole of a file that the picture is made of; pictures are small. */
static gboolean
write_file (GKeyFile *keys, const char *key, const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autofree char *hash = NULL;

  if (file != NULL)
    {
      hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                          (guchar *) g_mapped_file_get_contents (file),
                                          g_mapped_file_get_length (file));
      g_key_file_set_string (keys, BB_IDENTITY_GROUP, key, hash);
      return TRUE;
    }
  bb_input_set_error (path, _ ("there is no such file"), _ ("choose the picture again"), error);
  return FALSE;
}

static gboolean
write_files (GKeyFile *keys, const BbRecipeValues *values, GError **error)
{
  return (values->background != BB_BACKGROUND_PICTURE ||
          write_file (keys, "picture-hash", values->picture, error)) &&
         (*values->logo == '\0' || write_file (keys, "logo-hash", values->logo, error));
}

/**
 * bb_identity_write:
 * @file: gets the identity, in the group %BB_IDENTITY_GROUP
 * @source: name of the source
 * @recipe: what to make, settled for the device
 * @encoder: what encodes it
 * @pins: what else its bytes depend on
 * @container: FFmpeg's name of the target's container
 * @device: (nullable): what computes
 * @table: where segments may begin
 * @error: return location for an error
 *
 * Writes down all that the bytes of segments depend on: source (size, time, hash of both ends),
 * recipe and the pictures that it names, this program and its libraries, settings that are pinned.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT where the source or a picture cannot be read
 */
gboolean
bb_identity_write (GKeyFile *file, const char *source, const BbRecipe *recipe,
                   const BbEncoder *encoder, const BbEncoderPins *pins, const char *container,
                   BbDevice *device, const BbSegmentTable *table, GError **error)
{
  static const char group[] = BB_IDENTITY_GROUP;
  g_autoptr (GError) failure = NULL;
  g_autofree char *library = get_encoder_library (encoder);
  g_autofree char *text = get_recipe_text (recipe);
  g_autofree char *time_base =
    g_strdup_printf ("%d/%d", table->time_base_num, table->time_base_den);

  g_key_file_remove_group (file, group, NULL);
  g_key_file_set_integer (file, group, "version", VERSION);
  g_key_file_set_string (file, group, "blurbox", BB_VERSION);
  g_key_file_set_string (file, group, "build", BB_BUILD);
  g_key_file_set_string (file, group, "ffmpeg", bb_get_ffmpeg_version ());
  g_key_file_set_string (file, group, "encoder", encoder->name);
  g_key_file_set_string (file, group, "encoder-library", library);
  g_key_file_set_integer (file, group, "threads", pins->threads);
  g_key_file_set_string (file, group, "container", container);
  g_key_file_set_string (file, group, "arithmetic",
                         device != NULL ? bb_device_get_arithmetic (device) : "");
  if (!write_source (file, source, &failure))
    {
      g_autofree char *name = g_filename_display_name (source);

      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   _ ("Cannot read “%s” (%s): choose a file that can be read"), name,
                   failure->message);
      return FALSE;
    }
  if (!write_files (file, bb_recipe_get (recipe), error))
    return FALSE;
  g_key_file_set_string (file, group, "time-base", time_base);
  g_key_file_set_int64 (file, group, "start", table->start);
  g_key_file_set_int64 (file, group, "length", table->length);
  g_key_file_set_int64 (file, group, "segments", table->n_segments);
  g_key_file_set_int64 (file, group, "before", table->before);
  g_key_file_set_int64 (file, group, "after", table->after);
  g_key_file_set_string (file, group, "recipe", text);
  return TRUE;
}

/**
 * bb_identity_get_hash:
 * @file: a key file that has an identity
 *
 * Returns: (transfer full): SHA-256 of the identity
 */
char *
bb_identity_get_hash (GKeyFile *file)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, BB_IDENTITY_GROUP, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (file, BB_IDENTITY_GROUP, keys[i], NULL);

      g_string_append_printf (text, "%s=%s\n", keys[i], value);
    }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

/**
 * bb_identity_check:
 * @here: the identity of a render
 * @there: the identity of another one
 * @difference: (out) (optional) (transfer none): where they differ, what differs, a clause
 *
 * Returns: whether both make the same segments
 */
gboolean
bb_identity_check (GKeyFile *here, GKeyFile *there, const char **difference)
{
  g_autofree char *first = bb_identity_get_hash (here);
  g_autofree char *second = bb_identity_get_hash (there);

  if (g_str_equal (first, second))
    return TRUE;
  if (difference == NULL)
    return FALSE;
  *difference = _ ("another version of Blurbox or its libraries makes it");
  for (gsize i = 0; i < G_N_ELEMENTS (differences); i++)
    {
      g_autofree char *a = g_key_file_get_value (here, BB_IDENTITY_GROUP, differences[i].key, NULL);
      g_autofree char *b =
        g_key_file_get_value (there, BB_IDENTITY_GROUP, differences[i].key, NULL);

      if (g_strcmp0 (a, b) != 0)
        {
          *difference = _ (differences[i].difference);
          break;
        }
    }
  return FALSE;
}
