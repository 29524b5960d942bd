/* bb-window-actions.c: actions of the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* Each number of the recipe has an action `set-NAME` whose state is its value, so that the window
 * can be driven from outside; times are nanoseconds and have actions of their own. */
static const char *const number_keys[] = {
  "position-x",  "position-y",    "crop-left",   "crop-top",  "crop-right",
  "crop-bottom", "width",         "height",      "zoom",      "offset-x",
  "offset-y",    "corner-radius", "shadow",      "blur",      "background-zoom",
  "dim",         "saturation",    "batch",       "quality",   "gradient-angle",
  "logo-x",      "logo-y",        "logo-margin", "logo-size", "logo-opacity",
};

/* The same for the values that are words. */
static const char *const text_keys[] = {
  "rotate",  "mirror", "background", "color",          "precision", "device", "codec",
  "encoder", "preset", "audio",      "gradient-color", "picture",   "logo",   "logo-place",
};

static void
play_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  if (g_variant_get_boolean (state))
    bb_player_play (self->player);
  else
    bb_player_pause (self->player);
}

static void
seek_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_player_seek (BB_WINDOW (user_data)->player, MAX (g_variant_get_int64 (parameter), 0));
}

static void
step_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_player_step (BB_WINDOW (user_data)->player, g_variant_get_int32 (parameter));
}

static void
compare_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  BbPlayerSettings settings;

  /* On the whole source there is nothing to compare. */
  if (g_variant_get_boolean (state))
    bb_window_set_cropping (self, FALSE);
  settings = *bb_player_get_settings (self->player);
  settings.compare = g_variant_get_boolean (state);
  g_simple_action_set_state (action, state);
  bb_player_set_settings (self->player, &settings);
  bb_canvas_set_compare (self->canvas, settings.compare);
}

static void
sidebar_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  adw_overlay_split_view_set_show_sidebar (BB_WINDOW (user_data)->split_view,
                                           g_variant_get_boolean (state));
}

/* Has the picture in the middle, once the canvas is laid out in its actual size: what is set while it is
 * laid out would move the scrollbars alone. */
static void
layout_cb (GdkFrameClock *clock, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  GtkAdjustment *adjustments[] = { gtk_scrolled_window_get_hadjustment (self->preview),
                                   gtk_scrolled_window_get_vadjustment (self->preview) };
  double shift[2];

  g_signal_handlers_disconnect_by_func (clock, layout_cb, user_data);
  bb_canvas_get_picture_shift (self->canvas, &shift[0], &shift[1]);
  for (guint i = 0; i < G_N_ELEMENTS (adjustments); i++)
    gtk_adjustment_set_value (adjustments[i], (gtk_adjustment_get_lower (adjustments[i]) +
                                               gtk_adjustment_get_upper (adjustments[i]) -
                                               gtk_adjustment_get_page_size (adjustments[i])) /
                                                  2.0 +
                                                shift[i]);
}

static void
actual_size_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  g_simple_action_set_state (action, state);
  bb_canvas_set_actual_size (self->canvas, g_variant_get_boolean (state));
  if (clock == NULL)
    return;
  g_signal_handlers_disconnect_by_func (clock, layout_cb, self);
  if (g_variant_get_boolean (state))
    g_signal_connect_object (clock, "layout", G_CALLBACK (layout_cb), self, G_CONNECT_AFTER);
}

static void
set_trim (BbWindow *self, gint64 start, gint64 end)
{
  BbRecipeValues values = *bb_editor_get (self->editor);
  g_autoptr (GError) error = NULL;

  if (end >= bb_player_get_source (self->player)->duration)
    end = -1;
  values.start = start;
  values.end = end;
  bb_editor_end_step (self->editor);
  if (!bb_editor_set (self->editor, &values, "trim", &error))
    bb_window_show_toast (self, error->message);
  bb_editor_end_step (self->editor);
}

static void
trim_start_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  set_trim (self, MAX (g_variant_get_int64 (parameter), 0), bb_editor_get (self->editor)->end);
}

