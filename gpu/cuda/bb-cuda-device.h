/* bb-cuda-device.h: the pipeline on an NVIDIA GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"

G_BEGIN_DECLS

/* No header of the toolkit is needed to open a GPU. */
typedef struct _BbCudaContext BbCudaContext;

#define BB_TYPE_CUDA_DEVICE (bb_cuda_device_get_type ())
G_DECLARE_FINAL_TYPE (BbCudaDevice, bb_cuda_device, BB, CUDA_DEVICE, BbDevice)

BbDevice *bb_cuda_device_new (int index, GError **error);
void bb_cuda_device_prefer (const guint8 uuid[16]);
BbDevice *bb_cuda_device_new_best (GError **error);
BbCudaContext *bb_cuda_device_get_context (BbCudaDevice *self);
void bb_cuda_device_list (GPtrArray *list);

G_END_DECLS
