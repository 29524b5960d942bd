/* bb-framer.c: moving and scaling the picture on the canvas
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-framer.h"

#include "bb-announce.h"
#include "bb-snap.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

/* How near, in pixels of the widget, the picture snaps. */
#define SNAP 8.0
/* Half a handle, and how far from its middle a pointer still has it. */
#define HANDLE 5.0
#define REACH 14.0
/* A notch of a wheel, and a pixel that a touchpad scrolls. */
#define NOTCH 1.08
#define SCROLL_PIXEL 1.004
/* How near to "fit" and "fill" a pinch stops there. */
#define PINCH_SNAP 0.03
/* How much of the picture or the canvas stays to be seen, so that the picture is found again. */
#define IN_SIGHT 0.1

/**
 * BbFramer:
 *
 * What a canvas does with the pointer and with keys to have the picture elsewhere and in another size:
 * dragging moves it and snaps, corners and pinching scale it, so does the wheel, always at the pointer; a double
 * click changes between fit and fill. Control switches the snapping off.
 */
struct _BbFramer {
  GObject parent_instance;

  GtkWidget *widget; /* which owns this */
  BbEditor *editor;
  double source_width; /* of the upright source, square pixels */
  double source_height;
  graphene_rect_t area; /* of the canvas on the widget */
  gboolean enabled;
  gboolean scrolling; /* whether the wheel alone belongs to what is around the widget */

  GtkGesture *drag;
  gboolean inside; /* the pointer */
  double pointer_x;
  double pointer_y;

  gboolean held;
  gboolean moving;
  int corner_x; /* of the corner that is dragged, -1 or 1; 0 for none */
  int corner_y;
  BbPlacement start; /* when the gesture began */
  double snapped_x;  /* lines that are shown, NaN for none */
  double snapped_y;
};

G_DEFINE_FINAL_TYPE (BbFramer, bb_framer, G_TYPE_OBJECT)

gboolean
bb_framer_can_frame (BbFramer *self)
{
  return self->editor != NULL && self->source_width > 0.0 && self->enabled &&
         self->area.size.width > 0.0f;
}

/* Pixels of the widget a pixel of the canvas. */
static double
get_zoom (BbFramer *self)
{
  return self->area.size.width / bb_editor_get (self->editor)->width;
}

static void
get_placement (BbFramer *self, BbPlacement *placement)
{
  bb_framing_place (bb_editor_get (self->editor), self->source_width, self->source_height,
                    placement);
}

/* A place of the widget as one of the canvas, counted from its centre. */
static void
to_canvas (BbFramer *self, double x, double y, double *canvas_x, double *canvas_y)
{
  double zoom = get_zoom (self);

  *canvas_x = (x - self->area.origin.x - self->area.size.width / 2.0) / zoom;
  *canvas_y = (y - self->area.origin.y - self->area.size.height / 2.0) / zoom;
}

static double
stay_in_sight (double centre, double canvas, double size)
{
  double limit = (canvas + size) / 2.0 - IN_SIGHT * MIN (canvas, size);

  return CLAMP (centre, -limit, limit);
}

/* Puts the picture somewhere, with the size that it would have there. */
static void
put (BbFramer *self, double width, double x, double y)
{
  BbRecipeValues values = *bb_editor_get (self->editor);
  double shown_width, shown_height;
  double scale;

  bb_framing_get_shown (&values, self->source_width, self->source_height, &shown_width,
                        &shown_height);
  scale = width / shown_width;
  bb_framing_set (&values, self->source_width, self->source_height, scale,
                  stay_in_sight (x, values.width, width),
                  stay_in_sight (y, values.height, shown_height * scale));
  bb_editor_set (self->editor, &values, "framing", NULL);
}

/* Widths of the picture that fits in and of the one that fills, and the least and the greatest one. */
static void
get_widths (BbFramer *self, double *fit, double *fill, double *least, double *most)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);
  const BbRecipeField *field = bb_recipe_get_field ("zoom");
  const double canvas[2] = { values->width, values->height };
  double shown[2];

  bb_framing_get_shown (values, self->source_width, self->source_height, &shown[0], &shown[1]);
  *fit = shown[0] * bb_framing_get_scale (0.0, shown, canvas);
  *fill = shown[0] * bb_framing_get_scale (1.0, shown, canvas);
  *least = shown[0] * bb_framing_get_scale (field->minimum, shown, canvas);
  *most = shown[0] * bb_framing_get_scale (field->maximum, shown, canvas);
}

