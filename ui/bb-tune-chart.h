/* bb-tune-chart.h: chart of speed or memory by batch size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_TUNE_CHART (bb_tune_chart_get_type ())
G_DECLARE_FINAL_TYPE (BbTuneChart, bb_tune_chart, BB, TUNE_CHART, GtkWidget)

void bb_tune_chart_set_points (BbTuneChart *self, const BbTunePoint *points, guint n_points);
void bb_tune_chart_set_best (BbTuneChart *self, int best);

G_END_DECLS
