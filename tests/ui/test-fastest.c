/* test-fastest.c: finding the fastest settings, and seeing what precision does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-window.h"
#include "bb-tune-chart.h"
#include "bb-tune-dialog.h"
#include "bb-tune-item.h"
#include "bb-value-row.h"

#include <string.h>

/* Small, on the CPU: many of them take little time. */
static BbWindow *
open_small (void)
{
  BbWindow *window = bb_test_window_new ();
  BbEditor *editor = bb_window_get_editor (window);
  BbRecipeValues values;

  bb_test_open_clip (window);
  values = *bb_editor_get (editor);
  values.width = 90;
  values.height = 160;
  values.batch = 32;
  values.precision = BB_PRECISION_FP16;
  values.device = "cpu";
  bb_editor_set (editor, &values, NULL, NULL);
  bb_test_wait_for_picture (window);
  return window;
}

static GtkWidget *
find_button (gpointer widget, const char *label)
{
  return bb_test_find (widget, GTK_TYPE_BUTTON, "label", label);
}

static gboolean
is_done (BbWindow *window)
{
  GtkWidget *apply = find_button (bb_test_get_dialog (window), "_Apply");

  return apply != NULL && gtk_widget_get_visible (apply);
}

static BbTuneItem *
get_item (GtkWidget *table, guint i)
{
  return g_list_model_get_item (G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (table))),
                                i);
}

static char *
get_text (BbTuneItem *item, const char *property)
{
  char *text;

  g_object_get (item, property, &text, NULL);
  return text;
}

static double
get_speed (const char *text)
{
  return g_ascii_isdigit (*text) ? strtod (text, NULL) : 0.0;
}

/* Every point is in the table; one is marked, and applied as one step. The star is on the best figure. */
static void
test_tune (void)
{
  BbWindow *window = open_small ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *table, *row;
  int batch = 0;
  BbPrecision precision = 0;
  guint n_best = 0;
  guint n_stars = 0;
  double highest = 0.0;
  double starred = 0.0;
  g_autofree char *title = NULL;
  g_autofree char *start = NULL;

  bb_test_activate (window, "auto-tune", NULL);
  g_assert_true (BB_IS_TUNE_DIALOG (bb_test_get_dialog (window)));
  /* A second one does not come over it. */
  bb_test_activate (window, "auto-tune", NULL);
  BB_TEST_WAIT (is_done (window));
  bb_test_settle ();
  table = bb_test_find (bb_test_get_dialog (window), GTK_TYPE_COLUMN_VIEW, NULL, NULL);
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    {
      g_autoptr (BbTuneItem) item = get_item (table, i);
      g_autofree char *batch_text = get_text (item, "batch");
      g_autofree char *precision_text = get_text (item, "precision");
      g_autofree char *speed = get_text (item, "speed");
      g_autofree char *wanted = g_strdup_printf ("%d", 1 << (i / 2));

      g_assert_true (g_str_has_prefix (batch_text, wanted));
      g_assert_cmpstr (precision_text, ==, i % 2 == 0 ? "FP16" : "FP32");
      highest = MAX (highest, get_speed (speed));
      if (strstr (speed, "★") != NULL)
        {
          n_stars++;
          starred = get_speed (speed);
        }
      if (strstr (batch_text, "✓") == NULL)
        continue;
      n_best++;
      batch = 1 << (i / 2);
      precision = i % 2 == 0 ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
    }
  g_assert_cmpuint (n_stars, ==, 1);
  g_assert_cmpfloat (starred, ==, highest);
  g_assert_cmpuint (n_best, ==, 1);
  start = g_strdup_printf ("Best: %d Frame", batch);
  row = bb_test_find (bb_test_get_dialog (window), ADW_TYPE_ACTION_ROW, NULL, NULL);
  g_object_get (row, "title", &title, NULL);
  g_assert_true (g_str_has_prefix (title, start));

  g_signal_emit_by_name (find_button (bb_test_get_dialog (window), "_Apply"), "clicked");
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, batch);
  g_assert_cmpint (bb_editor_get (editor)->precision, ==, precision);
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, 32);
  g_assert_cmpint (bb_editor_get (editor)->precision, ==, BB_PRECISION_FP16);
  g_assert_cmpint (bb_editor_get (editor)->width, ==, 90);
  bb_test_window_close (window);
}

