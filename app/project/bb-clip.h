/* bb-clip.h: a video in a project, as a list shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project-state.h"

G_BEGIN_DECLS

/**
 * BbClipFacts:
 * @width: columns of the upright picture in square pixels; 0 while nothing is known of the video
 * @height: rows of it
 * @duration: nanoseconds
 *
 * What a list shows of a video besides its name.
 */
typedef struct {
  int width;
  int height;
  gint64 duration;
} BbClipFacts;

#define BB_TYPE_CLIP (bb_clip_get_type ())
G_DECLARE_FINAL_TYPE (BbClip, bb_clip, BB, CLIP, GObject)

BbClip *bb_clip_new (BbClipState *state);
void bb_clip_set_state (BbClip *self, BbClipState *state);
BbClipState *bb_clip_get_state (BbClip *self);
guint bb_clip_get_id (BbClip *self);
GFile *bb_clip_get_file (BbClip *self);
const char *bb_clip_get_name (BbClip *self);
BbRecipePart bb_clip_get_own (BbClip *self);

const BbClipFacts *bb_clip_get_facts (BbClip *self);
void bb_clip_set_facts (BbClip *self, const BbClipFacts *facts);
const char *bb_clip_get_problem (BbClip *self);
void bb_clip_set_problem (BbClip *self, const char *problem);
BbPicture *bb_clip_get_thumbnail (BbClip *self);
void bb_clip_set_thumbnail (BbClip *self, BbPicture *thumbnail);
const char *bb_clip_get_exported (BbClip *self);
void bb_clip_set_exported (BbClip *self, const char *exported);

G_END_DECLS
