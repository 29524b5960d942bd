/* bb-lines.h: lines of subtitles that overlap, for containers that show one sample at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>

G_BEGIN_DECLS

typedef struct _BbLines BbLines;

BbLines *bb_lines_new (void);
void bb_lines_free (BbLines *lines);
void bb_lines_add (BbLines *lines, const AVPacket *packet, gboolean until_next);
gboolean bb_lines_get (BbLines *lines, gint64 before, AVPacket *out);

G_END_DECLS
