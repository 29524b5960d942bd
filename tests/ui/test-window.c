/* test-window.c: the window from opening to closing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-renderer.h"
#include "bb-devices.h"
#include "bb-test-window.h"
#include "bb-timeline.h"
#include "bb-transport.h"
#include "bb-value-row.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *
get_page (BbWindow *window)
{
  GtkWidget *stack = bb_test_find (window, GTK_TYPE_STACK, NULL, NULL);

  return gtk_stack_get_visible_child_name (GTK_STACK (stack));
}

static void
test_empty (void)
{
  BbWindow *window = bb_test_window_new ();
  const char *clip_actions[] = { "play", "seek", "step", "compare", "mark-start", "clear-trim" };

  g_assert_cmpstr (get_page (window), ==, "empty");
  g_assert_null (bb_window_get_file (window));
  /* Nothing heavy is there before there is a file. */
  g_assert_null (bb_window_get_player (window));
  for (guint i = 0; i < G_N_ELEMENTS (clip_actions); i++)
    g_assert_false (bb_test_is_enabled (window, clip_actions[i]));
  g_assert_false (bb_test_is_enabled (window, "undo"));
  bb_test_window_close (window);
}

static void
test_open (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *path = bb_test_clip ();
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  BbPicture *picture;
  gboolean has_clip = FALSE;

  g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), "open-uri",
                                  g_variant_new_string (uri));
  BB_TEST_WAIT ((g_object_get (window, "has-clip", &has_clip, NULL), has_clip));
  picture = bb_test_wait_for_picture (window);
  g_assert_cmpint (picture->time, ==, 0);
  g_assert_cmpstr (get_page (window), ==, "clip");
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "clip.mp4");
  g_assert_cmpint (bb_player_get_source (bb_window_get_player (window))->width, ==, 320);
  g_assert_true (bb_test_is_enabled (window, "play"));
  bb_test_window_close (window);
}

static gboolean
busy_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A clip that is there before the first frame, as one that the program was started with can be: GTK
 * warns of nothing, the page of a window without a clip is not seen, and the settings come in. */
static void
test_open_before_paint (void)
{
  g_autofree char *path = bb_test_clip ();
  BbWindow *window = bb_test_window_new_hidden ();
  GtkWidget *split = bb_test_find (window, ADW_TYPE_OVERLAY_SPLIT_VIEW, NULL, NULL);
  GtkWidget *sidebar = adw_overlay_split_view_get_sidebar (ADW_OVERLAY_SPLIT_VIEW (split));
  GtkStack *stack = GTK_STACK (bb_test_find (window, GTK_TYPE_STACK, NULL, NULL));
  gboolean has_clip = FALSE;
  guint busy;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  gtk_window_present (GTK_WINDOW (window));
  bb_test_open (window, path);
  /* Goes before frames, and beside what opens. */
  busy = g_idle_add_full (G_PRIORITY_DEFAULT, busy_cb, NULL, NULL);
  BB_TEST_WAIT ((g_object_get (window, "has-clip", &has_clip, NULL), has_clip));
  g_assert_cmpint (gtk_widget_get_width (split), ==, 0);
  g_assert_false (gtk_stack_get_transition_running (stack));
  g_assert_cmpstr (get_page (window), ==, "clip");
  g_source_remove (busy);
  BB_TEST_WAIT (adw_overlay_split_view_get_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (split)) &&
                gtk_widget_get_width (sidebar) > 0);
  bb_test_wait_for_picture (window);
  bb_test_wait_for_paint (window);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  bb_test_window_close (window);
}

