/* test-list.c: many videos in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-clip-item.h"
#include "bb-clip-strip.h"
#include "bb-export-manager.h"
#include "bb-missing.h"
#include "bb-project-file.h"
#include "bb-test-window.h"

#include <glib/gstdio.h>

#define N_CLIPS 4

typedef struct {
  BbWindow *window;
  BbProject *project;
  BbClipStrip *strip;
  char *folder;
} Fixture;

/* Copies of one video, called so that they are in this order, and one that is none behind them. */
static char *
make_folder (const char *name)
{
  g_autofree char *clip = bb_test_clip ();
  g_autofree char *contents = NULL;
  char *folder = bb_test_media_path (name);
  gsize length;

  g_assert_true (g_file_get_contents (clip, &contents, &length, NULL));
  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  for (guint i = 0; i <= N_CLIPS; i++)
    {
      g_autofree char *file = g_strdup_printf ("%u.mp4", i + 1);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      g_assert_true (i < N_CLIPS ? g_file_set_contents (path, contents, (gssize) length, NULL)
                                 : g_file_set_contents (path, "text", -1, NULL));
    }
  return folder;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static BbClip *
get (Fixture *fixture, guint position)
{
  g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (fixture->project), position);

  return clip;
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->project));
}

static void
take_window (Fixture *fixture)
{
  fixture->window = bb_test_window_new ();
  fixture->project = bb_editor_get_project (bb_window_get_editor (fixture->window));
  fixture->strip = BB_CLIP_STRIP (bb_test_find (fixture->window, BB_TYPE_CLIP_STRIP, NULL, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) file = NULL;

  fixture->folder = make_folder ("list");
  take_window (fixture);
  file = g_file_new_for_path (fixture->folder);
  bb_window_open (fixture->window, &file, 1);
  BB_TEST_WAIT (count (fixture) == N_CLIPS + 1);
  BB_TEST_WAIT (bb_test_wait_for_picture (fixture->window) != NULL);
  for (guint i = 0; i <= N_CLIPS; i++)
    BB_TEST_WAIT (bb_clip_get_problem (get (fixture, i)) != NULL ||
                  bb_clip_get_thumbnail (get (fixture, i)) != NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  GSettings *settings = bb_application_get_settings (bb_test_get_application ());

  bb_test_window_close (fixture->window);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_settings_reset (settings, "recipe");
  g_settings_reset (settings, "export-pattern");
}

/* Which video the player has. */
static gboolean
shows (Fixture *fixture, guint position)
{
  GFile *file = bb_window_get_file (fixture->window);

  return file != NULL && g_file_equal (file, bb_clip_get_file (get (fixture, position)));
}

static void
set (Fixture *fixture, const char *key, const char *text)
{
  g_assert_true (bb_editor_set_text (bb_window_get_editor (fixture->window), key, text, NULL));
}

static double
get_zoom (Fixture *fixture, guint position)
{
  g_autoptr (BbRecipe) recipe = bb_project_make_recipe (fixture->project, get (fixture, position));

  return bb_recipe_get (recipe)->zoom;
}

static GtkWidget *
find_item (GtkWidget *widget, BbClip *clip)
{
  GtkWidget *found = NULL;

  if (BB_IS_CLIP_ITEM (widget))
    return bb_clip_item_get_clip (BB_CLIP_ITEM (widget)) == clip ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_item (child, clip);
  return found;
}

static void
test_open (Fixture *fixture, gconstpointer data)
{
  GtkWidget *item;

  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
  g_assert_true (shows (fixture, 0));
  for (guint i = 0; i < N_CLIPS; i++)
    g_assert_null (bb_clip_get_problem (get (fixture, i)));
  /* Why one cannot be read is at it, and it is not gone. */
  g_assert_nonnull (strstr (bb_clip_get_problem (get (fixture, N_CLIPS)), "it is not a video"));
  item = find_item (GTK_WIDGET (fixture->strip), get (fixture, N_CLIPS));
  g_assert_nonnull (item);
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (item), "it is not a video"));
  /* Nothing that was asked for is a step to undo. */
  g_assert_false (bb_test_is_enabled (fixture->window, "undo"));
  g_assert_false (bb_test_is_enabled (fixture->window, "previous-clip"));
  g_assert_true (bb_test_is_enabled (fixture->window, "next-clip"));
}

