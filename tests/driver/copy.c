/* copy.c: copies and fills
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a copy reads of pageable host memory is staged when it is asked for, as CUDA does; pinned
 * memory is read when the stream gets there, which is late. A copy to pageable memory is done when
 * the call returns; pinned memory that a copy shall write is poisoned until then. A copy from
 * pageable memory may return before it has landed, also where it is not called asynchronous.
 *
 * A copy into a texture is done at unmapping, since OpenGL sees it then; a GPU may take longer. So its
 * source is looked at again, late.
 */

#include "driver.h"

#include <string.h>

typedef enum {
  SIDE_PAGEABLE,
  SIDE_PINNED,
  SIDE_DEVICE,
  SIDE_ARRAY,
} SideKind;

/** Side: one end of a copy: rows in memory that the driver can touch */
typedef struct {
  SideKind kind;
  guint8 *data;
  const guint8 *name;
  gsize pitch;
  Array *array;
} Side;

typedef struct {
  Side from;
  Side to;
  gsize width;
  gsize height;
  guint8 *staged;
} Copy;

typedef struct {
  guint8 *data;
  gsize pitch;
  gsize width;
  gsize height;
  guint32 value;
  guint unit;
} Fill;

static gsize
span (gsize pitch, gsize width, gsize height)
{
  return pitch * (height - 1) + width;
}

static void
copy_rows (guint8 *to, gsize to_pitch, const guint8 *from, gsize from_pitch, gsize width,
           gsize height)
{
  for (gsize y = 0; y < height; y++)
    memmove (to + y * to_pitch, from + y * from_pitch, width);
}

static void
run_copy (Op *op)
{
  const Copy *copy = op->data;

  copy_rows (copy->to.data, copy->to.pitch, copy->from.data, copy->from.pitch, copy->width,
             copy->height);
}

static void
free_copy (gpointer data)
{
  Copy *copy = data;

  g_free (copy->staged);
  g_free (copy);
}

/* The memory at @address if it is of the driver's; what is asked for must be in its bounds. */
static Memory *
find_in_bounds (gconstpointer address, gsize size, const char *function)
{
  Memory *memory = memory_find (address);

  if (memory != NULL && size > (gsize) (memory->address + memory->size - (const guint8 *) address))
    driver_die ("%s: %zu bytes from byte %td on are more than the %zu of %s (allocation %u) have",
                function, size, (const guint8 *) address - memory->address, memory->size,
                memory->maker, memory->serial);
  return memory;
}

