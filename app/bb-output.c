/* bb-output.c: what kind of file is made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-output.h"

#include "bb-render.h"

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
 * bb_output_copy:
 * @to: (inout): values of a recipe
 * @from: values of another one
 *
 * Takes over what kind of file is made, and nothing of the picture.
 */
void
bb_output_copy (BbRecipeValues *to, const BbRecipeValues *from)
{
  to->codec = from->codec;
  to->encoder = g_intern_string (from->encoder);
  to->quality = from->quality;
  to->preset = g_intern_string (from->preset);
  to->audio = from->audio;
}

/**
 * bb_output_list_encoders:
 * @codec: a codec
 * @card: whether there is a card that can encode
 *
 * Returns: (transfer container) (element-type BbEncoder): the encoders that make it here
 */
GPtrArray *
bb_output_list_encoders (BbOutputCodec codec, gboolean card)
{
  g_autoptr (GPtrArray) all = bb_encoder_list ();
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      const BbEncoder *encoder = all->pdata[i];

      if (!g_str_equal (encoder->name, "none") && get_codec_of (encoder) == codec &&
          (card || !g_str_has_suffix (encoder->name, "_nvenc")))
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
  g_autofree char *name = g_strdup_printf ("film.%s", container);

  return recipe != NULL ? bb_encoder_find (recipe, name, NULL) : NULL;
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

static void
find_card (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) devices = bb_device_list ();
  gboolean card = FALSE;

  for (guint i = 0; i < devices->len; i++)
    card |= g_str_has_prefix (((BbDeviceInfo *) devices->pdata[i])->id, "cuda");
  g_task_return_boolean (task, card);
}

/**
 * bb_output_find_card_async:
 * @cancellable: (nullable): a cancellable
 * @callback: called when it is known
 * @user_data: data for @callback
 *
 * Looks for a card that may encode, on a thread, as drivers take their time.
 */
void
bb_output_find_card_async (GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, bb_output_find_card_async);
  g_task_run_in_thread (task, find_card);
}

/**
 * bb_output_find_card_finish:
 * @result: result of bb_output_find_card_async()
 *
 * Returns: whether there is a card; %FALSE where it was cancelled
 */
gboolean
bb_output_find_card_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
