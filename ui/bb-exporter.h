/* bb-exporter.h: exporting from a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-exports.h"

G_BEGIN_DECLS

#define BB_TYPE_EXPORTER (bb_exporter_get_type ())
G_DECLARE_FINAL_TYPE (BbExporter, bb_exporter, BB, EXPORTER, GObject)

BbExporter *bb_exporter_new (AdwApplicationWindow *window,
                             BbExports *exports,
                             BbEditor *editor,
                             GSettings *settings,
                             AdwBottomSheet *sheet);
void bb_exporter_set_file (BbExporter *self, GFile *file);
void bb_exporter_set_others (BbExporter *self, GPtrArray *files);

G_END_DECLS
