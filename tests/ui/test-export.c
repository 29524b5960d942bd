/* test-export.c: exporting from the window, through its actions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-command.h"
#include "bb-devices.h"
#include "bb-error.h"
#include "bb-export-dialog.h"
#include "bb-job-row.h"
#include "bb-job-text.h"
#include "bb-output.h"
#include "bb-progress-line.h"
#include "bb-queue-bar.h"
#include "bb-test-window.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  BbWindow *window;
  BbQueue *queue;
  BbEditor *editor;
} Fixture;

static gboolean
has_clip (Fixture *fixture)
{
  gboolean clip = FALSE;

  g_object_get (fixture->window, "has-clip", &clip, NULL);
  return clip;
}

static gboolean
is_idle (Fixture *fixture)
{
  return bb_queue_get_current (fixture->queue) == NULL &&
         bb_queue_get_n_waiting (fixture->queue) == 0;
}

static gboolean
is_rendering (Fixture *fixture)
{
  BbJob *job = bb_queue_get_current (fixture->queue);

  return job != NULL && bb_job_get_stats (job)->frames > 0;
}

static void
open_files (Fixture *fixture, const char *const *names)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  for (; *names != NULL; names++)
    {
      g_autofree char *path = bb_test_media_path (*names);

      g_ptr_array_add (files, g_file_new_for_path (path));
    }
  bb_window_open (fixture->window, (GFile *const *) files->pdata, files->len);
  BB_TEST_WAIT (has_clip (fixture));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  BbRecipeValues values;
  g_autoptr (GError) error = NULL;

  fixture->window = bb_test_window_new ();
  g_object_add_weak_pointer (G_OBJECT (fixture->window), (gpointer *) &fixture->window);
  fixture->queue =
    bb_export_manager_get_queue (bb_application_get_export_manager (bb_test_get_application ()));
  fixture->editor = bb_window_get_editor (fixture->window);
  bb_test_forget_announced ();
  open_files (fixture, data);
  values = *bb_editor_get (fixture->editor);
  values.width = 72;
  values.height = 128;
  values.device = "cpu";
  values.batch = 4;
  values.preset = "ultrafast";
  g_assert_true (bb_editor_set (fixture->editor, &values, NULL, &error));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  GSettings *settings = bb_application_get_settings (bb_test_get_application ());

  bb_test_abandon_exports (fixture->queue);
  BB_TEST_WAIT (is_idle (fixture));
  bb_queue_clear (fixture->queue);
  if (fixture->window != NULL)
    bb_test_window_close (fixture->window);
  g_settings_reset (settings, "recipe");
  g_settings_reset (settings, "export-container");
  g_settings_reset (settings, "export-folder");
}

static void
activate (Fixture *fixture, const char *name, GVariant *parameter)
{
  if (g_action_group_has_action (G_ACTION_GROUP (fixture->window), name))
    g_action_group_activate_action (G_ACTION_GROUP (fixture->window), name, parameter);
  else
    g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), name, parameter);
}

static BbJob *
get_job (Fixture *fixture, guint position)
{
  g_autoptr (BbJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->queue), position);

  return job;
}

static BbJob *
export_to (Fixture *fixture, const char *name)
{
  g_autofree char *path = bb_test_media_path (name);

  activate (fixture, "export-to", g_variant_new_string (path));
  return get_job (fixture, g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)) - 1);
}

static GtkWidget *
find (GtkWidget *widget, gboolean (*fits) (GtkWidget *widget, const char *text), const char *text)
{
  GtkWidget *found = NULL;

  if (fits (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, fits, text);
  return found;
}

static gboolean
is_button (GtkWidget *widget, const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *plain = NULL;

  if (!GTK_IS_BUTTON (widget) || gtk_button_get_label (GTK_BUTTON (widget)) == NULL)
    return FALSE;
  parts = g_strsplit (gtk_button_get_label (GTK_BUTTON (widget)), "_", -1);
  plain = g_strjoinv ("", parts);
  return g_str_equal (plain, text);
}

static GtkWidget *
get_dialog (Fixture *fixture)
{
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) != NULL);
  return GTK_WIDGET (bb_test_get_dialog (fixture->window));
}

static void
answer (Fixture *fixture, const char *text)
{
  GtkWidget *button = find (get_dialog (fixture), is_button, text);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static gpointer
get_child (GtkWidget *widget, const char *name)
{
  return gtk_widget_get_template_child (widget, G_OBJECT_TYPE (widget), name);
}

/* Packets of all streams, with their times. */
static char *
checksum (const char *name)
{
  return bb_test_ffmpeg ("-i %s -map 0 -c copy -f framemd5 -", name);
}

