/* bb-memory.c: how much host memory there is, as Linux tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-memory.h"

#include <string.h>
#include <sys/resource.h>

/* The part of memory that limits leave, where there are any. */
static guint64
get_cgroup_memory (void)
{
  g_autofree char *own = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 left = G_MAXUINT64;

  if (!g_file_get_contents ("/proc/self/cgroup", &own, NULL, NULL))
    return left;
  lines = g_strsplit (own, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *folder = NULL;

      if (!g_str_has_prefix (lines[i], "0::/"))
        continue;
      folder = g_strdup (lines[i] + strlen ("0::"));
      while (TRUE)
        {
          g_autofree char *limit = g_strconcat ("/sys/fs/cgroup", folder, "/memory.max", NULL);
          g_autofree char *used = g_strconcat ("/sys/fs/cgroup", folder, "/memory.current", NULL);
          g_autofree char *limit_text = NULL;
          g_autofree char *used_text = NULL;
          char *slash;

          if (g_file_get_contents (limit, &limit_text, NULL, NULL) &&
              g_ascii_isdigit (limit_text[0]) &&
              g_file_get_contents (used, &used_text, NULL, NULL))
            {
              guint64 allowed = g_ascii_strtoull (limit_text, NULL, 10);
              guint64 taken = g_ascii_strtoull (used_text, NULL, 10);

              left = MIN (left, allowed > taken ? allowed - taken : 0);
            }
          slash = strrchr (folder, '/');
          if (slash == NULL)
            break;
          *slash = '\0';
        }
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
 * bb_memory_get_left:
 *
 * Returns: bytes of host memory that this process can still take: what the system has available,
 *   within the limits of its control group and of its address space; %G_MAXUINT64 where unknown
 */
guint64
bb_memory_get_left (void)
{
  guint64 left = MIN (bb_memory_find ("/proc/meminfo", "MemAvailable:"), get_cgroup_memory ());
  struct rlimit limit;

  if (getrlimit (RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    {
      guint64 size = bb_memory_find ("/proc/self/status", "VmSize:");

      left = MIN (left, limit.rlim_cur > size ? limit.rlim_cur - size : 0);
    }
  return left;
}
