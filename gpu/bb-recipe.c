/* bb-recipe.c: what to make of a video
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

struct _BbRecipe {
  BbRecipeValues values;
  char *device;
  char *encoder;
  char *preset;
  guint64 generation;
  gatomicrefcount refs;
};

G_DEFINE_BOXED_TYPE (BbRecipe, bb_recipe, bb_recipe_ref, bb_recipe_unref)

typedef enum { KIND_INT, KIND_DOUBLE, KIND_TIME, KIND_ENUM, KIND_STRING, KIND_COLOR } Kind;

/* One value: where it is, what it may be. Drives checks, files and the command line. */
typedef struct {
  BbRecipeField field;
  Kind kind;
  gsize offset;
  const char *const *names; /* of a KIND_ENUM */
  const char *fallback_string;
} Value;

static const char *const background_names[] = { "blur", "color", NULL };
static const char *const precision_names[] = { "fp16", "fp32", "auto", NULL };
static const char *const codec_names[] = { "h264", "hevc", "av1", NULL };
static const char *const audio_names[] = { "copy", "encode", "none", NULL };

#define AT(member) G_STRUCT_OFFSET (BbRecipeValues, member)
/* 100 hours: longer than any film, and far from overflowing when it is scaled. */
#define LONGEST 360000.0

/* Translators: pixels, as in “0 to 1000 px” */
#define PX NC_ ("unit", "px")
/* Translators: seconds, as in “0 to 360000 s” */
#define SECONDS NC_ ("unit", "s")
/* Translators: pictures of a film, as in “1 to 256 frames” */
#define FRAMES NC_ ("unit", "frames")

static const Value table[] = {
  { { "width", 2, 16384, 1080, PX }, KIND_INT, AT (width), NULL, NULL },
  { { "height", 2, 16384, 1920, PX }, KIND_INT, AT (height), NULL, NULL },
  { { "zoom", 0, 1, 0, "" }, KIND_DOUBLE, AT (zoom), NULL, NULL },
  { { "offset-x", -16384, 16384, 0, PX }, KIND_DOUBLE, AT (offset_x), NULL, NULL },
  { { "offset-y", -16384, 16384, 0, PX }, KIND_DOUBLE, AT (offset_y), NULL, NULL },
  { { "corner-radius", 0, 8192, 0, PX }, KIND_DOUBLE, AT (corner_radius), NULL, NULL },
  { { "shadow", 0, 1, 0, "" }, KIND_DOUBLE, AT (shadow), NULL, NULL },
  { { "background", 0, 1, 0, "" }, KIND_ENUM, AT (background), background_names, NULL },
  { { "color", 0, 0xffffff, 0, "" }, KIND_COLOR, AT (color), NULL, NULL },
  { { "blur", 0, 1000, 60, PX }, KIND_DOUBLE, AT (blur), NULL, NULL },
  { { "background-zoom", 1, 8, 1, "" }, KIND_DOUBLE, AT (background_zoom), NULL, NULL },
  { { "dim", 0, 1, 0, "" }, KIND_DOUBLE, AT (dim), NULL, NULL },
  { { "saturation", 0, 2, 1, "" }, KIND_DOUBLE, AT (saturation), NULL, NULL },
  { { "start", 0, LONGEST, 0, SECONDS }, KIND_TIME, AT (start), NULL, NULL },
  { { "end", 0, LONGEST, -1, SECONDS }, KIND_TIME, AT (end), NULL, NULL },
  { { "batch", 1, 256, BB_BATCH_AUTO, FRAMES }, KIND_INT, AT (batch), NULL, NULL },
  { { "precision", 0, 2, BB_PRECISION_AUTO, "" }, KIND_ENUM, AT (precision), precision_names, NULL },
  { { "device", 0, 0, 0, "" }, KIND_STRING, AT (device), NULL, "auto" },
  { { "codec", 0, 2, 0, "" }, KIND_ENUM, AT (codec), codec_names, NULL },
  { { "encoder", 0, 0, 0, "" }, KIND_STRING, AT (encoder), NULL, "auto" },
  { { "quality", -1, 100, -1, "" }, KIND_INT, AT (quality), NULL, NULL },
  { { "preset", 0, 0, 0, "" }, KIND_STRING, AT (preset), NULL, "" },
  { { "audio", 0, 2, 0, "" }, KIND_ENUM, AT (audio), audio_names, NULL },
};

