/* bb-cut-detector.c: where one shot ends and the next begins
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cut is found as FFmpeg's filter scdet does: by the mean absolute difference of two pictures, and
 * how much that differs from the one before, so that steady motion is not taken for one. Nor is a flash
 * of one frame: the picture after it is like the one before it. The pictures are small, means of
 * patches of the luma: that takes some thousand samples a frame.
 */

#include "bb-cut-detector.h"

#include <math.h>
#include <string.h>

#define N_COLUMNS BB_CUT_COLUMNS
#define N_ROWS BB_CUT_ROWS
#define N_CELLS (N_COLUMNS * N_ROWS)
/* Samples a patch, each way. */
#define PATCH 4
/* Hundredths of the range; scdet's own default. */
#define THRESHOLD 10.0

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

/**
 * bb_cut_detector_reset:
 * @self: a detector
 *
 * Forgets all frames: what comes next is not compared with them.
 */
void
bb_cut_detector_reset (BbCutDetector *self)
{
  self->n_seen = 0;
}

/**
 * bb_cut_detector_push:
 * @self: a detector
 * @frame: the next frame, in host memory
 * @peek: (nullable): gives the frame after it, which is asked for where it may begin a shot
 * @user_data: data for @peek
 *
 * Returns: whether a new shot begins with @frame, as far as the frames before it tell
 */
gboolean
bb_cut_detector_push (BbCutDetector *self, const BbFrame *frame, BbPeekFunc peek,
                      gpointer user_data)
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
