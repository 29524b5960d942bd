/* bb-cpu-device.c: the pipeline on the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-cpu-device.h"

#include "bb-cpu-program.h"
#include "bb-memory.h"
#include "bb-rows.h"

#include <glib/gi18n-lib.h>
#include <time.h>
#include <unistd.h>

typedef enum { PHASE_FRAMES, PHASE_PREPARE, PHASE_COMPOSE } Phase;

/* A plan, and what each thread needs for it. */
typedef struct {
  BbPlan *plan;
  BbCpuProgram *program;
  BbCpuScratch **scratch;
  BbCpuPlanes **planes;
  BbFramePool *frames;
} Output;

struct _BbCpuDevice {
  BbDevice parent_instance;

  guint n_threads;
  char *description;
  GThreadPool *pool;
  gboolean has_threads;

  Output *outputs;
  guint n_outputs;

  /* The job at hand; workers take tasks until none is left. */
  const Output *output;
  Phase phase;
  BbBatch *in;
  BbBatch *out;
  guint n_bands;
  guint n_tasks;
  guint next_task;
  GCancellable *cancellable;
  GMutex lock;
  GCond done;
  guint n_running;
  guint64 cpu_nanoseconds;
};

G_DEFINE_FINAL_TYPE (BbCpuDevice, bb_cpu_device, BB_TYPE_DEVICE)

static void
run_task (BbCpuDevice *self, guint worker, guint task)
{
  const Output *output = self->output;
  BbCpuScratch *scratch = output->scratch[worker];
  guint i;

  switch (self->phase)
    {
    case PHASE_FRAMES:
      for (int p = 0; p < BB_N_PLANES; p++)
        bb_cpu_program_prepare (output->program, scratch, self->in->frame[task], p,
                                output->planes[worker]);
      bb_cpu_program_compose (output->program, scratch, self->in->frame[task],
                              output->planes[worker], 0, 1, self->out->frame[task]);
      if (output == &self->outputs[self->n_outputs - 1])
        g_clear_pointer (&self->in->frame[task], bb_frame_unref);
      break;
    case PHASE_PREPARE:
      i = task / BB_N_PLANES;
      bb_cpu_program_prepare (output->program, scratch, self->in->frame[i],
                              (int) (task % BB_N_PLANES), output->planes[i]);
      break;
    case PHASE_COMPOSE:
    default:
      i = task / self->n_bands;
      bb_cpu_program_compose (output->program, scratch, self->in->frame[i], output->planes[i],
                              (int) (task % self->n_bands), (int) self->n_bands,
                              self->out->frame[i]);
      break;
    }
}

static guint64
thread_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (guint64) now.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64) now.tv_nsec;
}

static void
work_cb (gpointer data, gpointer user_data)
{
  BbCpuDevice *self = user_data;
  guint worker = GPOINTER_TO_UINT (data) - 1;
  guint64 start = thread_time ();

  while (!g_cancellable_is_cancelled (self->cancellable))
    {
      guint task = (guint) g_atomic_int_add ((int *) &self->next_task, 1);

      if (task >= self->n_tasks)
        break;
      run_task (self, worker, task);
    }
  g_mutex_lock (&self->lock);
  self->cpu_nanoseconds += thread_time () - start;
  if (--self->n_running == 0)
    g_cond_signal (&self->done);
  g_mutex_unlock (&self->lock);
}

