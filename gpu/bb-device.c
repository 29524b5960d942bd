/* bb-device.c: where the pictures are computed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-device.h"

#include "bb-error.h"
#include "bb-render.h"
#include "cpu/bb-cpu-device.h"
#include "cpu/bb-cpu-rgb.h"
#ifdef HAVE_CUDA
#include "cuda/bb-cuda-device.h"
#endif

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <unistd.h>

/* Times that a frame's memory is in use: one batch is worked on while the next one comes. */
#define FRAMES_IN_FLIGHT 2

#define NOTICE "bb-notice"

G_DEFINE_ABSTRACT_TYPE (BbDevice, bb_device, G_TYPE_OBJECT)

static void
bb_device_class_init (BbDeviceClass *klass)
{
}

static void
bb_device_init (BbDevice *self)
{
}

/**
 * bb_batch_new:
 * @n_frames: frames that it will hold
 *
 * Returns: (transfer full): a batch whose frames are yet %NULL
 */
BbBatch *
bb_batch_new (guint n_frames)
{
  BbBatch *batch = g_new0 (BbBatch, 1);

  batch->n_frames = n_frames;
  batch->frame = g_new0 (BbFrame *, n_frames);
  return batch;
}

/**
 * bb_batch_free:
 * @batch: (transfer full): a batch
 *
 * Drops the batch and its references to frames.
 */
void
bb_batch_free (BbBatch *batch)
{
  for (guint i = 0; i < batch->n_frames; i++)
    g_clear_pointer (&batch->frame[i], bb_frame_unref);
  g_free (batch->frame);
  g_free (batch);
}

static void
bb_device_info_free (gpointer data)
{
  BbDeviceInfo *info = data;

  g_free (info->id);
  g_free (info->description);
  g_free (info->problem);
  g_free (info);
}

/**
 * bb_device_info_new:
 * @id: (transfer full): what `--device` takes
 * @description: (transfer full): what it is
 * @problem: (transfer full) (nullable): why it cannot be used
 *
 * Returns: (transfer full): a member of the list of bb_device_list()
 */
BbDeviceInfo *
bb_device_info_new (char *id, char *description, char *problem)
{
  BbDeviceInfo *info = g_new (BbDeviceInfo, 1);

  *info = (BbDeviceInfo) { id, description, problem };
  return info;
}

/**
 * bb_device_list:
 *
 * Finds the devices that can run the pipeline, and those that could but for the problem that they
 * have. May take seconds, so never on a thread that draws.
 *
 * Returns: (transfer full) (element-type BbDeviceInfo): the devices, the best one first
 */
GPtrArray *
bb_device_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (bb_device_info_free);
  g_autoptr (BbDevice) cpu = bb_cpu_device_new (0, FALSE);
  BbDeviceInfo *info =
    bb_device_info_new (g_strdup ("cpu"), g_strdup (bb_device_get_description (cpu)), NULL);
  guint n_usable = 0;

#ifdef HAVE_CUDA
  bb_cuda_device_list (list);
#endif
  for (guint i = 0; i < list->len; i++)
    if (((BbDeviceInfo *) list->pdata[i])->problem == NULL)
      n_usable = i + 1;
  g_ptr_array_insert (list, (gint) n_usable, info);
  return list;
}

#ifdef HAVE_CUDA
/* The first card that works, else the processor, which says why: once, for who opens many. */
static BbDevice *
open_best (void)
{
  static gint said;
  g_autoptr (GError) error = NULL;
  BbDevice *device = bb_cuda_device_new_best (&error);

  if (device != NULL)
    return device;
  device = bb_cpu_device_new (0, FALSE);
  if (g_atomic_int_compare_and_exchange (&said, 0, 1))
    g_object_set_data_full (G_OBJECT (device), NOTICE,
                            /* Translators: %s is a sentence that says why no card does it */
                            g_strdup_printf (_("The processor does the work. %s"), error->message),
                            g_free);
  return device;
}
#endif

/**
 * bb_device_prefer:
 * @uuid: a UUID, as OpenGL (GL_DEVICE_UUID_EXT) and Vulkan have it
 *
 * Says which of several cards `auto` is, for who shows pictures: the one that draws them. Returns at
 * once; where there is no such card nothing changes.
 */
void
bb_device_prefer (const guint8 uuid[16])
{
#ifdef HAVE_CUDA
  bb_cuda_device_prefer (uuid);
#endif
}