/* What is wrong is said in place, and a clip that is open stays. */
static void
test_broken (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *text = bb_test_media_path ("letter.txt");
  g_autofree char *sound = bb_test_media_path ("sound.m4a");
  g_autofree char *missing = bb_test_media_path ("missing.mp4");
  g_autofree char *output = bb_test_ffmpeg ("-f lavfi -i sine=d=1 -c:a aac %s", "sound.m4a");
  const char *paths[] = { text, sound, missing };
  GtkWidget *banner = bb_test_find (window, ADW_TYPE_BANNER, NULL, NULL);
  GtkWidget *page;

  g_assert_true (g_file_set_contents (text, "Dear Sir or Madam,\n", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *base = g_path_get_basename (paths[i]);

      bb_test_open (window, paths[i]);
      BB_TEST_WAIT (g_str_equal (get_page (window), "failed"));
      page =
        gtk_stack_get_visible_child (GTK_STACK (bb_test_find (window, GTK_TYPE_STACK, NULL, NULL)));
      g_test_message ("%s", adw_status_page_get_description (ADW_STATUS_PAGE (page)));
      g_assert_nonnull (strstr (adw_status_page_get_description (ADW_STATUS_PAGE (page)), base));
      g_assert_null (bb_window_get_file (window));
      adw_status_page_set_description (ADW_STATUS_PAGE (page), "");
      gtk_stack_set_visible_child_name (GTK_STACK (gtk_widget_get_parent (page)), "empty");
    }

  bb_test_open_clip (window);
  g_assert_cmpstr (get_page (window), ==, "clip");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *base = g_path_get_basename (paths[i]);

      bb_test_open (window, paths[i]);
      BB_TEST_WAIT (adw_banner_get_revealed (ADW_BANNER (banner)));
      g_assert_nonnull (strstr (adw_banner_get_title (ADW_BANNER (banner)), base));
      g_assert_cmpstr (get_page (window), ==, "clip");
      g_assert_nonnull (bb_window_get_file (window));
      adw_banner_set_revealed (ADW_BANNER (banner), FALSE);
    }
  bb_test_window_close (window);
}

static void
test_shared_broken (void)
{
  const char *folder = g_getenv ("BB_SHARED_MEDIA");
  const char *names[] = { "sample_ac3.mp4", "sample_missing_stsd.mp4",
                          "sample_malformed_free_box.mp4" };
  BbWindow *window;

  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("the clips are not here");
      return;
    }
  window = bb_test_window_new ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      const char *page;

      bb_test_open (window, path);
      BB_TEST_WAIT (
        (page = get_page (window), g_str_equal (page, "failed") || g_str_equal (page, "clip")));
      g_test_message ("%s: %s", names[i], page);
    }
  /* Closing while one is being opened. */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      bb_test_open (window, path);
    }
  bb_test_window_close (window);
}

/* Of many files asked for at once the last one is open in the end. */
static void
test_open_storm (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *path = bb_test_clip ();
  g_autofree char *other = bb_test_media_path ("other.mp4");
  g_autofree char *output = bb_test_ffmpeg ("-i %s -t 0.4 -c copy %s", "clip.mp4", "other.mp4");

  for (int i = 0; i < 20; i++)
    bb_test_open (window, i % 2 == 0 ? path : other);
  BB_TEST_WAIT (bb_window_get_file (window) != NULL);
  bb_test_settle ();
  BB_TEST_WAIT (g_str_equal (g_file_peek_path (bb_window_get_file (window)), other));
  bb_test_wait_for_picture (window);
  bb_test_window_close (window);
}

static void
test_open_close (void)
{
  const int n = g_test_slow () ? 200 : 50;

  for (int i = 0; i < n; i++)
    {
      BbWindow *window = bb_test_window_new ();

      bb_test_open_clip (window);
      if (i % 3 == 1)
        bb_test_activate (window, "play", NULL);
      if (i % 3 == 2)
        bb_test_activate (window, "compare", NULL);
      bb_test_window_close (window);
    }
}

