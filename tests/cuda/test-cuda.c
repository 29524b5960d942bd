/* test-cuda.c: the pipeline on a card, against the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The driver for tests runs the card's kernels where there is no card.
 */

#include "bb-cuda-test.h"

#include "bb-error.h"
#include "cuda/bb-cuda-device.h"

/* Every shape of plan: sizes, odd ones too, depths, subsampling, orientations, looks, radii from
 * none to all, precisions and batches, in random combinations. */
static void
test_plans (void)
{
  static const int subsampling[][2] = { { 1, 1 }, { 1, 0 }, { 0, 0 }, { 0, 1 }, { 2, 0 } };
  static const guint batches[] = { 1, 2, 3, 31 };
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_device_open ("cpu", NULL);
  GRand *rand = g_rand_new_with_seed (20);

  for (int i = 0; i < 160; i++)
    {
      BbCudaTestCase c = { 0 };
      gsize n = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (subsampling));
      gsize m = i % 3 == 0 ? (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (subsampling)) : n;

      c.source = bb_cuda_test_format (g_rand_int_range (rand, 1, 240), g_rand_int_range (rand, 1, 150),
                                      g_rand_boolean (rand) ? 10 : 8, subsampling[n][0],
                                      subsampling[n][1]);
      c.target = bb_cuda_test_format (g_rand_int_range (rand, 1, 150), g_rand_int_range (rand, 1, 240),
                                      g_rand_boolean (rand) ? 10 : 8, subsampling[m][0],
                                      subsampling[m][1]);
      c.orientation = (BbOrientation) (i % 8);
      c.aspect = g_rand_boolean (rand) ? 1.0 : g_rand_double_range (rand, 0.5, 2.0);
      c.n_frames = batches[(i / 8) % (int) G_N_ELEMENTS (batches)];
      if (c.n_frames > 3)
        {
          /* Many small ones. */
          c.source.width = MIN (c.source.width, 40);
          c.source.height = MIN (c.source.height, 30);
          c.target.width = MIN (c.target.width, 30);
          c.target.height = MIN (c.target.height, 40);
        }
      bb_cuda_test_random_look (&c, rand);
      bb_cuda_test_compare (card, cpu, &c, 1);
    }
  g_rand_free (rand);
}

/* More frames than a launch takes, and sizes that are not of one tile. */
static void
test_batches (void)
{
  static const guint batches[] = { 1, 2, 31, 32, 128 };
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_device_open ("cpu", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (batches); i++)
    {
      BbCudaTestCase c = {
        .source = bb_cuda_test_format (48, 27, 8, 1, 1),
        .target = bb_cuda_test_format (26, 46, 8, 1, 1),
        .aspect = 1.0,
        .n_frames = batches[i],
      };

      bb_recipe_values_init (&c.values);
      c.values.blur = 12;
      bb_cuda_test_compare (card, cpu, &c, 1);
    }
}

/* The real thing: HD in, the default look. */
static void
test_full_size (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_device_open ("cpu", NULL);
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (1920, 1080, 8, 1, 1),
    .target = bb_cuda_test_format (1080, 1920, 8, 1, 1),
    .aspect = 1.0,
    .n_frames = 1,
  };

  bb_recipe_values_init (&c.values);
  bb_cuda_test_compare (card, cpu, &c, 1);
  c.source = bb_cuda_test_format (3840, 2160, 10, 1, 1);
  c.target = bb_cuda_test_format (540, 960, 10, 1, 1);
  c.values.shadow = 0.5;
  c.values.corner_radius = 40;
  bb_cuda_test_compare (card, cpu, &c, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuda/plans", test_plans);
  g_test_add_func ("/cuda/batches", test_batches);
  g_test_add_func ("/cuda/full-size", test_full_size);
  return g_test_run ();
}
