/* bb-recipe-file.c: recipes in files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-recipe-private.h"

#include "bb-error.h"
#include "bb-save.h"

#include <glib/gi18n-lib.h>

/* Far more than a recipe has, so that a wrong file is found out before it fills the memory. */
#define MAX_SIZE (64 * 1024)

/* A whole clause, as translations need. */
static const char *
get_reason (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return _ ("there is no such file");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY))
    return _ ("it is a folder");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return _ ("reading it is not allowed");
  return error->message;
}

/* The folder that a file is in; %NULL where it has no path. */
static char *
get_folder (GFile *file)
{
  g_autoptr (GFile) parent = g_file_get_parent (file);

  return parent != NULL ? g_file_get_path (parent) : NULL;
}

/**
 * bb_recipe_new_from_file:
 * @file: a recipe file
 * @error: return location for an error
 *
 * Reads a recipe, as bb_recipe_new_from_string() does. The names of files in it count from its folder.
 *
 * Returns: (transfer full): a recipe, or %NULL with %BB_ERROR_INVALID or %BB_ERROR_INPUT
 */
BbRecipe *
bb_recipe_new_from_file (GFile *file, GError **error)
{
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *text = g_malloc (MAX_SIZE + 1);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &local_error);
  g_autofree char *folder = get_folder (file);
  gsize length = 0;
  BbRecipe *recipe;

  if (stream == NULL || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_SIZE + 1,
                                                  &length, NULL, &local_error))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                   /* Translators: the name of a file, and a reason such as “it is a folder” */
                   _ ("Cannot read the recipe “%s”, because %s: choose another file"), name,
                   get_reason (local_error));
      return NULL;
    }
  if (length > MAX_SIZE)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("“%s” is no recipe that can be used: it is too long; choose another file"),
                   name);
      return NULL;
    }
  recipe = bb_recipe_parse (text, length, folder, &local_error);
  if (recipe == NULL)
    /* Translators: the name of a file, and what is wrong, such as “its version is “0”: write 1” */
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("“%s” is no recipe that can be used: %s"),
                 name, local_error->message);
  return recipe;
}

/**
 * bb_recipe_save:
 * @recipe: a recipe
 * @file: where to write it; replaced as a whole or not at all
 * @error: return location for an error
 *
 * Saves a recipe. Files that lie in the folder of @file or below it are named from there, so that the
 * folder can be moved; others by their whole path.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_recipe_save (const BbRecipe *recipe, GFile *file, GError **error)
{
  g_autofree char *folder = get_folder (file);
  g_autofree char *text = bb_recipe_format (recipe, folder);

  return bb_save_text (file, text, error);
}
