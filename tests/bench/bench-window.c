/* bench-window.c: how long the window's main loop is kept from its events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: bench-window CLIP FOLDER SECONDS [gpu|list], or bench-window for the empty window's start alone. With gpu it measures
 * what a GPU makes different, and says how pictures reached the screen. Prints
 * figures as a key file. A turn of the loop is timed from where it comes out of poll() until it is there again: that long no key and no click is
 * answered. What GTK takes to draw is counted apart, as it is the CPU's work where there is no
 * GPU. Where the system tells, the time that the thread was ready but others had the
 * CPU is left out: it says how busy the machine is with other things. What the host of a virtual
 * machine takes away is not told that finely, so a long turn is only marked where it took something.
 */

#include "bb-application.h"
#include "bb-device-texture.h"
#include "bb-window.h"

#include <glib/gstdio.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_TURNS 1000000
/* Milliseconds that a turn may take. */
#define LIMIT 16.0
#define DRAG_MS 33
#define N_CHANGES 50

/* Milliseconds. */
typedef struct {
  double wall;
  double own;      /* without waits for the CPU */
  double rest;     /* of that, without drawing */
  double cpu;      /* CPU time, without drawing */
  gboolean stolen; /* whether the host of a virtual machine had a CPU in the meantime */
} Turn;

/* Nanoseconds. */
typedef struct {
  gint64 wall;
  gint64 delay;
  gint64 cpu;
} Instant;

static Turn turns[MAX_TURNS];
static guint n_turns;
static Instant turn_start;
static Instant drawing_start;
static gint64 drawing;
static gint64 drawing_cpu;
static int schedstat = -1;
static int host = -1;
static gint64 stolen;

static const char *clip;
static const char *folder;
static double seconds;
static gboolean gpu;
static gboolean list;

static Instant
get_instant (void)
{
  Instant instant = { g_get_monotonic_time () * 1000, 0, 0 };
  struct timespec cpu;
  char text[128];
  gssize n = schedstat >= 0 ? pread (schedstat, text, sizeof text - 1, 0) : 0;
  char *delay;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);
  instant.cpu = (gint64) cpu.tv_sec * 1000000000 + cpu.tv_nsec;
  if (n > 0)
    {
      text[n] = '\0';
      delay = strchr (text, ' ');
      instant.delay = delay != NULL ? g_ascii_strtoll (delay, NULL, 10) : 0;
    }
  return instant;
}

/* What the host has taken of all CPU threads so far, in ticks. */
static gint64
get_stolen (void)
{
  char text[256];
  gssize n = host >= 0 ? pread (host, text, sizeof text - 1, 0) : 0;
  long long steal = 0;

  text[MAX (n, 0)] = '\0';
  if (sscanf (text, "cpu %*d %*d %*d %*d %*d %*d %*d %lld", &steal) != 1)
    return 0;
  return steal;
}

static gint64
get_own (Instant from, Instant to)
{
  return to.wall - from.wall - (to.delay - from.delay);
}

static int
poll_cb (GPollFD *fds, guint n_fds, int timeout)
{
  Instant now = get_instant ();
  int result;

  if (turn_start.wall != 0 && n_turns < MAX_TURNS)
    {
      double own = (double) get_own (turn_start, now) * 1e-6;

      turns[n_turns++] =
        (Turn) { (double) (now.wall - turn_start.wall) * 1e-6, own, own - (double) drawing * 1e-6,
                 (double) (now.cpu - turn_start.cpu - drawing_cpu) * 1e-6,
                 get_stolen () != stolen };
    }
  result = g_poll (fds, n_fds, timeout);
  stolen = get_stolen ();
  turn_start = get_instant ();
  drawing = drawing_cpu = 0;
  return result;
}

static void
before_paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  drawing_start = get_instant ();
}

static void
after_paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  Instant now = get_instant ();

  drawing += get_own (drawing_start, now);
  drawing_cpu += now.cpu - drawing_start.cpu;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
