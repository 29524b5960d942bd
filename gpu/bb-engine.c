/* bb-engine.c: a device with the plans of the outputs of one source
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-engine.h"

#include "bb-error.h"
#include "bb-still.h"

#include <glib/gi18n-lib.h>

struct _BbEngine {
  BbDevice *device;
  BbPlan *plan[BB_ENGINE_MAX_OUTPUTS];
  guint n_outputs;
  guint batch;      /* frames that it is prepared for; 0 before */
  BbBatch *pending; /* (nullable): frames on the device, with room for a part */
  guint n_pending;
};

/**
 * bb_engine_new:
 * @device: a device, which nobody else uses from now on
 *
 * Returns: (transfer full): an engine without outputs
 */
BbEngine *
bb_engine_new (BbDevice *device)
{
  BbEngine *engine = g_new0 (BbEngine, 1);

  engine->device = g_object_ref (device);
  return engine;
}

/**
 * bb_engine_open:
 * @id: a device, as bb_devices_open() takes it
 * @error: return location for an error
 *
 * Opens a device, which takes up to seconds.
 *
 * Returns: (transfer full): an engine without outputs, or %NULL with %BB_ERROR_DEVICE
 */
BbEngine *
bb_engine_open (const char *id, GError **error)
{
  g_autoptr (BbDevice) device = bb_devices_open (id, error);

  return device != NULL ? bb_engine_new (device) : NULL;
}

/* Until bb_engine_prepare() is done, nothing can be uploaded. */
static void
clear_pending (BbEngine *engine)
{
  g_clear_pointer (&engine->pending, bb_batch_free);
  engine->n_pending = 0;
  engine->batch = 0;
}

static void
clear_outputs (BbEngine *engine)
{
  clear_pending (engine);
  while (engine->n_outputs > 0)
    g_clear_pointer (&engine->plan[--engine->n_outputs], bb_plan_unref);
}

/**
 * bb_engine_free:
 * @engine: (transfer full): an engine
 *
 * Finished frames stay valid.
 */
void
bb_engine_free (BbEngine *engine)
{
  clear_outputs (engine);
  g_object_unref (engine->device);
  g_free (engine);
}

/**
 * bb_engine_get_device:
 * @engine: an engine
 *
 * Returns: (transfer none): its device, to download or present finished frames, or to have a source
 *   decode to its memory
 */
BbDevice *
bb_engine_get_device (BbEngine *engine)
{
  return engine->device;
}

/**
 * bb_engine_set_outputs:
 * @engine: an engine
 * @source: what comes in
 * @outputs: (array length=n_outputs): what is made of each frame
 * @n_outputs: how many, 1 to %BB_ENGINE_MAX_OUTPUTS
 * @error: return location for an error
 *
 * Works out the plans. Frames that were uploaded and not run are dropped; bb_engine_prepare() comes
 * next.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID, or where a file that a recipe names cannot be read
 *   with %BB_ERROR_INPUT or %BB_ERROR_MEMORY
 */
