/* bb-ramp.h: how many workers are worth it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbRamp:
 *
 * A search for the number of workers: one more is tried as long as each makes the sum grow by a
 * twentieth. On a GPU that finds as many as it has decoders.
 */
typedef struct {
  /*< private >*/
  gboolean on_cpu;
  gboolean stopped;
  gint64 settle_until; /* until then those that were added last begin */
  double last_rate;    /* frames a second with one worker less */
  gint64 measured_from;
  gint64 frames_from;
  double paused_from;
  guint64 idle_from; /* see read_processors() */
  guint64 total_from;
} BbRamp;

void bb_ramp_init (BbRamp *ramp, gboolean on_cpu);
gboolean bb_ramp_wants_more (BbRamp *ramp, gint64 now, gint64 frames, double paused);
void bb_ramp_stop (BbRamp *ramp);

G_END_DECLS
