/* bb-background-group.c: rows for what is around the picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-background-group.h"

#include "bb-color-row.h"
#include "bb-picture-row.h"
#include "bb-value-row.h"

#include <glib/gi18n.h>

/**
 * BbBackgroundGroup:
 *
 * Rows that choose the kind of the background, and those that the kind has.
 */
struct _BbBackgroundGroup {
  AdwPreferencesGroup parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  gboolean updating;

  AdwComboRow *kind_row;
  BbPictureRow *picture_row;
  BbColorRow *color_row;
  BbColorRow *second_color_row;
  GtkWidget *angle_row;
  GtkWidget *blur_row;
  GtkWidget *zoom_row;
  GtkWidget *dim_row;
  GtkWidget *saturation_row;
};

G_DEFINE_FINAL_TYPE (BbBackgroundGroup, bb_background_group, ADW_TYPE_PREFERENCES_GROUP)

static void
update (BbBackgroundGroup *self)
{
  BbBackground kind;
  gboolean picture, gradient, color, moving, blurred;

  if (self->editor == NULL || self->updating)
    return;
  self->updating = TRUE;
  kind = bb_editor_get (self->editor)->background;
  picture = kind == BB_BACKGROUND_PICTURE;
  gradient = kind == BB_BACKGROUND_GRADIENT;
  color = kind == BB_BACKGROUND_COLOR || gradient;
  moving = kind == BB_BACKGROUND_BLUR || kind == BB_BACKGROUND_MIRROR;
  blurred = moving || picture;
  adw_combo_row_set_selected (self->kind_row, (guint) kind);
  gtk_widget_set_visible (GTK_WIDGET (self->picture_row), picture);
  gtk_widget_set_visible (GTK_WIDGET (self->color_row), color);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->color_row),
                                 gradient ? _ ("First Color") : _ ("Color"));
  gtk_widget_set_visible (GTK_WIDGET (self->second_color_row), gradient);
  gtk_widget_set_visible (self->angle_row, gradient);
  gtk_widget_set_visible (self->blur_row, blurred);
  gtk_widget_set_visible (self->zoom_row, blurred && kind != BB_BACKGROUND_MIRROR);
  gtk_widget_set_visible (self->dim_row, blurred);
  gtk_widget_set_visible (self->saturation_row, blurred);
  self->updating = FALSE;
}

static void
kind_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbBackgroundGroup *self = BB_BACKGROUND_GROUP (user_data);
  BbRecipeValues values;

  if (self->editor == NULL || self->updating ||
      adw_combo_row_get_selected (row) == GTK_INVALID_LIST_POSITION)
    return;
  values = *bb_editor_get (self->editor);
  values.background = (BbBackground) adw_combo_row_get_selected (row);
  if (values.background == BB_BACKGROUND_PICTURE && *values.picture == '\0')
    {
      bb_picture_row_choose (self->picture_row);
      return;
    }
  bb_editor_end_step (self->editor);
  bb_editor_set (self->editor, &values, NULL, NULL);
}

/* Without a picture the kind is what it was. */
static void
chosen_cb (BbPictureRow *row, gpointer user_data)
{
  update (BB_BACKGROUND_GROUP (user_data));
}

static void
bb_background_group_dispose (GObject *object)
{
  BbBackgroundGroup *self = BB_BACKGROUND_GROUP (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_BACKGROUND_GROUP);

  G_OBJECT_CLASS (bb_background_group_parent_class)->dispose (object);
}

static void
bb_background_group_class_init (BbBackgroundGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_background_group_dispose;

  g_type_ensure (BB_TYPE_COLOR_ROW);
  g_type_ensure (BB_TYPE_PICTURE_ROW);
  g_type_ensure (BB_TYPE_VALUE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-background-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, kind_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, picture_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, color_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, second_color_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, angle_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, blur_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, zoom_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, dim_row);
  gtk_widget_class_bind_template_child (widget_class, BbBackgroundGroup, saturation_row);
  gtk_widget_class_bind_template_callback (widget_class, kind_cb);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
}

static void
bb_background_group_init (BbBackgroundGroup *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_background_group_set_editor:
 * @self: a group
 * @editor: (nullable): what holds the recipe
 *
 * The rows of numbers get theirs from whoever holds the group.
 */
void
bb_background_group_set_editor (BbBackgroundGroup *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_BACKGROUND_GROUP (self));

  g_set_object (&self->editor, editor);
  bb_picture_row_set_editor (self->picture_row, editor);
  bb_color_row_set_editor (self->color_row, editor);
  bb_color_row_set_editor (self->second_color_row, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  update (self);
}
