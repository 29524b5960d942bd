/* bb-canvas.c: preview of the finished picture, with dragging and comparison
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-canvas.h"

#include "bb-crop-view.h"
#include "bb-framer.h"
#include "bb-handle.h"
#include "bb-pan.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define MARGIN 18
#define DIVIDER_WIDTH 24
/* How much larger a key makes the picture. */
#define KEY_SCALE 1.05
/* Sizes that follow each other faster than this are not all asked for. */
#define RESIZE_PAUSE_MS 120

/**
 * BbCanvas:
 *
 * Shows the newest picture of the player as large as there is room for, never larger than it will
 * be. A #BbFramer moves and scales the foreground; a #BbCropView lies over the whole source while that is
 * cropped. The original can be laid over the left part, up to a divider.
 *
 * Signals: `wanted-size-changed` when another size of picture is wanted, see
 * bb_canvas_get_wanted_size().
 */
struct _BbCanvas {
  GtkWidget parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  BbPicturePaintable *paintable;
  BbPicturePaintable *compared;
  const BbGuides *guides;
  int source_width;
  int source_height;
  gboolean compare;
  gboolean actual_size;

  double scale;         /* device pixels a pixel of the widget */
  graphene_rect_t area; /* where the canvas lies */
  int shape_width;      /* the recipe's canvas that it was laid out for */
  int shape_height;
  int wanted_width; /* device pixels that there is room for */
  int wanted_height;
  guint resize_timeout;
  gboolean resized; /* since the timeout began */

  GtkWidget *divider;
  GtkWidget *before;
  GtkWidget *after;
  GtkWidget *caption;
  double split;

  BbFramer *framer;
  BbPan *pan;
  GtkWidget *crop_view;
  gboolean cropping;
};

enum { WANTED_SIZE_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbCanvas, bb_canvas, GTK_TYPE_WIDGET)

static void
get_canvas (BbCanvas *self, int *width, int *height)
{
  const BbRecipeValues *values = self->editor != NULL ? bb_editor_get (self->editor) : NULL;

  if (self->cropping)
    {
      bb_crop_view_get_size (values, self->source_width, self->source_height, width, height);
      return;
    }
  *width = values != NULL ? values->width : 1080;
  *height = values != NULL ? values->height : 1920;
}

/* The crop is chosen on all of the source at once. */
static gboolean
is_actual_size (BbCanvas *self)
{
  return self->actual_size && !self->cropping;
}

static gboolean
resize_timeout_cb (gpointer user_data)
{
  BbCanvas *self = BB_CANVAS (user_data);

  if (self->resized)
    {
      self->resized = FALSE;
      g_signal_emit (self, signals[WANTED_SIZE_CHANGED], 0);
      return G_SOURCE_CONTINUE;
    }
  self->resize_timeout = 0;
  return G_SOURCE_REMOVE;
}

static void
want_size (BbCanvas *self, int width, int height)
{
  if (width == self->wanted_width && height == self->wanted_height)
    return;
  self->wanted_width = width;
  self->wanted_height = height;
  if (self->resize_timeout != 0)
    {
      self->resized = TRUE;
      return;
    }
  self->resize_timeout = g_timeout_add (RESIZE_PAUSE_MS, resize_timeout_cb, self);
  g_signal_emit (self, signals[WANTED_SIZE_CHANGED], 0);
}

static double
get_scale (BbCanvas *self)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));
  GdkSurface *surface = native != NULL ? gtk_native_get_surface (native) : NULL;

  return surface != NULL ? gdk_surface_get_scale (surface) : 1.0;
}

/* Lays the canvas out on whole device pixels, as many as the player makes for this room, so that
 * its picture is shown unscaled. */
