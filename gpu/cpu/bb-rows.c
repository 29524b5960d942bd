/* bb-rows.c: arithmetic on rows of FP32 samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plain loops that the compiler vectorises, built for several instruction sets and chosen when the
 * program starts. Only the horizontal stage, which no compiler vectorises well, is written with
 * intrinsics.
 */

#include "config.h"

#include "bb-rows.h"

#include "bb-clones.h"

#include <math.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <glib/gi18n-lib.h>
#include <immintrin.h>
#endif

/* A vector of the widest kind; narrower machines compute it in parts. */
typedef float Vector __attribute__ ((vector_size (64), aligned (4), may_alias));
#define VECTOR ((int) (sizeof (Vector) / sizeof (float)))

/* The loops in clones must not call out of them. */
#define INLINE static inline __attribute__ ((always_inline))

static int
find_lanes (void)
{
#ifdef HAVE_X86
  /* Lets tests run on one machine what others would. */
  const char *most = g_getenv ("BLURBOX_ISA");

  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") &&
      (most == NULL || g_str_equal (most, "avx512")))
    return 16;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") &&
      (most == NULL || !g_str_equal (most, "portable")))
    return 8;
#endif
  return 0;
}

/**
 * bb_rows_get_lanes:
 *
 * Returns: FP32 samples that the intrinsics of this CPU make at once; 0 where there are none
 */
int
bb_rows_get_lanes (void)
{
  static gsize lanes_plus_one;

  if (g_once_init_enter (&lanes_plus_one))
    g_once_init_leave (&lanes_plus_one, (gsize) find_lanes () + 1);
  return (int) lanes_plus_one - 1;
}

/**
 * bb_rows_get_isa:
 *
 * Returns: name of the instruction set in use, for people
 */
const char *
bb_rows_get_isa (void)
{
  switch (bb_rows_get_lanes ())
    {
    case 16:
      return "AVX-512";
    case 8:
      return "AVX2";
    default:
      /* Translators: instructions that every CPU has */
      return C_ ("instructions", "portable");
    }
}

/* Rows and weights start on cache lines, so that few loads touch two of them. */
static gpointer
new_aligned (gsize size)
{
  gpointer memory = NULL;

  if (posix_memalign (&memory, 64, size) != 0)
    g_error ("Not enough memory for %" G_GSIZE_FORMAT " bytes", size);
  memset (memory, 0, size);
  return memory;
}

/**
 * bb_rows_new:
 * @n: rows
 * @pitch: samples from one to the next
 *
 * Returns: (transfer full): rows of zeros, to be freed by free()
 */
float *
bb_rows_new (int n, int pitch)
{
  return new_aligned ((gsize) n * (gsize) pitch * sizeof (float));
}

/**
 * bb_packed_taps_init:
 * @packed: (out caller-allocates): to be freed by bb_packed_taps_clear()
 * @taps: a table, which must stay
 *
 * Arranges taps for this processor.
 */
void
bb_packed_taps_init (BbPackedTaps *packed, const BbTaps *taps)
{
  int lanes = bb_rows_get_lanes ();
  int n_taps = taps->n_taps;

  *packed = (BbPackedTaps) { .taps = taps, .lanes = lanes };
  if (lanes == 0 || n_taps == 0)
    return;

  packed->base = g_new (int, taps->n_out);
  packed->out = g_new (int, taps->n_out);
  packed->reach = g_new (guint8, taps->n_out);
  packed->index = new_aligned ((gsize) taps->n_out * (gsize) lanes * sizeof (gint32));
  for (int j = 0; j < taps->n_out;)
    {
      int g = packed->n_groups++;
      int lowest = taps->first[j];
      int highest = lowest;
      int n = 0;

      while (n < lanes && j + n < taps->n_out)
        {
          int low = MIN (lowest, taps->first[j + n]);
          int high = MAX (highest, taps->first[j + n]);

          if (high - low >= 2 * lanes)
            break;
          lowest = low;
          highest = high;
          n++;
        }
      packed->base[g] = lowest;
      packed->out[g] = j;
      packed->reach[g] = (guint8) (highest - lowest);
      for (int lane = 0; lane < n; lane++)
        packed->index[g * lanes + lane] = taps->first[j + lane] - lowest;
      j += n;
    }
  packed->weight =
    new_aligned ((gsize) packed->n_groups * (gsize) n_taps * (gsize) lanes * sizeof (float));
  for (int g = 0; g < packed->n_groups; g++)
    {
      int first = packed->out[g];
      int last = g + 1 < packed->n_groups ? packed->out[g + 1] : taps->n_out;

      for (int t = 0; t < n_taps; t++)
        for (int j = first; j < last; j++)
          packed->weight[(g * n_taps + t) * lanes + j - first] = taps->weight[j * n_taps + t];
    }
}