static const Value *
find_value (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].field.key, key))
      return &table[i];
  return NULL;
}

static int *
int_at (BbRecipeValues *values, const Value *value)
{
  return (int *) (gpointer) ((guint8 *) values + value->offset);
}

/* A whole number whose default lies below its range is chosen by the device: "auto" in text. */
static gboolean
has_automatic (const Value *value)
{
  return value->kind == KIND_INT && value->field.fallback < value->field.minimum;
}

static gboolean
is_automatic (BbRecipeValues *values, const Value *value)
{
  return has_automatic (value) && *int_at (values, value) == value->field.fallback;
}

static double *
double_at (BbRecipeValues *values, const Value *value)
{
  return (double *) (gpointer) ((guint8 *) values + value->offset);
}

static gint64 *
time_at (BbRecipeValues *values, const Value *value)
{
  return (gint64 *) (gpointer) ((guint8 *) values + value->offset);
}

static const char **
string_at (BbRecipeValues *values, const Value *value)
{
  return (const char **) (gpointer) ((guint8 *) values + value->offset);
}

/**
 * bb_recipe_field_get_unit:
 * @field: what is known of a value
 *
 * Returns: (transfer none): the value's unit in the user's language; empty for none
 */
const char *
bb_recipe_field_get_unit (const BbRecipeField *field)
{
  return *field->unit != '\0' ? g_dpgettext2 (GETTEXT_PACKAGE, "unit", field->unit) : "";
}

/**
 * bb_recipe_get_field:
 * @key: name of a value
 *
 * Returns: (nullable): what is known of a value that is a number; %NULL for others
 */
const BbRecipeField *
bb_recipe_get_field (const char *key)
{
  const Value *value = find_value (key);

  if (value == NULL || (value->kind != KIND_INT && value->kind != KIND_DOUBLE &&
                        value->kind != KIND_TIME))
    return NULL;
  return &value->field;
}

/**
 * bb_recipe_values_get_number:
 * @values: values
 * @key: name of a value that is a number, see bb_recipe_get_field()
 *
 * Returns: the value in its field's unit; times are seconds
 */
double
bb_recipe_values_get_number (const BbRecipeValues *values, const char *key)
{
  const Value *value = find_value (key);
  BbRecipeValues copy = *values;

  g_return_val_if_fail (value != NULL && bb_recipe_get_field (key) != NULL, 0.0);

  switch (value->kind)
    {
    case KIND_INT:
      return *int_at (&copy, value);
    case KIND_TIME:
      return (double) *time_at (&copy, value) * 1e-9;
    default:
      return *double_at (&copy, value);
    }
}

/**
 * bb_recipe_values_set_number:
 * @values: (inout): values
 * @key: name of a value that is a number, see bb_recipe_get_field()
 * @number: the value in its field's unit; brought into its range, but for %BB_BATCH_AUTO, and rounded
 *   if it has to be whole
 *
 * Sets a value as a control does that cannot leave the range.
 */
void
bb_recipe_values_set_number (BbRecipeValues *values, const char *key, double number)
{
  const Value *value = find_value (key);

  g_return_if_fail (value != NULL && bb_recipe_get_field (key) != NULL && isfinite (number));

  if (!has_automatic (value) || number != value->field.fallback)
    number = CLAMP (number, value->field.minimum, value->field.maximum);
  switch (value->kind)
    {
    case KIND_INT:
      *int_at (values, value) = (int) lrint (number);
      break;
    case KIND_TIME:
      *time_at (values, value) = llrint (number * 1e9);
      break;
    default:
      *double_at (values, value) = number;
      break;
    }
}

/**
 * bb_recipe_values_init:
 * @values: (out caller-allocates): values
 *
 * Sets the defaults: the plain look on a canvas of 1080×1920.
 */
void
bb_recipe_values_init (BbRecipeValues *values)
{
  memset (values, 0, sizeof *values);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const Value *value = &table[i];

      switch (value->kind)
        {
        case KIND_DOUBLE:
          *double_at (values, value) = value->field.fallback;
          break;
        case KIND_TIME:
          *time_at (values, value) = (gint64) value->field.fallback;
          break;
        case KIND_STRING:
          *string_at (values, value) = value->fallback_string;
          break;
        case KIND_INT:
        case KIND_ENUM:
        case KIND_COLOR:
        default:
          *int_at (values, value) = (int) value->field.fallback;
          break;
        }
    }
}