static void
test_switch (Fixture *fixture, gconstpointer data)
{
  set (fixture, "zoom", "1");
  bb_test_activate (fixture->window, "next-clip", NULL);
  BB_TEST_WAIT (shows (fixture, 1));
  g_assert_cmpfloat (bb_editor_get (bb_window_get_editor (fixture->window))->zoom, ==, 0.0);
  bb_test_activate (fixture->window, "next-clip", NULL);
  bb_test_activate (fixture->window, "next-clip", NULL);
  BB_TEST_WAIT (shows (fixture, 3));
  /* What cannot be shown says why in its place, and the way back is open. */
  bb_test_activate (fixture->window, "next-clip", NULL);
  BB_TEST_WAIT (bb_test_shows (fixture->window, "it is not a video"));
  g_assert_false (bb_test_is_enabled (fixture->window, "export"));
  bb_test_activate (fixture->window, "previous-clip", NULL);
  BB_TEST_WAIT (bb_test_is_enabled (fixture->window, "export"));
  g_assert_true (shows (fixture, 3));
  /* Undoing shows what it is about. */
  bb_test_activate (fixture->window, "undo", NULL);
  BB_TEST_WAIT (shows (fixture, 0));
  g_assert_cmpfloat (get_zoom (fixture, 0), ==, 0.0);
}

static void
test_looks (Fixture *fixture, gconstpointer data)
{
  GtkWidget *item = find_item (GTK_WIDGET (fixture->strip), get (fixture, 0));
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (fixture->window));

  set (fixture, "zoom", "0.5");
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (item), "framed"));
  bb_test_activate (fixture->window, "copy-look", NULL);
  BB_TEST_WAIT (
    gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), G_TYPE_STRING));
  bb_test_activate (fixture->window, "next-clip", NULL);
  BB_TEST_WAIT (shows (fixture, 1));
  bb_test_activate (fixture->window, "paste-look", NULL);
  BB_TEST_WAIT (get_zoom (fixture, 1) == 0.5);
  g_assert_cmpfloat (get_zoom (fixture, 2), ==, 0.0);
  g_assert_cmpuint (bb_clip_get_own (get (fixture, 1)), ==, BB_RECIPE_LOOK | BB_RECIPE_FRAMING);
  bb_test_activate (fixture->window, "reset-clip-framing", NULL);
  g_assert_cmpfloat (get_zoom (fixture, 1), ==, 0.0);
  bb_test_activate (fixture->window, "previous-clip", NULL);
  BB_TEST_WAIT (shows (fixture, 0));
  bb_test_activate (fixture->window, "apply-to-all", NULL);
  for (guint i = 0; i < N_CLIPS; i++)
    g_assert_cmpfloat (get_zoom (fixture, i), ==, 0.5);
  g_assert_null (strstr (gtk_widget_get_tooltip_text (item), "framed"));
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  bb_clip_strip_select_all (fixture->strip);
  bb_test_activate (fixture->window, "remove-clips", NULL);
  g_assert_cmpuint (count (fixture), ==, 0);
  BB_TEST_WAIT (bb_test_shows (fixture->window, "Reframe a Video"));
  g_assert_false (bb_test_is_enabled (fixture->window, "export"));
  bb_test_activate (fixture->window, "undo", NULL);
  g_assert_cmpuint (count (fixture), ==, N_CLIPS + 1);
  BB_TEST_WAIT (shows (fixture, 0) && bb_test_is_enabled (fixture->window, "export"));
  for (guint i = 0; i < N_CLIPS; i++)
    bb_test_activate (fixture->window, "remove-clips", NULL);
  g_assert_cmpuint (count (fixture), ==, 1);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (fixture->strip)));
}

/* Each by its own trim, called as the pattern says, and marked when it is there. */
static void
test_export (Fixture *fixture, gconstpointer data)
{
  BbExportManager *manager = bb_application_get_export_manager (bb_test_get_application ());
  BbQueue *queue = bb_export_manager_get_queue (manager);
  GSettings *settings = bb_application_get_settings (bb_test_get_application ());
  GtkWidget *button;

  g_settings_set_string (settings, "export-pattern", "{name} {height}p");
  set (fixture, "width", "72");
  set (fixture, "height", "128");
  set (fixture, "device", "cpu");
  set (fixture, "preset", "ultrafast");
  for (guint i = 0; i < 2; i++)
    {
      set (fixture, "end", i == 0 ? "0.4" : "0.8");
      bb_test_activate (fixture->window, "next-clip", NULL);
      BB_TEST_WAIT (shows (fixture, i + 1));
    }
  bb_test_activate (fixture->window, "export", NULL);
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) != NULL);
  /* What cannot be read is left out. */
  g_assert_cmpstr (adw_dialog_get_title (bb_test_get_dialog (fixture->window)), ==,
                   "Export 4 Videos");
  button = bb_test_find (bb_test_get_dialog (fixture->window), GTK_TYPE_BUTTON, "label", "_Export");
  g_signal_emit_by_name (button, "clicked");
  BB_TEST_WAIT (g_list_model_get_n_items (G_LIST_MODEL (queue)) == N_CLIPS);
  BB_TEST_WAIT (bb_queue_get_current (queue) == NULL && bb_queue_get_n_waiting (queue) == 0);
  for (guint i = 0; i < N_CLIPS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u 128p.mp4", i + 1);
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (
        bb_test_ffprobe_count (path), ==,
        i == 0   ? 10
        : i == 1 ? 20
                 : bb_test_ffprobe_count (g_file_peek_path (bb_clip_get_file (get (fixture, i)))));
      g_assert_true (bb_project_is_exported (fixture->project, get (fixture, i)));
    }
  set (fixture, "blur", "9");
  g_assert_false (bb_project_is_exported (fixture->project, get (fixture, 0)));
  bb_queue_clear (queue);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