/**
 * bb_packed_taps_clear:
 * @packed: taps
 */
void
bb_packed_taps_clear (BbPackedTaps *packed)
{
  g_free (packed->base);
  g_free (packed->out);
  g_free (packed->reach);
  free (packed->index);
  free (packed->weight);
  *packed = (BbPackedTaps) { 0 };
}

#ifdef HAVE_X86
#define EACH_ROW _Pragma ("GCC unroll 4") for (int r = 0; r < BB_ROWS_AT_ONCE; r++)

AVX512 static void
resample_avx512 (const BbPackedTaps *packed, const float *in, int in_pitch, float *out,
                 int out_pitch)
{
  const int n_taps = packed->taps->n_taps;
  const float *weight = packed->weight;
  const __m512i one = _mm512_set1_epi32 (1);

  for (int g = 0; g < packed->n_groups; g++)
    {
      const float *from = in + packed->base[g];
      const __m512i first = _mm512_load_si512 (packed->index + g * 16);
      /* Taps for which the two vectors loaded hold all that is read. */
      const int n_loaded = 32 - packed->reach[g];
      __m512 sum[BB_ROWS_AT_ONCE];

      EACH_ROW sum[r] = _mm512_setzero_ps ();
      for (int t = 0; t < n_taps; t += n_loaded, from += n_loaded)
        {
          const int n = MIN (n_loaded, n_taps - t);
          __m512i index = first;
          __m512 low[BB_ROWS_AT_ONCE], high[BB_ROWS_AT_ONCE];

          EACH_ROW
          {
            low[r] = _mm512_loadu_ps (from + r * in_pitch);
            high[r] = _mm512_loadu_ps (from + r * in_pitch + 16);
          }
          for (int k = 0; k < n; k++, weight += 16)
            {
              const __m512 w = _mm512_load_ps (weight);

              EACH_ROW sum[r] =
                _mm512_fmadd_ps (_mm512_permutex2var_ps (low[r], index, high[r]), w, sum[r]);
              index = _mm512_add_epi32 (index, one);
            }
        }
      EACH_ROW _mm512_storeu_ps (out + r * out_pitch + packed->out[g], sum[r]);
    }
}

AVX2 static void
resample_avx2 (const BbPackedTaps *packed, const float *in, int in_pitch, float *out, int out_pitch)
{
  const int n_taps = packed->taps->n_taps;
  const float *weight = packed->weight;

  for (int g = 0; g < packed->n_groups; g++)
    {
      const float *from = in + packed->base[g];
      const gboolean far = packed->reach[g] > 7;
      __m256i index = _mm256_loadu_si256 ((const __m256i *) (packed->index + g * 8));
      __m256 upper = _mm256_castsi256_ps (_mm256_cmpgt_epi32 (index, _mm256_set1_epi32 (7)));
      __m256 sum[BB_ROWS_AT_ONCE];

      EACH_ROW sum[r] = _mm256_setzero_ps ();
      for (int t = 0; t < n_taps; t++, weight += 8)
        {
          const __m256 w = _mm256_loadu_ps (weight);

          EACH_ROW
          {
            const float *at = from + r * in_pitch + t;
            __m256 value = _mm256_permutevar8x32_ps (_mm256_loadu_ps (at), index);

            /* The permutation looks at the low three bits, so one index serves both halves. */
            if (far)
              value = _mm256_blendv_ps (
                value, _mm256_permutevar8x32_ps (_mm256_loadu_ps (at + 8), index), upper);
            sum[r] = _mm256_fmadd_ps (value, w, sum[r]);
          }
        }
      EACH_ROW _mm256_storeu_ps (out + r * out_pitch + packed->out[g], sum[r]);
    }
}
#endif

