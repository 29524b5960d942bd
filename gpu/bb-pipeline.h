/* bb-pipeline.h: source to device to consumer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-engine.h"
#include "bb-gate.h"
#include "media/bb-source.h"

G_BEGIN_DECLS

/**
 * BbPipelineStats:
 * @frames: source frames whose finished frames the consumer got
 * @batches: batches that the device finished
 * @batch: frames a batch, fewer than were asked for where the device ran out of memory
 * @decode_seconds: time that reading and decoding took
 * @effect_seconds: time that the device took
 * @consume_seconds: time that the consumer took
 *
 * Figures of a pipeline.
 */
typedef struct {
  gint64 frames;
  gint64 batches;
  guint batch;
  double decode_seconds;
  double effect_seconds;
  double consume_seconds;
} BbPipelineStats;

/**
 * BbPipelineReadFunc:
 * @source: where frames come from
 * @user_data: data of bb_pipeline_run()
 * @cancellable: cancelled as well when another stage fails
 * @error: return location for an error
 *
 * Reads the next frame that is wanted, on the first stage's thread.
 *
 * Returns: (transfer full) (nullable): a frame; %NULL without an error is the end
 */
typedef BbFrame *(*BbPipelineReadFunc) (BbSource *source, gpointer user_data,
                                        GCancellable *cancellable, GError **error);

/**
 * BbPipelineFunc:
 * @frames: (array): what was made of a source frame, a finished frame of each output in their order;
 *   valid until the function returns
 * @stats: figures so far
 * @user_data: data of bb_pipeline_run()
 * @cancellable: cancelled as well when another stage fails
 * @error: return location for an error
 *
 * Takes the frames in order, on the thread that runs the pipeline.
 *
 * Returns: %FALSE with an error ends the pipeline
 */
typedef gboolean (*BbPipelineFunc) (BbFrame *const *frames, const BbPipelineStats *stats,
                                    gpointer user_data, GCancellable *cancellable, GError **error);

gboolean bb_pipeline_run (BbSource *source, BbPipelineReadFunc read, BbEngine *engine,
                          const BbMemory *memory, BbPipelineFunc func, gpointer user_data,
                          BbPipelineStats *stats, BbGate *gate, GCancellable *cancellable,
                          GError **error);

G_END_DECLS
