/* bb-cuda-transfer.c: frames to the GPU, and off it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies go through pinned memory on streams of their own, many frames at once, so that they run
 * beside the kernels of other frames.
 */

#include "config.h"

#include "bb-cuda-program.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Memory for BB_CUDA_UPLOAD_FRAMES frames, made when the first ones come. */
static gboolean
prepare_staging (BbCudaProgram *program, BbCudaStaging *staging, GError **error)
{
  BbCudaContext *context = program->context;
  gsize size = program->source.size * MIN (program->n_frames, BB_CUDA_UPLOAD_FRAMES);

  if (staging->host == NULL)
    staging->host = bb_cuda_block_new (context, size, TRUE, error);
  if (staging->host == NULL)
    return FALSE;
  if (staging->device == NULL)
    {
      staging->device = bb_cuda_block_new (context, size, FALSE, error);
      /* It may be memory that kernels were the last to use. */
      staging->consumed =
        staging->device != NULL ? bb_cuda_event_new (context, context->stream, error) : NULL;
      if (staging->consumed == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
copy_frame (const BbCudaProgram *program, const BbFrame *frame, guint8 *to)
{
  int sample = frame->format.depth > 8 ? 2 : 1;

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      gsize row = (gsize) (bb_format_get_plane_width (&frame->format, p) * sample);

      for (int y = 0; y < bb_format_get_plane_height (&frame->format, p); y++)
        memcpy (to + program->source.offset[p] + (gsize) y * (gsize) program->source.stride[p],
                frame->data[p] + (gssize) y * frame->stride[p], row);
    }
}

/**
 * bb_cuda_program_stage:
 * @program: a program
 * @in: `[n_frames]`, source frames in host memory
 * @n_frames: how many, at most %BB_CUDA_UPLOAD_FRAMES
 * @staged: (out caller-allocates): `[n_frames]`, the same in the GPU's memory, for what is queued
 *   on the stream of kernels from now on
 * @staging: (out): where they are; its `consumed` is to be set when that was queued
 * @error: return location for an error
 *
 * Copies frames to the GPU, in one transfer.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_program_stage (BbCudaProgram *program, BbFrame *const *in, guint n_frames, BbFrame **staged,
                    BbCudaStaging **staging, GError **error)
{
  BbCudaContext *context = program->context;
  BbCudaStaging *at = &program->staging[program->next_staging];

  g_return_val_if_fail (n_frames <= MIN (program->n_frames, BB_CUDA_UPLOAD_FRAMES), FALSE);

  *staging = at;
  if (!prepare_staging (program, at, error) || !bb_cuda_event_wait (at->copied, error))
    return FALSE;
  for (guint i = 0; i < n_frames; i++)
    copy_frame (program, in[i], at->host->address + i * program->source.size);

  g_clear_pointer (&at->copied, bb_cuda_event_unref);
  if (!bb_cuda_event_hold (at->consumed, context->upload, error) ||
      !bb_cuda_check (context->cuda->memcpy_h_to_d_async ((CUdeviceptr) at->device->address,
                                                          at->host->address,
                                                          n_frames * program->source.size,
                                                          context->upload),
                      N_("copying frames to the GPU"), error))
    return FALSE;
  /* A copy that was queued and is not told of may read what the next one brings, since nobody reads what
   * it writes; that one is queued behind it. */
  at->copied = bb_cuda_event_new (context, context->upload, error);
  if (at->copied == NULL || !bb_cuda_event_hold (at->copied, context->stream, error))
    return FALSE;

  for (guint i = 0; i < n_frames; i++)
    {
      staged[i] = bb_frame_new_wrapped (&in[i]->format, NULL, NULL);
      staged[i]->memory = BB_MEMORY_DEVICE;
      for (int p = 0; p < BB_N_PLANES; p++)
        {
          staged[i]->data[p] = at->device->address + i * program->source.size + program->source.offset[p];
          staged[i]->stride[p] = program->source.stride[p];
        }
    }
  program->next_staging = (program->next_staging + 1) % BB_CUDA_RING;
  return TRUE;
}

typedef struct {
  BbCudaProgram *program;
  BbCudaPool *pool;
  BbCudaBuffer *buffer;
  BbCudaEvent *copied; /* NULL while nothing was queued */
} Download;

static void
free_download (gpointer data)
{
  Download *download = data;

  if (download->buffer != NULL)
    bb_cuda_pool_release (download->pool, download->buffer, NULL);
  g_clear_pointer (&download->copied, bb_cuda_event_unref);
  bb_cuda_program_unref (download->program);
  g_free (download);
}

static gboolean
wait_download (gpointer data, GError **error)
{
  Download *download = data;

  return bb_cuda_event_wait (download->copied, error);
}

static Download *
new_download (BbCudaProgram *program, BbCudaPool *pool, GError **error)
{
  Download *download = g_new0 (Download, 1);

  download->program = bb_cuda_program_ref (program);
  download->pool = pool;
  download->buffer = bb_cuda_pool_acquire (pool, program->context, error);
  if (download->buffer == NULL)
    g_clear_pointer (&download, free_download);
  return download;
}

static BbFrame *
new_host_frame (BbCudaProgram *program, const BbFrame *frame, GError **error)
{
  Download *download = new_download (program, program->pinned, error);
  BbFrame *host;

  if (download == NULL)
    return NULL;
  host = bb_frame_new_wrapped (&frame->format, download, free_download);
  host->wait = wait_download;
  bb_frame_copy_props (host, frame);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      host->data[p] = download->buffer->address + program->target.offset[p];
      host->stride[p] = program->target.stride[p];
    }
  return host;
}

