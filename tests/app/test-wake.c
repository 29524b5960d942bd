/* test-wake.c: news for the main loop, from other threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-wake.h"

#define N_NEWS 20000

static void
count_cb (gpointer user_data)
{
  ++*(int *) user_data;
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Signals that come before the loop runs are one, and those after it others. */
static void
test_coalesced (void)
{
  int n = 0;
  g_autoptr (BbWake) wake = bb_wake_new (G_PRIORITY_DEFAULT, count_cb, &n);

  spin ();
  g_assert_cmpint (n, ==, 0);
  for (int i = 0; i < 100000; i++)
    bb_wake_signal (wake);
  spin ();
  g_assert_cmpint (n, ==, 1);
  bb_wake_signal (wake);
  spin ();
  g_assert_cmpint (n, ==, 2);
  bb_wake_close (wake);
}

static void
again_cb (gpointer user_data)
{
  BbWake **wake = user_data;

  bb_wake_signal (*wake);
  bb_wake_close (*wake);
  g_clear_pointer (wake, bb_wake_unref);
}

/* Closed by whom it calls, with a signal on its way: it does not call again, and threads that have a
 * reference may still signal. */
static void
test_closed (void)
{
  BbWake *wake = bb_wake_new (G_PRIORITY_DEFAULT, again_cb, &wake);
  g_autoptr (BbWake) kept = bb_wake_ref (wake);

  bb_wake_signal (wake);
  spin ();
  g_assert_null (wake);
  bb_wake_signal (kept);
  spin ();
}

typedef struct {
  BbWake *wake;
  int made; /* atomic, as the next */
  int seen;
} News;

/* Each piece of news as soon as the one before is seen, when the loop is about to wait again. */
static gpointer
news_thread (gpointer data)
{
  News *news = data;

  for (int i = 1; i <= N_NEWS; i++)
    {
      g_atomic_int_set (&news->made, i);
      bb_wake_signal (news->wake);
      while (g_atomic_int_get (&news->seen) < i)
        g_thread_yield ();
    }
  bb_wake_unref (news->wake);
  return NULL;
}

static void
look_cb (gpointer user_data)
{
  News *news = user_data;

  g_atomic_int_set (&news->seen, g_atomic_int_get (&news->made));
}

/* However a thread and the loop meet, no news is missed: else this would wait for ever. */
static void
test_thread (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  News news = { 0 };
  GThread *thread;

  g_main_context_push_thread_default (context);
  news.wake = bb_wake_new (G_PRIORITY_DEFAULT_IDLE, look_cb, &news);
  bb_wake_ref (news.wake);
  thread = g_thread_new ("news", news_thread, &news);
  while (news.seen < N_NEWS)
    g_main_context_iteration (context, TRUE);
  g_thread_join (thread);
  bb_wake_close (news.wake);
  bb_wake_unref (news.wake);
  g_main_context_pop_thread_default (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wake/coalesced", test_coalesced);
  g_test_add_func ("/wake/closed", test_closed);
  g_test_add_func ("/wake/thread", test_thread);
  return g_test_run ();
}
