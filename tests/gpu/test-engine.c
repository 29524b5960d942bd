/* test-engine.c: several outputs of one source
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On the device that BB_TEST_DEVICE names.
 */

#include "bb-engine.h"
#include "bb-error.h"
#include "bb-test-device.h"
#include "reference.h"

#define N_FRAMES 11

static const struct {
  int width;
  int height;
  int depth;
  BbPrecision precision;
  BbBackground background;
  double zoom;
} shapes[] = {
  { 90, 160, 8, BB_PRECISION_FP32, BB_BACKGROUND_BLUR, 0.0 },
  { 120, 120, 8, BB_PRECISION_FP16, BB_BACKGROUND_BLUR, 0.6 },
  { 160, 68, 10, BB_PRECISION_FP32, BB_BACKGROUND_COLOR, 0.0 },
};

static const char *
get_device (void)
{
  const char *device = g_getenv ("BB_TEST_DEVICE");

  return device != NULL ? device : "cpu";
}

static BbSourceInfo
make_source (BbOrientation orientation)
{
  return (BbSourceInfo) {
    .format = { 160, 90, 8, 1, 1, FALSE, 1, 1, 1, 1 },
    .orientation = orientation,
    .sar_num = 4,
    .sar_den = 3,
  };
}

static BbFrame *
make_frame (const BbFormat *format, guint seed)
{
  BbFrame *frame = bb_frame_new (format, NULL);
  GRand *rand = g_rand_new_with_seed (seed);

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        ref_set_code (frame, p, x, y,
                      (x / 9 + y / 7 + (int) seed) % 2 != 0 ? 235
                                                            : g_rand_int_range (rand, 0, 256));
  g_rand_free (rand);
  frame->pts = (gint64) seed * 1000;
  frame->duration = 1000;
  return frame;
}

static BbEngineOutput
make_output (gsize i)
{
  BbRecipeValues values;
  BbEngineOutput output;

  bb_recipe_values_init (&values);
  values.width = shapes[i].width;
  values.height = shapes[i].height;
  values.precision = shapes[i].precision;
  values.background = shapes[i].background;
  values.zoom = shapes[i].zoom;
  values.blur = 30;
  values.color = 0x3584e4;
  output.recipe = bb_recipe_new (&values, NULL);
  output.target = make_source (0).format;
  output.target.width = shapes[i].width;
  output.target.height = shapes[i].height;
  output.target.depth = shapes[i].depth;
  return output;
}

static void
assert_equal (const BbFrame *a, const BbFrame *b)
{
  g_assert_cmpint (a->pts, ==, b->pts);
  g_assert_cmpint (a->duration, ==, b->duration);
  g_assert_cmpmem (&a->format, sizeof a->format, &b->format, sizeof b->format);
  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&a->format, p); y++)
      {
        gsize row =
          (gsize) (bb_format_get_plane_width (&a->format, p) * (a->format.depth > 8 ? 2 : 1));

        g_assert_cmpmem (a->data[p] + (gssize) y * a->stride[p], row,
                         b->data[p] + (gssize) y * b->stride[p], row);
      }
}

