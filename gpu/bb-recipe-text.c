/* bb-recipe-text.c: recipes as key files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-recipe-private.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define GROUP "Blurbox Recipe"
#define VERSION 1

static gboolean
parse_number (const char *text, double *number)
{
  char *rest = NULL;

  /* strtod() also takes hexadecimal, infinities and NaN. */
  if (*text == '\0' || strspn (text, "0123456789+-.eE") != strlen (text))
    return FALSE;
  *number = g_ascii_strtod (text, &rest);
  return *rest == '\0' && isfinite (*number);
}

/* Seconds with up to nine decimals as nanoseconds, exact. */
static gboolean
parse_time (const char *text, gint64 *time)
{
  gint64 scale = 1000000000;
  gint64 value = 0;
  gboolean fraction = FALSE;

  if (g_str_equal (text, "none"))
    {
      *time = -1;
      return TRUE;
    }
  if (!g_ascii_isdigit (*text))
    return FALSE;
  for (; *text != '\0'; text++)
    {
      if (*text == '.' && !fraction)
        {
          fraction = TRUE;
          continue;
        }
      if (!g_ascii_isdigit (*text) || value > G_GINT64_CONSTANT (1000000000000000) ||
          (fraction && scale == 1))
        return FALSE;
      value = value * 10 + (*text - '0');
      if (fraction)
        scale /= 10;
    }
  if (value > (gint64) LONGEST * (1000000000 / scale))
    return FALSE;
  *time = value * scale;
  return TRUE;
}

static gboolean
parse_color (const char *text, int *color)
{
  char *rest = NULL;

  if (text[0] != '#' || strlen (text) != 7 || !g_ascii_isxdigit (text[1]))
    return FALSE;
  *color = (int) g_ascii_strtoull (text + 1, &rest, 16);
  return *rest == '\0';
}

/* Names of settings' values, for a message. */
static char *
quote_names (const char *const *names)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (i > 0)
        /* Translators: between the parts of a list */
        g_string_append (list, C_ ("list", ", "));
      /* Translators: a part of a list, such as “fp16”, in quotation marks */
      g_string_append_printf (list, C_ ("list", "“%s”"), names[i]);
    }
  return g_string_free (list, FALSE);
}

static void
set_no_number (const BbRecipeValue *value, const char *shown, GError **error)
{
  const char *key = value->field.key;
  const char *unit = bb_recipe_field_get_unit (&value->field);
  gboolean whole = value->kind == KIND_INT;

  if (has_automatic (value))
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 /* Translators: a setting, and what was written */
                 _ ("“%s” is “%s”: write a whole number of frames, or “auto”"), key, shown);
  else if (*unit != '\0')
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 /* Translators: a setting, what was written, and a unit: “px” or “frames” */
                 whole ? _ ("“%s” is “%s”: write a whole number of %s")
                       /* Translators: a setting, what was written, and a unit: “px” */
                       : _ ("“%s” is “%s”: write a number of %s"),
                 key, shown, unit);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 whole ? _ ("“%s” is “%s”: write a whole number")
                       : _ ("“%s” is “%s”: write a number"),
                 key, shown);
}

/* The name of a file, counted from @folder; %NULL is the current one. */
static gboolean
parse_file (const char *text, const char *folder, const char **path)
{
  g_autofree char *host = NULL;
  g_autofree char *whole = NULL;

  if (*text == '\0')
    whole = g_strdup ("");
  else if (g_str_has_prefix (text, "file:"))
    whole = g_filename_from_uri (text, &host, NULL);
  else
    whole = g_canonicalize_filename (text, folder);
  if (host != NULL)
    return FALSE;
  *path = g_intern_string (whole);
  return whole != NULL;
}

/* The name of a file, from @folder where it lies there. What a key file cannot hold is written as an
 * address. */
static char *
format_file (const char *path, const char *folder)
{
  gsize length = folder != NULL ? strlen (folder) : 0;
  const char *name = path;
  gboolean plain;

  if (length > 1 && g_str_has_prefix (path, folder) && path[length] == '/')
    name = path + length + 1;
  plain = g_utf8_validate (name, -1, NULL) && !g_str_has_prefix (name, "file:");
  for (const char *c = name; plain && *c != '\0'; c = g_utf8_next_char (c))
    plain = !g_unichar_iscntrl (g_utf8_get_char (c));
  if (*name != '\0')
    plain = plain && !g_ascii_isspace (name[0]) && !g_ascii_isspace (name[strlen (name) - 1]);
  return plain ? g_strdup (name) : g_filename_to_uri (path, NULL, NULL);
}

