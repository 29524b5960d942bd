/* bb-time.h: instants and lengths for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbTimeGrid:
 * @first: when the first frame is shown, nanoseconds
 * @rate_num: frames a second on average, numerator; 0 where unknown
 * @rate_den: frames a second, denominator
 * @time_base_num: time base in seconds, numerator; 0 where times are exact
 * @time_base_den: time base, denominator
 *
 * When the frames of a source are shown.
 */
typedef struct {
  gint64 first;
  int rate_num;
  int rate_den;
  int time_base_num;
  int time_base_den;
} BbTimeGrid;

gboolean bb_time_parse (const char *text, const BbTimeGrid *grid, gboolean length, gint64 *time,
                        GError **error);
gint64 bb_time_grid_get (const BbTimeGrid *grid, gint64 frames, gboolean length);
gint64 bb_time_grid_snap (const BbTimeGrid *grid, gint64 time, gboolean length);
char *bb_time_format_exact (gint64 time);
char *bb_time_format (gint64 time, gboolean fine);
char *bb_time_format_spoken (gint64 time);

G_END_DECLS
