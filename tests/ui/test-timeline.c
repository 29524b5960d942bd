/* test-timeline.c: the timeline and what is typed, dragged and scrolled at it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-window.h"
#include "bb-trim-popover.h"

#define MS 1000000LL

static BbWindow *
new_window (void)
{
  BbWindow *window = bb_test_window_new ();

  bb_test_open_clip (window);
  bb_test_wait_for_paint (window);
  /* There is no window manager to do it. */
  bb_test_xdo ("search --sync --onlyvisible --name clip.mp4 windowfocus --sync");
  BB_TEST_WAIT (gtk_window_is_active (GTK_WINDOW (window)));
  return window;
}

static const BbRecipeValues *
get (BbWindow *window)
{
  return bb_editor_get (bb_window_get_editor (window));
}

static gboolean
says (GtkWidget *row, const char *text)
{
  return g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), text);
}

/* Start, end and length by typing: each is one step, Escape takes back, what cannot be says why. */
static void
test_typing (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  GtkWidget *popover = bb_test_find (window, BB_TYPE_TRIM_POPOVER, NULL, NULL);
  GtkWidget *start, *end, *length;

  gtk_widget_grab_focus (GTK_WIDGET (bb_window_get_canvas (window)));
  bb_test_xdo ("key t");
  BB_TEST_WAIT (gtk_widget_get_mapped (popover));
  start = bb_test_find (popover, ADW_TYPE_ENTRY_ROW, "title", "Start");
  end = bb_test_find (popover, ADW_TYPE_ENTRY_ROW, "title", "End");
  length = bb_test_find (popover, ADW_TYPE_ENTRY_ROW, "title", "Length");
  g_assert_true (says (start, "0:00.000") && says (end, "0:04.000") && says (length, "0:04.000"));

  gtk_widget_grab_focus (start);
  bb_test_xdo ("key ctrl+a");
  bb_test_xdo ("type 0:01,21");
  bb_test_xdo ("key Return");
  BB_TEST_WAIT (get (window)->start == 1200 * MS);
  g_assert_cmpint (get (window)->end, ==, -1);
  g_assert_true (says (start, "0:01.200") && says (length, "0:02.800"));
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 1200 * MS);

  gtk_widget_grab_focus (length);
  bb_test_xdo ("key ctrl+a");
  bb_test_xdo ("type 50f");
  bb_test_xdo ("key Return");
  BB_TEST_WAIT (get (window)->end == 3200 * MS);
  g_assert_true (says (end, "0:03.200"));
  /* Its last frame is what one wants to see. */
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 3160 * MS);

  gtk_widget_grab_focus (end);
  bb_test_forget_announced ();
  bb_test_xdo ("key ctrl+a");
  bb_test_xdo ("type 1.2");
  bb_test_xdo ("key Return");
  BB_TEST_WAIT (gtk_widget_has_css_class (end, "error"));
  g_assert_true (bb_test_was_announced ("after the start, at 0:01.240 at the earliest"));
  g_assert_true (bb_test_shows (popover, "0:01.240"));
  gtk_test_accessible_assert_state (end, GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
  g_assert_cmpint (get (window)->end, ==, 3200 * MS);
  bb_test_xdo ("key Escape");
  BB_TEST_WAIT (!gtk_widget_has_css_class (end, "error"));
  g_assert_true (says (end, "0:03.200"));

  bb_editor_undo (bb_window_get_editor (window));
  g_assert_cmpint (get (window)->end, ==, -1);
  g_assert_cmpint (get (window)->start, ==, 1200 * MS);
  bb_editor_undo (bb_window_get_editor (window));
  g_assert_cmpint (get (window)->start, ==, 0);
  g_assert_false (bb_editor_can_undo (bb_window_get_editor (window)));
  g_assert_true (says (start, "0:00.000") && says (end, "0:04.000"));
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/timeline/typing", test_typing);
}

int
main (int argc, char *argv[])
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
