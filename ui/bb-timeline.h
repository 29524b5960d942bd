/* bb-timeline.h: timeline with playhead and trim
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-clip-scan.h"
#include "bb-time-range.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_TIMELINE (bb_timeline_get_type ())
G_DECLARE_FINAL_TYPE (BbTimeline, bb_timeline, BB, TIMELINE, GtkWidget)

void bb_timeline_set_clip (BbTimeline *self, gint64 duration, gint64 frame_duration, double aspect,
                           gboolean has_sound);
void bb_timeline_set_position (BbTimeline *self, gint64 position);
void bb_timeline_set_trim (BbTimeline *self, gint64 start, gint64 end);
gint64 *bb_timeline_get_missing (BbTimeline *self, guint *n);
void bb_timeline_add_picture (BbTimeline *self, gint64 time, GdkTexture *texture);
void bb_timeline_add_peaks (BbTimeline *self, guint first, const BbPeak *peaks, guint n);
void bb_timeline_add_cut (BbTimeline *self, gint64 time);
gint64 bb_timeline_find_cut (BbTimeline *self, gint64 time, int direction);
void bb_timeline_zoom (BbTimeline *self, int steps);
const BbTimeRange *bb_timeline_get_range (BbTimeline *self);
GtkAdjustment *bb_timeline_get_view (BbTimeline *self);

G_END_DECLS