static void
run_line (const char *line)
{
  const char *program = g_getenv ("BLURBOX_RENDER");
  g_autofree char *script =
    g_strdup_printf ("blurbox-render () { %s -q \"$@\"; }; %s", program, line);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) shell =
    g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "bash", "-c", script, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (shell, NULL, &error);
  g_assert_no_error (error);
}

static void
remove_file (const char *name)
{
  g_autofree char *path = bb_test_media_path (name);

  g_unlink (path);
}

static guint
count_files (const char *prefix)
{
  g_autofree char *folder = bb_test_media_path ("");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name[0] == '.' ? name + 1 : name, prefix);
  return n;
}

/* The window's file is the command line's, packet for packet, and the line that it copies does it. */
static void
test_same (Fixture *fixture, gconstpointer data)
{
  BbRecipeValues values = *bb_editor_get (fixture->editor);
  g_autofree char *input = bb_test_media_path ("short.mp4");
  g_autofree char *output = bb_test_media_path ("out-line.mkv");
  g_autofree char *line = NULL;
  g_autofree char *window_sum = NULL;
  g_autofree char *line_sum = NULL;
  g_autoptr (GError) error = NULL;
  BbJob *job;

  values.encoder = "ffv1";
  values.preset = "";
  values.zoom = 0.25;
  values.offset_x = -6.5;
  values.corner_radius = 9;
  values.shadow = 0.5;
  values.blur = 33.3;
  values.dim = 0.2;
  values.saturation = 1.3;
  values.start = 200000000;
  values.end = 800000000;
  g_assert_true (bb_editor_set (fixture->editor, &values, NULL, &error));
  job = export_to (fixture, "out-window.mkv");
  line = bb_command_new (bb_editor_get_recipe (fixture->editor), input, output, FALSE);

  /* What is tuned meanwhile is for the next export. */
  bb_editor_set_number (fixture->editor, "blur", 5);
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  run_line (line);
  window_sum = checksum ("out-window.mkv");
  line_sum = checksum ("out-line.mkv");
  g_assert_cmpstr (window_sum, ==, line_sum);
  g_assert_cmpint (bb_test_ffprobe_count (output), ==, 15);
  g_assert_true (bb_test_was_announced ("“out-window.mkv” is ready"));
  BB_TEST_WAIT (bb_test_shows (fixture->window, "“out-window.mkv” is ready"));
  BB_TEST_WAIT (bb_test_shows (fixture->window, "1 export finished"));
  remove_file ("out-window.mkv");
  remove_file ("out-line.mkv");
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  BbJob *job = export_to (fixture, "none/out.mp4");
  GtkWidget *label;

  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_FAILED);
  g_assert_true (bb_test_was_announced ("Cannot write “"));
  g_assert_true (bb_test_was_announced ("none/out.mp4”"));
  activate (fixture, "show-queue", NULL);
  g_assert_true (adw_bottom_sheet_get_open (bb_window_get_queue_sheet (fixture->window)));
  BB_TEST_WAIT (bb_test_shows (fixture->window, bb_job_get_error (job)->message));
  label = bb_test_find_text (fixture->window, bb_job_get_error (job)->message);
  g_assert_nonnull (label);

  /* The row leads to the whole sentence. */
  bb_job_row_activate (BB_JOB_ROW (gtk_widget_get_ancestor (label, BB_TYPE_JOB_ROW)));
  BB_TEST_WAIT (bb_test_shows (fixture->window, "“out.mp4” Failed"));
  BB_TEST_WAIT (bb_test_shows (fixture->window, bb_job_get_error (job)->message));
  answer (fixture, "Close");
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  BbJob *job = export_to (fixture, "out-1.mp4");

  BB_TEST_WAIT (is_rendering (fixture));
  activate (fixture, "queue-cancel", NULL);
  BB_TEST_WAIT (bb_test_shows (fixture->window, "“out-1.mp4” is not finished"));
  answer (fixture, "Keep Exporting");
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
  g_assert_true (bb_job_is_running (job));
  g_assert_cmpuint (count_files ("out-1"), ==, 2); /* hidden: the file, and its segments */

  activate (fixture, "queue-cancel", NULL);
  answer (fixture, "Cancel Export");
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_CANCELLED);
  g_assert_cmpuint (count_files ("out-1"), ==, 0);
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  BbJob *job = export_to (fixture, "out-1.mp4");

  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (bb_test_get_application ()),
                                                     "queue-resume"));
  BB_TEST_WAIT (is_rendering (fixture));
  activate (fixture, "queue-pause", NULL);
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_PAUSED);
  g_assert_false (
    g_action_group_get_action_enabled (G_ACTION_GROUP (bb_test_get_application ()), "queue-pause"));
  BB_TEST_WAIT (bb_test_shows (fixture->window, "Paused"));
  activate (fixture, "queue-resume", NULL);
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_RENDERING);
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  export_to (fixture, "out-1.mp4");
  export_to (fixture, "out-2.mp4");
  BB_TEST_WAIT (is_rendering (fixture));
  gtk_window_close (GTK_WINDOW (fixture->window));
  BB_TEST_WAIT (bb_test_shows (fixture->window, "2 exports are not finished"));
  answer (fixture, "Keep Exporting");
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
  g_assert_nonnull (fixture->window);
  g_assert_nonnull (bb_queue_get_current (fixture->queue));

  activate (fixture, "quit", NULL);
  answer (fixture, "Stop and Close");
  BB_TEST_WAIT (fixture->window == NULL);
  /* They are kept: the program ends here where it is not a test. */
  g_assert_nonnull (bb_queue_get_current (fixture->queue));
  g_assert_cmpuint (bb_queue_get_n_waiting (fixture->queue), ==, 1);
}

