/* test-files.c: opening files whose first picture is late, that are broken, several or in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-window.h"

#include <glib/gstdio.h>
#include <math.h>

static gboolean
has_clip (BbWindow *window, const char *name)
{
  GFile *file = bb_window_get_file (window);
  g_autofree char *base = file != NULL ? g_file_get_basename (file) : NULL;

  return g_strcmp0 (base, name) == 0;
}

/* The picture reaches the screen. */
static void
check_drawn (BbWindow *window)
{
  BbPicturePaintable *paintable = bb_canvas_get_paintable (bb_window_get_canvas (window));

  bb_test_wait_for_picture (window);
  BB_TEST_WAIT (
    (bb_test_wait_for_paint (window), bb_picture_paintable_get_drawn (paintable) != NULL));
}

static void
open_copy (BbWindow *window, const char *name)
{
  g_autofree char *clip = bb_test_clip ();
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GFile) from = g_file_new_for_path (clip);
  g_autoptr (GFile) to = g_file_new_for_path (path);

  g_assert_true (g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, NULL));
  bb_test_open (window, path);
  BB_TEST_WAIT (has_clip (window, name));
  bb_test_settle ();
}

/* As while the first frame of another clip takes its time: the window is painted without a picture, and
 * the one that comes then is drawn. */
static void
check_held (BbWindow *window)
{
  BbPlayer *player = bb_window_get_player (window);
  BbEditor *editor = bb_window_get_editor (window);
  BbPicturePaintable *paintable = bb_canvas_get_paintable (bb_window_get_canvas (window));
  const GSignalMatchType match = G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA;
  guint signal = g_signal_lookup ("picture", BB_TYPE_PLAYER);
  BbPicture *picture;

  g_assert_cmpuint (g_signal_handlers_block_matched (player, match, signal, 0, NULL, NULL, window),
                    ==, 1);
  open_copy (window, "held.mp4");
  BB_TEST_WAIT ((picture = bb_player_get_picture (player)) != NULL &&
                picture->generation == bb_recipe_get_generation (bb_editor_get_recipe (editor)));
  bb_test_settle ();
  bb_test_wait_for_paint (window);
  g_assert_null (bb_picture_paintable_get_drawn (paintable));
  /* This one and no other, such as of another size, that would not be painted yet. */
  picture = bb_player_get_picture (player);
  g_signal_handlers_unblock_matched (player, match, signal, 0, NULL, NULL, window);
  g_signal_emit (player, signal, 0);
  g_signal_handlers_block_matched (player, match, signal, 0, NULL, NULL, window);
  g_assert_true (bb_picture_paintable_get_picture (paintable) == picture);
  bb_test_settle ();
  bb_test_wait_for_paint (window);
  g_assert_nonnull (bb_picture_paintable_get_drawn (paintable));
  g_signal_handlers_unblock_matched (player, match, signal, 0, NULL, NULL, window);
}

static void
test_picture_held (void)
{
  BbWindow *window = bb_test_window_new ();

  bb_test_open_clip (window);
  check_drawn (window);
  check_held (window);
  bb_test_window_close (window);
}

/* While there is no picture yet, nothing is drawn; the one that comes then is. */
static void
test_after_no_picture (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWindow *other = GTK_WINDOW (gtk_window_new ());
  BbCanvas *canvas = g_object_new (BB_TYPE_CANVAS, NULL);
  BbPicturePaintable *paintable = bb_canvas_get_paintable (canvas);
  BbPicture *picture;

  bb_test_open_clip (window);
  check_drawn (window);
  picture = bb_picture_ref (bb_player_get_picture (bb_window_get_player (window)));

  /* A canvas that nothing but this test gives pictures to. */
  gtk_window_set_child (other, GTK_WIDGET (canvas));
  gtk_window_present (other);
  BB_TEST_WAIT (gtk_widget_get_width (GTK_WIDGET (canvas)) > 0);
  for (int i = 0; i < 2; i++)
    {
      bb_canvas_set_pictures (canvas, picture, NULL);
      bb_test_settle ();
      bb_test_wait_for_paint (other);
      g_assert_nonnull (bb_picture_paintable_get_drawn (paintable));
      /* As while the first frame of another clip takes its time. */
      bb_canvas_set_pictures (canvas, NULL, NULL);
      bb_test_settle ();
      bb_test_wait_for_paint (other);
      g_assert_null (bb_picture_paintable_get_drawn (paintable));
    }
  bb_picture_unref (picture);
  gtk_window_destroy (other);
  bb_test_window_close (window);
}

