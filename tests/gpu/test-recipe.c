/* test-recipe.c: recipes: defaults, validation, text and files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-recipe.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>

static const char *const numeric_keys[] = {
  "width",          "height",     "zoom",
  "offset-x",       "offset-y",   "corner-radius",
  "shadow",         "blur",       "dim",
  "saturation",     "start",      "end",
  "batch",          "quality",    "background-zoom",
  "position-x",     "position-y", "crop-left",
  "crop-top",       "crop-right", "crop-bottom",
  "gradient-angle", "logo-x",     "logo-y",
  "logo-margin",    "logo-size",  "logo-opacity",
};

static BbRecipe *
recipe_with (const char *key, const char *text, GError **error)
{
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  if (!bb_recipe_values_parse (&values, key, text, error))
    return NULL;
  return bb_recipe_new (&values, error);
}

static void
assert_refused (const char *key, const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = recipe_with (key, text, &error);

  if (recipe != NULL)
    g_error ("%s was taken as %s", text, key);
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipeValues values;
  const BbRecipeValues *v;

  bb_recipe_values_init (&values);
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  v = bb_recipe_get (recipe);
  g_assert_cmpint (v->width, ==, 1080);
  g_assert_cmpint (v->height, ==, 1920);
  g_assert_cmpfloat (v->zoom, ==, 0);
  g_assert_cmpfloat (v->offset_x, ==, 0);
  g_assert_cmpfloat (v->offset_y, ==, 0);
  g_assert_cmpfloat (v->corner_radius, ==, 0);
  g_assert_cmpfloat (v->shadow, ==, 0);
  g_assert_cmpint (v->background, ==, BB_BACKGROUND_BLUR);
  g_assert_cmpuint (v->color, ==, 0);
  g_assert_cmpfloat (v->blur, ==, 60);
  g_assert_cmpfloat (v->background_zoom, ==, 1);
  g_assert_cmpfloat (v->dim, ==, 0);
  g_assert_cmpfloat (v->saturation, ==, 1);
  g_assert_cmpstr (v->picture, ==, "");
  g_assert_cmpstr (v->logo, ==, "");
  g_assert_cmpint (v->logo_place, ==, BB_LOGO_BOTTOM_RIGHT);
  g_assert_cmpfloat (v->logo_size, ==, 0.2);
  g_assert_cmpfloat (v->logo_opacity, ==, 1);
  g_assert_cmpint (v->start, ==, 0);
  g_assert_cmpint (v->end, ==, -1);
  g_assert_cmpint (v->batch, ==, BB_BATCH_AUTO);
  g_assert_cmpint (v->precision, ==, BB_PRECISION_AUTO);
  g_assert_cmpstr (v->device, ==, "auto");
  g_assert_cmpint (v->codec, ==, BB_CODEC_H264);
  g_assert_cmpstr (v->encoder, ==, "auto");
  g_assert_cmpint (v->quality, ==, -1);
  g_assert_cmpstr (v->preset, ==, "");
  g_assert_cmpint (v->audio, ==, BB_AUDIO_COPY);
}

static char *
format_number (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.10g", number));
}

/* The ends of each range are taken, and what lies just outside is refused. */
static void
test_ranges (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numeric_keys); i++)
    {
      const BbRecipeField *field = bb_recipe_get_field (numeric_keys[i]);
      double inside[2];
      double outside[2];

      g_assert_nonnull (field);
      g_assert_cmpstr (field->key, ==, numeric_keys[i]);
      inside[0] = field->minimum;
      inside[1] = field->maximum;
      outside[0] = field->minimum - 2;
      outside[1] = field->maximum + 1;
      for (int k = 0; k < 2; k++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (BbRecipe) recipe = NULL;
          g_autoptr (BbRecipe) refused = NULL;
          /* A trim must not be empty: its end is a bit later than the least value. */
          g_autofree char *text = g_str_equal (numeric_keys[i], "end") && k == 0
                                    ? g_strdup ("0.001")
                                    : format_number (inside[k]);
          g_autofree char *bad = format_number (outside[k]);
          BbRecipeValues values;

          bb_recipe_values_init (&values);
          g_assert_true (bb_recipe_values_parse (&values, numeric_keys[i], text, &error));
          recipe = bb_recipe_new (&values, &error);
          g_assert_no_error (error);
          refused = recipe_with (numeric_keys[i], bad, &error);
          g_assert_null (refused);
          g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
          g_assert_nonnull (strstr (error->message, numeric_keys[i]));
          if (field->unit[0] != '\0')
            g_assert_nonnull (strstr (error->message, field->unit));
        }
    }
  g_assert_null (bb_recipe_get_field ("device"));
  g_assert_null (bb_recipe_get_field ("nonsense"));
}

