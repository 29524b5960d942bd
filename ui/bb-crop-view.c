/* bb-crop-view.c: what is left of the source, chosen on it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-crop-view.h"

#include "bb-handle.h"

#include <glib/gi18n.h>
#include <math.h>

/* How far from an edge a pointer still has it. */
#define REACH 14.0
#define THICKNESS 24
/* The least that is left, as a part of a side: more than a recipe needs, so that both handles fit. */
#define LEAST 0.04
#define INSET 12

enum { X, Y };
enum { LEFT, TOP, RIGHT, BOTTOM, N_EDGES };

/**
 * BbCropView:
 *
 * Lies on the canvas while that shows the whole source. Dragging an edge, a corner or the middle of
 * the frame sets the recipe's crop, and so do keys at the four edges; Return and Escape end it. All of it
 * is one step of the history.
 */
struct _BbCropView {
  GtkWidget parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  graphene_rect_t area; /* of the source on the widget */
  gboolean started;

  GtkWidget *edges[N_EDGES];
  GtkWidget *bar;

  gboolean dragging;
  gboolean moves_first[2]; /* which ends follow the pointer */
  gboolean moves_last[2];
  double first[2]; /* when the drag began */
  double last[2];
};

G_DEFINE_FINAL_TYPE (BbCropView, bb_crop_view, GTK_TYPE_WIDGET)

static void
get_crop (BbCropView *self, double first[2], double last[2])
{
  bb_framing_get_crop (bb_editor_get (self->editor), first, last);
}

static void
set_crop (BbCropView *self, const double first[2], const double last[2])
{
  BbRecipeValues values = *bb_editor_get (self->editor);

  bb_framing_set_crop (&values, first, last);
  bb_editor_set (self->editor, &values, "crop", NULL);
}

/* The frame on the widget. */
static void
get_frame (BbCropView *self, graphene_rect_t *frame)
{
  double first[2], last[2];

  get_crop (self, first, last);
  graphene_rect_init (frame, self->area.origin.x + (float) first[X] * self->area.size.width,
                      self->area.origin.y + (float) first[Y] * self->area.size.height,
                      (float) (last[X] - first[X]) * self->area.size.width,
                      (float) (last[Y] - first[Y]) * self->area.size.height);
}

/* Handles count to the right and, as sliders do, up. */
static void
update_edges (BbCropView *self)
{
  double first[2], last[2];
  double places[N_EDGES];

  get_crop (self, first, last);
  places[LEFT] = first[X];
  places[RIGHT] = last[X];
  places[TOP] = 1.0 - first[Y];
  places[BOTTOM] = 1.0 - last[Y];
  bb_handle_set_range (BB_HANDLE (self->edges[LEFT]), 0.0, last[X] - LEAST, 0.005, 0.05);
  bb_handle_set_range (BB_HANDLE (self->edges[RIGHT]), first[X] + LEAST, 1.0, 0.005, 0.05);
  bb_handle_set_range (BB_HANDLE (self->edges[TOP]), 1.0 - last[Y] + LEAST, 1.0, 0.005, 0.05);
  bb_handle_set_range (BB_HANDLE (self->edges[BOTTOM]), 0.0, 1.0 - first[Y] - LEAST, 0.005, 0.05);
  for (int i = 0; i < N_EDGES; i++)
    {
      double left_out = i == LEFT || i == BOTTOM ? places[i] : 1.0 - places[i];
      g_autofree char *text = NULL;

      /* Translators: how much of the picture is cropped at a side, read aloud */
      text = g_strdup_printf (_ ("%.1f %% left out"), left_out * 100.0);
      bb_handle_set_value (BB_HANDLE (self->edges[i]), places[i], text);
    }
}

static void
edge_moved_cb (BbCropView *self, double value, BbHandle *handle)
{
  double first[2], last[2];

  if (self->editor == NULL)
    return;
  get_crop (self, first, last);
  if (GTK_WIDGET (handle) == self->edges[LEFT])
    first[X] = value;
  else if (GTK_WIDGET (handle) == self->edges[RIGHT])
    last[X] = value;
  else if (GTK_WIDGET (handle) == self->edges[TOP])
    first[Y] = 1.0 - value;
  else
    last[Y] = 1.0 - value;
  set_crop (self, first, last);
}