static void
test_after_broken (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *broken = bb_test_media_path ("broken.mp4");

  g_assert_true (g_file_set_contents (broken, "no film at all", -1, NULL));
  bb_test_open (window, broken);
  BB_TEST_WAIT (bb_test_shows (window, "broken.mp4"));
  bb_test_open_clip (window);
  check_drawn (window);
  bb_test_open (window, broken);
  BB_TEST_WAIT (bb_test_shows (window, "broken.mp4"));
  check_drawn (window);
  bb_test_open_clip (window);
  check_drawn (window);
  bb_test_open (window, broken);
  BB_TEST_WAIT (bb_test_shows (window, "broken.mp4"));
  check_held (window);
  g_unlink (broken);
  bb_test_window_close (window);
}

static GFile *
make_file (const char *folder, const char *name, const char *contents, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, contents, length, NULL));
  return g_file_new_for_path (path);
}

/* How many videos an export would be of. */
static void
check_export (BbWindow *window, const char *title)
{
  AdwDialog *dialog;

  bb_test_activate (window, "export", NULL);
  BB_TEST_WAIT ((dialog = bb_test_get_dialog (window)) != NULL);
  g_assert_cmpstr (adw_dialog_get_title (dialog), ==, title);
  adw_dialog_force_close (dialog);
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);
}

/* The first that can be read is opened, the others go along, and those that cannot be are named. */
static void
check_together (GFile *const *files, guint n_files)
{
  BbWindow *window = bb_test_window_new ();

  bb_test_forget_announced ();
  bb_window_open (window, files, n_files);
  BB_TEST_WAIT (has_clip (window, "2-film.mp4"));
  BB_TEST_WAIT (bb_test_was_announced ("These videos cannot be read: “1-text.mp4”, “3-text.mp4”"));
  BB_TEST_WAIT (bb_test_shows (window, "These videos cannot be read: “1-text.mp4”, “3-text.mp4”"));
  check_export (window, "Export 2 Videos");

  /* What cannot be opened takes the place of nothing. */
  bb_test_forget_announced ();
  if (n_files > 1)
    {
      GFile *const bad[] = { files[2], files[0] };

      bb_window_open (window, bad, 2);
      BB_TEST_WAIT (bb_test_was_announced ("All 2 videos are in the list already"));
      g_assert_true (has_clip (window, "2-film.mp4"));
      check_export (window, "Export 2 Videos");
    }
  bb_test_window_close (window);
}

static void
test_together (void)
{
  BbWindow *window;
  g_autofree char *clip = bb_test_clip ();
  g_autofree char *folder = bb_test_media_path ("together");
  g_autoptr (GFile) dropped = g_file_new_for_path (folder);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (clip, &contents, &length, NULL));
  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  g_ptr_array_add (files, make_file (folder, "1-text.mp4", "text", -1));
  g_ptr_array_add (files, make_file (folder, "2-film.mp4", contents, (gssize) length));
  g_ptr_array_add (files, make_file (folder, "3-text.mp4", "text", -1));
  g_ptr_array_add (files, make_file (folder, "10-film.mp4", contents, (gssize) length));
  check_together ((GFile *const *) files->pdata, files->len);
  /* The same by way of the folder, and in the order in which people count. */
  check_together (&dropped, 1);

  for (guint i = 0; i < files->len; i++)
    g_file_delete (files->pdata[i], NULL, NULL);
  window = bb_test_window_new ();
  bb_window_open (window, &dropped, 1);
  BB_TEST_WAIT (bb_test_shows (window, "There is no video in “"));
  bb_test_window_close (window);
  g_rmdir (folder);
}

