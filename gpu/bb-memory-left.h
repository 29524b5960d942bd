/* bb-memory-left.h: how much of the host's memory a file may take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint64 bb_memory_left (void);

G_END_DECLS