static void
recipe_cb (BbCropView *self)
{
  if (!self->started)
    return;
  update_edges (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Which ends of the frame a pointer has at a place: of an edge one, of a corner two, in the middle all. */
static gboolean
find_ends (BbCropView *self, double x, double y, gboolean first[2], gboolean last[2])
{
  const double at[2] = { x, y };
  graphene_rect_t frame;
  double from[2], to[2];
  gboolean any = FALSE;

  get_frame (self, &frame);
  from[X] = frame.origin.x;
  from[Y] = frame.origin.y;
  to[X] = frame.origin.x + frame.size.width;
  to[Y] = frame.origin.y + frame.size.height;
  for (int i = X; i <= Y; i++)
    {
      gboolean along = at[!i] >= from[!i] - REACH && at[!i] <= to[!i] + REACH;

      first[i] = along && fabs (at[i] - from[i]) <= REACH;
      last[i] = along && fabs (at[i] - to[i]) <= REACH;
      /* The nearer one of a narrow frame. */
      if (first[i] && last[i])
        {
          first[i] = at[i] < (from[i] + to[i]) / 2.0;
          last[i] = !first[i];
        }
      any |= first[i] || last[i];
    }
  if (any)
    return TRUE;
  if (at[X] < from[X] || at[X] > to[X] || at[Y] < from[Y] || at[Y] > to[Y])
    return FALSE;
  first[X] = first[Y] = last[X] = last[Y] = TRUE;
  return TRUE;
}

static void
update_cursor (BbCropView *self, double x, double y)
{
  gboolean first[2], last[2];
  gboolean sides[2];
  const char *name = NULL;

  if (self->editor == NULL || !find_ends (self, x, y, first, last))
    {
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
      return;
    }
  sides[X] = first[X] || last[X];
  sides[Y] = first[Y] || last[Y];
  if (first[X] && last[X])
    name = "move";
  else if (sides[X] && sides[Y])
    name = first[X] == first[Y] ? "nwse-resize" : "nesw-resize";
  else
    name = sides[X] ? "ew-resize" : "ns-resize";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, gpointer user_data)
{
  BbCropView *self = BB_CROP_VIEW (user_data);

  if (!self->dragging)
    update_cursor (self, x, y);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, gpointer user_data)
{
  BbCropView *self = BB_CROP_VIEW (user_data);

  if (self->editor == NULL || self->area.size.width <= 0.0f ||
      !find_ends (self, x, y, self->moves_first, self->moves_last))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  get_crop (self, self->first, self->last);
  self->dragging = TRUE;
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, gpointer user_data)
{
  BbCropView *self = BB_CROP_VIEW (user_data);
  const double offset[2] = { offset_x / self->area.size.width, offset_y / self->area.size.height };
  double first[2], last[2];

  if (!self->dragging || self->editor == NULL)
    return;
  for (int i = X; i <= Y; i++)
    {
      double shift = offset[i];

      first[i] = self->first[i];
      last[i] = self->last[i];
      /* A frame that is moved keeps its size. */
      if (self->moves_first[i] && self->moves_last[i])
        shift = CLAMP (shift, -first[i], 1.0 - last[i]);
      if (self->moves_first[i])
        first[i] = CLAMP (first[i] + shift, 0.0, MAX (last[i] - LEAST, 0.0));
      if (self->moves_last[i])
        last[i] = CLAMP (self->last[i] + shift, MIN (first[i] + LEAST, 1.0), 1.0);
    }
  set_crop (self, first, last);
}

static void
drag_end_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  BB_CROP_VIEW (user_data)->dragging = FALSE;
}

static void
reset_cb (GtkButton *button, gpointer user_data)
{
  BbCropView *self = BB_CROP_VIEW (user_data);
  const double first[2] = { 0.0, 0.0 };
  const double last[2] = { 1.0, 1.0 };

  if (self->editor != NULL)
    set_crop (self, first, last);
}

static void
place (GtkWidget *child, double x, double y, int width, int height)
{
  gtk_widget_size_allocate (
    child, &(GtkAllocation) { (int) lrint (x), (int) lrint (y), width, height }, -1);
}

static void
bb_crop_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BbCropView *self = BB_CROP_VIEW (widget);
  const double half = THICKNESS / 2.0;
  GtkRequisition bar;
  graphene_rect_t frame;
  int w, h;

  gtk_widget_get_preferred_size (self->bar, NULL, &bar);
  place (self->bar, (width - bar.width) / 2.0, height - INSET - bar.height, bar.width, bar.height);
  if (self->editor == NULL)
    return;
  get_frame (self, &frame);
  w = MAX ((int) frame.size.width, 1);
  h = MAX ((int) frame.size.height, 1);
  place (self->edges[LEFT], frame.origin.x - half, frame.origin.y, THICKNESS, h);
  place (self->edges[RIGHT], frame.origin.x + frame.size.width - half, frame.origin.y, THICKNESS,
         h);
  place (self->edges[TOP], frame.origin.x, frame.origin.y - half, w, THICKNESS);
  place (self->edges[BOTTOM], frame.origin.x, frame.origin.y + frame.size.height - half, w,
         THICKNESS);
}