/* What has no name is called by its address. */
static void
test_no_name (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *clip = bb_test_clip ();
  g_autoptr (GFile) film = g_file_new_for_path (clip);
  g_autoptr (GFile) nothing = g_file_new_for_uri ("file:");
  g_autoptr (GFile) nonsense = g_file_new_for_uri ("nonsense");
  GFile *const files[] = { film, nothing, nonsense };
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_object_unref);

  bb_test_forget_announced ();
  bb_window_open (window, files, 3);
  BB_TEST_WAIT (has_clip (window, "clip.mp4"));
  BB_TEST_WAIT (bb_test_was_announced ("These videos cannot be read: “file:”, “nonsense”"));

  /* Of many some are named, and the others are counted. */
  bb_test_forget_announced ();
  for (guint i = 0; i < 7; i++)
    {
      g_autofree char *uri = g_strdup_printf ("nonsense-%u:", i);

      g_ptr_array_add (many, g_file_new_for_uri (uri));
    }
  bb_window_open (window, (GFile *const *) many->pdata, many->len);
  BB_TEST_WAIT (bb_test_was_announced ("These videos cannot be read: “nonsense-0:”, “nonsense-1:”, "
                                       "“nonsense-2:”, “nonsense-3:”, “nonsense-4:” and 2 more"));
  /* Nothing of them took the place of what is shown. */
  BB_TEST_WAIT (has_clip (window, "clip.mp4"));
  bb_test_window_close (window);
}

static gboolean
has_focus (BbWindow *window, gpointer widget)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* A clip that another program asks for is seen, whatever covers its place, and has the keys; but a dialog
 * keeps them. */
static void
test_covered (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  AdwBottomSheet *sheet = bb_window_get_queue_sheet (window);
  AdwOverlaySplitView *split =
    ADW_OVERLAY_SPLIT_VIEW (bb_test_find (window, ADW_TYPE_OVERLAY_SPLIT_VIEW, NULL, NULL));
  AdwDialog *dialog;

  bb_test_open_clip (window);
  bb_test_activate (window, "show-queue", NULL);
  g_assert_true (adw_bottom_sheet_get_open (sheet));
  open_copy (window, "sheet.mp4");
  g_assert_false (adw_bottom_sheet_get_open (sheet));
  BB_TEST_WAIT (has_focus (window, canvas));

  bb_test_activate (window, "export", NULL);
  BB_TEST_WAIT ((dialog = bb_test_get_dialog (window)) != NULL);
  BB_TEST_WAIT (has_focus (window, dialog));
  open_copy (window, "dialog.mp4");
  g_assert_true (has_focus (window, dialog));
  adw_dialog_force_close (dialog);
  BB_TEST_WAIT (bb_test_get_dialog (window) == NULL);

  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  BB_TEST_WAIT (adw_overlay_split_view_get_collapsed (split));
  adw_overlay_split_view_set_show_sidebar (split, TRUE);
  bb_test_settle ();
  open_copy (window, "settings.mp4");
  g_assert_false (adw_overlay_split_view_get_show_sidebar (split));
  BB_TEST_WAIT (has_focus (window, canvas));
  bb_test_window_close (window);
}

static GskRenderNode *
draw (GtkWidget *widget)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget),
                          gtk_widget_get_height (widget));
  return gtk_snapshot_free_to_node (snapshot);
}

