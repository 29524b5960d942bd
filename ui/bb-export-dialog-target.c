/* bb-export-dialog-target.c: names and folder of the files that the export dialog makes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-export-dialog-private.h"

#include "bb-file-name.h"
#include "bb-output-text.h"
#include "bb-targets.h"

#include <string.h>

/**
 * bb_export_dialog_get_folder:
 * @self: a dialog
 * @file: one of its videos
 *
 * Returns: (transfer full): path of the folder that the export of @file goes into
 */
char *
bb_export_dialog_get_folder (BbExportDialog *self, GFile *file)
{
  return self->folder != NULL ? g_file_get_path (self->folder) : bb_output_text_folder (file);
}

static char *
propose (BbExportDialog *self, guint i)
{
  GFile *file = bb_export_dialog_get_file (self, i);
  g_autoptr (BbRecipe) recipe = bb_export_dialog_make_recipe (self, i);
  g_autofree char *pattern = g_settings_get_string (self->settings, "export-pattern");
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *folder = bb_export_dialog_get_folder (self, file);
  g_autofree char *fallback = bb_file_get_name (file);

  return bb_queue_propose (self->queue, path != NULL ? path : fallback, folder, pattern, recipe,
                           self->container);
}

static char *
cut_extension (const char *path, const char *extension)
{
  g_autofree char *base = g_path_get_basename (path);
  gsize length = strlen (base) - strlen (extension) - 1;

  return g_strndup (base, length);
}

/**
 * bb_export_dialog_is_edited:
 * @self: a dialog
 *
 * Returns: whether the name is another than the one that was proposed
 */
gboolean
bb_export_dialog_is_edited (BbExportDialog *self)
{
  return self->proposed != NULL &&
         !g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->name_row)), self->proposed);
}

/**
 * bb_export_dialog_show_name:
 * @self: a dialog
 *
 * Proposes a name for the folder and the container. One that its user wrote stays.
 */
void
bb_export_dialog_show_name (BbExportDialog *self)
{
  g_autofree char *path = propose (self, 0);
  g_autofree char *base = cut_extension (path, self->container);
  g_autofree char *shown = g_filename_display_name (base);
  g_autofree char *extension = g_strconcat (".", self->container, NULL);
  gboolean edited = bb_export_dialog_is_edited (self);

  g_set_str (&self->proposed, shown);
  if (!edited)
    gtk_editable_set_text (GTK_EDITABLE (self->name_row), shown);
  gtk_label_set_text (self->extension_label, extension);
}

/**
 * bb_export_dialog_show_folder:
 * @self: a dialog
 *
 * Shows the folder in its row.
 */
void
bb_export_dialog_show_folder (BbExportDialog *self)
{
  g_autofree char *path = bb_export_dialog_get_folder (self, bb_export_dialog_get_file (self, 0));
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *short_name = bb_output_text_path (path);
  g_autofree char *escaped = g_markup_escape_text (short_name, -1);

  adw_action_row_set_subtitle (self->folder_row, escaped);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->folder_row), shown);
  gtk_widget_set_visible (self->source_folder_button, self->folder != NULL);
}

/* The name that was typed, for a file. Who typed it with its extension means that one. */
static char *
get_typed_name (BbExportDialog *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  g_autofree char *extension = g_strconcat (".", self->container, NULL);
  g_autofree char *name = g_filename_from_utf8 (text, -1, NULL, NULL, NULL);

  if (name == NULL)
    name = g_strdup (self->proposed);
  return g_str_has_suffix (name, extension) ? g_steal_pointer (&name)
                                            : g_strconcat (name, extension, NULL);
}

/**
 * bb_export_dialog_is_source_name:
 * @self: a dialog
 *
 * Asks no disk, which may take its time: this is looked at with each key.
 *
 * Returns: whether the name that was typed is that of one of the videos, in whichever folder
 */
gboolean
bb_export_dialog_is_source_name (BbExportDialog *self)
{
  g_autofree char *name = get_typed_name (self);
  GPtrArray *all = self->scopes[BB_EXPORT_ALL];

  for (guint i = 0; i < all->len; i++)
    {
      g_autofree char *base = g_file_get_basename (bb_clip_get_file (all->pdata[i]));

      if (g_strcmp0 (base, name) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * bb_export_dialog_is_source:
 * @self: a dialog
 * @target: a file
 *
 * Returns: whether @target is one of the videos, links included
 */
gboolean
bb_export_dialog_is_source (BbExportDialog *self, GFile *target)
{
  g_autofree char *identity = bb_target_get_identity (g_file_peek_path (target));
  GPtrArray *all = self->scopes[BB_EXPORT_ALL];

  for (guint i = 0; i < all->len; i++)
    {
      const char *path = g_file_peek_path (bb_clip_get_file (all->pdata[i]));
      g_autofree char *source = path != NULL ? bb_target_get_identity (path) : NULL;

      if (g_strcmp0 (source, identity) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * bb_export_dialog_make_target:
 * @self: a dialog
 * @i: index of a video
 *
 * Returns: (transfer full): the file that it is exported to
 */
GFile *
bb_export_dialog_make_target (BbExportDialog *self, guint i)
{
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;

  if (bb_export_dialog_is_many (self) || !bb_export_dialog_is_edited (self))
    {
      path = propose (self, i);
      return g_file_new_for_path (path);
    }
  folder = bb_export_dialog_get_folder (self, bb_export_dialog_get_file (self, i));
  name = get_typed_name (self);
  path = g_build_filename (folder, name, NULL);
  return g_file_new_for_path (path);
}
