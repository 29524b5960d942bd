/* bb-ramp.c: how many workers are worth it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-ramp.h"

#include <stdio.h>

/* How long a number of workers is measured, after they have begun; microseconds. */
#define SETTLE_TIME (2 * G_USEC_PER_SEC)
#define MEASURE_TIME (3 * G_USEC_PER_SEC)
/* One worker more must be worth so much. */
#define LEAST_GAIN 1.05
/* Of all processors, how many must idle for another worker on the CPU: it would only take from the
 * others, and memory. Few processors are not worth it: encoders have threads of their own. */
#define LEAST_IDLE 0.25
#define LEAST_PROCESSORS 4

/* How long processors of this machine have idled, and the time of all, in ticks: the first line of
 * /proc/stat. */
static void
read_processors (guint64 *idle, guint64 *total)
{
  g_autofree char *text = NULL;
  unsigned long long times[8] = { 0 };

  *idle = *total = 0;
  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL) ||
      sscanf (text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &times[0], &times[1], &times[2],
              &times[3], &times[4], &times[5], &times[6], &times[7]) < 4)
    return;
  *idle = times[3];
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    *total += times[i];
}

static gboolean
has_idle_processors (const BbRamp *ramp)
{
  guint64 idle, total;

  if (g_get_num_processors () < LEAST_PROCESSORS)
    return FALSE;
  read_processors (&idle, &total);
  return total > ramp->total_from &&
         (double) (idle - ramp->idle_from) >= LEAST_IDLE * (double) (total - ramp->total_from);
}

/**
 * bb_ramp_init:
 * @ramp: (out caller-allocates): a search
 * @on_cpu: whether the CPU encodes, of which some must idle then
 *
 * Begins with one worker, or as many as there are.
 */
void
bb_ramp_init (BbRamp *ramp, gboolean on_cpu)
{
  *ramp = (BbRamp) { .on_cpu = on_cpu };
}

static void
begin_measuring (BbRamp *ramp, gint64 now, gint64 frames, double paused)
{
  ramp->measured_from = now;
  ramp->frames_from = frames;
  ramp->paused_from = paused;
  read_processors (&ramp->idle_from, &ramp->total_from);
}

/**
 * bb_ramp_wants_more:
 * @ramp: a search
 * @now: monotonic time, microseconds
 * @frames: frames that all workers have made so far
 * @paused: seconds that they have been held so far
 *
 * To be asked several times a second.
 *
 * Returns: whether to add one worker now
 */
gboolean
bb_ramp_wants_more (BbRamp *ramp, gint64 now, gint64 frames, double paused)
{
  double rate;

  if (ramp->stopped)
    return FALSE;
  /* What is counted begins with the first frame, or when those that were added last have begun. */
  if (now < ramp->settle_until || ramp->frames_from == 0 || paused > ramp->paused_from)
    {
      begin_measuring (ramp, now, frames, paused);
      return FALSE;
    }
  if (now - ramp->measured_from < MEASURE_TIME)
    return FALSE;
  rate = (double) (frames - ramp->frames_from) / (double) (now - ramp->measured_from);
  if (rate < ramp->last_rate * LEAST_GAIN || (ramp->on_cpu && !has_idle_processors (ramp)))
    {
      ramp->stopped = TRUE;
      return FALSE;
    }
  ramp->last_rate = rate;
  ramp->settle_until = now + SETTLE_TIME;
  return TRUE;
}

/**
 * bb_ramp_stop:
 * @ramp: a search
 *
 * Ends the search: there can be no more workers.
 */
void
bb_ramp_stop (BbRamp *ramp)
{
  ramp->stopped = TRUE;
}
