/* test-driver-gl.c: the driver for tests: textures of OpenGL and OpenGL ES
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In a context of EGL without a surface, on whatever OpenGL the machine has (llvmpipe, mostly).
 */

#include "bb-test-driver.h"

#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <string.h>

/* epoxy has OpenGL's types; cudaGL.h would bring a second set of its functions. */
#define __gl_h_
#include <cudaGL.h>

#define WIDTH 61
#define HEIGHT 17

static EGLDisplay display = EGL_NO_DISPLAY;
static EGLContext gl_context = EGL_NO_CONTEXT;

static gboolean
begin_gl (gboolean es)
{
  const EGLint config_attributes[] = { EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE,
                                       es ? EGL_OPENGL_ES3_BIT : EGL_OPENGL_BIT, EGL_NONE };
  const EGLint gl_attributes[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION,
                                   es ? 0 : 3, EGL_NONE };
  EGLConfig config;
  EGLint n_configs = 0;

  display = eglGetDisplay (EGL_DEFAULT_DISPLAY);
  g_assert_true (eglInitialize (display, NULL, NULL));
  g_assert_true (eglBindAPI (es ? EGL_OPENGL_ES_API : EGL_OPENGL_API));
  g_assert_true (eglChooseConfig (display, config_attributes, &config, 1, &n_configs));
  g_assert_cmpint (n_configs, ==, 1);
  gl_context = eglCreateContext (display, config, EGL_NO_CONTEXT, gl_attributes);
  g_assert_true (gl_context != EGL_NO_CONTEXT);
  g_assert_true (eglMakeCurrent (display, EGL_NO_SURFACE, EGL_NO_SURFACE, gl_context));
  return TRUE;
}

