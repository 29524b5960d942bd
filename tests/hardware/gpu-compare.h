/* gpu-compare.h: whole renders of tests, and whether two of them are the same
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"

G_BEGIN_DECLS

const char *gpu_get_device (void);
const char *gpu_get_clips (void);
void gpu_set_size (BbRecipeValues *values);
char *gpu_render (const char *clip, const char *target, const BbRecipeValues *values);
void gpu_compare_files (const char *path_a, const char *path_b, int most);

G_END_DECLS
