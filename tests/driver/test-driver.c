/* test-driver.c: the driver for tests: devices, contexts, memory, faults, FFmpeg
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-driver.h"

#include <glib/gstdio.h>
#include <libavutil/hwcontext.h>
#include <libavutil/pixfmt.h>
#include <string.h>

static void
test_devices (void)
{
  int count = 0, value = 0;
  size_t bytes = 0;
  char name[64];
  CUdevice device;
  CUuuid uuid;

  g_assert_cmpint (cuDeviceGetCount (&count), ==, CUDA_ERROR_NOT_INITIALIZED);
  CU (cuDriverGetVersion (&value));
  g_assert_cmpint (value, ==, CUDA_VERSION);
  CU (cuInit (0));
  CU (cuDeviceGetCount (&count));
  g_assert_cmpint (count, ==, 1);
  CU (cuDeviceGet (&device, 0));
  g_assert_cmpint (cuDeviceGet (&device, 1), ==, CUDA_ERROR_INVALID_DEVICE);
  CU (cuDeviceGetName (name, sizeof name, 0));
  g_assert_cmpstr (name, !=, "");
  CU (cuDeviceGetUuid (&uuid, 0));
  CU (cuDeviceTotalMem (&bytes, 0));
  g_assert_cmpuint (bytes, ==, (gsize) 4 << 30);
  CU (cuDeviceGetAttribute (&value, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0));
  g_assert_cmpint (value, ==, 8);
  g_assert_cmpint (cuDeviceGetAttribute (&value, (CUdevice_attribute) 0, 0), ==,
                   CUDA_ERROR_INVALID_VALUE);
}

static void
check_variables (void)
{
  CUuuid first, second;
  size_t bytes = 0;
  int count = 0, minor = 0;

  CU (cuInit (0));
  CU (cuDeviceGetCount (&count));
  g_assert_cmpint (count, ==, 2);
  CU (cuDeviceGetUuid (&first, 0));
  CU (cuDeviceGetUuid (&second, 1));
  g_assert_cmpint (memcmp (&first, &second, sizeof first), !=, 0);
  CU (cuDeviceGetAttribute (&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 1));
  g_assert_cmpint (minor, ==, 6);
  CU (cuDeviceTotalMem (&bytes, 1));
  g_assert_cmpuint (bytes, ==, 1 << 20);
}

static void
check_init_fails (void)
{
  int count;

  g_assert_cmpint (cuInit (0), ==, CUDA_ERROR_UNKNOWN);
  g_assert_cmpint (cuDeviceGetCount (&count), ==, CUDA_ERROR_NOT_INITIALIZED);
}

static void
check_no_device (void)
{
  g_assert_cmpint (cuInit (0), ==, CUDA_ERROR_NO_DEVICE);
}

static void
test_variables (void)
{
  run_with ("/driver/variables/subprocess/devices", "BLURBOX_DRIVER_DEVICES=2",
            "BLURBOX_DRIVER_CAPABILITY=8.6", "BLURBOX_DRIVER_MEMORY=1048576", NULL);
  run_with ("/driver/variables/subprocess/init", "BLURBOX_DRIVER_INIT=999", NULL);
  run_with ("/driver/variables/subprocess/none", "BLURBOX_DRIVER_DEVICES=0", NULL);
}

static void
test_names (void)
{
  const char *text = NULL;
  CUdriverProcAddressQueryResult status;
  void *function = NULL;

  CU (cuGetErrorName (CUDA_ERROR_OUT_OF_MEMORY, &text));
  g_assert_cmpstr (text, ==, "CUDA_ERROR_OUT_OF_MEMORY");
  CU (cuGetErrorString (CUDA_ERROR_NO_DEVICE, &text));
  g_assert_cmpstr (text, ==, "no CUDA-capable device is detected");
  g_assert_cmpint (cuGetErrorName ((CUresult) 12345, &text), ==, CUDA_ERROR_INVALID_VALUE);
  g_assert_null (text);
  CU (cuGetProcAddress ("cuMemAlloc", &function, CUDA_VERSION, 0, &status));
  g_assert_true (function == (void *) cuMemAlloc);
  g_assert_cmpint (status, ==, CU_GET_PROC_ADDRESS_SUCCESS);
  CU (cuGetProcAddress ("cuNoSuchThing", &function, CUDA_VERSION, 0, &status));
  g_assert_null (function);
  g_assert_cmpint (status, ==, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
}

static void
test_contexts (void)
{
  CUcontext first, second, current;
  CUdeviceptr address;
  CUdevice device;
  unsigned int flags;
  int active;

  CU (cuInit (0));
  g_assert_cmpint (cuMemAlloc (&address, 16), ==, CUDA_ERROR_INVALID_CONTEXT);
  g_assert_cmpint (cuCtxSynchronize (), ==, CUDA_ERROR_INVALID_CONTEXT);
  g_assert_cmpint (cuCtxPopCurrent (&current), ==, CUDA_ERROR_INVALID_CONTEXT);
  CU (cuDevicePrimaryCtxRetain (&first, 0));
  CU (cuDevicePrimaryCtxRetain (&second, 0));
  g_assert_true (first == second);
  g_assert_cmpint (cuMemAlloc (&address, 16), ==, CUDA_ERROR_INVALID_CONTEXT);
  CU (cuCtxPushCurrent (first));
  CU (cuCtxGetDevice (&device));
  g_assert_cmpint (device, ==, 0);
  CU (cuCtxGetCurrent (&current));
  g_assert_true (current == first);
  CU (cuCtxPopCurrent (&current));
  CU (cuCtxGetCurrent (&current));
  g_assert_null (current);
  CU (cuCtxSetCurrent (first));
  CU (cuDevicePrimaryCtxRelease (0));
  CU (cuDevicePrimaryCtxGetState (0, &flags, &active));
  g_assert_true (active);
  CU (cuDevicePrimaryCtxRelease (0));
  CU (cuDevicePrimaryCtxGetState (0, &flags, &active));
  g_assert_false (active);
  g_assert_cmpint (cuDevicePrimaryCtxRelease (0), ==, CUDA_ERROR_INVALID_CONTEXT);
  g_assert_cmpint (cuMemAlloc (&address, 16), ==, CUDA_ERROR_CONTEXT_IS_DESTROYED);
  CU (cuCtxSetCurrent (NULL));
}

static void
breach_leak_memory (void)
{
  begin ();
  allocate (1000);
  end ();
}

static void
breach_leak_pinned (void)
{
  void *host;

  begin ();
  CU (cuMemAllocHost (&host, 100));
  end ();
}

static void
breach_leak_stream (void)
{
  CUstream stream;

  begin ();
  CU (cuStreamCreate (&stream, CU_STREAM_NON_BLOCKING));
  end ();
}

static void
breach_leak_event (void)
{
  CUevent event;

  begin ();
  CU (cuEventCreate (&event, CU_EVENT_DISABLE_TIMING));
  end ();
}

static void
test_memory (void)
{
  CUdeviceptr address, base;
  size_t left, total, size, pitch;
  guint16 words[500];
  void *host;

  begin ();
  CU (cuMemGetInfo (&left, &total));
  g_assert_cmpuint (left, ==, total);
  address = allocate (1000);
  g_assert_cmpuint (address % 256, ==, 0);
  CU (cuMemGetInfo (&left, &total));
  g_assert_cmpuint (total - left, ==, 1024);
  CU (cuMemcpyDtoH (words, address, sizeof words));
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_cmphex (words[i], ==, POISON_WORD);
  CU (cuMemGetAddressRange (&base, &size, address + 999));
  g_assert_cmpuint (base, ==, address);
  g_assert_cmpuint (size, ==, 1000);
  CU (cuMemFree (address));
  CU (cuMemFree (0));
  CU (cuMemAllocPitch (&address, &pitch, 1001, 3, 16));
  g_assert_cmpuint (pitch, >=, 1001);
  g_assert_cmpuint (pitch % 512, ==, 0);
  CU (cuMemGetAddressRange (&base, &size, address));
  g_assert_cmpuint (size, ==, 3 * pitch);
  CU (cuMemFree (address));
  g_assert_cmpint (cuMemAlloc (&address, 0), ==, CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuMemAlloc (&address, total + 1), ==, CUDA_ERROR_OUT_OF_MEMORY);
  CU (cuMemAllocHost (&host, 10));
  g_assert_cmphex (*(guint16 *) host, ==, POISON_WORD);
  CU (cuMemFreeHost (host));
  end ();
}

static void
check_out_of_memory (void)
{
  CUdeviceptr first, second;

  begin ();
  first = allocate (3000);
  g_assert_cmpint (cuMemAlloc (&second, 1200), ==, CUDA_ERROR_OUT_OF_MEMORY);
  CU (cuMemAlloc (&second, 1024));
  CU (cuMemFree (first));
  CU (cuMemFree (second));
  CU (cuMemAlloc (&first, 4096));
  CU (cuMemFree (first));
  end ();
}

static void
test_out_of_memory (void)
{
  run_with ("/driver/out-of-memory/subprocess/run", "BLURBOX_DRIVER_MEMORY=4096", NULL);
}

/* Copies of rectangles between all kinds of memory, against plain loops. */
static void
test_rectangles (void)
{
  enum { WIDTH = 37, HEIGHT = 11, PITCH = 64 };
  guint8 from[HEIGHT][PITCH], to[HEIGHT][PITCH];
  CUdeviceptr one, two;
  CUDA_MEMCPY2D copy = { 0 };

  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < PITCH; x++)
      from[y][x] = (guint8) (y * 31 + x * 7);
  memset (to, 0xaa, sizeof to);
  begin ();
  one = allocate (40 * HEIGHT);
  two = allocate (100 * (HEIGHT + 2));
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = from;
  copy.srcPitch = PITCH;
  copy.srcXInBytes = 5;
  copy.srcY = 1;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = one;
  copy.dstPitch = 40;
  copy.WidthInBytes = WIDTH;
  copy.Height = HEIGHT - 1;
  CU (cuMemcpy2D (&copy));
  copy = (CUDA_MEMCPY2D) { .srcMemoryType = CU_MEMORYTYPE_DEVICE,
                           .srcDevice = one,
                           .srcPitch = 40,
                           .dstMemoryType = CU_MEMORYTYPE_UNIFIED,
                           .dstDevice = two,
                           .dstPitch = 100,
                           .dstXInBytes = 3,
                           .dstY = 2,
                           .WidthInBytes = WIDTH,
                           .Height = HEIGHT - 1 };
  CU (cuMemcpy2DAsync (&copy, NULL));
  copy = (CUDA_MEMCPY2D) { .srcMemoryType = CU_MEMORYTYPE_DEVICE,
                           .srcDevice = two,
                           .srcPitch = 100,
                           .srcXInBytes = 3,
                           .srcY = 2,
                           .dstMemoryType = CU_MEMORYTYPE_HOST,
                           .dstHost = to,
                           .dstPitch = PITCH,
                           .dstXInBytes = 9,
                           .WidthInBytes = WIDTH,
                           .Height = HEIGHT - 1 };
  CU (cuMemcpy2D (&copy));
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < PITCH; x++)
      {
        gboolean inside = y < HEIGHT - 1 && x >= 9 && x < 9 + WIDTH;

        g_assert_cmphex (to[y][x], ==, inside ? from[y + 1][x - 4] : 0xaa);
      }
  copy.dstPitch = 20;
  g_assert_cmpint (cuMemcpy2D (&copy), ==, CUDA_ERROR_INVALID_VALUE);
  CU (cuMemFree (one));
  CU (cuMemFree (two));
  end ();
}

