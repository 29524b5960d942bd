/* bb-cpu-program.c: a plan made ready for the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fast path: the arithmetic of gpu/kernels/ on whole rows, with what lies between the stages
 * of the foreground and of the way up kept in the cache as FP32. The planes that are stored, the
 * reduced and the blurred one, are FP16 or FP32 as the plan says.
 */

#include "bb-cpu-program.h"

#include "bb-sampler.h"

#include <string.h>

typedef struct {
  BbSamplerTaps reduce;
  BbSamplerTaps blur;
  BbSamplerTaps up; /* or all of a direct background */
  BbSamplerTaps foreground;
  gboolean reduces;
  int reduced_width;
  int reduced_height;
  int blurred_width;
  int blurred_height;
} PlaneWork;

struct _BbCpuWork {
  BbPlan *plan;
  BbSampleType storage;
  PlaneWork plane[BB_N_PLANES];
  int row_length;
  gboolean turns; /* whether rows of the source do not lie as they are shown */
  int code_size;
};

typedef struct {
  BbSampler *reduce;
  BbSampler *blur;
  BbSampler *up;
  BbSampler *foreground;
  gpointer reduced;
} PlaneScratch;

struct _BbCpuScratch {
  PlaneScratch plane[BB_N_PLANES];
  float *background;
  float *foreground;
};

struct _BbCpuPlanes {
  gpointer upright[BB_N_PLANES]; /* NULL where the source's rows lie as they are shown */
  gpointer blurred[BB_N_PLANES]; /* NULL where nothing is blurred beforehand */
  gpointer fitted[BB_N_PLANES];  /* the foreground's codes, where they are mirrored; else NULL */
};

/**
 * bb_cpu_program_new:
 * @plan: a plan
 *
 * Returns: (transfer full): @plan made ready
 */
BbCpuProgram *
bb_cpu_program_new (BbPlan *plan)
{
  BbCpuProgram *program = g_new0 (BbCpuProgram, 1);

  program->plan = bb_plan_ref (plan);
  program->turns = (plan->orientation & (BB_ORIENTATION_TRANSPOSE | BB_ORIENTATION_FLIP_X)) != 0;
  program->code_size = plan->source.depth > 8 ? 2 : 1;
  program->storage = plan->precision == BB_PRECISION_FP16 ? BB_SAMPLE_F16 : BB_SAMPLE_F32;
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];
      PlaneWork *w = &program->plane[p];

      if (plane->foreground_width > 0)
        bb_sampler_taps_init (&w->foreground, &plane->foreground_y, &plane->foreground_x,
                              plane->source_width, plane->source_height);
      program->row_length = MAX (program->row_length, MAX (plane->width, plane->source_width));
      if (plan->flat)
        continue;
      bb_plan_get_intermediate (plan, p, &w->reduced_width, &w->reduced_height, &w->blurred_width,
                                &w->blurred_height);
      if (plane->direct)
        {
          bb_sampler_taps_init (&w->up, &plane->reduce_y, &plane->up_x, plane->crop_width,
                                plane->crop_height);
          continue;
        }
      w->reduces = plane->reduce_x.n_taps > 0 || plane->reduce_y.n_taps > 0;
      if (w->reduces)
        bb_sampler_taps_init (&w->reduce, &plane->reduce_y, &plane->reduce_x, plane->crop_width,
                              plane->crop_height);
      if (plane->blur_x.n_taps > 0)
        bb_sampler_taps_init (&w->blur, &plane->blur_y, &plane->blur_x, w->reduced_width,
                              w->reduced_height);
      bb_sampler_taps_init (&w->up, &plane->up_y, &plane->up_x, w->blurred_width,
                            w->blurred_height);
    }
  return program;
}

/**
 * bb_cpu_program_free:
 * @program: (transfer full) (nullable): a program
 */
void
bb_cpu_program_free (BbCpuProgram *program)
{
  if (program == NULL)
    return;
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      bb_sampler_taps_clear (&program->plane[p].reduce);
      bb_sampler_taps_clear (&program->plane[p].blur);
      bb_sampler_taps_clear (&program->plane[p].up);
      bb_sampler_taps_clear (&program->plane[p].foreground);
    }
  bb_plan_unref (program->plan);
  g_free (program);
}

static gsize
sample_size (const BbCpuProgram *program)
{
  return program->storage == BB_SAMPLE_F16 ? sizeof (BbHalf) : sizeof (float);
}

