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

static void
append_background (GString *line, const Texts *texts, const BbRecipeValues *values)
{
  g_autofree char *colors = NULL;

  switch (values->background)
    {
    case BB_BACKGROUND_COLOR:
      append_option (line, "background", get (texts, "color"));
      break;
    case BB_BACKGROUND_GRADIENT:
      colors = g_strconcat (get (texts, "color"), ",", get (texts, "gradient-color"), NULL);
      append_option (line, "background", colors);
      if (differs (texts, "gradient-angle"))
        append_option (line, "gradient-angle", get (texts, "gradient-angle"));
      break;
    case BB_BACKGROUND_PICTURE:
      if (differs (texts, "color"))
        append_option (line, "background", get (texts, "color"));
      append_option (line, "picture", get (texts, "picture"));
      break;
    case BB_BACKGROUND_MIRROR:
      append_option (line, "background", "mirror");
      break;
    case BB_BACKGROUND_BLUR:
    default:
      break;
    }
}

static void
append_logo (GString *line, const Texts *texts, const BbRecipeValues *values)
{
  static const char *const keys[] = { "logo", "logo-margin", "logo-size", "logo-opacity" };
  g_autofree char *center = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (differs (texts, keys[i]))
      append_option (line, keys[i], get (texts, keys[i]));
  if (values->logo_place == BB_LOGO_FREE)
    center = g_strconcat (get (texts, "logo-x"), ",", get (texts, "logo-y"), NULL);
  if (differs (texts, "logo-place"))
    append_option (line, "logo-place", center != NULL ? center : get (texts, "logo-place"));
}

/**
 * bb_command_new:
 * @recipe: what to make
 * @input: path of the source, absolute so that the line works in every folder
 * @output: path of the target, absolute
 * @overwrite: whether a file that is there may be replaced
 *
 * Writes the line that has `blurbox-render` do the same, quoted for a shell. It has only what
 * differs from the defaults and has an effect: no color where the background is blurred.
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
  append_background (line, &texts, bb_recipe_get (recipe));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (differs (&texts, keys[i]))
      append_option (line, keys[i], get (&texts, keys[i]));
  if (differs (&texts, "logo"))
    append_logo (line, &texts, bb_recipe_get (recipe));
  if (overwrite)
    append_word (line, "--overwrite");
  append_word (line, "-o");
  append_word (line, output);
  append_word (line, input);
  return g_string_free (line, FALSE);
}
