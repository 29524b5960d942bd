/* bb-transport.c: timeline and the buttons that play, step and mute
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-transport.h"

#include "bb-renderer.h"
#include "bb-texture.h"
#include "bb-thumbnails.h"
#include "bb-time.h"
#include "bb-trim-popover.h"

#include <glib/gi18n.h>

/* After a clip was opened, and between the sizes of a window that is being resized: the picture
 * comes first. */
#define THUMBNAIL_PAUSE_MS 250
#define THUMBNAIL_HEIGHT 48
/* After the pictures. */
#define SCAN_PAUSE_MS 1000
/* Cuts of longer clips are looked for once somebody wants to go to one: every frame is decoded for
 * them. Nanoseconds. */
#define MOST_SCANNED (10 * 60 * G_GINT64_CONSTANT (1000000000))

/**
 * BbTransport:
 *
 * The timeline, and under it what plays, steps and mutes. Its buttons are actions of the window.
 *
 * Properties: `compact`, whether it leaves out what there may be no room for.
 */
struct _BbTransport {
  AdwBin parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  BbPlayer *player;
  GSignalGroup *player_signals;
  GBindingGroup *player_bindings;
  gboolean compact;
  GCancellable *thumbnails;
  guint thumbnail_timeout;
  gint64 *thumbnail_times; /* that are being made */
  GCancellable *scan;
  guint scan_timeout;
  guint n_scans;           /* that have not ended */
  BbClipScanFlags scanned; /* what was, or is being, looked for */

  BbTimeline *timeline;
  GtkScrollbar *scrollbar;
  GtkInscription *time_text;
  GtkLabel *length_label;
  GtkWidget *play_button;
  GtkMenuButton *volume_button;
  GtkRange *volume_scale;
  GtkLabel *speed_label;
  gboolean updating;
  GtkWidget *times;
  GtkMenuButton *times_button;
  BbTrimPopover *trim_popover;
  GtkWidget *buttons;
};

enum { PROP_0, PROP_COMPACT, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbTransport, bb_transport, ADW_TYPE_BIN)

static void
position_cb (BbTransport *self)
{
  gint64 position = bb_player_get_position (self->player);
  g_autofree char *now = bb_time_format (position, TRUE);

  bb_timeline_set_position (self->timeline, position);
  gtk_inscription_set_text (self->time_text, now);
}

static gboolean
get_play_icon (GBinding *binding, const GValue *playing, GValue *icon, gpointer user_data)
{
  g_value_set_static_string (icon, g_value_get_boolean (playing) ? "media-playback-pause-symbolic"
                                                                 : "media-playback-start-symbolic");
  return TRUE;
}

static gboolean
get_play_tooltip (GBinding *binding, const GValue *playing, GValue *tooltip, gpointer user_data)
{
  g_value_set_static_string (tooltip, g_value_get_boolean (playing) ? _ ("Pause") : _ ("Play"));
  return TRUE;
}

/* Shows how loud it is. */
static void
volume_cb (BbTransport *self)
{
  const BbPlayerSettings *settings = bb_player_get_settings (self->player);
  double volume = 1.0 - settings->quieter;
  g_autofree char *number = g_strdup_printf ("%.0f", volume * 100.0);
  g_autofree char *text = NULL;

  /* Translators: a part of a hundred, such as "35 %" */
  text = g_strdup_printf (_ ("%s %%"), number);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->volume_scale),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_menu_button_set_icon_name (self->volume_button,
                                 settings->muted || volume <= 0.0 ? "audio-volume-muted-symbolic"
                                 : volume < 0.34                  ? "audio-volume-low-symbolic"
                                 : volume < 0.67                  ? "audio-volume-medium-symbolic"
                                                                  : "audio-volume-high-symbolic");
  self->updating = TRUE;
  gtk_range_set_value (self->volume_scale, volume);
  self->updating = FALSE;
}

/* Who moves the slider wants to hear it. */
static void
volume_changed_cb (GtkAdjustment *adjustment, gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);

  if (self->updating || self->player == NULL)
    return;
  gtk_widget_activate_action (GTK_WIDGET (self), "win.volume", "d",
                              gtk_adjustment_get_value (adjustment));
  if (bb_player_get_settings (self->player)->muted)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.mute", NULL);
}

static gboolean
volume_scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, gpointer user_data)
{
  gtk_widget_activate_action (GTK_WIDGET (user_data), "win.change-volume", "d", dy * -0.05);
  return GDK_EVENT_STOP;
}

