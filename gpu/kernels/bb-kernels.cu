/* bb-kernels.cu: the picture arithmetic as CUDA kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is read once, by bb_fit and bb_reduce, which make the foreground on the canvas and a
 * small plane of the background; it may be released then. bb_blur blurs the small plane, and
 * bb_compose brings it up to the canvas around the foreground, so that each sample of the canvas is
 * written once. bb_overlay lays a logo over the part that it covers. Sums are FP32, or (PairSums) pairs of FP16; what is kept between stages, in shared
 * memory and outside, is FP16 or FP32. z of the grid is the frame, times the component where chroma has planes of its own.
 */

#include "bb-resample.cuh"
#include "bb-rgb.h"

/* Four codes that lie side by side: out of the low bits of words, */
static __device__ __forceinline__ uint32_t
pack (const uint32_t bits[4], int, uint32_t)
{
  return __byte_perm (__byte_perm (bits[0], bits[1], 0x0040u),
                      __byte_perm (bits[2], bits[3], 0x0040u), 0x5410u);
}

static __device__ __forceinline__ uint64_t
pack (const uint32_t bits[4], int shift, uint64_t)
{
  return __byte_perm (bits[0], bits[1], 0x5410u) << shift |
         (uint64_t) (__byte_perm (bits[2], bits[3], 0x5410u) << shift) << 32;
}

/* and the word that holds them. */
template <typename Code> struct FourCodes;
template <> struct FourCodes<uint8_t> {
  typedef uint32_t Word;
};
template <> struct FourCodes<uint16_t> {
  typedef uint64_t Word;
};

/* How much of a canvas sample the foreground covers. */
static __device__ __forceinline__ float
coverage (const BbComposite &composite, int x, int y)
{
  if (x < composite.left || x >= composite.left + composite.width || y < composite.top || y >= composite.top + composite.height)
    return 0.0f;
  return composite.alpha == NULL ? 1.0f : composite.alpha[(ptrdiff_t) y * composite.canvas_width + x];
}

/* Whether the foreground hides four samples wholly. */
template <int interleave>
static __device__ __forceinline__ bool
is_hidden (const BbComposite &composite, int column, int y)
{
  bool hidden = true;

#pragma unroll
  for (int k = 0; k < 4; k += interleave)
    hidden = hidden && coverage (composite, least ((column + k) / interleave, composite.canvas_width - 1), y) >= 1.0f;
  return hidden;
}

/* Four codes of the background under a shadow or beside a foreground with an edge that is covered in part; their
 * sums as shares of the maximum. */
template <typename Code, int interleave>
static __device__ __forceinline__ void
mix_four (const BbCompose &p, int plane, int column, int y, const float share[4],
          typename FourCodes<Code>::Word *code)
{
  const BbComposite &composite = p.composite;
  const typename FourCodes<Code>::Word there = *code;
  uint32_t bits[4];

#pragma unroll
  for (int k = 0; k < 4; k++)
    {
      const int component = plane + k % interleave;
      const int x = least ((column + k) / interleave, composite.canvas_width - 1);
      const float covered = coverage (composite, x, y);
      float value = share[k] * composite.maximum;

      if (composite.shade != NULL)
        value = bb_shade (composite.black[component], value,
                          composite.shade[(ptrdiff_t) y * composite.canvas_width + x]);
      if (covered > 0.0f)
        value = bb_mix (value,
                        bb_float_from_code ((uint32_t) (Code) (there >> (8 * sizeof (Code) * k)) >>
                                            p.out.shift),
                        covered, composite.maximum);
      bits[k] = bb_code_from_float (value, composite.maximum);
    }
  *code = pack (bits, p.out.shift, there);
}

/* Four columns of the blurred plane on their way up: a row after the other along, and those that a row of the canvas
 * needs, which change only every few rows. */