static const BbCudaBuffer *
get_buffer (BbFrame *frame)
{
  if (frame->memory == BB_MEMORY_DEVICE)
    return bb_cuda_frame_get_owner (frame)->canvas;
  return ((const Download *) frame->owner)->buffer;
}

/* Whether @frame is @distance bytes behind @first. Blocks may follow on each other, but no copy goes beyond one. */
static gboolean
is_adjacent (BbFrame *first, BbFrame *frame, gsize distance)
{
  return frame->data[0] == first->data[0] + distance && get_buffer (frame)->block == get_buffer (first)->block;
}

/* Copies each run of frames that lie side by side, here and there, at once. */
static gboolean
copy_runs (BbCudaProgram *program, BbFrame *const *from, BbFrame *const *to, guint n_frames,
           GError **error)
{
  gsize size = program->target.size;

  for (guint first = 0, n; first < n_frames; first += n)
    {
      for (n = 1; first + n < n_frames; n++)
        if (!is_adjacent (from[first], from[first + n], n * size) || !is_adjacent (to[first], to[first + n], n * size))
          break;
      if (!bb_cuda_check (
            program->context->cuda->memcpy_d_to_h_async (to[first]->data[0],
                                                      (CUdeviceptr) from[first]->data[0], n * size,
                                                      program->context->download),
            N_("copying frames off the GPU"), error))
        return FALSE;
    }
  return TRUE;
}

/* Pinned memory takes some 0.4 ms a MB to allocate: the first batch gets as much as it needs, and only where there is a
 * second one as much as there ever is a need for. */
static gboolean
grow_pinned (BbCudaProgram *program, guint n_frames, GError **error)
{
  guint n_buffers = bb_cuda_pool_get_n_buffers (program->pinned);
  guint n_wanted =
    n_buffers == 0 ? n_frames : BB_CUDA_BATCHES * program->n_frames + BB_CUDA_ENCODED_FRAMES;
  g_autoptr (GError) failure = NULL;

  if (program->grown)
    return TRUE;
  /* What was refused once is not asked for with each batch. */
  program->grown = n_buffers > 0;
  if (n_buffers >= n_wanted ||
      bb_cuda_pool_grow (program->pinned, program->context, n_wanted - n_buffers, &failure))
    return TRUE;
  /* There may be memory for fewer at once. */
  if (g_error_matches (failure, BB_ERROR, BB_ERROR_MEMORY))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/**
 * bb_cuda_program_download:
 * @program: a program
 * @batch: finished frames of one bb_cuda_program_finish()
 * @error: return location for an error
 *
 * Starts to copy frames to the host, beside the kernels that are queued later.
 *
 * Returns: (transfer full): the frames in host memory, see bb_frame_wait(), or %NULL with an error
 */
BbBatch *
bb_cuda_program_download (BbCudaProgram *program, BbBatch *batch, GError **error)
{
  BbCudaContext *context = program->context;
  g_autoptr (BbBatch) out = bb_batch_new (batch->n_frames);
  g_autoptr (BbCudaEvent) copied = NULL;

  if (!grow_pinned (program, batch->n_frames, error))
    return NULL;
  for (guint i = 0; i < batch->n_frames; i++)
    {
      out->frame[i] = new_host_frame (program, batch->frame[i], error);
      if (out->frame[i] == NULL ||
          !bb_cuda_event_hold (bb_cuda_frame_get_owner (batch->frame[i])->ready, context->download,
                               error))
        return NULL;
    }
  /* Copies that were queued and are not told of may read others' frames, since nobody reads what they
   * write; who uses that buffer next is queued behind them. */
  if (!copy_runs (program, batch->frame, out->frame, batch->n_frames, error) ||
      (copied = bb_cuda_event_new (context, context->download, error)) == NULL)
    return NULL;
  for (guint i = 0; i < batch->n_frames; i++)
    {
      Download *download = out->frame[i]->owner;

      download->copied = bb_cuda_event_ref (copied);
      bb_cuda_frame_set_last_use (batch->frame[i], copied);
    }
  return g_steal_pointer (&out);
}
