/* bb-cuda-program.c: a plan made ready for a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All memory is allocated when a plan is prepared, or when the first frame comes that needs it.
 */

#include "bb-cuda-program.h"

#include "bb-cuda-reading.h"
#include "bb-error.h"

/* Rows of frames that encoders and textures take as they are. */
#define TARGET_ALIGNMENT 256
#define SOURCE_ALIGNMENT 64

/**
 * bb_cuda_layout_init:
 * @layout: (out caller-allocates): a layout
 * @format: a format
 * @alignment: bytes that strides are a multiple of
 *
 * Lays planes out one after the other, as NVENC expects it of NV12.
 */
void
bb_cuda_layout_init (BbCudaLayout *layout, const BbFormat *format, int alignment)
{
  int sample = format->depth > 8 ? 2 : 1;
  int n_planes = format->interleaved ? 2 : BB_N_PLANES;

  *layout = (BbCudaLayout) { 0 };
  for (int p = 0; p < n_planes; p++)
    {
      int row = bb_format_get_plane_width (format, p) * sample;

      if (p > 0 && format->interleaved)
        row *= 2;
      layout->stride[p] = (row + alignment - 1) / alignment * alignment;
      layout->offset[p] = layout->size;
      layout->size += (gsize) layout->stride[p] * (gsize) bb_format_get_plane_height (format, p);
    }
  if (format->interleaved)
    {
      /* NVENC takes one pitch for both. */
      layout->stride[1] = layout->stride[0] = MAX (layout->stride[0], layout->stride[1]);
      layout->offset[1] = (gsize) layout->stride[0] * (gsize) format->height;
      layout->size = layout->offset[1] +
                     (gsize) layout->stride[1] * (gsize) bb_format_get_plane_height (format, 1);
      layout->stride[2] = layout->stride[1];
      layout->offset[2] = layout->offset[1] + (gsize) sample;
    }
  layout->size = (layout->size + (gsize) alignment - 1) / (gsize) alignment * (gsize) alignment;
}

static gboolean
is_covered (const BbPlan *plan)
{
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];

      if (plane->alpha != NULL || plane->foreground_width < plane->width ||
          plane->foreground_height < plane->height)
        return FALSE;
    }
  return TRUE;
}

/* Room for @width x @height samples of each plane of the group. */
static void
lay_intermediate (BbCudaIntermediate *intermediate, gsize *size, const BbPlan *plan, int group,
                  int width, int height)
{
  int sample = plan->precision == BB_PRECISION_FP16 ? 2 : 4;

  intermediate->offset = *size;
  intermediate->stride = (width * sample + 15) / 16 * 16;
  intermediate->component = (gsize) intermediate->stride * (gsize) height;
  *size += intermediate->component * (group == 0 ? 1 : 2);
  *size = (*size + 255) / 256 * 256;
}

static gsize
lay_intermediates (const BbPlan *plan, BbCudaIntermediate reduced[], BbCudaIntermediate blurred[])
{
  gsize size = 0;

  if (bb_cuda_tables_is_flat (plan) || is_covered (plan))
    return 0;
  for (int g = 0; g < BB_CUDA_N_GROUPS; g++)
    {
      const BbPlanPlane *plane = &plan->plane[g];
      int reduced_width, reduced_height, blurred_width, blurred_height;

      if (plane->direct)
        continue;
      bb_plan_get_intermediate (plan, g, &reduced_width, &reduced_height, &blurred_width,
                                &blurred_height);
      if (plane->reduce_x.n_taps > 0 || plane->reduce_y.n_taps > 0)
        lay_intermediate (&reduced[g], &size, plan, g, reduced_width, reduced_height);
      lay_intermediate (&blurred[g], &size, plan, g, MAX (blurred_width, BB_COMPOSE_WINDOW),
                        MAX (blurred_height, BB_COMPOSE_WINDOW));
    }
  return size;
}

/**
 * bb_cuda_program_get_memory:
 * @plan: a plan
 * @n_frames: frames a batch
 * @host_frames: whether frames come from the host
 *
 * Returns: bytes of the GPU's memory that batches take, besides the tables
 */