template <typename Kept, int interleave> struct Rising {
  float along[4][BB_COMPOSE_WINDOW];
  uint32_t offset[4]; /* bytes to what a sample needs of a row */
  float kept[BB_COMPOSE_TAPS][4];
  const uint8_t *data;
  const uint8_t *row; /* the next one */
  int next;

  __device__ __forceinline__
  Rising (const BbCompose &p, int frame, int plane, int column)
    : kept (), data ((const uint8_t *) p.in.data[frame]), row (NULL), next (-1 << 30)
  {
    int window = 0;

#pragma unroll
    for (int k = 0; k < 4; k++)
      {
        const BbUpTaps taps = p.up_x[least ((column + k) / interleave, p.composite.canvas_width - 1)];

        /* Neighbours share a window of their component, and begin in it or one sample on. */
        if (k == 0 || !p.tight)
          window = p.tight ? least (taps.first, p.last_window) : taps.first;
        offset[k] = (uint32_t) (window * (int) sizeof (Kept)) +
                    (uint32_t) ((plane + k % interleave) * (int) p.in.component);
#pragma unroll
        for (int t = 0; t < BB_COMPOSE_WINDOW; t++)
          {
            const float here = t < BB_COMPOSE_TAPS ? taps.weight[t] : 0.0f;
            const float before = t > 0 ? taps.weight[t - 1] : 0.0f;

            along[k][t] = taps.first == window ? here : before;
          }
      }
  }

  /* Until rows from @first on are kept. Where the background is mirrored they fall, and are made anew. */
  __device__ __forceinline__ void
  rise (const BbCompose &p, int first)
  {
    if (next == first + BB_COMPOSE_TAPS)
      return;
    if (next < first || next > first + BB_COMPOSE_TAPS)
      {
        next = first;
        row = data + (ptrdiff_t) first * p.in.stride;
      }
#pragma unroll 1
    for (; next < first + BB_COMPOSE_TAPS; next++, row += p.in.stride)
      {
        float sum[4] = {};

        if (p.tight)
          {
            float in[interleave][BB_COMPOSE_WINDOW];

#pragma unroll
            for (int c = 0; c < interleave; c++)
#pragma unroll
              for (int t = 0; t < BB_COMPOSE_WINDOW; t++)
                in[c][t] = to_float (((const Kept *) (row + offset[c]))[t]);
#pragma unroll
            for (int k = 0; k < 4; k++)
#pragma unroll
              for (int t = 0; t < BB_COMPOSE_WINDOW; t++)
                sum[k] += along[k][t] * in[k % interleave][t];
          }
        else
#pragma unroll
          for (int k = 0; k < 4; k++)
#pragma unroll
            for (int t = 0; t < BB_COMPOSE_TAPS; t++)
              sum[k] += along[k][t] * to_float (((const Kept *) (row + offset[k]))[t]);
#pragma unroll
        for (int k = 0; k < 4; k++)
          {
#pragma unroll
            for (int t = 0; t < BB_COMPOSE_TAPS - 1; t++)
              kept[t][k] = kept[t + 1][k];
            kept[BB_COMPOSE_TAPS - 1][k] = sum[k];
          }
      }
  }
};

/* Rows @from to @to of four columns of the canvas, but for the codes of the mask @covered, which are the foreground's.
 * Without masks, or (not plain) with coverage and shadow for each sample. */
template <typename Kept, typename Code, int interleave, bool plain>
static __device__ __forceinline__ void
compose_rows (const BbCompose &p, Rising<Kept, interleave> &rising, int frame, int plane, int column,
              int from, int to, const float bias[4], typename FourCodes<Code>::Word covered)
{
  typedef typename FourCodes<Code>::Word Word;
  const float maximum = p.composite.maximum;
  uint8_t *code = at<uint8_t> (p.out.data[frame], plane * p.out.component +
                                                    (ptrdiff_t) from * p.out.stride +
                                                    column * (ptrdiff_t) sizeof (Code));
  const BbUpTaps *up = p.up_y + from;

#pragma unroll 1
  for (int y = from; y < to; y++, up++, code += p.out.stride)
    {
      BbUpTaps taps;
      float share[4];

      if (!plain && is_hidden<interleave> (p.composite, column, y))
        continue;
      taps = *up;
      rising.rise (p, taps.first);
#pragma unroll
      for (int k = 0; k < 4; k++)
        {
          share[k] = bias[k];
#pragma unroll
          for (int t = 0; t < BB_COMPOSE_TAPS - 1; t++)
            share[k] += taps.weight[t] * rising.kept[t][k];
        }
      if (plain)
        {
          uint32_t bits[4];
          Word out;

#pragma unroll
          for (int k = 0; k < 4; k++)
            bits[k] = finish_code (taps.weight[BB_COMPOSE_TAPS - 1],
                                   rising.kept[BB_COMPOSE_TAPS - 1][k], share[k], maximum);
          out = pack (bits, p.out.shift, Word ());
          if (covered != 0)
            out = (out & ~covered) | (*(const Word *) code & covered);
          *(Word *) code = out;
        }
      else
        {
#pragma unroll
          for (int k = 0; k < 4; k++)
            share[k] += taps.weight[BB_COMPOSE_TAPS - 1] * rising.kept[BB_COMPOSE_TAPS - 1][k];
          mix_four<Code, interleave> (p, plane, column, y, share, (typename FourCodes<Code>::Word *) code);
        }
    }
}

