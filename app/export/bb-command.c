/* bb-command.c: a render as a line for the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-command.h"

#include <string.h>

#define PLAIN_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_@%+=:,./-"

/* The values of a recipe, as they stand in its file. */
static GHashTable *
get_texts (const BbRecipe *recipe)
{
  GHashTable *texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = bb_recipe_to_string (recipe);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *group = NULL;
  g_auto (GStrv) keys = NULL;

  g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, NULL);
  group = g_key_file_get_start_group (file);
  keys = g_key_file_get_keys (file, group, NULL, NULL);
  for (gsize i = 0; keys[i] != NULL; i++)
    g_hash_table_insert (texts, g_strdup (keys[i]),
                         g_key_file_get_value (file, group, keys[i], NULL));
  return texts;
}

/* Quotes only what has to be, as people write it. Bytes that are no text are written as escapes,
 * since a clipboard holds text. */
static void
append_word (GString *line, const char *word)
{
  g_autofree char *quoted = NULL;

  if (line->len > 0)
    g_string_append_c (line, ' ');
  if (*word != '\0' && strspn (word, PLAIN_CHARACTERS) == strlen (word))
    {
      g_string_append (line, word);
    }
  else if (g_utf8_validate (word, -1, NULL))
    {
      quoted = g_shell_quote (word);
      g_string_append (line, quoted);
    }
  else
    {
      g_string_append (line, "$'");
      for (const char *c = word; *c != '\0'; c++)
        if (g_ascii_isalnum (*c) || strchr ("_@%+=:,./- ", *c) != NULL)
          g_string_append_c (line, *c);
        else
          g_string_append_printf (line, "\\%03o", (guint) (guchar) *c);
      g_string_append_c (line, '\'');
    }
}

static void
append_option (GString *line, const char *option, const char *value)
{
  g_autofree char *name = g_strconcat ("--", option, NULL);
  g_autofree char *joined = NULL;

  if (*value != '-')
    {
      append_word (line, name);
      append_word (line, value);
      return;
    }
  joined = g_strconcat (name, "=", value, NULL);
  append_word (line, joined);
}

typedef struct {
  GHashTable *texts;
  GHashTable *defaults;
} Texts;

static const char *
get (const Texts *texts, const char *key)
{
  return g_hash_table_lookup (texts->texts, key);
}

static gboolean
differs (const Texts *texts, const char *key)
{
  return !g_str_equal (get (texts, key), g_hash_table_lookup (texts->defaults, key));
}

static void
append_pair (GString *line, const Texts *texts, const char *option, const char *first,
             const char *separator, const char *second)
{
  g_autofree char *value = NULL;

  if (!differs (texts, first) && !differs (texts, second))
    return;
  value = g_strconcat (get (texts, first), separator, get (texts, second), NULL);
  append_option (line, option, value);
}

static void
append_crop (GString *line, const Texts *texts)
{
  g_autofree char *value = g_strjoin (",", get (texts, "crop-left"), get (texts, "crop-top"),
                                      get (texts, "crop-right"), get (texts, "crop-bottom"), NULL);

  if (!g_str_equal (value, "0,0,0,0"))
    append_option (line, "crop", value);
}

/**
 * bb_command_new:
 * @recipe: what to make
 * @input: path of the source, absolute so that the line works in every folder
 * @output: path of the target, absolute
 * @overwrite: whether a file that is there may be replaced
 *
 * Writes the line that has `blurbox-render` do the same, quoted for a shell. It has only what
 * differs from the defaults; a colour is left out where the background is blurred, as it has no
 * effect there.
 *
 * Returns: (transfer full): one line, in UTF-8
 */
char *
bb_command_new (const BbRecipe *recipe, const char *input, const char *output, gboolean overwrite)
{
  static const char *const keys[] = {
    "zoom",   "corner-radius", "shadow",    "blur",    "background-zoom", "dim",    "saturation",
    "start",  "end",           "codec",     "encoder", "quality",         "preset", "audio",
    "device", "batch",         "precision", "rotate",  "mirror",
  };
  BbRecipeValues values;
  g_autoptr (BbRecipe) fallback = NULL;
  g_autoptr (GHashTable) own = get_texts (recipe);
  g_autoptr (GHashTable) defaults = NULL;
  GString *line = g_string_new (NULL);
  Texts texts;

  bb_recipe_values_init (&values);
  fallback = bb_recipe_new (&values, NULL);
  defaults = get_texts (fallback);
  texts = (Texts) { own, defaults };

  append_word (line, "blurbox-render");
  append_pair (line, &texts, "size", "width", "x", "height");
  append_pair (line, &texts, "position", "position-x", ",", "position-y");
  append_pair (line, &texts, "offset", "offset-x", ",", "offset-y");
  append_crop (line, &texts);
  if (bb_recipe_get (recipe)->background == BB_BACKGROUND_COLOR)
    append_option (line, "background", get (&texts, "color"));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (differs (&texts, keys[i]))
      append_option (line, keys[i], get (&texts, keys[i]));
  if (overwrite)
    append_word (line, "--overwrite");
  append_word (line, "-o");
  append_word (line, output);
  append_word (line, input);
  return g_string_free (line, FALSE);
}
