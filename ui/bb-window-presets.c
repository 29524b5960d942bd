/* bb-window-presets.c: presets in the window: chosen, kept, shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-file-name.h"
#include "bb-preset-popover.h"
#include "bb-toast.h"

#include <glib/gi18n.h>

/* What a preset changes. */
#define PARTS (BB_RECIPE_LOOK | BB_RECIPE_FRAMING)

/* What the current clip's recipe becomes with a preset. */
static void
get_values (BbWindow *self, BbPreset *preset, BbRecipeValues *values)
{
  BbRecipeValues look = *bb_recipe_get (bb_preset_get_recipe (preset));

  if (self->has_clip)
    bb_window_settle_framing (self, &look);
  *values = *bb_editor_get (self->editor);
  bb_recipe_values_copy_parts (values, &look, PARTS);
}

static gboolean
is_look (BbWindow *self, const BbRecipeValues *values)
{
  return bb_recipe_values_equal_parts (bb_editor_get (self->editor), values, PARTS);
}

/* Which preset the current clip has: of several that are alike, the one that was chosen. */
static BbPreset *
find_active (BbWindow *self)
{
  GListModel *presets = G_LIST_MODEL (bb_window_get_presets (self));
  BbPreset *active = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (presets); i++)
    {
      g_autoptr (BbPreset) preset = g_list_model_get_item (presets, i);
      BbRecipeValues values;

      get_values (self, preset, &values);
      if (is_look (self, &values) &&
          (active == NULL || g_strcmp0 (bb_preset_get_name (preset), self->chosen_preset) == 0))
        active = preset; /* the list keeps it */
    }
  return active;
}

/* Marks the preset that the current clip has; else the one that was chosen last was changed since. */
static void
show_marks (BbWindow *self)
{
  BbPreset *active = find_active (self);

  bb_preset_popover_mark (BB_PRESET_POPOVER (self->preset_popover),
                          active != NULL ? bb_preset_get_name (active) : NULL,
                          active == NULL ? self->chosen_preset : NULL);
}

/* Remembers which preset the look comes from, and what was there before it, if that was another. */
static void
set_chosen (BbWindow *self, const char *name, BbRecipe *before)
{
  g_free (self->preset_before);
  self->preset_before = self->chosen_preset;
  self->chosen_preset = g_strdup (name);
  g_clear_pointer (&self->look_before, bb_recipe_unref);
  if (before != NULL)
    self->look_before = bb_recipe_ref (before);
}

static void
apply (BbWindow *self, BbPreset *preset)
{
  g_autoptr (BbRecipe) before = bb_recipe_ref (bb_editor_get_recipe (self->editor));
  g_autoptr (BbRecipe) look = NULL;
  BbRecipeValues values;

  get_values (self, preset, &values);
  look = bb_recipe_new (&values, NULL);
  set_chosen (self, bb_preset_get_name (preset), is_look (self, &values) ? NULL : before);
  bb_editor_set_look (self->editor, look);
}

static void
apply_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  const char *name = g_variant_get_string (parameter, NULL);
  BbPreset *preset = bb_presets_find (bb_window_get_presets (self), name);

  if (preset != NULL)
    apply (self, preset);
  else
    bb_window_show_toast (self, _ ("There is no preset of that name"));
}

/* Who asked for it, by a dialog or over D-Bus, has to say that a preset may be replaced. */
static void
save_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  const char *name = g_variant_get_string (parameter, NULL);
  gboolean replace = g_str_equal (g_action_get_name (G_ACTION (action)), "replace-preset");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (bb_presets_save (bb_window_get_presets (self), name, bb_editor_get_recipe (self->editor),
                       replace, &error))
    {
      set_chosen (self, name, NULL);
      text = g_strdup_printf (_ ("Preset “%s” saved"), name);
    }
  bb_window_show_toast (self, error != NULL ? error->message : text);
}

static void
rename_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  const char *old_name, *name;
  BbPreset *preset;
  g_autoptr (GError) error = NULL;

  g_variant_get (parameter, "(&s&s)", &old_name, &name);
  preset = bb_presets_find (bb_window_get_presets (self), old_name);
  if (preset == NULL || bb_preset_get_file (preset) == NULL)
    bb_window_show_toast (self, _ ("There is no preset of that name"));
  else if (!bb_presets_rename (self->presets, preset, name, &error))
    bb_window_show_toast (self, error->message);
  else if (g_strcmp0 (self->chosen_preset, old_name) == 0)
    g_set_str (&self->chosen_preset, name);
}

static void
restore_preset_cb (AdwToast *toast, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  BbPreset *preset = g_object_get_data (G_OBJECT (toast), "preset");
  g_autoptr (GError) error = NULL;

  if (!bb_presets_save (self->presets, bb_preset_get_name (preset), bb_preset_get_recipe (preset),
                        FALSE, &error))
    bb_window_show_toast (self, error->message);
}

static void
delete_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  const char *name = g_variant_get_string (parameter, NULL);
  BbPreset *preset = bb_presets_find (bb_window_get_presets (self), name);
  g_autoptr (BbPreset) kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (preset == NULL || bb_preset_get_file (preset) == NULL)
    {
      bb_window_show_toast (self, _ ("There is no preset of that name"));
      return;
    }
  kept = g_object_ref (preset);
  if (!bb_presets_delete (self->presets, preset, &error))
    {
      bb_window_show_toast (self, error->message);
      return;
    }
  text = g_strdup_printf (_ ("Preset “%s” deleted"), bb_preset_get_name (kept));
  toast = bb_toast_new (text);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "preset", g_object_ref (kept), g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (restore_preset_cb), self, 0);
  bb_window_add_toast (self, toast);
}