/* The newest position wins, and nothing is left to do after it. */
static void
test_scrub_storm (void)
{
  BbWindow *window = bb_test_window_new ();
  BbPlayer *player;
  GtkWidget *timeline = bb_test_find (window, BB_TYPE_TIMELINE, NULL, NULL);
  const gint64 frame = 40000000;
  const int n = 300;

  bb_test_open_clip (window);
  player = bb_window_get_player (window);
  for (int i = 0; i < n; i++)
    {
      gint64 time = (i * 37 % 100) * frame + frame / 3;

      g_signal_emit_by_name (timeline, "scrub", i == n - 1 ? 63 * frame + 1 : time);
      if (i % 7 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 63 * frame);
  bb_test_settle ();
  g_assert_cmpint (bb_player_get_picture (player)->time, ==, 63 * frame);
  g_assert_cmpint (bb_player_get_position (player), >=, 63 * frame);
  g_assert_cmpint (bb_player_get_position (player), <, 64 * frame);
  bb_test_window_close (window);
}

static void
test_transport (void)
{
  BbWindow *window = bb_test_window_new ();
  BbPlayer *player;
  g_autoptr (GVariant) state = NULL;
  const gint64 frame = 40000000;

  bb_test_open_clip (window);
  player = bb_window_get_player (window);
  bb_test_activate (window, "step", "i", 3);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 3 * frame);
  bb_test_activate (window, "step", "i", -1);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 2 * frame);
  bb_test_activate (window, "seek", "x", (gint64) 2000000000);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 50 * frame);
  bb_test_activate (window, "play", NULL);
  state = bb_test_get_state (window, "play");
  g_assert_true (g_variant_get_boolean (state));
  BB_TEST_WAIT (bb_player_get_picture (player)->time >= 55 * frame);
  bb_test_activate (window, "play", NULL);
  g_assert_false (bb_player_get_playing (player));

  bb_test_activate (window, "seek", "x", (gint64) 1000000000);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 25 * frame);
  bb_test_activate (window, "mark-start", NULL);
  g_assert_cmpint (bb_editor_get (bb_window_get_editor (window))->start, ==, 1000000000);
  bb_test_activate (window, "step", "i", 5);
  BB_TEST_WAIT (bb_player_get_picture (player)->time == 30 * frame);
  bb_test_activate (window, "mark-end", NULL);
  g_assert_cmpint (bb_editor_get (bb_window_get_editor (window))->end, ==, 31 * frame);
  /* Playing stays in the trim. */
  bb_test_activate (window, "loop", NULL);
  bb_test_activate (window, "play", NULL);
  BB_TEST_WAIT (!bb_player_get_playing (player));
  g_assert_cmpint (bb_player_get_picture (player)->time, ==, 30 * frame);
  bb_test_activate (window, "loop", NULL);
  bb_test_activate (window, "clear-trim", NULL);
  g_assert_cmpint (bb_editor_get (bb_window_get_editor (window))->start, ==, 0);
  g_assert_cmpint (bb_editor_get (bb_window_get_editor (window))->end, ==, -1);
  bb_test_window_close (window);
}

/* Where the playhead is, in pixels of the transport. */
static float
get_playhead (GtkWidget *transport)
{
  GtkWidget *playhead = bb_test_find_css (transport, "playhead");
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (playhead, transport, &bounds));
  return bounds.origin.x + bounds.size.width / 2.0f;
}

/* What moves with each picture does not have the window laid out anew. */
static void
test_transport_layout (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWidget *transport = g_object_ref_sink (g_object_new (BB_TYPE_TRANSPORT, NULL));
  GtkWindow *other = GTK_WINDOW (gtk_window_new ());
  GtkWidget *text;
  BbPlayer *player;
  guint n_layouts = 0;
  float before;

  bb_test_open_clip (window);
  player = bb_window_get_player (window);
  bb_transport_set_player (BB_TRANSPORT (transport), player);
  bb_transport_set_clip (BB_TRANSPORT (transport), bb_player_get_source (player));
  gtk_window_set_child (other, transport);
  gtk_window_present (other);
  bb_test_wait_for_paint (other);
  text = bb_test_find (transport, GTK_TYPE_INSCRIPTION, NULL, NULL);
  bb_test_count_layouts (other, &n_layouts);
  for (int i = 1; i < 20; i++)
    {
      g_autofree char *wanted = g_strdup_printf ("0:%02d.%02d", i * 4 / 25, i * 4 % 25 * 4);

      before = get_playhead (transport);
      bb_player_seek (player, i * 160000000LL);
      BB_TEST_WAIT (bb_player_get_picture (player)->time == i * 160000000LL);
      bb_test_wait_for_paint (other);
      g_assert_cmpstr (gtk_inscription_get_text (GTK_INSCRIPTION (text)), ==, wanted);
      g_assert_cmpfloat (get_playhead (transport), >, before);
    }
  g_assert_cmpuint (n_layouts, ==, 0);
  bb_transport_set_player (BB_TRANSPORT (transport), NULL);
  gtk_window_destroy (other);
  g_object_unref (transport);
  bb_test_window_close (window);
}

