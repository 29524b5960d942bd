/* bb-deinterlace.cu: deinterlacing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of a frame's second field at the time of its first one, as FFmpeg's filter bwdif makes them
 * (libavfilter/vf_bwdif.c, bwdifdsp.c), to the bit: Weston's three-field filter (BBC Research Report PH-2071) where
 * something moves vertically, a vertical filter elsewhere, both held by how much the neighbors in time and in the
 * column differ, as yadif does it. The kept field's rows are copied. Nothing is read but a sample's own column, so
 * Cb and Cr that alternate are as one wide plane.
 *
 * At the upper and lower edge bwdif counts some distances in bytes where it means rows, which differs with 16-bit
 * samples: so does this. It is held against FFmpeg 7.1.5, where the outer three rows of a film's first frame are made
 * as those of all others; the rest of that frame is of one field alone.
 */

/* Weights times 8192: of the low and the high frequencies of fields of one time and of the neighbors in time, and
 * where only one field is looked at. */
#define WESTON_LOW_1 4309
#define WESTON_LOW_3 213
#define WESTON_HIGH_0 5570
#define WESTON_HIGH_2 3801
#define WESTON_HIGH_4 1016
#define VERTICAL_1 5077
#define VERTICAL_3 981

/* A column of a plane. */
template <typename T> struct DeinterlaceColumn {
  const uint8_t *top;
  ptrdiff_t stride;
  int last;
  int shift;

  /* Planes of very few rows have not all that bwdif reads. */
  __device__ __forceinline__ int
  operator() (int y) const
  {
    y = greatest (0, least (y, last));
    return *(const T *) (top + y * stride) >> shift;
  }
};

static __device__ __forceinline__ int
distance (int a, int b)
{
  return a > b ? a - b : b - a;
}

static __device__ __forceinline__ int
clamp_to (int value, int low, int high)
{
  return least (greatest (value, low), high);
}

template <typename T>
static __device__ __forceinline__ int
deinterlace_sample (const DeinterlaceColumn<T> &previous, const DeinterlaceColumn<T> &current,
                    const DeinterlaceColumn<T> &next, int y, int height, bool alone, int maximum)
{
  const int step = (int) sizeof (T);
  const bool edge = y < 4 || y + 5 > height;
  const int row_above = !edge || y > step - 1 ? y - 1 : y + 1;
  const int row_below = !edge || y + step < height ? y + 1 : y - 1;
  const int above = current (row_above);
  const int below = current (row_below);
  /* The same row half a frame before and after. */
  const int before = previous (y);
  const int after = current (y);
  const int still = (before + after) >> 1;
  const int change = distance (before, after);
  const int change_before =
    (distance (previous (row_above), above) + distance (previous (row_below), below)) >> 1;
  const int change_after =
    (distance (next (row_above), above) + distance (next (row_below), below)) >> 1;
  int reach = greatest (greatest (change >> 1, change_before), change_after);
  int value;

  if (alone && y >= 3 && y + 3 < height)
    {
      const int far = current (y >= 3 * step ? y - 3 : y + 1) +
                      current (y + 3 * step < height ? y + 3 : y - 1);

      return clamp_to ((VERTICAL_1 * (above + below) - VERTICAL_3 * far) >> 13, 0, maximum);
    }
  if (reach == 0)
    return still;
  if (!edge || (y >= 2 && y + 3 <= height))
    {
      const int up = ((previous (y - 2) + current (y - 2)) >> 1) - above;
      const int down = ((previous (y + 2) + current (y + 2)) >> 1) - below;
      const int from_above = still - above;
      const int from_below = still - below;
      const int high = greatest (greatest (from_below, from_above), least (up, down));
      const int low = least (least (from_below, from_above), greatest (up, down));

      reach = greatest (greatest (reach, low), -high);
    }
  if (edge)
    value = (above + below) >> 1;
  else
    {
      const int far = current (y - 3) + current (y + 3);

      if (distance (above, below) > change)
        value = (((WESTON_HIGH_0 * (before + after) -
                   WESTON_HIGH_2 *
                     (previous (y - 2) + current (y - 2) + previous (y + 2) + current (y + 2)) +
                   WESTON_HIGH_4 *
                     (previous (y - 4) + current (y - 4) + previous (y + 4) + current (y + 4))) >>
                  2) +
                 WESTON_LOW_1 * (above + below) - WESTON_LOW_3 * far) >>
                13;
      else
        value = (VERTICAL_1 * (above + below) - VERTICAL_3 * far) >> 13;
    }
  return clamp_to (clamp_to (value, still - reach, still + reach), 0, maximum);
}

/* A thread makes two samples of a column: one that is kept, and one of the other field. */
template <typename T>
static __device__ __forceinline__ void
deinterlace (const BbDeinterlace &p)
{
  const BbDeinterlacePlane &plane = p.plane[blockIdx.z];
  const int x = (int) (blockIdx.x * blockDim.x + threadIdx.x);
  const int pair = 2 * (int) (blockIdx.y * blockDim.y + threadIdx.y);
  const int kept = pair + p.bottom_first;
  const int made = pair + 1 - p.bottom_first;
  DeinterlaceColumn<T> column[3];
  T *out = (T *) plane.out + x;

  if (x >= plane.width)
    return;
#pragma unroll
  for (int i = 0; i < 3; i++)
    column[i] = { (const uint8_t *) plane.in[i] + x * sizeof (T), plane.stride[i], plane.height - 1,
                  p.shift };
  if (kept < plane.height)
    *at<T> (out, kept * plane.out_stride) =
      *at<const T> (column[1].top, kept * column[1].stride);
  if (made < plane.height)
    *at<T> (out, made * plane.out_stride) =
      (T) (deinterlace_sample<T> (column[0], column[1], column[2], made, plane.height, p.alone != 0,
                                  p.maximum)
           << p.shift);
}

extern "C" __global__ void
bb_deinterlace_u8 (const BbDeinterlace p)
{
  deinterlace<uint8_t> (p);
}

extern "C" __global__ void
bb_deinterlace_u16 (const BbDeinterlace p)
{
  deinterlace<uint16_t> (p);
}
