/* bench-player.c: how quickly the preview answers, and whether it keeps up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: bench-player CLIP. Prints figures as a key file.
 */

#include "../bb-test-player.h"

#include <stdlib.h>
#include <sys/resource.h>

#define N_CHANGES 50

static int n_pictures;
static gboolean ended;
static gboolean opened;

static void
picture_cb (void)
{
  n_pictures++;
}

static void
ended_cb (void)
{
  ended = TRUE;
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!bb_player_open_finish (BB_PLAYER (object), result, &error))
    {
      g_printerr ("bench-player: %s\n", error->message);
      exit (1);
    }
  opened = TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
wait_for_generation (BbPlayer *player, guint64 generation)
{
  BbPicture *picture;

  while ((picture = bb_player_get_picture (player)) == NULL || picture->generation < generation)
    g_main_context_iteration (NULL, TRUE);
}

typedef void (*Change) (BbRecipeValues *values, int i);

static void
change_blur (BbRecipeValues *values, int i)
{
  values->blur = 8.0 * (i + 1);
}

static void
change_corners (BbRecipeValues *values, int i)
{
  values->corner_radius = i + 1;
  values->shadow = 0.5;
}

static void
change_precision (BbRecipeValues *values, int i)
{
  values->precision = i % 2 == 0 ? BB_PRECISION_FP32 : BB_PRECISION_FP16;
}

/* Milliseconds from setting a recipe to its picture: median and the worst. */
static void
measure_changes (BbPlayer *player, const char *name, Change change)
{
  double times[N_CHANGES];
  double longest_call = 0.0;

  for (int i = 0; i < N_CHANGES; i++)
    {
      g_autoptr (BbRecipe) recipe = NULL;
      BbRecipeValues values;
      gint64 start;

      bb_recipe_values_init (&values);
      change (&values, i);
      recipe = bb_recipe_new (&values, NULL);
      start = g_get_monotonic_time ();
      BB_TEST_PLAYER_SET (player, s.recipe = recipe);
      longest_call = MAX (longest_call, (double) (g_get_monotonic_time () - start) / 1000.0);
      wait_for_generation (player, bb_recipe_get_generation (recipe));
      times[i] = (double) (g_get_monotonic_time () - start) / 1000.0;
      /* A slider moves, then the frame is drawn. */
      for (gint64 until = g_get_monotonic_time () + 16000; g_get_monotonic_time () < until;)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (1000);
        }
    }
  qsort (times, N_CHANGES, sizeof (double), compare);
  g_print ("%s_median_ms=%.1f\n%s_worst_ms=%.1f\n", name,
           (times[N_CHANGES / 2 - 1] + times[N_CHANGES / 2]) / 2.0, name, times[N_CHANGES - 1]);
  g_print ("%s_call_ms=%.2f\n", name, longest_call);
}

static void
report (const char *name, double *times, int n)
{
  qsort (times, (gsize) n, sizeof (double), compare);
  g_print ("%s_median_ms=%.1f\n%s_worst_ms=%.1f\n", name, (times[(n - 1) / 2] + times[n / 2]) / 2.0,
           name, times[n - 1]);
}

/* Whether the frame that was sought is on screen. */
static gboolean
is_there (BbPlayer *player, gint64 time)
{
  const BbPlayerSource *source = bb_player_get_source (player);
  BbPicture *picture = bb_player_get_picture (player);

  return picture != NULL && picture->time <= time + 1000 &&
         time < picture->time + source->frame_duration + 1000;
}

