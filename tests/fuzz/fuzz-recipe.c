/* fuzz-recipe.c: recipes out of any bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-recipe.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *written = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = bb_recipe_new_from_string (text, &error);
  g_autoptr (BbRecipe) again = NULL;

  fuzz_check_result (recipe != NULL, error);
  if (recipe == NULL)
    return 0;
  /* What was understood is written so that it means the same. */
  written = bb_recipe_to_string (recipe);
  again = bb_recipe_new_from_string (written, &error);
  g_assert_no_error (error);
  g_assert_true (bb_recipe_equal (recipe, again));
  return 0;
}
