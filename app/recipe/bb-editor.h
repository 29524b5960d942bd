/* bb-editor.h: the recipe that is being tuned
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"

G_BEGIN_DECLS

#define BB_TYPE_EDITOR (bb_editor_get_type ())
G_DECLARE_FINAL_TYPE (BbEditor, bb_editor, BB, EDITOR, GObject)

BbEditor *bb_editor_new (void);
BbProject *bb_editor_get_project (BbEditor *self);

BbRecipe *bb_editor_get_recipe (BbEditor *self);
const BbRecipeValues *bb_editor_get (BbEditor *self);
gboolean bb_editor_set (BbEditor *self, const BbRecipeValues *values, const char *key,
                        GError **error);
void bb_editor_set_number (BbEditor *self, const char *key, double number);
gboolean bb_editor_set_text (BbEditor *self, const char *key, const char *text, GError **error);
void bb_editor_set_look (BbEditor *self, BbRecipe *recipe);
void bb_editor_set_output (BbEditor *self, const BbRecipeValues *output);
void bb_editor_renew (BbEditor *self);
void bb_editor_reset (BbEditor *self, BbRecipe *recipe);

void bb_editor_hold (BbEditor *self);
void bb_editor_release (BbEditor *self);
void bb_editor_end_step (BbEditor *self);

gboolean bb_editor_can_undo (BbEditor *self);
gboolean bb_editor_can_redo (BbEditor *self);
void bb_editor_undo (BbEditor *self);
void bb_editor_redo (BbEditor *self);

G_END_DECLS