/* A CPU that makes a film meanwhile is said to make the figures worse; one that waits does not. */
static void
test_beside (void)
{
  BbWindow *window = open_small ();
  BbExportManager *export_manager = bb_application_get_export_manager (bb_test_get_application ());
  BbQueue *queue = bb_export_manager_get_queue (export_manager);
  g_autofree char *input = g_file_get_path (bb_player_get_file (bb_window_get_player (window)));
  g_autofree char *output = bb_test_media_path ("beside.mkv");
  g_autoptr (GFile) source = g_file_new_for_path (input);
  g_autoptr (GFile) target = g_file_new_for_path (output);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbJob) job = bb_job_new (
    source, target, bb_editor_get_recipe (bb_window_get_editor (window)), BB_JOB_NAME_REPLACE);

  bb_queue_set_paused (queue, TRUE);
  g_assert_true (bb_queue_add (queue, job, &error));
  g_assert_no_error (error);
  for (int running = 0; running < 2; running++)
    {
      GtkWidget *row;

      bb_queue_set_paused (queue, !running);
      BB_TEST_WAIT ((bb_queue_get_current (queue) != NULL) == running);
      bb_test_activate (window, "auto-tune", NULL);
      row = bb_test_find (bb_test_get_dialog (window), ADW_TYPE_ACTION_ROW, "title",
                          "An Export Runs Beside This");
      g_assert_cmpint (gtk_widget_get_visible (row), ==, running);
      adw_dialog_force_close (bb_test_get_dialog (window));
      BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
    }
  bb_test_abandon_exports (queue);
  BB_TEST_WAIT (bb_queue_get_current (queue) == NULL);
  bb_queue_clear (queue);
  bb_test_window_close (window);
}

/* What the recipe leaves to the device is shown as what it comes to there. */
static void
test_automatic (void)
{
  BbWindow *window = open_small ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *half = bb_test_find (window, ADW_TYPE_SWITCH_ROW, "title", "Half Precision");
  GtkWidget *row = bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "batch");
  GtkWidget *entry = bb_test_find (row, GTK_TYPE_ENTRY, NULL, NULL);
  GtkRange *scale = GTK_RANGE (bb_test_find (row, GTK_TYPE_SCALE, NULL, NULL));
  int n = CLAMP ((int) g_get_num_processors (), 4, 16);
  g_autofree char *text = g_strdup_printf ("%d (auto)", n);
  g_autofree char *subtitle = NULL;

  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (half)));
  g_object_get (half, "subtitle", &subtitle, NULL);
  g_assert_nonnull (strstr (subtitle, "CPU"));
  adw_switch_row_set_active (ADW_SWITCH_ROW (half), FALSE);
  g_assert_cmpint (bb_editor_get (editor)->precision, ==, BB_PRECISION_AUTO);
  adw_switch_row_set_active (ADW_SWITCH_ROW (half), TRUE);
  g_assert_cmpint (bb_editor_get (editor)->precision, ==, BB_PRECISION_FP16);
  g_assert_true (bb_editor_set_text (editor, "precision", "auto", NULL));
  g_assert_false (adw_switch_row_get_active (ADW_SWITCH_ROW (half)));

  g_signal_emit_by_name (bb_test_find (row, GTK_TYPE_BUTTON, NULL, NULL), "clicked");
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, BB_BATCH_AUTO);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, text);
  g_assert_cmpfloat (gtk_range_get_value (scale), ==, n);
  /* Leaving the field as it is chooses nothing. */
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, BB_BATCH_AUTO);
  gtk_range_set_value (scale, n + 1);
  g_assert_cmpint (bb_editor_get (editor)->batch, ==, n + 1);

  /* Elsewhere it is something else. */
  g_assert_true (bb_editor_set_text (editor, "batch", "auto", NULL));
  g_assert_true (bb_editor_set_text (editor, "device", "cuda:99", NULL));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "32 (auto)");
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (half)));
  g_assert_true (bb_editor_set_text (editor, "device", "cpu", NULL));
  bb_test_window_close (window);
}

