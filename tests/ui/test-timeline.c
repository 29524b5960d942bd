/* test-timeline.c: the timeline and what is typed, dragged and scrolled at it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-window.h"
#include "bb-clip-text.h"
#include "bb-timeline.h"
#include "bb-transport.h"
#include "bb-trim-popover.h"
#include "bb-waveform.h"

#include <math.h>

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

/* Ctrl and the wheel zoom where the pointer is, down to frames; the wheel alone scrolls; what is played or
 * sought comes into view; pictures follow. */
static void
test_zoom (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  BbTimeline *timeline = BB_TIMELINE (bb_test_find (window, BB_TYPE_TIMELINE, NULL, NULL));
  GtkWidget *bar = bb_test_find_css (window, "timeline-view");
  const BbTimeRange *range = bb_timeline_get_range (timeline);
  double width = gtk_widget_get_width (GTK_WIDGET (timeline)) - 28;
  gint64 under, start;
  guint n;
  int x, y;

  g_assert_true (bb_time_range_is_whole (range));
  g_assert_false (gtk_widget_get_sensitive (bar));
  BB_TEST_WAIT ((g_free (bb_timeline_get_missing (timeline, &n)), n == 0));

  bb_test_get_place (GTK_WIDGET (timeline), 14 + width * 0.75, 30, &x, &y);
  bb_test_xdo ("mousemove %d %d", x, y);
  bb_test_settle ();
  bb_test_xdo ("keydown ctrl click 4 click 4 click 4 keyup ctrl");
  BB_TEST_WAIT (fabs ((double) range->duration / (double) range->span - 1.25 * 1.25 * 1.25) < 0.01);
  under = bb_time_range_get_time (range, 0.75);
  g_assert_cmpfloat_with_epsilon ((double) under / (4000.0 * MS), 0.75, 2.0 / width);
  g_assert_true (gtk_widget_get_sensitive (bar));
  g_assert_cmpfloat (gtk_adjustment_get_page_size (bb_timeline_get_view (timeline)), ==,
                     (double) range->span);
  BB_TEST_WAIT ((g_free (bb_timeline_get_missing (timeline, &n)), n == 0));

  start = range->start;
  bb_test_xdo ("click 5");
  BB_TEST_WAIT (range->start > start);
  bb_test_xdo ("click 4 click 4 click 4 click 4 click 4 click 4 click 4 click 4 click 4 click 4");
  BB_TEST_WAIT (range->start == 0);

  /* A click finds the instant under the pointer, and the playhead stays in view. */
  gtk_widget_grab_focus (GTK_WIDGET (bb_window_get_canvas (window)));
  bb_test_xdo ("key --repeat 12 ctrl+plus");
  BB_TEST_WAIT (range->span == 8 * 40 * MS);
  bb_test_activate (window, "seek", "x", 2000 * MS);
  BB_TEST_WAIT (range->start <= 2000 * MS && range->start + range->span >= 2000 * MS);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 2000 * MS);
  /* The middle of the fourth frame in view. */
  start = (range->start + 39 * MS) / (40 * MS) + 3;
  bb_test_get_place (GTK_WIDGET (timeline),
                     14 + width * bb_time_range_get_place (range, start * 40 * MS + 20 * MS), 30,
                     &x, &y);
  bb_test_xdo ("mousemove %d %d click 1", x, y);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == start * 40 * MS);
  bb_test_xdo ("key End");
  BB_TEST_WAIT (range->start + range->span == 4000 * MS);
  gtk_widget_grab_focus (GTK_WIDGET (bb_window_get_canvas (window)));
  bb_test_xdo ("key 0");
  BB_TEST_WAIT (bb_time_range_is_whole (range));
  BB_TEST_WAIT ((g_free (bb_timeline_get_missing (timeline, &n)), n == 0));
  bb_test_window_close (window);
}