/* Where files are dropped is marked over the clip, not beneath it. */
static void
test_drop (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWidget *area = bb_test_find_css (window, "drop-target");
  AdwStyleManager *manager = adw_style_manager_get_default ();
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (manager);
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  graphene_rect_t pixel;
  guint8 rgba[4];
  g_autoptr (GdkTextureDownloader) downloader = NULL;

  bb_test_open_clip (window);
  bb_test_wait_for_paint (window);
  gtk_widget_set_state_flags (area, GTK_STATE_FLAG_DROP_ACTIVE, FALSE);
  bb_test_settle ();
  bb_test_wait_for_paint (window);
  node = draw (area);
  /* Beside the picture, where the preview is. */
  pixel = GRAPHENE_RECT_INIT (1, (float) gtk_widget_get_height (area) / 3, 1, 1);
  texture =
    gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, &pixel);
  downloader = gdk_texture_downloader_new (texture);
  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8A8);
  gdk_texture_downloader_download_into (downloader, rgba, sizeof rgba);
  g_assert_cmpfloat_with_epsilon (rgba[0] / 255.0, accent->red, 0.01);
  g_assert_cmpfloat_with_epsilon (rgba[1] / 255.0, accent->green, 0.01);
  g_assert_cmpfloat_with_epsilon (rgba[2] / 255.0, accent->blue, 0.01);
  bb_test_window_close (window);
}

/* Where the middle of what is seen lies on the canvas. */
static double
get_middle (GtkScrolledWindow *preview, BbWindow *window)
{
  graphene_point_t point;

  bb_test_wait_for_paint (window);
  g_assert_true (gtk_widget_compute_point (
    GTK_WIDGET (preview), GTK_WIDGET (bb_window_get_canvas (window)),
    &GRAPHENE_POINT_INIT (0, (float) gtk_widget_get_height (GTK_WIDGET (preview)) / 2), &point));
  return point.y;
}

/* In its actual size the picture's middle is what is seen first. */
static void
test_actual_size (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWidget *canvas = GTK_WIDGET (bb_window_get_canvas (window));
  GtkScrolledWindow *preview;
  GtkAdjustment *adjustment;

  bb_test_open_clip (window);
  bb_test_wait_for_paint (window);
  preview = GTK_SCROLLED_WINDOW (
    gtk_widget_get_ancestor (GTK_WIDGET (bb_window_get_canvas (window)), GTK_TYPE_SCROLLED_WINDOW));
  adjustment = gtk_scrolled_window_get_vadjustment (preview);
  bb_test_activate (window, "actual-size", NULL);
  BB_TEST_WAIT ((bb_test_wait_for_paint (window), gtk_adjustment_get_upper (adjustment) >= 1920.0));
  BB_TEST_WAIT (ABS (gtk_adjustment_get_value (adjustment) +
                     gtk_adjustment_get_page_size (adjustment) / 2.0 -
                     gtk_adjustment_get_upper (adjustment) / 2.0) < 1.0);
  /* And the canvas lies there, not only the scrollbars. */
  BB_TEST_WAIT (fabs (get_middle (preview, window) - gtk_widget_get_height (canvas) / 2.0) < 1.5);
  bb_test_activate (window, "actual-size", NULL);
  /* Of a picture that was moved, its own middle. */
  g_action_group_change_action_state (G_ACTION_GROUP (window), "set-position-y",
                                      g_variant_new_double (0.2));
  bb_test_activate (window, "actual-size", NULL);
  BB_TEST_WAIT (fabs (get_middle (preview, window) -
                      (gtk_widget_get_height (canvas) / 2.0 + 0.2 * 1920.0)) < 1.5);
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/files/after-no-picture", test_after_no_picture);
  g_test_add_func ("/files/after-broken", test_after_broken);
  g_test_add_func ("/files/picture-held", test_picture_held);
  g_test_add_func ("/files/together", test_together);
  g_test_add_func ("/files/no-name", test_no_name);
  g_test_add_func ("/files/covered", test_covered);
  g_test_add_func ("/files/drop", test_drop);
  g_test_add_func ("/files/actual-size", test_actual_size);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
