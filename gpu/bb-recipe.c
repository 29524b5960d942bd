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

struct _BbRecipe {
  BbRecipeValues values; /* with interned strings: copies of the values outlive the recipe */
  guint64 generation;
  gatomicrefcount refs;
};

G_DEFINE_BOXED_TYPE (BbRecipe, bb_recipe, bb_recipe_ref, bb_recipe_unref)

static const char *const background_names[] = { "blur",    "color",  "gradient",
                                                "picture", "mirror", NULL };
static const char *const logo_place_names[] = { "top-left",     "top-right", "bottom-left",
                                                "bottom-right", "free",      NULL };
static const char *const precision_names[] = { "fp16", "fp32", "auto", NULL };
static const char *const codec_names[] = { "h264", "hevc", "av1", NULL };
static const char *const audio_names[] = { "copy", "encode", "none", NULL };
static const char *const rotate_names[] = { "0", "90", "180", "270", NULL };
static const char *const mirror_names[] = { "none", "horizontal", "vertical", "both", NULL };

/* Of each side alone, and of two that lie opposite to each other: something has to be left. */
#define MOST_CROP 0.98

#define AT(member) G_STRUCT_OFFSET (BbRecipeValues, member)

/* Translators: pixels, as in “0 to 1000 px” */
#define PX NC_ ("unit", "px")
/* Translators: degrees of an angle, as in “0 to 360 °” */
#define DEGREES NC_ ("unit", "°")
/* Translators: seconds, as in “0 to 360000 s” */
#define SECONDS NC_ ("unit", "s")
/* Translators: pictures of a film, as in “1 to 256 frames” */
#define FRAMES NC_ ("unit", "frames")

