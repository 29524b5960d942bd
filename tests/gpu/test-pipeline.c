/* test-pipeline.c: frames from a source through an engine to a consumer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On a device that computes nothing, and whose memory runs out when it is told to.
 */

#include "bb-error.h"
#include "bb-pipeline.h"

#define N_FRAMES 9
#define BATCH 4

/* Microseconds: how long a device that does not wait has for doing what it must not. */
#define A_WHILE (G_USEC_PER_SEC / 5)

#define TEST_TYPE_DEVICE (test_device_get_type ())
G_DECLARE_FINAL_TYPE (TestDevice, test_device, TEST, DEVICE, BbDevice)

struct _TestDevice {
  BbDevice parent_instance;
  BbPlan *plan[BB_ENGINE_MAX_OUTPUTS];
  guint n_plans;
  guint full_at; /* the frame whose upload fails the first time; 0: none does */

  GMutex lock;
  GCond changed;
  guint n_uploaded;
  guint n_made;
  guint n_consumed;
  gboolean is_full;    /* and nobody has prepared it for less since */
  guint n_unconsumed;  /* when it was prepared for less */
  gboolean is_smaller; /* whether it was */
};

G_DEFINE_FINAL_TYPE (TestDevice, test_device, BB_TYPE_DEVICE)

static void
clear_plans (TestDevice *self)
{
  while (self->n_plans > 0)
    bb_plan_unref (self->plan[--self->n_plans]);
}