static void
run_phase (BbCpuDevice *self, Phase phase, guint n_tasks)
{
  guint n_workers = MIN (self->n_threads, n_tasks);

  self->phase = phase;
  self->n_tasks = n_tasks;
  self->next_task = 0;
  self->n_running = n_workers;
  for (guint i = 0; i < n_workers; i++)
    if (self->has_threads)
      g_thread_pool_push (self->pool, GUINT_TO_POINTER (i + 1), NULL);
    else
      work_cb (GUINT_TO_POINTER (i + 1), self);
  g_mutex_lock (&self->lock);
  while (self->n_running > 0)
    g_cond_wait (&self->done, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
clear_outputs (BbCpuDevice *self)
{
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      for (guint j = 0; j < self->n_threads; j++)
        {
          bb_cpu_scratch_free (output->scratch[j]);
          bb_cpu_planes_free (output->planes[j]);
        }
      g_free (output->scratch);
      g_free (output->planes);
      bb_cpu_program_free (output->program);
      bb_frame_pool_unref (output->frames);
      bb_plan_unref (output->plan);
    }
  g_clear_pointer (&self->outputs, g_free);
  self->n_outputs = 0;
}

static gboolean
bb_cpu_device_prepare (BbDevice *device, BbPlan *const *plans, guint n_plans, guint n_frames,
                       GError **error)
{
  BbCpuDevice *self = BB_CPU_DEVICE (device);
  Output *outputs = g_new0 (Output, n_plans);

  for (guint i = 0; i < n_plans; i++)
    {
      Output *output = &outputs[i];

      output->plan = bb_plan_ref (plans[i]);
      output->frames = bb_frame_pool_new (&plans[i]->finished);
      output->program = bb_cpu_program_new (plans[i]);
      output->scratch = g_new (BbCpuScratch *, self->n_threads);
      output->planes = g_new (BbCpuPlanes *, self->n_threads);
      for (guint j = 0; j < self->n_threads; j++)
        {
          output->scratch[j] = bb_cpu_scratch_new (output->program);
          output->planes[j] = bb_cpu_planes_new (output->program);
        }
    }
  clear_outputs (self);
  self->outputs = outputs;
  self->n_outputs = n_plans;
  return TRUE;
}

static BbBatch *
bb_cpu_device_upload (BbDevice *device, BbBatch *batch, GError **error)
{
  return batch;
}

static BbBatch *
bb_cpu_device_download (BbDevice *device, BbBatch *batch, GError **error)
{
  return batch;
}

static BbBatch *
run_output (BbCpuDevice *self, const Output *output, BbBatch *in, GError **error)
{
  g_autoptr (BbBatch) out = bb_batch_new (in->n_frames);

  for (guint i = 0; i < in->n_frames; i++)
    {
      out->frame[i] = bb_frame_pool_acquire (output->frames, error);
      if (out->frame[i] == NULL)
        return NULL;
      bb_frame_copy_props (out->frame[i], in->frame[i]);
    }
  self->output = output;
  self->in = in;
  self->out = out;
  if (in->n_frames >= self->n_threads)
    run_phase (self, PHASE_FRAMES, in->n_frames);
  else
    {
      /* Too few frames to give each thread one: share the planes, then the rows. */
      self->n_bands = 2 * self->n_threads;
      run_phase (self, PHASE_PREPARE, in->n_frames * BB_N_PLANES);
      run_phase (self, PHASE_COMPOSE, in->n_frames * self->n_bands);
    }
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return NULL;
  return g_steal_pointer (&out);
}

static gboolean
bb_cpu_device_run (BbDevice *device, BbBatch *batch, BbBatch **finished, GCancellable *cancellable,
                   GError **error)
{
  BbCpuDevice *self = BB_CPU_DEVICE (device);
  g_autoptr (BbBatch) in = batch;

  g_return_val_if_fail (self->n_outputs > 0, FALSE);

  self->cancellable = cancellable;
  for (guint i = 0; i < self->n_outputs; i++)
    {
      finished[i] = run_output (self, &self->outputs[i], in, error);
      if (finished[i] == NULL)
        {
          while (i > 0)
            g_clear_pointer (&finished[--i], bb_batch_free);
          return FALSE;
        }
    }
  return TRUE;
}

static guint
bb_cpu_device_get_chunk (BbDevice *device)
{
  /* Each thread takes a frame; two for each, so that none waits long for the others. */
  return 2 * BB_CPU_DEVICE (device)->n_threads;
}

static guint64
bb_cpu_device_get_memory_left (BbDevice *device)
{
  /* Without swapping; caches count as free. */
  guint64 bytes = bb_memory_get_left ();

  if (bytes != G_MAXUINT64)
    return bytes;
  return (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE) / 2;
}

static const char *
bb_cpu_device_get_description (BbDevice *device)
{
  return BB_CPU_DEVICE (device)->description;
}

static const char *
bb_cpu_device_get_arithmetic (BbDevice *device)
{
  /* A fused multiply-add rounds once where others round twice. */
  return bb_rows_get_lanes () > 0 ? "cpu-fma" : "cpu";
}

static double
bb_cpu_device_get_cpu_seconds (BbDevice *device)
{
  BbCpuDevice *self = BB_CPU_DEVICE (device);
  double seconds;

  g_mutex_lock (&self->lock);
  seconds = (double) self->cpu_nanoseconds * 1e-9;
  g_mutex_unlock (&self->lock);
  return seconds;
}

static void
bb_cpu_device_finalize (GObject *object)
{
  BbCpuDevice *self = BB_CPU_DEVICE (object);

  clear_outputs (self);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_free (self->description);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->done);
  G_OBJECT_CLASS (bb_cpu_device_parent_class)->finalize (object);
}

static void
bb_cpu_device_class_init (BbCpuDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  BbDeviceClass *device_class = BB_DEVICE_CLASS (klass);

  object_class->finalize = bb_cpu_device_finalize;
  device_class->prepare = bb_cpu_device_prepare;
  device_class->upload = bb_cpu_device_upload;
  device_class->run = bb_cpu_device_run;
  device_class->download = bb_cpu_device_download;
  device_class->get_chunk = bb_cpu_device_get_chunk;
  device_class->get_memory_left = bb_cpu_device_get_memory_left;
  device_class->get_description = bb_cpu_device_get_description;
  device_class->get_arithmetic = bb_cpu_device_get_arithmetic;
  device_class->get_cpu_seconds = bb_cpu_device_get_cpu_seconds;
}

static void
bb_cpu_device_init (BbCpuDevice *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->done);
}

/**
 * bb_cpu_device_new:
 * @n_threads: threads to work with; 0 is one for each processor
 *
 * Returns: (transfer full): a device that every machine has
 */
BbDevice *
bb_cpu_device_new (guint n_threads)
{
  BbCpuDevice *self = g_object_new (BB_TYPE_CPU_DEVICE, NULL);

  self->n_threads = n_threads > 0 ? n_threads : g_get_num_processors ();
  self->description = g_strdup_printf (
    /* Translators: the CPU as a device: how many threads, and which instructions, such as AVX2 */
    ngettext ("cpu (%u thread, %s)", "cpu (%u threads, %s)", self->n_threads), self->n_threads,
    bb_rows_get_isa ());
  /* Threads of its own, which step back as far as the one that opened the device. */
  self->pool = g_thread_pool_new (work_cb, self, (int) self->n_threads, TRUE, NULL);
  /* Where the system allows fewer threads, those do all the program; without any the caller's does. */
  self->has_threads = g_thread_pool_get_num_threads (self->pool) > 0;
  return BB_DEVICE (self);
}