gsize
bb_cuda_program_get_memory (const BbPlan *plan, guint n_frames, gboolean host_frames)
{
  BbCudaIntermediate reduced[BB_CUDA_N_GROUPS], blurred[BB_CUDA_N_GROUPS];
  BbCudaLayout source, target;

  bb_cuda_layout_init (&source, &plan->source, SOURCE_ALIGNMENT);
  bb_cuda_layout_init (&target, &plan->finished, TARGET_ALIGNMENT);
  return n_frames * (BB_CUDA_BATCHES * target.size + lay_intermediates (plan, reduced, blurred)) +
         (host_frames ? BB_CUDA_RING * MIN (n_frames, BB_CUDA_UPLOAD_FRAMES) * source.size : 0);
}

/**
 * bb_cuda_program_new:
 * @context: the current context
 * @plan: a plan
 * @n_frames: most frames of a batch
 * @canvases: (nullable): buffers of bb_cuda_program_retire() to go on with
 * @error: return location for an error
 *
 * Allocates and uploads what batches of the plan need.
 *
 * Returns: (transfer full): program, or %NULL with %BB_ERROR_MEMORY or %BB_ERROR_DEVICE
 */
BbCudaProgram *
bb_cuda_program_new (BbCudaContext *context, BbPlan *plan, guint n_frames, BbCudaPool *canvases,
                     GError **error)
{
  g_autoptr (BbCudaProgram) program = g_new0 (BbCudaProgram, 1);
  guint n_buffers = BB_CUDA_BATCHES * n_frames;

  g_atomic_ref_count_init (&program->refs);
  g_queue_init (&program->reading);
  program->context = bb_cuda_context_ref (context);
  program->plan = bb_plan_ref (plan);
  program->n_frames = n_frames;
  program->covered = is_covered (plan);
  bb_cuda_tables_init (&program->tables, plan);
  bb_cuda_layout_init (&program->source, &plan->source, SOURCE_ALIGNMENT);
  bb_cuda_layout_init (&program->target, &plan->finished, TARGET_ALIGNMENT);
  program->intermediate_size = lay_intermediates (plan, program->reduced, program->blurred);
  if (canvases != NULL && bb_cuda_pool_serves (canvases, program->target.size, n_buffers))
    {
      program->canvases = bb_cuda_pool_ref (canvases);
      program->registered = TRUE;
    }
  else
    program->canvases = bb_cuda_pool_new (program->target.size, FALSE);
  program->pinned = bb_cuda_pool_new (program->target.size, TRUE);
  if (program->intermediate_size > 0)
    {
      program->intermediates = bb_cuda_pool_new (program->intermediate_size, FALSE);
      if (!bb_cuda_pool_grow (program->intermediates, context, n_frames, error))
        return NULL;
    }
  if ((!program->registered && !bb_cuda_pool_grow (program->canvases, context, n_buffers, error)) ||
      !bb_cuda_tables_upload (&program->tables, context, error))
    return NULL;
  return g_steal_pointer (&program);
}

/**
 * bb_cuda_program_ref:
 * @program: a program
 *
 * Returns: (transfer full): @program
 */
BbCudaProgram *
bb_cuda_program_ref (BbCudaProgram *program)
{
  g_atomic_ref_count_inc (&program->refs);
  return program;
}

/* When all that is queued on any stream is over; %NULL where the last use of pinned memory is already. */
static BbCudaEvent *
join_streams (BbCudaContext *context)
{
  CUstream others[] = { context->upload, context->download };
  g_autoptr (BbCudaEvent) last = NULL;
  gboolean good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (others) && good; i++)
    {
      g_autoptr (BbCudaEvent) event = bb_cuda_event_new (context, others[i], NULL);

      good = event != NULL && bb_cuda_event_hold (event, context->stream, NULL);
    }
  if (good)
    last = bb_cuda_event_new (context, context->stream, NULL);
  if (last != NULL)
    return g_steal_pointer (&last);
  /* The stream of kernels itself uses no pinned memory but the tables', before any frame comes up. */
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    context->cuda->stream_synchronize (others[i]);
  return NULL;
}

/* @copied: (nullable): when it was copied from on the host; %NULL also where those copies are for frames that were
 * dropped, which others' samples do no harm. */
