/* test-cuda.c: the pipeline on a GPU, against the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The driver for tests runs the GPU's kernels where there is no GPU.
 */

#include "bb-cuda-test.h"

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-error.h"
#include "bb-test-device.h"
#include "cuda/bb-cuda-memory.h"
#include "cuda/bb-cuda-device.h"
#include "cuda/bb-cuda-ffmpeg.h"

/* Every shape of plan: sizes, odd ones too, depths, subsampling, orientations, looks, radii from
 * none to all, precisions and batches, in random combinations. */
static void
test_plans (void)
{
  static const int subsampling[][2] = { { 1, 1 }, { 1, 0 }, { 0, 0 }, { 0, 1 }, { 2, 0 } };
  static const guint batches[] = { 1, 2, 3, 31 };
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  GRand *rand = g_rand_new_with_seed (20);

  for (int i = 0; i < 160 / BB_CUDA_TEST_PART; i++)
    {
      BbCudaTestCase c = { 0 };
      gsize n = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (subsampling));
      gsize m = i % 3 == 0 ? (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (subsampling)) : n;

      c.source = bb_cuda_test_format (g_rand_int_range (rand, 1, 240), g_rand_int_range (rand, 1, 150),
                                      g_rand_boolean (rand) ? 10 : 8, subsampling[n][0],
                                      subsampling[n][1]);
      c.target = bb_cuda_test_format (g_rand_int_range (rand, 1, 150), g_rand_int_range (rand, 1, 240),
                                      g_rand_boolean (rand) ? 10 : 8, subsampling[m][0],
                                      subsampling[m][1]);
      c.orientation = (BbOrientation) (i % 8);
      c.aspect = g_rand_boolean (rand) ? 1.0 : g_rand_double_range (rand, 0.5, 2.0);
      c.n_frames = batches[(i / (8 / BB_CUDA_TEST_PART + 1)) % (int) G_N_ELEMENTS (batches)];
      if (c.n_frames > 3)
        {
          /* Many small ones. */
          c.source.width = MIN (c.source.width, 40);
          c.source.height = MIN (c.source.height, 30);
          c.target.width = MIN (c.target.width, 30);
          c.target.height = MIN (c.target.height, 40);
        }
      /* As NVENC wants them. */
      c.target.interleaved = g_rand_int_range (rand, 0, 3) == 0;
      bb_cuda_test_random_look (&c, rand);
      bb_cuda_test_compare (card, cpu, &c, 1);
    }
  g_rand_free (rand);
}

/* More frames than a launch takes, and sizes that are not of one tile. */
static void
test_batches (void)
{
  static const guint batches[] = { 1, 2, 31, 32, 128 };
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (batches); i++)
    {
      BbCudaTestCase c = {
        .source = bb_cuda_test_format (48, 27, 8, 1, 1),
        .target = bb_cuda_test_format (26, 46, 8, 1, 1),
        .aspect = 1.0,
        .n_frames = batches[i],
      };

      bb_recipe_values_init (&c.values);
      bb_recipe_values_settle (&c.values, TRUE);
      c.values.blur = 12;
      bb_cuda_test_compare (card, cpu, &c, 1);
    }
}

/* From 8 to 10 bit a quarter of a code is a whole one: many frames, so that the worst is among them. */
static void
test_deeper (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  GRand *rand = g_rand_new_with_seed (9);

  for (int i = 0; i < 24 / BB_CUDA_TEST_PART; i++)
    {
      BbCudaTestCase c = {
        .source = bb_cuda_test_format (g_rand_int_range (rand, 20, 130),
                                       g_rand_int_range (rand, 20, 90), 8, 1, 1),
        .target = bb_cuda_test_format (g_rand_int_range (rand, 20, 110),
                                       g_rand_int_range (rand, 20, 160), 10, 1, 1),
        .aspect = 1.0,
        .n_frames = 20,
      };

      bb_cuda_test_random_look (&c, rand);
      c.values.precision = BB_PRECISION_FP16;
      bb_cuda_test_compare (card, cpu, &c, 1);
    }
  g_rand_free (rand);
}

