/* test-cuda-waits.c: what waits for what on a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each test brings about the one order of work in which a wait that is missing does harm. The driver for
 * tests does nothing before somebody waits for it, so a test says itself which stream goes on first;
 * and the events that the code under test asks about have never come yet.
 */

#include "bb-cuda-test.h"

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-error.h"
#include "bb-test-device.h"
#include "bb-tune-measure.h"
#include "cuda/bb-cuda-memory.h"
#include "cuda/bb-cuda-device.h"
#include "cuda/bb-cuda-ffmpeg.h"
#include "cuda/bb-cuda-picture.h"
#include "cuda/bb-cuda-program.h"

/* A GPU whose driver this test stands in front of. */
static struct {
  BbDevice *card;
  BbDevice *cpu;
  BbCudaContext *context;
  BbCuda *table; /* of the process */
  BbCuda own;    /* as the driver has it */

  /* The call on this stream that fails: the first is 1, and 0 is none. */
  CUstream failing;
  int fail_record;
  int fail_wait;

  /* Events of downloads that nobody has waited for. */
  GHashTable *unfinished;
  guint most_unfinished;

  /* The last copies there and back. */
  gpointer uploaded_from;
  CUdeviceptr uploaded_to;
  gpointer downloaded_to;
} f;

static CUresult
never (CUevent event)
{
  return CUDA_ERROR_NOT_READY;
}

static CUresult
record (CUevent event, CUstream stream)
{
  if (stream == f.failing && f.fail_record > 0 && --f.fail_record == 0)
    return CUDA_ERROR_UNKNOWN;
  if (stream == f.context->download)
    g_hash_table_add (f.unfinished, event);
  f.most_unfinished = MAX (f.most_unfinished, g_hash_table_size (f.unfinished));
  return f.own.event_record (event, stream);
}

static CUresult
synchronize (CUevent event)
{
  g_hash_table_remove (f.unfinished, event);
  return f.own.event_synchronize (event);
}

/* A second and a half, where there is anything to tell. */
static CUresult
elapse (float *milliseconds, CUevent start, CUevent end)
{
  CUresult result = f.own.event_elapsed_time (milliseconds, start, end);

  *milliseconds = 1500.0f;
  return result;
}

static CUresult
wait_event (CUstream stream, CUevent event, unsigned int flags)
{
  if (stream == f.failing && f.fail_wait > 0 && --f.fail_wait == 0)
    return CUDA_ERROR_UNKNOWN;
  return f.own.stream_wait_event (stream, event, flags);
}

static CUresult
upload (CUdeviceptr to, const void *from, size_t size, CUstream stream)
{
  f.uploaded_to = to;
  f.uploaded_from = (gpointer) from;
  return f.own.memcpy_h_to_d_async (to, from, size, stream);
}

static CUresult
download (void *to, CUdeviceptr from, size_t size, CUstream stream)
{
  f.downloaded_to = to;
  return f.own.memcpy_d_to_h_async (to, from, size, stream);
}

static void
set_up (void)
{
  memset (&f, 0, sizeof f);
  f.card = bb_cuda_test_open ();
  f.cpu = bb_devices_open ("cpu", NULL);
  f.context = bb_cuda_device_get_context (BB_CUDA_DEVICE (f.card));
  f.table = (BbCuda *) f.context->cuda;
  f.own = *f.table;
  f.unfinished = g_hash_table_new (NULL, NULL);
  f.table->event_query = never;
  f.table->event_record = record;
  f.table->event_synchronize = synchronize;
  f.table->event_elapsed_time = elapse;
  f.table->stream_wait_event = wait_event;
  f.table->memcpy_h_to_d_async = upload;
  f.table->memcpy_d_to_h_async = download;
}

static void
tear_down (void)
{
  g_assert_cmpint (f.fail_record, ==, 0);
  g_assert_cmpint (f.fail_wait, ==, 0);
  *f.table = f.own;
  g_clear_object (&f.card);
  g_clear_object (&f.cpu);
  g_clear_pointer (&f.unfinished, g_hash_table_unref);
}

