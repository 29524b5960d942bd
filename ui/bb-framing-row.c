/* bb-framing-row.c: row that fits, fills, turns, mirrors and crops the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-framing-row.h"

/**
 * BbFramingRow:
 *
 * Says whether the picture just fits in or just fills the frame, and does either; below, buttons for
 * actions of the window.
 */
struct _BbFramingRow {
  AdwPreferencesRow parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  gboolean updating;

  AdwToggleGroup *ends;
  GtkWidget *buttons;
};

G_DEFINE_FINAL_TYPE (BbFramingRow, bb_framing_row, ADW_TYPE_PREFERENCES_ROW)

static void
update (BbFramingRow *self)
{
  double zoom = bb_editor_get (self->editor)->zoom;

  self->updating = TRUE;
  adw_toggle_group_set_active_name (self->ends, zoom == 0.0 ? "fit" : zoom == 1.0 ? "fill" : NULL);
  self->updating = FALSE;
}

static void
ends_cb (AdwToggleGroup *group, GParamSpec *pspec, gpointer user_data)
{
  BbFramingRow *self = BB_FRAMING_ROW (user_data);
  const char *name = adw_toggle_group_get_active_name (group);
  g_autofree char *action = NULL;

  if (self->editor == NULL || self->updating || name == NULL)
    return;
  action = g_strconcat ("win.", name, NULL);
  gtk_widget_activate_action (GTK_WIDGET (self), action, NULL);
}

static void
bb_framing_row_dispose (GObject *object)
{
  BbFramingRow *self = BB_FRAMING_ROW (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_FRAMING_ROW);

  G_OBJECT_CLASS (bb_framing_row_parent_class)->dispose (object);
}

static void
bb_framing_row_class_init (BbFramingRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_framing_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-framing-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BbFramingRow, ends);
  gtk_widget_class_bind_template_child (widget_class, BbFramingRow, buttons);
  gtk_widget_class_bind_template_callback (widget_class, ends_cb);
}

static void
bb_framing_row_init (BbFramingRow *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  /* Left is on the left, in every language. */
  gtk_widget_set_direction (self->buttons, GTK_TEXT_DIR_LTR);
  self->updating = FALSE;
}

/**
 * bb_framing_row_set_editor:
 * @self: a row
 * @editor: (nullable): what holds the recipe
 */
void
bb_framing_row_set_editor (BbFramingRow *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_FRAMING_ROW (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  if (editor != NULL)
    update (self);
}
