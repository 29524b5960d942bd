/* bb-project-file.h: a project as a key file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"

G_BEGIN_DECLS

/** Far more than a project has. */
#define BB_PROJECT_FILE_MAX_SIZE (16 * 1024 * 1024)

/**
 * BbProjectFile:
 * @state: the clips
 * @current: number of the clip that was shown; 0 for none
 * @undo: (element-type BbProjectStep): steps to undo, the newest first
 * @redo: (element-type BbProjectStep): steps to redo, the next one first
 * @exported: (element-type guint utf8): by number of a clip, of which recipe a file was made
 * @damaged: whether something of it could not be read
 *
 * What is in a project file.
 */
typedef struct {
  BbProjectState *state;
  guint current;
  GPtrArray *undo;
  GPtrArray *redo;
  GHashTable *exported;
  gboolean damaged;
} BbProjectFile;

char *bb_project_file_format (BbProject *project, GFile *folder);
BbProjectFile *bb_project_file_parse (const char *data, gsize length, GFile *folder,
                                      const char *name, GError **error);
BbProjectFile *bb_project_file_load (GFile *file, GError **error);
gboolean bb_project_file_save (BbProject *project, GFile *file, GError **error);
void bb_project_file_open (BbProjectFile *file, BbProject *project);
void bb_project_file_free (BbProjectFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbProjectFile, bb_project_file_free)

G_END_DECLS
