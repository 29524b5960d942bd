/* bb-cuda-deinterlace.c: deinterlacing on a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Its kernels run on the stream that the decoder and the effect work on too. So nobody waits; but a decoder's surface
 * must not go back to it before they have read it.
 */

#include "config.h"

#include "bb-cuda-deinterlace.h"

#include "bb-cuda-ffmpeg.h"
#include "bb-cuda-reading.h"
#include "bb-cuda-program.h"
#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <libavutil/hwcontext.h>

/* Rows of the frames that are made. */
#define ALIGNMENT 256

/* Frames that are still to be made, before somebody waits for them: their sources are surfaces. */
#define MAX_READING 2

#define N_SOURCES 3

typedef struct {
  AVFrame *frame[N_SOURCES];
} Sources;

/* What frames and the deinterlacer hold together. */
typedef struct {
  BbCudaContext *context;
  BbCudaPool *pool;
  gatomicrefcount refs;
} Memory;

typedef struct {
  Memory *memory;
  BbCudaBuffer *buffer;
} Owner;

struct _BbDeviceDeinterlacer {
  BbFormat format;
  BbCudaLayout layout;
  Memory *memory;
  GQueue reading; /* sources that kernels still read */
};

static void
drop_memory (Memory *memory)
{
  BbCudaContext *context = memory->context;

  if (!g_atomic_ref_count_dec (&memory->refs))
    return;
  {
    g_auto (BbCudaScope) scope = bb_cuda_context_enter_to_release (context);
    g_autoptr (BbCudaEvent) last_use = bb_cuda_event_new (context, context->stream, NULL);

    if (last_use == NULL)
      context->cuda->stream_synchronize (context->stream);
    bb_cuda_pool_unref (memory->pool, context, last_use);
  }
  g_free (memory);
  bb_cuda_context_unref (context);
}

static void
free_owner (void *opaque, guint8 *data)
{
  Owner *owner = opaque;

  /* What read the frame is queued on the stream of kernels, where the next one is made too. */
  if (owner->buffer != NULL)
    bb_cuda_pool_release (owner->memory->pool, owner->buffer, NULL);
  drop_memory (owner->memory);
  g_free (owner);
}

static void
free_sources (gpointer data)
{
  Sources *sources = data;

  for (gsize i = 0; i < N_SOURCES; i++)
    av_frame_free (&sources->frame[i]);
  g_free (sources);
}

/**
 * bb_cuda_deinterlace_new:
 * @like: a frame on a GPU such as will be deinterlaced
 * @error: return location for an error
 *
 * Returns: (transfer full): what deinterlaces such frames, or %NULL with %BB_ERROR_DEVICE
 */
BbCudaDeinterlace *
bb_cuda_deinterlace_new (const AVFrame *like, GError **error)
{
  BbCudaDeinterlace *self;
  BbCudaContext *context;
  BbFormat format;

  context = bb_cuda_ffmpeg_describe (like, &format);
  if (context == NULL)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                           _ ("The GPU does not deinterlace frames of this kind"));
      return NULL;
    }
  self = g_new0 (BbCudaDeinterlace, 1);
  self->format = format;
  bb_cuda_layout_init (&self->layout, &format, ALIGNMENT);
  self->memory = g_new0 (Memory, 1);
  self->memory->context = bb_cuda_context_ref (context);
  self->memory->pool = bb_cuda_pool_new (self->layout.size, FALSE);
  g_atomic_ref_count_init (&self->memory->refs);
  g_queue_init (&self->reading);
  return self;
}

/**
 * bb_cuda_deinterlace_free:
 * @self: (transfer full) (nullable): what deinterlaces
 *
 * Waits until surfaces were read. Frames that were made stay valid.
 */
void
bb_cuda_deinterlace_free (BbCudaDeinterlace *self)
{
  BbCudaContext *context;

  if (self == NULL)
    return;
  context = self->memory->context;
  {
    g_auto (BbCudaScope) scope = bb_cuda_context_enter_to_release (context);

    bb_cuda_reading_release (&self->reading, 0, NULL);
  }
  drop_memory (self->memory);
  g_free (self);
}

