/* bb-state-file.h: what a program leaves to its next start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** Far more than what is kept takes. */
#define BB_STATE_FILE_MAX_SIZE (16 * 1024 * 1024)

#define BB_TYPE_STATE_FILE (bb_state_file_get_type ())
G_DECLARE_FINAL_TYPE (BbStateFile, bb_state_file, BB, STATE_FILE, GObject)

BbStateFile *bb_state_file_new (const char *folder, const char *name);
const char *bb_state_file_get_path (BbStateFile *self);
const GPtrArray *bb_state_file_get_adopted (BbStateFile *self);
gboolean bb_state_file_read (const char *path, char **data, gsize *length, GError **error);
char *bb_state_file_set_aside (const char *path, const char *suffix);
void bb_state_file_write (BbStateFile *self, char *data);
gboolean bb_state_file_is_written (BbStateFile *self);
gboolean bb_state_file_flush (BbStateFile *self, char *data, GError **error);
void bb_state_file_release (BbStateFile *self);

G_END_DECLS
