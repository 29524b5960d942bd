/* bb-plan.c: everything of a render that is computed once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-plan.h"

#include "bb-color.h"
#include "bb-error.h"
#include "bb-framing.h"
#include "bb-mask.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The smallest gaussian, in source samples, that a B-spline may bring back up to the canvas. Below,
 * the gaussian is computed for each canvas sample. */
#define DIRECT_SIGMA 2.0

/* Sigma of the gaussian in samples of the reduced plane. With quadratic B-splines both ways the
 * error against a true gaussian is below 0.1 of an 8-bit code from here on; reducing by less than
 * 2 is avoided, since a B-spline so narrow samples unevenly. */
#define REDUCED_SIGMA 3.0
#define REDUCE_FROM_SIGMA 4.5

/* Variance of the quadratic B-spline, in units of its width. */
#define BSPLINE_VARIANCE 0.25

/* Softness and drop of the foreground's shadow, as parts of the canvas' shorter side. */
#define SHADOW_SIGMA 0.02
#define SHADOW_DROP 0.01

/* Canvas pixels that a foreground may have along a side, most of them outside: few enough to count in an
 * int. Only a source that is a line across a long canvas comes to that. */
#define LARGEST_SIDE (1 << 29)

enum { AXIS_X, AXIS_Y };

/* One axis of one plane, source and canvas. Luma coordinates count from the picture's edge, so
 * that the centre of luma sample i lies at i + 0.5. */
typedef struct {
  int in_size;
  int in_shift;
  double in_site;
  int out_size;
  int out_shift;
  double out_site;
} PlaneAxis;

/* canvas luma coordinate to source luma coordinate */
typedef struct {
  double scale;
  double shift;
} LumaMap;