static void
resample_plain (const BbTaps *taps, const float *in, float *out)
{
  for (int j = 0; j < taps->n_out; j++)
    {
      const float *from = in + taps->first[j];
      const float *weight = taps->weight + (gsize) j * (gsize) taps->n_taps;
      float sum = 0.0f;

      for (int t = 0; t < taps->n_taps; t++)
        sum += weight[t] * from[t];
      out[j] = sum;
    }
}

/**
 * bb_rows_resample:
 * @packed: taps
 * @in: %BB_ROWS_AT_ONCE rows
 * @in_pitch: samples from one to the next
 * @out: (out caller-allocates): as many rows of as many samples as the taps make
 * @out_pitch: samples from one to the next
 *
 * Runs a horizontal stage on some rows, which share the cost of finding the samples.
 */
void
bb_rows_resample (const BbPackedTaps *packed, const float *in, int in_pitch, float *out,
                  int out_pitch)
{
  switch (packed->lanes)
    {
#ifdef HAVE_X86
    case 16:
      resample_avx512 (packed, in, in_pitch, out, out_pitch);
      break;
    case 8:
      resample_avx2 (packed, in, in_pitch, out, out_pitch);
      break;
#endif
    default:
      for (int r = 0; r < BB_ROWS_AT_ONCE; r++)
        resample_plain (packed->taps, in + r * in_pitch, out + r * out_pitch);
      break;
    }
}

BB_CLONES static void
load_u8 (const guint8 *in, int n, float *out)
{
  for (int i = 0; i < n; i++)
    out[i] = (float) in[i];
}

BB_CLONES static void
load_u16 (const guint16 *in, int n, float *out)
{
  for (int i = 0; i < n; i++)
    out[i] = (float) in[i];
}

BB_CLONES static void
load_f16 (const BbHalf *in, int n, float *out)
{
  for (int i = 0; i < n; i++)
    out[i] = (float) in[i];
}

BB_CLONES static void
store_f16 (const float *in, int n, BbHalf *out)
{
  for (int i = 0; i < n; i++)
    out[i] = (BbHalf) in[i];
}

/* Square blocks turned by log2 n rounds of interleaving row i with row i + n/2. */
#define DEFINE_TURN(name, Code, Codes, n, rounds, low, high)                                       \
  typedef Code Codes __attribute__ ((vector_size (16), aligned (sizeof (Code)), may_alias));       \
  static void name (const Code *in, ptrdiff_t in_step, Code *out, ptrdiff_t out_step)              \
  {                                                                                                \
    Codes row[n], next[n];                                                                         \
                                                                                                   \
    for (int i = 0; i < n; i++)                                                                    \
      row[i] = *(const Codes *) (in + i * in_step);                                                \
    for (int round = 0; round < rounds; round++)                                                   \
      {                                                                                            \
        for (int i = 0; i < n / 2; i++)                                                            \
          {                                                                                        \
            next[2 * i] = __builtin_shufflevector (row[i], row[i + n / 2], low);                   \
            next[2 * i + 1] = __builtin_shufflevector (row[i], row[i + n / 2], high);              \
          }                                                                                        \
        memcpy (row, next, sizeof row);                                                            \
      }                                                                                            \
    for (int i = 0; i < n; i++)                                                                    \
      *(Codes *) (out + i * out_step) = row[i];                                                    \
  }

#define LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define JUST(...) __VA_ARGS__

DEFINE_TURN (turn_u8, guint8, TurnU8, 16, 4, JUST (LOW_16), JUST (HIGH_16))
DEFINE_TURN (turn_u16, guint16, TurnU16, 8, 3, JUST (LOW_8), JUST (HIGH_8))