static void
test_fills (void)
{
  guint8 bytes[24];
  guint32 words[6];
  CUdeviceptr address;

  begin ();
  address = allocate (sizeof words);
  CU (cuMemsetD32 (address, 0x12345678, 6));
  CU (cuMemsetD16 (address + 4, 0xabcd, 2));
  CU (cuMemsetD2D8 (address + 8, 8, 0x77, 3, 2));
  CU (cuMemcpyDtoH (bytes, address, sizeof bytes));
  memcpy (words, bytes, sizeof words);
  g_assert_cmphex (words[0], ==, 0x12345678);
  g_assert_cmphex (words[1], ==, 0xabcdabcd);
  g_assert_cmphex (words[2], ==, 0x12777777);
  g_assert_cmphex (words[3], ==, 0x12345678);
  g_assert_cmphex (words[4], ==, 0x12777777);
  g_assert_cmpint (cuMemsetD32 (address + 2, 0, 1), ==, CUDA_ERROR_INVALID_VALUE);
  CU (cuMemFree (address));
  end ();
}

static void
breach_double_free (void)
{
  CUdeviceptr address;

  begin ();
  address = allocate (100);
  CU (cuMemFree (address));
  cuMemFree (address);
}

static void
breach_wrong_free (void)
{
  begin ();
  cuMemFree (allocate (100) + 8);
}

