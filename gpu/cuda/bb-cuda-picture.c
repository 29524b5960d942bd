/* bb-cuda-picture.c: pictures in a GPU's memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-cuda-picture.h"

#include "bb-color.h"
#include "bb-cuda-program.h"
#include "bb-error.h"

#include <glib/gi18n-lib.h>

typedef struct {
  BbCudaContext *context;
  BbCudaBlock *block;
} Pinned;

static void
free_pinned (gpointer data)
{
  Pinned *pinned = data;
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (pinned->context, NULL);

  bb_cuda_block_free (pinned->context, pinned->block, NULL);
  bb_cuda_context_unref (pinned->context);
  g_free (pinned);
}

static GBytes *
download (BbPicture *picture, GError **error)
{
  BbCudaPixels *pixels = picture->device_data;
  BbCudaContext *context = pixels->context;
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, error);
  g_autoptr (BbCudaEvent) done = NULL;
  gsize size = picture->stride * (gsize) picture->height;
  BbCudaBlock *block = scope != NULL ? bb_cuda_block_new (context, size, TRUE, error) : NULL;
  Pinned *pinned;

  if (block == NULL)
    return NULL;
  pinned = g_new (Pinned, 1);
  *pinned = (Pinned) { bb_cuda_context_ref (context), block };
  if (bb_cuda_event_hold (pixels->ready, context->download, error) &&
      bb_cuda_check (context->cuda->memcpy_d_to_h_async (
                       block->address, (CUdeviceptr) pixels->block->address, size, context->download),
                     N_("copying a picture to host memory"), error))
    {
      done = bb_cuda_event_new (context, context->download, error);
      if (done != NULL && bb_cuda_event_wait (done, error))
        return g_bytes_new_with_free_func (block->address, size, free_pinned, pinned);
      /* The copy was queued nevertheless, and writes to what somebody else may soon use. */
      context->cuda->stream_synchronize (context->download);
    }
  free_pinned (pinned);
  return NULL;
}

static void
drop_block (BbCudaPixels *pixels)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (pixels->context, NULL);

  /* The next to use the block is the stream of kernels. */
  if (scope != NULL)
    bb_cuda_event_hold (pixels->last_use, pixels->context->stream, NULL);
  bb_cuda_block_free (pixels->context, g_steal_pointer (&pixels->block), NULL);
  g_clear_pointer (&pixels->last_use, bb_cuda_event_unref);
  g_clear_pointer (&pixels->ready, bb_cuda_event_unref);
}

/* Moves the pixels to main memory. */
static gboolean
bring_home (BbPicture *picture, GError **error)
{
  if (bb_picture_get_pixels (picture, error) == NULL)
    return FALSE;
  drop_block (picture->device_data);
  return TRUE;
}

static void
release (BbPicture *picture)
{
  BbCudaPixels *pixels = picture->device_data;

  drop_block (pixels);
  bb_cuda_context_unref (pixels->context);
  g_mutex_clear (&pixels->lock);
  g_free (pixels);
}

static const BbPictureDevice cuda_device = { download, release };

/* The frame's planes as the kernel reads them. */
static void
fill_planes (BbRgb *rgb, const BbFrame *frame)
{
  const BbFormat *format = &frame->format;
  int sample = format->depth > 8 ? 2 : 1;

  bb_color_get_rgb (format, sample > 1 ? 65535 : 255, rgb);
  for (int p = 0; p < BB_N_PLANES; p++)
    rgb->plane[p] = (BbView) {
      .data = frame->data[p],
      .x_step = p > 0 && format->interleaved ? 2 : 1,
      .y_step = frame->stride[p] / sample,
      .type = sample > 1 ? BB_SAMPLE_U16 : BB_SAMPLE_U8,
    };
  for (int i = 0; i < 3; i++)
    for (int p = 0; p < BB_N_PLANES; p++)
      rgb->weight[i][p] /= (float) (1 << bb_format_get_shift (format));
}

