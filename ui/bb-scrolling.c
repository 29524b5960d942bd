/* bb-scrolling.c: scales that leave scrolling to the list around them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-scrolling.h"

/**
 * bb_scrolling_leave:
 * @scale: a scale in a list that can be scrolled
 *
 * Has the scale ignore the wheel: scrolling the list must not change what happens to lie under the
 * pointer.
 */
void
bb_scrolling_leave (GtkWidget *scale)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (scale);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
}
