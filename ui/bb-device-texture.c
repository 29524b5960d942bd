/* bb-device-texture.c: GL textures of pictures in device memory, without a copy to host memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One ring of textures for all windows of the process, in a GL context of its own that shares with
 * those of GTK. Everything here belongs to the main thread.
 */

#include "config.h"

#include "bb-device-texture.h"

#include "bb-renderer.h"
#include "blurbox.h"

#include <epoxy/gl.h>

#include <glib/gi18n.h>

/* For two pictures that are compared: one of each on screen, one that GTK still draws, one to write. */
#define N_TEXTURES 6

typedef struct {
  GdkGLContext *context;
  BbGlRing *ring;
  GPtrArray *closing;  /* rings with textures that are still on screen */
  gconstpointer tried; /* the GPU that a ring was last made for, or not */
  char *reason;
  gboolean by_gpu; /* whether the last picture was made by one */
  guint64 n_shared;
  guint64 n_copied;
  guint collect_idle;
} DeviceTextures;

static DeviceTextures textures;

static void
set_takes_device_memory (gboolean takes)
{
  g_atomic_int_set (&bb_renderer_get_present_options ()->takes_device_memory, takes);
}

static void
set_reason (const char *reason)
{
  if (g_set_str (&textures.reason, reason) && reason != NULL)
    g_message ("Pictures reach the screen by way of host memory: %s", reason);
}

/* Whether GTK draws with GL itself; else it would copy a texture of GL, perhaps through host memory. */
static gboolean
check_renderer (GError **error)
{
  GList *windows = gtk_window_list_toplevels ();
  const char *name = NULL;

  for (GList *l = windows; l != NULL; l = l->next)
    {
      GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (l->data));

      if (renderer != NULL)
        name = G_OBJECT_TYPE_NAME (renderer);
    }
  g_list_free (windows);
  if (name == NULL || g_str_equal (name, "GskGLRenderer") || g_str_equal (name, "GskNglRenderer"))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               /* Translators: %s is the name of one of GTK's renderers */
               _ ("GTK draws with %s, not with OpenGL: set GSK_RENDERER=ngl"), name);
  return FALSE;
}

static gboolean
make_context (GError **error)
{
  if (textures.context == NULL)
    {
      textures.context = gdk_display_create_gl_context (gdk_display_get_default (), error);
      if (textures.context == NULL)
        return FALSE;
      if (!gdk_gl_context_realize (textures.context, error))
        {
          g_clear_object (&textures.context);
          return FALSE;
        }
    }
  gdk_gl_context_make_current (textures.context);
  return TRUE;
}

/* Lets go of closed rings whose textures have all come back. */
static void
collect (void)
{
  for (guint i = textures.closing->len; i > 0; i--)
    if (bb_gl_ring_close (textures.closing->pdata[i - 1]) == 0)
      g_ptr_array_remove_index_fast (textures.closing, i - 1);
}

static gboolean
collect_cb (gpointer user_data)
{
  textures.collect_idle = 0;
  gdk_gl_context_make_current (textures.context);
  collect ();
  gdk_gl_context_clear_current ();
  return G_SOURCE_REMOVE;
}

static void
unref_ring (gpointer data)
{
  bb_gl_ring_unref (data);
}

/* With the ring's GL context current. */
static void
close_ring (void)
{
  if (textures.ring == NULL)
    return;
  if (textures.closing == NULL)
    textures.closing = g_ptr_array_new_with_free_func (unref_ring);
  g_ptr_array_add (textures.closing, g_steal_pointer (&textures.ring));
  collect ();
}

static void
give_up (const GError *error)
{
  close_ring ();
  set_takes_device_memory (FALSE);
  set_reason (error->message);
}

static void
release_cb (gpointer data)
{
  BbGlTexture *texture = data;

  bb_gl_texture_release (texture);
  g_free (texture);
  if (textures.closing != NULL && textures.closing->len > 0 && textures.collect_idle == 0)
    textures.collect_idle = g_idle_add (collect_cb, NULL);
}

static GdkTexture *
build (BbGlTexture *texture, GdkColorState *color_state)
{
  g_autoptr (GdkGLTextureBuilder) builder = gdk_gl_texture_builder_new ();

  gdk_gl_texture_builder_set_context (builder, textures.context);
  gdk_gl_texture_builder_set_id (builder, texture->id);
  gdk_gl_texture_builder_set_width (builder, texture->width);
  gdk_gl_texture_builder_set_height (builder, texture->height);
  gdk_gl_texture_builder_set_format (
    builder, texture->format == BB_PICTURE_RGBX8 ? GDK_MEMORY_R8G8B8X8 : GDK_MEMORY_R16G16B16A16);
  gdk_gl_texture_builder_set_color_state (builder, color_state);
  gdk_gl_texture_builder_set_sync (builder, texture->sync);
  return gdk_gl_texture_builder_build (builder, release_cb, g_memdup2 (texture, sizeof *texture));
}

/* A ring for the GPU that a picture is on; one try a GPU. */
static void
make_ring (BbPicture *picture)
{
  gconstpointer gpu = bb_gl_ring_find_gpu (picture);
  g_autoptr (GError) error = NULL;

  if (gpu == textures.tried)
    return;
  textures.tried = gpu;
  if (!make_context (&error) || !check_renderer (&error))
    {
      give_up (error);
      return;
    }
  close_ring ();
  textures.ring = bb_gl_ring_new (picture, N_TEXTURES, &error);
  if (textures.ring == NULL)
    {
      give_up (error);
      return;
    }
  set_reason (NULL);
  set_takes_device_memory (TRUE);
}