static void
recipe_cb (BbTransport *self)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);

  bb_timeline_set_trim (self->timeline, values->start, values->end);
}

static void
scrub_cb (BbTimeline *timeline, gint64 time, gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);

  if (self->player != NULL)
    bb_player_seek (self->player, time);
}

static void
trim_cb (BbTimeline *timeline, gint64 start, gint64 end, gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);
  const BbPlayerSource *source;
  BbRecipeValues values;

  if (self->editor == NULL)
    return;
  values = *bb_editor_get (self->editor);
  source = self->player != NULL ? bb_player_get_source (self->player) : NULL;
  /* Only the end that moves: the other one may have been chosen more finely. */
  if (source != NULL && start != values.start)
    start = bb_time_grid_snap (&source->grid, start, FALSE);
  if (source != NULL && end >= 0 && end != values.end)
    end = MAX (bb_time_grid_snap (&source->grid, end, FALSE), start + 1);
  values.start = start;
  values.end = end;
  bb_editor_set (self->editor, &values, "trim", NULL);
}

static void
drag_begin_cb (BbTimeline *timeline, gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);

  if (self->editor != NULL)
    bb_editor_hold (self->editor);
}

static void
drag_end_cb (BbTimeline *timeline, gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);

  if (self->editor != NULL)
    bb_editor_release (self->editor);
}

static void
thumbnail_cb (guint index, BbPicture *picture, gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);
  g_autoptr (GdkTexture) texture = bb_texture_new (picture);

  if (texture != NULL)
    bb_timeline_add_picture (self->timeline, self->thumbnail_times[index], texture);
}

static void
thumbnails_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* A timeline without pictures does its work all the same. */
  if (!bb_thumbnails_load_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_info ("Pictures of the timeline: %s", error->message);
}

static gboolean
thumbnail_timeout_cb (gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);
  GFile *file = self->player != NULL ? bb_player_get_file (self->player) : NULL;
  guint n;

  self->thumbnail_timeout = 0;
  g_free (self->thumbnail_times);
  self->thumbnail_times = bb_timeline_get_missing (self->timeline, &n);
  if (file == NULL || n == 0)
    return G_SOURCE_REMOVE;
  self->thumbnails = g_cancellable_new ();
  bb_thumbnails_load_async (file, self->thumbnail_times, n,
                            THUMBNAIL_HEIGHT * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
                            bb_renderer_get_present_options (), thumbnail_cb, self,
                            self->thumbnails, thumbnails_cb, NULL);
  return G_SOURCE_REMOVE;
}

static void
stop_thumbnails (BbTransport *self)
{
  g_clear_handle_id (&self->thumbnail_timeout, g_source_remove);
  if (self->thumbnails != NULL)
    g_cancellable_cancel (self->thumbnails);
  g_clear_object (&self->thumbnails);
}

static void
want_thumbnails (BbTransport *self)
{
  stop_thumbnails (self);
  self->thumbnail_timeout = g_timeout_add (THUMBNAIL_PAUSE_MS, thumbnail_timeout_cb, self);
}

static void
peaks_cb (guint first, const BbPeak *peaks, guint n, gpointer user_data)
{
  bb_timeline_add_peaks (BB_TRANSPORT (user_data)->timeline, first, peaks, n);
}

static void
cut_cb (gint64 time, gpointer user_data)
{
  bb_timeline_add_cut (BB_TRANSPORT (user_data)->timeline, time);
}

static void
scanned_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbTransport) self = BB_TRANSPORT (user_data);
  g_autoptr (GError) error = NULL;

  self->n_scans--;
  if (bb_clip_scan_finish (result, &error))
    return;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_info ("Sound and cuts of the timeline: %s", error->message);
}

static void
scan (BbTransport *self, BbClipScanFlags flags)
{
  static const BbClipScanFuncs funcs = { peaks_cb, cut_cb };

  if (self->scan == NULL)
    self->scan = g_cancellable_new ();
  self->scanned |= flags;
  self->n_scans++;
  bb_clip_scan_async (bb_player_get_file (self->player), bb_player_get_source (self->player), flags,
                      &funcs, self, self->scan, scanned_cb, g_object_ref (self));
}

static gboolean
scan_timeout_cb (gpointer user_data)
{
  BbTransport *self = BB_TRANSPORT (user_data);
  const BbPlayerSource *source = self->player != NULL ? bb_player_get_source (self->player) : NULL;

  self->scan_timeout = 0;
  if (source != NULL)
    scan (self, BB_CLIP_SCAN_PEAKS | (source->duration <= MOST_SCANNED ? BB_CLIP_SCAN_CUTS : 0));
  return G_SOURCE_REMOVE;
}

