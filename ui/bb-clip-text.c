/* bb-clip-text.c: what a video is, in a few words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-clip-text.h"

#include "bb-size-text.h"
#include "bb-time.h"

#include <glib/gi18n.h>
#include <string.h>

/* Frames a second, with two decimals at most. */
static char *
format_rate (const BbTimeGrid *grid)
{
  double rate = (double) grid->rate_num / grid->rate_den;
  g_autofree char *text = g_strdup_printf ("%.2f", rate);
  gsize n = strlen (text);

  while (text[n - 1] == '0')
    text[--n] = '\0';
  if (!g_ascii_isdigit (text[n - 1]))
    text[n - 1] = '\0';
  return g_steal_pointer (&text);
}

/**
 * bb_clip_text_describe:
 * @source: what is known of a video
 * @compact: whether there is little room
 *
 * Returns: (transfer full): such as `1920 × 1080 · 29.97 fps · HDR · 1:05`, or `1080p29.97 HDR · 1:05`
 */
char *
bb_clip_text_describe (const BbPlayerSource *source, gboolean compact)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *length = bb_time_format (source->duration, FALSE);
  g_autofree char *rate = source->grid.rate_num > 0 ? format_rate (&source->grid) : NULL;

  if (compact)
    g_string_append_printf (text, "\u2066%dp%s%s\u2069", MIN (source->width, source->height),
                            rate != NULL ? rate : "", source->hdr ? " HDR" : "");
  else
    {
      g_string_append_printf (text, BB_SIZE_FORMAT, source->width, source->height);
      if (rate != NULL)
        {
          g_string_append (text, " · ");
          /* Translators: frames a second, such as "29.97 fps" */
          g_string_append_printf (text, _ ("%s fps"), rate);
        }
      if (source->hdr)
        g_string_append (text, " · HDR");
    }
  if (source->duration > 0)
    g_string_append_printf (text, " · \u2066%s\u2069", length);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