static void
count_cb (GdkFrameClock *clock, gpointer user_data)
{
  ++*(guint *) user_data;
}

static gboolean
pause_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* A clip that stands still costs nothing: nothing is painted any more. */
static void
test_idle (void)
{
  BbWindow *window = bb_test_window_new ();
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  guint n_frames = 0;
  guint before;

  g_test_timer_start ();
  g_signal_connect (clock, "after-paint", G_CALLBACK (count_cb), &n_frames);
  bb_test_open_clip (window);
  bb_test_activate (window, "play", NULL);
  BB_TEST_WAIT (bb_player_get_picture (bb_window_get_player (window))->time > 0);
  bb_test_activate (window, "play", NULL);
  do
    {
      gboolean passed = FALSE;

      before = n_frames;
      g_timeout_add (1500, pause_cb, &passed);
      BB_TEST_WAIT (passed);
      g_test_message ("%u frames", n_frames - before);
    }
  while (n_frames != before && g_test_timer_elapsed () < 100.0);
  g_assert_cmpuint (n_frames, ==, before);
  g_signal_handlers_disconnect_by_data (clock, &n_frames);
  bb_test_window_close (window);
}

static void
assert_inside (GtkWidget *widget, GtkWidget *window)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_LABEL (widget))
    {
      g_assert_true (gtk_widget_compute_bounds (widget, window, &bounds));
      if (bounds.origin.x < -1 ||
          bounds.origin.x + bounds.size.width > gtk_widget_get_width (window) + 1)
        g_error ("%s at %.0f, %.0f wide, in a window of %d", G_OBJECT_TYPE_NAME (widget),
                 bounds.origin.x, bounds.size.width, gtk_widget_get_width (window));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_inside (child, window);
}

/* What became of a file is seen, however long its name is. */
static void
check_toast (BbWindow *window)
{
  const char *text =
    "“A film with a name that does not fit into a line of a narrow window.mp4” failed";
  GtkWidget *label;
  PangoLayout *layout;
  PangoRectangle places[2];

  bb_window_show_toast (window, text);
  BB_TEST_WAIT ((label = bb_test_find_text (window, text)) != NULL);
  bb_test_wait_for_paint (window);
  assert_inside (label, GTK_WIDGET (window));
  layout = gtk_label_get_layout (GTK_LABEL (label));
  g_assert_true (pango_layout_is_ellipsized (layout));
  /* Letters that are cut share the ellipsis's few pixels. */
  for (int i = 0; i < 2; i++)
    pango_layout_index_to_pos (layout, (int) strlen (text) - 2 + i, &places[i]);
  g_assert_cmpint (places[1].x - places[0].x, >, 4 * PANGO_SCALE);
}

static void
test_narrow (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWidget *split = bb_test_find (window, ADW_TYPE_OVERLAY_SPLIT_VIEW, NULL, NULL);

  bb_test_open_clip (window);
  g_assert_false (adw_overlay_split_view_get_collapsed (ADW_OVERLAY_SPLIT_VIEW (split)));
  g_assert_true (adw_overlay_split_view_get_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (split)));
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  BB_TEST_WAIT (adw_overlay_split_view_get_collapsed (ADW_OVERLAY_SPLIT_VIEW (split)) &&
                gtk_widget_get_width (GTK_WIDGET (window)) <= 400);
  bb_test_settle ();
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (split), FALSE);
  bb_test_settle ();
  assert_inside (GTK_WIDGET (window), GTK_WIDGET (window));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 360);
  check_toast (window);
  bb_test_activate (window, "sidebar", NULL);
  bb_test_settle ();
  BB_TEST_WAIT (gtk_widget_get_mapped (bb_test_find (window, BB_TYPE_VALUE_ROW, "key", "zoom")));
  bb_test_window_close (window);
}

