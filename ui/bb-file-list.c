/* bb-file-list.c: the videos that files and folders stand for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-file-list.h"

#include "bb-file-name.h"
#include "blurbox.h"

#include <glib/gi18n.h>
#include <string.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  g_autofree char *shown_a = bb_file_get_name (*(GFile *const *) a);
  g_autofree char *shown_b = bb_file_get_name (*(GFile *const *) b);
  g_autofree char *key_a = g_utf8_collate_key_for_filename (shown_a, -1);
  g_autofree char *key_b = g_utf8_collate_key_for_filename (shown_b, -1);

  return strcmp (key_a, key_b);
}

/* Adds the videos of a folder, as a file manager sorts them. */
static gboolean
list_folder (GFile *folder, GPtrArray *list, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GFileEnumerator) children = g_file_enumerate_children (
    folder, "standard::name,standard::type,standard::is-hidden,standard::content-type",
    G_FILE_QUERY_INFO_NONE, cancellable, error);

  if (children == NULL)
    return FALSE;
  for (;;)
    {
      GFileInfo *info;
      GFile *file;
      const char *type;
      g_autofree char *mime = NULL;

      if (!g_file_enumerator_iterate (children, &info, &file, cancellable, error))
        return FALSE;
      if (info == NULL)
        {
          g_ptr_array_sort (found, compare_names);
          g_ptr_array_extend_and_steal (list, g_steal_pointer (&found));
          return TRUE;
        }
      type = g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE);
      mime = type != NULL ? g_content_type_get_mime_type (type) : NULL;
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR &&
          !g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_STANDARD_IS_HIDDEN) &&
          mime != NULL && g_str_has_prefix (mime, "video/"))
        g_ptr_array_add (found, g_object_ref (file));
    }
}

static void
list_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *files = data;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < files->len; i++)
    {
      GFile *file = files->pdata[i];
      g_autoptr (GError) error = NULL;

      if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) != G_FILE_TYPE_DIRECTORY)
        g_ptr_array_add (list, g_object_ref (file));
      else if (!list_folder (file, list, cancellable, &error))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
    }
  if (list->len == 0)
    {
      g_autofree char *name = g_file_get_parse_name (files->pdata[0]);

      g_task_return_new_error (task, BB_ERROR, BB_ERROR_INPUT,
                               _ ("There is no video in “%s”: choose another folder"), name);
      return;
    }
  g_task_return_pointer (task, g_steal_pointer (&list), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * bb_file_list_async:
 * @files: (array length=n_files): files and folders, at least one
 * @n_files: how many
 * @cancellable: (nullable): a cancellable
 * @callback: called when they are listed
 * @user_data: data for @callback
 *
 * Puts the videos of a folder, not those of folders in it, in its place.
 */
void
bb_file_list_async (GFile *const *files, guint n_files, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_files; i++)
    g_ptr_array_add (copy, g_object_ref (files[i]));
  g_task_set_source_tag (task, bb_file_list_async);
  g_task_set_task_data (task, copy, (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, list_thread);
}

/**
 * bb_file_list_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: (nullable) (transfer container) (element-type GFile): at least one file, or %NULL with an
 *   error of %G_IO_ERROR, or %BB_ERROR_INPUT where there is no video in a folder
 */
GPtrArray *
bb_file_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