/* Where flat backgrounds have their samples from, four columns of a row after the other, as shares of the maximum: one
 * color, */
struct OneColor {
  const float *bias;

  __device__ __forceinline__
  OneColor (const BbCompose &, int, int, int, int, const float bias_[4]) : bias (bias_)
  {
  }

  __device__ __forceinline__ float
  get (int k) const
  {
    return bias[k];
  }

  __device__ __forceinline__ void
  advance ()
  {
  }
};

/* one that is the same in each frame, */
template <int interleave> struct Still {
  const BbCompose &p;
  const float *sample[4];

  __device__ __forceinline__
  Still (const BbCompose &p_, int, int plane, int column, int row, const float[4]) : p (p_)
  {
#pragma unroll
    for (int k = 0; k < 4; k++)
      sample[k] = p.still[plane + k % interleave] + (ptrdiff_t) row * p.composite.canvas_width +
                  least ((column + k) / interleave, p.composite.canvas_width - 1);
  }

  __device__ __forceinline__ float
  get (int k) const
  {
    return *sample[k] * p.scale;
  }

  __device__ __forceinline__ void
  advance ()
  {
#pragma unroll
    for (int k = 0; k < 4; k++)
      sample[k] += p.composite.canvas_width;
  }
};

/* or the foreground that is there, mirrored. */
template <typename Code, int interleave> struct Mirrored {
  const BbCompose &p;
  const uint8_t *data;
  const int *row;
  const float *bias;
  int code[4]; /* from the beginning of a row */

  __device__ __forceinline__
  Mirrored (const BbCompose &p_, int frame, int plane, int column, int row_, const float bias_[4])
    : p (p_), data (at<uint8_t> (p_.out.data[frame], plane * p_.out.component)),
      row (p_.mirror_y + row_), bias (bias_)
  {
#pragma unroll
    for (int k = 0; k < 4; k++)
      code[k] = p.mirror_x[least ((column + k) / interleave, p.composite.canvas_width - 1)] *
                  interleave +
                k % interleave;
  }

  __device__ __forceinline__ float
  get (int k) const
  {
    const Code *codes = at<const Code> (data, (ptrdiff_t) *row * p.out.stride);

    return bb_float_from_code (codes[code[k]] >> p.out.shift) * (p.gain * p.scale) + bias[k];
  }

  __device__ __forceinline__ void
  advance ()
  {
    row++;
  }
};

/* Rows @from to @to of four columns of a flat background, but for the codes of the mask @covered. */
template <typename Code, int interleave, bool plain, typename Source>
static __device__ __forceinline__ void
compose_flat (const BbCompose &p, int frame, int plane, int column, int from, int to,
              const float bias[4], typename FourCodes<Code>::Word covered)
{
  typedef typename FourCodes<Code>::Word Word;
  uint8_t *code = at<uint8_t> (p.out.data[frame], plane * p.out.component +
                                                    (ptrdiff_t) from * p.out.stride +
                                                    column * (ptrdiff_t) sizeof (Code));
  Source source (p, frame, plane, column, from, bias);

#pragma unroll 1
  for (int y = from; y < to; y++, code += p.out.stride, source.advance ())
    {
      float share[4];

      if (!plain && is_hidden<interleave> (p.composite, column, y))
        continue;
#pragma unroll
      for (int k = 0; k < 4; k++)
        share[k] = source.get (k);
      if (plain)
        {
          uint32_t bits[4];
          Word out;

#pragma unroll
          for (int k = 0; k < 4; k++)
            bits[k] = finish_code (share[k], 1.0f, 0.0f, p.composite.maximum);
          out = pack (bits, p.out.shift, Word ());
          if (covered != 0)
            out = (out & ~covered) | (*(const Word *) code & covered);
          *(Word *) code = out;
        }
      else
        mix_four<Code, interleave> (p, plane, column, y, share, (Word *) code);
    }
}

/* Rows @from to @to above, beside and below the foreground, whose codes beside it are @covered. */
template <typename Word, typename Rows>
static __device__ __forceinline__ void
around (const BbComposite &composite, int from, int to, Word covered, Rows rows)
{
  const int top = composite.top;
  const int bottom = composite.top + composite.height;

#pragma unroll 1
  for (int part = 0; part < 3; part++)
    {
      const int begin = part == 0 ? from : part == 1 ? greatest (from, top) : greatest (from, bottom);
      const int end = part == 0 ? least (to, top) : part == 1 ? least (to, bottom) : to;

      if (part != 1 || covered != (Word) ~(Word) 0)
        rows (begin, end, part == 1 ? covered : (Word) 0);
    }
}

