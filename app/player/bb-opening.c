/* bb-opening.c: an engine that is opened on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-opening.h"

#include "blurbox.h"

struct _BbOpening {
  char *id;
  BbOpeningFunc opened;
  gpointer user_data;
  GThread *thread; /* (nullable): where there is none, it is opened when it is waited for */

  GMutex lock;
  GCond cond;
  gboolean done;
  BbEngine *engine;
  GError *error;
};

static gpointer
open_thread (gpointer data)
{
  BbOpening *opening = data;
  GError *error = NULL;
  BbEngine *engine = bb_engine_open (opening->id, &error);

  g_mutex_lock (&opening->lock);
  opening->engine = engine;
  opening->error = error;
  opening->done = TRUE;
  g_cond_signal (&opening->cond);
  g_mutex_unlock (&opening->lock);
  opening->opened (opening->user_data);
  return NULL;
}

/**
 * bb_opening_new:
 * @id: a device, as bb_devices_open() takes it
 * @opened: called when the device is open or cannot be opened, before bb_opening_finish() returns,
 *   mostly on the thread
 * @user_data: data for @opened
 *
 * Returns: (transfer full): an opening, which ends by bb_opening_finish()
 */
BbOpening *
bb_opening_new (const char *id, BbOpeningFunc opened, gpointer user_data)
{
  BbOpening *opening = g_new0 (BbOpening, 1);

  opening->id = g_strdup (id);
  opening->opened = opened;
  opening->user_data = user_data;
  g_mutex_init (&opening->lock);
  g_cond_init (&opening->cond);
  opening->thread = bb_thread_new ("bb-open", open_thread, opening, NULL);
  return opening;
}

/**
 * bb_opening_wait:
 * @opening: an opening
 * @microseconds: how long to wait at most
 *
 * Returns: whether bb_opening_finish() returns at once
 */
gboolean
bb_opening_wait (BbOpening *opening, gint64 microseconds)
{
  gint64 end = g_get_monotonic_time () + microseconds;
  gboolean done;

  g_mutex_lock (&opening->lock);
  while (!opening->done && opening->thread != NULL &&
         g_cond_wait_until (&opening->cond, &opening->lock, end))
    ;
  done = opening->done || opening->thread == NULL;
  g_mutex_unlock (&opening->lock);
  return done;
}

/**
 * bb_opening_finish:
 * @opening: (transfer full): an opening
 * @error: return location for an error
 *
 * Waits for the device.
 *
 * Returns: (transfer full): an engine without outputs, or %NULL with an error of bb_engine_open()
 */
BbEngine *
bb_opening_finish (BbOpening *opening, GError **error)
{
  BbEngine *engine;

  if (opening->thread != NULL)
    g_thread_join (opening->thread);
  else
    open_thread (opening);
  engine = opening->engine;
  if (opening->error != NULL)
    g_propagate_error (error, opening->error);
  g_mutex_clear (&opening->lock);
  g_cond_clear (&opening->cond);
  g_free (opening->id);
  g_free (opening);
  return engine;
}
