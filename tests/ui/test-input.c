/* test-input.c: the window by hand: keyboard and pointer of a real X server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-handle.h"
#include "bb-test-window.h"
#include "bb-timeline.h"
#include "bb-value-row.h"

#include <math.h>

#define xdo bb_test_xdo
#define get_place bb_test_get_place
#define drag bb_test_drag

static BbWindow *
new_window (void)
{
  BbWindow *window = bb_test_window_new ();

  bb_test_open_clip (window);
  bb_test_wait_for_paint (window);
  /* There is no window manager to do it. */
  xdo ("search --sync --onlyvisible --name clip.mp4 windowfocus --sync");
  BB_TEST_WAIT (gtk_window_is_active (GTK_WINDOW (window)));
  return window;
}

static const BbRecipeValues *
get (BbWindow *window)
{
  return bb_editor_get (bb_window_get_editor (window));
}

/* How far the middle of the picture is from the canvas' middle, in canvas pixels. */
static BbPlacement
get_placement (BbWindow *window)
{
  const BbPlayerSource *source = bb_player_get_source (bb_window_get_player (window));
  BbPlacement placement;

  bb_framing_place (get (window), source->width, source->height, &placement);
  return placement;
}

static gboolean
is_at (BbWindow *window, double x, double y, double distance)
{
  BbPlacement placement = get_placement (window);

  return fabs (placement.x - x) <= distance && fabs (placement.y - y) <= distance;
}

static void
test_keys (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  const gint64 frame = 40000000;
  gboolean muted;

  gtk_widget_grab_focus (canvas);
  xdo ("key Right Right Down");
  BB_TEST_WAIT (is_at (window, 2.0, 1.0, 0.01));
  xdo ("key shift+Left shift+Up");
  BB_TEST_WAIT (is_at (window, -8.0, -9.0, 0.01));
  xdo ("key ctrl+z");
  BB_TEST_WAIT (is_at (window, 0.0, 0.0, 0.01));
  xdo ("key ctrl+shift+z");
  BB_TEST_WAIT (is_at (window, -8.0, -9.0, 0.01));
  xdo ("key ctrl+0");
  BB_TEST_WAIT (is_at (window, 0.0, 0.0, 0.01));

  xdo ("key period period");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 2 * frame);
  xdo ("key i");
  BB_TEST_WAIT (get (window)->start == 2 * frame);
  xdo ("key comma");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == frame);
  xdo ("key space");
  BB_TEST_WAIT (bb_player_get_playing (player));
  xdo ("key space");
  BB_TEST_WAIT (!bb_player_get_playing (player));
  xdo ("key m");
  BB_TEST_WAIT ((g_object_get (player, "muted", &muted, NULL), muted));
  xdo ("key m");
  BB_TEST_WAIT ((g_object_get (player, "muted", &muted, NULL), !muted));
  xdo ("key ctrl+j");
  BB_TEST_WAIT (adw_bottom_sheet_get_open (bb_window_get_queue_sheet (window)));
  xdo ("key ctrl+j");
  BB_TEST_WAIT (!adw_bottom_sheet_get_open (bb_window_get_queue_sheet (window)));
  bb_test_window_close (window);
}

/* In a field, keys write. */
static void
test_entry (void)
{
  BbWindow *window = new_window ();
  GtkWidget *row = bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "blur");
  GtkWidget *entry = bb_test_find (row, GTK_TYPE_ENTRY, NULL, NULL);

  gtk_widget_grab_focus (entry);
  xdo ("key ctrl+a");
  xdo ("type 12.5");
  xdo ("key Return");
  BB_TEST_WAIT (get (window)->blur == 12.5);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "12.50 px");
  g_assert_false (bb_player_get_playing (bb_window_get_player (window)));
  /* What is no number goes. */
  xdo ("key ctrl+a");
  xdo ("type mm");
  xdo ("key Return");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "12.50 px"));
  g_assert_cmpfloat (get (window)->blur, ==, 12.5);

  gtk_widget_grab_focus (bb_test_find (row, GTK_TYPE_SCALE, NULL, NULL));
  xdo ("key Right");
  BB_TEST_WAIT (get (window)->blur == 14.0);
  bb_test_window_close (window);
}

