/* bb-timeline.c: timeline with playhead and trim
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-timeline.h"

#include "bb-handle.h"
#include "bb-time.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define STRIP_HEIGHT 48
#define STRIP_RADIUS 8
/* Room above and below the strip for the playhead to stick out. */
#define OVERHANG 5
#define TRIM_WIDTH 14
#define PLAYHEAD_WIDTH 12
#define MAX_THUMBNAILS 64

/**
 * BbTimeline:
 *
 * Pictures of the clip from left to right, the playhead on them, and a frame around what is kept.
 *
 * Signals: `scrub` (time) asks for another position, `trim` (start, end) for another trim, with end
 * -1 for the end of the clip; `drag-begin` and `drag-end` enclose what one drag asks for.
 */
struct _BbTimeline {
  GtkWidget parent_instance;

  gint64 duration;
  gint64 frame_duration;
  gint64 position;
  gint64 start;
  gint64 end; /* the clip's where nothing is cut off there */
  double aspect;
  int width;

  GtkWidget *playhead;
  GtkWidget *trim_start;
  GtkWidget *trim_end;
  GPtrArray *thumbnails; /* of GdkTexture or NULL */

  GtkWidget *dragged;
  double drag_shift; /* from the pointer to what it holds */
};

enum { PROP_0, PROP_N_THUMBNAILS, N_PROPS };
enum { SCRUB, TRIM, DRAG_BEGIN, DRAG_END, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbTimeline, bb_timeline, GTK_TYPE_WIDGET)

static double
time_to_x (BbTimeline *self, gint64 time)
{
  double length = MAX (self->width - 2 * TRIM_WIDTH, 1);

  if (self->duration <= 0)
    return TRIM_WIDTH;
  return TRIM_WIDTH + length * (double) CLAMP (time, 0, self->duration) / (double) self->duration;
}

static gint64
x_to_time (BbTimeline *self, double x)
{
  double length = MAX (self->width - 2 * TRIM_WIDTH, 1);

  return llrint (CLAMP ((x - TRIM_WIDTH) / length, 0.0, 1.0) * (double) self->duration);
}

/* What a trim leaves at least. */
static gint64
get_least (BbTimeline *self)
{
  return MIN (MAX (self->frame_duration, 1), MAX (self->duration, 1));
}

static void
set_handle (GtkWidget *handle, gint64 lower, gint64 upper, gint64 value, gint64 step)
{
  g_autofree char *text = bb_time_format_spoken (value);

  bb_handle_set_range (BB_HANDLE (handle), (double) lower, (double) upper, (double) step, 1e9);
  bb_handle_set_value (BB_HANDLE (handle), (double) value, text);
}

static void
update_handles (BbTimeline *self)
{
  gint64 step = self->frame_duration > 0 ? self->frame_duration : 40000000;

  set_handle (self->playhead, 0, self->duration, self->position, step);
  set_handle (self->trim_start, 0, MAX (0, self->end - get_least (self)), self->start, step);
  set_handle (self->trim_end, self->start + get_least (self), self->duration, self->end, step);
}

static void
ask_for_trim (BbTimeline *self, GtkWidget *handle, gint64 time)
{
  gint64 start = self->start;
  gint64 end = self->end;

  if (handle == self->trim_start)
    start = CLAMP (time, 0, MAX (0, end - get_least (self)));
  else
    end = CLAMP (time, MIN (start + get_least (self), self->duration), self->duration);
  g_signal_emit (self, signals[TRIM], 0, start, end >= self->duration ? (gint64) -1 : end);
  /* What begins or ends there is what one wants to see. */
  g_signal_emit (self, signals[SCRUB], 0,
                 handle == self->trim_start ? start : MAX (start, end - get_least (self)));
}

static void
handle_moved_cb (BbTimeline *self, double value, GtkWidget *handle)
{
  if (handle == self->playhead)
    g_signal_emit (self, signals[SCRUB], 0, (gint64) value);
  else
    ask_for_trim (self, handle, (gint64) value);
}

