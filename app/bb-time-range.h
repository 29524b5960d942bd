/* bb-time-range.h: the part of a clip that a timeline shows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbTimeRange:
 * @duration: length of the clip, nanoseconds; 0 where there is none
 * @least: what is shown at least
 * @start: where what is shown begins
 * @span: how much is shown
 *
 * The part of a clip that a timeline shows, always within the clip.
 */
typedef struct {
  gint64 duration;
  gint64 least;
  gint64 start;
  gint64 span;
} BbTimeRange;

void bb_time_range_init (BbTimeRange *range, gint64 duration, gint64 least);
gboolean bb_time_range_is_whole (const BbTimeRange *range);
double bb_time_range_get_place (const BbTimeRange *range, gint64 time);
gint64 bb_time_range_get_time (const BbTimeRange *range, double place);
gboolean bb_time_range_zoom (BbTimeRange *range, double factor, gint64 fixed);
gboolean bb_time_range_set_start (BbTimeRange *range, gint64 start);
gboolean bb_time_range_reveal (BbTimeRange *range, gint64 time);

G_END_DECLS
