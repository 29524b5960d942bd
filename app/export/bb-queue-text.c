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
#include "bb-key-group.h"

#define VERSION 1

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

typedef struct {
  BbQueueText *text;
  guint n_jobs;  /* that the file says to have */
  guint n_found; /* that were read */
} Parsing;

/* Reads a group that is whole. */
static gboolean
group_cb (GKeyFile *file, const char *group, gpointer user_data)
{
  Parsing *parsing = user_data;
  BbQueueText *text = parsing->text;

  if (g_str_equal (group, "queue"))
    {
      parsing->n_jobs = (guint) g_key_file_get_integer (file, group, "jobs", NULL);
      text->newer = text->newer || g_key_file_get_integer (file, group, "version", NULL) > VERSION;
    }
  else if (g_str_has_prefix (group, "job "))
    {
      g_autoptr (BbJob) job = parse_job (file, group);

      if (job == NULL)
        return FALSE;
      parsing->n_found++;
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
  Parsing parsing = { .text = text, .n_jobs = G_MAXUINT };

  if (!bb_key_groups_parse (data, length, group_cb, &parsing) || parsing.n_found != parsing.n_jobs)
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
  bb_key_group_close (file, group);
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
  bb_key_group_close (file, "queue");
  for (guint i = 0; i < text->jobs->len; i++)
    format_job (file, text->jobs->pdata[i], i + 1);
  g_key_file_set_string_list (file, "folders", "uris", (const char *const *) text->folders->pdata,
                              text->folders->len);
  bb_key_group_close (file, "folders");
  return g_key_file_to_data (file, NULL, NULL);
}