/* Has the GPU do what it was given on a stream, and what that waits for, but nothing else. */
static void
go_on (BbCudaContext *context, CUstream stream)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, NULL);

  g_assert_cmpint (f.own.stream_synchronize (stream), ==, CUDA_SUCCESS);
}

static BbCudaTestCase
make_case (int source_width, int source_height, int width, int height)
{
  BbCudaTestCase c = {
    .source = bb_cuda_test_format (source_width, source_height, 8, 1, 1),
    .target = bb_cuda_test_format (width, height, 8, 1, 1),
    .aspect = 1.0,
    .n_frames = 1,
  };

  bb_recipe_values_init (&c.values);
  bb_recipe_values_settle (&c.values, TRUE);
  c.values.blur = 12;
  return c;
}

/* A source of this many bytes on its way to the GPU, or as few less as can be. */
static BbCudaTestCase
make_case_of_size (gsize size)
{
  return make_case (256, (int) (size / 384) & ~1, 36, 64);
}

static void
prepare (BbDevice *device, const BbCudaTestCase *c)
{
  g_autoptr (BbPlan) plan = bb_cuda_test_plan (c);
  g_autoptr (GError) error = NULL;

  bb_test_device_prepare (device, plan, c->n_frames, &error);
  g_assert_no_error (error);
}

static BbBatch *
load (BbDevice *device, BbFrame *frame)
{
  g_autoptr (GError) error = NULL;
  BbBatch *batch = bb_batch_new (1);

  batch->frame[0] = frame;
  batch = bb_device_upload (device, batch, &error);
  g_assert_no_error (error);
  return batch;
}

static BbBatch *
finish (BbDevice *device, BbBatch *batch)
{
  g_autoptr (GError) error = NULL;

  batch = bb_test_device_run (device, batch, NULL, &error);
  g_assert_no_error (error);
  return batch;
}

static BbBatch *
fetch (BbDevice *device, BbBatch *batch)
{
  g_autoptr (GError) error = NULL;

  batch = bb_device_download_batch (device, batch, &error);
  g_assert_no_error (error);
  return batch;
}

/* All of it, of which nothing is done yet. */
static BbBatch *
start (BbDevice *device, const BbCudaTestCase *c)
{
  prepare (device, c);
  return fetch (device, finish (device, load (device, bb_cuda_test_frame (&c->source, 0))));
}

static BbPicture *
present (BbBatch *batch)
{
  g_autoptr (GError) error = NULL;
  BbPicture *picture = bb_device_present (f.card, batch->frame[0], &(BbPresentOptions) { .takes_device_memory = TRUE }, &error);

  g_assert_no_error (error);
  return picture;
}

static BbPicture *
make_picture (const BbCudaTestCase *c, guint32 seed)
{
  g_autoptr (BbBatch) batch =
    finish (f.card, load (f.card, bb_cuda_test_frame (&c->source, seed)));

  return present (batch);
}

static guint8 *
get_block (BbPicture *picture)
{
  return bb_cuda_picture_get_pixels (picture)->block->address;
}

static gsize
get_size (BbPicture *picture)
{
  return picture->stride * (gsize) picture->height;
}

/* A batch is what the processor makes of the same frame. */
static void
assert_right (BbBatch *batch, const BbCudaTestCase *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbBatch) expected = bb_cuda_test_run (f.cpu, c, &error);

  g_assert_no_error (error);
  bb_frame_wait (batch->frame[0], &error);
  g_assert_no_error (error);
  g_assert_cmpint (bb_cuda_test_difference (batch->frame[0], expected->frame[0]), <=, 1);
}

/* Memory that a kernel has still to write when it is given back becomes memory for frames on their way to
 * the GPU: they come after the kernel. */
