/* bb-resample.cuh: both stages of a separable resampling
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where its samples come from, how they are summed and where they go are types that resample() is made of.
 */

#pragma once

#include "bb-launch.h"

/* Samples that lie side by side, in one access. */
template <typename T, int N> struct __attribute__ ((aligned (sizeof (T) * N))) Vector {
  T v[N];
};

template <typename T>
static __device__ __forceinline__ T *
at (const void *data, ptrdiff_t bytes)
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

template <typename To, typename From>
static __device__ __forceinline__ To
cast_bits (From from)
{
  union {
    From from;
    To to;
  } u;

  static_assert (sizeof (From) == sizeof (To), "the same bits");
  u.from = from;
  return u.to;
}

static __device__ __forceinline__ float
to_float (BbHalf value)
{
  return (float) value;
}

static __device__ __forceinline__ float
to_float (float value)
{
  return value;
}

/* Four samples of a row as they are loaded, in words, which the compiler takes apart better than bytes and halves. */
template <typename T> struct Loaded;
template <> struct Loaded<uint8_t> {
  typedef uint32_t Four;
};
template <> struct Loaded<uint16_t> {
  typedef Vector<uint32_t, 2> Four;
};
template <> struct Loaded<BbHalf> {
  typedef Vector<uint32_t, 2> Four;
};
template <> struct Loaded<float> {
  typedef Vector<float, 4> Four;
};

/* The same as floats. For bytes a permutation puts each below the exponent of 2 to the 23. */
template <typename T>
static __device__ __forceinline__ Vector<float, 4> to_floats (typename Loaded<T>::Four in, int shift);

template <>
__device__ __forceinline__ Vector<float, 4>
to_floats<uint8_t> (uint32_t in, int)
{
  Vector<float, 4> four;

#pragma unroll
  for (uint32_t k = 0; k < 4; k++)
    four.v[k] = cast_bits<float> (__byte_perm (in, 0x4b000000u, 0x7440u | k)) - 8388608.0f;
  return four;
}

template <>
__device__ __forceinline__ Vector<float, 4>
to_floats<uint16_t> (Vector<uint32_t, 2> in, int shift)
{
  return { { bb_float_from_code ((in.v[0] & 0xffffu) >> shift),
             bb_float_from_code (in.v[0] >> 16 >> shift),
             bb_float_from_code ((in.v[1] & 0xffffu) >> shift),
             bb_float_from_code (in.v[1] >> 16 >> shift) } };
}

template <>
__device__ __forceinline__ Vector<float, 4>
to_floats<BbHalf> (Vector<uint32_t, 2> in, int)
{
  const __half2 low = cast_bits<__half2> (in.v[0]);
  const __half2 high = cast_bits<__half2> (in.v[1]);

  return { { __low2float (low), __high2float (low), __low2float (high), __high2float (high) } };
}

template <>
__device__ __forceinline__ Vector<float, 4>
to_floats<float> (Vector<float, 4> in, int)
{
  return in;
}

/* The arithmetic of a resampling with FP32 sums; Kept is what lies in shared memory between the
 * stages. */
template <typename In_, typename Kept> struct WideSums {
  typedef In_ In;
  typedef float Weight;
  typedef Vector<float, 4> Four;   /* four columns of a row */
  typedef Vector<Kept, 2> Pair;    /* two rows of a column, kept */
  typedef Vector<float, 2> Two;    /* sums of two rows of a column */

  static __device__ __forceinline__ Four
  read (typename Loaded<In>::Four in, int shift)
  {
    return to_floats<In> (in, shift);
  }

  static __device__ __forceinline__ void
  add (Four &sum, Weight weight, const Four &sample)
  {
#pragma unroll
    for (int k = 0; k < 4; k++)
      sum.v[k] += weight * sample.v[k];
  }

  static __device__ __forceinline__ Vector<Pair, 4>
  keep (const Four &upper, const Four &lower)
  {
    Vector<Pair, 4> kept;

#pragma unroll
    for (int k = 0; k < 4; k++)
      kept.v[k] = { { (Kept) upper.v[k], (Kept) lower.v[k] } };
    return kept;
  }

  static __device__ __forceinline__ void
  add (Two &sum, Weight weight, Pair pair)
  {
    sum.v[0] += weight * to_float (pair.v[0]);
    sum.v[1] += weight * to_float (pair.v[1]);
  }

  static __device__ __forceinline__ float
  get (const Two &sum, int row)
  {
    return sum.v[row];
  }
};

/* The same for codes of 8 bits with FP16 sums, two in each instruction. Codes count from 128, the middle, where
 * FP16 has twice the precision that it has at 255; BbResample.center is what that makes of a
 * sum. Weights come as two equal halves of a word. */
