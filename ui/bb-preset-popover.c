/* bb-preset-popover.c: popover of presets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-preset-popover.h"

#include "bb-renderer.h"
#include "bb-texture.h"
#include "bb-thumbnails.h"

#include <glib/gi18n.h>

/* Pixels of the longer side of a picture. */
#define PICTURE_SIZE 72

/**
 * BbPresetPopover:
 *
 * A list of presets, each with a picture of what it makes of the current clip. Choosing, saving, renaming, deleting, exporting and importing are actions of the window:
 * `win.apply-preset`, `win.save-preset`, `win.replace-preset`, `win.rename-preset`,
 * `win.delete-preset`, `win.export-preset` and `win.import-presets`.
 */
struct _BbPresetPopover {
  GtkPopover parent_instance;

  BbPresets *presets;
  GCancellable *loading; /* (nullable): of the pictures */

  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (BbPresetPopover, bb_preset_popover, GTK_TYPE_POPOVER)

static void
name_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  BbPresetPopover *self = BB_PRESET_POPOVER (user_data);
  GtkEditable *entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog));
  const char *old_name = g_object_get_data (G_OBJECT (dialog), "old-name");
  const char *name = gtk_editable_get_text (entry);

  if (!g_str_equal (response, "save"))
    return;
  if (old_name != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.rename-preset", "(ss)", old_name, name);
  else
    gtk_widget_activate_action (GTK_WIDGET (self),
                                bb_presets_find (self->presets, name) != NULL ? "win.replace-preset"
                                                                              : "win.save-preset",
                                "s", name);
}

/* Says at once what a name would do: one that comes with the program or belongs to another preset
 * than is renamed cannot be taken, and that of another preset replaces it. */
static void
name_changed_cb (GtkEditable *entry, gpointer user_data)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (user_data);
  const char *name = gtk_editable_get_text (entry);
  const char *old_name = g_object_get_data (G_OBJECT (dialog), "old-name");
  BbPresets *presets = g_object_get_data (G_OBJECT (dialog), "presets");
  BbPreset *other = presets != NULL ? bb_presets_find (presets, name) : NULL;
  gboolean shipped = other != NULL && bb_preset_get_file (other) == NULL;
  gboolean replaces = other != NULL && !shipped && old_name == NULL;
  gboolean taken = other != NULL && !shipped && old_name != NULL && !g_str_equal (name, old_name);
  const char *body = NULL;

  if (shipped)
    body = _ ("A preset of that name comes with Blurbox: choose another name");
  else if (taken)
    body = _ ("There is a preset of that name: choose another one");
  else if (replaces)
    body = _ ("There is a preset of that name, which will be replaced");
  adw_alert_dialog_set_body (dialog, body != NULL ? body : "");
  adw_alert_dialog_set_response_label (dialog, "save",
                                       old_name != NULL ? _ ("_Rename")
                                       : replaces       ? _ ("_Replace")
                                                        : _ ("_Save"));
  adw_alert_dialog_set_response_appearance (
    dialog, "save", replaces ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_response_enabled (dialog, "save", *name != '\0' && !shipped && !taken);
}

/* Asks for a name: a new one for @old_name, or one for the current settings. */
static void
ask_for_name (BbPresetPopover *self, const char *old_name)
{
  AdwDialog *dialog =
    adw_alert_dialog_new (old_name != NULL ? _ ("Rename Preset") : _ ("Save Preset"), NULL);
  GtkWidget *entry = gtk_entry_new ();

  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 80);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Name"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"),
                                  -1);
  if (old_name != NULL)
    gtk_editable_set_text (GTK_EDITABLE (entry), old_name);
  if (self->presets != NULL)
    g_object_set_data_full (G_OBJECT (dialog), "presets", g_object_ref (self->presets),
                            g_object_unref);
  g_object_set_data_full (G_OBJECT (dialog), "old-name", g_strdup (old_name), g_free);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "save",
                                  _ ("_Save"), NULL);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "save");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), entry);
  g_signal_connect_object (entry, "changed", G_CALLBACK (name_changed_cb), dialog, 0);
  name_changed_cb (GTK_EDITABLE (entry), dialog);
  g_signal_connect_object (dialog, "response", G_CALLBACK (name_response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_widget_grab_focus (entry);
}

static void
save_cb (GtkButton *button, gpointer user_data)
{
  ask_for_name (BB_PRESET_POPOVER (user_data), NULL);
}

static const char *
get_name (GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX_ROW);

  return g_object_get_data (G_OBJECT (row), "name");
}

