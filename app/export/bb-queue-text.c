/* bb-queue-text.c: the queue as a key file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A group `[queue]` with the version and the number of jobs, one `[job N]` for each, and `[folders]`. Each
 * has a checksum of its own, so that of a damaged file what is whole can be told from what is not.
 */

#include "config.h"

#include "bb-queue-text.h"

#include "bb-job-private.h"

#include <string.h>

#define VERSION 1
#define CHECKSUM "checksum"

/* In the order of BbJobName. */
static const char *const names[] = { "proposed", "chosen", "replace" };

/**
 * bb_queue_text_init:
 * @text: (out caller-allocates): what a queue leaves, nothing yet
 */
void
bb_queue_text_init (BbQueueText *text)
{
  text->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  text->folders = g_ptr_array_new_with_free_func (g_free);
  text->damaged = FALSE;
  text->newer = FALSE;
}

/**
 * bb_queue_text_clear:
 * @text: what a queue leaves
 */
void
bb_queue_text_clear (BbQueueText *text)
{
  g_clear_pointer (&text->jobs, g_ptr_array_unref);
  g_clear_pointer (&text->folders, g_ptr_array_unref);
}

/* SHA-256 of the lines of a group, `KEY=VALUE` as they are in the file, its own one left out. */
static char *
get_checksum (GKeyFile *file, const char *group)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (file, group, keys[i], NULL);
      g_autofree char *line = g_strdup_printf ("%s=%s\n", keys[i], value);

      if (!g_str_equal (keys[i], CHECKSUM))
        g_checksum_update (checksum, (const guchar *) line, (gssize) strlen (line));
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static void
close_group (GKeyFile *file, const char *group)
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

static GFile *
get_file (GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *uri = g_key_file_get_string (file, group, key, NULL);

  return uri != NULL ? g_file_new_for_uri (uri) : NULL;
}

static gboolean
get_name (GKeyFile *file, const char *group, BbJobName *name)
{
  g_autofree char *text = g_key_file_get_string (file, group, "name", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0)
      {
        *name = (BbJobName) i;
        return TRUE;
      }
  return FALSE;
}

static BbJob *
parse_job (GKeyFile *file, const char *group)
{
  g_autoptr (GFile) input = get_file (file, group, "input");
  g_autoptr (GFile) wish = get_file (file, group, "wish");
  g_autoptr (GFile) output = get_file (file, group, "output");
  g_autofree char *source = g_key_file_get_string (file, group, "source", NULL);
  g_autofree char *text = g_key_file_get_string (file, group, "recipe", NULL);
  g_autoptr (BbRecipe) recipe = text != NULL ? bb_recipe_new_from_string (text, NULL) : NULL;
  gboolean begun = g_key_file_get_boolean (file, group, "begun", NULL);
  BbJobName name;

  if (input == NULL || wish == NULL || output == NULL || recipe == NULL ||
      !get_name (file, group, &name))
    return NULL;
  return bb_job_new_restored (input, wish, output, recipe, name, begun, source);
}

static gboolean
is_known (BbQueueText *text, BbJob *job)
{
  for (guint i = 0; i < text->jobs->len; i++)
    if (g_file_equal (bb_job_get_output (text->jobs->pdata[i]), bb_job_get_output (job)))
      return TRUE;
  return FALSE;
}

/* Reads a group that is whole. */
static gboolean
parse_group (BbQueueText *text, GKeyFile *file, const char *group, guint *n_jobs)
{
  if (g_str_equal (group, "queue"))
    {
      *n_jobs = (guint) g_key_file_get_integer (file, group, "jobs", NULL);
      text->newer = text->newer || g_key_file_get_integer (file, group, "version", NULL) > VERSION;
    }
  else if (g_str_has_prefix (group, "job "))
    {
      g_autoptr (BbJob) job = parse_job (file, group);

      if (job == NULL)
        return FALSE;
      if (!is_known (text, job))
        g_ptr_array_add (text->jobs, g_steal_pointer (&job));
    }
  else if (g_str_equal (group, "folders"))
    {
      g_auto (GStrv) uris = g_key_file_get_string_list (file, group, "uris", NULL, NULL);

      for (gsize i = 0; uris != NULL && uris[i] != NULL; i++)
        g_ptr_array_add (text->folders, g_strdup (uris[i]));
    }
  return TRUE;
}

/* Reads one group with the lines below it; a key file is read as a whole or not at all. */
static gboolean
parse_piece (BbQueueText *text, const char *piece, gsize length, guint *n_jobs, guint *n_found)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, piece, length, G_KEY_FILE_NONE, NULL))
    return FALSE;
  groups = g_key_file_get_groups (file, NULL);
  if (groups[0] == NULL)
    return TRUE;
  *n_found += g_str_has_prefix (groups[0], "job ");
  return is_whole (file, groups[0]) && parse_group (text, file, groups[0], n_jobs);
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
 * bb_queue_text_parse:
 * @text: (inout): what a queue leaves; what is read is added
 * @data: what bb_queue_text_format() gave, perhaps damaged
 * @length: its length in bytes
 *
 * Reads what is whole, and says whether that is all.
 */
void
bb_queue_text_parse (BbQueueText *text, const char *data, gsize length)
{
  const char *end = data + length;
  guint n_jobs = G_MAXUINT;
  guint n_found = 0;

  while (data < end)
    {
      const char *next = find_next_group (data, end);
      const char *last = find_group_end (data, next);

      if (!parse_piece (text, data, (gsize) (last - data), &n_jobs, &n_found) ||
          !is_blank (last, next))
        text->damaged = TRUE;
      data = next;
    }
  if (n_found != n_jobs)
    text->damaged = TRUE;
}

static void
format_job (GKeyFile *file, BbJob *job, guint number)
{
  g_autofree char *group = g_strdup_printf ("job %u", number);
  g_autofree char *input = g_file_get_uri (bb_job_get_input (job));
  g_autofree char *wish = g_file_get_uri (bb_job_get_wish (job));
  g_autofree char *output = g_file_get_uri (bb_job_get_output (job));
  g_autofree char *recipe = bb_recipe_to_string (bb_job_get_recipe (job));

  g_key_file_set_string (file, group, "input", input);
  if (bb_job_get_source (job) != NULL)
    g_key_file_set_string (file, group, "source", bb_job_get_source (job));
  g_key_file_set_string (file, group, "wish", wish);
  g_key_file_set_string (file, group, "output", output);
  g_key_file_set_string (file, group, "name", names[bb_job_get_name (job)]);
  g_key_file_set_boolean (file, group, "begun", bb_job_has_begun (job));
  g_key_file_set_string (file, group, "recipe", recipe);
  close_group (file, group);
}

/**
 * bb_queue_text_format:
 * @text: what a queue leaves
 *
 * Returns: (transfer full): a key file
 */
char *
bb_queue_text_format (const BbQueueText *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_integer (file, "queue", "version", VERSION);
  g_key_file_set_integer (file, "queue", "jobs", (int) text->jobs->len);
  close_group (file, "queue");
  for (guint i = 0; i < text->jobs->len; i++)
    format_job (file, text->jobs->pdata[i], i + 1);
  g_key_file_set_string_list (file, "folders", "uris", (const char *const *) text->folders->pdata,
                              text->folders->len);
  close_group (file, "folders");
  return g_key_file_to_data (file, NULL, NULL);
}