static void
test_close_idle (Fixture *fixture, gconstpointer data)
{
  gtk_window_close (GTK_WINDOW (fixture->window));
  BB_TEST_WAIT (fixture->window == NULL);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static char *
read_clipboard (Fixture *fixture)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (fixture->window)), NULL,
                                 read_cb, &text);
  BB_TEST_WAIT (text != NULL);
  return text;
}

static void
test_dialog (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog;
  AdwComboRow *container_row;
  AdwComboRow *codec_row;
  GtkEditable *name_row;
  GtkWidget *export_button;
  const BbRecipeValues *values;
  g_autofree char *input = bb_test_media_path ("short.mp4");
  g_autofree char *base = NULL;
  g_autofree char *path = NULL;
  g_autofree char *copied = NULL;
  g_autofree char *line = NULL;
  BbJob *job;

  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  g_assert_true (BB_IS_EXPORT_DIALOG (dialog));
  container_row = get_child (dialog, "container_row");
  codec_row = get_child (dialog, "codec_row");
  name_row = get_child (dialog, "name_row");
  export_button = get_child (dialog, "export_button");
  g_assert_cmpstr (gtk_editable_get_text (name_row), ==, "short-72x128");

  /* Names that cannot be. */
  gtk_editable_set_text (name_row, "");
  g_assert_false (gtk_widget_get_sensitive (export_button));
  gtk_editable_set_text (name_row, "a/b");
  g_assert_false (gtk_widget_get_sensitive (export_button));

  /* Each container shows the codecs that it takes, and each of them can be exported. */
  for (guint i = 0; bb_output_get_containers ()[i] != NULL; i++)
    {
      const char *container = bb_output_get_containers ()[i];
      guint n = 0;

      adw_combo_row_set_selected (container_row, i);
      for (int codec = 0; codec < BB_OUTPUT_N_CODECS; codec++)
        n += bb_output_takes (container, codec);
      g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (codec_row)), ==, n);
      gtk_editable_set_text (name_row, "good");
      for (guint k = 0; k < n; k++)
        {
          adw_combo_row_set_selected (codec_row, k);
          g_assert_cmpuint (adw_combo_row_get_selected (codec_row), ==, k);
          g_assert_true (gtk_widget_get_sensitive (export_button));
        }
    }
  adw_combo_row_set_selected (container_row, 1);
  adw_combo_row_set_selected (codec_row, 3);
  gtk_editable_set_text (name_row, "out-dialog");
  adw_combo_row_set_selected (get_child (dialog, "audio_row"), BB_AUDIO_NONE);
  BB_TEST_WAIT (g_str_has_prefix (gtk_label_get_text (get_child (dialog, "size_label")), "about "));
  g_signal_emit_by_name (bb_test_find (dialog, ADW_TYPE_BUTTON_ROW, NULL, NULL), "activated");
  copied = read_clipboard (fixture);
  g_signal_emit_by_name (export_button, "clicked");
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
  job = get_job (fixture, 0);
  values = bb_recipe_get (bb_job_get_recipe (job));
  g_assert_cmpstr (values->encoder, ==, "ffv1");
  g_assert_cmpint (values->audio, ==, BB_AUDIO_NONE);
  base = g_file_get_basename (bb_job_get_output (job));
  g_assert_cmpstr (base, ==, "out-dialog.mkv");
  /* The settings stay for the next one, and are no step to undo. */
  g_assert_cmpstr (bb_editor_get (fixture->editor)->encoder, ==, "ffv1");
  bb_editor_undo (fixture->editor);
  g_assert_cmpstr (bb_editor_get (fixture->editor)->encoder, ==, "ffv1");
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  path = g_file_get_path (bb_job_get_output (job));
  g_assert_cmpint (bb_test_ffprobe_count (path), ==, 25);
  line = bb_command_new (bb_job_get_recipe (job), input, path, FALSE);
  g_assert_cmpstr (copied, ==, line);
  g_unlink (path);
}