static void
test_not_numbers (void)
{
  static const double bad[] = { NAN, INFINITY, -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = NULL;
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.saturation = bad[i];
      recipe = bb_recipe_new (&values, &error);
      g_assert_null (recipe);
      g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
    }
}

static void
test_messages (void)
{
  assert_refused ("blur", "1200", "“blur” is 1200 px: choose a value from 0 to 1000 px");
  assert_refused ("blur", "1e999", "“blur” is “1e999”: write a number of px");
  assert_refused ("blur", "nan", "“blur” is “nan”: write a number of px");
  assert_refused ("blur", "inf", "“blur” is “inf”: write a number of px");
  assert_refused ("blur", "0x10", "“blur” is “0x10”: write a number of px");
  assert_refused ("blur", "", "“blur” is “”: write a number of px");
  assert_refused ("blur", "6,5", "“blur” is “6,5”: write a number of px");
  assert_refused ("zoom", "8.5", "“zoom” is 8.5: choose a value from -0.9 to 8");
  assert_refused ("rotate", "45", "“rotate” is “45”: choose one of “0”, “90”, “180”, “270”");
  assert_refused ("width", "1080.5", "“width” is “1080.5”: write a whole number of px");
  assert_refused ("width", "99999999999",
                  "“width” is 99999999999 px: choose a value from 2 to 16384 px");
  assert_refused ("precision", "fp8", "“precision” is “fp8”: choose one of “fp16”, “fp32”, “auto”");
  assert_refused ("batch", "0", "“batch” is 0 frames: choose a value from 1 to 256 frames");
  assert_refused ("batch", "all", "“batch” is “all”: write a whole number of frames, or “auto”");
  assert_refused ("codec", "vp9", "“codec” is “vp9”: choose one of “h264”, “hevc”, “av1”");
  assert_refused ("device", "gpu", "“device” is “gpu”: choose “auto”, “cpu” or “cuda:N”");
  assert_refused ("device", "cuda:", "“device” is “cuda:”: choose “auto”, “cpu” or “cuda:N”");
  assert_refused ("color", "red", "“color” is “red”: write it as #rrggbb");
  assert_refused ("color", "#12345g", "“color” is “#12345g”: write it as #rrggbb");
  assert_refused ("color", "#-12345", "“color” is “#-12345”: write it as #rrggbb");
  assert_refused ("encoder", "lib x264",
                  "“encoder” may only have letters, digits, “-” and “_”: write it without others");
  assert_refused ("nonsense", "1", "a recipe has no value named “nonsense”: remove it");
  assert_refused ("device", "a\nb\xff", "“device” is “a�b�”: choose “auto”, “cpu” or “cuda:N”");
}