static void
plane_axis_init (PlaneAxis *a, const BbPlan *plan, int plane, int axis)
{
  gboolean transposed = (plan->orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  int stored = transposed ? !axis : axis;
  int luma = stored == AXIS_X ? plan->source.width : plan->source.height;
  gboolean flipped =
    (plan->orientation & (stored == AXIS_X ? BB_ORIENTATION_FLIP_X : BB_ORIENTATION_FLIP_Y)) != 0;

  a->in_size = stored == AXIS_X ? bb_format_get_plane_width (&plan->source, plane)
                                : bb_format_get_plane_height (&plan->source, plane);
  a->in_shift = plane == 0         ? 0
                : stored == AXIS_X ? plan->source.chroma_shift_x
                                   : plan->source.chroma_shift_y;
  a->in_site = bb_format_get_site (&plan->source, plane, stored == AXIS_Y);
  if (flipped)
    a->in_site = luma - (((double) (a->in_size - 1) * (1 << a->in_shift)) + a->in_site);

  a->out_size = axis == AXIS_X ? bb_format_get_plane_width (&plan->finished, plane)
                               : bb_format_get_plane_height (&plan->finished, plane);
  a->out_shift = plane == 0       ? 0
                 : axis == AXIS_X ? plan->finished.chroma_shift_x
                                  : plan->finished.chroma_shift_y;
  a->out_site = bb_format_get_site (&plan->finished, plane, axis == AXIS_Y);
}

/* Source plane index of canvas plane sample @j */
static double
source_index (const PlaneAxis *a, const LumaMap *map, int j)
{
  double canvas = (double) j * (1 << a->out_shift) + a->out_site;

  return (canvas * map->scale + map->shift - a->in_site) / (1 << a->in_shift);
}

static double
source_step (const PlaneAxis *a, const LumaMap *map)
{
  return map->scale * (1 << a->out_shift) / (1 << a->in_shift);
}

/* The foreground along one axis: the canvas samples from @from to @to. */
static void
make_foreground (BbTaps *taps, const PlaneAxis *a, const LumaMap *map, const int crop[2], int from,
                 int to, double gain)
{
  double step = source_step (a, map);

  bb_taps_init (taps, BB_WINDOW_CUBIC,
                &(BbAxis) { .n_out = to - from,
                            .origin = source_index (a, map, from),
                            .step = step,
                            .first = crop[0] >> a->in_shift,
                            .last = MIN (-((-crop[1]) >> a->in_shift), a->in_size),
                            .scale = MAX (1.0, step),
                            .gain = gain });
}

/* Part of the plane that the canvas shows, whole samples, out of what the recipe's crop leaves. */
static void
crop_axis (const PlaneAxis *a, const LumaMap *map, int canvas, int chroma_step, const int crop[2],
           int *first, int *n)
{
  int from = (int) floor (map->shift + 1e-6);
  int to = (int) ceil (map->shift + canvas * map->scale - 1e-6);

  from = CLAMP (from, crop[0], crop[1] - 1) / chroma_step * chroma_step;
  to = CLAMP (to, from + 1, crop[1]);
  *first = from >> a->in_shift;
  *n = MIN (-((-to) >> a->in_shift), a->in_size) - *first;
}

/* The gaussian for each canvas sample, out of the crop. */
static void
make_direct (BbTaps *taps, const PlaneAxis *a, const LumaMap *map, int crop, int n, double sigma,
             double gain)
{
  double step = source_step (a, map);
  BbAxis axis = {
    .n_out = a->out_size,
    .origin = source_index (a, map, 0) - crop,
    .step = step,
    .first = 0,
    .last = n,
    .scale = sigma,
    .gain = gain,
  };

  if (sigma >= MAX (1.0, step))
    {
      bb_taps_init (taps, BB_WINDOW_GAUSSIAN, &axis);
      return;
    }
  /* A gaussian so narrow neither interpolates nor lets a finer source be sampled: a cubic does. */
  axis.scale = MAX (1.0, step);
  axis.sigma = sigma;
  bb_taps_init (taps, BB_WINDOW_SOFT_CUBIC, &axis);
}

/* Reduce, blur small, come back up. The crop's edges are edges of the reduced plane too, so that
 * mirrored borders stay mirrored borders on the way. */
static void
make_blur (BbTaps *reduce, BbTaps *blur, BbTaps *up, const PlaneAxis *a, const LumaMap *map,
           int crop, int n, double sigma, double depth_gain, double look_gain)
{
  double factor = sigma < REDUCE_FROM_SIGMA ? 1.0 : MAX (2.0, sigma / REDUCED_SIGMA);
  int n_reduced = factor > 1.0 ? MAX ((int) ceil (n / factor), 1) : n;
  double variance;

  factor = (double) n / n_reduced;
  variance = sigma * sigma / (factor * factor) - BSPLINE_VARIANCE;
  if (n_reduced < n)
    {
      variance -= BSPLINE_VARIANCE;
      bb_taps_init (reduce, BB_WINDOW_BSPLINE,
                    &(BbAxis) { .n_out = n_reduced,
                                .origin = 0.5 * factor - 0.5,
                                .step = factor,
                                .first = 0,
                                .last = n,
                                .scale = factor,
                                .gain = 1.0 });
    }
  bb_taps_init (blur, BB_WINDOW_GAUSSIAN,
                &(BbAxis) { .n_out = n_reduced,
                            .origin = 0.0,
                            .step = 1.0,
                            .first = 0,
                            .last = n_reduced,
                            .scale = sqrt (variance),
                            .gain = depth_gain });
  bb_taps_init (up, BB_WINDOW_BSPLINE,
                &(BbAxis) { .n_out = a->out_size,
                            .origin = (source_index (a, map, 0) - crop + 0.5) / factor - 0.5,
                            .step = source_step (a, map) / factor,
                            .first = 0,
                            .last = n_reduced,
                            .scale = 1.0,
                            .gain = look_gain });
}

static void
make_background (BbPlanPlane *plane, const PlaneAxis axis[2], const LumaMap map[2], double sigma,
                 double depth_gain, double look_gain)
{
  double sigma_x = sigma * map[AXIS_X].scale / (1 << axis[AXIS_X].in_shift);
  double sigma_y = sigma * map[AXIS_Y].scale / (1 << axis[AXIS_Y].in_shift);

  if (MIN (sigma_x, sigma_y) < DIRECT_SIGMA)
    {
      make_direct (&plane->reduce_y, &axis[AXIS_Y], &map[AXIS_Y], plane->crop_y, plane->crop_height,
                   sigma_y, depth_gain * look_gain);
      make_direct (&plane->up_x, &axis[AXIS_X], &map[AXIS_X], plane->crop_x, plane->crop_width,
                   sigma_x, 1.0);
      bb_taps_init_identity (&plane->up_y, plane->height);
      plane->direct = TRUE;
      return;
    }
  make_blur (&plane->reduce_y, &plane->blur_y, &plane->up_y, &axis[AXIS_Y], &map[AXIS_Y],
             plane->crop_y, plane->crop_height, sigma_y, depth_gain, look_gain);
  make_blur (&plane->reduce_x, &plane->blur_x, &plane->up_x, &axis[AXIS_X], &map[AXIS_X],
             plane->crop_x, plane->crop_width, sigma_x, 1.0, 1.0);
}

/* One axis of a mirrored background: @n samples of the foreground, from canvas sample @first on, which go on mirrored
 * beyond their edges, as the borders of all stages do. A gaussian too small to be brought back up leaves them where
 * they are. */
static void
make_mirrored_axis (BbTaps *reduce, BbTaps *blur, BbTaps *up, const PlaneAxis *canvas, int first,
                    int n, double sigma, gboolean direct, double look_gain)
{
  const PlaneAxis a = {
    n, canvas->out_shift, canvas->out_site, canvas->out_size, canvas->out_shift, canvas->out_site
  };
  const LumaMap map = { 1.0, -(double) first * (1 << canvas->out_shift) };
  BbAxis axis = { .n_out = n, .step = 1.0, .last = n, .scale = sigma, .gain = 1.0 };

  if (!direct)
    {
      make_blur (reduce, blur, up, &a, &map, 0, n, sigma, 1.0, look_gain);
      return;
    }
  if (sigma >= 1.0)
    bb_taps_init (blur, BB_WINDOW_GAUSSIAN, &axis);
  axis.scale = 1.0;
  axis.sigma = sigma;
  if (sigma > 0.0 && sigma < 1.0)
    bb_taps_init (blur, BB_WINDOW_SOFT_CUBIC, &axis);
  axis.n_out = a.out_size;
  axis.origin = -first;
  axis.gain = look_gain;
  bb_taps_init (up, BB_WINDOW_NEAREST, &axis);
}

static void
make_mirrored (BbPlanPlane *plane, const PlaneAxis axis[2], double sigma, double look_gain)
{
  double sigma_x = sigma / (1 << axis[AXIS_X].out_shift);
  double sigma_y = sigma / (1 << axis[AXIS_Y].out_shift);
  gboolean direct = MIN (sigma_x, sigma_y) < DIRECT_SIGMA;

  plane->crop_width = plane->foreground_width;
  plane->crop_height = plane->foreground_height;
  make_mirrored_axis (&plane->reduce_x, &plane->blur_x, &plane->up_x, &axis[AXIS_X], plane->left,
                      plane->crop_width, sigma_x, direct, 1.0);
  make_mirrored_axis (&plane->reduce_y, &plane->blur_y, &plane->up_y, &axis[AXIS_Y], plane->top,
                      plane->crop_height, sigma_y, direct, look_gain);
}

static void
find_opaque (BbPlanPlane *plane)
{
  plane->opaque_first = g_new (int, plane->height);
  plane->opaque_last = g_new (int, plane->height);
  for (int y = 0; y < plane->height; y++)
    {
      const float *row = plane->alpha + (gsize) y * (gsize) plane->width;
      int from = 0, to;

      while (from < plane->width && row[from] < 1.0f)
        from++;
      to = from;
      while (to < plane->width && row[to] >= 1.0f)
        to++;
      plane->opaque_first[y] = from;
      plane->opaque_last[y] = to;
    }
}

static void
make_masks (BbPlan *plan, const BbRecipeValues *values, const BbMaskRect *rect, double scale)
{
  int width = plan->finished.width;
  int height = plan->finished.height;
  g_autofree float *alpha = NULL;
  g_autofree float *shade = NULL;

  if (rect->radius > 0.0)
    alpha = bb_mask_new_coverage (rect, width, height);
  if (values->shadow > 0.0)
    {
      double side = MIN (values->width, values->height) * scale;
      BbMaskRect dropped = *rect;

      dropped.top += side * SHADOW_DROP;
      shade =
        bb_mask_new_shade (&dropped, MAX (side * SHADOW_SIGMA, 0.5), values->shadow, width, height);
    }
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      int shift_x = p == 0 ? 0 : plan->finished.chroma_shift_x;
      int shift_y = p == 0 ? 0 : plan->finished.chroma_shift_y;

      if (alpha != NULL)
        {
          plan->plane[p].alpha = bb_mask_subsample (alpha, width, height, shift_x, shift_y);
          find_opaque (&plan->plane[p]);
        }
      if (shade != NULL)
        plan->plane[p].shade = bb_mask_subsample (shade, width, height, shift_x, shift_y);
    }
}