static GtkWidget *
pick_handle (BbTimeline *self, double x)
{
  double start = time_to_x (self, self->start);
  double end = time_to_x (self, self->end);
  double position = time_to_x (self, self->position);

  if (fabs (x - position) <= PLAYHEAD_WIDTH / 2.0 && x >= start && x <= end)
    return self->playhead;
  if (x <= start && x >= start - TRIM_WIDTH)
    return self->trim_start;
  if (x >= end && x <= end + TRIM_WIDTH)
    return self->trim_end;
  return NULL;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, gpointer user_data)
{
  BbTimeline *self = BB_TIMELINE (user_data);

  if (self->duration <= 0)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->dragged = pick_handle (self, x);
  if (self->dragged == self->trim_start)
    self->drag_shift = time_to_x (self, self->start) - x;
  else if (self->dragged == self->trim_end)
    self->drag_shift = time_to_x (self, self->end) - x;
  else
    {
      self->dragged = self->playhead;
      self->drag_shift = 0.0;
    }
  gtk_widget_grab_focus (self->dragged);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  g_signal_emit (self, signals[DRAG_BEGIN], 0);
  if (self->dragged == self->playhead)
    g_signal_emit (self, signals[SCRUB], 0, x_to_time (self, x));
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, gpointer user_data)
{
  BbTimeline *self = BB_TIMELINE (user_data);
  double x, y;

  if (self->dragged == NULL)
    return;
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  x += offset_x + self->drag_shift;
  if (self->dragged == self->playhead)
    g_signal_emit (self, signals[SCRUB], 0, x_to_time (self, x));
  else if (offset_x != 0.0)
    ask_for_trim (self, self->dragged, x_to_time (self, x));
}

static void
drag_end_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  BbTimeline *self = BB_TIMELINE (user_data);

  if (self->dragged == NULL)
    return;
  self->dragged = NULL;
  g_signal_emit (self, signals[DRAG_END], 0);
}

static void
bb_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 120;
      *natural = 600;
    }
  else
    *minimum = *natural = STRIP_HEIGHT + 2 * OVERHANG;
}

static void
place (GtkWidget *handle, double x, int width, int y, int height)
{
  gtk_widget_size_allocate (handle, &(GtkAllocation) { (int) lrint (x), y, width, height }, -1);
}

static void
unref_thumbnail (gpointer texture)
{
  if (texture != NULL)
    g_object_unref (texture);
}

static void
update_n_thumbnails (BbTimeline *self)
{
  double length = MAX (self->width - 2 * TRIM_WIDTH, 1);
  double width = MAX (STRIP_HEIGHT * self->aspect, 16.0);
  guint n = self->duration <= 0 ? 0 : (guint) CLAMP (ceil (length / width), 1, MAX_THUMBNAILS);
  GPtrArray *old;

  if (n == self->thumbnails->len)
    return;
  /* Until there are pictures for the new places, those of the old ones stand in. */
  old = self->thumbnails;
  self->thumbnails = g_ptr_array_new_with_free_func (unref_thumbnail);
  for (guint i = 0; i < n; i++)
    {
      GdkTexture *texture = old->len > 0 ? old->pdata[(2 * i + 1) * old->len / (2 * n)] : NULL;

      g_ptr_array_add (self->thumbnails, texture != NULL ? g_object_ref (texture) : NULL);
    }
  g_ptr_array_unref (old);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_THUMBNAILS]);
}

static void
place_playhead (BbTimeline *self, int height)
{
  place (self->playhead, time_to_x (self, self->position) - PLAYHEAD_WIDTH / 2.0, PLAYHEAD_WIDTH, 0,
         height);
}

static void
bb_timeline_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BbTimeline *self = BB_TIMELINE (widget);

  if (width != self->width)
    {
      self->width = width;
      update_n_thumbnails (self);
    }
  place (self->trim_start, time_to_x (self, self->start) - TRIM_WIDTH, TRIM_WIDTH, OVERHANG,
         STRIP_HEIGHT);
  place (self->trim_end, time_to_x (self, self->end), TRIM_WIDTH, OVERHANG, STRIP_HEIGHT);
  place_playhead (self, height);
}

