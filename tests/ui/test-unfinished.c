/* test-unfinished.c: exports that outlive the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-job-row.h"
#include "bb-leftover-page.h"
#include "bb-preferences-dialog.h"
#include "bb-queue-store.h"
#include "bb-test-window.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ID "io.github.blurbox.Blurbox"
#define WINDOW "/io/github/blurbox/Blurbox/window/1"
#define RECIPE                                                                                     \
  "[Blurbox Recipe]\\nversion=1\\nwidth=72\\nheight=128\\ndevice=cpu\\npreset=ultrafast\\n"

/* A session with a queue of its own. */
typedef struct {
  BbExportManager *export_manager;
  BbQueue *queue;
  BbWindow *window;
} Session;

static char *call (const char *format, ...) G_GNUC_PRINTF (1, 2);

static char *
call (const char *format, ...)
{
  g_autofree char *line = NULL;
  g_autofree char *errors = NULL;
  char *output = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_spawn_command_line_sync (line, &output, &errors, NULL, NULL);
  return output;
}

static gboolean
can_export (void)
{
  g_autofree char *output =
    call ("gdbus call -e -d " ID " -o " WINDOW " -m org.gtk.Actions.Describe export-to");

  return output != NULL && strstr (output, "(true") != NULL;
}

/* Whether the file of the queue names this one as begun. */
static gboolean
is_kept (const char *name)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "blurbox", "queue.ini", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *output = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  output = g_key_file_get_string (file, "job 1", "output", NULL);
  return output != NULL && g_str_has_suffix (output, name) &&
         g_key_file_get_boolean (file, "job 1", "begun", NULL);
}

/* Whether the list of videos is on disk too. */
static gboolean
is_list_kept (void)
{
  g_autofree char *path =
    g_build_filename (g_get_user_data_dir (), "blurbox", "session.blurbox", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
has_segment (const char *name)
{
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, ".nut"))
      return TRUE;
  return FALSE;
}

/* Has the program export a clip, and kills it once a part of that is done. */
static void
kill_export (void)
{
  g_autofree char *settings =
    g_build_filename (g_get_user_config_dir (), "glib-2.0", "settings", "keyfile", NULL);
  g_autofree char *folder = g_path_get_dirname (settings);
  g_autofree char *clip = bb_test_media_path ("long.mp4");
  g_autofree char *output = bb_test_media_path ("film.mp4");
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (settings, "[io/github/blurbox/Blurbox]\nrecipe='" RECIPE "'\n", -1, &error);
  g_assert_no_error (error);
  g_subprocess_launcher_setenv (launcher, "GSETTINGS_BACKEND", "keyfile", TRUE);
  program = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("BLURBOX"), clip, NULL);
  g_assert_no_error (error);
  g_free (call ("gdbus wait --session --timeout 120 " ID));
  BB_TEST_POLL (can_export ());
  g_free (call ("gdbus call -e -d " ID " -o " WINDOW
                " -m org.gtk.Actions.Activate export-to \"[<'%s'>]\" {}",
                output));
  BB_TEST_POLL (is_kept ("/film.mp4") && has_segment (".film.mp4.blurbox"));
  BB_TEST_POLL (is_list_kept ());
  g_subprocess_force_exit (program);
  g_subprocess_wait (program, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (program));
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
}

static void
begin (Session *session, const char *folder)
{
  g_autofree char *path = bb_test_media_path (folder);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  session->export_manager =
    bb_export_manager_new (GTK_APPLICATION (bb_test_get_application ()), file);
  session->queue = bb_export_manager_get_queue (session->export_manager);
  session->window = bb_window_new (GTK_APPLICATION (bb_test_get_application ()),
                                   bb_application_get_settings (bb_test_get_application ()),
                                   session->export_manager);
  gtk_window_present (GTK_WINDOW (session->window));
  BB_TEST_WAIT (gtk_widget_get_mapped (GTK_WIDGET (session->window)));
}

static gboolean
is_unlocked (const char *folder)
{
  g_autofree char *path = g_strdup_printf ("%s/queue.lock", folder);
  int fd = g_open (path, O_RDWR | O_CLOEXEC);
  gboolean unlocked = flock (fd, LOCK_EX | LOCK_NB) == 0;

  close (fd);
  return unlocked;
}

