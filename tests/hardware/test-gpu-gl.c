/* test-gpu-gl.c: pictures of a GPU in textures of GL
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs on a GPU, and on the driver for tests. Desktop GL and GL ES, without a display.
 */

#include "gl-context.h"
#include "gpu-picture.h"

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-error.h"
#include "cpu/bb-cpu-device.h"
#include "cuda/bb-gl-ring.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define N_TEXTURES 4

/* What one test works with. */
typedef struct {
  GlContext *gl;
  BbDevice *device;
  BbDevice *cpu;
} Fixture;

static const char *
device_id (void)
{
  return g_getenv ("BLURBOX_TEST_DEVICE") ?: "cuda:0";
}

static gboolean
set_up (Fixture *fixture, GlKind kind)
{
  g_autoptr (GError) error = NULL;

  *fixture = (Fixture) { 0 };
  fixture->gl = gl_context_new (kind, &error);
  if (fixture->gl == NULL)
    {
      g_test_skip (error->message);
      return FALSE;
    }
  fixture->device = bb_devices_open (device_id (), &error);
  if (fixture->device == NULL)
    {
      g_test_skip (error->message);
      gl_context_free (fixture->gl);
      return FALSE;
    }
  fixture->cpu = bb_cpu_device_new (0);
  return TRUE;
}

static void
tear_down (Fixture *fixture)
{
  g_clear_object (&fixture->device);
  g_clear_object (&fixture->cpu);
  gl_context_free (fixture->gl);
}

/* A picture of noise in the memory of @device. */
static BbPicture *
try_picture (BbDevice *device, int width, int height, int depth, guint32 seed, GError **error)
{
  BbFormat source = { 64, 36, depth, 1, 1, FALSE, 1, 1, 1, 1 };
  BbPresentOptions options = { .takes_device_memory = TRUE };

  return gpu_picture_new (device, &source, width, height, seed, &options, error);
}

static BbPicture *
make_picture (BbDevice *device, int width, int height, int depth, guint32 seed)
{
  g_autoptr (GError) error = NULL;
  BbPicture *picture = try_picture (device, width, height, depth, seed, &error);

  g_assert_no_error (error);
  return picture;
}

static BbGlRing *
make_ring (BbPicture *picture)
{
  g_autoptr (GError) error = NULL;
  BbGlRing *ring = bb_gl_ring_new (picture, N_TEXTURES, &error);

  g_assert_no_error (error);
  return ring;
}

static void
close_ring (BbGlRing *ring)
{
  g_assert_cmpuint (bb_gl_ring_close (ring), ==, 0);
  bb_gl_ring_unref (ring);
}

