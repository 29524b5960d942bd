/* gl-context.c: GL without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "gl-context.h"

#define MAX_DEVICES 16

/* NVIDIA's driver has a display for each GPU, of which the first as CUDA counts is tested; Mesa has
 * one that needs no GPU at all. */
static EGLDisplay
open_display (void)
{
  const char *extensions = eglQueryString (EGL_NO_DISPLAY, EGL_EXTENSIONS);
  EGLDeviceEXT devices[MAX_DEVICES];
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLint n = 0;

  if (extensions == NULL)
    return EGL_NO_DISPLAY;
  if (strstr (extensions, "EGL_EXT_platform_device") != NULL &&
      strstr (extensions, "EGL_EXT_device_enumeration") != NULL &&
      eglQueryDevicesEXT (MAX_DEVICES, devices, &n))
    for (int i = 0; i < n; i++)
      {
        const char *has = eglQueryDeviceStringEXT (devices[i], EGL_EXTENSIONS);
        EGLAttrib card = -1;

        if (has == NULL || strstr (has, "EGL_NV_device_cuda") == NULL ||
            !eglQueryDeviceAttribEXT (devices[i], EGL_CUDA_DEVICE_NV, &card) || card != 0)
          continue;
        display = eglGetPlatformDisplayEXT (EGL_PLATFORM_DEVICE_EXT, devices[i], NULL);
        if (display != EGL_NO_DISPLAY && eglInitialize (display, NULL, NULL))
          return display;
      }
  if (strstr (extensions, "EGL_MESA_platform_surfaceless") == NULL)
    return EGL_NO_DISPLAY;
  display = eglGetPlatformDisplayEXT (EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
  return display != EGL_NO_DISPLAY && eglInitialize (display, NULL, NULL) ? display
                                                                          : EGL_NO_DISPLAY;
}

/**
 * gl_context_new:
 * @kind: which GL
 * @error: return location for an error
 *
 * Makes a context and makes it current.
 *
 * Returns: (transfer full): a context, or %NULL with %G_IO_ERROR_NOT_SUPPORTED
 */
GlContext *
gl_context_new (GlKind kind, GError **error)
{
  gboolean es = kind == GL_KIND_ES;
  const EGLint config_attributes[] = {
    EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, es ? EGL_OPENGL_ES3_BIT : EGL_OPENGL_BIT,
    EGL_NONE,
  };
  const EGLint es_attributes[] = { EGL_CONTEXT_CLIENT_VERSION, 3, EGL_NONE };
  const EGLint no_attributes[] = { EGL_NONE };
  EGLDisplay display = open_display ();
  EGLContext context = EGL_NO_CONTEXT;
  EGLConfig config;
  EGLint n = 0;
  GlContext *self;

  if (display != EGL_NO_DISPLAY && eglBindAPI (es ? EGL_OPENGL_ES_API : EGL_OPENGL_API) &&
      eglChooseConfig (display, config_attributes, &config, 1, &n) && n > 0)
    context = eglCreateContext (display, config, EGL_NO_CONTEXT, es ? es_attributes : no_attributes);
  if (context == EGL_NO_CONTEXT ||
      !eglMakeCurrent (display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "there is no %s without a display here (EGL error 0x%x)", es ? "GL ES 3" : "GL",
                   display == EGL_NO_DISPLAY ? 0 : eglGetError ());
      return NULL;
    }
  self = g_new0 (GlContext, 1);
  self->display = display;
  self->context = context;
  return self;
}

/**
 * gl_context_make_current:
 * @context: a context
 */
void
gl_context_make_current (GlContext *context)
{
  if (!eglMakeCurrent (context->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context->context))
    g_error ("A context of GL cannot be made current: error 0x%x", eglGetError ());
}

/**
 * gl_context_free:
 * @context: (transfer full): a context
 */
void
gl_context_free (GlContext *context)
{
  eglMakeCurrent (context->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext (context->display, context->context);
  g_free (context);
}

/**
 * gl_read_texture:
 * @texture: a texture
 * @width: its width
 * @height: its height
 * @deep: whether it has 16 bits a channel
 *
 * Returns: (transfer full): its pixels as GL has them, four channels each, rows without padding
 */
guint8 *
gl_read_texture (GLuint texture, int width, int height, gboolean deep)
{
  guint8 *pixels = g_malloc ((gsize) width * (gsize) height * (deep ? 8 : 4));
  GLuint framebuffer;

  glGenFramebuffers (1, &framebuffer);
  glBindFramebuffer (GL_FRAMEBUFFER, framebuffer);
  glFramebufferTexture2D (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
  g_assert_cmphex (glCheckFramebufferStatus (GL_FRAMEBUFFER), ==, GL_FRAMEBUFFER_COMPLETE);
  glPixelStorei (GL_PACK_ALIGNMENT, 1);
  glReadPixels (0, 0, width, height, GL_RGBA, deep ? GL_UNSIGNED_SHORT : GL_UNSIGNED_BYTE, pixels);
  g_assert_cmphex (glGetError (), ==, GL_NO_ERROR);
  glBindFramebuffer (GL_FRAMEBUFFER, 0);
  glDeleteFramebuffers (1, &framebuffer);
  return pixels;
}
