/* bb-timeline.c: timeline with playhead and trim
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-timeline.h"

#include "bb-cut-marks.h"
#include "bb-filmstrip.h"
#include "bb-handle.h"
#include "bb-time.h"
#include "bb-time-range.h"
#include "bb-waveform.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define PICTURE_HEIGHT 48
/* Of the sound below them. */
#define WAVE_HEIGHT 22
#define STRIP_RADIUS 8
/* Room above and below the strip for the playhead to stick out. */
#define OVERHANG 5
#define TRIM_WIDTH 14
#define PLAYHEAD_WIDTH 12
/* What is shown at least, in frames. */
#define LEAST_FRAMES 8
/* What a notch of the wheel does: how many times as large, and how much of what is shown. */
#define ZOOM_STEP 1.25
#define PAN_STEP 0.1
/* Frames are told apart by lines from so many pixels on. */
#define LEAST_FRAME_WIDTH 12

/**
 * BbTimeline:
 *
 * Pictures of the clip from left to right, how loud it is below them, marks where it is cut, the playhead
 * on them, and a frame around what is kept. Shows
 * all of the clip or a part: Ctrl and the wheel, or two fingers, zoom where the pointer is, the wheel alone
 * scrolls.
 *
 * Signals: `scrub` (time) asks for another position, `trim` (start, end) for another trim, with end
 * -1 for the end of the clip; `drag-begin` and `drag-end` enclose what one drag asks for;
 * `pictures-wanted` tells that bb_timeline_get_missing() has more.
 */
struct _BbTimeline {
  GtkWidget parent_instance;

  gint64 duration;
  gint64 frame_duration;
  gint64 position;
  gint64 start;
  gint64 end; /* the clip's where nothing is cut off there */
  BbTimeRange range;
  BbFilmstrip *filmstrip;
  BbWaveform *waveform;
  gboolean has_sound;
  BbCutMarks *cuts;
  GtkAdjustment *view; /* the range, for a scrollbar */
  int width;

  GtkWidget *playhead;
  GtkWidget *trim_start;
  GtkWidget *trim_end;

  GtkWidget *dragged;
  double drag_shift; /* from the pointer to what it holds */
  double pointer;    /* where the pointer is; negative: nowhere */
  double pinch;      /* what two fingers have zoomed so far */
};

enum { SCRUB, TRIM, DRAG_BEGIN, DRAG_END, PICTURES_WANTED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbTimeline, bb_timeline, GTK_TYPE_WIDGET)

static int
get_strip_height (BbTimeline *self)
{
  return PICTURE_HEIGHT + (self->has_sound ? WAVE_HEIGHT : 0);
}

static double
get_length (BbTimeline *self)
{
  return MAX (self->width - 2 * TRIM_WIDTH, 1);
}

static double
time_to_x (BbTimeline *self, gint64 time)
{
  return TRIM_WIDTH + get_length (self) *
                        bb_time_range_get_place (&self->range, CLAMP (time, 0, self->duration));
}

static gint64
x_to_time (BbTimeline *self, double x)
{
  return bb_time_range_get_time (&self->range, (x - TRIM_WIDTH) / get_length (self));
}

/* What is in view has changed. */
static void
show_range (BbTimeline *self)
{
  gboolean whole = bb_time_range_is_whole (&self->range);
  double span = (double) self->range.span;

  gtk_adjustment_configure (self->view, (double) self->range.start, 0.0, (double) self->duration,
                            span * PAN_STEP, span * 0.9, span);
  /* What is out of view is cut off; the lines around what has the focus stand out of the widget. */
  gtk_widget_set_overflow (GTK_WIDGET (self), whole ? GTK_OVERFLOW_VISIBLE : GTK_OVERFLOW_HIDDEN);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[PICTURES_WANTED], 0);
}

static void
reveal (BbTimeline *self, gint64 time)
{
  if (bb_time_range_reveal (&self->range, time))
    show_range (self);
}

static void
view_cb (GtkAdjustment *view, gpointer user_data)
{
  BbTimeline *self = BB_TIMELINE (user_data);

  if (bb_time_range_set_start (&self->range, (gint64) gtk_adjustment_get_value (view)))
    show_range (self);
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
  reveal (self, (gint64) value);
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
  if (offset_x != 0.0)
    reveal (self, x_to_time (self, x));
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
  BbTimeline *self = BB_TIMELINE (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 120;
      *natural = 600;
    }
  else
    *minimum = *natural = get_strip_height (self) + 2 * OVERHANG;
}

