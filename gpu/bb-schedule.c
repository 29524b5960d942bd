/* bb-schedule.c: which worker makes which segments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker that has none gets the longest run that waits, or half of what is left of the longest one
 * that is made. All functions may be called on any thread.
 */

#include "bb-schedule.h"

struct _BbSchedule {
  GMutex lock;
  guint n_segments;   /* as planned; 0 where unknown: then nobody knows where half is */
  GPtrArray *waiting; /* of BbRun, owned */
  GPtrArray *running; /* of BbRun */
  gboolean closed;
};

static BbRun *
new_run (guint first, guint end)
{
  BbRun *run = g_new0 (BbRun, 1);

  run->first = run->next = first;
  run->end = end;
  run->given = G_MININT64;
  return run;
}

/**
 * bb_schedule_new:
 * @first: the first segment to make
 * @end: the first one not to make any more; %BB_SEGMENT_NONE: all that there are
 * @n_segments: segments that are planned; 0 where unknown
 *
 * Returns: (transfer full): a schedule with nothing done
 */
BbSchedule *
bb_schedule_new (guint first, guint end, guint n_segments)
{
  BbSchedule *self = g_new0 (BbSchedule, 1);

  g_mutex_init (&self->lock);
  self->n_segments = n_segments;
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  self->running = g_ptr_array_new ();
  g_ptr_array_add (self->waiting, new_run (first, end));
  return self;
}

/**
 * bb_schedule_free:
 * @self: (transfer full) (nullable): a schedule whose runs were all ended
 */
void
bb_schedule_free (BbSchedule *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->running);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * bb_schedule_mark:
 * @self: a schedule of which no run was taken
 * @index: a segment that is done
 * @next: the one that follows, %BB_SEGMENT_NONE where there is none
 * @end: time at which that one begins, in the source's time base
 *
 * Takes out what need not be made, those that are left out between included.
 */
void
bb_schedule_mark (BbSchedule *self, guint index, guint next, gint64 end)
{
  for (guint i = 0; i < self->waiting->len; i++)
    {
      BbRun *run = self->waiting->pdata[i];

      if (run->first == next)
        run->given = end;
      if (index < run->first || index >= run->end)
        continue;
      if (next < run->end)
        {
          BbRun *rest = new_run (next, run->end);

          rest->given = end;
          g_ptr_array_insert (self->waiting, (int) i + 1, rest);
        }
      run->end = index;
      if (run->first == run->end)
        g_ptr_array_remove_index (self->waiting, i);
      return;
    }
}

/* Segments of a run that nobody reads yet. */
static guint
count_left (BbSchedule *self, const BbRun *run, guint next)
{
  guint end = MIN (run->end, MAX (self->n_segments, next));

  return end > next ? end - next : 0;
}

static BbRun *
find_longest (BbSchedule *self, GPtrArray *runs, guint beside, guint *n_left)
{
  BbRun *longest = NULL;

  *n_left = 0;
  for (guint i = 0; i < runs->len; i++)
    {
      BbRun *run = runs->pdata[i];
      guint n = count_left (self, run, run->next + beside);

      if (longest == NULL || n > *n_left)
        {
          longest = run;
          *n_left = n;
        }
    }
  return longest;
}

/**
 * bb_schedule_take:
 * @self: a schedule
 *
 * Returns: (transfer full) (nullable): a run for one worker more, for bb_schedule_end(); %NULL where
 *   there is nothing to do
 */
BbRun *
bb_schedule_take (BbSchedule *self)
{
  BbRun *run, *longest;
  guint position, n_left;

  g_mutex_lock (&self->lock);
  run = self->closed ? NULL : find_longest (self, self->waiting, 0, &n_left);
  if (run != NULL && g_ptr_array_find (self->waiting, run, &position))
    g_ptr_array_steal_index (self->waiting, position);
  longest = self->closed || run != NULL ? NULL : find_longest (self, self->running, 1, &n_left);
  if (longest != NULL && n_left > 0)
    {
      guint middle = longest->next + 1 + n_left / 2;

      run = new_run (middle, longest->end);
      longest->end = middle;
    }
  if (run != NULL)
    g_ptr_array_add (self->running, run);
  g_mutex_unlock (&self->lock);
  return run;
}

/**
 * bb_schedule_can_take:
 * @self: a schedule
 *
 * Returns: whether bb_schedule_take() would give one more worker something to do
 */
gboolean
bb_schedule_can_take (BbSchedule *self)
{
  gboolean can;
  guint n_left = 0;

  g_mutex_lock (&self->lock);
  can = !self->closed && (self->waiting->len > 0 ||
                          (find_longest (self, self->running, 1, &n_left) != NULL && n_left > 0));
  g_mutex_unlock (&self->lock);
  return can;
}

/**
 * bb_schedule_enter:
 * @self: a schedule
 * @run: a run
 * @index: the segment of the frame that was read
 *
 * Returns: whether that frame still belongs to the run; if not, the run ends before it
 */
gboolean
bb_schedule_enter (BbSchedule *self, BbRun *run, guint index)
{
  gboolean belongs;

  g_mutex_lock (&self->lock);
  belongs = index < run->end;
  if (belongs)
    run->next = MAX (run->next, index);
  g_mutex_unlock (&self->lock);
  return belongs;
}

/**
 * bb_schedule_end:
 * @self: a schedule
 * @run: (transfer full): a run that was made, or found to have no frames
 */
void
bb_schedule_end (BbSchedule *self, BbRun *run)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->running, run);
  g_mutex_unlock (&self->lock);
  g_free (run);
}

/**
 * bb_schedule_give_back:
 * @self: a schedule
 * @run: (transfer full): a run that its worker cannot make
 * @from: the first segment of it that was not made
 *
 * Leaves the rest to another worker.
 */
void
bb_schedule_give_back (BbSchedule *self, BbRun *run, guint from)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->running, run);
  if (from != run->first)
    run->given = G_MININT64;
  run->first = run->next = from;
  if (from < run->end)
    g_ptr_array_add (self->waiting, run);
  else
    g_free (run);
  g_mutex_unlock (&self->lock);
}

/**
 * bb_schedule_redo:
 * @self: a schedule
 * @index: a segment
 * @given: time at which it begins, in the source's time base
 * @from_start: whether to read from the source's start on
 *
 * Has a segment made once more.
 */
void
bb_schedule_redo (BbSchedule *self, guint index, gint64 given, gboolean from_start)
{
  BbRun *run = new_run (index, index + 1);

  run->given = given;
  run->from_start = from_start;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->waiting, run);
  g_mutex_unlock (&self->lock);
}

/**
 * bb_schedule_close:
 * @self: a schedule
 *
 * Gives nobody anything to do any more.
 */
void
bb_schedule_close (BbSchedule *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
}
