/* bb-cut-marks.c: marks where a clip is cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cut-marks.h"

#include <math.h>

struct _BbCutMarks {
  GArray *times; /* of gint64, in order */
};

/**
 * bb_cut_marks_new:
 *
 * Returns: (transfer full): no marks
 */
BbCutMarks *
bb_cut_marks_new (void)
{
  BbCutMarks *self = g_new0 (BbCutMarks, 1);

  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

/**
 * bb_cut_marks_free:
 * @self: (transfer full): marks
 */
void
bb_cut_marks_free (BbCutMarks *self)
{
  g_array_unref (self->times);
  g_free (self);
}

/**
 * bb_cut_marks_clear:
 * @self: marks
 *
 * Forgets all.
 */
void
bb_cut_marks_clear (BbCutMarks *self)
{
  g_array_set_size (self->times, 0);
}

/**
 * bb_cut_marks_add:
 * @self: marks
 * @time: where another shot begins, nanoseconds; later than those before
 */
void
bb_cut_marks_add (BbCutMarks *self, gint64 time)
{
  g_array_append_val (self->times, time);
}

/**
 * bb_cut_marks_get_n:
 * @self: marks
 *
 * Returns: how many there are
 */
guint
bb_cut_marks_get_n (BbCutMarks *self)
{
  return self->times->len;
}

/**
 * bb_cut_marks_find:
 * @self: marks
 * @time: an instant
 * @direction: 1 for after it, -1 for before it
 *
 * Returns: the nearest mark there; -1 where there is none
 */
gint64
bb_cut_marks_find (BbCutMarks *self, gint64 time, int direction)
{
  gint64 found = -1;

  for (guint i = 0; i < self->times->len; i++)
    {
      gint64 cut = g_array_index (self->times, gint64, i);

      if (direction < 0 && cut < time)
        found = cut;
      else if (direction > 0 && cut > time)
        return cut;
    }
  return found;
}

static void
append (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float width, float height)
{
  gtk_snapshot_append_color (snapshot, color,
                             &GRAPHENE_RECT_INIT (x - floorf (width / 2), y, width, height));
}

/**
 * bb_cut_marks_snapshot:
 * @self: marks
 * @range: what is in view
 * @snapshot: where to draw
 * @strip: what it takes there
 *
 * Draws a line where a shot begins, and a mark on it, which are seen on any picture.
 */
void
bb_cut_marks_snapshot (BbCutMarks *self, const BbTimeRange *range, GtkSnapshot *snapshot,
                       const graphene_rect_t *strip)
{
  const GdkRGBA dark = { 0, 0, 0, 0.6f };
  const GdkRGBA light = { 1, 1, 1, 0.9f };
  float y = strip->origin.y;

  for (guint i = 0; i < self->times->len; i++)
    {
      double place = bb_time_range_get_place (range, g_array_index (self->times, gint64, i));
      float x = (float) rint (strip->origin.x + place * strip->size.width);

      if (place < 0.0 || place > 1.0)
        continue;
      append (snapshot, &dark, x, y, 3, strip->size.height);
      append (snapshot, &light, x, y, 1, strip->size.height);
      append (snapshot, &dark, x, y, 9, 10);
      append (snapshot, &light, x, y, 7, 9);
    }
}
