/* bb-printable.h: text that a terminal shows and does not obey
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *bb_printable_new (const char *text);

G_END_DECLS