static void
lay_out (BbCanvas *self, int width, int height)
{
  int canvas_width, canvas_height;
  int room_x, room_y;
  double fit;
  int w, h;

  get_canvas (self, &canvas_width, &canvas_height);
  self->shape_width = canvas_width;
  self->shape_height = canvas_height;
  self->scale = get_scale (self);
  bb_picture_paintable_set_scale (self->paintable, self->scale);
  bb_picture_paintable_set_scale (self->compared, self->scale);
  room_x = (int) (MAX (width - 2 * MARGIN, 2) * self->scale);
  room_y = (int) (MAX (height - 2 * MARGIN, 2) * self->scale);
  if (is_actual_size (self) || room_x > canvas_width)
    room_x = canvas_width;
  if (is_actual_size (self) || room_y > canvas_height)
    room_y = canvas_height;
  fit = MIN ((double) room_x / canvas_width, (double) room_y / canvas_height);
  w = MAX (2, 2 * (int) lround (canvas_width * fit / 2.0));
  h = MAX (2, 2 * (int) lround (canvas_height * fit / 2.0));
  graphene_rect_init (&self->area, (float) (floor ((width * self->scale - w) / 2.0) / self->scale),
                      (float) (floor ((height * self->scale - h) / 2.0) / self->scale),
                      (float) (w / self->scale), (float) (h / self->scale));
  bb_framer_set_area (self->framer, &self->area);
  bb_crop_view_set_area (BB_CROP_VIEW (self->crop_view), &self->area);
  want_size (self, room_x, room_y);
}

static gboolean
nudge_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  BbCanvas *self = BB_CANVAS (widget);
  int x, y;

  if (!bb_framer_can_frame (self->framer))
    return GDK_EVENT_PROPAGATE;
  g_variant_get (args, "(ii)", &x, &y);
  bb_framer_nudge (self->framer, x, y);
  return GDK_EVENT_STOP;
}

static gboolean
scale_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  BbCanvas *self = BB_CANVAS (widget);

  if (!bb_framer_can_frame (self->framer))
    return GDK_EVENT_PROPAGATE;
  bb_framer_scale (self->framer, g_variant_get_double (args));
  return GDK_EVENT_STOP;
}

static void
set_split (BbCanvas *self, double split)
{
  g_autofree char *text = NULL;

  self->split = CLAMP (split, 0.0, 1.0);
  /* Translators: how much of the picture shows the original */
  text = g_strdup_printf (_ ("Original on %.0f %%"), self->split * 100.0);
  bb_handle_set_value (BB_HANDLE (self->divider), self->split, text);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
divider_moved_cb (BbCanvas *self, double value)
{
  set_split (self, value);
}

static double
get_divider_x (BbCanvas *self)
{
  return self->area.origin.x + rint (self->area.size.width * self->split);
}

static void
split_begin_cb (GtkGestureDrag *gesture, double x, double y, gpointer user_data)
{
  BbCanvas *self = BB_CANVAS (user_data);

  if (!self->compare || fabs (x - get_divider_x (self)) > DIVIDER_WIDTH / 2.0 ||
      y < self->area.origin.y || y > self->area.origin.y + self->area.size.height)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (self->divider);
}

static void
split_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, gpointer user_data)
{
  BbCanvas *self = BB_CANVAS (user_data);
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  set_split (self, (x + offset_x - self->area.origin.x) / self->area.size.width);
}

static void
bb_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                   int *natural, int *minimum_baseline, int *natural_baseline)
{
  BbCanvas *self = BB_CANVAS (widget);
  gboolean horizontal = orientation == GTK_ORIENTATION_HORIZONTAL;
  int width, height;

  get_canvas (self, &width, &height);
  if (is_actual_size (self))
    *minimum = *natural =
      (int) ceil ((horizontal ? width : height) / get_scale (self)) + 2 * MARGIN;
  else
    {
      *minimum = 160;
      *natural = 480;
    }
}

static void
place (GtkWidget *child, double x, double y, int width, int height)
{
  gtk_widget_size_allocate (
    child, &(GtkAllocation) { (int) lrint (x), (int) lrint (y), width, height }, -1);
}