/* J, K and L as in editors, and the keys beside them. */
static void
test_shuttle (void)
{
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  GSettings *settings = bb_application_get_settings (bb_test_get_application ());
  gboolean loop;
  gint64 time;

  g_object_get (player, "loop", &loop, NULL);
  g_settings_set_boolean (settings, "loop", TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (bb_window_get_canvas (window)));
  bb_test_xdo ("key l");
  BB_TEST_WAIT (bb_player_get_playing (player));
  g_assert_false (bb_test_shows (window, "2×"));
  bb_test_xdo ("key l");
  BB_TEST_WAIT (bb_test_shows (window, "2×"));
  bb_test_xdo ("key l key l");
  BB_TEST_WAIT (bb_test_shows (window, "4×"));
  g_assert_true (bb_player_get_playing (player));
  bb_test_xdo ("key k");
  BB_TEST_WAIT (!bb_player_get_playing (player) && !bb_test_shows (window, "4×"));

  bb_test_activate (window, "seek", "x", 3000 * MS);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 3000 * MS);
  bb_test_xdo ("key j");
  BB_TEST_WAIT (bb_player_get_picture (player)->time < 3000 * MS);
  bb_test_xdo ("key j");
  BB_TEST_WAIT (bb_test_shows (window, "-2×"));
  /* It stops at the beginning by itself. */
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 0);
  BB_TEST_WAIT (!bb_test_shows (window, "-2×"));

  bb_test_xdo ("keydown k key l key l keyup k");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 80 * MS);
  bb_test_xdo ("keydown k key j keyup k");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 40 * MS);
  g_assert_false (bb_player_get_playing (player));

  bb_test_xdo ("key shift+l");
  BB_TEST_WAIT (!g_settings_get_boolean (settings, "loop"));
  bb_test_activate (window, "trim-start", "x", 3000 * MS);
  bb_test_xdo ("key shift+space");
  BB_TEST_WAIT (bb_player_get_picture (player)->time >= 3000 * MS);
  BB_TEST_WAIT (!bb_player_get_playing (player));
  time = bb_player_get_picture (player)->time;
  g_assert_cmpint (time, ==, 3960 * MS);

  bb_test_xdo ("key ctrl+Down ctrl+Down ctrl+Up");
  BB_TEST_WAIT (fabs (g_settings_get_double (settings, "volume") - 0.9) < 1e-9);
  g_assert_cmpfloat_with_epsilon (bb_player_get_settings (player)->quieter, 0.1, 1e-9);
  g_settings_reset (settings, "volume");
  g_settings_set_boolean (settings, "loop", loop);
  bb_test_window_close (window);
}

/* Each column reaches as far as the loudest of its samples. */
static void
test_waveform (void)
{
  BbWaveform *waveform = bb_waveform_new ();
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autofree BbPeak *peaks = g_new0 (BbPeak, 1000);
  const GdkRGBA color = { 0.0f, 1.0f, 0.0f, 1.0f };
  g_autoptr (GskRenderNode) node = NULL;
  GdkTexture *texture;
  BbTimeRange range;
  guchar data[100 * 80 * 4];

  /* Ten seconds: one column has ten peaks, of which one is loud; the second half is silent. */
  for (int i = 0; i < 500; i++)
    if (i % 10 == i / 10 % 10)
      peaks[i] = (BbPeak) { (gint16) (-32767 / 4), (gint16) 32767 };
  bb_time_range_init (&range, 10000 * MS, 320 * MS);
  bb_waveform_snapshot (waveform, &range, snapshot, &GRAPHENE_RECT_INIT (0, 0, 100, 80), &color, 1);
  bb_waveform_add (waveform, 0, peaks, 600);
  bb_waveform_add (waveform, 600, peaks + 600, 400);
  bb_waveform_snapshot (waveform, &range, snapshot, &GRAPHENE_RECT_INIT (0, 0, 100, 80), &color, 1);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_true (GSK_IS_RENDER_NODE (node));
  g_assert_cmpint (gsk_render_node_get_node_type (node), ==, GSK_TEXTURE_NODE);
  texture = gsk_texture_node_get_texture (node);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 100);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 80);
  gdk_texture_download (texture, data, 400);
  for (int x = 0; x < 100; x++)
    for (int y = 0; y < 80; y++)
      {
        /* By the root: a quarter of the samples is half of the height. */
        gboolean drawn = x < 50 ? y < 60 : y == 40;

        g_assert_cmpint (data[(y * 100 + x) * 4 + 3], ==, drawn ? 255 : 0);
      }
  bb_waveform_free (waveform);
}

/* Cuts are found, and gone to by keys. */
static void
test_cuts (void)
{
  g_autofree char *output = bb_test_ffmpeg (
    "-f lavfi -i color=black:s=160x90:r=25:d=1.2 -f lavfi -i color=white:s=160x90:r=25:d=1 -f "
    "lavfi "
    "-i color=blue:s=160x90:r=25:d=0.8 -filter_complex concat=n=3,format=yuv420p -c:v libx264 "
    "-preset ultrafast %s",
    "shots.mp4");
  g_autofree char *path = bb_test_media_path ("shots.mp4");
  BbWindow *window = new_window ();
  BbPlayer *player = bb_window_get_player (window);
  BbTransport *transport = BB_TRANSPORT (bb_test_find (window, BB_TYPE_TRANSPORT, NULL, NULL));
  BbTimeline *timeline = bb_transport_get_timeline (transport);

  bb_test_open (window, path);
  BB_TEST_WAIT (bb_timeline_find_cut (timeline, 2000 * MS, 1) == 2200 * MS);
  g_assert_cmpint (bb_timeline_find_cut (timeline, 0, 1), ==, 1200 * MS);
  BB_TEST_WAIT (!bb_transport_is_scanning (transport));
  gtk_test_accessible_assert_property (timeline, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "2 cuts");
  gtk_widget_grab_focus (GTK_WIDGET (bb_window_get_canvas (window)));
  bb_test_xdo ("key bracketright");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 1200 * MS);
  bb_test_xdo ("key bracketright");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 2200 * MS);
  bb_test_xdo ("key bracketright");
  BB_TEST_WAIT (bb_test_was_announced ("There is no other cut"));
  bb_test_xdo ("key bracketleft bracketleft");
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 0);
  /* Those of another video are none of this one. */
  bb_test_open_clip (window);
  BB_TEST_WAIT (bb_timeline_find_cut (timeline, 0, 1) == -1);
  bb_test_window_close (window);
}