static void
place (GtkWidget *handle, double x, int width, int y, int height)
{
  gtk_widget_size_allocate (handle, &(GtkAllocation) { (int) lrint (x), y, width, height }, -1);
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
      g_signal_emit (self, signals[PICTURES_WANTED], 0);
    }
  place (self->trim_start, time_to_x (self, self->start) - TRIM_WIDTH, TRIM_WIDTH, OVERHANG,
         get_strip_height (self));
  place (self->trim_end, time_to_x (self, self->end), TRIM_WIDTH, OVERHANG,
         get_strip_height (self));
  place_playhead (self, height);
}

/* Lines between frames, where there is room for them. */
static void
snapshot_frames (BbTimeline *self, GtkSnapshot *snapshot, const graphene_rect_t *strip)
{
  const GdkRGBA line = { 1, 1, 1, 0.25f };
  double width;

  if (self->frame_duration <= 0 || self->range.span <= 0)
    return;
  width = strip->size.width * (double) self->frame_duration / (double) self->range.span;
  if (width < LEAST_FRAME_WIDTH)
    return;
  for (gint64 n = self->range.start / self->frame_duration;
       n * self->frame_duration < self->range.start + self->range.span; n++)
    gtk_snapshot_append_color (
      snapshot, &line,
      &GRAPHENE_RECT_INIT ((float) lrint (time_to_x (self, n * self->frame_duration)),
                           strip->origin.y, 1, strip->size.height));
}

/* Pictures and sound. */
static void
snapshot_clip (BbTimeline *self, GtkSnapshot *snapshot, const graphene_rect_t *strip)
{
  graphene_rect_t pictures = *strip;
  graphene_rect_t wave = *strip;
  GdkRGBA color, ground;

  gtk_widget_get_color (GTK_WIDGET (self), &color);
  ground = color;
  ground.alpha *= 0.12f;
  color.alpha *= 0.6f;
  pictures.size.height = PICTURE_HEIGHT;
  wave.origin.y += PICTURE_HEIGHT;
  wave.size.height -= PICTURE_HEIGHT;
  gtk_snapshot_append_color (snapshot, &ground, strip);
  bb_filmstrip_snapshot (self->filmstrip, &self->range, snapshot, &pictures);
  if (self->has_sound)
    bb_waveform_snapshot (self->waveform, &self->range, snapshot, &wave, &color,
                          gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  snapshot_frames (self, snapshot, strip);
  bb_cut_marks_snapshot (self->cuts, &self->range, snapshot, strip);
}

static void
bb_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BbTimeline *self = BB_TIMELINE (widget);
  int height = get_strip_height (self);
  /* As far as they are in view. */
  float start =
    (float) lrint (CLAMP (time_to_x (self, self->start), TRIM_WIDTH, self->width - TRIM_WIDTH));
  float end =
    (float) lrint (CLAMP (time_to_x (self, self->end), TRIM_WIDTH, self->width - TRIM_WIDTH));
  graphene_rect_t strip = GRAPHENE_RECT_INIT (
    TRIM_WIDTH, OVERHANG, (float) MAX (self->width - 2 * TRIM_WIDTH, 1), (float) height);
  const GdkRGBA veil = { 0, 0, 0, 0.6f };
  AdwStyleManager *manager = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (manager);
  GskRoundedRect round;

  gsk_rounded_rect_init_from_rect (&round, &strip, STRIP_RADIUS / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &round);
  snapshot_clip (self, snapshot, &strip);
  /* What is cut off lies under a veil. */
  if (start > strip.origin.x)
    gtk_snapshot_append_color (
      snapshot, &veil,
      &GRAPHENE_RECT_INIT (strip.origin.x, strip.origin.y, start - strip.origin.x, (float) height));
  if (end < strip.origin.x + strip.size.width)
    gtk_snapshot_append_color (snapshot, &veil,
                               &GRAPHENE_RECT_INIT (end, strip.origin.y,
                                                    strip.origin.x + strip.size.width - end,
                                                    (float) height));
  gtk_snapshot_pop (snapshot);

  /* The upper and lower side of the frame; its ends are the handles. */
  for (int i = 0; i < 2; i++)
    gtk_snapshot_append_color (snapshot, accent,
                               &GRAPHENE_RECT_INIT (start - 1,
                                                    (float) (OVERHANG + (i == 0 ? 0 : height - 3)),
                                                    MAX (end - start, 0) + 2, 3));

  gtk_widget_snapshot_child (widget, self->trim_start, snapshot);
  gtk_widget_snapshot_child (widget, self->trim_end, snapshot);
  gtk_widget_snapshot_child (widget, self->playhead, snapshot);
}