/* At the bottom of the picture, in more lines where that is narrow. */
static void
place_caption (BbCanvas *self)
{
  const int inset = 8;
  int room = (int) self->area.size.width - 2 * inset;
  int least, width, height;

  gtk_widget_measure (self->caption, GTK_ORIENTATION_HORIZONTAL, -1, &least, &width, NULL, NULL);
  width = CLAMP (room, least, width);
  gtk_widget_measure (self->caption, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  place (self->caption, self->area.origin.x + (self->area.size.width - (float) width) / 2,
         self->area.origin.y + self->area.size.height - inset - (float) height, width, height);
}

static void
bb_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BbCanvas *self = BB_CANVAS (widget);
  GtkRequisition before, after;
  const int inset = 8;

  lay_out (self, width,
           self->cropping ? height - bb_crop_view_get_bar_height (BB_CROP_VIEW (self->crop_view))
                          : height);
  if (self->cropping)
    place (self->crop_view, 0, 0, width, height);
  if (gtk_widget_get_visible (self->caption))
    place_caption (self);
  if (!self->compare)
    return;
  place (self->divider, get_divider_x (self) - DIVIDER_WIDTH / 2.0, self->area.origin.y,
         DIVIDER_WIDTH, (int) self->area.size.height);
  gtk_widget_get_preferred_size (self->before, &before, NULL);
  gtk_widget_get_preferred_size (self->after, &after, NULL);
  place (self->before, self->area.origin.x + inset, self->area.origin.y + inset, before.width,
         before.height);
  place (self->after, self->area.origin.x + self->area.size.width - inset - after.width,
         self->area.origin.y + inset, after.width, after.height);
}

/* The device pixel at or before a place. */
static float
whole (BbCanvas *self, float place)
{
  return (float) (floor (place * self->scale + 0.001) / self->scale);
}

/* Draws a picture into the canvas: pixel by pixel where it has its size, else over all of it, or
 * centered where the recipe has just got another shape, with black where it leaves some. */
static void
snapshot_screen (BbCanvas *self, BbPicturePaintable *paintable, GtkSnapshot *snapshot)
{
  GdkTexture *texture = bb_picture_paintable_get_texture (paintable);
  double area_aspect = self->area.size.width / self->area.size.height;
  const GdkRGBA black = { 0, 0, 0, 1 };
  graphene_point_t origin;
  double aspect;
  float width = self->area.size.width;
  float height = self->area.size.height;

  if (texture == NULL)
    {
      gtk_snapshot_append_color (snapshot, &black, &self->area);
      return;
    }
  aspect = (double) gdk_texture_get_width (texture) / gdk_texture_get_height (texture);
  if (fabs (gdk_texture_get_width (texture) - width * self->scale) < 1.5 &&
      fabs (gdk_texture_get_height (texture) - height * self->scale) < 1.5)
    {
      width = (float) (gdk_texture_get_width (texture) / self->scale);
      height = (float) (gdk_texture_get_height (texture) / self->scale);
    }
  else if (aspect / area_aspect > 1.02)
    height = width / (float) aspect;
  else if (aspect / area_aspect < 0.98)
    width = height * (float) aspect;
  origin =
    GRAPHENE_POINT_INIT (whole (self, self->area.origin.x + (self->area.size.width - width) / 2),
                         whole (self, self->area.origin.y + (self->area.size.height - height) / 2));
  if (!graphene_rect_contains_rect (&GRAPHENE_RECT_INIT (origin.x, origin.y, width, height),
                                    &self->area))
    gtk_snapshot_append_color (snapshot, &black, &self->area);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &origin);
  gdk_paintable_snapshot (GDK_PAINTABLE (paintable), snapshot, width, height);
  gtk_snapshot_restore (snapshot);
}

