/* bb-window-open.c: opening of files in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-file-check.h"
#include "bb-file-name.h"

#include <glib/gi18n.h>

/* Opening a local file takes less; a spinner that flashes only disturbs. */
#define LOADING_MS 300
/* Of files that cannot be read, so that a sentence about them leaves room for the clip. */
#define MAX_NAMES 5

static void open_first (BbWindow *self);

static void
end_loading (BbWindow *self)
{
  g_clear_handle_id (&self->loading_timeout, g_source_remove);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "loading") == 0)
    gtk_stack_set_visible_child_name (self->stack, self->has_clip ? "clip" : "empty");
}

static char *
list_names (GPtrArray *files)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = MIN (files->len, MAX_NAMES);
  guint n_more = files->len - n;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = bb_file_get_name (files->pdata[i]);

      g_string_append_printf (names, i > 0 ? ", “%s”" : "“%s”", name);
    }
  if (n_more > 0)
    /* Translators: name of a file, or names with commas between, and how many more there are */
    return g_strdup_printf (ngettext ("%s and %u more", "%s and %u more", n_more), names->str,
                            n_more);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* Says which files cannot be opened: where all of their names are seen, and for as long as that takes. */
static void
say_refused (BbWindow *self)
{
  g_autoptr (GString) text = g_string_new (self->failure != NULL ? self->failure->message : "");

  if (self->refused->len > 0)
    {
      g_autofree char *names = list_names (self->refused);

      if (text->len > 0)
        g_string_append_c (text, '\n');
      g_string_append_printf (text,
                              /* Translators: names of files, with commas between */
                              ngettext ("Left out, as it cannot be read: %s",
                                        "Left out, as they cannot be read: %s", self->refused->len),
                              names);
    }
  if (text->len > 0)
    bb_window_show_problem (self, text->str);
  g_clear_error (&self->failure);
  g_ptr_array_set_size (self->refused, 0);
}

static void
say_others (BbWindow *self)
{
  if (self->others->len > 0)
    {
      g_autofree char *text =
        g_strdup_printf (ngettext ("%u more video goes along when you export",
                                   "%u more videos go along when you export", self->others->len),
                         self->others->len);

      bb_window_show_toast (self, text);
    }
}

/* Goes on once it is known whether the first file can be opened, and which of the others can: where it
 * cannot the next one is the first. */
static void
go_on (BbWindow *self)
{
  if (self->opening != NULL || self->checking != NULL)
    return;
  if (self->failure != NULL && self->others->len > 0)
    {
      g_ptr_array_insert (self->refused, 0, g_steal_pointer (&self->first));
      self->first = g_ptr_array_steal_index (self->others, 0);
      g_clear_error (&self->failure);
      open_first (self);
      return;
    }
  end_loading (self);
  say_refused (self);
  say_others (self);
}

static void
open_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  gboolean opened = bb_player_open_finish (BB_PLAYER (source_object), result, &error);

  /* The window was closed, or another file was asked for meanwhile. */
  if (self->player == NULL ||
      (!opened && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return;
  g_clear_object (&self->opening);
  if (opened)
    {
      end_loading (self);
      bb_window_show_clip (self);
    }
  else
    self->failure = g_steal_pointer (&error);
  go_on (self);
}

static gboolean
loading_timeout_cb (gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  self->loading_timeout = 0;
  if (!self->has_clip)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  return G_SOURCE_REMOVE;
}

static void
open_first (BbWindow *self)
{
  bb_window_ensure_player (self);
  self->opening = g_cancellable_new ();
  bb_player_open_async (self->player, self->first, self->opening, open_cb, g_object_ref (self));
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  GPtrArray *refused = NULL;
  GPtrArray *good = bb_file_check_finish (result, &refused, NULL);

  /* Cancelled: the window was closed, or other files were asked for. */
  if (good == NULL)
    return;
  g_clear_object (&self->checking);
  g_ptr_array_unref (self->others);
  self->others = good;
  g_ptr_array_extend_and_steal (self->refused, refused);
  /* The first is open already. */
  if (self->opening == NULL && self->failure == NULL)
    bb_export_presenter_set_others (self->export_presenter, self->others);
  go_on (self);
}

/* Several files at once: one is tuned, and the others are exported with its settings. */
static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  GPtrArray *files = bb_file_list_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->checking);
  if (files == NULL)
    {
      end_loading (self);
      bb_window_show_problem (self, error->message);
      return;
    }
  g_ptr_array_unref (self->others);
  self->others = files;
  self->first = g_ptr_array_steal_index (files, 0);
  if (files->len > 0)
    {
      self->checking = g_cancellable_new ();
      bb_file_check_async ((GFile *const *) files->pdata, files->len, self->checking, checked_cb,
                           g_object_ref (self));
    }
  open_first (self);
}

/**
 * bb_window_stop_opening:
 * @self: a window
 *
 * Ends what was begun for files that were asked for before.
 */
void
bb_window_stop_opening (BbWindow *self)
{
  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  g_ptr_array_set_size (self->refused, 0);
  g_clear_object (&self->first);
  g_clear_error (&self->failure);
}

static void
chosen_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) list =
    gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source_object), result, &error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  if (list == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
          !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
        bb_window_show_problem (self, error->message);
      return;
    }
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    g_ptr_array_add (files, g_list_model_get_item (list, i));
  if (files->len > 0)
    bb_window_open (self, (GFile *const *) files->pdata, files->len);
}

/**
 * bb_window_open:
 * @self: a window
 * @files: (array length=n_files): files; folders stand for the videos in them
 * @n_files: how many
 *
 * Opens the first one that can be read in place of the video that is open, which stays where there is
 * none; the others that can be read go along when it is exported.
 */
void
bb_window_open (BbWindow *self, GFile *const *files, guint n_files)
{
  g_return_if_fail (BB_IS_WINDOW (self) && n_files > 0);

  bb_window_stop_opening (self);
  if (self->loading_timeout == 0)
    self->loading_timeout = g_timeout_add (LOADING_MS, loading_timeout_cb, self);
  self->checking = g_cancellable_new ();
  bb_file_list_async (files, n_files, self->checking, listed_cb, g_object_ref (self));
}

/**
 * bb_window_choose_file:
 * @self: a window
 *
 * Lets the user choose videos, and opens them.
 */
void
bb_window_choose_file (BbWindow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) videos = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();
  g_autofree char *uri = NULL;

  g_return_if_fail (BB_IS_WINDOW (self));

  gtk_file_filter_set_name (videos, _ ("Videos"));
  gtk_file_filter_add_mime_type (videos, "video/*");
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, videos);
  g_list_store_append (filters, all);
  gtk_file_dialog_set_title (dialog, _ ("Open a Video"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  uri = g_settings_get_string (self->settings, "last-folder");
  if (*uri != '\0')
    {
      g_autoptr (GFile) folder = g_file_new_for_uri (uri);

      gtk_file_dialog_set_initial_folder (dialog, folder);
    }
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (self), NULL, chosen_cb, g_object_ref (self));
}