/* Sizes that codecs take, whatever is written. */
static void
test_sizes (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *row;
  BbRecipeValues values = *get (window);

  values.width = 1000;
  values.height = 1500;
  g_assert_true (bb_editor_set (editor, &values, NULL, NULL));
  row = bb_test_find (window, ADW_TYPE_SPIN_ROW, "title", "Width");
  g_assert_true (gtk_widget_get_visible (row));
  gtk_widget_grab_focus (row);
  xdo ("key ctrl+a");
  xdo ("type 1081");
  xdo ("key Return");
  BB_TEST_WAIT (get (window)->width == 1080);
  BB_TEST_WAIT (g_str_equal (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)),
                             "1081 became 1080: codecs take even numbers only"));
  xdo ("key ctrl+a BackSpace Return");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), "1080"));
  xdo ("key ctrl+a");
  xdo ("type wide");
  xdo ("key Return");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), "1080"));
  g_assert_cmpint (get (window)->width, ==, 1080);
  g_assert_cmpint (get (window)->height, ==, 1500);

  /* Ctrl+Z takes what is being typed back first, then the size. */
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), row));
  xdo ("key ctrl+a 5 ctrl+z");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), "1080"));
  g_assert_cmpint (get (window)->width, ==, 1080);
  xdo ("key ctrl+z");
  BB_TEST_WAIT (get (window)->width == 1000);
  xdo ("key ctrl+shift+z");
  BB_TEST_WAIT (get (window)->width == 1080);

  xdo ("key ctrl+a 5 Escape");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), "1080"));

  /* An odd size that was there stays where nobody changes it; a step from it leads to an even one. */
  values = *bb_editor_get (editor);
  values.width = 1081;
  g_assert_true (bb_editor_set (editor, &values, NULL, NULL));
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), "1081"));
  xdo ("key ctrl+a Tab");
  BB_TEST_WAIT (!gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), row));
  bb_test_settle ();
  g_assert_cmpint (get (window)->width, ==, 1081);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "1081");
  gtk_widget_grab_focus (row);
  xdo ("key Up");
  BB_TEST_WAIT (get (window)->width == 1082);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "1082");

  /* Another shape has about the size of this one. */
  adw_toggle_group_set_active_name (
    ADW_TOGGLE_GROUP (bb_test_find (window, ADW_TYPE_TOGGLE_GROUP, NULL, NULL)), "9:16");
  g_assert_cmpint (get (window)->width, ==, 1080);
  g_assert_cmpint (get (window)->height, ==, 1920);
  bb_test_window_close (window);
}

/* Types a character at a slider, as a keyboard of another language would. */
static void
type_at_scale (GtkWidget *scale, gunichar character)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (scale);
  gboolean stopped = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!stopped && GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", gdk_unicode_to_keyval (character), 0, 0,
                               &stopped);
    }
  g_assert_true (stopped);
}

/* Letters whose code ends as that of a minus, a point, a comma or a digit are letters. */
static void
test_letters (void)
{
  BbWindow *window = new_window ();
  GtkWidget *row = bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "blur");
  GtkWidget *scale = bb_test_find (row, GTK_TYPE_SCALE, NULL, NULL);
  GtkWidget *entry = bb_test_find (row, GTK_TYPE_ENTRY, NULL, NULL);
  static const gunichar letters[] = { 'm', 0x42c, 0x42d, 0x42e, 0x431, 0x4e2d, 0x663 };

  gtk_widget_grab_focus (scale);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    {
      type_at_scale (scale, letters[i]);
      g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == scale);
    }
  type_at_scale (scale, '-');
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), entry));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "-");
  bb_test_window_close (window);
}

