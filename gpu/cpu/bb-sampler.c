/* bb-sampler.c: rows of a separably resampled plane
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes one output row after the other and keeps the source rows that it still needs in a ring, so
 * that what it works on stays in the cache and nothing of the picture's size is stored in between.
 */

#include "bb-sampler.h"

#include <stdlib.h>

struct _BbSampler {
  const BbSamplerTaps *taps;
  BbView view;

  float *ring;
  gconstpointer *rows;
  float *line;
  int first; /* rows first to last - 1 are in the ring */
  int last;
};

/**
 * bb_sampler_taps_init:
 * @taps: (out caller-allocates): to be freed by bb_sampler_taps_clear()
 * @y: taps along columns, which must stay
 * @x: taps along rows, which must stay
 * @width: columns of the source
 */
void
bb_sampler_taps_init (BbSamplerTaps *taps, const BbTaps *y, const BbTaps *x, int width)
{
  int first_column = 0;
  int last_column = width;
  int first_row = 0;
  int last_row = 0;
  int made = x->n_taps > 0 ? x->n_out : width;

  if (x->n_taps > 0)
    bb_taps_get_range (x, &first_column, &last_column);
  if (y->n_taps > 0)
    bb_taps_get_range (y, &first_row, &last_row);
  *taps = (BbSamplerTaps) {
    .y = y,
    .x = x,
    .columns_first = x->n_taps > 0 && y->n_taps > 0 && last_row - first_row < y->n_out,
    .first_column = first_column,
    .n_columns = last_column - first_column,
    .n_ring = MAX (y->n_taps, 1),
    .pitch = (MAX (made, last_column) + 2 * BB_ROW_PADDING - 1) / BB_ROW_PADDING * BB_ROW_PADDING,
  };
  bb_packed_taps_init (&taps->packed, x);
}

/**
 * bb_sampler_taps_clear:
 * @taps: taps
 */
void
bb_sampler_taps_clear (BbSamplerTaps *taps)
{
  bb_packed_taps_clear (&taps->packed);
}

/**
 * bb_sampler_new:
 * @taps: taps, which must stay
 *
 * Returns: (transfer full): a sampler that has not started
 */
BbSampler *
bb_sampler_new (const BbSamplerTaps *taps)
{
  BbSampler *sampler = g_new0 (BbSampler, 1);

  sampler->taps = taps;
  sampler->ring = bb_rows_new (taps->n_ring, taps->pitch);
  sampler->line = bb_rows_new (1, taps->pitch);
  sampler->rows = g_new (gconstpointer, taps->n_ring);
  return sampler;
}

/**
 * bb_sampler_free:
 * @sampler: (transfer full) (nullable): a sampler
 */
void
bb_sampler_free (BbSampler *sampler)
{
  if (sampler == NULL)
    return;
  free (sampler->ring);
  free (sampler->line);
  g_free (sampler->rows);
  g_free (sampler);
}

/**
 * bb_sampler_start:
 * @sampler: a sampler
 * @view: the plane to read from now on; its rows lie as they are shown
 */
void
bb_sampler_start (BbSampler *sampler, const BbView *view)
{
  sampler->view = *view;
  sampler->first = sampler->last = 0;
}

static float *
ring_row (BbSampler *sampler, int row)
{
  return sampler->ring + (gsize) (row % sampler->taps->n_ring) * (gsize) sampler->taps->pitch;
}

/* Rows keep their column numbers, so that taps apply as they are. */
static void
load (BbSampler *sampler, int row, float *out)
{
  const BbSamplerTaps *taps = sampler->taps;

  bb_rows_load (&sampler->view, taps->first_column, row, taps->n_columns, out + taps->first_column);
}

static void
fill_ring (BbSampler *sampler, int first)
{
  const BbSamplerTaps *taps = sampler->taps;
  int last = first + taps->y->n_taps;

  if (first < sampler->first || first > sampler->last)
    sampler->last = first;
  for (int row = sampler->last; row < last; row++)
    if (taps->columns_first)
      {
        load (sampler, row, sampler->line);
        bb_rows_resample (&taps->packed, sampler->line, ring_row (sampler, row));
      }
    else
      load (sampler, row, ring_row (sampler, row));
  sampler->first = first;
  sampler->last = MAX (last, sampler->last);
}

/* The vertical stage for output row @y, columns @from to @to. */
static void
sum_rows (BbSampler *sampler, int y, float initial, int from, int to, float *out)
{
  const BbSamplerTaps *taps = sampler->taps;
  const BbView *view = &sampler->view;
  const int n_taps = taps->y->n_taps;
  const int first = taps->y->first[y];
  const float *weight = taps->y->weight + (gsize) y * (gsize) n_taps;

  if (!taps->columns_first && (view->type == BB_SAMPLE_U8 || view->type == BB_SAMPLE_U16))
    {
      gsize size = view->type == BB_SAMPLE_U8 ? 1 : 2;

      for (int t = 0; t < n_taps; t++)
        sampler->rows[t] = (const guint8 *) view->data +
                           ((first + t) * view->y_step + from) * (ptrdiff_t) size;
      bb_rows_sum_codes (view->type, sampler->rows, weight, n_taps, initial, to - from, out + from);
      return;
    }
  fill_ring (sampler, first);
  for (int t = 0; t < n_taps; t++)
    sampler->rows[t] = ring_row (sampler, first + t) + from;
  bb_rows_sum ((const float *const *) sampler->rows, weight, n_taps, initial, to - from,
               out + from);
}

/**
 * bb_sampler_get_row:
 * @sampler: a sampler that has started
 * @y: output row; cheapest in rising order
 * @initial: added to each sample
 * @from: first output column that is wanted
 * @to: one past the last output column that is wanted
 * @out: (out caller-allocates): a padded row; what lies outside @from to @to is undefined
 *
 * Makes an output row.
 */
void
bb_sampler_get_row (BbSampler *sampler, int y, float initial, int from, int to, float *out)
{
  const BbSamplerTaps *taps = sampler->taps;

  if (taps->y->n_taps == 0)
    {
      float *line = taps->x->n_taps > 0 ? sampler->line : out;

      load (sampler, y, line);
      if (taps->x->n_taps > 0)
        bb_rows_resample (&taps->packed, line, out);
      for (int i = from; initial != 0.0f && i < to; i++)
        out[i] += initial;
      return;
    }

  if (taps->columns_first || taps->x->n_taps == 0)
    {
      sum_rows (sampler, y, initial, from, to, out);
      return;
    }
  sum_rows (sampler, y, initial, taps->first_column, taps->first_column + taps->n_columns,
            sampler->line);
  bb_rows_resample (&taps->packed, sampler->line, out);
}
