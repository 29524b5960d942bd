/* kernel.h: a kernel as the driver for tests runs it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  unsigned int x, y, z;
} KernelIndex;

/**
 * KernelTexture:
 * @start: first byte
 * @pitch: bytes from a row to the next
 * @width: texels of a row
 * @height: rows
 *
 * What a texture object names: rows in the device's memory, read by whole coordinates.
 */
typedef struct {
  const unsigned char *start;
  size_t pitch;
  int width;
  int height;
} KernelTexture;

/**
 * Kernel:
 * @name: as in the fatbin
 * @barriers: whether threads of a block wait for each other, and so need stacks of their own
 * @n_params: parameters
 * @size: bytes of each
 * @align: its alignment
 * @texel: bytes of a texel where it is a texture object, which runs as a pointer to a KernelTexture; else 0
 * @run_block: runs all threads of a block one after the other
 * @run_thread: runs one thread, its indices set before
 */
typedef struct {
  const char *name;
  int barriers;
  size_t n_params;
  const size_t *size;
  const size_t *align;
  const size_t *texel;
  void (*run_block) (void *const *params);
  void (*run_thread) (void *const *params);
} Kernel;

/* host-kernels.cpp */
extern const Kernel *const driver_kernels[];
void kernel_set_block (KernelIndex grid, KernelIndex block, KernelIndex at);
void kernel_set_thread (KernelIndex thread);

/* fiber.c */
void fiber_run_block (const Kernel *kernel, void *const *params, KernelIndex block, unsigned seed);
void fiber_barrier (int warp);
unsigned long long fiber_shuffle (unsigned long long value, int lane);
int fiber_lane (void);

/* state.c */
void driver_die_kernel (const char *message);

#ifdef __cplusplus
}
#endif
