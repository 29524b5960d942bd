/* blurbox-render.c: renders videos from the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-jobs.h"
#include "bb-options.h"
#include "bb-prefix.h"
#include "bb-printable.h"
#include "bb-progress.h"
#include "bb-stats.h"
#include "bb-targets.h"
#include "bb-tune-table.h"
#include "bb-work.h"
#include "blurbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long a cancelled render may take to end by itself, in milliseconds. */
#define PATIENCE 120

/* What the smallest render needs of each. */
#define N_DESCRIPTORS 16
#define N_THREADS 8

/* The last three are those of sysexits.h, which schedulers know. */
enum {
  EXIT_DONE = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_OTHER_PLAN = 65,
  EXIT_MISSING = 66,
  EXIT_TRY_AGAIN = 75,
};

typedef struct {
  const BbOptions *options;
  GMainLoop *loop;
  GCancellable *cancellable;
  BbProgress *progress; /* NULL where nothing but errors is printed */
  BbStats *stats;
  GHashTable *notices;

  /* the render that is running */
  BbRender *render;
  const char *name;
  GArray *missing; /* segments that a join lacks */
  guint n_segments;
  gboolean done;
  GError *error;
  gboolean gave_up;
} Session;

static void
print_line (const char *text)
{
  g_autofree char *printable = bb_printable_new (text);

  fprintf (stderr, "blurbox-render: %s\n", printable);
}

/* Text is UTF-8 whatever the locale, as the names of files are: a conversion would only lose. */
static void say (Session *session, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Session *session, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (session != NULL && session->progress != NULL)
    bb_progress_clear (session->progress);
  print_line (text);
}

static int
list_devices (void)
{
  g_autoptr (GPtrArray) devices = bb_devices_list ();

  for (guint i = 0; i < devices->len; i++)
    {
      BbDeviceInfo *device = devices->pdata[i];

      if (device->problem != NULL)
        /* Translators: a GPU that cannot be used: its number, its name, and why */
        printf (_ ("%-8s %s: cannot be used. %s\n"), device->id, device->description,
                device->problem);
      else
        printf ("%-8s %s\n", device->id, device->description);
    }
  return EXIT_DONE;
}

static int
list_encoders (void)
{
  static const char *const codecs[] = { "H.264", "HEVC", "AV1" };
  g_autoptr (GPtrArray) encoders = bb_encoder_list ();
  g_autoptr (BbDevice) device = bb_devices_open ("auto", NULL);

  for (guint i = 0; i < encoders->len; i++)
    {
      const BbEncoder *encoder = encoders->pdata[i];
      g_autoptr (GError) error = NULL;

      if (g_str_equal (encoder->name, "none"))
        printf (_ ("%-12s writes no file\n"), encoder->name);
      else if (encoder->quality_option == NULL)
        printf (_ ("%-12s lossless, for .mkv\n"), encoder->name);
      else
        printf (_ ("%-12s %-6s quality %d to %d (default %d), preset %s by default\n"),
                encoder->name, codecs[encoder->codec], encoder->quality_min, encoder->quality_max,
                encoder->quality, encoder->preset != NULL ? encoder->preset : "");
      if (!bb_encoder_check (encoder, device, &error))
        printf ("%-12s %s\n", "", error->message);
    }
  return EXIT_DONE;
}

/* An encoder may be busy with a frame for seconds. The file is gone by now, so that the program can
 * end without waiting for it. */