/**
 * bb_device_open:
 * @id: `auto`, `cpu` or `cuda:N`
 * @error: return location for an error
 *
 * Opens a device. `auto` is the first card that can be used, and the processor where there is none;
 * bb_device_get_notice() tells why. Opening a card takes up to seconds, so never on a thread that
 * draws.
 *
 * Returns: (transfer full): the device, or %NULL with %BB_ERROR_DEVICE
 */
BbDevice *
bb_device_open (const char *id, GError **error)
{
  if (g_str_equal (id, "cpu"))
    return bb_cpu_device_new (0, FALSE);
#ifdef HAVE_CUDA
  if (g_str_equal (id, "auto"))
    return open_best ();
  if (g_str_has_prefix (id, "cuda:"))
    return bb_cuda_device_new (atoi (id + strlen ("cuda:")), error);
#else
  if (g_str_equal (id, "auto"))
    return bb_cpu_device_new (0, FALSE);
#endif
  g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
               _("Device “%s” is not available here: choose another one, such as the CPU"), id);
  return NULL;
}

/**
 * bb_device_settle:
 * @self: a device
 * @recipe: a recipe
 *
 * Returns: (transfer full): the same recipe with this device's batch size and precision in the place
 *   of what is automatic, under a new generation
 */
BbRecipe *
bb_device_settle (BbDevice *self, const BbRecipe *recipe)
{
  BbRecipeValues values = *bb_recipe_get (recipe);

  bb_recipe_values_settle (&values, bb_device_get_memory (self) != BB_MEMORY_HOST);
  return bb_recipe_new (&values, NULL);
}

/**
 * bb_device_prepare:
 * @self: a device
 * @plans: (array length=n_plans): what bb_device_run() will do from now on, all of one source format
 * @n_plans: how many, at least one
 * @n_frames: most frames of a batch
 * @error: return location for an error
 *
 * Allocates and computes all that the plans need, so that nothing of it happens in the loop. Batches
 * already made stay valid.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_MEMORY or %BB_ERROR_DEVICE
 */
gboolean
bb_device_prepare (BbDevice *self, BbPlan *const *plans, guint n_plans, guint n_frames, GError **error)
{
  g_return_val_if_fail (n_plans > 0, FALSE);

  return BB_DEVICE_GET_CLASS (self)->prepare (self, plans, n_plans, n_frames, error);
}

/**
 * bb_device_upload:
 * @self: a device
 * @batch: (transfer full): frames in the plan's source format, in host memory or the device's own;
 *   each is released as soon as it was read
 * @error: return location for an error
 *
 * Brings frames onto the device, once for all plans at hand, for bb_device_run(). A batch for it may be
 * put together of several that were brought one after the other.
 *
 * Returns: (transfer full): the same frames on the device, or %NULL with an error
 */
BbBatch *
bb_device_upload (BbDevice *self, BbBatch *batch, GError **error)
{
  return BB_DEVICE_GET_CLASS (self)->upload (self, batch, error);
}

/**
 * bb_device_run:
 * @self: a device that is prepared
 * @batch: (transfer full): frames of bb_device_upload(); each is released as soon as it was read
 * @finished: (out caller-allocates) (array): a batch for each plan, in their order: frames in the
 *   plan's target format, with the times of those that came in. All %NULL where it fails
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Runs the plans.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_device_run (BbDevice *self, BbBatch *batch, BbBatch **finished, GCancellable *cancellable,
               GError **error)
{
  return BB_DEVICE_GET_CLASS (self)->run (self, batch, finished, cancellable, error);
}

/**
 * bb_device_download_batch:
 * @self: a device
 * @batch: (transfer full): frames of bb_device_run()
 * @error: return location for an error
 *
 * Starts to bring finished frames to host memory, beside what the device does next.
 *
 * Returns: (transfer full): the frames in host memory, whose samples are there after
 *   bb_frame_wait(), or %NULL with an error
 */
BbBatch *
bb_device_download_batch (BbDevice *self, BbBatch *batch, GError **error)
{
  return BB_DEVICE_GET_CLASS (self)->download (self, batch, error);
}

/**
 * bb_device_download:
 * @self: a device
 * @frame: (transfer full): a finished frame
 * @error: return location for an error
 *
 * Brings a frame to host memory, and waits for it.
 *
 * Returns: (transfer full): the frame in host memory, or %NULL with an error
 */