static gboolean
test_device_prepare (BbDevice *device, BbPlan *const *plans, guint n_plans, guint n_frames,
                     GError **error)
{
  TestDevice *self = TEST_DEVICE (device);

  clear_plans (self);
  for (guint i = 0; i < n_plans; i++)
    self->plan[self->n_plans++] = bb_plan_ref (plans[i]);
  g_mutex_lock (&self->lock);
  if (self->is_full)
    {
      self->n_unconsumed = self->n_made - self->n_consumed;
      self->is_smaller = TRUE;
    }
  self->is_full = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static BbBatch *
test_device_upload (BbDevice *device, BbBatch *batch, GError **error)
{
  TestDevice *self = TEST_DEVICE (device);
  gboolean is_full;

  g_mutex_lock (&self->lock);
  is_full =
    self->full_at > 0 && !self->is_smaller && self->n_uploaded + batch->n_frames > self->full_at;
  self->is_full = is_full;
  if (!is_full)
    self->n_uploaded += batch->n_frames;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (!is_full)
    return batch;
  g_set_error_literal (error, BB_ERROR, BB_ERROR_MEMORY, "It is full");
  bb_batch_free (batch);
  return NULL;
}

static gboolean
test_device_run (BbDevice *device, BbBatch *batch, BbBatch **finished, GCancellable *cancellable,
                 GError **error)
{
  TestDevice *self = TEST_DEVICE (device);

  for (guint i = 0; i < self->n_plans; i++)
    {
      finished[i] = bb_batch_new (batch->n_frames);
      for (guint j = 0; j < batch->n_frames; j++)
        {
          finished[i]->frame[j] = bb_frame_new (&self->plan[i]->finished, NULL);
          bb_frame_copy_props (finished[i]->frame[j], batch->frame[j]);
        }
    }
  g_mutex_lock (&self->lock);
  self->n_made += batch->n_frames;
  g_mutex_unlock (&self->lock);
  bb_batch_free (batch);
  return TRUE;
}

static BbBatch *
test_device_download (BbDevice *device, BbBatch *batch, GError **error)
{
  return batch;
}

static guint
test_device_get_chunk (BbDevice *device)
{
  return 2;
}

static guint64
test_device_get_memory_left (BbDevice *device)
{
  return G_MAXUINT64 / 4;
}

static void
test_device_finalize (GObject *object)
{
  TestDevice *self = TEST_DEVICE (object);

  clear_plans (self);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (test_device_parent_class)->finalize (object);
}

static void
test_device_class_init (TestDeviceClass *klass)
{
  BbDeviceClass *device_class = BB_DEVICE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_device_finalize;
  device_class->prepare = test_device_prepare;
  device_class->upload = test_device_upload;
  device_class->run = test_device_run;
  device_class->download = test_device_download;
  device_class->get_chunk = test_device_get_chunk;
  device_class->get_memory_left = test_device_get_memory_left;
}

static void
test_device_init (TestDevice *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

typedef struct {
  TestDevice *device;
  BbEngine *engine;
  GCancellable *cancellable;
  guint n_outputs;
  guint n_read;
  gboolean holds;   /* holds on to the last frame that is made before memory runs out */
  gboolean cancels; /* cancels while it does */
} Fixture;

static const BbSourceInfo source = {
  .format = { 32, 18, 8, 1, 1, FALSE, 1, 1, 1, 1 },
  .sar_num = 1,
  .sar_den = 1,
};

static void
set_up (Fixture *fixture, guint n_outputs)
{
  BbEngineOutput outputs[BB_ENGINE_MAX_OUTPUTS];
  g_autoptr (GError) error = NULL;

  *fixture = (Fixture) { .n_outputs = n_outputs };
  fixture->device = g_object_new (TEST_TYPE_DEVICE, NULL);
  fixture->engine = bb_engine_new (BB_DEVICE (fixture->device));
  fixture->cancellable = g_cancellable_new ();
  for (guint i = 0; i < n_outputs; i++)
    {
      BbRecipeValues values;

      bb_recipe_values_init (&values);
      values.width = 18 + 2 * (int) i;
      values.height = 32;
      outputs[i].recipe = bb_recipe_new (&values, &error);
      outputs[i].target = source.format;
      outputs[i].target.width = values.width;
      outputs[i].target.height = values.height;
    }
  g_assert_true (bb_engine_set_outputs (fixture->engine, &source, outputs, n_outputs, &error));
  g_assert_true (bb_engine_prepare (fixture->engine, BATCH, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n_outputs; i++)
    bb_recipe_unref ((BbRecipe *) outputs[i].recipe);
}

static void
tear_down (Fixture *fixture)
{
  bb_engine_free (fixture->engine);
  g_object_unref (fixture->device);
  g_object_unref (fixture->cancellable);
}

static BbFrame *
read_cb (BbSource *nothing, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Fixture *fixture = user_data;
  BbFrame *frame;

  if (fixture->n_read == N_FRAMES)
    return NULL;
  frame = bb_frame_new (&source.format, NULL);
  frame->pts = 7 * (gint64) fixture->n_read++;
  return frame;
}

/* Keeps a frame while the device, whose memory has run out, must wait for it. */
static void
hold (Fixture *fixture)
{
  TestDevice *device = fixture->device;
  gint64 end;

  while (!device->is_full)
    g_cond_wait (&device->changed, &device->lock);
  end = g_get_monotonic_time () + A_WHILE;
  while (!device->is_smaller && g_cond_wait_until (&device->changed, &device->lock, end))
    continue;
  g_assert_false (device->is_smaller);
}

static gboolean
consume_cb (BbFrame *const *frames, const BbPipelineStats *stats, gpointer user_data,
            GCancellable *cancellable, GError **error)
{
  Fixture *fixture = user_data;
  TestDevice *device = fixture->device;
  gboolean cancels;

  g_mutex_lock (&device->lock);
  for (guint i = 0; i < fixture->n_outputs; i++)
    {
      g_assert_cmpint (frames[i]->pts, ==, 7 * (gint64) device->n_consumed);
      g_assert_cmpint (frames[i]->format.width, ==, 18 + 2 * (int) i);
    }
  if (fixture->holds && device->n_consumed + 1 == device->full_at)
    hold (fixture);
  cancels = fixture->cancels && device->is_full;
  g_mutex_unlock (&device->lock);
  if (cancels)
    g_cancellable_cancel (fixture->cancellable);
  g_mutex_lock (&device->lock);
  device->n_consumed++;
  g_mutex_unlock (&device->lock);
  return TRUE;
}

static gboolean
run (Fixture *fixture, BbPipelineStats *stats, GError **error)
{
  BbMemory memory[BB_ENGINE_MAX_OUTPUTS] = { BB_MEMORY_HOST };

  return bb_pipeline_run (NULL, read_cb, fixture->engine, memory, consume_cb, fixture, stats, NULL,
                          fixture->cancellable, error);
}

/* The frames of all outputs that are of one instant come together, in order. */
static void
test_outputs (void)
{
  for (guint n = 1; n <= 3; n++)
    {
      Fixture fixture;
      BbPipelineStats stats;
      g_autoptr (GError) error = NULL;

      set_up (&fixture, n);
      g_assert_true (run (&fixture, &stats, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (fixture.device->n_consumed, ==, N_FRAMES);
      g_assert_cmpuint (fixture.device->n_uploaded, ==, N_FRAMES);
      g_assert_cmpint (stats.frames, ==, N_FRAMES);
      g_assert_cmpint (stats.batches, ==, (N_FRAMES + BATCH - 1) / BATCH);
      tear_down (&fixture);
    }
}

/* Memory is freed when nobody has a finished frame any more. */
static void
test_memory (void)
{
  for (guint full_at = 2; full_at < N_FRAMES; full_at += 2)
    {
      Fixture fixture;
      BbPipelineStats stats;
      g_autoptr (GError) error = NULL;

      set_up (&fixture, 2);
      fixture.device->full_at = full_at;
      fixture.holds = full_at == 4;
      g_assert_true (run (&fixture, &stats, &error));
      g_assert_no_error (error);
      g_assert_true (fixture.device->is_smaller);
      g_assert_cmpuint (fixture.device->n_unconsumed, ==, 0);
      g_assert_cmpuint (fixture.device->n_consumed, ==, N_FRAMES);
      g_assert_cmpuint (stats.batch, ==, BATCH / 2);
      tear_down (&fixture);
    }
}

/* Who waits for that can be cancelled. */
static void
test_cancel (void)
{
  Fixture fixture;
  BbPipelineStats stats;
  g_autoptr (GError) error = NULL;

  set_up (&fixture, 1);
  fixture.device->full_at = 4;
  fixture.holds = fixture.cancels = TRUE;
  g_assert_false (run (&fixture, &stats, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (fixture.device->is_smaller);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/cancel", test_cancel);
  g_test_add_func ("/pipeline/memory", test_memory);
  g_test_add_func ("/pipeline/outputs", test_outputs);
  return g_test_run ();
}
