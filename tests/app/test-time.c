/* test-time.c: times that people type, and the trim that they make
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-time-range.h"
#include "bb-trim.h"
#include "blurbox.h"

#include <math.h>

#define MS 1000000LL

static const BbTimeGrid at_25 = { 0, 25, 1, 1, 12800 };
static const BbTimeGrid at_ntsc = { 0, 30000, 1001, 1, 1000 };
static const BbTimeGrid unknown = { 0, 0, 1, 1, 1000 };

static void
test_parse (void)
{
  static const struct {
    const char *text;
    gint64 milliseconds; /* -1: no time */
  } cases[] = {
    { "1:05.2", 65200 },
    { "65.2", 65200 },
    { "65,2", 65200 },
    { " 65.2 s ", 65200 },
    { "0:01:05.200", 65200 },
    { "1:05:12", 3912000 },
    { "1:5", 65000 },
    { "100:00", 6000000 },
    { ".5", 500 },
    { "0", 0 },
    { "7.", 7000 },
    { "٦٥٫٢", 65200 },
    { "90f", 3600 },
    { "90 F", 3600 },
    { "90 frames", 3600 },
    { "1 frame", 40 },
    { "0f", 0 },
    { "", -1 },
    { "s", -1 },
    { ".", -1 },
    { ":", -1 },
    { "1:", -1 },
    { ":30", -1 },
    { "1:60", -1 },
    { "1:60:00", -1 },
    { "1:2:3:4", -1 },
    { "1.5:00", -1 },
    { "-1", -1 },
    { "+1", -1 },
    { "1e3", -1 },
    { "0x10", -1 },
    { "nan", -1 },
    { "1.2.3", -1 },
    { "f", -1 },
    { "1.5f", -1 },
    { "90 fish", -1 },
    { "12345678901234567890", -1 },
    { "12345678901234567890f", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 time = -1;
      gboolean read = bb_time_parse (cases[i].text, &at_25, FALSE, &time, &error);

      g_test_message ("“%s”", cases[i].text);
      g_assert_cmpint (read, ==, cases[i].milliseconds >= 0);
      if (read)
        g_assert_cmpint (time, ==, cases[i].milliseconds * MS);
      else
        g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
    }
}

