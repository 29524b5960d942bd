/* bb-tsan.c: tells ThreadSanitizer what GLib's locks order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLib's mutexes are futexes of its own inside a library that is not instrumented, so that everything
 * that they protect would be reported. This library is preloaded: it passes each call on, and tells
 * the sanitizer that an unlock happens before the next lock. A missing lock is found nevertheless.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <glib-object.h>

/* Not there in the programs that a test starts. */
void __tsan_acquire (void *address) __attribute__ ((weak));
void __tsan_release (void *address) __attribute__ ((weak));

static void
acquire (void *address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire (address);
}

static void
release (void *address)
{
  if (__tsan_release != NULL)
    __tsan_release (address);
}

#define NEXT(name) ((__typeof__ (&name)) get_next (&next, #name))

static void *
get_next (void **next, const char *name)
{
  void *known = __atomic_load_n (next, __ATOMIC_RELAXED);

  if (known != NULL)
    return known;
  known = dlsym (RTLD_NEXT, name);
  __atomic_store_n (next, known, __ATOMIC_RELAXED);
  return known;
}

#undef g_mutex_lock
void
g_mutex_lock (GMutex *mutex)
{
  static void *next;

  NEXT (g_mutex_lock) (mutex);
  acquire (mutex);
}

#undef g_mutex_trylock
gboolean
g_mutex_trylock (GMutex *mutex)
{
  static void *next;
  gboolean locked = NEXT (g_mutex_trylock) (mutex);

  if (locked)
    acquire (mutex);
  return locked;
}

#undef g_mutex_unlock
void
g_mutex_unlock (GMutex *mutex)
{
  static void *next;

  release (mutex);
  NEXT (g_mutex_unlock) (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  static void *next;

  release (mutex);
  NEXT (g_cond_wait) (cond, mutex);
  acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  static void *next;
  gboolean signalled;

  release (mutex);
  signalled = NEXT (g_cond_wait_until) (cond, mutex, end);
  acquire (mutex);
  return signalled;
}

/* What is pushed is seen by the thread that takes it. */
typedef struct {
  GFunc func;
  gpointer data;
} Pool;

static void
run_pooled (gpointer task, gpointer data)
{
  Pool *pool = data;

  acquire (pool);
  pool->func (task, pool->data);
}

GThreadPool *
g_thread_pool_new (GFunc func, gpointer data, int max_threads, gboolean exclusive, GError **error)
{
  static void *next;
  Pool *pool = g_new (Pool, 1); /* as long as the program: the pool's threads may outlive it */

  pool->func = func;
  pool->data = data;
  release (pool);
  return NEXT (g_thread_pool_new) (run_pooled, pool, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer task, GError **error)
{
  static void *next;

  release (pool->user_data);
  return NEXT (g_thread_pool_push) (pool, task, error);
}

/* Who drops the last reference sees what the others did before they dropped theirs. */
void
g_object_unref (gpointer object)
{
  static void *next;

  acquire (object);
  release (object);
  NEXT (g_object_unref) (object);
}

#undef g_atomic_ref_count_dec
gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  static void *next;
  gboolean last;

  release (count);
  last = NEXT (g_atomic_ref_count_dec) (count);
  if (last)
    acquire (count);
  return last;
}

/* What a source is given is seen by the loop that dispatches it. */
static int loops;

guint
g_source_attach (GSource *source, GMainContext *context)
{
  static void *next;

  release (&loops);
  return NEXT (g_source_attach) (source, context);
}

guint
g_idle_add_full (int priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  static void *next;

  release (&loops);
  return NEXT (g_idle_add_full) (priority, func, data, notify);
}

void
g_main_loop_run (GMainLoop *loop)
{
  static void *next;

  NEXT (g_main_loop_run) (loop);
  acquire (&loops);
}
