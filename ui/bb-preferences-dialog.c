/* bb-preferences-dialog.c: preferences dialog
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-preferences-dialog.h"

#include "bb-leftover-page.h"

/**
 * BbPreferencesDialog:
 *
 * The dialog for what is kept in the settings and is no part of a recipe.
 */
struct _BbPreferencesDialog {
  AdwPreferencesDialog parent_instance;

  GtkWidget *style_row;
  GtkWidget *play_row;
  GtkWidget *keep_row;
  GtkWidget *loop_row;
  GtkWidget *mute_row;
  GtkWidget *leftover_row;

  BbLeftoverPage *leftover_page;
};

G_DEFINE_FINAL_TYPE (BbPreferencesDialog, bb_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

/* In the order of the rows. */
static const char *const styles[] = { "system", "light", "dark" };

static gboolean
get_style (GValue *value, GVariant *variant, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if (g_str_equal (styles[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
set_style (const GValue *value, const GVariantType *type, gpointer user_data)
{
  guint index = g_value_get_uint (value);

  return index < G_N_ELEMENTS (styles) ? g_variant_new_string (styles[index]) : NULL;
}

static void
leftover_cb (AdwActionRow *row, gpointer user_data)
{
  BbPreferencesDialog *self = BB_PREFERENCES_DIALOG (user_data);

  adw_preferences_dialog_push_subpage (ADW_PREFERENCES_DIALOG (self),
                                       ADW_NAVIGATION_PAGE (self->leftover_page));
}

/* Those of exports, and the one that is set for them. */
static GStrv
get_folders (GSettings *settings, BbExportManager *export_manager)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) used = bb_export_manager_get_folders (export_manager);
  g_autofree char *chosen = g_settings_get_string (settings, "export-folder");

  g_strv_builder_addv (builder, (const char **) used);
  if (*chosen != '\0' && !g_strv_contains ((const char *const *) used, chosen))
    g_strv_builder_add (builder, chosen);
  return g_strv_builder_end (builder);
}

static void
bb_preferences_dialog_dispose (GObject *object)
{
  g_clear_object (&BB_PREFERENCES_DIALOG (object)->leftover_page);
  gtk_widget_dispose_template (GTK_WIDGET (object), BB_TYPE_PREFERENCES_DIALOG);

  G_OBJECT_CLASS (bb_preferences_dialog_parent_class)->dispose (object);
}

static void
bb_preferences_dialog_class_init (BbPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_preferences_dialog_dispose;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/blurbox/Blurbox/bb-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, style_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, play_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, keep_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, loop_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, mute_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, leftover_row);
  gtk_widget_class_bind_template_callback (widget_class, leftover_cb);
}

static void
bb_preferences_dialog_init (BbPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_preferences_dialog_new:
 * @settings: what to show and change
 * @export_manager: the exports of the application
 *
 * Returns: (transfer floating): a dialog
 */
AdwDialog *
bb_preferences_dialog_new (GSettings *settings, BbExportManager *export_manager)
{
  BbPreferencesDialog *self = g_object_new (BB_TYPE_PREFERENCES_DIALOG, NULL);
  g_auto (GStrv) folders = get_folders (settings, export_manager);

  g_settings_bind_with_mapping (settings, "style", self->style_row, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_style, set_style, NULL, NULL);
  g_settings_bind (settings, "play-on-open", self->play_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "keep-recipe", self->keep_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "loop", self->loop_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "mute", self->mute_row, "active", G_SETTINGS_BIND_DEFAULT);
  self->leftover_page = g_object_ref_sink (bb_leftover_page_new ((const char *const *) folders));
  g_object_bind_property (self->leftover_page, "summary", self->leftover_row, "subtitle",
                          G_BINDING_SYNC_CREATE);
  return ADW_DIALOG (self);
}
