/* bb-thread.h: threads that may be refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GThread *bb_thread_new (const char *name, GThreadFunc func, gpointer data, GError **error);

G_END_DECLS