/* Frames where there is no rate say so. */
static void
test_unknown_rate (void)
{
  g_autoptr (GError) error = NULL;
  gint64 time = -1;

  g_assert_false (bb_time_parse ("90f", &unknown, FALSE, &time, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_assert_true (bb_time_parse ("1.2345", &unknown, FALSE, &time, NULL));
  g_assert_cmpint (bb_time_grid_snap (&unknown, time, FALSE), ==, 1234500000);
}

/* Each frame's text leads to that frame again, and to the time that a file has for it: Matroska rounds
 * to the millisecond. */
static void
test_grid (void)
{
  for (gint64 n = 0; n < 200000; n += 1 + n / 50)
    {
      double seconds = (double) n * 1001.0 / 30000.0;
      gint64 stored = llround (seconds * 1000.0) * MS;
      gint64 time = bb_time_grid_get (&at_ntsc, n, FALSE);
      g_autofree char *text = bb_time_format_exact (time);
      g_autofree char *frames = g_strdup_printf ("%" G_GINT64_FORMAT "f", n);
      gint64 again;

      g_assert_cmpint (time, ==, stored);
      g_assert_true (bb_time_parse (text, &at_ntsc, FALSE, &again, NULL));
      g_assert_cmpint (bb_time_grid_snap (&at_ntsc, again, FALSE), ==, stored);
      g_assert_true (bb_time_parse (frames, &at_ntsc, FALSE, &again, NULL));
      g_assert_cmpint (again, ==, stored);
      g_assert_cmpint (ABS (bb_time_grid_get (&at_ntsc, n, TRUE) - llround (seconds * 1e9)), <=, 1);
    }
  g_assert_cmpint (bb_time_grid_snap (&(BbTimeGrid) { 10 * MS, 25, 1, 1, 1000 }, 0, FALSE), ==,
                   10 * MS);
}

static void
test_trim (void)
{
  static const struct {
    gint64 start, end; /* milliseconds, as below; -1: the end */
    BbTrimField field;
    const char *text;
    gint64 new_start, new_end; /* where it is refused: as before */
    gboolean refused;
  } cases[] = {
    { 0, -1, BB_TRIM_START, "1:00", 60000, -1, FALSE },
    { 0, -1, BB_TRIM_START, "1.019", 1000, -1, FALSE },
    { 0, -1, BB_TRIM_START, "1.021", 1040, -1, FALSE },
    { 0, -1, BB_TRIM_START, "25f", 1000, -1, FALSE },
    { 0, -1, BB_TRIM_START, "1:30", 0, -1, TRUE },
    { 0, 2000, BB_TRIM_START, "1.96", 1960, 2000, FALSE },
    { 0, 2000, BB_TRIM_START, "2", 0, 2000, TRUE },
    { 0, 2000, BB_TRIM_START, "zwei", 0, 2000, TRUE },
    { 1000, -1, BB_TRIM_END, "2", 1000, 2000, FALSE },
    { 1000, -1, BB_TRIM_END, "1.04", 1000, 1040, FALSE },
    { 1000, -1, BB_TRIM_END, "1", 1000, -1, TRUE },
    { 1000, -1, BB_TRIM_END, "0:30", 1000, 30000, FALSE },
    { 1000, 2000, BB_TRIM_END, "1:30.010", 1000, -1, FALSE },
    { 1000, 2000, BB_TRIM_END, "1:31", 1000, 2000, TRUE },
    { 1000, -1, BB_TRIM_LENGTH, "2", 1000, 3000, FALSE },
    { 1000, -1, BB_TRIM_LENGTH, "10f", 1000, 1400, FALSE },
    { 1000, 2000, BB_TRIM_LENGTH, "0", 1000, 2000, TRUE },
    { 1000, 2000, BB_TRIM_LENGTH, "1:29.010", 1000, -1, FALSE },
    { 1000, 2000, BB_TRIM_LENGTH, "1:30", 1000, 2000, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      BbTrim trim = { .duration = 90010 * MS,
                      .grid = at_25,
                      .start = cases[i].start * MS,
                      .end = cases[i].end < 0 ? -1 : cases[i].end * MS };

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (bb_trim_edit (&trim, cases[i].field, cases[i].text, &error), ==,
                       !cases[i].refused);
      if (cases[i].refused)
        g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
      g_assert_cmpint (trim.start, ==, cases[i].new_start * MS);
      g_assert_cmpint (trim.end, ==, cases[i].new_end < 0 ? -1 : cases[i].new_end * MS);
    }
}

/* What is shown, given back, changes nothing. */
static void
test_round_trip (void)
{
  BbTrim trim = { .duration = 3723456 * MS, .grid = at_25, .start = 62040 * MS, .end = -1 };
  static const char *const texts[] = { "1:02.040", "1:02:03.456", "1:01:01.416" };

  for (int i = 0; i < BB_TRIM_N_FIELDS; i++)
    {
      g_autofree char *text = bb_trim_format (&trim, (BbTrimField) i);
      g_autoptr (GError) error = NULL;

      g_assert_cmpstr (text, ==, texts[i]);
      g_assert_true (bb_trim_edit (&trim, (BbTrimField) i, text, &error));
      g_assert_no_error (error);
      g_assert_cmpint (trim.start, ==, 62040 * MS);
      g_assert_cmpint (trim.end, ==, -1);
    }
}

/* Zooms at random places in and out: what is at the pointer stays there, unless an end of the clip is
 * reached. */
static void
test_range_zoom (void)
{
  const gint64 hour = 3600000 * MS;
  BbTimeRange range;
  GRand *rand = g_rand_new_with_seed (7);

  bb_time_range_init (&range, hour, 320 * MS);
  g_assert_true (bb_time_range_is_whole (&range));
  for (int i = 0; i < 2000; i++)
    {
      double place = g_rand_double_range (rand, 0.0, 1.0);
      double factor = g_rand_double_range (rand, 0.5, 2.4);
      gint64 fixed = bb_time_range_get_time (&range, place);
      gint64 span = range.span;

      bb_time_range_zoom (&range, factor, fixed);
      g_assert_cmpint (range.span, >=, 320 * MS);
      g_assert_cmpint (range.start, >=, 0);
      g_assert_cmpint (range.start + range.span, <=, hour);
      if (range.span > 320 * MS && range.span < hour)
        g_assert_cmpfloat_with_epsilon ((double) span / (double) range.span, factor, 1e-5);
      if (range.start > 0 && range.start + range.span < hour)
        g_assert_cmpfloat_with_epsilon (bb_time_range_get_place (&range, fixed), place, 1e-6);
    }
  bb_time_range_zoom (&range, 1e12, hour / 2);
  g_assert_cmpint (range.span, ==, 320 * MS);
  bb_time_range_zoom (&range, 1e-12, 0);
  g_assert_true (bb_time_range_is_whole (&range));
  g_assert_cmpint (range.start, ==, 0);
  g_assert_false (bb_time_range_zoom (&range, 0.5, hour));
  g_rand_free (rand);
}

static void
test_range_reveal (void)
{
  BbTimeRange range;

  bb_time_range_init (&range, 100000 * MS, 320 * MS);
  bb_time_range_zoom (&range, 10.0, 0);
  g_assert_cmpint (range.start, ==, 0);
  g_assert_cmpint (range.span, ==, 10000 * MS);
  g_assert_false (bb_time_range_reveal (&range, 10000 * MS));
  /* The next page, with a little of this one. */
  g_assert_true (bb_time_range_reveal (&range, 10040 * MS));
  g_assert_cmpint (range.start, ==, 9040 * MS);
  g_assert_true (bb_time_range_reveal (&range, 9000 * MS));
  g_assert_cmpint (range.start, ==, 0);
  g_assert_true (bb_time_range_reveal (&range, 100000 * MS));
  g_assert_cmpint (range.start, ==, 90000 * MS);
  g_assert_true (bb_time_range_set_start (&range, -5));
  g_assert_cmpint (range.start, ==, 0);
  g_assert_cmpint (bb_time_range_get_time (&range, -0.5), ==, 0);
  g_assert_cmpint (bb_time_range_get_time (&range, 1.5), ==, 15000 * MS);
  /* No clip, and one that is shorter than the least. */
  bb_time_range_init (&range, 0, 320 * MS);
  g_assert_false (bb_time_range_zoom (&range, 2.0, 0));
  bb_time_range_init (&range, 100 * MS, 320 * MS);
  g_assert_false (bb_time_range_zoom (&range, 2.0, 0));
  g_assert_cmpint (range.span, ==, 100 * MS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time/parse", test_parse);
  g_test_add_func ("/time/unknown-rate", test_unknown_rate);
  g_test_add_func ("/time/grid", test_grid);
  g_test_add_func ("/time/trim", test_trim);
  g_test_add_func ("/time/round-trip", test_round_trip);
  g_test_add_func ("/time/range-zoom", test_range_zoom);
  g_test_add_func ("/time/range-reveal", test_range_reveal);
  return g_test_run ();
}
