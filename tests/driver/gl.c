/* gl.c: textures of OpenGL as arrays of CUDA
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mapped texture is an array in host memory. Mapping reads the texture into it, unmapping writes
 * it back, both in the OpenGL or OpenGL ES context that is current on the calling thread. While it
 * is mapped the texture itself holds poison: who draws with it sees that, who draws into it is
 * caught when it is unmapped. OpenGL is looked up in what the process has loaded, so that nothing
 * of it is linked here.
 */

#include "driver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#ifndef GL_FRAMEBUFFER
#define GL_FRAMEBUFFER 0x8D40
#endif
#define GL_READ_FRAMEBUFFER_ 0x8CA8
#define GL_READ_FRAMEBUFFER_BINDING_ 0x8CAA
#define GL_COLOR_ATTACHMENT0_ 0x8CE0
#define GL_FRAMEBUFFER_COMPLETE_ 0x8CD5
#define GL_PIXEL_PACK_BUFFER_ 0x88EB
#define GL_PIXEL_UNPACK_BUFFER_ 0x88EC
#define GL_PIXEL_PACK_BUFFER_BINDING_ 0x88ED
#define GL_PIXEL_UNPACK_BUFFER_BINDING_ 0x88EF
#define GL_HALF_FLOAT_ 0x140B

#define POISON 0xfff5

/** Gl: the functions that are needed, the same in OpenGL and OpenGL ES */
typedef struct {
  gconstpointer context;
  void (*BindBuffer) (GLenum, GLuint);
  void (*BindFramebuffer) (GLenum, GLuint);
  void (*BindTexture) (GLenum, GLuint);
  GLenum (*CheckFramebufferStatus) (GLenum);
  void (*DeleteFramebuffers) (GLsizei, const GLuint *);
  void (*FramebufferTexture2D) (GLenum, GLenum, GLenum, GLuint, GLint);
  void (*GenFramebuffers) (GLsizei, GLuint *);
  GLenum (*GetError) (void);
  void (*GetIntegerv) (GLenum, GLint *);
  void (*GetTexLevelParameteriv) (GLenum, GLint, GLenum, GLint *);
  GLboolean (*IsTexture) (GLuint);
  void (*PixelStorei) (GLenum, GLint);
  void (*ReadPixels) (GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *);
  void (*TexSubImage2D) (GLenum, GLint, GLint, GLint, GLsizei, GLsizei, GLenum, GLenum,
                         const void *);
} Gl;

typedef struct {
  GLint internal;
  GLenum format;
  GLenum type;
  unsigned int channels;
  CUarray_format element;
  guint pixel;
} Format;

typedef struct {
  Handle handle;
  GLuint texture;
  gconstpointer gl_context;
  unsigned int flags;
  unsigned int map_flags;
  GLint width;
  GLint height;
  const Format *format;
  Array *array;
  guint8 *before;
} Resource;

static const Format formats[] = {
  { 0x8229 /* R8 */, 0x1903, GL_UNSIGNED_BYTE, 1, CU_AD_FORMAT_UNSIGNED_INT8, 1 },
  { 0x822B /* RG8 */, 0x8227, GL_UNSIGNED_BYTE, 2, CU_AD_FORMAT_UNSIGNED_INT8, 2 },
  { 0x8058 /* RGBA8 */, GL_RGBA, GL_UNSIGNED_BYTE, 4, CU_AD_FORMAT_UNSIGNED_INT8, 4 },
  { GL_RGBA, GL_RGBA, GL_UNSIGNED_BYTE, 4, CU_AD_FORMAT_UNSIGNED_INT8, 4 },
  { 0x822A /* R16 */, 0x1903, GL_UNSIGNED_SHORT, 1, CU_AD_FORMAT_UNSIGNED_INT16, 2 },
  { 0x822C /* RG16 */, 0x8227, GL_UNSIGNED_SHORT, 2, CU_AD_FORMAT_UNSIGNED_INT16, 4 },
  { 0x805B /* RGBA16 */, GL_RGBA, GL_UNSIGNED_SHORT, 4, CU_AD_FORMAT_UNSIGNED_INT16, 8 },
  { 0x881A /* RGBA16F */, GL_RGBA, GL_HALF_FLOAT_, 4, CU_AD_FORMAT_HALF, 8 },
};

