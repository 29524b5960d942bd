/* test-segments.c: where segments begin, and which worker makes which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-ramp.h"
#include "bb-schedule.h"
#include "bb-segmenter.h"

#define RATE 25

/* A video of @seconds at a time base of a thousandth of a second. */
static BbSegmentTable
make_table (double seconds, gboolean search)
{
  BbSegmentTable table;
  BbSourceInfo info = {
    .time_base_num = 1,
    .time_base_den = 1000,
    .duration = (gint64) (seconds * 1e9),
  };
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  bb_segment_table_init (&table, &info, &values, search);
  return table;
}

/* Whatever the length: no segment is shorter than 4 s or longer than 15 s, wherever cuts are. */
static void
test_lengths (void)
{
  for (double seconds = 0.5; seconds < 400; seconds += 0.37)
    {
      BbSegmentTable table = make_table (seconds, TRUE);
      gint64 earliest = 0, latest = 0;

      g_assert_cmpuint (table.n_segments, >=, 1);
      if (seconds < 15)
        g_assert_cmpuint (table.n_segments, ==, 1);
      for (guint i = 1; i < table.n_segments; i++)
        {
          gint64 from, until;

          bb_segment_table_get_window (&table, i, &from, &until);
          g_assert_cmpint (from, <=, until);
          g_assert_cmpint (from - latest, >=, 3999);
          g_assert_cmpint (until - earliest, <=, 15001);
          g_assert_cmpint (until - from, <=, 6001);
          earliest = from;
          latest = until;
        }
      if (table.n_segments > 1)
        {
          g_assert_cmpint (table.length - latest, >=, 3999);
          g_assert_cmpint (table.length - earliest, <=, 15001);
        }
    }
}

/* A gray picture. */
static BbFrame *
make_frame (gint64 pts, guint8 luma)
{
  static const BbFormat format = {
    .width = 64, .height = 36, .depth = 8, .chroma_shift_x = 1, .chroma_shift_y = 1
  };
  BbFrame *frame = bb_frame_new (&format, NULL);

  for (int y = 0; y < 36; y++)
    memset (frame->data[0] + (gssize) y * frame->stride[0], luma, 64);
  frame->pts = pts;
  frame->duration = 1000 / RATE;
  return frame;
}

/* A picture that changes at these times. */
static guint8
get_luma (gint64 pts, const gint64 *cuts, gsize n_cuts)
{
  guint8 luma = 40;

  for (gsize i = 0; i < n_cuts; i++)
    if (pts >= cuts[i])
      luma = luma == 40 ? 120 : 40;
  return luma;
}

/* The segments of all frames from @index on, read from where the segmenter wants it. */
static GHashTable *
find_begins (const BbSegmentTable *table, guint index, const gint64 *cuts, gsize n_cuts)
{
  g_autoptr (BbSegmenter) segmenter = bb_segmenter_new (table);
  GHashTable *begins = g_hash_table_new (NULL, NULL);
  gint64 from = bb_segmenter_begin (segmenter, index);

  for (gint64 pts = 0; pts < table->length; pts += 1000 / RATE)
    {
      g_autoptr (BbFrame) frame = NULL;
      guint segment;

      /* The frame that is shown then comes first. */
      if (pts + 1000 / RATE <= from)
        continue;
      frame = make_frame (pts, get_luma (pts, cuts, n_cuts));
      segment = bb_segmenter_push (segmenter, frame, NULL, NULL);
      if (segment == BB_SEGMENT_NONE)
        continue;
      g_assert_cmpuint (segment, >=, index);
      if (!g_hash_table_contains (begins, GUINT_TO_POINTER (segment)))
        g_hash_table_insert (begins, GUINT_TO_POINTER (segment), GINT_TO_POINTER ((int) pts));
    }
  return begins;
}

static int
get_begin (GHashTable *begins, guint index)
{
  gpointer begin = GINT_TO_POINTER (-1);

  g_hash_table_lookup_extended (begins, GUINT_TO_POINTER (index), NULL, &begin);
  return GPOINTER_TO_INT (begin);
}