static void
free_staging (BbCudaProgram *program, BbCudaEvent *copied, BbCudaEvent *last_use)
{
  for (guint i = 0; i < BB_CUDA_RING; i++)
    {
      BbCudaStaging *staging = &program->staging[i];

      bb_cuda_block_free (program->context, g_steal_pointer (&staging->host), copied);
      bb_cuda_block_free (program->context, g_steal_pointer (&staging->device), last_use);
      g_clear_pointer (&staging->copied, bb_cuda_event_unref);
      g_clear_pointer (&staging->consumed, bb_cuda_event_unref);
    }
}

/**
 * bb_cuda_program_retire:
 * @program: (transfer full): a program that nothing new is begun with
 *
 * Drops the reference of whoever began frames, and gives back what finished frames do not need, though some of them
 * are held yet. The current context is the program's.
 *
 * Returns: (transfer full) (nullable): the buffers of finished frames, where an encoder may know them by their address:
 *   while it is open they must be neither freed nor become something else
 */
BbCudaPool *
bb_cuda_program_retire (BbCudaProgram *program)
{
  BbCudaContext *context = program->context;
  BbCudaPool *canvases = program->registered ? bb_cuda_pool_ref (program->canvases) : NULL;
  g_autoptr (BbCudaEvent) last_use = NULL;

  bb_cuda_reading_release (&program->reading, 0, NULL);
  last_use = join_streams (context);
  free_staging (program, last_use, last_use);
  if (program->intermediates != NULL && bb_cuda_pool_is_idle (program->intermediates))
    bb_cuda_pool_unref (g_steal_pointer (&program->intermediates), context, last_use);
  g_clear_pointer (&last_use, bb_cuda_event_unref);
  bb_cuda_program_unref (program);
  return canvases;
}

/**
 * bb_cuda_program_unref:
 * @program: (transfer full): a program
 *
 * Drops a reference, on any thread. With the last one its memory is given back, to be used again
 * when the GPU is done with it.
 */
void
bb_cuda_program_unref (BbCudaProgram *program)
{
  BbCudaContext *context = program->context;
  g_autoptr (BbCudaEvent) last_use = NULL;

  if (!g_atomic_ref_count_dec (&program->refs))
    return;
  {
    g_auto (BbCudaScope) scope = bb_cuda_context_enter_to_release (context);

    bb_cuda_reading_release (&program->reading, 0, NULL);
    last_use = join_streams (context);
    bb_cuda_tables_clear (&program->tables, context, last_use);
    bb_cuda_pool_unref (program->canvases, context, last_use);
    bb_cuda_pool_unref (program->intermediates, context, last_use);
    bb_cuda_pool_unref (program->pinned, context, last_use);
    free_staging (program, NULL, last_use);
    g_clear_pointer (&last_use, bb_cuda_event_unref);
  }
  bb_plan_unref (program->plan);
  g_free (program);
  bb_cuda_context_unref (context);
}

static void
free_owner (gpointer data)
{
  BbCudaOwner *owner = data;

  if (owner->canvas != NULL)
    bb_cuda_pool_release (owner->program->canvases, owner->canvas, owner->last_use);
  if (owner->intermediate != NULL)
    bb_cuda_pool_release (owner->program->intermediates, owner->intermediate, NULL);
  g_clear_pointer (&owner->next, bb_frame_unref);
  g_clear_pointer (&owner->ready, bb_cuda_event_unref);
  g_clear_pointer (&owner->last_use, bb_cuda_event_unref);
  bb_cuda_program_unref (owner->program);
  g_free (owner);
}

static gboolean
wait_owner (gpointer data, GError **error)
{
  BbCudaOwner *owner = data;

  return bb_cuda_event_wait (owner->ready, error);
}

/**
 * bb_cuda_frame_get_owner:
 * @frame: a frame
 *
 * Returns: (transfer none) (nullable): what the frame owns, or %NULL where it is not one that
 *   bb_cuda_program_begin() made
 */
BbCudaOwner *
bb_cuda_frame_get_owner (BbFrame *frame)
{
  return frame->release == free_owner ? frame->owner : NULL;
}

/**
 * bb_cuda_frame_set_last_use:
 * @frame: a finished frame on the GPU
 * @last_use: an event of another stream than that of kernels
 *
 * Says when a reader of the frame is done. Its memory is written to only after that, so that the
 * frame may be dropped at once.
 */