BbFrame *
bb_device_download (BbDevice *self, BbFrame *frame, GError **error)
{
  BbBatch *batch = bb_batch_new (1);
  g_autoptr (BbBatch) out = NULL;

  batch->frame[0] = frame;
  out = bb_device_download_batch (self, batch, error);
  if (out == NULL || !bb_frame_wait (out->frame[0], error))
    return NULL;
  return g_steal_pointer (&out->frame[0]);
}

/* On the host. */
static BbPicture *
present (BbDevice *self, BbFrame *finished, GError **error)
{
  g_autoptr (BbFrame) frame = bb_device_download (self, bb_frame_ref (finished), error);
  BbPicture *picture;
  gsize size;
  guint8 *pixels;

  if (frame == NULL)
    return NULL;
  picture = bb_picture_new (frame, bb_picture_choose_format (&frame->format));
  size = picture->stride * (gsize) picture->height;
  pixels = g_malloc (size);
  bb_cpu_rgb_run (frame, picture->format, 0, picture->height, pixels, picture->stride);
  picture->pixels = g_bytes_new_take (pixels, size);
  return picture;
}

/**
 * bb_device_present:
 * @self: a device
 * @frame: a finished frame of it
 * @error: return location for an error
 *
 * Makes a picture for the screen. Its `time` and `generation` are left to the caller.
 *
 * Returns: (transfer full): a picture, or %NULL with an error
 */
BbPicture *
bb_device_present (BbDevice *self, BbFrame *frame, GError **error)
{
  if (BB_DEVICE_GET_CLASS (self)->present != NULL)
    return BB_DEVICE_GET_CLASS (self)->present (self, frame, error);
  return present (self, frame, error);
}

/**
 * bb_device_get_memory:
 * @self: a device
 *
 * Returns: where its finished frames are
 */
BbMemory
bb_device_get_memory (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->memory;
}

/**
 * bb_device_get_chunk:
 * @self: a device
 *
 * Returns: frames that it works on at once. Handing it a batch in parts of this size takes no more
 *   time and less memory than handing it over whole
 */
guint
bb_device_get_chunk (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->get_chunk (self);
}

/**
 * bb_device_get_memory_left:
 * @self: a device
 *
 * Returns: bytes that may still be allocated on it
 */
guint64
bb_device_get_memory_left (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->get_memory_left (self);
}

/**
 * bb_device_get_memory_used:
 * @self: a device
 *
 * Returns: bytes of its memory that this program uses; of the process where it has none of its own
 */
guint64
bb_device_get_memory_used (BbDevice *self)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (BB_DEVICE_GET_CLASS (self)->get_memory_used != NULL)
    return BB_DEVICE_GET_CLASS (self)->get_memory_used (self);
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", 3);
  if (g_strv_length (words) < 2)
    return 0;
  return g_ascii_strtoull (words[1], NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

/**
 * bb_device_get_memory_needed:
 * @self: a device
 * @plan: a plan
 * @n_frames: most frames of a batch
 *
 * Returns: bytes of the device's memory that the plan takes
 */
guint64
bb_device_get_memory_needed (BbDevice *self, BbPlan *plan, guint n_frames)
{
  if (BB_DEVICE_GET_CLASS (self)->get_memory_needed != NULL)
    return BB_DEVICE_GET_CLASS (self)->get_memory_needed (self, plan, n_frames);
  return (guint64) plan->frame_bytes * FRAMES_IN_FLIGHT * n_frames;
}

/**
 * bb_device_get_notice:
 * @self: a device
 *
 * Returns: (nullable): why it is not the one that its user might expect, a sentence
 */
const char *
bb_device_get_notice (BbDevice *self)
{
  return g_object_get_data (G_OBJECT (self), NOTICE);
}

/**
 * bb_device_get_seconds:
 * @self: a device
 *
 * Returns: time that the device worked so far, where it does so beside the host; negative where the
 *   calls take that time
 */
double
bb_device_get_seconds (BbDevice *self)
{
  if (BB_DEVICE_GET_CLASS (self)->get_seconds != NULL)
    return BB_DEVICE_GET_CLASS (self)->get_seconds (self);
  return -1.0;
}

/**
 * bb_device_get_description:
 * @self: a device
 *
 * Returns: what it is, for people
 */
const char *
bb_device_get_description (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->get_description (self);
}

/**
 * bb_device_get_cpu_seconds:
 * @self: a device
 *
 * Returns: processor time of the host that bb_device_run() took so far, all threads together
 */
double
bb_device_get_cpu_seconds (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->get_cpu_seconds (self);
}