/* Copies part of a plane, one sample after the other. */
static void
copy_part (const BbView *view, int left, int right, int top, int bottom, void *out, ptrdiff_t pitch)
{
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        ptrdiff_t at = x * view->x_step + y * view->y_step;

        if (view->type == BB_SAMPLE_U8)
          ((guint8 *) out)[y * pitch + x] = ((const guint8 *) view->data)[at];
        else
          ((guint16 *) out)[y * pitch + x] = ((const guint16 *) view->data)[at];
      }
}

/**
 * bb_rows_upright:
 * @view: a plane of codes
 * @width: columns
 * @height: rows
 * @out: (out caller-allocates): a plane whose rows lie as they are shown
 * @stride: bytes from one of its rows to the next
 *
 * Turns and mirrors a plane.
 */
void
bb_rows_upright (const BbView *view, int width, int height, void *out, ptrdiff_t stride)
{
  const gboolean bytes = view->type == BB_SAMPLE_U8;
  const int size = bytes ? 1 : 2;
  const int block = 16 / size;
  const ptrdiff_t pitch = stride / size;
  const gboolean transposed = view->y_step == 1 || view->y_step == -1;
  int whole_width = width / block * block;
  int whole_height = height / block * block;

  if (!transposed || view->x_step == 1)
    whole_width = whole_height = 0;
  for (int y = 0; y < whole_height; y += block)
    for (int x = 0; x < whole_width; x += block)
      {
        /* Read towards higher addresses; then rows come out in the order of the view or against it. */
        int first = view->y_step == 1 ? y : y + block - 1;
        ptrdiff_t from = x * view->x_step + first * view->y_step;
        ptrdiff_t to = first * pitch + x;

        if (bytes)
          turn_u8 ((const guint8 *) view->data + from, view->x_step, (guint8 *) out + to,
                   view->y_step * pitch);
        else
          turn_u16 ((const guint16 *) view->data + from, view->x_step, (guint16 *) out + to,
                    view->y_step * pitch);
      }
  copy_part (view, whole_width, width, 0, whole_height, out, pitch);
  copy_part (view, 0, width, whole_height, height, out, pitch);
}

/**
 * bb_rows_load:
 * @view: a plane whose rows lie as they are shown
 * @x: first column
 * @y: row
 * @n: samples
 * @out: (out caller-allocates): a row
 *
 * Reads part of a row of a plane.
 */
void
bb_rows_load (const BbView *view, int x, int y, int n, float *out)
{
  ptrdiff_t at = x * view->x_step + y * view->y_step;

  switch (view->type)
    {
    case BB_SAMPLE_U8:
      load_u8 ((const guint8 *) view->data + at, n, out);
      break;
    case BB_SAMPLE_U16:
      load_u16 ((const guint16 *) view->data + at, n, out);
      break;
    case BB_SAMPLE_F16:
      load_f16 ((const BbHalf *) view->data + at, n, out);
      break;
    case BB_SAMPLE_F32:
    default:
      memcpy (out, (const float *) view->data + at, (gsize) n * sizeof (float));
      break;
    }
}

/**
 * bb_rows_store:
 * @type: %BB_SAMPLE_F16 or %BB_SAMPLE_F32
 * @in: a row
 * @n: samples
 * @out: (out caller-allocates): as many samples of @type
 *
 * Keeps a row for a later stage.
 */
void
bb_rows_store (BbSampleType type, const float *in, int n, void *out)
{
  if (type == BB_SAMPLE_F16)
    store_f16 (in, n, out);
  else
    memcpy (out, in, (gsize) n * sizeof (float));
}

/**
 * bb_rows_sum:
 * @rows: `[n_rows]`, rows
 * @weight: `[n_rows]`, their weights
 * @n_rows: how many
 * @initial: what the sum starts from
 * @n: samples
 * @out: (out caller-allocates): a row
 *
 * Runs a vertical stage for one output row.
 */
