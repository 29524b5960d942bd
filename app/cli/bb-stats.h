/* bb-stats.h: figures of renders as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

typedef struct _BbStats BbStats;

/**
 * BbStatsOutput:
 * @path: (nullable): path of the file made
 * @bytes: its size; -1 where it was not made
 * @figures: figures of the output
 *
 * What was made by a render.
 */
typedef struct {
  char *path;
  gint64 bytes;
  BbRenderOutputStats figures;
} BbStatsOutput;

BbStats *bb_stats_new (void);
void bb_stats_free (BbStats *stats);
void bb_stats_add (BbStats *stats, const char *input, const BbStatsOutput *outputs, guint n_outputs,
                   const BbRenderStats *figures, const char *const *notices, const char *failure);
char *bb_stats_to_json (const BbStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbStats, bb_stats_free)

G_END_DECLS
