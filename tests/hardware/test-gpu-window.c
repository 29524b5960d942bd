/* test-gpu-window.c: pictures of a GPU in a window of GTK
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on the driver for tests, on an X server of its own, drawn by Mesa on the CPU.
 */

#include "bb-device-texture.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "bb-renderer.h"
#include "bb-picture-paintable.h"
#include "bb-test-wait.h"
#include "bb-texture.h"
#include "gpu-picture.h"

#include <epoxy/gl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static GtkWindow *window;
static BbPicturePaintable *paintable;
static BbDevice *device;

/* A finished frame of noise, for the screen, in the GPU's memory unless somebody said otherwise. */
static BbPicture *
make_picture (int width, int height, int depth, guint32 seed)
{
  BbFormat source = { 32, 18, depth, 1, 1, FALSE, 1, 1, 1, 1 };
  g_autoptr (GError) error = NULL;
  BbPicture *picture = gpu_picture_new (device, &source, width, height, seed,
                                        bb_renderer_get_present_options (), &error);

  g_assert_no_error (error);
  return picture;
}

static void
after_paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Shows a picture, and waits until GTK has drawn it. */
static void
show (BbPicture *picture)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gboolean painted = FALSE;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), &painted);

  bb_picture_paintable_set_picture (paintable, picture);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  BB_TEST_WAIT (painted);
  g_signal_handler_disconnect (clock, handler);
}

/* What GTK finds in a texture is the picture to the bit. */
static void
assert_equal (GdkTexture *texture, BbPicture *picture)
{
  g_autoptr (GdkTextureDownloader) downloader = gdk_texture_downloader_new (texture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) found = NULL;
  GBytes *pixels = bb_picture_get_pixels (picture, &error);
  gsize row = (gsize) picture->width * bb_picture_get_pixel_size (picture->format);
  gsize stride;

  g_assert_no_error (error);
  gdk_texture_downloader_set_format (downloader, picture->format == BB_PICTURE_RGBX16
                                                   ? GDK_MEMORY_R16G16B16A16
                                                   : GDK_MEMORY_R8G8B8A8);
  gdk_texture_downloader_set_color_state (downloader, gdk_texture_get_color_state (texture));
  found = gdk_texture_downloader_download_bytes (downloader, &stride);
  for (int y = 0; y < picture->height; y++)
    g_assert_cmpmem ((const guint8 *) g_bytes_get_data (found, NULL) + (gsize) y * stride, row,
                     (const guint8 *) g_bytes_get_data (pixels, NULL) + (gsize) y * picture->stride,
                     row);
}

/* A thousand pictures, each tenth of them drawn: all in textures of the GPU's. */
static void
test_frames (void)
{
  g_autoptr (GdkTexture) before = NULL;

  for (guint32 i = 0; i < 1000; i++)
    {
      g_autoptr (BbPicture) picture = make_picture (36, 64, 8, i);

      if (i % 10 == 0)
        show (picture);
      else
        bb_picture_paintable_set_picture (paintable, picture);
      g_assert_true (GDK_IS_GL_TEXTURE (bb_picture_paintable_get_texture (paintable)));
      g_assert_null (picture->pixels);
      g_set_object (&before, bb_picture_paintable_get_texture (paintable));
    }
  g_assert_true (bb_device_texture_is_live ());
  g_assert_null (bb_device_texture_get_reason ());
  g_assert_cmpuint (bb_device_texture_get_n_shared (), ==, 1000);
  g_assert_cmpuint (bb_device_texture_get_n_copied (), ==, 0);
}

/* The last fence that was made, and those that somebody waits for. */
static GLsync fence;
static GHashTable *awaited;
static GLsync (*true_fence) (GLenum condition, GLbitfield flags);
static void (*true_wait) (GLsync sync, GLbitfield flags, GLuint64 timeout);

static GLsync
make_fence (GLenum condition, GLbitfield flags)
{
  return fence = true_fence (condition, flags);
}

static void
wait_fence (GLsync sync, GLbitfield flags, GLuint64 timeout)
{
  g_hash_table_add (awaited, sync);
  true_wait (sync, flags, timeout);
}

