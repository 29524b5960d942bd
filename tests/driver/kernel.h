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
 * Kernel:
 * @name: as in the fatbin
 * @barriers: whether threads of a block wait for each other, and so need stacks of their own
 * @n_params: parameters
 * @size: bytes of each
 * @align: its alignment
 * @run_block: runs all threads of a block one after the other
 * @run_thread: runs one thread, its indices set before
 */
typedef struct {
  const char *name;
  int barriers;
  size_t n_params;
  const size_t *size;
  const size_t *align;
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
