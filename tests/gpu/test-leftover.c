/* test-leftover.c: what renders that were killed left in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-leftover.h"
#include "bb-render.h"
#include "media/bb-output-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *base;

static char *
get_path (const char *name)
{
  return g_build_filename (base, name, NULL);
}

static char *
write_file (const char *name, gsize size)
{
  char *path = get_path (name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *data = g_malloc (size + 1);
  g_autoptr (GError) error = NULL;

  memset (data, 'x', size);
  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
  return path;
}

static void
write_text (const char *name, const char *text)
{
  g_autofree char *path = get_path (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
is_there (const char *name)
{
  g_autofree char *path = get_path (name);
  GStatBuf info;

  return g_lstat (path, &info) == 0;
}

/* A folder of segments as a render that was killed leaves it. */
static void
make_folder (const char *name)
{
  static const char *const files[] = {
    "000000-" HASH ".nut", "000012-" HASH ".nut",
    ".000013.part",        "lock",
    "render.ini.A1B2C3",   "joblog",
    "task-1_2.log",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (name, files[i], NULL);

      g_free (write_file (path, 5000 * i));
    }
}

/* What a file takes, as du says. */
static guint64
get_bytes (const char *name)
{
  g_autofree char *path = get_path (name);
  g_autofree char *line = g_strdup_printf ("find '%s' -type f -exec du -cB1 {} +", path);
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  const char *total;

  g_spawn_command_line_sync (line, &output, NULL, NULL, &error);
  g_assert_no_error (error);
  total = g_strrstr (output, "\ttotal");
  while (total > output && g_ascii_isdigit (total[-1]))
    total--;
  return g_ascii_strtoull (total, NULL, 10);
}

static const BbLeftover *
find (GPtrArray *list, const char *name)
{
  g_autofree char *path = get_path (name);

  for (guint i = 0; i < list->len; i++)
    if (g_ptr_array_find_with_equal_func (((const BbLeftover *) list->pdata[i])->paths, path,
                                          g_str_equal, NULL))
      return list->pdata[i];
  return NULL;
}

/* Returns: the name of a temporary file as a render makes it, which is there when this returns */
static char *
make_temporary (const char *target)
{
  g_autofree char *path = get_path (target);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbOutputFile) file = bb_output_file_new (path, "/", FALSE, NULL, &error);
  char *temporary;

  g_assert_no_error (error);
  temporary = g_strdup (bb_output_file_get_temporary (file));
  g_clear_pointer (&file, bb_output_file_free);
  g_assert_true (g_file_set_contents (temporary, "unfinished", -1, NULL));
  return temporary;
}

static void
test_list (void)
{
  g_autofree char *temporary = make_temporary ("film.mkv");
  g_autofree char *temporary_name = g_path_get_basename (temporary);
  g_autoptr (GPtrArray) list = NULL;
  const BbLeftover *found;

  make_folder (".a b.mp4.blurbox");
  /* Of the same target, which is one. */
  make_folder (".film.mkv.blurbox");
  make_folder (".cut.blurbox");
  write_text (".cut.blurbox/render.ini", "[files]\noutput=/x/not cut.mp4\n");
  /* What is not of renders. */
  g_free (write_file (".film.mkv.part", 10));
  g_free (write_file (".film.mkv.0123456701234567.part", 10));
  g_free (write_file ("plain.blurbox/render.ini", 10));
  g_free (write_file (".own.blurbox/notes.txt", 10));
  g_free (write_file (".file.blurbox", 10));
  g_free (write_file (".blurbox/render.ini", 10));
  g_free (write_file ("film.mkv", 10));

  list = bb_leftover_list (base);
  g_assert_cmpuint (list->len, ==, 3);
  found = find (list, ".a b.mp4.blurbox");
  g_assert_cmpstr (found->name, ==, "a b.mp4");
  g_assert_cmpuint (found->bytes, ==, get_bytes (".a b.mp4.blurbox"));
  g_assert_false (found->in_use);
  g_assert_cmpstr (find (list, ".cut.blurbox")->name, ==, "not cut.mp4");
  found = find (list, temporary_name);
  g_assert_cmpstr (found->name, ==, "film.mkv");
  g_assert_true (found == find (list, ".film.mkv.blurbox"));
  g_assert_cmpuint (found->bytes, ==, get_bytes (temporary_name) + get_bytes (".film.mkv.blurbox"));
  g_assert_false (found->in_use);

  for (guint i = 0; i < list->len; i++)
    {
      const BbLeftover *leftover = list->pdata[i];

      for (guint j = 0; j < leftover->paths->len; j++)
        g_assert_true (bb_leftover_remove (leftover->paths->pdata[j], NULL));
    }
  g_clear_pointer (&list, g_ptr_array_unref);
  list = bb_leftover_list (base);
  g_assert_cmpuint (list->len, ==, 0);
  g_assert_false (is_there (".a b.mp4.blurbox"));
  g_assert_false (is_there (temporary_name));
  g_assert_false (is_there (".film.mkv.blurbox"));
  g_assert_true (is_there (".film.mkv.part"));
  g_assert_true (is_there (".film.mkv.0123456701234567.part"));
  g_assert_true (is_there ("plain.blurbox/render.ini"));
  g_assert_true (is_there (".own.blurbox/notes.txt"));
  g_assert_true (is_there (".file.blurbox"));
  g_assert_true (is_there ("film.mkv"));
}

