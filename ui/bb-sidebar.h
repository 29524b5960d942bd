/* bb-sidebar.h: sidebar with all settings of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-performance-group.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_SIDEBAR (bb_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (BbSidebar, bb_sidebar, BB, SIDEBAR, AdwBin)

void bb_sidebar_set_editor (BbSidebar *self, BbEditor *editor);
BbPerformanceGroup *bb_sidebar_get_performance_group (BbSidebar *self);

G_END_DECLS