static void
import (BbWindow *self, GFile *file)
{
  g_autoptr (GError) error = NULL;
  BbPreset *preset = bb_presets_import (bb_window_get_presets (self), file, &error);
  g_autofree char *text = NULL;

  if (preset != NULL)
    text = g_strdup_printf (_ ("Preset “%s” saved"), bb_preset_get_name (preset));
  bb_window_show_toast (self, preset != NULL ? text : error->message);
}

static void export (BbWindow *self, const char *name, GFile *file)
{
  BbPreset *preset = bb_presets_find (bb_window_get_presets (self), name);
  g_autofree char *shown = bb_file_get_name (file);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (preset == NULL)
    text = g_strdup (_ ("There is no preset of that name"));
  else if (bb_recipe_save (bb_preset_get_recipe (preset), file, &error))
    /* Translators: name of a file */
    text = g_strdup_printf (_ ("“%s” was saved"), shown);
  bb_window_show_toast (self, error != NULL ? error->message : text);
}

static GListModel *
create_filters (void)
{
  GListStore *filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) recipes = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (recipes, _ ("Presets"));
  gtk_file_filter_add_suffix (recipes, "recipe");
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, recipes);
  g_list_store_append (filters, all);
  return G_LIST_MODEL (filters);
}

static void
import_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GListModel) files =
    gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (files == NULL || self->editor == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      import (self, file);
    }
}

static void
import_presets_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = create_filters ();

  gtk_file_dialog_set_title (dialog, _ ("Import Presets"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (user_data), NULL, import_chosen_cb,
                                 g_object_ref (user_data));
}

static void
export_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbWindow) self = BB_WINDOW (user_data);
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->editor != NULL)
    export (self, g_object_get_data (source, "name"), file);
}

static void
export_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *name = g_variant_get_string (parameter, NULL);
  g_autofree char *file_name = bb_presets_get_file_name (name);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = create_filters ();

  gtk_file_dialog_set_title (dialog, _ ("Export Preset"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_set_initial_name (dialog, file_name);
  g_object_set_data_full (G_OBJECT (dialog), "name", g_strdup (name), g_free);
  gtk_file_dialog_save (dialog, GTK_WINDOW (user_data), NULL, export_chosen_cb,
                        g_object_ref (user_data));
}

/* For whoever drives the window from outside. */
static void
import_preset_from_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  import (BB_WINDOW (user_data), file);
}

/* The same; a file that is there is replaced. */
static void
export_preset_to_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *name, *path;
  g_autoptr (GFile) file = NULL;

  g_variant_get (parameter, "(&s&s)", &name, &path);
  file = g_file_new_for_path (path);
  if (g_path_is_absolute (path))
    export (BB_WINDOW (user_data), name, file);
  else
    bb_window_show_toast (BB_WINDOW (user_data),
                          _ ("Name the file to save to with its whole path"));
}

static void
unref_recipe (gpointer data)
{
  bb_recipe_unref (data);
}

/* Fills the popover before it is seen. */
static void
show_cb (BbWindow *self)
{
  BbPresetPopover *popover = BB_PRESET_POPOVER (self->preset_popover);
  GListModel *presets = G_LIST_MODEL (bb_window_get_presets (self));
  g_autoptr (GPtrArray) recipes = g_ptr_array_new_with_free_func (unref_recipe);

  bb_preset_popover_set_presets (popover, self->presets);
  show_marks (self);
  if (!self->has_clip)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (presets); i++)
    {
      g_autoptr (BbPreset) preset = g_list_model_get_item (presets, i);
      BbRecipeValues values;

      get_values (self, preset, &values);
      g_ptr_array_add (recipes, bb_recipe_new (&values, NULL));
    }
  bb_preset_popover_load_pictures (popover, bb_player_get_file (self->player),
                                   bb_player_get_position (self->player), recipes);
}

static void
recipe_cb (BbWindow *self)
{
  /* The choice was undone. */
  if (self->look_before != NULL && is_look (self, bb_recipe_get (self->look_before)))
    {
      g_clear_pointer (&self->look_before, bb_recipe_unref);
      g_set_str (&self->chosen_preset, self->preset_before);
    }
  if (self->preset_popover != NULL && gtk_widget_get_visible (self->preset_popover))
    show_marks (self);
}

static const GActionEntry entries[] = {
  { "apply-preset", apply_preset_cb, "s", NULL, NULL },
  { "save-preset", save_preset_cb, "s", NULL, NULL },
  { "replace-preset", save_preset_cb, "s", NULL, NULL },
  { "rename-preset", rename_preset_cb, "(ss)", NULL, NULL },
  { "delete-preset", delete_preset_cb, "s", NULL, NULL },
  { "import-presets", import_presets_cb, NULL, NULL, NULL },
  { "import-preset-from", import_preset_from_cb, "s", NULL, NULL },
  { "export-preset", export_preset_cb, "s", NULL, NULL },
  { "export-preset-to", export_preset_to_cb, "(ss)", NULL, NULL },
};

/**
 * bb_window_add_preset_actions:
 * @self: a window that is being made
 *
 * Adds the commands for presets, and fills the list of them when it is shown.
 */
void
bb_window_add_preset_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->preset_popover, "show", G_CALLBACK (show_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "notify::recipe", G_CALLBACK (recipe_cb), self,
                           G_CONNECT_SWAPPED);
}
