/* bb-input.h: the one place where files are opened for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

/* What bb_input_open() gives besides FFmpeg's errors. */
#define BB_INPUT_ERROR_LIST FFERRTAG ('B', 'B', 'L', 'I')
#define BB_INPUT_ERROR_PIPE FFERRTAG ('B', 'B', 'P', 'I')
#define BB_INPUT_ERROR_EMPTY FFERRTAG ('B', 'B', 'E', 'M')
#define BB_INPUT_ERROR_TEXT FFERRTAG ('B', 'B', 'T', 'E')
#define BB_INPUT_ERROR_LARGE FFERRTAG ('B', 'B', 'L', 'A')

int bb_input_open (AVFormatContext **demuxer,
                   const char *path,
                   gboolean far,
                   GCancellable **cancellable);
void bb_input_close (AVFormatContext **demuxer);
const char *bb_input_reason (int result, const char **advice);
gint64 bb_input_get_most_pixels (void);
int bb_input_find_picture (AVFormatContext *demuxer);
gboolean bb_input_is_beside (AVFormatContext *demuxer, int stream, int picture);

G_END_DECLS
