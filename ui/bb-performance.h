/* bb-performance.h: rows for device, precision and batch size, and a meter of their cost
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-player.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_PERFORMANCE (bb_performance_get_type ())
G_DECLARE_FINAL_TYPE (BbPerformance, bb_performance, BB, PERFORMANCE, AdwPreferencesGroup)

void bb_performance_set_editor (BbPerformance *self, BbEditor *editor);
void bb_performance_set_player (BbPerformance *self, BbPlayer *player);
void bb_performance_set_path (BbPerformance *self, const char *path);
void bb_performance_set_gain (BbPerformance *self, int gain);
void bb_performance_set_difference (BbPerformance *self, const char *text);
void bb_performance_list_devices (BbPerformance *self);
const char *bb_performance_get_problem (BbPerformance *self);

G_END_DECLS
