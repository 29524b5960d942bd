/* bb-cuda-device.c: the pipeline on an NVIDIA GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-cuda-device.h"

#include "bb-cuda-deinterlace.h"
#include "bb-cuda-ffmpeg.h"
#include "bb-cuda-list.h"
#include "bb-cuda-memory.h"
#include "bb-cuda-picture.h"
#include "bb-cuda-program.h"
#include "bb-error.h"
#include "bb-device-info.h"

#include <glib/gi18n-lib.h>
#include <time.h>

struct _BbCudaDevice {
  BbDevice parent_instance;

  BbCudaContext *context;
  GPtrArray *programs; /* of BbCudaProgram, one for each plan */
  GPtrArray
    *registered; /* of BbCudaPool, (nullable), for each plan: buffers of finished frames that an
                     * encoder may know */
  guint64 cpu_nanoseconds;
};

G_DEFINE_FINAL_TYPE (BbCudaDevice, bb_cuda_device, BB_TYPE_DEVICE)

static AVBufferRef *
new_context (BbDevice *device, GError **error)
{
  return bb_cuda_ffmpeg_new_device (BB_CUDA_DEVICE (device)->context, error);
}

static AVBufferRef *
new_frames (BbDevice *device, const BbFormat *format, GError **error)
{
  return bb_cuda_ffmpeg_new_frames (BB_CUDA_DEVICE (device)->context, format, error);
}

static const BbDeviceMedia media = {
  .new_context = new_context,
  .new_frames = new_frames,
  .wrap = bb_cuda_ffmpeg_wrap,
  .deinterlacer_new = bb_cuda_deinterlace_new,
  .deinterlacer_run = bb_cuda_deinterlace_run,
  .deinterlacer_free = bb_cuda_deinterlace_free,
};

static guint64
thread_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (guint64) now.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64) now.tv_nsec;
}

/* The plans' memory serves again. */
static void
retire_programs (BbCudaDevice *self)
{
  gsize n_programs;
  g_autofree gpointer *programs = g_ptr_array_steal (self->programs, &n_programs);

  for (guint i = 0; i < n_programs; i++)
    {
      BbCudaPool *registered = bb_cuda_program_retire (programs[i]);

      if (self->registered->len <= i)
        g_ptr_array_set_size (self->registered, (gint) i + 1);
      if (registered != NULL)
        {
          bb_cuda_pool_unref (self->registered->pdata[i], self->context, NULL);
          self->registered->pdata[i] = registered;
        }
    }
}

static gboolean
bb_cuda_device_prepare (BbDevice *device, BbPlan *const *plans, guint n_plans, guint n_frames,
                        GError **error)
{
  BbCudaDevice *self = BB_CUDA_DEVICE (device);
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (self->context, error);

  if (scope == NULL)
    return FALSE;
  retire_programs (self);
  for (guint i = 0; i < n_plans; i++)
    {
      BbCudaPool *registered = i < self->registered->len ? self->registered->pdata[i] : NULL;
      BbCudaProgram *program =
        bb_cuda_program_new (self->context, plans[i], MAX (n_frames, 1), registered, error);

      if (program == NULL)
        {
          g_ptr_array_set_size (self->programs, 0);
          bb_cuda_memory_trim (self->context);
          return FALSE;
        }
      g_ptr_array_add (self->programs, program);
    }
  return TRUE;
}

static BbBatch *
bb_cuda_device_upload (BbDevice *device, BbBatch *batch, GError **error)
{
  BbCudaDevice *self = BB_CUDA_DEVICE (device);
  g_autoptr (BbBatch) in = batch;
  g_autoptr (BbBatch) out = bb_batch_new (in->n_frames);
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (self->context, error);
  guint64 start = thread_time ();
  gboolean done;

  g_return_val_if_fail (self->programs->len > 0, NULL);

  done = scope != NULL &&
         bb_cuda_program_begin ((BbCudaProgram *const *) self->programs->pdata, self->programs->len,
                                in->frame, in->n_frames, out->frame, error);
  self->cpu_nanoseconds += thread_time () - start;
  return done ? g_steal_pointer (&out) : NULL;
}

/* What all frames of a batch were made with. */
static BbCudaProgram *
find_program (BbCudaDevice *self, const BbBatch *batch, gboolean finished, GError **error)
{
  BbCudaProgram *program = NULL;

  for (guint i = 0; i < batch->n_frames; i++)
    {
      BbCudaOwner *owner = bb_cuda_frame_get_owner (batch->frame[i]);

      if (owner == NULL || owner->program->context != self->context ||
          (program != NULL && owner->program != program) || (owner->ready != NULL) != finished)
        {
          g_set_error_literal (error, BB_ERROR, BB_ERROR_INVALID,
                               "These frames are not of one plan and one GPU: upload them first");
          return NULL;
        }
      program = owner->program;
    }
  return program;
}

