/* bb-memory-left.c: how much of the host's memory a file may take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-memory-left.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A number out of a small file of the kernel's, after @key; G_MAXUINT64 where there is none. */
static guint64
read_number (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  const char *at;
  char *end;
  guint64 number;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return G_MAXUINT64;
  at = strstr (text, key);
  if (at == NULL)
    return G_MAXUINT64;
  number = g_ascii_strtoull (at + strlen (key), &end, 10);
  return end != at + strlen (key) ? number : G_MAXUINT64;
}

/* What is left of the limit of the group of processes that this one is in, as the kernel's cgroup v2 has it. */
static guint64
get_group_left (void)
{
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;
  guint64 left = G_MAXUINT64;
  char *path;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL) ||
      !g_str_has_prefix (text, "0::/"))
    return left;
  path = g_strstrip (text + 3);
  folder = g_strconcat ("/sys/fs/cgroup", path, NULL);
  /* Each group above has a limit of its own. */
  while (strlen (folder) > strlen ("/sys/fs/cgroup"))
    {
      g_autofree char *most = g_build_filename (folder, "memory.max", NULL);
      g_autofree char *used = g_build_filename (folder, "memory.current", NULL);
      guint64 limit = read_number (most, "");
      guint64 current = read_number (used, "");

      if (limit != G_MAXUINT64 && current != G_MAXUINT64)
        left = MIN (left, limit > current ? limit - current : 0);
      *strrchr (folder, '/') = '\0';
    }
  return left;
}

/* What is left of the address space that `ulimit -v` allows. */
static guint64
get_address_space_left (void)
{
  struct rlimit limit;
  guint64 pages;

  if (getrlimit (RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return G_MAXUINT64;
  pages = read_number ("/proc/self/statm", "");
  if (pages == G_MAXUINT64)
    return limit.rlim_cur;
  pages *= (guint64) sysconf (_SC_PAGESIZE);
  return limit.rlim_cur > pages ? limit.rlim_cur - pages : 0;
}

/**
 * bb_memory_left:
 *
 * Returns: bytes of host memory that this process may still take, by what the machine has available and by the limits that
 *   are set for it; %G_MAXUINT64 where nothing is known
 */
guint64
bb_memory_left (void)
{
  guint64 available = read_number ("/proc/meminfo", "MemAvailable:");

  if (available != G_MAXUINT64)
    available *= 1024;
  return MIN (available, MIN (get_group_left (), get_address_space_left ()));
}
