/* bb-options.c: the command line of blurbox-render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-options-private.h"

#include "bb-columns.h"
#include "bb-jobs.h"
#include "bb-look-options.h"
#include "bb-targets.h"
#include "blurbox.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Length of the canvas' short side where only its shape is given. */
#define SHORT_SIDE 1080

/* One option: what it is called, what it takes and what it does. A row without a name is a heading
 * of the help. */
typedef struct {
  const char *name;
  const char *argument;
  const char *key; /* the value of the recipe that it sets */
  const char *text;
  char letter;
  gboolean range; /* whether the help shows the key's range and default */
} Option;

static const Option rows[] = {
  { NULL, NULL, NULL, N_ ("Files:") },
  { "output", N_ ("FILE|DIR"), NULL, N_ ("file to write, or folder (made if it ends in “/”);"),
    'o' },
  { "and", NULL, NULL, N_ ("make another file of each INPUT too; options after it are its own") },
  { "overwrite", NULL, NULL, N_ ("replace files that are there") },
  { "recipe", N_ ("FILE"), NULL, N_ ("start from a saved recipe; other options change it") },
  { "save-recipe", N_ ("FILE"), NULL, N_ ("save what the options say as a recipe") },
  { "stats", N_ ("FILE"), NULL, N_ ("write figures of the render as JSON") },

  { NULL, NULL, NULL, N_ ("Canvas:") },
  { "size", N_ ("WxH"), NULL, N_ ("width and height, 2 to 16384 px (default 1080x1920)") },
  { "aspect", N_ ("W:H"), NULL, N_ ("shape, with a short side of 1080 px, such as 9:16") },

  { NULL, NULL, NULL, N_ ("Picture:") },
  { "zoom", N_ ("Z"), "zoom", N_ ("0 fits in, 1 fills, 2 is twice that, -0.5 half of 0"), 0, TRUE },
  { "position", N_ ("X,Y"), NULL, N_ ("move right and down, -1 to 1: parts of the canvas") },
  { "offset", N_ ("X,Y"), NULL, N_ ("move on by -16384 to 16384 px (default 0,0)") },
  { "crop", N_ ("L,T,R,B"), NULL, N_ ("leave out parts of the source, such as 0,0.1,0,0.1") },
  { "rotate", N_ ("DEGREES"), "rotate", N_ ("turn clockwise: 0 (default), 90, 180 or 270") },
  { "mirror", N_ ("HOW"), "mirror", N_ ("none (default), horizontal, vertical or both") },
  { "corner-radius", N_ ("R"), "corner-radius", N_ ("round corners"), 0, TRUE },
  { "shadow", N_ ("S"), "shadow", N_ ("strength of the shadow"), 0, TRUE },

  { NULL, NULL, NULL, N_ ("Background:") },
  { "background", N_ ("KIND"), NULL,
    N_ ("blur (default), mirror, a color such as #204a87, or two") },
  { "gradient-angle", N_ ("A"), "gradient-angle", N_ ("from the first color to the second"), 0,
    TRUE },
  { "picture", N_ ("FILE"), NULL, N_ ("a picture in the background, as large as the canvas") },
  { "blur", N_ ("R"), "blur", N_ ("blur radius"), 0, TRUE },
  { "background-zoom", N_ ("Z"), "background-zoom", N_ ("1 just covers the canvas"), 0, TRUE },
  { "dim", N_ ("D"), "dim", N_ ("darken"), 0, TRUE },
  { "saturation", N_ ("S"), "saturation", N_ ("strength of colors"), 0, TRUE },

  { NULL, NULL, NULL, N_ ("Logo:") },
  { "logo", N_ ("FILE"), "logo", N_ ("a picture over all: PNG, SVG and others") },
  { "logo-place", N_ ("PLACE"), NULL, N_ ("bottom-right (default), another corner, or X,Y") },
  { "logo-margin", N_ ("M"), "logo-margin", N_ ("distance from the corner, of the short side"), 0,
    TRUE },
  { "logo-size", N_ ("S"), "logo-size", N_ ("width, of the canvas' width"), 0, TRUE },
  { "logo-opacity", N_ ("O"), "logo-opacity", N_ ("how much of it is seen"), 0, TRUE },

  { NULL, NULL, NULL, N_ ("Trim:") },
  { "start", N_ ("TIME"), "start", N_ ("begin there: 12.5, MM:SS.mmm or HH:MM:SS.mmm") },
  { "end", N_ ("TIME"), "end", N_ ("stop there, counted from the input's beginning") },

  { NULL, NULL, NULL, N_ ("Output:") },
  { "codec", N_ ("CODEC"), "codec", N_ ("h264 (default), hevc or av1") },
  { "encoder", N_ ("NAME"), "encoder", N_ ("auto (default), libx264, …, ffv1 (lossless), none") },
  { "quality", N_ ("N"), "quality", N_ ("the encoder's own CRF or CQ; less is better") },
  { "preset", N_ ("NAME"), "preset", N_ ("the encoder's own, such as slow or 6") },
  { "audio", N_ ("HOW"), "audio", N_ ("copy (default), encode or none") },

  { NULL, NULL, NULL, N_ ("Work:") },
  { "device", N_ ("DEVICE"), "device", N_ ("auto (default), cpu, cuda:N or cuda:N,cuda:M") },
  { "batch", N_ ("N"), "batch", N_ ("frames in a batch, 1 to 256, or auto (default)") },
  { "precision", N_ ("P"), "precision", N_ ("fp16, fp32 or auto (default)") },
  { "workers", N_ ("N"), NULL, N_ ("segments made at once, 1 to 32, or auto (default)") },
  { "fresh", NULL, NULL, N_ ("begin anew where an unfinished render left something") },
  { "auto-tune", NULL, NULL, N_ ("measure which batch and precision are fastest with INPUT") },
  { "quiet", NULL, NULL, N_ ("print errors only"), 'q' },

  { NULL, NULL, NULL, N_ ("Many machines:") },
  { "plan", N_ ("DIR"), NULL, N_ ("plan the render in a new folder, render nothing") },
  { "segment", N_ ("N[-M]"), NULL, N_ ("make these segments of the plan in the folder INPUT") },
  { "join", N_ ("DIR"), NULL, N_ ("join the segments of a plan") },
  { "print-jobs", N_ ("KIND"), NULL,
    N_ ("print jobs that do all this: slurm, parallel or kubernetes") },

  { NULL, NULL, NULL, N_ ("Information:") },
  { "list-devices", NULL, NULL, N_ ("show what can do the work") },
  { "list-encoders", NULL, NULL, N_ ("show the encoders and their qualities") },
  { "version", NULL, NULL, N_ ("show the version") },
  { "help", NULL, NULL, N_ ("show this help"), 'h' },
};

