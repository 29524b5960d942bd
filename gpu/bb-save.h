/* bb-save.h: text into a file, whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean bb_save_text (GFile *file, const char *text, GError **error);

G_END_DECLS
