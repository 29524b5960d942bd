/* bb-segment-folder.h: the folder of an unfinished render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-segment-table.h"
#include "bb-segment.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** File of a folder that says what is made in it. */
#define BB_SEGMENT_FOLDER_PLAN "render.ini"

/**
 * BbFolderUse:
 * @BB_FOLDER_ALONE: one process makes all segments and joins them
 * @BB_FOLDER_SHARED: others may make segments of the same render at the same time
 *
 * Who else may use a folder.
 */
typedef enum {
  BB_FOLDER_ALONE,
  BB_FOLDER_SHARED,
} BbFolderUse;

typedef struct _BbSegmentFolder BbSegmentFolder;

char *bb_segment_folder_find (const char *output);
char *bb_segment_folder_find_elsewhere (const char *output);

gboolean bb_segment_folder_read_plan (GKeyFile *plan, const char *output);
gboolean bb_segment_folder_is_ours (const char *name);

BbSegmentFolder *bb_segment_folder_open (const char *path, BbFolderUse use, GError **error);
void bb_segment_folder_free (BbSegmentFolder *self);
const char *bb_segment_folder_get_path (BbSegmentFolder *self);
GKeyFile *bb_segment_folder_get_plan (BbSegmentFolder *self);
gboolean bb_segment_folder_save_plan (BbSegmentFolder *self, GKeyFile *plan, GError **error);
void bb_segment_folder_clear (BbSegmentFolder *self);
void bb_segment_folder_drop_empty (BbSegmentFolder *self);
GPtrArray *bb_segment_folder_load (BbSegmentFolder *self, const BbSegmentTable *table, guint first,
                                   guint end, GCancellable *cancellable);
gboolean bb_segment_folder_remove (BbSegmentFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSegmentFolder, bb_segment_folder_free)

G_END_DECLS