/* The pictures, each in the middle of its share of the strip and cut to it. */
static void
snapshot_thumbnails (BbTimeline *self, GtkSnapshot *snapshot, const graphene_rect_t *strip)
{
  guint n = self->thumbnails->len;

  for (guint i = 0; i < n; i++)
    {
      GdkTexture *texture = self->thumbnails->pdata[i];
      float share = strip->size.width / (float) n;
      graphene_rect_t cell = GRAPHENE_RECT_INIT (strip->origin.x + share * (float) i,
                                                 strip->origin.y, share, strip->size.height);
      float aspect, width, height;

      if (texture == NULL)
        continue;
      aspect = (float) gdk_texture_get_width (texture) / (float) gdk_texture_get_height (texture);
      width = MAX (cell.size.width, cell.size.height * aspect);
      height = width / aspect;
      gtk_snapshot_push_clip (snapshot, &cell);
      gtk_snapshot_append_texture (
        snapshot, texture,
        &GRAPHENE_RECT_INIT (cell.origin.x + (share - width) / 2,
                             cell.origin.y + (cell.size.height - height) / 2, width, height));
      gtk_snapshot_pop (snapshot);
    }
}

static void
bb_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BbTimeline *self = BB_TIMELINE (widget);
  float start = (float) lrint (time_to_x (self, self->start));
  float end = (float) lrint (time_to_x (self, self->end));
  graphene_rect_t strip = GRAPHENE_RECT_INIT (
    TRIM_WIDTH, OVERHANG, (float) MAX (self->width - 2 * TRIM_WIDTH, 1), STRIP_HEIGHT);
  const GdkRGBA veil = { 0, 0, 0, 0.6f };
  GdkRGBA color, ground;
  AdwStyleManager *manager = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (manager);
  GskRoundedRect round;

  gtk_widget_get_color (widget, &color);
  ground = color;
  ground.alpha *= 0.12f;

  gsk_rounded_rect_init_from_rect (&round, &strip, STRIP_RADIUS / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &round);
  gtk_snapshot_append_color (snapshot, &ground, &strip);
  snapshot_thumbnails (self, snapshot, &strip);
  /* What is cut off lies under a veil. */
  if (start > strip.origin.x)
    gtk_snapshot_append_color (
      snapshot, &veil,
      &GRAPHENE_RECT_INIT (strip.origin.x, strip.origin.y, start - strip.origin.x, STRIP_HEIGHT));
  if (end < strip.origin.x + strip.size.width)
    gtk_snapshot_append_color (snapshot, &veil,
                               &GRAPHENE_RECT_INIT (end, strip.origin.y,
                                                    strip.origin.x + strip.size.width - end,
                                                    STRIP_HEIGHT));
  gtk_snapshot_pop (snapshot);

  /* The upper and lower side of the frame; its ends are the handles. */
  for (int i = 0; i < 2; i++)
    gtk_snapshot_append_color (snapshot, accent,
                               &GRAPHENE_RECT_INIT (start - 1,
                                                    OVERHANG + (i == 0 ? 0 : STRIP_HEIGHT - 3),
                                                    MAX (end - start, 0) + 2, 3));

  gtk_widget_snapshot_child (widget, self->trim_start, snapshot);
  gtk_widget_snapshot_child (widget, self->trim_end, snapshot);
  gtk_widget_snapshot_child (widget, self->playhead, snapshot);
}

