/* bb-project-state.h: the clips of a project and what becomes of them, as a value
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/** What a clip may have of its own; everything else it shares with the others. */
#define BB_CLIP_PARTS (BB_RECIPE_LOOK | BB_RECIPE_FRAMING | BB_RECIPE_TRIM)

/**
 * BbClipState:
 * @id: number of the clip, which it keeps; at least 1
 * @file: the video
 * @own: what it has of its own
 * @recipe: has the values of @own; the others in it mean nothing
 *
 * One clip of a project. Immutable and reference-counted: states that follow each other share those
 * clips that are the same.
 */
typedef struct {
  guint id;
  GFile *file;
  BbRecipePart own;
  BbRecipe *recipe;

  /*< private >*/
  gatomicrefcount refs;
} BbClipState;

BbClipState *bb_clip_state_new (guint id, GFile *file, BbRecipePart own, BbRecipe *recipe);
BbClipState *bb_clip_state_ref (BbClipState *clip);
void bb_clip_state_unref (BbClipState *clip);
gboolean bb_clip_state_equal (const BbClipState *a, const BbClipState *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbClipState, bb_clip_state_unref)

/**
 * BbProjectState:
 * @shared: what all clips have in common: look and framing where they have none of their own, kind of
 *   file, device
 * @clips: (element-type BbClipState): the clips in their order
 *
 * All that is undone and redone. Immutable once it was handed to anybody, and reference-counted.
 */
typedef struct {
  BbRecipe *shared;
  GPtrArray *clips;

  /*< private >*/
  gatomicrefcount refs;
} BbProjectState;

BbProjectState *bb_project_state_new (BbRecipe *shared);
BbProjectState *bb_project_state_copy (const BbProjectState *state);
BbProjectState *bb_project_state_ref (BbProjectState *state);
void bb_project_state_unref (BbProjectState *state);
gboolean bb_project_state_equal (const BbProjectState *a, const BbProjectState *b);
void bb_project_state_set_shared (BbProjectState *state, const BbRecipeValues *values);
gboolean bb_project_state_find (const BbProjectState *state, guint id, guint *position);
BbClipState *bb_project_state_get_clip (const BbProjectState *state, guint id);
void bb_project_state_replace (BbProjectState *state, BbClipState *clip);
void bb_project_state_get_values (const BbProjectState *state, const BbClipState *clip,
                                  BbRecipeValues *values);
void bb_project_state_set_values (BbProjectState *state, guint id, const BbRecipeValues *values);
void bb_project_state_set_parts (BbProjectState *state, guint id, BbRecipePart parts,
                                 const BbRecipeValues *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbProjectState, bb_project_state_unref)

/**
 * BbProjectStep:
 * @state: what the clips were before the step, or after it where it was undone
 * @clip: number of the clip that was shown; 0 for none
 *
 * One step of the history.
 */
typedef struct {
  BbProjectState *state;
  guint clip;
} BbProjectStep;

BbProjectStep *bb_project_step_new (BbProjectState *state, guint clip);
void bb_project_step_free (BbProjectStep *step);

G_END_DECLS
