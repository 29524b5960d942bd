/* bb-time-range.c: the part of a clip that a timeline shows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-time-range.h"

#include <math.h>

/* Where something that was out of view comes to lie, in parts of what is shown. */
#define MARGIN 0.1

/**
 * bb_time_range_init:
 * @range: (out caller-allocates): a range
 * @duration: length of the clip, nanoseconds
 * @least: what is shown at least
 *
 * Shows all of a clip.
 */
void
bb_time_range_init (BbTimeRange *range, gint64 duration, gint64 least)
{
  *range = (BbTimeRange) {
    .duration = duration, .least = CLAMP (least, 1, MAX (duration, 1)), .start = 0, .span = duration
  };
}

/**
 * bb_time_range_is_whole:
 * @range: a range
 *
 * Returns: whether all of the clip is shown
 */
gboolean
bb_time_range_is_whole (const BbTimeRange *range)
{
  return range->span >= range->duration;
}

/**
 * bb_time_range_get_place:
 * @range: a range
 * @time: nanoseconds
 *
 * Returns: where that is: 0 is where the range begins, 1 where it ends
 */
double
bb_time_range_get_place (const BbTimeRange *range, gint64 time)
{
  return range->span > 0 ? (double) (time - range->start) / (double) range->span : 0.0;
}

/**
 * bb_time_range_get_time:
 * @range: a range
 * @place: as of bb_time_range_get_place(); may be outside of it
 *
 * Returns: the instant there, within the clip
 */
gint64
bb_time_range_get_time (const BbTimeRange *range, double place)
{
  double time = (double) range->start + place * (double) range->span;

  return llrint (CLAMP (time, 0.0, (double) range->duration));
}

static gboolean
set (BbTimeRange *range, gint64 start, gint64 span)
{
  gint64 old_start = range->start;
  gint64 old_span = range->span;

  range->span = CLAMP (span, MIN (range->least, range->duration), range->duration);
  range->start = CLAMP (start, 0, range->duration - range->span);
  return range->start != old_start || range->span != old_span;
}

/**
 * bb_time_range_zoom:
 * @range: a range
 * @factor: how many times as large everything becomes
 * @fixed: the instant that stays where it is, as far as the ends of the clip let it
 *
 * Returns: whether that changes the range
 */
gboolean
bb_time_range_zoom (BbTimeRange *range, double factor, gint64 fixed)
{
  double place = bb_time_range_get_place (range, fixed);
  double span = CLAMP ((double) range->span / factor, (double) MIN (range->least, range->duration),
                       (double) range->duration);

  return set (range, llrint ((double) fixed - place * span), llrint (span));
}

/**
 * bb_time_range_set_start:
 * @range: a range
 * @start: where it is to begin
 *
 * Returns: whether that changes the range
 */
gboolean
bb_time_range_set_start (BbTimeRange *range, gint64 start)
{
  return set (range, start, range->span);
}

/**
 * bb_time_range_reveal:
 * @range: a range
 * @time: an instant that is to be in view
 *
 * Goes on by pages where something leaves the view: that moves less than following it would.
 *
 * Returns: whether that changes the range
 */
gboolean
bb_time_range_reveal (BbTimeRange *range, gint64 time)
{
  gint64 margin = llrint ((double) range->span * MARGIN);

  if (time >= range->start && time <= range->start + range->span)
    return FALSE;
  return set (range, time < range->start ? time - range->span + margin : time - margin,
              range->span);
}