/* A name that is there is replaced only by who says so. */
static void
test_replace (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = bb_test_media_path ("out-there.mp4");
  g_autofree char *text = NULL;
  GtkWidget *dialog;

  g_assert_true (g_file_set_contents (path, "somebody's", -1, NULL));
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  gtk_editable_set_text (get_child (dialog, "name_row"), "out-there");
  g_signal_emit_by_name (get_child (dialog, "export_button"), "clicked");
  answer (fixture, "Cancel");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 0);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "somebody's");

  g_signal_emit_by_name (get_child (dialog, "export_button"), "clicked");
  answer (fixture, "Replace");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 1);
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_test_ffprobe_count (path), ==, 25);
  g_unlink (path);
}

/* Several files at once: one recipe for all, the trim for the first. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  BbRecipeValues values = *bb_editor_get (fixture->editor);
  g_autoptr (GError) error = NULL;
  GtkWidget *dialog;

  values.end = 400000000;
  values.blur = 17;
  g_assert_true (bb_editor_set (fixture->editor, &values, NULL, &error));
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  g_assert_cmpstr (adw_dialog_get_title (ADW_DIALOG (dialog)), ==, "Export 3 Videos");
  g_assert_false (gtk_widget_get_visible (get_child (dialog, "name_row")));
  /* There is no name to write: Enter exports. */
  BB_TEST_WAIT (gtk_window_get_focus (GTK_WINDOW (fixture->window)) ==
                get_child (dialog, "export_button"));
  adw_combo_row_set_selected (get_child (dialog, "scope_row"), 0);
  g_assert_true (gtk_widget_get_visible (get_child (dialog, "name_row")));
  adw_combo_row_set_selected (get_child (dialog, "scope_row"), 1);
  g_signal_emit_by_name (get_child (dialog, "export_button"), "clicked");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 3);
  BB_TEST_WAIT (is_idle (fixture));
  for (guint i = 0; i < 3; i++)
    {
      BbJob *job = get_job (fixture, i);
      g_autofree char *path = g_file_get_path (bb_job_get_output (job));

      g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
      g_assert_cmpfloat (bb_recipe_get (bb_job_get_recipe (job))->blur, ==, 17);
      g_assert_cmpint (bb_test_ffprobe_count (path), ==, i == 0 ? 10 : 25);
      g_unlink (path);
    }
}

/* What cannot be made is said before there is a job. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  BbRecipeValues values = *bb_editor_get (fixture->editor);
  g_autoptr (GError) error = NULL;
  g_autofree char *input = bb_test_media_path ("short.mp4");
  g_autofree char *linked = bb_test_media_path ("linked.mp4");
  GtkWidget *dialog;
  GtkWidget *button;

  values.width = 73;
  g_assert_true (bb_editor_set (fixture->editor, &values, NULL, &error));
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  button = get_child (dialog, "export_button");
  g_assert_false (gtk_widget_get_sensitive (button));
  g_assert_nonnull (strstr (adw_banner_get_title (get_child (dialog, "problem")), "choose 74×128"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);

  /* The video itself is no target, by any spelling of its name. */
  values.width = 72;
  g_assert_true (bb_editor_set (fixture->editor, &values, NULL, &error));
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  button = get_child (dialog, "export_button");
  g_assert_true (gtk_widget_get_sensitive (button));
  gtk_editable_set_text (get_child (dialog, "name_row"), "short");
  g_assert_false (gtk_widget_get_sensitive (button));
  gtk_editable_set_text (get_child (dialog, "name_row"), "short.mp4");
  g_assert_false (gtk_widget_get_sensitive (button));
  gtk_editable_set_text (get_child (dialog, "name_row"), "shorter");
  g_assert_true (gtk_widget_get_sensitive (button));
  /* By another name it is found when it matters, and before anybody is asked to replace it. */
  g_assert_no_errno (link (input, linked));
  gtk_editable_set_text (get_child (dialog, "name_row"), "linked");
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (GTK_WIDGET (bb_test_get_dialog (fixture->window)) == dialog);
  g_assert_cmpstr (adw_banner_get_title (get_child (dialog, "problem")), ==,
                   "That is the video itself: choose another name or folder");
  g_assert_true (adw_banner_get_revealed (get_child (dialog, "problem")));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 0);
  g_unlink (linked);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
}

