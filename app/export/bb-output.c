/* bb-output.c: what kind of file is made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-output.h"

#include "blurbox.h"

#include <glib/gi18n.h>

/**
 * bb_output_get_containers:
 *
 * Returns: (array zero-terminated=1): extensions of the containers that are offered
 */
const char *const *
bb_output_get_containers (void)
{
  static const char *const containers[] = { "mp4", "mkv", "mov", "webm", NULL };

  return containers;
}

static const BbEncoder *
find_by_name (const char *name)
{
  g_autoptr (GPtrArray) list = bb_encoder_list ();

  for (guint i = 0; i < list->len; i++)
    {
      const BbEncoder *encoder = list->pdata[i];

      if (g_str_equal (encoder->name, name))
        return encoder;
    }
  return NULL;
}

static BbOutputCodec
get_codec_of (const BbEncoder *encoder)
{
  return g_str_equal (encoder->name, "ffv1") ? BB_OUTPUT_LOSSLESS : (BbOutputCodec) encoder->codec;
}

/**
 * bb_output_get_codec:
 * @values: values of a recipe
 *
 * Returns: what its encoder makes
 */
BbOutputCodec
bb_output_get_codec (const BbRecipeValues *values)
{
  const BbEncoder *encoder = find_by_name (values->encoder);

  return encoder != NULL ? get_codec_of (encoder) : (BbOutputCodec) values->codec;
}

/**
 * bb_output_set_codec:
 * @values: (inout): values of a recipe
 * @codec: what it shall make
 *
 * Chooses a codec with the encoder, quality and preset that are its defaults.
 */
void
bb_output_set_codec (BbRecipeValues *values, BbOutputCodec codec)
{
  values->codec = codec == BB_OUTPUT_LOSSLESS ? BB_CODEC_H264 : (BbCodec) codec;
  bb_output_set_encoder (values, codec == BB_OUTPUT_LOSSLESS ? "ffv1" : "auto");
}

/**
 * bb_output_set_encoder:
 * @values: (inout): values of a recipe
 * @name: name of an encoder that makes the recipe's codec, or `auto`
 *
 * Chooses an encoder. Quality and preset go back to the defaults, as they are its own.
 */
void
bb_output_set_encoder (BbRecipeValues *values, const char *name)
{
  values->encoder = g_intern_string (name);
  values->quality = -1;
  values->preset = "";
}

/**
 * bb_output_list_encoders:
 * @codec: a codec
 * @device: id of the device, as in a recipe
 *
 * Returns: (transfer container) (element-type BbEncoder): the encoders that make it here, as far as
 *   bb_output_test_encoders_async() found that they do
 */
GPtrArray *
bb_output_list_encoders (BbOutputCodec codec, const char *device)
{
  g_autoptr (GPtrArray) all = bb_encoder_list ();
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      const BbEncoder *encoder = all->pdata[i];

      if (!g_str_equal (encoder->name, "none") && get_codec_of (encoder) == codec &&
          bb_output_check_encoder (encoder, device, NULL) == BB_OUTPUT_USABLE)
        g_ptr_array_add (list, (gpointer) encoder);
    }
  return list;
}

/**
 * bb_output_find_encoder:
 * @values: values of a recipe
 * @container: extension of the target
 *
 * Returns: (nullable): the encoder that will be used; %NULL where it is not here, where @container
 *   cannot hold what it makes or quality or preset are not its own
 */
const BbEncoder *
bb_output_find_encoder (const BbRecipeValues *values, const char *container)
{
  g_autoptr (BbRecipe) recipe = bb_recipe_new (values, NULL);
  g_autofree char *extension = g_strconcat (".", container, NULL);
  const BbEncoder *encoder = recipe != NULL ? bb_encoder_choose (recipe, NULL) : NULL;

  return encoder != NULL && bb_encoder_check_container (encoder, extension, NULL) ? encoder : NULL;
}

/**
 * bb_output_takes:
 * @container: extension of a container
 * @codec: a codec
 *
 * Returns: whether films of @codec can be made here and held by @container
 */
gboolean
bb_output_takes (const char *container, BbOutputCodec codec)
{
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  bb_output_set_codec (&values, codec);
  return bb_output_find_encoder (&values, container) != NULL;
}

/**
 * bb_output_settle:
 * @values: (inout): values of a recipe
 * @container: extension of the target
 *
 * Changes as little as is needed to make a recipe work in a container: quality and preset first,
 * then the encoder, then the codec.
 */
