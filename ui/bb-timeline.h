/* bb-timeline.h: timeline with playhead and trim
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_TIMELINE (bb_timeline_get_type ())
G_DECLARE_FINAL_TYPE (BbTimeline, bb_timeline, BB, TIMELINE, GtkWidget)

void bb_timeline_set_clip (BbTimeline *self, gint64 duration, gint64 frame_duration, double aspect);
void bb_timeline_set_position (BbTimeline *self, gint64 position);
void bb_timeline_set_trim (BbTimeline *self, gint64 start, gint64 end);
int bb_timeline_get_n_thumbnails (BbTimeline *self);
void bb_timeline_set_thumbnail (BbTimeline *self, int index, GdkTexture *texture);

G_END_DECLS