static void
rename_cb (GtkButton *button, gpointer user_data)
{
  ask_for_name (BB_PRESET_POPOVER (user_data), get_name (GTK_WIDGET (button)));
}

static void
delete_cb (GtkButton *button, gpointer user_data)
{
  g_autofree char *name = g_strdup (get_name (GTK_WIDGET (button)));

  gtk_popover_popdown (GTK_POPOVER (user_data));
  gtk_widget_activate_action (GTK_WIDGET (user_data), "win.delete-preset", "s", name);
}

static void
export_cb (GtkButton *button, gpointer user_data)
{
  gtk_popover_popdown (GTK_POPOVER (user_data));
  gtk_widget_activate_action (GTK_WIDGET (user_data), "win.export-preset", "s",
                              get_name (GTK_WIDGET (button)));
}

static void
import_cb (GtkButton *button, gpointer user_data)
{
  gtk_popover_popdown (GTK_POPOVER (user_data));
  gtk_widget_activate_action (GTK_WIDGET (user_data), "win.import-presets", NULL);
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  gtk_popover_popdown (GTK_POPOVER (user_data));
  gtk_widget_activate_action (GTK_WIDGET (user_data), "win.apply-preset", "s",
                              (const char *) g_object_get_data (G_OBJECT (row), "name"));
}

static void
add_button (GtkWidget *box, const char *icon, const char *tooltip, GCallback callback,
            BbPresetPopover *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_add_css_class (button, "small-button");
  g_signal_connect_object (button, "clicked", callback, self, 0);
  gtk_box_append (GTK_BOX (box), button);
}

/* Puts a mark below the name of a row, or takes it away. */
static void
mark_row (GtkWidget *row, const char *text, gboolean active)
{
  GtkWidget *label = g_object_get_data (G_OBJECT (row), "mark");

  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
  gtk_widget_set_visible (label, text != NULL);
  if (active)
    gtk_widget_add_css_class (label, "accent");
  else
    gtk_widget_remove_css_class (label, "accent");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text != NULL ? text : "", -1);
}

static GtkWidget *
create_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  return label;
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  BbPreset *preset = BB_PRESET (item);
  const char *name = bb_preset_get_name (preset);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = create_label (name);
  GtkWidget *mark = create_label (NULL);
  /* The name says it all. */
  GtkWidget *picture =
    g_object_new (GTK_TYPE_PICTURE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                  "width-request", PICTURE_SIZE, "height-request", PICTURE_SIZE, "can-shrink", TRUE,
                  "margin-top", 3, "margin-bottom", 3, "margin-end", 9, NULL);

  gtk_box_append (GTK_BOX (box), picture);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  /* A long name is cut. */
  gtk_widget_set_tooltip_text (label, name);
  gtk_widget_add_css_class (mark, "caption");
  gtk_box_append (GTK_BOX (texts), label);
  gtk_box_append (GTK_BOX (texts), mark);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), texts);
  add_button (box, "document-save-as-symbolic", _ ("Export"), G_CALLBACK (export_cb), user_data);
  if (bb_preset_get_file (preset) != NULL)
    {
      add_button (box, "document-edit-symbolic", _ ("Rename"), G_CALLBACK (rename_cb), user_data);
      add_button (box, "user-trash-symbolic", _ ("Delete"), G_CALLBACK (delete_cb), user_data);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "name", g_strdup (name), g_free);
  g_object_set_data (G_OBJECT (row), "mark", mark);
  g_object_set_data (G_OBJECT (row), "picture", picture);
  mark_row (row, NULL, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return row;
}

static void
stop_loading (BbPresetPopover *self)
{
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
}

