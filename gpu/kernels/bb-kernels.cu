/* bb-kernels.cu: the picture arithmetic as CUDA kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is read once, by bb_fit and bb_reduce, which make the foreground on the canvas and a
 * small plane of the background; it may be released then. bb_blur blurs the small plane, and
 * bb_back brings it up to the canvas around the foreground, so that each sample of the canvas is
 * written once. Sums are FP32; what is kept between stages, in shared memory and outside, is FP16
 * or FP32. z of the grid is the frame, times the component where chroma has planes of its own.
 */

#include "bb-launch.h"
#include "bb-rgb.h"

/* Four samples that lie side by side, and two that lie one above the other. */
template <typename T, int N> struct __attribute__ ((aligned (sizeof (T) * N))) Vector {
  T v[N];
};

template <typename T>
static __device__ __forceinline__ float
to_float (T value, int shift)
{
  return bb_float_from_code ((uint32_t) value >> shift);
}

template <>
__device__ __forceinline__ float
to_float (BbHalf value, int shift)
{
  return (float) value;
}

template <>
__device__ __forceinline__ float
to_float (float value, int shift)
{
  return value;
}

static __device__ __forceinline__ Vector<BbHalf, 2>
pair (BbHalf, float a, float b)
{
  return { { (BbHalf) a, (BbHalf) b } };
}

static __device__ __forceinline__ Vector<float, 2>
pair (float, float a, float b)
{
  return { { a, b } };
}

template <typename T>
static __device__ __forceinline__ T *
at (void *data, ptrdiff_t bytes)
{
  return (T *) ((uint8_t *) data + bytes);
}

static __device__ __forceinline__ int
least (int a, int b)
{
  return a < b ? a : b;
}

static __device__ __forceinline__ int
greatest (int a, int b)
{
  return a > b ? a : b;
}

/* What BbLook makes of a background sample. */
static __device__ __forceinline__ float
finish_background (const BbLook &look, int component, int x, int y, float value)
{
  value += look.bias[component];
  if (look.shade != NULL)
    value = bb_shade (look.black[component], value,
                      look.shade[(ptrdiff_t) y * look.canvas_width + x]);
  return value;
}

/* Where the resampling kernels leave what they make: on the canvas, as codes, */
struct ToCanvas {
  static __device__ __forceinline__ void
  put (const BbResample &p, int frame, int component, int x, int y, float value)
  {
    int size = p.look.deep ? 2 : 1;
    void *code;

    x += p.left;
    y += p.top;
    code = at<void> (p.out.data[frame], component * p.out.component + y * p.out.stride +
                                          (ptrdiff_t) x * (p.out.interleave * size));
    if (p.over)
      {
        float alpha =
          p.look.alpha == NULL ? 1.0f : p.look.alpha[(ptrdiff_t) y * p.look.canvas_width + x];
        float below = 0.0f;

        if (alpha < 1.0f)
          below = p.look.deep ? to_float (*(uint16_t *) code, p.out.shift)
                              : to_float (*(uint8_t *) code, 0);
        value = bb_mix (below, value, alpha, p.look.maximum);
      }
    else
      value = finish_background (p.look, component, x, y, value);
    if (p.look.deep)
      *(uint16_t *) code =
        (uint16_t) (bb_code_from_float (value, p.look.maximum) << p.out.shift);
    else
      *(uint8_t *) code = (uint8_t) bb_code_from_float (value, p.look.maximum);
  }
};

/* or in a plane that is kept between stages. */
template <typename Kept> struct ToPlane {
  static __device__ __forceinline__ void
  put (const BbResample &p, int frame, int component, int x, int y, float value)
  {
    at<Kept> (p.out.data[frame], component * p.out.component + y * p.out.stride)[x] = (Kept) value;
  }
};

/* Both stages of a separable resampling. A block makes 64 x 32 samples: down the columns first, out
 * of memory into shared memory, each thread four columns of four rows so that a sample is loaded
 * and converted once for them; then along the rows, each thread one column of eight rows so that a
 * weight is loaded once for them. Two rows share a word of shared memory. Windows that are wider
 * than what shared memory holds are worked on in chunks. */