/* 60 s: planned each 10 s, from 3 s before to 2 s after. */
static void
test_cuts (void)
{
  static const gint64 cuts[] = { 5000, 8000, 11000, 21400, 33000 };
  BbSegmentTable table = make_table (60, TRUE);
  g_autoptr (GHashTable) begins = find_begins (&table, 0, cuts, G_N_ELEMENTS (cuts));

  g_assert_cmpuint (table.n_segments, ==, 6);
  g_assert_cmpint (get_begin (begins, 0), ==, 0);
  g_assert_cmpint (get_begin (begins, 1), ==, 8000);  /* the first cut within the window */
  g_assert_cmpint (get_begin (begins, 2), ==, 21400); /* after the plan */
  g_assert_cmpint (get_begin (begins, 3), ==, 32000); /* the cut comes too late */
  g_assert_cmpint (get_begin (begins, 4), ==, 42000);
  g_assert_cmpint (get_begin (begins, 5), ==, 52000);
  g_assert_cmpuint (g_hash_table_size (begins), ==, 6);
  /* Whoever begins in the middle finds the same. */
  for (guint i = 1; i < 6; i++)
    {
      g_autoptr (GHashTable) some = find_begins (&table, i, cuts, G_N_ELEMENTS (cuts));

      for (guint j = i; j < 6; j++)
        g_assert_cmpint (get_begin (some, j), ==, get_begin (begins, j));
      g_assert_cmpuint (g_hash_table_size (some), ==, 6 - i);
    }
}

/* A frame that is shown for long leaves segments out, and one that comes late is in the last. */
static void
test_long_frames (void)
{
  static const gint64 times[] = { 0, 26000, 26040, 59000, 65000, 75000 };
  static const guint segments[] = { 0, 2, 2, 5, 5, 6 };
  BbSegmentTable table = make_table (60, TRUE);
  g_autoptr (BbSegmenter) segmenter = bb_segmenter_new (&table);

  bb_segmenter_begin (segmenter, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (BbFrame) frame = make_frame (times[i], 40);

      g_assert_cmpuint (bb_segmenter_push (segmenter, frame, NULL, NULL), ==, segments[i]);
    }
}

/* Where the boundary is known nothing is looked for. */
static void
test_given (void)
{
  static const gint64 cut = 9000;
  BbSegmentTable table = make_table (60, TRUE);
  g_autoptr (BbSegmenter) segmenter = bb_segmenter_new (&table);

  bb_segmenter_begin_at (segmenter, 1, 9520);
  for (gint64 pts = 8000; pts < 12000; pts += 1000 / RATE)
    {
      g_autoptr (BbFrame) frame = make_frame (pts, get_luma (pts, &cut, 1));

      g_assert_cmpuint (bb_segmenter_push (segmenter, frame, NULL, NULL), ==,
                        pts < 9520 ? BB_SEGMENT_NONE : 1);
    }
}

/* Workers that come and go: each segment is made once, whoever takes it. */
static void
test_schedule (void)
{
  for (guint seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      guint n = (guint) g_rand_int_range (rand, 1, 40);
      g_autoptr (BbSchedule) schedule = bb_schedule_new (0, BB_SEGMENT_NONE, n);
      g_autofree guint *made = g_new0 (guint, n);
      BbRun *runs[4] = { NULL };
      guint at[4];

      /* Some are there already. */
      for (guint i = 0; i < n; i++)
        if (g_rand_int_range (rand, 0, 4) == 0)
          {
            made[i]++;
            bb_schedule_mark (schedule, i, i + 1 < n ? i + 1 : BB_SEGMENT_NONE, 1000 * (i + 1));
          }
      for (gboolean busy = TRUE; busy;)
        {
          guint w = (guint) g_rand_int_range (rand, 0, 4);

          if (runs[w] == NULL)
            {
              runs[w] = bb_schedule_take (schedule);
              at[w] = runs[w] != NULL ? runs[w]->first : 0;
              if (runs[w] != NULL && runs[w]->given != G_MININT64)
                g_assert_cmpint (runs[w]->given, ==, 1000 * (gint64) runs[w]->first);
            }
          else if (at[w] < n && bb_schedule_enter (schedule, runs[w], at[w]))
            {
              made[at[w]++]++;
              /* Memory runs out. */
              if (g_rand_int_range (rand, 0, 10) == 0)
                bb_schedule_give_back (schedule, g_steal_pointer (&runs[w]), at[w]);
            }
          else
            bb_schedule_end (schedule, g_steal_pointer (&runs[w]));
          busy = bb_schedule_can_take (schedule);
          for (guint i = 0; i < 4; i++)
            busy |= runs[i] != NULL;
        }
      for (guint i = 0; i < n; i++)
        g_assert_cmpuint (made[i], ==, 1);
    }
}

