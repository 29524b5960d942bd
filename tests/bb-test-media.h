/* bb-test-media.h: clips for tests, and what the ffmpeg programs say of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-source.h"

G_BEGIN_DECLS

void bb_test_media_init (void);
void bb_test_media_cleanup (void);
gboolean bb_test_media_has_programs (void);
int bb_test_media_run (int argc, char **argv, void (*add_tests) (void));
char *bb_test_media_path (const char *name);
char *bb_test_media_join (const char *name, ...) G_GNUC_NULL_TERMINATED;

char *bb_test_ffmpeg (const char *format, ...) G_GNUC_PRINTF (1, 2);
GBytes *bb_test_ffmpeg_raw (const char *format, ...) G_GNUC_PRINTF (1, 2);
GBytes *bb_test_ffmpeg_bytes (const char *format, ...) G_GNUC_PRINTF (1, 2);
GArray *bb_test_ffprobe_times (const char *path);
gint64 bb_test_ffprobe_count (const char *path);

GBytes *bb_test_frame_bytes (const BbFrame *frame);
char *bb_test_frame_md5 (const BbFrame *frame);

G_END_DECLS
