/* test-tune.c: finding the fastest batch size and precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "bb-test-device.h"
#include "bb-test-media.h"
#include "bb-tune-measure.h"
#include "bb-tune-table.h"

#include <string.h>

/* A device that makes nothing and counts what it is asked to: the contract, without the time. */
#define TYPE_FAKE (fake_get_type ())
G_DECLARE_FINAL_TYPE (Fake, fake, FAKE, DEVICE, BbDevice)

struct _Fake {
  BbDevice parent_instance;

  BbFormat target;
  guint chunk;
  guint64 left;
  guint refuses;  /* batches of this size and larger run out of memory; 0: none do */
  gboolean breaks; /* fails in another way */
  guint prepared;
  guint most_at_once;
  guint n_runs;
  guint cancels_at; /* cancels itself in this run; 0: in none */
};

G_DEFINE_FINAL_TYPE (Fake, fake, BB_TYPE_DEVICE)

#define FRAME_MEMORY 1000

static gboolean
fake_prepare (BbDevice *device, BbPlan *const *plans, guint n_plans, guint n_frames, GError **error)
{
  g_assert_cmpuint (n_plans, ==, 1);
  FAKE_DEVICE (device)->target = plans[0]->finished;
  FAKE_DEVICE (device)->prepared = n_frames;
  return TRUE;
}

static BbBatch *
fake_upload (BbDevice *device, BbBatch *batch, GError **error)
{
  return batch;
}

static gboolean
fake_run (BbDevice *device, BbBatch *batch, BbBatch **finished, GCancellable *cancellable,
          GError **error)
{
  Fake *self = FAKE_DEVICE (device);
  BbBatch *out = NULL;

  g_assert_cmpuint (batch->n_frames, <=, self->prepared);
  g_assert_cmpuint (batch->n_frames, <=, self->chunk);
  if (++self->n_runs == self->cancels_at)
    g_cancellable_cancel (cancellable);
  if (self->breaks)
    g_set_error_literal (error, BB_ERROR, BB_ERROR_DEVICE, "It broke");
  else if (self->refuses > 0 && self->prepared >= self->refuses)
    g_set_error_literal (error, BB_ERROR, BB_ERROR_MEMORY, "It is full");
  else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      out = bb_batch_new (batch->n_frames);
      for (guint i = 0; i < batch->n_frames; i++)
        out->frame[i] = bb_frame_new (&self->target, NULL);
      self->most_at_once = MAX (self->most_at_once, batch->n_frames);
    }
  bb_batch_free (batch);
  *finished = out;
  return out != NULL;
}

static guint
fake_get_chunk (BbDevice *device)
{
  return FAKE_DEVICE (device)->chunk;
}

static guint64
fake_get_memory_left (BbDevice *device)
{
  return FAKE_DEVICE (device)->left;
}

static guint64
fake_get_memory_needed (BbDevice *device, BbPlan *plan, guint n_frames)
{
  return (guint64) FRAME_MEMORY * n_frames * (plan->precision == BB_PRECISION_FP16 ? 1 : 2);
}

static const char *
fake_get_description (BbDevice *device)
{
  return "a device of this test";
}

static double
fake_get_cpu_seconds (BbDevice *device)
{
  return 0.0;
}

static void
fake_class_init (FakeClass *klass)
{
  BbDeviceClass *device_class = BB_DEVICE_CLASS (klass);

  device_class->prepare = fake_prepare;
  device_class->upload = fake_upload;
  device_class->run = fake_run;
  device_class->download = fake_upload;
  device_class->get_chunk = fake_get_chunk;
  device_class->get_memory_left = fake_get_memory_left;
  device_class->get_memory_needed = fake_get_memory_needed;
  device_class->get_description = fake_get_description;
  device_class->get_cpu_seconds = fake_get_cpu_seconds;
}

