/* bb-cpu-plain.c: the kernels one sample after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs the functions of gpu/kernels/ in the order and with the storage that a card has: the
 * reference that both the card and the CPU's fast path are held against.
 */

#include "bb-cpu-plain.h"

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
    .view = { samples, 1, width,
              precision == BB_PRECISION_FP16 ? BB_SAMPLE_F16 : BB_SAMPLE_F32 },
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
      stage_store (&out, precision, x, y, bb_sum_rows (&stage->view, taps, x, y));
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
      stage_store (&out, precision, x, y, bb_sum_columns (&stage->view, taps, x, y));
  g_free (stage->samples);
  *stage = out;
}

/**
 * bb_cpu_plain_run:
 * @plan: a plan
 * @in: a frame in its source format
 * @out: a frame in its target format, to be filled
 *
 * Makes a finished frame.
 */
void
bb_cpu_plain_run (const BbPlan *plan, const BbFrame *in, BbFrame *out)
{
  float maximum = (float) ((1 << plan->target.depth) - 1);

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];
      BbView source = bb_plan_get_view (plan, p, in->data[p], in->stride[p]);
      Stage background = { source, plane->crop_width, plane->crop_height, NULL };
      Stage foreground = { source, plane->source_width, plane->source_height, NULL };
      BbCompose compose = {
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
        .flat = plan->flat,
      };

      if (!plan->flat)
        {
          ptrdiff_t at =
            plane->crop_x * source.x_step + plane->crop_y * source.y_step;

          background.view.data =
            (const guint8 *) source.data + at * (source.type == BB_SAMPLE_U16 ? 2 : 1);
          along_y (&background, plan->precision, &plane->reduce_y);
          along_x (&background, plan->precision, &plane->reduce_x);
          along_y (&background, plan->precision, &plane->blur_y);
          along_x (&background, plan->precision, &plane->blur_x);
        }
      along_y (&foreground, plan->precision, &plane->foreground_y);
      compose.background = background.view;
      compose.foreground = foreground.view;

      for (int y = 0; y < plane->height; y++)
        {
          guint8 *row = out->data[p] + (gssize) y * out->stride[p];

          for (int x = 0; x < plane->width; x++)
            {
              int code = bb_quantize (bb_compose (&compose, x, y), maximum);

              if (plan->target.depth > 8)
                ((guint16 *) row)[x] = (guint16) code;
              else
                row[x] = (guint8) code;
            }
        }
      g_free (background.samples);
      g_free (foreground.samples);
    }
}