static gboolean
parse_value (const BbRecipeValue *value, const char *text, const char *folder,
             BbRecipeValues *values, GError **error)
{
  g_autofree char *shown = bb_recipe_shorten (text);
  double number = 0.0;
  gint64 time = 0;
  gboolean good = FALSE;

  switch (value->kind)
    {
    case KIND_STRING:
      *string_at (values, value) = g_intern_string (text);
      return TRUE;
    case KIND_FILE:
      good = parse_file (text, folder, string_at (values, value));
      if (!good)
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _ ("“%s” is “%s”: write the name of a file on this machine"), value->field.key,
                     shown);
      return good;
    case KIND_ENUM:
      for (int i = 0; value->names[i] != NULL && !good; i++)
        if (g_str_equal (value->names[i], text))
          {
            *int_at (values, value) = i;
            good = TRUE;
          }
      if (!good)
        {
          g_autofree char *names = quote_names (value->names);

          /* Translators: the last %s is a list, such as “fp16”, “fp32” */
          g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("“%s” is “%s”: choose one of %s"),
                       value->field.key, shown, names);
        }
      return good;
    case KIND_COLOR:
      good = parse_color (text, int_at (values, value));
      if (!good)
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("“%s” is “%s”: write it as #rrggbb"),
                     value->field.key, shown);
      return good;
    case KIND_TIME:
      good = parse_time (text, &time) &&
             (value->offset == G_STRUCT_OFFSET (BbRecipeValues, end) || time >= 0);
      if (good)
        *time_at (values, value) = time;
      else
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _ ("“%s” is “%s”: write seconds, such as 12.5, up to %.0f"), value->field.key,
                     shown, LONGEST);
      return good;
    case KIND_INT:
    case KIND_DOUBLE:
    default:
      if (has_automatic (value) && g_str_equal (text, "auto"))
        {
          *int_at (values, value) = (int) value->field.fallback;
          return TRUE;
        }
      good =
        parse_number (text, &number) && (value->kind == KIND_DOUBLE || number == floor (number));
      if (!good)
        {
          set_no_number (value, shown, error);
          return FALSE;
        }
      if (!bb_recipe_check_range (value, number, error))
        return FALSE;
      if (value->kind == KIND_INT)
        *int_at (values, value) = (int) number;
      else
        *double_at (values, value) = number;
      return TRUE;
    }
}

/**
 * bb_recipe_values_parse_in:
 * @values: (inout): values
 * @key: name of a value, as in a recipe file
 * @text: what to set it to, in the form that recipe files have
 * @folder: (nullable): where the name of a file counts from; %NULL is the current folder
 * @error: return location for an error
 *
 * Sets one value from text of a file in @folder, as bb_recipe_values_parse() does.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_recipe_values_parse_in (BbRecipeValues *values, const char *key, const char *text,
                           const char *folder, GError **error)
{
  const BbRecipeValue *value = bb_recipe_find_value (key);

  if (value == NULL)
    {
      g_autofree char *shown = bb_recipe_shorten (key);

      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("a recipe has no value named “%s”: remove it"), shown);
      return FALSE;
    }
  return parse_value (value, text, folder, values, error);
}

/**
 * bb_recipe_values_parse:
 * @values: (inout): values
 * @key: name of a value, as in a recipe file
 * @text: what to set it to, in the form that recipe files have; the name of a file counts from the
 *   current folder
 * @error: return location for an error
 *
 * Sets one value from text. Its range is checked here as well, if it is a number.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_recipe_values_parse (BbRecipeValues *values, const char *key, const char *text, GError **error)
{
  return bb_recipe_values_parse_in (values, key, text, NULL, error);
}

static char *
format_value (const BbRecipeValue *value, BbRecipeValues *values, const char *folder)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  char format[8];

  switch (value->kind)
    {
    case KIND_STRING:
      return g_strdup (*string_at (values, value));
    case KIND_FILE:
      return format_file (*string_at (values, value), folder);
    case KIND_ENUM:
      return g_strdup (value->names[*int_at (values, value)]);
    case KIND_COLOR:
      return g_strdup_printf ("#%06x", (guint) *int_at (values, value));
    case KIND_TIME:
      return bb_recipe_format_time (*time_at (values, value));
    case KIND_DOUBLE:
      /* The shortest text that reads back as the very same number. */
      for (int digits = 15; digits <= 17; digits++)
        {
          g_snprintf (format, sizeof format, "%%.%dg", digits);
          g_ascii_formatd (text, sizeof text, format, *double_at (values, value));
          if (g_ascii_strtod (text, NULL) == *double_at (values, value))
            break;
        }
      return g_strdup (text);
    case KIND_INT:
    default:
      if (is_automatic (values, value))
        return g_strdup ("auto");
      return g_strdup_printf ("%d", *int_at (values, value));
    }
}

