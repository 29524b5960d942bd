/* bb-stats.h: figures of renders as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

typedef struct _BbStats BbStats;

BbStats *bb_stats_new (void);
void bb_stats_free (BbStats *stats);
void bb_stats_add (BbStats *stats, const char *input, const char *output,
                   const BbRenderStats *figures, const char *const *notices, const char *failure);
char *bb_stats_to_json (const BbStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbStats, bb_stats_free)

G_END_DECLS
