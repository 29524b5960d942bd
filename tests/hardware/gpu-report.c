/* gpu-report.c: figures as a Markdown table and as lines of JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gpu-report.h"

#include <math.h>
#include <stdio.h>

/**
 * gpu_report_begin:
 * @report: a report
 * @id: name of the table, for the JSON
 * @title: heading of its first column; must stay
 * @columns: (array length=n_columns): the others; must stay
 * @n_columns: how many
 *
 * Begins a table.
 */
void
gpu_report_begin (GpuReport *report, const char *id, const char *title, const GpuColumn *columns,
                  gsize n_columns)
{
  report->id = id;
  report->title = title;
  report->columns = columns;
  report->n_columns = n_columns;
  printf ("\n| %s |", title);
  for (gsize i = 0; i < n_columns; i++)
    printf (" %s |", columns[i].title);
  printf ("\n| --- |");
  for (gsize i = 0; i < n_columns; i++)
    printf (" ---: |");
  printf ("\n");
  fflush (stdout);
}

/* Labels and names of devices: no control characters, but perhaps quotes. */
static void
append_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_c (json, '\\');
      g_string_append_c (json, (guchar) *c < 0x20 ? ' ' : *c);
    }
  g_string_append_c (json, '"');
}

/**
 * gpu_report_row:
 * @report: a report
 * @label: what the row is about
 * @values: a figure for each column; NAN where there is none
 *
 * Prints a row, and appends it to the JSON at once, so that it is kept whatever comes after.
 */
void
gpu_report_row (GpuReport *report, const char *label, const double *values)
{
  g_autoptr (GString) json = g_string_new ("{\"table\": ");
  FILE *file;

  append_string (json, report->id);
  g_string_append (json, ", \"title\": ");
  append_string (json, report->title);
  g_string_append (json, ", \"row\": ");
  append_string (json, label);
  g_string_append (json, ", \"device\": ");
  append_string (json, report->device);
  g_string_append (json, report->measured ? ", \"measured\": true" : ", \"measured\": false");
  printf ("| %s |", label);
  for (gsize i = 0; i < report->n_columns; i++)
    {
      const GpuColumn *column = &report->columns[i];
      gboolean meaningless = column->timed && !report->measured;
      char text[G_ASCII_DTOSTR_BUF_SIZE];
      char format[16];

      g_string_append_printf (json, ", \"%s\": ", column->key);
      if (isnan (values[i]) || meaningless)
        {
          g_string_append (json, "null");
          printf (meaningless ? " not a GPU |" : " |");
          continue;
        }
      g_snprintf (format, sizeof format, "%%.%df", column->decimals);
      printf (" %s |", g_ascii_formatd (text, sizeof text, format, values[i]));
      g_string_append (json, g_ascii_formatd (text, sizeof text, "%.7g", values[i]));
    }
  printf ("\n");
  fflush (stdout);
  g_string_append (json, "}\n");
  file = report->json != NULL ? fopen (report->json, "a") : NULL;
  if (file == NULL)
    return;
  fputs (json->str, file);
  fclose (file);
}

/**
 * gpu_report_note:
 * @report: a report
 * @format: a sentence, as for printf()
 * @...: its arguments
 *
 * Prints a sentence after the table.
 */
void
gpu_report_note (GpuReport *report, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  printf ("\n%s\n", text);
  fflush (stdout);
}
