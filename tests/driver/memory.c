/* memory.c: device and pinned memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Device memory is a file in memory, mapped twice. One mapping is at the device address, among
 * pages that nobody may touch; it is closed itself but for a kernel that runs, to which a handler
 * of faults opens what it touches. The other one, the alias, is for copies. So a kernel's overrun,
 * the use of freed memory and the host's use of device memory all end in the handler, which knows
 * the allocation and the kernel.
 *
 * Fresh memory is full of a pattern that is NaN as FP16 and as FP32. So are the few bytes left
 * between an allocation and its pages' end, where writes are found when the kernel is done.
 */

#include "driver.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define POISON_LOW 0xf5
#define POISON_HIGH 0xff
#define ALIGNMENT 512
#define MAX_REGIONS (1u << 20)

/* Every region of device memory that ever was, by address, as addresses only grow. Read by the
 * handler of faults, so never moved. */
static Memory **regions;
static guint n_regions;
static GPtrArray *host_regions;

static guint8 *arena;
static gsize arena_size;
static gsize arena_used;
static gsize page;

static struct sigaction before;
static const char *volatile kernel_name;
static __thread int in_kernel;

static Memory *
find_region (const guint8 *address)
{
  guint low = 0;
  guint high = __atomic_load_n (&n_regions, __ATOMIC_ACQUIRE);

  /* The last one whose pages, with the closed one before them, begin at or before the address. */
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (regions[middle]->mapping - page <= address)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 ? regions[low - 1] : NULL;
}

static void
fault_cb (int number, siginfo_t *info, void *data)
{
  guint8 *address = info->si_addr;
  Memory *memory;
  gssize at;

  if (regions == NULL || address < arena || address >= arena + arena_size)
    {
      if (in_kernel)
        driver_die ("kernel %s touched %p, which is no device memory", kernel_name, address);
      sigaction (number, &before, NULL);
      return;
    }
  memory = find_region (address);
  if (memory == NULL)
    driver_die ("%s touched %p, which is no allocation", in_kernel ? kernel_name : "the host",
                address);
  at = address - memory->address;
  if (in_kernel && memory->live && address >= memory->mapping &&
      address < memory->mapping + memory->mapped)
    {
      if (mprotect (memory->mapping, memory->mapped, PROT_READ | PROT_WRITE) != 0)
        driver_die ("an allocation cannot be opened: %s", g_strerror (errno));
      __atomic_store_n (&memory->opened, 1, __ATOMIC_RELEASE);
      return;
    }
  if (!in_kernel)
    driver_die ("the host touched device memory: byte %zd of the %zu of %s (allocation %u)%s", at,
                memory->size, memory->maker, memory->serial, memory->live ? "" : ", freed before");
  if (!memory->live)
    driver_die ("kernel %s touched freed memory: byte %zd of the %zu of %s (allocation %u)",
                kernel_name, at, memory->size, memory->maker, memory->serial);
  driver_die ("kernel %s went out of bounds: byte %zd of the %zu of %s (allocation %u)",
              kernel_name, at, memory->size, memory->maker, memory->serial);
}

