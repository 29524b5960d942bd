/* bb-performance-group.h: rows for device, precision and batch size, and a meter of their cost
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-player.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_PERFORMANCE_GROUP (bb_performance_group_get_type ())
G_DECLARE_FINAL_TYPE (BbPerformanceGroup, bb_performance_group, BB, PERFORMANCE_GROUP, AdwPreferencesGroup)

void bb_performance_group_set_editor (BbPerformanceGroup *self, BbEditor *editor);
void bb_performance_group_set_player (BbPerformanceGroup *self, BbPlayer *player);
void bb_performance_group_set_path (BbPerformanceGroup *self, const char *path);
void bb_performance_group_set_gain (BbPerformanceGroup *self, int gain);
void bb_performance_group_set_difference (BbPerformanceGroup *self, const char *text);
void bb_performance_group_list_devices (BbPerformanceGroup *self);
const char *bb_performance_group_get_problem (BbPerformanceGroup *self);

G_END_DECLS
