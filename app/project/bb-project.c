/* bb-project.c: the clips that are worked on, and the history of that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-project-private.h"

/**
 * BbProject:
 *
 * A list of videos, of which one is shown, and what is made of each: a look for all of them, and what
 * single ones have of their own. Every change of it is a step that can be undone; see #BbHistory for
 * which changes are one step. Undoing shows the clip that the step was about.
 *
 * It is a #GListModel of #BbClip.
 *
 * Properties: `current`, the clip that is shown; `recipe`, what is made of that one; `can-undo`,
 * `can-redo`. Signals: `changed`, about everything that is saved.
 */

enum { PROP_0, PROP_CURRENT, PROP_RECIPE, PROP_CAN_UNDO, PROP_CAN_REDO, N_PROPS };
enum { CHANGED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void bb_project_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BbProject, bb_project, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      bb_project_list_model_init))

static GType
bb_project_get_item_type (GListModel *model)
{
  return BB_TYPE_CLIP;
}

static guint
bb_project_get_n_items (GListModel *model)
{
  return BB_PROJECT (model)->clips->len;
}

static gpointer
bb_project_get_item (GListModel *model, guint position)
{
  BbProject *self = BB_PROJECT (model);

  return position < self->clips->len ? g_object_ref (self->clips->pdata[position]) : NULL;
}

static void
bb_project_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = bb_project_get_item_type;
  iface->get_n_items = bb_project_get_n_items;
  iface->get_item = bb_project_get_item;
}

/* What is made of the clip that is shown, if it is something else now. */
static void
update_recipe (BbProject *self)
{
  g_autoptr (BbRecipe) recipe = bb_project_make_recipe (self, self->current);

  if (bb_recipe_equal (recipe, self->recipe))
    return;
  bb_recipe_unref (self->recipe);
  self->recipe = g_steal_pointer (&recipe);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RECIPE]);
}

/**
 * bb_project_renew:
 * @self: a project
 *
 * Gives the recipe of the clip that is shown a new generation, so that what is made of it is newer than all
 * that was made of others meanwhile.
 */
void
bb_project_renew (BbProject *self)
{
  g_return_if_fail (BB_IS_PROJECT (self));

  bb_recipe_unref (self->recipe);
  self->recipe = bb_project_make_recipe (self, self->current);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RECIPE]);
}

static BbClip *
ensure_clip (BbProject *self, BbClipState *state)
{
  BbClip *clip = g_hash_table_lookup (self->known, GUINT_TO_POINTER (state->id));

  if (clip == NULL)
    {
      clip = bb_clip_new (state);
      g_hash_table_insert (self->known, GUINT_TO_POINTER (state->id), clip);
      self->last_id = MAX (self->last_id, state->id);
    }
  return clip;
}

/* Has the list be as the state says; what begins and ends as before is not said to have changed. */
static void
update_clips (BbProject *self)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->clips);
  guint first = 0;
  guint last = 0;

  self->clips = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < self->state->clips->len; i++)
    {
      BbClip *clip = ensure_clip (self, self->state->clips->pdata[i]);

      bb_clip_set_state (clip, self->state->clips->pdata[i]);
      g_ptr_array_add (self->clips, g_object_ref (clip));
    }
  while (first < MIN (before->len, self->clips->len) &&
         before->pdata[first] == self->clips->pdata[first])
    first++;
  while (last < MIN (before->len, self->clips->len) - first &&
         before->pdata[before->len - 1 - last] == self->clips->pdata[self->clips->len - 1 - last])
    last++;
  if (before->len != self->clips->len || first + last < before->len)
    g_list_model_items_changed (G_LIST_MODEL (self), first, before->len - first - last,
                                self->clips->len - first - last);
}

static void
set_current (BbProject *self, BbClip *clip)
{
  if (g_set_object (&self->current, clip))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CURRENT]);
}

/* A clip that is in the list in the place of the one that is shown, which may have left it. */
static BbClip *
find_current (BbProject *self, guint position)
{
  if (self->current != NULL && bb_project_get_position (self, self->current, NULL))
    return self->current;
  if (self->clips->len == 0)
    return NULL;
  return self->clips->pdata[MIN (position, self->clips->len - 1)];
}

