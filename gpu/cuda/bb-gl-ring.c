/* bb-gl-ring.c: pictures of a GPU as textures of GL, without a copy through the host
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A few textures are registered with CUDA once. For each picture the oldest free one is mapped, the
 * picture is copied into it on the GPU, it is unmapped, and a fence tells when GL may read it. All of
 * that happens on the thread that has the ring's GL context current.
 */

/* Before everything that includes GL's own header. */
#include "config.h"

#include <epoxy/gl.h>

#include "bb-gl-ring.h"

#include "bb-cuda.h"
#include "bb-cuda-picture.h"
#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <cudaGLTypedefs.h>

/* GPUs that GL may run on at once, as with SLI. */
#define MAX_DEVICES 16

/* The driver's functions that only this file needs, as in BB_CUDA_FUNCTIONS. */
#define RING_FUNCTIONS(X)                                                                            \
  X (gl_get_devices, cuGLGetDevices, 6050, cuGLGetDevices_v2)                                      \
  X (register_image, cuGraphicsGLRegisterImage, 3000, cuGraphicsGLRegisterImage)                   \
  X (unregister, cuGraphicsUnregisterResource, 3000, cuGraphicsUnregisterResource)                 \
  X (map, cuGraphicsMapResources, 3000, cuGraphicsMapResources)                                    \
  X (unmap, cuGraphicsUnmapResources, 3000, cuGraphicsUnmapResources)                              \
  X (get_array, cuGraphicsSubResourceGetMappedArray, 3000, cuGraphicsSubResourceGetMappedArray)    \
  X (memcpy_2d_async, cuMemcpy2DAsync, 3020, cuMemcpy2DAsync_v2)

typedef struct {
#define RING_MEMBER(member, name, version, symbol) PFN_##name##_v##version member;
  RING_FUNCTIONS (RING_MEMBER)
#undef RING_MEMBER
} Functions;

typedef struct {
  GLuint texture;
  GLsync sync;
  CUgraphicsResource resource;
  BbPictureFormat format;
  int width;
  int height;
  gint lent;    /* atomic */
  guint64 used; /* when it was lent last; the least one is taken first */
} Slot;

struct _BbGlRing {
  gatomicrefcount refs; /* who made it, and each lent texture */

  Functions functions;
  BbCudaContext *context;
  CUstream stream;
  gboolean closed;

  Slot *slots;
  guint n_slots;
  guint64 n_written;
};

static gboolean
load (Functions *functions, GError **error)
{
#define RING_LOAD(member, name, version, symbol)                                                     \
  functions->member = (PFN_##name##_v##version) bb_cuda_find_symbol (#name, version, #symbol);     \
  if (functions->member == NULL)                                                                   \
    {                                                                                              \
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,                                               \
                   _("The NVIDIA driver has no %s: install its OpenGL part"), #name);              \
      return FALSE;                                                                                \
    }
  RING_FUNCTIONS (RING_LOAD)
#undef RING_LOAD
  return TRUE;
}

/* Whether GL runs on the GPU that computes. */
static gboolean
check_device (BbGlRing *self, GError **error)
{
  CUdevice devices[MAX_DEVICES];
  unsigned int n_devices = 0;
  CUresult result = self->functions.gl_get_devices (&n_devices, devices, MAX_DEVICES,
                                                    CU_GL_DEVICE_LIST_ALL);
  const char *renderer = (const char *) glGetString (GL_RENDERER);

  for (unsigned int i = 0; result == CUDA_SUCCESS && i < n_devices; i++)
    if (devices[i] == self->context->device)
      return TRUE;
  if (result != CUDA_SUCCESS && result != CUDA_ERROR_NO_DEVICE)
    return bb_cuda_check (result, N_("asking which GPU OpenGL runs on"), error);
  if (renderer != NULL)
    g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
                 /* Translators: the name of a GPU */
                 _("OpenGL runs on “%s”, not on the GPU that computes"), renderer);
  else
    g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                         _("OpenGL runs on another device, not on the GPU that computes"));
  return FALSE;
}

