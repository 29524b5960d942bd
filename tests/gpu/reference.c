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
static double soft_sigma[2];
static int soft_axis;

static double
soft_cubic (double x)
{
  const int n = 400;
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    {
      double t = -2.0 + 4.0 * (i + 0.5) / n;

      sum += ref_catmull_rom (t) * ref_gaussian ((x - t) / soft_sigma[soft_axis]);
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
  g_autofree double *mx = NULL;
  g_autofree double *my = NULL;
  RefPlane half = ref_plane_new (n_out[0], in->height);
  RefPlane out = ref_plane_new (n_out[0], n_out[1]);

  soft_axis = 0;
  mx =
    matrix (in->width, kernel, support, origin[0], step[0], width[0], first[0], last[0], n_out[0]);
  soft_axis = 1;
  my =
    matrix (in->height, kernel, support, origin[1], step[1], width[1], first[1], last[1], n_out[1]);
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
double
ref_chroma_site (const BbFormat *format, gboolean vertical)
{
  int step = 1 << (vertical ? format->chroma_shift_y : format->chroma_shift_x);

  g_assert_true (format->chroma_location == 1 || format->chroma_location == 2);
  return vertical || format->chroma_location == 2 ? step / 2.0 : 0.5;
}

/* How a plane lies in its picture, and the picture behind the canvas; index 0 of each array is along x. */
typedef struct {
  double in_step[2]; /* luma samples a sample of the plane */
  double in_site[2]; /* of its first one */
  int chroma[2];     /* luma samples a chroma sample */
  int luma[2];
  double scale[2]; /* luma of the source for each luma sample of the canvas */
  double start[2]; /* luma of the source at the canvas' edge */
  int first[2];    /* samples of the plane that those are between */
  int last[2];
} Behind;

/* The gaussian of what is behind the canvas, in the source's codes. */
static RefPlane
blur_behind (const RefPlane *in, const Behind *b, double radius, const BbFormat *target, int p)
{
  int canvas[2] = { target->width, target->height };
  double out_step[2] = { p == 0 ? 1 : 1 << target->chroma_shift_x,
                         p == 0 ? 1 : 1 << target->chroma_shift_y };
  double out_site[2] = { p == 0 ? 0.5 : ref_chroma_site (target, FALSE),
                         p == 0 ? 0.5 : ref_chroma_site (target, TRUE) };
  int n_out[2] = { bb_format_get_plane_width (target, p), bb_format_get_plane_height (target, p) };
  int first[2], last[2];
  double sigma[2], origin[2], step[2], unit[2];

  for (int i = 0; i < 2; i++)
    {
      double at = out_site[i] * b->scale[i] + b->start[i];
      int from = (int) floor (b->start[i] + 1e-6) / b->chroma[i] * b->chroma[i];
      int to = (int) ceil (b->start[i] + canvas[i] * b->scale[i] - 1e-6);

      sigma[i] = radius / 2.0 * b->scale[i] / b->in_step[i];
      origin[i] = (at - b->in_site[i]) / b->in_step[i];
      step[i] = b->scale[i] * out_step[i] / b->in_step[i];
      unit[i] = fmax (1.0, step[i]);
      first[i] = (int) (from / b->in_step[i]);
      last[i] = (int) ceil (to / b->in_step[i]);
    }
  if (sigma[0] >= unit[0])
    return ref_resample (in, ref_gaussian, 7.0, origin, step, sigma, first, last, n_out);
  /* So narrow a gaussian leaves gaps between samples: the cubic fills them. */
  for (int i = 0; i < 2; i++)
    soft_sigma[i] = sigma[i] / unit[i];
  return ref_resample (in, radius > 0.0 ? soft_cubic : ref_catmull_rom,
                       2.0 + 7.0 * fmax (soft_sigma[0], soft_sigma[1]), origin, step, unit, first,
                       last, n_out);
}

static double
get_zero (const BbFormat *format, int plane)
{
  return (plane == 0 ? (format->full_range ? 0.0 : 16.0) : 128.0) * pow (2, format->depth - 8);
}

/* Dims what is behind. */
static void
dim_behind (RefPlane *plane, const BbRecipeValues *values, const BbFormat *target, int p)
{
  double gain = (1.0 - values->dim) * (p == 0 ? 1.0 : values->saturation);
  double zero = get_zero (target, p);

  for (int i = 0; i < plane->width * plane->height; i++)
    plane->sample[i] = zero + (plane->sample[i] - zero) * gain;
}

/* A plane of a picture without subsampled chroma, in the canvas' codes, that covers the canvas. */
RefPlane
ref_cover (const RefPlane *in, const BbRecipeValues *values, const BbFormat *target, int plane)
{
  double cover = fmax ((double) target->width / in->width, (double) target->height / in->height) *
                 values->background_zoom;
  Behind behind = {
    .in_step = { 1, 1 },
    .in_site = { 0.5, 0.5 },
    .chroma = { 1, 1 },
    .luma = { in->width, in->height },
    .scale = { 1 / cover, 1 / cover },
    .start = { (in->width - target->width / cover) / 2.0,
               (in->height - target->height / cover) / 2.0 },
  };
  RefPlane out = blur_behind (in, &behind, values->blur, target, plane);

  dim_behind (&out, values, target, plane);
  return out;
}

/* What the canvas shows of the foreground, mirrored at its edges again and again, and blurred. */
static RefPlane
mirror (const RefPlane *canvas, const double start[2], const int size[2], const double sigma[2],
        const int n_out[2])
{
  const double origin[2] = { 0, 0 }, step[2] = { 1, 1 };
  int first[2], last[2];

  for (int i = 0; i < 2; i++)
    {
      first[i] = MAX ((int) start[i], 0);
      last[i] = MIN ((int) start[i] + size[i], n_out[i]);
      soft_sigma[i] = sigma[i];
    }
  if (sigma[0] >= 1.0)
    return ref_resample (canvas, ref_gaussian, 7.0, origin, step, sigma, first, last, n_out);
  return ref_resample (canvas, sigma[0] > 0.0 ? soft_cubic : ref_catmull_rom, 2.0 + 7.0 * sigma[0],
                       origin, step, step, first, last, n_out);
}

/* Ordinary frames only: even sizes, crops of whole chroma samples, no corners and no shadow. */
void
ref_render (const BbRecipeValues *values, const BbFrame *frame, BbOrientation orientation,
            double sample_aspect, const BbFormat *target, RefPlane out[BB_N_PLANES])
{
  ref_render_on (values, frame, orientation, sample_aspect, target, NULL, out);
}

/* On @still where that is given. */
void
ref_render_on (const BbRecipeValues *values, const BbFrame *frame, BbOrientation orientation,
               double sample_aspect, const BbFormat *target, const RefPlane still[BB_N_PLANES],
               RefPlane out[BB_N_PLANES])
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
  gboolean mirrored = values->background == BB_BACKGROUND_MIRROR;

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
      RefPlane background = { 0 }, foreground;
      double origin[2], step[2], kernel_width[2];
      double out_step[2], out_site[2];
      double fg[2]; /* luma of the source for each luma sample of the canvas */
      int n_out[2] = { bb_format_get_plane_width (target, p),
                       bb_format_get_plane_height (target, p) };
      Behind behind = { 0 };

      for (int i = 0; i < 2; i++)
        {
          int n = crop[i][1] - crop[i][0];
          double bg = n / (shown[i] * cover);

          fg[i] = (double) n / size[i];
          out_step[i] = p == 0 ? 1 : out_chroma[i];
          out_site[i] = p == 0 ? 0.5 : ref_chroma_site (target, i == 1);
          behind.in_step[i] = p == 0 ? 1 : in_chroma[i];
          behind.in_site[i] = p == 0 ? 0.5 : ref_chroma_site (source, stored[i] == 1);
          /* A mirrored axis counts its chroma sites from the other end. */
          if (flipped[i])
            behind.in_site[i] = behind.in_step[i] - behind.in_site[i];
          behind.chroma[i] = in_chroma[i];
          behind.first[i] = (int) (crop[i][0] / behind.in_step[i]);
          behind.last[i] = (int) (crop[i][1] / behind.in_step[i]);
          behind.scale[i] = bg;
          behind.start[i] = crop[i][0] + (n - canvas[i] * bg) / 2.0;
        }
      if (still == NULL && !mirrored)
        {
          background = blur_behind (&turned, &behind, values->blur, target, p);
          for (int i = 0; i < background.width * background.height; i++)
            background.sample[i] *= depth_scale;
          dim_behind (&background, values, target, p);
        }

      for (int i = 0; i < 2; i++)
        {
          double at = (out_site[i] - start[i]) * fg[i] + crop[i][0];

          origin[i] = (at - behind.in_site[i]) / behind.in_step[i];
          step[i] = fg[i] * out_step[i] / behind.in_step[i];
          kernel_width[i] = fmax (1.0, step[i]);
        }
      foreground = ref_resample (&turned, ref_catmull_rom, 2.0, origin, step, kernel_width,
                                 behind.first, behind.last, n_out);
      if (mirrored)
        {
          const double gaps[2] = { start[0] / out_step[0], start[1] / out_step[1] };
          const int sizes[2] = { (int) (size[0] / out_step[0]), (int) (size[1] / out_step[1]) };
          const double sigmas[2] = { values->blur / 2.0 / out_step[0],
                                     values->blur / 2.0 / out_step[1] };

          for (int i = 0; i < n_out[0] * n_out[1]; i++)
            foreground.sample[i] =
              CLAMP (foreground.sample[i], 0.0, (pow (2, target->depth) - 1.0) / depth_scale);
          background = mirror (&foreground, gaps, sizes, sigmas, n_out);
          for (int i = 0; i < background.width * background.height; i++)
            background.sample[i] *= depth_scale;
          dim_behind (&background, values, target, p);
        }

      out[p] = ref_plane_new (n_out[0], n_out[1]);
      for (int y = 0; y < n_out[1]; y++)
        for (int x = 0; x < n_out[0]; x++)
          {
            double lx = x * out_step[0], ly = y * out_step[1];
            gboolean inside = lx >= start[0] && lx < start[0] + size[0] && ly >= start[1] &&
                              ly < start[1] + size[1];
            int at = y * n_out[0] + x;
            double below = still != NULL ? still[p].sample[at] : background.sample[at];

            out[p].sample[at] = inside ? foreground.sample[at] * depth_scale : below;
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
