/* bb-work.h: what the command line has made of one input
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-options.h"
#include "bb-stats.h"
#include "bb-targets.h"

G_BEGIN_DECLS

/**
 * BbWork:
 * @input: the source
 * @target: the files that are to be made
 * @made: what became of them
 * @n_outputs: how many
 *
 * One render to do.
 */
typedef struct {
  const char *input;
  const BbTarget *target[BB_RENDER_MAX_OUTPUTS];
  BbStatsOutput made[BB_RENDER_MAX_OUTPUTS];
  guint n_outputs;
} BbWork;

void bb_work_init (BbWork *work, const BbOptions *options, guint index);
void bb_work_clear (BbWork *work);
BbRender *bb_work_new_render (const BbWork *work, const BbOptions *options, GError **error);
void bb_work_take_made (BbWork *work, BbRender *render, gboolean done);
char *bb_work_describe_failure (const BbWork *work, const GError *error);
char *bb_work_describe_other_names (const BbWork *work);

G_END_DECLS