static void
end_gl (void)
{
  eglMakeCurrent (display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext (display, gl_context);
  eglTerminate (display);
}

static GLuint
new_texture (GLenum format, GLenum type)
{
  GLuint texture;

  glGenTextures (1, &texture);
  glBindTexture (GL_TEXTURE_2D, texture);
  glTexImage2D (GL_TEXTURE_2D, 0, (GLint) format, WIDTH, HEIGHT, 0, GL_RGBA, type, NULL);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glBindTexture (GL_TEXTURE_2D, 0);
  g_assert_cmpint (glGetError (), ==, GL_NO_ERROR);
  return texture;
}

static CUgraphicsResource
enroll (GLuint texture, unsigned int flags)
{
  CUgraphicsResource resource;

  CU (cuGraphicsGLRegisterImage (&resource, texture, GL_TEXTURE_2D, flags));
  return resource;
}

static CUarray
map (CUgraphicsResource *resource, CUstream stream)
{
  CUarray array;

  CU (cuGraphicsMapResources (1, resource, stream));
  CU (cuGraphicsSubResourceGetMappedArray (&array, *resource, 0, 0));
  return array;
}

static void
copy_in (CUarray array, CUdeviceptr from, gsize pixel, CUstream stream)
{
  CUDA_MEMCPY2D copy = { .srcMemoryType = CU_MEMORYTYPE_DEVICE,
                         .srcDevice = from,
                         .srcPitch = WIDTH * pixel,
                         .dstMemoryType = CU_MEMORYTYPE_ARRAY,
                         .dstArray = array,
                         .WidthInBytes = WIDTH * pixel,
                         .Height = HEIGHT };

  CU (cuMemcpy2DAsync (&copy, stream));
}

static void
read_back (GLuint texture, GLenum type, void *pixels)
{
  GLuint framebuffer;

  glGenFramebuffers (1, &framebuffer);
  glBindFramebuffer (GL_FRAMEBUFFER, framebuffer);
  glFramebufferTexture2D (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
  glPixelStorei (GL_PACK_ALIGNMENT, 1);
  glReadPixels (0, 0, WIDTH, HEIGHT, GL_RGBA, type, pixels);
  glBindFramebuffer (GL_FRAMEBUFFER, 0);
  glDeleteFramebuffers (1, &framebuffer);
  g_assert_cmpint (glGetError (), ==, GL_NO_ERROR);
}

/* Frames through a texture and back, bit by bit, and what OpenGL sees meanwhile. */
static void
check_texture (GLenum format, GLenum type, gsize pixel)
{
  gsize size = WIDTH * HEIGHT * pixel;
  g_autofree guint8 *frame = g_malloc (size);
  g_autofree guint8 *found = g_malloc (size);
  g_autofree guint8 *back = g_malloc (size);
  GLuint texture = new_texture (format, type);
  GLuint bystander = new_texture (GL_RGBA8, GL_UNSIGNED_BYTE);
  CUgraphicsResource resource;
  CUDA_MEMCPY2D copy = { 0 };
  CUdeviceptr device;
  CUarray array;
  CUstream stream;
  GLint bound = 0, alignment = 0;

  begin ();
  CU (cuStreamCreate (&stream, CU_STREAM_NON_BLOCKING));
  device = allocate (size);
  resource = enroll (texture, CU_GRAPHICS_REGISTER_FLAGS_NONE);
  glBindTexture (GL_TEXTURE_2D, bystander);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 8);
  for (guint round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < size; i++)
        frame[i] = (guint8) (i * 89 + round * 13);
      CU (cuMemcpyHtoDAsync (device, frame, size, stream));
      array = map (&resource, stream);
      copy_in (array, device, pixel, stream);
      read_back (texture, type, found);
      g_assert_cmphex (found[0], ==, POISON_WORD & 0xff);
      g_assert_cmphex (found[size - 1], ==, POISON_WORD >> 8);
      CU (cuGraphicsUnmapResources (1, &resource, stream));
      read_back (texture, type, found);
      g_assert_cmpmem (found, size, frame, size);
      /* Mapped again it is still the same for CUDA. */
      array = map (&resource, stream);
      copy = (CUDA_MEMCPY2D) { .srcMemoryType = CU_MEMORYTYPE_ARRAY,
                               .srcArray = array,
                               .dstMemoryType = CU_MEMORYTYPE_HOST,
                               .dstHost = back,
                               .dstPitch = WIDTH * pixel,
                               .WidthInBytes = WIDTH * pixel,
                               .Height = HEIGHT };
      CU (cuMemcpy2DAsync (&copy, stream));
      g_assert_cmpmem (back, size, frame, size);
      CU (cuGraphicsUnmapResources (1, &resource, stream));
    }
  /* What the application had set is as it was. */
  glGetIntegerv (GL_TEXTURE_BINDING_2D, &bound);
  g_assert_cmpint (bound, ==, (GLint) bystander);
  glGetIntegerv (GL_UNPACK_ALIGNMENT, &alignment);
  g_assert_cmpint (alignment, ==, 8);
  CU (cuGraphicsUnregisterResource (resource));
  CU (cuMemFree (device));
  CU (cuStreamDestroy (stream));
  end ();
  glDeleteTextures (1, &texture);
  glDeleteTextures (1, &bystander);
}

static void
test_gl (void)
{
  begin_gl (FALSE);
  check_texture (GL_RGBA8, GL_UNSIGNED_BYTE, 4);
  check_texture (GL_RGBA16, GL_UNSIGNED_SHORT, 8);
  end_gl ();
}

static void
test_gles (void)
{
  begin_gl (TRUE);
  check_texture (GL_RGBA8, GL_UNSIGNED_BYTE, 4);
  if (epoxy_has_gl_extension ("GL_EXT_texture_norm16"))
    check_texture (GL_RGBA16, GL_UNSIGNED_SHORT, 8);
  end_gl ();
}

