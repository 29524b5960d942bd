/* bb-meter.c: how long things take, over the last second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-meter.h"

#define LAST_FEW 32

/**
 * bb_meter_add:
 * @meter: a meter
 * @when: now, as g_get_monotonic_time() tells
 * @seconds: what @count things took together
 * @count: how many
 */
void
bb_meter_add (BbMeter *meter, gint64 when, double seconds, guint count)
{
  guint at = meter->next++ % BB_METER_SIZE;

  meter->entry[at].when = when;
  meter->entry[at].seconds = seconds;
  meter->entry[at].count = count;
}

/**
 * bb_meter_get_rate:
 * @meter: a meter
 * @now: now, as g_get_monotonic_time() tells
 *
 * Returns: things a second, over the last second
 */
double
bb_meter_get_rate (const BbMeter *meter, gint64 now)
{
  guint count = 0;

  for (guint i = 0; i < MIN (meter->next, BB_METER_SIZE); i++)
    if (meter->entry[i].when > now - G_USEC_PER_SEC)
      count += meter->entry[i].count;
  return count;
}

/**
 * bb_meter_get_milliseconds:
 * @meter: a meter
 * @now: now, as g_get_monotonic_time() tells
 *
 * Returns: milliseconds that one thing took, over the last second, or over the last few where all are
 *   longer ago; 0 where there was none
 */
double
bb_meter_get_milliseconds (const BbMeter *meter, gint64 now)
{
  double seconds = 0.0;
  guint count = 0;

  for (guint i = 0; i < MIN (meter->next, BB_METER_SIZE); i++)
    {
      guint at = (meter->next - 1 - i) % BB_METER_SIZE;

      if (i >= LAST_FEW && meter->entry[at].when <= now - G_USEC_PER_SEC)
        break;
      if (i > 0 && meter->entry[at].when <= now - G_USEC_PER_SEC &&
          meter->entry[(at + 1) % BB_METER_SIZE].when > now - G_USEC_PER_SEC)
        break;
      seconds += meter->entry[at].seconds;
      count += meter->entry[at].count;
    }
  return count > 0 ? 1000.0 * seconds / count : 0.0;
}
