/* bb-window-framing.c: actions of the window that frame the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

/* What makes no sense without a clip. */
static const char *const clip_actions[] = {
  "fit",         "fill",         "fit-or-fill",       "center",
  "rotate-left", "rotate-right", "mirror-horizontal", "mirror-vertical",
  "crop",
};

static GSimpleAction *
find (BbWindow *self, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name));
}

/* Shows all of the picture in the middle, or covers the canvas with it and leaves it where it is as far
 * as it may. */
static void
set_end (BbWindow *self, gboolean fill)
{
  BbRecipeValues values = *bb_editor_get (self->editor);

  values.zoom = fill ? 1.0 : 0.0;
  values.offset_x = values.offset_y = 0.0;
  if (!fill)
    values.position_x = values.position_y = 0.0;
  bb_editor_set (self->editor, &values, NULL, NULL);
}

static void
fit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  set_end (BB_WINDOW (user_data), FALSE);
}

static void
fill_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  set_end (BB_WINDOW (user_data), TRUE);
}

static void
fit_or_fill_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  set_end (self, bb_editor_get (self->editor)->zoom < 1.0);
}

static void
center_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  BbRecipeValues values = *bb_editor_get (self->editor);

  values.position_x = values.position_y = 0.0;
  values.offset_x = values.offset_y = 0.0;
  bb_editor_set (self->editor, &values, NULL, NULL);
}

static void
rotate (BbWindow *self, int quarters)
{
  BbRecipeValues values = *bb_editor_get (self->editor);

  bb_framing_rotate (&values, quarters);
  bb_editor_set (self->editor, &values, NULL, NULL);
}

static void
rotate_left_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  rotate (BB_WINDOW (user_data), -1);
}

static void
rotate_right_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  rotate (BB_WINDOW (user_data), 1);
}

static void
mirror (BbWindow *self, gboolean vertical, gboolean wanted)
{
  BbRecipeValues values = *bb_editor_get (self->editor);
  BbMirror bit = vertical ? BB_MIRROR_VERTICAL : BB_MIRROR_HORIZONTAL;

  if (((values.mirror & bit) != 0) == wanted)
    return;
  bb_framing_mirror (&values, vertical);
  bb_editor_set (self->editor, &values, NULL, NULL);
}

static void
mirror_horizontal_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  mirror (BB_WINDOW (user_data), FALSE, g_variant_get_boolean (state));
}

static void
mirror_vertical_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  mirror (BB_WINDOW (user_data), TRUE, g_variant_get_boolean (state));
}

static void
crop_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  bb_window_set_cropping (BB_WINDOW (user_data), g_variant_get_boolean (state));
}

/* The states of the actions are those of the recipe. */
static void
recipe_cb (BbWindow *self)
{
  BbMirror mirrored = bb_editor_get (self->editor)->mirror;

  g_simple_action_set_state (find (self, "mirror-horizontal"),
                             g_variant_new_boolean ((mirrored & BB_MIRROR_HORIZONTAL) != 0));
  g_simple_action_set_state (find (self, "mirror-vertical"),
                             g_variant_new_boolean ((mirrored & BB_MIRROR_VERTICAL) != 0));
}

static const GActionEntry entries[] = {
  { "fit", fit_cb, NULL, NULL, NULL },
  { "fill", fill_cb, NULL, NULL, NULL },
  { "fit-or-fill", fit_or_fill_cb, NULL, NULL, NULL },
  { "center", center_cb, NULL, NULL, NULL },
  { "rotate-left", rotate_left_cb, NULL, NULL, NULL },
  { "rotate-right", rotate_right_cb, NULL, NULL, NULL },
  { "mirror-horizontal", NULL, NULL, "false", mirror_horizontal_cb },
  { "mirror-vertical", NULL, NULL, "false", mirror_vertical_cb },
  { "crop", NULL, NULL, "false", crop_cb },
};

/**
 * bb_window_add_framing_actions:
 * @self: a window that is being made
 *
 * Adds the commands that frame the picture.
 */
void
bb_window_add_framing_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->editor, "notify::recipe", G_CALLBACK (recipe_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * bb_window_update_framing_actions:
 * @self: a window
 *
 * Enables them if there is a clip.
 */
void
bb_window_update_framing_actions (BbWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (clip_actions); i++)
    g_simple_action_set_enabled (find (self, clip_actions[i]), self->has_clip);
}

/**
 * bb_window_set_cropping:
 * @self: a window
 * @cropping: whether the crop is chosen on the whole source
 */
void
bb_window_set_cropping (BbWindow *self, gboolean cropping)
{
  if (cropping == self->cropping)
    return;
  self->cropping = cropping;
  g_simple_action_set_state (find (self, "crop"), g_variant_new_boolean (cropping));
  /* On the whole source there is nothing to compare it with. */
  if (cropping)
    g_action_group_change_action_state (G_ACTION_GROUP (self), "compare",
                                        g_variant_new_boolean (FALSE));
  bb_canvas_set_cropping (self->canvas, cropping);
  if (cropping)
    bb_window_show_recipe (self);
  else
    bb_editor_renew (self->editor);
}

/**
 * bb_window_show_recipe:
 * @self: a window
 *
 * Has the player make what the canvas shows.
 */
void
bb_window_show_recipe (BbWindow *self)
{
  BbPlayerSettings settings;
  g_autoptr (BbRecipe) recipe = NULL;

  /* What is made of a video that is not open yet is nothing for the one that is. */
  if (self->player == NULL || self->shown != bb_project_get_current (self->project))
    return;
  recipe = bb_canvas_make_recipe (self->canvas);
  settings = *bb_player_get_settings (self->player);
  /* A crop that changes is seen on the same pictures. */
  if (self->cropping && settings.recipe != NULL && bb_recipe_equal (settings.recipe, recipe))
    return;
  settings.recipe = recipe;
  bb_player_set_settings (self->player, &settings);
}

/**
 * bb_window_settle_framing:
 * @self: a window with a clip
 * @values: (inout): values of a recipe
 *
 * Makes an offset in pixels, as older recipes have, part of the position, where that is the same.
 */
void
bb_window_settle_framing (BbWindow *self, BbRecipeValues *values)
{
  const BbPlayerSource *source = bb_player_get_source (self->player);
  BbRecipeValues settled = *values;
  BbPlacement before, after;
  double shown_width, shown_height;

  if (values->offset_x == 0.0 && values->offset_y == 0.0)
    return;
  bb_framing_place (values, source->width, source->height, &before);
  bb_framing_get_shown (values, source->width, source->height, &shown_width, &shown_height);
  bb_framing_set (&settled, source->width, source->height, before.width / shown_width, before.x,
                  before.y);
  settled.zoom = values->zoom;
  bb_framing_place (&settled, source->width, source->height, &after);
  if (ABS (after.x - before.x) < 0.01 && ABS (after.y - before.y) < 0.01)
    *values = settled;
}