void
bb_cuda_frame_set_last_use (BbFrame *frame, BbCudaEvent *last_use)
{
  BbCudaOwner *owner = bb_cuda_frame_get_owner (frame);

  g_return_if_fail (owner != NULL);

  g_clear_pointer (&owner->last_use, bb_cuda_event_unref);
  owner->last_use = bb_cuda_event_ref (last_use);
}

/* A frame that is still to be made, with buffer on the canvas. */
static BbFrame *
new_frame (BbCudaProgram *program, const BbFrame *in, GError **error)
{
  BbCudaOwner *owner = g_new0 (BbCudaOwner, 1);
  g_autoptr (BbFrame) frame = bb_frame_new_wrapped (&program->plan->finished, owner, free_owner);

  frame->memory = BB_MEMORY_DEVICE;
  frame->wait = wait_owner;
  bb_frame_copy_props (frame, in);
  owner->program = bb_cuda_program_ref (program);
  owner->canvas = bb_cuda_pool_acquire (program->canvases, program->context, error);
  if (owner->canvas == NULL)
    return NULL;
  if (program->intermediates != NULL)
    {
      owner->intermediate = bb_cuda_pool_acquire (program->intermediates, program->context, error);
      if (owner->intermediate == NULL)
        return NULL;
    }
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      frame->data[p] = owner->canvas->address + program->target.offset[p];
      frame->stride[p] = program->target.stride[p];
    }
  return g_steal_pointer (&frame);
}

static gboolean
check_format (BbCudaProgram *program, const BbFrame *frame, GError **error)
{
  const BbFormat *a = &frame->format;
  const BbFormat *b = &program->plan->source;

  if (a->width == b->width && a->height == b->height && a->depth == b->depth &&
      a->chroma_shift_x == b->chroma_shift_x && a->chroma_shift_y == b->chroma_shift_y)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               "A frame of %d×%d does not go with a plan for %d×%d: make a plan for it", a->width,
               a->height, b->width, b->height);
  return FALSE;
}

/* Queues the kernels of one plan that read the source. */
static gboolean
read_source (BbCudaProgram *program, BbFrame *const *source, const BbFrame *const *in,
             guint n_frames, BbFrame **begun, GError **error)
{
  for (guint i = 0; i < n_frames; i++)
    {
      begun[i] = new_frame (program, in[i], error);
      if (begun[i] == NULL)
        return FALSE;
    }
  return bb_cuda_program_read (program, source, begun, n_frames, error);
}

/* Frames of one memory: up to BB_CUDA_UPLOAD_FRAMES of the host's, BB_LAUNCH_FRAMES of the GPU's. */
static gboolean
begin_few (BbCudaProgram *const *programs, guint n_programs, BbFrame *const *in, guint n_frames,
           BbFrame **begun, GError **error)
{
  BbCudaProgram *first = programs[0];
  BbCudaContext *context = first->context;
  gboolean on_gpu = in[0]->memory == BB_MEMORY_DEVICE;
  g_autoptr (BbCudaEvent) start = NULL;
  g_autoptr (BbCudaEvent) end = NULL;
  BbFrame *staged[BB_CUDA_UPLOAD_FRAMES] = { NULL };
  BbFrame *last[BB_LAUNCH_FRAMES];
  BbCudaStaging *staging = NULL;
  gboolean good = TRUE;

  /* Frames of another stream than ours, where two devices show the same clip. */
  for (guint i = 0; i < n_frames && good && on_gpu; i++)
    good = in[i]->producer == context || bb_frame_wait (in[i], error);
  for (guint i = 0; i < n_frames && good; i++)
    good = check_format (first, in[i], error);
  if (good && !on_gpu)
    good = bb_cuda_program_stage (first, in, n_frames, staged, &staging, error);
  if (good)
    good = (start = bb_cuda_event_new (context, context->stream, error)) != NULL;
  for (guint w = 0; w < n_programs && good; w++)
    {
      BbFrame *made[BB_LAUNCH_FRAMES] = { NULL };

      good = read_source (programs[w], on_gpu ? in : staged, (const BbFrame *const *) in, n_frames,
                          made, error);
      /* Each frame owns what the next plan makes of its source. */
      for (guint i = 0; i < n_frames && made[i] != NULL; i++)
        {
          if (w == 0)
            begun[i] = made[i];
          else
            bb_cuda_frame_get_owner (last[i])->next = made[i];
          last[i] = made[i];
        }
    }
  if (good)
    good = (end = bb_cuda_event_new (context, context->stream, error)) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (staged); i++)
    g_clear_pointer (&staged[i], bb_frame_unref);
  if (!good)
    {
      /* What was queued may still read them. */
      context->cuda->stream_synchronize (context->stream);
      return FALSE;
    }

  if (on_gpu)
    for (guint i = 0; i < n_frames; i++)
      bb_cuda_reading_add (&first->reading, bb_frame_ref (in[i]), (GDestroyNotify) bb_frame_unref,
                           bb_cuda_event_ref (end));
  else
    {
      g_clear_pointer (&staging->consumed, bb_cuda_event_unref);
      staging->consumed = bb_cuda_event_ref (end);
    }
  bb_cuda_context_add_span (context, g_steal_pointer (&start), g_steal_pointer (&end));
  /* Those before may go back to their decoder, while these are read. */
  return bb_cuda_reading_release (&first->reading, on_gpu ? n_frames : 0, error);
}

