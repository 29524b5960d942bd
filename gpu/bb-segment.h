/* bb-segment.h: a stretch of the target, encoded by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Number that stands for no segment: what follows the last one. */
#define BB_SEGMENT_NONE G_MAXUINT

/**
 * BbSegment:
 * @index: its number; the first one is 0
 * @path: name of its file
 * @begin: when its first frame is shown, in the source's time base, from the target's start
 * @end: when its last frame is shown no more
 * @next: the segment that follows; there may be none of a number between, where a frame is shown
 *   long. %BB_SEGMENT_NONE after the last one
 * @n_frames: frames
 * @video_bytes: bytes of its packets
 * @first_bytes: bytes of the first of them
 * @n_corrupt: damaged parts of the source that were skipped on the way
 * @captions_lost: whether there were captions that the encoder does not write
 * @shortfall: (nullable): that the source broke off here, a sentence
 *
 * A segment that is encoded and written, whole.
 */
typedef struct {
  guint index;
  char *path;
  gint64 begin;
  gint64 end;
  guint next;
  gint64 n_frames;
  gint64 video_bytes;
  gint64 first_bytes;
  guint n_corrupt;
  gboolean captions_lost;
  char *shortfall;
} BbSegment;

void bb_segment_free (BbSegment *segment);
BbSegment *bb_segment_copy (const BbSegment *segment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSegment, bb_segment_free)

G_END_DECLS
