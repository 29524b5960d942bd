/* fuzz-source.c: a video out of any bytes: what is known of it, a seek and its first pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE

#include "bb-source.h"
#include "fuzz.h"

#include <libavutil/log.h>
#include <sys/mman.h>
#include <unistd.h>

/* A target measures the program's own code, not how long decoders take. */
#define MAX_PICTURES 3

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  av_log_set_level (AV_LOG_QUIET);
  return 0;
}

static void
read_pictures (BbSource *source)
{
  for (int i = 0; i < MAX_PICTURES; i++)
    {
      g_autoptr (GError) error = NULL;
      BbFrame *frame = bb_source_read (source, NULL, &error);

      if (error != NULL)
        fuzz_check_result (FALSE, error);
      if (frame == NULL)
        return;
      bb_frame_unref (frame);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("video", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) seek_error = NULL;
  g_autoptr (BbSource) source = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  source = bb_source_new (path, &error);
  fuzz_check_result (source != NULL, error);
  if (source != NULL)
    {
      const BbSourceInfo *info = bb_source_get_info (source);

      g_assert_cmpint (info->format.width, >, 0);
      g_assert_cmpint (info->format.height, >, 0);
      g_assert_cmpint (info->duration, >=, 0);
      g_assert_cmpint (info->time_base_num, >, 0);
      g_assert_cmpint (info->time_base_den, >, 0);
      read_pictures (source);
      fuzz_check_result (bb_source_seek (source, info->duration / 2, NULL, &seek_error),
                         seek_error);
      if (seek_error == NULL)
        read_pictures (source);
    }
  g_clear_pointer (&source, bb_source_free);
  close (fd);
  return 0;
}