static void
test_trim (void)
{
  g_autoptr (GError) error = NULL;
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.start = values.end = 1500000000;
  g_assert_null (bb_recipe_new (&values, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "The trim from 1.5 s to 1.5 s has no length: choose an end after the start");
  g_clear_error (&error);
  values.end = 1499999999;
  g_assert_null (bb_recipe_new (&values, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "The trim starts at 1.5 s but ends at 1.499999999 s: choose an end after the "
                   "start");
  g_clear_error (&error);
  values.start = values.end = 0;
  g_assert_null (bb_recipe_new (&values, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
}

/* Each side may be cropped nearly away, but not with the one opposite to it. */
static void
test_crop (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  values.crop_left = 0.58;
  values.crop_right = 0.4;
  values.crop_top = 0.98;
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  values.crop_bottom = 0.01;
  g_assert_null (bb_recipe_new (&values, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "“crop-top” and the crop opposite to it leave nothing of the picture: choose at "
                   "most 0.98 for both together");
}

static void
test_times (void)
{
  static const struct {
    const char *text;
    gint64 nanoseconds;
  } good[] = {
    { "0", 0 },
    { "12.5", 12500000000 },
    { "0.1", 100000000 },
    { "0.000000001", 1 },
    { "90", 90000000000 },
    { "359999.999999999", 359999999999999 },
    { "360000", 360000000000000 },
  };
  static const char *const bad[] = {
    "",     "-1", "1.2.3", "+1", "1s", "inf", "1e3", "1,5", "99999999999999999999", "1.0000000001",
    "none",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = recipe_with ("start", good[i].text, &error);
      g_autoptr (BbRecipe) copy = NULL;
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (bb_recipe_get (recipe)->start, ==, good[i].nanoseconds);
      text = bb_recipe_to_string (recipe);
      copy = bb_recipe_new_from_string (text, &error);
      g_assert_no_error (error);
      g_assert_cmpint (bb_recipe_get (copy)->start, ==, good[i].nanoseconds);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      if (bb_recipe_values_parse (&values, "start", bad[i], &error))
        g_error ("“%s” was taken as a time", bad[i]);
      g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
      g_assert_cmpint (values.start, ==, 0);
    }
}

static void
test_generations (void)
{
  g_autoptr (BbRecipe) a = recipe_with ("blur", "10", NULL);
  g_autoptr (BbRecipe) b = recipe_with ("blur", "10", NULL);
  g_autoptr (BbRecipe) c = g_boxed_copy (BB_TYPE_RECIPE, a);

  g_assert_cmpuint (bb_recipe_get_generation (a), >, 0);
  g_assert_cmpuint (bb_recipe_get_generation (b), >, bb_recipe_get_generation (a));
  g_assert_true (bb_recipe_equal (a, b));
  g_assert_true (a == c);
}

/* A recipe that differs from the default in one value only, for each value. */
static void
test_equality (void)
{
  static const char *const changes[][2] = {
    { "width", "2" },         { "height", "3" },
    { "zoom", "1" },          { "offset-x", "-1" },
    { "offset-y", "0.5" },    { "corner-radius", "8" },
    { "shadow", "0.25" },     { "background", "color" },
    { "color", "#000001" },   { "blur", "60.0000001" },
    { "dim", "1" },           { "background-zoom", "2" },
    { "saturation", "0" },    { "start", "1.5" },
    { "end", "1.5" },         { "batch", "1" },
    { "precision", "fp16" },  { "device", "cuda:1" },
    { "codec", "av1" },       { "encoder", "none" },
    { "quality", "0" },       { "preset", "slow" },
    { "audio", "none" },      { "position-x", "0.25" },
    { "position-y", "-1" },   { "rotate", "270" },
    { "mirror", "both" },     { "crop-left", "0.5" },
    { "crop-top", "0.98" },   { "crop-right", "0.1" },
    { "crop-bottom", "0.3" },
  };
  g_autoptr (BbRecipe) plain = recipe_with ("zoom", "0", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = recipe_with (changes[i][0], changes[i][1], &error);
      g_autoptr (BbRecipe) copy = NULL;
      g_autofree char *text = NULL;
      g_autofree char *line = g_strdup_printf ("\n%s=%s\n", changes[i][0], changes[i][1]);

      g_assert_no_error (error);
      g_assert_false (bb_recipe_equal (plain, recipe));
      text = bb_recipe_to_string (recipe);
      g_assert_nonnull (strstr (text, line));
      copy = bb_recipe_new_from_string (text, &error);
      g_assert_no_error (error);
      g_assert_true (bb_recipe_equal (recipe, copy));
    }
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (int i = 0; i < 300; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = NULL;
      g_autoptr (BbRecipe) copy = NULL;
      g_autofree char *text = NULL;
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.width = g_rand_int_range (random, 2, 16385);
      values.zoom = g_rand_double_range (random, -0.9, 8);
      values.position_x = g_rand_double_range (random, -1, 1);
      values.rotate = (BbRotate) (i % 4);
      values.mirror = (BbMirror) (i / 4 % 4);
      values.crop_top = g_rand_double_range (random, 0, 0.9);
      values.offset_x = g_rand_double_range (random, -16384, 16384);
      values.offset_y = i == 0 ? 5e-324 : g_rand_double_range (random, -1e-9, 1e-9);
      values.blur = g_rand_double_range (random, 0, 1000);
      values.color = g_rand_int (random) & 0xFFFFFF;
      values.start = g_rand_int (random) * (gint64) 1000;
      values.end = values.start + 1 + g_rand_int (random);
      values.precision = i % 3;
      values.batch = i % 257;
      values.codec = i % 3;
      values.audio = i % 3;
      values.encoder = i % 2 ? "libx264" : "ffv1";
      values.quality = i % 64;
      recipe = bb_recipe_new (&values, &error);
      g_assert_no_error (error);
      text = bb_recipe_to_string (recipe);
      copy = bb_recipe_new_from_string (text, &error);
      g_assert_no_error (error);
      g_assert_true (bb_recipe_equal (recipe, copy));
    }
}

static void
assert_text (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new_from_string (text, &error);

  g_assert_null (recipe);
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "This is no recipe that can be used: "));
  g_assert_true (g_str_has_suffix (error->message, message));
}

static void
test_text (void)
{
  static const char not_a_recipe[] =
    "it has to have a group [Blurbox Recipe] and lines of KEY=VALUE";
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;

  assert_text ("", not_a_recipe);
  assert_text ("hello\n", not_a_recipe);
  assert_text ("[Desktop Entry]\nName=x\n", not_a_recipe);
  assert_text ("[Blurbox Recipe]\nblur\n", not_a_recipe);
  assert_text ("[Blurbox Recipe]\nblurr=3\n", "a recipe has no value named “blurr”: remove it");
  assert_text ("[Blurbox Recipe]\nblur=3\n[Extra]\n",
               "a recipe has no group named “Extra”: remove it");
  assert_text ("[Blurbox Recipe]\nblur=-3\n", "“blur” is -3 px: choose a value from 0 to 1000 px");
  assert_text ("[Blurbox Recipe]\nversion=0\n", "its version is “0”: write 1");
  assert_text ("[Blurbox Recipe]\nversion=2\nfuture=1\n",
               "it was made by a newer Blurbox (its version is 2, this Blurbox reads 1): update "
               "Blurbox");

  recipe = bb_recipe_new_from_string ("# mine\n\n[Blurbox Recipe]\nversion=1\nblur = 12.5 \n"
                                      "end=60\nencoder=ffv1\n",
                                      &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (bb_recipe_get (recipe)->blur, ==, 12.5);
  g_assert_cmpint (bb_recipe_get (recipe)->end, ==, 60000000000);
  g_assert_cmpstr (bb_recipe_get (recipe)->encoder, ==, "ffv1");
  g_assert_cmpint (bb_recipe_get (recipe)->batch, ==, BB_BATCH_AUTO);
}

/* What is automatic depends on the device; what was written stays. */
static void
test_automatic (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe =
    bb_recipe_new_from_string ("[Blurbox Recipe]\nversion=1\nbatch=auto\nprecision=auto\n", &error);
  g_autoptr (BbRecipe) old =
    bb_recipe_new_from_string ("[Blurbox Recipe]\nversion=1\nbatch=32\nprecision=fp16\n", NULL);
  g_autofree char *text = NULL;
  BbRecipeValues values;

  g_assert_no_error (error);
  text = bb_recipe_to_string (recipe);
  g_assert_nonnull (strstr (text, "\nbatch=auto\nprecision=auto\n"));
  values = *bb_recipe_get (recipe);
  bb_recipe_values_settle (&values, TRUE);
  g_assert_cmpint (values.batch, ==, 32);
  g_assert_cmpint (values.precision, ==, BB_PRECISION_FP16);
  values = *bb_recipe_get (recipe);
  bb_recipe_values_settle (&values, FALSE);
  g_assert_cmpint (values.batch, >=, 4);
  g_assert_cmpint (values.batch, <=, 16);
  g_assert_cmpint (values.precision, ==, BB_PRECISION_FP32);
  for (int card = 0; card < 2; card++)
    {
      values = *bb_recipe_get (old);
      bb_recipe_values_settle (&values, card);
      g_assert_cmpint (values.batch, ==, 32);
      g_assert_cmpint (values.precision, ==, BB_PRECISION_FP16);
    }

  /* A control cannot leave the range, but goes back to the default. */
  bb_recipe_values_set_number (&values, "batch", -3);
  g_assert_cmpint (values.batch, ==, 1);
  bb_recipe_values_set_number (&values, "batch", bb_recipe_get_field ("batch")->fallback);
  g_assert_cmpint (values.batch, ==, BB_BATCH_AUTO);
}

/* Mutated and random bytes either make a valid recipe or a one-line error. */
static void
test_garbage (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  g_autoptr (BbRecipe) plain = recipe_with ("blur", "61.25", NULL);
  g_autofree char *text = bb_recipe_to_string (plain);
  g_autofree char *folder = g_dir_make_tmp ("blurbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "garbage", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gsize length = strlen (text);

  for (int i = 0; i < 600; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = NULL;
      g_autofree char *bytes = g_memdup2 (text, length);
      gsize n = length;

      if (i % 4 == 0)
        for (gsize k = 0; k < length; k++)
          bytes[k] = (char) g_rand_int_range (random, 0, 256);
      else
        {
          for (int k = g_rand_int_range (random, 1, 6); k > 0; k--)
            bytes[g_rand_int_range (random, 0, (int) length)] =
              i % 4 == 1 ? (char) g_rand_int_range (random, 0, 256)
                         : "=[]\n#-.:0123456789e\0\\;"[g_rand_int_range (random, 0, 23)];
          n = (gsize) g_rand_int_range (random, 0, (int) length + 1);
        }
      g_assert_true (
        g_file_set_contents_full (path, bytes, (gssize) n, G_FILE_SET_CONTENTS_NONE, 0666, NULL));
      recipe = bb_recipe_new_from_file (file, &error);
      if (recipe == NULL)
        {
          g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
          g_assert_null (strchr (error->message, '\n'));
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
        }
    }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("blurbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "n\xc3\xa4me \xff.recipe", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "where", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *message = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) linked = g_file_new_for_path (link);
  g_autoptr (GFile) directory = g_file_new_for_path (folder);
  g_autoptr (GFile) missing = g_file_new_for_path (nowhere);
  g_autoptr (GFile) null = g_file_new_for_path ("/dev/null");
  g_autoptr (GFile) endless = g_file_new_for_path ("/dev/zero");
  g_autoptr (GFile) full = g_file_new_for_path ("/dev/full");
  g_autoptr (BbRecipe) recipe = recipe_with ("blur", "12", NULL);
  g_autoptr (BbRecipe) other = recipe_with ("blur", "13", NULL);
  g_autoptr (BbRecipe) copy = NULL;
  g_autoptr (GDir) dir = NULL;
  GStatBuf info;
  int n = 0;

  g_assert_true (bb_recipe_save (recipe, file, &error));
  g_assert_no_error (error);
  copy = bb_recipe_new_from_file (file, &error);
  g_assert_no_error (error);
  g_assert_true (bb_recipe_equal (recipe, copy));
  g_clear_pointer (&copy, bb_recipe_unref);

  /* A link stays one, and its target gets the text. */
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_true (bb_recipe_save (other, linked, &error));
  g_assert_cmpint (g_lstat (link, &info), ==, 0);
  g_assert_true (S_ISLNK (info.st_mode));
  copy = bb_recipe_new_from_file (file, &error);
  g_assert_no_error (error);
  g_assert_true (bb_recipe_equal (other, copy));

  g_assert_null (bb_recipe_new_from_file (missing, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
  message = g_strdup_printf ("Cannot read the recipe “%s”, because there is no such file: choose "
                             "another file",
                             nowhere);
  g_assert_cmpstr (error->message, ==, message);
  g_clear_error (&error);
  g_assert_null (bb_recipe_new_from_file (directory, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_null (bb_recipe_new_from_file (endless, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_false (bb_recipe_save (recipe, missing, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_OUTPUT);
  g_clear_error (&error);
  g_assert_false (bb_recipe_save (recipe, directory, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_OUTPUT);
  g_clear_error (&error);
  g_assert_false (bb_recipe_save (recipe, full, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_OUTPUT);
  g_clear_error (&error);
  g_assert_true (bb_recipe_save (recipe, null, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat ("/dev/null", &info), ==, 0);
  g_assert_true (S_ISCHR (info.st_mode));

  g_unlink (link);
  dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_assert_cmpint (n, ==, 1);
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Files beside a recipe are found when the folder has moved; others are where they were. */
static void
test_named_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("blurbox-XXXXXX", NULL);
  g_autofree char *moved = g_strconcat (folder, "-moved", NULL);
  static const struct {
    const char *name; /* from the folder where it is no whole path */
    const char *text; /* in the file; NULL where it is an address */
  } cases[] = {
    { "logo.png", "logo=logo.png\n" },
    { "sub/l\xc3\xb6go 1.svg", "logo=sub/l\xc3\xb6go 1.svg\n" },
    { "/elsewhere/logo.png", "logo=/elsewhere/logo.png\n" },
    { "/else\n \xff where.png ", "logo=file:///else%0A%20%FF%20where.png%20\n" },
    { "file:name", NULL },
    { " name ", NULL },
    { "name\n", NULL },
    { "\xff", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean whole = cases[i].name[0] == '/';
      g_autofree char *path =
        whole ? g_strdup (cases[i].name) : g_build_filename (folder, cases[i].name, NULL);
      g_autofree char *expected = cases[i].text == NULL || whole
                                    ? g_strdup (path)
                                    : g_build_filename (moved, cases[i].name, NULL);
      g_autofree char *from = g_build_filename (folder, "look.recipe", NULL);
      g_autofree char *to = g_build_filename (moved, "look.recipe", NULL);
      g_autoptr (GFile) saved = g_file_new_for_path (from);
      g_autoptr (GFile) read = g_file_new_for_path (to);
      g_autoptr (BbRecipe) recipe = NULL;
      g_autoptr (BbRecipe) copy = NULL;
      g_autoptr (BbRecipe) again = NULL;
      g_autofree char *whole_text = NULL;
      g_autofree char *text = NULL;
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.logo = path;
      recipe = bb_recipe_new (&values, &error);
      g_assert_no_error (error);
      g_assert_true (bb_recipe_save (recipe, saved, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (from, &text, NULL, NULL));
      if (cases[i].text != NULL)
        g_assert_nonnull (strstr (text, cases[i].text));
      g_assert_cmpint (g_rename (folder, moved), ==, 0);
      copy = bb_recipe_new_from_file (read, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (bb_recipe_get (copy)->logo, ==, expected);
      g_assert_cmpint (g_rename (moved, folder), ==, 0);
      g_unlink (from);
      /* Without a file they are whole. */
      whole_text = bb_recipe_to_string (recipe);
      again = bb_recipe_new_from_string (whole_text, &error);
      g_assert_no_error (error);
      g_assert_true (bb_recipe_equal (recipe, again));
    }
  g_rmdir (folder);
}

static void
test_pictures (void)
{
  BbRecipeValues values;
  g_autoptr (GError) error = NULL;

  assert_refused ("background", "picture",
                  "“background” is “picture”, but “picture” names no file: name one");
  assert_refused (
    "logo", "file://elsewhere/logo.png",
    "“logo” is “file://elsewhere/logo.png”: write the name of a file on this machine");
  bb_recipe_values_init (&values);
  values.logo = "logo.png";
  g_assert_null (bb_recipe_new (&values, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
}

/* Each value belongs to one part: taken over with it, and with no other. */
static void
test_parts (void)
{
  static const struct {
    const char *key;
    const char *text;
    BbRecipePart part;
  } values[] = {
    { "width", "720", BB_RECIPE_LOOK },         { "corner-radius", "9", BB_RECIPE_LOOK },
    { "background", "color", BB_RECIPE_LOOK },  { "blur", "7", BB_RECIPE_LOOK },
    { "zoom", "0.5", BB_RECIPE_FRAMING },       { "offset-x", "3", BB_RECIPE_FRAMING },
    { "position-y", "0.5", BB_RECIPE_FRAMING }, { "rotate", "90", BB_RECIPE_FRAMING },
    { "mirror", "both", BB_RECIPE_FRAMING },    { "crop-top", "0.5", BB_RECIPE_FRAMING },
    { "start", "1.5", BB_RECIPE_TRIM },         { "end", "2", BB_RECIPE_TRIM },
    { "codec", "av1", BB_RECIPE_OUTPUT },       { "encoder", "ffv1", BB_RECIPE_OUTPUT },
    { "batch", "3", BB_RECIPE_WORK },           { "device", "cpu", BB_RECIPE_WORK },
    { "picture", "/a.png", BB_RECIPE_LOOK },    { "logo-place", "free", BB_RECIPE_LOOK },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = recipe_with (values[i].key, values[i].text, &error);

      g_assert_no_error (error);
      for (guint bit = 0; bit < 5; bit++)
        {
          BbRecipePart part = (BbRecipePart) (1u << bit);
          gboolean own = part == values[i].part;
          BbRecipeValues to;
          g_autofree char *text = NULL;
          g_autofree char *wanted = bb_recipe_values_format (bb_recipe_get (recipe), values[i].key);

          bb_recipe_values_init (&to);
          g_assert_cmpint (bb_recipe_values_equal_parts (&to, bb_recipe_get (recipe), part), ==,
                           !own);
          bb_recipe_values_copy_parts (&to, bb_recipe_get (recipe), part);
          text = bb_recipe_values_format (&to, values[i].key);
          g_assert_cmpint (g_str_equal (text, wanted), ==, own);
          g_assert_true (bb_recipe_values_equal_parts (&to, bb_recipe_get (recipe), part));
        }
    }
}

int
main (int argc, char *argv[])
{
  /* Numbers must not depend on the locale; where this one is missing, C is used. */
  setlocale (LC_ALL, "de_DE.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/defaults", test_defaults);
  g_test_add_func ("/recipe/ranges", test_ranges);
  g_test_add_func ("/recipe/not-numbers", test_not_numbers);
  g_test_add_func ("/recipe/messages", test_messages);
  g_test_add_func ("/recipe/trim", test_trim);
  g_test_add_func ("/recipe/crop", test_crop);
  g_test_add_func ("/recipe/times", test_times);
  g_test_add_func ("/recipe/generations", test_generations);
  g_test_add_func ("/recipe/equality", test_equality);
  g_test_add_func ("/recipe/round-trip", test_round_trip);
  g_test_add_func ("/recipe/text", test_text);
  g_test_add_func ("/recipe/garbage", test_garbage);
  g_test_add_func ("/recipe/files", test_files);
  g_test_add_func ("/recipe/named-files", test_named_files);
  g_test_add_func ("/recipe/pictures", test_pictures);
  g_test_add_func ("/recipe/automatic", test_automatic);
  g_test_add_func ("/recipe/parts", test_parts);
  return g_test_run ();
}