template <typename Code, int interleave, typename Source>
static __device__ __forceinline__ void
compose_all_flat (const BbCompose &p, int frame, int plane, int column, int from, int to,
                  const float bias[4], typename FourCodes<Code>::Word covered)
{
  typedef typename FourCodes<Code>::Word Word;

  if (p.composite.alpha != NULL || p.composite.shade != NULL)
    compose_flat<Code, interleave, false, Source> (p, frame, plane, column, from, to, bias, 0);
  else
    around (p.composite, from, to, covered, [&] (int begin, int end, Word mask) {
      compose_flat<Code, interleave, true, Source> (p, frame, plane, column, begin, end, bias, mask);
    });
}

/* The blurred plane up to the canvas, around the foreground that is there. A thread makes four
 * samples that lie side by side, row after row. */
template <typename Kept, typename Code, int interleave>
static __device__ __forceinline__ void
compose (const BbCompose &p)
{
  typedef typename FourCodes<Code>::Word Word;
  const BbComposite &composite = p.composite;
  const int frame = (int) blockIdx.z >> (p.split - 1);
  const int plane = (int) blockIdx.z & (p.split - 1);
  const int column = (int) blockIdx.x * BB_COMPOSE_COLUMNS + (int) threadIdx.x % 32 * BB_COMPOSE_SAMPLES;
  const int from = (int) blockIdx.y * BB_COMPOSE_ROWS + (int) threadIdx.x / 32 * BB_COMPOSE_MARCH;
  const int to = least (from + BB_COMPOSE_MARCH, composite.canvas_height);
  Word covered = 0; /* beside rows of the foreground */
  float bias[4];

  if (column >= composite.canvas_width * interleave || from >= to)
    return;
#pragma unroll
  for (int k = 0; k < 4; k++)
    {
      const int x = (column + k) / interleave;

      bias[k] = composite.bias[plane + k % interleave] * p.scale;
      if (x >= composite.left && x < composite.left + composite.width)
        covered |= (Word) (Code) ~0 << (8 * (int) sizeof (Code) * k);
    }
  if (p.flat)
    {
      if (p.still[0] != NULL)
        compose_all_flat<Code, interleave, Still<interleave>> (p, frame, plane, column, from, to, bias, covered);
      else if (p.mirror_x != NULL)
        compose_all_flat<Code, interleave, Mirrored<Code, interleave>> (p, frame, plane, column, from, to, bias,
                                                                       covered);
      else
        compose_all_flat<Code, interleave, OneColor> (p, frame, plane, column, from, to, bias, covered);
      return;
    }

  Rising<Kept, interleave> rising (p, frame, plane, column);

  if (composite.alpha != NULL || composite.shade != NULL)
    {
      compose_rows<Kept, Code, interleave, false> (p, rising, frame, plane, column, from, to, bias,
                                                   0);
      return;
    }
  around (composite, from, to, covered, [&] (int begin, int end, Word mask) {
    compose_rows<Kept, Code, interleave, true> (p, rising, frame, plane, column, begin, end, bias,
                                                mask);
  });
}

#define BOUNDS(n_threads, n_blocks) __launch_bounds__ (n_threads, n_blocks)

/* Part of the source, resampled to a part of the canvas: the foreground, and the background whose
 * gaussian is too small to be made of a smaller plane. Each for planes of their own and, with _2, for Cb and Cr that
 * alternate. What reads the source has many loads on their way, to keep the memory busy. */
#define BB_FIT(name, interleave, turns, ...)                                                       \
  extern "C" __global__ void BOUNDS (BB_FIT_THREADS, 3) bb_fit_##name (const BbResample p)         \
  {                                                                                                \
    resample<__VA_ARGS__, ToCanvas, interleave, BB_FIT_GROUPS, turns, 1, BB_FIT_COLUMNS> (p);      \
  }