static CUresult
resolve (Side *side, CUmemorytype type, gconstpointer host, CUdeviceptr device,
         CUarray array_handle, gsize pitch, gsize x, gsize y, gsize width, gsize height,
         Context *context, const char *function)
{
  gconstpointer address = type == CU_MEMORYTYPE_HOST ? host : (gconstpointer) device;
  Memory *memory;
  Array *array;

  if (type == CU_MEMORYTYPE_ARRAY)
    {
      array = handle_get (array_handle, KIND_ARRAY, function);
      if (array == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
      if (x + width > array->row || y + height > array->height)
        driver_die ("%s: %zux%zu bytes at %zu, %zu are more than an array of %zux%zu has", function,
                    width, height, x, y, array->row, array->height);
      *side = (Side) { SIDE_ARRAY, array->data + y * array->row + x, NULL, array->row };
      side->name = side->data;
      side->array = array;
      return CUDA_SUCCESS;
    }
  if (type != CU_MEMORYTYPE_HOST && type != CU_MEMORYTYPE_DEVICE && type != CU_MEMORYTYPE_UNIFIED)
    return CUDA_ERROR_INVALID_VALUE;
  if (address == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  /* A pitch of zero means rows without gaps. */
  if (pitch == 0)
    pitch = x + width;
  if (x + width > pitch)
    return CUDA_ERROR_INVALID_VALUE;
  address = (const guint8 *) address + y * pitch + x;
  memory = find_in_bounds (address, span (pitch, width, height), function);
  if (memory == NULL && type == CU_MEMORYTYPE_DEVICE)
    driver_die ("%s: %p is no device memory, or was freed", function, address);
  if (memory != NULL && memory->kind == MEMORY_DEVICE && type == CU_MEMORYTYPE_HOST)
    driver_die ("%s: %p is device memory, not the host's", function, address);
  if (memory != NULL && memory->kind == MEMORY_DEVICE && memory->context->device != context->device)
    driver_die ("%s: %p is memory of another device", function, address);
  *side = (Side) { memory == NULL                  ? SIDE_PAGEABLE
                   : memory->kind == MEMORY_DEVICE ? SIDE_DEVICE
                                                   : SIDE_PINNED,
                   (guint8 *) address, address, pitch };
  if (memory != NULL)
    side->data = memory->alias + ((const guint8 *) address - memory->address);
  return CUDA_SUCCESS;
}

static gboolean
on_device (const Side *side)
{
  return side->kind == SIDE_DEVICE || side->kind == SIDE_ARRAY;
}

/* Remembers where a texture's pixels come from. */
static void
note_source (const Copy *copy)
{
  Array *array = copy->to.array;
  ArraySource source = { copy->from.name, memory_find (copy->from.name)->serial, copy->from.pitch,
                         copy->width, copy->height };

  if (array->sources == NULL)
    array->sources = g_array_new (FALSE, FALSE, sizeof (ArraySource));
  g_array_append_val (array->sources, source);
}

typedef struct {
  ArraySource source;
  guint8 *pixels;
} Look;

static void
free_look (gpointer data)
{
  Look *look = data;

  g_free (look->pixels);
  g_free (look);
}

static const guint8 *
find_source (const ArraySource *source)
{
  const Memory *memory = memory_find (source->start);

  /* It may have been freed, which waits on a GPU. */
  return memory != NULL && memory->serial == source->serial
           ? memory->alias + (source->start - memory->address)
           : NULL;
}

static void
run_look (Op *op)
{
  const Look *look = op->data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&driver.lock);
  const guint8 *from = find_source (&look->source);

  for (gsize y = 0; from != NULL && y < look->source.height; y++)
    if (memcmp (look->pixels + y * look->source.width, from + y * look->source.pitch,
                look->source.width) != 0)
      driver_die ("what a copy into a texture reads (allocation %u) was written to before the copy was done",
                  look->source.serial);
}

/* Queues a look at what was copied into a texture: nobody may have written to it until then. */
void
copy_look_again (const ArraySource *source, Stream *stream)
{
  const guint8 *from = find_source (source);
  Look *look;

  if (from == NULL)
    return;
  look = g_new (Look, 1);
  *look = (Look) { *source, g_malloc (source->width * source->height) };
  copy_rows (look->pixels, source->width, from, source->pitch, source->width, source->height);
  op_queue (op_new ("copy into a texture", run_look, look, free_look), stream);
}

static CUresult
queue_copy (Copy copy, Stream *stream, gboolean async, const char *function)
{
  gsize bytes = copy.width * copy.height;
  gboolean wait = copy.to.kind == SIDE_PAGEABLE ||
                  (!async && (copy.to.kind == SIDE_PINNED || copy.from.kind == SIDE_PINNED));
  Op *op;

  if (bytes == 0)
    return CUDA_SUCCESS;
  if (on_device (&copy.from))
    driver_count_bytes (on_device (&copy.to) ? &driver.device_to_device : &driver.device_to_host,
                        bytes);
  else if (on_device (&copy.to))
    driver_count_bytes (&driver.host_to_device, bytes);
  if (copy.from.kind == SIDE_PAGEABLE && !wait)
    {
      if (!async)
        stream_wait (stream);
      copy.staged = g_malloc (bytes);
      copy_rows (copy.staged, copy.width, copy.from.data, copy.from.pitch, copy.width, copy.height);
      copy.from.data = copy.staged;
      copy.from.pitch = copy.width;
    }
  /* What is there until the copy is done is undefined: not the right frame of the round before. */
  if (copy.to.kind == SIDE_PINNED &&
      driver_find_pending (copy.to.name, span (copy.to.pitch, copy.width, copy.height), FALSE) ==
        NULL)
    for (gsize y = 0; y < copy.height; y++)
      memory_poison (copy.to.data + y * copy.to.pitch, copy.width);
  if (copy.to.kind == SIDE_ARRAY && copy.to.array->mapped && copy.from.kind == SIDE_DEVICE)
    note_source (&copy);
  op = op_new (function, run_copy, g_memdup2 (&copy, sizeof copy), free_copy);
  op->upload = on_device (&copy.to);
  if (copy.staged == NULL)
    op_use (op, copy.from.name, span (copy.from.pitch, copy.width, copy.height), FALSE);
  op_use (op, copy.to.name, span (copy.to.pitch, copy.width, copy.height), TRUE);
  op_queue (op, stream);
  if (wait)
    driver_wait (op);
  return CUDA_SUCCESS;
}

static CUresult
copy_line (CUmemorytype to_type, gconstpointer to_host, CUdeviceptr to, CUmemorytype from_type,
           gconstpointer from_host, CUdeviceptr from, gsize size, CUstream handle, gboolean async,
           Context *context, const char *function)
{
  Copy copy = { .width = size, .height = 1 };
  Stream *stream;
  CUresult result = stream_get (handle, &stream, context, function);

  if (result != CUDA_SUCCESS || size == 0)
    return result;
  result =
    resolve (&copy.from, from_type, from_host, from, NULL, 0, 0, 0, size, 1, context, function);
  if (result == CUDA_SUCCESS)
    result = resolve (&copy.to, to_type, to_host, to, NULL, 0, 0, 0, size, 1, context, function);
  return result == CUDA_SUCCESS ? queue_copy (copy, stream, async, function) : result;
}

static CUresult
copy_plane (const CUDA_MEMCPY2D *c, CUstream handle, gboolean async, Context *context,
            const char *function)
{
  Copy copy = { 0 };
  Stream *stream;
  CUresult result = stream_get (handle, &stream, context, function);

  if (result != CUDA_SUCCESS)
    return result;
  if (c == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (c->WidthInBytes == 0 || c->Height == 0)
    return CUDA_SUCCESS;
  copy.width = c->WidthInBytes;
  copy.height = c->Height;
  result =
    resolve (&copy.from, c->srcMemoryType, c->srcHost, c->srcDevice, c->srcArray, c->srcPitch,
             c->srcXInBytes, c->srcY, copy.width, copy.height, context, function);
  if (result == CUDA_SUCCESS)
    result =
      resolve (&copy.to, c->dstMemoryType, c->dstHost, c->dstDevice, c->dstArray, c->dstPitch,
               c->dstXInBytes, c->dstY, copy.width, copy.height, context, function);
  return result == CUDA_SUCCESS ? queue_copy (copy, stream, async, function) : result;
}

#define HOST(pointer) CU_MEMORYTYPE_HOST, pointer, 0
#define DEVICE(address) CU_MEMORYTYPE_DEVICE, NULL, address
#define UNIFIED(address) CU_MEMORYTYPE_UNIFIED, NULL, address

CUresult
cuMemcpy (CUdeviceptr to, CUdeviceptr from, size_t size)
{
  API_CONTEXT;
  return copy_line (UNIFIED (to), UNIFIED (from), size, NULL, FALSE, context, __func__);
}

CUresult
cuMemcpyAsync (CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream)
{
  API_CONTEXT;
  return copy_line (UNIFIED (to), UNIFIED (from), size, stream, TRUE, context, __func__);
}

CUresult
cuMemcpyHtoD_v2 (CUdeviceptr to, const void *from, size_t size)
{
  API_CONTEXT;
  return copy_line (DEVICE (to), HOST (from), size, NULL, FALSE, context, __func__);
}

CUresult
cuMemcpyHtoDAsync_v2 (CUdeviceptr to, const void *from, size_t size, CUstream stream)
{
  API_CONTEXT;
  return copy_line (DEVICE (to), HOST (from), size, stream, TRUE, context, __func__);
}

CUresult
cuMemcpyDtoH_v2 (void *to, CUdeviceptr from, size_t size)
{
  API_CONTEXT;
  return copy_line (HOST (to), DEVICE (from), size, NULL, FALSE, context, __func__);
}

CUresult
cuMemcpyDtoHAsync_v2 (void *to, CUdeviceptr from, size_t size, CUstream stream)
{
  API_CONTEXT;
  return copy_line (HOST (to), DEVICE (from), size, stream, TRUE, context, __func__);
}

CUresult
cuMemcpyDtoD_v2 (CUdeviceptr to, CUdeviceptr from, size_t size)
{
  API_CONTEXT;
  return copy_line (DEVICE (to), DEVICE (from), size, NULL, FALSE, context, __func__);
}

CUresult
cuMemcpyDtoDAsync_v2 (CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream)
{
  API_CONTEXT;
  return copy_line (DEVICE (to), DEVICE (from), size, stream, TRUE, context, __func__);
}

CUresult
cuMemcpy2D_v2 (const CUDA_MEMCPY2D *copy)
{
  API_CONTEXT;
  return copy_plane (copy, NULL, FALSE, context, __func__);
}

CUresult
cuMemcpy2DUnaligned_v2 (const CUDA_MEMCPY2D *copy)
{
  API_CONTEXT;
  return copy_plane (copy, NULL, FALSE, context, __func__);
}

CUresult
cuMemcpy2DAsync_v2 (const CUDA_MEMCPY2D *copy, CUstream stream)
{
  API_CONTEXT;
  return copy_plane (copy, stream, TRUE, context, __func__);
}

static void
run_fill (Op *op)
{
  const Fill *fill = op->data;

  for (gsize y = 0; y < fill->height; y++)
    for (gsize x = 0; x < fill->width; x++)
      {
        guint8 *at = fill->data + y * fill->pitch + x * fill->unit;

        /* Little-endian, as all hosts of GPUs are. */
        memcpy (at, &fill->value, fill->unit);
      }
}

static CUresult
queue_fill (CUdeviceptr to, gsize pitch, guint32 value, guint unit, gsize width, gsize height,
            CUstream handle, Context *context, const char *function)
{
  Fill fill = { NULL, pitch, width, height, value, unit };
  Stream *stream;
  Memory *memory;
  CUresult result = stream_get (handle, &stream, context, function);
  Op *op;

  if (result != CUDA_SUCCESS || width == 0 || height == 0)
    return result;
  if (to % unit != 0 || pitch % unit != 0 || (height > 1 && pitch < width * unit))
    return CUDA_ERROR_INVALID_VALUE;
  memory = find_in_bounds ((gconstpointer) to, span (pitch, width * unit, height), function);
  if (memory == NULL)
    driver_die ("%s: %#llx is no device memory, or was freed", function, to);
  fill.data = memory->alias + ((guint8 *) to - memory->address);
  op = op_new (function, run_fill, g_memdup2 (&fill, sizeof fill), g_free);
  op_use (op, (gconstpointer) to, span (pitch, width * unit, height), TRUE);
  op_queue (op, stream);
  return CUDA_SUCCESS;
}

#define FILL(name, type, unit)                                                                     \
  CUresult cuMemset##name##_v2 (CUdeviceptr to, type value, size_t n)                              \
  {                                                                                                \
    API_CONTEXT;                                                                                   \
    return queue_fill (to, 0, value, unit, n, 1, NULL, context, __func__);                         \
  }                                                                                                \
  CUresult cuMemset##name##Async (CUdeviceptr to, type value, size_t n, CUstream stream)           \
  {                                                                                                \
    API_CONTEXT;                                                                                   \
    return queue_fill (to, 0, value, unit, n, 1, stream, context, __func__);                       \
  }
#define FILL_2D(name, type, unit)                                                                  \
  CUresult cuMemset##name##_v2 (CUdeviceptr to, size_t pitch, type value, size_t width,            \
                                size_t height)                                                     \
  {                                                                                                \
    API_CONTEXT;                                                                                   \
    return queue_fill (to, pitch, value, unit, width, height, NULL, context, __func__);            \
  }                                                                                                \
  CUresult cuMemset##name##Async (CUdeviceptr to, size_t pitch, type value, size_t width,          \
                                  size_t height, CUstream stream)                                  \
  {                                                                                                \
    API_CONTEXT;                                                                                   \
    return queue_fill (to, pitch, value, unit, width, height, stream, context, __func__);          \
  }

FILL (D8, unsigned char, 1)
FILL (D16, unsigned short, 2)
FILL (D32, unsigned int, 4)
FILL_2D (D2D8, unsigned char, 1)
FILL_2D (D2D16, unsigned short, 2)
FILL_2D (D2D32, unsigned int, 4)