static gboolean
give_up_cb (gpointer data)
{
  Session *session = data;

  session->gave_up = TRUE;
  g_main_loop_quit (session->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
stop_cb (gpointer data)
{
  Session *session = data;

  if (!g_cancellable_is_cancelled (session->cancellable))
    g_timeout_add (PATIENCE, give_up_cb, session);
  g_cancellable_cancel (session->cancellable);
  /* With its source gone a signal has its default effect: the second one kills. */
  return G_SOURCE_REMOVE;
}

static gboolean
progress_cb (gpointer data)
{
  Session *session = data;
  BbRenderStats stats;

  bb_render_get_stats (session->render, &stats);
  bb_progress_show (session->progress, session->name, &stats);
  return G_SOURCE_CONTINUE;
}

static gboolean
done_cb (gpointer data)
{
  Session *session = data;

  g_main_loop_quit (session->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer data)
{
  Session *session = data;

  switch (session->options->action)
    {
    case BB_ACTION_PLAN:
      session->done = bb_render_plan (session->render, session->options->plan, &session->n_segments,
                                      session->cancellable, &session->error);
      break;
    case BB_ACTION_SEGMENT:
      session->done = bb_render_run_segments (session->render, session->options->first_segment,
                                              session->options->last_segment, session->cancellable,
                                              &session->error);
      break;
    case BB_ACTION_JOIN:
      session->done =
        bb_render_join (session->render, &session->missing, session->cancellable, &session->error);
      break;
    default:
      session->done = bb_render_run (session->render, session->cancellable, &session->error);
      break;
    }
  g_idle_add_full (G_PRIORITY_DEFAULT, done_cb, session, NULL);
  return NULL;
}

/* Runs the render on a thread of its own, shows how far it is, and says what its user should know. */
static void
run_render (Session *session, const char *key, GStrv *notices)
{
  GThread *thread;
  guint timeout = session->progress != NULL ? g_timeout_add (100, progress_cb, session) : 0;

  bb_render_set_workers (session->render, session->options->n_workers);
  bb_render_set_fresh (session->render, session->options->fresh);
  thread = bb_thread_new ("render", work, session, &session->error);
  if (thread != NULL)
    g_main_loop_run (session->loop);
  if (timeout != 0)
    g_source_remove (timeout);
  if (session->gave_up)
    g_thread_unref (thread);
  else if (thread != NULL)
    g_thread_join (thread);

  *notices = bb_render_get_notices (session->render);
  for (gsize i = 0; *notices != NULL && (*notices)[i] != NULL && session->progress != NULL; i++)
    {
      g_autofree char *said = g_strconcat (key, "\n", (*notices)[i], NULL);

      if (!g_hash_table_add (session->notices, g_steal_pointer (&said)))
        continue;
      if (session->options->targets != NULL && session->options->targets->len > 1)
        say (session, _ ("note: “%s”: %s"), session->name, (*notices)[i]);
      else
        say (session, _ ("note: %s"), (*notices)[i]);
    }
}

static void
report (Session *session, const BbWork *work, const BbRenderStats *stats)
{
  g_autofree char *name = bb_printable_new (session->name);
  g_autoptr (GString) outputs = g_string_new (NULL);
  double rate = bb_progress_get_frame_rate (stats);

  if (session->progress == NULL)
    return;
  for (guint i = 0; i < work->n_outputs; i++)
    {
      const char *path = work->target[i]->output;
      g_autofree char *output = path != NULL ? bb_printable_new (path) : NULL;

      if (output != NULL)
        g_string_append_printf (outputs, "%s%s", outputs->len > 0 ? ", " : "", output);
    }
  bb_progress_clear (session->progress);
  if (outputs->len > 0)
    fprintf (stderr, _ ("%s → %s: %lld frames in %.1f s (%.1f frames/s)\n"), name, outputs->str,
             (long long) stats->frames, stats->seconds, rate);
  else
    fprintf (stderr, _ ("%s: %lld frames in %.1f s (%.1f frames/s)\n"), name,
             (long long) stats->frames, stats->seconds, rate);
}

static gboolean
run_work (Session *session, BbWork *work)
{
  g_autofree char *name = g_filename_display_name (work->input);
  g_autofree char *failure = NULL;
  g_auto (GStrv) notices = NULL;
  BbRenderStats stats = { 0 };

  session->name = name;
  session->done = FALSE;
  session->render = bb_work_new_render (work, session->options, &session->error);
  if (session->render != NULL)
    {
      run_render (session, work->input, &notices);
      bb_render_get_stats (session->render, &stats);
      bb_work_take_made (work, session->render, session->done);
    }
  if (session->gave_up || g_error_matches (session->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    failure = g_strdup_printf (_ ("“%s” was cancelled"), name);
  else if (session->error != NULL)
    failure = bb_work_describe_failure (work, session->error);
  else
    failure = bb_work_describe_other_names (work);
  if (failure == NULL)
    failure = g_strdup (bb_render_get_shortfall (session->render));
  if (failure != NULL)
    say (session, "%s", failure);
  else
    report (session, work, &stats);
  bb_stats_add (session->stats, work->input, work->made, work->n_outputs, &stats,
                (const char *const *) notices, failure);
  bb_work_clear (work);
  /* What the render still uses stays until the program ends, which is at once. */
  if (!session->gave_up)
    {
      g_clear_error (&session->error);
      g_clear_pointer (&session->render, bb_render_free);
    }
  session->name = NULL;
  return failure == NULL;
}

static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static gboolean
save_stats (Session *session)
{
  g_autoptr (GFile) file = g_file_new_for_path (session->options->stats);
  g_autofree char *json = bb_stats_to_json (session->stats);
  g_autoptr (GError) error = NULL;

  /* No film is at stake any more, and whoever reads from a pipe may let it wait: signals end the
   * program from here on. */
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  if (!is_ignored (SIGHUP))
    signal (SIGHUP, SIG_DFL);
  if (bb_save_text (file, json, &error))
    return TRUE;
  say (session, "%s", error->message);
  return FALSE;
}

/* The folders that files go to, those that have to be made. */
static GPtrArray *
get_new_folders (const BbOptions *options)
{
  GPtrArray *folders = g_ptr_array_new ();

  if (options->new_folder != NULL)
    g_ptr_array_add (folders, options->new_folder);
  for (guint i = 0; i < options->more->len; i++)
    {
      const BbOptionsOutput *more = options->more->pdata[i];

      if (more->new_folder != NULL)
        g_ptr_array_add (folders, more->new_folder);
    }
  return folders;
}

static gboolean
make_folders (Session *session, const GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = folders->pdata[i];
      g_autofree char *shown = NULL;

      /* Two outputs may go to one. */
      if (g_mkdir (folder, 0777) == 0 ||
          (errno == EEXIST && g_file_test (folder, G_FILE_TEST_IS_DIR)))
        continue;
      shown = g_filename_display_name (folder);
      say (session, _ ("The folder “%s” cannot be made: %s; choose another output"), shown,
           g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

static gboolean
run_targets (Session *session)
{
  const BbOptions *options = session->options;
  g_autoptr (GPtrArray) folders = get_new_folders (options);
  gboolean good = make_folders (session, folders);
  gboolean runs = good;

  for (guint i = 0; runs && i < options->targets->len; i++)
    {
      BbWork work;

      if (g_cancellable_is_cancelled (session->cancellable))
        {
          good = FALSE;
          break;
        }
      bb_work_init (&work, options, i);
      good &= run_work (session, &work);
    }
  /* A folder that got no file is not left behind; one with files does not go. */
  for (guint i = 0; i < folders->len; i++)
    g_rmdir (folders->pdata[i]);
  if (runs && options->stats != NULL)
    good &= save_stats (session);
  return good;
}

static gboolean
save_recipe (const BbOptions *options, BbRecipe *recipe)
{
  g_autoptr (GFile) file = g_file_new_for_path (options->save_recipe);
  g_autoptr (GError) error = NULL;

  if (bb_recipe_save (recipe, file, &error))
    return TRUE;
  say (NULL, "%s", error->message);
  return FALSE;
}

static void
measured_cb (const BbTunePoint *point, guint n_done, gpointer user_data)
{
  fputc ('\r', stderr);
  /* Translators: how far a measurement is */
  fprintf (stderr, _ ("Measuring: %u of %u"), n_done, BB_TUNE_N_STEPS);
  fflush (stderr);
}

/* It leaves nothing behind, so that a signal may end it as it ends any program. */
static int
auto_tune (const BbOptions *options)
{
  gboolean watched = !options->quiet && isatty (STDERR_FILENO);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbTune) tune = bb_tune_run (options->tune_input, options->recipe,
                                         watched ? measured_cb : NULL, NULL, NULL, &error);
  g_autofree char *table = NULL;
  g_autoptr (BbRecipe) best = NULL;
  BbRecipeValues values = *bb_recipe_get (options->recipe);

  if (watched)
    fputs ("\r\033[K", stderr);
  if (tune == NULL)
    {
      say (NULL, "%s", error->message);
      return EXIT_FAILED;
    }
  if (tune->notice != NULL && !options->quiet)
    say (NULL, _ ("note: %s"), tune->notice);
  table = bb_tune_table_new (tune);
  fputs (table, stdout);
  if (options->save_recipe == NULL)
    return EXIT_DONE;
  values.batch = tune->point[tune->best].batch;
  values.precision = tune->point[tune->best].precision;
  best = bb_recipe_new (&values, NULL);
  return save_recipe (options, best) ? EXIT_DONE : EXIT_FAILED;
}

static void
session_begin (Session *session)
{
  session->loop = g_main_loop_new (NULL, FALSE);
  session->cancellable = g_cancellable_new ();
  session->stats = bb_stats_new ();
  session->notices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!session->options->quiet)
    session->progress = bb_progress_new (STDERR_FILENO);

  /* A reader that went away or a limit on the size of files must not end the program in the middle
   * of a file, and nohup's wish is kept. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  g_unix_signal_add (SIGINT, stop_cb, session);
  g_unix_signal_add (SIGTERM, stop_cb, session);
  if (!is_ignored (SIGHUP))
    g_unix_signal_add (SIGHUP, stop_cb, session);
}

static int
session_end (Session *session, int status)
{
  if (g_cancellable_is_cancelled (session->cancellable))
    {
      /* The cancelled render or its encoder may still be closing on a thread of its own, which the
       * end of the process neither waits for nor pulls libraries away from. */
      fflush (NULL);
      _exit (status);
    }
  g_clear_pointer (&session->progress, bb_progress_free);
  g_clear_pointer (&session->stats, bb_stats_free);
  g_clear_pointer (&session->notices, g_hash_table_unref);
  g_clear_pointer (&session->loop, g_main_loop_unref);
  g_clear_pointer (&session->missing, g_array_unref);
  g_clear_error (&session->error);
  g_clear_object (&session->cancellable);
  return status;
}

static int
render (const BbOptions *options)
{
  Session session = { .options = options };
  gboolean good;

  if (options->save_recipe != NULL && !save_recipe (options, options->recipe))
    return EXIT_FAILED;
  if (options->targets->len == 0)
    return EXIT_DONE;
  session_begin (&session);
  good = run_targets (&session);
  return session_end (
    &session, good && !g_cancellable_is_cancelled (session.cancellable) ? EXIT_DONE : EXIT_FAILED);
}

/* What a scheduler is told: what may go well another time, here or elsewhere, is apart. */
static int
get_plan_status (Session *session)
{
  if (session->done)
    return EXIT_DONE;
  if (session->gave_up || g_error_matches (session->error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (session->error, BB_ERROR, BB_ERROR_MEMORY) ||
      g_error_matches (session->error, BB_ERROR, BB_ERROR_SPACE) ||
      g_error_matches (session->error, BB_ERROR, BB_ERROR_DEVICE))
    return EXIT_TRY_AGAIN;
  if (g_error_matches (session->error, BB_ERROR, BB_ERROR_PLAN))
    return EXIT_OTHER_PLAN;
  return g_error_matches (session->error, BB_ERROR, BB_ERROR_MISSING) ? EXIT_MISSING : EXIT_FAILED;
}

static void
print_missing (const GArray *missing)
{
  for (guint i = 0; missing != NULL && i < missing->len; i++)
    printf (i > 0 ? " %u" : "%u", g_array_index (missing, guint, i));
  if (missing != NULL && missing->len > 0)
    putchar ('\n');
}

static int
run_plan (const BbOptions *options)
{
  Session session = { .options = options };
  g_autofree char *name = g_filename_display_name (options->plan);
  g_auto (GStrv) notices = NULL;
  g_autoptr (GError) error = NULL;
  const BbTarget *target;

  if (options->action == BB_ACTION_PLAN)
    {
      target = options->targets->pdata[0];
      session.render =
        bb_render_new (target->input, target->output, options->recipe, options->overwrite);
    }
  else
    session.render = bb_render_new_from_plan (options->plan, options->recipe, &error);
  if (session.render == NULL)
    {
      say (NULL, "%s", error->message);
      return EXIT_OTHER_PLAN;
    }
  session_begin (&session);
  session.name = name;
  run_render (&session, name, &notices);
  if (session.gave_up || g_error_matches (session.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say (&session, _ ("“%s” was stopped: try again"), name);
  else if (session.error != NULL)
    say (&session, "%s", session.error->message);
  if (session.progress != NULL)
    bb_progress_clear (session.progress);
  if (session.done && options->action == BB_ACTION_PLAN)
    printf ("%u\n", session.n_segments);
  print_missing (session.missing);
  if (!session.gave_up)
    g_clear_pointer (&session.render, bb_render_free);
  return session_end (&session, get_plan_status (&session));
}

static gpointer
wait_for_gate (gpointer data)
{
  GMutex *gate = data;

  g_mutex_lock (gate);
  g_mutex_unlock (gate);
  return NULL;
}

/* GLib and some codecs end the program where they get neither a thread nor a descriptor, so that as
 * many as the smallest render needs are tried before. */
static gboolean
check_limits (GError **error)
{
  int descriptors[N_DESCRIPTORS];
  GThread *threads[N_THREADS];
  GMutex gate;
  guint n_descriptors = 0;
  guint n_threads = 0;
  int code = 0;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  for (; n_descriptors < N_DESCRIPTORS; n_descriptors++)
    {
      descriptors[n_descriptors] = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);
      if (descriptors[n_descriptors] < 0)
        {
          code = errno;
          break;
        }
    }
  for (; n_threads < N_THREADS; n_threads++)
    {
      threads[n_threads] = bb_thread_new ("check", wait_for_gate, &gate, error);
      if (threads[n_threads] == NULL)
        break;
    }
  g_mutex_unlock (&gate);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&gate);
  for (guint i = 0; i < n_descriptors; i++)
    close (descriptors[i]);
  if (n_threads < N_THREADS)
    return FALSE;
  if (code != EMFILE && code != ENFILE)
    return TRUE;
  g_set_error_literal (
    error, BB_ERROR, BB_ERROR_MEMORY,
    _ ("The system allows too few open files: close other programs, or raise the "
       "limit (“ulimit -n”)"));
  return FALSE;
}

/* A list that did not arrive whole is a failure, which only the last write may show. */
static int
close_output (int status)
{
  gboolean failed = ferror (stdout) != 0;

  errno = 0;
  if (fclose (stdout) == 0 && !failed)
    return status;
  say (NULL, _ ("Cannot write to the standard output: %s; choose another place for it"),
       g_strerror (errno != 0 ? errno : EIO));
  return EXIT_FAILED;
}

static int
print_jobs (const BbOptions *options)
{
  g_autofree char *folder = g_canonicalize_filename (options->plan, NULL);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *path = g_build_filename (folder, "render.ini", NULL);
  g_autoptr (GKeyFile) plan = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *jobs = NULL;
  BbRender *render = bb_render_new_from_plan (folder, NULL, &error);
  int n_segments;

  if (render == NULL)
    {
      say (NULL, "%s", error->message);
      return EXIT_OTHER_PLAN;
    }
  bb_render_free (render);
  g_key_file_load_from_file (plan, path, G_KEY_FILE_NONE, NULL);
  n_segments = g_key_file_get_integer (plan, "render", "segments", NULL);
  jobs = bb_jobs_new (options->scheduler, program != NULL ? program : g_get_prgname (), folder,
                      (guint) MAX (n_segments, 1), &error);
  if (jobs == NULL)
    {
      say (NULL, "%s", error->message);
      return EXIT_FAILED;
    }
  fputs (jobs, stdout);
  return EXIT_DONE;
}

static int
run_action (const BbOptions *options)
{
  g_autofree char *help = NULL;

  switch (options->action)
    {
    case BB_ACTION_HELP:
      help = bb_options_get_help ();
      fputs (help, stdout);
      return EXIT_DONE;
    case BB_ACTION_VERSION:
      printf ("blurbox-render %s\n", BB_VERSION);
      return EXIT_DONE;
    case BB_ACTION_LIST_DEVICES:
      return list_devices ();
    case BB_ACTION_LIST_ENCODERS:
      return list_encoders ();
    case BB_ACTION_AUTO_TUNE:
      return auto_tune (options);
    case BB_ACTION_PLAN:
    case BB_ACTION_SEGMENT:
    case BB_ACTION_JOIN:
      return run_plan (options);
    case BB_ACTION_PRINT_JOBS:
      return print_jobs (options);
    case BB_ACTION_RENDER:
    default:
      return render (options);
    }
}

int
main (int argc, char *argv[])
{
  g_autoptr (BbOptions) options = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  bb_phases_init ();
  bb_prefix_init ();
  g_set_prgname ("blurbox-render");

  options = bb_options_new ((const char *const *) argv, &error);
  if (options == NULL)
    {
      say (NULL, "%s", error->message);
      return EXIT_USAGE;
    }
  if (options->action != BB_ACTION_HELP && options->action != BB_ACTION_VERSION &&
      !check_limits (&error))
    {
      say (NULL, "%s", error->message);
      return EXIT_FAILED;
    }
  status = run_action (options);
  return options->action == BB_ACTION_RENDER ? status : close_output (status);
}