static void
bb_timeline_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_N_THUMBNAILS:
      g_value_set_int (value, bb_timeline_get_n_thumbnails (BB_TIMELINE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_timeline_dispose (GObject *object)
{
  BbTimeline *self = BB_TIMELINE (object);

  g_clear_pointer (&self->playhead, gtk_widget_unparent);
  g_clear_pointer (&self->trim_start, gtk_widget_unparent);
  g_clear_pointer (&self->trim_end, gtk_widget_unparent);
  g_clear_pointer (&self->thumbnails, g_ptr_array_unref);

  G_OBJECT_CLASS (bb_timeline_parent_class)->dispose (object);
}

static void
bb_timeline_class_init (BbTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = bb_timeline_get_property;
  object_class->dispose = bb_timeline_dispose;
  widget_class->measure = bb_timeline_measure;
  widget_class->size_allocate = bb_timeline_size_allocate;
  widget_class->snapshot = bb_timeline_snapshot;

  props[PROP_N_THUMBNAILS] = g_param_spec_int ("n-thumbnails", NULL, NULL, 0, MAX_THUMBNAILS, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SCRUB] = g_signal_new ("scrub", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_INT64);
  signals[TRIM] = g_signal_new ("trim", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_INT64, G_TYPE_INT64);
  signals[DRAG_BEGIN] =
    g_signal_new ("drag-begin", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DRAG_END] =
    g_signal_new ("drag-end", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
add_handle (BbTimeline *self, const char *label, const char *css_class)
{
  GtkWidget *handle = bb_handle_new (label, css_class);

  gtk_widget_set_parent (handle, GTK_WIDGET (self));
  g_signal_connect_swapped (handle, "moved", G_CALLBACK (handle_moved_cb), self);
  return handle;
}

static void
bb_timeline_init (BbTimeline *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->aspect = 16.0 / 9.0;
  self->thumbnails = g_ptr_array_new_with_free_func (unref_thumbnail);
  self->playhead = add_handle (self, _ ("Playhead"), "playhead");
  self->trim_start = add_handle (self, _ ("Start of the Trim"), "trim-start");
  self->trim_end = add_handle (self, _ ("End of the Trim"), "trim-end");

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Timeline"), -1);
}

static void
clear_thumbnails (BbTimeline *self)
{
  for (guint i = 0; i < self->thumbnails->len; i++)
    g_clear_object ((GdkTexture **) &self->thumbnails->pdata[i]);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_timeline_set_clip:
 * @self: a timeline
 * @duration: length of the clip in nanoseconds; 0 where there is none
 * @frame_duration: nanoseconds a frame; 0 where unknown
 * @aspect: width of its pictures over their height
 *
 * Shows another clip, without pictures yet and not trimmed.
 */
void
bb_timeline_set_clip (BbTimeline *self, gint64 duration, gint64 frame_duration, double aspect)
{
  g_return_if_fail (BB_IS_TIMELINE (self) && duration >= 0 && aspect > 0.0);

  self->duration = duration;
  self->frame_duration = frame_duration;
  self->aspect = aspect;
  self->position = 0;
  self->start = 0;
  self->end = duration;
  clear_thumbnails (self);
  update_n_thumbnails (self);
  update_handles (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_timeline_set_position:
 * @self: a timeline
 * @position: nanoseconds from the beginning of the clip
 */
void
bb_timeline_set_position (BbTimeline *self, gint64 position)
{
  g_return_if_fail (BB_IS_TIMELINE (self));

  position = CLAMP (position, 0, self->duration);
  if (position == self->position)
    return;
  self->position = position;
  update_handles (self);
  /* This comes with each picture. Asking to be laid out would lay out the whole window, and there are
   * screens that have to be asked for their size then. */
  if (self->width > 0)
    place_playhead (self, gtk_widget_get_height (GTK_WIDGET (self)));
}

/**
 * bb_timeline_set_trim:
 * @self: a timeline
 * @start: nanoseconds from the beginning of the clip
 * @end: the same; -1 is its end
 */
void
bb_timeline_set_trim (BbTimeline *self, gint64 start, gint64 end)
{
  g_return_if_fail (BB_IS_TIMELINE (self));

  start = CLAMP (start, 0, self->duration);
  end = end < 0 ? self->duration : CLAMP (end, start, self->duration);
  if (start == self->start && end == self->end)
    return;
  self->start = start;
  self->end = end;
  update_handles (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_timeline_get_n_thumbnails:
 * @self: a timeline
 *
 * Returns: how many pictures there is room for. Picture i is to show the middle of the i-th of so
 *   many equal parts of the clip.
 */
int
bb_timeline_get_n_thumbnails (BbTimeline *self)
{
  g_return_val_if_fail (BB_IS_TIMELINE (self), 0);

  return (int) self->thumbnails->len;
}

/**
 * bb_timeline_set_thumbnail:
 * @self: a timeline
 * @index: number of the picture, below bb_timeline_get_n_thumbnails()
 * @texture: the picture
 */
void
bb_timeline_set_thumbnail (BbTimeline *self, int index, GdkTexture *texture)
{
  g_return_if_fail (BB_IS_TIMELINE (self) && GDK_IS_TEXTURE (texture));
  g_return_if_fail (index >= 0 && (guint) index < self->thumbnails->len);

  g_set_object ((GdkTexture **) &self->thumbnails->pdata[index], texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