static void
picture_cb (guint index, BbPicture *picture, gpointer user_data)
{
  BbPresetPopover *self = BB_PRESET_POPOVER (user_data);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) index);
  g_autoptr (GdkTexture) texture = bb_texture_new (picture);

  if (row != NULL && texture != NULL)
    gtk_picture_set_paintable (g_object_get_data (G_OBJECT (row), "picture"),
                               GDK_PAINTABLE (texture));
}

static void
pictures_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* Presets without pictures do their work all the same. */
  if (!bb_thumbnails_load_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_info ("Pictures of presets: %s", error->message);
}

/* What is shown next time is another frame. */
static void
bb_preset_popover_hide (GtkWidget *widget)
{
  BbPresetPopover *self = BB_PRESET_POPOVER (widget);
  GtkListBoxRow *row;

  stop_loading (self);
  for (int i = 0;
       self->list != NULL && (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    gtk_picture_set_paintable (g_object_get_data (G_OBJECT (row), "picture"), NULL);

  GTK_WIDGET_CLASS (bb_preset_popover_parent_class)->hide (widget);
}

static void
bb_preset_popover_dispose (GObject *object)
{
  BbPresetPopover *self = BB_PRESET_POPOVER (object);

  stop_loading (self);
  if (self->list != NULL)
    bb_preset_popover_set_presets (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_PRESET_POPOVER);

  G_OBJECT_CLASS (bb_preset_popover_parent_class)->dispose (object);
}

static void
bb_preset_popover_class_init (BbPresetPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_preset_popover_dispose;
  widget_class->hide = bb_preset_popover_hide;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-preset-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, BbPresetPopover, list);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, import_cb);
}

static void
bb_preset_popover_init (BbPresetPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_preset_popover_set_presets:
 * @self: a popover
 * @presets: (nullable): what to choose from
 */
void
bb_preset_popover_set_presets (BbPresetPopover *self, BbPresets *presets)
{
  g_return_if_fail (BB_IS_PRESET_POPOVER (self));

  if (self->presets == presets)
    return;
  if (self->presets != NULL)
    g_signal_handlers_disconnect_by_func (self->presets, stop_loading, self);
  g_set_object (&self->presets, presets);
  /* Pictures come by the numbers of rows. */
  if (presets != NULL)
    g_signal_connect_object (presets, "items-changed", G_CALLBACK (stop_loading), self,
                             G_CONNECT_SWAPPED);
  gtk_list_box_bind_model (self->list, presets != NULL ? G_LIST_MODEL (presets) : NULL, create_row,
                           self, NULL);
}

/**
 * bb_preset_popover_mark:
 * @self: a popover
 * @active: (nullable): name of the preset that the current clip has
 * @changed: (nullable): name of the preset that it had before it was changed
 *
 * Marks presets.
 */
void
bb_preset_popover_mark (BbPresetPopover *self, const char *active, const char *changed)
{
  GtkListBoxRow *row;

  g_return_if_fail (BB_IS_PRESET_POPOVER (self));

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    {
      const char *name = g_object_get_data (G_OBJECT (row), "name");
      gboolean is_active = g_strcmp0 (name, active) == 0;
      const char *text = NULL;

      if (is_active)
        /* Translators: below a preset's name: the video looks like that */
        text = _ ("Active");
      else if (g_strcmp0 (name, changed) == 0)
        /* Translators: below a preset's name: it was chosen, and the video's look changed since */
        text = _ ("Changed");
      mark_row (GTK_WIDGET (row), text, is_active);
    }
}

/**
 * bb_preset_popover_load_pictures:
 * @self: a popover that is shown
 * @file: the current clip
 * @time: the instant that is shown of it, in nanoseconds
 * @recipes: (element-type BbRecipe): what each of the presets makes of it, in their order
 *
 * Shows pictures of the presets, as they are made. Closing the popover stops that.
 */
void
bb_preset_popover_load_pictures (BbPresetPopover *self, GFile *file, gint64 time,
                                 GPtrArray *recipes)
{
  g_return_if_fail (BB_IS_PRESET_POPOVER (self));

  stop_loading (self);
  self->loading = g_cancellable_new ();
  bb_thumbnails_load_looks_async (
    file, time, recipes, PICTURE_SIZE * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
    bb_renderer_get_present_options (), picture_cb, self, self->loading, pictures_cb, NULL);
}
