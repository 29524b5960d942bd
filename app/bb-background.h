/* bb-background.h: work that leaves the window its processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void bb_background_enter (int level);

G_END_DECLS
