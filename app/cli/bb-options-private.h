/* bb-options-private.h: the command line, as the files that understand it know it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-options.h"

G_BEGIN_DECLS

const char *bb_options_get_key (const char *name);
BbRecipe *bb_options_make_recipe (GHashTable *given, const BbRecipe *first, GError **error);
void bb_options_begin_output (BbRecipeValues *values, const BbRecipe *first, GHashTable *given);
gboolean bb_options_check_outputs (GPtrArray *outputs, GError **error);
gboolean bb_options_add_outputs (BbOptions *options, GPtrArray *outputs, GStrv inputs,
                                 GError **error);

G_END_DECLS
