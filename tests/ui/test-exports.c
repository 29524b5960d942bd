/* test-exports.c: the list of exports in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-job-row.h"
#include "bb-job-text.h"
#include "bb-progress.h"
#include "bb-test-window.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  BbWindow *window;
  BbQueue *queue;
  BbEditor *editor;
  BbProject *project;
} Fixture;

static gboolean
is_idle (Fixture *fixture)
{
  return bb_queue_get_current (fixture->queue) == NULL &&
         bb_queue_get_n_waiting (fixture->queue) == 0;
}

static gboolean
has_clip (Fixture *fixture)
{
  gboolean clip = FALSE;

  g_object_get (fixture->window, "has-clip", &clip, NULL);
  return clip;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = bb_test_media_path (data);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  BbRecipeValues values;
  g_autoptr (GError) error = NULL;

  fixture->window = bb_test_window_new ();
  fixture->queue =
    bb_export_manager_get_queue (bb_application_get_export_manager (bb_test_get_application ()));
  fixture->editor = bb_window_get_editor (fixture->window);
  fixture->project = bb_editor_get_project (fixture->editor);
  bb_window_open (fixture->window, &file, 1);
  BB_TEST_WAIT (has_clip (fixture));
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
  bb_test_abandon_exports (fixture->queue);
  BB_TEST_WAIT (is_idle (fixture));
  bb_queue_clear (fixture->queue);
  bb_test_window_close (fixture->window);
  g_settings_reset (bb_application_get_settings (bb_test_get_application ()), "recipe");
}

static BbJob *
get_job (Fixture *fixture, guint position)
{
  g_autoptr (BbJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->queue), position);

  return job;
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->queue));
}

static BbJob *
export_to (Fixture *fixture, const char *name)
{
  g_autofree char *path = bb_test_media_path (name);

  bb_test_activate (fixture->window, "export-to", "s", path);
  return get_job (fixture, count (fixture) - 1);
}

static gboolean
is_rendering (Fixture *fixture)
{
  BbJob *job = bb_queue_get_current (fixture->queue);

  return job != NULL && bb_job_get_stats (job)->frames > 0;
}

static GtkWidget *
find_row (GtkWidget *widget, BbJob *job)
{
  GtkWidget *found = NULL;

  if (BB_IS_JOB_ROW (widget) && bb_job_row_get_job (BB_JOB_ROW (widget)) == job)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row (child, job);
  return found;
}

static GtkWidget *
get_row (Fixture *fixture, BbJob *job)
{
  GtkWidget *row = find_row (GTK_WIDGET (fixture->window), job);

  g_assert_nonnull (row);
  return row;
}

static gpointer
get_child (GtkWidget *widget, const char *name)
{
  return gtk_widget_get_template_child (widget, G_OBJECT_TYPE (widget), name);
}

static void
remove_job_file (BbJob *job)
{
  g_assert_no_errno (g_unlink (g_file_peek_path (bb_job_get_output (job))));
}

/* A row has a picture of the video, and the size of the file that was made; the same is made again under
 * another name. */
static void
test_row (Fixture *fixture, gconstpointer data)
{
  BbJob *job = export_to (fixture, "out-row.mkv");
  g_autofree char *size = NULL;
  g_autofree char *end = NULL;
  g_autofree char *first_sum = NULL;
  g_autofree char *second_sum = NULL;
  GtkWidget *row;
  GdkPaintable *picture;
  guchar pixel[4] = { 0 };
  g_autofree guchar *pixels = NULL;
  GStatBuf info;
  BbJob *again;

  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (job), ==, BB_JOB_DONE);
  g_assert_no_errno (g_stat (g_file_peek_path (bb_job_get_output (job)), &info));
  size = g_format_size ((guint64) info.st_size);
  end = g_strconcat (" frames/s · ", size, NULL);
  bb_test_activate (fixture->window, "show-queue", NULL);
  row = get_row (fixture, job);
  g_assert_true (g_str_has_suffix (gtk_label_get_text (get_child (row, "state_label")), end));

  BB_TEST_WAIT (gtk_picture_get_paintable (get_child (row, "picture")) != NULL);
  picture = gtk_picture_get_paintable (get_child (row, "picture"));
  g_assert_true (gtk_widget_get_visible (get_child (row, "thumbnail")));
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (picture) * 9, ==,
                   gdk_paintable_get_intrinsic_height (picture) * 16);
  pixels = g_new (guchar, 4 * (gsize) gdk_paintable_get_intrinsic_width (picture) *
                            (gsize) gdk_paintable_get_intrinsic_height (picture));
  gdk_texture_download (GDK_TEXTURE (picture), pixels,
                        4 * (gsize) gdk_paintable_get_intrinsic_width (picture));
  memcpy (pixel, pixels, 4); /* B, G, R, A */
  g_assert_cmpint (pixel[2], >, 240);
  g_assert_cmpint (pixel[0], <, 15);
  g_assert_cmpint (pixel[1], <, 15);

  gtk_widget_activate_action (row, "job.repeat", NULL);
  g_assert_cmpuint (count (fixture), ==, 2);
  again = get_job (fixture, 1);
  BB_TEST_WAIT (is_idle (fixture));
  g_assert_cmpint (bb_job_get_state (again), ==, BB_JOB_DONE);
  g_assert_false (g_file_equal (bb_job_get_output (job), bb_job_get_output (again)));
  first_sum =
    bb_test_ffmpeg ("-i '%s' -c copy -f framemd5 -", g_file_peek_path (bb_job_get_output (job)));
  second_sum =
    bb_test_ffmpeg ("-i '%s' -c copy -f framemd5 -", g_file_peek_path (bb_job_get_output (again)));
  g_assert_cmpstr (first_sum, ==, second_sum);
  remove_job_file (job);
  remove_job_file (again);
}

