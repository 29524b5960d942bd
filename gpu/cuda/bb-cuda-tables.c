/* bb-cuda-tables.c: a plan's tables on the GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plan's taps are for upright planes. Here they become taps for stored ones: turning and
 * mirroring, and the crop's corner, are in the tables, so that kernels read rows as they lie.
 */

#include "config.h"

#include "bb-cuda-tables.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Where a table is, until it is uploaded: its offset. */
#define AT(offset) ((gconstpointer) (offset))

static gsize
append (BbCudaTables *tables, gconstpointer data, gsize size)
{
  static const guint8 zeros[64];
  gsize offset = (tables->bytes->len + 63) / 64 * 64;

  g_byte_array_append (tables->bytes, zeros, (guint) (offset - tables->bytes->len));
  g_byte_array_append (tables->bytes, data, (guint) size);
  return offset;
}

/* Upright taps, or none, to those of a stored axis of @size samples. */
static void
to_stored (BbTaps *stored, const BbTaps *taps, int n, int offset, int size, gboolean flipped)
{
  int *first;
  float *weight;

  if (taps->n_taps == 0)
    {
      BbTaps identity;

      bb_taps_init_identity (&identity, n);
      to_stored (stored, &identity, n, offset, size, flipped);
      bb_taps_clear (&identity);
      return;
    }
  first = g_new (int, taps->n_out);
  weight = g_new (float, (gsize) taps->n_out *(gsize) taps->n_taps);
  for (int j = 0; j < taps->n_out; j++)
    {
      const float *from = taps->weight + (gsize) j * (gsize) taps->n_taps;
      float *to = weight + (gsize) j * (gsize) taps->n_taps;

      first[j] = taps->first[j] + offset;
      if (flipped)
        first[j] = size - first[j] - taps->n_taps;
      for (int t = 0; t < taps->n_taps; t++)
        to[t] = from[flipped ? taps->n_taps - 1 - t : t];
    }
  *stored = (BbTaps) { taps->n_out, taps->n_taps, first, weight };
}

/* Sums of FP16 round once a tap: of so many taps the error of both stages stays below half a code of 8 bits, however
 * they fall. tests/gpu/cuda/test-cuda.c bounds it. */
#define MOST_PAIR_TAPS 16

/* Rounds the weights of each output to FP16. What rounding leaves of one goes to the next smaller one, which has
 * finer steps, so that their sum stays what it is. */
static void
round_to_halves (BbTaps *taps)
{
  float *weights = (float *) taps->weight;

  for (int j = 0; j < taps->n_out; j++)
    {
      float *weight = weights + (gsize) j * (gsize) taps->n_taps;
      gboolean done[MOST_PAIR_TAPS] = { FALSE };
      float rest = 0.0f;

      for (int n = 0; n < taps->n_taps; n++)
        {
          int largest = n;
          float wanted;

          for (int t = 0; t < taps->n_taps; t++)
            if (!done[t] && (done[largest] || ABS (weight[t]) > ABS (weight[largest])))
              largest = t;
          done[largest] = TRUE;
          if (weight[largest] == 0.0f)
            continue;
          wanted = weight[largest] + rest;
          weight[largest] = (float) (BbHalf) wanted;
          rest = wanted - weight[largest];
        }
    }
}

/* Each weight as two equal halves of its word. */
static void
pack_halves (float *weight, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      BbHalf pair[2] = { (BbHalf) weight[i], (BbHalf) weight[i] };

      memcpy (weight + i, pair, sizeof pair);
    }
}

/* The sum of the weights of an output, by which a constant is multiplied; all outputs have the same. */
static double
get_gain (const BbTaps *taps)
{
  double gain = 0.0;

  for (int t = 0; t < taps->n_taps; t++)
    gain += (double) taps->weight[t];
  return gain;
}

