/* bb-time.c: instants and lengths for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-time.h"

#include <glib/gi18n.h>

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