static BbSampler *
new_sampler (const BbSamplerTaps *taps)
{
  return taps->n_ring > 0 ? bb_sampler_new (taps) : NULL;
}

/**
 * bb_cpu_scratch_new:
 * @program: what the thread will do
 *
 * Returns: (transfer full): scratch for one thread
 */
BbCpuScratch *
bb_cpu_scratch_new (const BbCpuProgram *program)
{
  BbCpuScratch *scratch = g_new0 (BbCpuScratch, 1);
  gsize length = (gsize) program->row_length + 2 * BB_ROW_PADDING;

  scratch->background = g_new0 (float, length);
  scratch->foreground = g_new0 (float, length);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const PlaneWork *w = &program->plane[p];
      PlaneScratch *s = &scratch->plane[p];

      s->reduce = new_sampler (&w->reduce);
      s->blur = new_sampler (&w->blur);
      s->up = new_sampler (&w->up);
      s->foreground = new_sampler (&w->foreground);
      if (w->reduces)
        s->reduced =
          g_malloc0 ((gsize) w->reduced_width * (gsize) w->reduced_height * sample_size (program));
    }
  return scratch;
}

/**
 * bb_cpu_scratch_free:
 * @scratch: (transfer full): scratch
 */
void
bb_cpu_scratch_free (BbCpuScratch *scratch)
{
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      bb_sampler_free (scratch->plane[p].reduce);
      bb_sampler_free (scratch->plane[p].blur);
      bb_sampler_free (scratch->plane[p].up);
      bb_sampler_free (scratch->plane[p].foreground);
      g_free (scratch->plane[p].reduced);
    }
  g_free (scratch->background);
  g_free (scratch->foreground);
  g_free (scratch);
}

static int
upright_stride (const BbCpuProgram *program, int p)
{
  return (program->plan->plane[p].source_width * program->code_size + 63) / 64 * 64;
}

static int
fitted_stride (const BbCpuProgram *program, int p)
{
  int size = program->plan->finished.depth > 8 ? 2 : 1;

  return (program->plan->plane[p].foreground_width * size + 63) / 64 * 64;
}

/**
 * bb_cpu_planes_new:
 * @program: a program
 *
 * Returns: (transfer full): room for the planes of one frame
 */
BbCpuPlanes *
bb_cpu_planes_new (const BbCpuProgram *program)
{
  BbCpuPlanes *planes = g_new0 (BbCpuPlanes, 1);

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const PlaneWork *w = &program->plane[p];

      if (program->turns)
        planes->upright[p] = g_malloc ((gsize) upright_stride (program, p) *
                                       (gsize) program->plan->plane[p].source_height);
      if (program->plan->mirrored)
        planes->fitted[p] = g_malloc ((gsize) fitted_stride (program, p) *
                                      (gsize) program->plan->plane[p].foreground_height);
      if (w->blur.n_ring > 0)
        planes->blurred[p] =
          g_malloc0 ((gsize) w->blurred_width * (gsize) w->blurred_height * sample_size (program));
    }
  return planes;
}

/**
 * bb_cpu_planes_free:
 * @planes: (transfer full): planes
 */
void
bb_cpu_planes_free (BbCpuPlanes *planes)
{
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      g_free (planes->upright[p]);
      g_free (planes->blurred[p]);
      g_free (planes->fitted[p]);
    }
  g_free (planes);
}

/* The source's plane, read upright along its rows. */
static BbView
source_view (const BbCpuProgram *program, int p, const BbFrame *in, const BbCpuPlanes *planes)
{
  BbView view = bb_plan_get_view (program->plan, p, in->data[p], in->stride[p]);

  if (planes->upright[p] == NULL)
    return view;
  return (BbView) { planes->upright[p], 1, upright_stride (program, p) / program->code_size,
                    view.type };
}

/* The foreground as the canvas has it. */
static BbView
fitted_view (const BbCpuProgram *program, int p, const BbCpuPlanes *planes)
{
  gboolean deep = program->plan->finished.depth > 8;

  return (BbView) { planes->fitted[p], 1, fitted_stride (program, p) / (deep ? 2 : 1),
                    deep ? BB_SAMPLE_U16 : BB_SAMPLE_U8 };
}

static BbView
crop_view (const BbCpuProgram *program, int p, const BbFrame *in, const BbCpuPlanes *planes)
{
  const BbPlanPlane *plane = &program->plan->plane[p];
  BbView view = source_view (program, p, in, planes);
  ptrdiff_t at = plane->crop_x * view.x_step + plane->crop_y * view.y_step;

  view.data = (const guint8 *) view.data + at * program->code_size;
  return view;
}

