/* bb-export-dialog.c: dialog that exports one or more videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-export-dialog-private.h"

#include "bb-announce.h"
#include "bb-command.h"
#include "bb-file-name.h"
#include "bb-output-text.h"
#include "bb-toast.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (BbExportDialog, bb_export_dialog, ADW_TYPE_DIALOG)

/**
 * bb_export_dialog_is_many:
 * @self: a dialog
 *
 * Returns: whether it exports several videos, and so asks for no name
 */
gboolean
bb_export_dialog_is_many (BbExportDialog *self)
{
  return self->clips->len > 1;
}

/**
 * bb_export_dialog_get_file:
 * @self: a dialog
 * @i: index of a video that is exported
 *
 * Returns: (transfer none): the video
 */
GFile *
bb_export_dialog_get_file (BbExportDialog *self, guint i)
{
  return bb_clip_get_file (self->clips->pdata[i]);
}

/**
 * bb_export_dialog_make_recipe:
 * @self: a dialog
 * @i: index of a video that is exported
 *
 * Returns: (transfer full): what is made of it
 */
BbRecipe *
bb_export_dialog_make_recipe (BbExportDialog *self, guint i)
{
  g_autoptr (BbRecipe) recipe =
    bb_project_make_recipe (bb_editor_get_project (self->editor), self->clips->pdata[i]);
  BbRecipeValues values = *bb_recipe_get (recipe);

  bb_recipe_values_copy_parts (&values, &self->values, BB_RECIPE_OUTPUT);
  return bb_recipe_new (&values, NULL);
}

static const char *
get_source_problem (void)
{
  return _ ("That is the video itself: choose another name or folder");
}

static char *
find_problem (BbExportDialog *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  g_autoptr (BbRecipe) recipe = NULL;
  g_autofree char *extension = g_strconcat (".", self->container, NULL);
  const BbEncoder *encoder;
  g_autoptr (GError) error = NULL;

  if (!bb_export_dialog_is_many (self) && bb_output_text_check_name (name) != NULL)
    return g_strdup (bb_output_text_check_name (name));
  if (!bb_export_dialog_is_many (self) && bb_export_dialog_is_edited (self) &&
      bb_export_dialog_is_source_name (self))
    {
      g_autoptr (GFile) target = bb_export_dialog_make_target (self, 0);

      if (bb_export_dialog_is_source (self, target))
        return g_strdup (get_source_problem ());
    }
  recipe = bb_recipe_new (&self->values, &error);
  encoder = recipe != NULL ? bb_encoder_choose (recipe, &error) : NULL;
  if (encoder == NULL || !bb_encoder_check_container (encoder, extension, &error) ||
      !bb_output_check_size (&self->values, &error))
    return g_strdup (error->message);
  return NULL;
}

static void
show_problem (BbExportDialog *self, const char *problem)
{
  if (problem != NULL)
    adw_banner_set_title (self->problem, problem);
  adw_banner_set_revealed (self->problem, problem != NULL);
}

static void
check (BbExportDialog *self)
{
  g_autofree char *problem = find_problem (self);

  show_problem (self, problem);
  gtk_widget_set_sensitive (self->export_button, problem == NULL);
  if (problem != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->name_row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->name_row), "error");
}

static void
estimate_size (BbExportDialog *self)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) recipes = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_recipe_unref);

  for (guint i = 0; i < self->clips->len; i++)
    {
      g_ptr_array_add (files, g_object_ref (bb_export_dialog_get_file (self, i)));
      g_ptr_array_add (recipes, bb_export_dialog_make_recipe (self, i));
    }
  bb_size_estimate_set (self->estimate, files, recipes, self->container);
}

static void
estimate_changed_cb (BbSizeEstimate *estimate, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  g_autofree char *text = bb_size_estimate_get_text (estimate);

  gtk_label_set_text (self->size_label, text);
  gtk_widget_set_visible (self->size_spinner, bb_size_estimate_get_busy (estimate));
}

