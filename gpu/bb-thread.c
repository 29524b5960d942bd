/* bb-thread.c: threads that may be refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-thread.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>

/**
 * bb_thread_new:
 * @name: name of the thread
 * @func: what runs there
 * @data: data for @func
 * @error: return location for an error
 *
 * Starts a thread as g_thread_try_new() does: the system limits how many a user may have.
 *
 * Returns: (transfer full): the thread, or %NULL with %BB_ERROR_MEMORY; @data was not taken then
 */
GThread *
bb_thread_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  g_autoptr (GError) reason = NULL;
  GThread *thread = g_thread_try_new (name, func, data, &reason);

  if (thread != NULL)
    return thread;
  g_debug ("%s", reason->message);
  g_set_error_literal (error, BB_ERROR, BB_ERROR_MEMORY,
                       _ ("The system allows no further thread: end other programs, or raise the "
                          "limit (“ulimit -u”)"));
  return NULL;
}