static void
trim_end_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  gint64 end = g_variant_get_int64 (parameter);

  set_trim (self, bb_editor_get (self->editor)->start, end < 0 ? -1 : end);
}

/* Marks at the playhead. What would be empty loses its other mark. */
static void
mark_start_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  gint64 start = bb_player_get_position (self->player);
  gint64 end = bb_editor_get (self->editor)->end;

  set_trim (self, start, end >= 0 && end <= start ? -1 : end);
}

static void
mark_end_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  gint64 start = bb_editor_get (self->editor)->start;
  /* The frame that is shown is kept. */
  gint64 end = bb_player_get_position (self->player) +
               MAX (bb_player_get_source (self->player)->frame_duration, 1);

  set_trim (self, start >= end ? 0 : start, end);
}

static void
clear_trim_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  set_trim (BB_WINDOW (user_data), 0, -1);
}

static void
undo_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_editor_undo (BB_WINDOW (user_data)->editor);
}

static void
redo_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_editor_redo (BB_WINDOW (user_data)->editor);
}

static void
reset_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbRecipeValues values;
  g_autoptr (BbRecipe) plain = NULL;

  bb_recipe_values_init (&values);
  plain = bb_recipe_new (&values, NULL);
  bb_editor_set_look (BB_WINDOW (user_data)->editor, plain);
}

static void
set_size_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  BbRecipeValues values = *bb_editor_get (self->editor);
  g_autoptr (GError) error = NULL;

  g_variant_get (parameter, "(ii)", &values.width, &values.height);
  if (!bb_editor_set (self->editor, &values, NULL, &error))
    bb_window_show_toast (self, error->message);
}

/* A shape such as 9:16, with the short side that the canvas has. */
static void
set_aspect_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  BbRecipeValues values = *bb_editor_get (self->editor);
  g_autoptr (GError) error = NULL;
  double side = MIN (values.width, values.height);
  guint x, y;
  char rest;

  if (sscanf (g_variant_get_string (parameter, NULL), "%4u:%4u%c", &x, &y, &rest) != 2 || x == 0 ||
      y == 0)
    {
      bb_window_show_toast (self, _ ("Write an aspect ratio as two numbers, such as 9:16"));
      return;
    }
  /* Encoders take even numbers only. */
  values.width = 2 * (int) lrint (side * x / MIN (x, y) / 2.0);
  values.height = 2 * (int) lrint (side * y / MIN (x, y) / 2.0);
  if (!bb_editor_set (self->editor, &values, NULL, &error))
    bb_window_show_toast (self, error->message);
}

static void
set_number_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  const char *key = g_action_get_name (G_ACTION (action)) + strlen ("set-");
  double number = g_variant_get_double (state);

  if (isfinite (number))
    bb_editor_set_number (self->editor, key, number);
}

static void
set_text_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  const char *key = g_action_get_name (G_ACTION (action)) + strlen ("set-");
  g_autoptr (GError) error = NULL;

  if (!bb_editor_set_text (self->editor, key, g_variant_get_string (state, NULL), &error))
    bb_window_show_toast (self, error->message);
}

static const GActionEntry entries[] = {
  { "play", NULL, NULL, "false", play_cb },
  { "seek", seek_cb, "x", NULL, NULL },
  { "step", step_cb, "i", NULL, NULL },
  { "compare", NULL, NULL, "false", compare_cb },
  { "sidebar", NULL, NULL, "false", sidebar_cb },
  { "actual-size", NULL, NULL, "false", actual_size_cb },
  { "trim-start", trim_start_cb, "x", NULL, NULL },
  { "trim-end", trim_end_cb, "x", NULL, NULL },
  { "mark-start", mark_start_cb, NULL, NULL, NULL },
  { "mark-end", mark_end_cb, NULL, NULL, NULL },
  { "clear-trim", clear_trim_cb, NULL, NULL, NULL },
  { "undo", undo_cb, NULL, NULL, NULL },
  { "redo", redo_cb, NULL, NULL, NULL },
  { "reset", reset_cb, NULL, NULL, NULL },
  { "set-size", set_size_cb, "(ii)", NULL, NULL },
  { "set-aspect", set_aspect_cb, "s", NULL, NULL },
};

