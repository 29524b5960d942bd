/* bb-progress.c: how far a render is, for a terminal or a log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-progress.h"

#include "bb-printable.h"

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
 * Returns: frames a second, without those that an earlier render has made
 */
double
bb_progress_get_frame_rate (const BbRenderStats *stats)
{
  return (double) (stats->frames - stats->frames_before) / MAX (stats->seconds, 1e-3);
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
    g_string_append_printf (text, _ ("%d %%, "),
                            (int) MIN (100 * stats->frames / stats->total_frames, 100));
  else
    g_string_append_printf (text, _ ("%lld frames, "), (long long) stats->frames);
  g_string_append_printf (text, _ ("%.1f frames/s, %.1f batches/s"),
                          bb_progress_get_frame_rate (stats), bb_progress_get_batch_rate (stats));
  if (stats->n_workers > 1)
    g_string_append_printf (text, ngettext (", %u worker", ", %u workers", stats->n_workers),
                            stats->n_workers);
  if (left >= 0)
    {
      g_autofree char *duration = bb_progress_format_duration (left);

      g_string_append_printf (text, _ (", ETA %s"), duration);
    }
  return g_string_free (text, FALSE);
}

/* Columns that a character takes on a terminal. */
static int
get_width (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

/* The end of a text that fits into some columns. */
static const char *
get_tail (const char *text, int columns)
{
  const char *tail = text + strlen (text);

  while (tail > text)
    {
      const char *before = g_utf8_prev_char (tail);

      columns -= get_width (g_utf8_get_char (before));
      if (columns < 0)
        break;
      tail = before;
    }
  /* What would stand above a character that is not there any more. */
  while (tail > text && *tail != '\0' && get_width (g_utf8_get_char (tail)) == 0)
    tail = g_utf8_next_char (tail);
  return tail;
}

/* Where a text leaves its room; takes from @columns what is before that. */
static const char *
get_limit (const char *text, int *columns)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      int width = get_width (g_utf8_get_char (text));

      if (width > *columns)
        break;
      *columns -= width;
    }
  return text;
}

/**
 * bb_progress_format_line:
 * @name: name of the file, in UTF-8
 * @stats: figures so far
 * @columns: room, in columns of a terminal; wide characters, as those of Chinese, take two
 *
 * Returns: (transfer full): name and figures, with less of the name and then of the figures where
 *   there is no room: a line that wraps could not be redrawn in place
 */
char *
bb_progress_format_line (const char *name, const BbRenderStats *stats, int columns)
{
  g_autofree char *figures = bb_progress_format (stats);
  const char *limit = get_limit (figures, &columns);

  if (*limit != '\0')
    return g_strndup (figures, (gsize) (limit - figures));
  columns -= 2; /* the colon */
  if (get_tail (name, columns) == name)
    return g_strdup_printf ("%s: %s", name, figures);
  /* A name's end is what tells files apart; of less than that nobody would know it. */
  if (columns < 4)
    return g_steal_pointer (&figures);
  return g_strdup_printf ("…%s: %s", get_tail (name, columns - 1), figures);
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
  g_autofree char *printable = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  if (now - progress->last < (progress->terminal ? TERMINAL_INTERVAL : LOG_INTERVAL))
    return;
  progress->last = now;
  /* Some terminals wrap as soon as the last column is written. */
  printable = bb_printable_new (name);
  text = bb_progress_format_line (printable, stats,
                                  progress->terminal ? get_columns (progress->fd) - 1 : G_MAXINT);
  line = g_strdup_printf (progress->terminal ? "\r%s\033[K" : "%s\n", text);
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
