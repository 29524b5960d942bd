/* bb-project-state.c: the clips of a project and what becomes of them, as a value
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-project-state.h"

/**
 * bb_clip_state_new:
 * @id: number of the clip
 * @file: the video
 * @own: what it has of its own
 * @recipe: has the values of @own
 *
 * Returns: (transfer full): a clip
 */
BbClipState *
bb_clip_state_new (guint id, GFile *file, BbRecipePart own, BbRecipe *recipe)
{
  BbClipState *clip = g_new0 (BbClipState, 1);

  g_atomic_ref_count_init (&clip->refs);
  clip->id = id;
  clip->file = g_object_ref (file);
  clip->own = own & BB_CLIP_PARTS;
  clip->recipe = bb_recipe_ref (recipe);
  return clip;
}

/**
 * bb_clip_state_ref:
 * @clip: a clip
 *
 * Returns: (transfer full): @clip
 */
BbClipState *
bb_clip_state_ref (BbClipState *clip)
{
  g_atomic_ref_count_inc (&clip->refs);
  return clip;
}

/**
 * bb_clip_state_unref:
 * @clip: (transfer full): a clip
 */
void
bb_clip_state_unref (BbClipState *clip)
{
  if (!g_atomic_ref_count_dec (&clip->refs))
    return;
  g_object_unref (clip->file);
  bb_recipe_unref (clip->recipe);
  g_free (clip);
}

/**
 * bb_clip_state_equal:
 * @a: a clip
 * @b: another one
 *
 * Returns: whether they are the same clip with the same of their own
 */
gboolean
bb_clip_state_equal (const BbClipState *a, const BbClipState *b)
{
  return a == b || (a->id == b->id && a->own == b->own && g_file_equal (a->file, b->file) &&
                    bb_recipe_values_equal_parts (bb_recipe_get (a->recipe),
                                                  bb_recipe_get (b->recipe), a->own));
}

/**
 * bb_project_state_new:
 * @shared: what clips will have in common
 *
 * Returns: (transfer full): a state without clips
 */
BbProjectState *
bb_project_state_new (BbRecipe *shared)
{
  BbProjectState *state = g_new0 (BbProjectState, 1);

  g_atomic_ref_count_init (&state->refs);
  state->shared = bb_recipe_ref (shared);
  state->clips = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_clip_state_unref);
  return state;
}

/**
 * bb_project_state_copy:
 * @state: a state
 *
 * Returns: (transfer full): one that is equal and that may be changed
 */
BbProjectState *
bb_project_state_copy (const BbProjectState *state)
{
  BbProjectState *copy = bb_project_state_new (state->shared);

  for (guint i = 0; i < state->clips->len; i++)
    g_ptr_array_add (copy->clips, bb_clip_state_ref (state->clips->pdata[i]));
  return copy;
}

/**
 * bb_project_state_ref:
 * @state: a state
 *
 * Returns: (transfer full): @state
 */
BbProjectState *
bb_project_state_ref (BbProjectState *state)
{
  g_atomic_ref_count_inc (&state->refs);
  return state;
}

/**
 * bb_project_state_unref:
 * @state: (transfer full): a state
 */
void
bb_project_state_unref (BbProjectState *state)
{
  if (!g_atomic_ref_count_dec (&state->refs))
    return;
  bb_recipe_unref (state->shared);
  g_ptr_array_unref (state->clips);
  g_free (state);
}

/**
 * bb_project_state_equal:
 * @a: a state
 * @b: another one
 *
 * Returns: whether both have the same clips in the same order, and the same of them
 */
gboolean
bb_project_state_equal (const BbProjectState *a, const BbProjectState *b)
{
  if (a->clips->len != b->clips->len)
    return FALSE;
  for (guint i = 0; i < a->clips->len; i++)
    if (!bb_clip_state_equal (a->clips->pdata[i], b->clips->pdata[i]))
      return FALSE;
  return a->shared == b->shared || bb_recipe_equal (a->shared, b->shared);
}

/**
 * bb_project_state_set_shared:
 * @state: a state that nobody else has
 * @values: what clips have in common, checked
 */
void
bb_project_state_set_shared (BbProjectState *state, const BbRecipeValues *values)
{
  BbRecipe *shared = bb_recipe_new (values, NULL);

  g_return_if_fail (shared != NULL);
  bb_recipe_unref (state->shared);
  state->shared = shared;
}

/**
 * bb_project_state_find:
 * @state: a state
 * @id: number of a clip
 * @position: (out) (optional): where it is in the order
 *
 * Returns: whether it is there
 */
