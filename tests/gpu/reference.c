/* reference.c: the picture arithmetic once more, slow, in double precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "reference.h"

#include <math.h>

RefPlane
ref_plane_new (int width, int height)
{
  return (RefPlane) { width, height, g_new0 (double, (gsize) width *(gsize) height) };
}

void
ref_plane_clear (RefPlane *plane)
{
  g_clear_pointer (&plane->sample, g_free);
}

double
ref_gaussian (double x)
{
  return exp (-x * x / 2.0);
}

double
ref_catmull_rom (double x)
{
  x = fabs (x);
  if (x >= 2.0)
    return 0.0;
  if (x >= 1.0)
    return -0.5 * x * x * x + 2.5 * x * x - 4.0 * x + 2.0;
  return 1.5 * x * x * x - 2.5 * x * x + 1.0;
}

/* A cubic that is blurred by a gaussian: a plain sum over the cubic. */
static double soft_sigma;

static double
soft_cubic (double x)
{
  const int n = 400;
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    {
      double t = -2.0 + 4.0 * (i + 0.5) / n;

      sum += ref_catmull_rom (t) * ref_gaussian ((x - t) / soft_sigma);
    }
  return sum;
}

/* Row-major matrix [n_out][n_in] of a resampling along one axis; the border sample repeats,
 * mirrored at the edges. */
static double *
matrix (int n_in, double (*kernel) (double), double support, double origin, double step,
        double width, int first, int last, int n_out)
{
  double *m = g_new0 (double, (gsize) n_out *(gsize) n_in);

  for (int j = 0; j < n_out; j++)
    {
      double centre = origin + j * step;
      double total = 0.0;

      for (int i = (int) floor (centre - support * width);
           i <= (int) ceil (centre + support * width); i++)
        {
          double w = kernel ((i - centre) / width);
          int k = i;

          while (k < first || k >= last)
            k = k < first ? 2 * first - 1 - k : 2 * last - 1 - k;
          m[(gsize) j * (gsize) n_in + (gsize) k] += w;
          total += w;
        }
      for (int i = 0; i < n_in; i++)
        m[(gsize) j * (gsize) n_in + (gsize) i] /= total;
    }
  return m;
}

/* Index 0 of each array is along x, 1 along y. */
RefPlane
ref_resample (const RefPlane *in, double (*kernel) (double), double support, const double origin[2],
              const double step[2], const double width[2], const int first[2], const int last[2],
              const int n_out[2])
{
  g_autofree double *mx =
    matrix (in->width, kernel, support, origin[0], step[0], width[0], first[0], last[0], n_out[0]);
  g_autofree double *my =
    matrix (in->height, kernel, support, origin[1], step[1], width[1], first[1], last[1], n_out[1]);
  RefPlane half = ref_plane_new (n_out[0], in->height);
  RefPlane out = ref_plane_new (n_out[0], n_out[1]);

  for (int j = 0; j < n_out[0]; j++)
    {
      const double *row = mx + (gsize) j * (gsize) in->width;
      int from = 0, to = in->width;

      while (from < to && row[from] == 0.0)
        from++;
      while (to > from && row[to - 1] == 0.0)
        to--;
      for (int y = first[1]; y < last[1]; y++)
        {
          double sum = 0.0;

          for (int i = from; i < to; i++)
            sum += row[i] * in->sample[y * in->width + i];
          half.sample[y * half.width + j] = sum;
        }
    }
  for (int j = 0; j < n_out[1]; j++)
    for (int i = 0; i < in->height; i++)
      {
        double w = my[(gsize) j * (gsize) in->height + (gsize) i];

        if (w != 0.0)
          for (int x = 0; x < out.width; x++)
            out.sample[j * out.width + x] += w * half.sample[i * half.width + x];
      }
  ref_plane_clear (&half);
  return out;
}

int
ref_get_code (const BbFrame *frame, int plane, int x, int y)
{
  const guint8 *row = frame->data[plane] + (gssize) y * frame->stride[plane];

  return frame->format.depth > 8 ? ((const guint16 *) (gconstpointer) row)[x] : row[x];
}

