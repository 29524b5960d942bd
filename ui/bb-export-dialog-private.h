/* bb-export-dialog-private.h: parts shared by the files of the export dialog
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-export-dialog.h"
#include "bb-output.h"
#include "bb-quality-row.h"
#include "bb-size-estimate.h"

G_BEGIN_DECLS

/**
 * BbExportDialog:
 *
 * Asks for name, folder and kind of the files, and adds the exports to the queue.
 */
struct _BbExportDialog {
  AdwDialog parent_instance;

  BbQueue *queue;
  BbEditor *editor;
  GSettings *settings;
  GPtrArray *scopes[BB_EXPORT_N_SCOPES];          /* of BbClip */
  BbExportScope shown_scopes[BB_EXPORT_N_SCOPES]; /* in the row */
  GPtrArray *clips;                               /* the scope that is chosen */
  BbSizeEstimate *estimate;
  GCancellable *cancellable;

  BbRecipe *base; /* what was tuned; holds the strings of values */
  BbRecipeValues values;
  const char *container;
  GFile *folder; /* NULL is the folder of each video */
  char *proposed;
  GArray *codecs;
  GPtrArray *encoders;
  GStrv preset_names;
  gboolean updating;
  gboolean focus_waits; /* until what gets it is on screen */

  GtkWidget *export_button;
  AdwBanner *problem;
  AdwToastOverlay *toasts;
  AdwEntryRow *name_row;
  GtkLabel *extension_label;
  AdwActionRow *folder_row;
  GtkWidget *source_folder_button;
  AdwComboRow *scope_row;
  AdwComboRow *container_row;
  AdwComboRow *codec_row;
  AdwComboRow *encoder_row;
  BbQualityRow *quality_row;
  AdwComboRow *preset_row;
  AdwComboRow *audio_row;
  GtkStringList *scope_titles;
  GtkStringList *containers;
  GtkStringList *codec_titles;
  GtkStringList *encoder_titles;
  GtkStringList *preset_titles;
  GtkWidget *size_spinner;
  GtkLabel *size_label;
};

gboolean bb_export_dialog_is_many (BbExportDialog *self);

void bb_export_dialog_show_codecs (BbExportDialog *self);
void bb_export_dialog_show_encoders (BbExportDialog *self);
void bb_export_dialog_show_encoder (BbExportDialog *self);

char *bb_export_dialog_get_folder (BbExportDialog *self, GFile *file);
gboolean bb_export_dialog_is_edited (BbExportDialog *self);
void bb_export_dialog_show_name (BbExportDialog *self);
void bb_export_dialog_show_folder (BbExportDialog *self);
gboolean bb_export_dialog_is_source_name (BbExportDialog *self);
gboolean bb_export_dialog_is_source (BbExportDialog *self, GFile *target);
GFile *bb_export_dialog_get_file (BbExportDialog *self, guint i);
BbRecipe *bb_export_dialog_make_recipe (BbExportDialog *self, guint i);
GFile *bb_export_dialog_make_target (BbExportDialog *self, guint i);

G_END_DECLS