static void
write_picture (BbGlRing *ring, BbPicture *picture, BbGlTexture *texture)
{
  g_autoptr (GError) error = NULL;

  bb_gl_ring_write (ring, picture, texture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (texture->width, ==, picture->width);
  g_assert_cmpint (texture->height, ==, picture->height);
}

static guint8 *
read_back (const BbGlTexture *texture)
{
  glWaitSync (texture->sync, 0, GL_TIMEOUT_IGNORED);
  return gl_read_texture (texture->id, texture->width, texture->height,
                          texture->format == BB_PICTURE_RGBX16);
}

/* A texture holds its picture to the bit: the pixels that the GPU copies to main memory. */
static void
assert_equal (const BbGlTexture *texture, BbPicture *picture)
{
  g_autoptr (GError) error = NULL;
  GBytes *pixels = bb_picture_get_pixels (picture, &error);
  gsize row = (gsize) picture->width * bb_picture_get_pixel_size (picture->format);
  g_autofree guint8 *found = read_back (texture);

  g_assert_no_error (error);
  for (int y = 0; y < picture->height; y++)
    g_assert_cmpmem (found + (gsize) y * row, row,
                     (const guint8 *) g_bytes_get_data (pixels, NULL) + (gsize) y * picture->stride,
                     row);
}

/* And it is what the processor makes of the same frame, give or take a code of the planes: BT.709
 * makes 255 / 219 + 1.8556 * 255 / 224 codes of R'G'B' of that, and as much of 16 bit. */
static void
assert_near (const BbGlTexture *texture, BbPicture *reference)
{
  gboolean deep = reference->format == BB_PICTURE_RGBX16;
  const guint8 *wanted = g_bytes_get_data (reference->pixels, NULL);
  g_autofree guint8 *found = read_back (texture);
  int most = deep ? 212 : 4;

  for (int y = 0; y < reference->height; y++)
    for (int x = 0; x < reference->width * 4; x++)
      {
        gsize at = (gsize) y * (gsize) reference->width * 4 + (gsize) x;
        gsize from = (gsize) y * reference->stride;
        int a = deep ? ((guint16 *) (gpointer) found)[at] : found[at];
        int b =
          deep ? ((const guint16 *) (gconstpointer) (wanted + from))[x] : wanted[from + (gsize) x];

        g_assert_cmpint (ABS (a - b), <=, most);
      }
}

/* Sizes that are no multiple of anything, both depths. */
static void
test_equal (gconstpointer data)
{
  static const int sizes[][2] = { { 36, 64 }, { 54, 30 }, { 101, 57 }, { 2, 2 }, { 270, 480 } };
  GlKind kind = (GlKind) GPOINTER_TO_INT (data);
  Fixture fixture;

  if (!set_up (&fixture, kind))
    return;
  for (int depth = 8; depth <= 10; depth += 2)
    {
      BbGlRing *ring = NULL;

      if (depth > 8 && kind == GL_KIND_ES && !epoxy_has_gl_extension ("GL_EXT_texture_norm16"))
        {
          g_test_message ("this GL ES has no textures of 16 bit");
          continue;
        }
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          guint32 seed = (guint32) i + 1;
          g_autoptr (BbPicture) picture =
            make_picture (fixture.device, sizes[i][0], sizes[i][1], depth, seed);
          g_autoptr (BbPicture) reference =
            make_picture (fixture.cpu, sizes[i][0], sizes[i][1], depth, seed);
          BbGlTexture texture;

          g_assert_null (picture->pixels);
          if (ring == NULL)
            ring = make_ring (picture);
          write_picture (ring, picture, &texture);
          assert_near (&texture, reference);
          g_assert_null (picture->pixels);
          assert_equal (&texture, picture);
          bb_gl_texture_release (&texture);
        }
      close_ring (ring);
    }
  tear_down (&fixture);
}

/* A ring goes round: as many textures as it has, each of them reused, two of them always on screen. */
static void
test_frames (gconstpointer data)
{
  static const guint n_frames = 1000;
  g_autoptr (GHashTable) names = g_hash_table_new (NULL, NULL);
  BbPicture *reference[8];
  BbGlTexture shown[2];
  BbGlRing *ring = NULL;
  Fixture fixture;

  if (!set_up (&fixture, (GlKind) GPOINTER_TO_INT (data)))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (reference); i++)
    reference[i] = make_picture (fixture.cpu, 18, 32, 8, i);
  for (guint i = 0; i < n_frames; i++)
    {
      guint32 seed = i % G_N_ELEMENTS (reference);
      g_autoptr (BbPicture) picture = make_picture (fixture.device, 18, 32, 8, seed);
      BbGlTexture texture;

      if (ring == NULL)
        ring = make_ring (picture);
      write_picture (ring, picture, &texture);
      g_clear_pointer (&picture, bb_picture_unref);
      g_hash_table_add (names, GUINT_TO_POINTER (texture.id));
      if (i % 7 == 0 || i + 8 > n_frames)
        assert_near (&texture, reference[seed]);
      if (i >= 2)
        {
          /* What was on screen while others were written is still what it was. */
          if (i % 31 == 0)
            assert_near (&shown[i % 2], reference[(i - 2) % G_N_ELEMENTS (reference)]);
          bb_gl_texture_release (&shown[i % 2]);
        }
      shown[i % 2] = texture;
    }
  g_assert_cmpuint (g_hash_table_size (names), ==, N_TEXTURES);
  for (int i = 0; i < 2; i++)
    bb_gl_texture_release (&shown[i]);
  close_ring (ring);
  for (guint i = 0; i < G_N_ELEMENTS (reference); i++)
    g_clear_pointer (&reference[i], bb_picture_unref);
  tear_down (&fixture);
}

/* A picture is dropped once it is in a texture, and its memory is used again for the next one, whose kernels
 * wait until the copy is done: the driver for tests looks at that. */
static void
test_dropped (void)
{
  BbPicture *picture;
  BbGlTexture texture;
  BbGlRing *ring;
  Fixture fixture;

  if (!set_up (&fixture, GL_KIND_DESKTOP))
    return;
  picture = make_picture (fixture.device, 36, 64, 8, 0);
  ring = make_ring (picture);
  for (guint i = 1; i <= 8; i++)
    {
      g_autoptr (GError) error = NULL;

      write_picture (ring, picture, &texture);
      bb_picture_unref (picture);
      picture = make_picture (fixture.device, 36, 64, 8, i);
      /* The next one is made before the ring is used again. */
      g_assert_nonnull (bb_picture_get_pixels (picture, &error));
      bb_gl_texture_release (&texture);
      bb_picture_unref (picture);
      picture = make_picture (fixture.device, 36, 64, 8, i);
    }
  bb_picture_unref (picture);
  close_ring (ring);
  tear_down (&fixture);
}

