/* bb-shortcuts.h: keyboard shortcuts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * BbShortcutsTakeBackFunc:
 * @row: a row of the settings
 *
 * Puts back what is being typed at a row.
 *
 * Returns: whether there was anything
 */
typedef gboolean (*BbShortcutsTakeBackFunc) (GtkWidget *row);

void bb_shortcuts_set_accels (GtkApplication *application);
void bb_shortcuts_add_keys (AdwApplicationWindow *window);
void bb_shortcuts_add_entry_keys (GtkWidget *entry, GtkWidget *row,
                                  BbShortcutsTakeBackFunc take_back);
void bb_shortcuts_present (GtkWidget *parent);

G_END_DECLS
