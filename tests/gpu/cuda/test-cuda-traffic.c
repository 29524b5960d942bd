/* test-cuda-traffic.c: bytes that kernels move, counted sample by sample
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cuda-test.h"
#include "bb-cuda-traffic.h"

/* Samples of a plane that some tap with a weight reads. */
static guint64
count (const BbTaps *y, const BbTaps *x, int height, int width)
{
  g_autofree gboolean *rows = g_new0 (gboolean, height);
  g_autofree gboolean *columns = g_new0 (gboolean, width);
  const BbTaps *taps[] = { y, x };
  gboolean *marks[] = { rows, columns };
  int sizes[] = { height, width };
  guint64 n[2] = { 0, 0 };

  for (int i = 0; i < 2; i++)
    {
      for (int j = 0; taps[i]->n_taps > 0 && j < taps[i]->n_out; j++)
        for (int t = 0; t < taps[i]->n_taps; t++)
          marks[i][taps[i]->first[j] + t] = TRUE;
      for (int k = 0; k < sizes[i]; k++)
        n[i] += taps[i]->n_taps == 0 || marks[i][k] ? 1 : 0;
    }
  return n[0] * n[1];
}

static gboolean
is_hidden (const BbPlanPlane *plane, int x, int y)
{
  if (x < plane->left || x >= plane->left + plane->foreground_width || y < plane->top ||
      y >= plane->top + plane->foreground_height)
    return FALSE;
  return plane->alpha == NULL || plane->alpha[y * plane->width + x] >= 1.0f;
}

static void
check (const BbPlan *plan)
{
  guint64 in = plan->source.depth > 8 ? 2 : 1;
  guint64 out = plan->finished.depth > 8 ? 2 : 1;
  guint64 kept = plan->precision == BB_PRECISION_FP16 ? 2 : 4;
  BbCudaTraffic expected = { 0 };
  BbCudaTraffic traffic;

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      const BbPlanPlane *plane = &plan->plane[p];
      guint64 open = 0;
      int w[2], h[2];

      for (int y = 0; y < plane->height; y++)
        for (int x = 0; x < plane->width; x++)
          {
            gboolean foreground = x >= plane->left && y >= plane->top &&
                                  x < plane->left + plane->foreground_width &&
                                  y < plane->top + plane->foreground_height;

            expected.fit_written += foreground ? out : 0;
            open += is_hidden (plane, x, y) ? 0 : 1;
          }
      if (plane->foreground_width > 0)
        expected.fit_read += in * count (&plane->foreground_y, &plane->foreground_x,
                                         plane->source_height, plane->source_width);
      if (open == 0)
        continue;
      expected.masks_read +=
        (plane->alpha != NULL ? 4u : 0u) * (guint64) (plane->width * plane->height);
      expected.masks_read +=
        (plane->shade != NULL ? 4u : 0u) * (guint64) (plane->width * plane->height);
      if (plan->flat)
        {
          expected.back_written += out * open;
          continue;
        }
      bb_plan_get_intermediate (plan, p, &w[0], &h[0], &w[1], &h[1]);
      if (plane->direct)
        {
          expected.direct_read +=
            in * count (&plane->reduce_y, &plane->up_x, plane->crop_height, plane->crop_width);
          expected.direct_written += out * (guint64) (plane->width * plane->height);
          continue;
        }
      if (plane->reduce_x.n_taps > 0 || plane->reduce_y.n_taps > 0)
        {
          expected.reduce_read +=
            in * count (&plane->reduce_y, &plane->reduce_x, plane->crop_height, plane->crop_width);
          expected.reduce_written += kept * (guint64) (w[0] * h[0]);
          expected.blur_read += kept * count (&plane->blur_y, &plane->blur_x, h[0], w[0]);
          expected.blur_written += kept * (guint64) (w[1] * h[1]);
        }
      else
        {
          expected.reduce_read +=
            in * count (&plane->blur_y, &plane->blur_x, plane->crop_height, plane->crop_width);
          expected.reduce_written += kept * (guint64) (w[1] * h[1]);
        }
      expected.back_read += kept * count (&plane->up_y, &plane->up_x, h[1], w[1]);
      expected.back_written += out * open;
    }
  bb_cuda_traffic_init (&traffic, plan);
  g_assert_cmpuint (traffic.fit_read, ==, expected.fit_read);
  g_assert_cmpuint (traffic.fit_written, ==, expected.fit_written);
  g_assert_cmpuint (traffic.reduce_read, ==, expected.reduce_read);
  g_assert_cmpuint (traffic.reduce_written, ==, expected.reduce_written);
  g_assert_cmpuint (traffic.blur_read, ==, expected.blur_read);
  g_assert_cmpuint (traffic.blur_written, ==, expected.blur_written);
  g_assert_cmpuint (traffic.back_read, ==, expected.back_read);
  g_assert_cmpuint (traffic.back_written, ==, expected.back_written);
  g_assert_cmpuint (traffic.direct_read, ==, expected.direct_read);
  g_assert_cmpuint (traffic.direct_written, ==, expected.direct_written);
  g_assert_cmpuint (traffic.masks_read, ==, expected.masks_read);
}

