/* test-driver-work.c: the driver for tests: streams, events, kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-driver.h"

#include <string.h>

#define N 256

static CUmodule module;
static guint8 *image;

/* A context with the kernels loaded. */
static void
begin_kernels (void)
{
  begin ();
  if (image == NULL)
    g_assert_true (g_file_get_contents (g_getenv ("BB_KERNELS"), (char **) &image, NULL, NULL));
  CU (cuModuleLoadData (&module, image));
}

static void
end_kernels (void)
{
  CU (cuModuleUnload (module));
  end ();
}

static CUfunction
get_kernel (const char *name)
{
  CUfunction function;

  CU (cuModuleGetFunction (&function, module, name));
  return function;
}

/* to[i] = from[i] + value, n numbers */
static void
add (CUdeviceptr from, CUdeviceptr to, int n, int value, CUstream stream)
{
  void *params[] = { &from, &to, &n, &value };

  CU (cuLaunchKernel (get_kernel ("probe_add"), (unsigned int) (n + 63) / 64, 1, 1, 64, 1, 1, 0,
                      stream, params, NULL));
}

static CUstream
new_stream (unsigned int flags)
{
  CUstream stream;

  CU (cuStreamCreate (&stream, flags));
  return stream;
}

static CUevent
new_event (void)
{
  CUevent event;

  CU (cuEventCreate (&event, CU_EVENT_DISABLE_TIMING));
  return event;
}

/* Pinned memory is read and written late; pageable memory at the call. */
static void
test_late (void)
{
  CUdeviceptr address;
  CUstream stream;
  guint8 pageable[N];
  guint8 *pinned;
  guint8 *result;

  begin ();
  address = allocate (N);
  stream = new_stream (CU_STREAM_NON_BLOCKING);
  CU (cuMemAllocHost ((void **) &pinned, N));
  CU (cuMemAllocHost ((void **) &result, N));
  memset (pageable, 1, N);
  CU (cuMemcpyHtoDAsync (address, pageable, N, stream));
  memset (pageable, 2, N);
  memset (result, 7, N);
  CU (cuMemcpyDtoHAsync (result, address, N, stream));
  g_assert_cmphex (result[0], !=, 1);
  g_assert_cmphex (result[0], !=, 7);
  CU (cuStreamSynchronize (stream));
  g_assert_cmphex (result[0], ==, 1);
  g_assert_cmphex (result[N - 1], ==, 1);
  memset (pinned, 3, N);
  CU (cuMemcpyHtoDAsync (address, pinned, N, stream));
  memset (pinned, 4, N);
  /* To pageable memory, so it is there when the call returns. */
  CU (cuMemcpyDtoHAsync (pageable, address, N, stream));
  g_assert_cmphex (pageable[0], ==, 4);
  CU (cuMemFreeHost (pinned));
  CU (cuMemFreeHost (result));
  CU (cuMemFree (address));
  CU (cuStreamDestroy (stream));
  end ();
}

/* What of another stream's work a stream sees, by how they are tied. */
static int
across (unsigned int first_flags, unsigned int second_flags, gboolean with_event)
{
  CUdeviceptr address = allocate (4);
  CUstream first = first_flags == 99 ? NULL : new_stream (first_flags);
  CUstream second = second_flags == 99 ? NULL : new_stream (second_flags);
  CUevent event = new_event ();
  int value = 0;

  CU (cuMemsetD32Async (address, 42, 1, first));
  CU (cuEventRecord (event, first));
  if (with_event)
    CU (cuStreamWaitEvent (second, event, 0));
  CU (cuMemcpyDtoHAsync (&value, address, 4, second));
  CU (cuCtxSynchronize ());
  CU (cuMemFree (address));
  if (first != NULL)
    CU (cuStreamDestroy (first));
  if (second != NULL)
    CU (cuStreamDestroy (second));
  CU (cuEventDestroy (event));
  return value;
}