static void
test_errors (void)
{
  CUgraphicsResource resource;
  CUarray array;
  CUdevice device = 7;
  unsigned int count = 0;
  GLuint texture;

  begin ();
  g_assert_cmpint (cuGLGetDevices (&count, &device, 1, CU_GL_DEVICE_LIST_ALL), ==,
                   CUDA_ERROR_INVALID_GRAPHICS_CONTEXT);
  g_assert_cmpint (cuGraphicsGLRegisterImage (&resource, 1, GL_TEXTURE_2D, 0), ==,
                   CUDA_ERROR_INVALID_GRAPHICS_CONTEXT);
  begin_gl (FALSE);
  CU (cuGLGetDevices (&count, &device, 1, CU_GL_DEVICE_LIST_ALL));
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpint (device, ==, 0);
  texture = new_texture (GL_RGBA8, GL_UNSIGNED_BYTE);
  g_assert_cmpint (cuGraphicsGLRegisterImage (&resource, texture + 100, GL_TEXTURE_2D, 0), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuGraphicsGLRegisterImage (&resource, texture, GL_TEXTURE_3D, 0), ==,
                   CUDA_ERROR_INVALID_VALUE);
  resource = enroll (texture, CU_GRAPHICS_REGISTER_FLAGS_WRITE_DISCARD);
  g_assert_cmpint (cuGraphicsSubResourceGetMappedArray (&array, resource, 0, 0), ==,
                   CUDA_ERROR_NOT_MAPPED);
  g_assert_cmpint (cuGraphicsUnmapResources (1, &resource, NULL), ==, CUDA_ERROR_NOT_MAPPED);
  map (&resource, NULL);
  g_assert_cmpint (cuGraphicsMapResources (1, &resource, NULL), ==, CUDA_ERROR_ALREADY_MAPPED);
  g_assert_cmpint (cuGraphicsSubResourceGetMappedArray (&array, resource, 0, 1), ==,
                   CUDA_ERROR_INVALID_VALUE);
  CU (cuGraphicsUnmapResources (1, &resource, NULL));
  CU (cuGraphicsUnregisterResource (resource));
  end ();
  glDeleteTextures (1, &texture);
  end_gl ();
}

static void
check_other_device (void)
{
  unsigned int count = 0;
  CUdevice device = 7;

  begin ();
  begin_gl (FALSE);
  CU (cuGLGetDevices (&count, &device, 1, CU_GL_DEVICE_LIST_ALL));
  g_assert_cmpint (device, ==, 1);
  end ();
  end_gl ();
}

static void
check_no_device (void)
{
  unsigned int count = 7;
  CUdevice device = 7;

  begin ();
  begin_gl (FALSE);
  g_assert_cmpint (cuGLGetDevices (&count, &device, 1, CU_GL_DEVICE_LIST_ALL), ==,
                   CUDA_ERROR_NO_DEVICE);
  g_assert_cmpuint (count, ==, 0);
  end ();
  end_gl ();
}

static void
test_device (void)
{
  run_with ("/driver-gl/device/subprocess/other", "BLURBOX_DRIVER_DEVICES=2",
            "BLURBOX_DRIVER_GL_DEVICE=1", NULL);
  run_with ("/driver-gl/device/subprocess/none", "BLURBOX_DRIVER_GL_DEVICE=none", NULL);
}

static CUgraphicsResource
begin_registered (GLuint *texture, unsigned int flags)
{
  begin ();
  begin_gl (FALSE);
  *texture = new_texture (GL_RGBA8, GL_UNSIGNED_BYTE);
  return enroll (*texture, flags);
}

static void
breach_map_leak (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);

  map (&resource, NULL);
  end ();
}

static void
breach_twice (void)
{
  GLuint texture;

  begin_registered (&texture, 0);
  enroll (texture, 0);
}

static void
breach_unregister_mapped (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);

  map (&resource, NULL);
  cuGraphicsUnregisterResource (resource);
}

static void
breach_deleted (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);

  glDeleteTextures (1, &texture);
  cuGraphicsMapResources (1, &resource, NULL);
}

static void
breach_resized (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);

  glBindTexture (GL_TEXTURE_2D, texture);
  glTexImage2D (GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
  cuGraphicsMapResources (1, &resource, NULL);
}

static void
breach_no_context (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);

  map (&resource, NULL);
  eglMakeCurrent (display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  cuGraphicsUnmapResources (1, &resource, NULL);
}