/* Keys do what the place of the focus promises. */
static void
test_focus (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  GtkWidget *row = bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "blur");
  GtkWidget *entry = bb_test_find (row, GTK_TYPE_ENTRY, NULL, NULL);
  double blur = get (window)->blur;
  gboolean muted;

  /* A clip that was just opened is played, whichever button opened it. */
  gtk_widget_grab_focus (
    bb_test_find (window, GTK_TYPE_BUTTON, "icon-name", "document-open-symbolic"));
  bb_test_open_clip (window);
  BB_TEST_WAIT (gtk_window_get_focus (GTK_WINDOW (window)) ==
                GTK_WIDGET (bb_window_get_canvas (window)));
  xdo ("key space");
  BB_TEST_WAIT (bb_player_get_playing (player));
  xdo ("key space");
  BB_TEST_WAIT (!bb_player_get_playing (player));

  /* What is typed at a slider is a number, or nothing. */
  gtk_widget_grab_focus (row);
  xdo ("key m c");
  xdo ("type 17");
  xdo ("key Return");
  BB_TEST_WAIT (get (window)->blur == 17.0);
  g_object_get (player, "muted", &muted, NULL);
  g_assert_false (muted);
  g_assert_null (bb_player_get_compared (player));
  /* Nor is a letter at any other row meant for the picture. */
  gtk_widget_grab_focus (bb_test_find (window, ADW_TYPE_COMBO_ROW, "title", "Size"));
  xdo ("key m c l");
  bb_test_settle ();
  gtk_widget_grab_focus (entry);
  xdo ("key ctrl+a 1 8 Return");
  BB_TEST_WAIT (get (window)->blur == 18.0);
  g_object_get (player, "muted", &muted, NULL);
  g_assert_false (muted);
  g_assert_null (bb_player_get_compared (player));
  /* In the field, too, the settings can be undone. What is being typed goes first. */
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), entry));
  xdo ("key ctrl+a 5 ctrl+z");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "18 px"));
  g_assert_cmpfloat (get (window)->blur, ==, 18.0);
  xdo ("key ctrl+a 5 Escape");
  BB_TEST_WAIT (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "18 px"));
  xdo ("key ctrl+z");
  BB_TEST_WAIT (get (window)->blur == 17.0);
  xdo ("key ctrl+z");
  BB_TEST_WAIT (get (window)->blur == blur);
  xdo ("key ctrl+shift+z");
  BB_TEST_WAIT (get (window)->blur == 17.0);
  bb_test_window_close (window);
}

static gboolean
is_popped_up (GtkWidget *row)
{
  GtkWidget *popover = bb_test_find (row, GTK_TYPE_POPOVER, NULL, NULL);

  return popover != NULL && gtk_widget_get_mapped (popover);
}

/* A row whose value is chosen keeps the focus, whatever follows from that. */
static void
test_choice (void)
{
  static const char *const titles[] = { "Container", "Codec", "Encoder", "Preset", "Sound" };
  BbWindow *window = new_window ();
  AdwDialog *dialog;
  GtkWidget *name;

  bb_test_activate (window, "export", NULL);
  BB_TEST_WAIT ((dialog = bb_test_get_dialog (window)) != NULL);
  name = bb_test_find (dialog, ADW_TYPE_ENTRY_ROW, NULL, NULL);
  BB_TEST_WAIT (gtk_window_get_focus (GTK_WINDOW (window)) != NULL &&
                gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), name));
  bb_test_wait_for_paint (window);
  bb_test_settle ();
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      GtkWidget *row = bb_test_find (dialog, ADW_TYPE_COMBO_ROW, "title", titles[i]);
      guint before = adw_combo_row_get_selected (ADW_COMBO_ROW (row));

      gtk_widget_grab_focus (row);
      xdo ("key space");
      BB_TEST_WAIT (is_popped_up (row));
      bb_test_wait_for_paint (window);
      xdo ("key %s", before == 0 ? "Down" : "Up");
      bb_test_settle ();
      xdo ("key Return");
      BB_TEST_WAIT (adw_combo_row_get_selected (ADW_COMBO_ROW (row)) != before);
      BB_TEST_WAIT (!is_popped_up (row));
      bb_test_settle ();
      bb_test_wait_for_paint (window);
      g_test_message ("%s: %u", titles[i], adw_combo_row_get_selected (ADW_COMBO_ROW (row)));
      g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == row);
    }
  adw_dialog_force_close (dialog);
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
  bb_test_window_close (window);
}

