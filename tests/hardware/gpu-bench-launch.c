/* gpu-bench-launch.c: what it takes to launch the kernels of one frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One frame alone is what a control that moves waits for: by a launch for each kernel, and by a CUDA graph of them.
 */

#include "bb-test-device.h"
#include "bb-devices.h"
#include "gpu-bench.h"

#include "cuda/bb-cuda-memory.h"
#include "cuda/bb-cuda-device.h"
#include "cuda/bb-cuda-program.h"

#define ROUNDS 200

static const GpuColumn columns[] = {
  { "queue_us", "µs of the CPU to queue", 2, TRUE },
  { "us", "µs until it is finished", 2, TRUE },
  { "prepare_us", "µs to make ready", 1, TRUE },
};

typedef struct {
  BbCudaContext *context;
  BbCudaProgram *work;
  BbFrame *in;
  BbFrame *begun;
  CUgraphExec graph;
  PFN_cuGraphLaunch_v10000 graph_launch;
} Launch;

static gboolean
launch (Launch *l, GError **error)
{
  if (l->graph != NULL)
    return bb_cuda_check (l->graph_launch (l->graph, l->context->stream), "launching a graph", error);
  return bb_cuda_program_read (l->work, &l->in, &l->begun, 1, error) &&
         bb_cuda_program_compose (l->work, &l->begun, 1, error);
}

static gboolean
measure (GpuBench *bench, Launch *l, const char *label, double prepare_us, GError **error)
{
  int rounds = bench->small ? 1 : ROUNDS;
  gint64 queueing = 0;
  gint64 start = 0;

  for (int i = -rounds / 4; i < rounds; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      if (i == 0)
        {
          queueing = 0;
          start = begin;
        }
      if (!launch (l, error))
        return FALSE;
      queueing += g_get_monotonic_time () - begin;
      if (!bb_cuda_check (l->context->cuda->stream_synchronize (l->context->stream), "waiting for a frame", error))
        return FALSE;
    }
  gpu_report_row (&bench->report, label,
                  (const double[]) { (double) queueing / rounds,
                                     (double) (g_get_monotonic_time () - start) / rounds, prepare_us });
  return TRUE;
}

/* The same launches as a graph, where the driver has graphs. */
static gboolean
capture (Launch *l, GError **error)
{
  PFN_cuStreamBeginCapture_v10010 begin = (PFN_cuStreamBeginCapture_v10010) bb_cuda_find_symbol (
    "cuStreamBeginCapture", 10010, "cuStreamBeginCapture_v2");
  PFN_cuStreamEndCapture_v10000 end =
    (PFN_cuStreamEndCapture_v10000) bb_cuda_find_symbol ("cuStreamEndCapture", 10000, "cuStreamEndCapture");
  PFN_cuGraphInstantiateWithFlags_v11040 instantiate = (PFN_cuGraphInstantiateWithFlags_v11040) bb_cuda_find_symbol (
    "cuGraphInstantiateWithFlags", 11040, "cuGraphInstantiateWithFlags");
  CUgraph graph = NULL;
  CUgraphExec exec = NULL;

  l->graph_launch = (PFN_cuGraphLaunch_v10000) bb_cuda_find_symbol ("cuGraphLaunch", 10000, "cuGraphLaunch");
  if (begin == NULL || end == NULL || instantiate == NULL || l->graph_launch == NULL)
    return TRUE;
  if (!bb_cuda_check (begin (l->context->stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "beginning a graph", error) ||
      !launch (l, error) || !bb_cuda_check (end (l->context->stream, &graph), "ending a graph", error) ||
      !bb_cuda_check (instantiate (&exec, graph, 0), "making a graph ready", error))
    return FALSE;
  l->graph = exec;
  return TRUE;
}

/**
 * gpu_bench_launch:
 * @bench: what to work with
 * @error: return location for an error
 *
 * Measures what it takes to make one frame that lies in device memory.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
gpu_bench_launch (GpuBench *bench, GError **error)
{
  g_autoptr (BbDevice) device = bb_devices_open (bench->device, error);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbPlan) plan = NULL;
  g_auto (BbCudaScope) scope = NULL;
  g_autoptr (BbBatch) frames = NULL;
  g_autoptr (BbCudaProgram) work = NULL;
  g_autoptr (BbFrame) begun = NULL;
  BbRecipeValues values;
  BbFormat source;
  BbFormat target;
  Launch l = { NULL };
  gint64 start;

  if (device == NULL || !BB_IS_CUDA_DEVICE (device))
    return device != NULL;
  gpu_bench_get_sizes (bench, &source, &target);
  source.interleaved = target.interleaved = TRUE;
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  values.width = target.width;
  values.height = target.height;
  recipe = bb_recipe_new (&values, error);
  plan = recipe != NULL ? bb_test_plan_new (recipe, &source, BB_ORIENTATION_UPRIGHT, 1.0, &target, error) : NULL;
  frames = plan != NULL ? gpu_bench_make_batch (device, &source, 1, error) : NULL;
  if (frames == NULL)
    return FALSE;
  l.context = bb_cuda_device_get_context (BB_CUDA_DEVICE (device));
  scope = bb_cuda_context_enter (l.context, error);
  work = scope != NULL ? bb_cuda_program_new (l.context, plan, 1, NULL, error) : NULL;
  if (work == NULL || !bb_cuda_program_begin (&work, 1, frames->frame, 1, &begun, error))
    return FALSE;
  l.work = work;
  l.in = frames->frame[0];
  l.begun = begun;
  gpu_report_begin (&bench->report, "launch", "one frame, batch 1, in device memory", columns,
                    G_N_ELEMENTS (columns));
  if (!measure (bench, &l, "a launch for each kernel", 0.0, error))
    return FALSE;
  start = g_get_monotonic_time ();
  if (!capture (&l, error))
    return FALSE;
  if (l.graph == NULL)
    {
      gpu_report_note (&bench->report, "This driver has no graphs.");
      return TRUE;
    }
  return measure (bench, &l, "a graph", (double) (g_get_monotonic_time () - start), error);
}