static gboolean
check_gl (GError **error)
{
  int version = epoxy_gl_version ();
  gboolean desktop = epoxy_is_desktop_gl ();

  /* Fences came with 3.2; every driver of GPUs that can compute here has them before. */
  if (version < (desktop ? 21 : 30) ||
      (desktop && version < 32 && !epoxy_has_gl_extension ("GL_ARB_sync")))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
                   desktop ? _("OpenGL %d.%d is too old to share textures with")
                           : _("OpenGL ES %d.%d is too old to share textures with"),
                   version / 10, version % 10);
      return FALSE;
    }
  return TRUE;
}

/* Forgets GL's and CUDA's side of a texture. A GPU that is lost refuses; GL's side goes all the same. */
static void
clear_slot (BbGlRing *self, Slot *slot)
{
  if (slot->resource != NULL)
    self->functions.unregister (slot->resource);
  slot->resource = NULL;
  if (slot->sync != NULL)
    glDeleteSync (slot->sync);
  slot->sync = NULL;
  if (slot->texture != 0)
    glDeleteTextures (1, &slot->texture);
  slot->texture = 0;
}

static gboolean
make_texture (Slot *slot, BbPicture *picture, GError **error)
{
  gboolean deep = picture->format == BB_PICTURE_RGBX16;
  GLint before = 0;
  GLenum failure;

  if (deep && !epoxy_is_desktop_gl () && !epoxy_has_gl_extension ("GL_EXT_texture_norm16"))
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                           _("This OpenGL ES has no textures of 16 bit"));
      return FALSE;
    }
  while (glGetError () != GL_NO_ERROR)
    ;
  glGetIntegerv (GL_TEXTURE_BINDING_2D, &before);
  glGenTextures (1, &slot->texture);
  glBindTexture (GL_TEXTURE_2D, slot->texture);
  /* Without mipmaps a texture is only complete, and so can only be shared, with such a filter. */
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glTexImage2D (GL_TEXTURE_2D, 0, deep ? GL_RGBA16 : GL_RGBA8, picture->width, picture->height, 0,
                GL_RGBA, deep ? GL_UNSIGNED_SHORT : GL_UNSIGNED_BYTE, NULL);
  glBindTexture (GL_TEXTURE_2D, (GLuint) before);
  failure = glGetError ();
  if (failure == GL_NO_ERROR)
    return TRUE;
  g_set_error (error, BB_ERROR, failure == GL_OUT_OF_MEMORY ? BB_ERROR_MEMORY : BB_ERROR_DEVICE,
               _("OpenGL cannot make a texture of %d×%d (error 0x%04x)"),
               picture->width, picture->height, failure);
  return FALSE;
}

/* Makes a slot's texture fit a picture. */
static gboolean
fit (BbGlRing *self, Slot *slot, BbPicture *picture, GError **error)
{
  if (slot->texture != 0 && slot->format == picture->format && slot->width == picture->width &&
      slot->height == picture->height)
    return TRUE;
  clear_slot (self, slot);
  if (!make_texture (slot, picture, error))
    {
      clear_slot (self, slot);
      return FALSE;
    }
  if (!bb_cuda_check (self->functions.register_image (&slot->resource, slot->texture, GL_TEXTURE_2D,
                                                      CU_GRAPHICS_REGISTER_FLAGS_WRITE_DISCARD),
                      N_("sharing a texture with OpenGL"), error))
    {
      slot->resource = NULL;
      clear_slot (self, slot);
      return FALSE;
    }
  slot->format = picture->format;
  slot->width = picture->width;
  slot->height = picture->height;
  return TRUE;
}

static gboolean
copy (BbGlRing *self, Slot *slot, BbPicture *picture, const BbCudaPixels *pixels, GError **error)
{
  CUDA_MEMCPY2D region = {
    .srcMemoryType = CU_MEMORYTYPE_DEVICE,
    .srcDevice = (CUdeviceptr) pixels->block->address,
    .srcPitch = picture->stride,
    .dstMemoryType = CU_MEMORYTYPE_ARRAY,
    .WidthInBytes = (size_t) slot->width * bb_picture_get_pixel_size (slot->format),
    .Height = (size_t) slot->height,
  };
  CUresult result = self->functions.get_array (&region.dstArray, slot->resource, 0, 0);

  if (result == CUDA_SUCCESS)
    result = self->functions.memcpy_2d_async (&region, self->stream);
  return bb_cuda_check (result, N_("copying a frame into a texture"), error);
}

