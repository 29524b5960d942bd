/* driver.h: what the parts of the driver for tests share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One lock guards everything. A function of the API takes it at its beginning (API_BEGIN); only
 * the work of a stream runs without it, one piece at a time.
 */

#pragma once

#include <glib.h>

#pragma GCC visibility push(default)
#include <cuda.h>
#include <cudaGL.h>
#pragma GCC visibility pop

#include "kernel.h"

#define EXPORT __attribute__ ((visibility ("default")))

typedef struct _Context Context;
typedef struct _Stream Stream;
typedef struct _Op Op;

/** Kind: what a handle is a handle of */
typedef enum {
  KIND_CONTEXT = 1,
  KIND_STREAM,
  KIND_EVENT,
  KIND_MODULE,
  KIND_FUNCTION,
  KIND_ARRAY,
  KIND_RESOURCE,
} Kind;

/**
 * Handle:
 * @kind: what it is
 * @live: whether it was not destroyed yet
 * @context: (nullable): the context that it belongs to
 * @serial: counts the handles of the process
 *
 * What every object behind a handle begins with. Objects are never freed, so that the use of a
 * destroyed one is seen for what it is.
 */
typedef struct {
  Kind kind;
  gboolean live;
  Context *context;
  guint serial;
} Handle;

struct _Context {
  Handle handle;
  CUdevice device;
  gboolean primary;
  guint retained;
  unsigned int flags;
  Stream *legacy;
  Stream *per_thread;
  GPtrArray *streams;
};

/** MemoryKind: whose memory a region is */
typedef enum {
  MEMORY_DEVICE,
  MEMORY_PINNED,
  MEMORY_REGISTERED,
} MemoryKind;

/**
 * Memory:
 * @address: what the caller knows it by
 * @size: bytes that the caller asked for
 * @alias: the same bytes, always readable and writable; for device memory another mapping
 * @mapping: first byte of the whole pages at @address
 * @mapped: bytes of them
 * @maker: function that made it
 * @opened: (atomic): whether the kernel that runs has touched it
 *
 * An allocation. Those of device memory are never removed from the table, their addresses never
 * used again.
 */
typedef struct {
  MemoryKind kind;
  gboolean live;
  Context *context;
  guint8 *address;
  gsize size;
  guint8 *alias;
  guint8 *mapping;
  gsize mapped;
  const char *maker;
  guint serial;
  int opened;
} Memory;

/** ArraySource: device memory that was copied into an array */
typedef struct {
  const guint8 *start;
  guint serial;
  gsize pitch;
  gsize width;
  gsize height;
} ArraySource;

/**
 * Array:
 * @sources: (nullable): where what was copied into it came from
 *
 * A CUarray; its memory is plain host memory that no kernel can name.
 */
typedef struct {
  Handle handle;
  gsize row;
  gsize height;
  gsize pixel;
  CUarray_format format;
  unsigned int channels;
  gsize width;
  guint8 *data;
  gboolean mapped;
  GArray *sources;
} Array;

/** Use: bytes that a piece of work reads or writes */
typedef struct {
  const guint8 *start;
  gsize size;
  gboolean write;
} Use;

/**
 * Op:
 * @what: function that queued it
 * @run: does the work, without the lock
 * @after: work of other streams that must be done before
 * @uses: what it is known to touch
 * @upload: whether it is a copy into the device's memory
 *
 * A piece of a stream's work. Counted: the stream, events and later work hold it.
 */
struct _Op {
  int refs;
  Stream *stream;
  const char *what;
  void (*run) (Op *op);
  GDestroyNotify free_data;
  gpointer data;
  GPtrArray *after;
  GArray *uses;
  gboolean upload;
  gboolean done;
  gint64 done_at;
};

struct _Stream {
  Handle handle;
  unsigned int flags;
  int priority;
  GQueue queue;
};

typedef struct {
  Handle handle;
  unsigned int flags;
  Op *record;
} Event;

