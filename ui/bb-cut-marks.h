/* bb-cut-marks.h: marks where a clip is cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-time-range.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * BbCutMarks:
 *
 * Where the shots of a clip begin, and what marks that on a timeline.
 */
typedef struct _BbCutMarks BbCutMarks;

BbCutMarks *bb_cut_marks_new (void);
void bb_cut_marks_free (BbCutMarks *self);
void bb_cut_marks_clear (BbCutMarks *self);
void bb_cut_marks_add (BbCutMarks *self, gint64 time);
guint bb_cut_marks_get_n (BbCutMarks *self);
gint64 bb_cut_marks_find (BbCutMarks *self, gint64 time, int direction);
void bb_cut_marks_snapshot (BbCutMarks *self, const BbTimeRange *range, GtkSnapshot *snapshot,
                            const graphene_rect_t *strip);

G_END_DECLS