void
bb_output_settle (BbRecipeValues *values, const char *container)
{
  BbOutputCodec codec = bb_output_get_codec (values);

  if (g_str_equal (values->encoder, "none"))
    bb_output_set_codec (values, codec);
  if (bb_output_find_encoder (values, container) != NULL)
    return;
  bb_output_set_encoder (values, values->encoder);
  if (bb_output_find_encoder (values, container) != NULL)
    return;
  bb_output_set_codec (values, codec);
  for (int i = 0; i < BB_OUTPUT_N_CODECS && bb_output_find_encoder (values, container) == NULL; i++)
    bb_output_set_codec (values, i);
}

/**
 * bb_output_check_size:
 * @values: values of a recipe
 * @error: return location for an error
 *
 * Checks at once what the encoder would find when it starts: but for `ffv1`, which keeps the source's
 * subsampling, films are 4:2:0, and width and height even.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_ENCODER
 */
gboolean
bb_output_check_size (const BbRecipeValues *values, GError **error)
{
  int odd_x = values->width & 1;
  int odd_y = values->height & 1;

  if ((odd_x == 0 && odd_y == 0) || bb_output_get_codec (values) == BB_OUTPUT_LOSSLESS)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: two sizes in pixels, width and height each */
               _ ("A canvas of %d×%d does not go with this codec, which takes even numbers only: "
                  "choose %d×%d"),
               values->width, values->height, values->width + odd_x, values->height + odd_y);
  return FALSE;
}

/* What was found in this session; of the main thread. */
static GHashTable *tested; /* name of an encoder to why it cannot be used, or "" */

static void
add_result (GHashTable *results, const BbEncoder *encoder, BbDevice *device, const char *problem)
{
  g_autoptr (GError) error = NULL;

  if (device != NULL && bb_encoder_check (encoder, device, &error))
    g_hash_table_insert (results, (gpointer) encoder->name, g_strdup (""));
  else if (!g_hash_table_contains (results, encoder->name))
    g_hash_table_insert (results, (gpointer) encoder->name,
                         g_strdup (problem != NULL || error == NULL ? problem : error->message));
}

static void
test_encoders (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) devices = bb_devices_list ();
  g_autoptr (GPtrArray) encoders = bb_encoder_list ();
  GHashTable *results = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 0; i < devices->len; i++)
    {
      const BbDeviceInfo *info = devices->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (BbDevice) device = NULL;

      if (g_str_equal (info->id, "cpu"))
        continue;
      if (info->problem == NULL)
        device = bb_devices_open (info->id, &error);
      for (guint j = 0; j < encoders->len; j++)
        {
          const BbEncoder *encoder = encoders->pdata[j];

          if (encoder->on_gpu)
            add_result (results, encoder, device, error != NULL ? error->message : info->problem);
        }
    }
  g_task_return_pointer (task, results, (GDestroyNotify) g_hash_table_unref);
}

/**
 * bb_output_check_encoder:
 * @encoder: an encoder
 * @device: id of the device, as in a recipe
 * @problem: (out) (optional) (nullable) (transfer none): why it cannot be used, where that is known
 *
 * Returns: what is known of it in this session
 */
BbOutputState
bb_output_check_encoder (const BbEncoder *encoder, const char *device, const char **problem)
{
  const char *found = NULL;

  if (problem != NULL)
    *problem = NULL;
  if (!encoder->on_gpu)
    return BB_OUTPUT_USABLE;
  if (g_str_equal (device, "cpu"))
    {
      if (problem != NULL)
        *problem = _ ("the device is the CPU");
      return BB_OUTPUT_UNUSABLE;
    }
  if (tested == NULL)
    return BB_OUTPUT_UNTESTED;
  found = g_hash_table_lookup (tested, encoder->name);
  if (found != NULL && *found == '\0')
    return BB_OUTPUT_USABLE;
  if (problem != NULL)
    *problem = found != NULL ? found : _ ("there is no GPU that Blurbox can use");
  return BB_OUTPUT_UNUSABLE;
}

/**
 * bb_output_test_encoders_async:
 * @cancellable: (nullable): a cancellable
 * @callback: called when it is known
 * @user_data: data for @callback
 *
 * Opens each encoder of a GPU once in a session, on a thread, as drivers take their time.
 */
void
bb_output_test_encoders_async (GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, bb_output_test_encoders_async);
  if (tested != NULL)
    g_task_return_pointer (task, g_hash_table_ref (tested), (GDestroyNotify) g_hash_table_unref);
  else
    g_task_run_in_thread (task, test_encoders);
}

/**
 * bb_output_test_encoders_finish:
 * @result: result of bb_output_test_encoders_async()
 *
 * Returns: whether it is known now; %FALSE where it was cancelled
 */
gboolean
bb_output_test_encoders_finish (GAsyncResult *result)
{
  g_autoptr (GHashTable) results = g_task_propagate_pointer (G_TASK (result), NULL);

  if (results == NULL)
    return FALSE;
  if (tested == NULL)
    tested = g_steal_pointer (&results);
  return TRUE;
}