template <typename In, typename Kept, typename Out>
static __device__ __forceinline__ void
resample (const BbResample &p)
{
  typedef Vector<Kept, 2> Pair;
  const int pairs_a_thread = BB_TILE_ROWS * BB_TILE_COLUMNS / BB_BLOCK_THREADS / 2;
  static_assert (BB_ROWS_GROUP * BB_BLOCK_THREADS / 32 == BB_TILE_ROWS &&
                   BB_TILE_CHUNK == 32 * 4 && BB_BLOCK_THREADS % BB_TILE_COLUMNS == 0,
                 "a tile is what a block makes");
  /* Also large enough to turn the tile in. */
  __shared__ Vector<Pair, 4> kept[BB_TILE_ROWS / 2][BB_TILE_CHUNK / 4 + 1];

  const int thread = (int) threadIdx.x;
  const int frame = (int) blockIdx.z / p.split;
  const int plane = (int) blockIdx.z % p.split;
  const int interleave = p.in.interleave;
  const void *data = at<const void> (p.in.data[frame], plane * p.in.component);
  const int tile_j = (int) blockIdx.x * BB_TILE_COLUMNS;
  const int tile_i = (int) blockIdx.y * BB_TILE_ROWS;

  /* along the rows: column j of component c, rows tile_i + 8 * group on */
  const int j = tile_j + thread % BB_TILE_COLUMNS;
  const int u = j / interleave;
  const int c = plane + j % interleave;
  const int group = thread / BB_TILE_COLUMNS;
  float sum[pairs_a_thread][2] = {};

  /* down the columns: a group of rows */
  const int rows = (int) blockIdx.y * (BB_TILE_ROWS / BB_ROWS_GROUP) + thread / 32;
  void *first = at<void> ((void *) data, p.rows.first[rows] * p.in.stride);
  const Vector<float, 4> *weights =
    (const Vector<float, 4> *) p.rows.weight + (ptrdiff_t) rows * p.rows.n_taps;

  /* stored samples that the tile reads of a row */
  const int last_u = least ((tile_j + BB_TILE_COLUMNS) / interleave, p.columns.n_out) - 1;
  const int first_a = p.columns.first[tile_j / interleave];
  const int first_b = p.columns.first[last_u];
  const int end = (greatest (first_a, first_b) + p.columns.n_taps) * interleave;
  const int skew = (int) ((size_t) data / sizeof (In) & 3);
  int chunk = ((least (first_a, first_b) * interleave + skew) & ~3) - skew;

  for (; chunk < end; chunk += BB_TILE_CHUNK)
    {
      const int column = chunk + thread % 32 * 4;
      float value[BB_ROWS_GROUP][4] = {};

      if (column < end)
        for (int tap = 0; tap < p.rows.n_taps; tap += BB_ROWS_AHEAD)
          {
            Vector<In, 4> in[BB_ROWS_AHEAD];

            /* Loads first: while one is on its way the next ones are too. */
#pragma unroll
            for (int n = 0; n < BB_ROWS_AHEAD; n++)
              in[n] = *(const Vector<In, 4> *) (
                at<const In> (first, least (tap + n, p.rows.n_rows - 1) * p.in.stride) + column);
#pragma unroll
            for (int n = 0; n < BB_ROWS_AHEAD; n++)
              {
                const Vector<float, 4> weight = weights[tap + n];

#pragma unroll
                for (int k = 0; k < 4; k++)
                  {
                    const float sample = to_float (in[n].v[k], p.in.shift);

#pragma unroll
                    for (int r = 0; r < BB_ROWS_GROUP; r++)
                      value[r][k] += weight.v[r] * sample;
                  }
              }
          }
#pragma unroll
      for (int r = 0; r < BB_ROWS_GROUP; r += 2)
        {
          Vector<Pair, 4> four;

#pragma unroll
          for (int k = 0; k < 4; k++)
            four.v[k] = pair (Kept (), value[r][k], value[r + 1][k]);
          kept[(thread / 32 * BB_ROWS_GROUP + r) / 2][thread % 32] = four;
        }
      __syncthreads ();

      if (u < p.columns.n_out)
        {
          const int start = p.columns.first[u] * interleave + j % interleave - chunk;
          const int tap_from = start < 0 ? (-start + interleave - 1) / interleave : 0;
          const int tap_to =
            least (p.columns.n_taps, (BB_TILE_CHUNK - start + interleave - 1) / interleave);
          const Pair *from = &kept[group * pairs_a_thread][0].v[0] + start;

          for (int tap = tap_from; tap < tap_to; tap++)
            {
              const float weight = p.columns.weight[(ptrdiff_t) tap * p.columns.n_out + u];

#pragma unroll
              for (int k = 0; k < pairs_a_thread; k++)
                {
                  const Pair two = from[k * 4 * (BB_TILE_CHUNK / 4 + 1) + tap * interleave];

                  sum[k][0] += weight * to_float (two.v[0], 0);
                  sum[k][1] += weight * to_float (two.v[1], 0);
                }
            }
        }
      __syncthreads ();
    }

  if (!p.transposed)
    {
      if (u < p.columns.n_out)
#pragma unroll
        for (int r = 0; r < 2 * pairs_a_thread; r++)
          {
            const int row = tile_i + group * 2 * pairs_a_thread + r;

            if (row < p.rows.n_out)
              Out::put (p, frame, c, u, row, sum[r / 2][r % 2]);
          }
      return;
    }

  /* Threads that lie side by side shall write samples that do. */
  float (*turned)[BB_TILE_ROWS + 1] = (float (*)[BB_TILE_ROWS + 1]) (void *) kept;

  static_assert (sizeof kept >= sizeof (float) * BB_TILE_COLUMNS * (BB_TILE_ROWS + 1), "a tile");
#pragma unroll
  for (int r = 0; r < 2 * pairs_a_thread; r++)
    turned[thread % BB_TILE_COLUMNS][group * 2 * pairs_a_thread + r] = sum[r / 2][r % 2];
  __syncthreads ();
  for (int n = thread / BB_TILE_ROWS; n < BB_TILE_COLUMNS; n += BB_BLOCK_THREADS / BB_TILE_ROWS)
    {
      const int row = tile_i + thread % BB_TILE_ROWS;
      const int unit = (tile_j + n) / interleave;

      if (row < p.rows.n_out && unit < p.columns.n_out)
        Out::put (p, frame, plane + (tile_j + n) % interleave, row, unit,
                  turned[n][thread % BB_TILE_ROWS]);
    }
}

