/* bb-trim.c: start, end and length of what is kept, as people type them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-trim.h"

#include "blurbox.h"

#include <glib/gi18n.h>

/* What two texts of the same instant may differ by: times are written to the millisecond. */
#define TOLERANCE 1000000

static gint64
get_end (const BbTrim *trim)
{
  return trim->end < 0 ? trim->duration : trim->end;
}

/* What a trim leaves at least. */
static gint64
get_least (const BbTrim *trim)
{
  return trim->grid.rate_num > 0 ? bb_time_grid_get (&trim->grid, 1, TRUE) : TOLERANCE;
}

static gint64
get_time (const BbTrim *trim, BbTrimField field)
{
  switch (field)
    {
    case BB_TRIM_START:
      return trim->start;
    case BB_TRIM_END:
      return get_end (trim);
    case BB_TRIM_LENGTH:
    default:
      return MAX (get_end (trim) - trim->start, 0);
    }
}

/**
 * bb_trim_format:
 * @trim: a trim
 * @field: what of it
 *
 * Returns: (transfer full): its text, such as `1:05.200`
 */
char *
bb_trim_format (const BbTrim *trim, BbTrimField field)
{
  return bb_time_format_exact (get_time (trim, field));
}

static gboolean
set_start (BbTrim *trim, gint64 time, GError **error)
{
  gint64 last = get_end (trim) - get_least (trim);
  g_autofree char *text = bb_time_format_exact (last);

  if (time > last + TOLERANCE)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   /* Translators: a time */
                   _ ("The start must be before the end, at %s at the latest"), text);
      return FALSE;
    }
  trim->start = MIN (time, MAX (last, 0));
  return TRUE;
}

static gboolean
set_end (BbTrim *trim, gint64 time, GError **error)
{
  gint64 first = trim->start + get_least (trim);
  gboolean early = time + TOLERANCE < first;
  g_autofree char *text = bb_time_format_exact (early ? first : trim->duration);

  if (early || time > trim->duration + TOLERANCE)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   early
                     /* Translators: a time */
                     ? _ ("The end must be after the start, at %s at the earliest")
                     /* Translators: a time */
                     : _ ("The video ends at %s; type a time before that"),
                   text);
      return FALSE;
    }
  trim->end = time + TOLERANCE >= trim->duration ? -1 : MAX (time, first);
  return TRUE;
}

static gboolean
check_length (const BbTrim *trim, gint64 length, GError **error)
{
  gint64 least = get_least (trim);
  gboolean tiny = length + TOLERANCE < least;
  g_autofree char *text = bb_time_format_exact (tiny ? least : trim->duration - trim->start);

  if (!tiny && trim->start + length <= trim->duration + least)
    return TRUE;
  g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
               tiny
                 /* Translators: a length of time */
                 ? _ ("Nothing would be left; type a length of %s at least")
                 /* Translators: a length of time */
                 : _ ("The video is over before that; type a length of %s at most"),
               text);
  return FALSE;
}

/**
 * bb_trim_edit:
 * @trim: a trim, changed on success
 * @field: what of it is typed
 * @text: what was typed, as bb_time_parse() takes it
 * @error: return location for an error
 *
 * Changes one of the three. Times become those of frames; whoever writes the source's length means its
 * end, wherever its last frame is.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID and @trim as it was
 */
gboolean
bb_trim_edit (BbTrim *trim, BbTrimField field, const char *text, GError **error)
{
  gboolean length = field == BB_TRIM_LENGTH;
  gint64 time, snapped;

  if (!bb_time_parse (text, &trim->grid, length, &time, error))
    return FALSE;
  snapped = bb_time_grid_snap (&trim->grid, time, length);
  if (field == BB_TRIM_START)
    return set_start (trim, snapped, error);
  if (length && !check_length (trim, snapped, error))
    return FALSE;
  if (length)
    {
      time += trim->start;
      snapped = MIN (snapped + trim->start, trim->duration);
    }
  /* The source's own end may lie between two frames. */
  return set_end (trim, ABS (time - trim->duration) <= TOLERANCE ? time : snapped, error);
}
