/* bb-window-clips.c: the list of videos in the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include <glib/gi18n.h>

/* After the video that is shown has what it needs. */
#define PRELOAD_MS 400

static GPtrArray *
get_selected (BbWindow *self)
{
  return bb_clip_strip_get_selected (self->strip);
}

static guint
count_clips (BbWindow *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->project));
}

/* The video that is @offset places further than the one that is shown. */
static BbClip *
find_beside (BbWindow *self, int offset)
{
  BbClip *current = bb_project_get_current (self->project);
  guint position;
  gint64 place;
  g_autoptr (BbClip) clip = NULL;

  if (current == NULL || !bb_project_get_position (self->project, current, &position))
    return NULL;
  place = (gint64) position + offset;
  if (place < 0 || place >= count_clips (self))
    return NULL;
  clip = g_list_model_get_item (G_LIST_MODEL (self->project), (guint) place);
  return clip;
}

/* The next one in the direction that was gone last is asked for most likely. */
static gboolean
preload_cb (gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  BbClip *next = find_beside (self, self->direction);

  self->preload_timeout = 0;
  if (self->player != NULL && next != NULL && bb_clip_get_problem (next) == NULL)
    bb_player_preload (self->player, bb_clip_get_file (next));
  return G_SOURCE_REMOVE;
}

/**
 * bb_window_preload:
 * @self: a window that shows a video
 *
 * Opens the next one soon, so that going there is done at once.
 */
void
bb_window_preload (BbWindow *self)
{
  g_clear_handle_id (&self->preload_timeout, g_source_remove);
  self->preload_timeout = g_timeout_add (PRELOAD_MS, preload_cb, self);
}

static void
previous_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  self->direction = -1;
  bb_project_set_current (self->project, find_beside (self, -1));
}

static void
next_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  self->direction = 1;
  bb_project_set_current (self->project, find_beside (self, 1));
}

static void
show_clip_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (BbClip) clip =
    g_list_model_get_item (G_LIST_MODEL (self->project), g_variant_get_uint32 (state));

  bb_project_set_current (self->project, clip);
}

static void
restore_removed_cb (AdwToast *toast, gpointer user_data)
{
  bb_project_undo (BB_WINDOW (user_data)->project);
}

static void
remove_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (clips->len == 0)
    return;
  if (clips->len == 1)
    text =
      g_strdup_printf (_ ("“%s” was removed from the list"), bb_clip_get_name (clips->pdata[0]));
  else
    text = g_strdup_printf (ngettext ("%u video was removed from the list",
                                      "%u videos were removed from the list", clips->len),
                            clips->len);
  bb_project_remove (self->project, clips);
  toast = bb_toast_new (text);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (restore_removed_cb), self, 0);
  bb_window_add_toast (self, toast);
}

static void
duplicate_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);

  for (guint i = 0; i < clips->len; i++)
    bb_project_duplicate (self->project, clips->pdata[i]);
}

static void
opened_folder_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_open_containing_folder_finish (GTK_FILE_LAUNCHER (source), result,
                                                        &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    bb_window_show_toast (self, error->message);
}

static void
open_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);
  g_autoptr (GtkFileLauncher) launcher = NULL;

  if (clips->len == 0)
    return;
  launcher = gtk_file_launcher_new (bb_clip_get_file (clips->pdata[0]));
  gtk_file_launcher_open_containing_folder (launcher, GTK_WINDOW (self), NULL, opened_folder_cb,
                                            g_object_ref (self));
}

static void
apply_to_all_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);

  if (clips->len == 0)
    return;
  bb_project_share_look (self->project, clips->pdata[0]);
  bb_window_show_toast (self, _ ("All videos have this look and framing now"));
}

static void
own_look_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);
  g_autoptr (BbRecipe) recipe = NULL;

  if (clips->len == 0)
    return;
  /* As it looks now. */
  recipe = bb_project_make_recipe (self->project, clips->pdata[0]);
  bb_project_set_parts (self->project, clips, BB_RECIPE_LOOK,
                        g_variant_get_boolean (state) ? bb_recipe_get (recipe) : NULL);
}

static void
reset_framing_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);

  bb_project_set_parts (self->project, clips, BB_RECIPE_FRAMING, NULL);
}

static void
reset_trim_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);

  bb_project_set_parts (self->project, clips, BB_RECIPE_TRIM, NULL);
}