/* The player stands still meanwhile, and goes on after it. */
static void
test_cancel (void)
{
  BbWindow *window = open_small ();
  BbPlayer *player = bb_window_get_player (window);

  g_settings_set_boolean (bb_application_get_settings (bb_test_get_application ()), "loop", TRUE);
  bb_test_activate (window, "play", NULL);
  BB_TEST_WAIT (bb_player_get_picture (player)->time > 0);
  bb_test_activate (window, "auto-tune", NULL);
  g_assert_false (bb_player_get_playing (player));
  bb_test_settle ();
  g_signal_emit_by_name (find_button (bb_test_get_dialog (window), "_Cancel"), "clicked");
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
  g_assert_true (bb_player_get_playing (player));
  g_assert_cmpint (bb_editor_get (bb_window_get_editor (window))->batch, ==, 32);
  bb_test_activate (window, "play", NULL);

  /* The window goes while it measures. */
  bb_test_activate (window, "auto-tune", NULL);
  bb_test_settle ();
  g_settings_set_boolean (bb_application_get_settings (bb_test_get_application ()), "loop", FALSE);
  adw_dialog_force_close (bb_test_get_dialog (window));
  bb_test_window_close (window);
}

/* What cannot be measured is said in place. */
static void
test_failure (void)
{
  BbWindow *window = open_small ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *page, *stack;

  bb_editor_set_text (editor, "device", "cuda:99", NULL);
  bb_test_activate (window, "auto-tune", NULL);
  stack = bb_test_find (bb_test_get_dialog (window), GTK_TYPE_STACK, NULL, NULL);
  BB_TEST_WAIT (g_str_equal (gtk_stack_get_visible_child_name (GTK_STACK (stack)), "failed"));
  page = bb_test_find (bb_test_get_dialog (window), ADW_TYPE_STATUS_PAGE, NULL, NULL);
  g_assert_cmpstr (adw_status_page_get_description (ADW_STATUS_PAGE (page)), !=, "");
  adw_dialog_close (bb_test_get_dialog (window));
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
  /* The next window begins with what this one ends with. */
  bb_editor_set_text (editor, "device", "cpu", NULL);
  bb_test_window_close (window);
}

static void
assert_inside (GtkWidget *widget, GtkWidget *window)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_mapped (widget))
    return;
  g_assert_true (gtk_widget_compute_bounds (widget, window, &bounds));
  if (GTK_IS_BUTTON (widget) || GTK_IS_LABEL (widget) || BB_IS_TUNE_CHART (widget))
    if (bounds.origin.x < -1 ||
        bounds.origin.x + bounds.size.width > gtk_widget_get_width (window) + 1)
      g_error ("%s at %.0f, %.0f wide, in a window of %d", G_OBJECT_TYPE_NAME (widget),
               bounds.origin.x, bounds.size.width, gtk_widget_get_width (window));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_inside (child, window);
}

static void
test_narrow (void)
{
  BbWindow *window = open_small ();
  AdwStyleManager *manager = adw_style_manager_get_default ();

  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  BB_TEST_WAIT (gtk_widget_get_width (GTK_WIDGET (window)) <= 360);
  bb_test_activate (window, "auto-tune", NULL);
  BB_TEST_WAIT (is_done (window));
  bb_test_settle ();
  assert_inside (GTK_WIDGET (bb_test_get_dialog (window)), GTK_WIDGET (window));
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  bb_test_settle ();
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_DEFAULT);
  adw_dialog_close (bb_test_get_dialog (window));
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
  bb_test_window_close (window);
}

