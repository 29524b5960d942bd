/* entry.c: names of errors, and functions by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "driver.h"

#include <dlfcn.h>
#include <string.h>

/* By number, as older toolkits lack some of the names. */
static const struct {
  int code;
  const char *name;
  const char *text;
} errors[] = {
  { 0, "CUDA_SUCCESS", "no error" },
  { 1, "CUDA_ERROR_INVALID_VALUE", "invalid argument" },
  { 2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory" },
  { 3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error" },
  { 4, "CUDA_ERROR_DEINITIALIZED", "driver shutting down" },
  { 5, "CUDA_ERROR_PROFILER_DISABLED", "profiler disabled" },
  { 6, "CUDA_ERROR_PROFILER_NOT_INITIALIZED", "profiler not initialized" },
  { 7, "CUDA_ERROR_PROFILER_ALREADY_STARTED", "profiler already started" },
  { 8, "CUDA_ERROR_PROFILER_ALREADY_STOPPED", "profiler already stopped" },
  { 34, "CUDA_ERROR_STUB_LIBRARY", "stub library" },
  { 36, "CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER", "call requires newer driver" },
  { 46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "device unavailable" },
  { 100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected" },
  { 101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal" },
  { 102, "CUDA_ERROR_DEVICE_NOT_LICENSED", "device not licensed" },
  { 200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid" },
  { 201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context" },
  { 202, "CUDA_ERROR_CONTEXT_ALREADY_CURRENT", "context already current" },
  { 205, "CUDA_ERROR_MAP_FAILED", "map failed" },
  { 206, "CUDA_ERROR_UNMAP_FAILED", "unmap failed" },
  { 207, "CUDA_ERROR_ARRAY_IS_MAPPED", "array is mapped" },
  { 208, "CUDA_ERROR_ALREADY_MAPPED", "already mapped" },
  { 209, "CUDA_ERROR_NO_BINARY_FOR_GPU",
    "no kernel image is available for execution on the device" },
  { 210, "CUDA_ERROR_ALREADY_ACQUIRED", "already acquired" },
  { 211, "CUDA_ERROR_NOT_MAPPED", "not mapped" },
  { 212, "CUDA_ERROR_NOT_MAPPED_AS_ARRAY", "not mapped as array" },
  { 213, "CUDA_ERROR_NOT_MAPPED_AS_POINTER", "not mapped as pointer" },
  { 214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered" },
  { 215, "CUDA_ERROR_UNSUPPORTED_LIMIT", "unsupported limit" },
  { 216, "CUDA_ERROR_CONTEXT_ALREADY_IN_USE", "context already in use" },
  { 217, "CUDA_ERROR_PEER_ACCESS_UNSUPPORTED", "peer access unsupported" },
  { 218, "CUDA_ERROR_INVALID_PTX", "invalid ptx" },
  { 219, "CUDA_ERROR_INVALID_GRAPHICS_CONTEXT", "invalid graphics context" },
  { 220, "CUDA_ERROR_NVLINK_UNCORRECTABLE", "nvlink uncorrectable" },
  { 221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND", "jit compiler not found" },
  { 222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "unsupported ptx version" },
  { 223, "CUDA_ERROR_JIT_COMPILATION_DISABLED", "jit compilation disabled" },
  { 224, "CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY", "unsupported exec affinity" },
  { 225, "CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC", "unsupported devside sync" },
  { 226, "CUDA_ERROR_CONTAINED", "contained" },
  { 300, "CUDA_ERROR_INVALID_SOURCE", "invalid source" },
  { 301, "CUDA_ERROR_FILE_NOT_FOUND", "file not found" },
  { 302, "CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND", "shared object symbol not found" },
  { 303, "CUDA_ERROR_SHARED_OBJECT_INIT_FAILED", "shared object init failed" },
  { 304, "CUDA_ERROR_OPERATING_SYSTEM", "operating system" },
  { 400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle" },
  { 401, "CUDA_ERROR_ILLEGAL_STATE", "illegal state" },
  { 402, "CUDA_ERROR_LOSSY_QUERY", "lossy query" },
  { 500, "CUDA_ERROR_NOT_FOUND", "named symbol not found" },
  { 600, "CUDA_ERROR_NOT_READY", "device not ready" },
  { 700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered" },
  { 701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "launch out of resources" },
  { 702, "CUDA_ERROR_LAUNCH_TIMEOUT", "launch timeout" },
  { 703, "CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING", "launch incompatible texturing" },
  { 704, "CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED", "peer access already enabled" },
  { 705, "CUDA_ERROR_PEER_ACCESS_NOT_ENABLED", "peer access not enabled" },
  { 708, "CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE", "primary context active" },
  { 709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed" },
  { 710, "CUDA_ERROR_ASSERT", "assert" },
  { 711, "CUDA_ERROR_TOO_MANY_PEERS", "too many peers" },
  { 712, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "host memory already registered" },
  { 713, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "host memory not registered" },
  { 714, "CUDA_ERROR_HARDWARE_STACK_ERROR", "hardware stack error" },
  { 715, "CUDA_ERROR_ILLEGAL_INSTRUCTION", "illegal instruction" },
  { 716, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address" },
  { 717, "CUDA_ERROR_INVALID_ADDRESS_SPACE", "invalid address space" },
  { 718, "CUDA_ERROR_INVALID_PC", "invalid pc" },
  { 719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure" },
  { 720, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "cooperative launch too large" },
  { 721, "CUDA_ERROR_TENSOR_MEMORY_LEAK", "tensor memory leak" },
  { 800, "CUDA_ERROR_NOT_PERMITTED", "operation not permitted" },
  { 801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported" },
  { 802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not ready" },
  { 803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
    "system has unsupported display driver / cuda driver combination" },
  { 804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "compat not supported on device" },
  { 805, "CUDA_ERROR_MPS_CONNECTION_FAILED", "mps connection failed" },
  { 806, "CUDA_ERROR_MPS_RPC_FAILURE", "mps rpc failure" },
  { 807, "CUDA_ERROR_MPS_SERVER_NOT_READY", "mps server not ready" },
  { 808, "CUDA_ERROR_MPS_MAX_CLIENTS_REACHED", "mps max clients reached" },
  { 809, "CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED", "mps max connections reached" },
  { 810, "CUDA_ERROR_MPS_CLIENT_TERMINATED", "mps client terminated" },
  { 811, "CUDA_ERROR_CDP_NOT_SUPPORTED", "cdp not supported" },
  { 812, "CUDA_ERROR_CDP_VERSION_MISMATCH", "cdp version mismatch" },
  { 900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "stream capture unsupported" },
  { 901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "stream capture invalidated" },
  { 902, "CUDA_ERROR_STREAM_CAPTURE_MERGE", "stream capture merge" },
  { 903, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "stream capture unmatched" },
  { 904, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "stream capture unjoined" },
  { 905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "stream capture isolation" },
  { 906, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "stream capture implicit" },
  { 907, "CUDA_ERROR_CAPTURED_EVENT", "captured event" },
  { 908, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "stream capture wrong thread" },
  { 909, "CUDA_ERROR_TIMEOUT", "timeout" },
  { 910, "CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE", "graph exec update failure" },
  { 911, "CUDA_ERROR_EXTERNAL_DEVICE", "external device" },
  { 912, "CUDA_ERROR_INVALID_CLUSTER_SIZE", "invalid cluster size" },
  { 913, "CUDA_ERROR_FUNCTION_NOT_LOADED", "function not loaded" },
  { 914, "CUDA_ERROR_INVALID_RESOURCE_TYPE", "invalid resource type" },
  { 915, "CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION", "invalid resource configuration" },
  { 916, "CUDA_ERROR_KEY_ROTATION", "key rotation" },
  { 999, "CUDA_ERROR_UNKNOWN", "unknown error" },
};

CUresult
cuGetErrorName (CUresult error, const char **name)
{
  API_BEGIN;
  if (name == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *name = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == (int) error)
      *name = errors[i].name;
  return *name != NULL ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
cuGetErrorString (CUresult error, const char **text)
{
  API_BEGIN;
  if (text == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *text = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == (int) error)
      *text = errors[i].text;
  return *text != NULL ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

/* The newest form of a function that a program built with a toolkit of @version knows. */
static void *
find_function (const char *name, int version)
{
  /* Forms that came later than the function's second one, and where the first one is still meant.
   */
  static const struct {
    const char *name;
    int since;
    const char *form;
  } forms[] = {
    { "cuCtxCreate", 12050, "cuCtxCreate_v4" },
    { "cuCtxCreate", 3020, "cuCtxCreate_v2" },
    { "cuEventElapsedTime", 12080, "cuEventElapsedTime_v2" },
    { "cuEventElapsedTime", 2000, "cuEventElapsedTime" },
    { "cuDeviceGetUuid", 11040, "cuDeviceGetUuid_v2" },
    { "cuDeviceGetUuid", 9020, "cuDeviceGetUuid" },
    { "cuDevicePrimaryCtxRelease", 11000, "cuDevicePrimaryCtxRelease_v2" },
    { "cuDevicePrimaryCtxRelease", 7000, "cuDevicePrimaryCtxRelease" },
    { "cuDevicePrimaryCtxReset", 11000, "cuDevicePrimaryCtxReset_v2" },
    { "cuDevicePrimaryCtxReset", 7000, "cuDevicePrimaryCtxReset" },
    { "cuDevicePrimaryCtxSetFlags", 11000, "cuDevicePrimaryCtxSetFlags_v2" },
    { "cuDevicePrimaryCtxSetFlags", 7000, "cuDevicePrimaryCtxSetFlags" },
    { "cuGetProcAddress", 12000, "cuGetProcAddress_v2" },
    { "cuGetProcAddress", 11030, "cuGetProcAddress" },
  };
  g_autofree char *second = g_strconcat (name, "_v2", NULL);
  Dl_info info;
  void *self;
  void *found = NULL;

  if (!g_str_has_prefix (name, "cu") || dladdr ((void *) &driver, &info) == 0)
    return NULL;
  self = dlopen (info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (self == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (forms) && found == NULL; i++)
    if (g_str_equal (forms[i].name, name) && version >= forms[i].since)
      found = dlsym (self, forms[i].form);
  if (found == NULL)
    found = dlsym (self, second);
  if (found == NULL)
    found = dlsym (self, name);
  dlclose (self);
  return found;
}

CUresult
cuGetProcAddress_v2 (const char *name, void **function, int version, cuuint64_t flags,
                     CUdriverProcAddressQueryResult *status)
{
  API_BEGIN;
  if (name == NULL || function == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *function = find_function (name, version);
  if (status != NULL)
    *status =
      *function != NULL ? CU_GET_PROC_ADDRESS_SUCCESS : CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
  return *function != NULL || status != NULL ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

#undef cuGetProcAddress
EXPORT CUresult cuGetProcAddress (const char *name, void **function, int version, cuuint64_t flags);

CUresult
cuGetProcAddress (const char *name, void **function, int version, cuuint64_t flags)
{
  API_BEGIN;
  if (name == NULL || function == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *function = find_function (name, version);
  return *function != NULL ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

/* Functions that FFmpeg looks up, some as a condition for using CUDA at all, with nothing behind
 * them here. Whatever their arguments are. */
#define ABSENT(name)                                                                               \
  EXPORT CUresult name##_absent (void) __asm__ (#name);                                            \
  CUresult name##_absent (void)                                                                    \
  {                                                                                                \
    g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&driver.lock);             \
    CUresult result = driver_enter (#name);                                                        \
                                                                                                   \
    return result != CUDA_SUCCESS ? result : CUDA_ERROR_NOT_SUPPORTED;                             \
  }

ABSENT (cuLinkCreate)
ABSENT (cuLinkAddData)
ABSENT (cuLinkComplete)
ABSENT (cuLinkDestroy)
ABSENT (cuModuleGetGlobal)
ABSENT (cuModuleGetGlobal_v2)
ABSENT (cuSurfObjectCreate)
ABSENT (cuSurfObjectDestroy)
ABSENT (cuGraphicsResourceGetMappedPointer_v2)
ABSENT (cuImportExternalMemory)
ABSENT (cuDestroyExternalMemory)
ABSENT (cuExternalMemoryGetMappedBuffer)
ABSENT (cuExternalMemoryGetMappedMipmappedArray)
ABSENT (cuMipmappedArrayGetLevel)
ABSENT (cuMipmappedArrayDestroy)
ABSENT (cuImportExternalSemaphore)
ABSENT (cuDestroyExternalSemaphore)
ABSENT (cuSignalExternalSemaphoresAsync)
ABSENT (cuWaitExternalSemaphoresAsync)
ABSENT (cuArrayCreate_v2)
ABSENT (cuArray3DCreate_v2)
ABSENT (cuArrayDestroy)
ABSENT (cuEGLStreamProducerConnect)
ABSENT (cuEGLStreamProducerDisconnect)
ABSENT (cuEGLStreamConsumerDisconnect)
ABSENT (cuEGLStreamProducerPresentFrame)
ABSENT (cuEGLStreamProducerReturnFrame)
