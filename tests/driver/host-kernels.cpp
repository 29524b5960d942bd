/* host-kernels.cpp: gpu/kernels/ compiled for the host, and the list of its kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HOST_KERNEL (name, whether threads of a block wait for each other): one line for each __global__
 * function. A kernel without its line is not found by its name.
 */

#include "host-cuda.h"

thread_local uint3 threadIdx, blockIdx;
thread_local dim3 blockDim, gridDim;

#include "bb-kernels.cu"
#include "probe-kernels.cu"

HOST_KERNEL (bb_fit_u8_f16, 1)
HOST_KERNEL (bb_fit_u8_f32, 1)
HOST_KERNEL (bb_fit_u16_f16, 1)
HOST_KERNEL (bb_fit_u16_f32, 1)
HOST_KERNEL (bb_fit_u8_pairs, 1)
HOST_KERNEL (bb_fit_u8_f16_2, 1)
HOST_KERNEL (bb_fit_u8_f32_2, 1)
HOST_KERNEL (bb_fit_u16_f16_2, 1)
HOST_KERNEL (bb_fit_u16_f32_2, 1)
HOST_KERNEL (bb_fit_u8_pairs_2, 1)
HOST_KERNEL (bb_reduce_u8_f16, 1)
HOST_KERNEL (bb_reduce_u8_f32, 1)
HOST_KERNEL (bb_reduce_u16_f16, 1)
HOST_KERNEL (bb_reduce_u16_f32, 1)
HOST_KERNEL (bb_reduce_u8_f16_2, 1)
HOST_KERNEL (bb_reduce_u8_f32_2, 1)
HOST_KERNEL (bb_reduce_u16_f16_2, 1)
HOST_KERNEL (bb_reduce_u16_f32_2, 1)
HOST_KERNEL (bb_blur_f16, 1)
HOST_KERNEL (bb_blur_f32, 1)
HOST_KERNEL (bb_compose_f16_u8, 0)
HOST_KERNEL (bb_compose_f16_u16, 0)
HOST_KERNEL (bb_compose_f32_u8, 0)
HOST_KERNEL (bb_compose_f32_u16, 0)
HOST_KERNEL (bb_compose_f16_u8_2, 0)
HOST_KERNEL (bb_compose_f16_u16_2, 0)
HOST_KERNEL (bb_compose_f32_u8_2, 0)
HOST_KERNEL (bb_compose_f32_u16_2, 0)
HOST_KERNEL (bb_overlay_u8, 0)
HOST_KERNEL (bb_overlay_u16, 0)
HOST_KERNEL (bb_deinterlace_u8, 0)
HOST_KERNEL (bb_deinterlace_u16, 0)
HOST_KERNEL (bb_present_pixels, 0)

HOST_KERNEL (probe_add, 0)
HOST_KERNEL (probe_indices, 0)
HOST_KERNEL (probe_poke, 0)
HOST_KERNEL (probe_reverse, 1)
HOST_KERNEL (probe_sum, 1)
HOST_KERNEL (probe_race, 1)
HOST_KERNEL (probe_leave, 1)
HOST_KERNEL (probe_half, 0)

extern "C" {
extern const Kernel *const driver_kernels[];
const Kernel *const driver_kernels[] = {
  &host_bb_fit_u8_f16,
  &host_bb_fit_u8_f32,
  &host_bb_fit_u16_f16,
  &host_bb_fit_u16_f32,
  &host_bb_fit_u8_pairs,
  &host_bb_fit_u8_f16_2,
  &host_bb_fit_u8_f32_2,
  &host_bb_fit_u16_f16_2,
  &host_bb_fit_u16_f32_2,
  &host_bb_fit_u8_pairs_2,
  &host_bb_reduce_u8_f16,
  &host_bb_reduce_u8_f32,
  &host_bb_reduce_u16_f16,
  &host_bb_reduce_u16_f32,
  &host_bb_reduce_u8_f16_2,
  &host_bb_reduce_u8_f32_2,
  &host_bb_reduce_u16_f16_2,
  &host_bb_reduce_u16_f32_2,
  &host_bb_blur_f16,
  &host_bb_blur_f32,
  &host_bb_compose_f16_u8,
  &host_bb_compose_f16_u16,
  &host_bb_compose_f32_u8,
  &host_bb_compose_f32_u16,
  &host_bb_compose_f16_u8_2,
  &host_bb_compose_f16_u16_2,
  &host_bb_compose_f32_u8_2,
  &host_bb_compose_f32_u16_2,
  &host_bb_overlay_u8,
  &host_bb_overlay_u16,
  &host_bb_deinterlace_u8,
  &host_bb_deinterlace_u16,
  &host_bb_present_pixels,
  &host_probe_add,
  &host_probe_indices,
  &host_probe_poke,
  &host_probe_reverse,
  &host_probe_sum,
  &host_probe_race,
  &host_probe_leave,
  &host_probe_half,
  nullptr,
};
}

void
kernel_set_block (KernelIndex grid, KernelIndex block, KernelIndex at)
{
  gridDim = dim3 (grid.x, grid.y, grid.z);
  blockDim = dim3 (block.x, block.y, block.z);
  blockIdx = { at.x, at.y, at.z };
}

void
kernel_set_thread (KernelIndex thread)
{
  threadIdx = { thread.x, thread.y, thread.z };
}