/** Driver: all state of the process */
typedef struct {
  GMutex lock;
  GCond turn;
  Op *running;
  gboolean initialized;

  int n_devices;
  int major;
  int minor;
  gsize memory;
  gsize used[8];
  gsize peak;
  Context *primary[8];

  GRand *order;
  guint n_threads;
  guint serial;
  GHashTable *handles;
  GPtrArray *contexts;

  guint n_failed;
  guint leaked;
  guint64 host_to_device;
  guint64 device_to_host;
  guint64 device_to_device;
} Driver;

extern Driver driver;

/* state.c */
CUresult driver_enter (const char *function);
void driver_count_launch (const char *kernel);
void driver_count_bytes (guint64 *counter, gsize bytes);
void driver_die (const char *format, ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;
void driver_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
guint driver_random (guint n);
gpointer handle_new (Kind kind, gsize size, Context *context);
gpointer handle_get (gconstpointer handle, Kind kind, const char *function);
void handle_destroy (gpointer handle);
void driver_enter_callback (gboolean inside);

/* context.c */
Context *context_current (CUresult *result);
guint context_report_leaks (Context *context, gboolean die);

/* memory.c */
void memory_init (void);
Memory *memory_find (gconstpointer address);
Memory *memory_find_live (gconstpointer address, MemoryKind kind);
CUresult memory_new_device (Context *context, gsize size, const char *maker, Memory **memory);
void memory_free (Memory *memory, const char *function);
void memory_poison (gpointer start, gsize size);
void memory_begin_kernel (const char *name);
void memory_end_kernel (void);
void memory_in_kernel (gboolean inside);
const Memory *memory_first_leak (Context *context, guint *count, gsize *bytes);
void memory_forget (Context *context);

/* stream.c */
CUresult stream_get (CUstream handle, Stream **stream, Context *context, const char *function);
Stream *stream_new (Context *context, unsigned int flags, int priority);
Op *op_new (const char *what, void (*run) (Op *op), gpointer data, GDestroyNotify free_data);
void op_use (Op *op, gconstpointer start, gsize size, gboolean write);
Op *op_queue (Op *op, Stream *stream);
void op_unref (gpointer op);
void driver_wait (Op *op);
void stream_wait (Stream *stream);
void context_wait (Context *context);
Op *driver_find_pending (gconstpointer start, gsize size, gboolean writes_only);
void driver_progress (void);

/* copy.c */
void copy_look_again (const ArraySource *source, Stream *stream);

/* launch.c */
gboolean launch_is_pending (gconstpointer module);

/* record.c */
void record_launch (const Kernel *kernel, void *const *params, KernelIndex grid, KernelIndex block);

/**
 * API_BEGIN: takes the lock until the function returns, counts the call and makes it fail where a
 * test wants it to
 */
#define API_LOCK                                                                                   \
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&driver.lock);               \
  CUresult result = driver_enter (__func__)
#define API_BEGIN                                                                                  \
  API_LOCK;                                                                                        \
  if (result != CUDA_SUCCESS)                                                                      \
  return result
/** API_CONTEXT: the same for a function that needs a current context */
#define API_CONTEXT                                                                                \
  API_BEGIN;                                                                                       \
  Context *context = context_current (&result);                                                    \
  if (context == NULL)                                                                             \
  return result
/** API_RELEASE: the same for a function that waits for or gives back something: it does so, and
 * then returns the error that a test wants, as the errors of earlier work come out of such calls */
#define API_RELEASE                                                                                \
  API_LOCK;                                                                                        \
  if (result == CUDA_ERROR_NOT_INITIALIZED || result == CUDA_ERROR_NOT_PERMITTED)                  \
    return result;                                                                                 \
  CUresult context_result = CUDA_SUCCESS;                                                          \
  Context *context = context_current (&context_result);                                            \
  if (context == NULL)                                                                             \
  return context_result
