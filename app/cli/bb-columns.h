/* bb-columns.h: how wide text is in a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

int bb_columns_get (const char *text);

G_END_DECLS
