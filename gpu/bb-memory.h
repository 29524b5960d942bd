/* bb-memory.h: how much host memory there is, as Linux tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint64 bb_memory_find (const char *file, const char *key);
guint64 bb_memory_get_left (void);
guint64 bb_memory_get_left_below (const char *root);

G_END_DECLS