/* The real thing: HD in, the default look. */
static void
test_full_size (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (1920, 1080, 8, 1, 1),
    .target = bb_cuda_test_format (1080, 1920, 8, 1, 1),
    .aspect = 1.0,
    .n_frames = 1,
  };

  bb_recipe_values_init (&c.values);
  bb_recipe_values_settle (&c.values, TRUE);
  bb_cuda_test_compare (card, cpu, &c, 1);
  if (BB_CUDA_TEST_PART > 1)
    return;
  c.source = bb_cuda_test_format (3840, 2160, 10, 1, 1);
  c.target = bb_cuda_test_format (540, 960, 10, 1, 1);
  c.values.shadow = 0.5;
  c.values.corner_radius = 40;
  bb_cuda_test_compare (card, cpu, &c, 1);
}

/* Batches that nobody waits for until the last one is queued. */
static gboolean
run_stream (BbDevice *card, BbDevice *cpu, guint n_frames, guint n_batches)
{
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (64, 36, 8, 1, 1),
    .target = bb_cuda_test_format (36, 64, 8, 1, 1),
    .aspect = 1.0,
    .n_frames = n_frames,
  };
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_batch_free);
  int most = 0;

  bb_recipe_values_init (&c.values);
  bb_recipe_values_settle (&c.values, TRUE);
  c.values.blur = 14;
  plan = bb_cuda_test_plan (&c);
  bb_test_device_prepare (card, plan, n_frames, &error);
  g_assert_no_error (error);
  bb_test_device_prepare (cpu, plan, n_frames, &error);
  for (guint b = 0; b < n_batches; b++)
    {
      BbBatch *batch = bb_batch_new (n_frames);

      for (guint i = 0; i < n_frames; i++)
        batch->frame[i] = bb_cuda_test_frame (&c.source, b * n_frames + i);
      batch = bb_device_upload (card, batch, &error);
      g_assert_no_error (error);
      batch = bb_test_device_run (card, batch, NULL, &error);
      g_assert_no_error (error);
      batch = bb_device_download_batch (card, batch, &error);
      g_assert_no_error (error);
      g_ptr_array_add (batches, batch);
    }
  for (guint b = 0; b < n_batches; b++)
    {
      BbBatch *made = batches->pdata[b];
      g_autoptr (BbBatch) expected = bb_batch_new (n_frames);

      for (guint i = 0; i < n_frames; i++)
        expected->frame[i] = bb_cuda_test_frame (&c.source, b * n_frames + i);
      expected = bb_test_device_run (cpu, g_steal_pointer (&expected), NULL, &error);
      for (guint i = 0; i < n_frames; i++)
        {
          bb_frame_wait (made->frame[i], &error);
          g_assert_no_error (error);
          g_assert_cmpint (made->frame[i]->pts, ==, (b * n_frames + i) * 100);
          most = MAX (most, bb_cuda_test_difference (made->frame[i], expected->frame[i]));
        }
    }
  return most <= 1;
}

static void
test_stream (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);

  g_assert_true (run_stream (card, cpu, 4, 9));
  g_assert_true (run_stream (card, cpu, 27, 2));
}

/* Waits of which stream are left out. */
static CUstream careless;
static CUresult (*true_wait) (CUstream stream, CUevent event, unsigned int flags);

static CUresult
wait_carelessly (CUstream stream, CUevent event, unsigned int flags)
{
  return stream == careless ? CUDA_SUCCESS : true_wait (stream, event, flags);
}

