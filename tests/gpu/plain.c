/* plain.c: a plan, one sample after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a plan says, with the storage between stages that a GPU has, and sums in FP32: what the CPU
 * device's whole rows are held against, besides double precision.
 */

#include "plain.h"

/**
 * Compose:
 * @background: blurred plane, to be resampled by @up_x and @up_y
 * @up_x: taps from the blurred plane to canvas columns
 * @up_y: taps from the blurred plane to canvas rows
 * @foreground: source plane resampled to the rows of the foreground, `[height][source width]`
 * @foreground_x: taps from source columns to the foreground's columns
 * @left: first canvas column of the foreground
 * @top: first canvas row of the foreground
 * @width: columns of the foreground that are on the canvas
 * @height: rows of the foreground that are on the canvas
 * @alpha: (nullable): `[canvas height][canvas width]`, coverage of the foreground, 0 to 1;
 *   %NULL where it is 1 inside its rectangle
 * @shade: (nullable): `[canvas height][canvas width]`, what the shadow leaves of the background,
 *   0 to 1; %NULL for no shadow
 * @canvas_width: columns of the canvas plane
 * @bias: added to the background
 * @black: code that the shadow goes to
 * @maximum: greatest code of the target
 * @still: (nullable): `[canvas height][canvas width]`, the background
 * @flat: whether the background is @bias alone, or @still
 *
 * What one plane of a finished frame is made of.
 */
typedef struct {
  BbView background;
  BbTaps up_x;
  BbTaps up_y;
  BbView foreground;
  BbTaps foreground_x;
  int left;
  int top;
  int width;
  int height;
  const float *alpha;
  const float *shade;
  int canvas_width;
  float bias;
  float black;
  float maximum;
  const float *still;
  int flat;
} Compose;

/** sum_rows: output row @j of a vertical stage, at column @x */
static float
sum_rows (const BbView *view, const BbTaps *taps, int x, int j)
{
  const float *weight = taps->weight + (size_t) j * (size_t) taps->n_taps;
  int first = taps->first[j];
  float sum = 0.0f;

  for (int t = 0; t < taps->n_taps; t++)
    sum += weight[t] * bb_sample (view, x, first + t);
  return sum;
}

/** sum_columns: output column @j of a horizontal stage, at row @y */
static float
sum_columns (const BbView *view, const BbTaps *taps, int j, int y)
{
  const float *weight = taps->weight + (size_t) j * (size_t) taps->n_taps;
  int first = taps->first[j];
  float sum = 0.0f;

  for (int t = 0; t < taps->n_taps; t++)
    sum += weight[t] * bb_sample (view, first + t, y);
  return sum;
}

/** sum_background: the background at canvas column @x, row @y, before the shadow, in codes */
static float
sum_background (const Compose *c, int x, int y)
{
  const float *weight = c->up_y.weight + (size_t) y * (size_t) c->up_y.n_taps;
  int first = c->up_y.first[y];
  float sum = 0.0f;

  for (int t = 0; t < c->up_y.n_taps; t++)
    sum += weight[t] * sum_columns (&c->background, &c->up_x, x, first + t);
  return sum + c->bias;
}

/** compose_sample: the finished sample at canvas column @x, row @y, in codes, not yet quantised */
static float
compose_sample (const Compose *c, int x, int y)
{
  int inside = x >= c->left && x < c->left + c->width && y >= c->top && y < c->top + c->height;
  size_t at = (size_t) y * (size_t) c->canvas_width + (size_t) x;
  float alpha = !inside ? 0.0f : c->alpha != NULL ? c->alpha[at] : 1.0f;
  float shade = c->shade != NULL ? c->shade[at] : 1.0f;
  float background = c->still != NULL ? c->still[at] : c->bias;
  float foreground = 0.0f;

  if (alpha < 1.0f && !c->flat)
    background = sum_background (c, x, y);
  if (alpha > 0.0f)
    foreground = sum_columns (&c->foreground, &c->foreground_x, x - c->left, y - c->top);
  return bb_mix (bb_shade (c->black, background, shade), foreground, alpha, c->maximum);
}

typedef struct {
  BbView view;
  int width;
  int height;
  gpointer samples;
} Stage;

static void
stage_store (Stage *out, BbPrecision precision, int x, int y, float value)
{
  gsize at = (gsize) y * (gsize) out->width + (gsize) x;

  if (precision == BB_PRECISION_FP16)
    ((BbHalf *) out->samples)[at] = (BbHalf) value;
  else
    ((float *) out->samples)[at] = value;
}

