/* cuda_fp16.h: FP16 as the toolkit's header of this name has it, on the host's own type
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "host-cuda.h"

typedef _Float16 __half;
typedef _Float16 half;

struct alignas (4) __half2 {
  __half x, y;
};
typedef __half2 half2;

static inline __half __float2half (float a) { return (__half) a; }
static inline __half __float2half_rn (float a) { return (__half) a; }
static inline float __half2float (__half a) { return (float) a; }
static inline __half __int2half_rn (int a) { return (__half) a; }
static inline __half __ushort2half_rn (unsigned short a) { return (__half) (float) a; }

static inline __half
__ushort_as_half (unsigned short bits)
{
  __half value;

  std::memcpy (&value, &bits, sizeof value);
  return value;
}

static inline unsigned short
__half_as_ushort (__half value)
{
  unsigned short bits;

  std::memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* Sums and products of two FP16 numbers are exact in FP32, so each rounds once, as on a GPU. */
static inline __half __hadd (__half a, __half b) { return (__half) ((float) a + (float) b); }
static inline __half __hsub (__half a, __half b) { return (__half) ((float) a - (float) b); }
static inline __half __hmul (__half a, __half b) { return (__half) ((float) a * (float) b); }

static inline __half
__hfma (__half a, __half b, __half c)
{
  return (__half) ((double) a * (double) b + (double) c);
}

static inline __half __hmin (__half a, __half b) { return b < a ? b : a; }
static inline __half __hmax (__half a, __half b) { return a < b ? b : a; }

static inline __half2 make_half2 (__half x, __half y) { return { x, y }; }
static inline __half2 __halves2half2 (__half x, __half y) { return { x, y }; }
static inline __half2 __half2half2 (__half a) { return { a, a }; }
static inline __half2 __float2half2_rn (float a) { return { (__half) a, (__half) a }; }
static inline __half2 __floats2half2_rn (float x, float y) { return { (__half) x, (__half) y }; }
static inline __half2 __float22half2_rn (float2 a) { return { (__half) a.x, (__half) a.y }; }
static inline float2 __half22float2 (__half2 a) { return { (float) a.x, (float) a.y }; }
static inline __half __low2half (__half2 a) { return a.x; }
static inline __half __high2half (__half2 a) { return a.y; }
static inline float __low2float (__half2 a) { return (float) a.x; }
static inline float __high2float (__half2 a) { return (float) a.y; }
static inline __half2 __lowhigh2highlow (__half2 a) { return { a.y, a.x }; }
#define HOST_HALF2(name, one)                                                                      \
  static inline __half2 name (__half2 a, __half2 b) { return { one (a.x, b.x), one (a.y, b.y) }; }
HOST_HALF2 (__hadd2, __hadd)
HOST_HALF2 (__hsub2, __hsub)
HOST_HALF2 (__hmul2, __hmul)
HOST_HALF2 (__hmin2, __hmin)
HOST_HALF2 (__hmax2, __hmax)

static inline __half2
__hfma2 (__half2 a, __half2 b, __half2 c)
{
  return { __hfma (a.x, b.x, c.x), __hfma (a.y, b.y, c.y) };
}
