/* bb-progress.h: how far a render is, for a terminal or a log
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

typedef struct _BbProgress BbProgress;

BbProgress *bb_progress_new (int fd);
void bb_progress_free (BbProgress *progress);
void bb_progress_show (BbProgress *progress, const char *name, const BbRenderStats *stats);
void bb_progress_clear (BbProgress *progress);
char *bb_progress_format (const BbRenderStats *stats);
char *bb_progress_format_line (const char *name, const BbRenderStats *stats, int columns);
double bb_progress_get_frame_rate (const BbRenderStats *stats);
double bb_progress_get_batch_rate (const BbRenderStats *stats);
int bb_progress_get_seconds_left (const BbRenderStats *stats);
char *bb_progress_format_duration (int seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbProgress, bb_progress_free)

G_END_DECLS