/* The window closes without a question, and the program ends. */
static void
end (Session *session, const char *folder)
{
  g_autofree char *path = bb_test_media_path (folder);

  bb_test_window_close (session->window);
  bb_export_manager_stop (session->export_manager);
  g_assert_finalize_object (session->export_manager);
  /* A thread that writes has the store for a moment. */
  BB_TEST_POLL (is_unlocked (path));
}

/* Leaves exports in a folder, as a session that ends. */
static void
leave (const char *folder, const char *const *outputs)
{
  g_autofree char *path = bb_test_media_path (folder);
  g_autofree char *input = bb_test_clip ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) input_file = g_file_new_for_path (input);
  g_autoptr (BbQueueStore) store = bb_queue_store_new (file);
  g_autoptr (BbQueue) queue = bb_queue_new ();
  BbRecipeValues values;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (GError) error = NULL;

  bb_recipe_values_init (&values);
  values.width = 72;
  values.height = 128;
  values.device = "cpu";
  values.preset = "ultrafast";
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  bb_queue_store_watch (store, queue);
  bb_queue_set_paused (queue, TRUE);
  for (; *outputs != NULL; outputs++)
    {
      g_autofree char *output = bb_test_media_path (*outputs);
      g_autoptr (GFile) output_file = g_file_new_for_path (output);
      g_autoptr (BbJob) job = bb_job_new (input_file, output_file, recipe, BB_JOB_NAME_CHOSEN);

      bb_queue_add (queue, job, &error);
      g_assert_no_error (error);
    }
  bb_queue_store_close (store);
}

static void
press (BbWindow *window, const char *label)
{
  GtkWidget *button;

  BB_TEST_WAIT (bb_test_get_dialog (window) != NULL);
  button = bb_test_find (bb_test_get_dialog (window), GTK_TYPE_BUTTON, "label", label);
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
answer (BbWindow *window, const char *label)
{
  press (window, label);
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
}

/* Waits for a dialog that says this. */
static void
wait_for_text (BbWindow *window, const char *text)
{
  BB_TEST_WAIT (bb_test_get_dialog (window) != NULL &&
                bb_test_shows (bb_test_get_dialog (window), text));
}

static gint64
count_frames (const char *name)
{
  g_autofree char *path = bb_test_media_path (name);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? bb_test_ffprobe_count (path) : 0;
}

static guint
count_leftovers (void)
{
  g_autofree char *folder = bb_test_media_path ("");
  g_autoptr (GPtrArray) list = bb_leftover_list (folder);

  return list->len;
}

static gboolean
is_over (BbQueue *queue)
{
  return bb_queue_get_current (queue) == NULL && bb_queue_get_n_waiting (queue) == 0;
}

/* After a kill the window offers to go on, and the film is made. */
static void
test_killed (void)
{
  g_autoptr (BbJob) job = NULL;
  GtkWidget *row;
  BbWindow *window = bb_test_window_new ();
  BbQueue *queue =
    bb_export_manager_get_queue (bb_application_get_export_manager (bb_test_get_application ()));

  wait_for_text (window, "Finish Export?");
  g_assert_true (bb_test_shows (bb_test_get_dialog (window), "film.mp4"));
  g_assert_null (bb_queue_get_current (queue));
  press (window, "_Not Now");
  /* The list of videos is asked about after it. */
  wait_for_text (window, "Go On Where You Stopped?");
  g_assert_true (bb_test_shows (bb_test_get_dialog (window), "long.mp4"));
  answer (window, "_Remove");
  BB_TEST_WAIT (!is_list_kept ());

  /* What is done is not removed unasked. */
  bb_test_activate (window, "show-queue", NULL);
  row = bb_test_find (window, BB_TYPE_JOB_ROW, NULL, NULL);
  BB_TEST_WAIT (bb_test_shows (row, "film.mp4"));
  gtk_widget_activate_action (row, "job.remove", NULL);
  wait_for_text (window, "What is done of “film.mp4” will be deleted");
  answer (window, "_Keep");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (queue)), ==, 1);

  g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), "queue-go-on", NULL);
  BB_TEST_WAIT (bb_queue_get_current (queue) != NULL);
  BB_TEST_WAIT (is_over (queue));
  g_assert_cmpint (count_frames ("film.mp4"), ==, 4000);
  /* What was done is not done again. */
  job = g_list_model_get_item (G_LIST_MODEL (queue), 0);
  g_assert_cmpint (bb_job_get_stats (job)->frames_before, >, 0);
  BB_TEST_POLL (count_leftovers () == 0);
  bb_queue_clear (queue);
  bb_test_window_close (window);
}