struct PairSums {
  typedef uint8_t In;
  typedef uint32_t Weight;
  typedef Vector<__half2, 2> Four;
  typedef uint32_t Pair;
  typedef __half2 Two;

  static __device__ __forceinline__ Four
  read (uint32_t word, int)
  {
    /* A code below the exponent of 1024 is 1024 + code. */
    const __half2 middle = cast_bits<__half2> (0xe480e480u); /* -1152, twice */

    return { { __hadd2 (cast_bits<__half2> (__byte_perm (word, 0x64646464u, 0x4140u)), middle),
               __hadd2 (cast_bits<__half2> (__byte_perm (word, 0x64646464u, 0x4342u)), middle) } };
  }

  static __device__ __forceinline__ void
  add (Four &sum, Weight weight, const Four &sample)
  {
    sum.v[0] = __hfma2 (cast_bits<__half2> (weight), sample.v[0], sum.v[0]);
    sum.v[1] = __hfma2 (cast_bits<__half2> (weight), sample.v[1], sum.v[1]);
  }

  static __device__ __forceinline__ Vector<Pair, 4>
  keep (const Four &upper, const Four &lower)
  {
    Vector<Pair, 4> kept;

#pragma unroll
    for (int k = 0; k < 4; k++)
      kept.v[k] =
        __byte_perm (cast_bits<uint32_t> (upper.v[k / 2]), cast_bits<uint32_t> (lower.v[k / 2]),
                     k % 2 == 0 ? 0x5410u : 0x7632u);
    return kept;
  }

  static __device__ __forceinline__ void
  add (Two &sum, Weight weight, Pair pair)
  {
    sum = __hfma2 (cast_bits<__half2> (weight), cast_bits<__half2> (pair), sum);
  }

  static __device__ __forceinline__ float
  get (const Two &sum, int row)
  {
    return row == 0 ? __low2float (sum) : __high2float (sum);
  }
};

/* The last product of a sum of shares of the maximum, as a code: a multiply-add saturates at 0 and 1 for
 * nothing, and 2 to the 23 on top leaves the rounded code in the low bits. */
static __device__ __forceinline__ uint32_t
finish_code (float a, float b, float sum, float maximum)
{
  return cast_bits<uint32_t> (__saturatef (a * b + sum) * maximum + 8388608.0f);
}

/* Where the resampling kernels leave what they make: on the canvas, as codes, */
struct ToCanvas {
  const BbResample &p;
  uint8_t *code;
  const int component;
  const int x;
  int y;
  const float bias;

  __device__ __forceinline__
  ToCanvas (const BbResample &p_, int frame, int component_, int x_, int y_)
    : p (p_), code (at<uint8_t> (p_.out.data[frame],
                                 component_ * p_.out.component +
                                   (ptrdiff_t) (y_ + p_.top) * p_.out.stride +
                                   ((x_ + p_.left) * p_.out.interleave << p_.composite.deep))),
      component (component_), x (x_ + p_.left), y (y_ + p_.top),
      bias ((p_.composite.bias[component_] + p_.center) * p_.scale)
  {
  }

  __device__ __forceinline__ void
  advance (int rows)
  {
    code += rows * p.out.stride;
    y += rows;
  }

  /* Without masks, as most are. */
  __device__ __forceinline__ bool
  is_plain () const
  {
    return p.plain;
  }

  __device__ __forceinline__ bool
  is_deep () const
  {
    return p.composite.deep;
  }

  template <typename Code>
  __device__ __forceinline__ void
  put_plain (float value) const
  {
    *(Code *) code = (Code) (finish_code (value, p.scale, bias, p.composite.maximum)
                             << (sizeof (Code) > 1 ? p.out.shift : 0));
  }

  __device__ __forceinline__ void
  put (float value) const
  {
    uint32_t bits;

    if (p.plain)
      bits = finish_code (value, p.scale, bias, p.composite.maximum);
    else
      bits = mix (value + p.center);
    if (p.composite.deep)
      *(uint16_t *) code = (uint16_t) (bits << p.out.shift);
    else
      *code = (uint8_t) bits;
  }

  /* Over what is there where a mask says how much is covered, or under a shadow. */
  __device__ __forceinline__ uint32_t
  mix (float value) const
  {
    const ptrdiff_t sample = (ptrdiff_t) y * p.composite.canvas_width + x;

    if (p.over)
      {
        const float alpha = p.composite.alpha == NULL ? 1.0f : p.composite.alpha[sample];
        float below = 0.0f;

        if (alpha < 1.0f)
          below = bb_float_from_code (p.composite.deep ? *(uint16_t *) code >> p.out.shift : *code);
        value = bb_mix (below, value, alpha, p.composite.maximum);
      }
    else
      {
        value += p.composite.bias[component];
        if (p.composite.shade != NULL)
          value = bb_shade (p.composite.black[component], value, p.composite.shade[sample]);
      }
    return bb_code_from_float (value, p.composite.maximum);
  }
};

