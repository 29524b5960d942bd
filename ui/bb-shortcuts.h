/* bb-shortcuts.h: which keys do what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void bb_shortcuts_set_accels (GtkApplication *application);
void bb_shortcuts_add_keys (AdwApplicationWindow *window);
const char *bb_shortcuts_get_history_action (guint key, GdkModifierType state);
void bb_shortcuts_present (GtkWidget *parent);

G_END_DECLS
