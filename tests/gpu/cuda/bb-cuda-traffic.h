/* bb-cuda-traffic.h: bytes that a plan's kernels move
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-plan.h"

G_BEGIN_DECLS

/**
 * BbCudaTraffic:
 * @fit_read: source, for the foreground
 * @fit_written: canvas, the foreground's part of it
 * @reduce_read: source, the crop that becomes background
 * @reduce_written: reduced planes
 * @blur_read: reduced planes
 * @blur_written: blurred planes
 * @back_read: blurred planes
 * @back_written: canvas, what the foreground leaves of it
 * @direct_read: source, where the background is made for each canvas sample
 * @direct_written: canvas
 * @masks_read: coverage and shadow; the same for all frames, and mostly found in the GPU's cache
 *
 * Bytes a frame, each counted once a kernel: the least that can go through the GPU's memory.
 */
typedef struct {
  guint64 fit_read;
  guint64 fit_written;
  guint64 reduce_read;
  guint64 reduce_written;
  guint64 blur_read;
  guint64 blur_written;
  guint64 back_read;
  guint64 back_written;
  guint64 direct_read;
  guint64 direct_written;
  guint64 masks_read;
} BbCudaTraffic;

void bb_cuda_traffic_init (BbCudaTraffic *traffic, const BbPlan *plan);
guint64 bb_cuda_traffic_get_total (const BbCudaTraffic *traffic);

G_END_DECLS
