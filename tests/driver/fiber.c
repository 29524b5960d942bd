/* fiber.c: the threads of a block that wait for each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each thread of the block gets a stack of its own and runs until it comes to a barrier, or is
 * done. They are run in turn; under a seed in an order that changes from barrier to barrier, so
 * that what is shared without one shows.
 */

/* A checked longjmp() takes another stack for a mistake. */
#undef _FORTIFY_SOURCE

#include "driver.h"

#include <setjmp.h>
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
  jmp_buf jump;
  gboolean started;
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
  jmp_buf scheduler_jump;
  const void *scheduler_stack;
  gsize scheduler_size;
} Group;

static __thread Group *group;

#ifdef WITH_ASAN
static void
to_scheduler (void)
{
  void *fake = NULL;

  __sanitizer_start_switch_fiber (&fake, group->scheduler_stack, group->scheduler_size);
  swapcontext (&group->fiber[group->current].context, &group->scheduler);
  __sanitizer_finish_switch_fiber (fake, &group->scheduler_stack, &group->scheduler_size);
}

static void
run_fiber (guint index)
{
  void *fake = NULL;

  group->current = index;
  __sanitizer_start_switch_fiber (&fake, group->stacks + (gsize) index * STACK_SIZE, STACK_SIZE);
  swapcontext (&group->scheduler, &group->fiber[index].context);
  __sanitizer_finish_switch_fiber (fake, NULL, NULL);
}
#else
/* swapcontext() asks the kernel for the signal mask each time; jumps do not. */
static void
to_scheduler (void)
{
  if (_setjmp (group->fiber[group->current].jump) == 0)
    _longjmp (group->scheduler_jump, 1);
}

static void
run_fiber (guint index)
{
  group->current = index;
  if (_setjmp (group->scheduler_jump) != 0)
    return;
  if (group->fiber[group->current].started)
    _longjmp (group->fiber[group->current].jump, 1);
  group->fiber[group->current].started = TRUE;
  setcontext (&group->fiber[group->current].context);
}
#endif

/* What runs on a stack: the thread with its number, of one block after the other. */
static void
enter_fiber (void)
{
#ifdef WITH_ASAN
  __sanitizer_finish_switch_fiber (NULL, &group->scheduler_stack, &group->scheduler_size);
#endif
  for (;;)
    {
      kernel_set_thread (group->fiber[group->current].thread);
      group->kernel->run_thread (group->params);
      group->fiber[group->current].state = FIBER_DONE;
      to_scheduler ();
    }
}

static void
free_stacks (Group *own)
{
  if (own->stacks == NULL)
    return;
#ifdef WITH_ASAN
  /* They end in the middle of functions. */
  __asan_unpoison_memory_region (own->stacks, (gsize) own->n_stacks * STACK_SIZE);
#endif
  munmap (own->stacks, (gsize) own->n_stacks * STACK_SIZE);
  g_clear_pointer (&own->fiber, g_free);
}

static void
free_group (gpointer data)
{
  free_stacks (data);
  g_free (data);
}

static GPrivate group_owner = G_PRIVATE_INIT (free_group);

static void
prepare_fiber (Fiber *fiber, guint8 *stack)
{
  getcontext (&fiber->context);
  fiber->context.uc_stack.ss_sp = stack;
  fiber->context.uc_stack.ss_size = STACK_SIZE;
  fiber->context.uc_link = NULL;
  makecontext (&fiber->context, enter_fiber, 0);
}

/* Sees to it that there are stacks for @n threads. */
static void
prepare_group (guint n)
{
  if (group == NULL)
    {
      group = g_new0 (Group, 1);
      g_private_set (&group_owner, group);
    }
  if (group->n_stacks >= n)
    return;
  free_stacks (group);
  group->n_stacks = n;
  group->fiber = g_new0 (Fiber, n);
  group->stacks = mmap (NULL, (gsize) n * STACK_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (group->stacks == MAP_FAILED)
    driver_die ("no memory for the stacks of a block");
  for (guint i = 0; i < n; i++)
    prepare_fiber (&group->fiber[i], group->stacks + (gsize) i * STACK_SIZE);
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
        driver_die ("kernel %s: %u threads of a %s wait at a barrier that %u have left for good",
                    group->kernel->name, n_waiting, barrier == FIBER_AT_WARP ? "warp" : "block",
                    n_done);
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

  prepare_group (n);
  group->kernel = kernel;
  group->params = params;
  group->n_fibers = n;
  for (guint i = 0; i < n; i++)
    {
      Fiber *fiber = &group->fiber[i];

      fiber->state = FIBER_READY;
      fiber->thread = (KernelIndex) { i % block.x, i / block.x % block.y, i / block.x / block.y };
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
  to_scheduler ();
  kernel_set_thread (group->fiber[group->current].thread);
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
