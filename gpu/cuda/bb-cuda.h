/* bb-cuda.h: the NVIDIA driver, opened at run time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include <cuda.h>
#include <cudaTypedefs.h>

G_BEGIN_DECLS

/* Each function: member, name without a version, the version whose signature the type has (what
 * cuGetProcAddress() is asked for), and the name that the library exports for it. */
#define BB_CUDA_FUNCTIONS(X)                                                                       \
  X (get_error_name, cuGetErrorName, 6000, cuGetErrorName)                                         \
  X (get_error_string, cuGetErrorString, 6000, cuGetErrorString)                                   \
  X (init, cuInit, 2000, cuInit)                                                                   \
  X (driver_get_version, cuDriverGetVersion, 2020, cuDriverGetVersion)                             \
  X (device_get_count, cuDeviceGetCount, 2000, cuDeviceGetCount)                                   \
  X (device_get, cuDeviceGet, 2000, cuDeviceGet)                                                   \
  X (device_get_name, cuDeviceGetName, 2000, cuDeviceGetName)                                      \
  X (device_total_mem, cuDeviceTotalMem, 3020, cuDeviceTotalMem_v2)                                \
  X (device_get_attribute, cuDeviceGetAttribute, 2000, cuDeviceGetAttribute)                       \
  X (primary_ctx_retain, cuDevicePrimaryCtxRetain, 7000, cuDevicePrimaryCtxRetain)                 \
  X (primary_ctx_release, cuDevicePrimaryCtxRelease, 11000, cuDevicePrimaryCtxRelease_v2)          \
  X (ctx_push_current, cuCtxPushCurrent, 4000, cuCtxPushCurrent_v2)                                \
  X (ctx_pop_current, cuCtxPopCurrent, 4000, cuCtxPopCurrent_v2)                                   \
  X (module_load_data, cuModuleLoadData, 2000, cuModuleLoadData)                                   \
  X (module_unload, cuModuleUnload, 2000, cuModuleUnload)                                          \
  X (module_get_function, cuModuleGetFunction, 2000, cuModuleGetFunction)                          \
  X (launch_kernel, cuLaunchKernel, 4000, cuLaunchKernel)                                          \
  X (stream_create, cuStreamCreate, 2000, cuStreamCreate)                                          \
  X (stream_destroy, cuStreamDestroy, 4000, cuStreamDestroy_v2)                                    \
  X (stream_synchronize, cuStreamSynchronize, 2000, cuStreamSynchronize)                           \
  X (stream_wait_event, cuStreamWaitEvent, 3020, cuStreamWaitEvent)                                \
  X (event_create, cuEventCreate, 2000, cuEventCreate)                                             \
  X (event_destroy, cuEventDestroy, 4000, cuEventDestroy_v2)                                       \
  X (event_record, cuEventRecord, 2000, cuEventRecord)                                             \
  X (event_query, cuEventQuery, 2000, cuEventQuery)                                                \
  X (event_synchronize, cuEventSynchronize, 2000, cuEventSynchronize)                              \
  X (event_elapsed_time, cuEventElapsedTime, 2000, cuEventElapsedTime)                             \
  X (mem_get_info, cuMemGetInfo, 3020, cuMemGetInfo_v2)                                            \
  X (mem_alloc, cuMemAlloc, 3020, cuMemAlloc_v2)                                                   \
  X (mem_free, cuMemFree, 3020, cuMemFree_v2)                                                      \
  X (mem_host_alloc, cuMemHostAlloc, 2020, cuMemHostAlloc)                                         \
  X (mem_free_host, cuMemFreeHost, 2000, cuMemFreeHost)                                            \
  X (memcpy_h_to_d_async, cuMemcpyHtoDAsync, 3020, cuMemcpyHtoDAsync_v2)                           \
  X (memcpy_d_to_h_async, cuMemcpyDtoHAsync, 3020, cuMemcpyDtoHAsync_v2)

/**
 * BbCuda:
 *
 * The functions of libcuda, by the driver API's names without their prefix. The library stays open
 * for the life of the process.
 */
typedef struct {
#define BB_CUDA_MEMBER(member, name, version, symbol) PFN_##name##_v##version member;
  BB_CUDA_FUNCTIONS (BB_CUDA_MEMBER)
#undef BB_CUDA_MEMBER
} BbCuda;

/** Least version of the driver API that the back end needs, as cuDriverGetVersion() has it. */
#define BB_CUDA_MIN_VERSION 12000

/** Least compute capability that the kernels are compiled for: Turing. */
#define BB_CUDA_MIN_MAJOR 7
#define BB_CUDA_MIN_MINOR 5

const BbCuda *bb_cuda_get (GError **error);
gpointer bb_cuda_find_symbol (const char *name, int version, const char *symbol);
gboolean bb_cuda_check (CUresult result, const char *what, GError **error);
char *bb_cuda_get_driver_name (void);

G_END_DECLS