static void
breach_free_pending (void)
{
  CUdeviceptr address;
  CUstream stream;

  begin ();
  address = allocate (100);
  CU (cuStreamCreate (&stream, CU_STREAM_NON_BLOCKING));
  CU (cuMemsetD8Async (address, 1, 100, stream));
  cuMemFree (address);
}

static void
breach_free_host_pending (void)
{
  CUdeviceptr address;
  void *host;

  begin ();
  address = allocate (100);
  CU (cuMemAllocHost (&host, 100));
  CU (cuMemcpyHtoDAsync (address, host, 100, NULL));
  cuMemFreeHost (host);
}

static void
breach_host_touches (void)
{
  CUdeviceptr address;

  begin ();
  address = allocate (100);
  ((volatile guint8 *) address)[7] = 1;
}

static void
breach_copy_bounds (void)
{
  guint8 bytes[200] = { 0 };

  begin ();
  cuMemcpyHtoD (allocate (100) + 1, bytes, 100);
}

static void
breach_copy_freed (void)
{
  guint8 bytes[100] = { 0 };
  CUdeviceptr address;

  begin ();
  address = allocate (100);
  CU (cuMemFree (address));
  cuMemcpyHtoD (address, bytes, 100);
}

static void
breach_copy_side (void)
{
  begin ();
  cuMemcpyHtoD (allocate (100), (void *) allocate (100), 100);
}

