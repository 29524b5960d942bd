/* bb-test-media.c: clips for tests, and what the ffmpeg programs say of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-media.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static char *folder;

/* Makes the folder that bb_test_media_path() is about. */
void
bb_test_media_init (void)
{
  folder = g_dir_make_tmp ("blurbox-test-XXXXXX", NULL);
  g_assert_nonnull (folder);
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

void
bb_test_media_cleanup (void)
{
  remove_tree (folder);
  g_clear_pointer (&folder, g_free);
}

gboolean
bb_test_media_has_programs (void)
{
  g_autofree char *ffmpeg = g_find_program_in_path ("ffmpeg");
  g_autofree char *ffprobe = g_find_program_in_path ("ffprobe");

  return ffmpeg != NULL && ffprobe != NULL;
}

/* The main function of a test that needs the ffmpeg programs: makes the folder, lets @add_tests make
 * clips and add tests, and runs these. */
int
bb_test_media_run (int argc, char **argv, void (*add_tests) (void))
{
  int result;

  g_test_init (&argc, &argv, NULL);
  if (!bb_test_media_has_programs ())
    {
      g_print ("1..0 # SKIP the ffmpeg programs are not here\n");
      return 0;
    }
  bb_test_media_init ();
  add_tests ();
  result = g_test_run ();
  bb_test_media_cleanup ();
  return result;
}

/* Returns: (transfer full): a name in the test's own folder */
char *
bb_test_media_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* Makes the file @name of the test's own folder, of all that is in the files named after it.
 * Returns: (transfer full): its path */
char *
bb_test_media_join (const char *name, ...)
{
  g_autoptr (GString) joined = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char *path = bb_test_media_path (name);
  const char *part;
  va_list list;

  va_start (list, name);
  while ((part = va_arg (list, const char *)) != NULL)
    {
      g_autofree char *part_path = bb_test_media_path (part);
      g_autofree char *contents = NULL;
      gsize size;

      g_file_get_contents (part_path, &contents, &size, &error);
      g_assert_no_error (error);
      g_string_append_len (joined, contents, (gssize) size);
    }
  va_end (list);
  g_file_set_contents (path, joined->str, (gssize) joined->len, &error);
  g_assert_no_error (error);
  return path;
}

static GBytes *
run (const char *command)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GSubprocess) process = NULL;
  GBytes *output = NULL;

  g_assert_true (g_shell_parse_argv (command, NULL, &arguments, &error));
  process =
    g_subprocess_newv ((const char *const *) arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("failed: %s", command);
  return output;
}

static char *
to_string (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data, size);
}

/* Runs ffmpeg in the test's own folder with arguments as a shell reads them.
 * Returns: (transfer full): what it wrote to its standard output */
char *
bb_test_ffmpeg (const char *format, ...)
{
  g_autofree char *arguments = NULL;
  g_autofree char *command = NULL;
  g_autofree char *quoted = g_shell_quote (folder);
  g_autoptr (GBytes) output = NULL;
  va_list list;

  va_start (list, format);
  arguments = g_strdup_vprintf (format, list);
  va_end (list);
  command = g_strdup_printf (
    "env -C %s ffmpeg -nostdin -y -v fatal -threads 1 -filter_threads 1 %s", quoted, arguments);
  output = run (command);
  return to_string (output);
}

/* Runs ffmpeg with arguments from -i on, without turning pictures upright.
 * Returns: (transfer full): all decoded frames, one after the other, without padding */
GBytes *
bb_test_ffmpeg_raw (const char *format, ...)
{
  g_autofree char *arguments = NULL;
  g_autofree char *command = NULL;
  g_autofree char *quoted = g_shell_quote (folder);
  va_list list;

  va_start (list, format);
  arguments = g_strdup_vprintf (format, list);
  va_end (list);
  command = g_strdup_printf ("env -C %s ffmpeg -nostdin -v fatal -noautorotate %s -map 0:v:0 "
                             "-fps_mode passthrough -f rawvideo -",
                             quoted, arguments);
  return run (command);
}

/* Runs ffmpeg with all of its arguments.
 * Returns: (transfer full): what it wrote to its standard output */
GBytes *
bb_test_ffmpeg_bytes (const char *format, ...)
{
  g_autofree char *arguments = NULL;
  g_autofree char *command = NULL;
  g_autofree char *quoted = g_shell_quote (folder);
  va_list list;

  va_start (list, format);
  arguments = g_strdup_vprintf (format, list);
  va_end (list);
  command = g_strdup_printf ("env -C %s ffmpeg -nostdin -v fatal %s", quoted, arguments);
  return run (command);
}

/* Returns: (transfer full): presentation times of all frames in the stream's time base; G_MININT64
 * where ffprobe knows none */
GArray *
bb_test_ffprobe_times (const char *path)
{
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *command =
    g_strdup_printf ("ffprobe -v fatal -select_streams v:0 -show_entries "
                     "frame=best_effort_timestamp -of default=nw=1:nk=1 %s",
                     quoted);
  g_autoptr (GBytes) output = run (command);
  g_autofree char *text = to_string (output);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (int i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      {
        gint64 time =
          g_str_equal (lines[i], "N/A") ? G_MININT64 : g_ascii_strtoll (lines[i], NULL, 10);

        g_array_append_val (times, time);
      }
  return times;
}

/* Returns: how many frames the ffmpeg program gets out of a file */
gint64
bb_test_ffprobe_count (const char *path)
{
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *text =
    bb_test_ffmpeg ("-i %s -map 0:v:0 -fps_mode passthrough -f null -progress - -", quoted);
  char *last = g_strrstr (text, "frame=");

  g_assert_nonnull (last);
  return g_ascii_strtoll (last + strlen ("frame="), NULL, 10);
}

/* Returns: (transfer full): the samples of all planes without padding */
GBytes *
bb_test_frame_bytes (const BbFrame *frame)
{
  GByteArray *bytes = g_byte_array_new ();
  int size = frame->format.depth > 8 ? 2 : 1;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&frame->format, p); y++)
      g_byte_array_append (bytes, frame->data[p] + (gssize) y * frame->stride[p],
                           (guint) (bb_format_get_plane_width (&frame->format, p) * size));
  return g_byte_array_free_to_bytes (bytes);
}

/* Returns: (transfer full): a checksum of the samples of all planes without padding */
char *
bb_test_frame_md5 (const BbFrame *frame)
{
  g_autoptr (GBytes) bytes = bb_test_frame_bytes (frame);

  return g_compute_checksum_for_bytes (G_CHECKSUM_MD5, bytes);
}
