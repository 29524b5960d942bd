/* gpu-bench-render.c: whole renders, with each encoder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-bench.h"

#include "bb-render.h"

#include <glib/gstdio.h>

static const GpuColumn columns[] = {
  { "frames", "frames", 0, FALSE },
  { "frames_per_second", "frames/s", 0, TRUE },
  { "decode_ms", "decoding, ms a frame", 3, TRUE },
  { "effect_us", "effect, µs a frame", 1, TRUE },
  { "encode_ms", "encoding, ms a frame", 3, TRUE },
  { "cpu_us", "CPU for the effect, µs a frame", 1, TRUE },
};

static gboolean
render (GpuBench *bench, const char *path, const char *encoder, const char *preset, GError **error)
{
  static const int heights[] = { 1920, 192 };
  g_autofree char *folder = NULL;
  g_autofree char *target = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbRender) job = NULL;
  g_auto (GStrv) notices = NULL;
  g_autofree char *label = NULL;
  BbRecipeValues values;
  BbRenderStats stats;
  double frames;
  gboolean done;

  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  values.height = heights[bench->small ? 1 : 0];
  values.width = values.height * 9 / 16;
  values.device = bench->device;
  values.encoder = encoder;
  values.preset = preset;
  values.audio = BB_AUDIO_NONE;
  if (bench->small)
    values.end = G_GINT64_CONSTANT (300000000);
  recipe = bb_recipe_new (&values, error);
  folder = recipe != NULL ? g_dir_make_tmp ("blurbox-bench-XXXXXX", error) : NULL;
  if (folder == NULL)
    return FALSE;
  target = g_build_filename (folder, "out.mkv", NULL);
  job = bb_render_new (path, g_str_equal (encoder, "none") ? NULL : target, recipe, TRUE);
  done = bb_render_run (job, NULL, error);
  g_unlink (target);
  g_rmdir (folder);
  if (!done)
    return FALSE;
  bb_render_get_stats (job, &stats);
  frames = (double) MAX (stats.frames, 1);
  label = g_strdup_printf ("%s%s%s", stats.encoder, *preset != '\0' ? " " : "", preset);
  gpu_report_row (&bench->report, label,
                  (const double[]) {
                    (double) stats.frames, frames / stats.seconds,
                    stats.decode_seconds / frames * 1e3, stats.effect_seconds / frames * 1e6,
                    stats.encode_seconds / frames * 1e3, stats.effect_cpu_seconds / frames * 1e6 });
  notices = bb_render_get_notices (job);
  for (guint i = 0; notices != NULL && notices[i] != NULL; i++)
    g_printerr ("%s: %s\n", label, notices[i]);
  return TRUE;
}

/**
 * gpu_bench_render:
 * @bench: what to work with
 * @path: a clip
 * @error: return location for an error
 *
 * Measures whole renders of a clip. An encoder that is not there is said, and left out.
 *
 * Returns: %TRUE, or %FALSE with an error where none of them worked
 */
gboolean
gpu_bench_render (GpuBench *bench, const char *path, GError **error)
{
  static const char *const encoders[][2] = {
    { "none", "" },       { "h264_nvenc", "p1" }, { "h264_nvenc", "" },
    { "hevc_nvenc", "" }, { "av1_nvenc", "" },    { "libx264", "ultrafast" },
  };
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *title = g_strdup_printf ("render of %s with", base);
  g_autoptr (GString) absent = g_string_new (NULL);
  g_autoptr (GError) first = NULL;
  gboolean any = FALSE;

  gpu_report_begin (&bench->report, "render", title, columns, G_N_ELEMENTS (columns));
  for (gsize i = 0; i < G_N_ELEMENTS (encoders); i++)
    {
      g_autoptr (GError) problem = NULL;

      if (render (bench, path, encoders[i][0], encoders[i][1], &problem))
        {
          any = TRUE;
          continue;
        }
      g_string_append_printf (absent, "%s%s: %s.", absent->len > 0 ? " " : "", encoders[i][0],
                              problem->message);
      if (first == NULL)
        first = g_steal_pointer (&problem);
    }
  if (absent->len > 0)
    gpu_report_note (&bench->report, "%s", absent->str);
  if (!any)
    g_propagate_error (error, g_steal_pointer (&first));
  return any;
}