static void
breach_fill_bounds (void)
{
  begin ();
  cuMemsetD2D8 (allocate (100), 60, 0, 50, 2);
}

static void
check_nth (void)
{
  CUdeviceptr address;

  begin ();
  address = allocate (100);
  CU (cuMemFree (address));
  g_assert_cmpint (cuMemAlloc (&address, 100), ==, CUDA_ERROR_OUT_OF_MEMORY);
  CU (cuMemAlloc (&address, 100));
  /* It is freed all the same, or the context would end with it. */
  CU (cuMemsetD8 (address, 0, 100));
  CU (cuCtxSynchronize ());
  g_assert_cmpint (cuMemFree (address), ==, CUDA_ERROR_ILLEGAL_ADDRESS);
  end ();
}

static void
check_all_later (void)
{
  CUdeviceptr address;

  CU (cuInit (0));
  begin ();
  address = allocate (100);
  g_assert_cmpint (cuMemsetD8 (address, 0, 100), ==, CUDA_ERROR_LAUNCH_FAILED);
  g_assert_cmpint (cuMemsetD8 (address, 0, 100), ==, CUDA_ERROR_LAUNCH_FAILED);
  g_assert_cmpint (cuCtxSynchronize (), ==, CUDA_ERROR_LAUNCH_FAILED);
}

static void
check_counts (void)
{
  guint8 bytes[64] = { 0 };
  CUdeviceptr address, other;

  begin ();
  address = allocate (64);
  other = allocate (64);
  CU (cuMemcpyHtoD (address, bytes, 50));
  CU (cuMemcpyDtoD (other, address, 30));
  g_assert_cmpint (cuMemcpyDtoD (other, address, 30), ==,
                   g_getenv ("BLURBOX_DRIVER_FAIL") != NULL ? 717 : 0);
  CU (cuMemcpyDtoH (bytes, other, 20));
  CU (cuMemFree (address));
}

static void
check_fault_leak (void)
{
  CUdeviceptr address;
  size_t left, total;

  begin ();
  CU (cuMemAlloc (&address, 100));
  g_assert_cmpint (cuMemAlloc (&address, 100), ==, CUDA_ERROR_OUT_OF_MEMORY);
  end ();
  begin ();
  CU (cuMemGetInfo (&left, &total));
  g_assert_cmpuint (left, ==, total);
  end ();
}

