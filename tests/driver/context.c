/* context.c: initialisation, devices, contexts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static __thread GPtrArray *stack;

static void
free_stack (gpointer array)
{
  g_ptr_array_unref (array);
}

static GPrivate stack_owner = G_PRIVATE_INIT (free_stack);

static GPtrArray *
get_stack (void)
{
  if (stack == NULL)
    {
      stack = g_ptr_array_new ();
      g_private_set (&stack_owner, stack);
    }
  return stack;
}

Context *
context_current (CUresult *result)
{
  GPtrArray *contexts = get_stack ();
  Context *context = contexts->len > 0 ? g_ptr_array_index (contexts, contexts->len - 1) : NULL;

  if (context == NULL)
    *result = CUDA_ERROR_INVALID_CONTEXT;
  else if (!context->handle.live)
    {
      context = NULL;
      *result = CUDA_ERROR_CONTEXT_IS_DESTROYED;
    }
  return context;
}

static gboolean
device_exists (CUdevice device)
{
  return device >= 0 && device < driver.n_devices;
}

CUresult
cuInit (unsigned int flags)
{
  const char *wanted = g_getenv ("BLURBOX_DRIVER_INIT");

  API_BEGIN;
  if (flags != 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (wanted != NULL && atoi (wanted) != 0)
    return (CUresult) atoi (wanted);
  if (driver.n_devices == 0)
    return CUDA_ERROR_NO_DEVICE;
  if (!driver.initialized)
    {
      memory_init ();
      driver.initialized = TRUE;
    }
  return CUDA_SUCCESS;
}

CUresult
cuDriverGetVersion (int *version)
{
  const char *wanted = g_getenv ("BLURBOX_DRIVER_VERSION");

  API_BEGIN;
  if (version == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *version = wanted != NULL ? atoi (wanted) : CUDA_VERSION;
  return CUDA_SUCCESS;
}

CUresult
cuDeviceGetCount (int *count)
{
  API_BEGIN;
  if (count == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *count = driver.n_devices;
  return CUDA_SUCCESS;
}

CUresult
cuDeviceGet (CUdevice *device, int ordinal)
{
  API_BEGIN;
  if (device == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (ordinal))
    return CUDA_ERROR_INVALID_DEVICE;
  *device = ordinal;
  return CUDA_SUCCESS;
}

CUresult
cuDeviceGetName (char *name, int len, CUdevice device)
{
  API_BEGIN;
  if (name == NULL || len <= 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  g_snprintf (name, (gulong) len, "Test device %d", device);
  return CUDA_SUCCESS;
}

static CUresult
get_uuid (CUuuid *uuid, CUdevice device)
{
  static const char bytes[16] = { 'b', 'l', 'u', 'r', 'b', 'o', 'x', '-',
                                  't', 'e', 's', 't', 0,   0,   0,   0 };

  if (uuid == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  memcpy (uuid->bytes, bytes, sizeof bytes);
  uuid->bytes[15] = (char) (device + 1);
  return CUDA_SUCCESS;
}

#undef cuDeviceGetUuid
EXPORT CUresult cuDeviceGetUuid (CUuuid *uuid, CUdevice device);

CUresult
cuDeviceGetUuid (CUuuid *uuid, CUdevice device)
{
  API_BEGIN;
  return get_uuid (uuid, device);
}

CUresult
cuDeviceGetUuid_v2 (CUuuid *uuid, CUdevice device)
{
  API_BEGIN;
  return get_uuid (uuid, device);
}

CUresult
cuDeviceGetLuid (char *luid, unsigned int *mask, CUdevice device)
{
  API_BEGIN;
  /* Windows only, as the real one says here. */
  return CUDA_ERROR_NOT_SUPPORTED;
}

CUresult
cuDeviceGetPCIBusId (char *id, int len, CUdevice device)
{
  API_BEGIN;
  if (id == NULL || len < 13)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  g_snprintf (id, (gulong) len, "0000:%02X:00.0", device + 1);
  return CUDA_SUCCESS;
}

