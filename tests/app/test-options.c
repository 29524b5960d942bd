/* test-options.c: the command line, figures and progress of blurbox-render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-options.h"
#include "bb-progress.h"
#include "bb-stats.h"
#include "bb-targets.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>

/* An empty folder that the tests run in. */
static char *folder;

static BbOptions *
parse (GError **error, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  const char *argument;
  va_list list;

  g_ptr_array_add (argv, (gpointer) "blurbox-render");
  va_start (list, error);
  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) argument);
  va_end (list);
  g_ptr_array_add (argv, NULL);
  return bb_options_new ((const char *const *) argv->pdata, error);
}

static void
assert_refused_at (int line, const char *message, BbOptions *options, GError *error)
{
  if (options != NULL)
    g_error ("line %d: nothing was refused", line);
  if (message != NULL && strstr (error->message, message) == NULL)
    g_error ("line %d: “%s” lacks “%s”", line, error->message, message);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_error_free (error);
}

#define assert_refused(message, ...)                                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GError *refused_error = NULL;                                                                  \
    BbOptions *refused = parse (&refused_error, __VA_ARGS__, NULL);                                \
    assert_refused_at (__LINE__, message, refused, refused_error);                                 \
  }                                                                                                \
  G_STMT_END

static GError *last_error;

static BbOptions *
assert_taken_at (int line, BbOptions *options)
{
  if (options == NULL)
    g_error ("line %d: %s", line, last_error->message);
  return options;
}

#define parse_good(...) assert_taken_at (__LINE__, parse (&last_error, __VA_ARGS__, NULL))

static const BbRecipeValues *
get_values (const BbOptions *options)
{
  return bb_recipe_get (options->recipe);
}

static const BbTarget *
get_target (const BbOptions *options, guint index)
{
  g_assert_cmpuint (index, <, options->targets->len);
  return options->targets->pdata[index];
}

static void
test_defaults (void)
{
  g_autoptr (BbOptions) options = parse_good ("clip.mp4");
  g_autoptr (BbRecipe) plain = NULL;
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  plain = bb_recipe_new (&values, NULL);
  g_assert_cmpint (options->action, ==, BB_ACTION_RENDER);
  g_assert_true (bb_recipe_equal (options->recipe, plain));
  g_assert_false (options->overwrite);
  g_assert_false (options->quiet);
  g_assert_null (options->stats);
  g_assert_null (options->save_recipe);
  g_assert_null (options->new_folder);
  g_assert_cmpuint (options->targets->len, ==, 1);
  g_assert_cmpstr (get_target (options, 0)->input, ==, "clip.mp4");
  g_assert_cmpstr (get_target (options, 0)->output, ==, "clip-1080x1920.mp4");
}

static void
test_values (void)
{
  g_autoptr (BbOptions) options = parse_good (
    "--size", "720x1280", "--zoom=0.5", "--offset", "-10,20.5", "--corner-radius", "8", "--shadow",
    "0.25", "--blur", "90", "--background-zoom", "1.5", "--dim", "0.3", "--saturation", "0.8",
    "--start", "1:02.5", "--end", "1:00:00.000000001", "--batch", "16", "--precision", "fp32",
    "--device", "cpu", "--codec", "hevc", "--quality", "26", "--preset", "slow", "--audio",
    "encode", "--overwrite", "-q", "--stats", "s.json", "--position", "-0.5,0.25", "--rotate", "90",
    "--mirror", "vertical", "--crop", "0.1,0,0.2,0.05", "-o", "out.mkv", "clip.mp4");
  const BbRecipeValues *values = get_values (options);

  g_assert_cmpint (values->width, ==, 720);
  g_assert_cmpint (values->height, ==, 1280);
  g_assert_cmpfloat (values->zoom, ==, 0.5);
  g_assert_cmpfloat (values->offset_x, ==, -10);
  g_assert_cmpfloat (values->offset_y, ==, 20.5);
  g_assert_cmpfloat (values->position_x, ==, -0.5);
  g_assert_cmpfloat (values->position_y, ==, 0.25);
  g_assert_cmpint (values->rotate, ==, BB_ROTATE_90);
  g_assert_cmpint (values->mirror, ==, BB_MIRROR_VERTICAL);
  g_assert_cmpfloat (values->crop_left, ==, 0.1);
  g_assert_cmpfloat (values->crop_top, ==, 0);
  g_assert_cmpfloat (values->crop_right, ==, 0.2);
  g_assert_cmpfloat (values->crop_bottom, ==, 0.05);
  g_assert_cmpfloat (values->corner_radius, ==, 8);
  g_assert_cmpfloat (values->shadow, ==, 0.25);
  g_assert_cmpfloat (values->blur, ==, 90);
  g_assert_cmpfloat (values->background_zoom, ==, 1.5);
  g_assert_cmpfloat (values->dim, ==, 0.3);
  g_assert_cmpfloat (values->saturation, ==, 0.8);
  g_assert_cmpint (values->start, ==, 62500000000);
  g_assert_cmpint (values->end, ==, 3600000000001);
  g_assert_cmpint (values->batch, ==, 16);
  g_assert_cmpint (values->precision, ==, BB_PRECISION_FP32);
  g_assert_cmpstr (values->device, ==, "cpu");
  g_assert_cmpint (values->codec, ==, BB_CODEC_HEVC);
  g_assert_cmpint (values->quality, ==, 26);
  g_assert_cmpstr (values->preset, ==, "slow");
  g_assert_cmpint (values->audio, ==, BB_AUDIO_ENCODE);
  g_assert_true (options->overwrite);
  g_assert_true (options->quiet);
  g_assert_cmpstr (options->stats, ==, "s.json");
  g_assert_cmpstr (get_target (options, 0)->output, ==, "out.mkv");
}

