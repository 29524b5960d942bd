/* bb-toast.c: toasts whose text is cut in its middle
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-toast.h"

#include "bb-announce.h"

/**
 * bb_toast_new:
 * @text: what it says, as it is
 *
 * A toast's own title is cut at its end where there is no room, such as what became of a file with a long
 * name. This one is cut in its middle, and a tooltip has all of it: toasts have one line only.
 *
 * Returns: (transfer full): a toast
 */
AdwToast *
bb_toast_new (const char *text)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_tooltip_text (label, text);
  gtk_widget_add_css_class (label, "heading");
  adw_toast_set_custom_title (toast, label);
  return toast;
}

/**
 * bb_toast_show:
 * @widget: a widget with an #AdwToastOverlay around it
 * @text: one sentence
 *
 * Shows a short notice over the nearest toast overlay, and has it read aloud.
 */
void
bb_toast_show (GtkWidget *widget, const char *text)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);

  g_return_if_fail (overlay != NULL);

  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), bb_toast_new (text));
  bb_announce (widget, text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}
