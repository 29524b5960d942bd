/* bb-picture-row.c: row for a picture of the recipe
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-picture-row.h"

#include <glib/gi18n.h>

/**
 * BbPictureRow:
 *
 * Shows the name of a file of the recipe, and lets the user choose another or none.
 *
 * Properties: `key`, the file's name in the recipe: `picture`, which is shown when it was chosen and
 * cannot be removed, or `logo`.
 */
struct _BbPictureRow {
  AdwActionRow parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  char *key;

  GtkWidget *choose_button;
  GtkWidget *remove_button;
};

enum { PROP_0, PROP_KEY, N_PROPS };

enum { SIGNAL_CHOSEN, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbPictureRow, bb_picture_row, ADW_TYPE_ACTION_ROW)

static gboolean
is_background (BbPictureRow *self)
{
  return g_str_equal (self->key, "picture");
}

static const char *
get_path (BbPictureRow *self)
{
  const BbRecipeValues *values = bb_editor_get (self->editor);

  return is_background (self) ? values->picture : values->logo;
}

static void
update (BbPictureRow *self)
{
  g_autofree char *name = NULL;
  g_autofree char *whole = NULL;
  const char *path;

  if (self->editor == NULL)
    return;
  path = get_path (self);
  if (*path != '\0')
    {
      name = g_filename_display_basename (path);
      whole = g_filename_display_name (path);
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self),
                               /* Translators: no picture */
                               name != NULL ? name : C_ ("picture", "None"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), whole);
  /* The focus does not go with the button. */
  if (*path == '\0' && gtk_widget_is_focus (self->remove_button))
    gtk_widget_grab_focus (self->choose_button);
  gtk_widget_set_visible (self->remove_button, *path != '\0' && !is_background (self));
}

/* As one step, with what shows it. */
static void
set_path (BbPictureRow *self, const char *path)
{
  BbRecipeValues values = *bb_editor_get (self->editor);

  if (is_background (self))
    {
      values.picture = path;
      values.background = BB_BACKGROUND_PICTURE;
    }
  else
    values.logo = path;
  bb_editor_end_step (self->editor);
  bb_editor_set (self->editor, &values, NULL, NULL);
}

static void
remove_cb (GtkButton *button, gpointer user_data)
{
  BbPictureRow *self = BB_PICTURE_ROW (user_data);

  if (self->editor != NULL)
    set_path (self, "");
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbPictureRow) self = BB_PICTURE_ROW (user_data);
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL && self->editor != NULL)
    set_path (self, path);
  else if (file != NULL)
    {
      g_autoptr (GtkAlertDialog) dialog =
        gtk_alert_dialog_new (_ ("This file is not on this machine: copy it here first"));

      gtk_alert_dialog_show (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
    }
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0);
}

static void
choose_cb (GtkButton *button, gpointer user_data)
{
  bb_picture_row_choose (BB_PICTURE_ROW (user_data));
}

static void
bb_picture_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BbPictureRow *self = BB_PICTURE_ROW (object);

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
bb_picture_row_dispose (GObject *object)
{
  BbPictureRow *self = BB_PICTURE_ROW (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_PICTURE_ROW);

  G_OBJECT_CLASS (bb_picture_row_parent_class)->dispose (object);
}

static void
bb_picture_row_finalize (GObject *object)
{
  g_free (BB_PICTURE_ROW (object)->key);

  G_OBJECT_CLASS (bb_picture_row_parent_class)->finalize (object);
}

static void
bb_picture_row_class_init (BbPictureRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = bb_picture_row_set_property;
  object_class->dispose = bb_picture_row_dispose;
  object_class->finalize = bb_picture_row_finalize;

  props[PROP_KEY] = g_param_spec_string (
    "key", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * BbPictureRow::chosen:
   *
   * The user has chosen a file, or none after all.
   */
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", BB_TYPE_PICTURE_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-picture-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BbPictureRow, choose_button);
  gtk_widget_class_bind_template_child (widget_class, BbPictureRow, remove_button);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
bb_picture_row_init (BbPictureRow *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * bb_picture_row_set_editor:
 * @self: a row
 * @editor: (nullable): what holds the recipe
 */
void
bb_picture_row_set_editor (BbPictureRow *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_PICTURE_ROW (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  update (self);
}

/**
 * bb_picture_row_choose:
 * @self: a row
 *
 * Lets the user choose a file. `chosen` is emitted when that is done.
 */
void
bb_picture_row_choose (BbPictureRow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) pictures = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  g_return_if_fail (BB_IS_PICTURE_ROW (self));

  gtk_file_filter_set_name (pictures, _ ("Pictures"));
  gtk_file_filter_add_mime_type (pictures, "image/*");
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, pictures);
  g_list_store_append (filters, all);
  gtk_file_dialog_set_title (dialog, _ ("Choose a Picture"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  if (self->editor != NULL && *get_path (self) != '\0')
    {
      g_autoptr (GFile) file = g_file_new_for_path (get_path (self));

      gtk_file_dialog_set_initial_file (dialog, file);
    }
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        chosen_cb, g_object_ref (self));
}
