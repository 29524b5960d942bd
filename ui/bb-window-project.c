/* bb-window-project.c: projects in the window: opened, saved, gone on with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-file-name.h"
#include "bb-missing.h"
#include "bb-project-file.h"

#include <glib/gi18n.h>

#define EXTENSION ".blurbox"

static void
update_project_actions (BbWindow *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "save-project");
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->project)) > 0;

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), any);
  action = g_action_map_lookup_action (G_ACTION_MAP (self), "save-project-as");
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), any);
}

/* Puts what is in a file in the place of what is there; @more is added to it. */
static void
open_data (BbWindow *self, BbProjectFile *data, GPtrArray *more)
{
  bb_window_stop_opening (self);
  bb_project_file_open (data, self->project);
  if (more != NULL && more->len > 0)
    bb_project_add (self->project, (GFile *const *) more->pdata, more->len, G_MAXUINT);
  bb_missing_offer (GTK_WIDGET (self), self->project);
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  BbProjectFile *file = bb_project_file_load (data, &error);

  if (file != NULL)
    g_task_return_pointer (task, file, (GDestroyNotify) bb_project_file_free);
  else
    g_task_return_error (task, error);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (BbProjectFile) data = g_task_propagate_pointer (G_TASK (result), &error);
  GFile *file = g_task_get_task_data (G_TASK (result));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->project == NULL)
    return;
  g_clear_object (&self->listing);
  if (data == NULL)
    {
      bb_window_show_problem (self, error->message);
      return;
    }
  if (data->damaged)
    {
      g_autofree char *name = g_file_get_parse_name (file);
      g_autofree char *text = g_strdup_printf (
        /* Translators: name of a file */
        _ ("“%s” is damaged or was changed by another program: what could be read of it is here"),
        name);

      bb_window_show_toast (self, text);
    }
  bb_session_keep (self->session);
  /* One that this program keeps for itself is not saved to. */
  if (bb_window_is_project (file))
    {
      bb_recent_list_add (file);
      g_set_object (&self->project_file, file);
    }
  else
    g_clear_object (&self->project_file);
  open_data (self, data, NULL);
}

/**
 * bb_window_is_project:
 * @file: a file
 *
 * Returns: whether its name says that it is a project
 */
gboolean
bb_window_is_project (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return name != NULL && g_str_has_suffix (name, EXTENSION);
}

/**
 * bb_window_open_project:
 * @self: a window
 * @file: a project file
 *
 * Opens it in place of what is in the list, which the action `win.open-before` brings back.
 */
void
bb_window_open_project (BbWindow *self, GFile *file)
{
  g_autoptr (GTask) task = NULL;

  self->listing = g_cancellable_new ();
  task = g_task_new (self, self->listing, loaded_cb, NULL);
  g_task_set_source_tag (task, bb_window_open_project);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, load_thread);
}

static void
save_to (BbWindow *self, GFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = NULL;

  if (!bb_project_file_save (self->project, file, &error))
    {
      bb_window_show_toast (self, error->message);
      return;
    }
  g_set_object (&self->project_file, file);
  bb_recent_list_add (file);
  /* Translators: name of a file */
  text = g_strdup_printf (_ ("“%s” was saved"), shown);
  bb_window_show_toast (self, text);
}

static void
save_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autofree char *path = NULL;
  g_autoptr (GFile) named = NULL;

  if (file == NULL || self->project == NULL)
    return;
  path = g_file_get_path (file);
  if (path == NULL)
    {
      bb_window_show_toast (self,
                            _ ("Projects cannot be saved there: choose a folder on this computer"));
      return;
    }
  if (!bb_window_is_project (file))
    {
      g_autofree char *longer = g_strconcat (path, EXTENSION, NULL);

      named = g_file_new_for_path (longer);
    }
  save_to (self, named != NULL ? named : file);
}

static void
save_as_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *uri = g_settings_get_string (self->settings, "last-folder");

  gtk_file_dialog_set_title (dialog, _ ("Save the Project"));
  if (self->project_file != NULL)
    gtk_file_dialog_set_initial_file (dialog, self->project_file);
  else
    {
      g_autofree char *name = g_strconcat (_ ("Videos"), EXTENSION, NULL);

      if (*uri != '\0')
        {
          g_autoptr (GFile) folder = g_file_new_for_uri (uri);

          gtk_file_dialog_set_initial_folder (dialog, folder);
        }
      gtk_file_dialog_set_initial_name (dialog, name);
    }
  gtk_file_dialog_save (dialog, GTK_WINDOW (self), NULL, save_chosen_cb, g_object_ref (self));
}

static void
save_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  if (self->project_file != NULL)
    save_to (self, self->project_file);
  else
    save_as_cb (action, parameter, user_data);
}

/* For whoever drives the window from outside; a file that is there is replaced. */
static void
save_to_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *path = g_variant_get_string (parameter, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (g_path_is_absolute (path))
    save_to (BB_WINDOW (user_data), file);
  else
    bb_window_show_toast (BB_WINDOW (user_data),
                          _ ("Name the file to save to with its whole path"));
}

/* Goes on with what the last session left; what was opened meanwhile is added to it. */
static void
go_on (BbWindow *self)
{
  g_autoptr (BbProjectFile) data = bb_session_take_left (self->session);
  g_autoptr (GPtrArray) more = g_ptr_array_new_with_free_func (g_object_unref);

  if (data == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->project)); i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (self->project), i);

      g_ptr_array_add (more, g_object_ref (bb_clip_get_file (clip)));
    }
  gtk_widget_set_visible (self->go_on_button, FALSE);
  open_data (self, data, more);
}