static const char *
find_name (const char *option)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].name != NULL &&
        (g_str_has_prefix (option, "--") ? g_str_equal (rows[i].name, option + 2)
                                         : rows[i].letter != 0 && rows[i].letter == option[1]))
      return rows[i].name;
  g_assert_not_reached ();
}

/* The value of the recipe that an option sets. */
const char *
bb_options_get_key (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].name != NULL && g_str_equal (rows[i].name, name))
      return rows[i].key;
  return NULL;
}

/* Collects texts by the option's long name, for each output; of an option given twice the last one counts.
 * What only shows something does so wherever it stands. */
static gboolean
collect_cb (const char *option, const char *value, gpointer data, GError **error)
{
  static const char *const shows[] = { "help", "version", "list-devices", "list-encoders", NULL };
  GPtrArray *outputs = data;
  const char *name = find_name (option);
  guint number = g_strv_contains (shows, name) ? 0 : outputs->len - 1;

  if (g_str_equal (name, "and"))
    g_ptr_array_add (outputs, g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free));
  else
    g_hash_table_insert (outputs->pdata[number], (gpointer) name,
                         g_strdup (value != NULL ? value : ""));
  return TRUE;
}

/* The options of each output: what stands before the first “--and”, between two of them and after the
 * last one. */
static GPtrArray *
collect (const char *const *argv, GStrv *inputs, GError **error)
{
  g_autoptr (GPtrArray) given =
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("main", "", "", given, NULL);
  g_auto (GStrv) arguments = g_strdupv ((char **) argv);
  g_autoptr (GError) local_error = NULL;
  GOptionEntry rest = { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, inputs };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GOptionEntry entry = { 0 };

      if (rows[i].name == NULL)
        continue;
      entry.long_name = rows[i].name;
      entry.short_name = rows[i].letter;
      entry.flags = rows[i].argument != NULL ? G_OPTION_FLAG_FILENAME : G_OPTION_FLAG_NO_ARG;
      entry.arg = G_OPTION_ARG_CALLBACK;
      entry.arg_data = (gpointer) collect_cb;
      g_array_append_val (entries, entry);
    }
  g_array_append_val (entries, rest);
  g_ptr_array_add (given, g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free));
  g_option_group_add_entries (group, (GOptionEntry *) (gpointer) entries->data);
  g_option_context_set_main_group (context, group);
  g_option_context_set_help_enabled (context, FALSE);
  if (!g_option_context_parse_strv (context, &arguments, &local_error))
    {
      /* GLib quotes what was written, which may be in no encoding at all. */
      g_autofree char *shown = g_utf8_make_valid (local_error->message, -1);

      g_set_error_literal (error, local_error->domain, local_error->code, shown);
      return NULL;
    }
  return g_steal_pointer (&given);
}

