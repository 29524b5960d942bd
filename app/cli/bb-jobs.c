/* bb-jobs.c: jobs for schedulers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The texts are in jobs/, a file for each scheduler. What is filled in comes from names of files, which
 * may hold anything: each place says how it is quoted.
 */

#include "config.h"

#include "bb-jobs.h"

#include "bb-jobs-resources.h"
#include "blurbox.h"

#include <glib/gi18n.h>

#define PATH "/io/github/blurbox/Blurbox/jobs/"

/* A scheduler keeps a list of tasks, and many a one has 1000 at most. A task that makes several segments
 * keeps its decoder open from one to the next. */
#define MAX_TASKS 200

static const char *const schedulers[] = { "slurm",       "slurm.sh",   "parallel",
                                          "parallel.sh", "kubernetes", "kubernetes.yaml" };

static const char *
find_template (const char *scheduler)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schedulers); i += 2)
    if (g_str_equal (schedulers[i], scheduler))
      return schedulers[i + 1];
  return NULL;
}

/**
 * bb_jobs_is_scheduler:
 * @name: a name
 *
 * Returns: whether there are jobs for a scheduler of that name: `slurm`, `parallel` or `kubernetes`
 */
gboolean
bb_jobs_is_scheduler (const char *name)
{
  return find_template (name) != NULL;
}

/* For bash, on one line and as text, whatever the bytes are: a line of its own could be taken for a
 * setting (#SBATCH), and sbatch refuses carriage returns. */
static char *
quote_for_bash (const char *bytes)
{
  gboolean plain = g_utf8_validate (bytes, -1, NULL);
  GString *text;

  for (const char *c = bytes; *c != '\0'; c++)
    plain &= !g_ascii_iscntrl (*c);
  if (plain)
    return g_shell_quote (bytes);
  text = g_string_new ("$'");
  for (const guchar *c = (const guchar *) bytes; *c != '\0'; c++)
    if (*c == '\'' || *c == '\\')
      g_string_append_printf (text, "\\%c", *c);
    else if (*c < ' ' || *c >= 127)
      g_string_append_printf (text, "\\%03o", *c);
    else
      g_string_append_c (text, (char) *c);
  g_string_append_c (text, '\'');
  return g_string_free (text, FALSE);
}

/* A double-quoted scalar of YAML. */
static char *
quote_for_yaml (const char *utf8)
{
  GString *text = g_string_new ("\"");

  for (const char *c = utf8; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar code = g_utf8_get_char (c);

      if (code == '"' || code == '\\')
        g_string_append_printf (text, "\\%c", (char) code);
      else if ((code >= ' ' && code < 127) || g_unichar_isalnum (code) || g_unichar_ismark (code))
        g_string_append_unichar (text, code);
      else
        g_string_append_printf (text, "\\U%08X", code);
    }
  g_string_append_c (text, '"');
  return g_string_free (text, FALSE);
}

/* Kubernetes replaces $(NAME) in arguments, and writes a dollar as two. */
static char *
quote_for_kubernetes (const char *utf8)
{
  g_autoptr (GString) text = g_string_new (utf8);

  g_string_replace (text, "$", "$$", 0);
  return quote_for_yaml (text->str);
}

static gboolean
fill_cb (const GMatchInfo *match, GString *result, gpointer data)
{
  g_autofree char *key = g_match_info_fetch (match, 1);
  const char *value = g_hash_table_lookup (data, key);

  g_assert (value != NULL);
  g_string_append (result, value);
  return FALSE;
}

static void
set_number (GHashTable *values, const char *key, guint number)
{
  g_hash_table_insert (values, (gpointer) key, g_strdup_printf ("%u", number));
}

static gboolean
set_kubernetes_names (GHashTable *values, const char *folder, GError **error)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folder, -1);
  g_autofree char *place = g_path_get_dirname (folder);

  if (!g_utf8_validate (folder, -1, NULL))
    {
      g_autofree char *name = g_filename_display_name (folder);

      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   /* Translators: the name of a folder */
                   _ ("Jobs for Kubernetes can only name “%s” in UTF-8: choose another name"),
                   name);
      return FALSE;
    }
  g_hash_table_insert (values, "NAME", g_strdup_printf ("blurbox-%.8s", hash));
  g_hash_table_insert (values, "FOLDER_ARGUMENT", quote_for_kubernetes (folder));
  g_hash_table_insert (values, "MOUNT", quote_for_yaml (place));
  return TRUE;
}

/**
 * bb_jobs_new:
 * @scheduler: `slurm`, `parallel` or `kubernetes`
 * @program: absolute name of blurbox-render
 * @folder: absolute name of a plan
 * @n_segments: how many segments it has
 * @error: return location for an error
 *
 * Writes what a scheduler is given: a script for bash that submits an array of Slurm tasks, one that
 * runs GNU parallel, or two jobs of Kubernetes as YAML. All of them make the segments, try again what
 * exit codes call worth it, a few times at most, and join.
 *
 * Returns: (transfer full): the text, or %NULL with %BB_ERROR_INVALID where the scheduler's files cannot
 *   hold the folder's name
 */
char *
bb_jobs_new (const char *scheduler, const char *program, const char *folder, guint n_segments,
             GError **error)
{
  g_autofree char *path = g_strconcat (PATH, find_template (scheduler), NULL);
  g_autoptr (GBytes) template =
    g_resource_lookup_data (bb_jobs_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GRegex) place = g_regex_new ("@([A-Z_]+)@", G_REGEX_RAW, G_REGEX_MATCH_DEFAULT, NULL);
  guint per_task = (n_segments + MAX_TASKS - 1) / MAX_TASKS;

  set_number (values, "SEGMENTS", n_segments);
  set_number (values, "PER_TASK", per_task);
  set_number (values, "TASKS", (n_segments + per_task - 1) / per_task);
  if (g_str_equal (scheduler, "kubernetes"))
    {
      if (!set_kubernetes_names (values, folder, error))
        return NULL;
    }
  else
    {
      g_hash_table_insert (values, "PROGRAM", quote_for_bash (program));
      g_hash_table_insert (values, "FOLDER", quote_for_bash (folder));
    }
  return g_regex_replace_eval (place, g_bytes_get_data (template, NULL),
                               (gssize) g_bytes_get_size (template), 0, G_REGEX_MATCH_DEFAULT,
                               fill_cb, values, NULL);
}
