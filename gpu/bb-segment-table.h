/* bb-segment-table.h: where segments may begin
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"
#include "bb-source-info.h"

G_BEGIN_DECLS

/**
 * BbSegmentTable:
 * @time_base_num: time base of all its times in seconds, the source's, numerator
 * @time_base_den: time base, denominator
 * @start: time of the target's start
 * @length: how long the target is as far as the source tells; 0 where unknown
 * @n_segments: how many segments that gives; 0 where unknown
 * @before: how much earlier than planned a segment may begin, where a cut is
 * @after: how much later
 *
 * Where segments are planned to begin: evenly, about 10 s each. Each begins at the first cut within
 * its window, or with the first frame after that. That depends on the frames of the window only: who
 * begins to read there finds the same boundary as who has read all that comes before.
 */
typedef struct {
  int time_base_num;
  int time_base_den;
  gint64 start;
  gint64 length;
  guint n_segments;
  gint64 before;
  gint64 after;
} BbSegmentTable;

void bb_segment_table_init (BbSegmentTable *table, const BbSourceInfo *info,
                            const BbRecipeValues *values, gboolean search);
void bb_segment_table_get_window (const BbSegmentTable *table, guint index, gint64 *from,
                                  gint64 *until);

G_END_DECLS
