/* texture.c: texture objects of rows in device memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only what FFmpeg's filters make: whole numbers of 8 or 16 bit, read by whole coordinates.
 */

#include "driver.h"

/* What devices want of addresses and pitches, see cuDeviceGetAttribute(). */
#define ADDRESS_ALIGNMENT 512
#define PITCH_ALIGNMENT 32

CUresult
cuTexObjectCreate (CUtexObject *object, const CUDA_RESOURCE_DESC *resource,
                   const CUDA_TEXTURE_DESC *description, const CUDA_RESOURCE_VIEW_DESC *view)
{
  const guint8 *start;
  gsize sample, texel, pitch, width, height, size;
  const Memory *memory;
  Texture *texture;

  API_CONTEXT;
  if (object == NULL || resource == NULL || description == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (resource->resType != CU_RESOURCE_TYPE_PITCH2D || view != NULL ||
      description->filterMode != CU_TR_FILTER_MODE_POINT ||
      (description->flags & CU_TRSF_READ_AS_INTEGER) == 0 ||
      (description->flags & CU_TRSF_NORMALIZED_COORDINATES) != 0)
    driver_die (
      "cuTexObjectCreate: only rows of whole numbers, read by whole coordinates, are here");
  switch ((int) resource->res.pitch2D.format)
    {
    case CU_AD_FORMAT_UNSIGNED_INT8:
      sample = 1;
      break;
    case CU_AD_FORMAT_UNSIGNED_INT16:
      sample = 2;
      break;
    default:
      return CUDA_ERROR_INVALID_VALUE;
    }
  if (resource->res.pitch2D.numChannels != 1 && resource->res.pitch2D.numChannels != 2 &&
      resource->res.pitch2D.numChannels != 4)
    return CUDA_ERROR_INVALID_VALUE;
  texel = sample * resource->res.pitch2D.numChannels;
  start = (const guint8 *) resource->res.pitch2D.devPtr;
  pitch = resource->res.pitch2D.pitchInBytes;
  width = resource->res.pitch2D.width;
  height = resource->res.pitch2D.height;
  if (width == 0 || height == 0 || width > 131072 || height > 65000 || pitch < width * texel ||
      pitch % PITCH_ALIGNMENT != 0 || (gsize) start % ADDRESS_ALIGNMENT != 0)
    return CUDA_ERROR_INVALID_VALUE;
  size = (height - 1) * pitch + width * texel;
  memory = memory_find (start);
  if (memory == NULL || memory->kind != MEMORY_DEVICE)
    driver_die ("cuTexObjectCreate: %p is not in device memory", start);
  if (memory->context != context)
    return CUDA_ERROR_INVALID_VALUE;
  if (start + size > memory->address + memory->size)
    driver_die (
      "cuTexObjectCreate: %zu rows of %zu bytes from byte %zd on are more than the %zu bytes of %s "
      "(allocation %u)",
      height, pitch, start - memory->address, memory->size, memory->maker, memory->serial);
  texture = handle_new (KIND_TEXTURE, sizeof (Texture), context);
  texture->view = (KernelTexture) { start, pitch, (int) width, (int) height };
  texture->texel = texel;
  texture->size = size;
  *object = (CUtexObject) (gsize) texture;
  return CUDA_SUCCESS;
}

CUresult
cuTexObjectDestroy (CUtexObject object)
{
  Texture *texture;

  API_RELEASE;
  texture = handle_get ((gconstpointer) (gsize) object, KIND_TEXTURE, __func__);
  if (texture == NULL || texture->handle.context != context)
    return CUDA_ERROR_INVALID_VALUE;
  handle_destroy (texture);
  return result;
}

/* The texture that @kernel is launched with, which takes texels of @texel bytes. */
const Texture *
texture_get (guint64 object, Context *context, gsize texel, const char *kernel)
{
  const Texture *texture = handle_get ((gconstpointer) (gsize) object, KIND_TEXTURE, kernel);

  if (texture == NULL || texture->handle.context != context)
    driver_die ("kernel %s was launched with %#" G_GINT64_MODIFIER
                "x, which is no texture of its context",
                kernel, object);
  if (texture->texel != texel)
    driver_die ("kernel %s reads texels of %zu bytes from a texture of %zu", kernel, texel,
                texture->texel);
  return texture;
}