static void
show_title (BbExportDialog *self)
{
  guint n = self->clips->len;
  gboolean busy = bb_queue_get_current (self->queue) != NULL;
  g_autofree char *title =
    n > 1 ? g_strdup_printf (ngettext ("Export %u Video", "Export %u Videos", n), n)
          : g_strdup (_ ("Export"));

  adw_dialog_set_title (ADW_DIALOG (self), title);
  gtk_button_set_label (GTK_BUTTON (self->export_button),
                        busy ? _ ("_Add to Queue") : _ ("_Export"));
  gtk_widget_set_visible (GTK_WIDGET (self->name_row), n == 1);
}

/* Everything that follows from container, codec and encoder. */
static void
show_all (BbExportDialog *self)
{
  self->updating = TRUE;
  bb_output_settle (&self->values, self->container);
  bb_export_dialog_show_codecs (self);
  bb_export_dialog_show_encoders (self);
  bb_export_dialog_show_encoder (self);
  adw_combo_row_set_selected (self->audio_row, self->values.audio);
  bb_export_dialog_show_name (self);
  bb_export_dialog_show_folder (self);
  show_title (self);
  self->updating = FALSE;
  check (self);
  estimate_size (self);
}

static void
name_changed_cb (GtkEditable *editable, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);

  if (!self->updating)
    check (self);
}

static void
scope_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  guint selected = adw_combo_row_get_selected (row);

  if (self->updating || selected == GTK_INVALID_LIST_POSITION)
    return;
  self->clips = self->scopes[self->shown_scopes[selected]];
  show_all (self);
}

static void
container_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  guint selected = adw_combo_row_get_selected (row);

  if (self->updating || selected == GTK_INVALID_LIST_POSITION)
    return;
  self->container = bb_output_get_containers ()[selected];
  show_all (self);
}

static void
codec_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  guint selected = adw_combo_row_get_selected (row);

  if (self->updating || selected >= self->codecs->len)
    return;
  bb_output_set_codec (&self->values, g_array_index (self->codecs, BbOutputCodec, selected));
  show_all (self);
}

static void
encoder_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  guint selected = adw_combo_row_get_selected (row);
  BbOutputCodec codec;

  if (self->updating || selected > self->encoders->len)
    return;
  codec = bb_output_get_codec (&self->values);
  if (selected == 0)
    bb_output_set_codec (&self->values, codec);
  else
    bb_output_set_encoder (&self->values,
                           ((const BbEncoder *) self->encoders->pdata[selected - 1])->name);
  show_all (self);
}

static void
quality_cb (BbQualityRow *row, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  const BbEncoder *encoder;
  int quality = bb_quality_row_get_value (row);

  if (self->updating)
    return;
  encoder = bb_output_find_encoder (&self->values, self->container);
  self->values.quality = encoder != NULL && quality == encoder->quality ? -1 : quality;
  estimate_size (self);
}

static void
preset_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  const BbEncoder *encoder;
  const char *name;

  if (self->updating || adw_combo_row_get_selected (row) == GTK_INVALID_LIST_POSITION)
    return;
  encoder = bb_output_find_encoder (&self->values, self->container);
  name = self->preset_names[adw_combo_row_get_selected (row)];
  self->values.preset =
    encoder != NULL && g_str_equal (name, encoder->preset) ? "" : g_intern_string (name);
  estimate_size (self);
}

static void
audio_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);

  if (self->updating || adw_combo_row_get_selected (row) == GTK_INVALID_LIST_POSITION)
    return;
  self->values.audio = (BbAudio) adw_combo_row_get_selected (row);
  estimate_size (self);
}

static void
set_folder (BbExportDialog *self, GFile *folder)
{
  g_set_object (&self->folder, folder);
  self->updating = TRUE;
  bb_export_dialog_show_name (self);
  bb_export_dialog_show_folder (self);
  self->updating = FALSE;
  check (self);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbExportDialog) self = BB_EXPORT_DIALOG (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder =
    gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);

  if (folder != NULL && g_file_peek_path (folder) != NULL)
    set_folder (self, folder);
  else if (folder != NULL)
    show_problem (self, _ ("Videos cannot be written there: choose a folder on this computer"));
}

static void
folder_cb (GtkButton *button, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *path = bb_export_dialog_get_folder (self, bb_export_dialog_get_file (self, 0));
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  gtk_file_dialog_set_title (dialog, _ ("Choose a Folder"));
  gtk_file_dialog_set_initial_folder (dialog, folder);
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                 self->cancellable, folder_chosen_cb, g_object_ref (self));
}