static int
round_to (double value, int step)
{
  return (int) floor (value / step + 0.5) * step;
}

static void
add_up_memory (BbPlan *plan)
{
  gsize sample = plan->precision == BB_PRECISION_FP16 ? 2 : 4;

  plan->frame_bytes =
    bb_format_get_frame_size (&plan->source) + bb_format_get_frame_size (&plan->finished);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];
      int reduced_width, reduced_height, blurred_width, blurred_height;

      bb_plan_get_intermediate (plan, p, &reduced_width, &reduced_height, &blurred_width,
                                &blurred_height);
      plan->frame_bytes +=
        sample * ((gsize) plane->foreground_height * (gsize) plane->source_width +
                  (gsize) reduced_height * (gsize) plane->crop_width +
                  (gsize) reduced_width * (gsize) reduced_height +
                  2 * (gsize) blurred_width * (gsize) blurred_height);
    }
}

/* Where the pictures lie, in luma samples; the arrays are by axis. */
typedef struct {
  int crop[2][2]; /* first sample of the turned source that is used, and the one past the last */
  int chroma_step[2];
  int canvas[2];
  int start[2]; /* of the foreground on the canvas */
  int size[2];
  LumaMap foreground[2]; /* canvas to source */
  LumaMap background[2];
  double scale; /* lengths of the recipe to those of the canvas */
  double depth_gain;
} Geometry;

