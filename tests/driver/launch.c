/* launch.c: modules, functions, and running a kernel's blocks on the processor's cores
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A module's image is read as far as a driver reads it before anything runs: is it a fatbin, and is there code in it
 * for the device. The kernels themselves are those linked into the driver.
 */

#include "driver.h"

#include <string.h>

#define FATBIN_MAGIC 0xba55ed50u
#define FATBIN_WRAPPER_MAGIC 0x466243b1u
#define ENTRY_PTX 1
#define ENTRY_ELF 2

typedef struct {
  guint32 magic;
  guint16 version;
  guint16 header_size;
  guint64 size;
} FatbinHeader;

typedef struct {
  guint16 kind;
  guint16 version;
  guint32 header_size;
  guint64 size;
  guint32 compressed_size;
  guint32 options;
  guint16 minor;
  guint16 major;
  guint32 architecture;
} FatbinEntry;

typedef struct {
  Handle handle;
  GHashTable *functions;
} Module;

typedef struct {
  Handle handle;
  Module *module;
  const Kernel *kernel;
  int attribute[CU_FUNC_ATTRIBUTE_MAX];
} Function;

typedef struct {
  const Kernel *kernel;
  const Module *module;
  KernelIndex grid;
  KernelIndex block;
  guint64 n_blocks;
  guint64 next;
  unsigned int seed;
  void **params;
  guint8 *values;
} Launch;

static GMutex pool_lock;
static GCond pool_wake;
static GCond pool_done;
static Launch *pool_launch;
static guint pool_round;
static guint pool_busy;
static guint pool_threads;

static void
run_blocks (Launch *launch)
{
  guint64 n;

  memory_in_kernel (TRUE);
  while ((n = __atomic_fetch_add (&launch->next, 1, __ATOMIC_RELAXED)) < launch->n_blocks)
    {
      KernelIndex at = { (unsigned int) (n % launch->grid.x),
                         (unsigned int) (n / launch->grid.x % launch->grid.y),
                         (unsigned int) (n / launch->grid.x / launch->grid.y) };

      kernel_set_block (launch->grid, launch->block, at);
      if (launch->kernel->barriers)
        fiber_run_block (launch->kernel, launch->params, launch->block,
                         launch->seed != 0 ? launch->seed + (unsigned int) n : 0);
      else
        launch->kernel->run_block (launch->params);
    }
  memory_in_kernel (FALSE);
}

static gpointer
work_cb (gpointer data)
{
  guint round = 0;

  g_mutex_lock (&pool_lock);
  for (;;)
    {
      Launch *launch;

      while (pool_round == round)
        g_cond_wait (&pool_wake, &pool_lock);
      round = pool_round;
      launch = pool_launch;
      if (launch == NULL)
        continue;
      pool_busy++;
      g_mutex_unlock (&pool_lock);
      run_blocks (launch);
      g_mutex_lock (&pool_lock);
      if (--pool_busy == 0)
        g_cond_signal (&pool_done);
    }
  return NULL;
}

static void
run_launch (Op *op)
{
  Launch *launch = op->data;

  record_launch (launch->kernel, launch->params, launch->grid, launch->block);
  memory_begin_kernel (launch->kernel->name);
  g_mutex_lock (&pool_lock);
  while (pool_threads + 1 < driver.n_threads)
    {
      g_thread_unref (g_thread_new ("driver", work_cb, NULL));
      pool_threads++;
    }
  pool_launch = launch;
  pool_round++;
  g_cond_broadcast (&pool_wake);
  g_mutex_unlock (&pool_lock);
  run_blocks (launch);
  g_mutex_lock (&pool_lock);
  pool_launch = NULL;
  while (pool_busy > 0)
    g_cond_wait (&pool_done, &pool_lock);
  g_mutex_unlock (&pool_lock);
  g_mutex_lock (&driver.lock);
  memory_end_kernel ();
  g_mutex_unlock (&driver.lock);
}

