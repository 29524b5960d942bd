/* fiber.c: the threads of a block that wait for each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each thread of the block gets a stack of its own and runs until it comes to a barrier, or is done.
 * They are run in turn; under a seed in an order that changes from barrier to barrier, so that what
 * is shared without one shows.
 */

#include "driver.h"

#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define STACK_SIZE (128 << 10)
#else
#define STACK_SIZE (64 << 10)
#endif

#define WARP 32

typedef enum {
  FIBER_READY,
  FIBER_AT_WARP,
  FIBER_AT_BLOCK,
  FIBER_DONE,
} FiberState;

typedef struct {
  ucontext_t context;
  FiberState state;
  KernelIndex thread;
  unsigned long long value;
} Fiber;

/** Group: a block that runs, and the stacks, which the next block uses again */
typedef struct {
  const Kernel *kernel;
  void *const *params;
  Fiber *fiber;
  guint n_fibers;
  guint n_stacks;
  guint8 *stacks;
  guint current;
  ucontext_t scheduler;
  const void *scheduler_stack;
  gsize scheduler_size;
} Group;

static __thread Group *group;

static void
free_group (gpointer data)
{
  Group *own = data;

  if (own->stacks != NULL)
    munmap (own->stacks, (gsize) own->n_stacks * STACK_SIZE);
  g_free (own->fiber);
  g_free (own);
}

static GPrivate group_owner = G_PRIVATE_INIT (free_group);

static void
to_scheduler (Fiber *fiber, gboolean last)
{
#ifdef WITH_ASAN
  void *fake = NULL;

  __sanitizer_start_switch_fiber (last ? NULL : &fake, group->scheduler_stack, group->scheduler_size);
#endif
  swapcontext (&fiber->context, &group->scheduler);
#ifdef WITH_ASAN
  __sanitizer_finish_switch_fiber (fake, &group->scheduler_stack, &group->scheduler_size);
#endif
  kernel_set_thread (fiber->thread);
}

static void
enter_fiber (void)
{
  Fiber *fiber = &group->fiber[group->current];

#ifdef WITH_ASAN
  __sanitizer_finish_switch_fiber (NULL, &group->scheduler_stack, &group->scheduler_size);
#endif
  kernel_set_thread (fiber->thread);
  group->kernel->run_thread (group->params);
  fiber->state = FIBER_DONE;
  to_scheduler (fiber, TRUE);
}

static void
run_fiber (guint index)
{
  Fiber *fiber = &group->fiber[index];

  group->current = index;
#ifdef WITH_ASAN
  void *fake = NULL;

  __sanitizer_start_switch_fiber (&fake, group->stacks + (gsize) index * STACK_SIZE, STACK_SIZE);
#endif
  swapcontext (&group->scheduler, &fiber->context);
#ifdef WITH_ASAN
  __sanitizer_finish_switch_fiber (fake, NULL, NULL);
#endif
}

static void
prepare_fiber (Fiber *fiber, guint8 *stack)
{
#ifdef WITH_ASAN
  /* Threads end without leaving their last functions. */
  __asan_unpoison_memory_region (stack, STACK_SIZE);
#endif
  getcontext (&fiber->context);
  fiber->context.uc_stack.ss_sp = stack;
  fiber->context.uc_stack.ss_size = STACK_SIZE;
  fiber->context.uc_link = NULL;
  makecontext (&fiber->context, enter_fiber, 0);
}

static guint
next_random (unsigned int *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* Lets the threads of a warp, or of the block, go on that all came to the same barrier. */
static gboolean
open_barrier (guint first, guint end, FiberState barrier)
{
  guint n_waiting = 0;
  guint n_done = 0;

  for (guint i = first; i < end; i++)
    {
      n_waiting += group->fiber[i].state == barrier;
      n_done += group->fiber[i].state == FIBER_DONE;
    }
  if (n_waiting == 0)
    return FALSE;
  if (n_waiting < end - first)
    {
      if (n_waiting + n_done == end - first)
        driver_die ("kernel %s: %u threads of a %s wait at a barrier that %u have left for good", group->kernel->name,
                    n_waiting, barrier == FIBER_AT_WARP ? "warp" : "block", n_done);
      return FALSE;
    }
  for (guint i = first; i < end; i++)
    group->fiber[i].state = FIBER_READY;
  return TRUE;
}

void
fiber_run_block (const Kernel *kernel, void *const *params, KernelIndex block, unsigned seed)
{
  guint n = block.x * block.y * block.z;
  guint n_done;
  guint order[1024];

  if (group == NULL)
    {
      group = g_new0 (Group, 1);
      g_private_set (&group_owner, group);
    }
  if (group->n_stacks < n)
    {
      if (group->stacks != NULL)
        munmap (group->stacks, (gsize) group->n_stacks * STACK_SIZE);
      group->n_stacks = n;
      group->stacks = mmap (NULL, (gsize) n * STACK_SIZE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      group->fiber = g_renew (Fiber, group->fiber, n);
      if (group->stacks == MAP_FAILED)
        driver_die ("no memory for the stacks of a block");
    }
  group->kernel = kernel;
  group->params = params;
  group->n_fibers = n;
  for (guint i = 0; i < n; i++)
    {
      Fiber *fiber = &group->fiber[i];

      memset (fiber, 0, sizeof *fiber);
      fiber->thread = (KernelIndex){ i % block.x, i / block.x % block.y, i / block.x / block.y };
      prepare_fiber (fiber, group->stacks + (gsize) i * STACK_SIZE);
      order[i] = i;
    }
  for (;;)
    {
      gboolean opened = FALSE;

      for (guint i = n; seed != 0 && i > 1; i--)
        {
          guint other = next_random (&seed) % i;
          guint held = order[i - 1];

          order[i - 1] = order[other];
          order[other] = held;
        }
      n_done = 0;
      for (guint i = 0; i < n; i++)
        {
          if (group->fiber[order[i]].state == FIBER_READY)
            run_fiber (order[i]);
          n_done += group->fiber[order[i]].state == FIBER_DONE;
        }
      if (n_done == n)
        break;
      for (guint first = 0; first < n; first += WARP)
        opened |= open_barrier (first, MIN (first + WARP, n), FIBER_AT_WARP);
      opened |= open_barrier (0, n, FIBER_AT_BLOCK);
      if (!opened)
        driver_die ("kernel %s: the threads of a block wait at different barriers", kernel->name);
    }
  group->kernel = NULL;
}

static Fiber *
current_fiber (void)
{
  if (group == NULL || group->kernel == NULL)
    driver_die ("a kernel that is not registered with KERNEL_WITH_BARRIERS has a barrier");
  return &group->fiber[group->current];
}

void
fiber_barrier (int warp)
{
  Fiber *fiber = current_fiber ();

  fiber->state = warp ? FIBER_AT_WARP : FIBER_AT_BLOCK;
  to_scheduler (fiber, FALSE);
}

int
fiber_lane (void)
{
  current_fiber ();
  return (int) (group->current % WARP);
}

/* What the thread in @lane of the warp gave; all of the warp give and take together. */
unsigned long long
fiber_shuffle (unsigned long long value, int lane)
{
  Fiber *fiber = current_fiber ();
  guint source = group->current - group->current % WARP + ((guint) lane & (WARP - 1));
  unsigned long long taken;

  fiber->value = value;
  fiber_barrier (TRUE);
  taken = source < group->n_fibers ? group->fiber[source].value : value;
  fiber_barrier (TRUE);
  return taken;
}