/* A recipe of @device whose encoder cannot be opened here: it is not offered, and chosen no more. */
static void
check_encoder (Fixture *fixture, const char *device)
{
  BbRecipeValues values = *bb_editor_get (fixture->editor);
  g_autoptr (GError) error = NULL;
  GtkWidget *dialog;
  GListModel *titles;

  values.device = device;
  values.preset = "";
  values.encoder = "h264_nvenc";
  g_assert_true (bb_editor_set (fixture->editor, &values, NULL, &error));
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  BB_TEST_WAIT (bb_test_shows (dialog, "NVENC (GPU) cannot be used, so the encoder is "
                                       "chosen automatically: "));
  g_assert_cmpuint (adw_combo_row_get_selected (get_child (dialog, "encoder_row")), ==, 0);
  titles = G_LIST_MODEL (get_child (dialog, "encoder_titles"));
  for (guint i = 0; i < g_list_model_get_n_items (titles); i++)
    g_assert_null (strstr (gtk_string_list_get_string (GTK_STRING_LIST (titles), i), "NVENC"));
  g_assert_true (gtk_widget_get_sensitive (get_child (dialog, "export_button")));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
}

/* An encoder that cannot be opened here is not offered, and one that was chosen elsewhere goes. */
static void
test_encoder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) all = bb_encoder_list ();
  g_autoptr (GPtrArray) devices = bb_devices_list ();
  gboolean has_nvenc = FALSE;
  gboolean has_gpu = FALSE;

  for (guint i = 0; i < all->len; i++)
    has_nvenc |= g_str_equal (((const BbEncoder *) all->pdata[i])->name, "h264_nvenc");
  if (!has_nvenc)
    {
      g_test_skip ("FFmpeg has no NVENC");
      return;
    }
  check_encoder (fixture, "cpu");
  for (guint i = 0; i < devices->len; i++)
    {
      const BbDeviceInfo *info = devices->pdata[i];

      has_gpu |= !g_str_equal (info->id, "cpu") && info->problem == NULL;
    }
  if (!has_gpu)
    check_encoder (fixture, "auto");
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = bb_output_test_encoders_finish (result);
}

static void
count_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  ++*(guint *) user_data;
}

/* What follows from the settings is worked out once, and not again when it is known what encoders there
 * are: the size would be estimated anew. */
static void
test_once (Fixture *fixture, gconstpointer data)
{
  gboolean tested = FALSE;
  guint n_changes = 0;
  GtkWidget *dialog;

  bb_output_test_encoders_async (NULL, tested_cb, &tested);
  BB_TEST_WAIT (tested);
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  g_signal_connect (get_child (dialog, "codec_titles"), "items-changed", G_CALLBACK (count_cb),
                    &n_changes);
  bb_test_settle ();
  g_assert_cmpuint (n_changes, ==, 0);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
}

static void
check_queue_state (Fixture *fixture, gboolean open)
{
  g_autoptr (GVariant) state = bb_test_get_state (fixture->window, "queue");

  g_assert_cmpint (g_variant_get_boolean (state), ==, open);
}

/* An only export that is tried again is never out of the list, which stays open and keeps the focus. */
static void
test_retry (Fixture *fixture, gconstpointer data)
{
  AdwBottomSheet *sheet = bb_window_get_queue_sheet (fixture->window);
  BbJob *job = export_to (fixture, "none/out.mp4");
  g_autofree char *folder = bb_test_media_path ("none");
  GtkWidget *row;
  guint n_changes = 0;

  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_FAILED);
  g_assert_no_errno (g_mkdir (folder, 0700));
  activate (fixture, "show-queue", NULL);
  row = bb_test_find (fixture->window, BB_TYPE_JOB_ROW, NULL, NULL);
  gtk_widget_grab_focus (row);
  g_signal_connect (fixture->queue, "items-changed", G_CALLBACK (count_cb), &n_changes);
  gtk_widget_activate_action (row, "job.retry", NULL);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_true (adw_bottom_sheet_get_open (sheet));
  row = bb_test_find (fixture->window, BB_TYPE_JOB_ROW, NULL, NULL);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window)) == row);
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  g_assert_true (adw_bottom_sheet_get_open (sheet));
  g_signal_handlers_disconnect_by_data (fixture->queue, &n_changes);
  remove_file ("none/out.mp4");
  g_rmdir (folder);
}

