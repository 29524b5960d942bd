/* bb-recipe-private.h: what the recipe's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"

G_BEGIN_DECLS

BbRecipe *bb_recipe_parse (const char *text, gsize length, GError **error);

G_END_DECLS