static void
fake_init (Fake *self)
{
  self->chunk = G_MAXUINT;
  self->left = G_MAXUINT64;
}

static const BbFormat format = {
  .width = 64,
  .height = 36,
  .depth = 8,
  .chroma_shift_x = 1,
  .chroma_shift_y = 1,
  .matrix = 1,
  .primaries = 1,
  .transfer = 1,
  .chroma_location = 1,
};

static BbRecipe *
new_recipe (BbPrecision precision, BbFormat *target)
{
  BbRecipeValues values;

  *target = format;
  bb_recipe_values_init (&values);
  values.width = target->width = 36;
  values.height = target->height = 64;
  values.precision = precision;
  return bb_recipe_new (&values, NULL);
}

static BbPlan *
new_plan (BbPrecision precision)
{
  BbFormat target;
  g_autoptr (BbRecipe) recipe = new_recipe (precision, &target);
  g_autoptr (GError) error = NULL;
  BbPlan *plan = bb_test_plan_new (recipe, &format, BB_ORIENTATION_UPRIGHT, 1.0, &target, &error);

  g_assert_no_error (error);
  return plan;
}

typedef struct {
  guint n_done;
  guint cancel_after;
  GCancellable *cancellable;
} Progress;

static void
progress_cb (const BbTunePoint *point, guint n_done, gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpuint (n_done, ==, progress->n_done + 1);
  progress->n_done = n_done;
  if (n_done != progress->cancel_after)
    return;
  g_cancellable_cancel (progress->cancellable);
}

static gboolean
measure (BbDevice *device, BbTunePoint *points, Progress *progress, GError **error)
{
  BbFormat target;
  BbSourceInfo source = { .format = format, .sar_num = 1, .sar_den = 1 };
  g_autoptr (BbRecipe) recipe = new_recipe (BB_PRECISION_AUTO, &target);
  g_autoptr (BbEngine) engine = bb_engine_new (device);
  g_autoptr (BbFrame) a = bb_frame_new (&format, NULL);
  g_autoptr (BbFrame) b = bb_frame_new (&format, NULL);
  BbFrame *frames[] = { a, b };

  for (int i = 0; i < 2; i++)
    for (int p = 0; p < BB_N_PLANES; p++)
      memset (frames[i]->data[p], 100 + i,
              (gsize) frames[i]->stride[p] * (gsize) bb_format_get_plane_height (&format, p));
  return bb_tune_measure (engine, &source, recipe, &target, frames, 2, points, progress_cb, progress,
                          progress->cancellable, error);
}

static void
assert_points (const BbTunePoint *points)
{
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    {
      g_assert_cmpint (points[i].batch, ==, 1 << (i / 2));
      g_assert_cmpint (points[i].precision, ==,
                       i % 2 == 0 ? BB_PRECISION_FP16 : BB_PRECISION_FP32);
      if (!points[i].fits)
        {
          g_assert_cmpfloat (points[i].frames_per_second, ==, 0.0);
          g_assert_cmpfloat (points[i].frame_ms, ==, 0.0);
          continue;
        }
      g_assert_cmpfloat (points[i].frames_per_second, >, 0.0);
      g_assert_cmpfloat_with_epsilon (points[i].frames_per_second * points[i].frame_ms, 1000.0,
                                      1e-6);
    }
}

static void
test_processor (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_devices_open ("cpu", &error);
  BbTunePoint points[BB_TUNE_N_POINTS];
  Progress progress = { 0 };

  g_assert_no_error (error);
  measure (device, points, &progress, &error);
  g_assert_no_error (error);
  /* Whole rounds, as many as there is time for. */
  g_assert_cmpuint (progress.n_done, >, 0);
  g_assert_cmpuint (progress.n_done, <=, BB_TUNE_N_STEPS);
  g_assert_cmpuint (progress.n_done % BB_TUNE_N_POINTS, ==, 0);
  assert_points (points);
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    {
      g_autoptr (BbPlan) plan = new_plan (points[i].precision);

      g_assert_true (points[i].fits);
      g_assert_cmpuint (points[i].memory, ==,
                        bb_device_get_memory_needed (device, plan, (guint) points[i].batch));
    }
}