static void
test_staging_after_kernels (void)
{
  BbCudaTestCase first = make_case (64, 36, 200, 200);
  BbCudaTestCase second;
  BbPicture *picture;
  g_autoptr (BbBatch) batch = NULL;
  guint8 *block;

  set_up ();
  prepare (f.card, &first);
  picture = make_picture (&first, 1);
  block = get_block (picture);
  second = make_case_of_size (get_size (picture));
  bb_picture_unref (picture);

  prepare (f.card, &second);
  batch = load (f.card, bb_cuda_test_frame (&second.source, 0));
  g_assert_cmphex (f.uploaded_to, ==, (CUdeviceptr) block);
  go_on (f.context, f.context->upload);
  batch = fetch (f.card, finish (f.card, g_steal_pointer (&batch)));
  assert_right (batch, &second);
  g_clear_pointer (&batch, bb_batch_free);
  tear_down ();
}

/* Pinned memory that a frame has still to be copied from when the device is prepared anew holds the next frame
 * only after that. */
static void
test_retired_staging (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (BbBatch) batch = NULL;
  g_autoptr (BbBatch) other = NULL;
  gpointer block;

  set_up ();
  prepare (f.card, &c);
  batch = finish (f.card, load (f.card, bb_cuda_test_frame (&c.source, 0)));
  block = f.uploaded_from;
  prepare (f.card, &c);
  other = load (f.card, bb_cuda_test_frame (&c.source, 1));
  g_assert_true (f.uploaded_from == block);
  batch = fetch (f.card, g_steal_pointer (&batch));
  assert_right (batch, &c);
  g_clear_pointer (&batch, bb_batch_free);
  g_clear_pointer (&other, bb_batch_free);
  tear_down ();
}

/* Pinned memory that frames have still to come to when they are dropped becomes memory for frames on
 * their way to the GPU. With @fail the GPU cannot tell when it is done with a stream. */
static void
try_late_download (gboolean fail)
{
  BbCudaTestCase first = make_case (64, 36, 36, 64);
  BbCudaTestCase second;
  g_autoptr (BbBatch) batch = NULL;
  BbCudaLayout layout;
  gpointer block;

  set_up ();
  bb_batch_free (start (f.card, &first));
  block = f.downloaded_to;
  bb_cuda_layout_init (&layout, &first.target, 256);
  second = make_case_of_size (layout.size);

  f.failing = f.context->download;
  f.fail_record = fail ? 1 : 0;
  prepare (f.card, &second);
  batch = load (f.card, bb_cuda_test_frame (&second.source, 0));
  g_assert_true (f.uploaded_from == block);
  go_on (f.context, f.context->download);
  batch = fetch (f.card, finish (f.card, g_steal_pointer (&batch)));
  assert_right (batch, &second);
  g_clear_pointer (&batch, bb_batch_free);
  tear_down ();
}

static void
test_late_download (void)
{
  try_late_download (FALSE);
}

static void
test_late_download_untold (void)
{
  try_late_download (TRUE);
}

/* Tables that are still to be brought to the GPU when their plan is dropped are for kernels of that plan,
 * which run all the same: others, in the same pinned memory, would lead them out of their planes. */
static void
try_late_tables (gboolean fail)
{
  BbCudaTestCase first = make_case (64, 36, 216, 384);
  BbCudaTestCase second;
  g_autoptr (BbBatch) batch = NULL;
  g_autoptr (BbPlan) plan = bb_cuda_test_plan (&first);
  BbCudaTables tables;
  gsize wanted, size = 0;
  gpointer block;

  set_up ();
  bb_cuda_tables_init (&tables, plan);
  wanted = tables.size;
  bb_cuda_tables_clear (&tables, f.context, NULL);
  /* A larger source of whose tables there are as many bytes. */
  for (int width = 144; size < wanted - wanted / 8; width += 4)
    {
      g_autoptr (BbPlan) other = NULL;

      second = make_case (width, 72, 36, 64);
      other = bb_cuda_test_plan (&second);
      bb_cuda_tables_init (&tables, other);
      size = tables.size;
      bb_cuda_tables_clear (&tables, f.context, NULL);
    }
  g_assert_cmpuint (size, <=, wanted);

  prepare (f.card, &first);
  block = f.uploaded_from;
  bb_batch_free (finish (f.card, load (f.card, bb_cuda_test_frame (&first.source, 0))));
  f.failing = f.context->stream;
  f.fail_record = fail ? 1 : 0;
  prepare (f.card, &second);
  g_assert_true (f.uploaded_from == block);
  batch = fetch (f.card, finish (f.card, load (f.card, bb_cuda_test_frame (&second.source, 0))));
  assert_right (batch, &second);
  g_clear_pointer (&batch, bb_batch_free);
  tear_down ();
}