/* A project whose videos were moved: found by the folder that is named. */
static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *saved = bb_test_media_path ("moved.blurbox");
  g_autofree char *elsewhere = bb_test_media_path ("elsewhere");
  g_autofree char *inside = g_build_filename (elsewhere, "inside", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (saved);
  g_autoptr (GFile) folder = g_file_new_for_path (elsewhere);
  g_autoptr (GAsyncResult) result = NULL;
  guint n_left;

  set (fixture, "blur", "33");
  bb_test_activate (fixture->window, "save-project-to", "s", saved);
  g_assert_no_errno (g_mkdir (elsewhere, 0755));
  g_assert_no_errno (g_rename (fixture->folder, inside));
  bb_test_activate (fixture->window, "new-project", NULL);
  g_assert_cmpuint (count (fixture), ==, 0);
  bb_window_open (fixture->window, &file, 1);
  BB_TEST_WAIT (count (fixture) == N_CLIPS + 1);
  BB_TEST_WAIT (bb_test_get_dialog (fixture->window) != NULL);
  BB_TEST_WAIT (bb_test_shows (bb_test_get_dialog (fixture->window), "Videos Not Found"));
  adw_dialog_force_close (bb_test_get_dialog (fixture->window));
  bb_missing_search_async (fixture->project, folder, NULL, searched_cb, &result);
  BB_TEST_WAIT (result != NULL);
  g_assert_cmpuint (bb_missing_search_finish (fixture->project, result, &n_left, NULL), ==,
                    N_CLIPS + 1);
  g_assert_cmpuint (n_left, ==, 0);
  bb_test_activate (fixture->window, "next-clip", NULL);
  BB_TEST_WAIT (shows (fixture, 1));
  g_assert_cmpfloat (bb_editor_get (bb_window_get_editor (fixture->window))->blur, ==, 33);
  g_assert_no_errno (g_rename (inside, fixture->folder));
  g_rmdir (elsewhere);
  g_unlink (saved);
}

/* What was there when the window was closed is offered, with its history. */
static void
test_session (Fixture *fixture, gconstpointer data)
{
  GtkWidget *button;

  set (fixture, "blur", "21");
  set (fixture, "zoom", "1");
  bb_test_window_close (fixture->window);
  take_window (fixture);
  button = bb_test_find (fixture->window, GTK_TYPE_BUTTON, "action-name", "win.go-on");
  BB_TEST_WAIT (gtk_widget_get_visible (button));
  g_assert_cmpuint (count (fixture), ==, 0);
  bb_test_activate (fixture->window, "go-on", NULL);
  g_assert_cmpuint (count (fixture), ==, N_CLIPS + 1);
  BB_TEST_WAIT (shows (fixture, 0));
  g_assert_cmpfloat (get_zoom (fixture, 0), ==, 1.0);
  bb_test_activate (fixture->window, "undo", NULL);
  g_assert_cmpfloat (get_zoom (fixture, 0), ==, 0.0);
  bb_test_activate (fixture->window, "undo", NULL);
  g_assert_cmpfloat (bb_editor_get (bb_window_get_editor (fixture->window))->blur, ==, 60);

  /* Something else takes the place of what was left, and what was left can be had back. */
  bb_test_window_close (fixture->window);
  take_window (fixture);
  bb_test_open_clip (fixture->window);
  bb_test_window_close (fixture->window);
  take_window (fixture);
  bb_test_activate (fixture->window, "open-before", NULL);
  BB_TEST_WAIT (count (fixture) == N_CLIPS + 1);
  BB_TEST_WAIT (shows (fixture, 0));
}

static void
add_tests (void)
{
  g_test_add ("/list/open", Fixture, NULL, set_up, test_open, tear_down);
  g_test_add ("/list/switch", Fixture, NULL, set_up, test_switch, tear_down);
  g_test_add ("/list/looks", Fixture, NULL, set_up, test_looks, tear_down);
  g_test_add ("/list/remove", Fixture, NULL, set_up, test_remove, tear_down);
  g_test_add ("/list/export", Fixture, NULL, set_up, test_export, tear_down);
  g_test_add ("/list/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/list/session", Fixture, NULL, set_up, test_session, tear_down);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
