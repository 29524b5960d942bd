/* bb-clip-strip.c: the list of videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-clip-strip.h"

#include "bb-clip-item.h"

#include <glib/gi18n.h>

/**
 * BbClipStrip:
 *
 * The videos of a project beside each other. The one that is selected is shown; several can be selected
 * for what the actions of the window do. They are moved by dragging, and by Alt with the arrow keys.
 */
struct _BbClipStrip {
  AdwBin parent_instance;

  BbProject *project;
  GtkMultiSelection *selection;
  gboolean updating;

  GtkListView *list;
  GMenuModel *clip_menu;
  GtkWidget *popover;
};

G_DEFINE_FINAL_TYPE (BbClipStrip, bb_clip_strip, ADW_TYPE_BIN)

static gboolean
find_position (BbClipStrip *self, BbClip *clip, guint *position)
{
  return clip != NULL && bb_project_get_position (self->project, clip, position);
}

/* The video that is shown is selected. */
static void
current_cb (BbClipStrip *self)
{
  guint position;

  if (!find_position (self, bb_project_get_current (self->project), &position))
    return;
  self->updating = TRUE;
  if (!gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  self->updating = FALSE;
  gtk_list_view_scroll_to (self->list, position, GTK_LIST_SCROLL_NONE, NULL);
}

/* One that is selected alone is shown. */
static void
selection_changed_cb (BbClipStrip *self)
{
  g_autoptr (GtkBitset) selected = NULL;
  g_autoptr (BbClip) clip = NULL;

  if (self->updating)
    return;
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  if (gtk_bitset_get_size (selected) != 1)
    return;
  clip = g_list_model_get_item (G_LIST_MODEL (self->project), gtk_bitset_get_minimum (selected));
  bb_project_set_current (self->project, clip);
}

/* Items that come or move are selected by nobody. */
static void
items_changed_cb (BbClipStrip *self)
{
  g_autoptr (GtkBitset) selected =
    gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  if (gtk_bitset_is_empty (selected))
    current_cb (self);
}

static void
move_to (BbClipStrip *self, GPtrArray *clips, guint position)
{
  BbClip *first = clips->len > 0 ? clips->pdata[0] : NULL;
  guint place;

  bb_project_move (self->project, clips, position);
  self->updating = TRUE;
  for (guint i = 0; i < clips->len; i++)
    if (find_position (self, clips->pdata[i], &place))
      gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), place, i == 0);
  self->updating = FALSE;
  if (find_position (self, first, &place))
    gtk_list_view_scroll_to (self->list, place, GTK_LIST_SCROLL_FOCUS, NULL);
}

/* Alt and an arrow key: one place further in the direction that it points. */
static gboolean
move_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  BbClipStrip *self = BB_CLIP_STRIP (widget);
  g_autoptr (GPtrArray) clips = bb_clip_strip_get_selected (self);
  gboolean forward = (g_variant_get_int32 (arguments) > 0) ==
                     (gtk_widget_get_direction (widget) != GTK_TEXT_DIR_RTL);
  guint first, last;

  if (clips->len == 0 || !find_position (self, clips->pdata[0], &first) ||
      !find_position (self, clips->pdata[clips->len - 1], &last))
    return GDK_EVENT_PROPAGATE;
  if (forward && last + 1 < g_list_model_get_n_items (G_LIST_MODEL (self->project)))
    move_to (self, clips, last + 2);
  else if (!forward && first > 0)
    move_to (self, clips, first - 1);
  return GDK_EVENT_STOP;
}

static void
popover_closed_cb (BbClipStrip *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
show_menu (BbClipStrip *self, GtkWidget *item, double x, double y)
{
  const graphene_point_t at = { (float) x, (float) y };
  graphene_point_t place;
  GdkRectangle rectangle = { 0, 0, 1, 1 };

  if (!gtk_widget_compute_point (item, GTK_WIDGET (self), &at, &place))
    return;
  if (self->popover == NULL)
    {
      self->popover = gtk_popover_menu_new_from_model (self->clip_menu);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
      gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
      gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
      g_signal_connect_object (self->popover, "closed", G_CALLBACK (popover_closed_cb), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  rectangle.x = (int) place.x;
  rectangle.y = (int) place.y;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &rectangle);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

/* What the menu is about is selected, if it is not among what is. */
static void
select_for_menu (BbClipStrip *self, BbClip *clip)
{
  guint position;

  if (find_position (self, clip, &position) &&
      !gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
}

static void
secondary_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  GtkWidget *item = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  BbClipStrip *self = BB_CLIP_STRIP (user_data);

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  select_for_menu (self, bb_clip_item_get_clip (BB_CLIP_ITEM (item)));
  show_menu (self, item, x, y);
}

static void
long_press_cb (GtkGestureLongPress *gesture, double x, double y, gpointer user_data)
{
  GtkWidget *item = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  BbClipStrip *self = BB_CLIP_STRIP (user_data);

  select_for_menu (self, bb_clip_item_get_clip (BB_CLIP_ITEM (item)));
  show_menu (self, item, x, y);
}

/* The menu key, at what has the focus. */
static gboolean
menu_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  BbClipStrip *self = BB_CLIP_STRIP (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *item = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;

  if (!BB_IS_CLIP_ITEM (item))
    return GDK_EVENT_PROPAGATE;
  select_for_menu (self, bb_clip_item_get_clip (BB_CLIP_ITEM (item)));
  show_menu (self, item, gtk_widget_get_width (item) / 2.0, gtk_widget_get_height (item) / 2.0);
  return GDK_EVENT_STOP;
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, gpointer user_data)
{
  BbClipStrip *self = BB_CLIP_STRIP (user_data);
  GtkWidget *item = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (item);

  select_for_menu (self, bb_clip_item_get_clip (BB_CLIP_ITEM (item)));
  gtk_drag_source_set_icon (source, paintable, (int) x, (int) y);
  return gdk_content_provider_new_typed (BB_TYPE_CLIP_STRIP, self);
}

/* Before which video of the list a drop on @item goes. */
static gboolean
find_drop_position (BbClipStrip *self, GtkWidget *item, double x, guint *position)
{
  gboolean behind = (x > gtk_widget_get_width (item) / 2.0) ==
                    (gtk_widget_get_direction (item) != GTK_TEXT_DIR_RTL);

  if (!find_position (self, bb_clip_item_get_clip (BB_CLIP_ITEM (item)), position))
    return FALSE;
  *position += behind;
  return TRUE;
}

static void
clear_mark (GtkWidget *item)
{
  gtk_widget_remove_css_class (item, "drop-before");
  gtk_widget_remove_css_class (item, "drop-behind");
}

static GdkDragAction
drop_motion_cb (GtkDropTarget *target, double x, double y, gpointer user_data)
{
  GtkWidget *item = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));

  clear_mark (item);
  gtk_widget_add_css_class (item,
                            x > gtk_widget_get_width (item) / 2.0 ? "drop-behind" : "drop-before");
  return GDK_ACTION_MOVE;
}

static void
drop_leave_cb (GtkDropTarget *target, gpointer user_data)
{
  clear_mark (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target)));
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  BbClipStrip *self = BB_CLIP_STRIP (user_data);
  GtkWidget *item = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));
  g_autoptr (GPtrArray) clips = bb_clip_strip_get_selected (self);
  guint position;

  clear_mark (item);
  if (g_value_get_object (value) != self || !find_drop_position (self, item, x, &position))
    return FALSE;
  move_to (self, clips, position);
  return TRUE;
}