static void
bb_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BbCanvas *self = BB_CANVAS (widget);

  /* A window that moves to another screen may have another scale. */
  if (get_scale (self) != self->scale)
    gtk_widget_queue_allocate (widget);

  gtk_snapshot_push_clip (snapshot, &self->area);
  snapshot_screen (self, self->paintable, snapshot);
  if (self->compare)
    {
      graphene_rect_t left = self->area;

      left.size.width = (float) (get_divider_x (self) - self->area.origin.x);
      gtk_snapshot_push_clip (snapshot, &left);
      snapshot_screen (self, self->compared, snapshot);
      gtk_snapshot_pop (snapshot);
    }
  if (self->guides != NULL && !self->cropping)
    bb_guides_snapshot (self->guides, widget, snapshot, &self->area);
  gtk_snapshot_pop (snapshot);
  bb_framer_snapshot (self->framer, snapshot);

  if (self->compare)
    {
      gtk_widget_snapshot_child (widget, self->before, snapshot);
      gtk_widget_snapshot_child (widget, self->after, snapshot);
      gtk_widget_snapshot_child (widget, self->divider, snapshot);
    }
  if (gtk_widget_get_visible (self->caption))
    gtk_widget_snapshot_child (widget, self->caption, snapshot);
  if (self->cropping)
    gtk_widget_snapshot_child (widget, self->crop_view, snapshot);
}

static void
bb_canvas_dispose (GObject *object)
{
  BbCanvas *self = BB_CANVAS (object);

  g_clear_object (&self->framer);
  g_clear_pointer (&self->pan, bb_pan_free);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  g_clear_handle_id (&self->resize_timeout, g_source_remove);
  g_clear_object (&self->paintable);
  g_clear_object (&self->compared);
  g_clear_pointer (&self->divider, gtk_widget_unparent);
  g_clear_pointer (&self->before, gtk_widget_unparent);
  g_clear_pointer (&self->after, gtk_widget_unparent);
  g_clear_pointer (&self->caption, gtk_widget_unparent);
  g_clear_pointer (&self->crop_view, gtk_widget_unparent);

  G_OBJECT_CLASS (bb_canvas_parent_class)->dispose (object);
}

static void
add_nudge (GtkWidgetClass *widget_class, guint key, guint keypad_key, int x, int y)
{
  gtk_widget_class_add_binding (widget_class, key, 0, nudge_cb, "(ii)", x, y);
  gtk_widget_class_add_binding (widget_class, keypad_key, 0, nudge_cb, "(ii)", x, y);
  gtk_widget_class_add_binding (widget_class, key, GDK_SHIFT_MASK, nudge_cb, "(ii)", 10 * x,
                                10 * y);
}

static void
add_scale (GtkWidgetClass *widget_class, guint key, double factor)
{
  gtk_widget_class_add_binding (widget_class, key, 0, scale_cb, "d", factor);
}