/* Scales what was placed at @from so that the point of it at @x, @y of the canvas stays there. */
static void
scale_at (BbFramer *self, const BbPlacement *from, double width, double x, double y)
{
  double fit, fill, least, most;
  double factor;

  get_widths (self, &fit, &fill, &least, &most);
  width = CLAMP (width, least, most);
  factor = width / from->width;
  put (self, width, x - (x - from->x) * factor, y - (y - from->y) * factor);
}

static void
announce (BbFramer *self)
{
  BbPlacement placement;
  g_autofree char *text = NULL;

  get_placement (self, &placement);
  if (fabs (placement.x) < 0.5 && fabs (placement.y) < 0.5)
    text = g_strdup (_ ("In the center"));
  else
    /* Translators: where the picture is, read aloud */
    text = g_strdup_printf (_ ("%.0f pixels right, %.0f pixels down"), placement.x, placement.y);
  bb_announce (self->widget, text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/**
 * bb_framer_nudge:
 * @self: a framer
 * @x: canvas pixels to the right
 * @y: canvas pixels down
 *
 * Moves the picture as a key does, and has it read aloud.
 */
void
bb_framer_nudge (BbFramer *self, int x, int y)
{
  BbPlacement placement;

  if (!bb_framer_can_frame (self))
    return;
  get_placement (self, &placement);
  /* From wherever it was to whole pixels. */
  put (self, placement.width, rint (placement.x) + x, rint (placement.y) + y);
  announce (self);
}

/**
 * bb_framer_scale:
 * @self: a framer
 * @factor: how much larger the picture becomes
 *
 * Scales the picture around the canvas' centre as a key does, and has it read aloud. It stops where
 * it fits in and where it fills the canvas.
 */
void
bb_framer_scale (BbFramer *self, double factor)
{
  BbPlacement placement;
  double fit, fill, least, most, width;
  g_autofree char *text = NULL;

  if (!bb_framer_can_frame (self))
    return;
  get_placement (self, &placement);
  get_widths (self, &fit, &fill, &least, &most);
  width = placement.width * factor;
  /* A pass over either end in one step ends there; a hair more or less is not off it. */
  if ((placement.width < fit * 0.9999 && width > fit) ||
      (placement.width > fit * 1.0001 && width < fit))
    width = fit;
  else if ((placement.width < fill * 0.9999 && width > fill) ||
           (placement.width > fill * 1.0001 && width < fill))
    width = fill;
  scale_at (self, &placement, width, 0.0, 0.0);
  get_placement (self, &placement);
  /* Translators: the size of the picture, read aloud: of its width where it just fits in */
  text = g_strdup_printf (_ ("%.0f %% of the size that fits"), placement.width / fit * 100.0);
  bb_announce (self->widget, text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
hold (BbFramer *self)
{
  get_placement (self, &self->start);
  if (!self->held)
    bb_editor_hold (self->editor);
  self->held = TRUE;
}

static void
release (BbFramer *self)
{
  if (self->held && self->editor != NULL)
    bb_editor_release (self->editor);
  self->held = self->moving = FALSE;
  self->corner_x = self->corner_y = 0;
  self->snapped_x = self->snapped_y = NAN;
  gtk_widget_queue_draw (self->widget);
}

/* Finds the corner of the picture at a place of the widget. */
static gboolean
find_corner (BbFramer *self, double x, double y, int *corner_x, int *corner_y)
{
  BbPlacement placement;
  double zoom, canvas_x, canvas_y;

  if (!bb_framer_can_frame (self))
    return FALSE;
  zoom = get_zoom (self);
  get_placement (self, &placement);
  to_canvas (self, x, y, &canvas_x, &canvas_y);
  *corner_x = canvas_x < placement.x ? -1 : 1;
  *corner_y = canvas_y < placement.y ? -1 : 1;
  return fabs (canvas_x - placement.x - *corner_x * placement.width / 2.0) * zoom <= REACH &&
         fabs (canvas_y - placement.y - *corner_y * placement.height / 2.0) * zoom <= REACH;
}

gboolean
bb_framer_has_handle_at (BbFramer *self, double x, double y)
{
  int corner_x, corner_y;

  return find_corner (self, x, y, &corner_x, &corner_y);
}

static void
update_cursor (BbFramer *self)
{
  int corner_x, corner_y;

  if (self->moving && self->corner_x == 0)
    gtk_widget_set_cursor_from_name (self->widget, "grabbing");
  else if (self->corner_x != 0)
    gtk_widget_set_cursor_from_name (
      self->widget, self->corner_x == self->corner_y ? "nwse-resize" : "nesw-resize");
  else if (self->inside &&
           find_corner (self, self->pointer_x, self->pointer_y, &corner_x, &corner_y))
    gtk_widget_set_cursor_from_name (self->widget,
                                     corner_x == corner_y ? "nwse-resize" : "nesw-resize");
  else
    gtk_widget_set_cursor_from_name (self->widget, NULL);
}

static gboolean
is_on_canvas (BbFramer *self, double x, double y)
{
  return graphene_rect_contains_point (&self->area, &GRAPHENE_POINT_INIT ((float) x, (float) y));
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);
  int corner_x, corner_y;
  gboolean corner = find_corner (self, x, y, &corner_x, &corner_y);

  if (!bb_framer_can_frame (self) || !(corner || is_on_canvas (self, x, y)) ||
      (self->scrolling && !corner))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->corner_x = corner ? corner_x : 0;
  self->corner_y = corner ? corner_y : 0;
  gtk_widget_grab_focus (self->widget);
}

static gboolean
wants_snapping (GtkGesture *gesture)
{
  return (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)) &
          GDK_CONTROL_MASK) == 0;
}

static void
move (BbFramer *self, double offset_x, double offset_y, gboolean snap)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);
  double zoom = get_zoom (self);
  double x = rint (self->start.x + offset_x / zoom);
  double y = rint (self->start.y + offset_y / zoom);

  self->snapped_x = self->snapped_y = NAN;
  if (snap)
    {
      x = bb_snap_centre (x, self->start.width, values->width, SNAP / zoom, &self->snapped_x);
      y = bb_snap_centre (y, self->start.height, values->height, SNAP / zoom, &self->snapped_y);
    }
  put (self, self->start.width, x, y);
}

