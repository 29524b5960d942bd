/* probe-kernels.cu: kernels that test the driver itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <cuda_fp16.h>
#include <stdint.h>

#define PROBE_BLOCK 64

/* to[i] = from[i] + value */
extern "C" __global__ void
probe_add (const int *from, int *to, int n, int value)
{
  int i = (int) (blockIdx.x * blockDim.x + threadIdx.x);

  if (i < n)
    to[i] = from[i] + value;
}

/* to[thread of the grid]: its block and its place in there */
extern "C" __global__ void
probe_indices (uint4 *to)
{
  unsigned int block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  unsigned int thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  unsigned int n = blockDim.x * blockDim.y * blockDim.z;

  to[block * n + thread] =
    make_uint4 (blockIdx.x << 16 | threadIdx.x, blockIdx.y << 16 | threadIdx.y,
                blockIdx.z << 16 | threadIdx.z, gridDim.x << 16 | blockDim.x);
}

/* Writes @value at byte @at, wherever that is. */
extern "C" __global__ void
probe_poke (uint8_t *to, ptrdiff_t at, uint8_t value)
{
  if (threadIdx.x == 0)
    to[at] = value;
}

/* Each block of PROBE_BLOCK numbers backwards, through shared memory. */
extern "C" __global__ void
probe_reverse (const int *from, int *to)
{
  __shared__ int tile[PROBE_BLOCK];

  tile[threadIdx.x] = from[blockIdx.x * PROBE_BLOCK + threadIdx.x];
  __syncthreads ();
  to[blockIdx.x * PROBE_BLOCK + threadIdx.x] = tile[PROBE_BLOCK - 1 - threadIdx.x];
}

/* The sum of each warp's numbers, by shuffles. */
extern "C" __global__ void
probe_sum (const int *from, int *to)
{
  int sum = from[blockIdx.x * blockDim.x + threadIdx.x];

  for (int step = 16; step > 0; step /= 2)
    sum += __shfl_down_sync (0xffffffffu, sum, step);
  if (threadIdx.x % 32 == 0)
    to[(blockIdx.x * blockDim.x + threadIdx.x) / 32] = sum;
}

/* probe_reverse() without its barrier. */
extern "C" __global__ void
probe_race (const int *from, int *to)
{
  __shared__ int tile[PROBE_BLOCK];

  tile[threadIdx.x] = -1;
  __syncthreads ();
  tile[threadIdx.x] = from[blockIdx.x * PROBE_BLOCK + threadIdx.x];
  to[blockIdx.x * PROBE_BLOCK + threadIdx.x] = tile[PROBE_BLOCK - 1 - threadIdx.x];
}

/* A barrier that half of the block never comes to. */
extern "C" __global__ void
probe_leave (int *to)
{
  if (threadIdx.x % 2 == 0)
    return;
  __syncthreads ();
  to[threadIdx.x] = 1;
}

typedef struct {
  const half2 *a;
  const half2 *b;
  half2 *to;
  int n;
} ProbeHalves;

/* to[i] = a[i] * b[i] + 1 in FP16, two at a time; the parameter is a structure */
extern "C" __global__ void
probe_half (const ProbeHalves p)
{
  int i = (int) (blockIdx.x * blockDim.x + threadIdx.x);

  if (i < p.n)
    p.to[i] = __hfma2 (p.a[i], p.b[i], __float2half2_rn (1.0f));
}
