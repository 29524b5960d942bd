/* bb-cuda-ffmpeg.h: FFmpeg on a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"

#include <libavcodec/avcodec.h>
#include <libavutil/hwcontext.h>

G_BEGIN_DECLS

typedef struct _BbCudaContext BbCudaContext;

AVBufferRef *bb_cuda_ffmpeg_new_device (BbCudaContext *context, GError **error);
AVBufferRef *
bb_cuda_ffmpeg_new_frames (BbCudaContext *context, const BbFormat *format, GError **error);
BbCudaContext *bb_cuda_ffmpeg_describe (const AVFrame *frame, BbFormat *format);
BbFrame *bb_cuda_ffmpeg_wrap (AVFrame *frame, const BbFormat *format);

G_END_DECLS