/* How much of a canvas sample the foreground covers. */
static __device__ __forceinline__ float
coverage (const BbLook &look, int x, int y)
{
  if (x < look.left || x >= look.left + look.width || y < look.top || y >= look.top + look.height)
    return 0.0f;
  return look.alpha == NULL ? 1.0f : look.alpha[(ptrdiff_t) y * look.canvas_width + x];
}

/* The blurred plane up to the canvas, around the foreground that is there. A thread makes four
 * samples that lie side by side, row after row, and keeps what the four rows of the blurred plane
 * that it needs become along the row: they change only every few rows. */
template <typename Kept, typename Code>
static __device__ __forceinline__ void
back (const BbBack &p)
{
  const BbLook &look = p.look;
  const int frame = (int) blockIdx.z / p.split;
  const int plane = (int) blockIdx.z % p.split;
  const int interleave = p.out.interleave;
  const int column = (int) blockIdx.x * BB_BACK_COLUMNS + (int) threadIdx.x % 32 * 4;
  const int from = (int) blockIdx.y * BB_BACK_ROWS + (int) threadIdx.x / 32 * BB_BACK_MARCH;
  const int to = least (from + BB_BACK_MARCH, look.canvas_height);
  int current = -1 << 30;
  float kept[BB_BACK_TAPS][4] = {};
  int x[4];

  if (column >= look.canvas_width * interleave)
    return;
#pragma unroll
  for (int k = 0; k < 4; k++)
    x[k] = least ((column + k) / interleave, look.canvas_width - 1);

#pragma unroll 1
  for (int y = from; y < to; y++)
    {
      Vector<Code, 4> *code = at<Vector<Code, 4>> (
        p.out.data[frame], plane * p.out.component + y * p.out.stride +
                             (ptrdiff_t) column * (ptrdiff_t) sizeof (Code));
      float value[4] = {};
      float least_covered = 1.0f, most_covered = 0.0f;
      Vector<Code, 4> out;

#pragma unroll
      for (int k = 0; k < 4; k++)
        {
          const float covered = coverage (look, x[k], y);

          least_covered = covered < least_covered ? covered : least_covered;
          most_covered = covered > most_covered ? covered : most_covered;
        }
      if (least_covered >= 1.0f)
        continue;

      if (!p.flat)
        {
          const int first = p.up_y.first[y];
          const Vector<float, 4> weight = ((const Vector<float, 4> *) p.up_y.weight)[y];

          current = greatest (current, first - BB_BACK_TAPS);
#pragma unroll 1
          for (; current < first; current++)
            {
              void *row = at<void> (p.in.data[frame], (current + BB_BACK_TAPS) * p.in.stride);

#pragma unroll
              for (int k = 0; k < 4; k++)
                {
                  const int component = plane + (column + k) % interleave;
                  const Kept *in =
                    at<const Kept> (row, component * p.in.component) + p.up_x.first[x[k]];
                  const Vector<float, 4> along = ((const Vector<float, 4> *) p.up_x.weight)[x[k]];
                  float sum = 0.0f;

#pragma unroll
                  for (int t = 0; t < BB_BACK_TAPS; t++)
                    sum += along.v[t] * (float) in[t];
#pragma unroll
                  for (int t = 0; t < BB_BACK_TAPS - 1; t++)
                    kept[t][k] = kept[t + 1][k];
                  kept[BB_BACK_TAPS - 1][k] = sum;
                }
            }
#pragma unroll
          for (int k = 0; k < 4; k++)
#pragma unroll
            for (int t = 0; t < BB_BACK_TAPS; t++)
              value[k] += weight.v[t] * kept[t][k];
        }

      if (most_covered > 0.0f)
        out = *code;
#pragma unroll
      for (int k = 0; k < 4; k++)
        {
          value[k] = finish_background (look, plane + (column + k) % interleave, x[k], y, value[k]);
          if (most_covered > 0.0f)
            value[k] = bb_mix (value[k], to_float (out.v[k], p.out.shift), coverage (look, x[k], y),
                               look.maximum);
          out.v[k] = (Code) (bb_code_from_float (value[k], look.maximum) << p.out.shift);
        }
      *code = out;
    }
}