void
memory_init (void)
{
  struct sigaction action = { .sa_sigaction = fault_cb, .sa_flags = SA_SIGINFO | SA_NODEFER };

  page = (gsize) sysconf (_SC_PAGESIZE);
  for (arena_size = (gsize) 8 << 40; arena_size >= (gsize) 1 << 30; arena_size /= 4)
    {
      arena =
        mmap (NULL, arena_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (arena != MAP_FAILED)
        break;
    }
  regions = g_new0 (Memory *, MAX_REGIONS);
  if (arena == MAP_FAILED)
    driver_die ("no address space: %s", g_strerror (errno));
  host_regions = g_ptr_array_new ();
  sigemptyset (&action.sa_mask);
  sigaction (SIGSEGV, &action, &before);
}

void
memory_poison (gpointer start, gsize size)
{
  guint8 *byte = start;
  guint8 *end = byte + size;

  for (; byte < end && ((guintptr) byte & 7) != 0; byte++)
    *byte = ((guintptr) byte & 1) != 0 ? POISON_HIGH : POISON_LOW;
  for (; byte + 8 <= end; byte += 8)
    *(guint64 *) (void *) byte =
      G_GUINT64_CONSTANT (0x0001000100010001) * (POISON_HIGH << 8 | POISON_LOW);
  for (; byte < end; byte++)
    *byte = ((guintptr) byte & 1) != 0 ? POISON_HIGH : POISON_LOW;
}

/* The first byte of @size at @start that is not poison any more, or -1. */
static gssize
find_write (const guint8 *start, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (start[i] != (((guintptr) (start + i) & 1) != 0 ? POISON_HIGH : POISON_LOW))
      return (gssize) i;
  return -1;
}

/* Whether somebody wrote between an allocation and the ends of its pages. */
static void
check_margins (const Memory *memory, const char *who)
{
  gsize ahead = (gsize) (memory->address - memory->mapping);
  const guint8 *end = memory->alias + memory->size;
  gssize at = find_write (memory->alias - ahead, ahead);

  if (at >= 0)
    at -= (gssize) ahead;
  else
    {
      at = find_write (end, memory->mapped - ahead - memory->size);
      if (at < 0)
        return;
      at += (gssize) memory->size;
    }
  driver_die ("%s wrote out of bounds: byte %zd of the %zu of %s (allocation %u)", who, at,
              memory->size, memory->maker, memory->serial);
}

/* Live memory of any kind that holds @address. */
Memory *
memory_find (gconstpointer address)
{
  const guint8 *byte = address;
  Memory *memory;

  if (byte >= arena && byte < arena + arena_size)
    {
      memory = find_region (byte);
      return memory != NULL && memory->live && byte >= memory->address &&
                 byte < memory->address + memory->size
               ? memory
               : NULL;
    }
  for (guint i = 0; i < host_regions->len; i++)
    {
      memory = g_ptr_array_index (host_regions, i);
      if (byte >= memory->address && byte < memory->address + memory->size)
        return memory;
    }
  return NULL;
}

/* Live memory of @kind that begins at @address. */
Memory *
memory_find_live (gconstpointer address, MemoryKind kind)
{
  Memory *memory = memory_find (address);

  return memory != NULL && memory->kind == kind && memory->address == address ? memory : NULL;
}

CUresult
memory_new_device (Context *context, gsize size, const char *maker, Memory **made)
{
  Memory *memory;
  gsize span = (size + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
  gsize mapped = (span + page - 1) & ~(page - 1);
  guint8 *alias;
  int file;

  if (size == 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (span > driver.memory || driver.used[context->device] > driver.memory - span ||
      n_regions == MAX_REGIONS)
    return CUDA_ERROR_OUT_OF_MEMORY;
  if (arena_used + mapped + 2 * page > arena_size)
    driver_die ("all %zu bytes of address space are used up", arena_size);
  file = memfd_create ("device memory", MFD_CLOEXEC);
  if (file < 0 || ftruncate (file, (off_t) mapped) != 0)
    driver_die ("no memory for %zu bytes of device memory: %s", size, g_strerror (errno));
  alias = mmap (NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  memory = g_new0 (Memory, 1);
  memory->mapping =
    mmap (arena + arena_used + page, mapped, PROT_NONE, MAP_SHARED | MAP_FIXED, file, 0);
  if (alias == MAP_FAILED || memory->mapping == MAP_FAILED)
    driver_die ("no memory for %zu bytes of device memory: %s", size, g_strerror (errno));
  close (file);
  arena_used += mapped + page;
  memory_poison (alias, mapped);
  memory->kind = MEMORY_DEVICE;
  memory->live = TRUE;
  memory->context = context;
  memory->size = size;
  memory->mapped = mapped;
  /* As near to the closed page behind it as its alignment allows. */
  memory->address = memory->mapping + (mapped - span);
  memory->alias = alias + (mapped - span);
  memory->maker = maker;
  memory->serial = ++driver.serial;
  driver.used[context->device] += span;
  driver.peak = MAX (driver.peak, driver.used[context->device]);
  regions[n_regions] = memory;
  __atomic_store_n (&n_regions, n_regions + 1, __ATOMIC_RELEASE);
  *made = memory;
  return CUDA_SUCCESS;
}

void
memory_free (Memory *memory, const char *function)
{
  gsize ahead = (gsize) (memory->address - memory->mapping);
  Op *pending;

  /* cuMemFree() waits by itself, and FFmpeg, whose frames may go before they have come up or out of
   * a decoder's surface, counts on that; but who frees what is still worked with has lost count of
   * it. */
  while ((pending = driver_find_pending (memory->address, memory->size, FALSE)) != NULL &&
         memory->kind == MEMORY_DEVICE && pending->upload)
    driver_wait (pending);
  if (pending != NULL)
    driver_die ("%s of %zu bytes of %s (allocation %u) while a %s that uses them is not done",
                function, memory->size, memory->maker, memory->serial, pending->what);
  memory->live = FALSE;
  if (memory->kind == MEMORY_DEVICE)
    {
      check_margins (memory, "somebody");
      munmap (memory->alias - ahead, memory->mapped);
      if (mmap (memory->mapping, memory->mapped, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
        driver_die ("device memory cannot be unmapped: %s", g_strerror (errno));
      driver.used[memory->context->device] -=
        (memory->size + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
    }
  else
    {
      g_ptr_array_remove_fast (host_regions, memory);
      /* Stays mapped and closed: a use after this faults. */
      if (memory->kind == MEMORY_PINNED)
        mprotect (memory->mapping, memory->mapped, PROT_NONE);
      if (memory->kind == MEMORY_PINNED)
        madvise (memory->mapping, memory->mapped, MADV_DONTNEED);
      g_free (memory);
    }
}

void
memory_begin_kernel (const char *name)
{
  kernel_name = name;
}

/* Closes what the kernel touched and sees whether it stayed in its bounds. */
void
memory_end_kernel (void)
{
  for (guint i = 0; i < n_regions; i++)
    {
      Memory *memory = regions[i];

      if (!memory->opened)
        continue;
      memory->opened = 0;
      if (!memory->live)
        continue;
      mprotect (memory->mapping, memory->mapped, PROT_NONE);
      check_margins (memory, kernel_name);
    }
}

void
memory_in_kernel (gboolean inside)
{
  in_kernel = inside;
}

const Memory *
memory_first_leak (Context *context, guint *count, gsize *bytes)
{
  const Memory *first = NULL;

  for (guint i = 0; i < n_regions + (host_regions != NULL ? host_regions->len : 0); i++)
    {
      const Memory *memory =
        i < n_regions ? regions[i] : g_ptr_array_index (host_regions, i - n_regions);

      if (!memory->live || memory->context != context)
        continue;
      ++*count;
      *bytes += memory->size;
      if (first == NULL || memory->serial < first->serial)
        first = memory;
    }
  return first;
}

/* Takes back what @context's owner did not. */
void
memory_forget (Context *context)
{
  for (guint i = 0; i < n_regions; i++)
    if (regions[i]->live && regions[i]->context == context)
      memory_free (regions[i], "the end of a context");
  for (guint i = host_regions->len; i > 0; i--)
    {
      Memory *memory = g_ptr_array_index (host_regions, i - 1);

      if (memory->context == context)
        memory_free (memory, "the end of a context");
    }
}

static CUresult
new_pinned (Context *context, gsize size, const char *maker, void **address)
{
  Memory *memory;
  gsize mapped = (size + page - 1) & ~(page - 1);

  if (size == 0 || address == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  memory = g_new0 (Memory, 1);
  memory->mapping = mmap (NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory->mapping == MAP_FAILED)
    {
      g_free (memory);
      return CUDA_ERROR_OUT_OF_MEMORY;
    }
  memory->kind = MEMORY_PINNED;
  memory->live = TRUE;
  memory->context = context;
  memory->address = memory->alias = memory->mapping;
  memory->size = size;
  memory->mapped = mapped;
  memory->maker = maker;
  memory->serial = ++driver.serial;
  memory_poison (memory->address, mapped);
  g_ptr_array_add (host_regions, memory);
  *address = memory->address;
  return CUDA_SUCCESS;
}

CUresult
cuMemGetInfo_v2 (size_t *left, size_t *total)
{
  API_CONTEXT;
  if (left == NULL || total == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  *left = driver.memory - driver.used[context->device];
  *total = driver.memory;
  return CUDA_SUCCESS;
}

CUresult
cuMemAlloc_v2 (CUdeviceptr *address, size_t size)
{
  Memory *memory;

  API_CONTEXT;
  if (address == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  result = memory_new_device (context, size, "cuMemAlloc", &memory);
  if (result == CUDA_SUCCESS)
    *address = (CUdeviceptr) memory->address;
  return result;
}

CUresult
cuMemAllocPitch_v2 (CUdeviceptr *address, size_t *pitch, size_t width, size_t height,
                    unsigned int element)
{
  Memory *memory;

  API_CONTEXT;
  if (address == NULL || pitch == NULL || width == 0 || height == 0 ||
      (element != 4 && element != 8 && element != 16))
    return CUDA_ERROR_INVALID_VALUE;
  *pitch = (width + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
  if (height > G_MAXSIZE / *pitch)
    return CUDA_ERROR_OUT_OF_MEMORY;
  result = memory_new_device (context, *pitch * height, "cuMemAllocPitch", &memory);
  if (result == CUDA_SUCCESS)
    *address = (CUdeviceptr) memory->address;
  return result;
}

CUresult
cuMemFree_v2 (CUdeviceptr address)
{
  Memory *memory;

  API_RELEASE;
  if (address == 0)
    return result;
  memory = memory_find_live ((gconstpointer) address, MEMORY_DEVICE);
  if (memory == NULL)
    {
      memory = (guint8 *) address >= arena && (guint8 *) address < arena + arena_size
                 ? find_region ((guint8 *) address)
                 : NULL;
      if (memory != NULL && memory->address == (guint8 *) address)
        driver_die ("cuMemFree: the %zu bytes of %s (allocation %u) were freed before",
                    memory->size, memory->maker, memory->serial);
      driver_die ("cuMemFree of %#llx, which no allocation begins at", address);
    }
  memory_free (memory, "cuMemFree");
  return result;
}

CUresult
cuMemGetAddressRange_v2 (CUdeviceptr *base, size_t *size, CUdeviceptr address)
{
  Memory *memory;

  API_CONTEXT;
  memory = memory_find ((gconstpointer) address);
  if (memory == NULL || memory->kind != MEMORY_DEVICE)
    return CUDA_ERROR_NOT_FOUND;
  if (base != NULL)
    *base = (CUdeviceptr) memory->address;
  if (size != NULL)
    *size = memory->size;
  return CUDA_SUCCESS;
}

CUresult
cuPointerGetAttribute (void *data, CUpointer_attribute attribute, CUdeviceptr address)
{
  Memory *memory;

  API_CONTEXT;
  memory = memory_find ((gconstpointer) address);
  if (data == NULL || memory == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  switch ((int) attribute)
    {
    case CU_POINTER_ATTRIBUTE_CONTEXT:
      *(CUcontext *) data = (CUcontext) memory->context;
      return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
      *(unsigned int *) data =
        memory->kind == MEMORY_DEVICE ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST;
      return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
      *(int *) data = memory->context->device;
      return CUDA_SUCCESS;
    default:
      return CUDA_ERROR_NOT_SUPPORTED;
    }
}

CUresult
cuMemAllocHost_v2 (void **address, size_t size)
{
  API_CONTEXT;
  return new_pinned (context, size, "cuMemAllocHost", address);
}

CUresult
cuMemHostAlloc (void **address, size_t size, unsigned int flags)
{
  API_CONTEXT;
  if ((flags & ~(unsigned int) 7) != 0)
    return CUDA_ERROR_INVALID_VALUE;
  return new_pinned (context, size, "cuMemHostAlloc", address);
}

CUresult
cuMemFreeHost (void *address)
{
  Memory *memory;

  API_RELEASE;
  memory = memory_find_live (address, MEMORY_PINNED);
  if (memory == NULL)
    driver_die ("cuMemFreeHost of %p, which no pinned allocation begins at", address);
  memory_free (memory, "cuMemFreeHost");
  return result;
}

CUresult
cuMemHostRegister_v2 (void *address, size_t size, unsigned int flags)
{
  Memory *memory;

  API_CONTEXT;
  if (address == NULL || size == 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (memory_find (address) != NULL)
    return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
  memory = g_new0 (Memory, 1);
  memory->kind = MEMORY_REGISTERED;
  memory->live = TRUE;
  memory->context = context;
  memory->address = memory->alias = memory->mapping = address;
  memory->size = memory->mapped = size;
  memory->maker = "cuMemHostRegister";
  memory->serial = ++driver.serial;
  g_ptr_array_add (host_regions, memory);
  return CUDA_SUCCESS;
}

CUresult
cuMemHostUnregister (void *address)
{
  Memory *memory;

  API_RELEASE;
  memory = memory_find_live (address, MEMORY_REGISTERED);
  if (memory == NULL)
    return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
  memory_free (memory, "cuMemHostUnregister");
  return result;
}

/* A stream's part of cuMemFreeAsync. Runs without the lock, which it needs. */
static void
free_later (Op *op)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&driver.lock);

  memory_free (op->data, "cuMemFreeAsync");
}

static void
do_nothing (Op *op)
{
}

CUresult
cuMemAllocAsync (CUdeviceptr *address, size_t size, CUstream handle)
{
  Memory *memory;
  Stream *stream;
  Op *op;

  API_CONTEXT;
  if (address == NULL)
    return CUDA_ERROR_INVALID_VALUE;
  result = stream_get (handle, &stream, context, __func__);
  if (result == CUDA_SUCCESS)
    result = memory_new_device (context, size, "cuMemAllocAsync", &memory);
  if (result != CUDA_SUCCESS)
    return result;
  *address = (CUdeviceptr) memory->address;
  op = op_new (__func__, do_nothing, NULL, NULL);
  op_queue (op, stream);
  return CUDA_SUCCESS;
}

CUresult
cuMemFreeAsync (CUdeviceptr address, CUstream handle)
{
  Memory *memory;
  Stream *stream;

  API_RELEASE;
  if (stream_get (handle, &stream, context, __func__) != CUDA_SUCCESS)
    return CUDA_ERROR_INVALID_HANDLE;
  memory = memory_find_live ((gconstpointer) address, MEMORY_DEVICE);
  if (memory == NULL)
    driver_die ("cuMemFreeAsync of %#llx, which no allocation begins at", address);
  op_queue (op_new (__func__, free_later, memory, NULL), stream);
  return result;
}

CUresult
cuMemAllocManaged (CUdeviceptr *address, size_t size, unsigned int flags)
{
  API_CONTEXT;
  return CUDA_ERROR_NOT_SUPPORTED;
}