report_series (const char *name, const char *series, gsize offset)
{
  g_autofree double *values = g_new (double, n_turns + 1);
  guint over = 0;

  for (guint i = 0; i < n_turns; i++)
    {
      values[i] = *(double *) (gpointer) ((guint8 *) &turns[i] + offset);
      over += values[i] > LIMIT;
    }
  qsort (values, n_turns, sizeof *values, compare);
  g_print ("%s_%s_p99_ms=%.2f\n%s_%s_worst_ms=%.2f\n%s_%s_over=%u\n", name, series,
           values[n_turns * 99 / 100], name, series, values[n_turns - 1], name, series, over);
}

static void
report (const char *name, const BbPlayerStats *stats)
{
  guint n_stolen = 0;

  g_print ("%s_turns=%u\n%s_shown=%" G_GUINT64_FORMAT "\n%s_dropped=%" G_GUINT64_FORMAT "\n", name,
           n_turns, name, stats->shown, name, stats->dropped);
  for (guint i = 0; i < n_turns; i++)
    n_stolen += turns[i].own > LIMIT && turns[i].stolen;
  g_print ("%s_stolen=%u\n", name, n_stolen);
  report_series (name, "cpu", G_STRUCT_OFFSET (Turn, cpu));
  report_series (name, "rest", G_STRUCT_OFFSET (Turn, rest));
  report_series (name, "own", G_STRUCT_OFFSET (Turn, own));
  report_series (name, "wall", G_STRUCT_OFFSET (Turn, wall));
}

static gboolean
over_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static double
get_processor_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* Milliseconds since the system made this process, in ticks of a hundredth of a second. */
static double
get_age (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  struct timespec now;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL))
    return 0.0;
  /* The program's name, in parentheses, may have spaces; the start is the 20th field after it. */
  fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
  clock_gettime (CLOCK_BOOTTIME, &now);
  return ((double) now.tv_sec + (double) now.tv_nsec * 1e-9) * 1e3 -
         (double) g_ascii_strtoull (fields[19], NULL, 10) * 1e3 / (double) sysconf (_SC_CLK_TCK);
}

static void
first_paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  g_print ("start_ms=%.0f\n", get_age ());
  g_signal_handlers_disconnect_by_func (clock, first_paint_cb, user_data);
  gtk_window_destroy (user_data);
}

static gboolean
drag_cb (gpointer user_data)
{
  static int step;

  /* To and fro, as a hand that looks for the right radius. */
  step = (step + 1) % 80;
  bb_editor_set_number (user_data, "blur", step < 40 ? step * 10 : (80 - step) * 10);
  return G_SOURCE_CONTINUE;
}

