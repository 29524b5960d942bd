/* bb-targets.c: which input becomes which file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-targets.h"

#include "blurbox.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/**
 * bb_target_free:
 * @target: (transfer full): a target
 */
void
bb_target_free (BbTarget *target)
{
  g_free (target->input);
  g_free (target->output);
  g_free (target);
}

/**
 * bb_targets_is_folder:
 * @output: argument of `--output`
 *
 * Returns: whether it names a folder, that is there or has to be made
 */
gboolean
bb_targets_is_folder (const char *output)
{
  return g_str_has_suffix (output, G_DIR_SEPARATOR_S) || g_file_test (output, G_FILE_TEST_IS_DIR);
}

/**
 * bb_targets_get_new_folder:
 * @output: (nullable): argument of `--output`
 *
 * Returns: (transfer full) (nullable): the folder that @output names and that has to be made first
 */
char *
bb_targets_get_new_folder (const char *output)
{
  if (output == NULL || !g_str_has_suffix (output, G_DIR_SEPARATOR_S) ||
      g_file_test (output, G_FILE_TEST_EXISTS))
    return NULL;
  return g_strdup (output);
}

/* The folder can be there or be made: its parent has to be there. */
static gboolean
check_folder (const char *folder, GError **error)
{
  g_autofree char *trimmed = g_strdup (folder);
  g_autofree char *parent = NULL;
  g_autofree char *shown = g_filename_display_name (folder);

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  for (gsize n = strlen (trimmed); n > 1 && trimmed[n - 1] == G_DIR_SEPARATOR; n--)
    trimmed[n - 1] = '\0';
  if (g_file_test (trimmed, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                   _ ("“%s” is a file, not a folder: choose another output"), shown);
      return FALSE;
    }
  parent = g_path_get_dirname (trimmed);
  if (g_file_test (parent, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (
    error, BB_ERROR, BB_ERROR_OUTPUT,
    _ ("The folder “%s” cannot be made, because there is no folder to hold it: make that "
       "first or choose another output"),
    shown);
  return FALSE;
}

/**
 * bb_target_get_extension:
 * @recipe: what to make
 *
 * Returns: extension of the container that suits the recipe's encoder, where nobody chooses another
 */
const char *
bb_target_get_extension (const BbRecipe *recipe)
{
  return g_str_equal (bb_recipe_get (recipe)->encoder, "ffv1") ? "mkv" : "mp4";
}

/* Name of a target without its extension. What is no placeholder stays as it is written. */
static char *
expand (const char *pattern, const char *name, const BbRecipeValues *values)
{
  g_autoptr (GString) text = g_string_new (pattern);
  g_autofree char *width = g_strdup_printf ("%d", values->width);
  g_autofree char *height = g_strdup_printf ("%d", values->height);

  g_string_replace (text, "{width}", width, 0);
  g_string_replace (text, "{height}", height, 0);
  /* Last: it may have braces of its own. */
  g_string_replace (text, "{name}", name, 0);
  g_strdelimit (text->str, G_DIR_SEPARATOR_S, '-');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * bb_target_propose:
 * @input: path of the source
 * @folder: (nullable): where to, instead of beside the source
 * @pattern: (nullable): of the name: text in which `{name}` is the source's name and `{width}` and
 *   `{height}` are the canvas'; %NULL or empty is %BB_TARGET_PATTERN
 * @recipe: what to make
 * @extension: (nullable): of the container, instead of the one that suits the recipe
 *
 * Returns: (transfer full): path of the target
 */
char *
bb_target_propose (const char *input, const char *folder, const char *pattern,
                   const BbRecipe *recipe, const char *extension)
{
  g_autofree char *base = g_path_get_basename (input);
  g_autofree char *beside = g_path_get_dirname (input);
  g_autofree char *stem = NULL;
  g_autofree char *name = NULL;
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  stem = expand (pattern != NULL && *pattern != '\0' ? pattern : BB_TARGET_PATTERN, base,
                 bb_recipe_get (recipe));
  name = g_strdup_printf ("%s.%s", stem,
                          extension != NULL ? extension : bb_target_get_extension (recipe));
  if (folder == NULL && !g_path_is_absolute (input) && strchr (input, G_DIR_SEPARATOR) == NULL)
    return g_steal_pointer (&name);
  return g_build_filename (folder != NULL ? folder : beside, name, NULL);
}

/**
 * bb_target_get_identity:
 * @path: path of a file, that may not be there yet
 *
 * Device and inode, so that links and other spellings of a name are seen as one file; the name
 * itself where there is no file yet.
 *
 * Returns: (transfer full): a text that is the same for each name of the same file
 */
char *
bb_target_get_identity (const char *path)
{
  g_autofree char *folder = NULL;
  g_autofree char *base = NULL;
  GStatBuf info;

  if (g_stat (path, &info) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) info.st_dev,
                            (guint64) info.st_ino);
  folder = g_path_get_dirname (path);
  base = g_path_get_basename (path);
  if (g_stat (folder, &info) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT "/%s", (guint64) info.st_dev,
                            (guint64) info.st_ino, base);
  return g_strdup (path);
}

/**
 * bb_target_find_free:
 * @path: path that is wished for
 * @taken: (element-type utf8): identities of files that are not there yet but will be
 *
 * Returns: (transfer full): @path, or where that is taken `NAME (2).EXTENSION` and so on
 */
char *
bb_target_find_free (const char *path, GHashTable *taken)
{
  g_autofree char *free_path = g_strdup (path);

  for (int i = 2;; i++)
    {
      g_autofree char *identity = bb_target_get_identity (free_path);
      GStatBuf info;

      /* A link that leads nowhere takes the name too. */
      if (g_lstat (free_path, &info) != 0 && !g_hash_table_contains (taken, identity))
        return g_steal_pointer (&free_path);
      g_free (free_path);
      free_path = bb_output_file_number (path, i);
    }
}

static void
set_conflict (const BbTarget *first, const BbTarget *second, GError **error)
{
  g_autofree char *first_name = g_filename_display_name (first->input);
  g_autofree char *second_name = g_filename_display_name (second->input);
  g_autofree char *shown = g_filename_display_name (second->output);

  if (g_str_equal (first->input, second->input))
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 _ ("Two outputs would both be “%s”: choose another name for one of them"), shown);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                 _ ("“%s” and “%s” would both become “%s”: render them into different folders"),
                 first_name, second_name, shown);
}

