/* test-files.c: opening files that are slow, broken, several or in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-window.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
has_clip (BbWindow *window, const char *name)
{
  GFile *file = bb_window_get_file (window);
  g_autofree char *base = file != NULL ? g_file_get_basename (file) : NULL;

  return g_strcmp0 (base, name) == 0;
}

static gboolean
shows (gpointer widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
      strstr (gtk_label_get_text (widget), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows (child, text))
      return TRUE;
  return FALSE;
}

/* The picture reaches the screen. */
static void
check_drawn (BbWindow *window)
{
  BbScreen *screen = bb_canvas_get_screen (bb_window_get_canvas (window));

  bb_test_wait_for_picture (window);
  BB_TEST_WAIT ((bb_test_wait_for_paint (window), bb_screen_get_drawn (screen) != NULL));
}

/* While there is no picture yet, nothing is drawn; the one that comes then is. */
static void
test_after_no_picture (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkWindow *other = GTK_WINDOW (gtk_window_new ());
  BbCanvas *canvas = g_object_new (BB_TYPE_CANVAS, NULL);
  BbScreen *screen = bb_canvas_get_screen (canvas);
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
      g_assert_nonnull (bb_screen_get_drawn (screen));
      /* As while the first frame of another clip takes its time. */
      bb_canvas_set_pictures (canvas, NULL, NULL);
      bb_test_settle ();
      bb_test_wait_for_paint (other);
      g_assert_null (bb_screen_get_drawn (screen));
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
  BB_TEST_WAIT (shows (window, "broken.mp4"));
  bb_test_open_clip (window);
  check_drawn (window);
  bb_test_open (window, broken);
  BB_TEST_WAIT (shows (window, "broken.mp4"));
  check_drawn (window);
  bb_test_open_clip (window);
  check_drawn (window);
  g_unlink (broken);
  bb_test_window_close (window);
}

/* Several files: the first that can be read is opened, and who cannot be is named. */
static void
test_together (void)
{
  BbWindow *window = bb_test_window_new ();
  g_autofree char *clip = bb_test_clip ();
  g_autofree char *folder = bb_test_media_path ("together");
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  static const char *const names[] = { "1-text.mp4", "2-film.mp4", "3-text.mp4", "10-film.mp4" };
  g_autofree char *contents = NULL;
  gsize length;
  g_autoptr (GFile) dropped = NULL;

  g_assert_true (g_file_get_contents (clip, &contents, &length, NULL));
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      gboolean film = strstr (names[i], "film") != NULL;

      g_assert_true (g_file_set_contents (path, film ? contents : "text",
                                          film ? (gssize) length : -1, NULL));
      g_ptr_array_add (files, g_file_new_for_path (path));
    }
  bb_window_open (window, (GFile *const *) files->pdata, files->len);
  BB_TEST_WAIT (has_clip (window, "2-film.mp4"));
  BB_TEST_WAIT (shows (window, "Left out, as it cannot be read: “3-text.mp4”") ||
                shows (window, "1 more video goes along when you export"));
  bb_test_window_close (window);

  /* The same by way of the folder, and in the order in which people count. */
  window = bb_test_window_new ();
  dropped = g_file_new_for_path (folder);
  bb_window_open (window, &dropped, 1);
  BB_TEST_WAIT (has_clip (window, "2-film.mp4"));
  BB_TEST_WAIT (shows (window, "1 more video goes along when you export") ||
                shows (window, "Left out, as it cannot be read: "));
  bb_test_window_close (window);

  for (guint i = 0; i < files->len; i++)
    g_file_delete (files->pdata[i], NULL, NULL);
  window = bb_test_window_new ();
  bb_window_open (window, &dropped, 1);
  BB_TEST_WAIT (shows (window, "There is no video in “"));
  bb_test_window_close (window);
  g_rmdir (folder);
}

/* In its actual size the picture's middle is what is seen first. */
static void
test_actual_size (void)
{
  BbWindow *window = bb_test_window_new ();
  GtkScrolledWindow *stage;
  GtkAdjustment *adjustment;

  bb_test_open_clip (window);
  bb_test_wait_for_paint (window);
  stage = GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (GTK_WIDGET (bb_window_get_canvas (window)),
                                                        GTK_TYPE_SCROLLED_WINDOW));
  adjustment = gtk_scrolled_window_get_vadjustment (stage);
  bb_test_activate (window, "actual-size", NULL);
  BB_TEST_WAIT ((bb_test_wait_for_paint (window),
                 gtk_adjustment_get_upper (adjustment) >= 1920.0));
  BB_TEST_WAIT (ABS (gtk_adjustment_get_value (adjustment) +
                     gtk_adjustment_get_page_size (adjustment) / 2.0 -
                     gtk_adjustment_get_upper (adjustment) / 2.0) < 1.0);
  bb_test_window_close (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/files/after-no-picture", test_after_no_picture);
  g_test_add_func ("/files/after-broken", test_after_broken);
  g_test_add_func ("/files/together", test_together);
  g_test_add_func ("/files/actual-size", test_actual_size);
}

int
main (int argc, char **argv)
{
  return bb_test_window_run (&argc, &argv, add_tests);
}