/**
 * bb_recipe_values_settle:
 * @values: (inout): values
 * @card: whether a card does the work, or else the processor
 *
 * Puts what is fastest and small on such a device in the place of what is automatic: a card takes
 * large batches and is faster with samples of 16 bit; a processor has to convert those, and gets a
 * frame for each thread.
 */
void
bb_recipe_values_settle (BbRecipeValues *values, gboolean card)
{
  if (values->batch == BB_BATCH_AUTO)
    values->batch = card ? 32 : CLAMP ((int) g_get_num_processors (), 4, 16);
  if (values->precision == BB_PRECISION_AUTO)
    values->precision = card ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
}

static gboolean
check_range (const Value *value, double number, GError **error)
{
  const BbRecipeField *field = &value->field;
  const char *unit = bb_recipe_field_get_unit (field);
  char text[4][G_ASCII_DTOSTR_BUF_SIZE];

  if (number >= field->minimum && number <= field->maximum)
    return TRUE;
  g_ascii_formatd (text[0], sizeof text[0], "%.15g", number);
  g_ascii_formatd (text[1], sizeof text[1], "%.10g", field->minimum);
  g_ascii_formatd (text[2], sizeof text[2], "%.10g", field->maximum);
  if (*unit != '\0')
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 /* Translators: a setting, a number and its unit, and twice a number and that
                  * unit, as in “blur” is 1200 px: choose a value from 0 to 1000 px */
                 _("“%s” is %s %s: choose a value from %s to %s %s"), field->key, text[0], unit,
                 text[1], text[2], unit);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _("“%s” is %s: choose a value from %s to %s"),
                 field->key, text[0], text[1], text[2]);
  return FALSE;
}

/* Foreign text for a message: on one line and of bounded length. */
static char *
shorten (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);
  int n = 0;

  for (const char *c = valid; *c != '\0' && n <= 48; c = g_utf8_next_char (c), n++)
    {
      gunichar u = g_utf8_get_char (c);

      g_string_append_unichar (shown, n == 48 ? 0x2026 : g_unichar_isprint (u) ? u : 0xFFFD);
    }
  return g_string_free (shown, FALSE);
}

static gboolean
check_device (const char *device, GError **error)
{
  const char *index = device + strlen ("cuda:");
  g_autofree char *shown = NULL;

  if (g_str_equal (device, "auto") || g_str_equal (device, "cpu"))
    return TRUE;
  if (g_str_has_prefix (device, "cuda:") && *index != '\0' && strlen (index) <= 3 &&
      strspn (index, "0123456789") == strlen (index))
    return TRUE;
  shown = shorten (device);
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _("“device” is “%s”: choose “auto”, “cpu” or “cuda:N”"), shown);
  return FALSE;
}

/* Names of encoders and presets go to FFmpeg as they are. */
static gboolean
check_name (const Value *value, const char *name, GError **error)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && *c != '-')
      {
        g_set_error (
          error, BB_ERROR, BB_ERROR_INVALID,
          _("“%s” may only have letters, digits, “-” and “_”: write it without others"),
          value->field.key);
        return FALSE;
      }
  return TRUE;
}

/* Nanoseconds as seconds, exact. */
static char *
format_time (gint64 time)
{
  char *text;
  gsize length;

  if (time < 0)
    return g_strdup ("none");
  text = g_strdup_printf ("%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, time / 1000000000,
                          time % 1000000000);
  for (length = strlen (text); text[length - 1] == '0' && text[length - 2] != '.'; length--)
    text[length - 1] = '\0';
  return text;
}

static gboolean
check (BbRecipeValues *values, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const Value *value = &table[i];
      double number = 0.0;

      switch (value->kind)
        {
        case KIND_STRING:
          if (*string_at (values, value) == NULL)
            *string_at (values, value) = value->fallback_string;
          if (value->offset == AT (device) ? !check_device (values->device, error)
                                           : !check_name (value, *string_at (values, value), error))
            return FALSE;
          continue;
        case KIND_DOUBLE:
          number = *double_at (values, value);
          break;
        case KIND_TIME:
          if (value->offset == AT (end) && values->end == -1)
            continue;
          number = (double) *time_at (values, value) * 1e-9;
          break;
        case KIND_INT:
        case KIND_ENUM:
        case KIND_COLOR:
        default:
          if (is_automatic (values, value))
            continue;
          number = *int_at (values, value);
          break;
        }
      if (!check_range (value, number, error))
        return FALSE;
    }
  if (values->end != -1 && values->end <= values->start)
    {
      g_autofree char *start = format_time (values->start);
      g_autofree char *end = format_time (values->end);

      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   values->end == values->start
                     ? _("The trim from %s s to %s s has no length: choose an end after the start")
                     : _("The trim starts at %s s but ends at %s s: choose an end after the start"),
                   start, end);
      return FALSE;
    }
  return TRUE;
}