static gboolean
refuse (GError **error, const char *option, const char *text, const char *advice)
{
  g_autofree char *shown = g_utf8_make_valid (text, -1);

  g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("“--%s” cannot be “%s”: %s"), option, shown,
               advice);
  return FALSE;
}

/* Recipes have seconds; people also write hours and minutes. */
static gboolean
set_time (BbRecipeValues *values, const char *option, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  guint n = g_strv_length (parts);
  const char *advice = _ ("write seconds such as 12.5, MM:SS or HH:MM:SS");
  g_autofree char *fraction = NULL;
  g_autofree char *seconds = NULL;
  char *point;
  guint64 whole = 0;

  if (g_str_equal (option, "end") && g_str_equal (text, "none"))
    return bb_recipe_values_parse (values, option, text, error);
  if (n < 1 || n > 3)
    return refuse (error, option, text, advice);
  point = strchr (parts[n - 1], '.');
  if (point != NULL)
    {
      fraction = g_strdup (point);
      *point = '\0';
      if (strspn (fraction + 1, G_CSET_DIGITS) != strlen (fraction + 1) || strlen (fraction) < 2 ||
          strlen (fraction) > 10)
        return refuse (error, option, text, advice);
    }
  for (guint i = 0; i < n; i++)
    {
      guint64 number;

      if (!g_ascii_string_to_unsigned (parts[i], 10, 0, i > 0 ? 59 : 1000000, &number, NULL))
        return refuse (error, option, text, advice);
      whole = whole * 60 + number;
    }
  seconds = g_strdup_printf ("%" G_GUINT64_FORMAT "%s", whole, fraction != NULL ? fraction : "");
  return bb_recipe_values_parse (values, option, seconds, error);
}

static gboolean
set_list (BbRecipeValues *values, const char *option, const char *text, const char *separator,
          const char *const *keys, guint n, const char *advice, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, separator, -1);

  if (g_strv_length (parts) != n)
    return refuse (error, option, text, advice);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) reason = NULL;

      if (bb_recipe_values_parse (values, keys[i], parts[i], &reason))
        continue;
      if (parts[i][0] == '\0' || strspn (parts[i], "0123456789.-") != strlen (parts[i]))
        return refuse (error, option, text, advice);
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_pair (BbRecipeValues *values, const char *option, const char *text, const char *separator,
          const char *const keys[2], const char *advice, GError **error)
{
  return set_list (values, option, text, separator, keys, 2, advice, error);
}

/* Where the picture is, and what of it is seen. */
static gboolean
set_framing (BbRecipeValues *values, GHashTable *given, GError **error)
{
  static const char *const offset_keys[] = { "offset-x", "offset-y" };
  static const char *const position_keys[] = { "position-x", "position-y" };
  static const char *const crop_keys[] = { "crop-left", "crop-top", "crop-right", "crop-bottom" };
  const char *offset = g_hash_table_lookup (given, "offset");
  const char *position = g_hash_table_lookup (given, "position");
  const char *crop = g_hash_table_lookup (given, "crop");

  return (offset == NULL || set_pair (values, "offset", offset, ",", offset_keys,
                                      _ ("write X,Y in pixels, such as 0,-120"), error)) &&
         (position == NULL ||
          set_pair (values, "position", position, ",", position_keys,
                    _ ("write X,Y as parts of the canvas, such as 0,-0.1"), error)) &&
         (crop == NULL ||
          set_list (values, "crop", crop, ",", crop_keys, G_N_ELEMENTS (crop_keys),
                    _ ("write LEFT,TOP,RIGHT,BOTTOM as parts of the source, such as 0,0.1,0,0.1"),
                    error));
}