/* What the ring tells GL, in its order; who asks for the fence, and whether there is one to be had. */
static GString *told;
static gboolean no_fence;
static GLsync (*true_fence) (GLenum condition, GLbitfield flags);
static void (*true_flush) (void);

static GLsync
make_fence (GLenum condition, GLbitfield flags)
{
  g_string_append (told, "fence ");
  return no_fence ? NULL : true_fence (condition, flags);
}

static void
flush (void)
{
  g_string_append (told, "flush ");
  true_flush ();
}

/* A texture comes with a fence behind its picture, which has left the context, so that others may wait for
 * it. Mesa on the processor would show no difference. */
static void
test_fence (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  BbPicture *picture;
  BbGlTexture texture;
  BbGlRing *ring;
  Fixture fixture;

  if (!set_up (&fixture, (GlKind) GPOINTER_TO_INT (data)))
    return;
  picture = make_picture (fixture.device, 36, 64, 8, 0);
  ring = make_ring (picture);
  /* Finds out where they are. */
  glDeleteSync (glFenceSync (GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
  glFlush ();
  told = g_string_new (NULL);
  true_fence = epoxy_glFenceSync;
  true_flush = epoxy_glFlush;
  epoxy_glFenceSync = make_fence;
  epoxy_glFlush = flush;
  write_picture (ring, picture, &texture);
  g_assert_true (g_str_has_suffix (told->str, "fence flush "));
  g_assert_true (glIsSync (texture.sync));
  bb_gl_texture_release (&texture);
  no_fence = TRUE;
  g_assert_false (bb_gl_ring_write (ring, picture, &texture, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  no_fence = FALSE;
  epoxy_glFenceSync = true_fence;
  epoxy_glFlush = true_flush;
  g_string_free (told, TRUE);
  close_ring (ring);
  bb_picture_unref (picture);
  tear_down (&fixture);
}

/* The size changes while textures are shown: those stay as they are. */
static void
test_resize (gconstpointer data)
{
  static const int sizes[][2] = { { 36, 64 }, { 90, 160 }, { 64, 36 } };
  g_autoptr (BbPicture) first = NULL;
  BbGlTexture kept;
  BbGlRing *ring;
  Fixture fixture;

  if (!set_up (&fixture, (GlKind) GPOINTER_TO_INT (data)))
    return;
  first = make_picture (fixture.device, 36, 64, 8, 99);
  ring = make_ring (first);
  write_picture (ring, first, &kept);
  for (guint i = 0; i < 24; i++)
    {
      const int *size = sizes[i / 3 % G_N_ELEMENTS (sizes)];
      g_autoptr (BbPicture) picture = make_picture (fixture.device, size[0], size[1], 8, i);
      BbGlTexture texture;

      write_picture (ring, picture, &texture);
      assert_equal (&texture, picture);
      bb_gl_texture_release (&texture);
    }
  assert_equal (&kept, first);
  bb_gl_texture_release (&kept);
  close_ring (ring);
  g_clear_pointer (&first, bb_picture_unref);
  tear_down (&fixture);
}

/* All textures are lent: that passes once one comes back. */
static void
test_exhausted (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbPicture) picture = NULL;
  BbGlTexture textures[N_TEXTURES + 1];
  BbGlRing *ring;
  Fixture fixture;

  if (!set_up (&fixture, GL_KIND_DESKTOP))
    return;
  picture = make_picture (fixture.device, 36, 64, 8, 1);
  ring = make_ring (picture);
  for (int i = 0; i < N_TEXTURES; i++)
    write_picture (ring, picture, &textures[i]);
  g_assert_false (bb_gl_ring_write (ring, picture, &textures[N_TEXTURES], &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  bb_gl_texture_release (&textures[1]);
  write_picture (ring, picture, &textures[1]);
  for (int i = 0; i < N_TEXTURES; i++)
    {
      assert_equal (&textures[i], picture);
      bb_gl_texture_release (&textures[i]);
    }
  close_ring (ring);
  g_clear_pointer (&picture, bb_picture_unref);
  tear_down (&fixture);
}

/* The ring is closed while a texture is on screen, which stays readable until it comes back. */
static void
test_close (void)
{
  g_autoptr (BbPicture) picture = NULL;
  BbGlTexture texture;
  BbGlRing *ring;
  Fixture fixture;

  if (!set_up (&fixture, GL_KIND_DESKTOP))
    return;
  picture = make_picture (fixture.device, 36, 64, 8, 1);
  ring = make_ring (picture);
  write_picture (ring, picture, &texture);
  g_assert_cmpuint (bb_gl_ring_close (ring), ==, 1);
  assert_equal (&texture, picture);
  bb_gl_texture_release (&texture);
  g_assert_cmpuint (bb_gl_ring_close (ring), ==, 0);
  g_assert_false (glIsTexture (texture.id));
  bb_gl_ring_unref (ring);
  g_clear_pointer (&picture, bb_picture_unref);
  tear_down (&fixture);
}

/* Pictures of the processor, and GL on another device, are refused with a reason. */
static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbPicture) picture = NULL;
  g_autoptr (BbPicture) plain = NULL;
  Fixture fixture;

  if (!set_up (&fixture, GL_KIND_DESKTOP))
    return;
  plain = make_picture (fixture.cpu, 36, 64, 8, 1);
  g_assert_null (bb_gl_ring_new (plain, N_TEXTURES, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  g_clear_error (&error);
  picture = make_picture (fixture.device, 36, 64, 8, 1);
  g_setenv ("BLURBOX_DRIVER_GL_DEVICE", "none", TRUE);
  if (g_getenv ("BLURBOX_TEST_DRIVER") != NULL)
    {
      g_assert_null (bb_gl_ring_new (picture, N_TEXTURES, &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
      g_assert_nonnull (strstr (error->message, "not on the GPU that computes"));
      /* And then the pixels come by way of it. */
      g_clear_error (&error);
      g_assert_nonnull (bb_picture_get_pixels (picture, &error));
      g_assert_no_error (error);
    }
  g_unsetenv ("BLURBOX_DRIVER_GL_DEVICE");
  g_clear_pointer (&picture, bb_picture_unref);
  g_clear_pointer (&plain, bb_picture_unref);
  tear_down (&fixture);
}

/* Runs this program again for one test with a variable set, on the driver for tests. */
static char *
run_again (const char *path, const char *variable, const char *value, gboolean *ended_well)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_launcher_setenv (launcher, variable, value, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error,
                                         g_getenv ("BLURBOX_TEST_PROGRAM") ?: "/proc/self/exe",
                                         "--tap", "-p", path, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  *ended_well = g_subprocess_get_successful (process);
  return output;
}

static gint64
read_count (const char *json, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\":", name);
  const char *at = strstr (json, key);

  g_assert_nonnull (at);
  return g_ascii_strtoll (at + strlen (key), NULL, 10);
}

/* The driver counts no byte that went to the host while a thousand frames were shown. */
static void
test_no_host_copy (void)
{
  g_autofree char *file = NULL;
  g_autofree char *counts = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  gboolean well;
  int handle;

  if (g_getenv ("BLURBOX_TEST_DRIVER") == NULL)
    {
      g_test_skip ("only the driver for tests counts copies");
      return;
    }
  handle = g_file_open_tmp ("blurbox-counts-XXXXXX", &file, &error);
  g_assert_no_error (error);
  close (handle);
  output = run_again ("/gl/desktop/frames", "BLURBOX_DRIVER_COUNTS", file, &well);
  g_test_message ("%s", output);
  g_assert_true (well);
  g_file_get_contents (file, &counts, NULL, &error);
  g_assert_no_error (error);
  g_unlink (file);
  g_assert_cmpint (read_count (counts, "device_to_host"), ==, 0);
  g_assert_cmpint (read_count (counts, "device_to_device"), >=, 1000 * 18 * 32 * 4);
}

/* What the tests of failures run again with a failure in it: pictures go into textures until
 * something fails; then the ring is closed, and pictures come by way of main memory while the GPU
 * can still do that. */
static void
test_faulty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbPicture) reference = NULL;
  BbGlRing *ring = NULL;
  guint n_shown = 0;
  Fixture fixture;

  if (!set_up (&fixture, GL_KIND_DESKTOP))
    return;
  reference = make_picture (fixture.cpu, 36, 64, 8, 5);
  for (int i = 0; error == NULL && i < 6; i++)
    {
      g_autoptr (BbPicture) picture = try_picture (fixture.device, 36, 64, 8, 5, &error);
      BbGlTexture texture;

      if (picture == NULL)
        break;
      if (ring == NULL)
        ring = bb_gl_ring_new (picture, N_TEXTURES, &error);
      if (ring != NULL && bb_gl_ring_write (ring, picture, &texture, &error))
        {
          assert_near (&texture, reference);
          bb_gl_texture_release (&texture);
          n_shown++;
        }
      else if (bb_picture_get_pixels (picture, NULL) != NULL)
        g_test_message ("by way of host memory");
    }
  g_assert_true (error != NULL || n_shown == 6);
  if (error != NULL)
    g_test_message ("%s", error->message);
  if (ring != NULL)
    close_ring (ring);
  g_clear_pointer (&reference, bb_picture_unref);
  tear_down (&fixture);
}

static gboolean
has_driver_for_tests (void)
{
  if (g_getenv ("BLURBOX_TEST_DRIVER") != NULL)
    return TRUE;
  g_test_skip ("only the driver for tests can be made to fail");
  return FALSE;
}

static char *
run_faulty (const char *failures)
{
  gboolean well;
  char *output = run_again ("/gl/faulty", "BLURBOX_DRIVER_FAIL", failures, &well);

  if (!well)
    g_test_message ("%s: %s", failures, output);
  g_assert_true (well);
  return output;
}

/* Each function that only the ring calls fails, once or from then on: a sentence, the way through main
 * memory, and an end without a crash. */
static void
test_failing (void)
{
  static const char *const functions[] = {
    "cuGLGetDevices_v2",        "cuGraphicsGLRegisterImage",
    "cuGraphicsMapResources",   "cuGraphicsSubResourceGetMappedArray",
    "cuGraphicsUnmapResources", "cuMemcpy2DAsync_v2",
  };
  static const char *const calls[] = { "1", "2", "1+", "3+" };

  if (!has_driver_for_tests ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (calls); j++)
      {
        g_autofree char *failures = g_strdup_printf ("%s:%s:999", functions[i], calls[j]);
        g_autofree char *output = run_faulty (failures);
        /* It is asked once which GPU GL runs on. */
        gboolean hit = i > 0 || calls[j][0] == '1';

        g_assert_true ((strstr (output, "CUDA_ERROR_UNKNOWN") != NULL) == hit);
        g_assert_true ((strstr (output, "by way of host memory") != NULL) == hit);
      }
  /* Nobody hears of a texture that cannot be unregistered. */
  g_free (run_faulty ("cuGraphicsUnregisterResource:1+:999"));
}

/* The GPU is lost: from some call on nothing works any more, wherever that is. */
static void
test_lost (void)
{
  guint n_errors = 0;

  if (!has_driver_for_tests ())
    return;
  for (int nth = 40; nth < 400; nth += 24)
    {
      g_autofree char *failures = g_strdup_printf ("*:%d+:999", nth);
      g_autofree char *output = run_faulty (failures);

      if (strstr (output, "CUDA_ERROR_UNKNOWN") != NULL)
        n_errors++;
    }
  g_assert_cmpuint (n_errors, >=, 5);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "desktop", "es" };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (int kind = GL_KIND_DESKTOP; kind <= GL_KIND_ES; kind++)
    {
      g_autofree char *equal = g_strdup_printf ("/gl/%s/equal", names[kind]);
      g_autofree char *fence = g_strdup_printf ("/gl/%s/fence", names[kind]);
      g_autofree char *resize = g_strdup_printf ("/gl/%s/resize", names[kind]);
      g_autofree char *frames = g_strdup_printf ("/gl/%s/frames", names[kind]);

      g_test_add_data_func (equal, GINT_TO_POINTER (kind), test_equal);
      g_test_add_data_func (fence, GINT_TO_POINTER (kind), test_fence);
      g_test_add_data_func (resize, GINT_TO_POINTER (kind), test_resize);
      g_test_add_data_func (frames, GINT_TO_POINTER (kind), test_frames);
    }
  g_test_add_func ("/gl/dropped", test_dropped);
  g_test_add_func ("/gl/exhausted", test_exhausted);
  g_test_add_func ("/gl/close", test_close);
  g_test_add_func ("/gl/refused", test_refused);
  g_test_add_func ("/gl/no-host-copy", test_no_host_copy);
  g_test_add_func ("/gl/faulty", test_faulty);
  g_test_add_func ("/gl/failing", test_failing);
  g_test_add_func ("/gl/lost", test_lost);
  return g_test_run ();
}