static void
test_late_tables (void)
{
  try_late_tables (FALSE);
}

static void
test_late_tables_untold (void)
{
  try_late_tables (TRUE);
}

static AVBufferRef *
new_frames (AVBufferRef *hardware, const BbFormat *format)
{
  AVBufferRef *frames = av_hwframe_ctx_alloc (hardware);
  AVHWFramesContext *context = (gpointer) frames->data;

  context->format = AV_PIX_FMT_CUDA;
  context->sw_format = AV_PIX_FMT_NV12;
  context->width = format->width;
  context->height = format->height;
  g_assert_cmpint (av_hwframe_ctx_init (frames), >=, 0);
  return frames;
}

/* A copy to the GPU that no kernel will ever wait for, since it could not be told when, or not to: what it
 * writes to is used again after it, also by kernels that nothing else keeps waiting. */
static void
try_orphaned_upload (gboolean untold)
{
  /* A row of the canvas has 256 bytes, a frame on its way to the GPU 384 for each row. */
  BbCudaTestCase first = make_case (256, 172, 16, 16);
  BbCudaTestCase second = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbBatch) batch = bb_batch_new (1);
  g_autoptr (BbFrame) host = NULL;
  AVBufferRef *hardware, *frames;
  guint8 *block;

  set_up ();
  hardware = bb_device_get_media (f.card)->new_context (f.card, &error);
  g_assert_no_error (error);
  frames = new_frames (hardware, &second.source);
  host = bb_cuda_test_frame (&second.source, 0);
  prepare (f.card, &first);
  batch->frame[0] = bb_cuda_test_frame (&first.source, 0);
  f.failing = untold ? f.context->upload : f.context->stream;
  f.fail_record = untold ? 1 : 0;
  f.fail_wait = untold ? 0 : 1;
  batch = bb_device_upload (f.card, g_steal_pointer (&batch), &error);
  g_assert_null (batch);
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  block = (guint8 *) f.uploaded_to;

  prepare (f.card, &second);
  batch = finish (f.card, load (f.card, bb_cuda_test_surface (frames, host)));
  g_assert_true (batch->frame[0]->data[0] == block);
  go_on (f.context, f.context->stream);
  go_on (f.context, f.context->upload);
  batch = fetch (f.card, g_steal_pointer (&batch));
  assert_right (batch, &second);
  g_clear_pointer (&batch, bb_batch_free);
  av_buffer_unref (&frames);
  av_buffer_unref (&hardware);
  tear_down ();
}

static void
test_orphaned_upload (void)
{
  try_orphaned_upload (FALSE);
}

static void
test_orphaned_upload_untold (void)
{
  try_orphaned_upload (TRUE);
}

/* Kernels that read a decoder's frames were queued, and then something failed: whoever frees those frames
 * may do so at once. */
static void
test_failed_reading (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbFrame) host = bb_cuda_test_frame (&c.source, 0);
  BbBatch *batch = bb_batch_new (1);
  AVBufferRef *hardware, *frames;

  set_up ();
  hardware = bb_device_get_media (f.card)->new_context (f.card, &error);
  g_assert_no_error (error);
  frames = new_frames (hardware, &c.source);
  prepare (f.card, &c);
  batch->frame[0] = bb_cuda_test_surface (frames, host);
  /* Where the kernels begin, and where they end. */
  f.failing = f.context->stream;
  f.fail_record = 2;
  g_assert_null (bb_device_upload (f.card, batch, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  av_buffer_unref (&frames);
  av_buffer_unref (&hardware);
  tear_down ();
}

/* A decoder's frame that is dropped before its kernels have run is the decoder's again after them, also
 * where its plan is dropped too. */
static void
test_frames_of_dropped_plan (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbFrame) host = bb_cuda_test_frame (&c.source, 0);
  AVBufferRef *hardware, *frames;

  set_up ();
  hardware = bb_device_get_media (f.card)->new_context (f.card, &error);
  g_assert_no_error (error);
  frames = new_frames (hardware, &c.source);
  prepare (f.card, &c);
  bb_batch_free (load (f.card, bb_cuda_test_surface (frames, host)));
  av_buffer_unref (&frames);
  av_buffer_unref (&hardware);
  prepare (f.card, &c);
  tear_down ();
}