/**
 * bb_targets_check:
 * @targets: (element-type BbTarget): all renders to do
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT where two of them have one output, or an output is an
 *   input
 */
gboolean
bb_targets_check (GPtrArray *targets, GError **error)
{
  g_autoptr (GHashTable) sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) outputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < targets->len; i++)
    {
      BbTarget *target = targets->pdata[i];

      g_hash_table_insert (sources, bb_target_get_identity (target->input), target);
    }
  for (guint i = 0; i < targets->len; i++)
    {
      BbTarget *target = targets->pdata[i];
      g_autofree char *identity = NULL;
      const BbTarget *other;

      if (target->output == NULL)
        continue;
      identity = bb_target_get_identity (target->output);
      if (g_hash_table_contains (sources, identity))
        {
          g_autofree char *shown = g_filename_display_name (target->output);

          g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                       _ ("“%s” is an input and cannot be the output too: choose another output"),
                       shown);
          return FALSE;
        }
      other = g_hash_table_lookup (outputs, identity);
      if (other != NULL)
        {
          set_conflict (other, target, error);
          return FALSE;
        }
      g_hash_table_insert (outputs, g_steal_pointer (&identity), target);
    }
  return TRUE;
}

/**
 * bb_targets_new:
 * @inputs: (array zero-terminated=1): paths of the sources, at least one
 * @output: (nullable): argument of `--output`: a file, a folder, or nothing
 * @recipe: what to make
 * @error: return location for an error
 *
 * Decides what each input becomes, and finds before any work what cannot go well: two inputs with
 * one output, an output that is an input, an encoder that the container cannot hold. Without
 * @output, or with a folder, the file is called `NAME-WIDTHxHEIGHT.mp4` (`.mkv` for ffv1).
 *
 * Returns: (transfer full) (element-type BbTarget): the renders to do, or %NULL with an error of
 *   %BB_ERROR
 */
GPtrArray *
bb_targets_new (const char *const *inputs, const char *output, const BbRecipe *recipe,
                GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_target_free);
  gboolean none = g_str_equal (bb_recipe_get (recipe)->encoder, "none");
  gboolean folder = output != NULL && bb_targets_is_folder (output);

  if (none && output != NULL)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_OUTPUT,
                           _ ("The encoder “none” writes no file: leave out --output"));
      return NULL;
    }
  if (output != NULL && *output == '\0')
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_OUTPUT,
                           _ ("The name of the output is empty: name a file or a folder"));
      return NULL;
    }
  if (output != NULL && !folder && inputs[0] != NULL && inputs[1] != NULL)
    {
      g_autofree char *shown = g_filename_display_name (output);

      g_set_error (
        error, BB_ERROR, BB_ERROR_OUTPUT,
        _ ("Several inputs need a folder, and “%s” is none: end its name with “/” to have "
           "it made"),
        shown);
      return NULL;
    }
  if (folder && !check_folder (output, error))
    return NULL;

  for (gsize i = 0; inputs[i] != NULL; i++)
    {
      BbTarget *target = g_new0 (BbTarget, 1);
      const BbEncoder *encoder;

      g_ptr_array_add (targets, target);
      target->input = g_strdup (inputs[i]);
      if (!none)
        target->output =
          output != NULL && !folder
            ? g_strdup (output)
            : bb_target_propose (inputs[i], folder ? output : NULL, NULL, recipe, NULL);
      encoder = bb_encoder_choose (recipe, error);
      if (encoder == NULL || !bb_encoder_check_container (encoder, target->output, error))
        return NULL;
    }
  return bb_targets_check (targets, error) ? g_steal_pointer (&targets) : NULL;
}
