/* bb-window-tune.c: actions of the window for precision and batch size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-tune-dialog.h"

#include <glib/gi18n.h>

#define MAX_GAIN 64

static int
get_gain (BbWindow *self)
{
  g_autoptr (GVariant) gain =
    g_action_group_get_action_state (G_ACTION_GROUP (self), "difference-gain");

  return g_variant_get_int32 (gain);
}

static gboolean
is_difference_shown (BbWindow *self)
{
  g_autoptr (GVariant) shown =
    g_action_group_get_action_state (G_ACTION_GROUP (self), "show-difference");

  return g_variant_get_boolean (shown);
}

static void
update_player (BbWindow *self)
{
  BbPlayerSettings settings = *bb_player_get_settings (self->player);

  settings.gain = is_difference_shown (self) ? get_gain (self) : 0;
  bb_player_set_settings (self->player, &settings);
}

static void
show_difference_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  /* A state can be asked for from outside while the action is disabled. */
  if (!self->has_clip)
    return;
  g_simple_action_set_state (action, state);
  update_player (self);
}

static void
gain_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  int gain = CLAMP (g_variant_get_int32 (state), 1, MAX_GAIN);

  if (!self->has_clip)
    return;
  g_simple_action_set_state (action, g_variant_new_int32 (gain));
  bb_performance_group_set_gain (bb_sidebar_get_performance_group (self->sidebar), gain);
  update_player (self);
}

static void
tuned_cb (AdwDialog *dialog, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  if (self->player != NULL && g_object_get_data (G_OBJECT (dialog), "was-playing") != NULL)
    bb_player_play (self->player);
}

/* Playing would take the device from what is measured, and the other way round. */
static void
auto_tune_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  AdwDialog *dialog;
  gboolean playing = bb_player_get_playing (self->player);

  if (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) != NULL)
    return;
  bb_player_pause (self->player);
  dialog = bb_tune_dialog_new (bb_player_get_file (self->player), self->editor,
                               bb_export_manager_get_queue (self->export_manager));
  g_object_set_data (G_OBJECT (dialog), "was-playing", GINT_TO_POINTER (playing));
  g_signal_connect_object (dialog, "closed", G_CALLBACK (tuned_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static const GActionEntry entries[] = {
  { "show-difference", NULL, NULL, "false", show_difference_cb },
  { "difference-gain", NULL, "i", "64", gain_cb },
  { "auto-tune", auto_tune_cb, NULL, NULL, NULL },
};

/**
 * bb_window_add_tune_actions:
 * @self: a window that is being made
 *
 * Adds the commands that show and choose what precision and batch size do.
 */
void
bb_window_add_tune_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

static char *
describe (const BbDifference *difference)
{
  if (difference->largest == 0)
    return g_strdup (_("No difference between FP16 and FP32"));
  /* Translators: how far two pictures are apart. A code is a step of brightness or color; PSNR is
   * the peak signal-to-noise ratio, dB are decibels */
  return g_strdup_printf (ngettext ("Largest difference %d code, PSNR %.1f dB",
                                    "Largest difference %d codes, PSNR %.1f dB",
                                    (gulong) difference->largest),
                          difference->largest, difference->psnr);
}

/**
 * bb_window_show_difference:
 * @self: a window
 * @picture: the picture that comes on screen
 *
 * Says in figures what the picture shows, where it is a difference.
 */
void
bb_window_show_difference (BbWindow *self, BbPicture *picture)
{
  BbPerformanceGroup *performance_group = bb_sidebar_get_performance_group (self->sidebar);
  g_autofree char *text = NULL;
  g_autofree char *caption = NULL;

  if (picture->difference != NULL)
    {
      text = describe (picture->difference);
      /* Translators: how much a difference is amplified, and in the next line figures of it */
      caption = g_strdup_printf (_("FP16 against FP32, ×%d\n%s"), get_gain (self), text);
    }
  bb_canvas_set_caption (self->canvas, caption);
  bb_performance_group_set_difference (performance_group, text);
}