/* or in an intermediate plane. */
template <typename Kept> struct ToPlane {
  uint8_t *sample;
  const ptrdiff_t stride;

  __device__ __forceinline__
  ToPlane (const BbResample &p, int frame, int component, int x, int y)
    : sample (at<uint8_t> (p.out.data[frame], component * p.out.component +
                                                (ptrdiff_t) y * p.out.stride +
                                                x * (ptrdiff_t) sizeof (Kept))),
      stride (p.out.stride)
  {
  }

  __device__ __forceinline__ void
  advance (int rows)
  {
    sample += rows * stride;
  }

  __device__ __forceinline__ bool
  is_plain () const
  {
    return true;
  }

  __device__ __forceinline__ bool
  is_deep () const
  {
    return false;
  }

  template <typename Code>
  __device__ __forceinline__ void
  put_plain (float value) const
  {
    *(Kept *) sample = (Kept) value;
  }

  __device__ __forceinline__ void
  put (float value) const
  {
    put_plain<uint8_t> (value);
  }
};

/* Samples of a column that a thread makes, row after row, all of which are in the plane. */
template <typename Code, typename Sums, int pairs, typename Out>
static __device__ __forceinline__ void
put_column (const typename Sums::Two sum[pairs], Out out)
{
#pragma unroll
  for (int r = 0; r < 2 * pairs; r++, out.advance (1))
    out.template put_plain<Code> (Sums::get (sum[r / 2], r % 2));
}

/* Both stages of a separable resampling. A block makes groups x turns x 4 rows of so many columns: down the columns first,
 * out of memory into shared memory, each thread four columns of four rows so that a sample is loaded
 * and converted once for them; then along the rows, each thread one column of some pairs of rows so that a
 * weight is loaded once for them. Two rows share a word of shared memory. Windows that are wider
 * than what shared memory holds are worked on in steps of chunks x 128 columns. */
template <typename Sums, typename Out, int interleave, int groups, int turns, int chunks,
          int columns>
