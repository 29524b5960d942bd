/* test-framing.c: where the picture is on the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-framing.h"
#include "bb-test-device.h"

#include <math.h>

/* Shapes that people have, and any others. */
static void
random_sides (GRand *rand, int *width, int *height)
{
  static const int usual[][2] = {
    { 1920, 1080 }, { 1080, 1920 }, { 1080, 1080 }, { 1080, 1350 }, { 1440, 1080 }, { 2560, 1080 },
  };

  if (g_rand_boolean (rand))
    {
      const int *sides = usual[g_rand_int_range (rand, 0, G_N_ELEMENTS (usual))];

      *width = sides[0];
      *height = sides[1];
      return;
    }
  *width = g_rand_int_range (rand, 2, 2000);
  *height = g_rand_int_range (rand, 2, 2000);
}

/* A tenth of fit, fit, fill, many times fill: and from one to the next it only grows, without a step. */
static void
test_scale (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (int trial = 0; trial < 300; trial++)
    {
      int w, h, cw, ch;
      double fit, fill, before = 0.0;

      random_sides (rand, &w, &h);
      random_sides (rand, &cw, &ch);
      fit = fmin ((double) cw / w, (double) ch / h);
      fill = fmax ((double) cw / w, (double) ch / h);
      for (int i = -900; i <= 8000; i += 5)
        {
          const double shown[2] = { w, h };
          const double canvas[2] = { cw, ch };
          double zoom = i / 1000.0;
          double scale = bb_framing_get_scale (zoom, shown, canvas);

          if (i == -900)
            g_assert_cmpfloat_with_epsilon (scale, fit / 10.0, fit * 1e-9);
          if (i == 0)
            g_assert_cmpfloat_with_epsilon (scale, fit, fit * 1e-9);
          if (i == 1000)
            g_assert_cmpfloat_with_epsilon (scale, fill, fill * 1e-9);
          if (i == 8000)
            g_assert_cmpfloat_with_epsilon (scale, fill * 8.0, fill * 1e-9);
          g_assert_cmpfloat (scale, >=, before * (1.0 - 1e-12));
          if (before > 0.0)
            g_assert_cmpfloat (scale - before, <=, 0.0051 * fmax (fill, fit));
          /* There and back; where the shapes are equal, all from fit to fill is one. */
          g_assert_cmpfloat_with_epsilon (
            bb_framing_get_scale (bb_framing_get_zoom (scale, shown, canvas), shown, canvas), scale,
            scale * 1e-9);
          before = scale;
        }
    }
}

static void
random_framing (BbRecipeValues *values, GRand *rand)
{
  values->position_x = g_rand_double_range (rand, -1, 1);
  values->position_y = g_rand_double_range (rand, -1, 1);
  values->rotate = (BbRotate) g_rand_int_range (rand, 0, 4);
  values->mirror = (BbMirror) g_rand_int_range (rand, 0, 4);
  values->crop_left = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 0.5);
  values->crop_top = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 0.5);
  values->crop_right = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 0.45);
  values->crop_bottom = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 0.45);
}