/* Where the frames of all exports are known, so is the time: of the same video, at the rate so far. */
static void
test_left (Fixture *fixture, gconstpointer data)
{
  BbJob *job = export_to (fixture, "out-1.mp4");
  GtkWidget *view;
  AdwWindowTitle *title;
  const BbRenderStats *stats;
  double rate;
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;

  BB_TEST_WAIT (is_rendering (fixture));
  bb_test_activate (fixture->window, "show-queue", NULL);
  view = adw_bottom_sheet_get_sheet (bb_window_get_queue_sheet (fixture->window));
  title = get_child (view, "window_title");
  BB_TEST_WAIT (gtk_widget_get_mapped (view));
  /* The row says it. */
  g_assert_cmpstr (adw_window_title_get_subtitle (title), ==, "");
  export_to (fixture, "out-2.mp4");
  export_to (fixture, "out-3.mp4");
  BB_TEST_WAIT (*adw_window_title_get_subtitle (title) != '\0');
  bb_queue_set_paused (fixture->queue, TRUE);
  bb_test_settle ();
  stats = bb_job_get_stats (job);
  rate = (double) (stats->frames - stats->frames_before) / stats->seconds;
  time = bb_progress_format_duration (
    (int) ((int) ((double) (stats->total_frames - stats->frames) / rate + 0.5) +
           2.0 * (double) stats->total_frames / rate + 0.5));
  text = g_strdup_printf ("about %s left for all", time);
  g_assert_cmpstr (adw_window_title_get_subtitle (title), ==, text);
  bb_queue_set_paused (fixture->queue, FALSE);
}

/* An export that waits is taken out and shown as it would have been, and comes back in its place. */
static void
test_edit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = bb_test_media_path ("red.mp4");
  g_autoptr (GFile) file = g_file_new_for_path (other);
  BbRecipeValues values = *bb_editor_get (fixture->editor);
  g_autoptr (GError) error = NULL;
  BbJob *running = export_to (fixture, "out-1.mp4");
  g_autoptr (BbJob) edited = NULL;
  GtkWidget *row;
  BbClip *clip;

  values.blur = 17;
  values.zoom = 0.25;
  values.start = 200000000;
  {
    g_autoptr (BbRecipe) recipe = bb_recipe_new (&values, &error);
    g_autofree char *path = bb_test_media_path ("out-2.mp4");
    g_autoptr (GFile) output = g_file_new_for_path (path);

    edited = bb_job_new (file, output, recipe, BB_JOB_NAME_CHOSEN);
    g_assert_true (bb_queue_add (fixture->queue, edited, &error));
  }
  export_to (fixture, "out-3.mp4");
  BB_TEST_WAIT (is_rendering (fixture));
  bb_test_activate (fixture->window, "show-queue", NULL);
  /* Not the one that runs. */
  gtk_widget_activate_action (get_row (fixture, running), "job.edit", NULL);
  g_assert_cmpuint (count (fixture), ==, 3);
  row = get_row (fixture, edited);
  gtk_widget_activate_action (row, "job.edit", NULL);
  g_assert_cmpuint (count (fixture), ==, 2);
  g_assert_false (adw_bottom_sheet_get_open (bb_window_get_queue_sheet (fixture->window)));
  clip = bb_project_find (fixture->project, file);
  g_assert_nonnull (clip);
  g_assert_true (bb_project_get_current (fixture->project) == clip);
  g_assert_cmpint (bb_clip_get_own (clip), ==, BB_RECIPE_LOOK | BB_RECIPE_FRAMING | BB_RECIPE_TRIM);
  g_assert_cmpfloat (bb_editor_get (fixture->editor)->blur, ==, 17);
  g_assert_cmpfloat (bb_editor_get (fixture->editor)->zoom, ==, 0.25);
  g_assert_cmpint (bb_editor_get (fixture->editor)->start, ==, 200000000);
  BB_TEST_WAIT (bb_window_get_file (fixture->window) != NULL &&
                g_file_equal (bb_window_get_file (fixture->window), file));
  /* The other one is as it was. */
  clip = bb_project_find (fixture->project, bb_job_get_input (running));
  g_assert_cmpint (bb_clip_get_own (clip), ==, 0);

  BB_TEST_WAIT (bb_test_shows (fixture->window, "“out-2.mp4” was taken out of the queue"));
  g_signal_emit_by_name (bb_test_find (fixture->window, GTK_TYPE_BUTTON, "label", "_Undo"),
                         "clicked");
  g_assert_cmpuint (count (fixture), ==, 3);
  g_assert_true (get_job (fixture, 1) == edited);
}