/* The same without the waits of one stream. Ends with failure where that gives wrong pixels. */
static void
check_careless (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  BbCudaContext *context = bb_cuda_device_get_context (BB_CUDA_DEVICE (card));
  BbCuda *cuda = (BbCuda *) context->cuda;
  const char *which = g_getenv ("BB_CARELESS");
  gboolean good;

  true_wait = cuda->stream_wait_event;
  cuda->stream_wait_event = wait_carelessly;
  careless = g_str_equal (which, "kernels")    ? context->stream
             : g_str_equal (which, "upload")   ? context->upload
             : g_str_equal (which, "download") ? context->download
                                               : NULL;
  good = run_stream (card, cpu, 4, 9) && run_stream (card, cpu, 27, 2);
  cuda->stream_wait_event = true_wait;
  careless = NULL;
  g_assert_true (good);
}

static gboolean
passes (const char *which, int seed)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *number = g_strdup_printf ("%d", seed);

  environment = g_environ_setenv (environment, "BB_CARELESS", which, TRUE);
  environment = g_environ_setenv (environment, "BLURBOX_DRIVER_SEED", number, TRUE);
  g_test_trap_subprocess_with_envp ("/cuda/waits/subprocess/careless",
                                    (const char *const *) environment, 0,
                                    G_TEST_SUBPROCESS_DEFAULT);
  return g_test_trap_has_passed ();
}

/* Orders of work that are tried until one gives wrong pixels; any other call that is made shifts them all. */
#define MOST_SEEDS 100

/* Each stream's waits are needed: without them some order of work gives wrong pixels. */
static void
test_waits (void)
{
  static const char *const streams[] = { "kernels", "upload", "download" };

  /* Wrong pixels are no matter of sanitizers. */
  if (BB_CUDA_TEST_PART > 1)
    {
      g_test_skip ("not under sanitizers");
      return;
    }
  for (int seed = 1; seed <= 20; seed++)
    g_assert_true (passes ("none", seed));
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      int seed = 1;

      while (seed <= MOST_SEEDS && passes (streams[i], seed))
        seed++;
      g_test_message ("without the waits of %s: wrong with seed %d", streams[i], seed);
      g_assert_cmpint (seed, <=, MOST_SEEDS);
    }
}

/* A plan that comes while frames of an older one are on the GPU. */
static void
test_new_plan (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  g_autoptr (GError) error = NULL;
  BbCudaTestCase c[2];
  g_autoptr (BbBatch) expected = NULL;
  g_autoptr (BbBatch) made = NULL;
  BbBatch *batch = bb_batch_new (2);
  g_autoptr (BbPlan) plan = NULL;

  for (int i = 0; i < 2; i++)
    {
      c[i] = (BbCudaTestCase) {
        .source = bb_cuda_test_format (64, 36, 8, 1, 1),
        .target = bb_cuda_test_format (36 + 8 * i, 64, 8, 1, 1),
        .aspect = 1.0,
        .n_frames = 2,
      };
      bb_recipe_values_init (&c[i].values);
      bb_recipe_values_settle (&c[i].values, TRUE);
      c[i].values.blur = 10 + 30 * i;
    }
  plan = bb_cuda_test_plan (&c[0]);
  bb_test_device_prepare (card, plan, 2, &error);
  for (guint i = 0; i < 2; i++)
    batch->frame[i] = bb_cuda_test_frame (&c[0].source, i);
  batch = bb_device_upload (card, batch, &error);
  g_assert_no_error (error);
  bb_cuda_test_compare (card, cpu, &c[1], 1);
  batch = bb_test_device_run (card, batch, NULL, &error);
  g_assert_no_error (error);
  bb_cuda_test_compare (card, cpu, &c[1], 1);
  made = bb_device_download_batch (card, batch, &error);
  g_assert_no_error (error);
  expected = bb_cuda_test_run (cpu, &c[0], &error);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (bb_frame_wait (made->frame[i], &error));
      g_assert_cmpint (bb_cuda_test_difference (made->frame[i], expected->frame[i]), <=, 1);
    }
}

