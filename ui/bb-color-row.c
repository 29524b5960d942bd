/* bb-color-row.c: row for a color of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-color-row.h"

#include <math.h>

/**
 * BbColorRow:
 *
 * A button that shows a color of the recipe and lets the user choose another.
 *
 * Properties: `key`, the color's name in the recipe.
 */
struct _BbColorRow {
  AdwActionRow parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  char *key;
  gboolean updating;

  GtkColorDialogButton *button;
};

enum { PROP_0, PROP_KEY, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbColorRow, bb_color_row, ADW_TYPE_ACTION_ROW)

static void
update (BbColorRow *self)
{
  g_autofree char *text = NULL;
  GdkRGBA color;

  if (self->editor == NULL || self->updating)
    return;
  text = bb_recipe_values_format (bb_editor_get (self->editor), self->key);
  if (!gdk_rgba_parse (&color, text) ||
      gdk_rgba_equal (&color, gtk_color_dialog_button_get_rgba (self->button)))
    return;
  self->updating = TRUE;
  gtk_color_dialog_button_set_rgba (self->button, &color);
  self->updating = FALSE;
}

static void
color_cb (GtkColorDialogButton *button, GParamSpec *pspec, gpointer user_data)
{
  BbColorRow *self = BB_COLOR_ROW (user_data);
  const GdkRGBA *color = gtk_color_dialog_button_get_rgba (button);
  g_autofree char *text = NULL;

  if (self->editor == NULL || self->updating)
    return;
  text =
    g_strdup_printf ("#%02x%02x%02x", (guint) lrint (color->red * 255.0),
                     (guint) lrint (color->green * 255.0), (guint) lrint (color->blue * 255.0));
  bb_editor_set_text (self->editor, self->key, text, NULL);
}

static void
bb_color_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BbColorRow *self = BB_COLOR_ROW (object);

  switch (id)
    {
    case PROP_KEY:
      self->key = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_color_row_dispose (GObject *object)
{
  BbColorRow *self = BB_COLOR_ROW (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_COLOR_ROW);

  G_OBJECT_CLASS (bb_color_row_parent_class)->dispose (object);
}

static void
bb_color_row_finalize (GObject *object)
{
  g_free (BB_COLOR_ROW (object)->key);

  G_OBJECT_CLASS (bb_color_row_parent_class)->finalize (object);
}

static void
bb_color_row_class_init (BbColorRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = bb_color_row_set_property;
  object_class->dispose = bb_color_row_dispose;
  object_class->finalize = bb_color_row_finalize;

  props[PROP_KEY] = g_param_spec_string (
    "key", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-color-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BbColorRow, button);
  gtk_widget_class_bind_template_callback (widget_class, color_cb);
}

static void
bb_color_row_init (BbColorRow *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_color_row_set_editor:
 * @self: a row
 * @editor: (nullable): what holds the recipe
 */
void
bb_color_row_set_editor (BbColorRow *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_COLOR_ROW (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  update (self);
}
