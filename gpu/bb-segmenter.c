/* bb-segmenter.c: which segment a frame belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-segmenter.h"

struct _BbSegmenter {
  BbSegmentTable table;
  guint current; /* of the last frame; before the run, the segment before its first one */
  gboolean inside;
  gint64 given; /* where the run begins, G_MININT64: to be found */

  BbCutDetector detector; /* of the window that is looked at */
};

/**
 * bb_segmenter_new:
 * @table: where segments may begin
 *
 * Returns: (transfer full): a segmenter; see bb_segmenter_begin()
 */
BbSegmenter *
bb_segmenter_new (const BbSegmentTable *table)
{
  BbSegmenter *self = g_new0 (BbSegmenter, 1);

  self->table = *table;
  return self;
}

/**
 * bb_segmenter_free:
 * @self: (transfer full) (nullable): a segmenter
 */
void
bb_segmenter_free (BbSegmenter *self)
{
  g_free (self);
}

/**
 * bb_segmenter_begin:
 * @self: a segmenter
 * @index: the first segment that is wanted
 *
 * Returns: the time from which on bb_segmenter_push() must get all frames; frames before do no harm.
 *   %G_MININT64 is the first frame
 */
gint64
bb_segmenter_begin (BbSegmenter *self, guint index)
{
  gint64 from = G_MININT64;
  gint64 until;

  self->inside = index == 0;
  self->current = index == 0 ? 0 : index - 1;
  self->given = G_MININT64;
  bb_cut_detector_reset (&self->detector);
  if (index > 0)
    bb_segment_table_get_window (&self->table, index, &from, &until);
  return from;
}

/**
 * bb_segmenter_begin_at:
 * @self: a segmenter
 * @index: the first segment that is wanted
 * @pts: where it begins, in the source's time base
 *
 * Begins where somebody else has found the boundary.
 */
void
bb_segmenter_begin_at (BbSegmenter *self, guint index, gint64 pts)
{
  self->inside = FALSE;
  self->current = index;
  self->given = pts;
  bb_cut_detector_reset (&self->detector);
}

static void
enter (BbSegmenter *self, guint index)
{
  self->current = index;
  self->inside = TRUE;
  bb_cut_detector_reset (&self->detector);
}

/**
 * bb_segmenter_push:
 * @self: a segmenter that has begun
 * @frame: the source's next frame, in host memory where cuts are looked for
 * @peek: (nullable): gives the frame after it, which is asked for where it may begin a shot
 * @user_data: data for @peek
 *
 * Returns: its segment; %BB_SEGMENT_NONE where it comes before the first one that is wanted. Numbers
 *   are left out where a frame is shown so long that segments would have none
 */
guint
bb_segmenter_push (BbSegmenter *self, const BbFrame *frame, BbPeekFunc peek, gpointer user_data)
{
  if (self->given != G_MININT64 && !self->inside)
    {
      if (frame->pts < self->given)
        return BB_SEGMENT_NONE;
      self->inside = TRUE;
    }
  while (TRUE)
    {
      gint64 from, until;

      bb_segment_table_get_window (&self->table, self->current + 1, &from, &until);
      if (frame->pts >= until)
        {
          enter (self, self->current + 1);
          continue;
        }
      if (frame->pts >= from && frame->memory == BB_MEMORY_HOST &&
          bb_cut_detector_push (&self->detector, frame, peek, user_data))
        enter (self, self->current + 1);
      break;
    }
  return self->inside ? self->current : BB_SEGMENT_NONE;
}