static void
stop_scan (BbTransport *self)
{
  g_clear_handle_id (&self->scan_timeout, g_source_remove);
  if (self->scan != NULL)
    g_cancellable_cancel (self->scan);
  g_clear_object (&self->scan);
  self->scanned = 0;
}

static void
want_scan (BbTransport *self)
{
  stop_scan (self);
  self->scan_timeout = g_timeout_add (SCAN_PAUSE_MS, scan_timeout_cb, self);
}

static void
bb_transport_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_COMPACT:
      g_value_set_boolean (value, BB_TRANSPORT (object)->compact);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_transport_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_COMPACT:
      BB_TRANSPORT (object)->compact = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_transport_dispose (GObject *object)
{
  BbTransport *self = BB_TRANSPORT (object);

  stop_thumbnails (self);
  stop_scan (self);
  g_clear_pointer (&self->thumbnail_times, g_free);
  g_clear_object (&self->player_bindings);
  g_clear_object (&self->player_signals);
  g_clear_object (&self->player);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_TRANSPORT);

  G_OBJECT_CLASS (bb_transport_parent_class)->dispose (object);
}

static void
bb_transport_class_init (BbTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = bb_transport_get_property;
  object_class->set_property = bb_transport_set_property;
  object_class->dispose = bb_transport_dispose;

  props[PROP_COMPACT] =
    g_param_spec_boolean ("compact", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (BB_TYPE_TIMELINE);
  g_type_ensure (BB_TYPE_TRIM_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-transport.ui");
  gtk_widget_class_bind_template_child (widget_class, BbTransport, timeline);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, scrollbar);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, time_text);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, length_label);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, play_button);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, volume_button);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, volume_scale);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, speed_label);
  gtk_widget_class_bind_template_callback (widget_class, volume_changed_cb);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, times);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, times_button);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, trim_popover);
  gtk_widget_class_bind_template_child (widget_class, BbTransport, buttons);
  gtk_widget_class_bind_template_callback (widget_class, scrub_cb);
  gtk_widget_class_bind_template_callback (widget_class, trim_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_begin_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_end_cb);
}

/* Time runs from left to right in every language, as the timeline does. */
static void
keep_left_to_right (GtkWidget *widget)
{
  gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    keep_left_to_right (child);
}

/* It keeps its place, so that nothing moves under the pointer that zooms. */
static void
view_cb (BbTransport *self)
{
  gboolean whole = bb_time_range_is_whole (bb_timeline_get_range (self->timeline));

  gtk_widget_set_opacity (GTK_WIDGET (self->scrollbar), whole ? 0.0 : 1.0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->scrollbar), !whole);
}

static void
follow_player (BbTransport *self)
{
  self->player_signals = g_signal_group_new (BB_TYPE_PLAYER);
  g_signal_group_connect_swapped (self->player_signals, "notify::position",
                                  G_CALLBACK (position_cb), self);
  self->player_bindings = g_binding_group_new ();
  g_binding_group_bind_full (self->player_bindings, "playing", self->play_button, "icon-name",
                             G_BINDING_SYNC_CREATE, get_play_icon, NULL, NULL, NULL);
  g_binding_group_bind_full (self->player_bindings, "playing", self->play_button, "tooltip-text",
                             G_BINDING_SYNC_CREATE, get_play_tooltip, NULL, NULL, NULL);
  g_signal_group_connect_swapped (self->player_signals, "notify::muted", G_CALLBACK (volume_cb),
                                  self);
  g_signal_group_connect_swapped (self->player_signals, "notify::volume", G_CALLBACK (volume_cb),
                                  self);
}

static void
bb_transport_init (BbTransport *self)
{
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  gtk_widget_init_template (GTK_WIDGET (self));
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (recipe_cb),
                                  self);
  follow_player (self);
  keep_left_to_right (self->times);
  keep_left_to_right (self->buttons);
  keep_left_to_right (GTK_WIDGET (self->scrollbar));
  g_signal_connect (scroll, "scroll", G_CALLBACK (volume_scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->volume_button), scroll);
  g_signal_connect_object (self->timeline, "pictures-wanted", G_CALLBACK (want_thumbnails), self,
                           G_CONNECT_SWAPPED);
  gtk_scrollbar_set_adjustment (self->scrollbar, bb_timeline_get_view (self->timeline));
  g_signal_connect_object (bb_timeline_get_view (self->timeline), "changed", G_CALLBACK (view_cb),
                           self, G_CONNECT_SWAPPED);
  view_cb (self);
}