/* Takes the frames of the next plan from those of @batch; %NULL where there is none. */
static BbBatch *
take_next (const BbBatch *batch)
{
  g_autoptr (BbBatch) next = NULL;

  if (bb_cuda_frame_get_owner (batch->frame[0])->next == NULL)
    return NULL;
  next = bb_batch_new (batch->n_frames);
  for (guint i = 0; i < batch->n_frames; i++)
    next->frame[i] = g_steal_pointer (&bb_cuda_frame_get_owner (batch->frame[i])->next);
  return g_steal_pointer (&next);
}

static gboolean
finish_all (BbCudaDevice *self, BbBatch *batch, BbBatch **finished, GError **error)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (self->context, error);
  BbBatch *next = g_steal_pointer (&batch);

  for (guint i = 0; next != NULL; i++)
    {
      BbCudaProgram *program = scope != NULL ? find_program (self, next, FALSE, error) : NULL;

      finished[i] = g_steal_pointer (&next);
      if (program == NULL || !bb_cuda_program_finish (program, finished[i], error))
        {
          for (guint j = 0; j <= i; j++)
            g_clear_pointer (&finished[j], bb_batch_free);
          return FALSE;
        }
      next = take_next (finished[i]);
    }
  return TRUE;
}

static gboolean
bb_cuda_device_run (BbDevice *device, BbBatch *batch, BbBatch **finished, GCancellable *cancellable,
                    GError **error)
{
  BbCudaDevice *self = BB_CUDA_DEVICE (device);
  g_autoptr (BbBatch) in = batch;
  guint64 start = thread_time ();
  gboolean done;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (in->n_frames == 0)
    {
      for (guint i = 0; i < self->programs->len; i++)
        finished[i] = bb_batch_new (0);
      return TRUE;
    }
  done = finish_all (self, g_steal_pointer (&in), finished, error);
  self->cpu_nanoseconds += thread_time () - start;
  return done;
}

static BbBatch *
bb_cuda_device_download (BbDevice *device, BbBatch *batch, GError **error)
{
  BbCudaDevice *self = BB_CUDA_DEVICE (device);
  g_autoptr (BbBatch) in = batch;
  BbCudaProgram *program = find_program (self, in, TRUE, error);
  g_auto (BbCudaScope) scope = NULL;

  if (program == NULL)
    return NULL;
  scope = bb_cuda_context_enter (self->context, error);
  return scope != NULL ? bb_cuda_program_download (program, in, error) : NULL;
}

static BbPicture *
bb_cuda_device_present (BbDevice *device, BbFrame *frame, const BbPresentOptions *options,
                        GError **error)
{
  BbCudaDevice *self = BB_CUDA_DEVICE (device);
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (self->context, error);

  return scope != NULL ? bb_cuda_picture_new (self->context, frame, options, error) : NULL;
}

static guint
bb_cuda_device_get_chunk (BbDevice *device)
{
  return G_MAXUINT;
}

static guint64
bb_cuda_device_get_memory_left (BbDevice *device)
{
  return bb_cuda_context_get_memory_left (BB_CUDA_DEVICE (device)->context);
}

static guint64
bb_cuda_device_get_memory_used (BbDevice *device)
{
  return bb_cuda_context_get_memory_used (BB_CUDA_DEVICE (device)->context);
}

static guint64
bb_cuda_device_get_memory_needed (BbDevice *device, BbPlan *plan, guint n_frames)
{
  BbCudaTables tables;
  guint64 size;

  bb_cuda_tables_init (&tables, plan);
  size = tables.size;
  bb_cuda_tables_clear (&tables, BB_CUDA_DEVICE (device)->context, NULL);
  return size + bb_cuda_program_get_memory (plan, n_frames, TRUE);
}

static const char *
bb_cuda_device_get_description (BbDevice *device)
{
  return BB_CUDA_DEVICE (device)->context->description;
}

static const char *
bb_cuda_device_get_arithmetic (BbDevice *device)
{
  return "cuda";
}

static double
bb_cuda_device_get_cpu_seconds (BbDevice *device)
{
  return (double) BB_CUDA_DEVICE (device)->cpu_nanoseconds * 1e-9;
}

static double
bb_cuda_device_get_seconds (BbDevice *device)
{
  return bb_cuda_context_get_busy_seconds (BB_CUDA_DEVICE (device)->context);
}

static void
bb_cuda_device_finalize (GObject *object)
{
  BbCudaDevice *self = BB_CUDA_DEVICE (object);

  g_ptr_array_unref (self->programs);
  for (guint i = 0; i < self->registered->len; i++)
    if (self->registered->pdata[i] != NULL)
      {
        g_auto (BbCudaScope) scope = bb_cuda_context_enter_to_release (self->context);

        bb_cuda_pool_unref (self->registered->pdata[i], self->context, NULL);
      }
  g_ptr_array_unref (self->registered);
  g_clear_pointer (&self->context, bb_cuda_context_unref);
  G_OBJECT_CLASS (bb_cuda_device_parent_class)->finalize (object);
}

