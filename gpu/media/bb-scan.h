/* bb-scan.h: what only reading all of a track tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

gboolean bb_scan_changes (const char *path,
                          const AVStream *stream,
                          gint64 start,
                          gint64 end,
                          GCancellable **cancellable);

G_END_DECLS