/* More of a decoder's frames than are held back. Each is given back once it was read, and not before. */
static void
test_decoders_frames (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbBatch) batch = NULL;
  g_autoptr (BbBatch) expected = NULL;

  set_up ();
  c.n_frames = 6;
  expected = bb_cuda_test_run (f.cpu, &c, &error);
  g_assert_no_error (error);
  prepare (f.card, &c);
  batch = bb_batch_new (c.n_frames);
  for (guint32 i = 0; i < c.n_frames; i++)
    {
      g_autoptr (BbBatch) one = load (f.card, bb_cuda_test_decode (f.context, &c.source, i));

      batch->frame[i] = g_steal_pointer (&one->frame[0]);
    }
  batch = fetch (f.card, finish (f.card, g_steal_pointer (&batch)));
  for (guint i = 0; i < c.n_frames; i++)
    {
      bb_frame_wait (batch->frame[i], &error);
      g_assert_no_error (error);
      g_assert_cmpint (bb_cuda_test_difference (batch->frame[i], expected->frame[i]), <=, 1);
    }
  g_clear_pointer (&batch, bb_batch_free);
  tear_down ();
}

/* A finished frame on the GPU is there for everybody once it was waited for, and one in main memory that
 * was asked for by itself is there at once. */
static void
test_awaited_frame (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbBatch) batch = NULL;
  g_autoptr (BbFrame) host = NULL;
  BbCudaLayout layout;
  CUstream stream;
  void *copy = NULL;

  set_up ();
  bb_cuda_layout_init (&layout, &c.target, 256);
  prepare (f.card, &c);
  batch = finish (f.card, load (f.card, bb_cuda_test_frame (&c.source, 0)));
  {
    g_auto (BbCudaScope) scope = bb_cuda_context_enter (f.context, NULL);

    g_assert_true (bb_frame_wait (batch->frame[0], &error));
    g_assert_cmpint (f.own.mem_host_alloc (&copy, layout.size, 0), ==, CUDA_SUCCESS);
    g_assert_cmpint (f.own.stream_create (&stream, CU_STREAM_NON_BLOCKING), ==, CUDA_SUCCESS);
    g_assert_cmpint (f.own.memcpy_d_to_h_async (copy, (CUdeviceptr) batch->frame[0]->data[0],
                                                layout.size, stream),
                     ==, CUDA_SUCCESS);
    g_assert_cmpint (f.own.stream_synchronize (stream), ==, CUDA_SUCCESS);
    f.own.stream_destroy (stream);
  }
  host = bb_device_download (f.card, g_steal_pointer (&batch->frame[0]), &error);
  g_assert_no_error (error);
  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&c.target, p); y++)
      g_assert_cmpmem ((guint8 *) copy + layout.offset[p] + y * layout.stride[p],
                       (gsize) bb_format_get_plane_width (&c.target, p),
                       host->data[p] + y * host->stride[p],
                       (gsize) bb_format_get_plane_width (&c.target, p));
  g_clear_pointer (&batch, bb_batch_free);
  g_clear_pointer (&host, bb_frame_unref);
  {
    g_auto (BbCudaScope) scope = bb_cuda_context_enter (f.context, NULL);

    f.own.mem_free_host (copy);
  }
  tear_down ();
}

