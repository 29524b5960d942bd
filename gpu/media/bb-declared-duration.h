/* bb-declared-duration.h: how long a file says that its picture is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-demuxer.h"
#include "bb-source-info.h"

#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * BbDeclaredScope:
 * @BB_DECLARED_NOTHING: it was measured or guessed
 * @BB_DECLARED_FILE: of the longest track
 * @BB_DECLARED_PICTURE: of the picture
 *
 * What the header of a file declares the duration of.
 */
typedef enum {
  BB_DECLARED_NOTHING,
  BB_DECLARED_FILE,
  BB_DECLARED_PICTURE,
} BbDeclaredScope;

/**
 * BbDeclaredDuration:
 * @scope: what it is of
 * @end: when that ends, nanoseconds from the source's start
 *
 * The duration that the header of a file declares.
 */
typedef struct {
  BbDeclaredScope scope;
  gint64 end;
} BbDeclaredDuration;

void bb_declared_duration_init (BbDeclaredDuration *declared, BbDemuxer *demuxer,
                                const BbSourceInfo *info, const AVFrame *first);
char *bb_declared_duration_describe_shortfall (const BbDeclaredDuration *declared,
                                               BbDemuxer *demuxer, const BbSourceInfo *info,
                                               gint64 reached, gint64 frame_duration, gint64 wanted,
                                               GCancellable *cancellable);

G_END_DECLS
