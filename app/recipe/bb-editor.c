/* bb-editor.c: the recipe that is being tuned, and its history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-editor.h"

/* Far more than anybody undoes; a recipe takes less than a kilobyte. */
#define MAX_STEPS 500
/* Changes of one value by key or wheel that follow each other faster are one step. */
#define STEP_PAUSE_MS 800

/**
 * BbEditor:
 *
 * Holds the recipe that is being tuned and the recipes before and after it. Changes of one value
 * that belong together, such as those of a drag, are one step of the history: those between
 * bb_editor_hold() and bb_editor_release(), and those that follow each other quickly.
 *
 * Properties: `recipe`, `can-undo`, `can-redo`.
 */
struct _BbEditor {
  GObject parent_instance;

  BbRecipe *recipe;
  GQueue undo; /* of BbRecipe, the newest first */
  GQueue redo;

  char *step_key; /* value that the last step changed, while the step may grow */
  guint step_timeout;
  guint holds;
};

enum { PROP_0, PROP_RECIPE, PROP_CAN_UNDO, PROP_CAN_REDO, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbEditor, bb_editor, G_TYPE_OBJECT)

static gboolean
step_timeout_cb (gpointer user_data)
{
  BbEditor *self = BB_EDITOR (user_data);

  self->step_timeout = 0;
  if (self->holds == 0)
    g_clear_pointer (&self->step_key, g_free);
  return G_SOURCE_REMOVE;
}

