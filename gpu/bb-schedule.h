/* bb-schedule.h: which worker makes which segments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-segment.h"

G_BEGIN_DECLS

/**
 * BbRun:
 * @first: its first segment
 * @given: time at which that one begins, in the source's time base; %G_MININT64: to be found
 * @from_start: whether to read from the source's start on, since seeking led elsewhere
 *
 * Consecutive segments that a worker makes.
 */
typedef struct {
  guint first;
  gint64 given;
  gboolean from_start;

  /*< private >*/
  guint next; /* that is read now, or will be */
  guint end;  /* the first one that is another's */
} BbRun;

typedef struct _BbSchedule BbSchedule;

BbSchedule *bb_schedule_new (guint first, guint end, guint n_segments);
void bb_schedule_free (BbSchedule *self);
void bb_schedule_mark (BbSchedule *self, guint index, guint next, gint64 end);
BbRun *bb_schedule_take (BbSchedule *self);
gboolean bb_schedule_can_take (BbSchedule *self);
gboolean bb_schedule_enter (BbSchedule *self, BbRun *run, guint index);
void bb_schedule_end (BbSchedule *self, BbRun *run);
void bb_schedule_give_back (BbSchedule *self, BbRun *run, guint from);
void bb_schedule_redo (BbSchedule *self, guint index, gint64 given, gboolean from_start);
void bb_schedule_close (BbSchedule *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSchedule, bb_schedule_free)

G_END_DECLS