static void
take_state (BbProject *self, BbProjectState *state, BbClip *show)
{
  guint position = 0;

  if (self->current != NULL)
    bb_project_get_position (self, self->current, &position);
  bb_project_state_unref (self->state);
  self->state = state;
  update_clips (self);
  set_current (self, show != NULL && bb_project_get_position (self, show, NULL)
                       ? show
                       : find_current (self, position));
  update_recipe (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static guint
get_current_id (BbProject *self)
{
  return self->current != NULL ? bb_clip_get_id (self->current) : 0;
}

/**
 * bb_project_change:
 * @self: a project
 * @state: (transfer full): what was made of a copy of its state
 * @key: (nullable): name of what changes, see bb_project_set_values()
 *
 * Takes it over, as a step.
 */
void
bb_project_change (BbProject *self, BbProjectState *state, const char *key)
{
  g_autofree char *step_key =
    key != NULL ? g_strdup_printf ("%u:%s", get_current_id (self), key) : NULL;

  if (bb_project_state_equal (state, self->state))
    {
      bb_project_state_unref (state);
      return;
    }
  bb_history_push (self->history,
                   bb_project_step_new (bb_project_state_ref (self->state), get_current_id (self)),
                   step_key);
  take_state (self, state, NULL);
}

/* What kind of file is made is no part of the history. */
static BbProjectState *
renew (BbProject *self, BbProjectState *state)
{
  BbProjectState *renewed = bb_project_state_copy (state);
  BbRecipeValues values = *bb_recipe_get (state->shared);

  bb_recipe_values_copy_parts (&values, bb_recipe_get (self->state->shared), BB_RECIPE_OUTPUT);
  bb_project_state_set_shared (renewed, &values);
  return renewed;
}

static void
travel (BbProject *self, gboolean back)
{
  BbProjectStep *here, *step;
  BbClip *clip;

  bb_project_end_step (self);
  here = bb_project_step_new (bb_project_state_ref (self->state), 0);
  step = bb_history_travel (self->history, back, here);
  if (step == NULL)
    {
      bb_project_step_free (here);
      return;
    }
  here->clip = step->clip;
  clip = bb_project_find_id (self, step->clip);
  take_state (self, renew (self, step->state), clip);
  /* One that was removed is there now. */
  if (clip == NULL)
    bb_project_set_current (self, bb_project_find_id (self, step->clip));
  bb_project_step_free (step);
}

static void
can_undo_cb (BbProject *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
}

static void
can_redo_cb (BbProject *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
}

static void
bb_project_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbProject *self = BB_PROJECT (object);

  switch (id)
    {
    case PROP_CURRENT:
      g_value_set_object (value, self->current);
      break;
    case PROP_RECIPE:
      g_value_set_boxed (value, self->recipe);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, bb_project_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, bb_project_can_redo (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_project_finalize (GObject *object)
{
  BbProject *self = BB_PROJECT (object);

  bb_project_state_unref (self->state);
  g_ptr_array_unref (self->clips);
  g_hash_table_unref (self->known);
  g_clear_object (&self->current);
  bb_recipe_unref (self->recipe);
  g_object_unref (self->history);

  G_OBJECT_CLASS (bb_project_parent_class)->finalize (object);
}

static void
bb_project_class_init (BbProjectClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = bb_project_get_property;
  object_class->finalize = bb_project_finalize;

  props[PROP_CURRENT] = g_param_spec_object ("current", NULL, NULL, BB_TYPE_CLIP, flags);
  props[PROP_RECIPE] = g_param_spec_boxed ("recipe", NULL, NULL, BB_TYPE_RECIPE, flags);
  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", BB_TYPE_PROJECT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
bb_project_init (BbProject *self)
{
  BbRecipeValues values;

  bb_recipe_values_init (&values);
  self->recipe = bb_recipe_new (&values, NULL);
  self->state = bb_project_state_new (self->recipe);
  self->clips = g_ptr_array_new_with_free_func (g_object_unref);
  self->known = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->history = bb_history_new ();
  g_signal_connect_object (self->history, "notify::can-undo", G_CALLBACK (can_undo_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->history, "notify::can-redo", G_CALLBACK (can_redo_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * bb_project_new:
 *
 * Returns: (transfer full): a project without clips, with the plain look
 */
BbProject *
bb_project_new (void)
{
  return g_object_new (BB_TYPE_PROJECT, NULL);
}

/**
 * bb_project_get_state:
 * @self: a project
 *
 * Returns: (transfer none): its clips and what becomes of them
 */
BbProjectState *
bb_project_get_state (BbProject *self)
{
  return self->state;
}

/**
 * bb_project_restore:
 * @self: a project
 * @state: (transfer full): what it becomes
 * @current: number of the clip to show; 0 for the first one
 * @undo: (nullable) (transfer full) (element-type BbProjectStep): steps to undo, the newest first
 * @redo: (nullable) (transfer full) (element-type BbProjectStep): steps to redo, the next one first
 *
 * Begins anew, with the history that comes along.
 */
void
bb_project_restore (BbProject *self, BbProjectState *state, guint current, GPtrArray *undo,
                    GPtrArray *redo)
{
  bb_project_end_step (self);
  /* Numbers may mean other videos now. */
  set_current (self, NULL);
  g_hash_table_remove_all (self->known);
  bb_history_restore (self->history, undo, redo);
  take_state (self, state, NULL);
  if (current != 0)
    bb_project_set_current (self, bb_project_find_id (self, current));
}

/**
 * bb_project_get_undo_steps:
 * @self: a project
 *
 * Returns: (transfer none) (element-type BbProjectStep): steps to undo, the newest first
 */
const GQueue *
bb_project_get_undo_steps (BbProject *self)
{
  return bb_history_get_steps (self->history, TRUE);
}

/**
 * bb_project_get_redo_steps:
 * @self: a project
 *
 * Returns: (transfer none) (element-type BbProjectStep): steps to redo, the next one first
 */
const GQueue *
bb_project_get_redo_steps (BbProject *self)
{
  return bb_history_get_steps (self->history, FALSE);
}

/**
 * bb_project_get_current:
 * @self: a project
 *
 * Returns: (transfer none) (nullable): the clip that is shown
 */
BbClip *
bb_project_get_current (BbProject *self)
{
  return self->current;
}

/**
 * bb_project_set_current:
 * @self: a project
 * @clip: (nullable): a clip of it; %NULL changes nothing
 *
 * Shows another clip. That is no step of the history.
 */
void
bb_project_set_current (BbProject *self, BbClip *clip)
{
  if (clip == NULL || clip == self->current)
    return;
  bb_project_end_step (self);
  set_current (self, clip);
  update_recipe (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * bb_project_find:
 * @self: a project
 * @file: a video
 *
 * Returns: (transfer none) (nullable): the first clip of it
 */
BbClip *
bb_project_find (BbProject *self, GFile *file)
{
  for (guint i = 0; i < self->clips->len; i++)
    if (g_file_equal (bb_clip_get_file (self->clips->pdata[i]), file))
      return self->clips->pdata[i];
  return NULL;
}

/**
 * bb_project_find_id:
 * @self: a project
 * @id: number of a clip
 *
 * Returns: (transfer none) (nullable): the clip, if it is in the list
 */
BbClip *
bb_project_find_id (BbProject *self, guint id)
{
  guint position;

  return bb_project_state_find (self->state, id, &position) ? self->clips->pdata[position] : NULL;
}

/**
 * bb_project_get_position:
 * @self: a project
 * @clip: a clip
 * @position: (out) (optional): where it is in the list
 *
 * Returns: whether it is in the list
 */
gboolean
bb_project_get_position (BbProject *self, BbClip *clip, guint *position)
{
  return g_ptr_array_find (self->clips, clip, position);
}

/**
 * bb_project_get_recipe:
 * @self: a project
 *
 * Returns: (transfer none): what is made of the clip that is shown
 */
BbRecipe *
bb_project_get_recipe (BbProject *self)
{
  return self->recipe;
}

/**
 * bb_project_make_recipe:
 * @self: a project
 * @clip: (nullable): a clip of it
 *
 * Returns: (transfer full): what is made of @clip
 */
BbRecipe *
bb_project_make_recipe (BbProject *self, BbClip *clip)
{
  BbRecipeValues values;

  bb_project_state_get_values (
    self->state,
    clip != NULL ? bb_project_state_get_clip (self->state, bb_clip_get_id (clip)) : NULL, &values);
  return bb_recipe_new (&values, NULL);
}

/**
 * bb_project_digest:
 * @recipe: what is made of a clip
 *
 * Returns: (transfer full): a text that is another one for another picture or trim
 */
char *
bb_project_digest (const BbRecipe *recipe)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BbRecipePart part;
  const char *key;

  for (guint i = 0; (key = bb_recipe_get_key (i, &part)) != NULL; i++)
    if ((part & BB_CLIP_PARTS) != 0)
      {
        g_autofree char *value = bb_recipe_values_format (bb_recipe_get (recipe), key);

        g_string_append_printf (text, "%s=%s\n", key, value);
      }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, -1);
}

/**
 * bb_project_note_export:
 * @self: a project
 * @file: a video of which a file was made
 * @recipe: what was made of it
 *
 * Notes that on the clips of which that would be made now too. No step of the history.
 */
void
bb_project_note_export (BbProject *self, GFile *file, const BbRecipe *recipe)
{
  g_autofree char *digest = bb_project_digest (recipe);

  for (guint i = 0; i < self->clips->len; i++)
    {
      BbClip *clip = self->clips->pdata[i];
      g_autoptr (BbRecipe) now = NULL;
      g_autofree char *now_digest = NULL;

      if (!g_file_equal (bb_clip_get_file (clip), file))
        continue;
      now = bb_project_make_recipe (self, clip);
      now_digest = bb_project_digest (now);
      if (g_str_equal (digest, now_digest))
        bb_clip_set_exported (clip, digest);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * bb_project_is_exported:
 * @self: a project
 * @clip: a clip of it
 *
 * Returns: whether it was exported as it is now
 */
gboolean
bb_project_is_exported (BbProject *self, BbClip *clip)
{
  g_autoptr (BbRecipe) recipe = NULL;
  g_autofree char *digest = NULL;

  if (bb_clip_get_exported (clip) == NULL)
    return FALSE;
  recipe = bb_project_make_recipe (self, clip);
  digest = bb_project_digest (recipe);
  return g_str_equal (digest, bb_clip_get_exported (clip));
}

/**
 * bb_project_set_values:
 * @self: a project
 * @values: what becomes of the clip that is shown
 * @key: (nullable): name of what changes; changes of one name may make up one step, those without are
 *   always steps of their own
 * @error: return location for an error
 *
 * See bb_project_state_set_values() for which of it concerns the other clips.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_project_set_values (BbProject *self, const BbRecipeValues *values, const char *key,
                       GError **error)
{
  g_autoptr (BbRecipe) checked = bb_recipe_new (values, error);
  BbProjectState *state;

  if (checked == NULL)
    return FALSE;
  state = bb_project_state_copy (self->state);
  bb_project_state_set_values (state, get_current_id (self), bb_recipe_get (checked));
  bb_project_change (self, state, key);
  return TRUE;
}

/**
 * bb_project_set_look:
 * @self: a project
 * @look: values of which look and framing are taken, checked
 *
 * Gives all clips a look, and those that have no framing of their own its framing; the clip that is
 * shown gets both, whatever it had. One whose look is detached is the only one that changes.
 */
void
bb_project_set_look (BbProject *self, const BbRecipeValues *look)
{
  const BbRecipePart parts = BB_RECIPE_LOOK | BB_RECIPE_FRAMING;
  BbProjectState *state = bb_project_state_copy (self->state);
  BbRecipeValues shared = *bb_recipe_get (state->shared);
  guint id = get_current_id (self);

  if (id != 0 && (bb_clip_get_own (self->current) & BB_RECIPE_LOOK) != 0)
    bb_project_state_set_parts (state, id, parts, look);
  else
    {
      bb_recipe_values_copy_parts (&shared, look, parts);
      bb_project_state_set_shared (state, &shared);
      if (id != 0)
        bb_project_state_set_parts (state, id, BB_RECIPE_FRAMING, NULL);
    }
  bb_project_change (self, state, NULL);
}

/**
 * bb_project_set_output:
 * @self: a project
 * @output: values of which codec, encoder, quality, preset and audio are taken, checked
 *
 * Changes what kind of file is made. That is no step of the history, since nothing of it is seen where
 * undoing is.
 */
void
bb_project_set_output (BbProject *self, const BbRecipeValues *output)
{
  BbProjectState *state = bb_project_state_copy (self->state);
  BbRecipeValues values = *bb_recipe_get (state->shared);

  bb_recipe_values_copy_parts (&values, output, BB_RECIPE_OUTPUT);
  bb_project_state_set_shared (state, &values);
  if (bb_project_state_equal (state, self->state))
    bb_project_state_unref (state);
  else
    take_state (self, state, NULL);
}

/**
 * bb_project_hold:
 * @self: a project
 *
 * A drag begins: changes of one value are one step until bb_project_release(), however long it takes.
 */
void
bb_project_hold (BbProject *self)
{
  bb_history_hold (self->history);
}

/**
 * bb_project_release:
 * @self: a project
 *
 * A drag ends.
 */
void
bb_project_release (BbProject *self)
{
  bb_history_release (self->history);
}

/**
 * bb_project_end_step:
 * @self: a project
 *
 * Lets the next change begin a step of its own.
 */
void
bb_project_end_step (BbProject *self)
{
  bb_history_end_step (self->history);
}

/**
 * bb_project_can_undo:
 * @self: a project
 *
 * Returns: whether there is a step to take back
 */
gboolean
bb_project_can_undo (BbProject *self)
{
  return !g_queue_is_empty ((GQueue *) bb_project_get_undo_steps (self));
}

/**
 * bb_project_can_redo:
 * @self: a project
 *
 * Returns: whether there is a step that was taken back
 */
gboolean
bb_project_can_redo (BbProject *self)
{
  return !g_queue_is_empty ((GQueue *) bb_project_get_redo_steps (self));
}

/**
 * bb_project_undo:
 * @self: a project
 *
 * Takes the last step back, and shows the clip that it was about.
 */
void
bb_project_undo (BbProject *self)
{
  travel (self, TRUE);
}

/**
 * bb_project_redo:
 * @self: a project
 *
 * Takes a step again that was taken back, and shows the clip that it was about.
 */
void
bb_project_redo (BbProject *self)
{
  travel (self, FALSE);
}