BB_CLONES void
bb_rows_sum (const float *const *rows, const float *weight, int n_rows, float initial, int n,
             float *out)
{
  for (int x = 0; x < n; x += 2 * VECTOR)
    {
      Vector a = initial - (Vector) { 0 };
      Vector b = a;

      for (int t = 0; t < n_rows; t++)
        {
          a += weight[t] * *(const Vector *) (rows[t] + x);
          b += weight[t] * *(const Vector *) (rows[t] + x + VECTOR);
        }
      *(Vector *) (out + x) = a;
      *(Vector *) (out + x + VECTOR) = b;
    }
}

/* As bb_quantize(), for sums, which whole numbers can hold: clamped after it was rounded, since vectors
 * of whole numbers need no masks for that. */
INLINE int
quantize (float value, int maximum)
{
  int code = (int) (value + 0.5f);

  code = code < 0 ? 0 : code;
  return code > maximum ? maximum : code;
}

BB_CLONES static void
quantize_u8 (const float *restrict in, int maximum, int n, guint8 *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = (guint8) quantize (in[i], maximum);
}

BB_CLONES static void
quantize_u16 (const float *restrict in, int maximum, int n, guint16 *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = (guint16) quantize (in[i], maximum);
}

/**
 * bb_rows_quantize:
 * @in: a row
 * @maximum: greatest code
 * @deep: whether codes are 16-bit words
 * @n: samples
 * @out: (out caller-allocates): as many codes
 *
 * Clamps and rounds a finished row.
 */
void
bb_rows_quantize (const float *in, float maximum, gboolean deep, int n, void *out)
{
  if (deep)
    quantize_u16 (in, (int) maximum, n, out);
  else
    quantize_u8 (in, (int) maximum, n, out);
}

/**
 * bb_rows_shade:
 * @row: (inout): a row
 * @shade: what the shadow leaves of each sample
 * @black: code that it goes to
 * @n: samples
 */
BB_CLONES void
bb_rows_shade (float *restrict row, const float *restrict shade, float black, int n)
{
  for (int i = 0; i < n; i++)
    row[i] = black + (row[i] - black) * shade[i];
}

/**
 * bb_rows_mix:
 * @row: (inout): the background's row
 * @foreground: the foreground's row
 * @alpha: coverage of each sample
 * @maximum: greatest code
 * @n: samples
 */
BB_CLONES void
bb_rows_mix (float *restrict row, const float *restrict foreground, const float *restrict alpha,
             float maximum, int n)
{
  for (int i = 0; i < n; i++)
    {
      float below = bb_clamp (row[i], maximum);

      row[i] = below + (bb_clamp (foreground[i], maximum) - below) * alpha[i];
    }
}

BB_CLONES static void
overlay_u8 (const float *restrict ink, const float *restrict keep, float maximum, int n,
            guint8 *restrict codes)
{
  for (int i = 0; i < n; i++)
    codes[i] = (guint8) bb_overlay ((float) codes[i], keep[i], ink[i], maximum);
}

BB_CLONES static void
overlay_u16 (const float *restrict ink, const float *restrict keep, float maximum, int n,
             guint16 *restrict codes)
{
  for (int i = 0; i < n; i++)
    codes[i] = (guint16) bb_overlay ((float) codes[i], keep[i], ink[i], maximum);
}

/**
 * bb_rows_overlay:
 * @ink: what the logo adds to each sample
 * @keep: what it leaves of each
 * @maximum: greatest code
 * @deep: whether codes are 16-bit words
 * @n: samples
 * @codes: (inout): a finished row
 */
void
bb_rows_overlay (const float *ink, const float *keep, float maximum, gboolean deep, int n,
                 void *codes)
{
  if (deep)
    overlay_u16 (ink, keep, maximum, n, codes);
  else
    overlay_u8 (ink, keep, maximum, n, codes);
}

/**
 * bb_rows_fill:
 * @row: (out caller-allocates): a row
 * @value: value of each sample
 * @n: samples
 */
void
bb_rows_fill (float *row, float value, int n)
{
  for (int i = 0; i < n; i++)
    row[i] = value;
}
