/* bb-window-playing.c: actions of the window that play, and go along the timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-clip-text.h"

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

/**
 * bb_window_describe_clip:
 * @self: a window
 *
 * Says in the header what the video is.
 */
void
bb_window_describe_clip (BbWindow *self)
{
  const BbPlayerSource *source = self->player != NULL ? bb_player_get_source (self->player) : NULL;
  g_autofree char *text = NULL;
  g_autofree char *all = NULL;
  gboolean compact;

  if (source == NULL)
    return;
  g_object_get (self->transport, "compact", &compact, NULL);
  text = bb_clip_text_describe (source, compact);
  all = bb_clip_text_describe (source, FALSE);
  adw_window_title_set_subtitle (self->window_title, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->window_title), all);
}

/**
 * bb_window_lift_toasts:
 * @self: a window
 *
 * Has toasts over everything appear above the controls, also where something lies over those: that may go
 * while the toast stays.
 */
void
bb_window_lift_toasts (BbWindow *self)
{
  graphene_rect_t bounds;
  int lift = 0;
  g_autofree char *style = NULL;

  if (gtk_widget_get_mapped (GTK_WIDGET (self->transport)) &&
      gtk_widget_compute_bounds (GTK_WIDGET (self->transport), GTK_WIDGET (self->toasts), &bounds))
    lift = gtk_widget_get_height (GTK_WIDGET (self->toasts)) - (int) bounds.origin.y;
  style =
    g_strdup_printf ("toastoverlay.lifted > toast { margin-bottom: %dpx; }", 24 + MAX (lift, 0));
  if (self->lifting == NULL)
    {
      self->lifting = gtk_css_provider_new ();
      gtk_style_context_add_provider_for_display (gtk_widget_get_display (GTK_WIDGET (self)),
                                                  GTK_STYLE_PROVIDER (self->lifting),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    }
  gtk_css_provider_load_from_string (self->lifting, style);
}

/**
 * bb_window_forget_toasts:
 * @self: a window that goes
 *
 * Takes away what bb_window_lift_toasts() left with the display.
 */
void
bb_window_forget_toasts (BbWindow *self)
{
  if (self->lifting != NULL)
    gtk_style_context_remove_provider_for_display (gtk_widget_get_display (GTK_WIDGET (self)),
                                                   GTK_STYLE_PROVIDER (self->lifting));
  g_clear_object (&self->lifting);
}

static gboolean
has_toast (BbWindow *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->toasts)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (g_str_equal (gtk_widget_get_css_name (child), "toast"))
      return TRUE;
  return FALSE;
}

static gboolean
mapped_idle_cb (gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  /* It may have been closed meanwhile. Another style lays out all of it: only where there is a toast. */
  if (self->toasts != NULL && has_toast (self))
    bb_window_lift_toasts (self);
  return G_SOURCE_REMOVE;
}

/* Once it is laid out. */
static void
mapped_cb (BbWindow *self)
{
  g_idle_add_full (G_PRIORITY_LOW, mapped_idle_cb, g_object_ref (self), g_object_unref);
}

/**
 * bb_window_follow_transport:
 * @self: a window that is being made
 *
 * Has what is around the controls follow them.
 */
void
bb_window_follow_transport (BbWindow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self->toasts), "lifted");
  g_signal_connect_object (self->transport, "map", G_CALLBACK (mapped_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transport, "notify::compact", G_CALLBACK (bb_window_describe_clip),
                           self, G_CONNECT_SWAPPED);
}
