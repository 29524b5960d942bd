/* bb-key-group.c: key files whose groups have checksums
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each group has a checksum of its own, so that of a damaged file what is whole can be told from what is
 * not: a key file is read as a whole or not at all.
 */

#include "bb-key-group.h"

#include <string.h>

#define CHECKSUM "checksum"

/* SHA-256 of the lines of a group, `[GROUP]` and `KEY=VALUE` as they are in the file, its own one left out. */
static char *
get_checksum (GKeyFile *file, const char *group)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  g_autofree char *head = g_strdup_printf ("[%s]\n", group);

  g_checksum_update (checksum, (const guchar *) head, (gssize) strlen (head));
  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (file, group, keys[i], NULL);
      g_autofree char *line = g_strdup_printf ("%s=%s\n", keys[i], value);

      if (!g_str_equal (keys[i], CHECKSUM))
        g_checksum_update (checksum, (const guchar *) line, (gssize) strlen (line));
    }
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * bb_key_group_close:
 * @file: a key file
 * @group: a group of it that has all its keys
 *
 * Adds the checksum.
 */
void
bb_key_group_close (GKeyFile *file, const char *group)
{
  g_autofree char *checksum = get_checksum (file, group);

  g_key_file_set_string (file, group, CHECKSUM, checksum);
}

static gboolean
is_whole (GKeyFile *file, const char *group)
{
  g_autofree char *checksum = get_checksum (file, group);
  g_autofree char *stored = g_key_file_get_value (file, group, CHECKSUM, NULL);

  return g_strcmp0 (checksum, stored) == 0;
}

/* Reads one group with the lines below it. */
static gboolean
parse_piece (const char *piece, gsize length, BbKeyGroupFunc func, gpointer user_data)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, piece, length, G_KEY_FILE_NONE, NULL))
    return FALSE;
  groups = g_key_file_get_groups (file, NULL);
  return groups[0] == NULL || (is_whole (file, groups[0]) && func (file, groups[0], user_data));
}

static const char *
find_next_group (const char *data, const char *end)
{
  for (const char *line = data; line < end; line++)
    if (*line == '[' && line > data && line[-1] == '\n')
      return line;
  return end;
}

/* Where a group's last line ends, which is its checksum. */
static const char *
find_group_end (const char *data, const char *end)
{
  const char *last = g_strstr_len (data, end - data, "\n" CHECKSUM "=");
  const char *line_end = last != NULL ? memchr (last + 1, '\n', (gsize) (end - last - 1)) : NULL;

  return line_end != NULL ? line_end + 1 : end;
}

static gboolean
is_blank (const char *data, const char *end)
{
  while (data < end && g_ascii_isspace (*data))
    data++;
  return data == end;
}

/**
 * bb_key_groups_parse:
 * @data: text of a key file, perhaps damaged
 * @length: its length in bytes
 * @func: takes the groups that are whole, in their order
 * @user_data: data for @func
 *
 * Returns: whether all groups that are there are whole and make sense. Groups that are missing are not
 *   noticed
 */
gboolean
bb_key_groups_parse (const char *data, gsize length, BbKeyGroupFunc func, gpointer user_data)
{
  const char *end = data + length;
  gboolean good = TRUE;

  while (data < end)
    {
      const char *next = find_next_group (data, end);
      const char *last = find_group_end (data, next);

      if (!parse_piece (data, (gsize) (last - data), func, user_data) || !is_blank (last, next))
        good = FALSE;
      data = next;
    }
  return good;
}