static void
source_folder_cb (GtkButton *button, gpointer user_data)
{
  set_folder (BB_EXPORT_DIALOG (user_data), NULL);
}

static void
copy_cb (AdwButtonRow *row, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->clips->len; i++)
    {
      g_autoptr (BbRecipe) recipe = bb_export_dialog_make_recipe (self, i);
      g_autoptr (GFile) target = bb_export_dialog_make_target (self, i);
      const char *input = g_file_peek_path (bb_export_dialog_get_file (self, i));
      g_autofree char *line = NULL;

      if (input == NULL)
        continue;
      line = bb_command_new (recipe, input, g_file_peek_path (target), FALSE);
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  adw_toast_overlay_add_toast (self->toasts, bb_toast_new (_ ("Command copied")));
}

static void
export_files (BbExportDialog *self, BbJobName name)
{
  g_autofree char *uri = self->folder != NULL ? g_file_get_uri (self->folder) : g_strdup ("");

  for (guint i = 0; i < self->clips->len; i++)
    {
      g_autoptr (BbRecipe) recipe = bb_export_dialog_make_recipe (self, i);
      g_autoptr (GFile) target = bb_export_dialog_make_target (self, i);
      g_autoptr (BbJob) job =
        bb_job_new (bb_export_dialog_get_file (self, i), target, recipe, name);
      g_autoptr (GError) error = NULL;

      if (!bb_queue_add (self->queue, job, &error))
        {
          show_problem (self, error->message);
          return;
        }
    }
  g_settings_set_string (self->settings, "export-container", self->container);
  g_settings_set_string (self->settings, "export-folder", uri);
  bb_editor_set_output (self->editor, &self->values);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
replace_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  if (g_str_equal (response, "replace"))
    export_files (BB_EXPORT_DIALOG (user_data), BB_JOB_NAME_REPLACE);
}