/**
 * bb_cuda_program_begin:
 * @programs: (array length=n_programs): of one context and one source format
 * @n_programs: how many, at least one
 * @in: `[n_frames]` source frames, in host memory or the GPU's
 * @n_frames: how many
 * @begun: (out caller-allocates): `[n_frames]`, frames of the first program, each with those of the
 *   others behind it, see #BbCudaOwner; those that an error left unmade are %NULL
 * @error: return location for an error
 *
 * Queues the kernels that read the source. Source frames in host memory are copied to the GPU once
 * and may be dropped at once; those of the GPU are kept until the kernels are done, but no longer.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_program_begin (BbCudaProgram *const *programs, guint n_programs, BbFrame *const *in,
                       guint n_frames, BbFrame **begun, GError **error)
{
  for (guint first = 0, n; first < n_frames; first += n)
    {
      guint most = in[first]->memory == BB_MEMORY_DEVICE ? BB_LAUNCH_FRAMES : BB_CUDA_UPLOAD_FRAMES;

      for (n = 1; first + n < n_frames && n < most; n++)
        if (in[first + n]->memory != in[first]->memory)
          break;
      if (!begin_few (programs, n_programs, in + first, n, begun + first, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * bb_cuda_program_finish:
 * @program: a program
 * @batch: frames of bb_cuda_program_begin(), each of which becomes a finished one
 * @error: return location for an error
 *
 * Queues the kernels that finish frames. What is queued on the stream of kernels from then on may
 * read them; other streams must wait for their `ready` event.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_program_finish (BbCudaProgram *program, BbBatch *batch, GError **error)
{
  BbCudaContext *context = program->context;
  g_autoptr (BbCudaEvent) start = bb_cuda_event_new (context, context->stream, error);
  g_autoptr (BbCudaEvent) end = NULL;

  if (start == NULL)
    return FALSE;
  for (guint first = 0, n; first < batch->n_frames; first += n)
    {
      n = MIN (batch->n_frames - first, BB_LAUNCH_FRAMES);
      if (!bb_cuda_program_compose (program, batch->frame + first, n, error))
        return FALSE;
    }
  end = bb_cuda_event_new (context, context->stream, error);
  if (end == NULL)
    return FALSE;
  /* Encoders take them so, and only encoders. */
  program->registered |= program->plan->finished.interleaved;
  for (guint i = 0; i < batch->n_frames; i++)
    {
      BbCudaOwner *owner = bb_cuda_frame_get_owner (batch->frame[i]);

      /* Used again by what is queued after what was queued just now. */
      if (owner->intermediate != NULL)
        bb_cuda_pool_release (program->intermediates, g_steal_pointer (&owner->intermediate), NULL);
      owner->ready = bb_cuda_event_ref (end);
    }
  bb_cuda_context_add_span (context, g_steal_pointer (&start), g_steal_pointer (&end));
  return bb_cuda_reading_release (&program->reading, g_queue_get_length (&program->reading), error);
}