static void
bb_cuda_device_class_init (BbCudaDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  BbDeviceClass *device_class = BB_DEVICE_CLASS (klass);

  object_class->finalize = bb_cuda_device_finalize;
  device_class->memory = BB_MEMORY_DEVICE;
  device_class->media = &media;
  device_class->prepare = bb_cuda_device_prepare;
  device_class->upload = bb_cuda_device_upload;
  device_class->run = bb_cuda_device_run;
  device_class->download = bb_cuda_device_download;
  device_class->present = bb_cuda_device_present;
  device_class->get_chunk = bb_cuda_device_get_chunk;
  device_class->get_memory_left = bb_cuda_device_get_memory_left;
  device_class->get_memory_used = bb_cuda_device_get_memory_used;
  device_class->get_memory_needed = bb_cuda_device_get_memory_needed;
  device_class->get_description = bb_cuda_device_get_description;
  device_class->get_arithmetic = bb_cuda_device_get_arithmetic;
  device_class->get_cpu_seconds = bb_cuda_device_get_cpu_seconds;
  device_class->get_seconds = bb_cuda_device_get_seconds;
}

static void
bb_cuda_device_init (BbCudaDevice *self)
{
  self->programs = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_cuda_program_unref);
  self->registered = g_ptr_array_new ();
}

/**
 * bb_cuda_device_new:
 * @index: number of a GPU, from 0
 * @error: return location for an error
 *
 * Opens a GPU, which takes up to seconds.
 *
 * Returns: (transfer full): a device, or %NULL with %BB_ERROR_DEVICE or %BB_ERROR_MEMORY
 */
BbDevice *
bb_cuda_device_new (int index, GError **error)
{
  g_autoptr (BbCudaContext) context = bb_cuda_context_new (index, error);
  BbCudaDevice *self;

  if (context == NULL)
    return NULL;
  self = g_object_new (BB_TYPE_CUDA_DEVICE, NULL);
  self->context = g_steal_pointer (&context);
  return BB_DEVICE (self);
}

/**
 * bb_cuda_device_prefer:
 * @uuid: a GPU's UUID
 *
 * Says which GPU bb_cuda_device_new_best() tries first. Returns at once.
 */
void
bb_cuda_device_prefer (const guint8 uuid[16])
{
  bb_cuda_prefer_gpu (uuid);
}

/**
 * bb_cuda_device_new_best:
 * @error: return location for an error
 *
 * Opens the GPU of bb_cuda_device_prefer(), else the first that can be used; the driver has them in
 * the order of their speed.
 *
 * Returns: (transfer full): a device, or %NULL with %BB_ERROR_DEVICE: why the first one cannot be
 *   used
 */
BbDevice *
bb_cuda_device_new_best (GError **error)
{
  g_autoptr (GError) first = NULL;
  int n = bb_cuda_count_gpus (error);
  int preferred = bb_cuda_find_preferred_gpu ();

  for (int i = preferred >= 0 ? -1 : 0; i < n; i++)
    {
      BbDevice *device = bb_cuda_device_new (i < 0 ? preferred : i, first == NULL ? &first : NULL);

      if (device != NULL)
        return device;
    }
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

/**
 * bb_cuda_device_get_context:
 * @self: a device
 *
 * Returns: (transfer none): its GPU
 */
BbCudaContext *
bb_cuda_device_get_context (BbCudaDevice *self)
{
  return self->context;
}

/**
 * bb_cuda_device_list:
 * @list: (element-type BbDeviceInfo): where the GPUs are added
 *
 * Lists all GPUs, also those that cannot be used, with the reason; without a driver, the reason
 * alone.
 */
void
bb_cuda_device_list (GPtrArray *list)
{
  g_autoptr (GError) error = NULL;
  int n = bb_cuda_count_gpus (&error);

  if (n < 0)
    g_ptr_array_add (list, bb_device_info_new (g_strdup ("cuda"), g_strdup (_ ("NVIDIA GPU")),
                                               g_strdup (error->message)));
  for (int i = 0; i < n; i++)
    {
      BbCudaGpu gpu;
      g_autoptr (GError) problem = NULL;
      char *id = g_strdup_printf ("cuda:%d", i);

      if (bb_cuda_gpu_init (&gpu, i, &problem))
        g_ptr_array_add (
          list, bb_device_info_new (id, bb_cuda_gpu_describe (&gpu), g_strdup (gpu.problem)));
      else
        g_ptr_array_add (
          list, bb_device_info_new (id, g_strdup (_ ("NVIDIA GPU")), g_strdup (problem->message)));
      bb_cuda_gpu_clear (&gpu);
    }
}
