/* bb-device.c: where the pictures are computed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-device.h"

#include "bb-error.h"
#include "cpu/bb-cpu-rgb.h"

#include <unistd.h>

/* Times that a frame's memory is in use: one batch is worked on while the next one comes. */
#define FRAMES_IN_FLIGHT 2

typedef struct {
  char *notice;
} BbDevicePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BbDevice, bb_device, G_TYPE_OBJECT)

static void
bb_device_finalize (GObject *object)
{
  BbDevicePrivate *priv = bb_device_get_instance_private (BB_DEVICE (object));

  g_free (priv->notice);
  G_OBJECT_CLASS (bb_device_parent_class)->finalize (object);
}

static void
bb_device_class_init (BbDeviceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_device_finalize;
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
bb_device_prepare (BbDevice *self, BbPlan *const *plans, guint n_plans, guint n_frames,
                   GError **error)
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
present (BbDevice *self, BbFrame *finished, const BbPresentOptions *options, GError **error)
{
  g_autoptr (BbFrame) frame = bb_device_download (self, bb_frame_ref (finished), error);
  BbPicture *picture;
  gsize size;
  guint8 *pixels;

  if (frame == NULL)
    return NULL;
  picture = bb_picture_new (frame, bb_picture_choose_format (&frame->format, options));
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
 * @options: (nullable): what is shown as it is
 * @error: return location for an error
 *
 * Makes a picture for the screen. Its `time` and `generation` are left to the caller.
 *
 * Returns: (transfer full): a picture, or %NULL with an error
 */
BbPicture *
bb_device_present (BbDevice *self, BbFrame *frame, const BbPresentOptions *options, GError **error)
{
  if (BB_DEVICE_GET_CLASS (self)->present != NULL)
    return BB_DEVICE_GET_CLASS (self)->present (self, frame, options, error);
  return present (self, frame, options, error);
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
  BbDevicePrivate *priv = bb_device_get_instance_private (self);

  return priv->notice;
}

/**
 * bb_device_set_notice:
 * @self: a device
 * @notice: (transfer full): see bb_device_get_notice()
 */
void
bb_device_set_notice (BbDevice *self, char *notice)
{
  BbDevicePrivate *priv = bb_device_get_instance_private (self);

  g_free (priv->notice);
  priv->notice = notice;
}

/**
 * bb_device_get_media:
 * @self: a device
 *
 * Returns: (nullable): what FFmpeg needs to decode to its memory and encode from there; %NULL where that
 *   is the host's
 */
const BbDeviceMedia *
bb_device_get_media (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->media;
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
 * bb_device_get_arithmetic:
 * @self: a device
 *
 * Returns: name of its arithmetic, such as `cpu-fma`: devices of the same one make the same bytes of
 *   the same frames
 */
const char *
bb_device_get_arithmetic (BbDevice *self)
{
  return BB_DEVICE_GET_CLASS (self)->get_arithmetic (self);
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