/* With one video in the list what is edited is what there is; nothing of it is detached. */
static void
test_edit_only (Fixture *fixture, gconstpointer data)
{
  BbJob *waiting;

  export_to (fixture, "out-1.mp4");
  bb_editor_set_number (fixture->editor, "blur", 17);
  waiting = export_to (fixture, "out-2.mp4");
  bb_editor_set_number (fixture->editor, "blur", 5);
  BB_TEST_WAIT (is_rendering (fixture));
  bb_test_activate (fixture->window, "show-queue", NULL);
  gtk_widget_activate_action (get_row (fixture, waiting), "job.edit", NULL);
  g_assert_cmpuint (count (fixture), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->project)), ==, 1);
  g_assert_cmpfloat (bb_editor_get (fixture->editor)->blur, ==, 17);
  g_assert_cmpint (bb_clip_get_own (bb_project_get_current (fixture->project)), ==, 0);
}

/* The list opens where the export that runs is. */
static void
test_scroll (Fixture *fixture, gconstpointer data)
{
  BbJob *job;
  GtkWidget *row;
  GtkWidget *scrolled_window;
  graphene_rect_t bounds;

  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *name = g_strdup_printf ("none/out-%u.mp4", i);

      export_to (fixture, name);
    }
  job = export_to (fixture, "out-1.mp4");
  BB_TEST_WAIT (bb_job_is_running (job));
  bb_test_activate (fixture->window, "show-queue", NULL);
  row = get_row (fixture, job);
  scrolled_window = gtk_widget_get_ancestor (row, GTK_TYPE_SCROLLED_WINDOW);
  BB_TEST_WAIT (gtk_widget_compute_bounds (row, scrolled_window, &bounds) &&
                bounds.size.height > 0 && bounds.origin.y >= 0 &&
                bounds.origin.y + bounds.size.height <=
                  (float) gtk_widget_get_height (scrolled_window));
  g_assert_cmpfloat (gtk_adjustment_get_value (
                       gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled_window))),
                     >, 0);
}

static void
add_tests (void)
{
  g_free (bb_test_ffmpeg ("-f lavfi -i color=red:size=128x72:rate=25:duration=1 "
                          "-c:v libx264 -preset ultrafast red.mp4"));
  g_free (bb_test_ffmpeg ("-f lavfi -i testsrc2=size=128x72:rate=25:duration=160 "
                          "-c:v libx264 -preset ultrafast long.mp4"));
  g_free (bb_test_ffmpeg ("-stream_loop 24 -i long.mp4 -c copy endless.mp4"));

#define ADD(name, file, func) g_test_add ("/exports/" name, Fixture, file, set_up, func, tear_down)
  ADD ("row", "red.mp4", test_row);
  ADD ("left", "endless.mp4", test_left);
  ADD ("edit", "endless.mp4", test_edit);
  ADD ("edit-only", "endless.mp4", test_edit_only);
  ADD ("scroll", "endless.mp4", test_scroll);
}

int
main (int argc, char *argv[])
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
