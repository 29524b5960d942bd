/* bb-test-wait.h: waiting for what a test is about
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

/* Far beyond what the slowest machine takes, under a sanitizer. */
#define BB_TEST_LIMIT_SECONDS 120

static inline gboolean
bb_test_wait_alarm_cb (gpointer condition)
{
  g_error ("After %d s this does not hold yet: %s", BB_TEST_LIMIT_SECONDS,
           (const char *) condition);
  return G_SOURCE_REMOVE;
}

static inline gboolean
bb_test_wait_look_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define BB_TEST_WAIT_WITH_(condition, interval)                                                    \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint bb_test_alarm =                                                                          \
      g_timeout_add_seconds (BB_TEST_LIMIT_SECONDS, bb_test_wait_alarm_cb, (gpointer) #condition); \
    guint bb_test_look =                                                                           \
      interval > 0 ? g_timeout_add (MAX (interval, 1), bb_test_wait_look_cb, NULL) : 0;            \
                                                                                                   \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (bb_test_alarm);                                                               \
    if (bb_test_look > 0)                                                                          \
      g_source_remove (bb_test_look);                                                              \
  }                                                                                                \
  G_STMT_END

/* Runs the main loop until something that is told there makes @condition hold; fails, and says what it
 * waited for, where that does not happen. */
#define BB_TEST_WAIT(condition) BB_TEST_WAIT_WITH_ (condition, 0)

/* The same for what the main loop does not hear of, such as a file or another thread's figures. */
#define BB_TEST_POLL(condition) BB_TEST_WAIT_WITH_ (condition, 2)