static void
append (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float width, float height)
{
  if (width > 0 && height > 0)
    gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

/* A bracket at a corner of the frame. */
static void
append_corner (GtkSnapshot *snapshot, const graphene_rect_t *frame, gboolean right, gboolean bottom)
{
  const GdkRGBA white = { 1, 1, 1, 1 };
  const float length = MIN (20, MIN (frame->size.width, frame->size.height) / 2);
  const float thick = 4;
  float x = frame->origin.x + (right ? frame->size.width : 0);
  float y = frame->origin.y + (bottom ? frame->size.height : 0);

  append (snapshot, &white, right ? x - length : x - thick, bottom ? y : y - thick, length + thick,
          thick);
  append (snapshot, &white, right ? x : x - thick, bottom ? y - length : y - thick, thick,
          length + thick);
}

static void
bb_crop_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BbCropView *self = BB_CROP_VIEW (widget);
  const GdkRGBA veil = { 0, 0, 0, 0.6f };
  const GdkRGBA line = { 1, 1, 1, 0.45f };
  const graphene_rect_t *area = &self->area;
  graphene_rect_t frame;
  float right, bottom;

  if (self->editor == NULL)
    return;
  get_frame (self, &frame);
  right = frame.origin.x + frame.size.width;
  bottom = frame.origin.y + frame.size.height;
  append (snapshot, &veil, area->origin.x, area->origin.y, area->size.width,
          frame.origin.y - area->origin.y);
  append (snapshot, &veil, area->origin.x, bottom, area->size.width,
          area->origin.y + area->size.height - bottom);
  append (snapshot, &veil, area->origin.x, frame.origin.y, frame.origin.x - area->origin.x,
          frame.size.height);
  append (snapshot, &veil, right, frame.origin.y, area->origin.x + area->size.width - right,
          frame.size.height);
  for (int i = 0; i <= 3; i++)
    {
      append (snapshot, &line, roundf (frame.origin.x + frame.size.width * (float) i / 3) - 0.5f,
              frame.origin.y, 1, frame.size.height);
      append (snapshot, &line, frame.origin.x,
              roundf (frame.origin.y + frame.size.height * (float) i / 3) - 0.5f, frame.size.width,
              1);
    }
  for (int i = 0; i < 4; i++)
    append_corner (snapshot, &frame, i % 2 != 0, i / 2 != 0);

  GTK_WIDGET_CLASS (bb_crop_view_parent_class)->snapshot (widget, snapshot);
}

static void
bb_crop_view_dispose (GObject *object)
{
  BbCropView *self = BB_CROP_VIEW (object);

  bb_crop_view_stop (self);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  for (int i = 0; i < N_EDGES; i++)
    g_clear_pointer (&self->edges[i], gtk_widget_unparent);
  g_clear_pointer (&self->bar, gtk_widget_unparent);

  G_OBJECT_CLASS (bb_crop_view_parent_class)->dispose (object);
}

static void
bb_crop_view_class_init (BbCropViewClass *klass)
{
  static const guint keys[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_ISO_Enter,
                                GDK_KEY_Escape };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_crop_view_dispose;
  widget_class->size_allocate = bb_crop_view_size_allocate;
  widget_class->snapshot = bb_crop_view_snapshot;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i], 0, "win.crop", NULL);
  gtk_widget_class_set_css_name (widget_class, "cropview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
create_bar (BbCropView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *reset = gtk_button_new_with_mnemonic (_ ("_Reset"));
  GtkWidget *done = gtk_button_new_with_mnemonic (_ ("_Done"));

  gtk_widget_add_css_class (box, "osd");
  gtk_widget_add_css_class (box, "toolbar");
  gtk_widget_add_css_class (box, "crop-bar");
  gtk_widget_set_tooltip_text (reset, _ ("Show All of the Picture"));
  g_signal_connect (reset, "clicked", G_CALLBACK (reset_cb), self);
  gtk_widget_add_css_class (done, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (done), "win.crop");
  gtk_box_append (GTK_BOX (box), reset);
  gtk_box_append (GTK_BOX (box), done);
  return box;
}

static void
bb_crop_view_init (BbCropView *self)
{
  const char *const labels[N_EDGES] = { _ ("Left Edge of the Crop"), _ ("Top Edge of the Crop"),
                                        _ ("Right Edge of the Crop"),
                                        _ ("Bottom Edge of the Crop") };
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (recipe_cb),
                                  self);
  for (int i = 0; i < N_EDGES; i++)
    {
      self->edges[i] = bb_handle_new (labels[i], "crop-edge");
      /* What the pointer does is seen to here, for corners as well. */
      gtk_widget_set_can_target (self->edges[i], FALSE);
      if (i == TOP || i == BOTTOM)
        gtk_accessible_update_property (GTK_ACCESSIBLE (self->edges[i]),
                                        GTK_ACCESSIBLE_PROPERTY_ORIENTATION,
                                        GTK_ORIENTATION_VERTICAL, -1);
      gtk_widget_set_parent (self->edges[i], GTK_WIDGET (self));
      g_signal_connect_swapped (self->edges[i], "moved", G_CALLBACK (edge_moved_cb), self);
    }
  self->bar = create_bar (self);
  gtk_widget_set_parent (self->bar, GTK_WIDGET (self));

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Crop"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ ("Arrow keys move an edge, Return ends the crop"), -1);
}