/* What reads the source has three blocks a multiprocessor: enough loads on their way to keep the
 * memory busy. The others do not wait for memory. */
#define BOUNDS(n_blocks) __launch_bounds__ (BB_BLOCK_THREADS, n_blocks)

/* Part of the source, resampled to a part of the canvas: the foreground, and the background whose
 * gaussian is too small to be made of a smaller plane. */
#define BB_FIT(name, In, Kept)                                                                     \
  extern "C" __global__ void BOUNDS (3) bb_fit_##name (const BbResample p)                         \
  {                                                                                                \
    resample<In, Kept, ToCanvas> (p);                                                              \
  }
BB_FIT (u8_f16, uint8_t, BbHalf)
BB_FIT (u8_f32, uint8_t, float)
BB_FIT (u16_f16, uint16_t, BbHalf)
BB_FIT (u16_f32, uint16_t, float)

/* Part of the source, reduced. */
#define BB_REDUCE(name, In, Kept)                                                                  \
  extern "C" __global__ void BOUNDS (3) bb_reduce_##name (const BbResample p)                      \
  {                                                                                                \
    resample<In, Kept, ToPlane<Kept>> (p);                                                         \
  }
BB_REDUCE (u8_f16, uint8_t, BbHalf)
BB_REDUCE (u8_f32, uint8_t, float)
BB_REDUCE (u16_f16, uint16_t, BbHalf)
BB_REDUCE (u16_f32, uint16_t, float)

/* A reduced plane, blurred. */
#define BB_BLUR(name, Kept)                                                                        \
  extern "C" __global__ void BOUNDS (2) bb_blur_##name (const BbResample p)                        \
  {                                                                                                \
    resample<Kept, Kept, ToPlane<Kept>> (p);                                                       \
  }
BB_BLUR (f16, BbHalf)
BB_BLUR (f32, float)

/* The canvas around the foreground. */
#define BB_BACK(name, Kept, Code)                                                                  \
  extern "C" __global__ void BOUNDS (2) bb_back_##name (const BbBack p)                            \
  {                                                                                                \
    back<Kept, Code> (p);                                                                          \
  }
BB_BACK (f16_u8, BbHalf, uint8_t)
BB_BACK (f16_u16, BbHalf, uint16_t)
BB_BACK (f32_u8, float, uint8_t)
BB_BACK (f32_u16, float, uint16_t)

/* out is [height][out_stride], pixels of four bytes or, where deep, of four 16-bit words */
extern "C" __global__ void
bb_present_pixels (BbRgb rgb, int width, int height, void *out, ptrdiff_t out_stride, int deep)
{
  int x = (int) (blockIdx.x * blockDim.x + threadIdx.x);
  int y = (int) (blockIdx.y * blockDim.y + threadIdx.y);
  size_t at = (size_t) y * out_stride + x;
  int code[3];

  if (x >= width || y >= height)
    return;
  bb_rgb_pixel (&rgb, x, y, code);
  if (deep)
    ((ushort4 *) out)[at] = make_ushort4 (code[0], code[1], code[2], 0xffff);
  else
    ((uchar4 *) out)[at] = make_uchar4 (code[0], code[1], code[2], 0xff);
}