static BbView
stored_view (const BbCpuProgram *program, gconstpointer samples, int width)
{
  return (BbView) { samples, 1, width, program->storage };
}

static void
run_stage (const BbCpuProgram *program, BbCpuScratch *scratch, BbSampler *sampler,
           const BbView *view, int width, int height, gpointer out)
{
  gsize pitch = (gsize) width * sample_size (program);

  bb_sampler_start (sampler, view);
  for (int y = 0; y < height; y++)
    {
      const float *row = bb_sampler_peek_row (sampler, y, 0.0f, 0, width, scratch->background);

      bb_rows_store (program->storage, row, width, (guint8 *) out + (gsize) y * pitch);
    }
}

static void
fit (const BbCpuProgram *program, BbCpuScratch *scratch, const BbFrame *in, int p,
     BbCpuPlanes *planes)
{
  const BbPlanPlane *plane = &program->plan->plane[p];
  BbSampler *sampler = scratch->plane[p].foreground;
  BbView view = source_view (program, p, in, planes);
  int depth = program->plan->finished.depth;

  bb_sampler_start (sampler, &view);
  for (int y = 0; y < plane->foreground_height; y++)
    {
      const float *row =
        bb_sampler_peek_row (sampler, y, 0.0f, 0, plane->foreground_width, scratch->foreground);

      bb_rows_quantize (row, (float) ((1 << depth) - 1), depth > 8, plane->foreground_width,
                        (guint8 *) planes->fitted[p] +
                          (gsize) y * (gsize) fitted_stride (program, p));
    }
}

/**
 * bb_cpu_program_prepare:
 * @program: what to do
 * @scratch: the thread's scratch
 * @in: a source frame
 * @plane: 0 for Y', 1 for Cb, 2 for Cr
 * @planes: where the upright and the blurred plane go
 *
 * Makes what composing a plane needs: the whole plane upright, and blurred; the foreground where it is
 * mirrored.
 */
void
bb_cpu_program_prepare (const BbCpuProgram *program, BbCpuScratch *scratch, const BbFrame *in,
                        int plane, BbCpuPlanes *planes)
{
  const PlaneWork *w = &program->plane[plane];
  PlaneScratch *s = &scratch->plane[plane];
  BbView view;

  if (planes->upright[plane] != NULL)
    {
      view = bb_plan_get_view (program->plan, plane, in->data[plane], in->stride[plane]);
      bb_rows_upright (&view, program->plan->plane[plane].source_width,
                       program->plan->plane[plane].source_height, planes->upright[plane],
                       upright_stride (program, plane));
    }
  if (planes->fitted[plane] != NULL)
    fit (program, scratch, in, plane, planes);
  if (planes->blurred[plane] == NULL)
    return;
  view = planes->fitted[plane] != NULL ? fitted_view (program, plane, planes)
                                       : crop_view (program, plane, in, planes);
  if (w->reduces)
    {
      run_stage (program, scratch, s->reduce, &view, w->reduced_width, w->reduced_height,
                 s->reduced);
      view = stored_view (program, s->reduced, w->reduced_width);
    }
  run_stage (program, scratch, s->blur, &view, w->blurred_width, w->blurred_height,
             planes->blurred[plane]);
}

/* The background's row @y outside the columns @from to @to, which the foreground hides. */
static void
background_row (const BbCpuProgram *program, BbCpuScratch *scratch, int p, int y, int from, int to)
{
  const BbPlanPlane *plane = &program->plan->plane[p];
  BbSampler *up = scratch->plane[p].up;
  float *row = scratch->background;

  if (plane->still != NULL)
    {
      const float *still = plane->still + (gsize) y * (gsize) plane->width;

      memcpy (row, still, (gsize) from * sizeof (float));
      memcpy (row + to, still + to, (gsize) (plane->width - to) * sizeof (float));
    }
  else if (program->plan->flat)
    bb_rows_fill (row, plane->bias, plane->width);
  else if (from >= to || (from > 0 && to < plane->width && !program->plane[p].up.columns_first))
    bb_sampler_get_row (up, y, plane->bias, 0, plane->width, row);
  else
    {
      if (from > 0)
        bb_sampler_get_row (up, y, plane->bias, 0, from, row);
      if (to < plane->width)
        bb_sampler_get_row (up, y, plane->bias, to, plane->width, row);
    }
  if (plane->shade != NULL)
    {
      const float *shade = plane->shade + (gsize) y * (gsize) plane->width;

      bb_rows_shade (row, shade, plane->black, from);
      bb_rows_shade (row + to, shade + to, plane->black, plane->width - to);
    }
}

