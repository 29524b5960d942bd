/* bb-scan.h: what only reading all of a track tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

gboolean bb_scan_changes (const char *path,
                          const AVStream *stream,
                          const BbIndex *index,
                          gint64 start,
                          gint64 end,
                          GCancellable **cancellable);
BbIndex *bb_scan_index (const char *path, const AVInputFormat *format, GCancellable **cancellable);

G_END_DECLS