/**
 * bb_recipe_new:
 * @values: what to make; strings are copied, %NULL strings are defaults
 * @error: return location for an error
 *
 * Makes a recipe of values that are all in range.
 *
 * Returns: (transfer full): a recipe, or %NULL with %BB_ERROR_INVALID
 */
BbRecipe *
bb_recipe_new (const BbRecipeValues *values, GError **error)
{
  static guint64 last_generation;
  static GMutex lock;
  BbRecipeValues checked = *values;
  BbRecipe *recipe;

  if (!check (&checked, error))
    return NULL;

  recipe = g_new0 (BbRecipe, 1);
  g_atomic_ref_count_init (&recipe->refs);
  recipe->values = checked;
  recipe->values.device = recipe->device = g_strdup (checked.device);
  recipe->values.encoder = recipe->encoder = g_strdup (checked.encoder);
  recipe->values.preset = recipe->preset = g_strdup (checked.preset);
  g_mutex_lock (&lock);
  recipe->generation = ++last_generation;
  g_mutex_unlock (&lock);
  return recipe;
}

/**
 * bb_recipe_ref:
 * @recipe: a recipe
 *
 * Returns: (transfer full): @recipe
 */
BbRecipe *
bb_recipe_ref (BbRecipe *recipe)
{
  g_atomic_ref_count_inc (&recipe->refs);
  return recipe;
}

/**
 * bb_recipe_unref:
 * @recipe: (transfer full): a recipe
 */
void
bb_recipe_unref (BbRecipe *recipe)
{
  if (!g_atomic_ref_count_dec (&recipe->refs))
    return;
  g_free (recipe->device);
  g_free (recipe->encoder);
  g_free (recipe->preset);
  g_free (recipe);
}

/**
 * bb_recipe_get:
 * @recipe: a recipe
 *
 * Returns: its values, which live as long as @recipe
 */
const BbRecipeValues *
bb_recipe_get (const BbRecipe *recipe)
{
  return &recipe->values;
}

/**
 * bb_recipe_get_generation:
 * @recipe: a recipe
 *
 * Returns: a number larger than that of every recipe made before it
 */
guint64
bb_recipe_get_generation (const BbRecipe *recipe)
{
  return recipe->generation;
}

/**
 * bb_recipe_equal:
 * @a: a recipe
 * @b: another one
 *
 * Returns: whether both make the same
 */
gboolean
bb_recipe_equal (const BbRecipe *a, const BbRecipe *b)
{
  g_autofree char *text_a = bb_recipe_to_string (a);
  g_autofree char *text_b = bb_recipe_to_string (b);

  return g_str_equal (text_a, text_b);
}

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
set_no_number (const Value *value, const char *shown, GError **error)
{
  const char *key = value->field.key;
  const char *unit = bb_recipe_field_get_unit (&value->field);
  gboolean whole = value->kind == KIND_INT;

  if (has_automatic (value))
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 /* Translators: a setting, and what was written */
                 _("“%s” is “%s”: write a whole number of frames, or “auto”"), key, shown);
  else if (*unit != '\0')
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 /* Translators: a setting, what was written, and a unit: “px” or “frames” */
                 whole ? _("“%s” is “%s”: write a whole number of %s")
                       /* Translators: a setting, what was written, and a unit: “px” */
                       : _("“%s” is “%s”: write a number of %s"),
                 key, shown, unit);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                 whole ? _("“%s” is “%s”: write a whole number")
                       : _("“%s” is “%s”: write a number"),
                 key, shown);
}

