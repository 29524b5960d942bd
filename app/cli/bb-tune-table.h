/* bb-tune-table.h: what batch sizes and precisions cost, as a table for a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

char *bb_tune_table_new (const BbTune *tune);

G_END_DECLS