static void
ask_to_replace (BbExportDialog *self, GFile *target)
{
  g_autofree char *name = bb_file_get_name (target);
  AdwDialog *dialog = adw_alert_dialog_new (_ ("Replace File?"), NULL);

  adw_alert_dialog_format_body (
    ADW_ALERT_DIALOG (dialog),
    _ ("“%s” is there already. It will be replaced when the export is finished."), name);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "replace",
                                  _ ("_Replace"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "replace",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (replace_response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
export_cb (GtkButton *button, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (user_data);
  g_autoptr (GFile) target = NULL;

  if (bb_export_dialog_is_many (self) || !bb_export_dialog_is_edited (self))
    {
      export_files (self, BB_JOB_NAME_PROPOSED);
      return;
    }
  target = bb_export_dialog_make_target (self, 0);
  if (bb_export_dialog_is_source (self, target))
    show_problem (self, get_source_problem ());
  else if (g_file_query_exists (target, NULL))
    ask_to_replace (self, target);
  else
    export_files (self, BB_JOB_NAME_CHOSEN);
}

static void
cancel_cb (GtkButton *button, gpointer user_data)
{
  adw_dialog_close (ADW_DIALOG (user_data));
}

/* Where there are many there is no name to write: Enter exports, in place of what comes first. */
static GtkWidget *
get_first (BbExportDialog *self)
{
  return bb_export_dialog_is_many (self) ? self->export_button : GTK_WIDGET (self->name_row);
}

static void
focus_first (gpointer data)
{
  g_autoptr (BbExportDialog) self = BB_EXPORT_DIALOG (data);

  if (!self->focus_waits || !gtk_widget_get_mapped (get_first (self)))
    return;
  self->focus_waits = FALSE;
  gtk_widget_grab_focus (get_first (self));
}

/* The name comes on screen after the dialog does. */
static void
first_mapped_cb (GtkWidget *widget, gpointer user_data)
{
  g_idle_add_once (focus_first, g_object_ref (user_data));
}

/* A dialog that becomes a sheet, as in a narrow window, loses its focus on the way: to the button
 * that cancels. */
static void
mapped_cb (GtkWidget *widget, gpointer user_data)
{
  BB_EXPORT_DIALOG (user_data)->focus_waits = TRUE;
  first_mapped_cb (widget, user_data);
}

static void
closed_cb (AdwDialog *dialog, gpointer user_data)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (dialog);

  g_cancellable_cancel (self->cancellable);
  bb_size_estimate_stop (self->estimate);
}

/* A choice that cannot be used any more, as it came from another machine or the driver is gone, goes
 * back to one that can. Returns whether it did. */
static gboolean
replace_encoder (BbExportDialog *self)
{
  const BbEncoder *encoder = bb_output_find_encoder (&self->values, self->container);
  const char *problem;
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (encoder == NULL ||
      bb_output_check_encoder (encoder, self->values.device, &problem) != BB_OUTPUT_UNUSABLE)
    return FALSE;
  bb_output_set_codec (&self->values, bb_output_get_codec (&self->values));
  /* Translators: name of an encoder, and why it cannot be used */
  text = g_strdup_printf (_ ("%s cannot be used, so the encoder is chosen automatically: %s"),
                          bb_output_text_encoder (encoder), problem);
  toast = bb_toast_new (text);
  adw_toast_set_timeout (toast, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
  bb_announce (GTK_WIDGET (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  return TRUE;
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbExportDialog) self = BB_EXPORT_DIALOG (user_data);

  if (!bb_output_test_encoders_finish (result))
    return;
  if (replace_encoder (self))
    {
      show_all (self);
      return;
    }
  self->updating = TRUE;
  bb_export_dialog_show_encoders (self);
  self->updating = FALSE;
}

static void
bb_export_dialog_dispose (GObject *object)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_EXPORT_DIALOG);
  g_clear_object (&self->estimate);
  g_clear_object (&self->queue);
  g_clear_object (&self->editor);
  g_clear_object (&self->settings);
  g_clear_object (&self->folder);

  G_OBJECT_CLASS (bb_export_dialog_parent_class)->dispose (object);
}

static void
bb_export_dialog_finalize (GObject *object)
{
  BbExportDialog *self = BB_EXPORT_DIALOG (object);

  g_clear_object (&self->cancellable);
  for (guint i = 0; i < BB_EXPORT_N_SCOPES; i++)
    g_clear_pointer (&self->scopes[i], g_ptr_array_unref);
  g_clear_pointer (&self->base, bb_recipe_unref);
  g_clear_pointer (&self->codecs, g_array_unref);
  g_clear_pointer (&self->encoders, g_ptr_array_unref);
  g_clear_pointer (&self->preset_names, g_strfreev);
  g_free (self->proposed);

  G_OBJECT_CLASS (bb_export_dialog_parent_class)->finalize (object);
}

static void
bb_export_dialog_class_init (BbExportDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_export_dialog_dispose;
  object_class->finalize = bb_export_dialog_finalize;

  g_type_ensure (BB_TYPE_QUALITY_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, export_button);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, extension_label);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, source_folder_button);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, scope_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, scope_titles);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, container_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, codec_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, encoder_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, quality_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, preset_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, audio_row);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, containers);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, codec_titles);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, encoder_titles);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, preset_titles);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, size_spinner);
  gtk_widget_class_bind_template_child (widget_class, BbExportDialog, size_label);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, export_cb);
  gtk_widget_class_bind_template_callback (widget_class, name_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, source_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, scope_cb);
  gtk_widget_class_bind_template_callback (widget_class, container_cb);
  gtk_widget_class_bind_template_callback (widget_class, codec_cb);
  gtk_widget_class_bind_template_callback (widget_class, encoder_cb);
  gtk_widget_class_bind_template_callback (widget_class, quality_cb);
  gtk_widget_class_bind_template_callback (widget_class, preset_cb);
  gtk_widget_class_bind_template_callback (widget_class, audio_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
}

static void
bb_export_dialog_init (BbExportDialog *self)
{
  self->updating = TRUE;
  self->codecs = g_array_new (FALSE, FALSE, sizeof (BbOutputCodec));
  self->cancellable = g_cancellable_new ();
  self->estimate = bb_size_estimate_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->estimate, "changed", G_CALLBACK (estimate_changed_cb), self, 0);
  g_signal_connect (self, "closed", G_CALLBACK (closed_cb), NULL);
  g_signal_connect (self, "map", G_CALLBACK (mapped_cb), self);
  g_signal_connect (self->name_row, "map", G_CALLBACK (first_mapped_cb), self);
  g_signal_connect (self->export_button, "map", G_CALLBACK (first_mapped_cb), self);
}