static void
bb_canvas_class_init (BbCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_canvas_dispose;
  widget_class->measure = bb_canvas_measure;
  widget_class->size_allocate = bb_canvas_size_allocate;
  widget_class->snapshot = bb_canvas_snapshot;

  signals[WANTED_SIZE_CHANGED] =
    g_signal_new ("wanted-size-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 0);

  add_nudge (widget_class, GDK_KEY_Left, GDK_KEY_KP_Left, -1, 0);
  add_nudge (widget_class, GDK_KEY_Right, GDK_KEY_KP_Right, 1, 0);
  add_nudge (widget_class, GDK_KEY_Up, GDK_KEY_KP_Up, 0, -1);
  add_nudge (widget_class, GDK_KEY_Down, GDK_KEY_KP_Down, 0, 1);
  add_scale (widget_class, GDK_KEY_plus, KEY_SCALE);
  add_scale (widget_class, GDK_KEY_equal, KEY_SCALE);
  add_scale (widget_class, GDK_KEY_KP_Add, KEY_SCALE);
  add_scale (widget_class, GDK_KEY_minus, 1.0 / KEY_SCALE);
  add_scale (widget_class, GDK_KEY_KP_Subtract, 1.0 / KEY_SCALE);

  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
add_label (BbCanvas *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "osd");
  gtk_widget_add_css_class (label, "canvas-label");
  gtk_widget_set_can_target (label, FALSE);
  gtk_widget_set_visible (label, FALSE);
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

/* Few changes of the recipe give the canvas another shape. */
static void
recipe_cb (BbCanvas *self)
{
  int width, height;

  get_canvas (self, &width, &height);
  if (width != self->shape_width || height != self->shape_height)
    gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
bb_canvas_init (BbCanvas *self)
{
  GtkGesture *split = gtk_gesture_drag_new ();

  self->scale = 1.0;
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (recipe_cb),
                                  self);
  self->paintable = bb_picture_paintable_new ();
  self->compared = bb_picture_paintable_new ();
  g_signal_connect_object (self->paintable, "invalidate-contents",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->compared, "invalidate-contents",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);

  self->before = add_label (self, _ ("Before"));
  self->after = add_label (self, _ ("After"));
  self->caption = add_label (self, NULL);
  gtk_label_set_wrap (GTK_LABEL (self->caption), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->caption), GTK_JUSTIFY_CENTER);
  self->divider = bb_handle_new (_ ("Divider between Before and After"), "divider");
  bb_handle_set_range (BB_HANDLE (self->divider), 0.0, 1.0, 0.01, 0.1);
  gtk_widget_set_visible (self->divider, FALSE);
  gtk_widget_set_parent (self->divider, GTK_WIDGET (self));
  g_signal_connect_swapped (self->divider, "moved", G_CALLBACK (divider_moved_cb), self);
  set_split (self, 0.5);

  self->framer = bb_framer_new (GTK_WIDGET (self));
  self->pan = bb_pan_new (GTK_WIDGET (self));
  self->crop_view = bb_crop_view_new ();
  gtk_widget_set_visible (self->crop_view, FALSE);
  gtk_widget_set_parent (self->crop_view, GTK_WIDGET (self));

  /* Before what moves the picture. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (split), GTK_PHASE_CAPTURE);
  g_signal_connect (split, "drag-begin", G_CALLBACK (split_begin_cb), self);
  g_signal_connect (split, "drag-update", G_CALLBACK (split_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (split));

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Preview"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ ("Arrow keys move the picture, plus and minus scale it"), -1);
}

/**
 * bb_canvas_set_editor:
 * @self: a canvas
 * @editor: (nullable): what holds the recipe
 */
void
bb_canvas_set_editor (BbCanvas *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  g_set_object (&self->editor, editor);
  bb_framer_set_editor (self->framer, editor);
  bb_crop_view_set_editor (BB_CROP_VIEW (self->crop_view), editor);
  g_signal_group_set_target (self->editor_signals, editor);
}

/**
 * bb_canvas_set_source:
 * @self: a canvas
 * @width: columns of the upright source in square pixels; 0 where there is none
 * @height: rows of it
 */
void
bb_canvas_set_source (BbCanvas *self, int width, int height)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  self->source_width = width;
  self->source_height = height;
  bb_framer_set_source (self->framer, width, height);
}

/**
 * bb_canvas_set_cropping:
 * @self: a canvas with a source
 * @cropping: whether the crop is chosen on the whole source, in place of framing what is left
 *
 * Whoever starts that has to have pictures made of bb_canvas_make_recipe().
 */
void
bb_canvas_set_cropping (BbCanvas *self, gboolean cropping)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  if (cropping == self->cropping)
    return;
  self->cropping = cropping;
  bb_framer_set_enabled (self->framer, !cropping);
  gtk_widget_set_visible (self->crop_view, cropping);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  if (cropping)
    bb_crop_view_start (BB_CROP_VIEW (self->crop_view));
  else
    {
      bb_crop_view_stop (BB_CROP_VIEW (self->crop_view));
      gtk_widget_grab_focus (GTK_WIDGET (self));
    }
}

/**
 * bb_canvas_make_recipe:
 * @self: a canvas
 *
 * Returns: (transfer full): what the pictures that it shows are made of
 */
