/* bb-prefix.h: where the program's own data is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *bb_prefix_find (const char *program);
void bb_prefix_init (void);

G_END_DECLS