/* What has the focus is in view. */
static void
bb_timeline_set_focus_child (GtkWidget *widget, GtkWidget *child)
{
  BbTimeline *self = BB_TIMELINE (widget);

  GTK_WIDGET_CLASS (bb_timeline_parent_class)->set_focus_child (widget, child);
  if (child == NULL || self->dragged != NULL)
    return;
  if (child == self->trim_start)
    reveal (self, self->start);
  else if (child == self->trim_end)
    reveal (self, self->end);
  else
    reveal (self, self->position);
}

static void
bb_timeline_dispose (GObject *object)
{
  BbTimeline *self = BB_TIMELINE (object);

  g_clear_pointer (&self->playhead, gtk_widget_unparent);
  g_clear_pointer (&self->trim_start, gtk_widget_unparent);
  g_clear_pointer (&self->trim_end, gtk_widget_unparent);
  g_clear_pointer (&self->filmstrip, bb_filmstrip_free);
  g_clear_pointer (&self->waveform, bb_waveform_free);
  g_clear_pointer (&self->cuts, bb_cut_marks_free);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (bb_timeline_parent_class)->dispose (object);
}

static void
bb_timeline_class_init (BbTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = bb_timeline_dispose;
  widget_class->measure = bb_timeline_measure;
  widget_class->size_allocate = bb_timeline_size_allocate;
  widget_class->snapshot = bb_timeline_snapshot;
  widget_class->set_focus_child = bb_timeline_set_focus_child;

  signals[SCRUB] = g_signal_new ("scrub", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_INT64);
  signals[TRIM] = g_signal_new ("trim", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_INT64, G_TYPE_INT64);
  signals[DRAG_BEGIN] =
    g_signal_new ("drag-begin", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DRAG_END] =
    g_signal_new ("drag-end", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PICTURES_WANTED] =
    g_signal_new ("pictures-wanted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
zoom (BbTimeline *self, double factor, double x)
{
  /* What is at the pointer stays there. */
  if (self->duration > 0 && bb_time_range_zoom (&self->range, factor, x_to_time (self, x)))
    show_range (self);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, gpointer user_data)
{
  BbTimeline *self = BB_TIMELINE (user_data);
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double step = (double) self->range.span * PAN_STEP;

  /* Touchpads tell pixels. */
  if (gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_SURFACE)
    {
      step = (double) self->range.span / get_length (self);
      dy /= (state & GDK_CONTROL_MASK) != 0 ? 20.0 : 1.0;
    }
  if ((state & GDK_CONTROL_MASK) != 0)
    {
      zoom (self, pow (ZOOM_STEP, -dy), self->pointer >= 0.0 ? self->pointer : self->width / 2.0);
      return GDK_EVENT_STOP;
    }
  if (bb_time_range_is_whole (&self->range))
    return GDK_EVENT_PROPAGATE;
  if (bb_time_range_set_start (&self->range, self->range.start +
                                               (gint64) ((fabs (dx) > fabs (dy) ? dx : dy) * step)))
    show_range (self);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  BB_TIMELINE (user_data)->pinch = 1.0;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, gpointer user_data)
{
  BbTimeline *self = BB_TIMELINE (user_data);
  double x, y;

  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    x = self->width / 2.0;
  zoom (self, scale / self->pinch, x);
  self->pinch = scale;
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, gpointer user_data)
{
  BB_TIMELINE (user_data)->pointer = x;
}

static void
leave_cb (GtkEventControllerMotion *controller, gpointer user_data)
{
  BB_TIMELINE (user_data)->pointer = -1.0;
}

static void
add_zooming (BbTimeline *self)
{
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
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

  self->filmstrip = bb_filmstrip_new ();
  self->waveform = bb_waveform_new ();
  self->cuts = bb_cut_marks_new ();
  self->pointer = -1.0;
  self->view = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  g_signal_connect (self->view, "value-changed", G_CALLBACK (view_cb), self);
  self->playhead = add_handle (self, _ ("Playhead"), "playhead");
  self->trim_start = add_handle (self, _ ("Start of the Trim"), "trim-start");
  self->trim_end = add_handle (self, _ ("End of the Trim"), "trim-end");

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  add_zooming (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Timeline"), -1);
}

/**
 * bb_timeline_set_clip:
 * @self: a timeline
 * @duration: length of the clip in nanoseconds; 0 where there is none
 * @frame_duration: nanoseconds a frame; 0 where unknown
 * @aspect: width of its pictures over their height
 * @has_sound: whether there is room for its sound
 *
 * Shows another clip, without pictures yet and not trimmed.
 */
void
bb_timeline_set_clip (BbTimeline *self, gint64 duration, gint64 frame_duration, double aspect,
                      gboolean has_sound)
{
  g_return_if_fail (BB_IS_TIMELINE (self) && duration >= 0 && aspect > 0.0);

  self->duration = duration;
  self->frame_duration = frame_duration;
  self->position = 0;
  self->start = 0;
  self->end = duration;
  bb_time_range_init (&self->range, duration,
                      LEAST_FRAMES * (frame_duration > 0 ? frame_duration : 40000000));
  bb_filmstrip_set_clip (self->filmstrip, frame_duration, aspect);
  bb_waveform_clear (self->waveform);
  bb_cut_marks_clear (self->cuts);
  gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
  if (has_sound != self->has_sound)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  self->has_sound = has_sound;
  update_handles (self);
  show_range (self);
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
  if (self->dragged == NULL)
    reveal (self, position);
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
 * bb_timeline_get_missing:
 * @self: a timeline
 * @n: (out): how many
 *
 * Returns: (transfer full) (array length=n): instants of the pictures in view that are not there yet, for
 *   bb_timeline_add_picture()
 */
gint64 *
bb_timeline_get_missing (BbTimeline *self, guint *n)
{
  g_return_val_if_fail (BB_IS_TIMELINE (self), NULL);

  if (self->width == 0)
    {
      *n = 0;
      return NULL;
    }
  return bb_filmstrip_get_missing (self->filmstrip, &self->range, get_length (self), PICTURE_HEIGHT,
                                   n);
}

/**
 * bb_timeline_add_picture:
 * @self: a timeline
 * @time: its instant
 * @texture: the picture
 */
void
bb_timeline_add_picture (BbTimeline *self, gint64 time, GdkTexture *texture)
{
  g_return_if_fail (BB_IS_TIMELINE (self) && GDK_IS_TEXTURE (texture));

  bb_filmstrip_add (self->filmstrip, &self->range, time, texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_timeline_zoom:
 * @self: a timeline
 * @steps: how much larger everything becomes, in steps; 0 shows all of the clip
 *
 * Zooms where the playhead is, if that is in view.
 */
void
bb_timeline_zoom (BbTimeline *self, int steps)
{
  double x;

  g_return_if_fail (BB_IS_TIMELINE (self));

  x = time_to_x (self, self->position);
  zoom (self, steps == 0 ? 1e-12 : pow (ZOOM_STEP, 2.0 * steps),
        x >= 0.0 && x <= self->width ? x : self->width / 2.0);
}

/**
 * bb_timeline_get_range:
 * @self: a timeline
 *
 * Returns: what is in view
 */
const BbTimeRange *
bb_timeline_get_range (BbTimeline *self)
{
  g_return_val_if_fail (BB_IS_TIMELINE (self), NULL);

  return &self->range;
}

/**
 * bb_timeline_get_view:
 * @self: a timeline
 *
 * Returns: (transfer none): what is in view, for a scrollbar: nanoseconds
 */
GtkAdjustment *
bb_timeline_get_view (BbTimeline *self)
{
  g_return_val_if_fail (BB_IS_TIMELINE (self), NULL);

  return self->view;
}

/**
 * bb_timeline_add_peaks:
 * @self: a timeline
 * @first: number of the first of more peaks of the clip's sound
 * @peaks: (array length=n): the peaks
 * @n: how many
 */
void
bb_timeline_add_peaks (BbTimeline *self, guint first, const BbPeak *peaks, guint n)
{
  g_return_if_fail (BB_IS_TIMELINE (self));

  bb_waveform_add (self->waveform, first, peaks, n);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_timeline_add_cut:
 * @self: a timeline
 * @time: where another shot begins, nanoseconds; later than those before
 */
void
bb_timeline_add_cut (BbTimeline *self, gint64 time)
{
  g_autofree char *text = NULL;

  g_return_if_fail (BB_IS_TIMELINE (self));

  bb_cut_marks_add (self->cuts, time);
  text = g_strdup_printf (ngettext ("%u cut", "%u cuts", bb_cut_marks_get_n (self->cuts)),
                          bb_cut_marks_get_n (self->cuts));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_timeline_find_cut:
 * @self: a timeline
 * @time: an instant
 * @direction: 1 for after it, -1 for before it
 *
 * Returns: where the nearest shot begins there, of those that are known; -1 where there is none
 */
gint64
bb_timeline_find_cut (BbTimeline *self, gint64 time, int direction)
{
  g_return_val_if_fail (BB_IS_TIMELINE (self), -1);

  return bb_cut_marks_find (self->cuts, time, direction);
}
