/* test-output.c: what kind of file is made, against what ffprobe finds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-output.h"
#include "bb-render.h"
#include "bb-test-media.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const codec_names[] = { "h264", "hevc", "av1", "ffv1" };

static char *
probe (const char *path)
{
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *command = g_strdup_printf (
    "ffprobe -v error -select_streams v:0 -show_entries stream=codec_name -of default=nw=1:nk=1 %s",
    quoted);
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_spawn_command_line_sync (command, &output, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strstrip (output);
}

/* What is offered works, and what is not offered would not. */
static void
test_pairs (void)
{
  g_autofree char *input = bb_test_media_path ("clip.mp4");
  guint n = 0;

  for (const char *const *container = bb_output_get_containers (); *container != NULL; container++)
    for (int codec = 0; codec < BB_OUTPUT_N_CODECS; codec++)
      {
        g_autofree char *name = g_strdup_printf ("%s.%s", codec_names[codec], *container);
        g_autofree char *output = bb_test_media_path (name);
        g_autoptr (BbRecipe) recipe = NULL;
        g_autoptr (BbRender) render = NULL;
        g_autoptr (GError) error = NULL;
        BbRecipeValues values;
        gboolean done;

        bb_recipe_values_init (&values);
        values.width = 96;
        values.height = 128;
        values.device = "cpu";
        bb_output_set_codec (&values, codec);
        g_assert_cmpint (bb_output_get_codec (&values), ==, codec);
        recipe = bb_recipe_new (&values, NULL);
        render = bb_render_new (input, output, recipe, FALSE);
        done = bb_render_run (render, NULL, &error);
        g_test_message ("%s: %s", name, done ? "works" : error->message);
        g_assert_cmpint (done, ==, bb_output_takes (*container, codec));
        if (done)
          {
            g_autofree char *found = probe (output);

            g_assert_cmpstr (found, ==, codec_names[codec]);
            n++;
          }
      }
  g_assert_cmpuint (n, >=, 8);
}

static void
test_settle (void)
{
  BbRecipeValues values;
  BbRecipeValues before;

  bb_recipe_values_init (&values);
  values.quality = 30;
  values.preset = "slow";
  before = values;
  bb_output_settle (&values, "mp4");
  g_assert_cmpmem (&values, sizeof values, &before, sizeof before);

  /* x264's quality is no quality of an encoder without one. */
  values.encoder = "ffv1";
  bb_output_settle (&values, "mkv");
  g_assert_cmpstr (values.encoder, ==, "ffv1");
  g_assert_cmpint (values.quality, ==, -1);
  g_assert_cmpstr (values.preset, ==, "");
  bb_output_settle (&values, "mp4");
  g_assert_cmpint (bb_output_get_codec (&values), ==, BB_OUTPUT_H264);
  g_assert_cmpstr (values.encoder, ==, "auto");

  /* An encoder of a machine that had others. */
  values.encoder = "hevc_quantum";
  values.codec = BB_CODEC_HEVC;
  bb_output_settle (&values, "mp4");
  g_assert_cmpstr (values.encoder, ==, "auto");
  g_assert_cmpint (values.codec, ==, BB_CODEC_HEVC);
  bb_output_settle (&values, "webm");
  g_assert_cmpint (bb_output_get_codec (&values), ==, BB_OUTPUT_AV1);

  values.encoder = "none";
  bb_output_settle (&values, "mp4");
  g_assert_nonnull (bb_output_find_encoder (&values, "mp4"));
}

static void
test_encoders (void)
{
  for (int codec = 0; codec < BB_OUTPUT_N_CODECS; codec++)
    {
      g_autoptr (GPtrArray) list = bb_output_list_encoders (codec, "auto");

      g_assert_cmpuint (list->len, >=, 1);
      for (guint i = 0; i < list->len; i++)
        {
          const BbEncoder *encoder = list->pdata[i];
          g_auto (GStrv) presets = bb_encoder_get_presets (encoder);
          BbRecipeValues values;

          g_assert_null (strstr (encoder->name, "nvenc"));
          bb_recipe_values_init (&values);
          bb_output_set_encoder (&values, encoder->name);
          g_assert_cmpint (bb_output_get_codec (&values), ==, codec);
          g_assert_cmpint (*presets != NULL, ==, encoder->preset != NULL);
          if (encoder->preset != NULL)
            g_assert_true (g_strv_contains ((const char *const *) presets, encoder->preset));
          for (gsize k = 0; presets[k] != NULL; k++)
            {
              values.preset = presets[k];
              g_assert_true (bb_output_find_encoder (&values, "mkv") == encoder);
            }
        }
    }
}

static void
add_tests (void)
{
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=size=160x90:rate=25:duration=0.4 "
                          "-f lavfi -i sine=duration=0.4 -c:v libx264 -c:a aac clip.mp4"));
  g_test_add_func ("/output/pairs", test_pairs);
  g_test_add_func ("/output/settle", test_settle);
  g_test_add_func ("/output/encoders", test_encoders);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
