/* bb-logo-group.c: rows for the logo
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-logo-group.h"

#include "bb-picture-row.h"
#include "bb-value-row.h"

/**
 * BbLogoGroup:
 *
 * Rows that choose a logo, and where there is one its place, size and opacity.
 */
struct _BbLogoGroup {
  AdwPreferencesGroup parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  gboolean updating;

  BbPictureRow *picture_row;
  AdwComboRow *place_row;
  GtkWidget *margin_row;
  GtkWidget *x_row;
  GtkWidget *y_row;
  GtkWidget *size_row;
  GtkWidget *opacity_row;
};

G_DEFINE_FINAL_TYPE (BbLogoGroup, bb_logo_group, ADW_TYPE_PREFERENCES_GROUP)

static void
update (BbLogoGroup *self)
{
  const BbRecipeValues *values;
  gboolean shown, free;

  if (self->editor == NULL || self->updating)
    return;
  self->updating = TRUE;
  values = bb_editor_get (self->editor);
  shown = *values->logo != '\0';
  free = values->logo_place == BB_LOGO_FREE;
  adw_combo_row_set_selected (self->place_row, (guint) values->logo_place);
  gtk_widget_set_visible (GTK_WIDGET (self->place_row), shown);
  gtk_widget_set_visible (self->margin_row, shown && !free);
  gtk_widget_set_visible (self->x_row, shown && free);
  gtk_widget_set_visible (self->y_row, shown && free);
  gtk_widget_set_visible (self->size_row, shown);
  gtk_widget_set_visible (self->opacity_row, shown);
  self->updating = FALSE;
}

static void
place_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbLogoGroup *self = BB_LOGO_GROUP (user_data);
  BbRecipeValues values;

  if (self->editor == NULL || self->updating ||
      adw_combo_row_get_selected (row) == GTK_INVALID_LIST_POSITION)
    return;
  values = *bb_editor_get (self->editor);
  values.logo_place = (BbLogoPlace) adw_combo_row_get_selected (row);
  bb_editor_end_step (self->editor);
  bb_editor_set (self->editor, &values, NULL, NULL);
}

static void
bb_logo_group_dispose (GObject *object)
{
  BbLogoGroup *self = BB_LOGO_GROUP (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_LOGO_GROUP);

  G_OBJECT_CLASS (bb_logo_group_parent_class)->dispose (object);
}

static void
bb_logo_group_class_init (BbLogoGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_logo_group_dispose;

  g_type_ensure (BB_TYPE_PICTURE_ROW);
  g_type_ensure (BB_TYPE_VALUE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-logo-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, picture_row);
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, place_row);
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, margin_row);
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, x_row);
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, y_row);
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, size_row);
  gtk_widget_class_bind_template_child (widget_class, BbLogoGroup, opacity_row);
  gtk_widget_class_bind_template_callback (widget_class, place_cb);
}

static void
bb_logo_group_init (BbLogoGroup *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_logo_group_set_editor:
 * @self: a group
 * @editor: (nullable): what holds the recipe
 *
 * The rows of numbers get theirs from whoever holds the group.
 */
void
bb_logo_group_set_editor (BbLogoGroup *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_LOGO_GROUP (self));

  g_set_object (&self->editor, editor);
  bb_picture_row_set_editor (self->picture_row, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  update (self);
}
