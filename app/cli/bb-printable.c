/* bb-printable.c: text that a terminal shows and does not obey
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-printable.h"

#include <string.h>

/* Escape sequences and ends of lines, and what turns the direction of the text after it. */
static gboolean
is_control (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return TRUE;
    default:
      return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    }
}

/**
 * bb_printable_new:
 * @text: any bytes, such as a sentence that names a file
 *
 * Names of files and texts inside them may hold every byte, escape sequences and newlines included.
 * Everything that the command line prints goes through here.
 *
 * Returns: (transfer full): @text as one line of UTF-8, with U+FFFD in place of each character that
 *   would control a terminal
 */
char *
bb_printable_new (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *printable = g_string_sized_new (strlen (valid) + 1);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      g_string_append_unichar (printable, is_control (character) ? 0xfffd : character);
    }
  return g_string_free (printable, FALSE);
}
