/* bb-cuda-stages.c: launches of a plan's kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cuda-work.h"

/* What a block of a resampling kernel makes. */
typedef struct {
  int columns;
  int rows;
  guint threads;
} Tile;

static const Tile fit_tile = { BB_FIT_COLUMNS, BB_FIT_GROUPS * BB_ROWS_GROUP, BB_FIT_THREADS };
static const Tile pairs_tile = { BB_FIT_COLUMNS, BB_FIT_GROUPS * BB_PAIRS_TURNS * BB_ROWS_GROUP,
                                 BB_FIT_THREADS };
static const Tile reduce_tile = { BB_REDUCE_COLUMNS, BB_REDUCE_GROUPS * BB_ROWS_GROUP,
                                  BB_REDUCE_THREADS };
static const Tile blur_tile = { BB_BLUR_COLUMNS, BB_BLUR_GROUPS * BB_ROWS_GROUP, BB_BLUR_THREADS };

/* Kernels of a kind come with the kind of sample that is read, then with that of intermediates; those for Cb and Cr
 * that alternate follow after all others. */
static BbCudaKernel
choose (const BbPlan *plan, const BbPlanes *in, BbCudaKernel of_bytes_and_halves,
        BbCudaKernel of_interleaved)
{
  return (in->interleave == 2 ? of_interleaved : of_bytes_and_halves) +
         (plan->source.depth > 8 ? 2 : 0) + (plan->precision == BB_PRECISION_FP16 ? 0 : 1);
}

/* The planes of group @g of frames whose layout is that of the first one. */
static void
set_frames (BbPlanes *planes, BbFrame *const *frames, guint n_frames, int g)
{
  const BbFormat *format = &frames[0]->format;
  gboolean interleaved = g > 0 && format->interleaved;

  *planes = (BbPlanes) {
    .stride = frames[0]->stride[g],
    .component = frames[0]->data[2 * g] - frames[0]->data[g],
    .interleave = interleaved ? 2 : 1,
    .shift = bb_format_get_shift (format),
  };
  for (guint i = 0; i < n_frames; i++)
    planes->data[i] = frames[i]->data[g];
}

static void
set_kept (BbPlanes *planes, const BbCudaKept *kept, BbFrame *const *frames, guint n_frames)
{
  *planes = (BbPlanes) {
    .stride = kept->stride,
    .component = (ptrdiff_t) kept->component,
    .interleave = 1,
  };
  for (guint i = 0; i < n_frames; i++)
    planes->data[i] = bb_cuda_frame_get_owner (frames[i])->kept->address + kept->offset;
}

static int
count_split (const BbPlanes *planes, int g)
{
  return g > 0 && planes->interleave == 1 ? 2 : 1;
}

/* All threads of a block in a row. */
static gboolean
launch (BbCudaWork *work, BbCudaKernel kernel, const guint grid[3], guint threads,
        gpointer parameter, GError **error)
{
  const guint block[] = { threads, 1 };

  return bb_cuda_context_launch (work->context, kernel, grid, block, &parameter, error);
}

static gboolean
launch_resample (BbCudaWork *work, BbCudaKernel kernel, const Tile *tile, const BbCudaStage *stage,
                 int g, guint n_frames, BbResample *p, GError **error)
{
  guint grid[3];

  p->rows = stage->rows;
  p->columns = stage->columns;
  p->transposed = stage->transposed;
  p->split = count_split (&p->in, g);
  grid[0] = bb_cuda_divide_up (stage->columns.n_out * p->in.interleave, tile->columns);
  grid[1] = bb_cuda_divide_up (stage->rows.n_out, tile->rows);
  grid[2] = n_frames * (guint) p->split;
  return launch (work, kernel, grid, tile->threads, p, error);
}

/* The source to what the background is made of. */
static gboolean
reduce (BbCudaWork *work, int g, BbFrame *const *in, BbFrame *const *begun, guint n_frames,
        GError **error)
{
  const BbCudaGroup *group = &work->tables.group[g];
  BbResample p = { 0 };

  set_frames (&p.in, in, n_frames, g);
  set_kept (&p.out, group->blur.rows.n_out > 0 ? &work->reduced[g] : &work->blurred[g], begun,
            n_frames);
  return launch_resample (work,
                          choose (work->plan, &p.in, BB_CUDA_KERNEL_REDUCE_U8_F16,
                                  BB_CUDA_KERNEL_REDUCE_U8_F16_2),
                          &reduce_tile, &group->reduce, g, n_frames, &p, error);
}

/* The source to all of the canvas, or to the foreground's part of it. */
static gboolean
fit (BbCudaWork *work, int g, gboolean foreground, BbFrame *const *in, BbFrame *const *begun,
     guint n_frames, GError **error)
{
  const BbCudaGroup *group = &work->tables.group[g];
  const BbCudaStage *stage = foreground ? &group->fit : &group->direct;
  BbResample p = {
    .center = stage->center,
    .scale = 1.0f / group->look.maximum,
    .look = group->look,
  };
  BbCudaKernel kernel;

  set_frames (&p.in, in, n_frames, g);
  set_frames (&p.out, begun, n_frames, g);
  if (foreground)
    {
      p.left = group->look.left;
      p.top = group->look.top;
      p.look.shade = NULL;
      p.look.bias[0] = p.look.bias[1] = 0.0f;
      p.over = group->direct.rows.n_out > 0 && group->look.alpha != NULL;
    }
  p.plain = !p.over && p.look.shade == NULL;
  if (stage->pairs)
    kernel =
      p.in.interleave == 2 ? BB_CUDA_KERNEL_FIT_U8_PAIRS_2 : BB_CUDA_KERNEL_FIT_U8_PAIRS;
  else
    kernel = choose (work->plan, &p.in, BB_CUDA_KERNEL_FIT_U8_F16, BB_CUDA_KERNEL_FIT_U8_F16_2);
  return launch_resample (work, kernel, stage->pairs ? &pairs_tile : &fit_tile, stage, g, n_frames, &p,
                          error);
}

