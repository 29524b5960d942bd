/* bb-project-list.c: changes of the list of clips
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-project-private.h"

/**
 * bb_project_add:
 * @self: a project
 * @files: (array length=n_files): videos
 * @n_files: how many
 * @position: before which clip; behind the last one where there are fewer
 *
 * Adds videos that are not in the list yet, and shows the first of @files that is not known to be
 * unreadable. That is one step, but for
 * the first videos of all: with them the history begins.
 *
 * Returns: how many were added
 */
guint
bb_project_add (BbProject *self, GFile *const *files, guint n_files, guint position)
{
  BbProjectState *state = bb_project_state_copy (self->state);
  g_autoptr (GHashTable) there =
    g_hash_table_new ((GHashFunc) g_file_hash, (GEqualFunc) (void (*) (void)) g_file_equal);
  guint n_added = 0;
  guint id = self->last_id;

  for (guint i = 0; i < state->clips->len; i++)
    g_hash_table_add (there, ((BbClipState *) state->clips->pdata[i])->file);
  position = MIN (position, state->clips->len);
  for (guint i = 0; i < n_files; i++)
    if (g_hash_table_add (there, files[i]))
      g_ptr_array_insert (state->clips, (int) (position + n_added++),
                          bb_clip_state_new (++id, files[i], 0, state->shared));
  /* Nobody undoes that there is something to work on. */
  if (self->clips->len == 0 && !bb_project_can_undo (self) && !bb_project_can_redo (self))
    bb_project_restore (self, state, 0, NULL, NULL);
  else
    bb_project_change (self, state, NULL);
  for (guint i = 0; i < n_files; i++)
    {
      BbClip *clip = bb_project_find (self, files[i]);

      if (bb_clip_get_problem (clip) != NULL)
        continue;
      bb_project_set_current (self, clip);
      break;
    }
  return n_added;
}

/**
 * bb_project_duplicate:
 * @self: a project
 * @clip: a clip of it
 *
 * Adds the same video once more behind it, with what it has of its own, and shows that.
 */
void
bb_project_duplicate (BbProject *self, BbClip *clip)
{
  BbProjectState *state = bb_project_state_copy (self->state);
  const BbClipState *from = bb_clip_get_state (clip);
  guint id = self->last_id + 1;
  guint position;

  if (bb_project_get_position (self, clip, &position))
    g_ptr_array_insert (state->clips, (int) position + 1,
                        bb_clip_state_new (id, from->file, from->own, from->recipe));
  bb_project_change (self, state, NULL);
  bb_project_set_current (self, bb_project_find_id (self, id));
}

/**
 * bb_project_remove:
 * @self: a project
 * @clips: (element-type BbClip): clips of it
 *
 * Takes clips out of the list, as one step; their files stay.
 */
void
bb_project_remove (BbProject *self, GPtrArray *clips)
{
  BbProjectState *state = bb_project_state_copy (self->state);
  guint position;

  for (guint i = 0; i < clips->len; i++)
    if (bb_project_state_find (state, bb_clip_get_id (clips->pdata[i]), &position))
      g_ptr_array_remove_index (state->clips, position);
  bb_project_change (self, state, NULL);
}

/**
 * bb_project_move:
 * @self: a project
 * @clips: (element-type BbClip): clips of it
 * @position: before which clip of the list as it is; its length is the end
 *
 * Puts clips elsewhere, in the order that they have, as one step.
 */
void
bb_project_move (BbProject *self, GPtrArray *clips, guint position)
{
  BbProjectState *state = bb_project_state_copy (self->state);
  g_autoptr (GPtrArray) moved =
    g_ptr_array_new_with_free_func ((GDestroyNotify) bb_clip_state_unref);
  guint target = MIN (position, self->clips->len);

  for (guint i = self->clips->len; i > 0; i--)
    if (g_ptr_array_find (clips, self->clips->pdata[i - 1], NULL))
      {
        g_ptr_array_insert (moved, 0, g_ptr_array_steal_index (state->clips, i - 1));
        if (i - 1 < position)
          target--;
      }
  for (guint i = 0; i < moved->len; i++)
    g_ptr_array_insert (state->clips, (int) (target + i), bb_clip_state_ref (moved->pdata[i]));
  bb_project_change (self, state, NULL);
}

/**
 * bb_project_set_parts:
 * @self: a project
 * @clips: (element-type BbClip): clips of it
 * @parts: of %BB_CLIP_PARTS
 * @values: (nullable): what they get of them for their own, checked; %NULL: nothing, they share them
 *   again
 *
 * Detaches a look, pastes one, or goes back to what all clips have, as one step.
 */
void
bb_project_set_parts (BbProject *self, GPtrArray *clips, BbRecipePart parts,
                      const BbRecipeValues *values)
{
  BbProjectState *state = bb_project_state_copy (self->state);

  for (guint i = 0; i < clips->len; i++)
    bb_project_state_set_parts (state, bb_clip_get_id (clips->pdata[i]), parts, values);
  bb_project_change (self, state, NULL);
}

/**
 * bb_project_share_look:
 * @self: a project
 * @clip: a clip of it
 *
 * Gives all clips the look and the framing of one, whatever they had of their own; each keeps its
 * trim. One step.
 */
void
bb_project_share_look (BbProject *self, BbClip *clip)
{
  const BbRecipePart parts = BB_RECIPE_LOOK | BB_RECIPE_FRAMING;
  BbProjectState *state = bb_project_state_copy (self->state);
  g_autoptr (BbRecipe) recipe = bb_project_make_recipe (self, clip);
  BbRecipeValues shared = *bb_recipe_get (state->shared);

  bb_recipe_values_copy_parts (&shared, bb_recipe_get (recipe), parts);
  bb_project_state_set_shared (state, &shared);
  for (guint i = 0; i < self->clips->len; i++)
    bb_project_state_set_parts (state, bb_clip_get_id (self->clips->pdata[i]), parts, NULL);
  bb_project_change (self, state, NULL);
}

/**
 * bb_project_relocate:
 * @self: a project
 * @clips: (array length=n): clips of it whose files were moved
 * @files: (array length=n): where they are
 * @n: how many
 *
 * Has clips read other files, as one step.
 */
void
bb_project_relocate (BbProject *self, BbClip *const *clips, GFile *const *files, guint n)
{
  BbProjectState *state = bb_project_state_copy (self->state);

  for (guint i = 0; i < n; i++)
    {
      const BbClipState *from = bb_clip_get_state (clips[i]);

      bb_project_state_replace (state,
                                bb_clip_state_new (from->id, files[i], from->own, from->recipe));
    }
  bb_project_change (self, state, NULL);
}