/* A button keeps the focus when what it does changes: the next key means its export. */
static void
test_button (Fixture *fixture, gconstpointer data)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);
  BbJob *job = export_to (fixture, "out-button.mp4");
  GtkWidget *button;

  activate (fixture, "show-queue", NULL);
  button = get_child (bb_test_find (fixture->window, BB_TYPE_JOB_ROW, NULL, NULL), "main_button");
  BB_TEST_WAIT (bb_job_is_running (job));
  gtk_widget_grab_focus (button);
  g_assert_true (gtk_window_get_focus (window) == button);
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_PAUSED);
  g_assert_true (gtk_window_get_focus (window) == button);
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_RENDERING);
  g_assert_true (gtk_window_get_focus (window) == button);
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  bb_test_settle ();
  g_assert_true (gtk_window_get_focus (window) == button);
  remove_file ("out-button.mp4");
  bb_test_forget_announced ();
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (bb_test_was_announced ("“out-button.mp4” is not there any more"));
}

/* The same in the bar. */
static void
test_bar (Fixture *fixture, gconstpointer data)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);
  BbJob *job = export_to (fixture, "out-bar.mp4");
  GtkWidget *bar = adw_bottom_sheet_get_bottom_bar (bb_window_get_queue_sheet (fixture->window));
  GtkWidget *button = get_child (bar, "pause_button");

  BB_TEST_WAIT (bb_job_is_running (job) && gtk_widget_get_mapped (button));
  gtk_widget_grab_focus (button);
  g_assert_true (gtk_window_get_focus (window) == button);
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (gtk_window_get_focus (window) == button);
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (gtk_window_get_focus (window) == button);
  BB_TEST_WAIT (is_idle (fixture));
  remove_file ("out-bar.mp4");
}

/* A film that was deleted since is not opened, and that is said. */
static void
test_deleted (Fixture *fixture, gconstpointer data)
{
  static const char *const actions[] = { "open", "show" };
  GtkWidget *row;

  export_to (fixture, "out-deleted.mp4");
  BB_TEST_WAIT (is_idle (fixture));
  remove_file ("out-deleted.mp4");
  activate (fixture, "show-queue", NULL);
  row = bb_test_find (fixture->window, BB_TYPE_JOB_ROW, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *name = g_strconcat ("job.", actions[i], NULL);

      bb_test_forget_announced ();
      gtk_widget_activate_action (row, name, NULL);
      g_assert_true (
        bb_test_was_announced ("“out-deleted.mp4” is not there any more: export it again"));
    }
}

/* The bar casts no shadow on the controls above it: GTK 4.18's Cairo renderer leaves it out where only
 * they are painted anew. */
static void
check_shadow (Fixture *fixture)
{
  AdwBottomSheet *sheet = bb_window_get_queue_sheet (fixture->window);
  GtkWidget *bar = adw_bottom_sheet_get_bottom_bar (sheet);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GBytes) bytes = NULL;

  while (gtk_widget_get_parent (bar) != GTK_WIDGET (sheet))
    bar = gtk_widget_get_parent (bar);
  BB_TEST_WAIT (gtk_widget_get_mapped (bar) && gtk_widget_get_height (bar) > 0);
  bb_test_wait_for_paint (fixture->window);
  paintable = gtk_widget_paintable_new (bar);
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (bar),
                          gtk_widget_get_height (bar));
  node = gtk_snapshot_free_to_node (snapshot);
  bytes = gsk_render_node_serialize (node);
  g_assert_null (g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                               "outset-shadow"));
}

/* The list of exports opens and closes by the same key, and has the focus while it is open. */
static void
test_sheet (Fixture *fixture, gconstpointer data)
{
  AdwBottomSheet *sheet = bb_window_get_queue_sheet (fixture->window);
  GtkWidget *focus;
  GtkWidget *row;
  GtkWidget *button;

  export_to (fixture, "out-sheet.mp4");
  BB_TEST_WAIT (is_idle (fixture));
  check_shadow (fixture);
  check_queue_state (fixture, FALSE);
  activate (fixture, "queue", NULL);
  g_assert_true (adw_bottom_sheet_get_open (sheet));
  check_queue_state (fixture, TRUE);
  BB_TEST_WAIT ((focus = gtk_window_get_focus (GTK_WINDOW (fixture->window))) != NULL &&
                gtk_widget_is_ancestor (focus, adw_bottom_sheet_get_sheet (sheet)));
  activate (fixture, "queue", NULL);
  g_assert_false (adw_bottom_sheet_get_open (sheet));
  check_queue_state (fixture, FALSE);

  /* Who is told to look there finds it open, whether it was or not. */
  for (int i = 0; i < 2; i++)
    {
      activate (fixture, "show-queue", NULL);
      g_assert_true (adw_bottom_sheet_get_open (sheet));
    }
  g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), "show-queue", NULL);
  g_assert_true (adw_bottom_sheet_get_open (sheet));
  row = bb_test_find (fixture->window, BB_TYPE_JOB_ROW, NULL, NULL);
  gtk_widget_activate_action (row, "job.copy-command", NULL);
  BB_TEST_WAIT (bb_test_shows (fixture->window, "Command copied"));
  /* Over the sheet, not beneath it. */
  focus = bb_test_find_text (fixture->window, "Command copied");
  g_assert_false (gtk_widget_is_ancestor (focus, GTK_WIDGET (sheet)));
  button = find (adw_bottom_sheet_get_sheet (sheet), is_button, "Clear");
  g_assert_true (gtk_widget_get_sensitive (button));
  gtk_widget_grab_focus (button);
  g_signal_emit_by_name (button, "clicked");
  /* Nothing is left in it. */
  g_assert_false (adw_bottom_sheet_get_open (sheet));
  BB_TEST_WAIT ((focus = gtk_window_get_focus (GTK_WINDOW (fixture->window))) == NULL ||
                !gtk_widget_is_ancestor (focus, adw_bottom_sheet_get_sheet (sheet)));
  remove_file ("out-sheet.mp4");
}