/* What the recipe's crop leaves, whole chroma samples, so that no plane has more than another. */
static void
place_crop (Geometry *g, const BbRecipeValues *values, const int luma[2])
{
  double first[2], last[2];

  bb_framing_get_crop (values, first, last);
  for (int i = 0; i < 2; i++)
    {
      int step = g->chroma_step[i];
      int most = (luma[i] - 1) / step * step;

      g->crop[i][0] = MIN (round_to (first[i] * luma[i], step), most);
      g->crop[i][1] = last[i] >= 1.0 ? luma[i] : MIN (round_to (last[i] * luma[i], step), luma[i]);
      g->crop[i][1] = MAX (g->crop[i][1], MIN (g->crop[i][0] + step, luma[i]));
    }
}

static void
place (Geometry *g, const BbRecipeValues *values, const BbSourceInfo *info,
       BbOrientation orientation, const BbFormat *target)
{
  const BbFormat *source = &info->format;
  gboolean transposed = (orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  double sample_aspect = (double) info->sar_num / info->sar_den;
  double scale = (double) target->width / values->width;
  int luma[2] = { transposed ? source->height : source->width,
                  transposed ? source->width : source->height };
  int canvas[2] = { target->width, target->height };
  int out_step[2] = { 1 << target->chroma_shift_x, 1 << target->chroma_shift_y };
  double aspect = transposed ? 1.0 / sample_aspect : sample_aspect;
  double position[2] = { values->position_x, values->position_y };
  double offset[2] = { values->offset_x * scale, values->offset_y * scale };
  double room[2] = { canvas[AXIS_X], canvas[AXIS_Y] };
  double shown[2];
  double foreground, background;

  g->chroma_step[AXIS_X] = 1 << (transposed ? source->chroma_shift_y : source->chroma_shift_x);
  g->chroma_step[AXIS_Y] = 1 << (transposed ? source->chroma_shift_x : source->chroma_shift_y);
  place_crop (g, values, luma);
  shown[AXIS_X] = (g->crop[AXIS_X][1] - g->crop[AXIS_X][0]) * aspect;
  shown[AXIS_Y] = g->crop[AXIS_Y][1] - g->crop[AXIS_Y][0];
  foreground = MIN (bb_framing_get_scale (values->zoom, shown, room),
                    LARGEST_SIDE / MAX (shown[AXIS_X], shown[AXIS_Y]));
  background = bb_framing_get_scale (1.0, shown, room) * values->background_zoom;
  g->scale = scale;
  g->depth_gain = source->full_range ? ((1 << target->depth) - 1.0) / ((1 << source->depth) - 1.0)
                                     : ldexp (1.0, target->depth - source->depth);
  for (int i = 0; i < 2; i++)
    {
      int n = g->crop[i][1] - g->crop[i][0];
      double shift;

      g->canvas[i] = canvas[i];
      /* Whole chroma samples, so that no sample mixes both pictures without need. */
      g->size[i] = MAX (round_to (shown[i] * foreground, out_step[i]), out_step[i]);
      /* An odd canvas is not filled by what was rounded down. */
      if (values->zoom >= 1.0)
        g->size[i] = MAX (g->size[i], (canvas[i] + out_step[i] - 1) / out_step[i] * out_step[i]);
      shift = bb_framing_get_shift (position[i], values->zoom, canvas[i], g->size[i]);
      g->start[i] = round_to ((canvas[i] - g->size[i]) / 2.0 + shift + offset[i], out_step[i]);
      g->foreground[i].scale = (double) n / g->size[i];
      g->foreground[i].shift = g->crop[i][0] - g->start[i] * g->foreground[i].scale;
      g->background[i].scale = n / (shown[i] * background);
      g->background[i].shift = g->crop[i][0] + (n - canvas[i] * g->background[i].scale) / 2.0;
    }
}

static gboolean
is_on_canvas (const Geometry *g)
{
  for (int i = 0; i < 2; i++)
    if (g->start[i] >= g->canvas[i] || g->start[i] + g->size[i] <= 0)
      return FALSE;
  return TRUE;
}

static void
plan_foreground (BbPlanPlane *plane, const PlaneAxis axis[2], const Geometry *g)
{
  int from[2], to[2];

  for (int i = 0; i < 2; i++)
    {
      from[i] = CLAMP (g->start[i], 0, g->canvas[i]) >> axis[i].out_shift;
      to[i] = MIN (-((-CLAMP (g->start[i] + g->size[i], 0, g->canvas[i])) >> axis[i].out_shift),
                   axis[i].out_size);
    }
  plane->left = from[AXIS_X];
  plane->top = from[AXIS_Y];
  if (to[AXIS_X] <= from[AXIS_X] || to[AXIS_Y] <= from[AXIS_Y])
    return;
  plane->foreground_width = to[AXIS_X] - from[AXIS_X];
  plane->foreground_height = to[AXIS_Y] - from[AXIS_Y];
  make_foreground (&plane->foreground_x, &axis[AXIS_X], &g->foreground[AXIS_X], g->crop[AXIS_X],
                   from[AXIS_X], to[AXIS_X], 1.0);
  make_foreground (&plane->foreground_y, &axis[AXIS_Y], &g->foreground[AXIS_Y], g->crop[AXIS_Y],
                   from[AXIS_Y], to[AXIS_Y], g->depth_gain);
}

static void
plan_plane (BbPlan *plan, int p, const BbRecipeValues *values, const Geometry *g, double color)
{
  BbPlanPlane *plane = &plan->plane[p];
  PlaneAxis axis[2];
  double zero, unit, gain;

  for (int i = 0; i < 2; i++)
    plane_axis_init (&axis[i], plan, p, i);
  plane->source_width = axis[AXIS_X].in_size;
  plane->source_height = axis[AXIS_Y].in_size;
  plane->width = axis[AXIS_X].out_size;
  plane->height = axis[AXIS_Y].out_size;
  plan_foreground (plane, axis, g);

  bb_color_get_range (&plan->finished, p, &zero, &unit);
  plane->black = (float) zero;
  if (plan->flat)
    {
      plane->bias = (float) color;
      return;
    }
  gain = (1.0 - values->dim) * (p == 0 ? 1.0 : values->saturation);
  plane->bias = (float) (zero * (1.0 - gain));
  if (plan->mirrored)
    {
      make_mirrored (plane, axis, values->blur * g->scale / 2.0, gain);
      return;
    }
  crop_axis (&axis[AXIS_X], &g->background[AXIS_X], g->canvas[AXIS_X], g->chroma_step[AXIS_X],
             g->crop[AXIS_X], &plane->crop_x, &plane->crop_width);
  crop_axis (&axis[AXIS_Y], &g->background[AXIS_Y], g->canvas[AXIS_Y], g->chroma_step[AXIS_Y],
             g->crop[AXIS_Y], &plane->crop_y, &plane->crop_height);
  make_background (plane, axis, g->background, values->blur * g->scale / 2.0, g->depth_gain, gain);
}

/**
 * bb_plan_new:
 * @recipe: what to make
 * @info: format, orientation and sample aspect of the frames that come in
 * @target: format of the frames that go out. Its size may differ from the recipe's canvas (a
 *   preview): lengths of the recipe are scaled by the ratio of the widths
 * @error: return location for an error
 *
 * Works out a recipe for one source. Where its precision is automatic and bb_device_settle() was not
 * asked, that is FP32.
 *
 * Lengths are in canvas pixels. The background covers the canvas at the recipe's zoom; it is
 * cropped first, its borders mirrored, and blurred with sigma r / 2. A gaussian is computed by
 * reducing with a quadratic B-spline, a small FIR, and a B-spline back up; the variance of both
 * B-splines is taken out of the FIR's (Wells 1986 has the idea of adding up variances; B-splines
 * as approximate gaussians are in Unser, "Splines: a perfect fit", 1999).
 *
 * A mirrored background is what the canvas shows of the foreground, each plane of it reflected at its
 * edges without end, and blurred so. What is the same in each frame is left to bb_still_add().
 *
 * Returns: (transfer full): a plan, or %NULL with %BB_ERROR_INVALID
 */
BbPlan *
bb_plan_new (const BbRecipe *recipe, const BbSourceInfo *info, const BbFormat *target,
             GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);
  const BbFormat *source = &info->format;
  double sample_aspect = (double) info->sar_num / info->sar_den;
  double codes[BB_N_PLANES];
  Geometry g;
  BbPlan *plan;

  if (source->width < 1 || source->height < 1 || target->width < 1 || target->height < 1 ||
      !(sample_aspect > 0.0))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("Cannot make %d×%d out of %d×%d with sample aspect %g"), target->width,
                   target->height, source->width, source->height, sample_aspect);
      return NULL;
    }

  plan = g_new0 (BbPlan, 1);
  g_atomic_ref_count_init (&plan->refs);
  plan->source = *source;
  plan->orientation = bb_framing_compose (info->orientation, bb_framing_get_turn (values));
  plan->finished = *target;
  plan->precision = values->precision == BB_PRECISION_FP16 ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
  plan->mirrored = values->background == BB_BACKGROUND_MIRROR;
  plan->flat = !plan->mirrored && values->background != BB_BACKGROUND_BLUR;
  plan->generation = bb_recipe_get_generation (recipe);

  place (&g, values, info, plan->orientation, target);
  if (plan->mirrored && !is_on_canvas (&g))
    {
      /* There is nothing to mirror. */
      plan->mirrored = FALSE;
      plan->flat = TRUE;
    }
  bb_color_to_codes (values->color, target, codes);
  for (int p = 0; p < BB_N_PLANES; p++)
    plan_plane (plan, p, values, &g, codes[p]);
  make_masks (plan, values,
              &(BbMaskRect) { g.start[AXIS_X], g.start[AXIS_Y], g.size[AXIS_X], g.size[AXIS_Y],
                              values->corner_radius * g.scale },
              g.scale);
  add_up_memory (plan);
  return plan;
}

