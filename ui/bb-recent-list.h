/* bb-recent-list.h: list of recent videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_RECENT_LIST (bb_recent_list_get_type ())
G_DECLARE_FINAL_TYPE (BbRecentList, bb_recent_list, BB, RECENT_LIST, AdwBin)

void bb_recent_list_load (BbRecentList *self);
void bb_recent_list_add (GFile *file);

G_END_DECLS
