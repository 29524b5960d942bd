/* bb-window-open.c: opening of files in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-file-list.h"
#include "bb-file-name.h"

#include <glib/gi18n.h>

/* Opening a local file takes less; a spinner that flashes only disturbs. */
#define LOADING_MS 300
/* Of files that cannot be read, so that a sentence about them leaves room for the clip. */
#define MAX_NAMES 5

static void
end_loading (BbWindow *self)
{
  g_clear_handle_id (&self->loading_timeout, g_source_remove);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "loading") == 0)
    gtk_stack_set_visible_child_name (self->stack, self->has_clip ? "clip" : "empty");
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
begin_loading (BbWindow *self)
{
  if (self->loading_timeout == 0)
    self->loading_timeout = g_timeout_add (LOADING_MS, loading_timeout_cb, self);
}

static char *
list_names (GPtrArray *clips)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = MIN (clips->len, MAX_NAMES);
  guint n_more = clips->len - n;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (names, i > 0 ? ", “%s”" : "“%s”", bb_clip_get_name (clips->pdata[i]));
  if (n_more > 0)
    /* Translators: name of a file, or names with commas between, and how many more there are */
    return g_strdup_printf (ngettext ("%s and %u more", "%s and %u more", n_more), names->str,
                            n_more);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/**
 * bb_window_say_refused:
 * @self: a window
 * @clips: (element-type BbClip): videos of the list, at least one
 *
 * Says which videos cannot be read: where all of their names are seen, and for as long as that takes.
 */
void
bb_window_say_refused (BbWindow *self, GPtrArray *clips)
{
  g_autofree char *names = NULL;
  g_autofree char *text = NULL;

  if (clips->len == 1)
    {
      bb_window_show_problem (self, bb_clip_get_problem (clips->pdata[0]));
      return;
    }
  names = list_names (clips);
  text = g_strdup_printf (
    /* Translators: names of files, with commas between */
    ngettext ("This video cannot be read: %s", "These videos cannot be read: %s", clips->len),
    names);
  bb_window_show_problem (self, text);
}

static void
stop (GCancellable **cancellable)
{
  if (*cancellable != NULL)
    g_cancellable_cancel (*cancellable);
  g_clear_object (cancellable);
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
  stop (&self->opening);
  stop (&self->listing);
  g_clear_object (&self->opened_clip);
  g_clear_object (&self->opened_file);
}

/* A video of the list that was not found out to be unreadable, the next one after @clip. */
static BbClip *
find_readable (BbWindow *self, BbClip *clip)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->project));
  guint position = 0;

  bb_project_get_position (self->project, clip, &position);
  for (guint i = 1; i < n; i++)
    {
      g_autoptr (BbClip) other =
        g_list_model_get_item (G_LIST_MODEL (self->project), (position + i) % n);

      if (bb_clip_get_problem (other) == NULL)
        return other;
    }
  return NULL;
}

/* A video of the list cannot be shown. */
static void
refuse_clip (BbWindow *self, BbClip *clip, const char *problem)
{
  BbClip *other = NULL;

  bb_clip_set_problem (clip, problem);
  /* Of many that were added at once another one is as good; one that was asked for is not. */
  if (g_ptr_array_find (self->added, clip, NULL))
    other = find_readable (self, clip);
  if (other != NULL)
    bb_project_set_current (self->project, other);
  else
    bb_window_show_failed (self, problem);
}

static void
opened_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  gboolean opened = bb_player_open_finish (BB_PLAYER (source_object), result, &error);
  g_autoptr (BbClip) clip = NULL;
  g_autoptr (GFile) file = NULL;

  /* The window was closed, or another file was asked for meanwhile. */
  if (self->player == NULL ||
      (!opened && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return;
  g_clear_object (&self->opening);
  clip = g_steal_pointer (&self->opened_clip);
  file = g_steal_pointer (&self->opened_file);
  end_loading (self);
  if (!opened && clip != NULL)
    refuse_clip (self, clip, error->message);
  else if (!opened)
    bb_window_show_problem (self, error->message);
  else
    bb_window_show_clip (self, clip, file);
  bb_window_say_unreadable (self);
}

static void
open_file (BbWindow *self, GFile *file)
{
  bb_window_ensure_player (self);
  self->opening = g_cancellable_new ();
  begin_loading (self);
  bb_player_open_async (self->player, file, self->opening, opened_cb, g_object_ref (self));
}

/**
 * bb_window_open_clip:
 * @self: a window
 * @clip: a video of the list
 *
 * Shows it in place of the one before.
 */
void
bb_window_open_clip (BbWindow *self, BbClip *clip)
{
  stop (&self->opening);
  g_clear_object (&self->opened_file);
  g_set_object (&self->opened_clip, clip);
  if (self->player != NULL)
    bb_player_pause (self->player);
  open_file (self, bb_clip_get_file (clip));
}

static void
say_added (BbWindow *self, guint n_added, guint n_files)
{
  g_autofree char *text = NULL;

  if (n_added > 0)
    text = g_strdup_printf (
      ngettext ("%u video is in the list now", "%u videos are in the list now", n_added), n_added);
  else
    text = g_strdup_printf (ngettext ("This video is in the list already",
                                      "All %u videos are in the list already", n_files),
                            n_files);
  bb_window_show_toast (self, text);
}

/* Adds videos to the list, and shows the first of them. */
static void
add_files (BbWindow *self, GPtrArray *files)
{
  guint before = g_list_model_get_n_items (G_LIST_MODEL (self->project));
  guint n_added;

  g_ptr_array_set_size (self->added, 0);
  n_added = bb_project_add (self->project, (GFile *const *) files->pdata, files->len, G_MAXUINT);
  for (guint i = before; i < before + n_added; i++)
    g_ptr_array_add (self->added, g_list_model_get_item (G_LIST_MODEL (self->project), i));
  if (n_added < files->len || before > 0)
    say_added (self, n_added, files->len);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = bb_file_list_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->listing);
  if (files == NULL)
    {
      end_loading (self);
      bb_window_show_problem (self, error->message);
    }
  else if (files->len > 1)
    add_files (self, files);
  else
    {
      /* One that cannot be read is not put into the list at all. */
      stop (&self->opening);
      g_clear_object (&self->opened_clip);
      g_set_object (&self->opened_file, G_FILE (files->pdata[0]));
      open_file (self, files->pdata[0]);
    }
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
 * @files: (array length=n_files): files; folders stand for the videos in them. One project alone is
 *   opened in place of what is there
 * @n_files: how many
 *
 * Adds videos to the list, and shows the first one that can be read. Where it is only one and cannot be
 * read, everything stays as it is.
 */
void
bb_window_open (BbWindow *self, GFile *const *files, guint n_files)
{
  g_return_if_fail (BB_IS_WINDOW (self) && n_files > 0);

  bb_window_stop_opening (self);
  if (n_files == 1 && bb_window_is_project (files[0]))
    {
      bb_window_open_project (self, files[0]);
      return;
    }
  begin_loading (self);
  self->listing = g_cancellable_new ();
  bb_file_list_async (files, n_files, self->listing, listed_cb, g_object_ref (self));
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