static void
test_dialogs (void)
{
  BbWindow *window = bb_test_window_new ();
  const char *dialogs[] = { "about", "preferences", "shortcuts" };

  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      AdwDialog *dialog = NULL;

      g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), dialogs[i],
                                      NULL);
      BB_TEST_WAIT ((dialog = bb_test_get_dialog (window)) != NULL &&
                    gtk_widget_get_mapped (GTK_WIDGET (dialog)));
      if (ADW_IS_ABOUT_DIALOG (dialog))
        g_assert_nonnull (
          strstr (adw_about_dialog_get_debug_info (ADW_ABOUT_DIALOG (dialog)), "FFmpeg: "));
      adw_dialog_force_close (dialog);
      BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
    }
  bb_test_window_close (window);
}

/* Why no GPU can be used, or nothing where one can. */
static char *
find_problem (void)
{
  g_autoptr (GPtrArray) devices = bb_devices_list ();
  const char *problem = NULL;

  for (guint i = 0; i < devices->len; i++)
    {
      const BbDeviceInfo *info = devices->pdata[i];

      if (g_str_has_prefix (info->id, "cuda") && info->problem == NULL)
        return NULL;
      if (problem == NULL)
        problem = info->problem;
    }
  return g_strdup (problem);
}

/* A recipe that names what cannot be used is shown as it is; nothing of it stays. */
static void
check_unusable (BbEditor *editor, AdwComboRow *row, const char *id, const char *description)
{
  GListModel *model = adw_combo_row_get_model (row);
  guint n_before = g_list_model_get_n_items (model);

  g_assert_true (bb_editor_set_text (editor, "device", id, NULL));
  g_assert_cmpstr (gtk_string_object_get_string (adw_combo_row_get_selected_item (row)), ==,
                   description);
  bb_editor_undo (editor);
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 0);
  g_assert_cmpstr (bb_editor_get (editor)->device, ==, "auto");
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (row)), ==, n_before);
}

/* What cannot be used cannot be chosen. */
static void
check_offered (BbWindow *window, AdwComboRow *row)
{
  g_autoptr (GPtrArray) devices = bb_devices_list ();
  BbEditor *editor = bb_window_get_editor (window);
  GListModel *model = adw_combo_row_get_model (row);
  guint n_usable = 0;

  for (guint i = 0; i < devices->len; i++)
    n_usable += ((BbDeviceInfo *) devices->pdata[i])->problem == NULL;
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1 + n_usable);
  for (guint i = 0; i < devices->len; i++)
    {
      const BbDeviceInfo *info = devices->pdata[i];

      /* Where there is no driver, "cuda" stands for all GPUs, and is no device that a recipe can have. */
      if (info->problem != NULL && !g_str_equal (info->id, "cuda"))
        check_unusable (editor, row, info->id, info->description);
    }
  /* One of another machine. */
  check_unusable (editor, row, "cuda:99", "cuda:99");
}

static void
test_gpu_problem (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *problem = find_problem ();
  AdwComboRow *row;
  AdwDialog *dialog = NULL;
  const char *debug;

  bb_test_open_clip (window);
  row = ADW_COMBO_ROW (bb_test_find (window, ADW_TYPE_COMBO_ROW, "title", "Device"));
  BB_TEST_WAIT (adw_combo_row_get_model (row) != NULL);
  check_offered (window, row);
  if (problem != NULL)
    g_assert_true (gtk_widget_is_visible (bb_test_find (window, GTK_TYPE_LABEL, "label", problem)));
  g_action_group_activate_action (G_ACTION_GROUP (bb_test_get_application ()), "about", NULL);
  BB_TEST_WAIT ((dialog = bb_test_get_dialog (window)) != NULL);
  debug = adw_about_dialog_get_debug_info (ADW_ABOUT_DIALOG (dialog));
  if (problem != NULL)
    g_assert_nonnull (strstr (debug, problem));
  else
    g_assert_null (strstr (debug, "cannot be used"));
  adw_dialog_force_close (dialog);
  bb_test_window_close (window);
}

/* Makes FOLDER/PATH, and says whether a GPU is found in there then; removes it again. */
static gboolean
find_gpu_with (const char *folder, const char *path)
{
  g_autofree char *file = g_build_filename (folder, path, NULL);
  g_autofree char *parent = g_path_get_dirname (file);
  gboolean found;

  g_assert_no_errno (g_mkdir_with_parents (parent, 0700));
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  found = bb_renderer_find_gpu (folder);
  g_assert_no_errno (g_unlink (file));
  return found;
}

