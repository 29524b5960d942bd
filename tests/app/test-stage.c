/* test-stage.c: what takes how long, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-stage.h"

static void
test_times (void)
{
  static const struct {
    double milliseconds;
    const char *text;
  } cases[] = {
    { 0.0, "–" },        { 0.000001, "1 µs" }, { 0.0231, "23 µs" }, { 0.049, "49 µs" },
    { 0.999, "999 µs" }, { 0.9996, "1.0 ms" }, { 1.0, "1.0 ms" },   { 1234.56, "1234.6 ms" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = bb_stage_format_time (cases[i].milliseconds);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_slowest (void)
{
  g_assert_cmpint (bb_stage_find_slowest (0, 0, 0, 0), ==, BB_STAGE_NONE);
  g_assert_cmpint (bb_stage_find_slowest (1.6, 0.03, 0, 0.7), ==, BB_STAGE_DECODER);
  g_assert_cmpint (bb_stage_find_slowest (1.6, 2.0, 0, 0.7), ==, BB_STAGE_DEVICE);
  g_assert_cmpint (bb_stage_find_slowest (1.6, 2.0, 9.0, 0), ==, BB_STAGE_ENCODER);
  g_assert_cmpint (bb_stage_find_slowest (1.6, 2.0, 0, 2.1), ==, BB_STAGE_SCREEN);
  g_assert_cmpstr (bb_stage_get_id (BB_STAGE_DEVICE, "cpu (2 threads)"), ==, "cpu");
  g_assert_cmpstr (bb_stage_get_id (BB_STAGE_DEVICE, "NVIDIA H200 (Hopper)"), ==, "gpu");
  g_assert_cmpstr (bb_stage_get_name (BB_STAGE_DEVICE, "NVIDIA H200 (Hopper)"), ==, "GPU");
  g_assert_cmpstr (bb_stage_get_name (BB_STAGE_DEVICE, "cpu"), ==, "CPU");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stage/times", test_times);
  g_test_add_func ("/stage/slowest", test_slowest);
  return g_test_run ();
}
