/* bb-recipe-part.c: the values of a recipe by what they belong to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-recipe-private.h"

/**
 * bb_recipe_get_key:
 * @i: a number from 0 on
 * @part: (out): what the value belongs to
 *
 * Returns: (nullable): the name of a value in a recipe file; %NULL behind the last one
 */
const char *
bb_recipe_get_key (guint i, BbRecipePart *part)
{
  const BbRecipeValue *value = bb_recipe_get_value (i);

  if (value == NULL)
    return NULL;
  *part = value->part;
  return value->field.key;
}

/**
 * bb_recipe_values_copy_parts:
 * @to: (inout): values
 * @from: values of another recipe
 * @parts: what to take over, one or more
 *
 * Takes over what belongs to some parts. Strings are interned: they outlive @from.
 */
void
bb_recipe_values_copy_parts (BbRecipeValues *to, const BbRecipeValues *from, BbRecipePart parts)
{
  BbRecipeValues source = *from;
  const BbRecipeValue *value;

  for (guint i = 0; (value = bb_recipe_get_value (i)) != NULL; i++)
    {
      if ((value->part & parts) == 0)
        continue;
      switch (value->kind)
        {
        case KIND_DOUBLE:
          *double_at (to, value) = *double_at (&source, value);
          break;
        case KIND_TIME:
          *time_at (to, value) = *time_at (&source, value);
          break;
        case KIND_STRING:
        case KIND_FILE:
          *string_at (to, value) = g_intern_string (*string_at (&source, value));
          break;
        case KIND_INT:
        case KIND_ENUM:
        case KIND_COLOR:
        default:
          *int_at (to, value) = *int_at (&source, value);
          break;
        }
    }
}

/**
 * bb_recipe_values_equal_parts:
 * @a: values
 * @b: values of another recipe
 * @parts: what to compare, one or more
 *
 * Returns: whether a recipe file would have the same of these parts
 */
gboolean
bb_recipe_values_equal_parts (const BbRecipeValues *a, const BbRecipeValues *b, BbRecipePart parts)
{
  const BbRecipeValue *value;

  for (guint i = 0; (value = bb_recipe_get_value (i)) != NULL; i++)
    {
      g_autofree char *text_a = NULL;
      g_autofree char *text_b = NULL;

      if ((value->part & parts) == 0)
        continue;
      text_a = bb_recipe_values_format (a, value->field.key);
      text_b = bb_recipe_values_format (b, value->field.key);
      if (!g_str_equal (text_a, text_b))
        return FALSE;
    }
  return TRUE;
}