/* Finished frames of outputs in host memory, uploaded in parts as a decoder gives them. */
static void
run (BbEngine *engine, const BbSourceInfo *source, const BbEngineOutput *outputs, guint n_outputs,
     BbBatch **finished)
{
  g_autoptr (GError) error = NULL;
  guint next = 0;

  for (guint i = 0; i < n_outputs; i++)
    finished[i] = bb_batch_new (N_FRAMES);
  bb_engine_set_outputs (engine, source, outputs, n_outputs, &error);
  g_assert_no_error (error);
  bb_engine_prepare (engine, 5, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bb_engine_get_batch (engine), ==, 5);
  while (next < N_FRAMES)
    {
      BbBatch *out[BB_ENGINE_MAX_OUTPUTS] = { NULL };
      guint n = MIN (bb_engine_get_part (engine), N_FRAMES - next);

      for (guint i = 0; i < n; i++)
        {
          g_autoptr (BbFrame) frame = make_frame (&source->format, next + i);

          bb_engine_upload (engine, &frame, 1, &error);
          g_assert_no_error (error);
          g_assert_cmpuint (bb_engine_get_n_pending (engine), ==, i + 1);
        }
      bb_engine_run (engine, out, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (bb_engine_get_n_pending (engine), ==, 0);
      for (guint o = 0; o < n_outputs; o++)
        {
          g_assert_cmpuint (out[o]->n_frames, ==, n);
          for (guint i = 0; i < n; i++)
            {
              finished[o]->frame[next + i] = bb_device_download (
                bb_engine_get_device (engine), g_steal_pointer (&out[o]->frame[i]), &error);
              g_assert_no_error (error);
            }
          bb_batch_free (out[o]);
        }
      next += n;
    }
}

/* One upload and several shapes: each is what it is alone. */
static void
test_shapes (gconstpointer data)
{
  BbSourceInfo source = make_source ((BbOrientation) GPOINTER_TO_INT (data));
  g_autoptr (GError) error = NULL;
  g_autoptr (BbEngine) engine = bb_engine_open (get_device (), &error);
  BbEngineOutput outputs[G_N_ELEMENTS (shapes)];
  BbBatch *together[G_N_ELEMENTS (shapes)];

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    outputs[i] = make_output (i);
  run (engine, &source, outputs, G_N_ELEMENTS (shapes), together);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      BbBatch *alone;

      run (engine, &source, &outputs[i], 1, &alone);
      for (guint n = 0; n < N_FRAMES; n++)
        {
          g_assert_cmpint (alone->frame[n]->pts, ==, (gint64) n * 1000);
          assert_equal (together[i]->frame[n], alone->frame[n]);
        }
      bb_batch_free (alone);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      bb_batch_free (together[i]);
      bb_recipe_unref ((BbRecipe *) outputs[i].recipe);
    }
}

/* What was uploaded for outputs that are no longer wanted is dropped, and what is finished stays. */
static void
test_change (void)
{
  BbSourceInfo source = make_source (BB_ORIENTATION_UPRIGHT);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbEngine) engine = bb_engine_open (get_device (), &error);
  BbEngineOutput outputs[2] = { make_output (0), make_output (1) };
  g_autoptr (BbFrame) frame = make_frame (&source.format, 3);
  BbBatch *first[2], *second[1];
  g_autoptr (BbFrame) kept = NULL;
  BbBatch *expected;

  bb_engine_set_outputs (engine, &source, outputs, 2, &error);
  bb_engine_prepare (engine, 2, &error);
  bb_engine_upload (engine, &frame, 1, &error);
  bb_engine_run (engine, first, NULL, &error);
  g_assert_no_error (error);
  bb_engine_upload (engine, &frame, 1, &error);
  g_assert_no_error (error);
  bb_engine_set_outputs (engine, &source, outputs + 1, 1, &error);
  g_assert_cmpuint (bb_engine_get_n_pending (engine), ==, 0);
  g_assert_cmpuint (bb_engine_get_batch (engine), ==, 0);
  run (engine, &source, outputs + 1, 1, second);
  kept = bb_device_download (bb_engine_get_device (engine), g_steal_pointer (&first[0]->frame[0]),
                             &error);
  g_assert_no_error (error);
  run (engine, &source, outputs, 1, &expected);
  assert_equal (kept, expected->frame[3]);
  bb_batch_free (expected);
  bb_batch_free (second[0]);
  for (int i = 0; i < 2; i++)
    {
      bb_batch_free (first[i]);
      bb_recipe_unref ((BbRecipe *) outputs[i].recipe);
    }
}

