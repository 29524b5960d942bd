/* bb-segment.c: a stretch of the target, encoded by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-segment.h"

/**
 * bb_segment_free:
 * @segment: (transfer full) (nullable): a segment
 */
void
bb_segment_free (BbSegment *segment)
{
  if (segment == NULL)
    return;
  g_free (segment->path);
  g_free (segment->shortfall);
  g_free (segment);
}

/**
 * bb_segment_copy:
 * @segment: a segment
 *
 * Returns: (transfer full): a copy
 */
BbSegment *
bb_segment_copy (const BbSegment *segment)
{
  BbSegment *copy = g_memdup2 (segment, sizeof *segment);

  copy->path = g_strdup (segment->path);
  copy->shortfall = g_strdup (segment->shortfall);
  return copy;
}
