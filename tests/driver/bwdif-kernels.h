/* bwdif-kernels.h: what FFmpeg's filter bwdif_cuda runs, for the driver for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FFmpeg brings these kernels as PTX, which nothing here executes; so they are written once more, from the
 * description of the Bob Weaver deinterlacing filter: yadif's limits around the interpolation of Weston's
 * three-field filter (BBC R&D). Their parameters are those that FFmpeg launches them with.
 *
 * Rows beyond the picture are the nearest ones inside, as a texture has it, be they of the other field: so
 * the four uppermost and the lowest five rows are not those of the filter bwdif, which knows the picture's
 * edge.
 */

#pragma once

/* Weights of 2^-13: between rows of one instant, of the three fields' low and of their high frequencies. */
static const int bwdif_between[2] = { 5077, -981 };
static const int bwdif_low[2] = { 4309, -213 };
static const int bwdif_high[3] = { 5570, -3801, 1016 };

/* Components of a texel. */
static inline int bwdif_get (unsigned char texel, int) { return texel; }
static inline int bwdif_get (unsigned short texel, int) { return texel; }
template <typename T> static inline int bwdif_get (T texel, int k) { return k == 0 ? texel.x : texel.y; }
static inline void bwdif_set (unsigned char &texel, int, int value) { texel = (unsigned char) value; }
static inline void bwdif_set (unsigned short &texel, int, int value) { texel = (unsigned short) value; }

template <typename T>
static inline void
bwdif_set (T &texel, int k, int value)
{
  (k == 0 ? texel.x : texel.y) = (decltype (texel.x)) value;
}

/* One sample of a row that the field at hand does not have. */
template <typename T>
static int
bwdif_sample (const HostTexture<T> &previous, const HostTexture<T> &current, const HostTexture<T> &next, bool second,
              bool alone, int x, int y, int k, int most)
{
  /* The fields before and after the one at hand that have the row. */
  const HostTexture<T> &before = second ? current : previous;
  const HostTexture<T> &after = second ? next : current;
  auto at = [&] (const HostTexture<T> &frame, int row) { return bwdif_get (frame.read (x, y + row), k); };
  auto around = [&] (int row) { return at (before, row) + at (after, row); };
  auto change = [&] (const HostTexture<T> &frame) {
    return (abs (at (frame, -1) - at (current, -1)) + abs (at (frame, 1) - at (current, 1))) >> 1;
  };
  const int above = at (current, -1);
  const int below = at (current, 1);
  const int outer = at (current, -3) + at (current, 3);
  const int between = (bwdif_between[0] * (above + below) + bwdif_between[1] * outer) >> 13;
  const int flicker = abs (at (before, 0) - at (after, 0));
  const int still = around (0) >> 1;
  int reach = std::max ({ flicker >> 1, change (previous), change (next) });
  int value = between;

  if (alone)
    return std::clamp (between, 0, most);
  if (reach == 0)
    return still;

  /* How far the picture itself, from row to row, lets the value be from the one of still pictures. */
  const int upper = (around (-2) >> 1) - above;
  const int lower = (around (2) >> 1) - below;
  const int most_step = std::max ({ still - above, still - below, std::min (upper, lower) });
  const int least_step = std::min ({ still - above, still - below, std::max (upper, lower) });

  reach = std::max ({ reach, least_step, -most_step });
  if (abs (above - below) > flicker)
    {
      const int high = bwdif_high[0] * around (0) + bwdif_high[1] * (around (-2) + around (2)) +
                       bwdif_high[2] * (around (-4) + around (4));

      value = ((high >> 2) + bwdif_low[0] * (above + below) + bwdif_low[1] * outer) >> 13;
    }
  value = std::min (std::max (value, still - reach), still + reach);
  return std::clamp (value, 0, most);
}

template <typename T>
static inline void
bwdif (T *out, const HostTexture<T> &previous, const HostTexture<T> &current, const HostTexture<T> &next, int width,
       int height, int pitch, int parity, int top_first, int alone, int most, int n)
{
  const int x = (int) (blockIdx.x * blockDim.x + threadIdx.x);
  const int y = (int) (blockIdx.y * blockDim.y + threadIdx.y);
  T texel;

  if (x >= width || y >= height)
    return;
  texel = current.read (x, y);
  if ((y & 1) != parity)
    for (int k = 0; k < n; k++)
      bwdif_set (texel, k,
                 bwdif_sample (previous, current, next, parity == top_first, alone != 0, x, y, k, most));
  out[y * pitch + x] = texel;
}

#define BWDIF(name, type, n)                                                                       \
  extern "C" __global__ void name (type *out, HostTexture<type> previous, HostTexture<type> current, \
                                   HostTexture<type> next, int width, int height, int pitch, int, int, \
                                   int parity, int top_first, int alone, int most)                 \
  {                                                                                                \
    bwdif (out, previous, current, next, width, height, pitch, parity, top_first, alone, most, n); \
  }

BWDIF (bwdif_uchar, unsigned char, 1)
BWDIF (bwdif_uchar2, uchar2, 2)
BWDIF (bwdif_ushort, unsigned short, 1)
BWDIF (bwdif_ushort2, ushort2, 2)

#undef BWDIF