static Stage
stage_new (BbPrecision precision, int width, int height)
{
  gsize n = (gsize) width * (gsize) height;
  gpointer samples =
    precision == BB_PRECISION_FP16 ? (gpointer) g_new (BbHalf, n) : (gpointer) g_new (float, n);

  return (Stage) {
    .view = { samples, 1, width, precision == BB_PRECISION_FP16 ? BB_SAMPLE_F16 : BB_SAMPLE_F32 },
    .width = width,
    .height = height,
    .samples = samples,
  };
}

/* Replaces @stage by what @taps make of its columns; does nothing where they are absent. */
static void
along_y (Stage *stage, BbPrecision precision, const BbTaps *taps)
{
  Stage out;

  if (taps->n_taps == 0)
    return;
  out = stage_new (precision, stage->width, taps->n_out);
  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      stage_store (&out, precision, x, y, sum_rows (&stage->view, taps, x, y));
  g_free (stage->samples);
  *stage = out;
}

static void
along_x (Stage *stage, BbPrecision precision, const BbTaps *taps)
{
  Stage out;

  if (taps->n_taps == 0)
    return;
  out = stage_new (precision, taps->n_out, stage->height);
  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      stage_store (&out, precision, x, y, sum_columns (&stage->view, taps, x, y));
  g_free (stage->samples);
  *stage = out;
}

/* The foreground's codes on the canvas. */
static guint16 *
fit (const BbPlanPlane *plane, const BbView *view, float maximum)
{
  guint16 *codes = g_new (guint16, plane->foreground_width * plane->foreground_height);

  for (int y = 0; y < plane->foreground_height; y++)
    for (int x = 0; x < plane->foreground_width; x++)
      codes[y * plane->foreground_width + x] =
        (guint16) bb_quantize (sum_columns (view, &plane->foreground_x, x, y), maximum);
  return codes;
}

/**
 * plain_run:
 * @plan: a plan
 * @in: a frame in its source format
 * @out: a frame in its target format, to be filled
 *
 * Makes a finished frame.
 */
void
plain_run (const BbPlan *plan, const BbFrame *in, BbFrame *out)
{
  float maximum = (float) ((1 << plan->finished.depth) - 1);

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];
      BbView source = bb_plan_get_view (plan, p, in->data[p], in->stride[p]);
      Stage background = { source, plane->crop_width, plane->crop_height, NULL };
      Stage foreground = { source, plane->source_width, plane->source_height, NULL };
      g_autofree guint16 *fitted = NULL;
      Compose compose = {
        .up_x = plane->up_x,
        .up_y = plane->up_y,
        .foreground_x = plane->foreground_x,
        .left = plane->left,
        .top = plane->top,
        .width = plane->foreground_width,
        .height = plane->foreground_height,
        .alpha = plane->alpha,
        .shade = plane->shade,
        .canvas_width = plane->width,
        .bias = plane->bias,
        .black = plane->black,
        .maximum = maximum,
        .still = plane->still,
        .flat = plan->flat,
      };

      along_y (&foreground, plan->precision, &plane->foreground_y);
      if (plan->mirrored)
        {
          fitted = fit (plane, &foreground.view, maximum);
          background.view = (BbView) { fitted, 1, plane->foreground_width, BB_SAMPLE_U16 };
        }
      if (!plan->flat)
        {
          ptrdiff_t at = plane->crop_x * source.x_step + plane->crop_y * source.y_step;

          if (!plan->mirrored)
            background.view.data =
              (const guint8 *) source.data + at * (source.type == BB_SAMPLE_U16 ? 2 : 1);
          along_y (&background, plan->precision, &plane->reduce_y);
          along_x (&background, plan->precision, &plane->reduce_x);
          along_y (&background, plan->precision, &plane->blur_y);
          along_x (&background, plan->precision, &plane->blur_x);
        }
      compose.background = background.view;
      compose.foreground = foreground.view;

      for (int y = 0; y < plane->height; y++)
        {
          guint8 *row = out->data[p] + (gssize) y * out->stride[p];

          for (int x = 0; x < plane->width; x++)
            {
              int code = bb_quantize (compose_sample (&compose, x, y), maximum);
              int u = x - plane->logo.left;
              int v = y - plane->logo.top;

              if (u >= 0 && u < plane->logo.width && v >= 0 && v < plane->logo.height)
                {
                  int at = v * plane->logo.width + u;

                  code =
                    bb_overlay ((float) code, plane->logo.keep[at], plane->logo.ink[at], maximum);
                }
              if (plan->finished.depth > 8)
                ((guint16 *) row)[x] = (guint16) code;
              else
                row[x] = (guint8) code;
            }
        }
      g_free (background.samples);
      g_free (foreground.samples);
    }
}