/**
 * bb_crop_view_new:
 *
 * Returns: (transfer floating): a view
 */
GtkWidget *
bb_crop_view_new (void)
{
  return g_object_new (BB_TYPE_CROP_VIEW, NULL);
}

/**
 * bb_crop_view_set_editor:
 * @self: a view
 * @editor: (nullable): what holds the recipe
 */
void
bb_crop_view_set_editor (BbCropView *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_CROP_VIEW (self));

  bb_crop_view_stop (self);
  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
}

/**
 * bb_crop_view_set_area:
 * @self: a view
 * @area: where the source lies on it
 */
void
bb_crop_view_set_area (BbCropView *self, const graphene_rect_t *area)
{
  g_return_if_fail (BB_IS_CROP_VIEW (self));

  self->area = *area;
}

/**
 * bb_crop_view_get_bar_height:
 * @self: a view
 *
 * Returns: what its buttons take at the bottom, where no source should lie
 */
int
bb_crop_view_get_bar_height (BbCropView *self)
{
  GtkRequisition bar;

  g_return_val_if_fail (BB_IS_CROP_VIEW (self), 0);

  gtk_widget_get_preferred_size (self->bar, NULL, &bar);
  return bar.height + INSET;
}

/**
 * bb_crop_view_start:
 * @self: a view
 *
 * Begins a step of the history, and takes the focus.
 */
void
bb_crop_view_start (BbCropView *self)
{
  g_return_if_fail (BB_IS_CROP_VIEW (self));

  if (self->started || self->editor == NULL)
    return;
  self->started = TRUE;
  bb_editor_hold (self->editor);
  update_edges (self);
  gtk_widget_grab_focus (self->edges[LEFT]);
}

/**
 * bb_crop_view_stop:
 * @self: a view
 *
 * Ends that step.
 */
void
bb_crop_view_stop (BbCropView *self)
{
  g_return_if_fail (BB_IS_CROP_VIEW (self));

  if (!self->started)
    return;
  self->started = FALSE;
  self->dragging = FALSE;
  bb_editor_release (self->editor);
}

static int
make_side (double side, double scale)
{
  return (int) CLAMP (2.0 * rint (side * scale / 2.0), 2.0, 16384.0);
}

/**
 * bb_crop_view_get_size:
 * @recipe: values of a recipe
 * @width: columns of the upright source in square pixels
 * @height: rows of it
 * @canvas_width: (out): columns of what bb_crop_view_make_recipe() makes
 * @canvas_height: (out): rows of it
 */
void
bb_crop_view_get_size (const BbRecipeValues *recipe, int width, int height, int *canvas_width,
                       int *canvas_height)
{
  BbRecipeValues values = *recipe;
  double shown_width, shown_height;
  double scale;

  values.crop_left = values.crop_top = values.crop_right = values.crop_bottom = 0.0;
  bb_framing_get_shown (&values, width, height, &shown_width, &shown_height);
  scale = MIN (1.0, 16384.0 / MAX (shown_width, shown_height));
  *canvas_width = make_side (shown_width, scale);
  *canvas_height = make_side (shown_height, scale);
}

/**
 * bb_crop_view_make_recipe:
 * @recipe: a recipe
 * @width: columns of the upright source in square pixels
 * @height: rows of it
 *
 * Makes the recipe of what lies under the view: all of the source, turned as it will be.
 *
 * Returns: (transfer full): a recipe
 */
BbRecipe *
bb_crop_view_make_recipe (BbRecipe *recipe, int width, int height)
{
  const BbRecipeValues *wanted = bb_recipe_get (recipe);
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  bb_recipe_values_copy_parts (&values, wanted, BB_RECIPE_TRIM | BB_RECIPE_WORK);
  values.rotate = wanted->rotate;
  values.mirror = wanted->mirror;
  bb_crop_view_get_size (wanted, width, height, &values.width, &values.height);
  values.zoom = 1.0;
  values.background = BB_BACKGROUND_COLOR;
  return bb_recipe_new (&values, NULL);
}