static GdkTexture *
share (BbPicture *picture, GdkColorState *color_state)
{
  g_autoptr (GError) error = NULL;
  BbGlTexture texture;

  make_ring (picture);
  /* After a failure some come with their pixels in host memory. */
  if (textures.ring == NULL || !bb_gl_ring_takes (textures.ring, picture))
    return NULL;
  gdk_gl_context_make_current (textures.context);
  if (bb_gl_ring_write (textures.ring, picture, &texture, &error))
    {
      textures.n_shared++;
      return build (&texture, color_state);
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    give_up (error);
  return NULL;
}

/* With a context of OpenGL current: of several GPUs the one that draws is the one to compute. */
static void
prefer_gpu (void)
{
  guint8 uuid[GL_UUID_SIZE_EXT];

  if (!epoxy_has_gl_extension ("GL_EXT_memory_object"))
    return;
  glGetUnsignedBytei_vEXT (GL_DEVICE_UUID_EXT, 0, uuid);
  if (glGetError () == GL_NO_ERROR)
    bb_devices_prefer (uuid);
}

/* GTK's Vulkan renderer may copy textures of OpenGL through host memory. Where OpenGL is an NVIDIA
 * GPU's, the renderer that draws with OpenGL is chosen, unless the user has chosen one. */
static void
choose_renderer_and_gpu (GdkDisplay *display)
{
  g_autoptr (GdkGLContext) context = NULL;
  const char *vendor;

  /* Without the driver's kernel module there is no GPU to ask about, and no time to lose. */
  if (!g_file_test ("/proc/driver/nvidia/version", G_FILE_TEST_EXISTS))
    return;
  context = gdk_display_create_gl_context (display, NULL);
  if (context == NULL || !gdk_gl_context_realize (context, NULL))
    return;
  gdk_gl_context_make_current (context);
  vendor = (const char *) glGetString (GL_VENDOR);
  if (vendor != NULL && g_str_has_prefix (vendor, "NVIDIA"))
    {
      g_setenv ("GSK_RENDERER", "ngl", FALSE);
      prefer_gpu ();
    }
  gdk_gl_context_clear_current ();
}

/**
 * bb_device_texture_init:
 * @display: the display, before its first window is shown
 *
 * Gets ready for pictures of GPUs.
 */
void
bb_device_texture_init (GdkDisplay *display)
{
  if (!bb_gl_ring_is_built ())
    return;
  choose_renderer_and_gpu (display);
  /* Until the first of them shows that they cannot. */
  set_takes_device_memory (TRUE);
}

/**
 * bb_device_texture_new:
 * @picture: a picture
 * @color_state: its colors
 *
 * Makes a texture of a picture that is in a GPU's memory, by a copy on the GPU.
 *
 * Returns: (transfer full) (nullable): a texture, or %NULL where the picture has to go by way of main
 *   memory, see bb_device_texture_get_reason()
 */
GdkTexture *
bb_device_texture_new (BbPicture *picture, GdkColorState *color_state)
{
  GdkTexture *texture;

  textures.by_gpu = bb_gl_ring_find_gpu (picture) != NULL;
  if (!textures.by_gpu)
    return NULL;
  texture = share (picture, color_state);
  if (texture == NULL)
    textures.n_copied++;
  /* GTK makes its own current before it draws. */
  gdk_gl_context_clear_current ();
  return texture;
}

/**
 * bb_device_texture_is_live:
 *
 * Returns: whether pictures go from the GPU's memory to the screen without leaving the GPU
 */
gboolean
bb_device_texture_is_live (void)
{
  return textures.ring != NULL;
}

/**
 * bb_device_texture_get_reason:
 *
 * Returns: (nullable): why a GPU's pictures go by way of host memory, a sentence for people; %NULL
 *   where they do not, or where the CPU makes them
 */
const char *
bb_device_texture_get_reason (void)
{
  return textures.by_gpu ? textures.reason : NULL;
}

/**
 * bb_device_texture_get_n_shared:
 *
 * Returns: pictures that have reached the screen without leaving the GPU
 */
guint64
bb_device_texture_get_n_shared (void)
{
  return textures.n_shared;
}

/**
 * bb_device_texture_get_n_copied:
 *
 * Returns: pictures of a GPU that had to go by way of host memory
 */
guint64
bb_device_texture_get_n_copied (void)
{
  return textures.n_copied;
}

/**
 * bb_device_texture_shut_down:
 *
 * Gives back what this has of the GPU and of GL, once all windows are closed.
 */
void
bb_device_texture_shut_down (void)
{
  g_clear_handle_id (&textures.collect_idle, g_source_remove);
  if (textures.context != NULL)
    {
      gdk_gl_context_make_current (textures.context);
      close_ring ();
      gdk_gl_context_clear_current ();
    }
  g_clear_pointer (&textures.closing, g_ptr_array_unref);
  set_takes_device_memory (FALSE);
  g_clear_object (&textures.context);
  g_clear_pointer (&textures.reason, g_free);
  textures.tried = NULL;
}
