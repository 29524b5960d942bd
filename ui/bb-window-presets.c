/* bb-window-presets.c: presets in the window: chosen, kept, shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

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