/* Has the dragged corner under the pointer, as near as the picture's shape allows; the one opposite to
 * it stays. An edge that snaps decides the size, the nearer one of two. */
static void
resize (BbFramer *self, double offset_x, double offset_y, gboolean snap)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);
  double zoom = get_zoom (self);
  double width = self->start.width * self->corner_x;
  double height = self->start.height * self->corner_y;
  double anchor_x = self->start.x - width / 2.0;
  double anchor_y = self->start.y - height / 2.0;
  double fit, fill, least, most, factor;

  get_widths (self, &fit, &fill, &least, &most);
  factor = 1.0 + (offset_x * width + offset_y * height) / zoom / (width * width + height * height);
  factor = CLAMP (factor, least / self->start.width, most / self->start.width);
  self->snapped_x = self->snapped_y = NAN;
  if (snap)
    {
      double line_x, line_y;
      double x = bb_snap_edge (anchor_x + width * factor, values->width, SNAP / zoom, &line_x);
      double y = bb_snap_edge (anchor_y + height * factor, values->height, SNAP / zoom, &line_y);
      double factor_x = (x - anchor_x) / width;
      double factor_y = (y - anchor_y) / height;
      gboolean by_x =
        !isnan (line_x) && (isnan (line_y) || fabs (factor_x - factor) <= fabs (factor_y - factor));

      if (by_x)
        self->snapped_x = line_x;
      else if (!isnan (line_y))
        self->snapped_y = line_y;
      if (by_x || !isnan (line_y))
        factor = by_x ? factor_x : factor_y;
      factor = CLAMP (factor, least / self->start.width, most / self->start.width);
    }
  put (self, self->start.width * factor, anchor_x + width * factor / 2.0,
       anchor_y + height * factor / 2.0);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);

  if (!bb_framer_can_frame (self))
    return;
  if (!self->moving)
    {
      if (!gtk_drag_check_threshold (self->widget, 0, 0, (int) offset_x, (int) offset_y))
        return;
      self->moving = TRUE;
      hold (self);
      update_cursor (self);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
    }
  if (self->corner_x != 0)
    resize (self, offset_x, offset_y, wants_snapping (GTK_GESTURE (gesture)));
  else
    move (self, offset_x, offset_y, wants_snapping (GTK_GESTURE (gesture)));
  gtk_widget_queue_draw (self->widget);
}

