/* bb-cuda-context.c: a GPU that is open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-cuda-context.h"

#include "bb-cuda-list.h"
#include "bb-cuda-resources.h"
#include "bb-error.h"
#include "bb-phases.h"

#include <glib/gi18n-lib.h>

static const char *const kernel_names[] = {
#define BB_CUDA_KERNEL(id, name) name,
  BB_CUDA_KERNELS (BB_CUDA_KERNEL)
#undef BB_CUDA_KERNEL
};

static gboolean
load_kernels (BbCudaContext *context, GError **error)
{
  const BbCuda *cuda = context->cuda;
  g_autoptr (GBytes) fatbin =
    g_resource_lookup_data (bb_cuda_get_resource (),
                            "/io/github/blurbox/Blurbox/cuda/bb-kernels.fatbin", 0, error);

  if (fatbin == NULL ||
      !bb_cuda_check (cuda->module_load_data (&context->module, g_bytes_get_data (fatbin, NULL)),
                      N_("loading the kernels"), error))
    return FALSE;
  for (guint i = 0; i < BB_CUDA_N_KERNELS; i++)
    {
      g_autofree char *what = g_strdup_printf (_("finding the kernel %s"), kernel_names[i]);

      if (!bb_cuda_check (
            cuda->module_get_function (&context->kernel[i], context->module, kernel_names[i]), what,
            error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
open_streams (BbCudaContext *context, GError **error)
{
  CUstream *streams[] = { &context->stream, &context->upload, &context->download };

  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    if (!bb_cuda_check (context->cuda->stream_create (streams[i], CU_STREAM_NON_BLOCKING),
                        N_("making a stream"), error))
      return FALSE;
  return TRUE;
}

/**
 * bb_cuda_context_new:
 * @index: number of the GPU, from 0
 * @error: return location for an error
 *
 * Opens a GPU: takes its primary context, makes the streams and loads the kernels. Takes a second
 * on a GPU that sleeps, so never on a thread that draws.
 *
 * Returns: (transfer full): a context, or %NULL with %BB_ERROR_DEVICE or %BB_ERROR_MEMORY
 */
BbCudaContext *
bb_cuda_context_new (int index, GError **error)
{
  g_autoptr (BbCudaContext) context = NULL;
  g_auto (BbCudaScope) scope = NULL;
  const BbCuda *cuda = bb_cuda_get (error);
  BbCudaGpu gpu;
  gint64 begin;

  if (cuda == NULL || !bb_cuda_gpu_init (&gpu, index, error))
    return NULL;
  if (gpu.problem != NULL)
    {
      /* Translators: the name of a GPU, and why, a clause without a full stop */
      g_set_error (error, BB_ERROR, BB_ERROR_DEVICE, _("%s cannot be used: %s"), gpu.name,
                   gpu.problem);
      bb_cuda_gpu_clear (&gpu);
      return NULL;
    }

  context = g_new0 (BbCudaContext, 1);
  g_atomic_ref_count_init (&context->refs);
  g_mutex_init (&context->lock);
  g_queue_init (&context->idle_events);
  g_queue_init (&context->idle_blocks);
  g_queue_init (&context->spans);
  context->cuda = cuda;
  context->index = index;
  context->device = gpu.device;
  context->description = bb_cuda_gpu_describe (&gpu);
  bb_cuda_gpu_clear (&gpu);
  begin = bb_phase_begin ();
  if (!bb_cuda_check (cuda->primary_ctx_retain (&context->handle, context->device),
                      N_("opening the GPU"), error))
    {
      context->handle = NULL;
      return NULL;
    }
  scope = bb_cuda_context_enter (context, error);
  if (scope == NULL || !open_streams (context, error))
    return NULL;
  bb_phase_end (BB_PHASE_CONTEXT, begin, 0);
  begin = bb_phase_begin ();
  if (!load_kernels (context, error))
    return NULL;
  bb_phase_end (BB_PHASE_MODULE, begin, 0);
  return g_steal_pointer (&context);
}