/**
 * bb_plan_get_intermediate:
 * @plan: a plan
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 * @reduced_width: (out): columns of the plane after the reducing stages
 * @reduced_height: (out): rows of it
 * @blurred_width: (out): columns of the plane that is brought up to the canvas
 * @blurred_height: (out): rows of it
 *
 * Sizes of what is kept between stages; all 0 for a flat background.
 */
void
bb_plan_get_intermediate (const BbPlan *plan, int plane, int *reduced_width, int *reduced_height,
                          int *blurred_width, int *blurred_height)
{
  const BbPlanPlane *p = &plan->plane[plane];

  *reduced_width = p->reduce_x.n_taps > 0 ? p->reduce_x.n_out : p->crop_width;
  *reduced_height = p->reduce_y.n_taps > 0 ? p->reduce_y.n_out : p->crop_height;
  *blurred_width = p->blur_x.n_taps > 0 ? p->blur_x.n_out : *reduced_width;
  *blurred_height = p->blur_y.n_taps > 0 ? p->blur_y.n_out : *reduced_height;
}

/**
 * bb_plan_get_view:
 * @plan: a plan
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 * @data: first sample of the stored plane
 * @stride: bytes from one stored row to the next
 *
 * Returns: the plane, read upright
 */
BbView
bb_plan_get_view (const BbPlan *plan, int plane, gconstpointer data, int stride)
{
  int sample = plan->source.depth > 8 ? 2 : 1;
  ptrdiff_t row = stride / sample;
  ptrdiff_t u_step = 1;
  ptrdiff_t v_step = row;
  ptrdiff_t origin = 0;
  gboolean transposed = (plan->orientation & BB_ORIENTATION_TRANSPOSE) != 0;

  if ((plan->orientation & BB_ORIENTATION_FLIP_X) != 0)
    {
      origin += bb_format_get_plane_width (&plan->source, plane) - 1;
      u_step = -1;
    }
  if ((plan->orientation & BB_ORIENTATION_FLIP_Y) != 0)
    {
      origin += (bb_format_get_plane_height (&plan->source, plane) - 1) * row;
      v_step = -row;
    }
  return (BbView) {
    .data = (const guint8 *) data + origin * sample,
    .x_step = transposed ? v_step : u_step,
    .y_step = transposed ? u_step : v_step,
    .type = sample == 2 ? BB_SAMPLE_U16 : BB_SAMPLE_U8,
  };
}

/**
 * bb_plan_ref:
 * @plan: a plan
 *
 * Returns: (transfer full): @plan
 */
BbPlan *
bb_plan_ref (BbPlan *plan)
{
  g_atomic_ref_count_inc (&plan->refs);
  return plan;
}

/**
 * bb_plan_unref:
 * @plan: (transfer full): a plan
 */
void
bb_plan_unref (BbPlan *plan)
{
  if (!g_atomic_ref_count_dec (&plan->refs))
    return;
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      BbPlanPlane *plane = &plan->plane[p];

      bb_taps_clear (&plane->reduce_y);
      bb_taps_clear (&plane->reduce_x);
      bb_taps_clear (&plane->blur_y);
      bb_taps_clear (&plane->blur_x);
      bb_taps_clear (&plane->up_y);
      bb_taps_clear (&plane->up_x);
      bb_taps_clear (&plane->foreground_y);
      bb_taps_clear (&plane->foreground_x);
      g_free (plane->alpha);
      g_free (plane->shade);
      g_free (plane->opaque_first);
      g_free (plane->opaque_last);
      g_clear_pointer (&plane->still, g_atomic_rc_box_release);
      g_free (plane->logo.ink);
      g_free (plane->logo.keep);
    }
  g_free (plan);
}