static void
test_canvas (void)
{
  static const struct {
    const char *aspect;
    int width;
    int height;
  } shapes[] = {
    { "9:16", 1080, 1920 }, { "1:1", 1080, 1080 },       { "4:5", 1080, 1350 },
    { "16:9", 1920, 1080 }, { "2.39:1", 2582, 1080 },    { "3:4", 1080, 1440 },
    { "5:4", 1350, 1080 },  { "1080:1920", 1080, 1920 }, { "10:19", 1080, 2052 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (BbOptions) options = parse_good ("--aspect", shapes[i].aspect, "clip.mp4");

      g_assert_cmpint (get_values (options)->width, ==, shapes[i].width);
      g_assert_cmpint (get_values (options)->height, ==, shapes[i].height);
    }
  for (int i = 0; i < 3; i++)
    {
      static const char *const sizes[] = { "540x960", "540X960", "540×960" };
      g_autoptr (BbOptions) options = parse_good ("--aspect", "9:16", "--size", sizes[i], "a.mp4");

      g_assert_cmpint (get_values (options)->width, ==, 540);
      g_assert_cmpint (get_values (options)->height, ==, 960);
    }
  assert_refused ("leave out --size or --aspect", "--aspect", "1:1", "--size", "540x960", "a.mp4");
  assert_refused ("leave out --size or --aspect", "--aspect", "16:9", "--size", "540x960", "a.mp4");
  assert_refused ("such as 1080x1920", "--size", "1080", "a.mp4");
  assert_refused ("such as 1080x1920", "--size", "1080x", "a.mp4");
  assert_refused ("such as 1080x1920", "--size", "1080x1920x3", "a.mp4");
  assert_refused ("such as 1080x1920", "--size", "wide", "a.mp4");
  assert_refused ("2 to 16384 px", "--size", "1x100", "a.mp4");
  assert_refused ("2 to 16384 px", "--size", "1080x16385", "a.mp4");
  assert_refused ("2 to 16384 px", "--size", "-1080x1920", "a.mp4");
  assert_refused ("such as 9:16", "--aspect", "0:16", "a.mp4");
  assert_refused ("such as 9:16", "--aspect", "9", "a.mp4");
  assert_refused ("such as 9:16", "--aspect", "-9:16", "a.mp4");
  assert_refused ("such as 9:16", "--aspect", "nan:1", "a.mp4");
  assert_refused ("such as 9:16", "--aspect", "1.2.3:1", "a.mp4");
  assert_refused ("so long", "--aspect", "1:100", "a.mp4");
}

static void
test_background (void)
{
  g_autoptr (BbOptions) color = parse_good ("--background", "#204a87", "a.mp4");
  g_autoptr (BbOptions) blur = parse_good ("--background", "#204a87", "--background=blur", "a.mp4");
  g_autoptr (BbOptions) mirror = parse_good ("--background", "mirror", "a.mp4");
  g_autoptr (BbOptions) gradient =
    parse_good ("--background", "#204a87,#f5c211", "--gradient-angle", "90", "a.mp4");
  g_autoptr (BbOptions) picture =
    parse_good ("--background", "#204a87", "--picture", "b \xff.png", "a.mp4");
  g_autofree char *here = g_canonicalize_filename ("b \xff.png", NULL);

  g_assert_cmpint (get_values (color)->background, ==, BB_BACKGROUND_COLOR);
  g_assert_cmphex (get_values (color)->color, ==, 0x204a87);
  g_assert_cmpint (get_values (blur)->background, ==, BB_BACKGROUND_BLUR);
  g_assert_cmpint (get_values (mirror)->background, ==, BB_BACKGROUND_MIRROR);
  g_assert_cmpint (get_values (gradient)->background, ==, BB_BACKGROUND_GRADIENT);
  g_assert_cmphex (get_values (gradient)->color, ==, 0x204a87);
  g_assert_cmphex (get_values (gradient)->gradient_color, ==, 0xf5c211);
  g_assert_cmpfloat (get_values (gradient)->gradient_angle, ==, 90);
  g_assert_cmpint (get_values (picture)->background, ==, BB_BACKGROUND_PICTURE);
  g_assert_cmpstr (get_values (picture)->picture, ==, here);
  g_assert_cmphex (get_values (picture)->color, ==, 0x204a87);
  assert_refused ("such as #204a87", "--background", "#204a87,#204a87,#204a87", "a.mp4");
  assert_refused ("such as #204a87", "--background", "#204a87,", "a.mp4");
  assert_refused ("the color below", "--background", "mirror", "--picture", "b.png", "a.mp4");
  assert_refused ("name a PNG", "--picture", "", "a.mp4");
  assert_refused ("0 to 360", "--gradient-angle", "361", "a.mp4");
  assert_refused ("such as #204a87", "--background", "red", "a.mp4");
  assert_refused ("such as #204a87", "--background", "#12345", "a.mp4");
  assert_refused ("such as #204a87", "--background", "color", "a.mp4");
}

static void
test_logo (void)
{
  g_autoptr (BbOptions) corner =
    parse_good ("--logo", "/pictures/logo.svg", "--logo-place", "top-left", "--logo-margin", "0.1",
                "--logo-size", "0.3", "--logo-opacity", "0.5", "a.mp4");
  g_autoptr (BbOptions) free = parse_good ("--logo", "l.png", "--logo-place", "0.25,1", "a.mp4");

  g_assert_cmpstr (get_values (corner)->logo, ==, "/pictures/logo.svg");
  g_assert_cmpint (get_values (corner)->logo_place, ==, BB_LOGO_TOP_LEFT);
  g_assert_cmpfloat (get_values (corner)->logo_margin, ==, 0.1);
  g_assert_cmpfloat (get_values (corner)->logo_size, ==, 0.3);
  g_assert_cmpfloat (get_values (corner)->logo_opacity, ==, 0.5);
  g_assert_cmpint (get_values (free)->logo_place, ==, BB_LOGO_FREE);
  g_assert_cmpfloat (get_values (free)->logo_x, ==, 0.25);
  g_assert_cmpfloat (get_values (free)->logo_y, ==, 1);
  assert_refused ("X,Y from 0,0", "--logo-place", "middle", "a.mp4");
  assert_refused ("X,Y from 0,0", "--logo-place", "free", "a.mp4");
  assert_refused ("X,Y from 0,0", "--logo-place", "0.5,1.5", "a.mp4");
  assert_refused ("0.01 to 1", "--logo-size", "0", "a.mp4");
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
    { "1:30", 90000000000 },
    { "01:30.250", 90250000000 },
    { "90:00", 5400000000000 },
    { "1:02:03.004", 3723004000000 },
    { "100:00:00", 360000000000000 },
  };
  static const char *const bad[] = {
    "",    ".5",   "5.",   "-1",    "1:60",  "1:60:00",      "1:2:3:4",
    "1:",  ":1",   "1:.5", "1.5:0", "1.2.3", "+1",           "1s",
    "inf", "1e3",  "1,5",  "none",  "1:-1",  "100:00:01",    " 1",
    "1 ",  "1:+1", "0x10", "::",    "1..5",  "1.0000000001", "99999999999999999999999",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (BbOptions) options = parse_good ("--start", good[i].text, "a.mp4");

      g_assert_cmpint (get_values (options)->start, ==, good[i].nanoseconds);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (NULL, "--start", bad[i], "a.mp4");
  assert_refused ("has no length", "--start", "1:00", "--end", "60", "a.mp4");
  assert_refused ("ends at 59.5 s", "--start", "1:00", "--end", "59.5", "a.mp4");
}

static void
test_refused (void)
{
  assert_refused ("--help", "--overwrite");
  assert_refused ("--help", "-o", "a.mp4");
  assert_refused ("--help", "--save-recipe", "a.recipe", "-o", "a.mp4");
  assert_refused ("--nonsense", "--nonsense", "a.mp4");
  assert_refused ("-x", "-x", "a.mp4");
  assert_refused ("--blur", "a.mp4", "--blur");
  assert_refused ("0 to 1000 px", "--blur", "1000.5", "a.mp4");
  assert_refused ("0 to 1000 px", "--blur", "-1", "a.mp4");
  assert_refused ("number of px", "--blur", "6,5", "a.mp4");
  assert_refused ("number of px", "--blur", "", "a.mp4");
  assert_refused ("plain text", "--blur", "\xff", "a.mp4");
  assert_refused ("X,Y", "--offset", "10", "a.mp4");
  assert_refused ("X,Y", "--offset", "10,", "a.mp4");
  assert_refused ("X,Y", "--offset", "10,20,30", "a.mp4");
  assert_refused ("16384 px", "--offset", "10,-20000", "a.mp4");
  assert_refused ("parts of the canvas", "--position", "10px,3", "a.mp4");
  assert_refused ("-1 to 1", "--position", "10,0", "a.mp4");
  assert_refused ("LEFT,TOP,RIGHT,BOTTOM", "--crop", "0.1,0.2", "a.mp4");
  assert_refused ("0 to 0.98", "--crop", "0,0,0,1", "a.mp4");
  assert_refused ("leave nothing", "--crop", "0.5,0,0.5,0", "a.mp4");
  assert_refused ("“90”", "--rotate", "45", "a.mp4");
  assert_refused ("1 to 256", "--batch", "0", "a.mp4");
  assert_refused ("1 to 256", "--batch", "257", "a.mp4");
  assert_refused ("“auto”", "--batch", "all", "a.mp4");
  assert_refused ("fp32", "--precision", "fp64", "a.mp4");
  assert_refused ("cuda:N", "--device", "gpu", "a.mp4");
  assert_refused ("hevc", "--codec", "vp8", "a.mp4");
  assert_refused ("libx264", "--encoder", "nonsense", "a.mp4");
  assert_refused ("51", "--quality", "60", "a.mp4");
  assert_refused ("slow", "--preset", "nonsense", "a.mp4");
  assert_refused ("encode", "--audio", "loud", "a.mp4");
  assert_refused ("not the name of a video", "-");
  assert_refused ("not the name of a video", "");
  assert_refused ("--output", "--encoder", "none", "-o", "a.mp4", "b.mp4");
  assert_refused ("empty", "-o", "", "a.mp4");
  assert_refused ("container", "-o", "out.xyz", "a.mp4");
  assert_refused ("out.webm", "-o", "out.webm", "a.mp4");
}

static void
test_dashes (void)
{
  g_autoptr (BbOptions) options = parse_good ("-o", "-out-.mp4", "--", "-a.mp4");
  g_autoptr (BbOptions) inside = parse_good ("a.mp4", "--overwrite", "--", "--blur");

  g_assert_cmpuint (options->targets->len, ==, 1);
  g_assert_cmpstr (get_target (options, 0)->input, ==, "-a.mp4");
  g_assert_cmpstr (get_target (options, 0)->output, ==, "-out-.mp4");
  g_assert_true (inside->overwrite);
  g_assert_cmpuint (inside->targets->len, ==, 2);
  g_assert_cmpstr (get_target (inside, 1)->input, ==, "--blur");
}

static void
test_actions (void)
{
  g_autoptr (BbOptions) help = parse_good ("--help", "a.mp4");
  g_autoptr (BbOptions) letter = parse_good ("-h");
  g_autoptr (BbOptions) version = parse_good ("--version");
  g_autoptr (BbOptions) devices = parse_good ("--list-devices");
  g_autoptr (BbOptions) encoders = parse_good ("--list-encoders");
  g_autoptr (BbOptions) tune =
    parse_good ("--auto-tune", "a.mp4", "--size", "90x160", "--device", "cpu");
  g_autofree char *text = bb_options_get_help ();

  g_assert_cmpint (help->action, ==, BB_ACTION_HELP);
  g_assert_cmpint (letter->action, ==, BB_ACTION_HELP);
  g_assert_cmpint (version->action, ==, BB_ACTION_VERSION);
  g_assert_cmpint (devices->action, ==, BB_ACTION_LIST_DEVICES);
  g_assert_cmpint (encoders->action, ==, BB_ACTION_LIST_ENCODERS);
  g_assert_cmpint (tune->action, ==, BB_ACTION_AUTO_TUNE);
  g_assert_cmpstr (tune->tune_input, ==, "a.mp4");
  g_assert_cmpint (bb_recipe_get (tune->recipe)->height, ==, 160);
  g_assert_cmpstr (bb_recipe_get (tune->recipe)->device, ==, "cpu");
  assert_refused ("with one video", "--auto-tune");
  assert_refused ("with one video", "--auto-tune", "a.mp4", "b.mp4");
  assert_refused ("leave out “--output”", "--auto-tune", "a.mp4", "-o", "b.mp4");
  assert_refused ("leave out “--stats”", "--auto-tune", "a.mp4", "--stats", "b.json");
  g_assert_nonnull (strstr (text, "--blur R"));
  g_assert_nonnull (strstr (text, "0 to 1000 px (default 60)"));
}

static void
touch (const char *name)
{
  g_assert_true (g_file_set_contents (name, "", 0, NULL));
}

static void
test_outputs (void)
{
  g_autoptr (BbOptions) beside = parse_good ("--encoder", "ffv1", "/films/a.b.mov", "sub/c", ".d");
  g_autoptr (BbOptions) none = parse_good ("--encoder", "none", "a.mp4", "b.mp4");
  g_autoptr (BbOptions) made = parse_good ("-o", "new/", "a.mp4", "x/b.mkv");
  g_autoptr (BbOptions) there = NULL;
  g_autoptr (BbOptions) bytes = parse_good ("--size", "2x2", "\xff\xfe.mp4");

  g_assert_cmpstr (get_target (beside, 0)->output, ==, "/films/a.b-1080x1920.mkv");
  g_assert_cmpstr (get_target (beside, 1)->output, ==, "sub/c-1080x1920.mkv");
  g_assert_cmpstr (get_target (beside, 2)->output, ==, ".d-1080x1920.mkv");
  g_assert_null (get_target (none, 0)->output);
  g_assert_null (get_target (none, 1)->output);
  g_assert_cmpstr (made->new_folder, ==, "new/");
  g_assert_cmpstr (get_target (made, 0)->output, ==, "new/a-1080x1920.mp4");
  g_assert_cmpstr (get_target (made, 1)->output, ==, "new/b-1080x1920.mp4");
  g_assert_cmpstr (get_target (bytes, 0)->output, ==, "\xff\xfe-2x2.mp4");
  g_assert_false (g_file_test ("new", G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_mkdir ("there", 0777), ==, 0);
  there = parse_good ("-o", "there", "a.mp4");
  g_assert_cmpstr (get_target (there, 0)->output, ==, "there/a-1080x1920.mp4");
  g_assert_null (there->new_folder);

  touch ("a.mp4");
  g_assert_cmpint (symlink ("a.mp4", "link.mp4"), ==, 0);
  assert_refused ("is an input", "-o", "a.mp4", "a.mp4");
  assert_refused ("is an input", "-o", "./there/../a.mp4", "--overwrite", "a.mp4");
  assert_refused ("is an input", "-o", "link.mp4", "--overwrite", "a.mp4");
  assert_refused ("is an input", "a.mp4", "a-1080x1920.mp4");
  assert_refused ("different folders", "-o", "there", "x/a.mp4", "y/a.mp4");
  assert_refused ("different folders", "-o", "new/", "x/a.mp4", "y/a.mov");
  assert_refused ("different folders", "a.mp4", "./a.mov");
  assert_refused ("need a folder", "-o", "out.mp4", "a.mp4", "b.mp4");
  assert_refused ("is a file", "-o", "a.mp4/", "b.mp4");
  assert_refused ("no folder to hold it", "-o", "no/where/", "b.mp4");
  assert_refused ("choose another file", "--stats", "a.mp4", "a.mp4");
  assert_refused ("choose another file", "--stats", "out.mp4", "-o", "out.mp4", "a.mp4");
  assert_refused ("choose another file", "--save-recipe", "link.mp4", "a.mp4", "--overwrite");
  assert_refused ("choose another file", "--save-recipe", "there", "a.mp4");
  assert_refused ("choose another file", "--save-recipe", "-", "a.mp4");
  assert_refused ("--overwrite", "--save-recipe", "a.mp4");
  assert_refused ("--save-recipe", "--save-recipe", "r", "--stats", "r", "a.mp4");
  g_unlink ("link.mp4");
  g_unlink ("a.mp4");
  g_rmdir ("there");
}

static const BbOptionsOutput *
get_more (const BbOptions *options, guint index)
{
  g_assert_cmpuint (index, <, options->more->len);
  return options->more->pdata[index];
}

static const char *
get_more_output (const BbOptions *options, guint index, guint input)
{
  g_assert_cmpuint (get_more (options, index)->targets->len, ==, options->targets->len);
  return ((const BbTarget *) get_more (options, index)->targets->pdata[input])->output;
}

/* What stands after --and is of another file; what is not said there is as for the first one. */
static void
test_several_outputs (void)
{
  g_autoptr (BbOptions) options = parse_good (
    "-o", "tall.mp4", "--size", "90x160", "--blur", "9", "--start", "1", "--quality", "30", "--and",
    "--aspect", "1:1", "-o", "square.mkv", "--encoder", "libx265", "--and", "clip.mp4", "--blur",
    "7", "-o", "b.mp4", "--and", "-o", "c.webm", "--codec", "av1", "--zoom", "1");
  const BbRecipeValues *square = bb_recipe_get (get_more (options, 0)->recipe);
  const BbRecipeValues *second = bb_recipe_get (get_more (options, 1)->recipe);
  const BbRecipeValues *third = bb_recipe_get (get_more (options, 2)->recipe);

  g_assert_cmpuint (options->targets->len, ==, 1);
  g_assert_cmpuint (options->more->len, ==, 3);
  g_assert_cmpstr (get_target (options, 0)->output, ==, "tall.mp4");
  g_assert_cmpstr (get_more_output (options, 0, 0), ==, "square.mkv");
  g_assert_cmpstr (get_more_output (options, 1, 0), ==, "b.mp4");
  g_assert_cmpint (get_values (options)->height, ==, 160);
  g_assert_cmpint (square->width, ==, 1080);
  g_assert_cmpint (square->height, ==, 1080);
  g_assert_cmpfloat (square->blur, ==, 9);
  g_assert_cmpint (square->start, ==, 1000000000);
  /* Another encoder's quality is none of this one. */
  g_assert_cmpint (square->quality, ==, -1);
  g_assert_cmpint (second->width, ==, 90);
  g_assert_cmpfloat (second->blur, ==, 7);
  g_assert_cmpint (second->quality, ==, 30);
  g_assert_cmpint (third->codec, ==, BB_CODEC_AV1);
  g_assert_cmpint (third->quality, ==, -1);
  g_assert_cmpfloat (get_values (options)->zoom, ==, 0);
}

/* Names of files that are not said, and folders. */
static void
test_several_targets (void)
{
  g_autoptr (BbOptions) named =
    parse_good ("--size", "90x160", "--and", "--size", "64x64", "a.mp4", "b.mp4");
  g_autoptr (BbOptions) inside =
    parse_good ("-o", "new/", "a.mp4", "--and", "--size", "64x64", "--and", "-o", "other/");
  g_autoptr (BbOptions) none =
    parse_good ("-o", "new/", "a.mp4", "--and", "--encoder", "none", "--", "--and");

  g_assert_cmpstr (get_target (named, 1)->output, ==, "b-90x160.mp4");
  g_assert_cmpstr (get_more_output (named, 0, 0), ==, "a-64x64.mp4");
  g_assert_cmpstr (get_more_output (named, 0, 1), ==, "b-64x64.mp4");
  g_assert_cmpstr (get_more_output (inside, 0, 0), ==, "new/a-64x64.mp4");
  g_assert_cmpstr (get_more_output (inside, 1, 0), ==, "other/a-1080x1920.mp4");
  g_assert_cmpstr (get_more (inside, 1)->new_folder, ==, "other/");
  /* Behind “--” it is a file. */
  g_assert_cmpuint (none->more->len, ==, 1);
  g_assert_cmpstr (get_target (none, 1)->input, ==, "--and");
  g_assert_null (get_more_output (none, 0, 0));
}

static void
test_several_refused (void)
{
  static const char *const options[] = { "--start=1", "--end=2",         "--device=cpu",
                                         "--batch=4", "--fresh",         "--precision=fp32",
                                         "--quiet",   "--overwrite",     "--stats=f",
                                         "--plan=d",  "--save-recipe=f", "--workers=2",
                                         "--join=d",  "--auto-tune",     "--print-jobs=slurm" };
  static const char *const alone[] = { "--plan=d",    "--save-recipe=f",    "--join=d",
                                       "--auto-tune", "--print-jobs=slurm", "--segment=0" };
  g_autoptr (BbOptions) help = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    assert_refused ("before the first “--and”", "a.mp4", "--and", "-o", "b.mp4", options[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (alone); i++)
    assert_refused ("leave out “--and”", "a.mp4", alone[i], "--and", "-o", "b.mp4");
  assert_refused ("Two outputs would both be “a-1080x1920.mp4”", "a.mp4", "--and", "--blur", "3");
  assert_refused ("Two outputs", "-o", "b.mp4", "a.mp4", "--and", "-o", "./b.mp4");
  assert_refused ("is an input", "a.mp4", "--and", "-o", "./a.mp4");
  assert_refused ("0 to 1000 px", "a.mp4", "--and", "--blur", "2000");
  assert_refused ("b.webm", "a.mp4", "--and", "-o", "b.webm");
  assert_refused ("8 files", "a.mp4", "--and", "--and", "--and", "--and", "--and", "--and", "--and",
                  "--and");
  /* Information is shown wherever it is asked for. */
  help = parse_good ("a.mp4", "--and", "--help");
  g_assert_cmpint (help->action, ==, BB_ACTION_HELP);
}

/* All that the help shows of look, framing and output may stand after --and. */
static void
test_several_help (void)
{
  static const char *const sections[] = { "Canvas:", "Picture:", "Background:",
                                          "Logo:",   "Output:",  NULL };
  g_autofree char *text = bb_options_get_help ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean is_of_output = FALSE;
  guint n_options = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *option = g_strdup (g_strstrip (lines[i]));
      g_autoptr (BbOptions) options = NULL;
      g_autoptr (GError) error = NULL;

      if (g_str_has_suffix (option, ":"))
        is_of_output = g_strv_contains (sections, option);
      if (!is_of_output || !g_str_has_prefix (option, "--"))
        continue;
      *strchr (option, ' ') = '\0';
      options = parse (&error, "a.mp4", "--and", "-o", "b.mp4", option, "nonsense", NULL);
      g_assert_true (options != NULL || strstr (error->message, "--and") == NULL);
      n_options++;
    }
  g_assert_cmpuint (n_options, >, 20);
}

/* A recipe after --and says all but trim and work. */
static void
test_several_recipes (void)
{
  g_autoptr (BbOptions) first = parse_good ("--blur", "12", "--end", "2", "--device", "cpu",
                                            "--size", "64x36", "--save-recipe", "look");
  g_autoptr (GFile) file = g_file_new_for_path ("look");
  g_autoptr (BbOptions) options = NULL;
  const BbRecipeValues *values;

  g_assert_true (bb_recipe_save (first->recipe, file, NULL));
  options = parse_good ("a.mp4", "--batch", "4", "--blur", "5", "--end", "3", "--and", "--recipe",
                        "look", "--dim", "0.5");
  values = bb_recipe_get (get_more (options, 0)->recipe);
  g_assert_cmpfloat (values->blur, ==, 12);
  g_assert_cmpfloat (values->dim, ==, 0.5);
  g_assert_cmpint (values->width, ==, 64);
  g_assert_cmpint (values->batch, ==, 4);
  g_assert_cmpint (values->end, ==, 3000000000);
  g_assert_cmpstr (values->device, ==, "auto");
  g_unlink ("look");
}

static void
test_recipe (void)
{
  g_autoptr (BbOptions) first =
    parse_good ("--blur", "12.25", "--end", "2", "--device", "cpu", "--save-recipe", "look");
  g_autoptr (GFile) file = g_file_new_for_path ("look");
  g_autoptr (BbOptions) second = NULL;

  g_assert_cmpuint (first->targets->len, ==, 0);
  g_assert_cmpstr (first->save_recipe, ==, "look");
  g_assert_true (bb_recipe_save (first->recipe, file, NULL));

  /* The command line wins, on either side of --recipe. */
  second = parse_good ("--blur", "13", "--recipe", "look", "--end", "none", "--zoom", "1", "a.mp4");
  g_assert_cmpfloat (get_values (second)->blur, ==, 13);
  g_assert_cmpfloat (get_values (second)->zoom, ==, 1);
  g_assert_cmpint (get_values (second)->end, ==, -1);
  g_assert_cmpstr (get_values (second)->device, ==, "cpu");
  assert_refused ("has no length", "--recipe", "look", "--start", "2", "a.mp4");
  g_unlink ("look");
  assert_refused ("look", "--recipe", "look", "a.mp4");
}

static void
test_stats (void)
{
  static const char *const notices[] = { "said \"so\"\\\n\x01", NULL };
  const BbStatsOutput made[] = {
    { "b.mp4", 7000, { .width = 90, .height = 160, .video_bytes = 6000, .encoder = "libx264" } },
    { "b.mkv", -1, { .width = 64, .height = 64, .encoder = "ffv1" } },
  };
  const BbStatsOutput nothing = { NULL, -1, { .encoder = "none" } };
  g_autoptr (BbStats) stats = bb_stats_new ();
  g_autofree char *json = NULL;
  BbRenderStats figures = { .frames = 300, .batches = 10, .seconds = 2.5, .peak_memory = 1000 };

  g_strlcpy (figures.device, "cpu", sizeof figures.device);
  bb_stats_add (stats, "a\t\xff.mp4", made, 2, &figures, notices, NULL);
  figures.frames = 100;
  figures.peak_memory = 500;
  bb_stats_add (stats, "c.mp4", &nothing, 1, &figures, NULL, "broken");
  json = bb_stats_to_json (stats);
  g_assert_true (g_utf8_validate (json, -1, NULL));
  g_assert_nonnull (strstr (json, "\n  \"failed\": 1,\n"));
  g_assert_nonnull (strstr (json, "\n  \"frames\": 400,\n"));
  g_assert_nonnull (strstr (json, "\n  \"seconds\": 5.000000,\n"));
  g_assert_nonnull (strstr (json, "\n  \"frames_per_second\": 80.000000,\n"));
  g_assert_nonnull (strstr (json, "\n  \"peak_memory_bytes\": 1000,\n"));
  g_assert_nonnull (strstr (json, "\"notices\": [\"said \\\"so\\\"\\\\\\u000a\\u0001\"]"));
  g_assert_nonnull (strstr (json, "\"input\": \"a\\u0009"));
  g_assert_nonnull (strstr (json, "\"error\": \"broken\""));
  g_assert_nonnull (strstr (json, "\"output\": null"));
  g_assert_nonnull (strstr (json, "\"output\": \"b.mp4\""));
  g_assert_nonnull (strstr (json, "\"outputs\": [{ \"file\": \"b.mp4\", \"width\": 90, "
                                  "\"height\": 160, \"encoder\": \"libx264\", "
                                  "\"frames_before\": 0, \"video_bytes\": 6000, "
                                  "\"bytes\": 7000 }, { \"file\": \"b.mkv\""));
  g_assert_nonnull (strstr (json, "\"encoder\": \"ffv1\", \"frames_before\": 0, "
                                  "\"video_bytes\": 0, \"bytes\": null }],"));
}

static void
test_progress (void)
{
  BbRenderStats stats = { .frames = 50, .total_frames = 200, .batches = 2, .seconds = 2 };
  g_autofree char *known = bb_progress_format (&stats);
  g_autofree char *unknown = NULL;
  g_autofree char *more = NULL;
  g_autofree char *nothing = NULL;

  /* Decimal points are the locale's here: people read this line. */
  g_strdelimit (known, ",", '.');
  g_assert_cmpstr (known, ==, "25 %. 25.0 frames/s. 1.0 batches/s. ETA 0:06");
  stats.total_frames = 0;
  unknown = bb_progress_format (&stats);
  g_assert_true (g_str_has_prefix (unknown, "50 frames, "));
  g_assert_null (strstr (unknown, "ETA"));
  stats.total_frames = 40;
  more = bb_progress_format (&stats);
  g_assert_true (g_str_has_prefix (more, "100 %, "));
  stats = (BbRenderStats) { .total_frames = 10 };
  nothing = bb_progress_format (&stats);
  g_assert_true (g_str_has_prefix (nothing, "0 %, "));
}

/* A line is never wider than its room, counted by hand. */
static void
test_progress_line (void)
{
  static const struct {
    const char *name;
    int columns;
    const char *line;
  } cases[] = {
    { "a.mp4", 79, "a.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "a.mp4", 51, "a.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "a.mp4", 50, "…mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "holiday.mp4", 54, "…day.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "holiday.mp4", 49, "25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "holiday.mp4", 10, "25 %, 25.0" },
    { "holiday.mp4", 0, "" },
    /* Two columns a character. */
    { "映像.mp4", 54, "映像.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "映像.mp4", 53, "…像.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "映像映像.mp4", 54, "…像.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    /* None for an accent that stands above the character before it. */
    { "ete\314\201.mp4", 53, "ete\314\201.mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
    { "ete\314\201.mp4", 51, "….mp4: 25 %, 25.0 frames/s, 1.0 batches/s, ETA 0:06" },
  };
  const BbRenderStats stats = { .frames = 50, .total_frames = 200, .batches = 2, .seconds = 2 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = bb_progress_format_line (cases[i].name, &stats, cases[i].columns);
      g_autofree char *expected = g_strdup (cases[i].line);

      g_assert_cmpstr (g_strdelimit (line, ",", '.'), ==, g_strdelimit (expected, ",", '.'));
    }
}

int
main (int argc, char *argv[])
{
  int status;

  /* Arguments must not depend on the locale; where this one is missing, C is used. */
  setlocale (LC_ALL, "de_DE.UTF-8");
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("blurbox-XXXXXX", NULL);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_test_add_func ("/options/defaults", test_defaults);
  g_test_add_func ("/options/values", test_values);
  g_test_add_func ("/options/canvas", test_canvas);
  g_test_add_func ("/options/background", test_background);
  g_test_add_func ("/options/logo", test_logo);
  g_test_add_func ("/options/times", test_times);
  g_test_add_func ("/options/refused", test_refused);
  g_test_add_func ("/options/dashes", test_dashes);
  g_test_add_func ("/options/actions", test_actions);
  g_test_add_func ("/options/outputs", test_outputs);
  g_test_add_func ("/options/recipe", test_recipe);
  g_test_add_func ("/options/several-help", test_several_help);
  g_test_add_func ("/options/several-outputs", test_several_outputs);
  g_test_add_func ("/options/several-recipes", test_several_recipes);
  g_test_add_func ("/options/several-refused", test_several_refused);
  g_test_add_func ("/options/several-targets", test_several_targets);
  g_test_add_func ("/options/stats", test_stats);
  g_test_add_func ("/options/progress", test_progress);
  g_test_add_func ("/options/progress-line", test_progress_line);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
