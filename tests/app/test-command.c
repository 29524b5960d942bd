/* test-command.c: a render as a line for the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-command.h"
#include "bb-options.h"
#include "bb-targets.h"

#include <string.h>

#define INPUT "/films/clip.mp4"
#define OUTPUT "/films/tall.mp4"

static BbRecipe *
new_recipe (const BbRecipeValues *values)
{
  g_autoptr (GError) error = NULL;
  BbRecipe *recipe = bb_recipe_new (values, &error);

  g_assert_no_error (error);
  return recipe;
}

/* What a shell makes of the line. */
static GStrv
split (const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *script =
    g_strdup_printf ("blurbox-render () { for w; do printf '%%s\\0' \"$w\"; done; }\n%s", line);
  g_autoptr (GSubprocess) shell =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "bash", "-c", script, NULL);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autoptr (GBytes) output = NULL;
  const char *data;
  gsize size;

  g_assert_no_error (error);
  g_subprocess_communicate (shell, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (shell));
  g_strv_builder_add (words, "blurbox-render");
  data = g_bytes_get_data (output, &size);
  for (gsize i = 0; i < size; i += strlen (data + i) + 1)
    g_strv_builder_add (words, data + i);
  return g_strv_builder_end (words);
}

static void
assert_comes_back (const BbRecipeValues *values, const char *input, const char *output)
{
  g_autoptr (BbRecipe) recipe = new_recipe (values);
  g_autofree char *line = bb_command_new (recipe, input, output, FALSE);
  g_auto (GStrv) words = split (line);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbOptions) options = bb_options_new ((const char *const *) words, &error);
  g_autofree char *expected = bb_recipe_to_string (recipe);
  g_autofree char *back = NULL;
  BbTarget *target;

  g_assert_true (g_utf8_validate (line, -1, NULL));
  if (error != NULL)
    g_error ("%s: %s", line, error->message);
  back = bb_recipe_to_string (options->recipe);
  g_assert_cmpstr (back, ==, expected);
  g_assert_true (bb_recipe_equal (recipe, options->recipe));
  g_assert_cmpuint (options->targets->len, ==, 1);
  target = options->targets->pdata[0];
  g_assert_cmpstr (target->input, ==, input);
  g_assert_cmpstr (target->output, ==, output);
  g_assert_false (options->overwrite);
}

static void
test_default (void)
{
  BbRecipeValues values;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autofree char *line = NULL;
  g_autofree char *replacing = NULL;

  bb_recipe_values_init (&values);
  recipe = new_recipe (&values);
  line = bb_command_new (recipe, INPUT, OUTPUT, FALSE);
  g_assert_cmpstr (line, ==, "blurbox-render -o " OUTPUT " " INPUT);
  replacing = bb_command_new (recipe, INPUT, OUTPUT, TRUE);
  g_assert_cmpstr (replacing, ==, "blurbox-render --overwrite -o " OUTPUT " " INPUT);
}