static BbPlan *
make_plan (BbRecipeValues *values, int w, int h, int cw, int ch)
{
  BbFormat source = { w, h, 8, 1, 1, FALSE, 1, 1, 1, 1 };
  BbFormat target = { cw, ch, 8, 1, 1, FALSE, 1, 1, 1, 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  BbPlan *plan;

  values->width = cw;
  values->height = ch;
  values->background = BB_BACKGROUND_COLOR;
  recipe = bb_recipe_new (values, &error);
  g_assert_no_error (error);
  plan = bb_test_plan_new (recipe, &source, BB_ORIENTATION_UPRIGHT, 1.0, &target, &error);
  g_assert_no_error (error);
  return plan;
}

/* A framing that fills one canvas fills every other, whatever the source and wherever it was put. */
static void
test_fills (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (int trial = 0; trial < 150; trial++)
    {
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.zoom = g_rand_int_range (rand, 0, 3) == 0 ? 1.0 : g_rand_double_range (rand, 1, 8);
      random_framing (&values, rand);
      for (int shape = 0; shape < 4; shape++)
        {
          int w, h, cw, ch;
          g_autoptr (BbPlan) plan = NULL;

          random_sides (rand, &w, &h);
          random_sides (rand, &cw, &ch);
          plan = make_plan (&values, w, h, cw, ch);
          for (int p = 0; p < BB_N_PLANES; p++)
            {
              g_assert_cmpint (plan->plane[p].left, ==, 0);
              g_assert_cmpint (plan->plane[p].top, ==, 0);
              g_assert_cmpint (plan->plane[p].foreground_width, ==, plan->plane[p].width);
              g_assert_cmpint (plan->plane[p].foreground_height, ==, plan->plane[p].height);
            }
        }
    }
}

/* A source that is a line, many times larger than what fills a canvas that is one too. */
static void
test_longest (void)
{
  for (int zoom = 1; zoom <= 8; zoom++)
    {
      BbRecipeValues values;
      g_autoptr (BbPlan) plan = NULL;

      bb_recipe_values_init (&values);
      values.zoom = zoom;
      values.position_x = 0.4;
      plan = make_plan (&values, 60000, 2, 2, 16384);
      g_assert_cmpint (plan->plane[0].foreground_width, ==, 2);
      g_assert_cmpint (plan->plane[0].foreground_height, >=, 16384 / 8);
      g_assert_cmpint (plan->plane[0].top, >=, 0);
      /* Much larger along both sides: each sample comes from a few. */
      g_assert_cmpint (plan->plane[0].foreground_x.n_taps, <=, 5);
    }
}

/* The point of the picture in the center stays there, as far as the picture has enough on each side. */
static void
test_keeps_center (void)
{
  BbRecipeValues values;
  BbPlacement placement;

  bb_recipe_values_init (&values);
  values.zoom = 1.0;
  bb_framing_set (&values, 1920, 1080, 1920.0 / 1080.0, -500, 0);
  bb_framing_place (&values, 1920, 1080, &placement);
  g_assert_cmpfloat_with_epsilon (placement.x, -500, 1e-9);
  /* 500 of 3413 columns: on a square canvas, of 1920. */
  values.height = 1080;
  bb_framing_place (&values, 1920, 1080, &placement);
  g_assert_cmpfloat_with_epsilon (placement.width, 1920, 1e-9);
  g_assert_cmpfloat_with_epsilon (placement.x, -500.0 * 1920 / (1920.0 * 1920 / 1080), 1e-9);
  /* On one of the picture's own shape there is nothing to choose. */
  values.width = 1920;
  bb_framing_place (&values, 1920, 1080, &placement);
  g_assert_cmpfloat_with_epsilon (placement.x, 0, 1e-9);
}

/* What a drag asks for is what comes, inside the limits; pixels of older recipes become part of it. */
static void
test_set (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (int trial = 0; trial < 2000; trial++)
    {
      BbRecipeValues values;
      BbPlacement placement, again;
      double shown_width, shown_height, scale;
      int w, h;

      bb_recipe_values_init (&values);
      random_sides (rand, &values.width, &values.height);
      random_sides (rand, &w, &h);
      random_framing (&values, rand);
      values.zoom = g_rand_double_range (rand, -0.9, 8);
      bb_framing_place (&values, w, h, &placement);
      bb_framing_get_shown (&values, w, h, &shown_width, &shown_height);
      scale = placement.width / shown_width;
      g_assert_cmpfloat_with_epsilon (scale, placement.height / shown_height, scale * 1e-9);
      bb_framing_set (&values, w, h, scale, placement.x, placement.y);
      bb_framing_place (&values, w, h, &again);
      g_assert_cmpfloat_with_epsilon (again.x, placement.x, 1e-6);
      g_assert_cmpfloat_with_epsilon (again.y, placement.y, 1e-6);
      g_assert_cmpfloat_with_epsilon (again.width, placement.width, placement.width * 1e-9);

      values.zoom = g_rand_double_range (rand, -0.9, 0);
      values.position_x = values.position_y = 0.0;
      values.offset_x = 0.3 * values.width;
      values.offset_y = -0.2 * values.height;
      bb_framing_place (&values, w, h, &placement);
      g_assert_cmpfloat_with_epsilon (placement.x, 0.3 * values.width, 1e-9);
      bb_framing_set (&values, w, h, placement.width / shown_width, placement.x, placement.y);
      g_assert_cmpfloat (values.offset_x, ==, 0.0);
      bb_framing_place (&values, w, h, &again);
      g_assert_cmpfloat_with_epsilon (again.x, 0.3 * values.width, 1e-6);
      g_assert_cmpfloat_with_epsilon (again.y, -0.2 * values.height, 1e-6);
    }
}

/* Buttons act on what is seen: four turns are none, turning undoes turning, and a crop stays on what it
 * was set around. */
static void
test_turning (void)
{
  for (int start = 0; start < 16; start++)
    {
      BbRecipeValues values, turned;
      double first[2], last[2], first2[2], last2[2];
      const double set_first[2] = { 0.1, 0.2 };
      const double set_last[2] = { 0.7, 0.95 };

      bb_recipe_values_init (&values);
      values.rotate = (BbRotate) (start % 4);
      values.mirror = (BbMirror) (start / 4);
      bb_framing_set_crop (&values, set_first, set_last);
      bb_framing_get_crop (&values, first, last);
      for (int i = 0; i < 2; i++)
        {
          g_assert_cmpfloat_with_epsilon (first[i], set_first[i], 1e-12);
          g_assert_cmpfloat_with_epsilon (last[i], set_last[i], 1e-12);
        }

      /* A quarter turn clockwise: what was at the bottom is on the left. */
      turned = values;
      bb_framing_rotate (&turned, 1);
      bb_framing_get_crop (&turned, first2, last2);
      g_assert_cmpfloat_with_epsilon (first2[0], 1.0 - last[1], 1e-12);
      g_assert_cmpfloat_with_epsilon (last2[0], 1.0 - first[1], 1e-12);
      g_assert_cmpfloat_with_epsilon (first2[1], first[0], 1e-12);
      bb_framing_rotate (&turned, -1);
      g_assert_cmpint (turned.rotate, ==, values.rotate);

      turned = values;
      bb_framing_mirror (&turned, FALSE);
      bb_framing_get_crop (&turned, first2, last2);
      g_assert_cmpfloat_with_epsilon (first2[0], 1.0 - last[0], 1e-12);
      g_assert_cmpfloat_with_epsilon (first2[1], first[1], 1e-12);
      bb_framing_mirror (&turned, TRUE);
      bb_framing_get_crop (&turned, first2, last2);
      g_assert_cmpfloat_with_epsilon (last2[1], 1.0 - first[1], 1e-12);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/framing/scale", test_scale);
  g_test_add_func ("/framing/fills", test_fills);
  g_test_add_func ("/framing/longest", test_longest);
  g_test_add_func ("/framing/keeps-center", test_keeps_center);
  g_test_add_func ("/framing/set", test_set);
  g_test_add_func ("/framing/turning", test_turning);
  return g_test_run ();
}
