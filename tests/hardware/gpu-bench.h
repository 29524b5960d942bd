/* gpu-bench.h: what is measured on a machine with a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"
#include "bb-devices.h"
#include "gpu-report.h"

G_BEGIN_DECLS

/**
 * GpuBench:
 * @report: where figures go
 * @device: which device, as for bb_devices_open()
 * @seconds: how long each figure is measured
 * @small: whether to take small pictures and few rounds, where a processor plays the GPU
 *
 * What all measurements share.
 */
typedef struct {
  GpuReport report;
  const char *device;
  double seconds;
  gboolean small;
} GpuBench;

void gpu_bench_get_sizes (const GpuBench *bench, BbFormat *source, BbFormat *target);

BbBatch *gpu_bench_make_batch (BbDevice *device, const BbFormat *format, guint n, GError **error);

gboolean gpu_bench_picture (GpuBench *bench, const char *folder, GError **error);
gboolean gpu_bench_copy (GpuBench *bench, BbDevice *device, double *bandwidth, GError **error);
gboolean gpu_bench_effect (GpuBench *bench, GError **error);
gboolean gpu_bench_launch (GpuBench *bench, GError **error);
gboolean gpu_bench_interop (GpuBench *bench, GError **error);
gboolean gpu_bench_render (GpuBench *bench, const char *path, GError **error);

G_END_DECLS
