/* bb-time.c: instants and lengths for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-time.h"

#include "blurbox.h"

#include <glib/gi18n.h>

#include <math.h>
#include <string.h>

#define SECOND 1000000000
/* Digits of a part of a time, so that no number overflows. */
#define MOST_DIGITS 9

/**
 * bb_time_format:
 * @time: nanoseconds, not negative
 * @fine: whether hundredths of a second are shown
 *
 * Returns: (transfer full): a time as players show it, such as `1:05` or `1:02:05.40`
 */
char *
bb_time_format (gint64 time, gboolean fine)
{
  gint64 hundredths = MAX (time, 0) / 10000000;
  int hours = (int) (hundredths / 360000);
  int minutes = (int) (hundredths / 6000 % 60);
  int seconds = (int) (hundredths / 100 % 60);
  int rest = (int) (hundredths % 100);
  g_autofree char *text = hours > 0 ? g_strdup_printf ("%d:%02d:%02d", hours, minutes, seconds)
                                    : g_strdup_printf ("%d:%02d", minutes, seconds);

  return fine ? g_strdup_printf ("%s.%02d", text, rest) : g_steal_pointer (&text);
}

/**
 * bb_time_format_spoken:
 * @time: nanoseconds, not negative
 *
 * Returns: (transfer full): a time in words, for screen readers
 */
char *
bb_time_format_spoken (gint64 time)
{
  gint64 tenths = MAX (time, 0) / 100000000;
  guint minutes = (guint) (tenths / 600);
  double seconds = (double) (tenths % 600) / 10.0;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  second = g_strdup_printf (
    /* Translators: part of a time that is read aloud */
    ngettext ("%.1f second", "%.1f seconds", (gulong) (seconds + 0.999)), seconds);
  if (minutes == 0)
    return g_steal_pointer (&second);
  /* Translators: part of a time that is read aloud */
  first = g_strdup_printf (ngettext ("%u minute", "%u minutes", minutes), minutes);
  /* Translators: a time that is read aloud, such as "2 minutes 3.5 seconds" */
  return g_strdup_printf (_ ("%1$s %2$s"), first, second);
}

/* Digits of all scripts as those of ASCII, the decimal separators as a point, and no spaces around. */
static char *
normalize (const char *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isdigit (c))
        g_string_append_c (plain, (char) ('0' + g_unichar_digit_value (c)));
      else if (c == ',' || c == 0x66b)
        g_string_append_c (plain, '.');
      else if (!g_unichar_isspace (c))
        g_string_append_unichar (plain, g_unichar_tolower (c));
    }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

/* The number of frames that a normalized text says. */
static gboolean
parse_frames (const char *plain, gint64 *frames)
{
  gsize n_digits = strspn (plain, "0123456789");
  const char *unit = plain + n_digits;
  /* Translators: what people may write after a number of frames, in lower case and without spaces */
  g_autofree char *word = g_utf8_strdown (C_ ("unit", "frame"), -1);
  /* Translators: the same, for several */
  g_autofree char *words = g_utf8_strdown (C_ ("unit", "frames"), -1);

  if (n_digits == 0 || n_digits > MOST_DIGITS ||
      !(g_str_equal (unit, "f") || g_str_equal (unit, "frame") || g_str_equal (unit, "frames") ||
        g_str_equal (unit, word) || g_str_equal (unit, words)))
    return FALSE;
  *frames = g_ascii_strtoll (plain, NULL, 10);
  return TRUE;
}