static void
drag_end_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  release (user_data);
  update_cursor (user_data);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);

  if (n_press % 2 == 0 && bb_framer_can_frame (self) && is_on_canvas (self, x, y))
    gtk_widget_activate_action (self->widget, "win.fit-or-fill", NULL);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);
  GdkModifierType state =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  gboolean notches = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL;
  BbPlacement placement;
  double fit, fill, least, most, width, x, y;

  if (!bb_framer_can_frame (self) || (self->scrolling && (state & GDK_CONTROL_MASK) == 0) ||
      !self->inside || self->held)
    return GDK_EVENT_PROPAGATE;
  get_placement (self, &placement);
  get_widths (self, &fit, &fill, &least, &most);
  width = placement.width * pow (notches ? NOTCH : SCROLL_PIXEL, -dy);
  /* A notch that would pass either end stops there. */
  if (notches && (placement.width - fit) * (width - fit) < 0.0)
    width = fit;
  else if (notches && (placement.width - fill) * (width - fill) < 0.0)
    width = fill;
  to_canvas (self, self->pointer_x, self->pointer_y, &x, &y);
  scale_at (self, &placement, width, x, y);
  return GDK_EVENT_STOP;
}

static void
zoom_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);

  if (!bb_framer_can_frame (self))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  hold (self);
}

static void
zoom_changed_cb (GtkGestureZoom *gesture, double scale, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);
  double fit, fill, least, most, width, x, y;

  if (!self->held || !bb_framer_can_frame (self) ||
      !gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  get_widths (self, &fit, &fill, &least, &most);
  width = self->start.width * scale;
  if (fabs (width / fit - 1.0) < PINCH_SNAP)
    width = fit;
  else if (fabs (width / fill - 1.0) < PINCH_SNAP)
    width = fill;
  to_canvas (self, x, y, &x, &y);
  scale_at (self, &self->start, width, x, y);
}

static void
zoom_end_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  release (user_data);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);

  if (!self->inside)
    gtk_widget_queue_draw (self->widget);
  self->inside = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  if (!self->moving)
    update_cursor (self);
}

static void
enter_cb (GtkEventControllerMotion *controller, double x, double y, gpointer user_data)
{
  motion_cb (controller, x, y, user_data);
}

static void
leave_cb (GtkEventControllerMotion *controller, gpointer user_data)
{
  BbFramer *self = BB_FRAMER (user_data);

  self->inside = FALSE;
  gtk_widget_queue_draw (self->widget);
}

static void
bb_framer_dispose (GObject *object)
{
  BbFramer *self = BB_FRAMER (object);

  if (self->held && self->editor != NULL)
    bb_editor_release (self->editor);
  self->held = FALSE;
  g_clear_object (&self->editor);

  G_OBJECT_CLASS (bb_framer_parent_class)->dispose (object);
}

static void
bb_framer_class_init (BbFramerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bb_framer_dispose;
}

static void
bb_framer_init (BbFramer *self)
{
  self->enabled = TRUE;
  self->snapped_x = self->snapped_y = NAN;
}

/**
 * bb_framer_new:
 * @widget: the canvas, which has to outlive it
 *
 * Returns: (transfer full): what frames the picture on it
 */
BbFramer *
bb_framer_new (GtkWidget *widget)
{
  BbFramer *self = g_object_new (BB_TYPE_FRAMER, NULL);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *zoom = gtk_gesture_zoom_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  /* The controllers outlive this by a little. */
  self->widget = widget;
  self->drag = gtk_gesture_drag_new ();
  g_signal_connect_object (self->drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  g_signal_connect_object (self->drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  g_signal_connect_object (self->drag, "end", G_CALLBACK (drag_end_cb), self, 0);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (self->drag));
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, 0);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (zoom, "begin", G_CALLBACK (zoom_begin_cb), self, 0);
  g_signal_connect_object (zoom, "scale-changed", G_CALLBACK (zoom_changed_cb), self, 0);
  g_signal_connect_object (zoom, "end", G_CALLBACK (zoom_end_cb), self, 0);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (zoom));
  g_signal_connect_object (motion, "enter", G_CALLBACK (enter_cb), self, 0);
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, 0);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  gtk_widget_add_controller (widget, scroll);
  return self;
}

/**
 * bb_framer_set_editor:
 * @self: a framer
 * @editor: (nullable): what holds the recipe
 */
void
bb_framer_set_editor (BbFramer *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_FRAMER (self));

  release (self);
  g_set_object (&self->editor, editor);
}

/**
 * bb_framer_set_source:
 * @self: a framer
 * @width: columns of the upright source in square pixels; 0 where there is none
 * @height: rows of it
 */