static gboolean
set_size (BbRecipeValues *values, const char *text, GError **error)
{
  static const char *const keys[] = { "width", "height" };

  return set_pair (values, "size", text,
                   strstr (text, "×") != NULL   ? "×"
                   : strchr (text, 'X') != NULL ? "X"
                                                : "x",
                   keys, _ ("write WIDTHxHEIGHT in pixels, such as 1080x1920"), error);
}

static gboolean
parse_shape (const char *text, double shape[2])
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);

  if (g_strv_length (parts) != 2)
    return FALSE;
  for (int i = 0; i < 2; i++)
    {
      char *rest;

      if (!g_ascii_isdigit (parts[i][0]) || strspn (parts[i], "0123456789.") != strlen (parts[i]))
        return FALSE;
      shape[i] = g_ascii_strtod (parts[i], &rest);
      if (*rest != '\0' || !isfinite (shape[i]) || shape[i] <= 0)
        return FALSE;
    }
  return TRUE;
}

/* The long side of a canvas of that shape, an even number as most encoders need it. */
static double
get_long_side (const double shape[2], double short_side)
{
  return 2 * round (short_side * MAX (shape[0], shape[1]) / MIN (shape[0], shape[1]) / 2);
}

static gboolean
set_aspect (BbRecipeValues *values, const char *text, const char *size, GError **error)
{
  double shape[2];
  double side;
  gboolean wide;

  if (!parse_shape (text, shape))
    return refuse (error, "aspect", text, _ ("write WIDTH:HEIGHT, such as 9:16"));
  wide = shape[0] > shape[1];
  if (size != NULL)
    {
      side = get_long_side (shape, MIN (values->width, values->height));
      if (fabs (side - (wide ? values->width : values->height)) <= 2)
        return TRUE;
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("A size of %d×%d does not have the aspect %s: leave out --size or --aspect"),
                   values->width, values->height, text);
      return FALSE;
    }
  side = get_long_side (shape, SHORT_SIDE);
  if (side > bb_recipe_get_field ("width")->maximum)
    return refuse (error, "aspect", text, _ ("choose a shape that is not so long"));
  values->width = wide ? (int) side : SHORT_SIDE;
  values->height = wide ? SHORT_SIDE : (int) side;
  return TRUE;
}

/* What an output after “--and” does not say is as for the first one; it has that one's trim and work also
 * where it says another recipe. */