static gboolean
parse_value (const Value *value, const char *text, BbRecipeValues *values, GError **error)
{
  g_autofree char *shown = shorten (text);
  double number = 0.0;
  gint64 time = 0;
  gboolean good = FALSE;

  switch (value->kind)
    {
    case KIND_STRING:
      *string_at (values, value) = g_intern_string (text);
      return TRUE;
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
          g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _("“%s” is “%s”: choose one of %s"),
                       value->field.key, shown, names);
        }
      return good;
    case KIND_COLOR:
      good = parse_color (text, int_at (values, value));
      if (!good)
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _("“%s” is “%s”: write it as #rrggbb"),
                     value->field.key, shown);
      return good;
    case KIND_TIME:
      good = parse_time (text, &time) && (value->offset == AT (end) || time >= 0);
      if (good)
        *time_at (values, value) = time;
      else
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _("“%s” is “%s”: write seconds, such as 12.5, up to %.0f"), value->field.key,
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
      good = parse_number (text, &number) && (value->kind == KIND_DOUBLE || number == floor (number));
      if (!good)
        {
          set_no_number (value, shown, error);
          return FALSE;
        }
      if (!check_range (value, number, error))
        return FALSE;
      if (value->kind == KIND_INT)
        *int_at (values, value) = (int) number;
      else
        *double_at (values, value) = number;
      return TRUE;
    }
}

/**
 * bb_recipe_values_parse:
 * @values: (inout): values
 * @key: name of a value, as in a recipe file
 * @text: what to set it to, in the form that recipe files have
 * @error: return location for an error
 *
 * Sets one value from text. Its range is checked here as well, if it is a number.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_recipe_values_parse (BbRecipeValues *values, const char *key, const char *text, GError **error)
{
  const Value *value = find_value (key);

  if (value == NULL)
    {
      g_autofree char *shown = shorten (key);

      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _("a recipe has no value named “%s”: remove it"), shown);
      return FALSE;
    }
  return parse_value (value, text, values, error);
}

static char *
format_value (const Value *value, BbRecipeValues *values)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  char format[8];

  switch (value->kind)
    {
    case KIND_STRING:
      return g_strdup (*string_at (values, value));
    case KIND_ENUM:
      return g_strdup (value->names[*int_at (values, value)]);
    case KIND_COLOR:
      return g_strdup_printf ("#%06x", (guint) *int_at (values, value));
    case KIND_TIME:
      return format_time (*time_at (values, value));
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
 * Returns: (transfer full): the value in the form that recipe files have
 */
char *
bb_recipe_values_format (const BbRecipeValues *values, const char *key)
{
  const Value *value = find_value (key);
  BbRecipeValues copy = *values;

  g_return_val_if_fail (value != NULL, NULL);

  return format_value (value, &copy);
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
  g_autoptr (GKeyFile) file = g_key_file_new ();
  BbRecipeValues values = recipe->values;

  g_key_file_set_integer (file, GROUP, "version", VERSION);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *text = format_value (&table[i], &values);

      g_key_file_set_value (file, GROUP, table[i].field.key, text);
    }
  return g_key_file_to_data (file, NULL, NULL);
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
      shown = shorten (text);
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _("its version is “%s”: write %d"), shown,
                   VERSION);
      return FALSE;
    }
  if (version <= VERSION)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _("it was made by a newer Blurbox (its version is %lld, this Blurbox reads %d): "
                 "update Blurbox"),
               (long long) version, VERSION);
  return FALSE;
}

/* Without a prefix that says which text it is. */
BbRecipe *
bb_recipe_parse (const char *text, gsize length, GError **error)
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
                   _("it has to have a group [%s] and lines of KEY=VALUE"), GROUP);
      return NULL;
    }
  if (!check_version (file, error))
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], GROUP))
      {
        g_autofree char *shown = shorten (groups[i]);

        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _("a recipe has no group named “%s”: remove it"), shown);
        return NULL;
      }

  bb_recipe_values_init (&values);
  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (file, GROUP, keys[i], NULL);

      /* The name of a translated key is listed but has no value of its own. */
      if (!g_str_equal (keys[i], "version") &&
          !bb_recipe_values_parse (&values, keys[i], value != NULL ? g_strstrip (value) : "", error))
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
  BbRecipe *recipe = bb_recipe_parse (text, strlen (text), &local_error);

  if (recipe == NULL)
    /* Translators: what is wrong, such as “its version is “0”: write 1” */
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _("This is no recipe that can be used: %s"),
                 local_error->message);
  return recipe;
}