static gboolean
is_job_row (GtkWidget *widget, const char *name)
{
  g_autofree char *output = NULL;

  if (!BB_IS_JOB_ROW (widget))
    return FALSE;
  output = bb_job_get_output_name (bb_job_row_get_job (BB_JOB_ROW (widget)));
  return g_str_equal (output, name);
}

static GtkWidget *
get_row (Fixture *fixture, const char *name)
{
  GtkWidget *row = find (GTK_WIDGET (fixture->window), is_job_row, name);

  g_assert_nonnull (row);
  return row;
}

static void
assert_order (Fixture *fixture, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = bb_job_get_output_name (get_job (fixture, i));

      g_assert_cmpstr (name, ==, names[i]);
    }
}

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  BbJob *running = export_to (fixture, "out-0.mp4");

  export_to (fixture, "out-1.mp4");
  export_to (fixture, "out-2.mp4");
  export_to (fixture, "out-3.mp4");
  BB_TEST_WAIT (is_rendering (fixture));
  activate (fixture, "show-queue", NULL);
  BB_TEST_WAIT (bb_test_shows (fixture->window, "out-3.mp4"));
  gtk_widget_grab_focus (get_row (fixture, "out-3.mp4"));
  g_assert_true (gtk_widget_activate_action (get_row (fixture, "out-3.mp4"), "job.move-up", NULL));
  assert_order (fixture,
                (const char *[]) { "out-0.mp4", "out-1.mp4", "out-3.mp4", "out-2.mp4", NULL });
  /* The row that moves keeps the focus, so that the next key moves it on. */
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window)) ==
                 get_row (fixture, "out-3.mp4"));
  gtk_widget_activate_action (get_row (fixture, "out-3.mp4"), "job.move-up", NULL);
  gtk_widget_activate_action (get_row (fixture, "out-3.mp4"), "job.move-up", NULL);
  assert_order (fixture,
                (const char *[]) { "out-0.mp4", "out-3.mp4", "out-1.mp4", "out-2.mp4", NULL });
  gtk_widget_activate_action (get_row (fixture, "out-1.mp4"), "job.move-down", NULL);
  gtk_widget_activate_action (get_row (fixture, "out-3.mp4"), "job.remove", NULL);
  assert_order (fixture, (const char *[]) { "out-0.mp4", "out-2.mp4", "out-1.mp4", NULL });
  /* Not the one that runs. */
  gtk_widget_activate_action (get_row (fixture, "out-0.mp4"), "job.remove", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 3);
  g_assert_true (bb_job_is_running (running));
}

static gboolean
is_line (GtkWidget *widget, const char *text)
{
  return BB_IS_PROGRESS_LINE (widget);
}

/* What an export tells of its progress does not have the window laid out anew, neither where it is
 * seen nor in a list that is closed. */