/* GTK draws no texture before it has waited for the fence behind its picture. */
static void
test_fences (void)
{
  g_autoptr (BbPicture) first = make_picture (36, 64, 8, 1000);

  /* By now it is known where they are. */
  show (first);
  awaited = g_hash_table_new (NULL, NULL);
  true_fence = epoxy_glFenceSync;
  true_wait = epoxy_glWaitSync;
  epoxy_glFenceSync = make_fence;
  epoxy_glWaitSync = wait_fence;
  for (guint32 i = 0; i < 12; i++)
    {
      g_autoptr (BbPicture) picture = make_picture (36, 64, 8, i);
      GLsync behind;

      g_hash_table_remove_all (awaited);
      fence = NULL;
      bb_picture_paintable_set_picture (paintable, picture);
      g_assert_true (GDK_IS_GL_TEXTURE (bb_picture_paintable_get_texture (paintable)));
      behind = fence;
      g_assert_nonnull (behind);
      show (picture);
      g_assert_true (g_hash_table_contains (awaited, behind));
    }
  epoxy_glFenceSync = true_fence;
  epoxy_glWaitSync = true_wait;
  g_clear_pointer (&awaited, g_hash_table_unref);
}

/* Other sizes, other depths, and the one before is still on screen. */
static void
test_equal (void)
{
  static const int sizes[][2] = { { 36, 64 }, { 101, 57 }, { 270, 480 }, { 36, 64 } };
  g_autoptr (GdkTexture) before = NULL;
  g_autoptr (BbPicture) before_picture = NULL;

  for (int depth = 8; depth <= 10; depth += 2)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        g_autoptr (BbPicture) picture = make_picture (sizes[i][0], sizes[i][1], depth, (guint32) i);
        g_autofree char *path = NULL;
        GdkTexture *texture;

        show (picture);
        texture = bb_picture_paintable_get_texture (paintable);
        g_assert_true (GDK_IS_GL_TEXTURE (texture));
        assert_equal (texture, picture);
        if (before != NULL)
          assert_equal (before, before_picture);
        path = bb_texture_describe_path (texture);
        g_test_message ("%s", path);
        g_set_object (&before, texture);
        g_clear_pointer (&before_picture, bb_picture_unref);
        before_picture = bb_picture_ref (picture);
      }
}

/* All is given back while a picture is on screen, and that one stays. */
static void
test_teardown (void)
{
  g_autoptr (BbPicture) picture = make_picture (36, 64, 8, 7);
  g_autoptr (GdkTexture) texture = NULL;

  show (picture);
  g_set_object (&texture, bb_picture_paintable_get_texture (paintable));
  bb_device_texture_shut_down ();
  g_assert_false (bb_device_texture_is_live ());
  assert_equal (texture, picture);
  g_clear_object (&texture);
  bb_picture_paintable_set_picture (paintable, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  /* And it can begin again. */
  bb_device_texture_init (gdk_display_get_default ());
  g_clear_pointer (&picture, bb_picture_unref);
  picture = make_picture (36, 64, 8, 8);
  show (picture);
  g_assert_true (GDK_IS_GL_TEXTURE (bb_picture_paintable_get_texture (paintable)));
}

/* Pictures come by way of host memory from some point on, with a reason, and are the same. */
static void
test_main_memory (void)
{
  gboolean copied = FALSE;

  for (guint32 i = 0; i < 40; i++)
    {
      g_autoptr (BbPicture) picture = make_picture (36, 64, 8, i);
      GdkTexture *texture;

      show (picture);
      texture = bb_picture_paintable_get_texture (paintable);
      g_assert_nonnull (texture);
      assert_equal (texture, picture);
      copied = !GDK_IS_GL_TEXTURE (texture);
      if (copied)
        {
          g_autofree char *path = bb_texture_describe_path (texture);

          g_assert_false (bb_device_texture_is_live ());
          g_assert_nonnull (strstr (path, bb_device_texture_get_reason ()));
          if (i == 39)
            g_test_message ("%s", path);
        }
    }
  g_assert_true (copied);
  g_assert_false (bb_renderer_get_present_options ()->takes_device_memory);
}

/* Runs this program again for one test with a variable set. */
static char *
run_again (const char *path, const char *variable, const char *value)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_launcher_setenv (launcher, variable, value, TRUE);
  g_subprocess_launcher_setenv (launcher, "BLURBOX_TEST_AGAIN", "1", TRUE);
  process =
    g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", "--tap", "-p", path, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_test_message ("%s", output);
  g_assert_true (g_subprocess_get_successful (process));
  return output;
}

