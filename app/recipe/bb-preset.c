/* bb-preset.c: a look with a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-preset.h"

/**
 * BbPreset:
 *
 * A recipe that is kept under a name. Immutable.
 */
struct _BbPreset {
  GObject parent_instance;

  char *name;
  BbRecipe *recipe;
  GFile *file; /* NULL where it came with the program */
};

G_DEFINE_FINAL_TYPE (BbPreset, bb_preset, G_TYPE_OBJECT)

static void
bb_preset_finalize (GObject *object)
{
  BbPreset *self = BB_PRESET (object);

  g_free (self->name);
  bb_recipe_unref (self->recipe);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (bb_preset_parent_class)->finalize (object);
}

static void
bb_preset_class_init (BbPresetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_preset_finalize;
}

static void
bb_preset_init (BbPreset *self)
{
}

/**
 * bb_preset_new:
 * @name: its name, for people
 * @recipe: what it holds
 * @file: (nullable): where it is kept; %NULL for one that came with the program
 *
 * Returns: (transfer full): a preset
 */
BbPreset *
bb_preset_new (const char *name, BbRecipe *recipe, GFile *file)
{
  BbPreset *self = g_object_new (BB_TYPE_PRESET, NULL);

  self->name = g_strdup (name);
  self->recipe = bb_recipe_ref (recipe);
  g_set_object (&self->file, file);
  return self;
}

/**
 * bb_preset_get_name:
 * @self: a preset
 *
 * Returns: its name, for people
 */
const char *
bb_preset_get_name (BbPreset *self)
{
  g_return_val_if_fail (BB_IS_PRESET (self), NULL);

  return self->name;
}

/**
 * bb_preset_get_recipe:
 * @self: a preset
 *
 * Returns: (transfer none): what it holds
 */
BbRecipe *
bb_preset_get_recipe (BbPreset *self)
{
  g_return_val_if_fail (BB_IS_PRESET (self), NULL);

  return self->recipe;
}

/**
 * bb_preset_get_file:
 * @self: a preset
 *
 * Returns: (nullable) (transfer none): where it is kept; %NULL for one that came with the program,
 *   which can neither be renamed nor deleted
 */
GFile *
bb_preset_get_file (BbPreset *self)
{
  g_return_val_if_fail (BB_IS_PRESET (self), NULL);

  return self->file;
}