/* The counts of one run, and "last" in a second one. */
static void
test_faults (void)
{
  g_autofree char *folder = g_dir_make_tmp ("driver-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "counts.json", NULL);
  g_autofree char *variable = g_strconcat ("BLURBOX_DRIVER_COUNTS=", path, NULL);
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  run_with ("/driver/faults/subprocess/nth",
            "BLURBOX_DRIVER_FAIL=cuMemAlloc:2:2,cuMemFree_v2:2:700", NULL);
  run_with ("/driver/faults/subprocess/later", "BLURBOX_DRIVER_FAIL=*:6+:719", NULL);
  run_with ("/driver/faults/subprocess/counts", variable, NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"cuMemAlloc_v2\": 2"));
  g_assert_nonnull (strstr (text, "\"cuMemcpyDtoD_v2\": 2"));
  g_assert_nonnull (strstr (text, "\"host_to_device\": 50,"));
  g_assert_nonnull (strstr (text, "\"device_to_device\": 60\n"));
  g_assert_nonnull (strstr (text, "\"device_to_host\": 20,"));
  g_assert_nonnull (strstr (text, "\"peak_memory\": 1024,"));
  g_assert_nonnull (strstr (text, "\"failed\": 0,"));
  /* The context and one allocation. */
  g_assert_nonnull (strstr (text, "\"leaks\": 2\n"));
  run_with ("/driver/faults/subprocess/counts", variable,
            "BLURBOX_DRIVER_FAIL=cuMemcpyDtoD:last:717", NULL);
  g_assert_true (g_file_get_contents (path, &again, NULL, NULL));
  g_assert_nonnull (strstr (again, "\"cuMemcpyDtoD_v2\": 2"));
  g_assert_nonnull (strstr (again, "\"failed\": 1,"));
  g_free (g_steal_pointer (&again));
  run_with ("/driver/faults/subprocess/leak", variable, "BLURBOX_DRIVER_FAIL=cuMemAlloc_v2:2:2",
            NULL);
  g_assert_true (g_file_get_contents (path, &again, NULL, NULL));
  g_assert_nonnull (strstr (again, "\"leaks\": 1\n"));
  g_remove (path);
  g_rmdir (folder);
}

/* An upload that nobody waited for does not outlive its frame, as FFmpeg expects. */
static void
test_free_uploading (void)
{
  CUdeviceptr address;
  CUstream stream;
  guint8 bytes[100] = { 0 };

  begin ();
  address = allocate (100);
  CU (cuStreamCreate (&stream, CU_STREAM_NON_BLOCKING));
  CU (cuMemcpyHtoDAsync (address, bytes, 100, stream));
  CU (cuMemFree (address));
  CU (cuStreamQuery (stream));
  CU (cuStreamDestroy (stream));
  end ();
}

/* FFmpeg's own CUDA context: frames go up and come down the same. */
static void
test_ffmpeg (void)
{
  static const enum AVPixelFormat formats[] = { AV_PIX_FMT_NV12, AV_PIX_FMT_P010,
                                                AV_PIX_FMT_YUV444P };
  AVBufferRef *device = NULL;

  g_assert_cmpint (av_hwdevice_ctx_create (&device, AV_HWDEVICE_TYPE_CUDA, "0", NULL, 0), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      AVBufferRef *pool = av_hwframe_ctx_alloc (device);
      AVHWFramesContext *frames = (AVHWFramesContext *) pool->data;
      AVFrame *from = av_frame_alloc ();
      AVFrame *on_device = av_frame_alloc ();
      AVFrame *to = av_frame_alloc ();

      frames->format = AV_PIX_FMT_CUDA;
      frames->sw_format = formats[i];
      frames->width = from->width = 318;
      frames->height = from->height = 178;
      from->format = formats[i];
      g_assert_cmpint (av_hwframe_ctx_init (pool), ==, 0);
      g_assert_cmpint (av_frame_get_buffer (from, 0), ==, 0);
      for (guint p = 0; p < 3 && from->data[p] != NULL; p++)
        for (int at = 0; at < from->linesize[p] * (p == 0 || i == 2 ? 178 : 89); at++)
          from->data[p][at] = (guint8) g_test_rand_int ();
      g_assert_cmpint (av_hwframe_get_buffer (pool, on_device, 0), ==, 0);
      g_assert_cmpint (av_hwframe_transfer_data (on_device, from, 0), ==, 0);
      g_assert_cmpint (av_hwframe_transfer_data (to, on_device, 0), ==, 0);
      g_assert_cmpint (to->format, ==, formats[i]);
      for (guint p = 0; p < 3 && from->data[p] != NULL; p++)
        for (int y = 0; y < (p == 0 || i == 2 ? 178 : 89); y++)
          g_assert_cmpmem (from->data[p] + y * from->linesize[p], i == 1 ? 636 : 318,
                           to->data[p] + y * to->linesize[p], i == 1 ? 636 : 318);
      av_frame_free (&from);
      av_frame_free (&on_device);
      av_frame_free (&to);
      av_buffer_unref (&pool);
    }
  av_buffer_unref (&device);
}

