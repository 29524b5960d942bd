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
  gboolean whole;  /* not cropped to the canvas, but mirrored at the picture's edges */
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
  int first[2] = { 0, 0 }, last[2] = { in->width, in->height };
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
      if (b->whole)
        continue;
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

/* Ordinary frames only: even sizes, no corners and no shadow. */
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
  gboolean mirrored = values->background == BB_BACKGROUND_MIRROR;

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      RefPlane upright = ref_upright (frame, orientation, p);
      RefPlane background = { 0 }, foreground;
      double out_step[2] = { p == 0 ? 1 : step_x, p == 0 ? 1 : step_y };
      double out_site[2] = { p == 0 ? 0.5 : ref_chroma_site (target, FALSE),
                             p == 0 ? 0.5 : ref_chroma_site (target, TRUE) };
      /* luma of the source for each luma sample of the canvas */
      double fg[2] = { luma_width / width, shown_height / height };
      double bg[2] = { luma_width / (shown_width * cover), 1.0 / cover };
      double origin[2], step[2], kernel_width[2];
      int first[2] = { 0, 0 }, last[2] = { upright.width, upright.height };
      int n_out[2] = { bb_format_get_plane_width (target, p),
                       bb_format_get_plane_height (target, p) };
      Behind behind = {
        .in_step = { p == 0 ? 1
                            : 1 << (transposed ? source->chroma_shift_y : source->chroma_shift_x),
                     p == 0 ? 1
                            : 1 << (transposed ? source->chroma_shift_x : source->chroma_shift_y) },
        .in_site = { p == 0 ? 0.5 : ref_chroma_site (source, transposed),
                     p == 0 ? 0.5 : ref_chroma_site (source, !transposed) },
        .luma = { (int) luma_width, (int) shown_height },
        .whole = mirrored,
      };

      for (int i = 0; i < 2; i++)
        {
          int stored = transposed ? !i : i;
          gboolean flipped =
            (orientation & (stored == 0 ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y)) != 0;

          /* A mirrored axis counts its chroma sites from the other end. */
          if (flipped)
            behind.in_site[i] = behind.in_step[i] - behind.in_site[i];
          behind.chroma[i] =
            transposed == (i == 0) ? 1 << source->chroma_shift_y : 1 << source->chroma_shift_x;
          behind.scale[i] = mirrored ? fg[i] : bg[i];
          behind.start[i] =
            mirrored ? -(i == 0 ? left : top) * fg[i]
                     : (behind.luma[i] - (i == 0 ? target->width : target->height) * bg[i]) / 2.0;
        }
      if (still == NULL)
        {
          background = blur_behind (&upright, &behind, values->blur, target, p);
          for (int i = 0; i < background.width * background.height; i++)
            background.sample[i] *= depth_scale;
          dim_behind (&background, values, target, p);
        }

      for (int i = 0; i < 2; i++)
        {
          double at = (out_site[i] - (i == 0 ? left : top)) * fg[i];

          origin[i] = (at - behind.in_site[i]) / behind.in_step[i];
          step[i] = fg[i] * out_step[i] / behind.in_step[i];
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
            double below = still != NULL ? still[p].sample[at] : background.sample[at];

            out[p].sample[at] = inside ? foreground.sample[at] * depth_scale : below;
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
