/* bb-output-file.h: a file that appears whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BbOutputFile BbOutputFile;

char *bb_output_file_number (const char *path, int number);
gsize bb_output_file_get_tail (const char *name);
int bb_output_file_remove_stale (const char *path);
void bb_output_file_sweep (const char *folder);
BbOutputFile *bb_output_file_new (const char *path, const char *source, gboolean overwrite,
                                  GCancellable *cancellable, GError **error);
const char *bb_output_file_get_temporary (BbOutputFile *file);
const char *bb_output_file_get_path (BbOutputFile *file);
void bb_output_file_set_path (BbOutputFile *file, const char *path);
char *bb_output_file_resolve (const char *path);
gboolean bb_output_file_check (BbOutputFile *file, GError **error);
void bb_output_file_remove (BbOutputFile *file);
gboolean bb_output_file_sync (BbOutputFile *file, GError **error);
gboolean bb_output_file_commit (BbOutputFile *file, GError **error);
void bb_output_file_free (BbOutputFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbOutputFile, bb_output_file_free)

G_END_DECLS