int
main (int argc, char *argv[])
{
  test_init (&argc, &argv);
  g_test_add_func ("/driver/devices", test_devices);
  g_test_add_func ("/driver/variables", test_variables);
  g_test_add_func ("/driver/variables/subprocess/devices", check_variables);
  g_test_add_func ("/driver/variables/subprocess/init", check_init_fails);
  g_test_add_func ("/driver/variables/subprocess/none", check_no_device);
  g_test_add_func ("/driver/names", test_names);
  g_test_add_func ("/driver/contexts", test_contexts);
  g_test_add_func ("/driver/memory", test_memory);
  g_test_add_func ("/driver/out-of-memory", test_out_of_memory);
  g_test_add_func ("/driver/out-of-memory/subprocess/run", check_out_of_memory);
  g_test_add_func ("/driver/rectangles", test_rectangles);
  g_test_add_func ("/driver/fills", test_fills);
  g_test_add_func ("/driver/faults", test_faults);
  g_test_add_func ("/driver/faults/subprocess/nth", check_nth);
  g_test_add_func ("/driver/faults/subprocess/later", check_all_later);
  g_test_add_func ("/driver/faults/subprocess/counts", check_counts);
  g_test_add_func ("/driver/faults/subprocess/leak", check_fault_leak);
  g_test_add_func ("/driver/free-uploading", test_free_uploading);
  g_test_add_func ("/driver/ffmpeg", test_ffmpeg);
  add_death ("/driver/breach/leak-memory", breach_leak_memory,
             "a context ends with 1 allocations (1000 bytes)");
  add_death ("/driver/breach/leak-pinned", breach_leak_pinned,
             "a context ends with 1 allocations (100 bytes)");
  add_death ("/driver/breach/leak-stream", breach_leak_stream,
             "a context ends with 1 handles*stream");
  add_death ("/driver/breach/leak-event", breach_leak_event, "a context ends with 1 handles*event");
  add_death ("/driver/breach/double-free", breach_double_free,
             "cuMemFree: the 100 bytes*freed before");
  add_death ("/driver/breach/wrong-free", breach_wrong_free,
             "cuMemFree of*which no allocation begins at");
  add_death ("/driver/breach/free-pending", breach_free_pending,
             "cuMemFree of 100 bytes*cuMemsetD8Async*not done");
  add_death ("/driver/breach/free-host-pending", breach_free_host_pending,
             "cuMemFreeHost of 100 bytes*cuMemcpyHtoDAsync*not done");
  add_death ("/driver/breach/host-touches", breach_host_touches,
             "the host touched device memory: byte 7 of the 100");
  add_death ("/driver/breach/copy-bounds", breach_copy_bounds,
             "cuMemcpyHtoD*100 bytes from byte 1 on*100 of");
  add_death ("/driver/breach/copy-freed", breach_copy_freed,
             "cuMemcpyHtoD*is no device memory, or was freed");
  add_death ("/driver/breach/copy-side", breach_copy_side,
             "cuMemcpyHtoD*is device memory, not the host's");
  add_death ("/driver/breach/fill-bounds", breach_fill_bounds,
             "cuMemsetD2D8*110 bytes from byte 0 on*100 of");
  return g_test_run ();
}