/* Whether a kernel of @module is still to run. */
gboolean
launch_is_pending (gconstpointer module)
{
  for (guint i = 0; i < driver.contexts->len; i++)
    {
      const Context *context = g_ptr_array_index (driver.contexts, i);

      for (guint j = 0; j < context->streams->len; j++)
        {
          const Stream *stream = g_ptr_array_index (context->streams, j);

          for (const GList *at = stream->queue.head; at != NULL; at = at->next)
            {
              const Op *op = at->data;

              if (op->run == run_launch && ((const Launch *) op->data)->module == module)
                return TRUE;
            }
        }
    }
  return FALSE;
}

static void
free_launch (gpointer data)
{
  Launch *launch = data;

  g_free (launch->params);
  g_free (launch->values);
  g_free (launch);
}

/* Whether a device of the driver's capability can run what is in the fatbin at @image. */
static CUresult
check_image (const void *image)
{
  const guint8 *at = image;
  FatbinHeader header;
  guint32 magic;
  guint64 left;

  memcpy (&magic, at, sizeof magic);
  if (magic == FATBIN_WRAPPER_MAGIC)
    {
      memcpy (&at, at + 8, sizeof at);
      memcpy (&magic, at, sizeof magic);
    }
  if (magic != FATBIN_MAGIC)
    return CUDA_ERROR_INVALID_IMAGE;
  memcpy (&header, at, sizeof header);
  at += header.header_size;
  for (left = header.size; left >= sizeof (FatbinEntry);)
    {
      FatbinEntry entry;
      int device = driver.major * 10 + driver.minor;
      int code;

      memcpy (&entry, at, sizeof entry);
      if (entry.header_size < sizeof entry || entry.size > left - entry.header_size)
        return CUDA_ERROR_INVALID_IMAGE;
      code = (int) entry.architecture;
      /* PTX is compiled for anything newer; machine code runs on its own generation only. */
      if ((entry.kind == ENTRY_PTX && code <= device) ||
          (entry.kind == ENTRY_ELF && code <= device && code / 10 == device / 10))
        return CUDA_SUCCESS;
      at += entry.header_size + entry.size;
      left -= entry.header_size + entry.size;
    }
  return CUDA_ERROR_NO_BINARY_FOR_GPU;
}