/* A frame that is still to be made. */
static AVFrame *
new_frame (BbCudaDeinterlace *self, const AVFrame *like, GError **error)
{
  Owner *owner = g_new0 (Owner, 1);
  AVFrame *frame = av_frame_alloc ();

  owner->memory = self->memory;
  g_atomic_ref_count_inc (&self->memory->refs);
  owner->buffer = bb_cuda_pool_acquire (self->memory->pool, self->memory->context, error);
  if (owner->buffer != NULL && frame != NULL)
    frame->buf[0] =
      av_buffer_create (owner->buffer->address, self->layout.size, free_owner, owner, 0);
  if (frame == NULL || frame->buf[0] == NULL)
    {
      if (owner->buffer != NULL)
        g_set_error_literal (error, BB_ERROR, BB_ERROR_MEMORY, g_strerror (ENOMEM));
      free_owner (owner, NULL);
      av_frame_free (&frame);
      return NULL;
    }
  for (int p = 0; p < (self->format.interleaved ? 2 : BB_N_PLANES); p++)
    {
      frame->data[p] = owner->buffer->address + self->layout.offset[p];
      frame->linesize[p] = self->layout.stride[p];
    }
  frame->format = like->format;
  frame->width = like->width;
  frame->height = like->height;
  frame->hw_frames_ctx = av_buffer_ref (like->hw_frames_ctx);
  if (frame->hw_frames_ctx != NULL && av_frame_copy_props (frame, like) >= 0)
    {
      frame->flags &= ~AV_FRAME_FLAG_INTERLACED;
      return frame;
    }
  g_set_error_literal (error, BB_ERROR, BB_ERROR_MEMORY, g_strerror (ENOMEM));
  av_frame_free (&frame);
  return NULL;
}

static gboolean
launch (BbCudaDeinterlace *self, const AVFrame *const frames[N_SOURCES], AVFrame *out,
        gboolean top_first, gboolean alone, GError **error)
{
  const BbFormat *format = &self->format;
  int n_planes = format->interleaved ? 2 : BB_N_PLANES;
  const guint block[] = { BB_DEINTERLACE_COLUMNS, BB_DEINTERLACE_PAIRS };
  /* Of an odd width Cb and Cr that alternate have a sample more. */
  const guint grid[] = {
    bb_cuda_divide_up (format->width + 1, BB_DEINTERLACE_COLUMNS),
    bb_cuda_divide_up (format->height, 2 * BB_DEINTERLACE_PAIRS),
    (guint) n_planes,
  };
  BbDeinterlace p = {
    .bottom_first = !top_first,
    .alone = alone,
    .shift = bb_format_get_shift (format),
    .maximum = (1 << format->depth) - 1,
  };
  void *parameters[] = { &p };

  for (int i = 0; i < n_planes; i++)
    {
      p.plane[i] = (BbDeinterlacePlane) {
        .out = out->data[i],
        .out_stride = out->linesize[i],
        .width = bb_format_get_plane_width (format, i) * (i > 0 && format->interleaved ? 2 : 1),
        .height = bb_format_get_plane_height (format, i),
      };
      for (int j = 0; j < N_SOURCES; j++)
        {
          p.plane[i].in[j] = frames[j]->data[i];
          p.plane[i].stride[j] = frames[j]->linesize[i];
        }
    }
  return bb_cuda_context_launch (self->memory->context,
                                 format->depth > 8 ? BB_CUDA_KERNEL_DEINTERLACE_U16
                                                   : BB_CUDA_KERNEL_DEINTERLACE_U8,
                                 grid, block, parameters, error);
}

/**
 * bb_cuda_deinterlace_run:
 * @self: what deinterlaces
 * @frames: the frame before, the frame to deinterlace, the frame after
 * @top_first: whether the top field is the earlier one
 * @alone: whether to look at the frame itself only
 * @error: return location for an error
 *
 * Queues making a frame. @frames may be dropped at once.
 *
 * Returns: (transfer full): a frame with all that the second one says, or %NULL with %BB_ERROR_DEVICE or
 *   %BB_ERROR_MEMORY
 */
AVFrame *
bb_cuda_deinterlace_run (BbCudaDeinterlace *self,
                         const AVFrame *const frames[3],
                         gboolean top_first,
                         gboolean alone,
                         GError **error)
{
  BbCudaContext *context = self->memory->context;
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, error);
  g_autoptr (BbCudaEvent) read = NULL;
  Sources *sources;
  AVFrame *out;
  gboolean good;

  if (scope == NULL)
    return NULL;
  out = new_frame (self, frames[1], error);
  if (out == NULL)
    return NULL;
  sources = g_new0 (Sources, 1);
  good = TRUE;
  for (gsize i = 0; i < N_SOURCES && good; i++)
    good = (sources->frame[i] = av_frame_clone (frames[i])) != NULL;
  if (!good)
    g_set_error_literal (error, BB_ERROR, BB_ERROR_MEMORY, g_strerror (ENOMEM));
  good = good && launch (self, frames, out, top_first, alone, error) &&
         (read = bb_cuda_event_new (context, context->stream, error)) != NULL;
  if (!good)
    {
      /* What was queued may still read them. */
      context->cuda->stream_synchronize (context->stream);
      free_sources (sources);
    }
  else
    {
      bb_cuda_reading_add (&self->reading, sources, free_sources, g_steal_pointer (&read));
      good = bb_cuda_reading_release (&self->reading, MAX_READING, error);
    }
  if (!good)
    av_frame_free (&out);
  return out;
}
