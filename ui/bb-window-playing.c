/* bb-window-playing.c: actions of the window that play, and go along the timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-window-private.h"

#include "bb-announce.h"
#include "bb-clip-text.h"

#include <glib/gi18n.h>

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

/* While the key that stops is held down, the others step. */
static void
shuttle_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  int direction = CLAMP (g_variant_get_int32 (parameter), -1, 1);

  if (self->stop_held && direction != 0)
    bb_player_step (self->player, direction);
  else
    bb_shuttle_press (self->shuttle, direction);
}

static void
change_volume_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  double volume =
    g_settings_get_double (self->settings, "volume") + g_variant_get_double (parameter);

  g_settings_set_double (self->settings, "volume", CLAMP (volume, 0.0, 1.0));
}

static void
cut_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);
  int direction = g_variant_get_int32 (parameter) < 0 ? -1 : 1;

  if (!bb_transport_go_to_cut (self->transport, direction))
    bb_window_show_toast (self, bb_transport_is_scanning (self->transport)
                                  ? _ ("No cut was found yet; the video is being looked through")
                                  : _ ("There is no other cut"));
}

static void
timeline_zoom_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  bb_timeline_zoom (bb_transport_get_timeline (BB_WINDOW (user_data)->transport),
                    g_variant_get_int32 (parameter));
}

static const GActionEntry entries[] = {
  { "edit-trim", edit_trim_cb, NULL, NULL, NULL },
  { "shuttle", shuttle_cb, "i", NULL, NULL },
  { "change-volume", change_volume_cb, "d", NULL, NULL },
  { "go-to-cut", cut_cb, "i", NULL, NULL },
  { "timeline-zoom", timeline_zoom_cb, "i", NULL, NULL },
  { "play-trim", play_trim_cb, NULL, NULL, NULL },
};

static gboolean
stop_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                 gpointer user_data)
{
  if (gdk_keyval_to_lower (key) == GDK_KEY_k)
    BB_WINDOW (user_data)->stop_held = TRUE;
  return GDK_EVENT_PROPAGATE;
}

static void
stop_released_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                  gpointer user_data)
{
  if (gdk_keyval_to_lower (key) == GDK_KEY_k)
    BB_WINDOW (user_data)->stop_held = FALSE;
}

/* What is released elsewhere is not told. */
static void
active_cb (BbWindow *self)
{
  self->stop_held = FALSE;
}

/**
 * bb_window_add_playing_actions:
 * @self: a window that is being made
 *
 * Adds the commands that play, and go along the timeline.
 */
void
bb_window_add_playing_actions (BbWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (stop_pressed_cb), self);
  g_signal_connect (keys, "key-released", G_CALLBACK (stop_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_cb), NULL);
}

static void
speed_cb (BbWindow *self)
{
  int speed = bb_shuttle_get_speed (self->shuttle);
  g_autofree char *text = NULL;

  if (speed != 0 && speed != 1)
    text = g_strdup_printf (
      /* Translators: how many times as fast it plays, such as "2×" or "-2×" for backwards */
      _ ("%d×"), speed);
  bb_transport_set_speed_text (self->transport, text);
  if (text != NULL)
    bb_announce (GTK_WIDGET (self->transport), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/**
 * bb_window_add_shuttle:
 * @self: a window whose player is new
 *
 * Lets the player play at several speeds.
 */
void
bb_window_add_shuttle (BbWindow *self)
{
  self->shuttle = bb_shuttle_new (self->player);
  g_signal_connect_object (self->shuttle, "notify::speed", G_CALLBACK (speed_cb), self,
                           G_CONNECT_SWAPPED);
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
      gtk_widget_get_height (GTK_WIDGET (self->transport)) > 0 &&
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
tick_cb (GtkWidget *transport, GdkFrameClock *clock, gpointer user_data)
{
  BbWindow *self = BB_WINDOW (user_data);

  if (gtk_widget_get_height (transport) == 0)
    return G_SOURCE_CONTINUE;
  /* Another style lays out all of it: only where there is a toast. */
  if (has_toast (self))
    bb_window_lift_toasts (self);
  return G_SOURCE_REMOVE;
}

/* Once it is laid out. */
static void
mapped_cb (BbWindow *self)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self->transport), tick_cb, self, NULL);
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

/**
 * bb_window_enable_playing_actions:
 * @self: a window
 * @enabled: whether there is something to play
 */
void
bb_window_enable_playing_actions (BbWindow *self, gboolean enabled)
{
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), entries[i].name)), enabled);
}