/**
 * bb_transport_set_editor:
 * @self: a transport
 * @editor: (nullable): what holds the trim
 */
void
bb_transport_set_editor (BbTransport *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_TRANSPORT (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  bb_trim_popover_set_editor (self->trim_popover, editor);
}

/**
 * bb_transport_set_player:
 * @self: a transport
 * @player: (nullable): what plays
 */
void
bb_transport_set_player (BbTransport *self, BbPlayer *player)
{
  g_return_if_fail (BB_IS_TRANSPORT (self));

  g_set_object (&self->player, player);
  g_signal_group_set_target (self->player_signals, player);
  g_binding_group_set_source (self->player_bindings, player);
  if (player != NULL)
    volume_cb (self);
}

/**
 * bb_transport_set_clip:
 * @self: a transport
 * @source: what is known of the clip that the player has
 *
 * Shows another clip.
 */
void
bb_transport_set_clip (BbTransport *self, const BbPlayerSource *source)
{
  g_autofree char *length = NULL;
  g_autofree char *text = NULL;
  guint n_chars;

  g_return_if_fail (BB_IS_TRANSPORT (self));

  length = bb_time_format (source->duration, TRUE);
  /* As wide as the longest time that it will have: it is not laid out anew while it counts. */
  n_chars = (guint) strlen (length);
  gtk_inscription_set_min_chars (self->time_text, n_chars);
  gtk_inscription_set_nat_chars (self->time_text, n_chars);
  text = g_strdup_printf (" / %s", length);
  gtk_label_set_label (self->length_label, text);
  bb_timeline_set_clip (self->timeline, source->duration, source->frame_duration,
                        (double) source->width / source->height, source->has_audio);
  want_scan (self);
  bb_trim_popover_set_clip (self->trim_popover, source->duration, &source->grid);
  gtk_widget_set_visible (GTK_WIDGET (self->volume_button), source->has_audio);
  if (self->editor != NULL)
    recipe_cb (self);
  if (self->player != NULL)
    position_cb (self);
}

/**
 * bb_transport_edit_trim:
 * @self: a transport
 *
 * Opens the fields where the trim is typed.
 */
void
bb_transport_edit_trim (BbTransport *self)
{
  g_return_if_fail (BB_IS_TRANSPORT (self));

  gtk_menu_button_popup (self->times_button);
}

/**
 * bb_transport_get_timeline:
 * @self: a transport
 *
 * Returns: (transfer none): its timeline
 */
BbTimeline *
bb_transport_get_timeline (BbTransport *self)
{
  g_return_val_if_fail (BB_IS_TRANSPORT (self), NULL);

  return self->timeline;
}

/**
 * bb_transport_set_speed_text:
 * @self: a transport
 * @text: (nullable): how fast it plays, where that is not as fast as the clip
 */
void
bb_transport_set_speed_text (BbTransport *self, const char *text)
{
  g_return_if_fail (BB_IS_TRANSPORT (self));

  gtk_label_set_label (self->speed_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->speed_label), text != NULL);
}

/**
 * bb_transport_go_to_cut:
 * @self: a transport with a clip
 * @direction: 1 for the next shot, -1 for the beginning of this one or the one before
 *
 * Goes to where a shot begins, as far as cuts are known yet; where they were not looked for, that begins.
 *
 * Returns: %FALSE where there is none
 */
gboolean
bb_transport_go_to_cut (BbTransport *self, int direction)
{
  gint64 position, cut;

  g_return_val_if_fail (BB_IS_TRANSPORT (self), FALSE);

  if ((self->scanned & BB_CLIP_SCAN_CUTS) == 0)
    scan (self, BB_CLIP_SCAN_CUTS);
  position = bb_player_get_position (self->player);
  cut = bb_timeline_find_cut (self->timeline, position, direction);
  if (cut < 0 && direction < 0 && position > 0)
    cut = 0;
  if (cut < 0)
    return FALSE;
  bb_player_seek (self->player, cut);
  return TRUE;
}

/**
 * bb_transport_is_scanning:
 * @self: a transport
 *
 * Returns: whether more cuts may be found
 */
gboolean
bb_transport_is_scanning (BbTransport *self)
{
  g_return_val_if_fail (BB_IS_TRANSPORT (self), FALSE);

  return self->n_scans > 0;
}