BbRecipe *
bb_options_make_recipe (GHashTable *given, const BbRecipe *first, GError **error)
{
  const char *file_name = g_hash_table_lookup (given, "recipe");
  const char *size = g_hash_table_lookup (given, "size");
  const char *aspect = g_hash_table_lookup (given, "aspect");
  g_autoptr (BbRecipe) base = NULL;
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  if (first != NULL)
    bb_options_begin_output (&values, first, given);
  if (file_name != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (file_name);

      base = bb_recipe_new_from_file (file, error);
      if (base == NULL)
        return NULL;
      values = *bb_recipe_get (base);
      if (first != NULL)
        bb_recipe_values_copy_parts (&values, bb_recipe_get (first),
                                     BB_RECIPE_TRIM | BB_RECIPE_WORK);
    }
  if ((size != NULL && !set_size (&values, size, error)) ||
      (aspect != NULL && !set_aspect (&values, aspect, size, error)) ||
      !bb_look_options_set (&values, g_hash_table_lookup (given, "background"),
                            g_hash_table_lookup (given, "picture"),
                            g_hash_table_lookup (given, "logo-place"), error) ||
      !set_framing (&values, given, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *text = rows[i].key != NULL ? g_hash_table_lookup (given, rows[i].name) : NULL;

      if (text == NULL)
        continue;
      if (!g_utf8_validate (text, -1, NULL) && !g_str_equal (rows[i].argument, "FILE"))
        {
          refuse (error, rows[i].name, text, _ ("write it as plain text"));
          return NULL;
        }
      if (g_str_equal (rows[i].argument, "TIME")
            ? !set_time (&values, rows[i].name, text, error)
            : !bb_recipe_values_parse (&values, rows[i].key, text, error))
        return NULL;
    }
  return bb_recipe_new (&values, error);
}

static gboolean
is_same_file (const char *a, const char *b)
{
  GStatBuf info_a;
  GStatBuf info_b;

  if (a == NULL || b == NULL)
    return FALSE;
  if (g_stat (a, &info_a) == 0 && g_stat (b, &info_b) == 0)
    return info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
  return g_str_equal (a, b);
}

static gboolean
is_in_targets (const char *path, const GPtrArray *targets)
{
  for (guint i = 0; i < targets->len; i++)
    {
      const BbTarget *target = targets->pdata[i];

      if (is_same_file (path, target->input) || is_same_file (path, target->output))
        return TRUE;
    }
  return FALSE;
}

/* Figures and recipes are small, what they might replace is not. */
static gboolean
check_side_file (const BbOptions *options, const char *name, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  gboolean clash = is_in_targets (path, options->targets);

  for (guint i = 0; i < options->more->len && !clash; i++)
    clash = is_in_targets (path, ((const BbOptionsOutput *) options->more->pdata[i])->targets);
  if (clash || *path == '\0' || g_str_equal (path, "-") || g_file_test (path, G_FILE_TEST_IS_DIR))
    return refuse (error, name, shown, _ ("choose another file"));
  if (g_str_equal (name, "save-recipe") && !options->overwrite &&
      g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return refuse (error, name, shown,
                   _ ("it is there already; choose another file or add "
                      "--overwrite"));
  return TRUE;
}

/* A name or address that is no file would reach FFmpeg's protocols or wait for the terminal. */
static gboolean
check_inputs (GStrv inputs, GError **error)
{
  for (gsize i = 0; inputs[i] != NULL; i++)
    if (g_str_equal (inputs[i], "-") || inputs[i][0] == '\0')
      {
        g_set_error (error, BB_ERROR, BB_ERROR_INPUT,
                     _ ("“%s” is not the name of a video: name a file, such as clip.mp4"),
                     inputs[i]);
        return FALSE;
      }
  return TRUE;
}

/* Nothing is rendered, so nothing that only a render has makes sense. */
static gboolean
check_tune (GHashTable *given, GStrv inputs, GError **error)
{
  static const char *const useless[] = { "output", "stats" };

  for (gsize i = 0; i < G_N_ELEMENTS (useless); i++)
    if (g_hash_table_contains (given, useless[i]))
      {
        g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                     _ ("“--auto-tune” renders nothing: leave out “--%s”"), useless[i]);
        return FALSE;
      }
  if (inputs != NULL && g_strv_length (inputs) == 1)
    return TRUE;
  g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT,
                       _ ("“--auto-tune” measures with one video: write blurbox-render --auto-tune "
                          "clip.mp4"));
  return FALSE;
}

static gboolean
set_workers (BbOptions *options, const char *text, GError **error)
{
  guint64 number = 0;

  if (text != NULL && !g_str_equal (text, "auto") &&
      !g_ascii_string_to_unsigned (text, 10, 1, BB_RENDER_MAX_WORKERS, &number, NULL))
    return refuse (error, "workers", text, _ ("write a number from 1 to 32, or auto"));
  options->n_workers = (guint) number;
  return TRUE;
}

static gboolean
set_segments (BbOptions *options, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);
  guint64 first, last;

  if (g_strv_length (parts) > 2 || parts[0] == NULL ||
      !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXINT, &first, NULL))
    return refuse (error, "segment", text, _ ("write the number of a segment, or N-M"));
  last = first;
  if (parts[1] != NULL && !g_ascii_string_to_unsigned (parts[1], 10, first, G_MAXINT, &last, NULL))
    return refuse (error, "segment", text, _ ("write the number of a segment, or N-M"));
  options->first_segment = (guint) first;
  options->last_segment = (guint) last;
  return TRUE;
}