/**
 * bb_cuda_picture_new:
 * @context: the current context
 * @frame: a finished frame in the GPU's memory
 * @options: (nullable): what is shown as it is
 * @error: return location for an error
 *
 * Makes a picture for the screen, by a kernel. Its pixels stay in the GPU's memory where @options
 * says so; else they are brought to main memory, which is waited for.
 *
 * Returns: (transfer full): a picture, or %NULL with %BB_ERROR_MEMORY or %BB_ERROR_DEVICE
 */
BbPicture *
bb_cuda_picture_new (BbCudaContext *context, BbFrame *frame, const BbPresentOptions *options,
                     GError **error)
{
  gboolean stays = options != NULL && g_atomic_int_get (&options->takes_device_memory);
  int deep = frame->format.depth > 8;
  g_autoptr (BbPicture) picture =
    bb_picture_new (frame, deep ? BB_PICTURE_RGBX16 : BB_PICTURE_RGBX8);
  BbCudaPixels *pixels = g_new0 (BbCudaPixels, 1);
  static const guint block[2] = { 64, 4 };
  guint grid[3] = {
    ((guint) picture->width + block[0] - 1) / block[0],
    ((guint) picture->height + block[1] - 1) / block[1],
    1,
  };
  ptrdiff_t out_stride = picture->width;
  void *out;
  BbRgb rgb;
  void *parameters[] = { &rgb, &picture->width, &picture->height, &out, &out_stride, &deep };

  pixels->context = bb_cuda_context_ref (context);
  g_mutex_init (&pixels->lock);
  picture->device = &cuda_device;
  picture->device_data = pixels;
  pixels->block =
    bb_cuda_block_new (context, picture->stride * (gsize) picture->height, FALSE, error);
  if (pixels->block == NULL)
    return NULL;
  fill_planes (&rgb, frame);
  out = pixels->block->address;
  if (!bb_cuda_context_launch (context, BB_CUDA_KERNEL_PRESENT, grid, block, parameters, error))
    return NULL;
  pixels->ready = bb_cuda_event_new (context, context->stream, error);
  if (pixels->ready == NULL ||
      (!stays && !bring_home (picture, error)))
    return NULL;
  return g_steal_pointer (&picture);
}

/**
 * bb_cuda_picture_get_pixels:
 * @picture: a picture
 *
 * Returns: (nullable): its pixels in a GPU's memory, or %NULL where it has none there
 */
const BbCudaPixels *
bb_cuda_picture_get_pixels (BbPicture *picture)
{
  BbCudaPixels *pixels = picture->device == &cuda_device ? picture->device_data : NULL;

  return pixels != NULL && pixels->block != NULL ? pixels : NULL;
}

/**
 * bb_cuda_picture_get_context:
 * @picture: a picture
 *
 * Returns: (nullable) (transfer none): the GPU that made it
 */
BbCudaContext *
bb_cuda_picture_get_context (BbPicture *picture)
{
  return picture->device == &cuda_device ? ((BbCudaPixels *) picture->device_data)->context : NULL;
}

/**
 * bb_cuda_picture_add_use:
 * @picture: a picture on a GPU, whose context is the current one
 * @stream: a stream that has just been told to read its pixels
 * @error: return location for an error
 *
 * Keeps the pixels from being written to before that is done. Any thread may call this.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_picture_add_use (BbPicture *picture, CUstream stream, GError **error)
{
  BbCudaPixels *pixels = picture->device_data;
  BbCudaContext *context = pixels->context;
  BbCudaEvent *use = bb_cuda_event_new (context, stream, error);
  gboolean done = TRUE;

  if (use == NULL)
    return FALSE;
  g_mutex_lock (&pixels->lock);
  /* One event is kept, so what went before is waited for by whom it keeps waiting. */
  if (pixels->last_use != NULL)
    done = bb_cuda_event_hold (pixels->last_use, context->stream, error);
  g_clear_pointer (&pixels->last_use, bb_cuda_event_unref);
  pixels->last_use = use;
  g_mutex_unlock (&pixels->lock);
  return done;
}