static void
breach_drawn_while_mapped (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);
  const guint8 black[4] = { 0, 0, 0, 255 };

  map (&resource, NULL);
  glBindTexture (GL_TEXTURE_2D, texture);
  glTexSubImage2D (GL_TEXTURE_2D, 0, 3, 3, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, black);
  cuGraphicsUnmapResources (1, &resource, NULL);
}

static void
breach_other_stream (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);
  CUstream first, second;

  CU (cuStreamCreate (&first, CU_STREAM_NON_BLOCKING));
  CU (cuStreamCreate (&second, CU_STREAM_NON_BLOCKING));
  copy_in (map (&resource, first), allocate (WIDTH * HEIGHT * 4), 4, second);
  cuGraphicsUnmapResources (1, &resource, first);
}

/* OpenGL has the pixels, and the GPU has not said that it is done with them. */
static void
breach_overwritten_source (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);
  CUdeviceptr source = allocate (WIDTH * HEIGHT * 4);
  CUstream first, second;

  CU (cuStreamCreate (&first, CU_STREAM_NON_BLOCKING));
  CU (cuStreamCreate (&second, CU_STREAM_NON_BLOCKING));
  copy_in (map (&resource, first), source, 4, first);
  CU (cuGraphicsUnmapResources (1, &resource, first));
  CU (cuMemsetD8Async (source, 7, WIDTH * HEIGHT * 4, second));
  CU (cuStreamSynchronize (second));
  cuStreamSynchronize (first);
}

static void
breach_stale_array (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, 0);
  CUarray array = map (&resource, NULL);

  CU (cuGraphicsUnmapResources (1, &resource, NULL));
  copy_in (array, allocate (WIDTH * HEIGHT * 4), 4, NULL);
}

static void
breach_read_only (void)
{
  GLuint texture;
  CUgraphicsResource resource = begin_registered (&texture, CU_GRAPHICS_REGISTER_FLAGS_READ_ONLY);

  copy_in (map (&resource, NULL), allocate (WIDTH * HEIGHT * 4), 4, NULL);
  cuGraphicsUnmapResources (1, &resource, NULL);
}

int
main (int argc, char *argv[])
{
  test_init (&argc, &argv);
  g_test_add_func ("/driver-gl/gl", test_gl);
  g_test_add_func ("/driver-gl/gles", test_gles);
  g_test_add_func ("/driver-gl/errors", test_errors);
  g_test_add_func ("/driver-gl/device", test_device);
  g_test_add_func ("/driver-gl/device/subprocess/other", check_other_device);
  g_test_add_func ("/driver-gl/device/subprocess/none", check_no_device);
  add_death ("/driver-gl/breach/map-leak", breach_map_leak,
             "a context ends with 2 handles*graphics resource");
  add_death ("/driver-gl/breach/twice", breach_twice,
             "cuGraphicsGLRegisterImage: texture*registered already");
  add_death ("/driver-gl/breach/unregister-mapped", breach_unregister_mapped,
             "cuGraphicsUnregisterResource: texture*is mapped");
  add_death ("/driver-gl/breach/deleted", breach_deleted,
             "cuGraphicsMapResources: texture*was deleted");
  add_death ("/driver-gl/breach/resized", breach_resized,
             "cuGraphicsMapResources: texture*is 8x8, and was 61x17");
  add_death ("/driver-gl/breach/no-context", breach_no_context,
             "cuGraphicsUnmapResources: no OpenGL context is current");
  add_death ("/driver-gl/breach/drawn-while-mapped", breach_drawn_while_mapped,
             "cuGraphicsUnmapResources: OpenGL wrote to texture");
  add_death ("/driver-gl/breach/other-stream", breach_other_stream,
             "cuGraphicsUnmapResources: a cuMemcpy2DAsync_v2 of another stream");
  add_death ("/driver-gl/breach/overwritten-source", breach_overwritten_source,
             "what a copy into a texture reads*was written to before");
  add_death ("/driver-gl/breach/stale-array", breach_stale_array,
             "cuMemcpy2DAsync_v2: the array*was destroyed");
  add_death ("/driver-gl/breach/read-only", breach_read_only,
             "cuGraphicsUnmapResources: texture*read only");
  return g_test_run ();
}
