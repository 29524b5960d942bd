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

/* Where a point of the turned and mirrored picture is in the upright one of @width by @height, in any
 * unit, counted from the corner. */
static void
unturn (const BbRecipeValues *values, double width, double height, double *x, double *y)
{
  double turned_x = *x;
  double turned_y = *y;
  gboolean lies = values->rotate == BB_ROTATE_90 || values->rotate == BB_ROTATE_270;

  if (values->mirror == BB_MIRROR_HORIZONTAL || values->mirror == BB_MIRROR_BOTH)
    turned_x = (lies ? height : width) - turned_x;
  if (values->mirror == BB_MIRROR_VERTICAL || values->mirror == BB_MIRROR_BOTH)
    turned_y = (lies ? width : height) - turned_y;
  *x = turned_x;
  *y = turned_y;
  switch (values->rotate)
    {
    case BB_ROTATE_90: /* what was the left side is the top */
      *x = turned_y;
      *y = height - turned_x;
      break;
    case BB_ROTATE_180:
      *x = width - turned_x;
      *y = height - turned_y;
      break;
    case BB_ROTATE_270: /* what was the right side is the top */
      *x = width - turned_y;
      *y = turned_x;
      break;
    case BB_ROTATE_0:
    default:
      break;
    }
}

static RefPlane
ref_turned (const RefPlane *upright, const BbRecipeValues *values)
{
  gboolean lies = values->rotate == BB_ROTATE_90 || values->rotate == BB_ROTATE_270;
  RefPlane out = lies ? ref_plane_new (upright->height, upright->width)
                      : ref_plane_new (upright->width, upright->height);

  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      {
        double from_x = x + 0.5;
        double from_y = y + 0.5;

        unturn (values, upright->width, upright->height, &from_x, &from_y);
        out.sample[y * out.width + x] =
          upright->sample[(int) floor (from_y) * upright->width + (int) floor (from_x)];
      }
  return out;
}

/* What a turned axis is along in the stored picture, and whether it runs the other way. */
static void
find_stored (const BbRecipeValues *values, BbOrientation orientation, int axis, int *stored,
             gboolean *flipped)
{
  double end[2][2] = { { 0, 0 }, { 0, 0 } };

  end[1][axis] = 1;
  for (int i = 0; i < 2; i++)
    {
      double u, v;

      unturn (values, 1, 1, &end[i][0], &end[i][1]);
      u = (orientation & BB_ORIENTATION_TRANSPOSE) != 0 ? end[i][1] : end[i][0];
      v = (orientation & BB_ORIENTATION_TRANSPOSE) != 0 ? end[i][0] : end[i][1];
      end[i][0] = (orientation & BB_ORIENTATION_FLIP_X) != 0 ? 1 - u : u;
      end[i][1] = (orientation & BB_ORIENTATION_FLIP_Y) != 0 ? 1 - v : v;
    }
  *stored = end[0][0] != end[1][0] ? 0 : 1;
  *flipped = end[1][*stored] < end[0][*stored];
}

/* What the crop leaves of a turned axis, in parts of it: both of its ends are looked for along it. */
static void
find_crop (const BbRecipeValues *values, int axis, double *first, double *last)
{
  const int n = 48000;

  *first = 1.0;
  *last = 0.0;
  for (int i = 0; i <= n; i++)
    {
      double at[2] = { 0.5, 0.5 };
      double along;
      gboolean is_x;

      at[axis] = (double) i / n;
      is_x = (values->rotate == BB_ROTATE_0 || values->rotate == BB_ROTATE_180) == (axis == 0);
      unturn (values, 1, 1, &at[0], &at[1]);
      along = is_x ? at[0] : at[1];
      if (along < (is_x ? values->crop_left : values->crop_top) - 1e-9 ||
          along > 1.0 - (is_x ? values->crop_right : values->crop_bottom) + 1e-9)
        continue;
      *first = fmin (*first, (double) i / n);
      *last = fmax (*last, (double) i / n);
    }
}

