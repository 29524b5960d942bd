/* bb-editor.c: the recipe that is being tuned
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-editor.h"

/**
 * BbEditor:
 *
 * The recipe of the clip that a project shows, as controls see and change it. Changes of one value
 * that belong together, such as those of a drag, are one step of the history: those between
 * bb_editor_hold() and bb_editor_release(), and those that follow each other quickly.
 *
 * Properties: `recipe`, `can-undo`, `can-redo`.
 */
struct _BbEditor {
  GObject parent_instance;

  BbProject *project;
};

enum { PROP_0, PROP_RECIPE, PROP_CAN_UNDO, PROP_CAN_REDO, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbEditor, bb_editor, G_TYPE_OBJECT)

static void
recipe_cb (BbEditor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RECIPE]);
}

static void
can_undo_cb (BbEditor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
}

static void
can_redo_cb (BbEditor *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
}

static void
bb_editor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbEditor *self = BB_EDITOR (object);

  switch (id)
    {
    case PROP_RECIPE:
      g_value_set_boxed (value, bb_editor_get_recipe (self));
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
  g_object_unref (BB_EDITOR (object)->project);

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
  self->project = bb_project_new ();
  g_signal_connect_object (self->project, "notify::recipe", G_CALLBACK (recipe_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "notify::can-undo", G_CALLBACK (can_undo_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "notify::can-redo", G_CALLBACK (can_redo_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * bb_editor_new:
 *
 * Returns: (transfer full): an editor with a project of its own: no clips, the plain look, no history
 */
BbEditor *
bb_editor_new (void)
{
  return g_object_new (BB_TYPE_EDITOR, NULL);
}

/**
 * bb_editor_get_project:
 * @self: an editor
 *
 * Returns: (transfer none): the clips of which it shows one
 */
BbProject *
bb_editor_get_project (BbEditor *self)
{
  g_return_val_if_fail (BB_IS_EDITOR (self), NULL);

  return self->project;
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

  return bb_project_get_recipe (self->project);
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

  return bb_recipe_get (bb_project_get_recipe (self->project));
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
  g_return_val_if_fail (BB_IS_EDITOR (self), FALSE);

  return bb_project_set_values (self->project, values, key, error);
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
 * Takes look and framing over from @recipe, as a step of its own: see bb_project_set_look(). Trim,
 * output and work stay: they belong to the clip and the machine.
 */
void
bb_editor_set_look (BbEditor *self, BbRecipe *recipe)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  bb_project_set_look (self->project, bb_recipe_get (recipe));
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
  g_return_if_fail (BB_IS_EDITOR (self));

  bb_project_set_output (self->project, output);
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

  bb_project_renew (self->project);
}

/**
 * bb_editor_reset:
 * @self: an editor
 * @recipe: a recipe
 *
 * Begins anew with @recipe, without clips and without a history.
 */
void
bb_editor_reset (BbEditor *self, BbRecipe *recipe)
{
  g_return_if_fail (BB_IS_EDITOR (self));

  bb_project_restore (self->project, bb_project_state_new (recipe), 0, NULL, NULL);
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

  bb_project_hold (self->project);
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
  g_return_if_fail (BB_IS_EDITOR (self));

  bb_project_release (self->project);
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

  bb_project_end_step (self->project);
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

  return bb_project_can_undo (self->project);
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

  return bb_project_can_redo (self->project);
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

  bb_project_undo (self->project);
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

  bb_project_redo (self->project);
}