/* Of one video there is nothing to choose: then it is this one. */
static void
show_scopes (BbExportDialog *self, BbExportScope scope)
{
  guint n_shown = 0;
  guint selected = 0;

  for (guint i = 0; i < BB_EXPORT_N_SCOPES; i++)
    {
      guint n = self->scopes[i]->len;
      g_autofree char *title = NULL;

      if (i > BB_EXPORT_THIS && n < 2)
        continue;
      if (i == BB_EXPORT_THIS)
        title = g_strdup (_ ("This One"));
      else if (i == BB_EXPORT_SELECTED)
        title = g_strdup_printf (ngettext ("The Selected %u", "The Selected %u", n), n);
      else
        title = g_strdup_printf (ngettext ("All %u", "All %u", n), n);
      if (i == scope)
        selected = n_shown;
      gtk_string_list_append (self->scope_titles, title);
      self->shown_scopes[n_shown++] = (BbExportScope) i;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->scope_row), self->scopes[BB_EXPORT_ALL]->len > 1);
  adw_combo_row_set_selected (self->scope_row, selected);
  self->clips = self->scopes[self->shown_scopes[selected]];
}

static void
load_settings (BbExportDialog *self)
{
  g_autofree char *container = g_settings_get_string (self->settings, "export-container");
  g_autofree char *uri = g_settings_get_string (self->settings, "export-folder");
  const char *const *containers = bb_output_get_containers ();
  guint selected = 0;

  for (guint i = 0; containers[i] != NULL; i++)
    {
      gtk_string_list_append (self->containers, bb_output_text_container (containers[i]));
      if (g_str_equal (containers[i], container))
        selected = i;
    }
  self->container = containers[selected];
  adw_combo_row_set_selected (self->container_row, selected);
  if (*uri != '\0')
    {
      g_autoptr (GFile) folder = g_file_new_for_uri (uri);

      if (g_file_peek_path (folder) != NULL &&
          g_file_test (g_file_peek_path (folder), G_FILE_TEST_IS_DIR))
        self->folder = g_steal_pointer (&folder);
    }
}

/**
 * bb_export_dialog_new:
 * @queue: where the exports go
 * @editor: what tunes the recipe
 * @settings: what the user set
 * @selected: (element-type BbClip): the videos of the project that are selected, at least one
 * @scope: which videos are exported unless others are chosen
 *
 * Returns: (transfer floating): a dialog
 */
BbExportDialog *
bb_export_dialog_new (BbQueue *queue, BbEditor *editor, GSettings *settings, GPtrArray *selected,
                      BbExportScope scope)
{
  BbExportDialog *self = g_object_new (BB_TYPE_EXPORT_DIALOG, NULL);
  BbProject *project = bb_editor_get_project (editor);

  self->queue = g_object_ref (queue);
  self->editor = g_object_ref (editor);
  self->settings = g_object_ref (settings);
  self->base = bb_recipe_ref (bb_editor_get_recipe (editor));
  self->values = *bb_recipe_get (self->base);
  for (guint i = 0; i < BB_EXPORT_N_SCOPES; i++)
    self->scopes[i] = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->scopes[BB_EXPORT_THIS], g_object_ref (bb_project_get_current (project)));
  for (guint i = 0; i < selected->len; i++)
    g_ptr_array_add (self->scopes[BB_EXPORT_SELECTED], g_object_ref (selected->pdata[i]));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (project)); i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (G_LIST_MODEL (project), i);

      /* It says itself why it cannot be read. */
      if (bb_clip_get_problem (clip) == NULL)
        g_ptr_array_add (self->scopes[BB_EXPORT_ALL], g_steal_pointer (&clip));
    }
  self->updating = TRUE;
  show_scopes (self, scope);
  self->updating = FALSE;
  load_settings (self);
  show_all (self);
  g_signal_connect_object (queue, "notify::current", G_CALLBACK (show_title), self,
                           G_CONNECT_SWAPPED);
  bb_output_test_encoders_async (self->cancellable, tested_cb, g_object_ref (self));
  return self;
}
