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
  int first; /* rows first to last - 1 are in the ring */
  int last;

  /* Some rows on their way through the horizontal stage, and what it made of them. */
  float *line;
  float *made;
  int made_first; /* output rows, where the horizontal stage is the last one */
  int made_last;
  float made_initial;
};

/* Whether taps along rows of @width samples leave them as they are. */
static gboolean
copies (const BbTaps *taps, int width)
{
  if (taps->n_taps != 1 || taps->n_out != width)
    return FALSE;
  for (int j = 0; j < width; j++)
    if (taps->first[j] != j || taps->weight[j] != 1.0f)
      return FALSE;
  return TRUE;
}

/**
 * bb_sampler_taps_init:
 * @taps: (out caller-allocates): to be freed by bb_sampler_taps_clear()
 * @y: taps along columns, which must stay
 * @x: taps along rows, which must stay
 * @width: columns of the source
 * @height: rows of the source
 */
void
bb_sampler_taps_init (BbSamplerTaps *taps, const BbTaps *y, const BbTaps *x, int width, int height)
{
  static const BbTaps absent;
  int first_column = 0;
  int last_column = width;
  int first_row = 0;
  int last_row = 0;
  int made = x->n_taps > 0 ? x->n_out : width;

  if (copies (x, width))
    x = &absent;
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
    .height = height,
    .n_ring = MAX (y->n_taps, 1) + BB_ROWS_AT_ONCE - 1,
    .pitch = (MAX (made, last_column) + 2 * BB_ROW_PADDING - 1) / BB_ROW_PADDING * BB_ROW_PADDING,
  };
  bb_packed_taps_init (&taps->packed, x);
  bb_row_weights_init (&taps->weights, y);
}

/**
 * bb_sampler_taps_clear:
 * @taps: taps
 */