/* Nothing comes of nothing, and what is cancelled leaves nothing behind. */
static void
test_nothing (void)
{
  BbSourceInfo source = make_source (BB_ORIENTATION_UPRIGHT);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbEngine) engine = bb_engine_open (get_device (), &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BbEngineOutput outputs[2] = { make_output (0), make_output (1) };
  g_autoptr (BbFrame) frame = make_frame (&source.format, 0);
  BbBatch *out[2] = { NULL };

  bb_engine_set_outputs (engine, &source, outputs, 2, &error);
  bb_engine_prepare (engine, 4, &error);
  bb_engine_run (engine, out, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpuint (out[i]->n_frames, ==, 0);
      g_clear_pointer (&out[i], bb_batch_free);
    }
  bb_engine_upload (engine, &frame, 1, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  g_assert_false (bb_engine_run (engine, out, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (bb_engine_get_n_pending (engine), ==, 0);
  for (int i = 0; i < 2; i++)
    {
      g_assert_null (out[i]);
      bb_recipe_unref ((BbRecipe *) outputs[i].recipe);
    }
}

/* Two outputs take what each takes, and fewer frames fit than of one. */
static void
test_memory (void)
{
  BbSourceInfo source = make_source (BB_ORIENTATION_UPRIGHT);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbEngine) engine = bb_engine_open (get_device (), &error);
  BbEngineOutput outputs[2] = { make_output (0), make_output (1) };
  guint64 needed[3];

  for (guint i = 0; i < 2; i++)
    {
      bb_engine_set_outputs (engine, &source, &outputs[i], 1, &error);
      needed[i] = bb_engine_get_memory_needed (engine, 7);
      g_assert_cmpuint (bb_engine_get_memory_needed (engine, 14), >, needed[i]);
    }
  bb_engine_set_outputs (engine, &source, outputs, 2, &error);
  g_assert_no_error (error);
  needed[2] = bb_engine_get_memory_needed (engine, 7);
  g_assert_cmpuint (needed[2], ==, needed[0] + needed[1]);
  g_assert_cmpuint (bb_engine_fit (engine, 7, 1), ==, 7);
  for (guint i = 0; i < 2; i++)
    bb_recipe_unref ((BbRecipe *) outputs[i].recipe);
}

/* An error that is not of memory is not a reason to go on with less. */
static void
test_shrink (void)
{
  BbSourceInfo source = make_source (BB_ORIENTATION_UPRIGHT);
  BbEngineOutput output = make_output (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbEngine) engine = bb_engine_open (get_device (), &error);

  bb_engine_set_outputs (engine, &source, &output, 1, &error);
  bb_engine_prepare (engine, 6, &error);
  g_assert_no_error (error);
  for (guint batch = 3; batch > 0; batch /= 2)
    {
      g_set_error_literal (&error, BB_ERROR, BB_ERROR_MEMORY, "It is full");
      g_assert_true (bb_engine_shrink (engine, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (bb_engine_get_batch (engine), ==, batch);
    }
  g_set_error_literal (&error, BB_ERROR, BB_ERROR_MEMORY, "It is full");
  g_assert_false (bb_engine_shrink (engine, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_MEMORY);
  g_clear_error (&error);
  bb_engine_prepare (engine, 6, &error);
  g_set_error_literal (&error, BB_ERROR, BB_ERROR_DEVICE, "It broke");
  g_assert_false (bb_engine_shrink (engine, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  g_assert_cmpuint (bb_engine_get_batch (engine), ==, 6);
  bb_recipe_unref ((BbRecipe *) output.recipe);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/engine/shapes", GINT_TO_POINTER (BB_ORIENTATION_UPRIGHT), test_shapes);
  g_test_add_data_func ("/engine/shapes/turned", GINT_TO_POINTER (BB_ORIENTATION_TRANSPOSE),
                        test_shapes);
  g_test_add_func ("/engine/change", test_change);
  g_test_add_func ("/engine/nothing", test_nothing);
  g_test_add_func ("/engine/memory", test_memory);
  g_test_add_func ("/engine/shrink", test_shrink);
  return g_test_run ();
}
