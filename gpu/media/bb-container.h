/* bb-container.h: what the finished file's name says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

const AVOutputFormat *bb_container_find (const char *path, GError **error);
gboolean bb_container_check (const char *path, enum AVCodecID codec, GError **error);
gboolean bb_container_takes (const AVOutputFormat *container, enum AVCodecID codec);
gboolean bb_container_is_mov (const AVOutputFormat *container);
void bb_container_set_options (const AVOutputFormat *container, gboolean keys,
                               AVDictionary **options);

G_END_DECLS
