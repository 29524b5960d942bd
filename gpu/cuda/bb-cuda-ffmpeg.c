/* bb-cuda-ffmpeg.c: FFmpeg on a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FFmpeg decodes and encodes in our context and on our stream, so that its work and ours follow each
 * other without anybody waiting.
 */

#include "config.h"

#include "bb-cuda-ffmpeg.h"

#include "bb-cuda-memory.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"

#include <glib/gi18n-lib.h>
#include <libavutil/hwcontext_cuda.h>

static void
release_context (AVHWDeviceContext *device)
{
  bb_cuda_context_unref (device->user_opaque);
}

/**
 * bb_cuda_ffmpeg_new_device:
 * @context: a context
 * @error: return location for an error
 *
 * Returns: (transfer full): FFmpeg's view of a GPU, or %NULL with %BB_ERROR_DEVICE
 */
AVBufferRef *
bb_cuda_ffmpeg_new_device (BbCudaContext *context, GError **error)
{
  AVBufferRef *buffer;
  AVHWDeviceContext *hardware;
  AVCUDADeviceContext *cuda;
  int result;

  bb_ffmpeg_init ();
  buffer = av_hwdevice_ctx_alloc (AV_HWDEVICE_TYPE_CUDA);
  if (buffer == NULL)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                           _("This FFmpeg does not know NVIDIA GPUs: install one that does"));
      return NULL;
    }
  hardware = (AVHWDeviceContext *) (gpointer) buffer->data;
  cuda = hardware->hwctx;
  cuda->cuda_ctx = context->handle;
  cuda->stream = context->stream;
  hardware->user_opaque = bb_cuda_context_ref (context);
  hardware->free = release_context;
  result = av_hwdevice_ctx_init (buffer);
  if (result >= 0)
    return buffer;
  av_buffer_unref (&buffer);
  g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
               /* Translators: what is wrong */
               _("FFmpeg cannot use the GPU (%s): update its driver"), bb_ffmpeg_reason (result));
  return NULL;
}

/**
 * bb_cuda_ffmpeg_new_frames:
 * @context: a context
 * @format: format of the frames, interleaved
 * @error: return location for an error
 *
 * Describes frames of the GPU to an encoder. FFmpeg allocates none of them.
 *
 * Returns: (transfer full): the description, or %NULL with %BB_ERROR_ENCODER
 */
AVBufferRef *
bb_cuda_ffmpeg_new_frames (BbCudaContext *context, const BbFormat *format, GError **error)
{
  AVBufferRef *hardware = bb_cuda_ffmpeg_new_device (context, error);
  AVBufferRef *buffer;
  AVHWFramesContext *frames;
  int result;

  if (hardware == NULL)
    return NULL;
  buffer = av_hwframe_ctx_alloc (hardware);
  av_buffer_unref (&hardware);
  frames = (AVHWFramesContext *) (gpointer) buffer->data;
  frames->format = AV_PIX_FMT_CUDA;
  frames->sw_format = format->depth > 8 ? AV_PIX_FMT_P010 : AV_PIX_FMT_NV12;
  frames->width = format->width;
  frames->height = format->height;
  result = av_hwframe_ctx_init (buffer);
  if (result >= 0)
    return buffer;
  av_buffer_unref (&buffer);
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: width, height, and what is wrong */
               _("The GPU's encoder does not take frames of %d×%d (%s): choose another encoder"),
               format->width, format->height, bb_ffmpeg_reason (result));
  return NULL;
}

/* The format of what is in a frame on a GPU, whose layout we know. */
static enum AVPixelFormat
get_layout (const AVFrame *frame)
{
  const AVHWFramesContext *frames;

  if (frame->format != AV_PIX_FMT_CUDA || frame->hw_frames_ctx == NULL)
    return AV_PIX_FMT_NONE;
  frames = (const AVHWFramesContext *) (gconstpointer) frame->hw_frames_ctx->data;
  switch ((int) frames->sw_format)
    {
    case AV_PIX_FMT_NV12:
    case AV_PIX_FMT_P010:
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUV444P:
      return frames->sw_format;
    default:
      return AV_PIX_FMT_NONE;
    }
}

static BbCudaContext *
get_context (const AVFrame *frame)
{
  return ((const AVHWFramesContext *) (gconstpointer) frame->hw_frames_ctx->data)->device_ctx->user_opaque;
}

/**
 * bb_cuda_ffmpeg_describe:
 * @frame: a frame in a GPU's memory, of a device of bb_cuda_ffmpeg_new_device()
 * @format: (out caller-allocates): its size, depth and layout; not what its samples mean
 *
 * Returns: (transfer none) (nullable): the context that it is in, or %NULL where kernels do not know its layout
 */
BbCudaContext *
bb_cuda_ffmpeg_describe (const AVFrame *frame, BbFormat *format)
{
  enum AVPixelFormat layout = get_layout (frame);

  if (layout == AV_PIX_FMT_NONE)
    return NULL;
  *format = (BbFormat) {
    .width = frame->width,
    .height = frame->height,
    .depth = layout == AV_PIX_FMT_P010 ? 10 : 8,
    .chroma_shift_x = layout != AV_PIX_FMT_YUV444P,
    .chroma_shift_y = layout != AV_PIX_FMT_YUV444P,
    .interleaved = layout == AV_PIX_FMT_NV12 || layout == AV_PIX_FMT_P010,
  };
  return get_context (frame);
}

/* Waits until all is done that was queued for a frame. */
static gboolean
wait_frame (gpointer owner, GError **error)
{
  BbCudaContext *context = get_context (owner);
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, error);

  return scope != NULL && bb_cuda_check (context->cuda->stream_synchronize (context->stream),
                                         N_("waiting for a decoded frame"), error);
}

/**
 * bb_cuda_ffmpeg_wrap:
 * @frame: (transfer full): a frame in a GPU's memory
 * @format: what its samples mean, its layout aside
 *
 * Returns: (transfer full) (nullable): the frame for bb_device_upload(), or %NULL, and @frame stays
 *   the caller's, where kernels do not know its layout
 */
BbFrame *
bb_cuda_ffmpeg_wrap (AVFrame *frame, const BbFormat *format)
{
  BbFormat layout;
  BbCudaContext *context = bb_cuda_ffmpeg_describe (frame, &layout);
  BbFormat own = *format;
  BbFrame *wrapped;

  if (context == NULL)
    return NULL;
  own.interleaved = layout.interleaved;
  wrapped = bb_frame_new_wrapped (&own, frame, (GDestroyNotify) bb_av_frame_free);
  wrapped->memory = BB_MEMORY_DEVICE;
  wrapped->wait = wait_frame;
  wrapped->producer = context;
  for (int p = 0; p < (own.interleaved ? 2 : BB_N_PLANES); p++)
    {
      wrapped->data[p] = frame->data[p];
      wrapped->stride[p] = frame->linesize[p];
    }
  if (own.interleaved)
    {
      wrapped->data[2] = wrapped->data[1] + (own.depth > 8 ? 2 : 1);
      wrapped->stride[2] = wrapped->stride[1];
    }
  wrapped->pts = frame->pts;
  wrapped->duration = frame->duration;
  return wrapped;
}