/* As the text of a recipe file, so that it can be kept and sent. */
static void
copy_look_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  g_autoptr (GPtrArray) clips = get_selected (self);
  g_autoptr (BbRecipe) recipe = NULL;
  g_autofree char *text = NULL;

  if (clips->len == 0)
    return;
  recipe = bb_project_make_recipe (self->project, clips->pdata[0]);
  text = bb_recipe_to_string (recipe);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  bb_window_show_toast (self, _ ("Look copied"));
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);
  g_autoptr (BbRecipe) recipe = text != NULL ? bb_recipe_new_from_string (text, NULL) : NULL;
  g_autoptr (GPtrArray) clips = NULL;

  if (self->project == NULL)
    return;
  if (recipe == NULL)
    {
      bb_window_show_toast (self, _ ("There is no look on the clipboard: copy one first"));
      return;
    }
  clips = get_selected (self);
  bb_project_set_parts (self->project, clips, BB_RECIPE_LOOK | BB_RECIPE_FRAMING,
                        bb_recipe_get (recipe));
}

static void
paste_look_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, pasted_cb,
                                 g_object_ref (self));
}

static void
select_all_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_clip_strip_select_all (BB_WINDOW (user_data)->strip);
}

static const GActionEntry entries[] = {
  { "previous-clip", previous_cb, NULL, NULL, NULL },
  { "next-clip", next_cb, NULL, NULL, NULL },
  { "show-clip", NULL, "u", "uint32 0", show_clip_cb },
  { "remove-clips", remove_cb, NULL, NULL, NULL },
  { "duplicate-clip", duplicate_cb, NULL, NULL, NULL },
  { "open-clip-folder", open_folder_cb, NULL, NULL, NULL },
  { "apply-to-all", apply_to_all_cb, NULL, NULL, NULL },
  { "own-look", NULL, NULL, "false", own_look_cb },
  { "reset-clip-framing", reset_framing_cb, NULL, NULL, NULL },
  { "reset-clip-trim", reset_trim_cb, NULL, NULL, NULL },
  { "copy-look", copy_look_cb, NULL, NULL, NULL },
  { "paste-look", paste_look_cb, NULL, NULL, NULL },
  { "select-all-clips", select_all_cb, NULL, NULL, NULL },
};

static GSimpleAction *
find (BbWindow *self, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name));
}

static void
enable (BbWindow *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (find (self, name), enabled);
}

/* What can be done with the videos that are selected, and the strip where there is more than one. */
static void
update (BbWindow *self)
{
  BbClip *current = bb_project_get_current (self->project);
  BbRecipePart own = current != NULL ? bb_clip_get_own (current) : 0;
  guint n = count_clips (self);
  guint position = 0;

  gtk_widget_set_visible (GTK_WIDGET (self->strip), n > 1);
  if (current != NULL)
    bb_project_get_position (self->project, current, &position);
  g_simple_action_set_state (find (self, "show-clip"), g_variant_new_uint32 (position));
  g_simple_action_set_state (find (self, "own-look"),
                             g_variant_new_boolean ((own & BB_RECIPE_LOOK) != 0));
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    enable (self, entries[i].name, n > 0);
  enable (self, "previous-clip", find_beside (self, -1) != NULL);
  enable (self, "next-clip", find_beside (self, 1) != NULL);
  enable (self, "apply-to-all", n > 1);
  enable (self, "own-look", n > 1);
}

/* What was exported is seen at it. */
static void
finished_cb (BbQueue *queue, BbJob *job, gpointer user_data)
{
  if (bb_job_get_state (job) == BB_JOB_DONE)
    bb_project_note_export (BB_WINDOW (user_data)->project, bb_job_get_input (job),
                            bb_job_get_recipe (job));
}

/**
 * bb_window_say_unreadable:
 * @self: a window
 *
 * Says which of the videos that were added together cannot be read, once all have been looked at and none
 * of them is about to be shown, which would take the place of what is said.
 */
void
bb_window_say_unreadable (BbWindow *self)
{
  g_autoptr (GPtrArray) refused = NULL;

  if (self->opening != NULL || bb_prober_is_busy (self->prober) || self->added->len == 0)
    return;
  refused = g_ptr_array_new ();
  for (guint i = 0; i < self->added->len; i++)
    if (bb_clip_get_problem (self->added->pdata[i]) != NULL)
      g_ptr_array_add (refused, self->added->pdata[i]);
  if (refused->len > 0)
    bb_window_say_refused (self, refused);
  g_ptr_array_set_size (self->added, 0);
}

/**
 * bb_window_add_clip_actions:
 * @self: a window that is being made
 *
 * Adds the commands that act on the list of videos.
 */
void
bb_window_add_clip_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->project, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

/**
 * bb_window_watch_clips:
 * @self: a window that has its exports
 *
 * Looks at the videos of the list in the background, and marks those that are exported.
 */
void
bb_window_watch_clips (BbWindow *self)
{
  self->prober = bb_prober_new (self->project);
  g_signal_connect_object (self->prober, "notify::busy", G_CALLBACK (bb_window_say_unreadable),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (bb_export_manager_get_queue (self->export_manager), "finished",
                           G_CALLBACK (finished_cb), self, 0);
}
