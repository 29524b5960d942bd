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
  BB_ACTION_PLAN,
  BB_ACTION_SEGMENT,
  BB_ACTION_JOIN,
  BB_ACTION_PRINT_JOBS,
} BbAction;

/**
 * BbOptionsOutput:
 * @recipe: what to make
 * @targets: (element-type BbTarget): the files, one of each input, in their order
 * @new_folder: (nullable): a folder that has to be made before the first render
 *
 * What is made of each input besides the first file.
 */
typedef struct {
  BbRecipe *recipe;
  GPtrArray *targets;
  char *new_folder;
} BbOptionsOutput;

/**
 * BbOptions:
 * @action: what to do
 * @recipe: what to make
 * @targets: (element-type BbTarget): the renders to do, in order; none where only a recipe is saved
 * @more: (element-type BbOptionsOutput): what is made of each input besides
 * @tune_input: (nullable): the video to measure with, where that is what to do
 * @new_folder: (nullable): a folder that has to be made before the first render
 * @save_recipe: (nullable): file for the recipe
 * @stats: (nullable): file for the figures
 * @plan: (nullable): folder of a plan that is made, or of which a part is
 * @scheduler: (nullable): what jobs are printed for
 * @first_segment: the first segment to make of it
 * @last_segment: the last one
 * @n_workers: segments to make at once; 0: as many as are worth it
 * @fresh: whether to begin anew where an unfinished render has left something
 * @overwrite: whether files that are there may be replaced
 * @quiet: whether only errors are printed
 *
 * A command line, understood and checked. Where @action only shows something the other members are
 * not set. From %BB_ACTION_SEGMENT on there are no @targets, and of the @recipe only
 * device and batch size count.
 */
typedef struct {
  BbAction action;
  BbRecipe *recipe;
  GPtrArray *targets;
  GPtrArray *more;
  char *tune_input;
  char *new_folder;
  char *save_recipe;
  char *stats;
  char *plan;
  char *scheduler;
  guint first_segment;
  guint last_segment;
  guint n_workers;
  gboolean fresh;
  gboolean overwrite;
  gboolean quiet;
} BbOptions;

BbOptions *bb_options_new (const char *const *argv, GError **error);
void bb_options_free (BbOptions *options);
char *bb_options_get_help (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbOptions, bb_options_free)

G_END_DECLS