/* Hours, minutes and seconds of a normalized text. */
static gboolean
parse_clock (const char *plain, gint64 *time)
{
  g_auto (GStrv) parts = g_strsplit (plain, ":", -1);
  guint n = g_strv_length (parts);
  gint64 whole = 0;

  if (n < 1 || n > 3)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      gsize n_digits = strspn (parts[i], "0123456789");
      const char *rest = parts[i] + n_digits;
      double part = g_ascii_strtod (rest, NULL);
      gint64 number = g_ascii_strtoll (parts[i], NULL, 10);

      /* A point and digits may follow the seconds, which may be left out before it. */
      if (n_digits > MOST_DIGITS ||
          (n_digits == 0 && (n > 1 || rest[0] != '.' || rest[1] == '\0')) ||
          (*rest != '\0' &&
           (i + 1 < n || *rest != '.' || strspn (rest + 1, "0123456789") != strlen (rest + 1))))
        return FALSE;
      if (i > 0 && number > 59)
        return FALSE;
      whole = whole * 60 + number;
      if (i + 1 == n)
        *time = whole * SECOND + (*rest == '.' && rest[1] != '\0' ? llrint (part * SECOND) : 0);
    }
  return TRUE;
}

/**
 * bb_time_parse:
 * @text: what somebody typed
 * @grid: when the frames of the source are shown
 * @length: whether it is a length, not an instant
 * @time: (out): nanoseconds
 * @error: return location for an error
 *
 * Reads a time such as `1:05.2`, `65.2`, `65,2 s`, `0:01:05.200` or `90 frames`: the time of the frame
 * with that number, from 0 on, or the length of so many.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_time_parse (const char *text, const BbTimeGrid *grid, gboolean length, gint64 *time,
               GError **error)
{
  g_autofree char *plain = normalize (text);
  gint64 frames = 0;

  if (parse_frames (plain, &frames))
    {
      if (grid->rate_num > 0)
        {
          *time = bb_time_grid_get (grid, frames, length);
          return TRUE;
        }
      g_set_error_literal (
        error, BB_ERROR, BB_ERROR_INVALID,
        _ ("This video does not say how many frames a second has; type a time such as 1:05.2"));
      return FALSE;
    }
  if (g_str_has_suffix (plain, "s"))
    plain[strlen (plain) - 1] = '\0';
  if (parse_clock (plain, time))
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               /* Translators: what somebody typed */
               _ ("“%s” is not a time; type one such as 1:05.2 or 90 frames"), text);
  return FALSE;
}

/**
 * bb_time_grid_get:
 * @grid: when the frames of a source are shown
 * @frames: a number of frames
 * @length: whether it is a length, not an instant
 *
 * Returns: the time of a frame, or how long so many are shown, nanoseconds; the first frame's, or 0,
 *   where the rate is unknown
 */
gint64
bb_time_grid_get (const BbTimeGrid *grid, gint64 frames, gboolean length)
{
  double seconds;

  if (grid->rate_num <= 0)
    return length ? 0 : grid->first;
  seconds = (double) frames * grid->rate_den / grid->rate_num;
  /* Files round the times of frames to the nearest tick. */
  if (!length && grid->time_base_num > 0)
    seconds = round (seconds * grid->time_base_den / grid->time_base_num) * grid->time_base_num /
              grid->time_base_den;
  return llrint (seconds * SECOND) + (length ? 0 : grid->first);
}

/**
 * bb_time_grid_snap:
 * @grid: when the frames of a source are shown
 * @time: nanoseconds
 * @length: whether it is a length, not an instant
 *
 * Returns: the nearest time at which a frame begins, or the length of a whole number of frames; @time
 *   where the rate is unknown
 */
gint64
bb_time_grid_snap (const BbTimeGrid *grid, gint64 time, gboolean length)
{
  double frames;

  if (grid->rate_num <= 0)
    return time;
  frames = (double) (time - (length ? 0 : grid->first)) * grid->rate_num / grid->rate_den / SECOND;
  return bb_time_grid_get (grid, llrint (MAX (frames, 0.0)), length);
}

/**
 * bb_time_format_exact:
 * @time: nanoseconds, not negative
 *
 * Returns: (transfer full): a time to be typed over, to the millisecond, such as `1:05.200`
 */
char *
bb_time_format_exact (gint64 time)
{
  gint64 milliseconds = (MAX (time, 0) + 500000) / 1000000;
  g_autofree char *text = bb_time_format (milliseconds * 1000000, FALSE);

  return g_strdup_printf ("%s.%03d", text, (int) (milliseconds % 1000));
}