static gpointer
look_up (const char *library, const char *name)
{
  void *handle = dlopen (library, RTLD_LAZY | RTLD_NOLOAD);
  gpointer found = handle != NULL ? dlsym (handle, name) : NULL;

  if (handle != NULL)
    dlclose (handle);
  return found;
}

/* Looks up the functions of this thread's current context; %FALSE where there is none. */
static gboolean
gl_get (Gl *gl)
{
  static const char *const glx[] = { "libGLX.so.0", "libGL.so.1" };
  void *(*current) (void) = look_up ("libEGL.so.1", "eglGetCurrentContext");
  void *(*resolve) (const char *) = look_up ("libEGL.so.1", "eglGetProcAddress");
  const char *missing = NULL;

  gl->context = current != NULL ? current () : NULL;
  for (guint i = 0; gl->context == NULL && i < G_N_ELEMENTS (glx); i++)
    {
      current = look_up (glx[i], "glXGetCurrentContext");
      resolve = look_up (glx[i], "glXGetProcAddressARB");
      gl->context = current != NULL ? current () : NULL;
    }
  if (gl->context == NULL || resolve == NULL)
    return FALSE;
#define RESOLVE(name)                                                                              \
  gl->name = (gpointer) resolve ("gl" #name);                                                      \
  if (gl->name == NULL)                                                                            \
  missing = #name
  RESOLVE (BindBuffer);
  RESOLVE (BindFramebuffer);
  RESOLVE (BindTexture);
  RESOLVE (CheckFramebufferStatus);
  RESOLVE (DeleteFramebuffers);
  RESOLVE (FramebufferTexture2D);
  RESOLVE (GenFramebuffers);
  RESOLVE (GetError);
  RESOLVE (GetIntegerv);
  RESOLVE (GetTexLevelParameteriv);
  RESOLVE (IsTexture);
  RESOLVE (PixelStorei);
  RESOLVE (ReadPixels);
  RESOLVE (TexSubImage2D);
#undef RESOLVE
  if (missing != NULL)
    driver_die ("the OpenGL context has no gl%s", missing);
  while (gl->GetError () != GL_NO_ERROR)
    ;
  return TRUE;
}

static void
gl_check (const Gl *gl, const char *function)
{
  GLenum error = gl->GetError ();

  if (error != GL_NO_ERROR)
    driver_die ("%s: OpenGL error %#x with the texture", function, error);
}

/* How pixels lie in memory, as the application has set it; set to none of that, or back. */
static void
exchange_store (const Gl *gl, gboolean pack, GLint saved[5], gboolean back)
{
  static const GLenum unpack_names[] = { GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH,
                                         GL_UNPACK_SKIP_ROWS, GL_UNPACK_SKIP_PIXELS };
  static const GLenum pack_names[] = { GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS,
                                       GL_PACK_SKIP_PIXELS };
  const GLenum *names = pack ? pack_names : unpack_names;
  GLenum buffer = pack ? GL_PIXEL_PACK_BUFFER_ : GL_PIXEL_UNPACK_BUFFER_;

  if (!back)
    gl->GetIntegerv (pack ? GL_PIXEL_PACK_BUFFER_BINDING_ : GL_PIXEL_UNPACK_BUFFER_BINDING_,
                     &saved[4]);
  for (guint i = 0; i < 4; i++)
    {
      if (!back)
        gl->GetIntegerv (names[i], &saved[i]);
      gl->PixelStorei (names[i], back ? saved[i] : i == 0 ? 1 : 0);
    }
  gl->BindBuffer (buffer, back ? (GLuint) saved[4] : 0);
}

static void
write_texture (const Gl *gl, const Resource *resource, const guint8 *pixels, const char *function)
{
  GLint bound;
  GLint saved[5];

  gl->GetIntegerv (GL_TEXTURE_BINDING_2D, &bound);
  exchange_store (gl, FALSE, saved, FALSE);
  gl->BindTexture (GL_TEXTURE_2D, resource->texture);
  gl->TexSubImage2D (GL_TEXTURE_2D, 0, 0, 0, resource->width, resource->height,
                     resource->format->format, resource->format->type, pixels);
  gl_check (gl, function);
  gl->BindTexture (GL_TEXTURE_2D, (GLuint) bound);
  exchange_store (gl, FALSE, saved, TRUE);
}

static void
read_texture (const Gl *gl, const Resource *resource, guint8 *pixels, const char *function)
{
  GLint bound;
  GLint saved[5];
  GLuint framebuffer;

  gl->GetIntegerv (GL_READ_FRAMEBUFFER_BINDING_, &bound);
  exchange_store (gl, TRUE, saved, FALSE);
  gl->GenFramebuffers (1, &framebuffer);
  gl->BindFramebuffer (GL_READ_FRAMEBUFFER_, framebuffer);
  gl->FramebufferTexture2D (GL_READ_FRAMEBUFFER_, GL_COLOR_ATTACHMENT0_, GL_TEXTURE_2D,
                            resource->texture, 0);
  if (gl->CheckFramebufferStatus (GL_READ_FRAMEBUFFER_) != GL_FRAMEBUFFER_COMPLETE_)
    driver_die ("%s: the texture cannot be read", function);
  gl->ReadPixels (0, 0, resource->width, resource->height, resource->format->format,
                  resource->format->type, pixels);
  gl_check (gl, function);
  gl->BindFramebuffer (GL_READ_FRAMEBUFFER_, (GLuint) bound);
  gl->DeleteFramebuffers (1, &framebuffer);
  exchange_store (gl, TRUE, saved, TRUE);
}

static gsize
resource_size (const Resource *resource)
{
  return (gsize) resource->width * (gsize) resource->height * resource->format->pixel;
}

static void
measure (const Gl *gl, GLuint texture, GLint *width, GLint *height, GLint *internal)
{
  GLint bound;

  gl->GetIntegerv (GL_TEXTURE_BINDING_2D, &bound);
  gl->BindTexture (GL_TEXTURE_2D, texture);
  gl->GetTexLevelParameteriv (GL_TEXTURE_2D, 0, GL_TEXTURE_WIDTH, width);
  gl->GetTexLevelParameteriv (GL_TEXTURE_2D, 0, GL_TEXTURE_HEIGHT, height);
  gl->GetTexLevelParameteriv (GL_TEXTURE_2D, 0, GL_TEXTURE_INTERNAL_FORMAT, internal);
  gl->BindTexture (GL_TEXTURE_2D, (GLuint) bound);
}

/* What a function on a registered texture needs: the context that the texture is in, current. */
static void
require (Gl *gl, const Resource *resource, const char *function)
{
  GLint width = 0, height = 0, internal = 0;

  if (!gl_get (gl))
    driver_die ("%s: no OpenGL context is current on this thread", function);
  if (!gl->IsTexture (resource->texture))
    driver_die ("%s: texture %u was deleted, or is not in the OpenGL context that is current",
                function, resource->texture);
  measure (gl, resource->texture, &width, &height, &internal);
  if (width != resource->width || height != resource->height)
    driver_die ("%s: texture %u is %dx%d, and was %dx%d when it was registered", function,
                resource->texture, width, height, resource->width, resource->height);
}

CUresult
cuGLGetDevices_v2 (unsigned int *count, CUdevice *devices, unsigned int room, CUGLDeviceList list)
{
  const char *wanted = g_getenv ("BLURBOX_DRIVER_GL_DEVICE") ?: "0";
  Gl gl;

  API_CONTEXT;
  if (count == NULL || list < CU_GL_DEVICE_LIST_ALL || list > CU_GL_DEVICE_LIST_NEXT_FRAME)
    return CUDA_ERROR_INVALID_VALUE;
  *count = 0;
  if (!gl_get (&gl))
    return CUDA_ERROR_INVALID_GRAPHICS_CONTEXT;
  if (g_str_equal (wanted, "none"))
    return CUDA_ERROR_NO_DEVICE;
  *count = 1;
  if (room > 0 && devices != NULL)
    devices[0] = atoi (wanted);
  return CUDA_SUCCESS;
}

CUresult
cuGraphicsGLRegisterImage (CUgraphicsResource *handle, GLuint texture, GLenum target,
                           unsigned int flags)
{
  GLint width = 0, height = 0, internal = 0;
  const Format *format = NULL;
  Resource *resource;
  GHashTableIter iter;
  gpointer key;
  Gl gl;

  API_CONTEXT;
  if (handle == NULL || target != GL_TEXTURE_2D || (flags & ~(unsigned int) 15) != 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (!gl_get (&gl))
    return CUDA_ERROR_INVALID_GRAPHICS_CONTEXT;
  if (!gl.IsTexture (texture))
    return CUDA_ERROR_INVALID_VALUE;
  g_hash_table_iter_init (&iter, driver.handles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      resource = key;
      if (resource->handle.kind == KIND_RESOURCE && resource->handle.live &&
          resource->texture == texture && resource->gl_context == gl.context)
        driver_die ("cuGraphicsGLRegisterImage: texture %u is registered already", texture);
    }
  measure (&gl, texture, &width, &height, &internal);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].internal == internal)
      format = &formats[i];
  if (format == NULL || width <= 0 || height <= 0)
    return CUDA_ERROR_INVALID_VALUE;
  resource = handle_new (KIND_RESOURCE, sizeof (Resource), context);
  resource->texture = texture;
  resource->gl_context = gl.context;
  resource->flags = flags;
  resource->width = width;
  resource->height = height;
  resource->format = format;
  *handle = (CUgraphicsResource) resource;
  return CUDA_SUCCESS;
}