/* Frames of another device's stream, where two devices show the same clip. */
static void
test_two_devices (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbFrame) host = bb_cuda_test_frame (&c.source, 0);
  g_autoptr (BbBatch) batch = NULL;
  BbDevice *other;
  BbCudaContext *context;
  AVBufferRef *hardware, *frames;

  set_up ();
  other = bb_cuda_test_open ();
  context = bb_cuda_device_get_context (BB_CUDA_DEVICE (other));
  hardware = bb_device_get_media (f.card)->new_context (f.card, &error);
  g_assert_no_error (error);
  frames = new_frames (hardware, &c.source);
  prepare (other, &c);
  batch = load (other, bb_cuda_test_surface (frames, host));
  go_on (context, context->stream);
  batch = fetch (other, finish (other, g_steal_pointer (&batch)));
  assert_right (batch, &c);
  g_clear_pointer (&batch, bb_batch_free);
  av_buffer_unref (&frames);
  av_buffer_unref (&hardware);
  g_clear_object (&other);
  tear_down ();
}

/* A picture is dropped while streams of who shows it still copy it: its memory is written to after all of
 * them. */
static void
test_dropped_picture (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GError) error = NULL;
  CUstream stream[2];
  void *copy = NULL;
  gsize size;

  set_up ();
  prepare (f.card, &c);
  /* The one that is behind is the last to be told of, then the one before. */
  for (int behind = 1; behind >= 0; behind--)
    {
      g_auto (BbCudaScope) scope = bb_cuda_context_enter (f.context, NULL);
      g_autoptr (BbBatch) batch =
        finish (f.card, load (f.card, bb_cuda_test_frame (&c.source, 1)));
      g_autoptr (BbPicture) reference = present (batch);
      BbPicture *picture = present (batch);
      g_autoptr (BbPicture) next = NULL;
      guint8 *block = get_block (picture);
      GBytes *pixels;

      size = get_size (picture);
      pixels = bb_picture_get_pixels (reference, &error);
      g_assert_no_error (error);
      g_assert_cmpint (f.own.mem_host_alloc (&copy, 2 * size, 0), ==, CUDA_SUCCESS);
      for (int i = 0; i < 2; i++)
        {
          g_assert_cmpint (f.own.stream_create (&stream[i], CU_STREAM_NON_BLOCKING), ==, CUDA_SUCCESS);
          g_assert_true (
            bb_cuda_event_hold (bb_cuda_picture_get_pixels (picture)->ready, stream[i], NULL));
          g_assert_cmpint (f.own.memcpy_d_to_h_async ((guint8 *) copy + (gsize) i * size,
                                                      (CUdeviceptr) block, size, stream[i]),
                           ==, CUDA_SUCCESS);
          g_assert_true (bb_cuda_picture_add_use (picture, stream[i], NULL));
        }
      go_on (f.context, stream[1 - behind]);
      bb_picture_unref (picture);
      next = make_picture (&c, 2);
      g_assert_true (get_block (next) == block);
      go_on (f.context, f.context->stream);
      go_on (f.context, stream[behind]);
      for (int i = 0; i < 2; i++)
        {
          g_assert_cmpmem ((guint8 *) copy + (gsize) i * size, size, g_bytes_get_data (pixels, NULL),
                           size);
          f.own.stream_destroy (stream[i]);
        }
      f.own.mem_free_host (copy);
    }
  tear_down ();
}

/* A picture's way to main memory that fails once the copy is queued: where it goes to is used again after
 * it. */
static void
test_failed_picture (void)
{
  BbCudaTestCase first = make_case (64, 36, 200, 200);
  BbCudaTestCase second;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbBatch) batch = NULL;
  BbPicture *picture;
  gpointer block;

  set_up ();
  prepare (f.card, &first);
  picture = make_picture (&first, 1);
  second = make_case_of_size (get_size (picture));
  f.failing = f.context->download;
  f.fail_record = 1;
  g_assert_null (bb_picture_get_pixels (picture, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_DEVICE);
  block = f.downloaded_to;
  bb_picture_unref (picture);

  prepare (f.card, &second);
  batch = load (f.card, bb_cuda_test_frame (&second.source, 0));
  g_assert_true (f.uploaded_from == block);
  go_on (f.context, f.context->download);
  batch = fetch (f.card, finish (f.card, g_steal_pointer (&batch)));
  assert_right (batch, &second);
  g_clear_pointer (&batch, bb_batch_free);
  tear_down ();
}