/* What goes together on the command line where a plan is made or worked on. */
static gboolean
check_plan (BbOptions *options, GHashTable *given, GStrv inputs, GError **error)
{
  guint n_inputs = inputs != NULL ? g_strv_length (inputs) : 0;

  switch (options->action)
    {
    case BB_ACTION_PLAN:
      options->plan = g_strdup (g_hash_table_lookup (given, "plan"));
      if (n_inputs == 1 && g_hash_table_contains (given, "output"))
        return TRUE;
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT,
                           _ ("“--plan” plans the render of one video: write blurbox-render --plan "
                              "DIR -o finished.mp4 clip.mp4"));
      return FALSE;
    case BB_ACTION_SEGMENT:
      if (!set_segments (options, g_hash_table_lookup (given, "segment"), error))
        return FALSE;
      options->plan = n_inputs == 1 ? g_strdup (inputs[0]) : NULL;
      if (n_inputs == 1)
        return TRUE;
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT,
                           _ ("“--segment” makes segments of one plan: write blurbox-render "
                              "--segment 0 DIR"));
      return FALSE;
    case BB_ACTION_JOIN:
      options->plan = g_strdup (g_hash_table_lookup (given, "join"));
      if (n_inputs == 0)
        return TRUE;
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT,
                           _ ("“--join” takes what is joined from its plan: write blurbox-render "
                              "--join DIR"));
      return FALSE;
    case BB_ACTION_PRINT_JOBS:
      options->scheduler = g_strdup (g_hash_table_lookup (given, "print-jobs"));
      options->plan = n_inputs == 1 ? g_strdup (inputs[0]) : NULL;
      if (!bb_jobs_is_scheduler (options->scheduler))
        return refuse (error, "print-jobs", options->scheduler,
                       _ ("write slurm, parallel or kubernetes"));
      if (n_inputs == 1)
        return TRUE;
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT,
                           _ ("“--print-jobs” prints the jobs of one plan: write blurbox-render "
                              "--print-jobs slurm DIR"));
      return FALSE;
    default:
      return TRUE;
    }
}

static BbAction
find_action (GHashTable *given)
{
  static const struct {
    const char *option;
    BbAction action;
  } actions[] = {
    { "help", BB_ACTION_HELP },
    { "version", BB_ACTION_VERSION },
    { "list-devices", BB_ACTION_LIST_DEVICES },
    { "list-encoders", BB_ACTION_LIST_ENCODERS },
    { "auto-tune", BB_ACTION_AUTO_TUNE },
    { "plan", BB_ACTION_PLAN },
    { "segment", BB_ACTION_SEGMENT },
    { "join", BB_ACTION_JOIN },
    { "print-jobs", BB_ACTION_PRINT_JOBS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_hash_table_contains (given, actions[i].option))
      return actions[i].action;
  return BB_ACTION_RENDER;
}

/**
 * bb_options_new:
 * @argv: (array zero-terminated=1): the program's arguments, its own name first, in the file
 *   system's own bytes
 * @error: return location for an error
 *
 * Understands a command line and checks everything that can be checked before any work. Options
 * override the values of `--recipe` wherever they stand. Numbers have a decimal point whatever
 * the locale.
 *
 * Returns: (transfer full): what to do, or %NULL with an error that is one sentence for the user
 */
BbOptions *
bb_options_new (const char *const *argv, GError **error)
{
  g_autoptr (BbOptions) options = g_new0 (BbOptions, 1);
  g_auto (GStrv) inputs = NULL;
  g_autoptr (GPtrArray) outputs = collect (argv, &inputs, error);
  GHashTable *given;
  const char *output;

  if (outputs == NULL)
    return NULL;
  given = outputs->pdata[0];
  options->action = find_action (given);
  if (options->action != BB_ACTION_RENDER && options->action < BB_ACTION_AUTO_TUNE)
    return g_steal_pointer (&options);

  if (outputs->len > 1 && !bb_options_check_outputs (outputs, error))
    return NULL;
  output = g_hash_table_lookup (given, "output");
  options->overwrite = g_hash_table_contains (given, "overwrite");
  options->quiet = g_hash_table_contains (given, "quiet");
  options->stats = g_strdup (g_hash_table_lookup (given, "stats"));
  options->save_recipe = g_strdup (g_hash_table_lookup (given, "save-recipe"));
  options->fresh = g_hash_table_contains (given, "fresh");
  if (!set_workers (options, g_hash_table_lookup (given, "workers"), error) ||
      !check_plan (options, given, inputs, error))
    return NULL;
  if (options->action >= BB_ACTION_SEGMENT)
    {
      options->recipe = bb_options_make_recipe (given, NULL, error);
      return options->recipe != NULL ? g_steal_pointer (&options) : NULL;
    }
  if (options->action == BB_ACTION_AUTO_TUNE)
    {
      if (!check_tune (given, inputs, error))
        return NULL;
      options->tune_input = g_strdup (inputs[0]);
    }
  if (inputs == NULL && (options->save_recipe == NULL || output != NULL || options->stats != NULL))
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT,
                           _ ("No video is named: write blurbox-render clip.mp4, or blurbox-render "
                              "--help to see the options"));
      return NULL;
    }
  if (inputs == NULL)
    inputs = g_new0 (char *, 1);
  if (!check_inputs (inputs, error))
    return NULL;
  options->recipe = bb_options_make_recipe (given, NULL, error);
  if (options->recipe == NULL)
    return NULL;
  if (options->action == BB_ACTION_AUTO_TUNE)
    options->targets = g_ptr_array_new ();
  else
    options->targets =
      bb_targets_new ((const char *const *) inputs, output, options->recipe, error);
  if (options->targets == NULL || !bb_options_add_outputs (options, outputs, inputs, error) ||
      (options->stats != NULL && !check_side_file (options, "stats", options->stats, error)) ||
      (options->save_recipe != NULL &&
       !check_side_file (options, "save-recipe", options->save_recipe, error)))
    return NULL;
  if (is_same_file (options->save_recipe, options->tune_input))
    {
      refuse (error, "save-recipe", options->save_recipe, _ ("choose another file"));
      return NULL;
    }
  if (is_same_file (options->stats, options->save_recipe))
    {
      refuse (error, "stats", options->stats, _ ("it is the file of --save-recipe"));
      return NULL;
    }
  options->new_folder = bb_targets_get_new_folder (output);
  return g_steal_pointer (&options);
}

