/* bb-cuda-stages.c: launches of a plan's kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cuda-program.h"

/* What a block of a resampling kernel makes. */
typedef struct {
  int columns;
  int rows;
  guint threads;
} Tile;

static const Tile fit_tile = { BB_FIT_COLUMNS, BB_FIT_GROUPS *BB_ROWS_GROUP, BB_FIT_THREADS };
static const Tile pairs_tile = { BB_FIT_COLUMNS, BB_FIT_GROUPS *BB_PAIRS_TURNS *BB_ROWS_GROUP,
                                 BB_FIT_THREADS };
static const Tile reduce_tile = { BB_REDUCE_COLUMNS, BB_REDUCE_GROUPS *BB_ROWS_GROUP,
                                  BB_REDUCE_THREADS };
static const Tile blur_tile = { BB_BLUR_COLUMNS, BB_BLUR_GROUPS *BB_ROWS_GROUP, BB_BLUR_THREADS };

/* Kernels of a kind come with the kind of sample that is read, then with that of intermediates; those for Cb and Cr
 * that alternate follow after all others. */
static BbCudaKernel
choose (const BbPlan *plan, const BbPlanes *in, int depth, BbCudaKernel of_bytes_and_halves,
        BbCudaKernel of_interleaved)
{
  return (in->interleave == 2 ? of_interleaved : of_bytes_and_halves) + (depth > 8 ? 2 : 0) +
         (plan->precision == BB_PRECISION_FP16 ? 0 : 1);
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
set_intermediate (BbPlanes *planes, const BbCudaIntermediate *intermediate, BbFrame *const *frames,
                  guint n_frames)
{
  *planes = (BbPlanes) {
    .stride = intermediate->stride,
    .component = (ptrdiff_t) intermediate->component,
    .interleave = 1,
  };
  for (guint i = 0; i < n_frames; i++)
    planes->data[i] =
      bb_cuda_frame_get_owner (frames[i])->intermediate->address + intermediate->offset;
}

static int
count_split (const BbPlanes *planes, int g)
{
  return g > 0 && planes->interleave == 1 ? 2 : 1;
}

/* All threads of a block in a row. */
static gboolean
launch (BbCudaProgram *program, BbCudaKernel kernel, const guint grid[3], guint threads,
        gpointer parameter, GError **error)
{
  const guint block[] = { threads, 1 };

  return bb_cuda_context_launch (program->context, kernel, grid, block, &parameter, error);
}

static gboolean
launch_resample (BbCudaProgram *program, BbCudaKernel kernel, const Tile *tile,
                 const BbCudaStage *stage, int g, guint n_frames, BbResample *p, GError **error)
{
  guint grid[3];

  p->rows = stage->rows;
  p->columns = stage->columns;
  p->transposed = stage->transposed;
  p->split = count_split (&p->in, g);
  grid[0] = bb_cuda_divide_up (stage->columns.n_out * p->in.interleave, tile->columns);
  grid[1] = bb_cuda_divide_up (stage->rows.n_out, tile->rows);
  grid[2] = n_frames * (guint) p->split;
  return launch (program, kernel, grid, tile->threads, p, error);
}

/* The source to what the background is made of; the foreground on the canvas where that is mirrored. */
static gboolean
reduce (BbCudaProgram *program, int g, BbFrame *const *in, BbFrame *const *begun, guint n_frames,
        GError **error)
{
  const BbCudaGroup *group = &program->tables.group[g];
  const BbFormat *format =
    program->plan->mirrored ? &program->plan->finished : &program->plan->source;
  BbResample p = { 0 };

  set_frames (&p.in, program->plan->mirrored ? begun : in, n_frames, g);
  set_intermediate (&p.out,
                    group->blur.rows.n_out > 0 ? &program->reduced[g] : &program->blurred[g], begun,
                    n_frames);
  return launch_resample (program,
                          choose (program->plan, &p.in, format->depth, BB_CUDA_KERNEL_REDUCE_U8_F16,
                                  BB_CUDA_KERNEL_REDUCE_U8_F16_2),
                          &reduce_tile, &group->reduce, g, n_frames, &p, error);
}

/* The source to all of the canvas, or to the foreground's part of it. */
static gboolean
fit (BbCudaProgram *program, int g, gboolean foreground, BbFrame *const *in, BbFrame *const *begun,
     guint n_frames, GError **error)
{
  const BbCudaGroup *group = &program->tables.group[g];
  const BbCudaStage *stage = foreground ? &group->fit : &group->direct;
  BbResample p = {
    .center = stage->center,
    .scale = 1.0f / group->composite.maximum,
    .composite = group->composite,
  };
  BbCudaKernel kernel;

  set_frames (&p.in, in, n_frames, g);
  set_frames (&p.out, begun, n_frames, g);
  if (foreground)
    {
      p.left = group->composite.left;
      p.top = group->composite.top;
      p.composite.shade = NULL;
      p.composite.bias[0] = p.composite.bias[1] = 0.0f;
      p.over = group->direct.rows.n_out > 0 && group->composite.alpha != NULL;
    }
  p.plain = !p.over && p.composite.shade == NULL;
  if (stage->pairs)
    kernel = p.in.interleave == 2 ? BB_CUDA_KERNEL_FIT_U8_PAIRS_2 : BB_CUDA_KERNEL_FIT_U8_PAIRS;
  else
    kernel = choose (program->plan, &p.in, program->plan->source.depth, BB_CUDA_KERNEL_FIT_U8_F16,
                     BB_CUDA_KERNEL_FIT_U8_F16_2);
  return launch_resample (program, kernel, stage->pairs ? &pairs_tile : &fit_tile, stage, g,
                          n_frames, &p, error);
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
 * bb_cuda_program_read:
 * @program: a program
 * @in: `[n_frames]`, source frames in the GPU's memory
 * @begun: `[n_frames]`, what becomes of them
 * @n_frames: how many
 * @error: return location for an error
 *
 * Queues all kernels that read the source.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_program_read (BbCudaProgram *program, BbFrame *const *in, BbFrame *const *begun,
                      guint n_frames, GError **error)
{
  for (guint first = 0, n; first < n_frames; first += n)
    {
      n = count_alike (in + first, n_frames - first);
      for (int g = 0; g < BB_CUDA_N_GROUPS; g++)
        {
          const BbCudaGroup *group = &program->tables.group[g];
          BbFrame *const *from = in + first;
          BbFrame *const *to = begun + first;

          if (!program->covered && group->direct.rows.n_out > 0 &&
              !fit (program, g, FALSE, from, to, n, error))
            return FALSE;
          gboolean reduces = !program->covered && group->reduce.rows.n_out > 0;

          if (reduces && !program->plan->mirrored && !reduce (program, g, from, to, n, error))
            return FALSE;
          if (group->fit.rows.n_out > 0 && !fit (program, g, TRUE, from, to, n, error))
            return FALSE;
          if (reduces && program->plan->mirrored && !reduce (program, g, from, to, n, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
blur (BbCudaProgram *program, int g, BbFrame *const *frames, guint n_frames, GError **error)
{
  BbResample p = { 0 };

  set_intermediate (&p.in, &program->reduced[g], frames, n_frames);
  set_intermediate (&p.out, &program->blurred[g], frames, n_frames);
  return launch_resample (program,
                          program->plan->precision == BB_PRECISION_FP16 ? BB_CUDA_KERNEL_BLUR_F16
                                                                        : BB_CUDA_KERNEL_BLUR_F32,
                          &blur_tile, &program->tables.group[g].blur, g, n_frames, &p, error);
}

static gboolean
back (BbCudaProgram *program, int g, BbFrame *const *frames, guint n_frames, GError **error)
{
  const BbPlan *plan = program->plan;
  const BbCudaGroup *group = &program->tables.group[g];
  BbCudaKernel kernel;
  BbCompose p = {
    .up_y = group->up_y,
    .up_x = group->up_x,
    .last_window = group->last_window,
    .flat = bb_cuda_tables_is_flat (plan),
    .mirror_x = group->mirror_x,
    .mirror_y = group->mirror_y,
    .gain = group->gain,
    .still = { group->still[0], group->still[1] },
    .scale = 1.0f / group->composite.maximum,
    .composite = group->composite,
  };
  guint grid[3];

  set_frames (&p.out, frames, n_frames, g);
  if (!p.flat)
    set_intermediate (&p.in, &program->blurred[g], frames, n_frames);
  p.split = count_split (&p.out, g);
  p.tight = group->tight[p.out.interleave - 1];
  grid[0] =
    bb_cuda_divide_up (group->composite.canvas_width * p.out.interleave, BB_COMPOSE_COLUMNS);
  grid[1] = bb_cuda_divide_up (group->composite.canvas_height, BB_COMPOSE_ROWS);
  grid[2] = n_frames * (guint) p.split;
  kernel = p.out.interleave == 2 ? BB_CUDA_KERNEL_COMPOSE_F16_U8_2 : BB_CUDA_KERNEL_COMPOSE_F16_U8;
  kernel += (plan->precision == BB_PRECISION_FP16 ? 0 : 2) + (plan->finished.depth > 8 ? 1 : 0);
  return launch (program, kernel, grid, BB_COMPOSE_THREADS, &p, error);
}

/* The logo over all. */
static gboolean
overlay (BbCudaProgram *program, int g, BbFrame *const *frames, guint n_frames, GError **error)
{
  const BbCudaGroup *group = &program->tables.group[g];
  const BbLogoPlane *logo = &program->plan->plane[g].logo;
  BbOverlay p = {
    .components = g == 0 ? 1 : 2,
    .left = logo->left,
    .top = logo->top,
    .width = logo->width,
    .height = logo->height,
    .keep = group->keep,
    .ink = { group->ink[0], group->ink[1] },
    .maximum = group->composite.maximum,
  };
  const guint grid[] = {
    bb_cuda_divide_up (logo->width, BB_OVERLAY_COLUMNS),
    bb_cuda_divide_up (logo->height, BB_OVERLAY_ROWS),
    n_frames * (guint) p.components,
  };

  set_frames (&p.out, frames, n_frames, g);
  return launch (program,
                 group->composite.deep ? BB_CUDA_KERNEL_OVERLAY_U16 : BB_CUDA_KERNEL_OVERLAY_U8,
                 grid, BB_OVERLAY_COLUMNS * BB_OVERLAY_ROWS, &p, error);
}

/**
 * bb_cuda_program_compose:
 * @program: a program
 * @frames: `[n_frames]`, begun frames
 * @n_frames: how many, at most %BB_LAUNCH_FRAMES
 * @error: return location for an error
 *
 * Queues all kernels that finish frames.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_program_compose (BbCudaProgram *program, BbFrame *const *frames, guint n_frames,
                         GError **error)
{
  for (int g = 0; g < BB_CUDA_N_GROUPS; g++)
    {
      const BbCudaGroup *group = &program->tables.group[g];
      gboolean done = program->covered || group->direct.rows.n_out > 0;

      if (!done && group->blur.rows.n_out > 0 && !blur (program, g, frames, n_frames, error))
        return FALSE;
      if (!done && !back (program, g, frames, n_frames, error))
        return FALSE;
      if (group->keep != NULL && !overlay (program, g, frames, n_frames, error))
        return FALSE;
    }
  return TRUE;
}