/* Idle memory is freed once the GPU is done with it. */
static void
test_trim (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);

  set_up ();
  prepare (f.card, &c);
  bb_picture_unref (make_picture (&c, 1));
  {
    g_auto (BbCudaScope) scope = bb_cuda_context_enter (f.context, NULL);

    bb_cuda_memory_trim (f.context);
  }
  tear_down ();
}

/* A device is dropped while its GPU is at work. */
static void
test_dropped_device (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);

  set_up ();
  bb_batch_free (start (f.card, &c));
  tear_down ();
}

/* Time that kernels took is counted when they are done, all of it. */
static void
test_busy (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (BbBatch) batch = NULL;

  set_up ();
  f.table->event_query = f.own.event_query;
  batch = start (f.card, &c);
  bb_device_get_seconds (f.card);
  go_on (f.context, f.context->download);
  /* Of those that read the source, and of those that finish frames. */
  g_assert_cmpfloat (bb_device_get_seconds (f.card), ==, 3.0);
  g_clear_pointer (&batch, bb_batch_free);
  tear_down ();
}

static void
tuned_cb (const BbTunePoint *point, guint n_done, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* What is measured is work that is done: no more of it is under way than in a render. */
static void
test_measured (void)
{
  BbCudaTestCase c = make_case (64, 36, 36, 64);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (BbFrame) frame = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbEngine) engine = NULL;
  BbSourceInfo source = { .format = c.source, .sar_num = 1, .sar_den = 1 };
  BbTunePoint points[BB_TUNE_N_POINTS];

  set_up ();
  c.values.width = c.target.width;
  c.values.height = c.target.height;
  recipe = bb_recipe_new (&c.values, &error);
  g_assert_no_error (error);
  engine = bb_engine_new (f.card);
  frame = bb_cuda_test_frame (&c.source, 0);
  bb_tune_measure (engine, &source, recipe, &c.target, &frame, 1, points, tuned_cb, cancellable,
                   cancellable, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (f.most_unfinished, ==, 2);
  g_assert_cmpuint (g_hash_table_size (f.unfinished), ==, 0);
  g_clear_pointer (&engine, bb_engine_free);
  tear_down ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cuda-waits/staging-after-kernels", test_staging_after_kernels);
  g_test_add_func ("/cuda-waits/retired-staging", test_retired_staging);
  g_test_add_func ("/cuda-waits/late-download", test_late_download);
  g_test_add_func ("/cuda-waits/late-download-untold", test_late_download_untold);
  g_test_add_func ("/cuda-waits/late-tables", test_late_tables);
  g_test_add_func ("/cuda-waits/late-tables-untold", test_late_tables_untold);
  g_test_add_func ("/cuda-waits/orphaned-upload", test_orphaned_upload);
  g_test_add_func ("/cuda-waits/orphaned-upload-untold", test_orphaned_upload_untold);
  g_test_add_func ("/cuda-waits/failed-reading", test_failed_reading);
  g_test_add_func ("/cuda-waits/frames-of-dropped-plan", test_frames_of_dropped_plan);
  g_test_add_func ("/cuda-waits/decoders-frames", test_decoders_frames);
  g_test_add_func ("/cuda-waits/awaited-frame", test_awaited_frame);
  g_test_add_func ("/cuda-waits/two-devices", test_two_devices);
  g_test_add_func ("/cuda-waits/dropped-picture", test_dropped_picture);
  g_test_add_func ("/cuda-waits/failed-picture", test_failed_picture);
  g_test_add_func ("/cuda-waits/trim", test_trim);
  g_test_add_func ("/cuda-waits/dropped-device", test_dropped_device);
  g_test_add_func ("/cuda-waits/busy", test_busy);
  g_test_add_func ("/cuda-waits/measured", test_measured);
  return g_test_run ();
}