void
bb_framer_set_source (BbFramer *self, int width, int height)
{
  g_return_if_fail (BB_IS_FRAMER (self));

  self->source_width = width;
  self->source_height = height;
}

/**
 * bb_framer_set_area:
 * @self: a framer
 * @area: where the canvas lies on the widget
 */
void
bb_framer_set_area (BbFramer *self, const graphene_rect_t *area)
{
  g_return_if_fail (BB_IS_FRAMER (self));

  self->area = *area;
}

/**
 * bb_framer_set_enabled:
 * @self: a framer
 * @enabled: whether the picture can be moved and scaled
 */
void
bb_framer_set_enabled (BbFramer *self, gboolean enabled)
{
  g_return_if_fail (BB_IS_FRAMER (self));

  release (self);
  self->enabled = enabled;
  update_cursor (self);
}

/**
 * bb_framer_set_scrolling:
 * @self: a framer
 * @scrolling: whether the canvas is larger than its place: dragging and the wheel alone move it there
 */
void
bb_framer_set_scrolling (BbFramer *self, gboolean scrolling)
{
  g_return_if_fail (BB_IS_FRAMER (self));

  self->scrolling = scrolling;
}

static void
append_line (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float width,
             float height)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

/* The lines that the picture snapped to. */
static void
snapshot_lines (BbFramer *self, const GdkRGBA *accent, GtkSnapshot *snapshot)
{
  double zoom = get_zoom (self);
  double x = self->area.origin.x + self->area.size.width / 2.0 + self->snapped_x * zoom;
  double y = self->area.origin.y + self->area.size.height / 2.0 + self->snapped_y * zoom;

  if (!isnan (self->snapped_x))
    append_line (snapshot, accent, roundf ((float) x) - 1, self->area.origin.y, 2,
                 self->area.size.height);
  if (!isnan (self->snapped_y))
    append_line (snapshot, accent, self->area.origin.x, roundf ((float) y) - 1,
                 self->area.size.width, 2);
}

/**
 * bb_framer_snapshot:
 * @self: a framer
 * @snapshot: where to draw
 *
 * Draws lines that the picture snapped to, and around the picture an outline with handles as long
 * as the pointer or the focus is there.
 */
void
bb_framer_snapshot (BbFramer *self, GtkSnapshot *snapshot)
{
  AdwStyleManager *manager;
  g_autoptr (GdkRGBA) accent = NULL;
  const GdkRGBA white = { 1, 1, 1, 1 };
  const GdkRGBA shade = { 0, 0, 0, 0.35f };
  BbPlacement placement;
  graphene_rect_t outline;
  GskRoundedRect frame;
  double zoom;

  if (!bb_framer_can_frame (self))
    return;
  manager = adw_style_manager_get_for_display (gtk_widget_get_display (self->widget));
  accent = adw_style_manager_get_accent_color_rgba (manager);
  snapshot_lines (self, accent, snapshot);
  if (!self->inside && !self->held &&
      (gtk_widget_get_state_flags (self->widget) & GTK_STATE_FLAG_FOCUS_VISIBLE) == 0)
    return;
  zoom = get_zoom (self);
  get_placement (self, &placement);
  graphene_rect_init (&outline,
                      self->area.origin.x + self->area.size.width / 2 +
                        (float) ((placement.x - placement.width / 2.0) * zoom),
                      self->area.origin.y + self->area.size.height / 2 +
                        (float) ((placement.y - placement.height / 2.0) * zoom),
                      (float) (placement.width * zoom), (float) (placement.height * zoom));
  gsk_rounded_rect_init_from_rect (&frame, &outline, 0);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]) { 1, 1, 1, 1 },
                              (GdkRGBA[4]) { white, white, white, white });
  for (int i = 0; i < 4; i++)
    {
      float x = outline.origin.x + (i % 2 != 0 ? outline.size.width : 0);
      float y = outline.origin.y + (i / 2 != 0 ? outline.size.height : 0);

      gsk_rounded_rect_init_from_rect (&frame,
                                       &GRAPHENE_RECT_INIT (x - (float) HANDLE, y - (float) HANDLE,
                                                            2 * (float) HANDLE, 2 * (float) HANDLE),
                                       (float) HANDLE);
      gtk_snapshot_append_outset_shadow (snapshot, &frame, &shade, 0, 1, 1, 2);
      gtk_snapshot_push_rounded_clip (snapshot, &frame);
      gtk_snapshot_append_color (snapshot, &white, &frame.bounds);
      gtk_snapshot_pop (snapshot);
    }
}
