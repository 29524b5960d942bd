/* bb-options.h: the command line of blurbox-render
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

typedef enum {
  BB_ACTION_RENDER,
  BB_ACTION_HELP,
  BB_ACTION_VERSION,
  BB_ACTION_LIST_DEVICES,
  BB_ACTION_LIST_ENCODERS,
  BB_ACTION_AUTO_TUNE,
} BbAction;

/**
 * BbOptions:
 * @action: what to do
 * @recipe: what to make
 * @targets: (element-type BbTarget): the renders to do, in order; none where only a recipe is saved
 * @tune_input: (nullable): the video to measure with, where that is what to do
 * @new_folder: (nullable): a folder that has to be made before the first render
 * @save_recipe: (nullable): file for the recipe
 * @stats: (nullable): file for the figures
 * @overwrite: whether files that are there may be replaced
 * @quiet: whether only errors are printed
 *
 * A command line, understood and checked. Where @action is neither
 * %BB_ACTION_RENDER nor %BB_ACTION_AUTO_TUNE the other members are not set.
 */
typedef struct {
  BbAction action;
  BbRecipe *recipe;
  GPtrArray *targets;
  char *tune_input;
  char *new_folder;
  char *save_recipe;
  char *stats;
  gboolean overwrite;
  gboolean quiet;
} BbOptions;

BbOptions *bb_options_new (const char *const *argv, GError **error);
void bb_options_free (BbOptions *options);
char *bb_options_get_help (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbOptions, bb_options_free)

G_END_DECLS