/* The second worker gets half of what is left, and nobody divides what has no length. */
static void
test_steal (void)
{
  g_autoptr (BbSchedule) schedule = bb_schedule_new (0, BB_SEGMENT_NONE, 9);
  g_autoptr (BbSchedule) unknown = bb_schedule_new (0, BB_SEGMENT_NONE, 0);
  BbRun *first = bb_schedule_take (schedule);
  BbRun *second = bb_schedule_take (schedule);
  BbRun *whole = bb_schedule_take (unknown);

  g_assert_cmpuint (second->first, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_true (bb_schedule_enter (schedule, first, i));
  g_assert_false (bb_schedule_enter (schedule, first, 5));
  bb_schedule_end (schedule, first);
  /* The tail may be longer than planned. */
  g_assert_true (bb_schedule_enter (schedule, second, 12));
  bb_schedule_end (schedule, second);
  g_assert_null (bb_schedule_take (schedule));
  g_assert_null (bb_schedule_take (unknown));
  bb_schedule_redo (schedule, 3, 42, TRUE);
  first = bb_schedule_take (schedule);
  g_assert_cmpint (first->given, ==, 42);
  g_assert_true (first->from_start);
  bb_schedule_end (schedule, first);
  bb_schedule_end (unknown, whole);
  bb_schedule_close (schedule);
  g_assert_false (bb_schedule_can_take (schedule));
}

/* A GPU with so many decoders: as many workers, and the one that showed that more are not worth it. */
static guint
find_workers (guint n_decoders, double pause)
{
  BbRamp ramp;
  guint n_workers = 1;
  double frames = 0.0;

  bb_ramp_init (&ramp, FALSE);
  for (gint64 now = 0; now < 120 * G_USEC_PER_SEC; now += G_USEC_PER_SEC / 4)
    {
      double paused = now >= 20 * G_USEC_PER_SEC ? pause : 0.0;

      if (bb_ramp_wants_more (&ramp, now, (gint64) frames, paused))
        n_workers++;
      /* 500 frames a second each, up to there. */
      frames += 125.0 * MIN (n_workers, n_decoders);
    }
  return n_workers;
}

static void
test_ramp (void)
{
  BbRamp ramp;

  for (guint n = 1; n <= 8; n++)
    {
      g_assert_cmpuint (find_workers (n, 0.0), ==, n + 1);
      g_assert_cmpuint (find_workers (n, 3.5), ==, n + 1);
    }
  bb_ramp_init (&ramp, FALSE);
  bb_ramp_stop (&ramp);
  for (gint64 now = 0; now < 20 * G_USEC_PER_SEC; now += G_USEC_PER_SEC / 4)
    g_assert_false (bb_ramp_wants_more (&ramp, now, now, 0.0));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segments/lengths", test_lengths);
  g_test_add_func ("/segments/cuts", test_cuts);
  g_test_add_func ("/segments/long-frames", test_long_frames);
  g_test_add_func ("/segments/given", test_given);
  g_test_add_func ("/segments/schedule", test_schedule);
  g_test_add_func ("/segments/steal", test_steal);
  g_test_add_func ("/segments/ramp", test_ramp);
  return g_test_run ();
}