static void
test_streams (void)
{
  const int poison = (int) 0xfff5fff5u;

  begin ();
  g_assert_cmpint (across (CU_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING, TRUE), ==, 42);
  g_assert_cmpint (across (CU_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING, FALSE), ==, poison);
  g_assert_cmpint (across (CU_STREAM_DEFAULT, CU_STREAM_DEFAULT, FALSE), ==, poison);
  g_assert_cmpint (across (99, CU_STREAM_NON_BLOCKING, FALSE), ==, poison);
  g_assert_cmpint (across (99, CU_STREAM_NON_BLOCKING, TRUE), ==, 42);
  g_assert_cmpint (across (99, CU_STREAM_DEFAULT, FALSE), ==, 42);
  g_assert_cmpint (across (CU_STREAM_DEFAULT, 99, FALSE), ==, 42);
  g_assert_cmpint (across (CU_STREAM_NON_BLOCKING, 99, FALSE), ==, poison);
  end ();
}

/* Functions not called asynchronous whose work is not done when they return. */
static void
test_not_quite_synchronous (void)
{
  CUdeviceptr address, other;
  CUstream stream;
  guint8 byte = 5;
  guint8 value = 0;

  begin ();
  address = allocate (1);
  other = allocate (1);
  stream = new_stream (CU_STREAM_NON_BLOCKING);
  CU (cuMemsetD8 (address, 5, 1));
  CU (cuMemcpyDtoHAsync (&value, address, 1, stream));
  g_assert_cmphex (value, ==, POISON_WORD & 0xff);
  CU (cuMemcpyHtoD (other, &byte, 1));
  CU (cuMemcpyDtoHAsync (&value, other, 1, stream));
  g_assert_cmphex (value, ==, POISON_WORD & 0xff);
  CU (cuStreamSynchronize (NULL));
  CU (cuMemcpyDtoHAsync (&value, other, 1, stream));
  g_assert_cmphex (value, ==, 5);
  CU (cuMemFree (address));
  CU (cuMemFree (other));
  CU (cuStreamDestroy (stream));
  end ();
}

static void
test_queries (void)
{
  CUdeviceptr address;
  CUstream stream;
  CUevent event;
  guint n = 0;

  begin ();
  address = allocate (4);
  stream = new_stream (CU_STREAM_NON_BLOCKING);
  event = new_event ();
  CU (cuEventQuery (event));
  CU (cuEventSynchronize (event));
  CU (cuStreamQuery (stream));
  for (guint i = 0; i < 3; i++)
    CU (cuMemsetD32Async (address, i, 1, stream));
  CU (cuEventRecord (event, stream));
  for (; cuEventQuery (event) == CUDA_ERROR_NOT_READY; n++)
    g_assert_cmpuint (n, <, 100);
  g_assert_cmpuint (n, ==, 4);
  CU (cuStreamQuery (stream));
  CU (cuEventDestroy (event));
  CU (cuMemFree (address));
  CU (cuStreamDestroy (stream));
  end ();
}

static void
test_elapsed (void)
{
  CUevent first, second;
  float milliseconds = -1.0f;

  begin ();
  CU (cuEventCreate (&first, CU_EVENT_DEFAULT));
  CU (cuEventCreate (&second, CU_EVENT_DEFAULT));
  CU (cuEventRecord (first, NULL));
  CU (cuEventRecord (second, NULL));
  g_assert_cmpint (cuEventElapsedTime (&milliseconds, first, second), ==, CUDA_ERROR_NOT_READY);
  CU (cuEventSynchronize (second));
  CU (cuEventElapsedTime (&milliseconds, first, second));
  g_assert_cmpfloat (milliseconds, >=, 0.0f);
  CU (cuEventDestroy (first));
  CU (cuEventDestroy (second));
  first = new_event ();
  CU (cuEventRecord (first, NULL));
  CU (cuEventSynchronize (first));
  g_assert_cmpint (cuEventElapsedTime (&milliseconds, first, first), ==, CUDA_ERROR_INVALID_HANDLE);
  CU (cuEventDestroy (first));
  end ();
}