static double
get_ms (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

/* Milliseconds to the first picture that is nearer, and to the frame itself, anywhere in the clip. */
static void
measure_seeks (BbPlayer *player)
{
  gint64 last = bb_player_get_source (player)->duration - 100000000;
  double first[N_CHANGES];
  double exact[N_CHANGES];
  guint32 random = 1;

  for (int i = 0; i < N_CHANGES; i++)
    {
      gint64 start = g_get_monotonic_time ();
      int before = n_pictures;
      gint64 time;

      random = random * 1664525 + 1013904223;
      time = (gint64) ((double) random / 4294967296.0 * (double) last);
      bb_player_seek (player, time);
      while (n_pictures == before)
        g_main_context_iteration (NULL, TRUE);
      first[i] = get_ms (start);
      while (!is_there (player, time))
        g_main_context_iteration (NULL, TRUE);
      exact[i] = get_ms (start);
    }
  report ("first", first, N_CHANGES);
  report ("seek", exact, N_CHANGES);
}

/* A hand along the timeline: a move each frame of a screen, to the end and back. How long the last picture
 * has been on screen at most while it moves, and how long the frame takes where it rests. */
static void
measure_drag (BbPlayer *player)
{
  gint64 last = bb_player_get_source (player)->duration - 100000000;
  double gaps[N_CHANGES * 20];
  double rests[N_CHANGES];
  int n_gaps = 0;
  int n_moves = 0;

  for (int i = 0; i < N_CHANGES / 5; i++)
    {
      gint64 seen = 0;
      gint64 start = 0;
      gint64 time = 0;

      /* In steps of every length, over the clip's keyframes, forth and back. */
      for (int k = 0; k <= 60; k++)
        {
          int before = n_pictures;
          gint64 way = last * k / 60 / (1 + i / 2);

          time = i % 2 == 0 ? way : last - way;
          start = g_get_monotonic_time ();
          bb_player_seek (player, time);
          n_moves++;
          for (gint64 until = start + 16000; g_get_monotonic_time () < until;)
            {
              g_main_context_iteration (NULL, FALSE);
              if (n_pictures != before && k > 0)
                {
                  gint64 now = g_get_monotonic_time ();

                  if (seen != 0)
                    gaps[n_gaps++] = (double) (now - seen) / 1000.0;
                  seen = now;
                  before = n_pictures;
                }
              g_usleep (500);
            }
        }
      while (!is_there (player, time))
        g_main_context_iteration (NULL, TRUE);
      rests[i] = get_ms (start);
    }
  g_print ("drag_pictures=%d\ndrag_moves=%d\n", n_gaps, n_moves);
  report ("drag", gaps, n_gaps);
  report ("rest", rests, N_CHANGES / 5);
}

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void
measure_playing (BbPlayer *player)
{
  const BbPlayerSource *source = bb_player_get_source (player);
  double cpu = get_cpu_seconds ();
  BbPlayerStats stats;

  bb_player_seek (player, 0);
  ended = FALSE;
  bb_player_play (player);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
  g_print ("processors=%.2f\n", (get_cpu_seconds () - cpu) / ((double) source->duration * 1e-9));
  bb_player_get_stats (player, &stats);
  g_print ("shown=%" G_GUINT64_FORMAT "\ndropped=%" G_GUINT64_FORMAT "\n", stats.shown,
           stats.dropped);
  g_print ("decode_ms=%.2f\neffect_ms=%.2f\ndisplay_ms=%.2f\n", stats.decode_ms, stats.effect_ms,
           stats.display_ms);
  g_print ("memory_mib=%.0f\n", (double) stats.memory / 1048576.0);
}

int
main (int argc, char **argv)
{
  g_autoptr (BbPlayer) player = bb_player_new ();
  g_autoptr (GFile) file = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipeValues values;
  gint64 start = g_get_monotonic_time ();

  if (argc != 2)
    {
      g_printerr ("Usage: bench-player CLIP\n");
      return 1;
    }
  file = g_file_new_for_commandline_arg (argv[1]);
  g_signal_connect (player, "picture", picture_cb, NULL);
  g_signal_connect (player, "ended", ended_cb, NULL);
  bb_recipe_values_init (&values);
  recipe = bb_recipe_new (&values, NULL);
  BB_TEST_PLAYER_SET (player, s.recipe = recipe);
  BB_TEST_PLAYER_SET (player, s.width = 540, s.height = 960);
  bb_player_open_async (player, file, NULL, opened_cb, NULL);
  while (!opened)
    g_main_context_iteration (NULL, TRUE);
  while (n_pictures == 0)
    g_main_context_iteration (NULL, TRUE);
  g_print ("[player]\nopen_ms=%.1f\n", (double) (g_get_monotonic_time () - start) / 1000.0);
  measure_changes (player, "blur", change_blur);
  measure_changes (player, "corners", change_corners);
  measure_changes (player, "precision", change_precision);
  bb_player_play (player);
  measure_changes (player, "blur_playing", change_blur);
  bb_player_pause (player);
  measure_seeks (player);
  measure_drag (player);
  BB_TEST_PLAYER_SET (player, s.recipe = recipe);
  measure_playing (player);
  return 0;
}
