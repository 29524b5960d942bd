/* bb-export-dialog-encoder.c: rows of the export dialog for codec, encoder, quality and preset
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-export-dialog-private.h"

#include "bb-output-text.h"

#include <glib/gi18n.h>

static gboolean
has_titles (GtkStringList *list, GPtrArray *titles)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (list)) != titles->len)
    return FALSE;
  for (guint i = 0; i < titles->len; i++)
    if (!g_str_equal (gtk_string_list_get_string (list, i), titles->pdata[i]))
      return FALSE;
  return TRUE;
}

static void
set_titles (GtkStringList *list, GPtrArray *titles)
{
  /* A row whose list changes while one of it is chosen loses the focus. */
  if (has_titles (list, titles))
    return;
  g_ptr_array_add (titles, NULL);
  gtk_string_list_splice (list, 0, g_list_model_get_n_items (G_LIST_MODEL (list)),
                          (const char *const *) titles->pdata);
}

/**
 * bb_export_dialog_show_codecs:
 * @self: a dialog
 *
 * Lists the codecs that the container takes.
 */
void
bb_export_dialog_show_codecs (BbExportDialog *self)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  BbOutputCodec chosen = bb_output_get_codec (&self->values);
  guint selected = 0;

  g_array_set_size (self->codecs, 0);
  for (BbOutputCodec codec = 0; codec < BB_OUTPUT_N_CODECS; codec++)
    {
      if (!bb_output_takes (self->container, codec))
        continue;
      if (codec == chosen)
        selected = self->codecs->len;
      g_array_append_val (self->codecs, codec);
      g_ptr_array_add (titles, (gpointer) bb_output_text_codec (codec));
    }
  set_titles (self->codec_titles, titles);
  adw_combo_row_set_selected (self->codec_row, selected);
}

/**
 * bb_export_dialog_show_encoders:
 * @self: a dialog
 *
 * Lists the encoders of the codec that can be used here.
 */
void
bb_export_dialog_show_encoders (BbExportDialog *self)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  guint selected = 0;

  g_clear_pointer (&self->encoders, g_ptr_array_unref);
  self->encoders =
    bb_output_list_encoders (bb_output_get_codec (&self->values), self->values.device);
  g_ptr_array_add (titles, _ ("Automatic"));
  for (guint i = 0; i < self->encoders->len; i++)
    {
      const BbEncoder *encoder = self->encoders->pdata[i];

      if (g_str_equal (encoder->name, self->values.encoder))
        selected = i + 1;
      g_ptr_array_add (titles, (gpointer) bb_output_text_encoder (encoder));
    }
  set_titles (self->encoder_titles, titles);
  adw_combo_row_set_selected (self->encoder_row, selected);
  /* FFV1 has no other. */
  gtk_widget_set_visible (GTK_WIDGET (self->encoder_row),
                          bb_output_get_codec (&self->values) != BB_OUTPUT_LOSSLESS);
}

/**
 * bb_export_dialog_show_encoder:
 * @self: a dialog
 *
 * Shows the range of quality and the presets of the encoder.
 */
void
bb_export_dialog_show_encoder (BbExportDialog *self)
{
  const BbEncoder *encoder = bb_output_find_encoder (&self->values, self->container);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  guint selected = 0;

  gtk_widget_set_visible (GTK_WIDGET (self->quality_row),
                          encoder != NULL && encoder->quality_option != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->preset_row),
                          encoder != NULL && encoder->preset != NULL);
  if (encoder == NULL || encoder->quality_option == NULL)
    return;
  bb_quality_row_set_range (self->quality_row, encoder->quality_option, encoder->quality_min,
                            encoder->quality_max, encoder->quality);
  bb_quality_row_set_value (self->quality_row, self->values.quality);

  g_clear_pointer (&self->preset_names, g_strfreev);
  self->preset_names = bb_encoder_get_presets (encoder);
  for (guint i = 0; self->preset_names[i] != NULL; i++)
    {
      const char *name = self->preset_names[i];
      gboolean fallback = g_str_equal (name, encoder->preset);

      if (*self->values.preset != '\0' ? g_str_equal (name, self->values.preset) : fallback)
        selected = i;
      g_ptr_array_add (titles,
                       /* Translators: name of an encoder's preset */
                       fallback ? g_strdup_printf (_ ("%s (default)"), name) : g_strdup (name));
    }
  set_titles (self->preset_titles, titles);
  adw_combo_row_set_selected (self->preset_row, selected);
}