static void
callback_cb (void *data)
{
  CUdeviceptr address;

  *(int *) data += 1;
  g_assert_cmpint (cuMemAlloc (&address, 4), ==, CUDA_ERROR_NOT_PERMITTED);
}

static void
test_callbacks (void)
{
  CUstream stream;
  int called = 0;

  begin ();
  stream = new_stream (CU_STREAM_NON_BLOCKING);
  CU (cuLaunchHostFunc (stream, callback_cb, &called));
  g_assert_cmpint (called, ==, 0);
  /* A stream's work outlives it. */
  CU (cuStreamDestroy (stream));
  g_assert_cmpint (called, ==, 0);
  CU (cuCtxSynchronize ());
  g_assert_cmpint (called, ==, 1);
  end ();
}

static void
test_memory_of_streams (void)
{
  CUdeviceptr address;
  CUstream stream;
  size_t left, total;

  begin ();
  stream = new_stream (CU_STREAM_NON_BLOCKING);
  CU (cuMemAllocAsync (&address, 1000, stream));
  CU (cuMemsetD8Async (address, 0, 1000, stream));
  CU (cuMemFreeAsync (address, stream));
  CU (cuMemGetInfo (&left, &total));
  g_assert_cmpuint (left, <, total);
  CU (cuStreamSynchronize (stream));
  CU (cuMemGetInfo (&left, &total));
  g_assert_cmpuint (left, ==, total);
  CU (cuStreamDestroy (stream));
  end ();
}

/* A chain over three streams; what comes out, with all of its waits or with one left out. */
static int
run_chain (int left_out)
{
  CUdeviceptr address[3];
  CUstream stream[3];
  CUevent event[3];
  int sum = 0;

  for (int i = 0; i < 3; i++)
    {
      address[i] = allocate (4 * N);
      stream[i] = new_stream (CU_STREAM_NON_BLOCKING);
      event[i] = new_event ();
    }
  CU (cuMemsetD32Async (address[0], 1, N, stream[0]));
  for (int round = 0; round < 4; round++)
    for (int i = 0; i < 3; i++)
      {
        add (address[i], address[(i + 1) % 3], N, 1, stream[i]);
        CU (cuEventRecord (event[i], stream[i]));
        if (round * 3 + i != left_out)
          CU (cuStreamWaitEvent (stream[(i + 1) % 3], event[i], 0));
      }
  CU (cuMemcpyDtoHAsync (&sum, address[0] + 4 * (N - 1), 4, stream[0]));
  CU (cuCtxSynchronize ());
  for (int i = 0; i < 3; i++)
    {
      CU (cuMemFree (address[i]));
      CU (cuStreamDestroy (stream[i]));
      CU (cuEventDestroy (event[i]));
    }
  return sum;
}

static void
check_chain (void)
{
  begin_kernels ();
  g_assert_cmpint (run_chain (-1), ==, 13);
  end_kernels ();
}

static void
check_broken_chain (void)
{
  gboolean broken = FALSE;

  begin_kernels ();
  for (int i = 0; i < 12; i++)
    broken |= run_chain (i) != 13;
  g_assert_true (broken);
  end_kernels ();
}

/* Under every seed the same where all waits are there, and wrong where one is not. */
static void
test_seeds (void)
{
  for (int seed = 0; seed < 20; seed++)
    {
      g_autofree char *variable = g_strdup_printf ("BLURBOX_DRIVER_SEED=%d", seed);

      run_with ("/driver-work/seeds/subprocess/chain", variable, NULL);
    }
  run_with ("/driver-work/seeds/subprocess/broken", "BLURBOX_DRIVER_SEED=1", NULL);
  check_broken_chain ();
}