/* What covers neither the controls nor what lies under the sheet once that is closed. */
static gboolean
is_above (BbWindow *window, const char *text)
{
  GtkWidget *transport = bb_test_find (window, BB_TYPE_TRANSPORT, NULL, NULL);
  GtkWidget *toast = bb_test_find_text (window, text);
  graphene_rect_t bounds, below;

  if (toast == NULL)
    return FALSE;
  while (!g_str_equal (gtk_widget_get_css_name (toast), "toast"))
    toast = gtk_widget_get_parent (toast);
  return gtk_widget_compute_bounds (toast, GTK_WIDGET (window), &bounds) &&
         gtk_widget_compute_bounds (transport, GTK_WIDGET (window), &below) &&
         below.size.height > 0 && bounds.origin.y + bounds.size.height <= below.origin.y;
}

static void
test_toasts (void)
{
  BbWindow *window = bb_test_window_new ();
  AdwBottomSheet *sheet = bb_window_get_queue_sheet (window);

  /* One that is there when the first video opens. */
  bb_window_show_toast (window, "Before the video");
  bb_test_open_clip (window);
  BB_TEST_WAIT (is_above (window, "Before the video"));
  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (
    gtk_widget_get_template_child (GTK_WIDGET (window), BB_TYPE_WINDOW, "toasts")));

  bb_test_activate (window, "show-queue", NULL);
  BB_TEST_WAIT (adw_bottom_sheet_get_open (sheet));
  bb_window_show_toast (window, "Over the list");
  BB_TEST_WAIT (bb_test_shows (window, "Over the list"));
  adw_bottom_sheet_set_open (sheet, FALSE);
  BB_TEST_WAIT (is_above (window, "Over the list"));
  bb_test_window_close (window);
}

static void
test_header (void)
{
  BbPlayerSource source = { .width = 1920,
                            .height = 1080,
                            .duration = 65400 * MS,
                            .grid = { 0, 30000, 1001, 1, 90000 },
                            .hdr = TRUE };
  BbWindow *window = new_window ();
  GtkWidget *title = bb_test_find (window, ADW_TYPE_WINDOW_TITLE, "title", "clip.mp4");
  g_autofree char *all = bb_clip_text_describe (&source, FALSE);
  g_autofree char *compact = bb_clip_text_describe (&source, TRUE);
  g_autofree char *plain = NULL;

  g_assert_cmpstr (all, ==, "\u20661920 × 1080\u2069 · 29.97 fps · HDR · \u20661:05\u2069");
  g_assert_cmpstr (compact, ==, "\u20661080p29.97 HDR\u2069 · \u20661:05\u2069");
  source = (BbPlayerSource) { .width = 1080, .height = 1920, .grid = { 0, 60, 1, 1, 90000 } };
  plain = bb_clip_text_describe (&source, TRUE);
  g_assert_cmpstr (plain, ==, "\u20661080p60\u2069");

  g_assert_cmpstr (adw_window_title_get_subtitle (ADW_WINDOW_TITLE (title)), ==,
                   "\u2066320 × 180\u2069 · 25 fps · \u20660:04\u2069");
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  BB_TEST_WAIT (g_str_equal (adw_window_title_get_subtitle (ADW_WINDOW_TITLE (title)),
                             "\u2066180p25\u2069 · \u20660:04\u2069"));
  /* libadwaita shows what was there before for another frame, and forgets that if there is none. */
  bb_test_wait_for_paint (window);
  bb_test_wait_for_paint (window);
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/timeline/typing", test_typing);
  g_test_add_func ("/timeline/zoom", test_zoom);
  g_test_add_func ("/timeline/shuttle", test_shuttle);
  g_test_add_func ("/timeline/waveform", test_waveform);
  g_test_add_func ("/timeline/cuts", test_cuts);
  g_test_add_func ("/timeline/toasts", test_toasts);
  g_test_add_func ("/timeline/header", test_header);
}

int
main (int argc, char *argv[])
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