static void
setup_cb (GtkListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  BbClipStrip *self = BB_CLIP_STRIP (user_data);
  GtkWidget *item = GTK_WIDGET (bb_clip_item_new (self->project));
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *press = gtk_gesture_long_press_new ();
  GtkDragSource *drag = gtk_drag_source_new ();
  GtkDropTarget *drop = gtk_drop_target_new (BB_TYPE_CLIP_STRIP, GDK_ACTION_MOVE);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (secondary_cb), self, 0);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_object (press, "pressed", G_CALLBACK (long_press_cb), self, 0);
  gtk_drag_source_set_actions (drag, GDK_ACTION_MOVE);
  g_signal_connect_object (drag, "prepare", G_CALLBACK (drag_prepare_cb), self, 0);
  g_signal_connect_object (drop, "motion", G_CALLBACK (drop_motion_cb), self, 0);
  g_signal_connect_object (drop, "leave", G_CALLBACK (drop_leave_cb), self, 0);
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (item, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (item, GTK_EVENT_CONTROLLER (press));
  gtk_widget_add_controller (item, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (item, GTK_EVENT_CONTROLLER (drop));
  gtk_list_item_set_child (list_item, item);
}

static void
bind_cb (GtkListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  BbClip *clip = gtk_list_item_get_item (list_item);

  bb_clip_item_set_clip (BB_CLIP_ITEM (gtk_list_item_get_child (list_item)), clip);
  gtk_list_item_set_accessible_label (list_item, bb_clip_get_name (clip));
}

static void
unbind_cb (GtkListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  bb_clip_item_set_clip (BB_CLIP_ITEM (gtk_list_item_get_child (list_item)), NULL);
}

static void
bb_clip_strip_dispose (GObject *object)
{
  BbClipStrip *self = BB_CLIP_STRIP (object);

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_CLIP_STRIP);
  g_clear_object (&self->selection);
  g_clear_object (&self->project);

  G_OBJECT_CLASS (bb_clip_strip_parent_class)->dispose (object);
}

static void
bb_clip_strip_class_init (BbClipStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_clip_strip_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-clip-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, BbClipStrip, list);
  gtk_widget_class_bind_template_child (widget_class, BbClipStrip, clip_menu);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, GDK_ALT_MASK, move_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, GDK_ALT_MASK, move_cb, "i", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_cb, NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "win.remove-clips", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "win.copy-look",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "win.paste-look",
                                       NULL);
}

static void
bb_clip_strip_init (BbClipStrip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_clip_strip_set_project:
 * @self: a strip without a project
 * @project: what to show
 */
void
bb_clip_strip_set_project (BbClipStrip *self, BbProject *project)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_return_if_fail (BB_IS_CLIP_STRIP (self) && self->project == NULL);

  self->project = g_object_ref (project);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (project)));
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (project, "notify::current", G_CALLBACK (current_cb), self,
                           G_CONNECT_SWAPPED);
  current_cb (self);
}

/**
 * bb_clip_strip_get_selected:
 * @self: a strip
 *
 * Returns: (transfer container) (element-type BbClip): the videos that are selected, in their order;
 *   the one that is shown where none is
 */
GPtrArray *
bb_clip_strip_get_selected (BbClipStrip *self)
{
  GPtrArray *clips = g_ptr_array_new_with_free_func (g_object_unref);
  BbClip *current = bb_project_get_current (self->project);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->project)); i++)
    if (gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), i))
      g_ptr_array_add (clips, g_list_model_get_item (G_LIST_MODEL (self->project), i));
  if (clips->len == 0 && current != NULL)
    g_ptr_array_add (clips, g_object_ref (current));
  return clips;
}

/**
 * bb_clip_strip_select_all:
 * @self: a strip
 *
 * Selects all videos.
 */
void
bb_clip_strip_select_all (BbClipStrip *self)
{
  gtk_selection_model_select_all (GTK_SELECTION_MODEL (self->selection));
}