/* Frames of one thread: up, through kernels on two streams, down. */
static gpointer
work_cb (gpointer data)
{
  int base = GPOINTER_TO_INT (data);
  CUcontext context;
  CUstream stream, other;
  CUevent event;
  CUdeviceptr one, two;
  int *host;

  CU (cuDevicePrimaryCtxRetain (&context, 0));
  CU (cuCtxPushCurrent (context));
  stream = new_stream (CU_STREAM_NON_BLOCKING);
  other = new_stream (CU_STREAM_NON_BLOCKING);
  event = new_event ();
  CU (cuMemAllocHost ((void **) &host, 4 * N));
  for (int round = 0; round < 20; round++)
    {
      one = allocate (4 * N);
      two = allocate (4 * N);
      for (int i = 0; i < N; i++)
        host[i] = base + round + i;
      CU (cuMemcpyHtoDAsync (one, host, 4 * N, stream));
      add (one, two, N, 5, stream);
      CU (cuEventRecord (event, stream));
      CU (cuStreamWaitEvent (other, event, 0));
      add (two, one, N, 7, other);
      CU (cuMemcpyDtoHAsync (host, one, 4 * N, other));
      CU (cuStreamSynchronize (other));
      for (int i = 0; i < N; i++)
        g_assert_cmpint (host[i], ==, base + round + i + 12);
      CU (cuMemFree (one));
      CU (cuMemFree (two));
    }
  CU (cuMemFreeHost (host));
  CU (cuEventDestroy (event));
  CU (cuStreamDestroy (stream));
  CU (cuStreamDestroy (other));
  CU (cuCtxPopCurrent (NULL));
  CU (cuDevicePrimaryCtxRelease (0));
  return NULL;
}

static void
check_threads (void)
{
  GThread *thread[4];

  begin_kernels ();
  for (int i = 0; i < 4; i++)
    thread[i] = g_thread_new ("work", work_cb, GINT_TO_POINTER (i * 1000));
  for (int i = 0; i < 4; i++)
    g_thread_join (thread[i]);
  end_kernels ();
}

static void
test_threads (void)
{
  check_threads ();
  run_with ("/driver-work/threads/subprocess/seed", "BLURBOX_DRIVER_SEED=9", NULL);
}

/* Every thread of a grid of all three dimensions, once, where it should be. */
static void
test_indices (void)
{
  enum { THREADS = 5 * 3 * 2, BLOCKS = 7 * 4 * 3 };
  guint32 found[BLOCKS * THREADS][4];
  CUdeviceptr address;
  void *params[] = { &address };

  begin_kernels ();
  address = allocate (sizeof found);
  CU (cuLaunchKernel (get_kernel ("probe_indices"), 7, 4, 3, 5, 3, 2, 0, NULL, params, NULL));
  CU (cuMemcpyDtoH (found, address, sizeof found));
  for (guint block = 0; block < BLOCKS; block++)
    for (guint thread = 0; thread < THREADS; thread++)
      {
        const guint32 *at = found[block * THREADS + thread];

        g_assert_cmphex (at[0], ==, block % 7 << 16 | thread % 5);
        g_assert_cmphex (at[1], ==, block / 7 % 4 << 16 | thread / 5 % 3);
        g_assert_cmphex (at[2], ==, block / 28 << 16 | thread / 15);
        g_assert_cmphex (at[3], ==, 7 << 16 | 5);
      }
  CU (cuMemFree (address));
  end_kernels ();
}

/* The parameters are copied when the kernel is launched, from either form. */
static void
test_parameters (void)
{
  struct {
    CUdeviceptr from;
    CUdeviceptr to;
    int n;
    int value;
  } packed;
  size_t size = sizeof packed;
  void *extra[] = { CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_BUFFER_SIZE, &size,
                    CU_LAUNCH_PARAM_END };
  CUfunction function;
  int value = 0;

  begin_kernels ();
  packed.from = packed.to = allocate (4);
  packed.n = 1;
  packed.value = 30;
  function = get_kernel ("probe_add");
  CU (cuMemsetD32 (packed.to, 12, 1));
  CU (cuLaunchKernel (function, 1, 1, 1, 32, 1, 1, 0, NULL, NULL, extra));
  packed.value = 99;
  CU (cuMemcpyDtoH (&value, packed.to, 4));
  g_assert_cmpint (value, ==, 42);
  size = sizeof packed - 1;
  g_assert_cmpint (cuLaunchKernel (function, 1, 1, 1, 32, 1, 1, 0, NULL, NULL, extra), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuLaunchKernel (function, 1, 1, 1, 32, 1, 1, 0, NULL, NULL, NULL), ==,
                   CUDA_ERROR_INVALID_VALUE);
  CU (cuMemFree (packed.to));
  end_kernels ();
}