BbRecipe *
bb_canvas_make_recipe (BbCanvas *self)
{
  BbRecipe *recipe;

  g_return_val_if_fail (BB_IS_CANVAS (self), NULL);

  recipe = bb_editor_get_recipe (self->editor);
  return self->cropping ? bb_crop_view_make_recipe (recipe, self->source_width, self->source_height)
                        : bb_recipe_ref (recipe);
}

/**
 * bb_canvas_set_pictures:
 * @self: a canvas
 * @picture: (nullable): the finished picture
 * @compared: (nullable): the original
 *
 * Shows other pictures with the next frame that is drawn.
 */
void
bb_canvas_set_pictures (BbCanvas *self, BbPicture *picture, BbPicture *compared)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  bb_picture_paintable_set_picture (self->paintable, picture);
  bb_picture_paintable_set_picture (self->compared, compared);
}

/**
 * bb_canvas_set_compare:
 * @self: a canvas
 * @compare: whether the original is laid over the left part
 */
void
bb_canvas_set_compare (BbCanvas *self, gboolean compare)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  self->compare = compare;
  gtk_widget_set_visible (self->divider, compare);
  gtk_widget_set_visible (self->before, compare);
  gtk_widget_set_visible (self->after, compare);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_canvas_set_caption:
 * @self: a canvas
 * @caption: (nullable): what to say of the picture, laid over it
 */
void
bb_canvas_set_caption (BbCanvas *self, const char *caption)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  gtk_label_set_label (GTK_LABEL (self->caption), caption != NULL ? caption : "");
  gtk_widget_set_visible (self->caption, caption != NULL);
}

/**
 * bb_canvas_set_guides:
 * @self: a canvas
 * @guides: (nullable): safe areas to show
 */
void
bb_canvas_set_guides (BbCanvas *self, const BbGuides *guides)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  self->guides = guides;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * bb_canvas_set_actual_size:
 * @self: a canvas
 * @actual_size: whether a pixel of the canvas takes a pixel of the screen, in place of fitting it
 */
void
bb_canvas_set_actual_size (BbCanvas *self, gboolean actual_size)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  self->actual_size = actual_size;
  bb_framer_set_scrolling (self->framer, actual_size);
  bb_pan_set_enabled (self->pan, actual_size);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/**
 * bb_canvas_get_picture_shift:
 * @self: a canvas
 * @x: (out): how far the middle of the picture on the canvas is right of the canvas' own, in pixels of the widget
 *   at the actual size
 * @y: (out): how far it is below it
 */
void
bb_canvas_get_picture_shift (BbCanvas *self, double *x, double *y)
{
  const BbRecipeValues *values;
  BbPlacement placement;
  double scale;

  g_return_if_fail (BB_IS_CANVAS (self));

  *x = *y = 0.0;
  if (!bb_framer_can_frame (self->framer))
    return;
  values = bb_editor_get (self->editor);
  scale = get_scale (self);
  bb_framing_place (values, self->source_width, self->source_height, &placement);
  *x = CLAMP (placement.x, -values->width / 2.0, values->width / 2.0) / scale;
  *y = CLAMP (placement.y, -values->height / 2.0, values->height / 2.0) / scale;
}

/**
 * bb_canvas_get_wanted_size:
 * @self: a canvas
 * @width: (out): device pixels; 0 before it has a place on the screen
 * @height: (out): the same
 *
 * Gets the room for a picture. It is never larger than the canvas of the recipe.
 */
void
bb_canvas_get_wanted_size (BbCanvas *self, int *width, int *height)
{
  g_return_if_fail (BB_IS_CANVAS (self));

  *width = self->wanted_width;
  *height = self->wanted_height;
}

/**
 * bb_canvas_get_paintable:
 * @self: a canvas
 *
 * Returns: (transfer none): the finished picture that is shown
 */
BbPicturePaintable *
bb_canvas_get_paintable (BbCanvas *self)
{
  g_return_val_if_fail (BB_IS_CANVAS (self), NULL);

  return self->paintable;
}