/* Exports that shall not go on now stay, one by one to be had, and are in nobody's way. */
static void
test_not_now (void)
{
  const char *outputs[] = { "out-1.mp4", "out-2.mp4", NULL };
  g_autoptr (BbJob) first = NULL;
  g_autoptr (BbJob) second = NULL;
  GtkWidget *row;
  Session session;

  leave ("not-now", outputs);
  begin (&session, "not-now");
  first = g_list_model_get_item (G_LIST_MODEL (session.queue), 0);
  second = g_list_model_get_item (G_LIST_MODEL (session.queue), 1);
  wait_for_text (session.window, "out-2.mp4");
  answer (session.window, "_Not Now");
  g_assert_cmpint (bb_job_get_state (first), ==, BB_JOB_STOPPED);
  BB_TEST_WAIT (bb_test_shows (session.window, "2 exports are not finished"));

  bb_test_activate (session.window, "show-queue", NULL);
  row = bb_test_find (session.window, BB_TYPE_JOB_ROW, NULL, NULL);
  BB_TEST_WAIT (bb_test_shows (row, "Not finished"));
  g_signal_emit_by_name (bb_test_find (row, GTK_TYPE_BUTTON, "tooltip-text", "Go On"), "clicked");
  BB_TEST_WAIT (bb_job_get_state (first) == BB_JOB_DONE);
  g_assert_cmpint (count_frames ("out-1.mp4"), ==, 100);
  g_assert_cmpint (bb_job_get_state (second), ==, BB_JOB_STOPPED);
  g_action_group_change_action_state (G_ACTION_GROUP (session.window), "queue",
                                      g_variant_new_boolean (FALSE));
  BB_TEST_WAIT (bb_test_shows (session.window, "1 export is not finished"));
  end (&session, "not-now");

  /* The button of the bar goes on with all. */
  begin (&session, "not-now");
  g_set_object (&second, NULL);
  second = g_list_model_get_item (G_LIST_MODEL (session.queue), 0);
  answer (session.window, "_Not Now");
  BB_TEST_WAIT (bb_test_shows (session.window, "1 export is not finished"));
  g_signal_emit_by_name (bb_test_find (session.window, GTK_TYPE_BUTTON, "tooltip-text", "Go On"),
                         "clicked");
  BB_TEST_WAIT (bb_job_get_state (second) == BB_JOB_DONE);
  end (&session, "not-now");
}

static void
test_go_on (void)
{
  const char *outputs[] = { "out-10.mp4", "out-11.mp4", NULL };
  Session session;

  leave ("go-on", outputs);
  begin (&session, "go-on");
  wait_for_text (session.window, "Finish Exports?");
  answer (session.window, "_Go On");
  BB_TEST_WAIT (is_over (session.queue));
  g_assert_cmpint (count_frames ("out-10.mp4"), ==, 100);
  g_assert_cmpint (count_frames ("out-11.mp4"), ==, 100);
  end (&session, "go-on");
}

static void
test_remove (void)
{
  const char *outputs[] = { "out-3.mp4", "out-4.mp4", "out-5.mp4", "out-6.mp4",
                            "out-7.mp4", "out-8.mp4", NULL };
  Session session;

  leave ("remove", outputs);
  begin (&session, "remove");
  wait_for_text (session.window, "and 2 more");
  answer (session.window, "_Remove");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (session.queue)), ==, 0);
  end (&session, "remove");
  begin (&session, "remove");
  bb_test_settle ();
  g_assert_null (bb_test_get_dialog (session.window));
  end (&session, "remove");
}

static void
test_damaged (void)
{
  const char *outputs[] = { "out-9.mp4", NULL };
  g_autofree char *path = bb_test_media_path ("damaged/queue.ini");
  g_autofree char *text = NULL;
  Session session;
  gsize length;

  leave ("damaged", outputs);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (g_file_set_contents (path, text, (gssize) length - 40, NULL));
  begin (&session, "damaged");
  wait_for_text (session.window, "out-9.mp4");
  g_assert_true (bb_test_shows (bb_test_get_dialog (session.window), "queue.ini.damaged"));
  answer (session.window, "_Remove");
  end (&session, "damaged");

  g_assert_true (g_file_set_contents (path, "nothing of it", -1, NULL));
  begin (&session, "damaged");
  wait_for_text (session.window, "queue.ini.damaged-2");
  answer (session.window, "_Close");
  end (&session, "damaged");
}

