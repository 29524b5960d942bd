/* bb-stats.c: figures of renders as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-stats.h"

#include "bb-stage.h"
#include "blurbox.h"

struct _BbStats {
  BbRenderStats total;
  guint n_failed;
  GString *renders; /* the objects of the array, already JSON */
};

/**
 * bb_stats_new:
 *
 * Returns: (transfer full): figures of no render yet
 */
BbStats *
bb_stats_new (void)
{
  BbStats *stats = g_new0 (BbStats, 1);

  stats->renders = g_string_new (NULL);
  return stats;
}

/**
 * bb_stats_free:
 * @stats: (transfer full): figures
 */
void
bb_stats_free (BbStats *stats)
{
  g_string_free (stats->renders, TRUE);
  g_free (stats);
}

/* RFC 8259, section 7. */
static void
append_string (GString *json, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (json, '"');
  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (json, "\\%c", *c);
    else if ((guchar) *c < 0x20 || *c == 0x7f)
      g_string_append_printf (json, "\\u%04x", (guint) *c);
    else
      g_string_append_c (json, *c);
  g_string_append_c (json, '"');
}

static void
append_name (GString *json, const char *indent, const char *name)
{
  g_string_append_printf (json, "%s\"%s\": ", indent, name);
}

static void
append_text (GString *json, const char *indent, const char *name, const char *text)
{
  append_name (json, indent, name);
  if (text != NULL)
    append_string (json, text);
  else
    g_string_append (json, "null");
  g_string_append (json, ",\n");
}

static void
append_integer (GString *json, const char *indent, const char *name, guint64 number)
{
  append_name (json, indent, name);
  g_string_append_printf (json, "%" G_GUINT64_FORMAT ",\n", number);
}

static void
append_number_alone (GString *json, const char *name, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  append_name (json, "", name);
  g_string_append (json, g_ascii_formatd (text, sizeof text, "%.6f", number));
}

static void
append_number (GString *json, const char *indent, const char *name, double number)
{
  g_string_append (json, indent);
  append_number_alone (json, name, number);
  g_string_append (json, ",\n");
}

static void
append_figures (GString *json, const char *indent, const BbRenderStats *figures)
{
  double seconds = MAX (figures->seconds, 1e-9);

  append_integer (json, indent, "frames", (guint64) figures->frames);
  append_integer (json, indent, "frames_before", (guint64) figures->frames_before);
  append_integer (json, indent, "batches", (guint64) figures->batches);
  append_number (json, indent, "seconds", figures->seconds);
  append_number (json, indent, "frames_per_second",
                 (double) (figures->frames - figures->frames_before) / seconds);
  append_number (json, indent, "batches_per_second", (double) figures->batches / seconds);
  append_number (json, indent, "decode_ms", figures->decode_seconds * 1000);
  append_number (json, indent, "effect_ms", figures->effect_seconds * 1000);
  append_number (json, indent, "encode_ms", figures->encode_seconds * 1000);
  append_number (json, indent, "effect_cpu_ms", figures->effect_cpu_seconds * 1000);
  append_integer (json, indent, "peak_memory_bytes", figures->peak_memory);
  append_integer (json, indent, "batch", (guint64) figures->batch);
  append_integer (json, indent, "corrupt", figures->corrupt);
  append_text (
    json, indent, "waits_for",
    bb_stage_get_id (bb_stage_find_slowest (figures->decode_seconds, figures->effect_seconds,
                                            figures->encode_seconds, 0.0),
                     figures->device));
  append_text (json, indent, "device", figures->device);
  append_text (json, indent, "encoder", figures->encoder);
}

/* What each worker waits for. */
static void
append_workers (GString *json, const char *indent, const BbRenderStats *figures)
{
  append_name (json, indent, "workers");
  g_string_append_c (json, '[');
  for (guint i = 0; i < figures->n_workers; i++)
    {
      const BbWorkerStats *worker = &figures->worker[i];

      g_string_append_printf (json, "%s{ \"frames\": %" G_GINT64_FORMAT ", ", i > 0 ? ", " : "",
                              worker->frames);
      append_number_alone (json, "decode_ms", worker->decode_seconds * 1000);
      g_string_append (json, ", ");
      append_number_alone (json, "effect_ms", worker->effect_seconds * 1000);
      g_string_append (json, ", ");
      append_number_alone (json, "encode_ms", worker->encode_seconds * 1000);
      g_string_append (json, ", \"waits_for\": ");
      append_string (json, bb_stage_get_id (bb_stage_find_slowest (worker->decode_seconds,
                                                                   worker->effect_seconds,
                                                                   worker->encode_seconds, 0.0),
                                            figures->device));
      g_string_append (json, " }");
    }
  g_string_append (json, "],\n");
}

