/* host-cuda.h: what nvcc knows by itself, for a C++ compiler of the host
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Included before a .cu file, which then compiles as it is. Only what the picture arithmetic may
 * use: built-in indices, vector types, barriers, shuffles, FP16 (cuda_fp16.h beside this file).
 */

#pragma once

/* Before the words below mean something else. */
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "kernel.h"

#define __CUDACC__ 1
#define __CUDA_ARCH__ 750

#define __global__
#define __device__
#define __host__
#define __constant__ const
#define __shared__ static thread_local
#define __forceinline__ inline __attribute__ ((always_inline))
#define __noinline__ __attribute__ ((noinline))
#define __launch_bounds__(...)
#define __grid_constant__
#ifndef __restrict__
#define __restrict__ __restrict
#endif
#define __align__(n) alignas (n)
#define __builtin_align__(n) alignas (n)

#define HOST_VECTOR(type, name)                                                                    \
  struct name##1 { type x; };                                                                      \
  struct alignas (2 * sizeof (type)) name##2 { type x, y; };                                       \
  struct name##3 { type x, y, z; };                                                                \
  struct alignas (4 * sizeof (type) > 16 ? 16 : 4 * sizeof (type)) name##4 { type x, y, z, w; };   \
  static inline name##2 make_##name##2(type x, type y) { return { x, y }; }                        \
  static inline name##3 make_##name##3(type x, type y, type z) { return { x, y, z }; }             \
  static inline name##4 make_##name##4(type x, type y, type z, type w) { return { x, y, z, w }; }

HOST_VECTOR (signed char, char)
HOST_VECTOR (unsigned char, uchar)
HOST_VECTOR (short, short)
HOST_VECTOR (unsigned short, ushort)
HOST_VECTOR (int, int)
HOST_VECTOR (unsigned int, uint)
HOST_VECTOR (float, float)
struct alignas (16) longlong2 {
  long long x, y;
};
struct alignas (16) ulonglong2 {
  unsigned long long x, y;
};
struct alignas (16) double2 {
  double x, y;
};

struct dim3 {
  unsigned int x, y, z;
  constexpr
  dim3 (unsigned int x_ = 1, unsigned int y_ = 1, unsigned int z_ = 1)
      : x (x_), y (y_), z (z_)
  {
  }
};

/* Where the block that runs is; set for each thread before it runs. */
extern thread_local uint3 threadIdx, blockIdx;
extern thread_local dim3 blockDim, gridDim;
static const int warpSize = 32;

static inline void
__syncthreads ()
{
  fiber_barrier (0);
}
static inline void
__syncwarp (unsigned int = 0xffffffffu)
{
  fiber_barrier (1);
}
static inline void
__threadfence ()
{
}
static inline void
__threadfence_block ()
{
}

template <typename T>
static inline T
host_shuffle (T value, int lane)
{
  unsigned long long bits = 0;

  static_assert (sizeof (T) <= sizeof bits, "a shuffle moves at most 8 bytes");
  std::memcpy (&bits, &value, sizeof value);
  bits = fiber_shuffle (bits, lane);
  std::memcpy (&value, &bits, sizeof value);
  return value;
}

/* All with the full mask: a warp's threads give and take together. */
template <typename T>
static inline T
__shfl_sync (unsigned int, T value, int lane, int width = 32)
{
  int own = fiber_lane ();

  return host_shuffle (value, own / width * width + lane % width);
}

template <typename T>
static inline T
__shfl_up_sync (unsigned int, T value, unsigned int delta, int width = 32)
{
  int own = fiber_lane ();
  int from = own - (int) delta;

  return host_shuffle (value, from < own / width * width ? own : from);
}

template <typename T>
static inline T
__shfl_down_sync (unsigned int, T value, unsigned int delta, int width = 32)
{
  int own = fiber_lane ();
  int from = own + (int) delta;

  return host_shuffle (value, from >= (own / width + 1) * width ? own : from);
}

template <typename T>
static inline T
__shfl_xor_sync (unsigned int, T value, int mask, int width = 32)
{
  int own = fiber_lane ();
  int from = own ^ mask;

  return host_shuffle (value, from >= (own / width + 1) * width ? own : from);
}

template <typename T>
static inline T
__ldg (const T *at)
{
  return *at;
}
template <typename T>
static inline T
__ldcs (const T *at)
{
  return *at;
}
template <typename T>
static inline T
__ldcg (const T *at)
{
  return *at;
}
template <typename T>
static inline T
__ldlu (const T *at)
{
  return *at;
}
template <typename T>
static inline void
__stcs (T *at, T value)
{
  *at = value;
}
template <typename T>
static inline void
__stcg (T *at, T value)
{
  *at = value;
}
template <typename T>
static inline void
__stwt (T *at, T value)
{
  *at = value;
}

