/* bb-announce.c: announcements for screen readers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-announce.h"

/**
 * bb_announce:
 * @widget: what it is about
 * @text: what to say
 * @priority: whether it may interrupt
 *
 * Lets screen readers say something. It is logged as well, for who looks for it.
 */
void
bb_announce (GtkWidget *widget, const char *text, GtkAccessibleAnnouncementPriority priority)
{
  g_autoptr (GtkATContext) context = gtk_accessible_get_at_context (GTK_ACCESSIBLE (widget));

  g_debug ("Announced: %s", text);
  /* GTK 4.18's context for tests cannot announce, and crashes where it should. */
  if (context == NULL || g_str_equal (G_OBJECT_TYPE_NAME (context), "GtkTestATContext"))
    return;
  gtk_accessible_announce (GTK_ACCESSIBLE (widget), text, priority);
}
