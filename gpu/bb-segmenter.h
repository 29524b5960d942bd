/* bb-segmenter.h: which segment a frame belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cut-detector.h"
#include "bb-frame.h"
#include "bb-segment-table.h"
#include "bb-segment.h"

G_BEGIN_DECLS

typedef struct _BbSegmenter BbSegmenter;

BbSegmenter *bb_segmenter_new (const BbSegmentTable *table);
void bb_segmenter_free (BbSegmenter *self);
gint64 bb_segmenter_begin (BbSegmenter *self, guint index);
void bb_segmenter_begin_at (BbSegmenter *self, guint index, gint64 pts);
guint bb_segmenter_push (BbSegmenter *self, const BbFrame *frame, BbPeekFunc peek,
                         gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSegmenter, bb_segmenter_free)

G_END_DECLS