/* Whole batches where the device takes them, else the parts that it works on at once. */
static void
test_parts (void)
{
  g_autoptr (Fake) whole = g_object_new (TYPE_FAKE, NULL);
  g_autoptr (Fake) parts = g_object_new (TYPE_FAKE, NULL);
  BbTunePoint points[BB_TUNE_N_POINTS];
  g_autoptr (GError) error = NULL;

  parts->chunk = 3;
  measure (BB_DEVICE (whole), points, &(Progress) { 0 }, &error);
  g_assert_no_error (error);
  assert_points (points);
  g_assert_cmpuint (whole->most_at_once, ==, 128);
  measure (BB_DEVICE (parts), points, &(Progress) { 0 }, &error);
  g_assert_no_error (error);
  assert_points (points);
  g_assert_cmpuint (parts->most_at_once, ==, 3);
  /* What is worked on in equal parts is the same work. */
  for (guint i = 6; i < BB_TUNE_N_POINTS; i++)
    g_assert_cmpfloat (points[i].frame_ms, ==, points[i - 2].frame_ms);
}

static void
test_memory (void)
{
  g_autoptr (Fake) small = g_object_new (TYPE_FAKE, NULL);
  g_autoptr (Fake) refusing = g_object_new (TYPE_FAKE, NULL);
  BbTunePoint points[BB_TUNE_N_POINTS];
  g_autoptr (GError) error = NULL;

  /* Half of the host's memory may be taken: 36 frames in FP16, 18 in FP32. */
  small->left = 72 * FRAME_MEMORY;
  measure (BB_DEVICE (small), points, &(Progress) { 0 }, &error);
  g_assert_no_error (error);
  assert_points (points);
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    {
      g_assert_cmpint (points[i].fits, ==, points[i].batch <= (i % 2 == 0 ? 32 : 16));
      g_assert_cmpuint (points[i].memory, ==,
                        (guint64) points[i].batch * FRAME_MEMORY * (i % 2 == 0 ? 1 : 2));
    }

  /* What it promised it may not keep. */
  refusing->refuses = 8;
  measure (BB_DEVICE (refusing), points, &(Progress) { 0 }, &error);
  g_assert_no_error (error);
  assert_points (points);
  for (guint i = 0; i < BB_TUNE_N_POINTS; i++)
    g_assert_cmpint (points[i].fits, ==, points[i].batch < 8);

  small->left = FRAME_MEMORY;
  measure (BB_DEVICE (small), points, &(Progress) { 0 }, &error);
  g_assert_no_error (error);
  g_assert_cmpint (bb_tune_choose (points, BB_TUNE_N_POINTS), ==, -1);
}

