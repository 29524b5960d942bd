/* bb-wake.c: news for the main loop, without a lock
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-wake.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

/**
 * BbWake:
 *
 * Has a main loop call a function, from any thread. Signals that come before the function is called
 * are one.
 *
 * g_source_attach() and all that go by way of it hold the context's lock while they wake its thread.
 * A thread that stepped back (see bb_niceness_enter()), or one among many that are busy, can lose
 * its processor just there, and the main loop waits for that lock: up to 16 ms were seen. Here the
 * loop waits for a pipe, and a signal is a write to it. Reference-counted; any thread may use it.
 */
struct _BbWake {
  gatomicrefcount refs;
  int pipe[2];
  int pending; /* atomic */

  /* of the thread that made it */
  GSource *source;
  BbWakeFunc func;
  gpointer user_data;
};

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  BbWake *self = user_data;
  char byte;

  while (read (fd, &byte, 1) < 0 && errno == EINTR)
    ;
  /* Before the news is looked at: what comes from here on is a signal of its own. */
  g_atomic_int_set (&self->pending, FALSE);
  self->func (self->user_data);
  return G_SOURCE_CONTINUE;
}

static void
unref_cb (gpointer data)
{
  bb_wake_unref (data);
}

/**
 * bb_wake_new:
 * @priority: priority of the source, for example %G_PRIORITY_DEFAULT
 * @func: what to call
 * @user_data: data for @func
 *
 * Adds a source to the calling thread's default main context.
 *
 * Returns: (transfer full): a wake, to be closed with bb_wake_close() before the last reference goes
 */
BbWake *
bb_wake_new (int priority, BbWakeFunc func, gpointer user_data)
{
  BbWake *self = g_new0 (BbWake, 1);
  g_autoptr (GError) error = NULL;

  g_atomic_ref_count_init (&self->refs);
  self->func = func;
  self->user_data = user_data;
  /* As in g_main_context_new(), which has such a pair of its own. */
  if (!g_unix_open_pipe (self->pipe, O_CLOEXEC | O_NONBLOCK, &error))
    g_error ("No pipe for the main loop: %s", error->message);
  self->source = g_unix_fd_source_new (self->pipe[0], G_IO_IN);
  g_source_set_priority (self->source, priority);
  g_source_set_callback (self->source, G_SOURCE_FUNC (readable_cb), bb_wake_ref (self), unref_cb);
  g_source_set_static_name (self->source, "Blurbox news");
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

/**
 * bb_wake_ref:
 * @self: a wake
 *
 * Returns: (transfer full): @self
 */
BbWake *
bb_wake_ref (BbWake *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * bb_wake_unref:
 * @self: (transfer full): a wake
 */
void
bb_wake_unref (BbWake *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  close (self->pipe[0]);
  close (self->pipe[1]);
  g_free (self);
}

/**
 * bb_wake_signal:
 * @self: a wake
 *
 * Has the function called soon, unless it is closed by then. Any thread may call this, and none waits.
 */
void
bb_wake_signal (BbWake *self)
{
  if (!g_atomic_int_compare_and_exchange (&self->pending, FALSE, TRUE))
    return;
  while (write (self->pipe[1], "", 1) < 0 && errno == EINTR)
    ;
}

/**
 * bb_wake_close:
 * @self: a wake
 *
 * Takes it from the main loop, whose thread has to call this. The function is not called any more, and
 * signals are for nothing.
 */
void
bb_wake_close (BbWake *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}