static void
wait_seconds (double n)
{
  gboolean over = FALSE;

  g_timeout_add ((guint) (n * 1000), over_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
precision_cb (gpointer user_data)
{
  static int step;

  bb_editor_set_text (user_data, "precision", step++ % 2 == 0 ? "fp32" : "fp16", NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
batch_cb (gpointer user_data)
{
  static const int batches[] = { 1, 8, 64, 32 };
  static guint step;

  bb_editor_set_number (user_data, "batch", batches[step++ % G_N_ELEMENTS (batches)]);
  return G_SOURCE_CONTINUE;
}

static void
measure (BbWindow *window, const char *name, gboolean play, gboolean render, guint interval,
         GSourceFunc change)
{
  BbPlayer *player = bb_window_get_player (window);
  BbQueue *queue = bb_export_manager_get_queue (
    bb_application_get_export_manager (BB_APPLICATION (g_application_get_default ())));
  g_autofree char *output = g_build_filename (folder, "bench-window.mp4", NULL);
  BbPlayerStats stats;
  guint source = 0;

  if (render)
    g_action_group_activate_action (G_ACTION_GROUP (window), "export-to",
                                    g_variant_new_string (output));
  if (play)
    bb_player_play (player);
  if (change != NULL)
    source = g_timeout_add (interval, change, bb_window_get_editor (window));
  n_turns = 0;
  turn_start = (Instant) { 0 };
  wait_seconds (seconds);
  bb_player_get_stats (player, &stats);
  report (name, &stats);
  if (source != 0)
    g_source_remove (source);
  bb_player_pause (player);
  bb_queue_cancel (queue);
  while (bb_queue_get_current (queue) != NULL || bb_queue_get_n_waiting (queue) > 0)
    g_main_context_iteration (NULL, TRUE);
  bb_queue_clear (queue);
  g_unlink (output);
  /* What comes and goes with an export has gone. */
  wait_seconds (2);
}

static void
measure_idle (void)
{
  double before;

  /* The last picture, the meter and a toast come to rest. */
  wait_seconds (10);
  before = get_processor_seconds ();
  wait_seconds (5);
  g_print ("idle_percent=%.2f\n", (get_processor_seconds () - before) / 5.0 * 100.0);
}

static gboolean
has_clip (BbWindow *window)
{
  gboolean clip_there = FALSE;

  g_object_get (window, "has-clip", &clip_there, NULL);
  return clip_there && bb_player_get_picture (bb_window_get_player (window)) != NULL;
}

static void
painted_cb (GdkFrameClock *clock, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Milliseconds from a control that moves to the frame that shows what it made. */
static void
measure_control (BbWindow *window)
{
  BbEditor *editor = bb_window_get_editor (window);
  BbPlayer *player = bb_window_get_player (window);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  double to_picture[N_CHANGES];
  double to_screen[N_CHANGES];

  for (int i = 0; i < N_CHANGES; i++)
    {
      gint64 start = g_get_monotonic_time ();
      gboolean painted = FALSE;
      guint64 generation;
      gulong handler;

      bb_editor_set_number (editor, "blur", 8 * (i + 1));
      generation = bb_recipe_get_generation (bb_editor_get_recipe (editor));
      while (bb_player_get_picture (player) == NULL ||
             bb_player_get_picture (player)->generation < generation)
        g_main_context_iteration (NULL, TRUE);
      to_picture[i] = (double) (g_get_monotonic_time () - start) / 1000.0;
      handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &painted);
      while (!painted)
        g_main_context_iteration (NULL, TRUE);
      g_signal_handler_disconnect (clock, handler);
      to_screen[i] = (double) (g_get_monotonic_time () - start) / 1000.0;
      wait_seconds (0.02);
    }
  qsort (to_picture, N_CHANGES, sizeof (double), compare);
  qsort (to_screen, N_CHANGES, sizeof (double), compare);
  g_print ("control_to_picture_median_ms=%.1f\ncontrol_to_picture_worst_ms=%.1f\n",
           to_picture[N_CHANGES / 2], to_picture[N_CHANGES - 1]);
  g_print ("control_to_screen_median_ms=%.1f\ncontrol_to_screen_worst_ms=%.1f\n",
           to_screen[N_CHANGES / 2], to_screen[N_CHANGES - 1]);
}

static void
measure_gpu (BbWindow *window)
{
  BbPlayerStats stats;

  measure (window, "play", TRUE, FALSE, 0, NULL);
  measure (window, "drag", TRUE, FALSE, DRAG_MS, drag_cb);
  measure (window, "precision", TRUE, FALSE, 300, precision_cb);
  measure (window, "batch", TRUE, FALSE, 700, batch_cb);
  measure (window, "export", TRUE, TRUE, 0, NULL);
  measure_control (window);
  bb_player_get_stats (bb_window_get_player (window), &stats);
  g_print ("gpu_decodes=%d\ndecode_us=%.0f\neffect_us=%.0f\ndisplay_us=%.0f\n", stats.gpu_decodes,
           stats.decode_ms * 1000, stats.effect_ms * 1000, stats.display_ms * 1000);
  g_print ("shared=%" G_GUINT64_FORMAT "\ncopied=%" G_GUINT64_FORMAT "\nrenderer=%s\nreason=%s\n",
           bb_device_texture_get_n_shared (), bb_device_texture_get_n_copied (),
           G_OBJECT_TYPE_NAME (gtk_native_get_renderer (GTK_NATIVE (window))),
           bb_device_texture_get_reason () != NULL ? bb_device_texture_get_reason () : "");
}

static gboolean
is_looked_at (BbProject *project)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (project)); i++)
    {
      g_autoptr (BbClip) one = g_list_model_get_item (G_LIST_MODEL (project), i);

      if (bb_clip_get_problem (one) == NULL && bb_clip_get_thumbnail (one) == NULL)
        return FALSE;
    }
  return TRUE;
}

/* A folder of many videos: until all are looked at, and from one to the next. */
static void
measure_list (BbWindow *window)
{
  BbProject *project = bb_editor_get_project (bb_window_get_editor (window));
  BbPlayer *player = bb_window_get_player (window);
  double switches[N_CHANGES];
  gint64 start = g_get_monotonic_time ();
  BbPlayerStats stats;

  while (!is_looked_at (project))
    g_main_context_iteration (NULL, TRUE);
  bb_player_get_stats (player, &stats);
  report ("list", &stats);
  g_print ("list_clips=%u\nlist_seconds=%.1f\n", g_list_model_get_n_items (G_LIST_MODEL (project)),
           (double) (g_get_monotonic_time () - start) * 1e-6);
  wait_seconds (2);
  for (int i = 0; i < N_CHANGES; i++)
    {
      BbPicture *picture;

      start = g_get_monotonic_time ();
      g_action_group_activate_action (G_ACTION_GROUP (window), "next-clip", NULL);
      while (!g_file_equal (bb_player_get_file (player),
                            bb_clip_get_file (bb_project_get_current (project))) ||
             (picture = bb_player_get_picture (player)) == NULL ||
             picture->generation < bb_recipe_get_generation (bb_project_get_recipe (project)))
        g_main_context_iteration (NULL, TRUE);
      switches[i] = (double) (g_get_monotonic_time () - start) / 1000.0;
      wait_seconds (1);
    }
  qsort (switches, N_CHANGES, sizeof (double), compare);
  g_print ("switch_median_ms=%.1f\nswitch_worst_ms=%.1f\nmemory=%" G_GUINT64_FORMAT "\n",
           switches[N_CHANGES / 2], switches[N_CHANGES - 1], stats.memory);
}

static void
activate_cb (GApplication *application, gpointer user_data)
{
  BbWindow *window = bb_window_new (
    GTK_APPLICATION (application), bb_application_get_settings (BB_APPLICATION (application)),
    bb_application_get_export_manager (BB_APPLICATION (application)));
  g_autoptr (GFile) file = NULL;
  GdkFrameClock *clock;

  g_signal_stop_emission_by_name (application, "activate");
  gtk_window_present (GTK_WINDOW (window));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  if (clip == NULL)
    {
      g_signal_connect (clock, "after-paint", G_CALLBACK (first_paint_cb), window);
      return;
    }
  file = g_file_new_for_path (clip);
  if (list)
    {
      g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), NULL);
      g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);
      g_main_context_set_poll_func (NULL, poll_cb);
    }
  bb_window_open (window, &file, 1);
  while (!has_clip (window))
    g_main_context_iteration (NULL, TRUE);
  if (list)
    {
      measure_list (window);
      gtk_window_destroy (GTK_WINDOW (window));
      return;
    }
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), NULL);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);
  /* The first frames fill caches; what an export shows fills more of them. */
  bb_player_play (bb_window_get_player (window));
  wait_seconds (2);
  bb_player_pause (bb_window_get_player (window));
  g_main_context_set_poll_func (NULL, poll_cb);
  if (gpu)
    measure_gpu (window);
  else
    {
      measure (window, "first", TRUE, TRUE, 0, NULL);
      measure (window, "play", TRUE, FALSE, 0, NULL);
      measure (window, "render", FALSE, TRUE, 0, NULL);
      measure (window, "both", TRUE, TRUE, 0, NULL);
      measure (window, "drag", TRUE, TRUE, DRAG_MS, drag_cb);
      measure_idle ();
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (BbApplication) application = NULL;

  if (argc != 5 && argc != 4 && argc != 1)
    {
      g_printerr ("Usage: bench-window [CLIP FOLDER SECONDS [gpu|list]]\n");
      return 2;
    }
  if (argc >= 4)
    {
      clip = argv[1];
      folder = argv[2];
      seconds = g_ascii_strtod (argv[3], NULL);
      gpu = argc == 5 && g_str_equal (argv[4], "gpu");
      list = argc == 5 && g_str_equal (argv[4], "list");
    }
  schedstat = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  host = open ("/proc/stat", O_RDONLY | O_CLOEXEC);
  application = bb_application_new ();
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
