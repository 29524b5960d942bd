/* bb-memory.c: how much host memory there is, as Linux tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-memory.h"

#include <string.h>
#include <sys/resource.h>

/* Where a version of control groups has its limits, what is used, and of that the part that is
 * dropped when it gets scarce: pages of files that were not read lately. */
typedef struct {
  const char *mount;
  const char *limit;
  const char *used;
  const char *cache;
} Hierarchy;

static const Hierarchy version_1 = {
  .mount = "/sys/fs/cgroup/memory",
  .limit = "memory.limit_in_bytes",
  .used = "memory.usage_in_bytes",
  .cache = "\ntotal_inactive_file ",
};
static const Hierarchy version_2 = {
  .mount = "/sys/fs/cgroup",
  .limit = "memory.max",
  .used = "memory.current",
  .cache = "\ninactive_file ",
};

/* The number after @key in a file of a control group; %G_MAXUINT64 where there is none, or “max”. */
static guint64
read_number (const char *folder, const char *name, const char *key)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  const char *number;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (number = strstr (text, key)) == NULL)
    return G_MAXUINT64;
  number += strlen (key);
  return g_ascii_isdigit (*number) ? g_ascii_strtoull (number, NULL, 10) : G_MAXUINT64;
}

/* What the limit of a single group leaves. */
static guint64
get_group_left (const char *folder, const Hierarchy *hierarchy)
{
  guint64 limit = read_number (folder, hierarchy->limit, "");
  guint64 used = read_number (folder, hierarchy->used, "");
  guint64 cache = read_number (folder, "memory.stat", hierarchy->cache);

  if (limit == G_MAXUINT64 || used == G_MAXUINT64)
    return G_MAXUINT64;
  if (cache != G_MAXUINT64)
    used -= MIN (cache, used);
  return limit > used ? limit - used : 0;
}

/* What the limits of the process's groups and of those above them leave. In a container the groups that it names may
 * lie above what it sees; its own is the topmost then. */
static guint64
get_groups_left (const char *root)
{
  g_autofree char *list = g_strconcat (root, "/proc/self/cgroup", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 left = G_MAXUINT64;

  if (!g_file_get_contents (list, &text, NULL, NULL))
    return left;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      /* “0::/user.slice”, or “4:cpu,memory:/user.slice” */
      g_auto (GStrv) parts = g_strsplit (lines[i], ":", 3);
      g_auto (GStrv) controllers = NULL;
      const Hierarchy *hierarchy;
      char *slash;

      if (g_strv_length (parts) < 3)
        continue;
      controllers = g_strsplit (parts[1], ",", -1);
      if (g_strv_contains ((const char *const *) controllers, "memory"))
        hierarchy = &version_1;
      else if (g_str_equal (parts[0], "0"))
        hierarchy = &version_2;
      else
        continue;
      do
        {
          g_autofree char *folder = g_strconcat (root, hierarchy->mount, parts[2], NULL);

          left = MIN (left, get_group_left (folder, hierarchy));
          slash = strrchr (parts[2], '/');
          if (slash != NULL)
            *slash = '\0';
        }
      while (slash != NULL);
    }
  return left;
}

/**
 * bb_memory_find:
 * @file: a file of /proc with lines such as “VmHWM: 1234 kB”
 * @key: what a line begins with, with its colon
 *
 * Returns: bytes; %G_MAXUINT64 where it is not there
 */
guint64
bb_memory_find (const char *file, const char *key)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (file, &text, NULL, NULL) || (line = strstr (text, key)) == NULL)
    return G_MAXUINT64;
  return g_ascii_strtoull (line + strlen (key), NULL, 10) * 1024;
}

/**
 * bb_memory_get_left_below:
 * @root: a folder with what /proc and /sys tell; an empty string is the system's own
 *
 * Returns: bytes of host memory that a process can still take: what the system has available, within
 *   the limits of its control groups and of this process's address space; %G_MAXUINT64 where unknown
 */
guint64
bb_memory_get_left_below (const char *root)
{
  g_autofree char *meminfo = g_strconcat (root, "/proc/meminfo", NULL);
  guint64 left = MIN (bb_memory_find (meminfo, "MemAvailable:"), get_groups_left (root));
  struct rlimit limit;

  if (getrlimit (RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    {
      guint64 size = bb_memory_find ("/proc/self/status", "VmSize:");

      left = MIN (left, limit.rlim_cur > size ? limit.rlim_cur - size : 0);
    }
  return left;
}

/**
 * bb_memory_get_left:
 *
 * Returns: bytes of host memory that this process can still take, see bb_memory_get_left_below()
 */
guint64
bb_memory_get_left (void)
{
  return bb_memory_get_left_below ("");
}