static const BbRecipeValue table[] = {
  { { "width", 2, 16384, 1080, PX }, KIND_INT, BB_RECIPE_LOOK, AT (width), NULL, NULL },
  { { "height", 2, 16384, 1920, PX }, KIND_INT, BB_RECIPE_LOOK, AT (height), NULL, NULL },
  { { "zoom", -0.9, 8, 0, "" }, KIND_DOUBLE, BB_RECIPE_FRAMING, AT (zoom), NULL, NULL },
  { { "offset-x", -16384, 16384, 0, PX },
    KIND_DOUBLE,
    BB_RECIPE_FRAMING,
    AT (offset_x),
    NULL,
    NULL },
  { { "offset-y", -16384, 16384, 0, PX },
    KIND_DOUBLE,
    BB_RECIPE_FRAMING,
    AT (offset_y),
    NULL,
    NULL },
  { { "position-x", -1, 1, 0, "" }, KIND_DOUBLE, BB_RECIPE_FRAMING, AT (position_x), NULL, NULL },
  { { "position-y", -1, 1, 0, "" }, KIND_DOUBLE, BB_RECIPE_FRAMING, AT (position_y), NULL, NULL },
  { { "rotate", 0, 3, 0, "" }, KIND_ENUM, BB_RECIPE_FRAMING, AT (rotate), rotate_names, NULL },
  { { "mirror", 0, 3, 0, "" }, KIND_ENUM, BB_RECIPE_FRAMING, AT (mirror), mirror_names, NULL },
  { { "crop-left", 0, MOST_CROP, 0, "" },
    KIND_DOUBLE,
    BB_RECIPE_FRAMING,
    AT (crop_left),
    NULL,
    NULL },
  { { "crop-top", 0, MOST_CROP, 0, "" },
    KIND_DOUBLE,
    BB_RECIPE_FRAMING,
    AT (crop_top),
    NULL,
    NULL },
  { { "crop-right", 0, MOST_CROP, 0, "" },
    KIND_DOUBLE,
    BB_RECIPE_FRAMING,
    AT (crop_right),
    NULL,
    NULL },
  { { "crop-bottom", 0, MOST_CROP, 0, "" },
    KIND_DOUBLE,
    BB_RECIPE_FRAMING,
    AT (crop_bottom),
    NULL,
    NULL },
  { { "corner-radius", 0, 8192, 0, PX },
    KIND_DOUBLE,
    BB_RECIPE_LOOK,
    AT (corner_radius),
    NULL,
    NULL },
  { { "shadow", 0, 1, 0, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (shadow), NULL, NULL },
  { { "background", 0, 4, 0, "" },
    KIND_ENUM,
    BB_RECIPE_LOOK,
    AT (background),
    background_names,
    NULL },
  { { "color", 0, 0xffffff, 0, "" }, KIND_COLOR, BB_RECIPE_LOOK, AT (color), NULL, NULL },
  { { "gradient-color", 0, 0xffffff, 0x1a5fb4, "" },
    KIND_COLOR,
    BB_RECIPE_LOOK,
    AT (gradient_color),
    NULL,
    NULL },
  { { "gradient-angle", 0, 360, 180, DEGREES },
    KIND_DOUBLE,
    BB_RECIPE_LOOK,
    AT (gradient_angle),
    NULL,
    NULL },
  { { "picture", 0, 0, 0, "" }, KIND_FILE, BB_RECIPE_LOOK, AT (picture), NULL, "" },
  { { "blur", 0, 1000, 60, PX }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (blur), NULL, NULL },
  { { "background-zoom", 1, 8, 1, "" },
    KIND_DOUBLE,
    BB_RECIPE_LOOK,
    AT (background_zoom),
    NULL,
    NULL },
  { { "dim", 0, 1, 0, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (dim), NULL, NULL },
  { { "saturation", 0, 2, 1, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (saturation), NULL, NULL },
  { { "logo", 0, 0, 0, "" }, KIND_FILE, BB_RECIPE_LOOK, AT (logo), NULL, "" },
  { { "logo-place", 0, 4, BB_LOGO_BOTTOM_RIGHT, "" },
    KIND_ENUM,
    BB_RECIPE_LOOK,
    AT (logo_place),
    logo_place_names,
    NULL },
  { { "logo-x", 0, 1, 0.5, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (logo_x), NULL, NULL },
  { { "logo-y", 0, 1, 0.5, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (logo_y), NULL, NULL },
  { { "logo-margin", 0, 0.5, 0.04, "" },
    KIND_DOUBLE,
    BB_RECIPE_LOOK,
    AT (logo_margin),
    NULL,
    NULL },
  { { "logo-size", 0.01, 1, 0.2, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (logo_size), NULL, NULL },
  { { "logo-opacity", 0, 1, 1, "" }, KIND_DOUBLE, BB_RECIPE_LOOK, AT (logo_opacity), NULL, NULL },
  { { "start", 0, LONGEST, 0, SECONDS }, KIND_TIME, BB_RECIPE_TRIM, AT (start), NULL, NULL },
  { { "end", 0, LONGEST, -1, SECONDS }, KIND_TIME, BB_RECIPE_TRIM, AT (end), NULL, NULL },
  { { "batch", 1, 256, BB_BATCH_AUTO, FRAMES }, KIND_INT, BB_RECIPE_WORK, AT (batch), NULL, NULL },
  { { "precision", 0, 2, BB_PRECISION_AUTO, "" },
    KIND_ENUM,
    BB_RECIPE_WORK,
    AT (precision),
    precision_names,
    NULL },
  { { "device", 0, 0, 0, "" }, KIND_STRING, BB_RECIPE_WORK, AT (device), NULL, "auto" },
  { { "codec", 0, 2, 0, "" }, KIND_ENUM, BB_RECIPE_OUTPUT, AT (codec), codec_names, NULL },
  { { "encoder", 0, 0, 0, "" }, KIND_STRING, BB_RECIPE_OUTPUT, AT (encoder), NULL, "auto" },
  { { "quality", -1, 100, -1, "" }, KIND_INT, BB_RECIPE_OUTPUT, AT (quality), NULL, NULL },
  { { "preset", 0, 0, 0, "" }, KIND_STRING, BB_RECIPE_OUTPUT, AT (preset), NULL, "" },
  { { "audio", 0, 2, 0, "" }, KIND_ENUM, BB_RECIPE_OUTPUT, AT (audio), audio_names, NULL },
};

/* The value at a place of the table, %NULL behind its end. */
const BbRecipeValue *
bb_recipe_get_value (guint i)
{
  return i < G_N_ELEMENTS (table) ? &table[i] : NULL;
}

const BbRecipeValue *
bb_recipe_find_value (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].field.key, key))
      return &table[i];
  return NULL;
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
  const BbRecipeValue *value = bb_recipe_find_value (key);

  if (value == NULL ||
      (value->kind != KIND_INT && value->kind != KIND_DOUBLE && value->kind != KIND_TIME))
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
  const BbRecipeValue *value = bb_recipe_find_value (key);
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
  const BbRecipeValue *value = bb_recipe_find_value (key);

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
      const BbRecipeValue *value = &table[i];

      switch (value->kind)
        {
        case KIND_DOUBLE:
          *double_at (values, value) = value->field.fallback;
          break;
        case KIND_TIME:
          *time_at (values, value) = (gint64) value->field.fallback;
          break;
        case KIND_STRING:
        case KIND_FILE:
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
 * @gpu: whether a GPU does the work, or else the CPU
 *
 * Puts what is fastest and small on such a device in the place of what is automatic: a GPU takes
 * large batches and is faster with samples of 16 bit; a processor has to convert those, and gets a
 * frame for each thread.
 */
void
bb_recipe_values_settle (BbRecipeValues *values, gboolean gpu)
{
  if (values->batch == BB_BATCH_AUTO)
    values->batch = gpu ? 32 : CLAMP ((int) g_get_num_processors (), 4, 16);
  if (values->precision == BB_PRECISION_AUTO)
    values->precision = gpu ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
}

gboolean
bb_recipe_check_range (const BbRecipeValue *value, double number, GError **error)
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
                 _ ("“%s” is %s %s: choose a value from %s to %s %s"), field->key, text[0], unit,
                 text[1], text[2], unit);
  else
    g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("“%s” is %s: choose a value from %s to %s"),
                 field->key, text[0], text[1], text[2]);
  return FALSE;
}

/* Foreign text for a message: on one line and of bounded length. */
char *
bb_recipe_shorten (const char *text)
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
is_gpu (const char *device)
{
  const char *index = device + strlen ("cuda:");

  return g_str_has_prefix (device, "cuda:") && *index != '\0' && strlen (index) <= 3 &&
         strspn (index, "0123456789") == strlen (index);
}

/* GPUs may be several, for the workers of a render in turn. */
static gboolean
check_device (const char *device, GError **error)
{
  g_auto (GStrv) ids = g_strsplit (device, ",", -1);
  gboolean good = *ids != NULL;
  g_autofree char *shown = NULL;

  if (g_str_equal (device, "auto") || g_str_equal (device, "cpu"))
    return TRUE;
  for (gsize i = 0; ids[i] != NULL; i++)
    good = good && is_gpu (ids[i]);
  if (good)
    return TRUE;
  shown = bb_recipe_shorten (device);
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _ ("“device” is “%s”: choose “auto”, “cpu” or “cuda:N”"), shown);
  return FALSE;
}

/* Names of encoders and presets go to FFmpeg as they are. */
static gboolean
check_name (const BbRecipeValue *value, const char *name, GError **error)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && *c != '-')
      {
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _ ("“%s” may only have letters, digits, “-” and “_”: write it without others"),
                     value->field.key);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_text (BbRecipeValues *values, const BbRecipeValue *value, GError **error)
{
  const char *text = *string_at (values, value);

  if (value->kind == KIND_STRING)
    return value->offset == AT (device) ? check_device (text, error)
                                        : check_name (value, text, error);
  if (*text == '\0' || g_path_is_absolute (text))
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               _ ("“%s” is not the whole path of a file: write it from “/” on"), value->field.key);
  return FALSE;
}

