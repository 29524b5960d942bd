/* bb-progress.c: how far a render is, for a terminal or a log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-progress.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A log gets a line after this time, and a terminal is redrawn after that one; microseconds. */
#define LOG_INTERVAL (5 * G_USEC_PER_SEC)
#define TERMINAL_INTERVAL (G_USEC_PER_SEC / 10)

struct _BbProgress {
  int fd;
  gboolean terminal;
  gboolean shown;
  gint64 last;
};

/**
 * bb_progress_new:
 * @fd: where to write, such as standard error
 *
 * On a terminal progress is one line that is redrawn in place; elsewhere it is a plain line every
 * five seconds.
 *
 * Returns: (transfer full): a display of progress
 */
BbProgress *
bb_progress_new (int fd)
{
  BbProgress *progress = g_new0 (BbProgress, 1);

  progress->fd = fd;
  progress->terminal = isatty (fd) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  progress->last = g_get_monotonic_time ();
  return progress;
}

/**
 * bb_progress_free:
 * @progress: (transfer full): a display of progress
 *
 * Clears the line and frees the display.
 */
void
bb_progress_free (BbProgress *progress)
{
  bb_progress_clear (progress);
  g_free (progress);
}

static void
write_text (int fd, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize n = write (fd, text, left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;
      text += n;
      left -= (gsize) n;
    }
}

static int
get_columns (int fd)
{
  struct winsize size;

  return ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/**
 * bb_progress_get_frame_rate:
 * @stats: figures so far
 *
 * Returns: frames a second
 */
double
bb_progress_get_frame_rate (const BbRenderStats *stats)
{
  return (double) stats->frames / MAX (stats->seconds, 1e-3);
}

/**
 * bb_progress_get_batch_rate:
 * @stats: figures so far
 *
 * Returns: batches a second
 */
double
bb_progress_get_batch_rate (const BbRenderStats *stats)
{
  return (double) stats->batches / MAX (stats->seconds, 1e-3);
}

/**
 * bb_progress_get_seconds_left:
 * @stats: figures so far
 *
 * Returns: seconds until the end at the rate so far; -1 where that is not known
 */
int
bb_progress_get_seconds_left (const BbRenderStats *stats)
{
  double rate = bb_progress_get_frame_rate (stats);

  if (stats->total_frames <= stats->frames || rate <= 0)
    return -1;
  return (int) MIN ((double) (stats->total_frames - stats->frames) / rate + 0.5, 1e9);
}

/**
 * bb_progress_format_duration:
 * @seconds: a length of time
 *
 * Returns: (transfer full): it as M:SS or H:MM:SS
 */
char *
bb_progress_format_duration (int seconds)
{
  if (seconds >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return g_strdup_printf ("%d:%02d", seconds / 60, seconds % 60);
}

/**
 * bb_progress_format:
 * @stats: figures so far
 *
 * Returns: (transfer full): percent, frames a second, batches a second and the time left, as far as
 *   they are known
 */
char *
bb_progress_format (const BbRenderStats *stats)
{
  GString *text = g_string_new (NULL);
  int left = bb_progress_get_seconds_left (stats);

  if (stats->total_frames > 0)
    g_string_append_printf (text, _("%d %%, "),
                            (int) MIN (100 * stats->frames / stats->total_frames, 100));
  else
    g_string_append_printf (text, _("%lld frames, "), (long long) stats->frames);
  g_string_append_printf (text, _("%.1f frames/s, %.1f batches/s"),
                          bb_progress_get_frame_rate (stats), bb_progress_get_batch_rate (stats));
  if (left >= 0)
    {
      g_autofree char *duration = bb_progress_format_duration (left);

      g_string_append_printf (text, _(", ETA %s"), duration);
    }
  return g_string_free (text, FALSE);
}

/* A name that leaves room for the figures on a line; its end is what tells files apart. */
static char *
shorten (const char *name, int columns)
{
  glong length = g_utf8_strlen (name, -1);

  if (length <= columns)
    return g_strdup (name);
  if (columns < 4)
    return g_strdup ("");
  return g_strconcat ("…", g_utf8_offset_to_pointer (name, length - columns + 1), NULL);
}

/**
 * bb_progress_show:
 * @progress: a display of progress
 * @name: name of the file, in UTF-8
 * @stats: figures so far
 *
 * Shows how far the render is, unless the last time is too short ago.
 */
void
bb_progress_show (BbProgress *progress, const char *name, const BbRenderStats *stats)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree char *figures = NULL;
  g_autofree char *line = NULL;

  if (now - progress->last < (progress->terminal ? TERMINAL_INTERVAL : LOG_INTERVAL))
    return;
  progress->last = now;
  figures = bb_progress_format (stats);
  if (progress->terminal)
    {
      int columns = get_columns (progress->fd) - 1;
      int left = columns - (int) g_utf8_strlen (figures, -1) - 2;
      g_autofree char *shortened = shorten (name, left);
      g_autofree char *cut = NULL;

      /* A line that wraps could not be redrawn in place. */
      if (left < -2)
        cut = g_utf8_substring (figures, 0, MAX (columns, 0));
      line = g_strdup_printf ("\r%s%s%s\033[K", shortened, *shortened != '\0' ? ": " : "",
                              cut != NULL ? cut : figures);
    }
  else
    {
      line = g_strdup_printf ("%s: %s\n", name, figures);
    }
  write_text (progress->fd, line);
  progress->shown = TRUE;
}

/**
 * bb_progress_clear:
 * @progress: a display of progress
 *
 * Takes the line away from a terminal, so that something else can be printed there.
 */
void
bb_progress_clear (BbProgress *progress)
{
  if (progress->terminal && progress->shown)
    write_text (progress->fd, "\r\033[K");
  progress->shown = FALSE;
}
