/* bb-cuda-deinterlace.h: deinterlacing on a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * BbCudaDeinterlace:
 *
 * Makes deinterlaced frames of those that a decoder left on a GPU.
 */
typedef struct _BbDeviceDeinterlacer BbCudaDeinterlace;

BbCudaDeinterlace *bb_cuda_deinterlace_new (const AVFrame *like, GError **error);
void bb_cuda_deinterlace_free (BbCudaDeinterlace *self);
AVFrame *bb_cuda_deinterlace_run (BbCudaDeinterlace *self, const AVFrame *const frames[3],
                                  gboolean top_first, gboolean alone, GError **error);

G_END_DECLS