static gboolean
write_slot (BbGlRing *self, Slot *slot, BbPicture *picture, GError **error)
{
  const BbCudaPixels *pixels = bb_cuda_picture_get_pixels (picture);
  gboolean copied;

  if (!fit (self, slot, picture, error) ||
      !bb_cuda_event_hold (pixels->ready, self->stream, error) ||
      !bb_cuda_check (self->functions.map (1, &slot->resource, self->stream), N_("mapping a texture"),
                      error))
    return FALSE;
  copied = copy (self, slot, picture, pixels, error);
  /* What is mapped is unmapped whatever happened, or GL would never get it back. */
  return bb_cuda_check (self->functions.unmap (1, &slot->resource, self->stream),
                        N_("unmapping a texture"), copied ? error : NULL) &&
         copied && bb_cuda_picture_add_use (picture, self->stream, error);
}

static Slot *
find_free (BbGlRing *self)
{
  Slot *oldest = NULL;

  for (guint i = 0; i < self->n_slots; i++)
    if (!g_atomic_int_get (&self->slots[i].lent) &&
        (oldest == NULL || self->slots[i].used < oldest->used))
      oldest = &self->slots[i];
  return oldest;
}

/**
 * bb_gl_ring_is_built:
 *
 * Returns: whether this program was built with what rings need
 */
gboolean
bb_gl_ring_is_built (void)
{
  return TRUE;
}

/**
 * bb_gl_ring_find_gpu:
 * @picture: a picture
 *
 * Returns: (nullable): what is the same for all pictures that one GPU has made, and different for
 *   those of another; %NULL for pictures of the processor
 */
gconstpointer
bb_gl_ring_find_gpu (BbPicture *picture)
{
  BbCudaContext *context = bb_cuda_picture_get_context (picture);

  return context != NULL ? (gconstpointer) context->handle : NULL;
}

/**
 * bb_gl_ring_new:
 * @picture: a picture of the GPU that will be shown
 * @n_textures: textures, at least 3: one on screen, one that GTK has, one to write
 * @error: return location for an error
 *
 * Makes a ring of textures for pictures of one GPU, in the GL context that is current: desktop GL
 * from 2.1 with fences, or GL ES from 3.0. The same context must be current in every call that says
 * so. Textures are made when they are written first.
 *
 * Returns: (transfer full): a ring, or %NULL with %BB_ERROR_DEVICE, whose message says why pictures
 *   have to go through main memory
 */
BbGlRing *
bb_gl_ring_new (BbPicture *picture, guint n_textures, GError **error)
{
  BbCudaContext *context = bb_cuda_picture_get_context (picture);
  g_auto (BbCudaScope) scope = NULL;
  BbGlRing *self;

  g_return_val_if_fail (n_textures >= 3, NULL);

  if (context == NULL)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                           _("Frames are computed by the CPU, in host memory"));
      return NULL;
    }
  self = g_new0 (BbGlRing, 1);
  g_atomic_ref_count_init (&self->refs);
  self->context = bb_cuda_context_ref (context);
  self->n_slots = n_textures;
  self->slots = g_new0 (Slot, n_textures);
  if (check_gl (error) && load (&self->functions, error) &&
      (scope = bb_cuda_context_enter (context, error)) != NULL && check_device (self, error) &&
      bb_cuda_check (context->cuda->stream_create (&self->stream, CU_STREAM_NON_BLOCKING),
                     N_("making a stream"), error))
    return self;
  self->closed = TRUE;
  bb_gl_ring_unref (self);
  return NULL;
}

/**
 * bb_gl_ring_takes:
 * @ring: a ring
 * @picture: a picture
 *
 * Returns: whether @picture is in the memory of the ring's GPU
 */