gboolean
bb_engine_set_outputs (BbEngine *engine, const BbSourceInfo *source, const BbEngineOutput *outputs,
                       guint n_outputs, GError **error)
{
  g_return_val_if_fail (n_outputs >= 1 && n_outputs <= BB_ENGINE_MAX_OUTPUTS, FALSE);

  clear_outputs (engine);
  for (guint i = 0; i < n_outputs; i++)
    {
      g_autoptr (BbRecipe) settled = bb_device_settle (engine->device, outputs[i].recipe);

      engine->plan[i] = bb_plan_new (settled, source, &outputs[i].target, error);
      if (engine->plan[i] == NULL)
        return FALSE;
      engine->n_outputs++;
      if (!bb_still_add (engine->plan[i], settled, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * bb_engine_get_n_outputs:
 * @engine: an engine
 *
 * Returns: how many outputs it has
 */
guint
bb_engine_get_n_outputs (BbEngine *engine)
{
  return engine->n_outputs;
}

/**
 * bb_engine_get_memory_needed:
 * @engine: an engine with outputs
 * @batch: most frames of a batch
 *
 * Returns: bytes of the device's memory that its outputs take together
 */
guint64
bb_engine_get_memory_needed (BbEngine *engine, guint batch)
{
  guint64 needed = 0;

  for (guint i = 0; i < engine->n_outputs; i++)
    needed += bb_device_get_memory_needed (engine->device, engine->plan[i], batch);
  return needed;
}

/**
 * bb_engine_fit:
 * @engine: an engine with outputs
 * @batch: frames a batch that are wanted
 * @n_engines: how many of its kind share the memory that is left
 *
 * Returns: how many of them the memory left allows, with some of it left to others; 0 where not even
 *   one frame fits
 */
guint
bb_engine_fit (BbEngine *engine, guint batch, guint n_engines)
{
  guint64 left = bb_device_get_memory_left (engine->device);
  /* A GPU is there for this; the host's memory is not. */
  guint64 most = bb_device_get_memory (engine->device) != BB_MEMORY_HOST ? left / 10 * 9 : left / 2;
  guint fits = 0;
  guint least_too_many = batch + 1;

  most /= MAX (n_engines, 1);
  if (bb_engine_get_memory_needed (engine, batch) <= most)
    return batch;
  while (fits + 1 < least_too_many)
    {
      guint middle = (fits + least_too_many) / 2;

      if (bb_engine_get_memory_needed (engine, middle) <= most)
        fits = middle;
      else
        least_too_many = middle;
    }
  return fits;
}

/**
 * bb_engine_prepare:
 * @engine: an engine with outputs
 * @batch: most frames of a batch that are wanted, at least 1
 * @error: return location for an error
 *
 * Gets the device ready for batches of @batch frames, or of half as many, and so on, where its memory
 * runs out; see bb_engine_get_batch().
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_MEMORY where not even one frame fits, or %BB_ERROR_DEVICE
 */
gboolean
bb_engine_prepare (BbEngine *engine, guint batch, GError **error)
{
  g_return_val_if_fail (engine->n_outputs > 0 && batch > 0, FALSE);

  clear_pending (engine);
  while (TRUE)
    {
      GError *failure = NULL;

      if (bb_device_prepare (engine->device, engine->plan, engine->n_outputs, batch, &failure))
        break;
      if (!g_error_matches (failure, BB_ERROR, BB_ERROR_MEMORY) || batch == 1)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      g_debug ("A batch of %u: %s", batch, failure->message);
      g_error_free (failure);
      batch /= 2;
    }
  engine->batch = batch;
  engine->pending = bb_batch_new (bb_engine_get_part (engine));
  return TRUE;
}

/**
 * bb_engine_shrink:
 * @engine: an engine that is prepared
 * @error: (inout): an error of bb_engine_upload() or bb_engine_run(), which is taken where it is
 *   %BB_ERROR_MEMORY and less may do; what is left or set is why there is no going on
 *
 * Prepares the device for half as many frames. Those that were uploaded and not run are dropped, and
 * whoever has finished frames in the device's memory should give them back first.
 *
 * Returns: %TRUE where the same frames may be tried again
 */
gboolean
bb_engine_shrink (BbEngine *engine, GError **error)
{
  guint half = engine->batch / 2;

  if (!g_error_matches (*error, BB_ERROR, BB_ERROR_MEMORY) || half == 0)
    return FALSE;
  g_debug ("%s", (*error)->message);
  g_clear_error (error);
  return bb_engine_prepare (engine, half, error);
}

/**
 * bb_engine_get_batch:
 * @engine: an engine
 *
 * Returns: frames a batch that it is prepared for; 0 where it is not
 */
guint
bb_engine_get_batch (BbEngine *engine)
{
  return engine->batch;
}

/**
 * bb_engine_get_part:
 * @engine: an engine that is prepared
 *
 * Returns: the part of a batch that the device works on at once: most frames that are uploaded before
 *   bb_engine_run()
 */
guint
bb_engine_get_part (BbEngine *engine)
{
  return MIN (engine->batch, MAX (bb_device_get_chunk (engine->device), 1));
}

/**
 * bb_engine_get_n_pending:
 * @engine: an engine
 *
 * Returns: frames that were uploaded and not run
 */
guint
bb_engine_get_n_pending (BbEngine *engine)
{
  return engine->n_pending;
}

/**
 * bb_engine_upload:
 * @engine: an engine that is prepared
 * @frames: (array length=n_frames): source frames, in host memory or the device's own
 * @n_frames: how many; with those that are pending, no more than bb_engine_get_part()
 * @error: return location for an error
 *
 * Brings frames onto the device, once for all outputs. They wait there for bb_engine_run(). Where it
 * fails, none of @frames was added.
 *
 * Returns: %TRUE, or %FALSE with an error, see bb_engine_shrink()
 */
gboolean
bb_engine_upload (BbEngine *engine, BbFrame *const *frames, guint n_frames, GError **error)
{
  g_autoptr (BbBatch) some = bb_batch_new (n_frames);

  g_return_val_if_fail (
    engine->pending != NULL && engine->n_pending + n_frames <= engine->pending->n_frames, FALSE);

  for (guint i = 0; i < n_frames; i++)
    some->frame[i] = bb_frame_ref (frames[i]);
  some = bb_device_upload (engine->device, g_steal_pointer (&some), error);
  if (some == NULL)
    return FALSE;
  for (guint i = 0; i < n_frames; i++)
    engine->pending->frame[engine->n_pending++] = g_steal_pointer (&some->frame[i]);
  return TRUE;
}

/**
 * bb_engine_run:
 * @engine: an engine that is prepared
 * @finished: (out caller-allocates) (array): a batch for each output, in their order, in the device's
 *   memory
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes finished frames of those that were uploaded, none of none. Nothing is pending afterwards, also
 * where it fails.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
bb_engine_run (BbEngine *engine, BbBatch **finished, GCancellable *cancellable, GError **error)
{
  BbBatch *batch = g_steal_pointer (&engine->pending);

  g_return_val_if_fail (batch != NULL, FALSE);

  batch->n_frames = engine->n_pending;
  engine->n_pending = 0;
  engine->pending = bb_batch_new (bb_engine_get_part (engine));
  return bb_device_run (engine->device, batch, finished, cancellable, error);
}