/* At least @least outputs, those added being 0. */
static void
append_columns (BbCudaTables *tables, const BbTaps *taps, int least, gboolean pairs, BbTaps *out)
{
  int n_out = MAX (taps->n_out, least);
  g_autofree int *first = g_new0 (int, n_out);
  g_autofree float *weight = g_new0 (float, (gsize) n_out *(gsize) taps->n_taps);
  gsize first_at, weight_at;

  for (int j = 0; j < taps->n_out; j++)
    {
      first[j] = taps->first[j];
      for (int t = 0; t < taps->n_taps; t++)
        weight[(gsize) t * (gsize) n_out + (gsize) j] =
          taps->weight[(gsize) j * (gsize) taps->n_taps + (gsize) t];
    }
  if (pairs)
    pack_halves (weight, (gsize) n_out * (gsize) taps->n_taps);
  first_at = append (tables, first, sizeof (int) * (gsize) n_out);
  weight_at = append (tables, weight, sizeof (float) * (gsize) n_out * (gsize) taps->n_taps);
  *out = (BbTaps) { n_out, taps->n_taps, AT (first_at), AT (weight_at) };
}

static void
append_rows (BbCudaTables *tables, const BbTaps *taps, int least, int size, int ahead,
             gboolean pairs, BbRowTaps *out)
{
  const int most_rows = BB_MOST_GROUPS * BB_ROWS_GROUP;
  int n_groups = (MAX (taps->n_out, least) + most_rows - 1) / most_rows * BB_MOST_GROUPS;
  int n_rows = taps->n_taps;
  int n_taps;
  g_autofree int *first = g_new0 (int, n_groups);
  g_autofree float *weight = NULL;
  gsize first_at, weight_at;

  for (int g = 0; g < n_groups; g++)
    {
      int from = G_MAXINT;
      int to = 0;

      for (int j = g * BB_ROWS_GROUP; j < MIN ((g + 1) * BB_ROWS_GROUP, taps->n_out); j++)
        {
          from = MIN (from, taps->first[j]);
          to = MAX (to, taps->first[j] + taps->n_taps);
        }
      first[g] = from;
      if (to > 0)
        n_rows = MAX (n_rows, to - from);
    }
  n_taps = (n_rows + ahead - 1) / ahead * ahead;
  /* A few rows that none of them needs are cheaper than a loop for what is left over. */
  if (n_taps <= size && n_taps - n_rows <= ahead / 2)
    n_rows = n_taps;
  weight = g_new0 (float, (gsize) n_groups *(gsize) n_taps *BB_ROWS_GROUP);
  for (int g = 0; g < n_groups; g++)
    {
      first[g] = MIN (first[g], size - n_rows);
      for (int j = g * BB_ROWS_GROUP; j < MIN ((g + 1) * BB_ROWS_GROUP, taps->n_out); j++)
        for (int t = 0; t < taps->n_taps; t++)
          weight[((gsize) g * (gsize) n_taps + (gsize) (taps->first[j] - first[g] + t)) *
                   BB_ROWS_GROUP +
                 (gsize) (j % BB_ROWS_GROUP)] =
            taps->weight[(gsize) j * (gsize) taps->n_taps + (gsize) t];
    }
  if (pairs)
    pack_halves (weight, (gsize) n_groups * (gsize) n_taps * BB_ROWS_GROUP);
  first_at = append (tables, first, sizeof (int) * (gsize) n_groups);
  weight_at =
    append (tables, weight, sizeof (float) * (gsize) n_groups * (gsize) n_taps * BB_ROWS_GROUP);
  *out = (BbRowTaps) { MAX (taps->n_out, least), n_rows, n_taps, AT (first_at), AT (weight_at) };
}