/* How far the centers are apart: a part of the larger one, but no farther than the picture that fills
 * covers the canvas, or the one that fits is just out of sight. */
static double
find_shift (double position, double zoom, double canvas, double size)
{
  double covers = fabs (size - canvas) / 2.0;
  double leaves = (size + canvas) / 2.0;
  double limit = zoom <= 0 ? leaves : zoom >= 1 ? covers : leaves + zoom * (covers - leaves);
  double shift = position * fmax (canvas, size);

  return fmin (fmax (shift, -limit), limit);
}

/* Chroma sample 0's centre in luma samples, for left (1) and centre (2) siting. */
static double
chroma_site (const BbFormat *format, gboolean vertical)
{
  int step = 1 << (vertical ? format->chroma_shift_y : format->chroma_shift_x);

  g_assert_true (format->chroma_location == 1 || format->chroma_location == 2);
  return vertical || format->chroma_location == 2 ? step / 2.0 : 0.5;
}

/* Ordinary frames only: even sizes, crops of whole chroma samples, no corners and no shadow. */
void
ref_render (const BbRecipeValues *values, const BbFrame *frame, BbOrientation orientation,
            double sample_aspect, const BbFormat *target, RefPlane out[BB_N_PLANES])
{
  const BbFormat *source = &frame->format;
  const double position[2] = { values->position_x, values->position_y };
  const double offset[2] = { values->offset_x, values->offset_y };
  int canvas[2] = { target->width, target->height };
  int out_chroma[2] = { 1 << target->chroma_shift_x, 1 << target->chroma_shift_y };
  int in_chroma[2], crop[2][2], size[2], start[2];
  gboolean flipped[2];
  int stored[2];
  double shown[2], fit, fill, scale, cover;
  double depth_scale = source->full_range
                         ? (pow (2, target->depth) - 1.0) / (pow (2, source->depth) - 1.0)
                         : pow (2, target->depth - source->depth);

  for (int i = 0; i < 2; i++)
    {
      double first, last;
      int luma;

      find_stored (values, orientation, i, &stored[i], &flipped[i]);
      luma = stored[i] == 0 ? source->width : source->height;
      in_chroma[i] = 1 << (stored[i] == 0 ? source->chroma_shift_x : source->chroma_shift_y);
      find_crop (values, i, &first, &last);
      crop[i][0] = (int) lrint (first * luma);
      crop[i][1] = (int) lrint (last * luma);
      shown[i] = crop[i][1] - crop[i][0];
    }
  shown[0] *= stored[0] == 0 ? sample_aspect : 1.0 / sample_aspect;
  fit = fmin (canvas[0] / shown[0], canvas[1] / shown[1]);
  fill = fmax (canvas[0] / shown[0], canvas[1] / shown[1]);
  scale = values->zoom < 0   ? fit * (1 + values->zoom)
          : values->zoom > 1 ? fill * values->zoom
                             : fit + values->zoom * (fill - fit);
  cover = fill * values->background_zoom;
  for (int i = 0; i < 2; i++)
    {
      size[i] = (int) floor (shown[i] * scale / out_chroma[i] + 0.5) * out_chroma[i];
      start[i] =
        (int) floor (((canvas[i] - size[i]) / 2.0 +
                      find_shift (position[i], values->zoom, canvas[i], size[i]) + offset[i]) /
                       out_chroma[i] +
                     0.5) *
        out_chroma[i];
    }

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      RefPlane upright = ref_upright (frame, orientation, p);
      RefPlane turned = ref_turned (&upright, values);
      RefPlane background, foreground;
      double sigma[2], origin[2], step[2], kernel_width[2];
      /* Luma samples a sample of the plane: of the source, turned, and of the canvas. */
      double in_step[2], out_step[2], in_site[2], out_site[2];
      /* luma of the source for each luma sample of the canvas */
      double fg[2], bg[2];
      int first[2], last[2], crop_first[2], crop_last[2];
      int n_out[2] = { bb_format_get_plane_width (target, p),
                       bb_format_get_plane_height (target, p) };
      double zero =
        (p == 0 ? (source->full_range ? 0.0 : 16.0) : 128.0) * pow (2, target->depth - 8);
      double gain = (1.0 - values->dim) * (p == 0 ? 1.0 : values->saturation);

      for (int i = 0; i < 2; i++)
        {
          int n = crop[i][1] - crop[i][0];
          double begin, at;
          int from, to;

          in_step[i] = p == 0 ? 1 : in_chroma[i];
          out_step[i] = p == 0 ? 1 : out_chroma[i];
          in_site[i] = p == 0 ? 0.5 : chroma_site (source, stored[i] == 1);
          out_site[i] = p == 0 ? 0.5 : chroma_site (target, i == 1);
          /* A mirrored axis counts its chroma sites from the other end. */
          if (flipped[i])
            in_site[i] = in_step[i] - in_site[i];
          fg[i] = (double) n / size[i];
          bg[i] = n / (shown[i] * cover);
          first[i] = (int) (crop[i][0] / in_step[i]);
          last[i] = (int) (crop[i][1] / in_step[i]);

          begin = crop[i][0] + (n - canvas[i] * bg[i]) / 2.0;
          at = out_site[i] * bg[i] + begin;
          from = (int) floor (begin + 1e-6) / in_chroma[i] * in_chroma[i];
          to = (int) ceil (begin + canvas[i] * bg[i] - 1e-6);
          sigma[i] = values->blur / 2.0 * bg[i] / in_step[i];
          origin[i] = (at - in_site[i]) / in_step[i];
          step[i] = bg[i] * out_step[i] / in_step[i];
          crop_first[i] = (int) (from / in_step[i]);
          crop_last[i] = (int) ceil (to / in_step[i]);
        }
      if (sigma[0] >= 1.0)
        background = ref_resample (&turned, ref_gaussian, 7.0, origin, step, sigma, crop_first,
                                   crop_last, n_out);
      else
        {
          /* So narrow a gaussian leaves gaps between samples: the cubic fills them. */
          double unit[2] = { 1.0, 1.0 };

          g_assert_cmpfloat (step[0], <=, 1.0);
          soft_sigma = sigma[0];
          background = ref_resample (&turned, soft_cubic, 2.0 + 7.0 * soft_sigma, origin, step,
                                     unit, crop_first, crop_last, n_out);
        }

      for (int i = 0; i < 2; i++)
        {
          double at = (out_site[i] - start[i]) * fg[i] + crop[i][0];

          origin[i] = (at - in_site[i]) / in_step[i];
          step[i] = fg[i] * out_step[i] / in_step[i];
          kernel_width[i] = fmax (1.0, step[i]);
        }
      foreground = ref_resample (&turned, ref_catmull_rom, 2.0, origin, step, kernel_width, first,
                                 last, n_out);

      out[p] = ref_plane_new (n_out[0], n_out[1]);
      for (int y = 0; y < n_out[1]; y++)
        for (int x = 0; x < n_out[0]; x++)
          {
            double lx = x * out_step[0], ly = y * out_step[1];
            gboolean inside = lx >= start[0] && lx < start[0] + size[0] && ly >= start[1] &&
                              ly < start[1] + size[1];
            int at = y * n_out[0] + x;

            out[p].sample[at] = inside ? foreground.sample[at] * depth_scale
                                       : zero + (background.sample[at] * depth_scale - zero) * gain;
            out[p].sample[at] = CLAMP (out[p].sample[at], 0.0, pow (2, target->depth) - 1.0);
          }
      ref_plane_clear (&background);
      ref_plane_clear (&foreground);
      ref_plane_clear (&turned);
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
