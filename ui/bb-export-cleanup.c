/* bb-export-cleanup.c: removal of unfinished files after the program was killed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The folder of the export that runs is in the settings, so that the next start finds an unfinished
 * file there and removes it.
 */

#include "config.h"

#include "bb-export-cleanup.h"

#include "blurbox.h"

#define KEY "unfinished-folder"

/* The folder may be on a machine that takes its time. */
static void
sweep_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  bb_output_file_sweep (task_data);
  g_task_return_boolean (task, TRUE);
}

static void
sweep (const char *uri)
{
  g_autoptr (GFile) folder = g_file_new_for_uri (uri);
  g_autoptr (GTask) task = NULL;

  if (*uri == '\0' || g_file_peek_path (folder) == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, sweep);
  g_task_set_task_data (task, g_file_get_path (folder), g_free);
  g_task_run_in_thread (task, sweep_thread);
}

static void
current_cb (BbQueue *queue, GParamSpec *pspec, gpointer user_data)
{
  GSettings *settings = G_SETTINGS (user_data);
  BbJob *job = bb_queue_get_current (queue);
  g_autoptr (GFile) folder = NULL;
  g_autofree char *uri = NULL;

  if (job != NULL && bb_job_get_output (job) != NULL)
    folder = g_file_get_parent (bb_job_get_output (job));
  uri = folder != NULL ? g_file_get_uri (folder) : g_strdup ("");
  g_settings_set_string (settings, KEY, uri);
}

/**
 * bb_export_cleanup_watch:
 * @queue: exports, none of which runs yet
 * @settings: what the user set
 *
 * Removes what an export left behind when the program was killed, and from now on keeps in mind where
 * the next one might. Files of programs that run stay.
 */
void
bb_export_cleanup_watch (BbQueue *queue, GSettings *settings)
{
  g_autofree char *uri = g_settings_get_string (settings, KEY);

  sweep (uri);
  g_signal_connect_object (queue, "notify::current", G_CALLBACK (current_cb), settings, 0);
}