static void
test_handles (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  GtkWidget *playhead = bb_test_find_css (window, "playhead");
  GtkWidget *start = bb_test_find_css (window, "trim-start");
  GtkWidget *end = bb_test_find_css (window, "trim-end");
  GtkWidget *divider;
  const gint64 frame = 40000000;
  const gint64 duration = bb_player_get_source (player)->duration;
  double split;

  gtk_widget_grab_focus (playhead);
  xdo ("key Right Right Right");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 3 * frame);
  xdo ("key Page_Up");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 28 * frame);
  xdo ("key Home");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 0);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (playhead), GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (playhead),
                                       GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "0.0 seconds");

  gtk_widget_grab_focus (start);
  xdo ("key Right Right");
  BB_TEST_WAIT (get (window)->start == 2 * frame);
  gtk_widget_grab_focus (end);
  xdo ("key Page_Down Left");
  BB_TEST_WAIT (get (window)->end == duration - 26 * frame);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (end), GTK_ACCESSIBLE_ROLE_SLIDER);
  /* It cannot pass the start. */
  xdo ("key Home");
  BB_TEST_WAIT (get (window)->end == 3 * frame);
  xdo ("key End");
  BB_TEST_WAIT (get (window)->end == -1);

  xdo ("key c");
  BB_TEST_WAIT (bb_player_get_compared (player) != NULL);
  divider = bb_test_find_css (window, "divider");
  gtk_widget_grab_focus (divider);
  split = bb_handle_get_value (BB_HANDLE (divider));
  xdo ("key Left Left");
  BB_TEST_WAIT (fabs (bb_handle_get_value (BB_HANDLE (divider)) - (split - 0.02)) < 1e-9);
  bb_test_window_close (window);
}

static void
test_canvas_drag (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  double x = gtk_widget_get_width (canvas) / 2.0;
  double y = gtk_widget_get_height (canvas) / 2.0;
  int room_x, room_y;
  double zoom, edge;
  int screen_x, screen_y;

  /* Pixels of the widget a pixel of the canvas, as the shorter way decides. */
  bb_canvas_get_wanted_size (bb_window_get_canvas (window), &room_x, &room_y);
  zoom = MIN (room_x / 1080.0, room_y / 1920.0);
  drag (canvas, x, y, x + 40, y - 50);
  BB_TEST_WAIT (is_at (window, 40 / zoom, -50 / zoom, 1.0 / zoom));
  /* Near to the centre it snaps to it, each way for itself. */
  drag (canvas, x, y, x - 36, y + 30);
  BB_TEST_WAIT (get (window)->position_x == 0.0 && get (window)->position_y != 0.0);
  /* Each drag is one step. */
  bb_editor_undo (editor);
  g_assert_true (is_at (window, 40 / zoom, -50 / zoom, 1.0 / zoom));
  bb_editor_undo (editor);
  g_assert_true (is_at (window, 0.0, 0.0, 0.0));
  g_assert_false (bb_editor_can_undo (editor));
  /* With the modifier it snaps to nothing. */
  xdo ("keydown ctrl");
  drag (canvas, x, y, x + 20, y - 4);
  xdo ("keyup ctrl");
  BB_TEST_WAIT (is_at (window, 20 / zoom, -4 / zoom, 1.0 / zoom));
  bb_editor_undo (editor);
  /* Its upper edge meets the canvas' lower third, and its lower one the canvas' lower edge. */
  edge = 1920.0 / 6.0 + get_placement (window).height / 2.0;
  drag (canvas, x, y, x, y + edge * zoom - 3);
  BB_TEST_WAIT (is_at (window, 0.0, edge, 0.01));
  bb_editor_undo (editor);
  edge = 1920.0 / 2.0 - get_placement (window).height / 2.0;
  drag (canvas, x, y, x, y + edge * zoom + 5);
  BB_TEST_WAIT (is_at (window, 0.0, edge, 0.01));
  bb_editor_undo (editor);
  get_place (canvas, x, y, &screen_x, &screen_y);
  xdo ("mousemove %d %d click --repeat 2 --delay 50 1", screen_x, screen_y);
  BB_TEST_WAIT (get (window)->zoom == 1.0);
  /* As a double click of its own or as a third and fourth click, whatever the time between was. */
  xdo ("click --repeat 2 --delay 50 1");
  BB_TEST_WAIT (get (window)->zoom == 0.0 && is_at (window, 0.0, 0.0, 0.0));
  bb_test_wait_for_picture (window);
  bb_test_window_close (window);
}

/* A place of the canvas, counted from its middle, as one of the widget. */
static void
from_canvas (BbWindow *window, double x, double y, double *widget_x, double *widget_y)
{
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  int room_x, room_y;
  double zoom;

  bb_canvas_get_wanted_size (bb_window_get_canvas (window), &room_x, &room_y);
  zoom = MIN (room_x / 1080.0, room_y / 1920.0);
  *widget_x = gtk_widget_get_width (canvas) / 2.0 + x * zoom;
  *widget_y = gtk_widget_get_height (canvas) / 2.0 + y * zoom;
}

