/* bb-scan.h: what only reading all of a track tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

GArray *bb_scan_find_changes (const char *path, const BbIndex *index, gint64 start, gint64 end,
                              GCancellable **cancellable);

G_END_DECLS