/**
 * bb_cuda_context_ref:
 * @context: a context
 *
 * Returns: (transfer full): @context
 */
BbCudaContext *
bb_cuda_context_ref (BbCudaContext *context)
{
  g_atomic_ref_count_inc (&context->refs);
  return context;
}

static void
warn (CUresult result, const char *what)
{
  g_autoptr (GError) error = NULL;

  if (!bb_cuda_check (result, what, &error))
    g_debug ("%s", error->message);
}

/* What has to be given back is given back also after a failure: calls return those of earlier program,
 * once, so the second one tells of itself. */
static gboolean
push_to_release (BbCudaContext *context)
{
  CUresult result = context->cuda->ctx_push_current (context->handle);

  if (result != CUDA_SUCCESS)
    result = context->cuda->ctx_push_current (context->handle);
  warn (result, "entering its context");
  return result == CUDA_SUCCESS;
}

/**
 * bb_cuda_context_unref:
 * @context: (transfer full): a context
 */
void
bb_cuda_context_unref (BbCudaContext *context)
{
  if (!g_atomic_ref_count_dec (&context->refs))
    return;
  if (context->handle != NULL)
    {
      const BbCuda *cuda = context->cuda;
      CUstream streams[] = { context->stream, context->upload, context->download };

      push_to_release (context);
      for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
        if (streams[i] != NULL)
          warn (cuda->stream_synchronize (streams[i]), "waiting for the GPU");
      if (context->clear != NULL)
        context->clear (context);
      for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
        if (streams[i] != NULL)
          warn (cuda->stream_destroy (streams[i]), "closing a stream");
      if (context->module != NULL)
        warn (cuda->module_unload (context->module), "unloading the kernels");
      warn (cuda->ctx_pop_current (NULL), "closing the GPU");
      warn (cuda->primary_ctx_release (context->device), "closing the GPU");
    }
  g_mutex_clear (&context->lock);
  g_free (context->description);
  g_free (context);
}

/**
 * bb_cuda_context_enter:
 * @context: a context
 * @error: return location for an error
 *
 * Makes the context the thread's current one until the scope is left.
 *
 * Returns: a scope, or %NULL with an error
 */
BbCudaScope
bb_cuda_context_enter (BbCudaContext *context, GError **error)
{
  if (!bb_cuda_check (context->cuda->ctx_push_current (context->handle), N_("entering its context"),
                      error))
    return NULL;
  return bb_cuda_context_ref (context);
}

/**
 * bb_cuda_context_enter_to_release:
 * @context: a context
 *
 * As bb_cuda_context_enter(), for whoever gives something back and cannot fail.
 *
 * Returns: a scope, or %NULL where the GPU is lost
 */
BbCudaScope
bb_cuda_context_enter_to_release (BbCudaContext *context)
{
  return push_to_release (context) ? bb_cuda_context_ref (context) : NULL;
}

/**
 * bb_cuda_scope_clear:
 * @scope: a scope, or a pointer to %NULL
 *
 * Leaves the scope.
 */
void
bb_cuda_scope_clear (BbCudaScope *scope)
{
  if (*scope == NULL)
    return;
  warn ((*scope)->cuda->ctx_pop_current (NULL), "leaving its context");
  g_clear_pointer (scope, bb_cuda_context_unref);
}

/**
 * bb_cuda_context_launch:
 * @context: the current context
 * @kernel: a kernel
 * @grid: blocks in x, y and z
 * @block: threads of a block in x and y
 * @parameters: pointers to its parameters, which are copied
 * @error: return location for an error
 *
 * Queues a kernel on the stream of kernels.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_cuda_context_launch (BbCudaContext *context, BbCudaKernel kernel, const guint grid[3],
                        const guint block[2], void **parameters, GError **error)
{
  return bb_cuda_check (context->cuda->launch_kernel (context->kernel[kernel], grid[0], grid[1],
                                                      grid[2], block[0], block[1], 1, 0,
                                                      context->stream, parameters, NULL),
                        kernel_names[kernel], error);
}