/* Frames that one launch can read. */
static guint
count_alike (BbFrame *const *in, guint n_frames)
{
  guint n = 1;

  for (; n < n_frames && n < BB_LAUNCH_FRAMES; n++)
    if (in[n]->format.interleaved != in[0]->format.interleaved ||
        in[n]->stride[0] != in[0]->stride[0] || in[n]->stride[1] != in[0]->stride[1] ||
        in[n]->data[2] - in[n]->data[1] != in[0]->data[2] - in[0]->data[1])
      break;
  return n;
}

/**
 * bb_cuda_work_read:
 * @work: work
 * @in: `[n_frames]`, source frames in the card's memory
 * @begun: `[n_frames]`, what becomes of them
 * @n_frames: how many
 * @error: return location for an error
 *
 * Queues all kernels that read the source.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_work_read (BbCudaWork *work, BbFrame *const *in, BbFrame *const *begun, guint n_frames,
                   GError **error)
{
  for (guint first = 0, n; first < n_frames; first += n)
    {
      n = count_alike (in + first, n_frames - first);
      for (int g = 0; g < BB_CUDA_N_GROUPS; g++)
        {
          const BbCudaGroup *group = &work->tables.group[g];
          BbFrame *const *from = in + first;
          BbFrame *const *to = begun + first;

          if (!work->covered && group->direct.rows.n_out > 0 &&
              !fit (work, g, FALSE, from, to, n, error))
            return FALSE;
          if (!work->covered && group->reduce.rows.n_out > 0 &&
              !reduce (work, g, from, to, n, error))
            return FALSE;
          if (group->fit.rows.n_out > 0 && !fit (work, g, TRUE, from, to, n, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
blur (BbCudaWork *work, int g, BbFrame *const *frames, guint n_frames, GError **error)
{
  BbResample p = { 0 };

  set_kept (&p.in, &work->reduced[g], frames, n_frames);
  set_kept (&p.out, &work->blurred[g], frames, n_frames);
  return launch_resample (work,
                          work->plan->precision == BB_PRECISION_FP16 ? BB_CUDA_KERNEL_BLUR_F16
                                                                     : BB_CUDA_KERNEL_BLUR_F32,
                          &blur_tile, &work->tables.group[g].blur, g, n_frames, &p, error);
}

static gboolean
back (BbCudaWork *work, int g, BbFrame *const *frames, guint n_frames, GError **error)
{
  const BbPlan *plan = work->plan;
  const BbCudaGroup *group = &work->tables.group[g];
  BbCudaKernel kernel;
  BbBack p = {
    .up_y = group->up_y,
    .up_x = group->up_x,
    .last_window = group->last_window,
    .flat = plan->flat,
    .scale = 1.0f / group->look.maximum,
    .look = group->look,
  };
  guint grid[3];

  set_frames (&p.out, frames, n_frames, g);
  if (!plan->flat)
    set_kept (&p.in, &work->blurred[g], frames, n_frames);
  p.split = count_split (&p.out, g);
  p.tight = group->tight[p.out.interleave - 1];
  grid[0] = bb_cuda_divide_up (group->look.canvas_width * p.out.interleave, BB_BACK_COLUMNS);
  grid[1] = bb_cuda_divide_up (group->look.canvas_height, BB_BACK_ROWS);
  grid[2] = n_frames * (guint) p.split;
  kernel = p.out.interleave == 2 ? BB_CUDA_KERNEL_BACK_F16_U8_2 : BB_CUDA_KERNEL_BACK_F16_U8;
  kernel += (plan->precision == BB_PRECISION_FP16 ? 0 : 2) + (plan->target.depth > 8 ? 1 : 0);
  return launch (work, kernel, grid, BB_BACK_THREADS, &p, error);
}

/**
 * bb_cuda_work_compose:
 * @work: work
 * @frames: `[n_frames]`, begun frames
 * @n_frames: how many, at most %BB_LAUNCH_FRAMES
 * @error: return location for an error
 *
 * Queues all kernels that finish frames.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_work_compose (BbCudaWork *work, BbFrame *const *frames, guint n_frames, GError **error)
{
  for (int g = 0; g < BB_CUDA_N_GROUPS && !work->covered; g++)
    {
      const BbCudaGroup *group = &work->tables.group[g];

      if (group->direct.rows.n_out > 0)
        continue;
      if (group->blur.rows.n_out > 0 && !blur (work, g, frames, n_frames, error))
        return FALSE;
      if (!back (work, g, frames, n_frames, error))
        return FALSE;
    }
  return TRUE;
}
