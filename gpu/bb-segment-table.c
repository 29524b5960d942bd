/* bb-segment-table.c: where segments may begin
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-segment-table.h"

#include <libavutil/mathematics.h>

/* Seconds: how long a segment is, about, at least and at most, and how far a cut may be. A key frame
 * each 10 s costs less than a hundredth of the bytes. */
#define LENGTH 10
#define LEAST 4
#define MOST 15
#define FAR 3

static gint64
to_ticks (const BbSegmentTable *table, double seconds)
{
  return (gint64) (seconds * table->time_base_den / table->time_base_num);
}

/**
 * bb_segment_table_init:
 * @table: (out caller-allocates): a table
 * @info: what is known of the source
 * @values: what to make
 * @search: whether cuts can be looked for
 *
 * Divides a target into segments of one length: about 10 s, so that none becomes shorter than 4 s or
 * longer than 15 s when each is moved to a cut. A target of less than 15 s is one.
 */
void
bb_segment_table_init (BbSegmentTable *table, const BbSourceInfo *info,
                       const BbRecipeValues *values, gboolean search)
{
  gint64 end = values->end < 0 || (info->duration > 0 && values->end > info->duration)
                 ? info->duration
                 : values->end;
  double seconds, room;

  *table = (BbSegmentTable) {
    .time_base_num = info->time_base_num,
    .time_base_den = info->time_base_den,
    .start = bb_source_info_get_cut (info, values->start),
  };
  if (end > values->start)
    table->length = bb_source_info_get_pts (info, end) - table->start;
  seconds = (double) table->length * table->time_base_num / table->time_base_den;
  if (table->length > 0)
    {
      table->n_segments = (guint) CLAMP (seconds / LENGTH + 0.5, 1, G_MAXINT);
      seconds /= table->n_segments;
    }
  else
    seconds = LENGTH;
  if (!search)
    return;
  room = CLAMP (MIN (seconds - LEAST, MOST - seconds), 0, LEAST + 1);
  table->before = to_ticks (table, MIN (room * FAR / (LEAST + 1), FAR));
  table->after = to_ticks (table, room) - table->before;
}

/**
 * bb_segment_table_get_window:
 * @table: a table
 * @index: a segment, at least 1
 * @from: (out): a cut from this time on begins it
 * @until: (out): the first frame that is not before this time begins it, where there is no cut
 */
void
bb_segment_table_get_window (const BbSegmentTable *table, guint index, gint64 *from, gint64 *until)
{
  gint64 begin;

  if (table->n_segments == 0)
    begin = to_ticks (table, (double) LENGTH * index);
  else if (index < table->n_segments)
    begin = av_rescale (table->length, index, table->n_segments);
  else
    {
      /* The source is longer than it says. The first stretch that is too much is left to the last
       * segment. */
      *from = *until =
        table->start + av_rescale (table->length, (gint64) index + 1, table->n_segments);
      return;
    }
  *from = table->start + begin - table->before;
  *until = table->start + begin + table->after;
}