static void
test_refusals (void)
{
  CUfunction function;
  CUmodule other;
  CUdeviceptr address = 0;
  int n = 0;
  void *params[] = { &address, &address, &n, &n };

  begin_kernels ();
  g_assert_cmpint (cuModuleGetFunction (&function, module, "no_such_kernel"), ==,
                   CUDA_ERROR_NOT_FOUND);
  g_assert_cmpint (cuModuleLoadData (&other, "no fatbin at all"), ==, CUDA_ERROR_INVALID_IMAGE);
  function = get_kernel ("probe_add");
  g_assert_cmpint (cuLaunchKernel (function, 0, 1, 1, 32, 1, 1, 0, NULL, params, NULL), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuLaunchKernel (function, 1, 65536, 1, 32, 1, 1, 0, NULL, params, NULL), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuLaunchKernel (function, 1, 1, 1, 64, 32, 1, 0, NULL, params, NULL), ==,
                   CUDA_ERROR_INVALID_VALUE);
  g_assert_cmpint (cuLaunchKernel ((CUfunction) module, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL),
                   ==, CUDA_ERROR_INVALID_HANDLE);
  end_kernels ();
}

static void
check_old_card (void)
{
  begin ();
  g_assert_true (g_file_get_contents (g_getenv ("BB_KERNELS"), (char **) &image, NULL, NULL));
  g_assert_cmpint (cuModuleLoadData (&module, image), ==, CUDA_ERROR_NO_BINARY_FOR_GPU);
  end ();
}

static void
check_new_card (void)
{
  begin_kernels ();
  end_kernels ();
}

static void
test_architectures (void)
{
  run_with ("/driver-work/architectures/subprocess/old", "BLURBOX_DRIVER_CAPABILITY=6.1", NULL);
  run_with ("/driver-work/architectures/subprocess/new", "BLURBOX_DRIVER_CAPABILITY=7.5", NULL);
  run_with ("/driver-work/architectures/subprocess/new", "BLURBOX_DRIVER_CAPABILITY=15.0", NULL);
}

static void
fill_numbers (int *numbers, CUdeviceptr address)
{
  for (int i = 0; i < N; i++)
    numbers[i] = i * i % 97 - 20;
  CU (cuMemcpyHtoD (address, numbers, N * sizeof *numbers));
}

static void
check_shared (void)
{
  CUdeviceptr from, to;
  void *params[] = { &from, &to };
  int numbers[N], found[N];

  begin_kernels ();
  from = allocate (sizeof numbers);
  to = allocate (sizeof numbers);
  fill_numbers (numbers, from);
  CU (cuLaunchKernel (get_kernel ("probe_reverse"), N / 64, 1, 1, 64, 1, 1, 0, NULL, params, NULL));
  CU (cuMemcpyDtoH (found, to, sizeof found));
  for (int i = 0; i < N; i++)
    g_assert_cmpint (found[i], ==, numbers[i / 64 * 64 + 63 - i % 64]);
  CU (cuLaunchKernel (get_kernel ("probe_sum"), N / 128, 1, 1, 128, 1, 1, 0, NULL, params, NULL));
  CU (cuMemcpyDtoH (found, to, N / 32 * sizeof *found));
  for (int i = 0; i < N / 32; i++)
    {
      int sum = 0;

      for (int j = 0; j < 32; j++)
        sum += numbers[i * 32 + j];
      g_assert_cmpint (found[i], ==, sum);
    }
  CU (cuMemFree (from));
  CU (cuMemFree (to));
  end_kernels ();
}

