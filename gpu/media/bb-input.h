/* bb-input.h: the one place where a media file is opened for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

AVFormatContext *bb_input_new (const char *path, GCancellable **cancellable,
                               const AVDictionary *options, GError **error);
gboolean bb_input_probe (AVFormatContext *demuxer, GError **error);
gboolean bb_input_is_same_program (AVFormatContext *demuxer, int index, int picture);
void bb_input_set_error (const char *path, const char *reason, const char *advice, GError **error);

G_END_DECLS
