/* bb-segmenter.c: which segment a frame belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cut is found as FFmpeg's filter scdet does: by the mean absolute difference of two pictures, and
 * how much that differs from the one before, so that steady motion is not taken for one. Nor is a flash
 * of one frame: the picture after it is like the one before it. The pictures are small, means of
 * patches of the luma: that takes some thousand samples a frame.
 */

#include "bb-segmenter.h"

#include <math.h>
#include <string.h>

#define N_COLUMNS 32
#define N_ROWS 18
#define N_CELLS (N_COLUMNS * N_ROWS)
/* Samples a patch, each way. */
#define PATCH 4
/* Hundredths of the range; scdet's own default. */
#define THRESHOLD 10.0

struct _BbSegmenter {
  BbSegmentTable table;
  guint current; /* of the last frame; before the run, the segment before its first one */
  gboolean inside;
  gint64 given; /* where the run begins, G_MININT64: to be found */

  /* of the window that is looked at */
  guint n_seen;
  double cells[N_CELLS];
  double difference; /* of the last two pictures */
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
  self->n_seen = 0;
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
  self->n_seen = 0;
}

/* The mean of a patch. */
static double
get_cell (const BbFrame *frame, int x, int y)
{
  gsize sample = frame->format.depth > 8 ? 2 : 1;
  guint sum = 0;
  int n = 0;

  for (int j = y; j < MIN (y + PATCH, frame->format.height); j++)
    {
      const guint8 *row = frame->data[0] + (gssize) j * frame->stride[0];

      for (int i = x; i < MIN (x + PATCH, frame->format.width); i++, n++)
        sum += sample == 1 ? row[i] : ((const guint16 *) (gconstpointer) row)[i];
    }
  return n > 0 ? (double) sum / n : 0.0;
}

/* The cells of a picture, and how much they differ from others, in hundredths of the range. */
static double
compare (const BbFrame *frame, const double *others, double *cells)
{
  double range = ldexp (1.0, frame->format.depth + bb_format_get_shift (&frame->format));
  double sum = 0.0;

  for (int row = 0; row < N_ROWS; row++)
    for (int column = 0; column < N_COLUMNS; column++)
      {
        int i = row * N_COLUMNS + column;
        double now = get_cell (frame, frame->format.width * (2 * column + 1) / (2 * N_COLUMNS),
                               frame->format.height * (2 * row + 1) / (2 * N_ROWS));

        sum += fabs (now - others[i]);
        cells[i] = now;
      }
  return 100.0 * sum / (N_CELLS * range);
}

/* Whether a new shot begins with @frame, as far as the frames of the window before it tell. */
static gboolean
is_cut (BbSegmenter *self, const BbFrame *frame, BbPeekFunc peek, gpointer user_data)
{
  double before = self->difference;
  double last[N_CELLS], after[N_CELLS];
  const BbFrame *next;

  memcpy (last, self->cells, sizeof last);
  self->difference = compare (frame, last, self->cells);
  self->n_seen++;
  if (self->n_seen <= 2 || MIN (self->difference, fabs (self->difference - before)) <= THRESHOLD)
    return FALSE;
  next = peek != NULL ? peek (user_data) : NULL;
  return next == NULL || compare (next, last, after) > THRESHOLD;
}

static void
enter (BbSegmenter *self, guint index)
{
  self->current = index;
  self->inside = TRUE;
  self->n_seen = 0;
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
          is_cut (self, frame, peek, user_data))
        enter (self, self->current + 1);
      break;
    }
  return self->inside ? self->current : BB_SEGMENT_NONE;
}