static void
test_plans (void)
{
  GRand *rand = g_rand_new_with_seed (5);

  for (int i = 0; i < 60; i++)
    {
      BbCudaTestCase c = {
        .source =
          bb_cuda_test_format (g_rand_int_range (rand, 2, 200), g_rand_int_range (rand, 2, 200),
                               g_rand_boolean (rand) ? 10 : 8, 1, 1),
        .target =
          bb_cuda_test_format (g_rand_int_range (rand, 2, 200), g_rand_int_range (rand, 2, 200),
                               g_rand_boolean (rand) ? 10 : 8, 1, 1),
        .orientation = (BbOrientation) (i % 8),
        .aspect = 1.0,
      };
      g_autoptr (BbPlan) plan = NULL;

      bb_cuda_test_random_look (&c, rand);
      /* The windows of a radius that is smaller, on a source much larger than the canvas, leave gaps
       * between them, which count as read. */
      c.values.blur = MAX (c.values.blur, 6.0);
      plan = bb_cuda_test_plan (&c);
      check (plan);
    }
  g_rand_free (rand);
}

/* The table of gpu/cuda/KERNELS.md: megabytes a frame of each kernel, and the time that all of them
 * take at 272, 717 and 3350 GB/s. */
static void
test_table (void)
{
  static const struct {
    const char *name;
    int source[2];
    int target[2];
    int depth;
    double blur;
  } rows[] = {
    { "1080p to 1080x1920", { 1920, 1080 }, { 1080, 1920 }, 8, 60 },
    { "the same, 10 bit", { 1920, 1080 }, { 1080, 1920 }, 10, 60 },
    { "2160p to 1080x1920", { 3840, 2160 }, { 1080, 1920 }, 8, 60 },
    { "2160p to 2160x3840", { 3840, 2160 }, { 2160, 3840 }, 8, 120 },
    { "1080p to 540x960", { 1920, 1080 }, { 540, 960 }, 8, 60 },
  };
  g_autofree char *text = NULL;

  g_file_get_contents (g_getenv ("BB_KERNELS_PAGE"), &text, NULL, NULL);
  g_assert_nonnull (text);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      BbCudaTestCase c = {
        .source = bb_cuda_test_format (rows[i].source[0], rows[i].source[1], rows[i].depth, 1, 1),
        .target = bb_cuda_test_format (rows[i].target[0], rows[i].target[1], rows[i].depth, 1, 1),
        .aspect = 1.0,
      };
      g_autoptr (BbPlan) plan = NULL;
      g_autofree char *line = NULL;
      BbCudaTraffic t;
      double total;

      bb_recipe_values_init (&c.values);
      bb_recipe_values_settle (&c.values, TRUE);
      c.values.blur = rows[i].blur;
      plan = bb_cuda_test_plan (&c);
      bb_cuda_traffic_init (&t, plan);
      total = (double) bb_cuda_traffic_get_total (&t);
      line =
        g_strdup_printf ("| %s | %.2f + %.2f | %.2f + %.2f | %.2f + %.2f | %.2f + %.2f | %.2f | "
                         "%.1f | %.1f | %.1f |",
                         rows[i].name, (double) t.fit_read * 1e-6, (double) t.fit_written * 1e-6,
                         (double) t.reduce_read * 1e-6, (double) t.reduce_written * 1e-6,
                         (double) t.blur_read * 1e-6, (double) t.blur_written * 1e-6,
                         (double) t.back_read * 1e-6, (double) t.back_written * 1e-6, total * 1e-6,
                         total / 272e9 * 1e6, total / 717e9 * 1e6, total / 3350e9 * 1e6);
      g_test_message ("%s", line);
      g_assert_nonnull (strstr (text, line));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuda-traffic/plans", test_plans);
  g_test_add_func ("/cuda-traffic/table", test_table);
  return g_test_run ();
}