/* Pixels reach the renderer in the order that it draws from, so that it has nothing to convert. */
static void
test_pixels (void)
{
  static const struct {
    const char *name;
    const char *pixels;
    GdkMemoryFormat by_gpu;
  } clips[] = {
    { "8.mkv", "yuv420p", GDK_MEMORY_R8G8B8X8 },
    { "10.mkv", "yuv420p10", GDK_MEMORY_R16G16B16A16 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *path = bb_test_media_path (clips[i].name);
      g_autofree char *output =
        bb_test_ffmpeg ("-f lavfi -i testsrc2=s=320x180:d=0.2 -pix_fmt %s -c:v ffv1 %s",
                        clips[i].pixels, clips[i].name);
      BbWindow *window = bb_test_window_new ();
      gboolean cairo = GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (GTK_NATIVE (window)));
      GdkTexture *texture;

      bb_test_open (window, path);
      BB_TEST_WAIT (bb_window_get_player (window) != NULL &&
                    bb_player_get_picture (bb_window_get_player (window)) != NULL);
      bb_test_wait_for_picture (window);
      bb_test_wait_for_paint (window);
      texture =
        bb_picture_paintable_get_texture (bb_canvas_get_paintable (bb_window_get_canvas (window)));
      g_assert_cmpint (gdk_texture_get_format (texture), ==,
                       cairo ? GDK_MEMORY_DEFAULT : clips[i].by_gpu);
      bb_test_window_close (window);
    }
}

static void
test_renderer (void)
{
  g_autofree char *folder = g_dir_make_tmp ("blurbox-renderer-XXXXXX", NULL);
  const char *folders[] = { "dev/dri", "dev", "proc/driver/nvidia", "proc/driver", "proc", "" };
  BbWindow *window = bb_test_window_new ();
  const char *wanted = g_getenv ("GSK_RENDERER");
  GskRenderer *renderer;

  g_assert_false (bb_renderer_find_gpu (folder));
  g_assert_false (find_gpu_with (folder, "dev/dri/card0"));
  g_assert_true (find_gpu_with (folder, "dev/dri/renderD128"));
  g_assert_true (find_gpu_with (folder, "dev/dri/renderD129"));
  g_assert_true (find_gpu_with (folder, "proc/driver/nvidia/version"));
  g_assert_true (find_gpu_with (folder, "dev/dxg"));
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folder, folders[i], NULL);

      g_assert_no_errno (g_rmdir (path));
    }
  /* The application has chosen by now, where the user has not. */
  renderer = gtk_native_get_renderer (GTK_NATIVE (window));
  g_test_message ("GSK_RENDERER=%s, %s", wanted, G_OBJECT_TYPE_NAME (renderer));
  if (!bb_renderer_find_gpu ("/"))
    g_assert_nonnull (wanted);
  if (g_strcmp0 (wanted, "cairo") == 0)
    g_assert_cmpstr (G_OBJECT_TYPE_NAME (renderer), ==, "GskCairoRenderer");
  if (g_strcmp0 (wanted, "ngl") == 0)
    g_assert_cmpstr (G_OBJECT_TYPE_NAME (renderer), ==, "GskGLRenderer");
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/window/empty", test_empty);
  g_test_add_func ("/window/open", test_open);
  g_test_add_func ("/window/open-before-paint", test_open_before_paint);
  g_test_add_func ("/window/open-storm", test_open_storm);
  g_test_add_func ("/window/broken", test_broken);
  g_test_add_func ("/window/shared-broken", test_shared_broken);
  g_test_add_func ("/window/transport", test_transport);
  g_test_add_func ("/window/transport-layout", test_transport_layout);
  g_test_add_func ("/window/scrub-storm", test_scrub_storm);
  g_test_add_func ("/window/idle", test_idle);
  g_test_add_func ("/window/narrow", test_narrow);
  g_test_add_func ("/window/gpu-problem", test_gpu_problem);
  g_test_add_func ("/window/renderer", test_renderer);
  g_test_add_func ("/window/pixels", test_pixels);
  g_test_add_func ("/window/dialogs", test_dialogs);
  g_test_add_func ("/window/open-close", test_open_close);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