/* Returns: (nullable): what is said over the picture */
static const char *
find_caption (BbWindow *window)
{
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));

  for (GtkWidget *child = gtk_widget_get_first_child (canvas); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LABEL (child) && gtk_widget_get_mapped (child))
      return gtk_label_get_label (GTK_LABEL (child));
  return NULL;
}

static void
test_difference (void)
{
  BbWindow *window = open_small ();
  BbPlayer *player = bb_window_get_player (window);
  GtkWidget *row = bb_test_find (window, ADW_TYPE_SWITCH_ROW, "title", "Show FP16 against FP32");
  GtkWidget *gain = bb_test_find (window, ADW_TYPE_COMBO_ROW, "title", "Amplification");
  const BbPicture *picture;
  const guint8 *pixels;
  g_autofree char *subtitle = NULL;
  g_autoptr (GVariant) state = NULL;
  const char *caption;
  int brightest = 0;
  int largest;

  g_assert_false (adw_switch_row_get_active (ADW_SWITCH_ROW (row)));
  g_assert_false (gtk_widget_get_visible (gain));
  bb_test_activate (window, "show-difference", NULL);
  BB_TEST_WAIT (bb_player_get_picture (player)->difference != NULL);
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (row)));
  g_assert_true (gtk_widget_get_visible (gain));
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (gain)), ==, 6);
  picture = bb_player_get_picture (player);
  largest = picture->difference->largest;
  pixels = g_bytes_get_data (picture->pixels, NULL);
  for (gsize i = 0; i < (gsize) picture->height * picture->stride; i += 4)
    brightest = MAX (brightest, pixels[i]);
  g_assert_cmpint (brightest, ==, MIN (64 * largest, 255));
  /* The figures are said where it is switched on, and over the picture. */
  g_object_get (row, "subtitle", &subtitle, NULL);
  g_assert_nonnull (strstr (subtitle, largest > 0 ? "PSNR" : "No difference"));
  g_assert_nonnull (find_caption (window));
  g_assert_true (g_str_has_suffix (find_caption (window), subtitle));

  adw_combo_row_set_selected (ADW_COMBO_ROW (gain), 4);
  state = bb_test_get_state (window, "difference-gain");
  g_assert_cmpint (g_variant_get_int32 (state), ==, 16);
  BB_TEST_WAIT ((caption = find_caption (window)) != NULL && strstr (caption, "×16\n") != NULL);
  adw_switch_row_set_active (ADW_SWITCH_ROW (row), FALSE);
  BB_TEST_WAIT (bb_player_get_picture (player)->difference == NULL);
  g_assert_null (find_caption (window));
  bb_test_window_close (window);
}

/* Without a clip a state may be asked for from outside. */
static void
test_empty (void)
{
  BbWindow *window = bb_test_window_new ();

  g_assert_false (bb_test_is_enabled (window, "auto-tune"));
  g_assert_false (bb_test_is_enabled (window, "show-difference"));
  g_action_group_change_action_state (G_ACTION_GROUP (window), "show-difference",
                                      g_variant_new_boolean (TRUE));
  g_action_group_change_action_state (G_ACTION_GROUP (window), "difference-gain",
                                      g_variant_new_int32 (4));
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/fastest/empty", test_empty);
  g_test_add_func ("/fastest/tune", test_tune);
  g_test_add_func ("/fastest/beside", test_beside);
  g_test_add_func ("/fastest/automatic", test_automatic);
  g_test_add_func ("/fastest/cancel", test_cancel);
  g_test_add_func ("/fastest/failure", test_failure);
  g_test_add_func ("/fastest/narrow", test_narrow);
  g_test_add_func ("/fastest/difference", test_difference);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