/* The wheel scales at the pointer, a corner around the one opposite to it, keys around the middle. */
static void
test_canvas_scale (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  BbPlacement before = get_placement (window);
  BbPlacement after;
  double x, y, to_x, to_y;
  int screen_x, screen_y;

  /* On a point of the picture that is off its middle. */
  from_canvas (window, 300, -200, &x, &y);
  get_place (canvas, x, y, &screen_x, &screen_y);
  xdo ("mousemove %d %d", screen_x, screen_y);
  bb_test_settle ();
  xdo ("click --repeat 3 --delay 20 4");
  BB_TEST_WAIT (get_placement (window).width > before.width * 1.25);
  after = get_placement (window);
  g_assert_cmpfloat (after.width, <, before.width * 1.27);
  /* What was under the pointer is there still, to a pixel of the widget. */
  g_assert_cmpfloat_with_epsilon ((300 - after.x) / after.width, (300 - before.x) / before.width,
                                  0.005);
  g_assert_cmpfloat_with_epsilon ((-200 - after.y) / after.height,
                                  (-200 - before.y) / before.height, 0.01);
  /* Back past the size that fits: it stops there. */
  xdo ("click --repeat 3 --delay 20 5");
  BB_TEST_WAIT (fabs (get_placement (window).width - before.width) < 0.01);
  bb_editor_undo (editor);
  bb_test_activate (window, "fit", NULL);

  /* The lower right corner, half way to the opposite one. */
  from_canvas (window, before.width / 2, before.height / 2, &x, &y);
  from_canvas (window, 60, 60 * before.height / before.width, &to_x, &to_y);
  bb_editor_end_step (editor);
  drag (canvas, x, y, to_x, to_y);
  BB_TEST_WAIT (get (window)->zoom < -0.35 && get (window)->zoom > -0.55);
  after = get_placement (window);
  g_assert_cmpfloat_with_epsilon (after.x - after.width / 2, -before.width / 2, 4);
  g_assert_cmpfloat_with_epsilon (after.y - after.height / 2, -before.height / 2, 4);
  bb_editor_undo (editor);
  g_assert_cmpfloat (get (window)->zoom, ==, 0.0);

  gtk_widget_grab_focus (canvas);
  xdo ("key minus minus");
  BB_TEST_WAIT (fabs (get (window)->zoom - (1.0 / 1.05 / 1.05 - 1.0)) < 1e-9);
  xdo ("key plus plus plus");
  BB_TEST_WAIT (get (window)->zoom > 0.0);
  g_assert_true (is_at (window, 0.0, 0.0, 0.01));
  bb_test_window_close (window);
}

/* Whether the picture that is shown has the source's shape, and not the canvas'. */
static gboolean
is_wide (BbWindow *window)
{
  BbPicture *picture = bb_player_get_picture (bb_window_get_player (window));

  return picture->width > picture->height;
}

/* Letters turn and mirror; what the crop leaves out is dragged or set by keys, and all of it is one step. */
static void
test_crop (void)
{
  BbWindow *window = new_window ();
  BbEditor *editor = bb_window_get_editor (window);
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  graphene_rect_t bounds;

  gtk_widget_grab_focus (canvas);
  xdo ("key r");
  BB_TEST_WAIT (get (window)->rotate == BB_ROTATE_90);
  xdo ("key h");
  BB_TEST_WAIT (get (window)->mirror == BB_MIRROR_HORIZONTAL);
  /* To the left, as it is seen. */
  xdo ("key shift+r");
  BB_TEST_WAIT (get (window)->rotate == BB_ROTATE_180);
  xdo ("key v");
  BB_TEST_WAIT (get (window)->mirror == BB_MIRROR_BOTH);

  /* That is the source as it was, on a canvas of its own shape. */
  xdo ("key x");
  BB_TEST_WAIT (gtk_widget_get_mapped (bb_test_find_css (window, "crop-edge")));
  BB_TEST_WAIT (is_wide (window));
  xdo ("key Right Right");
  BB_TEST_WAIT (fabs (get (window)->crop_left - 0.01) < 1e-9);
  /* The frame's left edge says where the frame is, once that is laid out. */
  bb_test_settle ();
  bb_test_wait_for_paint (window);
  g_assert_true (
    gtk_widget_compute_bounds (bb_test_find_css (window, "crop-edge"), canvas, &bounds));
  drag (canvas, bounds.origin.x + 80, bounds.origin.y + bounds.size.height, bounds.origin.x + 80,
        bounds.origin.y + bounds.size.height * 0.75);
  BB_TEST_WAIT (fabs (get (window)->crop_bottom - 0.25) < 0.03);
  xdo ("key Return");
  BB_TEST_WAIT (!gtk_widget_get_mapped (bb_test_find_css (window, "crop-edge")));
  g_assert_true (gtk_widget_has_focus (canvas));
  BB_TEST_WAIT (!is_wide (window));
  bb_editor_undo (editor);
  g_assert_cmpfloat (get (window)->crop_left, ==, 0.0);
  g_assert_cmpfloat (get (window)->crop_bottom, ==, 0.0);
  g_assert_cmpint (get (window)->mirror, ==, BB_MIRROR_BOTH);
  bb_test_window_close (window);
}