static void
make_leftover (const char *name, gsize size)
{
  g_autofree char *folder = bb_test_media_path (name);
  g_autofree char *segment = g_strdup_printf ("%s/000000-%064d.nut", folder, 0);
  g_autofree char *lock = g_strdup_printf ("%s/lock", folder);
  g_autofree char *data = g_strnfill (size, 'x');

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (segment, data, (gssize) size, NULL));
  g_assert_true (g_file_set_contents (lock, "", 0, NULL));
}

static GtkWidget *
find_row (gpointer widget, const char *title)
{
  return bb_test_find (widget, ADW_TYPE_ACTION_ROW, "title", title);
}

/* Preferences show what is left, and remove it. */
static void
test_preferences (void)
{
  GSettings *settings = bb_application_get_settings (bb_test_get_application ());
  g_autofree char *folder = bb_test_media_path ("left");
  g_autofree char *lock = bb_test_media_path ("left/.used.mp4.blurbox/lock");
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);
  BbWindow *window = bb_test_window_new ();
  AdwDialog *dialog;
  GtkWidget *row;
  int fd;

  make_leftover ("left/.a <b>.mp4.blurbox", 2 * 1024 * 1024);
  make_leftover ("left/.c.mp4.blurbox", 1024 * 1024);
  make_leftover ("left/.used.mp4.blurbox", 4096);
  fd = g_open (lock, O_RDWR | O_CLOEXEC);
  g_assert_no_errno (flock (fd, LOCK_EX));
  g_settings_set_string (settings, "export-folder", uri);
  g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), "preferences", NULL);
  BB_TEST_WAIT (BB_IS_PREFERENCES_DIALOG (bb_test_get_dialog (window)));
  dialog = bb_test_get_dialog (window);
  row = find_row (dialog, "Unfinished Exports");
  BB_TEST_WAIT (bb_test_shows (row, "3.1\u00a0MB in 3 exports"));
  g_signal_emit_by_name (row, "activated");
  BB_TEST_WAIT (bb_test_shows (dialog, "a <b>.mp4"));
  g_assert_true (bb_test_shows (find_row (dialog, "used.mp4"), "being written"));
  g_assert_false (gtk_widget_get_sensitive (
    bb_test_find (find_row (dialog, "used.mp4"), GTK_TYPE_BUTTON, "tooltip-text", "Remove")));

  g_signal_emit_by_name (
    bb_test_find (find_row (dialog, "c.mp4"), GTK_TYPE_BUTTON, "tooltip-text", "Remove"),
    "clicked");
  wait_for_text (window, "1.0\u00a0MB will be free");
  g_signal_emit_by_name (
    bb_test_find (bb_test_get_dialog (window), GTK_TYPE_BUTTON, "label", "_Remove"), "clicked");
  BB_TEST_WAIT (find_row (dialog, "c.mp4") == NULL);

  g_signal_emit_by_name (bb_test_find (dialog, ADW_TYPE_BUTTON_ROW, NULL, NULL), "activated");
  BB_TEST_WAIT (bb_test_get_dialog (window) != dialog);
  g_signal_emit_by_name (
    bb_test_find (bb_test_get_dialog (window), GTK_TYPE_BUTTON, "label", "_Remove"), "clicked");
  BB_TEST_WAIT (find_row (dialog, "a <b>.mp4") == NULL);
  g_assert_nonnull (find_row (dialog, "used.mp4"));
  g_assert_true (g_file_test (lock, G_FILE_TEST_EXISTS));
  close (fd);
  adw_dialog_force_close (dialog);
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
  g_settings_reset (settings, "export-folder");
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_autofree char *clip = bb_test_clip ();

  g_free (bb_test_ffmpeg ("-stream_loop 39 -i %s -map 0:v -c copy long.mp4", clip));
  kill_export ();
  g_test_add_func ("/unfinished/killed", test_killed);
  g_test_add_func ("/unfinished/not-now", test_not_now);
  g_test_add_func ("/unfinished/go-on", test_go_on);
  g_test_add_func ("/unfinished/remove", test_remove);
  g_test_add_func ("/unfinished/damaged", test_damaged);
  g_test_add_func ("/unfinished/preferences", test_preferences);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