gboolean
bb_gl_ring_takes (BbGlRing *ring, BbPicture *picture)
{
  const BbCudaPixels *pixels = bb_cuda_picture_get_pixels (picture);

  return pixels != NULL && pixels->context->handle == ring->context->handle;
}

/**
 * bb_gl_ring_write:
 * @ring: a ring, its GL context current
 * @picture: a picture that bb_gl_ring_takes()
 * @texture: (out caller-allocates): the texture that it is in, lent until bb_gl_texture_release()
 * @error: return location for an error
 *
 * Copies a picture into a texture, on the GPU. Returns before the copy is done: who reads the
 * texture waits for its sync first, as GTK does. A texture whose size or format is not the picture's
 * is made anew.
 *
 * Returns: %TRUE, or %FALSE with %G_IO_ERROR_WOULD_BLOCK where all textures are lent, which passes, or
 *   with %BB_ERROR_DEVICE or %BB_ERROR_MEMORY, after which the ring should be closed
 */
gboolean
bb_gl_ring_write (BbGlRing *ring, BbPicture *picture, BbGlTexture *texture, GError **error)
{
  g_auto (BbCudaScope) scope = NULL;
  Slot *slot = find_free (ring);

  g_return_val_if_fail (!ring->closed, FALSE);
  g_return_val_if_fail (bb_gl_ring_takes (ring, picture), FALSE);

  if (slot == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                           "All textures are being shown");
      return FALSE;
    }
  if (slot->sync != NULL)
    glDeleteSync (slot->sync);
  slot->sync = NULL;
  scope = bb_cuda_context_enter (ring->context, error);
  if (scope == NULL || !write_slot (ring, slot, picture, error))
    return FALSE;
  slot->sync = glFenceSync (GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (slot->sync == NULL)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE,
                           "OpenGL cannot tell when a frame is in its texture");
      return FALSE;
    }
  /* Other contexts can only wait for what has left this one. */
  glFlush ();
  slot->used = ++ring->n_written;
  g_atomic_int_set (&slot->lent, TRUE);
  g_atomic_ref_count_inc (&ring->refs);
  *texture = (BbGlTexture) {
    .id = slot->texture,
    .sync = slot->sync,
    .format = slot->format,
    .width = slot->width,
    .height = slot->height,
    .ring = ring,
    .slot = slot,
  };
  return TRUE;
}

/**
 * bb_gl_texture_release:
 * @texture: a texture that was lent
 *
 * Gives a texture back. May be called on any thread, with any GL context or none.
 */
void
bb_gl_texture_release (BbGlTexture *texture)
{
  Slot *slot = texture->slot;

  g_atomic_int_set (&slot->lent, FALSE);
  bb_gl_ring_unref (texture->ring);
}

/**
 * bb_gl_ring_close:
 * @ring: a ring, its GL context current
 *
 * Gives back what the ring has of the GPU and of GL, but for textures that are lent: those stay
 * readable, and go with a later call. Nothing can be written any more. A GPU that is lost does not
 * keep it from that.
 *
 * Returns: textures that are still lent
 */
guint
bb_gl_ring_close (BbGlRing *ring)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (ring->context, NULL);
  guint n_lent = 0;

  for (guint i = 0; i < ring->n_slots; i++)
    {
      Slot *slot = &ring->slots[i];

      if (!g_atomic_int_get (&slot->lent))
        {
          clear_slot (ring, slot);
          continue;
        }
      n_lent++;
      if (slot->resource != NULL)
        ring->functions.unregister (slot->resource);
      slot->resource = NULL;
    }
  if (ring->stream != NULL)
    ring->context->cuda->stream_destroy (ring->stream);
  ring->stream = NULL;
  ring->closed = TRUE;
  return n_lent;
}

/**
 * bb_gl_ring_unref:
 * @ring: (transfer full): a ring that is closed
 */
void
bb_gl_ring_unref (BbGlRing *ring)
{
  if (!g_atomic_ref_count_dec (&ring->refs))
    return;
  g_warn_if_fail (ring->closed);
  bb_cuda_context_unref (ring->context);
  g_free (ring->slots);
  g_free (ring);
}
