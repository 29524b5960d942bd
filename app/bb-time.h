/* bb-time.h: instants and lengths for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *bb_time_format (gint64 time, gboolean fine);
char *bb_time_format_spoken (gint64 time);

G_END_DECLS