void
ref_set_code (BbFrame *frame, int plane, int x, int y, int code)
{
  guint8 *row = frame->data[plane] + (gssize) y * frame->stride[plane];

  if (frame->format.depth > 8)
    ((guint16 *) (gpointer) row)[x] = (guint16) code;
  else
    row[x] = (guint8) code;
}

/* The plane as people see it, after the words of BbOrientation. */
RefPlane
ref_upright (const BbFrame *frame, BbOrientation orientation, int plane)
{
  int width = bb_format_get_plane_width (&frame->format, plane);
  int height = bb_format_get_plane_height (&frame->format, plane);
  gboolean transposed = (orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  RefPlane out = transposed ? ref_plane_new (height, width) : ref_plane_new (width, height);

  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      {
        int u = transposed ? y : x;
        int v = transposed ? x : y;

        if ((orientation & BB_ORIENTATION_FLIP_X) != 0)
          u = width - 1 - u;
        if ((orientation & BB_ORIENTATION_FLIP_Y) != 0)
          v = height - 1 - v;
        out.sample[y * out.width + x] = ref_get_code (frame, plane, u, v);
      }
  return out;
}

/* Chroma sample 0's centre in luma samples, for left (1) and centre (2) siting. */
static double
chroma_site (const BbFormat *format, gboolean vertical)
{
  int step = 1 << (vertical ? format->chroma_shift_y : format->chroma_shift_x);

  g_assert_true (format->chroma_location == 1 || format->chroma_location == 2);
  return vertical || format->chroma_location == 2 ? step / 2.0 : 0.5;
}

/* Ordinary frames only: even sizes, no corners and no shadow. */
void
ref_render (const BbRecipeValues *values, const BbFrame *frame, BbOrientation orientation,
            double sample_aspect, const BbFormat *target, RefPlane out[BB_N_PLANES])
{
  const BbFormat *source = &frame->format;
  gboolean transposed = (orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  double shown_width = transposed ? source->height / sample_aspect : source->width * sample_aspect;
  double shown_height = transposed ? source->width : source->height;
  double luma_width = transposed ? source->height : source->width;
  double fit = fmin (target->width / shown_width, target->height / shown_height);
  double fill = fmax (target->width / shown_width, target->height / shown_height);
  double scale = fit + values->zoom * (fill - fit);
  int step_x = 1 << target->chroma_shift_x;
  int step_y = 1 << target->chroma_shift_y;
  int width = (int) floor (shown_width * scale / step_x + 0.5) * step_x;
  int height = (int) floor (shown_height * scale / step_y + 0.5) * step_y;
  int left =
    (int) floor (((target->width - width) / 2.0 + values->offset_x) / step_x + 0.5) * step_x;
  int top =
    (int) floor (((target->height - height) / 2.0 + values->offset_y) / step_y + 0.5) * step_y;
  double cover = fill * values->background_zoom;
  double depth_scale = source->full_range
                         ? (pow (2, target->depth) - 1.0) / (pow (2, source->depth) - 1.0)
                         : pow (2, target->depth - source->depth);

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      RefPlane upright = ref_upright (frame, orientation, p);
      RefPlane background, foreground;
      /* Luma samples a sample of the plane: of the source, upright, and of the canvas. */
      double in_step[2] = {
        p == 0 ? 1 : 1 << (transposed ? source->chroma_shift_y : source->chroma_shift_x),
        p == 0 ? 1 : 1 << (transposed ? source->chroma_shift_x : source->chroma_shift_y)
      };
      double out_step[2] = { p == 0 ? 1 : step_x, p == 0 ? 1 : step_y };
      double in_site[2] = { p == 0 ? 0.5 : chroma_site (source, transposed),
                            p == 0 ? 0.5 : chroma_site (source, !transposed) };
      double out_site[2] = { p == 0 ? 0.5 : chroma_site (target, FALSE),
                             p == 0 ? 0.5 : chroma_site (target, TRUE) };
      /* luma of the source for each luma sample of the canvas */
      double fg[2] = { luma_width / width, shown_height / height };
      double bg[2] = { luma_width / (shown_width * cover), 1.0 / cover };
      double sigma[2], origin[2], step[2], kernel_width[2];
      int canvas[2] = { target->width, target->height };
      int luma[2] = { (int) luma_width, (int) shown_height };
      int first[2] = { 0, 0 }, last[2] = { upright.width, upright.height };
      int crop_first[2], crop_last[2];
      int n_out[2] = { bb_format_get_plane_width (target, p),
                       bb_format_get_plane_height (target, p) };
      double zero =
        (p == 0 ? (source->full_range ? 0.0 : 16.0) : 128.0) * pow (2, target->depth - 8);
      double gain = (1.0 - values->dim) * (p == 0 ? 1.0 : values->saturation);

      /* A mirrored axis counts its chroma sites from the other end. */
      for (int i = 0; i < 2; i++)
        {
          int stored = transposed ? !i : i;
          gboolean flipped =
            (orientation & (stored == 0 ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y)) != 0;

          if (flipped)
            in_site[i] = in_step[i] - in_site[i];
        }

      for (int i = 0; i < 2; i++)
        {
          double start = (luma[i] - canvas[i] * bg[i]) / 2.0;
          double at = out_site[i] * bg[i] + start;
          int chroma = (int) (transposed == (i == 0) ? 1 << source->chroma_shift_y
                                                     : 1 << source->chroma_shift_x);
          int from = (int) floor (start + 1e-6) / chroma * chroma;
          int to = (int) ceil (start + canvas[i] * bg[i] - 1e-6);

          sigma[i] = values->blur / 2.0 * bg[i] / in_step[i];
          origin[i] = (at - in_site[i]) / in_step[i];
          step[i] = bg[i] * out_step[i] / in_step[i];
          crop_first[i] = (int) (from / in_step[i]);
          crop_last[i] = (int) ceil (to / in_step[i]);
        }
      if (sigma[0] >= 1.0)
        background = ref_resample (&upright, ref_gaussian, 7.0, origin, step, sigma, crop_first,
                                   crop_last, n_out);
      else
        {
          /* So narrow a gaussian leaves gaps between samples: the cubic fills them. */
          double unit[2] = { 1.0, 1.0 };

          g_assert_cmpfloat (step[0], <=, 1.0);
          soft_sigma = sigma[0];
          background = ref_resample (&upright, soft_cubic, 2.0 + 7.0 * soft_sigma, origin, step,
                                     unit, crop_first, crop_last, n_out);
        }

      for (int i = 0; i < 2; i++)
        {
          double at = (out_site[i] - (i == 0 ? left : top)) * fg[i];

          origin[i] = (at - in_site[i]) / in_step[i];
          step[i] = fg[i] * out_step[i] / in_step[i];
          kernel_width[i] = fmax (1.0, step[i]);
        }
      foreground = ref_resample (&upright, ref_catmull_rom, 2.0, origin, step, kernel_width, first,
                                 last, n_out);

      out[p] = ref_plane_new (n_out[0], n_out[1]);
      for (int y = 0; y < n_out[1]; y++)
        for (int x = 0; x < n_out[0]; x++)
          {
            double lx = x * out_step[0], ly = y * out_step[1];
            gboolean inside = lx >= left && lx < left + width && ly >= top && ly < top + height;
            int at = y * n_out[0] + x;

            out[p].sample[at] = inside ? foreground.sample[at] * depth_scale
                                       : zero + (background.sample[at] * depth_scale - zero) * gain;
            out[p].sample[at] = CLAMP (out[p].sample[at], 0.0, pow (2, target->depth) - 1.0);
          }
      ref_plane_clear (&background);
      ref_plane_clear (&foreground);
      ref_plane_clear (&upright);
    }
}

double
ref_largest_difference (const RefPlane planes[BB_N_PLANES], const BbFrame *frame)
{
  double largest = 0.0;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < planes[p].height; y++)
      for (int x = 0; x < planes[p].width; x++)
        largest = fmax (largest, fabs (planes[p].sample[y * planes[p].width + x] -
                                       ref_get_code (frame, p, x, y)));
  return largest;
}