/* Without its barrier the same kernel is wrong, with a seed or without. */
static void
check_race (void)
{
  CUdeviceptr from, to;
  void *params[] = { &from, &to };
  int numbers[N], found[N];
  gboolean wrong = FALSE;

  begin_kernels ();
  from = allocate (sizeof numbers);
  to = allocate (sizeof numbers);
  fill_numbers (numbers, from);
  CU (cuLaunchKernel (get_kernel ("probe_race"), N / 64, 1, 1, 64, 1, 1, 0, NULL, params, NULL));
  CU (cuMemcpyDtoH (found, to, sizeof found));
  for (int i = 0; i < N; i++)
    wrong |= found[i] != numbers[i / 64 * 64 + 63 - i % 64];
  g_assert_true (wrong);
  CU (cuMemFree (from));
  CU (cuMemFree (to));
  end_kernels ();
}

static void
test_barriers (void)
{
  check_shared ();
  check_race ();
  run_with ("/driver-work/barriers/subprocess/shared", "BLURBOX_DRIVER_SEED=3", NULL);
  run_with ("/driver-work/barriers/subprocess/shared", "BLURBOX_DRIVER_SEED=4",
            "BLURBOX_DRIVER_THREADS=1", NULL);
  run_with ("/driver-work/barriers/subprocess/race", "BLURBOX_DRIVER_SEED=3", NULL);
}

/* FP16 by twos: one rounding of a * b + 1. The parameter is a structure, passed by value. */
static void
test_half (void)
{
  _Float16 a[N], b[N], found[N];
  struct {
    CUdeviceptr address[3];
    int n;
  } halves = { .n = N / 2 };
  void *params[] = { &halves };

  for (int i = 0; i < N; i++)
    {
      a[i] = (_Float16) ((i - 100) / 37.0);
      b[i] = (_Float16) ((i * 7 % 91) / 53.0);
    }
  begin_kernels ();
  for (guint i = 0; i < 3; i++)
    halves.address[i] = allocate (sizeof a);
  CU (cuMemcpyHtoD (halves.address[0], a, sizeof a));
  CU (cuMemcpyHtoD (halves.address[1], b, sizeof b));
  CU (cuLaunchKernel (get_kernel ("probe_half"), 4, 1, 1, 32, 1, 1, 0, NULL, params, NULL));
  CU (cuMemcpyDtoH (found, halves.address[2], sizeof found));
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat ((double) found[i], ==,
                       (double) (_Float16) ((double) a[i] * (double) b[i] + 1.0));
  for (guint i = 0; i < 3; i++)
    CU (cuMemFree (halves.address[i]));
  end_kernels ();
}

/* The reach of a poke: the byte past the end is still on the allocation's page. */
static void
poke (gsize size, ptrdiff_t at)
{
  CUdeviceptr address = allocate (size);
  guint8 value = 3;
  void *params[] = { &address, &at, &value };

  CU (cuLaunchKernel (get_kernel ("probe_poke"), 1, 1, 1, 32, 1, 1, 0, NULL, params, NULL));
  CU (cuCtxSynchronize ());
}

static void
breach_past_end (void)
{
  begin_kernels ();
  poke (1000, 1000);
}

static void
breach_before_start (void)
{
  begin_kernels ();
  poke (512, -1);
}

static void
breach_far_end (void)
{
  begin_kernels ();
  poke (1000, 1024);
}

static void
breach_nowhere (void)
{
  begin_kernels ();
  poke (1000, (ptrdiff_t) 1 << 32);
}

static void
breach_freed (void)
{
  CUdeviceptr address;
  ptrdiff_t at = 0;
  guint8 value = 3;
  void *params[] = { &address, &at, &value };

  begin_kernels ();
  address = allocate (1000);
  CU (cuMemFree (address));
  CU (cuLaunchKernel (get_kernel ("probe_poke"), 1, 1, 1, 32, 1, 1, 0, NULL, params, NULL));
  CU (cuCtxSynchronize ());
}

static void
breach_freed_pending (void)
{
  CUdeviceptr address;

  begin_kernels ();
  address = allocate (4 * N);
  add (address, address, N, 1, NULL);
  cuMemFree (address);
}