gboolean
bb_project_state_find (const BbProjectState *state, guint id, guint *position)
{
  for (guint i = 0; i < state->clips->len; i++)
    if (((const BbClipState *) state->clips->pdata[i])->id == id)
      {
        if (position != NULL)
          *position = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * bb_project_state_get_clip:
 * @state: a state
 * @id: number of a clip
 *
 * Returns: (transfer none) (nullable): the clip
 */
BbClipState *
bb_project_state_get_clip (const BbProjectState *state, guint id)
{
  guint position;

  return bb_project_state_find (state, id, &position) ? state->clips->pdata[position] : NULL;
}

/**
 * bb_project_state_replace:
 * @state: a state that nobody else has
 * @clip: (transfer full): a clip that is in it under the same number
 */
void
bb_project_state_replace (BbProjectState *state, BbClipState *clip)
{
  guint position = 0;

  g_return_if_fail (bb_project_state_find (state, clip->id, &position));
  bb_clip_state_unref (state->clips->pdata[position]);
  state->clips->pdata[position] = clip;
}

/**
 * bb_project_state_get_values:
 * @state: a state
 * @clip: (nullable): a clip of it
 * @values: (out caller-allocates): what becomes of the clip; of none, what a new one would be given.
 *   Strings live as long as @state
 */
void
bb_project_state_get_values (const BbProjectState *state, const BbClipState *clip,
                             BbRecipeValues *values)
{
  BbRecipeValues plain;

  *values = *bb_recipe_get (state->shared);
  if (clip == NULL)
    return;
  bb_recipe_values_init (&plain);
  bb_recipe_values_copy_parts (values, &plain, BB_RECIPE_TRIM);
  if (clip->own != 0)
    bb_recipe_values_copy_parts (values, bb_recipe_get (clip->recipe), clip->own);
}

/* What a clip that has nothing of its own has of a part. */
static void
get_common (const BbProjectState *state, BbRecipeValues *common)
{
  BbRecipeValues plain;

  bb_recipe_values_init (&plain);
  *common = *bb_recipe_get (state->shared);
  bb_recipe_values_copy_parts (common, &plain, BB_RECIPE_TRIM);
}

/**
 * bb_project_state_set_parts:
 * @state: a state that nobody else has
 * @id: number of a clip of it
 * @parts: of %BB_CLIP_PARTS
 * @values: (nullable): what the clip gets of them for its own, checked; %NULL: nothing, it shares
 *   them again
 *
 * Where framing or trim become what they would be anyway, they are no longer the clip's own. A look
 * stays detached.
 */
void
bb_project_state_set_parts (BbProjectState *state, guint id, BbRecipePart parts,
                            const BbRecipeValues *values)
{
  BbClipState *clip = bb_project_state_get_clip (state, id);
  BbRecipeValues own, common;
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipePart left;

  g_return_if_fail (clip != NULL);

  parts &= BB_CLIP_PARTS;
  left = clip->own & ~parts;
  own = *bb_recipe_get (clip->recipe);
  if (values != NULL)
    {
      get_common (state, &common);
      bb_recipe_values_copy_parts (&own, values, parts);
      for (guint bit = 1; bit <= BB_CLIP_PARTS; bit <<= 1)
        if ((parts & bit) != 0 && (bit == BB_RECIPE_LOOK || !bb_recipe_values_equal_parts (
                                                              &own, &common, (BbRecipePart) bit)))
          left |= bit;
    }
  recipe = bb_recipe_new (&own, NULL);
  g_return_if_fail (recipe != NULL);
  bb_project_state_replace (state, bb_clip_state_new (id, clip->file, left, recipe));
}

/**
 * bb_project_state_set_values:
 * @state: a state that nobody else has
 * @id: number of a clip of it; 0 for none
 * @values: what becomes of that clip, checked
 *
 * Puts each value that changes where it belongs: framing and trim are the clip's own, a look is
 * everybody's unless the clip's is detached, and the rest is everybody's. Without a clip all of them
 * are.
 */
void
bb_project_state_set_values (BbProjectState *state, guint id, const BbRecipeValues *values)
{
  BbClipState *clip = id != 0 ? bb_project_state_get_clip (state, id) : NULL;
  BbRecipeValues before, shared;
  BbRecipePart own;
  BbRecipePart changed = 0;

  if (clip == NULL)
    {
      bb_project_state_set_shared (state, values);
      return;
    }
  bb_project_state_get_values (state, clip, &before);
  own = BB_RECIPE_FRAMING | BB_RECIPE_TRIM | (clip->own & BB_RECIPE_LOOK);
  for (guint bit = 1; bit <= BB_RECIPE_ALL; bit <<= 1)
    if (!bb_recipe_values_equal_parts (&before, values, (BbRecipePart) bit))
      changed |= bit;
  if ((changed & ~own) != 0)
    {
      shared = *bb_recipe_get (state->shared);
      bb_recipe_values_copy_parts (&shared, values, changed & ~own);
      bb_project_state_set_shared (state, &shared);
    }
  if ((changed & own) != 0)
    bb_project_state_set_parts (state, id, changed & own, values);
}

/**
 * bb_project_step_new:
 * @state: (transfer full): what the clips were
 * @clip: number of the clip that was shown; 0 for none
 *
 * Returns: (transfer full): a step
 */
BbProjectStep *
bb_project_step_new (BbProjectState *state, guint clip)
{
  BbProjectStep *step = g_new0 (BbProjectStep, 1);

  step->state = state;
  step->clip = clip;
  return step;
}

/**
 * bb_project_step_free:
 * @step: (transfer full): a step
 */
void
bb_project_step_free (BbProjectStep *step)
{
  bb_project_state_unref (step->state);
  g_free (step);
}