static CUresult
load (CUmodule *handle, const void *image, Context *context)
{
  Module *module;
  CUresult result;

  if (handle == NULL || image == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  result = check_image (image);
  if (result != CUDA_SUCCESS)
    return result;
  module = handle_new (KIND_MODULE, sizeof (Module), context);
  module->functions = g_hash_table_new (g_str_hash, g_str_equal);
  *handle = (CUmodule) module;
  return CUDA_SUCCESS;
}

CUresult
cuModuleLoadData (CUmodule *handle, const void *image)
{
  API_CONTEXT;
  return load (handle, image, context);
}

CUresult
cuModuleLoadDataEx (CUmodule *handle, const void *image, unsigned int n, CUjit_option *options,
                    void **values)
{
  API_CONTEXT;
  return load (handle, image, context);
}

CUresult
cuModuleLoadFatBinary (CUmodule *handle, const void *image)
{
  API_CONTEXT;
  return load (handle, image, context);
}

CUresult
cuModuleUnload (CUmodule handle)
{
  Module *module;
  GHashTableIter iter;
  gpointer function;

  API_RELEASE;
  module = handle_get (handle, KIND_MODULE, __func__);
  if (module == NULL || module->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  /* Whether real drivers wait is nowhere said. */
  if (launch_is_pending (module))
    driver_die ("cuModuleUnload while a kernel of the module (handle %u) is not done",
                module->handle.serial);
  g_hash_table_iter_init (&iter, module->functions);
  while (g_hash_table_iter_next (&iter, NULL, &function))
    handle_destroy (function);
  handle_destroy (module);
  return result;
}

CUresult
cuModuleGetFunction (CUfunction *handle, CUmodule module_handle, const char *name)
{
  Module *module;
  Function *function;

  API_CONTEXT;
  module = handle_get (module_handle, KIND_MODULE, __func__);
  if (module == NULL || module->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  if (handle == NULL || name == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  function = g_hash_table_lookup (module->functions, name);
  for (guint i = 0; function == NULL && driver_kernels[i] != NULL; i++)
    if (g_str_equal (driver_kernels[i]->name, name))
      {
        function = handle_new (KIND_FUNCTION, sizeof (Function), context);
        function->module = module;
        function->kernel = driver_kernels[i];
        function->attribute[CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK] = 1024;
        function->attribute[CU_FUNC_ATTRIBUTE_NUM_REGS] = 32;
        function->attribute[CU_FUNC_ATTRIBUTE_PTX_VERSION] = 75;
        function->attribute[CU_FUNC_ATTRIBUTE_BINARY_VERSION] = driver.major * 10 + driver.minor;
        function->attribute[CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES] = 48 << 10;
        g_hash_table_insert (module->functions, (gpointer) driver_kernels[i]->name, function);
      }
  if (function == NULL)
    return CUDA_ERROR_NOT_FOUND;
  *handle = (CUfunction) function;
  return CUDA_SUCCESS;
}

CUresult
cuFuncGetAttribute (int *value, CUfunction_attribute attribute, CUfunction handle)
{
  Function *function;

  API_CONTEXT;
  function = handle_get (handle, KIND_FUNCTION, __func__);
  if (function == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (value == NULL || (int) attribute < 0 || attribute >= CU_FUNC_ATTRIBUTE_MAX)
    return CUDA_ERROR_INVALID_VALUE;
  *value = function->attribute[attribute];
  return CUDA_SUCCESS;
}

CUresult
cuFuncSetAttribute (CUfunction handle, CUfunction_attribute attribute, int value)
{
  Function *function;

  API_CONTEXT;
  function = handle_get (handle, KIND_FUNCTION, __func__);
  if (function == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES &&
      attribute != CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT)
    return CUDA_ERROR_INVALID_VALUE;
  function->attribute[attribute] = value;
  return CUDA_SUCCESS;
}

CUresult
cuFuncSetCacheConfig (CUfunction handle, CUfunc_cache config)
{
  API_CONTEXT;
  return handle_get (handle, KIND_FUNCTION, __func__) == NULL ? CUDA_ERROR_INVALID_HANDLE
                                                              : CUDA_SUCCESS;
}

CUresult
cuFuncGetName (const char **name, CUfunction handle)
{
  Function *function;

  API_CONTEXT;
  function = handle_get (handle, KIND_FUNCTION, __func__);
  if (function == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  *name = function->kernel->name;
  return CUDA_SUCCESS;
}

CUresult
cuOccupancyMaxActiveBlocksPerMultiprocessor (int *n_blocks, CUfunction handle, int block_size,
                                             size_t shared)
{
  API_CONTEXT;
  if (handle_get (handle, KIND_FUNCTION, __func__) == NULL)
    return CUDA_ERROR_INVALID_HANDLE;
  if (n_blocks == NULL || block_size <= 0)
    return CUDA_ERROR_INVALID_VALUE;
  *n_blocks = MIN (24, 1536 / block_size);
  return CUDA_SUCCESS;
}

/* Copies the values of the parameters: a launch does not look at them again. */
static CUresult
take_params (Launch *launch, void **params, void **extra)
{
  const Kernel *kernel = launch->kernel;
  const guint8 *buffer = NULL;
  gsize buffer_size = 0;
  gsize total = 0;
  gsize packed = 0;

  if (extra != NULL)
    {
      for (gsize i = 0; extra[i] != CU_LAUNCH_PARAM_END; i += 2)
        if (extra[i] == CU_LAUNCH_PARAM_BUFFER_POINTER)
          buffer = extra[i + 1];
        else if (extra[i] == CU_LAUNCH_PARAM_BUFFER_SIZE)
          buffer_size = *(gsize *) extra[i + 1];
        else
          return CUDA_ERROR_INVALID_VALUE;
    }
  if ((params != NULL && buffer != NULL) ||
      (params == NULL && buffer == NULL && kernel->n_params > 0))
    return CUDA_ERROR_INVALID_VALUE;
  for (gsize i = 0; i < kernel->n_params; i++)
    total += kernel->size[i] + 64;
  launch->values = g_malloc0 (total + 64);
  launch->params = g_new0 (void *, kernel->n_params + 1);
  total = 0;
  for (gsize i = 0; i < kernel->n_params; i++)
    {
      gsize align = MAX (kernel->align[i], 16);

      packed = (packed + kernel->align[i] - 1) & ~(kernel->align[i] - 1);
      if (params != NULL ? params[i] == NULL : packed + kernel->size[i] > buffer_size)
        return CUDA_ERROR_INVALID_VALUE;
      total =
        (((gsize) launch->values + total + align - 1) & ~(align - 1)) - (gsize) launch->values;
      launch->params[i] = launch->values + total;
      memcpy (launch->params[i], params != NULL ? params[i] : buffer + packed, kernel->size[i]);
      packed += kernel->size[i];
      total += kernel->size[i];
    }
  return CUDA_SUCCESS;
}

/* The memory that the values of the parameters name, as far as it can be seen there. */
static void
find_uses (const Launch *launch, Op *op)
{
  for (gsize i = 0; i < launch->kernel->n_params; i++)
    for (gsize at = 0; at + sizeof (gpointer) <= launch->kernel->size[i]; at += sizeof (gpointer))
      {
        gconstpointer address;
        const Memory *memory;

        memcpy (&address, (guint8 *) launch->params[i] + at, sizeof address);
        memory = memory_find (address);
        if (memory != NULL)
          op_use (op, memory->address, memory->size, TRUE);
      }
}

CUresult
cuLaunchKernel (CUfunction handle, unsigned int grid_x, unsigned int grid_y, unsigned int grid_z,
                unsigned int block_x, unsigned int block_y, unsigned int block_z,
                unsigned int shared, CUstream stream_handle, void **params, void **extra)
{
  Function *function;
  Stream *stream;
  Launch *launch;
  Op *op;

  API_CONTEXT;
  result = stream_get (stream_handle, &stream, context, __func__);
  if (result != CUDA_SUCCESS)
    return result;
  function = handle_get (handle, KIND_FUNCTION, __func__);
  if (function == NULL || function->handle.context != context)
    return CUDA_ERROR_INVALID_HANDLE;
  if (grid_x == 0 || grid_y == 0 || grid_z == 0 || block_x == 0 || block_y == 0 || block_z == 0 ||
      grid_x > G_MAXINT || grid_y > 65535 || grid_z > 65535 || block_x > 1024 || block_y > 1024 ||
      block_z > 64 || block_x * block_y * block_z > 1024)
    return CUDA_ERROR_INVALID_VALUE;
  if (shared > (unsigned int) function->attribute[CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES])
    return CUDA_ERROR_INVALID_VALUE;
  if (shared > 0)
    driver_die (
      "cuLaunchKernel: %s wants shared memory of a size given at its launch, which is not there",
      function->kernel->name);
  launch = g_new0 (Launch, 1);
  launch->kernel = function->kernel;
  launch->module = function->module;
  launch->grid = (KernelIndex) { grid_x, grid_y, grid_z };
  launch->block = (KernelIndex) { block_x, block_y, block_z };
  launch->n_blocks = (guint64) grid_x * grid_y * grid_z;
  launch->seed = driver.order != NULL ? g_rand_int (driver.order) | 1 : 0;
  result = take_params (launch, params, extra);
  if (result != CUDA_SUCCESS)
    {
      free_launch (launch);
      return result;
    }
  op = op_new (launch->kernel->name, run_launch, launch, free_launch);
  find_uses (launch, op);
  op_queue (op, stream);
  driver_count_launch (function->kernel->name);
  return CUDA_SUCCESS;
}

/* FFmpeg looks for these, and calls neither. */
CUresult
cuTexObjectCreate (CUtexObject *object, const CUDA_RESOURCE_DESC *resource,
                   const CUDA_TEXTURE_DESC *description, const CUDA_RESOURCE_VIEW_DESC *view)
{
  return CUDA_ERROR_NOT_SUPPORTED;
}

CUresult
cuTexObjectDestroy (CUtexObject object)
{
  return CUDA_ERROR_NOT_SUPPORTED;
}
