/* bb-tune-measure.h: how fast a device is with batches of each size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-engine.h"
#include "bb-tune-point.h"

G_BEGIN_DECLS

gboolean bb_tune_measure (BbEngine *engine, const BbSourceInfo *source, const BbRecipe *recipe,
                          const BbFormat *target, BbFrame *const *frames, guint n_frames,
                          BbTunePoint points[BB_TUNE_N_POINTS], BbTuneFunc progress,
                          gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
