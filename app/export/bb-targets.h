/* bb-targets.h: which input becomes which file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/** How a target is called where nobody wishes otherwise, see bb_target_propose(). */
#define BB_TARGET_PATTERN "{name}-{width}x{height}"

/**
 * BbTarget:
 * @input: path of the source, in the file system's own bytes
 * @output: path of the file to make, or %NULL where nothing is written
 *
 * One render to do.
 */
typedef struct {
  char *input;
  char *output;
} BbTarget;

void bb_target_free (BbTarget *target);
const char *bb_target_get_extension (const BbRecipe *recipe);
char *bb_target_propose (const char *input, const char *folder, const char *pattern,
                         const BbRecipe *recipe, const char *extension);
char *bb_target_get_identity (const char *path);
char *bb_target_find_free (const char *path, GHashTable *taken);
GPtrArray *bb_targets_new (const char *const *inputs, const char *output, const BbRecipe *recipe,
                           GError **error);
gboolean bb_targets_check (GPtrArray *targets, GError **error);
gboolean bb_targets_is_folder (const char *output);
char *bb_targets_get_new_folder (const char *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbTarget, bb_target_free)

G_END_DECLS