static void
test_timeline_drag (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  GtkWidget *timeline = bb_test_find (window, BB_TYPE_TIMELINE, NULL, NULL);
  double width = gtk_widget_get_width (timeline);
  double y = gtk_widget_get_height (timeline) / 2.0;
  const gint64 duration = bb_player_get_source (player)->duration;
  const double end = 14; /* of each end, for its handle */
  gint64 wanted;

  drag (timeline, width * 0.2, y, width * 0.5, y);
  wanted = (gint64) ((width * 0.5 - end) / (width - 2 * end) * (double) duration);
  BB_TEST_WAIT (llabs (bb_player_get_position (player) - wanted) < 60000000);
  BB_TEST_WAIT (llabs (bb_player_get_picture (player)->time - wanted) < 60000000);

  drag (timeline, end / 2, y, end / 2 + 100, y);
  wanted = (gint64) (100.0 / (width - 2 * end) * (double) duration);
  BB_TEST_WAIT (llabs (get (window)->start - wanted) < 30000000);
  drag (timeline, width - end / 2, y, width - end / 2 - 100, y);
  BB_TEST_WAIT (llabs (duration - get (window)->end - wanted) < 30000000);
  /* Between two frames, not in the midst of one. */
  g_assert_cmpint (get (window)->start % 40000000, ==, 0);
  g_assert_cmpint (get (window)->end % 40000000, ==, 0);
  /* Each drag is one step. */
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpint (get (window)->end, ==, -1);
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpint (get (window)->start, ==, 0);
  g_assert_false (bb_test_is_enabled (window, "undo"));
  bb_test_window_close (window);
}

static void
test_scale_drag (void)
{
  BbWindow *window = new_window ();
  GtkWidget *row = bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "zoom");
  GtkWidget *scale = bb_test_find (row, GTK_TYPE_SCALE, NULL, NULL);
  double y = gtk_widget_get_height (scale) / 2.0;
  double before = get (window)->zoom;

  drag (scale, gtk_widget_get_width (scale) * 0.3, y, gtk_widget_get_width (scale) * 0.7, y);
  /* Where the drag ends: what comes later would be a change of its own. */
  BB_TEST_WAIT (get (window)->zoom > 0.68);
  bb_test_wait_for_picture (window);
  bb_test_activate (window, "undo", NULL);
  g_assert_cmpfloat (get (window)->zoom, ==, before);
  g_assert_false (bb_test_is_enabled (window, "undo"));
  /* A wheel over it scrolls the list. */
  xdo ("click --repeat 3 5");
  bb_test_settle ();
  bb_test_wait_for_paint (window);
  g_assert_cmpfloat (get (window)->zoom, ==, before);
  bb_test_window_close (window);
}

static gboolean
is_inside (GtkWidget *widget, gpointer ancestor)
{
  return widget != NULL && ancestor != NULL &&
         (widget == ancestor || gtk_widget_is_ancestor (widget, ancestor));
}

