/* bb-niceness.c: work that leaves the window its processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE

#include "bb-niceness.h"

#include <sys/resource.h>
#include <unistd.h>

/**
 * bb_niceness_enter:
 * @level: how far to step back
 *
 * Has the calling thread, and each thread that it starts from now on, step back where others want
 * the processor. There is no way back, so the thread must be one's own. Where a system keeps one
 * niceness a process, nothing happens.
 */
void
bb_niceness_enter (BbNiceness level)
{
#ifdef __linux__
  /* The niceness of a process is that of its first thread here: the window's. */
  int window = getpriority (PRIO_PROCESS, (id_t) getpid ());

  setpriority (PRIO_PROCESS, (id_t) gettid (), MIN (window + (int) level, 19));
#endif
}
