/* gpu-report.h: figures as a Markdown table and as lines of JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GpuColumn:
 * @key: name in the JSON
 * @title: heading in the table
 * @decimals: digits after the point
 * @timed: whether it comes of a clock, so that it means nothing where no GPU did the work
 */
typedef struct {
  const char *key;
  const char *title;
  int decimals;
  gboolean timed;
} GpuColumn;

/**
 * GpuReport:
 * @device: (owned): what did the work
 * @measured: whether that was a GPU: figures of anything else are left out
 * @json: (nullable): file that lines of JSON are appended to
 *
 * What figures are of, and where they go.
 */
typedef struct {
  char *device;
  gboolean measured;
  const char *json;

  /*< private >*/
  const char *id;
  const char *title;
  const GpuColumn *columns;
  gsize n_columns;
} GpuReport;

void gpu_report_begin (GpuReport *report, const char *id, const char *title,
                       const GpuColumn *columns, gsize n_columns);
void gpu_report_row (GpuReport *report, const char *label, const double *values);
void gpu_report_note (GpuReport *report, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