CUresult
cuGraphicsUnregisterResource (CUgraphicsResource handle)
{
  Resource *resource;
  Gl gl;

  API_RELEASE;
  resource = handle_get (handle, KIND_RESOURCE, __func__);
  if (resource == NULL || resource->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  if (resource->array != NULL)
    driver_die ("cuGraphicsUnregisterResource: texture %u is mapped", resource->texture);
  require (&gl, resource, __func__);
  handle_destroy (resource);
  return result;
}

CUresult
cuGraphicsResourceSetMapFlags_v2 (CUgraphicsResource handle, unsigned int flags)
{
  Resource *resource;

  API_CONTEXT;
  resource = handle_get (handle, KIND_RESOURCE, __func__);
  if (resource == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (flags > CU_GRAPHICS_MAP_RESOURCE_FLAGS_WRITE_DISCARD)
    return CUDA_ERROR_INVALID_VALUE;
  if (resource->array != NULL)
    return CUDA_ERROR_ALREADY_MAPPED;
  resource->map_flags = flags;
  return CUDA_SUCCESS;
}

static gboolean
has_flag (const Resource *resource, unsigned int flag)
{
  return ((resource->flags | resource->map_flags) & flag) != 0;
}

/* The texture's own pixels while it is mapped. */
static guint8 *
make_poison (const Resource *resource)
{
  gsize size = resource_size (resource);
  guint8 *pixels = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    pixels[i] = (guint8) ((i & 1) != 0 ? POISON >> 8 : POISON & 0xff);
  return pixels;
}

static void
map (Resource *resource, const char *function)
{
  g_autofree guint8 *poison = NULL;
  Array *array = handle_new (KIND_ARRAY, sizeof (Array), resource->handle.context);
  gsize size = resource_size (resource);
  Gl gl;

  require (&gl, resource, function);
  array->width = (gsize) resource->width;
  array->height = (gsize) resource->height;
  array->pixel = resource->format->pixel;
  array->row = array->width * array->pixel;
  array->format = resource->format->element;
  array->channels = resource->format->channels;
  array->data = g_malloc (size);
  array->mapped = TRUE;
  if (has_flag (resource, CU_GRAPHICS_REGISTER_FLAGS_WRITE_DISCARD))
    memory_poison (array->data, size);
  else
    read_texture (&gl, resource, array->data, function);
  if (has_flag (resource, CU_GRAPHICS_REGISTER_FLAGS_READ_ONLY))
    resource->before = g_memdup2 (array->data, size);
  poison = make_poison (resource);
  write_texture (&gl, resource, poison, function);
  resource->array = array;
}

static void
unmap (Resource *resource, Stream *stream, const char *function)
{
  g_autofree guint8 *found = g_malloc (resource_size (resource));
  g_autofree guint8 *poison = make_poison (resource);
  Array *array = resource->array;
  const Op *pending = driver_find_pending (array->data, resource_size (resource), FALSE);
  Gl gl;

  if (pending != NULL)
    driver_die ("%s: a %s of another stream that uses texture %u is not done", function,
                pending->what, resource->texture);
  require (&gl, resource, function);
  if (resource->format->type != GL_HALF_FLOAT_)
    {
      read_texture (&gl, resource, found, function);
      if (memcmp (found, poison, resource_size (resource)) != 0)
        driver_die ("%s: OpenGL wrote to texture %u while it was mapped", function,
                    resource->texture);
    }
  if (resource->before != NULL &&
      memcmp (resource->before, array->data, resource_size (resource)) != 0)
    driver_die ("%s: texture %u was registered to be read only, and was written", function,
                resource->texture);
  write_texture (&gl, resource, array->data, function);
  g_clear_pointer (&resource->before, g_free);
  for (guint i = 0; array->sources != NULL && i < array->sources->len; i++)
    copy_look_again (&g_array_index (array->sources, ArraySource, i), stream);
  g_clear_pointer (&array->sources, g_array_unref);
  g_clear_pointer (&array->data, g_free);
  handle_destroy (array);
  resource->array = NULL;
}

CUresult
cuGraphicsMapResources (unsigned int count, CUgraphicsResource *handles, CUstream stream_handle)
{
  Stream *stream;

  API_CONTEXT;
  result = stream_get (stream_handle, &stream, context, __func__);
  if (result != CUDA_SUCCESS)
    return result;
  if (count == 0 || handles == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  for (unsigned int i = 0; i < count; i++)
    {
      Resource *resource = handle_get (handles[i], KIND_RESOURCE, __func__);

      if (resource == NULL || resource->handle.context != context)
        return CUDA_ERROR_INVALID_HANDLE;
      if (resource->array != NULL)
        return CUDA_ERROR_ALREADY_MAPPED;
    }
  for (unsigned int i = 0; i < count; i++)
    map ((Resource *) handles[i], __func__);
  return CUDA_SUCCESS;
}

CUresult
cuGraphicsUnmapResources (unsigned int count, CUgraphicsResource *handles, CUstream stream_handle)
{
  Stream *stream;

  API_RELEASE;
  if (stream_get (stream_handle, &stream, context, __func__) != CUDA_SUCCESS)
    return CUDA_ERROR_INVALID_HANDLE;
  if (count == 0 || handles == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  for (unsigned int i = 0; i < count; i++)
    {
      Resource *resource = handle_get (handles[i], KIND_RESOURCE, __func__);

      if (resource == NULL || resource->handle.context != context)
        return CUDA_ERROR_INVALID_HANDLE;
      if (resource->array == NULL)
        return CUDA_ERROR_NOT_MAPPED;
    }
  /* OpenGL is told nothing more than this: what the stream was given before is done by now. That
   * of other streams is not. */
  stream_wait (stream);
  for (unsigned int i = 0; i < count; i++)
    unmap ((Resource *) handles[i], stream, __func__);
  return result;
}

CUresult
cuGraphicsSubResourceGetMappedArray (CUarray *array, CUgraphicsResource handle, unsigned int index,
                                     unsigned int level)
{
  Resource *resource;

  API_CONTEXT;
  resource = handle_get (handle, KIND_RESOURCE, __func__);
  if (resource == NULL || resource->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  if (array == NULL || index != 0 || level != 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (resource->array == NULL)
    return CUDA_ERROR_NOT_MAPPED;
  *array = (CUarray) resource->array;
  return CUDA_SUCCESS;
}

CUresult
cuArrayGetDescriptor_v2 (CUDA_ARRAY_DESCRIPTOR *descriptor, CUarray handle)
{
  Array *array;

  API_CONTEXT;
  array = handle_get (handle, KIND_ARRAY, __func__);
  if (array == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (descriptor == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *descriptor =
    (CUDA_ARRAY_DESCRIPTOR) { array->width, array->height, array->format, array->channels };
  return CUDA_SUCCESS;
}
