/* bb-preferences-dialog.c: preferences dialog
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-preferences-dialog.h"

#include "bb-leftover-page.h"
#include "bb-output-text.h"
#include "bb-toast.h"

#include <glib/gi18n.h>

/**
 * BbPreferencesDialog:
 *
 * The dialog for what is kept in the settings and is no part of a recipe.
 */
struct _BbPreferencesDialog {
  AdwPreferencesDialog parent_instance;

  GtkWidget *style_row;
  GtkWidget *play_row;
  GtkWidget *continue_row;
  GtkWidget *keep_row;
  GtkWidget *loop_row;
  GtkWidget *mute_row;
  GtkWidget *pattern_row;
  AdwActionRow *folder_row;
  GtkWidget *source_folder_button;
  GtkWidget *leftover_row;

  GSettings *settings;
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

static gboolean
get_continue (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_boolean (value, g_str_equal (g_variant_get_string (variant, NULL), "continue"));
  return TRUE;
}

static GVariant *
set_continue (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_string (g_value_get_boolean (value) ? "continue" : "ask");
}

/* One that is empty is the usual one. */
static void
pattern_cb (AdwEntryRow *row, gpointer user_data)
{
  BbPreferencesDialog *self = BB_PREFERENCES_DIALOG (user_data);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  if (*text != '\0')
    g_settings_set_string (self->settings, "export-pattern", text);
  else
    g_settings_reset (self->settings, "export-pattern");
}

static void
show_pattern (BbPreferencesDialog *self)
{
  g_autofree char *pattern = g_settings_get_string (self->settings, "export-pattern");

  gtk_editable_set_text (GTK_EDITABLE (self->pattern_row), pattern);
}

static void
show_folder (BbPreferencesDialog *self)
{
  g_autofree char *uri = g_settings_get_string (self->settings, "export-folder");
  g_autoptr (GFile) folder = *uri != '\0' ? g_file_new_for_uri (uri) : NULL;
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;
  g_autofree char *shown =
    path != NULL ? bb_output_text_path (path) : g_strdup (_ ("That of each video"));
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  adw_action_row_set_subtitle (self->folder_row, escaped);
  gtk_widget_set_visible (self->source_folder_button, path != NULL);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbPreferencesDialog) self = BB_PREFERENCES_DIALOG (user_data);
  g_autoptr (GFile) folder =
    gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;

  if (uri == NULL)
    return;
  if (g_file_peek_path (folder) != NULL)
    g_settings_set_string (self->settings, "export-folder", uri);
  else
    adw_preferences_dialog_add_toast (
      ADW_PREFERENCES_DIALOG (self),
      bb_toast_new (_ ("Videos cannot be written there: choose a folder on this computer")));
}

static void
folder_cb (GtkButton *button, gpointer user_data)
{
  BbPreferencesDialog *self = BB_PREFERENCES_DIALOG (user_data);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _ ("Choose a Folder"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

static void
source_folder_cb (GtkButton *button, gpointer user_data)
{
  g_settings_reset (BB_PREFERENCES_DIALOG (user_data)->settings, "export-folder");
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
  g_clear_object (&BB_PREFERENCES_DIALOG (object)->settings);
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
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, continue_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, pattern_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, source_folder_button);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, loop_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, mute_row);
  gtk_widget_class_bind_template_child (widget_class, BbPreferencesDialog, leftover_row);
  gtk_widget_class_bind_template_callback (widget_class, pattern_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, source_folder_cb);
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

  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed::export-pattern", G_CALLBACK (show_pattern), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::export-folder", G_CALLBACK (show_folder), self,
                           G_CONNECT_SWAPPED);
  show_pattern (self);
  show_folder (self);
  g_settings_bind_with_mapping (settings, "session-start", self->continue_row, "active",
                                G_SETTINGS_BIND_DEFAULT, get_continue, set_continue, NULL, NULL);
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
