/* bb-scan-index.h: an index made by reading all of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-index.h"

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

BbIndex *bb_scan_index (const char *path, const AVInputFormat *format, GCancellable **cancellable);

G_END_DECLS