/**
 * bb_recipe_values_format:
 * @values: values
 * @key: name of a value, as in a recipe file
 *
 * The counterpart of bb_recipe_values_parse().
 *
 * Returns: (transfer full): the value in the form that recipe files have; files by their whole path
 */
char *
bb_recipe_values_format (const BbRecipeValues *values, const char *key)
{
  return bb_recipe_values_format_in (values, key, NULL);
}

/**
 * bb_recipe_values_format_in:
 * @values: values
 * @key: name of a value, as in a recipe file
 * @folder: (nullable): where the text will be; files that lie there or below are named from there
 *
 * The counterpart of bb_recipe_values_parse_in().
 *
 * Returns: (transfer full): the value in the form that recipe files have
 */
char *
bb_recipe_values_format_in (const BbRecipeValues *values, const char *key, const char *folder)
{
  const BbRecipeValue *value = bb_recipe_find_value (key);
  BbRecipeValues copy = *values;

  g_return_val_if_fail (value != NULL, NULL);

  return format_value (value, &copy, folder);
}

/* With names of files that count from @folder, where that is given. */
char *
bb_recipe_format (const BbRecipe *recipe, const char *folder)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  BbRecipeValues values = *bb_recipe_get (recipe);
  const BbRecipeValue *value;

  g_key_file_set_integer (file, GROUP, "version", VERSION);
  for (guint i = 0; (value = bb_recipe_get_value (i)) != NULL; i++)
    {
      g_autofree char *text = format_value (value, &values, folder);

      g_key_file_set_value (file, GROUP, value->field.key, text);
    }
  return g_key_file_to_data (file, NULL, NULL);
}

/**
 * bb_recipe_to_string:
 * @recipe: a recipe
 *
 * Writes a recipe as a key file, in the same form in every locale and exact.
 *
 * Returns: (transfer full): the key file's text
 */
char *
bb_recipe_to_string (const BbRecipe *recipe)
{
  return bb_recipe_format (recipe, NULL);
}

static gboolean
check_version (GKeyFile *file, GError **error)
{
  g_autofree char *text = g_key_file_get_value (file, GROUP, "version", NULL);
  g_autofree char *shown = NULL;
  gint64 version;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (g_strstrip (text), 10, 1, G_MAXINT64, &version, NULL))
    {
      shown = bb_recipe_shorten (text);
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("its version is “%s”: write %d"), shown,
                   VERSION);
      return FALSE;
    }
  if (version <= VERSION)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _ ("it was made by a newer Blurbox (its version is %lld, this Blurbox reads %d): "
                  "update Blurbox"),
               (long long) version, VERSION);
  return FALSE;
}

/* Without a prefix that says which text it is. Names of files count from @folder. */
BbRecipe *
bb_recipe_parse (const char *text, gsize length, const char *folder, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) groups = NULL;
  g_auto (GStrv) keys = NULL;
  BbRecipeValues values;

  if (memchr (text, '\0', length) != NULL || !g_utf8_validate_len (text, length, NULL) ||
      !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &local_error) ||
      !g_key_file_has_group (file, GROUP))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("it has to have a group [%s] and lines of KEY=VALUE"), GROUP);
      return NULL;
    }
  if (!check_version (file, error))
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], GROUP))
      {
        g_autofree char *shown = bb_recipe_shorten (groups[i]);

        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _ ("a recipe has no group named “%s”: remove it"), shown);
        return NULL;
      }

  bb_recipe_values_init (&values);
  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (file, GROUP, keys[i], NULL);

      /* The name of a translated key is listed but has no value of its own. */
      if (!g_str_equal (keys[i], "version") &&
          !bb_recipe_values_parse_in (&values, keys[i], value != NULL ? g_strstrip (value) : "",
                                      folder, error))
        return NULL;
    }
  return bb_recipe_new (&values, error);
}

/**
 * bb_recipe_new_from_string:
 * @text: text of a key file
 * @error: return location for an error
 *
 * Reads a recipe. Values that @text lacks have their defaults, and a newer version is refused; names that no recipe has are
 * refused, since a value that is silently ignored gives a wrong film.
 *
 * Returns: (transfer full): a recipe, or %NULL with %BB_ERROR_INVALID
 */
BbRecipe *
bb_recipe_new_from_string (const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  BbRecipe *recipe = bb_recipe_parse (text, strlen (text), NULL, &local_error);

  if (recipe == NULL)
    /* Translators: what is wrong, such as “its version is “0”: write 1” */
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("This is no recipe that can be used: %s"),
                 local_error->message);
  return recipe;
}
