/* bb-tune-table.c: what batch sizes and precisions cost, as a table for a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-tune-table.h"

#include "bb-columns.h"

#include <glib/gi18n.h>

#define N_COLUMNS 5

static char *
format_size (guint64 bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

static void
fill_row (const BbTunePoint *point, char *cells[N_COLUMNS])
{
  cells[0] = g_strdup_printf ("%d", point->batch);
  cells[1] = g_strdup (point->precision == BB_PRECISION_FP16 ? "fp16" : "fp32");
  cells[2] = point->fits ? g_strdup_printf ("%.1f", point->frames_per_second) : g_strdup ("–");
  cells[3] = point->fits ? g_strdup_printf ("%.2f", point->frame_ms) : g_strdup ("–");
  cells[4] = format_size (point->memory);
}

static void
append_row (GString *text, char *const cells[N_COLUMNS], const int widths[N_COLUMNS],
            const char *mark)
{
  for (int i = 0; i < N_COLUMNS; i++)
    g_string_append_printf (text, "%*s%s%s", widths[i] - bb_columns_get (cells[i]), "", cells[i],
                            i < N_COLUMNS - 1 ? "  " : "");
  if (mark != NULL)
    g_string_append_printf (text, "  %s", mark);
  g_string_append_c (text, '\n');
}

/**
 * bb_tune_table_new:
 * @tune: a measurement
 *
 * Writes a measurement as aligned columns, with what is best and what is fastest marked, and the best
 * as options at the end.
 * Numbers have the locale's decimal point, for people.
 *
 * Returns: (transfer full): lines of UTF-8, the last one with its line feed
 */
char *
bb_tune_table_new (const BbTune *tune)
{
  const BbTunePoint *best = &tune->point[tune->best];
  const BbTunePoint *fastest = &tune->point[bb_tune_get_fastest (tune)];
  GString *text = g_string_new (NULL);
  char *cells[BB_TUNE_N_POINTS + 1][N_COLUMNS] = {
    { g_strdup (_ ("batch")), g_strdup (_ ("precision")), g_strdup (_ ("frames/s")),
      g_strdup (_ ("ms/frame")), g_strdup (_ ("memory")) },
  };
  int widths[N_COLUMNS] = { 0 };

  for (int i = 0; i < BB_TUNE_N_POINTS; i++)
    fill_row (&tune->point[i], cells[i + 1]);
  for (int i = 0; i <= BB_TUNE_N_POINTS; i++)
    for (int j = 0; j < N_COLUMNS; j++)
      widths[j] = MAX (widths[j], bb_columns_get (cells[i][j]));

  g_string_append_printf (text, "%s, %d×%d\n\n", tune->device, tune->width, tune->height);
  for (int i = 0; i <= BB_TUNE_N_POINTS; i++)
    {
      const BbTunePoint *point = i > 0 ? &tune->point[i - 1] : NULL;

      append_row (text, cells[i], widths,
                  point == best                   ? _ ("← best")
                  : point == fastest              ? _ ("← fastest")
                  : point != NULL && !point->fits ? _ ("too much memory")
                                                  : NULL);
      for (int j = 0; j < N_COLUMNS; j++)
        g_free (cells[i][j]);
    }
  g_string_append_printf (text, "\n--batch %d --precision %s\n", best->batch,
                          best->precision == BB_PRECISION_FP16 ? "fp16" : "fp32");
  return g_string_free (text, FALSE);
}
