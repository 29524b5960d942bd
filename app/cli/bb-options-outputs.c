/* bb-options-outputs.c: what the command line says of several outputs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-options-private.h"

#include "bb-targets.h"

#include <glib/gi18n.h>

/* Whether an option may stand after “--and”: what only concerns one file. */
static gboolean
is_of_output (const char *name)
{
  static const char *const others[] = { "output",   "recipe",     "size", "aspect",
                                        "position", "offset",     "crop", "background",
                                        "picture",  "logo-place", NULL };
  const char *key = bb_options_get_key (name);
  const char *candidate;
  BbRecipePart part;

  for (guint i = 0; key != NULL && (candidate = bb_recipe_get_key (i, &part)) != NULL; i++)
    if (g_str_equal (candidate, key))
      return (part & (BB_RECIPE_TRIM | BB_RECIPE_WORK)) == 0;
  return g_strv_contains (others, name);
}

/* Several outputs are made by one render: what is of one, and what is of all of them. */
gboolean
bb_options_check_outputs (GPtrArray *outputs, GError **error)
{
  static const char *const alone[] = { "auto-tune", "plan",       "segment",
                                       "join",      "print-jobs", "save-recipe" };

  for (gsize i = 0; i < G_N_ELEMENTS (alone); i++)
    if (g_hash_table_contains (outputs->pdata[0], alone[i]))
      {
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _ ("“--%s” is for one output: leave out “--and”"), alone[i]);
        return FALSE;
      }
  for (guint i = 1; i < outputs->len; i++)
    {
      GHashTableIter iter;
      gpointer name;

      g_hash_table_iter_init (&iter, outputs->pdata[i]);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        if (!is_of_output (name))
          {
            g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                         _ ("“--%s” is for all outputs: write it before the first “--and”"),
                         (const char *) name);
            return FALSE;
          }
    }
  if (outputs->len <= BB_RENDER_MAX_OUTPUTS)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _ ("One render makes %d files of a video at most: leave out some “--and”"),
               BB_RENDER_MAX_OUTPUTS);
  return FALSE;
}

/* What an output after “--and” begins from: the first one's values. Quality and preset are an encoder's
 * own, and an encoder makes one codec: what was said of another one does not count. */
void
bb_options_begin_output (BbRecipeValues *values, const BbRecipe *first, GHashTable *given)
{
  gboolean has_codec = g_hash_table_contains (given, "codec");

  *values = *bb_recipe_get (first);
  if (has_codec)
    values->encoder = "auto";
  if (!has_codec && !g_hash_table_contains (given, "encoder"))
    return;
  values->quality = -1;
  values->preset = "";
}

static void
options_output_free (BbOptionsOutput *output)
{
  g_clear_pointer (&output->recipe, bb_recipe_unref);
  g_clear_pointer (&output->targets, g_ptr_array_unref);
  g_free (output->new_folder);
  g_free (output);
}

/* What an output after “--and” becomes of each input. One that names no file goes where the first one's
 * folder is. */
static gboolean
add_output (BbOptions *options, GHashTable *given, const char *folder, GStrv inputs, GError **error)
{
  BbOptionsOutput *more = g_new0 (BbOptionsOutput, 1);
  const char *output = g_hash_table_lookup (given, "output");

  g_ptr_array_add (options->more, more);
  more->recipe = bb_options_make_recipe (given, options->recipe, error);
  if (more->recipe == NULL)
    return FALSE;
  if (output == NULL && !g_str_equal (bb_recipe_get (more->recipe)->encoder, "none"))
    output = folder;
  more->targets = bb_targets_new ((const char *const *) inputs, output, more->recipe, error);
  more->new_folder = bb_targets_get_new_folder (output);
  return more->targets != NULL;
}

/* What becomes of each input besides its first file. */
gboolean
bb_options_add_outputs (BbOptions *options, GPtrArray *outputs, GStrv inputs, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  const char *first = g_hash_table_lookup (outputs->pdata[0], "output");

  options->more = g_ptr_array_new_with_free_func ((GDestroyNotify) options_output_free);
  g_ptr_array_extend (all, options->targets, NULL, NULL);
  for (guint i = 1; i < outputs->len; i++)
    {
      const char *folder = first != NULL && bb_targets_is_folder (first) ? first : NULL;
      const BbOptionsOutput *more;

      if (!add_output (options, outputs->pdata[i], folder, inputs, error))
        return FALSE;
      more = options->more->pdata[i - 1];
      g_ptr_array_extend (all, more->targets, NULL, NULL);
    }
  return bb_targets_check (all, error);
}
