/* test-memory.c: the memory that is left, of systems made up in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-memory.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/resource.h>

/* Figures are small, so that no limit of the tests themselves is smaller. */
#define AVAILABLE "MemTotal: 9000 kB\nMemFree: 1 kB\nMemAvailable: 800 kB\n"
#define KIB G_GUINT64_CONSTANT (1024)

typedef struct {
  const char *name;
  const char *text;
} File;

typedef struct {
  const char *label;
  File file[10];
  guint64 left;
} Case;

static const Case cases[] = {
  { "nothing", { { NULL } }, G_MAXUINT64 },
  { "no-groups", { { "proc/meminfo", AVAILABLE } }, 800 * KIB },
  { "no-limit",
    { { "proc/meminfo", AVAILABLE },
      { "proc/self/cgroup", "0::/user.slice\n" },
      { "sys/fs/cgroup/user.slice/memory.max", "max\n" },
      { "sys/fs/cgroup/user.slice/memory.current", "700000\n" } },
    800 * KIB },
  { "own-limit",
    { { "proc/meminfo", AVAILABLE },
      { "proc/self/cgroup", "0::/a/b\n" },
      { "sys/fs/cgroup/a/b/memory.max", "500000\n" },
      { "sys/fs/cgroup/a/b/memory.current", "200000\n" } },
    300000 },
  { "limit-above",
    { { "proc/meminfo", AVAILABLE },
      { "proc/self/cgroup", "0::/a/b\n" },
      { "sys/fs/cgroup/a/b/memory.max", "max\n" },
      { "sys/fs/cgroup/a/b/memory.current", "100000\n" },
      { "sys/fs/cgroup/a/memory.max", "400000\n" },
      { "sys/fs/cgroup/a/memory.current", "150000\n" } },
    250000 },
  { "files-in-memory",
    { { "proc/self/cgroup", "0::/a\n" },
      { "sys/fs/cgroup/a/memory.max", "500000\n" },
      { "sys/fs/cgroup/a/memory.current", "490000\n" },
      { "sys/fs/cgroup/a/memory.stat",
        "anon 200000\nfile 290000\ninactive_file 250000\nactive_file 40000\n" } },
    260000 },
  { "used-up",
    { { "proc/meminfo", AVAILABLE },
      { "proc/self/cgroup", "0::/a\n" },
      { "sys/fs/cgroup/a/memory.max", "500000\n" },
      { "sys/fs/cgroup/a/memory.current", "500001\n" } },
    0 },
  { "system-has-less",
    { { "proc/meminfo", "MemAvailable: 100 kB\n" },
      { "proc/self/cgroup", "0::/a\n" },
      { "sys/fs/cgroup/a/memory.max", "500000\n" },
      { "sys/fs/cgroup/a/memory.current", "200000\n" } },
    100 * KIB },
  /* What a container sees has no such path: its group is the topmost. */
  { "container",
    { { "proc/meminfo", AVAILABLE },
      { "proc/self/cgroup", "0::/docker/0123456789abcdef\n" },
      { "sys/fs/cgroup/memory.max", "600000\n" },
      { "sys/fs/cgroup/memory.current", "100000\n" } },
    500000 },
  { "version-1",
    { { "proc/meminfo", AVAILABLE },
      { "proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory,misc:/a\n0::/\n" },
      { "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "500000\n" },
      { "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "400000\n" },
      { "sys/fs/cgroup/memory/a/memory.stat",
        "cache 9\ninactive_file 1\ntotal_cache 9\ntotal_inactive_file 50000\n" },
      { "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n" },
      { "sys/fs/cgroup/memory/memory.usage_in_bytes", "700000\n" } },
    150000 },
};

static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

static void
test_left (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *root = g_dir_make_tmp ("blurbox-test-XXXXXX", &error);

  g_assert_no_error (error);
  for (const File *file = test->file; file->name != NULL; file++)
    {
      g_autofree char *path = g_build_filename (root, file->name, NULL);
      g_autofree char *folder = g_path_get_dirname (path);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_file_set_contents (path, file->text, -1, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (bb_memory_get_left_below (root), ==, test->left);
  remove_tree (root);
}

/* The CPU device fits its batches to what the process may take, not to what the machine has. */
static void
test_device (void)
{
  const guint64 most = 64 << 20;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_devices_open ("cpu", &error);
  struct rlimit before, limit;
  guint64 left;

  g_assert_no_error (error);
  g_assert_cmpint (getrlimit (RLIMIT_AS, &before), ==, 0);
  limit = before;
  limit.rlim_cur = bb_memory_find ("/proc/self/status", "VmSize:") + most;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  left = bb_device_get_memory_left (device);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
  g_assert_cmpuint (left, <=, most);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/memory/left/", cases[i].label, NULL);

      g_test_add_data_func (path, &cases[i], test_left);
    }
  g_test_add_func ("/memory/device", test_device);
  return g_test_run ();
}
