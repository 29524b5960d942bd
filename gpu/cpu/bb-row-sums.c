/* bb-row-sums.c: sums of rows of codes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A vertical stage on codes as they are stored. With intrinsics: no compiler vectorizes it well.
 */

#include "bb-row-sums.h"

#include "bb-clones.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/**
 * bb_row_weights_init:
 * @weights: (out caller-allocates): to be freed by bb_row_weights_clear()
 * @taps: a table, which must stay
 *
 * Turns the weights of a vertical stage into whole numbers of 16 bits, which processors multiply
 * and add in pairs. They are off by less than 1/60000 of the largest one, and the weights of an
 * output row still add up to what they did, so that even areas stay what they are.
 */
void
bb_row_weights_init (BbRowWeights *weights, const BbTaps *taps)
{
  int n_taps = taps->n_taps;
  int n_pairs = (n_taps + 1) / 2;

  *weights = (BbRowWeights) { .taps = taps, .n_pairs = n_pairs };
  if (n_taps == 0)
    return;
  weights->pair = g_new0 (gint16, (gsize) taps->n_out * (gsize) n_pairs * 2);
  weights->unit = g_new (float, taps->n_out);
  for (int j = 0; j < taps->n_out; j++)
    {
      const float *weight = taps->weight + (gsize) j * (gsize) n_taps;
      gint16 *pair = weights->pair + (gsize) j * (gsize) n_pairs * 2;
      double most = 0.0, all = 0.0, sum = 0.0, scale;
      int whole = 0, largest = 0;

      for (int t = 0; t < n_taps; t++)
        {
          if (fabs ((double) weight[t]) > most)
            largest = t;
          most = MAX (most, fabs ((double) weight[t]));
          all += fabs ((double) weight[t]);
          sum += (double) weight[t];
        }
      /* Some room for the largest to take the rest, and for sums of codes in 32 bits. */
      scale = most > 0.0 ? MIN (32000.0 / most, (double) G_MAXINT32 / (1024.0 * all)) : 1.0;
      for (int t = 0; t < n_taps; t++)
        {
          pair[t] = (gint16) lrint ((double) weight[t] * scale);
          whole += pair[t];
        }
      pair[largest] = (gint16) (pair[largest] + (lrint (sum * scale) - whole));
      weights->unit[j] =
        (float) (lrint (sum * scale) != 0 ? sum / (double) lrint (sum * scale) : 1.0 / scale);
    }
}

/**
 * bb_row_weights_clear:
 * @weights: weights
 */
void
bb_row_weights_clear (BbRowWeights *weights)
{
  g_free (weights->pair);
  g_free (weights->unit);
  *weights = (BbRowWeights) { 0 };
}

/* Sums rows of codes as they are stored: cheaper than turning each row into FP32 first, since rows
 * of codes are small and two of them are multiplied and added at once. One more that compilers do
 * not vectorise well. */
#ifdef HAVE_X86
/* Codes of two rows side by side, as words; the order of columns is mended after the sum. */
#define PAIRS_U8_512(a, b, low, high)                                                              \
  {                                                                                                \
    const __m256i upper = _mm256_loadu_si256 ((const void *) (a));                                 \
    const __m256i lower = _mm256_loadu_si256 ((const void *) (b));                                 \
                                                                                                   \
    low = _mm512_cvtepu8_epi16 (_mm256_unpacklo_epi8 (upper, lower));                              \
    high = _mm512_cvtepu8_epi16 (_mm256_unpackhi_epi8 (upper, lower));                             \
  }
#define ORDER_U8_512(low, high)                                                                    \
  {                                                                                                \
    const __m512i first = _mm512_shuffle_i64x2 (low, high, 0x44);                                  \
                                                                                                   \
    high = _mm512_shuffle_i64x2 (low, high, 0xee);                                                 \
    low = first;                                                                                   \
  }
#define PAIRS_U16_512(a, b, low, high)                                                             \
  {                                                                                                \
    const __m512i upper = _mm512_loadu_si512 ((const void *) (a));                                 \
    const __m512i lower = _mm512_loadu_si512 ((const void *) (b));                                 \
                                                                                                   \
    low = _mm512_unpacklo_epi16 (upper, lower);                                                    \
    high = _mm512_unpackhi_epi16 (upper, lower);                                                   \
  }
#define ORDER_U16_512(low, high)                                                                   \
  {                                                                                                \
    const __m512i near = _mm512_setr_epi64 (0, 1, 8, 9, 2, 3, 10, 11);                             \
    const __m512i far = _mm512_setr_epi64 (4, 5, 12, 13, 6, 7, 14, 15);                            \
    const __m512i first = _mm512_permutex2var_epi64 (low, near, high);                             \
                                                                                                   \
    high = _mm512_permutex2var_epi64 (low, far, high);                                             \
    low = first;                                                                                   \
  }
#define PAIRS_U8_256(a, b, low, high)                                                              \
  {                                                                                                \
    const __m128i upper = _mm_loadu_si128 ((const void *) (a));                                    \
    const __m128i lower = _mm_loadu_si128 ((const void *) (b));                                    \
                                                                                                   \
    low = _mm256_cvtepu8_epi16 (_mm_unpacklo_epi8 (upper, lower));                                 \
    high = _mm256_cvtepu8_epi16 (_mm_unpackhi_epi8 (upper, lower));                                \
  }
