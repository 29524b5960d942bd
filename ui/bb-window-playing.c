/* bb-window-playing.c: actions of the window that play, and go along the timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

static void
edit_trim_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_transport_edit_trim (BB_WINDOW (user_data)->transport);
}

/* Playing ends, or loops, at the trim's end by itself. */
static void
play_trim_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  bb_player_seek (self->player, bb_editor_get (self->editor)->start);
  bb_player_play (self->player);
}

static void
timeline_zoom_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_timeline_zoom (bb_transport_get_timeline (BB_WINDOW (user_data)->transport),
                    g_variant_get_int32 (parameter));
}

static const GActionEntry entries[] = {
  { "edit-trim", edit_trim_cb, NULL, NULL, NULL },
  { "timeline-zoom", timeline_zoom_cb, "i", NULL, NULL },
  { "play-trim", play_trim_cb, NULL, NULL, NULL },
};

/**
 * bb_window_add_playing_actions:
 * @self: a window that is being made
 *
 * Adds the commands that play, and go along the timeline.
 */
void
bb_window_add_playing_actions (BbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
