/* bb-columns.c: how wide text is in a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-columns.h"

/**
 * bb_columns_get:
 * @text: UTF-8
 *
 * Chinese and Japanese characters take two columns, accents none.
 *
 * Returns: columns that @text takes
 */
int
bb_columns_get (const char *text)
{
  int n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      n += g_unichar_iswide (c) ? 2 : g_unichar_iszerowidth (c) ? 0 : 1;
    }
  return n;
}
