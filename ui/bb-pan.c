/* bb-pan.c: dragging a view that is larger than its place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-pan.h"

/**
 * BbPan:
 *
 * Has dragging a widget scroll what is scrolled around it.
 */
struct _BbPan {
  GtkWidget *widget; /* which owns this */
  GtkWidget *around; /* what scrolls, during a drag */
  GtkGesture *drag;
  gboolean moving;
  graphene_point_t start; /* of the drag, on what scrolls */
  double value[2];        /* how far that was scrolled then */
};

static void
get_adjustments (BbPan *pan, GtkAdjustment *adjustments[2])
{
  adjustments[0] = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (pan->around));
  adjustments[1] = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (pan->around));
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, gpointer user_data)
{
  BbPan *pan = user_data;
  GtkAdjustment *adjustments[2];

  pan->around = gtk_widget_get_ancestor (pan->widget, GTK_TYPE_SCROLLED_WINDOW);
  if (pan->around == NULL ||
      !gtk_widget_compute_point (pan->widget, pan->around,
                                 &GRAPHENE_POINT_INIT ((float) x, (float) y), &pan->start))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  get_adjustments (pan, adjustments);
  for (int i = 0; i < 2; i++)
    pan->value[i] = gtk_adjustment_get_value (adjustments[i]);
  gtk_widget_grab_focus (pan->widget);
}

/* The widget moves under the pointer: what counts is where that is on what stays. */
static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, gpointer user_data)
{
  BbPan *pan = user_data;
  GtkAdjustment *adjustments[2];
  graphene_point_t place;
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  if (!gtk_widget_compute_point (
        pan->widget, pan->around,
        &GRAPHENE_POINT_INIT ((float) (x + offset_x), (float) (y + offset_y)), &place))
    return;
  if (!pan->moving)
    {
      if (!gtk_drag_check_threshold (pan->widget, 0, 0, (int) offset_x, (int) offset_y))
        return;
      pan->moving = TRUE;
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      gtk_widget_set_cursor_from_name (pan->widget, "grabbing");
    }
  get_adjustments (pan, adjustments);
  gtk_adjustment_set_value (adjustments[0], pan->value[0] - (place.x - pan->start.x));
  gtk_adjustment_set_value (adjustments[1], pan->value[1] - (place.y - pan->start.y));
}

static void
drag_end_cb (GtkGesture *gesture, GdkEventSequence *sequence, gpointer user_data)
{
  BbPan *pan = user_data;

  if (pan->moving)
    gtk_widget_set_cursor_from_name (pan->widget, NULL);
  pan->moving = FALSE;
  pan->around = NULL;
}

/**
 * bb_pan_new:
 * @widget: what is dragged, which has to outlive it
 *
 * Returns: (transfer full): a pan that is not enabled
 */
BbPan *
bb_pan_new (GtkWidget *widget)
{
  BbPan *pan = g_new0 (BbPan, 1);

  pan->widget = widget;
  pan->drag = gtk_gesture_drag_new ();
  g_signal_connect (pan->drag, "drag-begin", G_CALLBACK (drag_begin_cb), pan);
  g_signal_connect (pan->drag, "drag-update", G_CALLBACK (drag_update_cb), pan);
  g_signal_connect (pan->drag, "end", G_CALLBACK (drag_end_cb), pan);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pan->drag));
  bb_pan_set_enabled (pan, FALSE);
  return pan;
}

/**
 * bb_pan_free:
 * @pan: (transfer full): a pan
 */
void
bb_pan_free (BbPan *pan)
{
  g_signal_handlers_disconnect_by_data (pan->drag, pan);
  g_free (pan);
}

/**
 * bb_pan_set_enabled:
 * @pan: a pan
 * @enabled: whether dragging scrolls
 */
void
bb_pan_set_enabled (BbPan *pan, gboolean enabled)
{
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (pan->drag),
                                              enabled ? GTK_PHASE_BUBBLE : GTK_PHASE_NONE);
}