/**
 * bb_options_free:
 * @options: (transfer full): options
 */
void
bb_options_free (BbOptions *options)
{
  g_clear_pointer (&options->recipe, bb_recipe_unref);
  g_clear_pointer (&options->targets, g_ptr_array_unref);
  g_clear_pointer (&options->more, g_ptr_array_unref);
  g_free (options->tune_input);
  g_free (options->new_folder);
  g_free (options->save_recipe);
  g_free (options->stats);
  g_free (options->plan);
  g_free (options->scheduler);
  g_free (options);
}

static void
append_range (GString *text, const char *key)
{
  const BbRecipeField *field = bb_recipe_get_field (key);

  if (*field->unit != '\0')
    /* Translators: what an option takes, as in “, 0 to 1000 px (default 60)” */
    g_string_append_printf (text, _ (", %g to %g %s (default %g)"), field->minimum, field->maximum,
                            bb_recipe_field_get_unit (field), field->fallback);
  else
    g_string_append_printf (text, _ (", %g to %g (default %g)"), field->minimum, field->maximum,
                            field->fallback);
}

/* An option as the left column of the help has it. */
static char *
format_option (const Option *row)
{
  return g_strdup_printf ("  %c%c%s--%s%s%s", row->letter != 0 ? '-' : ' ',
                          row->letter != 0 ? row->letter : ' ', row->letter != 0 ? ", " : "  ",
                          row->name, row->argument != NULL ? " " : "",
                          row->argument != NULL ? _ (row->argument) : "");
}

/**
 * bb_options_get_help:
 *
 * Returns: (transfer full): the text of `--help`: each option with its range, unit and default
 */
char *
bb_options_get_help (void)
{
  GString *text = g_string_new (NULL);
  int column = 0;

  g_string_append (text, _ ("Usage: blurbox-render [OPTIONS] INPUT…\n\n"
                            "Reframes videos: the picture sits sharp in the middle, a blurred copy "
                            "fills the frame.\n"));
  /* Words for values are longer in some languages. */
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].name != NULL)
      {
        g_autofree char *left = format_option (&rows[i]);

        column = MAX (column, bb_columns_get (left) + 2);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Option *row = &rows[i];
      g_autofree char *left = NULL;

      if (row->name == NULL)
        {
          g_string_append_printf (text, "\n%s\n", _ (row->text));
          continue;
        }
      left = format_option (row);
      g_string_append_printf (text, "%s%*s%s", left, column - bb_columns_get (left), "",
                              _ (row->text));
      if (row->range)
        append_range (text, row->key);
      g_string_append_c (text, '\n');
      if (g_str_equal (row->name, "output"))
        g_string_append_printf (text, "%*s%s\n", column, "",
                                _ ("without it NAME-1080x1920.mp4 beside the input"));
    }
  g_string_append (text, _ ("\nExit status: 0 all done, 1 a render failed, 2 wrong usage;\n"
                            "with a plan also 65 the plan is not of this source, recipe or build,\n"
                            "66 segments are missing, 75 try again.\n"
                            "The manual page blurbox-render(1) says more.\n"));
  return g_string_free (text, FALSE);
}