/* A real driver does nothing of what these ask for. */
static gboolean
has_driver_for_tests (void)
{
  if (g_getenv ("BLURBOX_TEST_DRIVER") != NULL)
    return TRUE;
  g_test_skip ("only the driver for tests can be told where OpenGL runs, and to fail");
  return FALSE;
}

static void
test_other_gpu (void)
{
  g_autofree char *output = NULL;

  if (!has_driver_for_tests ())
    return;
  output = run_again ("/window/main-memory", "BLURBOX_DRIVER_GL_DEVICE", "none");
  g_assert_nonnull (strstr (output, "not on the GPU that computes"));
}

static void
test_failing (void)
{
  static const char *const failures[] = {
    "cuGraphicsGLRegisterImage:1+:999", "cuGraphicsMapResources:1+:999",
    "cuGraphicsMapResources:9:999",     "cuMemcpy2DAsync_v2:3:719",
    "cuGraphicsUnmapResources:20:999",  "cuGLGetDevices_v2:1:219",
  };

  if (!has_driver_for_tests ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *output =
        run_again ("/window/main-memory", "BLURBOX_DRIVER_FAIL", failures[i]);

      g_assert_nonnull (strstr (output, "CUDA_ERROR_"));
    }
}

static gint64
read_count (const char *json, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\":", name);
  const char *at = strstr (json, key);

  g_assert_nonnull (at);
  return g_ascii_strtoll (at + strlen (key), NULL, 10);
}

/* The driver counts no byte to the host for a thousand pictures. */
static void
test_no_host_copy (void)
{
  g_autofree char *file = NULL;
  g_autofree char *counts = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  int handle = g_file_open_tmp ("blurbox-counts-XXXXXX", &file, &error);

  g_assert_no_error (error);
  close (handle);
  output = run_again ("/window/frames", "BLURBOX_DRIVER_COUNTS", file);
  g_file_get_contents (file, &counts, NULL, &error);
  g_assert_no_error (error);
  g_unlink (file);
  g_assert_cmpint (read_count (counts, "device_to_host"), ==, 0);
  g_assert_cmpint (read_count (counts, "device_to_device"), >=, 1000 * 36 * 64 * 4);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean again = g_getenv ("BLURBOX_TEST_AGAIN") != NULL;
  GtkWidget *picture;
  int status;

  gtk_test_init (&argc, &argv, NULL);
  bb_device_texture_init (gdk_display_get_default ());
  device = bb_devices_open ("cuda:0", &error);
  g_assert_no_error (error);
  window = GTK_WINDOW (gtk_window_new ());
  paintable = bb_picture_paintable_new ();
  picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (paintable));
  gtk_widget_set_size_request (picture, 90, 160);
  gtk_window_set_child (window, picture);
  gtk_window_present (window);
  BB_TEST_WAIT (gtk_widget_get_mapped (GTK_WIDGET (window)));

  g_test_add_func ("/window/frames", test_frames);
  g_test_add_func ("/window/fences", test_fences);
  g_test_add_func ("/window/equal", test_equal);
  g_test_add_func ("/window/teardown", test_teardown);
  if (again)
    g_test_add_func ("/window/main-memory", test_main_memory);
  else
    {
      g_test_add_func ("/window/other-gpu", test_other_gpu);
      g_test_add_func ("/window/failing", test_failing);
      g_test_add_func ("/window/no-host-copy", test_no_host_copy);
    }
  status = g_test_run ();

  bb_picture_paintable_set_picture (paintable, NULL);
  gtk_window_destroy (window);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  bb_device_texture_shut_down ();
  g_object_unref (paintable);
  g_object_unref (device);
  return status;
}