/* The foreground's row @y. */
static const float *
foreground_row (const BbCpuProgram *program, BbCpuScratch *scratch, const BbCpuPlanes *planes,
                int p, int y)
{
  int width = program->plan->plane[p].foreground_width;
  BbView view;

  if (planes->fitted[p] == NULL)
    return bb_sampler_peek_row (scratch->plane[p].foreground, y, 0.0f, 0, width,
                                scratch->foreground);
  view = fitted_view (program, p, planes);
  bb_rows_load (&view, 0, y, width, scratch->foreground);
  return scratch->foreground;
}

static void
compose_row (const BbCpuProgram *program, BbCpuScratch *scratch, const BbCpuPlanes *planes, int p,
             int y, guint8 *out)
{
  const BbPlanPlane *plane = &program->plan->plane[p];
  const BbLogoPlane *logo = &plane->logo;
  float maximum = (float) ((1 << program->plan->finished.depth) - 1);
  gboolean deep = program->plan->finished.depth > 8;
  int sample = deep ? 2 : 1;
  int left = plane->left;
  int right = plane->left + plane->foreground_width;
  int from = left, to = right; /* hides the background altogether */

  if (y < plane->top || y >= plane->top + plane->foreground_height)
    left = right = from = to = 0;
  else if (plane->alpha != NULL)
    {
      from = CLAMP (plane->opaque_first[y], left, right);
      to = CLAMP (plane->opaque_last[y], from, right);
    }

  if (to - from < plane->width)
    background_row (program, scratch, p, y, from, to);
  if (right > left)
    {
      const float *foreground = foreground_row (program, scratch, planes, p, y - plane->top);

      if (plane->alpha != NULL)
        {
          const float *alpha = plane->alpha + (gsize) y * (gsize) plane->width;
          float *row = scratch->background;

          bb_rows_mix (row + left, foreground, alpha + left, maximum, from - left);
          bb_rows_mix (row + to, foreground + (to - left), alpha + to, maximum, right - to);
        }
      bb_rows_quantize (foreground + (from - left), maximum, deep, to - from, out + from * sample);
    }
  bb_rows_quantize (scratch->background, maximum, deep, from, out);
  bb_rows_quantize (scratch->background + to, maximum, deep, plane->width - to, out + to * sample);
  if (y >= logo->top && y < logo->top + logo->height)
    {
      gsize at = (gsize) (y - logo->top) * (gsize) logo->width;

      bb_rows_overlay (logo->ink + at, logo->keep + at, maximum, deep, logo->width,
                       out + logo->left * sample);
    }
}

/**
 * bb_cpu_program_compose:
 * @program: what to do
 * @scratch: the thread's scratch
 * @in: a source frame
 * @planes: what bb_cpu_program_prepare() made of it
 * @band: which part of the rows
 * @n_bands: how many parts there are
 * @out: the finished frame, of which the band is filled
 *
 * Makes a band of a finished frame.
 */
void
bb_cpu_program_compose (const BbCpuProgram *program, BbCpuScratch *scratch, const BbFrame *in,
                        const BbCpuPlanes *planes, int band, int n_bands, BbFrame *out)
{
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &program->plan->plane[p];
      PlaneScratch *s = &scratch->plane[p];
      int first = (int) ((gint64) plane->height * band / n_bands);
      int last = (int) ((gint64) plane->height * (band + 1) / n_bands);

      if (s->foreground != NULL && planes->fitted[p] == NULL)
        {
          BbView view = source_view (program, p, in, planes);

          bb_sampler_start (s->foreground, &view);
        }
      if (s->up != NULL)
        {
          BbView view = planes->blurred[p] != NULL ? stored_view (program, planes->blurred[p],
                                                                  program->plane[p].blurred_width)
                        : plane->direct            ? crop_view (program, p, in, planes)
                                                   : fitted_view (program, p, planes);

          bb_sampler_start (s->up, &view);
        }
      for (int y = first; y < last; y++)
        compose_row (program, scratch, planes, p, y, out->data[p] + (gssize) y * out->stride[p]);
    }
}