CUresult
cuDeviceGetByPCIBusId (CUdevice *device, const char *id)
{
  unsigned int domain = 0, bus = 0;

  API_BEGIN;
  if (device == NULL || id == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (sscanf (id, "%x:%x:", &domain, &bus) != 2 || !device_exists ((int) bus - 1))
    return CUDA_ERROR_INVALID_DEVICE;
  *device = (int) bus - 1;
  return CUDA_SUCCESS;
}

CUresult
cuDeviceTotalMem_v2 (size_t *bytes, CUdevice device)
{
  API_BEGIN;
  if (bytes == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  *bytes = driver.memory;
  return CUDA_SUCCESS;
}

CUresult
cuDeviceComputeCapability (int *major, int *minor, CUdevice device)
{
  API_BEGIN;
  if (major == NULL || minor == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  *major = driver.major;
  *minor = driver.minor;
  return CUDA_SUCCESS;
}

CUresult
cuDeviceGetAttribute (int *value, CUdevice_attribute attribute, CUdevice device)
{
  API_BEGIN;
  if (value == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  /* A middling GPU's. */
  switch ((int) attribute)
    {
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y:
      *value = 1024;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z:
      *value = 64;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X:
      *value = G_MAXINT;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z:
      *value = 65535;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
      *value = 48 << 10;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
      *value = 99 << 10;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
      *value = 100 << 10;
      break;
    case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY:
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
      *value = 65536;
      break;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
      *value = 32;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_PITCH:
      *value = G_MAXINT;
      break;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
      *value = 1500000;
      break;
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
      *value = 8000000;
      break;
    case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
      *value = 128;
      break;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
      *value = 32 << 20;
      break;
    case CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT:
      *value = 512;
      break;
    case CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT:
      *value = 32;
      break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      *value = 24;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
      *value = 1536;
      break;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR:
      *value = 24;
      break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      *value = driver.major;
      break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      *value = driver.minor;
      break;
    case CU_DEVICE_ATTRIBUTE_PCI_BUS_ID:
      *value = device + 1;
      break;
    case CU_DEVICE_ATTRIBUTE_GPU_OVERLAP:
    case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
    case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
    case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
    case CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED:
      *value = 1;
      break;
    case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
      *value = 2;
      break;
    default:
      if ((int) attribute <= 0 || attribute >= CU_DEVICE_ATTRIBUTE_MAX)
        return CUDA_ERROR_INVALID_VALUE;
      *value = 0;
      break;
    }
  return CUDA_SUCCESS;
}

static Context *
context_new (CUdevice device, unsigned int flags, gboolean primary)
{
  Context *context = handle_new (KIND_CONTEXT, sizeof (Context), NULL);

  context->device = device;
  context->flags = flags;
  context->primary = primary;
  context->streams = g_ptr_array_new ();
  context->legacy = stream_new (context, CU_STREAM_DEFAULT, 0);
  context->per_thread = stream_new (context, CU_STREAM_DEFAULT, 0);
  g_ptr_array_add (driver.contexts, context);
  return context;
}

/* How many things of @context were not given back; @tell: says which. */
guint
context_report_leaks (Context *context, gboolean tell)
{
  static const char *const names[] = { "",       "context", "stream", "event",
                                       "module", NULL,      "array",  "graphics resource" };
  guint n_memory = 0;
  guint n_objects = 0;
  gsize bytes = 0;
  const Memory *memory = memory_first_leak (context, &n_memory, &bytes);
  const Handle *first = NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, driver.handles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const Handle *handle = key;

      if (!handle->live || handle->context != context || names[handle->kind] == NULL ||
          key == context->legacy || key == context->per_thread)
        continue;
      n_objects++;
      if (first == NULL || handle->serial < first->serial)
        first = handle;
    }
  if (tell && memory != NULL)
    driver_complain (
      "a context ends with %u allocations (%zu bytes) not freed; the first: %zu bytes of "
      "%s (allocation %u)",
      n_memory, bytes, memory->size, memory->maker, memory->serial);
  if (tell && first != NULL)
    driver_complain ("a context ends with %u handles not destroyed; the first: a %s (handle %u)",
                     n_objects, names[first->kind], first->serial);
  return n_memory + n_objects;
}

static void
context_end (Context *context)
{
  GHashTableIter iter;
  gpointer key;

  context_wait (context);
  driver.leaked += context_report_leaks (context, TRUE);
  memory_forget (context);
  g_hash_table_iter_init (&iter, driver.handles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Handle *) key)->context == context)
      handle_destroy (key);
  handle_destroy (context);
  g_ptr_array_set_size (context->streams, 0);
}

CUresult
cuDevicePrimaryCtxRetain (CUcontext *context, CUdevice device)
{
  const char *hold = g_getenv ("BLURBOX_DRIVER_HOLD");

  while (hold != NULL && access (hold, F_OK) == 0)
    g_usleep (1000);
  API_BEGIN;
  if (context == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  if (driver.primary[device] == NULL || !driver.primary[device]->handle.live)
    driver.primary[device] = context_new (device, 0, TRUE);
  driver.primary[device]->retained++;
  *context = (CUcontext) driver.primary[device];
  return CUDA_SUCCESS;
}

static CUresult
release_primary (CUdevice device, CUresult injected)
{
  Context *context;

  if (injected == CUDA_ERROR_NOT_INITIALIZED || injected == CUDA_ERROR_NOT_PERMITTED)
    return injected;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  context = driver.primary[device];
  if (context == NULL || !context->handle.live || context->retained == 0)
    return CUDA_ERROR_INVALID_CONTEXT;
  if (--context->retained == 0)
    context_end (context);
  return injected;
}

#undef cuDevicePrimaryCtxRelease
EXPORT CUresult cuDevicePrimaryCtxRelease (CUdevice device);

CUresult
cuDevicePrimaryCtxRelease (CUdevice device)
{
  API_LOCK;
  return release_primary (device, result);
}

CUresult
cuDevicePrimaryCtxRelease_v2 (CUdevice device)
{
  API_LOCK;
  return release_primary (device, result);
}

static CUresult
set_primary_flags (CUdevice device, unsigned int flags)
{
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  if ((flags & ~(unsigned int) 0xff) != 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (driver.primary[device] != NULL && driver.primary[device]->handle.live)
    driver.primary[device]->flags = flags;
  return CUDA_SUCCESS;
}

#undef cuDevicePrimaryCtxSetFlags
EXPORT CUresult cuDevicePrimaryCtxSetFlags (CUdevice device, unsigned int flags);

CUresult
cuDevicePrimaryCtxSetFlags (CUdevice device, unsigned int flags)
{
  API_BEGIN;
  return set_primary_flags (device, flags);
}

CUresult
cuDevicePrimaryCtxSetFlags_v2 (CUdevice device, unsigned int flags)
{
  API_BEGIN;
  return set_primary_flags (device, flags);
}

CUresult
cuDevicePrimaryCtxGetState (CUdevice device, unsigned int *flags, int *active)
{
  API_BEGIN;
  if (flags == NULL || active == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  *active = driver.primary[device] != NULL && driver.primary[device]->handle.live;
  *flags = *active ? driver.primary[device]->flags : 0;
  return CUDA_SUCCESS;
}

#undef cuDevicePrimaryCtxReset
EXPORT CUresult cuDevicePrimaryCtxReset (CUdevice device);

CUresult
cuDevicePrimaryCtxReset (CUdevice device)
{
  API_BEGIN;
  /* Pulls the memory from under everybody else in the process. */
  driver_die ("cuDevicePrimaryCtxReset: not for a program that shares the primary context");
}

CUresult
cuDevicePrimaryCtxReset_v2 (CUdevice device)
{
  API_BEGIN;
  driver_die ("cuDevicePrimaryCtxReset_v2: not for a program that shares the primary context");
}

static CUresult
create_context (CUcontext *context, unsigned int flags, CUdevice device)
{
  Context *created;

  if (context == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists (device))
    return CUDA_ERROR_INVALID_DEVICE;
  created = context_new (device, flags, FALSE);
  g_ptr_array_add (get_stack (), created);
  *context = (CUcontext) created;
  return CUDA_SUCCESS;
}

#undef cuCtxCreate
#undef cuCtxCreate_v2
EXPORT CUresult cuCtxCreate_v2 (CUcontext *context, unsigned int flags, CUdevice device);

CUresult
cuCtxCreate_v2 (CUcontext *context, unsigned int flags, CUdevice device)
{
  API_BEGIN;
  return create_context (context, flags, device);
}

#if CUDA_VERSION >= 13000
CUresult
cuCtxCreate_v4 (CUcontext *context, CUctxCreateParams *params, unsigned int flags, CUdevice device)
{
  API_BEGIN;
  return create_context (context, flags, device);
}
#endif

CUresult
cuCtxDestroy_v2 (CUcontext handle)
{
  Context *context;
  GPtrArray *contexts = get_stack ();

  API_LOCK;
  if (result == CUDA_ERROR_NOT_INITIALIZED || result == CUDA_ERROR_NOT_PERMITTED)
    return result;
  context = handle_get (handle, KIND_CONTEXT, __func__);
  if (context == NULL || context->primary)
    return CUDA_ERROR_INVALID_CONTEXT;
  context_end (context);
  if (contexts->len > 0 && g_ptr_array_index (contexts, contexts->len - 1) == context)
    g_ptr_array_set_size (contexts, (gint) contexts->len - 1);
  return result;
}

CUresult
cuCtxPushCurrent_v2 (CUcontext handle)
{
  Context *context;

  API_BEGIN;
  context = handle_get (handle, KIND_CONTEXT, __func__);
  if (context == NULL)
    return CUDA_ERROR_INVALID_CONTEXT;
  g_ptr_array_add (get_stack (), context);
  return CUDA_SUCCESS;
}

CUresult
cuCtxPopCurrent_v2 (CUcontext *handle)
{
  GPtrArray *contexts = get_stack ();

  API_LOCK;
  if (result == CUDA_ERROR_NOT_INITIALIZED || result == CUDA_ERROR_NOT_PERMITTED)
    return result;
  if (contexts->len == 0)
    return CUDA_ERROR_INVALID_CONTEXT;
  if (handle != NULL)
    *handle = g_ptr_array_index (contexts, contexts->len - 1);
  g_ptr_array_set_size (contexts, (gint) contexts->len - 1);
  return result;
}

CUresult
cuCtxSetCurrent (CUcontext handle)
{
  GPtrArray *contexts = get_stack ();
  Context *context = NULL;

  API_BEGIN;
  if (handle != NULL)
    {
      context = handle_get (handle, KIND_CONTEXT, __func__);
      if (context == NULL)
        return CUDA_ERROR_INVALID_CONTEXT;
    }
  if (contexts->len > 0)
    g_ptr_array_set_size (contexts, (gint) contexts->len - 1);
  if (context != NULL)
    g_ptr_array_add (contexts, context);
  return CUDA_SUCCESS;
}

CUresult
cuCtxGetCurrent (CUcontext *handle)
{
  GPtrArray *contexts = get_stack ();

  API_BEGIN;
  if (handle == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *handle = contexts->len > 0 ? g_ptr_array_index (contexts, contexts->len - 1) : NULL;
  return CUDA_SUCCESS;
}

CUresult
cuCtxGetDevice (CUdevice *device)
{
  API_CONTEXT;
  if (device == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *device = context->device;
  return CUDA_SUCCESS;
}

CUresult
cuCtxGetFlags (unsigned int *flags)
{
  API_CONTEXT;
  if (flags == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *flags = context->flags;
  return CUDA_SUCCESS;
}

CUresult
cuCtxSetLimit (CUlimit limit, size_t value)
{
  API_CONTEXT;
  return limit < CU_LIMIT_MAX ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
cuCtxGetApiVersion (CUcontext handle, unsigned int *version)
{
  API_CONTEXT;
  if (version == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *version = 3020;
  return CUDA_SUCCESS;
}

CUresult
cuCtxGetStreamPriorityRange (int *least, int *greatest)
{
  API_CONTEXT;
  if (least != NULL)
    *least = 0;
  if (greatest != NULL)
    *greatest = -5;
  return CUDA_SUCCESS;
}

CUresult
cuCtxSynchronize (void)
{
  API_RELEASE;
  context_wait (context);
  return result;
}