/* Tab reaches everything, and comes round. */
static void
test_traversal (void)
{
  BbWindow *window = new_window ();
  GtkWidget *wanted[] = {
    GTK_WIDGET (bb_window_get_canvas (window)),
    bb_test_find_css (window, "playhead"),
    bb_test_find_css (window, "trim-start"),
    bb_test_find_css (window, "trim-end"),
    bb_test_find (window, GTK_TYPE_BUTTON, "icon-name", "media-playback-start-symbolic"),
    bb_test_find (window, GTK_TYPE_BUTTON, "icon-name", "media-skip-forward-symbolic"),
    bb_test_find (window, GTK_TYPE_TOGGLE_BUTTON, "icon-name", "bb-compare-symbolic"),
    bb_test_find (window, GTK_TYPE_MENU_BUTTON, "icon-name", "open-menu-symbolic"),
    bb_test_find (window, ADW_TYPE_TOGGLE_GROUP, NULL, NULL),
    bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "zoom"),
    bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "blur"),
    bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "batch"),
    bb_test_find (bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "blur"), GTK_TYPE_ENTRY, NULL,
                  NULL),
    bb_test_find (bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "blur"), GTK_TYPE_BUTTON, NULL,
                  NULL),
    bb_test_find (window, ADW_TYPE_SWITCH_ROW, NULL, NULL),
    bb_test_find (window, ADW_TYPE_COMBO_ROW, "title", "Device"),
    bb_test_find (window, ADW_TYPE_COMBO_ROW, "title", "Safe Areas"),
  };
  gboolean reached[G_N_ELEMENTS (wanted)] = { FALSE };
  GtkWidget *first = wanted[0];
  int n = 0;

  /* Where there is something to take back. */
  bb_editor_set_number (bb_window_get_editor (window), "blur", 33.0);
  gtk_widget_grab_focus (first);
  do
    {
      GtkWidget *focus;

      gtk_widget_child_focus (GTK_WIDGET (window), GTK_DIR_TAB_FORWARD);
      focus = gtk_window_get_focus (GTK_WINDOW (window));
      if (focus == NULL)
        continue;
      for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
        reached[i] |= is_inside (focus, wanted[i]);
    }
  while (gtk_window_get_focus (GTK_WINDOW (window)) != first && ++n < 200);
  g_test_message ("%d stops", n);
  g_assert_cmpint (n, <, 200);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_assert_nonnull (wanted[i]);
      if (!reached[i])
        g_error ("Tab does not reach %s, number %u", G_OBJECT_TYPE_NAME (wanted[i]), i);
    }
  bb_test_window_close (window);
}

/* What has no text of its own has a name for screen readers. */
static void
check_names (GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if ((GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) == NULL &&
       gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL) ||
      BB_IS_HANDLE (widget))
    {
      const char *tooltip = gtk_widget_get_tooltip_text (widget);

      for (GtkWidget *w = gtk_widget_get_parent (widget); tooltip == NULL && w != NULL;
           w = gtk_widget_get_parent (w))
        if (GTK_IS_MENU_BUTTON (w) || GTK_IS_SPIN_BUTTON (w) || GTK_IS_WINDOW_CONTROLS (w))
          tooltip = "of its parent";
      if (tooltip == NULL)
        g_error ("%s has no name", G_OBJECT_TYPE_NAME (widget));
    }
  if (BB_IS_HANDLE (widget))
    {
      g_assert_true (
        gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL));
      g_assert_true (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                                       GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_names (child);
}

static void
test_names (void)
{
  BbWindow *window = new_window ();

  bb_test_activate (window, "compare", NULL);
  check_names (GTK_WIDGET (window));
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/input/keys", test_keys);
  g_test_add_func ("/input/entry", test_entry);
  g_test_add_func ("/input/sizes", test_sizes);
  g_test_add_func ("/input/letters", test_letters);
  g_test_add_func ("/input/focus", test_focus);
  g_test_add_func ("/input/choice", test_choice);
  g_test_add_func ("/input/handles", test_handles);
  g_test_add_func ("/input/canvas-drag", test_canvas_drag);
  g_test_add_func ("/input/canvas-scale", test_canvas_scale);
  g_test_add_func ("/input/crop", test_crop);
  g_test_add_func ("/input/timeline-drag", test_timeline_drag);
  g_test_add_func ("/input/scale-drag", test_scale_drag);
  g_test_add_func ("/input/traversal", test_traversal);
  g_test_add_func ("/input/names", test_names);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
