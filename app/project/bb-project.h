/* bb-project.h: the clips that are worked on, and the history of that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-clip.h"

G_BEGIN_DECLS

#define BB_TYPE_PROJECT (bb_project_get_type ())
G_DECLARE_FINAL_TYPE (BbProject, bb_project, BB, PROJECT, GObject)

BbProject *bb_project_new (void);

BbProjectState *bb_project_get_state (BbProject *self);
void bb_project_renew (BbProject *self);
void bb_project_restore (BbProject *self, BbProjectState *state, guint current, GPtrArray *undo,
                         GPtrArray *redo);
const GQueue *bb_project_get_undo_steps (BbProject *self);
const GQueue *bb_project_get_redo_steps (BbProject *self);

BbClip *bb_project_get_current (BbProject *self);
void bb_project_set_current (BbProject *self, BbClip *clip);
BbClip *bb_project_find (BbProject *self, GFile *file);
BbClip *bb_project_find_id (BbProject *self, guint id);
gboolean bb_project_get_position (BbProject *self, BbClip *clip, guint *position);
BbRecipe *bb_project_get_recipe (BbProject *self);
BbRecipe *bb_project_make_recipe (BbProject *self, BbClip *clip);
char *bb_project_digest (const BbRecipe *recipe);
void bb_project_note_export (BbProject *self, GFile *file, const BbRecipe *recipe);
gboolean bb_project_is_exported (BbProject *self, BbClip *clip);

gboolean bb_project_set_values (BbProject *self, const BbRecipeValues *values, const char *key,
                                GError **error);
void bb_project_set_look (BbProject *self, const BbRecipeValues *look);
void bb_project_set_output (BbProject *self, const BbRecipeValues *output);
guint bb_project_add (BbProject *self, GFile *const *files, guint n_files, guint position);
void bb_project_duplicate (BbProject *self, BbClip *clip);
void bb_project_remove (BbProject *self, GPtrArray *clips);
void bb_project_move (BbProject *self, GPtrArray *clips, guint position);
void bb_project_set_parts (BbProject *self, GPtrArray *clips, BbRecipePart parts,
                           const BbRecipeValues *values);
void bb_project_share_look (BbProject *self, BbClip *clip);
void bb_project_relocate (BbProject *self, BbClip *const *clips, GFile *const *files, guint n);

void bb_project_hold (BbProject *self);
void bb_project_release (BbProject *self);
void bb_project_end_step (BbProject *self);
gboolean bb_project_can_undo (BbProject *self);
gboolean bb_project_can_redo (BbProject *self);
void bb_project_undo (BbProject *self);
void bb_project_redo (BbProject *self);

G_END_DECLS