template <typename A, typename B>
static inline constexpr std::common_type_t<A, B>
min (A a, B b)
{
  return b < a ? b : a;
}

template <typename A, typename B>
static inline constexpr std::common_type_t<A, B>
max (A a, B b)
{
  return a < b ? b : a;
}

static inline float
__fmaf_rn (float a, float b, float c)
{
  return fmaf (a, b, c);
}
static inline float
__fmul_rn (float a, float b)
{
  return a * b;
}
static inline float
__fadd_rn (float a, float b)
{
  return a + b;
}
static inline float
__fdividef (float a, float b)
{
  return a / b;
}
static inline float
__saturatef (float a)
{
  return a > 0.0f ? (a < 1.0f ? a : 1.0f) : 0.0f;
}
static inline float
__int2float_rn (int a)
{
  return (float) a;
}
static inline float
__uint2float_rn (unsigned int a)
{
  return (float) a;
}
static inline int
__float2int_rn (float a)
{
  return (int) lrintf (a);
}

static inline unsigned int
__float2uint_rn (float a)
{
  return a > 0.0f ? (unsigned int) llrintf (a) : 0u;
}

static inline int
__float2int_rz (float a)
{
  return (int) a;
}
static inline int
__float2int_rd (float a)
{
  return (int) floorf (a);
}
static inline unsigned int
__float2uint_rz (float a)
{
  return a > 0.0f ? (unsigned int) a : 0u;
}
static inline int
__mul24 (int a, int b)
{
  return a * b;
}
static inline unsigned int
__umul24 (unsigned int a, unsigned int b)
{
  return a * b;
}

static inline unsigned int
__float_as_uint (float value)
{
  unsigned int bits;

  std::memcpy (&bits, &value, sizeof bits);
  return bits;
}

static inline float
__uint_as_float (unsigned int bits)
{
  float value;

  std::memcpy (&value, &bits, sizeof value);
  return value;
}

/* Bytes of the eight of @a and @b, chosen by the four nibbles of @selector. */
static inline unsigned int
__byte_perm (unsigned int a, unsigned int b, unsigned int selector)
{
  unsigned long long both = (unsigned long long) b << 32 | a;
  unsigned int made = 0;

  for (int i = 0; i < 4; i++)
    {
      unsigned int nibble = selector >> (4 * i) & 15;
      unsigned int byte = (unsigned int) (both >> (8 * (nibble & 7))) & 0xff;

      if (nibble & 8)
        byte = byte & 0x80 ? 0xff : 0;
      made |= byte << (8 * i);
    }
  return made;
}

/* A kernel by name, its parameters' sizes from its type. */
template <auto kernel> struct HostKernel;

template <typename... Params, void (*kernel) (Params...)> struct HostKernel<kernel> {
  static_assert ((std::is_trivially_copyable_v<Params> && ...),
                 "a kernel's parameters are copied as bytes");

  static constexpr size_t n_params = sizeof...(Params);
  static constexpr size_t size[] = { sizeof (Params)..., 0 };
  static constexpr size_t align[] = { alignof (Params)..., 0 };

  template <size_t... i>
  static inline __attribute__ ((always_inline)) void
  call (void *const *params, std::index_sequence<i...>)
  {
    kernel (*static_cast<const std::remove_cv_t<Params> *> (params[i])...);
  }

  static void
  run_thread (void *const *params)
  {
    call (params, std::index_sequence_for<Params...> ());
  }

  static void
  run_block (void *const *params)
  {
    const dim3 block = blockDim;

    for (unsigned int z = 0; z < block.z; z++)
      for (unsigned int y = 0; y < block.y; y++)
        for (unsigned int x = 0; x < block.x; x++)
          {
            threadIdx = { x, y, z };
            call (params, std::index_sequence_for<Params...> ());
          }
  }
};

#define HOST_KERNEL(name, barriers)                                                                \
  static const Kernel host_##name = {                                                              \
    #name,                                                                                         \
    barriers,                                                                                      \
    HostKernel<name>::n_params,                                                                    \
    HostKernel<name>::size,                                                                        \
    HostKernel<name>::align,                                                                       \
    HostKernel<name>::run_block,                                                                   \
    HostKernel<name>::run_thread,                                                                  \
  };