BB_FIT (u8_f16, 1, 1, WideSums<uint8_t, BbHalf>)
BB_FIT (u8_f32, 1, 1, WideSums<uint8_t, float>)
BB_FIT (u16_f16, 1, 1, WideSums<uint16_t, BbHalf>)
BB_FIT (u16_f32, 1, 1, WideSums<uint16_t, float>)
BB_FIT (u8_pairs, 1, BB_PAIRS_TURNS, PairSums)
BB_FIT (u8_f16_2, 2, 1, WideSums<uint8_t, BbHalf>)
BB_FIT (u8_f32_2, 2, 1, WideSums<uint8_t, float>)
BB_FIT (u16_f16_2, 2, 1, WideSums<uint16_t, BbHalf>)
BB_FIT (u16_f32_2, 2, 1, WideSums<uint16_t, float>)
BB_FIT (u8_pairs_2, 2, BB_PAIRS_TURNS, PairSums)

/* Part of the source, reduced. Tiles are small, so that one frame fills a GPU. */
#define BB_REDUCE(name, interleave, In, Kept)                                                      \
  extern "C" __global__ void BOUNDS (BB_REDUCE_THREADS, 12) bb_reduce_##name (const BbResample p)  \
  {                                                                                                \
    resample<WideSums<In, Kept>, ToPlane<Kept>, interleave, BB_REDUCE_GROUPS, 1, BB_REDUCE_CHUNKS, \
             BB_REDUCE_COLUMNS> (p);                                                               \
  }
BB_REDUCE (u8_f16, 1, uint8_t, BbHalf)
BB_REDUCE (u8_f32, 1, uint8_t, float)
BB_REDUCE (u16_f16, 1, uint16_t, BbHalf)
BB_REDUCE (u16_f32, 1, uint16_t, float)
BB_REDUCE (u8_f16_2, 2, uint8_t, BbHalf)
BB_REDUCE (u8_f32_2, 2, uint8_t, float)
BB_REDUCE (u16_f16_2, 2, uint16_t, BbHalf)
BB_REDUCE (u16_f32_2, 2, uint16_t, float)

/* A reduced plane, blurred. */
#define BB_BLUR(name, Kept)                                                                        \
  extern "C" __global__ void BOUNDS (BB_BLUR_THREADS, 8) bb_blur_##name (const BbResample p)       \
  {                                                                                                \
    resample<WideSums<Kept, Kept>, ToPlane<Kept>, 1, BB_BLUR_GROUPS, 1, 1, BB_BLUR_COLUMNS> (p);   \
  }
BB_BLUR (f16, BbHalf)
BB_BLUR (f32, float)

/* The canvas around the foreground. */
#define BB_COMPOSE(name, interleave, Kept, Code)                                                      \
  extern "C" __global__ void BOUNDS (BB_COMPOSE_THREADS, 5) bb_compose_##name (const BbCompose p)           \
  {                                                                                                \
    compose<Kept, Code, interleave> (p);                                                           \
  }
BB_COMPOSE (f16_u8, 1, BbHalf, uint8_t)
BB_COMPOSE (f16_u16, 1, BbHalf, uint16_t)
BB_COMPOSE (f32_u8, 1, float, uint8_t)
BB_COMPOSE (f32_u16, 1, float, uint16_t)
BB_COMPOSE (f16_u8_2, 2, BbHalf, uint8_t)
BB_COMPOSE (f16_u16_2, 2, BbHalf, uint16_t)
BB_COMPOSE (f32_u8_2, 2, float, uint8_t)
BB_COMPOSE (f32_u16_2, 2, float, uint16_t)

/* The logo over the canvas. A thread makes one sample of one component. */
template <typename Code>
static __device__ __forceinline__ void
overlay (const BbOverlay &p)
{
  const int x = (int) blockIdx.x * BB_OVERLAY_COLUMNS + (int) threadIdx.x % BB_OVERLAY_COLUMNS;
  const int y = (int) blockIdx.y * BB_OVERLAY_ROWS + (int) threadIdx.x / BB_OVERLAY_COLUMNS;
  const int frame = (int) blockIdx.z / p.components;
  const int component = (int) blockIdx.z % p.components;
  const ptrdiff_t sample = (ptrdiff_t) y * p.width + x;
  Code *code;

  if (x >= p.width || y >= p.height)
    return;
  code = at<Code> (p.out.data[frame], component * p.out.component +
                                        (ptrdiff_t) (p.top + y) * p.out.stride) +
         (p.left + x) * p.out.interleave;
  *code = (Code) (bb_overlay ((float) (*code >> p.out.shift), p.keep[sample],
                              p.ink[component][sample], p.maximum)
                  << p.out.shift);
}

extern "C" __global__ void
bb_overlay_u8 (const BbOverlay p)
{
  overlay<uint8_t> (p);
}

extern "C" __global__ void
bb_overlay_u16 (const BbOverlay p)
{
  overlay<uint16_t> (p);
}

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

#include "bb-deinterlace.cu"