static void
assert_refused (const char *name)
{
  g_autofree char *path = get_path (name);
  g_autoptr (GError) error = NULL;

  g_assert_false (bb_leftover_remove (path, &error));
  g_assert_error (error, BB_ERROR, BB_ERROR_OUTPUT);
  g_assert_nonnull (strstr (error->message, name));
}

/* What a render that is alive writes is listed as that, and stays. */
static void
test_in_use (void)
{
  g_autofree char *film = get_path ("film.mkv");
  g_autofree char *lock = get_path (".a.mp4.blurbox/lock");
  g_autoptr (GError) error = NULL;
  g_autoptr (BbOutputFile) file = bb_output_file_new (film, "/", FALSE, NULL, &error);
  g_autofree char *temporary = g_path_get_basename (bb_output_file_get_temporary (file));
  g_autoptr (GPtrArray) list = NULL;
  int kinds[] = { LOCK_EX, LOCK_SH };

  make_folder (".a.mp4.blurbox");
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      int fd = g_open (lock, O_RDWR | O_CLOEXEC);
      g_autofree char *target = get_path ("a.mp4");

      g_assert_no_errno (flock (fd, kinds[i]));
      g_clear_pointer (&list, g_ptr_array_unref);
      list = bb_leftover_list (base);
      g_assert_cmpuint (list->len, ==, 2);
      g_assert_true (find (list, temporary)->in_use);
      g_assert_true (find (list, ".a.mp4.blurbox")->in_use);
      assert_refused (temporary);
      assert_refused (".a.mp4.blurbox");
      bb_render_discard (target);
      g_assert_true (is_there (temporary));
      g_assert_true (is_there (".a.mp4.blurbox/000000-" HASH ".nut"));
      g_assert_true (is_there (".a.mp4.blurbox/lock"));
      close (fd);
    }
}

/* Nothing else goes with it: no file of somebody's in the folder, nothing that a link leads to. */
static void
test_others (void)
{
  g_autofree char *target = get_path ("precious");
  g_autofree char *link = get_path (".b.mp4.blurbox/000001-" HASH ".nut");
  g_autofree char *folder_link = get_path (".c.mp4.blurbox");
  g_autofree char *precious = write_file ("precious/000000-" HASH ".nut", 10);
  g_autoptr (GPtrArray) list = NULL;

  make_folder (".a.mp4.blurbox");
  g_free (write_file (".a.mp4.blurbox/notes.txt", 10));
  assert_refused (".a.mp4.blurbox");
  g_assert_true (is_there (".a.mp4.blurbox/notes.txt"));
  g_assert_false (is_there (".a.mp4.blurbox/000000-" HASH ".nut"));

  make_folder (".b.mp4.blurbox");
  g_assert_no_errno (symlink (precious, link));
  assert_refused (".b.mp4.blurbox");
  g_assert_no_errno (symlink (target, folder_link));
  assert_refused (".c.mp4.blurbox");
  g_assert_true (is_there ("precious/000000-" HASH ".nut"));
  list = bb_leftover_list (base);
  g_assert_null (find (list, ".c.mp4.blurbox"));

  assert_refused ("precious");
}

static void
test_discard (void)
{
  g_autofree char *target = get_path ("a.mp4");
  g_autofree char *long_name = g_strnfill (250, 'n');
  g_autofree char *long_target = get_path (long_name);

  make_folder (".a.mp4.blurbox");
  bb_render_discard (target);
  g_assert_false (is_there (".a.mp4.blurbox"));
  /* Nor is there anything to say where there is nothing. */
  bb_render_discard (target);
  bb_render_discard (long_target);
  bb_render_discard ("/nowhere/at/all.mp4");
}

static void
set_up (gpointer *fixture, gconstpointer data)
{
  base = g_dir_make_tmp ("blurbox-test-XXXXXX", NULL);
}

static void
run (gpointer *fixture, gconstpointer data)
{
  ((void (*) (void)) data) ();
}

static void
tear_down (gpointer *fixture, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", base, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_clear_pointer (&base, g_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/leftover/" name, gpointer, func, set_up, run, tear_down)
  ADD ("list", test_list);
  ADD ("in-use", test_in_use);
  ADD ("others", test_others);
  ADD ("discard", test_discard);
  return g_test_run ();
}