/* A stage that reads the source; onto the canvas with FP16 sums where they are good enough. */
static void
append_source_stage (BbCudaTables *tables, const BbPlan *plan, int plane, const BbTaps *y,
                     const BbTaps *x, int crop_x, int crop_y, int width, int height, int least,
                     gboolean to_canvas, BbCudaStage *stage)
{
  gboolean transposed = (plan->orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  int stored_width = bb_format_get_plane_width (&plan->source, plane);
  int stored_height = bb_format_get_plane_height (&plan->source, plane);
  BbTaps columns, rows;

  to_stored (&columns, transposed ? y : x, transposed ? height : width,
             transposed ? crop_y : crop_x, stored_width,
             (plan->orientation & BB_ORIENTATION_FLIP_X) != 0);
  to_stored (&rows, transposed ? x : y, transposed ? width : height, transposed ? crop_x : crop_y,
             stored_height, (plan->orientation & BB_ORIENTATION_FLIP_Y) != 0);
  /* In a target of 10 bit what they are off would be a code of its own. */
  stage->pairs = to_canvas && plan->source.depth == 8 && plan->finished.depth == 8 &&
                 plan->precision == BB_PRECISION_FP16 && columns.n_taps <= MOST_PAIR_TAPS &&
                 rows.n_taps <= MOST_PAIR_TAPS;
  if (stage->pairs)
    {
      stage->center = (float) (128.0 * get_gain (&columns) * get_gain (&rows));
      round_to_halves (&columns);
      round_to_halves (&rows);
    }
  append_columns (tables, &columns, least, stage->pairs, &stage->columns);
  append_rows (tables, &rows, least, stored_height, BB_ROWS_AHEAD (plan->source.depth > 8 ? 2 : 1),
               stage->pairs, &stage->rows);
  stage->transposed = transposed;
  bb_taps_clear (&columns);
  bb_taps_clear (&rows);
}

/* A stage that reads a part of @width x @height samples of an upright plane that has @n_rows: one kept between
 * stages, or the canvas. */
static void
append_stage (BbCudaTables *tables, const BbTaps *y, const BbTaps *x, int left, int top, int width,
              int height, int n_rows, int least, int ahead, BbCudaStage *stage)
{
  BbTaps columns, rows;

  to_stored (&columns, x, width, left, left + width, FALSE);
  to_stored (&rows, y, height, top, n_rows, FALSE);
  append_columns (tables, &columns, least, FALSE, &stage->columns);
  append_rows (tables, &rows, least, n_rows, ahead, FALSE, &stage->rows);
  bb_taps_clear (&columns);
  bb_taps_clear (&rows);
}

/* Taps of the way up, times @scale, with what they read at most: a quadratic B-spline is 0 at the ends of its support, so
 * that a fourth tap has no weight but by rounding. */
static const BbUpTaps *
append_up (BbCudaTables *tables, const BbTaps *taps, int n_in, float scale)
{
  g_autofree BbUpTaps *up = g_new0 (BbUpTaps, taps->n_out);
  int last = MAX (n_in, BB_COMPOSE_WINDOW) - BB_COMPOSE_TAPS;

  for (int j = 0; j < taps->n_out; j++)
    {
      const float *weight = taps->weight + (gsize) j * (gsize) taps->n_taps;
      int n = taps->n_taps;
      int skipped = 0;

      while (n - skipped > BB_COMPOSE_TAPS)
        if (ABS (weight[skipped]) < ABS (weight[n - 1]))
          skipped++;
        else
          n--;
      up[j].first = MIN (taps->first[j] + skipped, last);
      for (int t = skipped; t < n; t++)
        up[j].weight[taps->first[j] + t - up[j].first] = weight[t] * scale;
    }
  return AT (append (tables, up, sizeof (BbUpTaps) * (gsize) taps->n_out));
}

/* Whether the samples that a thread makes at once read one window of each component. */
static gboolean
is_tight (const BbUpTaps *up, int n_out, int last_window, int interleave)
{
  const int samples = BB_COMPOSE_SAMPLES / interleave;

  for (int j = 0; j < n_out; j++)
    {
      int window = MIN (up[j / samples * samples].first, last_window);

      if (up[j].first < window || up[j].first - window > BB_COMPOSE_WINDOW - BB_COMPOSE_TAPS)
        return FALSE;
    }
  return TRUE;
}

static float
get_maximum (const BbPlan *plan)
{
  return (float) ((1 << plan->finished.depth) - 1);
}

/* The stage that reads the source's crop, or where the background is mirrored the foreground on the canvas. */
static void
append_first_stage (BbCudaTables *tables, const BbPlan *plan, int p, const BbTaps *y,
                    const BbTaps *x, int least, BbCudaStage *stage)
{
  const BbPlanPlane *plane = &plan->plane[p];

  if (plan->mirrored)
    append_stage (tables, y, x, plane->left, plane->top, plane->crop_width, plane->crop_height,
                  plane->height, least, BB_ROWS_AHEAD (plan->finished.depth > 8 ? 2 : 1), stage);
  else
    append_source_stage (tables, plan, p, y, x, plane->crop_x, plane->crop_y, plane->crop_width,
                         plane->crop_height, least, FALSE, stage);
}

/* Whether the mirrored foreground is copied. Where its edges are covered in part, what is copied would change meanwhile. */
static gboolean
is_copy (const BbPlan *plan)
{
  return plan->mirrored && plan->plane[0].blur_x.n_taps == 0 && plan->plane[0].alpha == NULL;
}

/* Where the samples of an axis are copied from. */
static const int *
append_mirror (BbCudaTables *tables, const BbTaps *taps, int offset)
{
  g_autofree int *from = g_new (int, taps->n_out);

  for (int j = 0; j < taps->n_out; j++)
    from[j] = taps->first[j] + offset;
  return AT (append (tables, from, sizeof (int) * (gsize) taps->n_out));
}

static void
append_background (BbCudaTables *tables, const BbPlan *plan, int p, BbCudaGroup *group)
{
  const BbPlanPlane *plane = &plan->plane[p];
  int reduced_width, reduced_height, blurred_width, blurred_height;
  const BbUpTaps *up_x;

  if (plane->direct)
    {
      append_source_stage (tables, plan, p, &plane->reduce_y, &plane->up_x, plane->crop_x,
                           plane->crop_y, plane->width, plane->height, 0, TRUE, &group->direct);
      return;
    }
  if (is_copy (plan))
    {
      group->mirror_x = append_mirror (tables, &plane->up_x, plane->left);
      group->mirror_y = append_mirror (tables, &plane->up_y, plane->top);
      group->gain = plane->up_y.weight[0];
      return;
    }
  bb_plan_get_intermediate (plan, p, &reduced_width, &reduced_height, &blurred_width,
                            &blurred_height);
  if (plane->reduce_x.n_taps == 0 && plane->reduce_y.n_taps == 0)
    append_first_stage (tables, plan, p, &plane->blur_y, &plane->blur_x, BB_COMPOSE_WINDOW,
                        &group->reduce);
  else
    {
      append_first_stage (tables, plan, p, &plane->reduce_y, &plane->reduce_x, 0, &group->reduce);
      append_stage (tables, &plane->blur_y, &plane->blur_x, 0, 0, reduced_width, reduced_height,
                    reduced_height, BB_COMPOSE_WINDOW, BB_ROWS_AHEAD (2), &group->blur);
    }
  group->up_y = append_up (tables, &plane->up_y, blurred_height, 1.0f / get_maximum (plan));
  group->up_x = append_up (tables, &plane->up_x, blurred_width, 1.0f);
  up_x = (gconstpointer) (tables->bytes->data + (gsize) group->up_x);
  group->last_window = MAX (blurred_width, BB_COMPOSE_WINDOW) - BB_COMPOSE_WINDOW;
  for (int i = 0; i < 2; i++)
    group->tight[i] = is_tight (up_x, plane->width, group->last_window, i + 1);
}

static const float *
append_samples (BbCudaTables *tables, const float *samples, int width, int height)
{
  if (samples == NULL)
    return NULL;
  return AT (append (tables, samples, sizeof (float) * (gsize) width * (gsize) height));
}

/* What is the same in each frame. */
static void
append_still (BbCudaTables *tables, const BbPlan *plan, int g, BbCudaGroup *group)
{
  for (int i = 0; i <= g; i++)
    {
      const BbPlanPlane *plane = &plan->plane[g + i];
      const BbLogoPlane *logo = &plane->logo;

      group->still[i] = append_samples (tables, plane->still, plane->width, plane->height);
      group->ink[i] = append_samples (tables, logo->ink, logo->width, logo->height);
    }
  group->keep = append_samples (tables, plan->plane[g].logo.keep, plan->plane[g].logo.width,
                                plan->plane[g].logo.height);
}

/**
 * bb_cuda_tables_is_flat:
 * @plan: a plan
 *
 * Returns: whether the background is made of no plane that is kept between stages
 */
gboolean
bb_cuda_tables_is_flat (const BbPlan *plan)
{
  return plan->flat || is_copy (plan);
}

/**
 * bb_cuda_tables_init:
 * @tables: (out caller-allocates): to be cleared by bb_cuda_tables_clear()
 * @plan: a plan
 *
 * Computes the tables, on the host.
 */
void
bb_cuda_tables_init (BbCudaTables *tables, const BbPlan *plan)
{
  *tables = (BbCudaTables) { .bytes = g_byte_array_new () };
  /* So that no table is at offset 0, which would look like none. */
  append (tables, "blurbox", 8);
  for (int g = 0; g < BB_CUDA_N_GROUPS; g++)
    {
      const BbPlanPlane *plane = &plan->plane[g];
      BbCudaGroup *group = &tables->group[g];

      if (plane->foreground_width > 0)
        append_source_stage (tables, plan, g, &plane->foreground_y, &plane->foreground_x, 0, 0,
                             plane->source_width, plane->source_height, 0, TRUE, &group->fit);
      if (!plan->flat)
        append_background (tables, plan, g, group);
      group->composite = (BbComposite) {
        .left = plane->left,
        .top = plane->top,
        .width = plane->foreground_width,
        .height = plane->foreground_height,
        .alpha = append_samples (tables, plane->alpha, plane->width, plane->height),
        .shade = append_samples (tables, plane->shade, plane->width, plane->height),
        .canvas_width = plane->width,
        .canvas_height = plane->height,
        .bias = { plan->plane[g].bias, plan->plane[2 * g].bias },
        .black = { plan->plane[g].black, plan->plane[2 * g].black },
        .maximum = get_maximum (plan),
        .deep = plan->finished.depth > 8,
      };
      append_still (tables, plan, g, group);
    }
  tables->size = tables->bytes->len;
}

#define RELOCATE(pointer)                                                                          \
  if ((pointer) != NULL)                                                                           \
  (pointer) = (gconstpointer) (base + (gsize) (pointer))

static void
relocate_stage (BbCudaStage *stage, const guint8 *base)
{
  RELOCATE (stage->rows.first);
  RELOCATE (stage->rows.weight);
  RELOCATE (stage->columns.first);
  RELOCATE (stage->columns.weight);
}

/**
 * bb_cuda_tables_upload:
 * @tables: tables
 * @context: the current context
 * @error: return location for an error
 *
 * Brings the tables to the GPU, before what is queued on its stream of kernels from now on.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_MEMORY or %BB_ERROR_DEVICE
 */
gboolean
bb_cuda_tables_upload (BbCudaTables *tables, BbCudaContext *context, GError **error)
{
  const guint8 *base;

  tables->block = bb_cuda_block_new (context, tables->size, FALSE, error);
  if (tables->block == NULL)
    return FALSE;
  tables->staging = bb_cuda_block_new (context, tables->size, TRUE, error);
  if (tables->staging == NULL)
    return FALSE;
  memcpy (tables->staging->address, tables->bytes->data, tables->size);
  g_clear_pointer (&tables->bytes, g_byte_array_unref);
  if (!bb_cuda_check (context->cuda->memcpy_h_to_d_async ((CUdeviceptr) tables->block->address,
                                                          tables->staging->address, tables->size,
                                                          context->stream),
                      N_ ("copying tables to the GPU"), error))
    return FALSE;
  base = tables->block->address;
  for (int g = 0; g < BB_CUDA_N_GROUPS; g++)
    {
      BbCudaGroup *group = &tables->group[g];

      relocate_stage (&group->fit, base);
      relocate_stage (&group->direct, base);
      relocate_stage (&group->reduce, base);
      relocate_stage (&group->blur, base);
      RELOCATE (group->up_y);
      RELOCATE (group->up_x);
      RELOCATE (group->composite.alpha);
      RELOCATE (group->composite.shade);
      RELOCATE (group->mirror_x);
      RELOCATE (group->mirror_y);
      RELOCATE (group->keep);
      for (int i = 0; i < 2; i++)
        {
          RELOCATE (group->still[i]);
          RELOCATE (group->ink[i]);
        }
    }
  return TRUE;
}

/**
 * bb_cuda_tables_clear:
 * @tables: tables
 * @context: the current context
 * @last_use: (nullable): when the GPU is done with them; %NULL where it is already
 */
void
bb_cuda_tables_clear (BbCudaTables *tables, BbCudaContext *context, BbCudaEvent *last_use)
{
  g_clear_pointer (&tables->bytes, g_byte_array_unref);
  bb_cuda_block_free (context, g_steal_pointer (&tables->block), last_use);
  bb_cuda_block_free (context, g_steal_pointer (&tables->staging), last_use);
}
