/* bb-missing.c: asks where videos are that were moved
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-missing.h"

#include "bb-announce.h"
#include "bb-file-name.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Folders in folders that are searched: who chooses the root waits for no whole disk. */
#define MAX_DEPTH 6
#define MAX_FILES 200000

/* What is missing, and where it was found. */
typedef struct {
  GFile *folder;
  GPtrArray *clips; /* of BbClip */
  GPtrArray *names; /* of their files */
  GPtrArray *found; /* of GFile or NULL */
  guint n_found;
  guint n_seen;
} Search;

static void
unref_file (gpointer file)
{
  g_clear_object ((GFile **) &file);
}

static void
search_free (gpointer data)
{
  Search *search = data;

  g_object_unref (search->folder);
  g_ptr_array_unref (search->clips);
  g_ptr_array_unref (search->names);
  g_ptr_array_unref (search->found);
  g_free (search);
}

static GPtrArray *
list_missing (BbProject *project)
{
  GPtrArray *clips = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (project)); i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (project), i);

      if (!g_file_query_exists (bb_clip_get_file (clip), NULL))
        g_ptr_array_add (clips, g_steal_pointer (&clip));
    }
  return clips;
}

/* Takes files that are called as one that is missing. Those of a folder come before those of folders in
 * it. */
static void
search_folder (Search *search, GFile *folder, guint depth, GCancellable *cancellable)
{
  g_autoptr (GFileEnumerator) children = g_file_enumerate_children (
    folder, G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
    G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, NULL);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  GFileInfo *info;
  GFile *file;

  while (children != NULL && search->n_found < search->names->len && search->n_seen < MAX_FILES &&
         g_file_enumerator_iterate (children, &info, &file, cancellable, NULL) && info != NULL)
    {
      search->n_seen++;
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        {
          g_ptr_array_add (folders, g_object_ref (file));
          continue;
        }
      for (guint i = 0; i < search->names->len; i++)
        if (search->found->pdata[i] == NULL &&
            g_str_equal (search->names->pdata[i], g_file_info_get_name (info)))
          {
            search->found->pdata[i] = g_object_ref (file);
            search->n_found++;
          }
    }
  for (guint i = 0; i < folders->len && depth < MAX_DEPTH; i++)
    search_folder (search, folders->pdata[i], depth + 1, cancellable);
}

static void
search_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Search *search = data;

  search_folder (search, search->folder, 0, cancellable);
  g_task_return_boolean (task, TRUE);
}

/**
 * bb_missing_search_async:
 * @project: a project
 * @folder: where to look, folders in it included
 * @cancellable: (nullable): a cancellable
 * @callback: called when it was searched
 * @user_data: data for @callback
 *
 * Looks for the videos that are not where they were, by their names, on a thread.
 */
void
bb_missing_search_async (BbProject *project, GFile *folder, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  search->folder = g_object_ref (folder);
  search->clips = list_missing (project);
  search->names = g_ptr_array_new_with_free_func (g_free);
  search->found = g_ptr_array_new_with_free_func (unref_file);
  for (guint i = 0; i < search->clips->len; i++)
    {
      g_ptr_array_add (search->names,
                       g_file_get_basename (bb_clip_get_file (search->clips->pdata[i])));
      g_ptr_array_add (search->found, NULL);
    }
  g_task_set_source_tag (task, bb_missing_search_async);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread);
}

/**
 * bb_missing_search_finish:
 * @project: the project
 * @result: what the callback got
 * @n_left: (out): how many videos are missing still
 * @error: return location for an error
 *
 * Has the project read what was found, as one step.
 *
 * Returns: how many videos were found
 */
guint
bb_missing_search_finish (BbProject *project, GAsyncResult *result, guint *n_left, GError **error)
{
  Search *search = g_task_get_task_data (G_TASK (result));
  g_autoptr (GPtrArray) clips = g_ptr_array_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  *n_left = search->clips->len;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return 0;
  for (guint i = 0; i < search->clips->len; i++)
    if (search->found->pdata[i] != NULL &&
        bb_project_get_position (project, search->clips->pdata[i], NULL))
      {
        g_ptr_array_add (clips, search->clips->pdata[i]);
        g_ptr_array_add (files, search->found->pdata[i]);
      }
  *n_left -= clips->len;
  bb_project_relocate (project, (BbClip *const *) clips->pdata, (GFile *const *) files->pdata,
                       clips->len);
  return clips->len;
}

typedef struct {
  GtkWidget *window;
  BbProject *project;
} Offer;

static void
offer_free (gpointer data, GClosure *closure)
{
  Offer *offer = data;

  g_object_unref (offer->window);
  g_object_unref (offer->project);
  g_free (offer);
}

static Offer *
offer_new (GtkWidget *window, BbProject *project)
{
  Offer *offer = g_new0 (Offer, 1);

  offer->window = g_object_ref (window);
  offer->project = g_object_ref (project);
  return offer;
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Offer *offer = user_data;
  guint n_left;
  guint n = bb_missing_search_finish (offer->project, result, &n_left, NULL);
  g_autofree char *text =
    g_strdup_printf (ngettext ("%u video was found", "%u videos were found", n), n);

  bb_announce (offer->window, text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  /* Of those that are in another folder it is asked again. */
  if (n_left > 0)
    bb_missing_offer (offer->window, offer->project);
  offer_free (offer, NULL);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Offer *offer = user_data;
  g_autoptr (GFile) folder =
    gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (folder != NULL)
    bb_missing_search_async (offer->project, folder, NULL, searched_cb, offer);
  else
    offer_free (offer, NULL);
}

static void
response_cb (AdwAlertDialog *alert, const char *response, gpointer user_data)
{
  Offer *offer = user_data;
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  if (!g_str_equal (response, "find"))
    return;
  gtk_file_dialog_set_title (dialog, _ ("Choose the Folder That the Videos Are In"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (offer->window), NULL, chosen_cb,
                                 offer_new (offer->window, offer->project));
}

/**
 * bb_missing_offer:
 * @window: the window to ask in
 * @project: a project that was opened
 *
 * Where videos are not where they were, asks once for the folder that they are in now.
 */
void
bb_missing_offer (GtkWidget *window, BbProject *project)
{
  g_autoptr (GPtrArray) missing = list_missing (project);
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  AdwDialog *dialog;

  if (missing->len == 0)
    return;
  for (guint i = 0; i < missing->len; i++)
    g_ptr_array_add (names, (char *) bb_clip_get_name (missing->pdata[i]));
  bb_file_append_names (body, names);
  g_string_append_c (body, '\n');
  g_string_append (body, ngettext ("This video is not where it was. Choose the folder that it is "
                                   "in now, or one around it.",
                                   "These videos are not where they were. Choose the folder that "
                                   "they are in now, or one around it.",
                                   missing->len));
  dialog = adw_alert_dialog_new (ngettext ("Video Not Found", "Videos Not Found", missing->len),
                                 body->str);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "later", _ ("_Not Now"), "find",
                                  _ ("_Choose Folder…"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "find",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "find");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "later");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), offer_new (window, project),
                         offer_free, 0);
  adw_dialog_present (dialog, window);
}