/* What makes no sense without a clip. */
static const char *const clip_actions[] = {
  "play",       "seek",     "step",       "compare",         "actual-size",
  "trim-start", "trim-end", "mark-start", "mark-end",        "clear-trim",
  "sidebar",    "reset",    "auto-tune",  "show-difference", "difference-gain",
};

static GSimpleAction *
find (BbWindow *self, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name));
}

static void
set_state (BbWindow *self, const char *key, GVariant *state)
{
  g_autofree char *name = g_strconcat ("set-", key, NULL);

  g_simple_action_set_state (find (self, name), state);
}

/* Shows the recipe's values as the states of their actions. */
static void
recipe_cb (BbWindow *self)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);

  for (guint i = 0; i < G_N_ELEMENTS (number_keys); i++)
    set_state (self, number_keys[i],
               g_variant_new_double (bb_recipe_values_get_number (values, number_keys[i])));
  for (guint i = 0; i < G_N_ELEMENTS (text_keys); i++)
    set_state (self, text_keys[i],
               g_variant_new_take_string (bb_recipe_values_format (values, text_keys[i])));
}

/* No GPropertyAction: that would keep the widget, which keeps the window's actions. */
static void
show_sidebar_cb (BbWindow *self)
{
  gboolean shown = adw_overlay_split_view_get_show_sidebar (self->split_view);

  g_simple_action_set_state (find (self, "sidebar"), g_variant_new_boolean (shown));
}

static void
add_value_action (BbWindow *self, const char *key, const char *type, GVariant *state,
                  GCallback callback)
{
  g_autofree char *name = g_strconcat ("set-", key, NULL);
  g_autoptr (GSimpleAction) action =
    g_simple_action_new_stateful (name, G_VARIANT_TYPE (type), state);

  g_signal_connect (action, "change-state", callback, self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
}

/**
 * bb_window_add_actions:
 * @self: a window that is being made
 *
 * Adds the commands that act on the clip and the recipe.
 */
void
bb_window_add_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  bb_window_add_playing_actions (self);
  bb_window_add_tune_actions (self);
  bb_window_add_framing_actions (self);
  bb_window_add_preset_actions (self);
  for (guint i = 0; i < G_N_ELEMENTS (number_keys); i++)
    add_value_action (self, number_keys[i], "d", g_variant_new_double (0.0),
                      G_CALLBACK (set_number_cb));
  for (guint i = 0; i < G_N_ELEMENTS (text_keys); i++)
    add_value_action (self, text_keys[i], "s", g_variant_new_string (""), G_CALLBACK (set_text_cb));

  g_signal_connect_object (self->editor, "notify::recipe", G_CALLBACK (recipe_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (self->editor, "can-undo", find (self, "undo"), "enabled",
                          G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->editor, "can-redo", find (self, "redo"), "enabled",
                          G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self->split_view, "notify::show-sidebar", G_CALLBACK (show_sidebar_cb),
                           self, G_CONNECT_SWAPPED);
  recipe_cb (self);
  bb_window_update_actions (self);
}

/**
 * bb_window_update_actions:
 * @self: a window
 *
 * Enables what can be done with a clip if there is one, and shows whether it plays.
 */
void
bb_window_update_actions (BbWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (clip_actions); i++)
    g_simple_action_set_enabled (find (self, clip_actions[i]), self->has_clip);
  bb_window_update_framing_actions (self);
  bb_window_enable_playing_actions (self, self->has_clip);
  g_simple_action_set_state (
    find (self, "play"),
    g_variant_new_boolean (self->player != NULL && bb_player_get_playing (self->player)));
}