/* Host memory, where the processor's frames are, is not what kernels read. */
static void
test_misuse (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (64, 36, 8, 1, 1),
    .target = bb_cuda_test_format (36, 64, 8, 1, 1),
    .aspect = 1.0,
    .n_frames = 1,
  };
  g_autoptr (BbPlan) plan = NULL;
  BbBatch *batch = bb_batch_new (1);

  bb_recipe_values_init (&c.values);
  bb_recipe_values_settle (&c.values, TRUE);
  plan = bb_cuda_test_plan (&c);
  bb_test_device_prepare (card, plan, 1, &error);
  batch->frame[0] = bb_cuda_test_frame (&c.source, 0);
  g_assert_null (bb_test_device_run (card, batch, NULL, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_clear_error (&error);

  c.source.width = 60;
  batch = bb_batch_new (1);
  batch->frame[0] = bb_cuda_test_frame (&c.source, 0);
  g_assert_null (bb_device_upload (card, batch, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
  g_clear_error (&error);

  c.source.width = 64;
  batch = bb_batch_new (1);
  batch->frame[0] = bb_cuda_test_frame (&c.source, 0);
  batch = bb_device_upload (card, batch, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  g_assert_null (bb_test_device_run (card, batch, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* In what steps a driver gives memory out: of megabytes on GPUs, of less on the driver for tests. */
static gsize
get_memory_step (void)
{
  const gsize size = 2 * 1024 * 1024 + 512;
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  BbCudaContext *context = bb_cuda_device_get_context (BB_CUDA_DEVICE (card));
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, NULL);
  guint64 before = bb_device_get_memory_left (card);
  BbCudaBlock *block = bb_cuda_block_new (context, size, FALSE, NULL);
  guint64 after = bb_device_get_memory_left (card);

  g_assert_nonnull (block);
  g_assert_cmpuint (before - after, >=, size);
  bb_cuda_block_free (context, block, NULL);
  return MAX ((gsize) (before - after) - size, 512);
}


/* What is said to be needed is what is taken, within a tenth. */
static void
test_memory (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  gsize step = get_memory_step ();

  for (int i = 0; i < 12 / BB_CUDA_TEST_PART; i++)
    {
      g_autoptr (BbDevice) card = bb_cuda_test_open ();
      g_autoptr (BbPlan) plan = NULL;
      g_autoptr (BbBatch) made = NULL;
      g_autoptr (BbBatch) again = NULL;
      g_autoptr (GError) error = NULL;
      BbCudaTestCase c = {
        .source = bb_cuda_test_format (160, 90, i % 2 == 0 ? 8 : 10, 1, 1),
        .target = bb_cuda_test_format (90, 160, 8, 1, 1),
        .aspect = 1.0,
        .n_frames = (guint) g_rand_int_range (rand, 1, 20),
      };
      guint64 before, after, needed, used;

      bb_cuda_test_random_look (&c, rand);
      plan = bb_cuda_test_plan (&c);
      needed = bb_device_get_memory_needed (card, plan, c.n_frames);
      before = bb_device_get_memory_left (card);
      made = bb_cuda_test_run (card, &c, &error);
      g_assert_no_error (error);
      /* A second one, while the first one's frames are on their way. */
      again = bb_batch_new (c.n_frames);
      for (guint n = 0; n < c.n_frames; n++)
        again->frame[n] = bb_cuda_test_frame (&c.source, n);
      again = bb_device_upload (card, g_steal_pointer (&again), &error);
      g_assert_no_error (error);
      after = bb_device_get_memory_left (card);
      used = bb_device_get_memory_used (card);
      g_test_message ("%" G_GUINT64_FORMAT " bytes for %u frames, and %" G_GUINT64_FORMAT " less are left", used,
                      c.n_frames, before - after);
      g_assert_cmpuint (used, <=, needed + needed / 10);
      g_assert_cmpuint (used, >=, needed - needed / 10);
      /* Each of a dozen allocations may be rounded up, or find room in what was rounded up before. */
      g_assert_cmpuint (before - after, <=, used + 16 * step);
      g_assert_cmpuint (before - after + 16 * step, >=, used);
    }
  g_rand_free (rand);
}

static guint n_uploads;
static CUresult (*upload_before) (CUdeviceptr to, const void *from, size_t size, CUstream stream);

static CUresult
count_upload (CUdeviceptr to, const void *from, size_t size, CUstream stream)
{
  n_uploads++;
  return upload_before (to, from, size, stream);
}

/* Several outputs have their source brought to the GPU together, in one copy; a decoder gets its frames back
 * when all have read them. */
static void
test_one_upload (gconstpointer data)
{
  gboolean decoded = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  BbCudaContext *context = bb_cuda_device_get_context (BB_CUDA_DEVICE (card));
  BbCuda *cuda = (BbCuda *) context->cuda;
  BbPlan *plans[3];
  BbBatch *made[3];
  BbCudaTestCase cases[3];
  GRand *rand = g_rand_new_with_seed (5);
  BbBatch *batch = bb_batch_new (6);

  for (int i = 0; i < 3; i++)
    {
      cases[i] = (BbCudaTestCase) {
        .source = bb_cuda_test_format (160, 90, 8, 1, 1),
        .target = bb_cuda_test_format (90 + 20 * i, 160 - 40 * i, 8, 1, 1),
        .aspect = 1.0,
        .n_frames = 6,
      };
      bb_cuda_test_random_look (&cases[i], rand);
      plans[i] = bb_cuda_test_plan (&cases[i]);
    }
  bb_device_prepare (card, plans, 3, 6, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 6; i++)
    batch->frame[i] = decoded ? bb_cuda_test_decode (context, &cases[0].source, i)
                              : bb_cuda_test_frame (&cases[0].source, i);
  n_uploads = 0;
  upload_before = cuda->memcpy_h_to_d_async;
  cuda->memcpy_h_to_d_async = count_upload;
  batch = bb_device_upload (card, batch, &error);
  g_assert_no_error (error);
  bb_device_run (card, batch, made, NULL, &error);
  g_assert_no_error (error);
  cuda->memcpy_h_to_d_async = upload_before;
  if (!decoded)
    g_assert_cmpuint (n_uploads, ==, 1);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
      g_autoptr (BbBatch) expected = bb_cuda_test_run (cpu, &cases[i], &error);

      made[i] = bb_device_download_batch (card, made[i], &error);
      g_assert_no_error (error);
      for (guint f = 0; f < 6; f++)
        {
          g_assert_true (bb_frame_wait (made[i]->frame[f], &error));
          g_assert_cmpint (bb_cuda_test_difference (made[i]->frame[f], expected->frame[f]), <=, 1);
        }
      bb_batch_free (made[i]);
      bb_plan_unref (plans[i]);
    }
  g_rand_free (rand);
}

/* Frames that come in a GPU's memory, as a decoder's do. */
static void
test_surfaces (void)
{
  static const struct {
    enum AVPixelFormat layout;
    int depth;
    int shift;
  } layouts[] = {
    { AV_PIX_FMT_NV12, 8, 1 },
    { AV_PIX_FMT_P010, 10, 1 },
    { AV_PIX_FMT_YUV420P, 8, 1 },
    { AV_PIX_FMT_YUV444P, 8, 0 },
  };
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  g_autoptr (GError) error = NULL;
  AVBufferRef *hardware = bb_device_get_media (card)->new_context (card, &error);
  GRand *rand = g_rand_new_with_seed (7);

  g_assert_no_error (error);
  for (int i = 0; i < 48 / BB_CUDA_TEST_PART; i++)
    {
      gsize n = (gsize) i % G_N_ELEMENTS (layouts);
      AVBufferRef *frames = av_hwframe_ctx_alloc (hardware);
      AVHWFramesContext *context = (gpointer) frames->data;
      BbCudaTestCase c = {
        .source = bb_cuda_test_format (2 * g_rand_int_range (rand, 1, 100),
                                       2 * g_rand_int_range (rand, 1, 60), layouts[n].depth,
                                       layouts[n].shift, layouts[n].shift),
        .target = bb_cuda_test_format (2 * g_rand_int_range (rand, 1, 60),
                                       2 * g_rand_int_range (rand, 1, 100),
                                       g_rand_boolean (rand) ? 10 : 8, 1, 1),
        .aspect = 1.0,
        .orientation = (BbOrientation) g_rand_int_range (rand, 0, 8),
        /* More than a launch reads of the host's. */
        .n_frames = i == 1 ? 20 : 5,
      };
      g_autoptr (BbPlan) plan = NULL;
      g_autoptr (BbBatch) expected = NULL;
      BbBatch *batch = bb_batch_new (c.n_frames);

      context->format = AV_PIX_FMT_CUDA;
      context->sw_format = layouts[n].layout;
      context->width = c.source.width;
      context->height = c.source.height;
      g_assert_cmpint (av_hwframe_ctx_init (frames), >=, 0);
      bb_cuda_test_random_look (&c, rand);
      expected = bb_cuda_test_run (cpu, &c, &error);
      g_assert_no_error (error);
      c.target.interleaved = g_rand_boolean (rand);
      plan = bb_cuda_test_plan (&c);
      bb_test_device_prepare (card, plan, c.n_frames, &error);
      g_assert_no_error (error);
      for (guint f = 0; f < c.n_frames; f++)
        {
          g_autoptr (BbFrame) host = bb_cuda_test_frame (&c.source, f);

          /* Some of them from the host, as after a decoder's failure. */
          batch->frame[f] = i % 5 == 0 && f > 2 ? bb_frame_ref (host) : bb_cuda_test_surface (frames, host);
        }
      batch = bb_device_upload (card, batch, &error);
      g_assert_no_error (error);
      batch = bb_test_device_run (card, batch, NULL, &error);
      g_assert_no_error (error);
      batch = bb_device_download_batch (card, batch, &error);
      g_assert_no_error (error);
      for (guint f = 0; f < c.n_frames; f++)
        {
          g_assert_true (bb_frame_wait (batch->frame[f], &error));
          g_assert_cmpint (batch->frame[f]->pts, ==, f * 100);
          g_assert_cmpint (bb_cuda_test_difference (batch->frame[f], expected->frame[f]), <=, 1);
        }
      bb_batch_free (batch);
      av_buffer_unref (&frames);
    }
  av_buffer_unref (&hardware);
  g_rand_free (rand);
}

/* Of rows without padding every byte was written before it is copied off the GPU, which compute-sanitizer's initcheck
 * looks at; padding never is written, but copied with the rows that it lies between. */
static void
test_no_padding (void)
{
  g_autoptr (BbDevice) card = bb_cuda_test_open ();
  g_autoptr (BbDevice) cpu = bb_devices_open ("cpu", NULL);
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (512, 256, 8, 1, 1),
    .target = bb_cuda_test_format (512, 512, 8, 1, 1),
    .aspect = 1.0,
    .n_frames = 2,
  };

  bb_recipe_values_init (&c.values);
  bb_recipe_values_settle (&c.values, TRUE);
  bb_cuda_test_compare (card, cpu, &c, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuda/plans", test_plans);
  g_test_add_func ("/cuda/batches", test_batches);
  g_test_add_func ("/cuda/deeper", test_deeper);
  g_test_add_func ("/cuda/full-size", test_full_size);
  g_test_add_func ("/cuda/stream", test_stream);
  g_test_add_func ("/cuda/waits", test_waits);
  g_test_add_func ("/cuda/waits/subprocess/careless", check_careless);
  g_test_add_func ("/cuda/new-plan", test_new_plan);
  g_test_add_func ("/cuda/misuse", test_misuse);
  g_test_add_func ("/cuda/memory", test_memory);
  g_test_add_func ("/cuda/no-padding", test_no_padding);
  g_test_add_data_func ("/cuda/one-upload", GINT_TO_POINTER (FALSE), test_one_upload);
  g_test_add_data_func ("/cuda/one-upload/decoded", GINT_TO_POINTER (TRUE), test_one_upload);
  g_test_add_func ("/cuda/surfaces", test_surfaces);
  return g_test_run ();
}
