/* test-player-threads.c: a file is opened while the system refuses threads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-player.h"
#include "bb-test-media.h"
#include "bb-test-wait.h"

#include <string.h>

static const char *refused; /* (nullable): name of the thread that is not to be had */

/* In the place of GLib's, for all of the program but GLib itself. */
GThread *
g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  if (g_strcmp0 (name, refused) != 0)
    return g_thread_new (name, func, data);
  g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN,
                       "Resource temporarily unavailable");
  return NULL;
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **opened = user_data;

  *opened = g_object_ref (result);
}

static gboolean
open_file (BbPlayer *player, const char *name, GError **error)
{
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  bb_player_open_async (player, file, NULL, opened_cb, &result);
  BB_TEST_WAIT (result != NULL);
  return bb_player_open_finish (player, result, error);
}

static void
assert_open (BbPlayer *player, const char *name)
{
  g_autofree char *base = g_file_get_basename (bb_player_get_file (player));

  g_assert_cmpstr (base, ==, name);
}

/* Whichever is refused: a sentence, and the file that was open before stays. */
static void
test_refused (void)
{
  static const char *const names[] = { "bb-open", "bb-decode", "bb-effect", "bb-clock" };
  g_autoptr (BbPlayer) player = bb_player_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (open_file (player, "a.mp4", &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      refused = names[i];
      g_assert_false (open_file (player, "b.mp4", &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_MEMORY);
      g_assert_nonnull (strstr (error->message, "no further thread"));
      g_clear_error (&error);
      assert_open (player, "a.mp4");
    }
  refused = NULL;
  g_assert_true (open_file (player, "b.mp4", &error));
  g_assert_no_error (error);
  assert_open (player, "b.mp4");
  bb_player_close (player);
}

static void
add_tests (void)
{
  for (int i = 0; i < 2; i++)
    g_free (
      bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x64:r=25:d=0.2 %s", i == 0 ? "a.mp4" : "b.mp4"));
  g_test_add_func ("/player/threads-refused", test_refused);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