static void
test_failure (void)
{
  g_autoptr (Fake) fake = g_object_new (TYPE_FAKE, NULL);
  BbTunePoint points[BB_TUNE_N_POINTS];
  g_autoptr (GError) error = NULL;
  Progress progress = { 0 };

  fake->breaks = TRUE;
  g_assert_false (measure (BB_DEVICE (fake), points, &progress, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  g_assert_cmpuint (progress.n_done, ==, 0);
}

/* Cancelled in the middle of a point: nothing is begun after it. */
static void
test_cancel_inside (void)
{
  for (guint i = 1; i < 6; i++)
    {
      g_autoptr (Fake) fake = g_object_new (TYPE_FAKE, NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Progress progress = { .cancellable = cancellable };
      BbTunePoint points[BB_TUNE_N_POINTS];
      g_autoptr (GError) error = NULL;

      fake->cancels_at = i;
      g_assert_false (measure (BB_DEVICE (fake), points, &progress, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (fake->n_runs, ==, i);
    }
}

/* Cancelled after each of the points in turn. */
static void
test_cancel (void)
{
  g_autoptr (BbDevice) device = bb_devices_open ("cpu", NULL);

  for (guint i = 1; i < 4; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Progress progress = { .cancel_after = i, .cancellable = cancellable };
      BbTunePoint points[BB_TUNE_N_POINTS];
      g_autoptr (GError) error = NULL;

      g_assert_false (measure (device, points, &progress, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (progress.n_done, ==, i);
    }
}

/* A table: frames a second of FP16 and FP32 for each batch size; 0 does not fit. */
static void
fill (BbTunePoint *points, const double (*rates)[2], guint n)
{
  for (guint i = 0; i < 2 * n; i++)
    {
      double rate = rates[i / 2][i % 2];

      points[i] = (BbTunePoint) {
        .batch = 1 << (i / 2),
        .precision = i % 2 == 0 ? BB_PRECISION_FP16 : BB_PRECISION_FP32,
        .fits = rate > 0.0,
        .frames_per_second = rate,
        .frame_ms = rate > 0.0 ? 1e3 / rate : 0.0,
        .memory = 1 << 20,
      };
    }
}

static void
test_choose (void)
{
  static const struct {
    double rates[4][2];
    int batch; /* 0: none */
    BbPrecision precision;
  } tables[] = {
    /* clearly the fastest */
    { { { 10, 9 }, { 20, 18 }, { 40, 36 }, { 80, 70 } }, 8, BB_PRECISION_FP16 },
    { { { 10, 9 }, { 20, 18 }, { 40, 90 }, { 80, 70 } }, 4, BB_PRECISION_FP32 },
    /* noise pushes nobody to the largest */
    { { { 50, 50 }, { 98, 90 }, { 99, 90 }, { 100, 90 } }, 2, BB_PRECISION_FP16 },
    { { { 97, 50 }, { 98, 90 }, { 99, 90 }, { 100, 90 } }, 1, BB_PRECISION_FP16 },
    { { { 96.9, 50 }, { 98, 90 }, { 99, 90 }, { 100, 90 } }, 2, BB_PRECISION_FP16 },
    /* FP32 wins ties, and only ties */
    { { { 100, 100 }, { 90, 90 }, { 90, 90 }, { 90, 90 } }, 1, BB_PRECISION_FP32 },
    { { { 100, 98 }, { 90, 90 }, { 90, 90 }, { 90, 90 } }, 1, BB_PRECISION_FP32 },
    { { { 100, 96 }, { 90, 90 }, { 90, 90 }, { 90, 90 } }, 1, BB_PRECISION_FP16 },
    { { { 98, 90 }, { 90, 100 }, { 90, 90 }, { 90, 90 } }, 1, BB_PRECISION_FP16 },
    /* what does not fit does not count, wherever it is */
    { { { 10, 9 }, { 20, 18 }, { 40, 0 }, { 0, 0 } }, 4, BB_PRECISION_FP16 },
    { { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 5 } }, 8, BB_PRECISION_FP32 },
    { { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } }, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      BbTunePoint points[8];
      int best;

      fill (points, tables[i].rates, 4);
      best = bb_tune_choose (points, 8);
      g_test_message ("table %u", i);
      if (tables[i].batch == 0)
        {
          g_assert_cmpint (best, ==, -1);
          continue;
        }
      g_assert_cmpint (best, >=, 0);
      g_assert_cmpint (points[best].batch, ==, tables[i].batch);
      g_assert_cmpint (points[best].precision, ==, tables[i].precision);
    }
}

static void
test_table (void)
{
  const double rates[BB_TUNE_N_BATCHES][2] = {
    { 10.25, 9 }, { 20, 18 }, { 400, 200 }, { 0, 410 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 },
  };
  BbTune tune = { .device = (char *) "a card", .width = 1080, .height = 1920, .best = 4 };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  glong width = 0;

  fill (tune.point, rates, BB_TUNE_N_BATCHES);
  text = bb_tune_table_new (&tune);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2 + 1 + BB_TUNE_N_POINTS + 3);
  g_assert_cmpstr (lines[0], ==, "a card, 1080×1920");
  g_assert_cmpstr (lines[2], ==, "batch  precision  frames/s  ms/frame   memory");
  g_assert_cmpstr (lines[3], ==, "    1       fp16      10.2     97.56  1.0 MiB");
  g_assert_cmpstr (lines[7], ==, "    4       fp16     400.0      2.50  1.0 MiB  ← best");
  g_assert_cmpstr (lines[9], ==, "    8       fp16         –         –  1.0 MiB  too much memory");
  g_assert_true (g_str_has_suffix (lines[10], "  ← fastest"));
  g_assert_cmpstr (lines[20], ==, "--batch 4 --precision fp16");
  /* The columns are aligned. */
  for (int i = 2; i < 19; i++)
    {
      glong end = g_utf8_strlen (lines[i], -1);
      char *mark = g_utf8_strchr (lines[i], -1, 0x2190);
      char *much = strstr (lines[i], "  too");

      if (mark != NULL)
        end = g_utf8_pointer_to_offset (lines[i], mark) - 2;
      if (much != NULL)
        end = g_utf8_pointer_to_offset (lines[i], much);
      if (width == 0)
        width = end;
      g_assert_cmpint (end, ==, width);
    }
}

static void
test_clip (void)
{
  g_autofree char *path = NULL;
  g_autofree char *output = NULL;
  g_autofree char *missing = bb_test_media_path ("missing.mp4");
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbTune) tune = NULL;
  g_autoptr (GError) error = NULL;
  BbRecipeValues values;
  Progress progress = { 0 };

  if (!bb_test_media_has_programs ())
    {
      g_test_skip ("ffmpeg is not here");
      return;
    }
  output = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x36:r=25:d=1 -pix_fmt yuv420p -c:v libx264 %s",
                           "tune.mp4");
  path = bb_test_media_path ("tune.mp4");
  bb_recipe_values_init (&values);
  values.width = 36;
  values.height = 64;
  values.device = "cpu";
  values.start = G_GINT64_CONSTANT (800000000);
  recipe = bb_recipe_new (&values, NULL);
  tune = bb_tune_run (path, recipe, progress_cb, &progress, NULL, &error);
  g_assert_no_error (error);
  assert_points (tune->point);
  g_assert_cmpint (tune->width, ==, 36);
  g_assert_cmpint (tune->height, ==, 64);
  g_assert_true (g_str_has_prefix (tune->device, "cpu"));
  g_assert_cmpint (tune->best, ==, bb_tune_choose (tune->point, BB_TUNE_N_POINTS));

  g_assert_null (bb_tune_run (missing, recipe, NULL, NULL, NULL, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INPUT);
  g_clear_error (&error);
  values.start = G_GINT64_CONSTANT (5000000000);
  bb_recipe_unref (recipe);
  recipe = bb_recipe_new (&values, NULL);
  g_assert_null (bb_tune_run (path, recipe, NULL, NULL, NULL, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bb_test_media_init ();
  g_test_add_func ("/tune/choose", test_choose);
  g_test_add_func ("/tune/table", test_table);
  g_test_add_func ("/tune/parts", test_parts);
  g_test_add_func ("/tune/memory", test_memory);
  g_test_add_func ("/tune/failure", test_failure);
  g_test_add_func ("/tune/cancel", test_cancel);
  g_test_add_func ("/tune/cancel-inside", test_cancel_inside);
  g_test_add_func ("/tune/processor", test_processor);
  g_test_add_func ("/tune/clip", test_clip);
  result = g_test_run ();
  bb_test_media_cleanup ();
  return result;
}