#define ORDER_U8_256(low, high)
#define PAIRS_U16_256(a, b, low, high)                                                             \
  {                                                                                                \
    const __m256i upper = _mm256_loadu_si256 ((const void *) (a));                                 \
    const __m256i lower = _mm256_loadu_si256 ((const void *) (b));                                 \
                                                                                                   \
    low = _mm256_unpacklo_epi16 (upper, lower);                                                    \
    high = _mm256_unpackhi_epi16 (upper, lower);                                                   \
  }
#define ORDER_U16_256(low, high)                                                                   \
  {                                                                                                \
    const __m256i first = _mm256_permute2x128_si256 (low, high, 0x20);                             \
                                                                                                   \
    high = _mm256_permute2x128_si256 (low, high, 0x31);                                            \
    low = first;                                                                                   \
  }

#define DEFINE_SUM_X86(name, Code, ISA, width, Int, PAIRS, ORDER)                                  \
  ISA static int name (const Code *const *rows, const gint16 *pair, int n_pairs, float unit,       \
                       float initial, int n, float *out)                                           \
  {                                                                                                \
    const int lanes = width / 32;                                                                  \
    int x = 0;                                                                                     \
                                                                                                   \
    for (; x + 2 * lanes <= n; x += 2 * lanes)                                                     \
      {                                                                                            \
        Int a = _mm##width##_set1_epi32 (0);                                                       \
        Int b = a;                                                                                 \
                                                                                                   \
        for (int t = 0; t < n_pairs; t++)                                                          \
          {                                                                                        \
            gint32 both;                                                                           \
            Int low, high, w;                                                                      \
                                                                                                   \
            memcpy (&both, pair + 2 * t, sizeof both);                                             \
            w = _mm##width##_set1_epi32 (both);                                                    \
            PAIRS (rows[2 * t] + x, rows[2 * t + 1] + x, low, high);                               \
            a = _mm##width##_add_epi32 (a, _mm##width##_madd_epi16 (low, w));                      \
            b = _mm##width##_add_epi32 (b, _mm##width##_madd_epi16 (high, w));                     \
          }                                                                                        \
        ORDER (a, b);                                                                              \
        _mm##width##_storeu_ps (out + x, _mm##width##_fmadd_ps (_mm##width##_cvtepi32_ps (a),      \
                                                                _mm##width##_set1_ps (unit),       \
                                                                _mm##width##_set1_ps (initial)));  \
        _mm##width##_storeu_ps (out + x + lanes,                                                   \
                                _mm##width##_fmadd_ps (_mm##width##_cvtepi32_ps (b),               \
                                                       _mm##width##_set1_ps (unit),                \
                                                       _mm##width##_set1_ps (initial)));           \
      }                                                                                            \
    return x;                                                                                      \
  }

DEFINE_SUM_X86 (sum_u8_avx512, guint8, AVX512, 512, __m512i, PAIRS_U8_512, ORDER_U8_512)
DEFINE_SUM_X86 (sum_u16_avx512, guint16, AVX512, 512, __m512i, PAIRS_U16_512, ORDER_U16_512)
DEFINE_SUM_X86 (sum_u8_avx2, guint8, AVX2, 256, __m256i, PAIRS_U8_256, ORDER_U8_256)
DEFINE_SUM_X86 (sum_u16_avx2, guint16, AVX2, 256, __m256i, PAIRS_U16_256, ORDER_U16_256)
#endif

/* Returns how many samples were made; the rest is left to plain code. */
static int
sum_vectors (BbSampleType type, gconstpointer const *rows, const BbRowWeights *weights, int j,
             float initial, int n, float *out)
{
#ifdef HAVE_X86
  const guint8 *const *rows8 = (const guint8 *const *) rows;
  const guint16 *const *rows16 = (const guint16 *const *) rows;
  const int n_pairs = weights->n_pairs;
  const gint16 *pair = weights->pair + (gsize) j * (gsize) n_pairs * 2;
  const float unit = weights->unit[j];

  switch (bb_rows_get_lanes ())
    {
    case 16:
      return type == BB_SAMPLE_U8 ? sum_u8_avx512 (rows8, pair, n_pairs, unit, initial, n, out)
                                  : sum_u16_avx512 (rows16, pair, n_pairs, unit, initial, n, out);
    case 8:
      return type == BB_SAMPLE_U8 ? sum_u8_avx2 (rows8, pair, n_pairs, unit, initial, n, out)
                                  : sum_u16_avx2 (rows16, pair, n_pairs, unit, initial, n, out);
    default:
      break;
    }
#endif
  return 0;
}

/**
 * bb_rows_sum_codes:
 * @type: %BB_SAMPLE_U8 or %BB_SAMPLE_U16, of at most 10 bits
 * @rows: `[2 * n_pairs]`, rows of codes; the last one is any row where the taps are odd
 * @weights: the stage's weights
 * @j: output row
 * @initial: what the sum starts from
 * @n: samples; not one code more is read
 * @out: (out caller-allocates): a row
 *
 * Runs a vertical stage for one output row on rows of codes.
 */
void
bb_rows_sum_codes (BbSampleType type, gconstpointer const *rows, const BbRowWeights *weights, int j,
                   float initial, int n, float *out)
{
  const int n_taps = weights->taps->n_taps;
  const float *weight = weights->taps->weight + (gsize) j * (gsize) n_taps;
  int x = sum_vectors (type, rows, weights, j, initial, n, out);

  for (; x < n; x++)
    {
      float sum = initial;

      for (int t = 0; t < n_taps; t++)
        sum += weight[t] * (type == BB_SAMPLE_U8 ? (float) ((const guint8 *) rows[t])[x]
                                                 : (float) ((const guint16 *) rows[t])[x]);
      out[x] = sum;
    }
}