/* Nanoseconds as seconds, exact. */
char *
bb_recipe_format_time (gint64 time)
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
check_crop (const char *key, double first, double second, GError **error)
{
  /* As written in decimals: 0.58 and 0.4 are a hair more than 0.98. */
  if (first + second <= MOST_CROP + 1e-9)
    return TRUE;
  g_set_error (
    error, BB_ERROR, BB_ERROR_INVALID,
    /* Translators: a setting, such as “crop-left”, and a number: of the two opposite sides */
    _ ("“%s” and the crop opposite to it leave nothing of the picture: choose at most %g for "
       "both together"),
    key, MOST_CROP);
  return FALSE;
}

static gboolean
check (BbRecipeValues *values, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const BbRecipeValue *value = &table[i];
      double number = 0.0;

      switch (value->kind)
        {
        case KIND_STRING:
        case KIND_FILE:
          if (*string_at (values, value) == NULL)
            *string_at (values, value) = value->fallback_string;
          if (!check_text (values, value, error))
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
      if (!bb_recipe_check_range (value, number, error))
        return FALSE;
    }
  if (values->end != -1 && values->end <= values->start)
    {
      g_autofree char *start = bb_recipe_format_time (values->start);
      g_autofree char *end = bb_recipe_format_time (values->end);

      g_set_error (
        error, BB_ERROR, BB_ERROR_INVALID,
        values->end == values->start
          ? _ ("The trim from %s s to %s s has no length: choose an end after the start")
          : _ ("The trim starts at %s s but ends at %s s: choose an end after the start"),
        start, end);
      return FALSE;
    }
  if (values->background == BB_BACKGROUND_PICTURE && *values->picture == '\0')
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INVALID,
                           _ ("“background” is “picture”, but “picture” names no file: name one"));
      return FALSE;
    }
  return check_crop ("crop-left", values->crop_left, values->crop_right, error) &&
         check_crop ("crop-top", values->crop_top, values->crop_bottom, error);
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
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (is_text (&table[i]))
      *string_at (&recipe->values, &table[i]) = g_intern_string (*string_at (&checked, &table[i]));
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
  g_free (recipe);
}

/**
 * bb_recipe_get:
 * @recipe: a recipe
 *
 * Returns: its values, which live as long as @recipe. Strings in them are interned: a copy stays valid
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