/* One value at a time: the option is there, and nothing else. */
static void
test_each (void)
{
  static const struct {
    const char *key;
    const char *text;
    const char *option;
  } cases[] = {
    { "width", "720", "--size 720x1920" },
    { "height", "1350", "--size 1080x1350" },
    { "zoom", "0.25", "--zoom 0.25" },
    { "offset-x", "-120.5", "--offset=-120.5,0" },
    { "offset-y", "40", "--offset 0,40" },
    { "position-x", "-0.25", "--position=-0.25,0" },
    { "position-y", "0.5", "--position 0,0.5" },
    { "rotate", "270", "--rotate 270" },
    { "mirror", "both", "--mirror both" },
    { "crop-left", "0.1", "--crop 0.1,0,0,0" },
    { "crop-bottom", "0.25", "--crop 0,0,0,0.25" },
    { "corner-radius", "33.5", "--corner-radius 33.5" },
    { "shadow", "0.7", "--shadow 0.7" },
    { "background", "color", "--background '#000000'" },
    { "blur", "0", "--blur 0" },
    { "background-zoom", "1.5", "--background-zoom 1.5" },
    { "dim", "0.1", "--dim 0.1" },
    { "saturation", "0", "--saturation 0" },
    { "start", "65.000000001", "--start 65.000000001" },
    { "end", "100.5", "--end 100.5" },
    { "batch", "1", "--batch 1" },
    { "precision", "fp16", "--precision fp16" },
    { "precision", "fp32", "--precision fp32" },
    { "device", "cpu", "--device cpu" },
    { "codec", "hevc", "--codec hevc" },
    { "encoder", "libx264", "--encoder libx264" },
    { "quality", "0", "--quality 0" },
    { "preset", "slow", "--preset slow" },
    { "audio", "none", "--audio none" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *expected =
        g_strdup_printf ("blurbox-render %s -o " OUTPUT " " INPUT, cases[i].option);
      g_autofree char *line = NULL;
      g_autoptr (BbRecipe) recipe = NULL;
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      g_assert_true (bb_recipe_values_parse (&values, cases[i].key, cases[i].text, &error));
      g_assert_no_error (error);
      recipe = new_recipe (&values);
      line = bb_command_new (recipe, INPUT, OUTPUT, FALSE);
      g_assert_cmpstr (line, ==, expected);
      assert_comes_back (&values, INPUT, OUTPUT);
    }
}

/* Values as dragging makes them, with all their digits. */
static void
test_random (void)
{
  static const char *const numbers[] = {
    "zoom", "offset-x",   "offset-y", "corner-radius", "shadow",    "blur", "background-zoom",
    "dim",  "saturation", "batch",    "position-x",    "position-y"
  };
  static const char *const encoders[] = { "auto", "libx264", "ffv1" };

  for (int i = 0; i < 40; i++)
    {
      const char *encoder = encoders[g_test_rand_int_range (0, 3)];
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      for (gsize k = 0; k < G_N_ELEMENTS (numbers); k++)
        {
          const BbRecipeField *field = bb_recipe_get_field (numbers[k]);

          bb_recipe_values_set_number (&values, numbers[k],
                                       g_test_rand_double_range (field->minimum, field->maximum));
        }
      values.width = g_test_rand_int_range (1, 2000) * 2;
      values.height = g_test_rand_int_range (1, 2000) * 2;
      values.background = g_test_rand_int_range (0, 5);
      if (values.background != BB_BACKGROUND_BLUR && values.background != BB_BACKGROUND_MIRROR)
        values.color = (guint32) g_test_rand_int_range (0, 0x1000000);
      if (values.background == BB_BACKGROUND_GRADIENT)
        {
          values.gradient_color = (guint32) g_test_rand_int_range (0, 0x1000000);
          values.gradient_angle = g_test_rand_double_range (0, 360);
        }
      if (values.background == BB_BACKGROUND_PICTURE)
        values.picture = "/pictures/it's \xff\n there.jpg";
      if (g_test_rand_bit ())
        {
          values.logo = "/pictures/-logo.svg";
          values.logo_place = g_test_rand_int_range (0, 5);
          if (values.logo_place == BB_LOGO_FREE)
            values.logo_x = g_test_rand_double_range (0, 1);
          values.logo_margin = g_test_rand_double_range (0, 0.5);
          values.logo_size = g_test_rand_double_range (0.01, 1);
          values.logo_opacity = g_test_rand_double_range (0, 1);
        }
      values.start = g_test_rand_int_range (0, 1000000);
      values.start *= 1000003;
      values.end =
        g_test_rand_int_range (0, 2) ? -1 : values.start + g_test_rand_int_range (1, 1000000);
      values.precision = g_test_rand_int_range (0, 3);
      values.audio = g_test_rand_int_range (0, 3);
      values.codec = g_test_rand_int_range (0, 3);
      values.encoder = encoder;
      if (!g_str_equal (encoder, "ffv1"))
        values.quality = g_test_rand_int_range (-1, 52);
      assert_comes_back (&values, INPUT, "/films/tall.mkv");
    }
}

/* A colour that does not show is not worth an option. */
static void
test_hidden_color (void)
{
  BbRecipeValues values;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autofree char *line = NULL;

  bb_recipe_values_init (&values);
  values.color = 0x204a87;
  recipe = new_recipe (&values);
  line = bb_command_new (recipe, INPUT, OUTPUT, FALSE);
  g_assert_cmpstr (line, ==, "blurbox-render -o " OUTPUT " " INPUT);
}

static void
test_quoting (void)
{
  static const char *const names[] = {
    "/a b/c d.mp4",           "/it's/here.mp4",   "/$HOME/`id`.mp4",  "/a\\b/c\"d.mp4",
    "/new\nline/x.mp4",       "/gr\303\274n.mp4", "/!!/*?[a].mp4",    "/-o/--overwrite.mp4",
    "/latin\374/caf\351.mp4", "/tab\t/'\"\\.mp4", "/;&|<>(){}#~.mp4", "/latin\374'\\ $x\n.mp4",
  };
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      assert_comes_back (&values, names[i], OUTPUT);
      assert_comes_back (&values, INPUT, names[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command/default", test_default);
  g_test_add_func ("/command/each", test_each);
  g_test_add_func ("/command/random", test_random);
  g_test_add_func ("/command/hidden-color", test_hidden_color);
  g_test_add_func ("/command/quoting", test_quoting);
  return g_test_run ();
}