void
bb_sampler_taps_clear (BbSamplerTaps *taps)
{
  bb_packed_taps_clear (&taps->packed);
  bb_row_weights_clear (&taps->weights);
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
  sampler->line = bb_rows_new (BB_ROWS_AT_ONCE, taps->pitch);
  sampler->made = bb_rows_new (BB_ROWS_AT_ONCE, taps->pitch);
  sampler->rows = g_new (gconstpointer, MAX (taps->n_ring, 2 * taps->weights.n_pairs));
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
  free (sampler->made);
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
  sampler->made_first = sampler->made_last = 0;
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

static float *
nth_row (const BbSampler *sampler, float *rows, int n)
{
  return rows + (gsize) n * (gsize) sampler->taps->pitch;
}

static void
resample_lines (BbSampler *sampler)
{
  bb_rows_resample (&sampler->taps->packed, sampler->line, sampler->taps->pitch, sampler->made,
                    sampler->taps->pitch);
}

/* @n source rows from @row on, resampled, into the ring. */
static void
fill_resampled (BbSampler *sampler, int row, int n)
{
  const BbSamplerTaps *taps = sampler->taps;

  for (int i = 0; i < n; i++)
    load (sampler, row + i, nth_row (sampler, sampler->line, i));
  resample_lines (sampler);
  for (int i = 0; i < n; i++)
    memcpy (ring_row (sampler, row + i), nth_row (sampler, sampler->made, i),
            (gsize) taps->x->n_out * sizeof (float));
}

/* @n rows from @row on, at most %BB_ROWS_AT_ONCE. */
static void
fill_rows (BbSampler *sampler, int row, int n)
{
  if (sampler->taps->columns_first)
    fill_resampled (sampler, row, n);
  else
    for (int i = 0; i < n; i++)
      load (sampler, row + i, ring_row (sampler, row + i));
}

static void
fill_ring (BbSampler *sampler, int first)
{
  const BbSamplerTaps *taps = sampler->taps;
  int last = first + taps->y->n_taps;

  if (first > sampler->last || last < sampler->first)
    sampler->first = sampler->last = first;
  /* Rows fall where the picture is mirrored. */
  while (sampler->first > first)
    {
      int n = MIN (BB_ROWS_AT_ONCE, sampler->first);

      sampler->first -= n;
      fill_rows (sampler, sampler->first, n);
    }
  sampler->last = MIN (sampler->last, sampler->first + taps->n_ring);
  while (sampler->last < last)
    {
      int n = MIN (BB_ROWS_AT_ONCE, taps->height - sampler->last);

      sampler->first = MAX (sampler->first, sampler->last + n - taps->n_ring);
      fill_rows (sampler, sampler->last, n);
      sampler->last += n;
    }
}

/* Frames come from memory: asks for the rows that the next output row reads for the first time. */
static void
fetch_ahead (const BbSampler *sampler, int y, int row, int from, int to)
{
  const BbTaps *taps = sampler->taps->y;
  gsize size = sampler->view.type == BB_SAMPLE_U8 ? 1 : 2;
  int last = y + 1 < taps->n_out ? taps->first[y + 1] + taps->n_taps : row;

  for (; row < last; row++)
    for (int x = from; x < to; x += 64 / (int) size)
      __builtin_prefetch ((const guint8 *) sampler->view.data +
                          (row * sampler->view.y_step + x) * (ptrdiff_t) size);
}

/* The vertical stage for output row @y, columns @from to @to; the row itself where it is absent. */
static void
sum_rows (BbSampler *sampler, int y, float initial, int from, int to, float *out)
{
  const BbSamplerTaps *taps = sampler->taps;
  const BbView *view = &sampler->view;
  const int n_taps = taps->y->n_taps;
  int first;

  if (n_taps == 0)
    {
      load (sampler, y, out);
      for (int i = from; initial != 0.0f && i < to; i++)
        out[i] += initial;
      return;
    }
  first = taps->y->first[y];
  if (!taps->columns_first && (view->type == BB_SAMPLE_U8 || view->type == BB_SAMPLE_U16))
    {
      gsize size = view->type == BB_SAMPLE_U8 ? 1 : 2;

      for (int t = 0; t < n_taps; t++)
        sampler->rows[t] =
          (const guint8 *) view->data + ((first + t) * view->y_step + from) * (ptrdiff_t) size;
      if (n_taps % 2 != 0)
        sampler->rows[n_taps] = sampler->rows[n_taps - 1];
      fetch_ahead (sampler, y, first + n_taps, from, to);
      bb_rows_sum_codes (view->type, sampler->rows, &taps->weights, y, initial, to - from,
                         out + from);
      return;
    }
  fill_ring (sampler, first);
  for (int t = 0; t < n_taps; t++)
    sampler->rows[t] = ring_row (sampler, first + t) + from;
  bb_rows_sum ((const float *const *) sampler->rows, taps->y->weight + (gsize) y * (gsize) n_taps,
               n_taps, initial, to - from, out + from);
}

/* Output rows from @y on through both stages, as many as share the cost. */
static void
make_rows (BbSampler *sampler, int y, float initial)
{
  const BbSamplerTaps *taps = sampler->taps;
  int n = MIN (BB_ROWS_AT_ONCE, (taps->y->n_taps > 0 ? taps->y->n_out : taps->height) - y);

  for (int i = 0; i < n; i++)
    sum_rows (sampler, y + i, initial, taps->first_column, taps->first_column + taps->n_columns,
              nth_row (sampler, sampler->line, i));
  resample_lines (sampler);
  sampler->made_first = y;
  sampler->made_last = y + n;
  sampler->made_initial = initial;
}

/**
 * bb_sampler_peek_row:
 * @sampler: a sampler that has started
 * @y: output row; cheapest in rising order
 * @initial: added to each sample
 * @from: first output column that is wanted
 * @to: one past the last output column that is wanted
 * @room: (out caller-allocates): a padded row, which may be used or not
 *
 * Makes an output row where that costs least.
 *
 * Returns: (transfer none): the row, until the next one is made; what lies outside @from to @to is
 *   undefined
 */
const float *
bb_sampler_peek_row (BbSampler *sampler, int y, float initial, int from, int to, float *room)
{
  const BbSamplerTaps *taps = sampler->taps;

  if (taps->columns_first || taps->x->n_taps == 0)
    {
      sum_rows (sampler, y, initial, from, to, room);
      return room;
    }
  if (y < sampler->made_first || y >= sampler->made_last || initial != sampler->made_initial)
    make_rows (sampler, y, initial);
  return nth_row (sampler, sampler->made, y - sampler->made_first);
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
  const float *row = bb_sampler_peek_row (sampler, y, initial, from, to, out);

  if (row != out)
    memcpy (out + from, row + from, (gsize) (to - from) * sizeof (float));
}