/* Takes the new recipe over and says what changed. */
static void
show (BbEditor *self, BbRecipe *recipe, gboolean could_undo, gboolean could_redo)
{
  if (recipe != self->recipe)
    {
      bb_recipe_unref (self->recipe);
      self->recipe = recipe;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RECIPE]);
    }
  if (could_undo != bb_editor_can_undo (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  if (could_redo != bb_editor_can_redo (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
}

static void
clear_history (GQueue *queue)
{
  g_queue_clear_full (queue, (GDestroyNotify) bb_recipe_unref);
}

static void
change (BbEditor *self, BbRecipe *recipe, const char *key)
{
  gboolean could_undo = bb_editor_can_undo (self);
  gboolean could_redo = bb_editor_can_redo (self);
  gboolean same_step =
    key != NULL && self->step_key != NULL && g_str_equal (key, self->step_key) && could_undo;

  if (bb_recipe_equal (recipe, self->recipe))
    {
      bb_recipe_unref (recipe);
      return;
    }
  clear_history (&self->redo);
  if (!same_step)
    {
      g_queue_push_head (&self->undo, bb_recipe_ref (self->recipe));
      if (g_queue_get_length (&self->undo) > MAX_STEPS)
        bb_recipe_unref (g_queue_pop_tail (&self->undo));
      g_set_str (&self->step_key, key);
    }
  g_clear_handle_id (&self->step_timeout, g_source_remove);
  if (key != NULL)
    self->step_timeout = g_timeout_add (STEP_PAUSE_MS, step_timeout_cb, self);
  show (self, recipe, could_undo, could_redo);
}

/* A recipe that was used before, under a new generation: what is shown always gets newer. What kind
 * of file is made is no part of the history. */
static BbRecipe *
renew (BbEditor *self, BbRecipe *recipe)
{
  BbRecipeValues values = *bb_recipe_get (recipe);
  BbRecipe *renewed;

  bb_recipe_values_copy_parts (&values, bb_recipe_get (self->recipe), BB_RECIPE_OUTPUT);
  renewed = bb_recipe_new (&values, NULL);
  bb_recipe_unref (recipe);
  return renewed;
}

static void
travel (BbEditor *self, GQueue *from, GQueue *to)
{
  gboolean could_undo = bb_editor_can_undo (self);
  gboolean could_redo = bb_editor_can_redo (self);
  BbRecipe *recipe = g_queue_pop_head (from);

  if (recipe == NULL)
    return;
  bb_editor_end_step (self);
  g_queue_push_head (to, bb_recipe_ref (self->recipe));
  show (self, renew (self, recipe), could_undo, could_redo);
}

static void
bb_editor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbEditor *self = BB_EDITOR (object);

  switch (id)
    {
    case PROP_RECIPE:
      g_value_set_boxed (value, self->recipe);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, bb_editor_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, bb_editor_can_redo (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_editor_finalize (GObject *object)
{
  BbEditor *self = BB_EDITOR (object);

  g_clear_handle_id (&self->step_timeout, g_source_remove);
  clear_history (&self->undo);
  clear_history (&self->redo);
  bb_recipe_unref (self->recipe);
  g_free (self->step_key);

  G_OBJECT_CLASS (bb_editor_parent_class)->finalize (object);
}

static void
bb_editor_class_init (BbEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = bb_editor_get_property;
  object_class->finalize = bb_editor_finalize;

  props[PROP_RECIPE] = g_param_spec_boxed ("recipe", NULL, NULL, BB_TYPE_RECIPE, flags);
  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
bb_editor_init (BbEditor *self)
{
  BbRecipeValues values;

  g_queue_init (&self->undo);
  g_queue_init (&self->redo);
  bb_recipe_values_init (&values);
  self->recipe = bb_recipe_new (&values, NULL);
}

/**
 * bb_editor_new:
 *
 * Returns: (transfer full): an editor with the plain look and no history
 */
BbEditor *
bb_editor_new (void)
{
  return g_object_new (BB_TYPE_EDITOR, NULL);
}

/**
 * bb_editor_get_recipe:
 * @self: an editor
 *
 * Returns: (transfer none): the recipe as it is now
 */
BbRecipe *
bb_editor_get_recipe (BbEditor *self)
{
  g_return_val_if_fail (BB_IS_EDITOR (self), NULL);

  return self->recipe;
}

/**
 * bb_editor_get:
 * @self: an editor
 *
 * Returns: the values of the recipe, until its next change
 */
const BbRecipeValues *
bb_editor_get (BbEditor *self)
{
  g_return_val_if_fail (BB_IS_EDITOR (self), NULL);

  return bb_recipe_get (self->recipe);
}

/**
 * bb_editor_set:
 * @self: an editor
 * @values: what the recipe becomes
 * @key: (nullable): name of what changes; changes of one name may make up one step, those without
 *   are always steps of their own
 * @error: return location for an error
 *
 * Changes the recipe.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_editor_set (BbEditor *self, const BbRecipeValues *values, const char *key, GError **error)
{
  BbRecipe *recipe;

  g_return_val_if_fail (BB_IS_EDITOR (self), FALSE);

  recipe = bb_recipe_new (values, error);
  if (recipe == NULL)
    return FALSE;
  change (self, recipe, key);
  return TRUE;
}

/**
 * bb_editor_set_number:
 * @self: an editor
 * @key: name of a value that is a number
 * @number: its value, brought into its range
 *
 * Changes one number of the recipe.
 */
void
bb_editor_set_number (BbEditor *self, const char *key, double number)
{
  BbRecipeValues values = *bb_editor_get (self);

  bb_recipe_values_set_number (&values, key, number);
  bb_editor_set (self, &values, key, NULL);
}

/**
 * bb_editor_set_text:
 * @self: an editor
 * @key: name of a value
 * @text: its value, in the form that recipe files have
 * @error: return location for an error
 *
 * Changes one value of the recipe.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_editor_set_text (BbEditor *self, const char *key, const char *text, GError **error)
{
  BbRecipeValues values = *bb_editor_get (self);

  return bb_recipe_values_parse (&values, key, text, error) &&
         bb_editor_set (self, &values, key, error);
}

/**
 * bb_editor_set_look:
 * @self: an editor
 * @recipe: a recipe
 *
 * Takes canvas, picture and background over from @recipe, as a step of its own. Trim, output and
 * work stay: they belong to the clip and the machine.
 */
void
bb_editor_set_look (BbEditor *self, BbRecipe *recipe)
{
  BbRecipeValues values = *bb_editor_get (self);

  bb_recipe_values_copy_parts (&values, bb_recipe_get (recipe), BB_RECIPE_LOOK | BB_RECIPE_FRAMING);
  bb_editor_set (self, &values, NULL, NULL);
}

/**
 * bb_editor_set_output:
 * @self: an editor
 * @output: values of which codec, encoder, quality, preset and audio are taken
 *
 * Changes what kind of file is made. That is no step of the history, since nothing of it is seen
 * where undoing is.
 */
void
bb_editor_set_output (BbEditor *self, const BbRecipeValues *output)
{
  BbRecipeValues values = *bb_editor_get (self);
  BbRecipe *recipe;

  bb_recipe_values_copy_parts (&values, output, BB_RECIPE_OUTPUT);
  recipe = bb_recipe_new (&values, NULL);
  g_return_if_fail (recipe != NULL);
  if (bb_recipe_equal (recipe, self->recipe))
    bb_recipe_unref (recipe);
  else
    show (self, recipe, bb_editor_can_undo (self), bb_editor_can_redo (self));
}

/**
 * bb_editor_renew:
 * @self: an editor
 *
 * Gives the recipe a new generation, so that what is made of it is newer than all that was made of others
 * meanwhile. That is no step of the history.
 */
void
bb_editor_renew (BbEditor *self)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  show (self, bb_recipe_new (bb_editor_get (self), NULL), bb_editor_can_undo (self),
        bb_editor_can_redo (self));
}

/**
 * bb_editor_reset:
 * @self: an editor
 * @recipe: a recipe
 *
 * Begins anew with @recipe, without a history.
 */
void
bb_editor_reset (BbEditor *self, BbRecipe *recipe)
{
  gboolean could_undo = bb_editor_can_undo (self);
  gboolean could_redo = bb_editor_can_redo (self);

  bb_editor_end_step (self);
  clear_history (&self->undo);
  clear_history (&self->redo);
  show (self, bb_recipe_new (bb_recipe_get (recipe), NULL), could_undo, could_redo);
}

/**
 * bb_editor_hold:
 * @self: an editor
 *
 * A drag begins: changes of one value are one step until bb_editor_release(), however long it
 * takes.
 */
void
bb_editor_hold (BbEditor *self)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  if (self->holds++ == 0)
    g_clear_pointer (&self->step_key, g_free);
}

/**
 * bb_editor_release:
 * @self: an editor
 *
 * A drag ends.
 */
void
bb_editor_release (BbEditor *self)
{
  g_return_if_fail (BB_IS_EDITOR (self) && self->holds > 0);

  if (--self->holds == 0)
    bb_editor_end_step (self);
}

/**
 * bb_editor_end_step:
 * @self: an editor
 *
 * Lets the next change begin a step of its own.
 */
void
bb_editor_end_step (BbEditor *self)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  g_clear_handle_id (&self->step_timeout, g_source_remove);
  g_clear_pointer (&self->step_key, g_free);
}

/**
 * bb_editor_can_undo:
 * @self: an editor
 *
 * Returns: whether there is a step to take back
 */
gboolean
bb_editor_can_undo (BbEditor *self)
{
  g_return_val_if_fail (BB_IS_EDITOR (self), FALSE);

  return !g_queue_is_empty (&self->undo);
}

/**
 * bb_editor_can_redo:
 * @self: an editor
 *
 * Returns: whether there is a step that was taken back
 */
gboolean
bb_editor_can_redo (BbEditor *self)
{
  g_return_val_if_fail (BB_IS_EDITOR (self), FALSE);

  return !g_queue_is_empty (&self->redo);
}

/**
 * bb_editor_undo:
 * @self: an editor
 *
 * Takes the last step back.
 */
void
bb_editor_undo (BbEditor *self)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  travel (self, &self->undo, &self->redo);
}

/**
 * bb_editor_redo:
 * @self: an editor
 *
 * Takes a step again that was taken back.
 */
void
bb_editor_redo (BbEditor *self)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  travel (self, &self->redo, &self->undo);
}