static void
test_layout (Fixture *fixture, gconstpointer data)
{
  BbJob *job = export_to (fixture, "out-1.mp4");
  GtkWindow *other = GTK_WINDOW (gtk_window_new ());
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *bar = GTK_WIDGET (bb_queue_bar_new (fixture->queue));
  GtkWidget *row = GTK_WIDGET (bb_job_row_new (fixture->queue, job, NULL));
  GtkWidget *text;
  guint n_layouts = 0;

  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), stack);
  gtk_stack_add_child (GTK_STACK (stack), adw_bin_new ());
  gtk_stack_add_child (GTK_STACK (stack), row);
  gtk_window_set_child (other, box);
  gtk_window_present (other);
  BB_TEST_WAIT (is_rendering (fixture));
  bb_test_wait_for_paint (other);
  bb_test_settle ();
  text = bb_test_find (bar, GTK_TYPE_INSCRIPTION, NULL, NULL);
  bb_test_count_layouts (other, &n_layouts);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *before = g_strdup (gtk_inscription_get_text (GTK_INSCRIPTION (text)));
      double fraction = bb_job_get_fraction (job);

      BB_TEST_WAIT (bb_job_get_fraction (job) > fraction &&
                    !g_str_equal (gtk_inscription_get_text (GTK_INSCRIPTION (text)), before));
      bb_test_wait_for_paint (other);
      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find (bar, is_line, NULL)),
                                           GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                           bb_job_get_fraction (job));
    }
  g_assert_cmpuint (n_layouts, ==, 0);

  gtk_stack_set_visible_child (GTK_STACK (stack), row);
  BB_TEST_WAIT (gtk_widget_get_mapped (row));
  for (int i = 0; i < 2; i++)
    {
      double fraction = bb_job_get_fraction (job);
      g_autofree char *state = bb_job_text_state (job);

      g_assert_nonnull (bb_test_find_text (row, state));
      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find (row, is_line, NULL)),
                                           GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, fraction);
      BB_TEST_WAIT (bb_job_get_fraction (job) > fraction);
    }
  gtk_window_destroy (other);
}

/* What is typed goes to the name. */
static void
check_focus (Fixture *fixture)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);
  GtkWidget *dialog;
  GtkWidget *name;

  bb_test_settle ();
  activate (fixture, "export", NULL);
  dialog = get_dialog (fixture);
  name = bb_test_find (dialog, ADW_TYPE_ENTRY_ROW, NULL, NULL);
  BB_TEST_WAIT (gtk_widget_get_mapped (name));
  bb_test_wait_for_paint (fixture->window);
  bb_test_settle ();
  BB_TEST_WAIT (gtk_window_get_focus (window) != NULL &&
                gtk_widget_is_ancestor (gtk_window_get_focus (window), name));
  bb_test_wait_for_paint (fixture->window);
  bb_test_settle ();
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (window), name));
  adw_dialog_close (ADW_DIALOG (dialog));
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) == NULL);
}

static void
test_focus (Fixture *fixture, gconstpointer data)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);

  check_focus (fixture);
  /* Whatever the dialog was opened from. */
  gtk_widget_grab_focus (bb_test_find_css (fixture->window, "trim-start"));
  check_focus (fixture);
  /* It is a sheet there. */
  gtk_window_set_default_size (window, 360, 640);
  BB_TEST_WAIT (gtk_widget_get_width (GTK_WIDGET (window)) <= 360);
  check_focus (fixture);
}

static void
add_tests (void)
{
  static const char *const one[] = { "short.mp4", NULL };
  static const char *const endless[] = { "endless.mp4", NULL };
  static const char *const three[] = { "short.mp4", "second.mp4", "third.mp4", NULL };

  for (const char *const *name = three; *name != NULL; name++)
    g_free (
      bb_test_ffmpeg ("-f lavfi -i testsrc2=size=128x72:rate=25:duration=1 "
                      "-f lavfi -i sine=duration=1 -c:v libx264 -preset ultrafast -c:a aac %s",
                      *name));
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=size=128x72:rate=25:duration=160 "
                          "-c:v libx264 -preset ultrafast long.mp4"));
  g_free (bb_test_ffmpeg ("-stream_loop 24 -i long.mp4 -c copy endless.mp4"));

#define ADD(name, files, func) g_test_add ("/export/" name, Fixture, files, set_up, func, tear_down)
  ADD ("same", one, test_same);
  ADD ("failure", one, test_failure);
  ADD ("cancel", endless, test_cancel);
  ADD ("pause", endless, test_pause);
  ADD ("close", endless, test_close);
  ADD ("close-idle", one, test_close_idle);
  ADD ("dialog", one, test_dialog);
  ADD ("focus", one, test_focus);
  ADD ("replace", one, test_replace);
  ADD ("many", three, test_many);
  ADD ("refused", one, test_refused);
  ADD ("encoder", one, test_encoder);
  ADD ("sheet", one, test_sheet);
  ADD ("retry", one, test_retry);
  ADD ("button", one, test_button);
  ADD ("bar", one, test_bar);
  ADD ("deleted", one, test_deleted);
  ADD ("once", one, test_once);
  ADD ("rows", endless, test_rows);
  ADD ("layout", endless, test_layout);
}

int
main (int argc, char *argv[])
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