static void
go_on_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  go_on (BB_WINDOW (user_data));
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  if (g_str_equal (response, "resume"))
    go_on (self);
  else if (g_str_equal (response, "remove"))
    {
      bb_session_remove_left (self->session);
      gtk_widget_set_visible (self->go_on_button, FALSE);
    }
}

static char *
list_names (const BbProjectState *state)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < state->clips->len; i++)
    g_ptr_array_add (names,
                     bb_file_get_name (((const BbClipState *) state->clips->pdata[i])->file));
  bb_file_append_names (text, names);
  return g_string_free (text, FALSE);
}

/* After a crash there is a question; else the first page has a button. */
static void
ask (BbWindow *self)
{
  const BbProjectFile *left = bb_session_get_left (self->session);
  g_autofree char *names = NULL;
  AdwDialog *dialog;

  if (left == NULL)
    return;
  names = list_names (left->state);
  dialog = adw_alert_dialog_new (_ ("Go On Where You Stopped?"), NULL);
  adw_alert_dialog_format_body (
    ADW_ALERT_DIALOG (dialog), "%s\n%s", names,
    _ ("Blurbox ended before you closed it. Nothing of what you did is lost."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "remove", _ ("_Remove"), "later",
                                  _ ("_Not Now"), "resume", _ ("_Go On"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "resume",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "resume");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "later");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/**
 * bb_window_end_session:
 * @self: a window
 *
 * Notes that the session ended by itself, as when the program is asked to end by a signal.
 */
void
bb_window_end_session (BbWindow *self)
{
  g_return_if_fail (BB_IS_WINDOW (self));

  if (self->session != NULL)
    bb_session_close (self->session);
}

/* One question after the other. */
static void
visible_dialog_cb (BbWindow *self)
{
  if (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) != NULL)
    return;
  g_signal_handlers_disconnect_by_func (self, visible_dialog_cb, self);
  ask (self);
}

/**
 * bb_window_offer_session:
 * @self: a window that is on screen
 *
 * Offers to go on with what the last session left, or does so, as the user set.
 */
void
bb_window_offer_session (BbWindow *self)
{
  const BbProjectFile *left = bb_session_get_left (self->session);
  const char *notice = bb_session_get_notice (self->session);
  g_autofree char *start = g_settings_get_string (self->settings, "session-start");
  g_autofree char *label = NULL;
  guint n;

  if (notice != NULL)
    bb_window_show_toast (self, notice);
  if (left == NULL)
    return;
  n = left->state->clips->len;
  label = g_strdup_printf (
    ngettext ("_Go On with the Last Video", "_Go On with the Last %u Videos", n), n);
  gtk_button_set_label (GTK_BUTTON (self->go_on_button), label);
  gtk_widget_set_visible (self->go_on_button, TRUE);
  if (g_str_equal (start, "continue"))
    go_on (self);
  else if (bb_session_was_killed (self->session))
    {
      g_signal_connect (self, "notify::visible-dialog", G_CALLBACK (visible_dialog_cb), self);
      visible_dialog_cb (self);
    }
}

/**
 * bb_window_save_recipe:
 * @self: a window that is closed
 *
 * Keeps the settings for the next session.
 */
void
bb_window_save_recipe (BbWindow *self)
{
  g_autofree char *text = NULL;

  if (!self->has_clip)
    return;
  if (g_settings_get_boolean (self->settings, "keep-recipe"))
    text = bb_recipe_to_string (bb_editor_get_recipe (self->editor));
  g_settings_set_string (self->settings, "recipe", text != NULL ? text : "");
}

static void
restore_recipe (BbWindow *self)
{
  g_autofree char *text = g_settings_get_string (self->settings, "recipe");
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;

  if (*text == '\0' || !g_settings_get_boolean (self->settings, "keep-recipe"))
    return;
  recipe = bb_recipe_new_from_string (text, &error);
  if (recipe != NULL)
    bb_editor_reset (self->editor, recipe);
  else
    g_info ("The last session's settings: %s", error->message);
}

static void
problem_cb (BbWindow *self, const char *problem)
{
  bb_window_show_toast (self, problem);
}

/**
 * bb_window_begin_session:
 * @self: a window that is being made
 *
 * Begins with the settings of the last session. What is done from now on outlives the program.
 */
void
bb_window_begin_session (BbWindow *self)
{
  g_autoptr (GFile) folder = g_file_new_build_filename (g_get_user_data_dir (), "blurbox", NULL);

  restore_recipe (self);
  self->session = bb_session_new (folder);
  bb_session_watch (self->session, self->project);
  g_signal_connect_object (self->session, "problem", G_CALLBACK (problem_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
new_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (BbRecipe) shared = bb_project_make_recipe (self->project, NULL);

  bb_session_keep (self->session);
  g_clear_object (&self->project_file);
  bb_project_restore (self->project, bb_project_state_new (shared), 0, NULL, NULL);
}

static void
open_before_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GFile) before = bb_session_get_before (self->session);

  if (before != NULL)
    bb_window_open_project (self, before);
  else
    bb_window_show_toast (self, _ ("There is no list before this one"));
}

static const GActionEntry entries[] = {
  { "new-project", new_cb, NULL, NULL, NULL },
  { "open-before", open_before_cb, NULL, NULL, NULL },
  { "save-project", save_cb, NULL, NULL, NULL },
  { "save-project-as", save_as_cb, NULL, NULL, NULL },
  { "save-project-to", save_to_cb, "s", NULL, NULL },
  { "go-on", go_on_cb, NULL, NULL, NULL },
};

/**
 * bb_window_add_project_actions:
 * @self: a window that is being made
 *
 * Adds the commands that open and save projects.
 */
void
bb_window_add_project_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->project, "changed", G_CALLBACK (update_project_actions), self,
                           G_CONNECT_SWAPPED);
  update_project_actions (self);
}
