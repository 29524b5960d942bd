/* bb-sidebar.c: sidebar with all settings of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-sidebar.h"

#include "bb-background-group.h"
#include "bb-frame-group.h"
#include "bb-framing-row.h"
#include "bb-guides.h"
#include "bb-logo-group.h"
#include "bb-value-row.h"

#include <glib/gi18n.h>

/**
 * BbSidebar:
 *
 * The rows of settings. Each is bound to the recipe of an editor; which guides are shown is no part
 * of a recipe and goes through the action `win.guides`.
 */
struct _BbSidebar {
  AdwBin parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  gboolean updating;

  BbFrameGroup *frame_group;
  BbFramingRow *framing_row;
  BbValueRow *zoom_row;
  BbValueRow *radius_row;
  BbBackgroundGroup *background_group;
  BbLogoGroup *logo_group;
  AdwComboRow *guides_row;
  BbPerformanceGroup *performance_group;
};

enum { PROP_0, PROP_GUIDES, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbSidebar, bb_sidebar, ADW_TYPE_BIN)

static void
update (BbSidebar *self)
{
  const BbRecipeValues *values;

  if (self->editor == NULL || self->updating)
    return;
  self->updating = TRUE;
  values = bb_editor_get (self->editor);
  bb_value_row_set_scale_range (self->radius_row, 0.0, MIN (values->width, values->height) / 4.0);
  self->updating = FALSE;
}

static void
guides_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  g_object_notify_by_pspec (G_OBJECT (user_data), props[PROP_GUIDES]);
}

/* Rows of the recipe's numbers, wherever they are. */
static void
set_editor_of_rows (GtkWidget *widget, BbEditor *editor)
{
  if (BB_IS_VALUE_ROW (widget))
    bb_value_row_set_editor (BB_VALUE_ROW (widget), editor);
  else
    for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
         child = gtk_widget_get_next_sibling (child))
      set_editor_of_rows (child, editor);
}

static void
bb_sidebar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbSidebar *self = BB_SIDEBAR (object);
  const BbGuides *guides;

  switch (id)
    {
    case PROP_GUIDES:
      guides = bb_guides_get (adw_combo_row_get_selected (self->guides_row));
      g_value_set_string (value, guides != NULL ? bb_guides_get_id (guides) : "none");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_sidebar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BbSidebar *self = BB_SIDEBAR (object);

  switch (id)
    {
    case PROP_GUIDES:
      for (guint i = 0; bb_guides_get (i) != NULL; i++)
        if (g_strcmp0 (bb_guides_get_id (bb_guides_get (i)), g_value_get_string (value)) == 0)
          adw_combo_row_set_selected (self->guides_row, i);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_sidebar_dispose (GObject *object)
{
  BbSidebar *self = BB_SIDEBAR (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_SIDEBAR);

  G_OBJECT_CLASS (bb_sidebar_parent_class)->dispose (object);
}

static void
bb_sidebar_class_init (BbSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = bb_sidebar_get_property;
  object_class->set_property = bb_sidebar_set_property;
  object_class->dispose = bb_sidebar_dispose;

  props[PROP_GUIDES] =
    g_param_spec_string ("guides", NULL, NULL, "none",
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (BB_TYPE_BACKGROUND_GROUP);
  g_type_ensure (BB_TYPE_FRAME_GROUP);
  g_type_ensure (BB_TYPE_FRAMING_ROW);
  g_type_ensure (BB_TYPE_LOGO_GROUP);
  g_type_ensure (BB_TYPE_PERFORMANCE_GROUP);
  g_type_ensure (BB_TYPE_VALUE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, frame_group);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, framing_row);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, zoom_row);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, radius_row);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, background_group);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, logo_group);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, guides_row);
  gtk_widget_class_bind_template_child (widget_class, BbSidebar, performance_group);
  gtk_widget_class_bind_template_callback (widget_class, guides_cb);
}

static void
bb_sidebar_init (BbSidebar *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; bb_guides_get (i) != NULL; i++)
    gtk_string_list_take (names, bb_guides_get_name (bb_guides_get (i)));
  bb_value_row_add_mark (self->zoom_row, 0.0, _ ("Fit"));
  bb_value_row_add_mark (self->zoom_row, 1.0, _ ("Fill"));
  adw_combo_row_set_model (self->guides_row, G_LIST_MODEL (names));
}

/**
 * bb_sidebar_set_editor:
 * @self: a sidebar
 * @editor: (nullable): what holds the recipe
 */
void
bb_sidebar_set_editor (BbSidebar *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_SIDEBAR (self));

  g_set_object (&self->editor, editor);
  bb_frame_group_set_editor (self->frame_group, editor);
  bb_framing_row_set_editor (self->framing_row, editor);
  bb_background_group_set_editor (self->background_group, editor);
  bb_logo_group_set_editor (self->logo_group, editor);
  bb_performance_group_set_editor (self->performance_group, editor);
  set_editor_of_rows (GTK_WIDGET (self), editor);
  /* After the rows, which follow the same signal. */
  g_signal_group_set_target (self->editor_signals, editor);
  if (editor != NULL)
    update (self);
}

/**
 * bb_sidebar_get_performance_group:
 * @self: a sidebar
 *
 * Returns: (transfer none): the group that shows what the work costs
 */
BbPerformanceGroup *
bb_sidebar_get_performance_group (BbSidebar *self)
{
  g_return_val_if_fail (BB_IS_SIDEBAR (self), NULL);

  return self->performance_group;
}