static __device__ __forceinline__ void
resample (const BbResample &p)
{
  typedef typename Sums::In In;
  typedef typename Sums::Pair Pair;
  typedef typename Sums::Weight Weight;
  const int threads = 32 * groups * chunks;
  const int rows = groups * turns * BB_ROWS_GROUP;
  const int span = chunks * BB_CHUNK_COLUMNS;
  const int ahead = BB_ROWS_AHEAD (sizeof (In));
  const int parts = threads / columns;
  const int pairs = rows / 2 / parts;
  static_assert (pairs * 2 * parts == rows && threads % columns == 0 && threads % rows == 0,
                 "a tile is what a block makes");
  const int kept_stride = span / 4 + 1;
  const int turned_stride = rows + 1;
  const int kept_words = (int) sizeof (Vector<Pair, 4>) / 4 * (rows / 2) * kept_stride;
  const int turned_words = columns * turned_stride;
  /* Also large enough to turn the tile in. */
  __shared__ __attribute__ ((aligned (32)))
  uint32_t shared[kept_words > turned_words ? kept_words : turned_words];
  Vector<Pair, 4> (*kept)[kept_stride] = (Vector<Pair, 4> (*)[kept_stride]) (void *) shared;

  const int thread = (int) threadIdx.x;
  const int frame = (int) blockIdx.z >> (p.split - 1);
  const int plane = (int) blockIdx.z & (p.split - 1);
  const void *data = at<const void> (p.in.data[frame], plane * p.in.component);
  const int tile_j = (int) blockIdx.x * columns;
  const int tile_i = (int) blockIdx.y * rows;

  /* along the rows: column j of component c, pairs of rows from pairs * part on */
  const int j = tile_j + thread % columns;
  const int u = j / interleave;
  const int part = thread / columns;
  typename Sums::Two sum[pairs] = {};

  /* down the columns: groups of rows one after the other, four columns of a chunk */
  const int offset = thread / 32 % chunks * BB_CHUNK_COLUMNS + thread % 32 * 4;

  /* stored samples that the tile reads of a row */
  const int last_u = least ((tile_j + columns) / interleave, p.columns.n_out) - 1;
  const int first_a = p.columns.first[tile_j / interleave];
  const int first_b = p.columns.first[last_u];
  const int end = (greatest (first_a, first_b) + p.columns.n_taps) * interleave;
  const int skew = (int) ((size_t) data / sizeof (In) & 3);
  int step = ((least (first_a, first_b) * interleave + skew) & ~3) - skew;

  for (; step < end; step += span)
    {
      const int column = step + offset;

#pragma unroll 1
      for (int turn = 0; turn < turns && column < end; turn++)
        {
          const int local = turn * groups + thread / 32 / chunks;
          const int group = (int) blockIdx.y * (groups * turns) + local;
          const void *from =
            at<const void> (data, (ptrdiff_t) p.rows.first[group] * p.in.stride +
                                    column * (ptrdiff_t) sizeof (In));
          const Vector<Weight, 4> *weight =
            (const Vector<Weight, 4> *) p.rows.weight + (ptrdiff_t) group * p.rows.n_taps;
          typename Sums::Four value[BB_ROWS_GROUP] = {};
          int left = p.rows.n_rows;

#pragma unroll 1
          for (; left >= ahead; left -= ahead)
            {
              typename Loaded<In>::Four in[ahead];

              /* Loads first: while one is on its way the next ones are too. */
#pragma unroll
              for (int n = 0; n < ahead; n++)
                {
                  in[n] = *(const typename Loaded<In>::Four *) from;
                  from = at<const void> (from, p.in.stride);
                }
#pragma unroll
              for (int n = 0; n < ahead; n++)
                {
                  const Vector<Weight, 4> four = weight[n];
                  const typename Sums::Four sample = Sums::read (in[n], p.in.shift);

#pragma unroll
                  for (int r = 0; r < BB_ROWS_GROUP; r++)
                    Sums::add (value[r], four.v[r], sample);
                }
              weight += ahead;
            }
#pragma unroll 1
          for (; left > 0; left--)
            {
              const Vector<Weight, 4> four = *weight++;
              const typename Sums::Four sample =
                Sums::read (*(const typename Loaded<In>::Four *) from, p.in.shift);

              from = at<const void> (from, p.in.stride);
#pragma unroll
              for (int r = 0; r < BB_ROWS_GROUP; r++)
                Sums::add (value[r], four.v[r], sample);
            }
#pragma unroll
          for (int r = 0; r < BB_ROWS_GROUP; r += 2)
            kept[(local * BB_ROWS_GROUP + r) / 2][offset / 4] =
              Sums::keep (value[r], value[r + 1]);
        }
      __syncthreads ();

      if (u < p.columns.n_out)
        {
          const int start = p.columns.first[u] * interleave + j % interleave - step;
          const int tap_from = start < 0 ? (-start + interleave - 1) / interleave : 0;
          const int tap_to = least (p.columns.n_taps, (span - start + interleave - 1) / interleave);
          const Pair *from = &kept[part * pairs][0].v[0] + start + tap_from * interleave;
          const Weight *weight =
            (const Weight *) p.columns.weight + (ptrdiff_t) tap_from * p.columns.n_out + u;

#pragma unroll 4
          for (int tap = tap_from; tap < tap_to; tap++)
            {
#pragma unroll
              for (int k = 0; k < pairs; k++)
                Sums::add (sum[k], *weight, from[k * 4 * kept_stride]);
              weight += p.columns.n_out;
              from += interleave;
            }
        }
      __syncthreads ();
    }

  const int component = plane + j % interleave;
  Out column (p, frame, component, u, tile_i + part * pairs * 2);

  if (!p.transposed && tile_i + rows <= p.rows.n_out && column.is_plain ())
    {
      if (u >= p.columns.n_out)
        return;
      if (column.is_deep ())
        put_column<uint16_t, Sums, pairs, Out> (sum, column);
      else
        put_column<uint8_t, Sums, pairs, Out> (sum, column);
      return;
    }

  /* What is not so simple, by way of shared memory, one sample after the other. */
  float (*tile)[turned_stride] = (float (*)[turned_stride]) (void *) shared;

#pragma unroll
  for (int r = 0; r < 2 * pairs; r++)
    tile[thread % columns][part * 2 * pairs + r] = Sums::get (sum[r / 2], r % 2);
  if (!p.transposed)
    {
      const int n = least (2 * pairs, p.rows.n_out - tile_i - part * 2 * pairs);

      if (u < p.columns.n_out)
#pragma unroll 1
        for (int r = 0; r < n; r++, column.advance (1))
          column.put (tile[thread % columns][part * 2 * pairs + r]);
      return;
    }

  /* Threads that lie side by side shall write samples that do. */
  __syncthreads ();
  {
    const int apart = threads / rows;
    const int row = tile_i + thread % rows;
    const int begin = thread / rows;
    static_assert (apart % interleave == 0, "a thread writes one component");
    Out out (p, frame, plane + begin % interleave, row, (tile_j + begin) / interleave);

#pragma unroll 1
    for (int n = begin; n < columns; n += apart)
      {
        if (row < p.rows.n_out && (tile_j + n) / interleave < p.columns.n_out)
          out.put (tile[n][thread % rows]);
        out.advance (apart / interleave);
      }
  }
}