/* Each file that was made. */
static void
append_outputs (GString *json, const char *indent, const BbStatsOutput *outputs, guint n_outputs)
{
  append_name (json, indent, "outputs");
  g_string_append_c (json, '[');
  for (guint i = 0; i < n_outputs; i++)
    {
      const BbStatsOutput *output = &outputs[i];
      g_autofree char *name = output->path != NULL ? g_filename_display_name (output->path) : NULL;

      g_string_append (json, i > 0 ? ", { \"file\": " : "{ \"file\": ");
      if (name != NULL)
        append_string (json, name);
      else
        g_string_append (json, "null");
      g_string_append_printf (json, ", \"width\": %d, \"height\": %d, \"encoder\": ",
                              output->figures.width, output->figures.height);
      append_string (json, output->figures.encoder);
      g_string_append_printf (json,
                              ", \"frames_before\": %" G_GINT64_FORMAT
                              ", \"video_bytes\": %" G_GINT64_FORMAT ", \"bytes\": ",
                              output->figures.frames_before, output->figures.video_bytes);
      if (output->bytes >= 0)
        g_string_append_printf (json, "%" G_GINT64_FORMAT " }", output->bytes);
      else
        g_string_append (json, "null }");
    }
  g_string_append (json, "],\n");
}

/**
 * bb_stats_add:
 * @stats: figures
 * @input: path of the source
 * @outputs: (array length=n_outputs): what was made of it
 * @n_outputs: how many, at least one
 * @figures: figures of the render
 * @notices: (nullable) (array zero-terminated=1): what the user was told
 * @failure: (nullable): why it failed, or %NULL where it went well
 *
 * Adds a render.
 */
void
bb_stats_add (BbStats *stats, const char *input, const BbStatsOutput *outputs, guint n_outputs,
              const BbRenderStats *figures, const char *const *notices, const char *failure)
{
  static const char indent[] = "      ";
  g_autofree char *input_name = g_filename_display_name (input);
  g_autofree char *output_name =
    outputs[0].path != NULL ? g_filename_display_name (outputs[0].path) : NULL;
  BbRenderStats total = *figures;

  g_string_append (stats->renders, stats->renders->len > 0 ? ",\n    {\n" : "    {\n");
  append_text (stats->renders, indent, "input", input_name);
  append_text (stats->renders, indent, "output", output_name);
  append_text (stats->renders, indent, "error", failure);
  append_figures (stats->renders, indent, figures);
  append_workers (stats->renders, indent, figures);
  append_outputs (stats->renders, indent, outputs, n_outputs);
  append_name (stats->renders, indent, "notices");
  g_string_append_c (stats->renders, '[');
  for (gsize i = 0; notices != NULL && notices[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append (stats->renders, ", ");
      append_string (stats->renders, notices[i]);
    }
  g_string_append (stats->renders, "]\n    }");

  total.frames += stats->total.frames;
  total.frames_before += stats->total.frames_before;
  total.batches += stats->total.batches;
  total.seconds += stats->total.seconds;
  total.decode_seconds += stats->total.decode_seconds;
  total.effect_seconds += stats->total.effect_seconds;
  total.encode_seconds += stats->total.encode_seconds;
  total.effect_cpu_seconds += stats->total.effect_cpu_seconds;
  total.peak_memory = MAX (total.peak_memory, stats->total.peak_memory);
  total.corrupt += stats->total.corrupt;
  stats->total = total;
  if (failure != NULL)
    stats->n_failed++;
}

/* What the process took to start, phase by phase; not what it did not do. */
static void
append_phases (GString *json)
{
  gboolean first = TRUE;

  append_name (json, "  ", "phases");
  g_string_append_c (json, '{');
  for (BbPhase phase = 0; phase < BB_N_PHASES; phase++)
    {
      BbPhaseFigures figures;

      bb_phase_get_figures (phase, &figures);
      if (figures.count == 0)
        continue;
      g_string_append (json, first ? "\n" : ",\n");
      first = FALSE;
      append_name (json, "    ", bb_phase_get_name (phase));
      g_string_append (json, "{ ");
      append_number_alone (json, "begin_ms", figures.begin * 1000);
      g_string_append (json, ", ");
      append_number_alone (json, "ms", figures.seconds * 1000);
      g_string_append_printf (json, ", \"count\": %u, \"bytes\": %" G_GUINT64_FORMAT " }",
                              figures.count, figures.bytes);
    }
  g_string_append (json, first ? "},\n" : "\n  },\n");
}

/**
 * bb_stats_to_json:
 * @stats: figures
 *
 * The object has the sums of all renders (of `peak_memory_bytes` the maximum; of `batch`, `device`
 * and `encoder` those of the last render, the encoder that of its first output) an array `renders` with an object for each, and an object `phases` that tells what the
 * process took to start, see #BbPhase. Times that end in `_ms` are milliseconds in which a stage worked.
 *
 * Returns: (transfer full): a JSON text
 */
char *
bb_stats_to_json (const BbStats *stats)
{
  GString *json = g_string_new ("{\n");

  append_text (json, "  ", "version", BB_VERSION);
  append_integer (json, "  ", "failed", stats->n_failed);
  append_figures (json, "  ", &stats->total);
  append_phases (json);
  g_string_append_printf (json, "  \"renders\": [\n%s\n  ]\n}\n", stats->renders->str);
  return g_string_free (json, FALSE);
}