static void
breach_left_barrier (void)
{
  CUdeviceptr address;
  void *params[] = { &address };

  begin_kernels ();
  address = allocate (4 * 64);
  CU (cuLaunchKernel (get_kernel ("probe_leave"), 1, 1, 1, 64, 1, 1, 0, NULL, params, NULL));
  CU (cuCtxSynchronize ());
}

static void
breach_stale_stream (void)
{
  CUstream stream;

  begin ();
  stream = new_stream (0);
  CU (cuStreamDestroy (stream));
  cuStreamSynchronize (stream);
}

static void
breach_stale_function (void)
{
  CUfunction function;

  begin_kernels ();
  function = get_kernel ("probe_add");
  CU (cuModuleUnload (module));
  cuLaunchKernel (function, 1, 1, 1, 1, 1, 1, 0, NULL, (void *[]) { NULL }, NULL);
}

static void
breach_leak_module (void)
{
  begin_kernels ();
  end ();
}

int
main (int argc, char *argv[])
{
  int status;

  test_init (&argc, &argv);
  g_test_add_func ("/driver-work/late", test_late);
  g_test_add_func ("/driver-work/streams", test_streams);
  g_test_add_func ("/driver-work/not-quite-synchronous", test_not_quite_synchronous);
  g_test_add_func ("/driver-work/queries", test_queries);
  g_test_add_func ("/driver-work/elapsed", test_elapsed);
  g_test_add_func ("/driver-work/callbacks", test_callbacks);
  g_test_add_func ("/driver-work/memory-of-streams", test_memory_of_streams);
  g_test_add_func ("/driver-work/seeds", test_seeds);
  g_test_add_func ("/driver-work/seeds/subprocess/chain", check_chain);
  g_test_add_func ("/driver-work/seeds/subprocess/broken", check_broken_chain);
  g_test_add_func ("/driver-work/threads", test_threads);
  g_test_add_func ("/driver-work/threads/subprocess/seed", check_threads);
  g_test_add_func ("/driver-work/indices", test_indices);
  g_test_add_func ("/driver-work/parameters", test_parameters);
  g_test_add_func ("/driver-work/refusals", test_refusals);
  g_test_add_func ("/driver-work/architectures", test_architectures);
  g_test_add_func ("/driver-work/architectures/subprocess/old", check_old_card);
  g_test_add_func ("/driver-work/architectures/subprocess/new", check_new_card);
  g_test_add_func ("/driver-work/barriers", test_barriers);
  g_test_add_func ("/driver-work/barriers/subprocess/shared", check_shared);
  g_test_add_func ("/driver-work/barriers/subprocess/race", check_race);
  g_test_add_func ("/driver-work/half", test_half);
  add_death ("/driver-work/breach/past-end", breach_past_end,
             "probe_poke wrote out of bounds: byte 1000 of the 1000");
  add_death ("/driver-work/breach/before-start", breach_before_start,
             "probe_poke wrote out of bounds: byte -1 of");
  add_death ("/driver-work/breach/far-end", breach_far_end,
             "kernel probe_poke went out of bounds: byte 1024 of");
  add_death ("/driver-work/breach/nowhere", breach_nowhere, "*kernel probe_poke *");
  add_death ("/driver-work/breach/freed", breach_freed,
             "kernel probe_poke touched freed memory: byte 0 of the 1000");
  add_death ("/driver-work/breach/freed-pending", breach_freed_pending,
             "cuMemFree of 1024 bytes*probe_add*not done");
  add_death ("/driver-work/breach/left-barrier", breach_left_barrier,
             "kernel probe_leave: 32 threads of a block wait at a barrier that 32 have left");
  add_death ("/driver-work/breach/stale-stream", breach_stale_stream,
             "cuStreamSynchronize: the stream*was destroyed");
  add_death ("/driver-work/breach/stale-function", breach_stale_function,
             "cuLaunchKernel: the function*was destroyed");
  add_death ("/driver-work/breach/leak-module", breach_leak_module,
             "a context ends with 1 handles*module");
  status = g_test_run ();
  g_free (image);
  return status;
}
