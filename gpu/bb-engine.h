/* bb-engine.h: a device with the plans of the outputs of one source
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"

G_BEGIN_DECLS

/**
 * BbEngine:
 *
 * A device with the plans of one or more outputs of one source, fitted to its memory. Render, preview,
 * auto-tune and thumbnails run pictures through it. One thread at a time uses an engine.
 */
typedef struct _BbEngine BbEngine;

/**
 * BbEngineOutput:
 * @recipe: what to make; automatic batch size and precision become the device's own
 * @target: format of the finished frames
 *
 * One of the pictures that are made of each source frame.
 */
typedef struct {
  const BbRecipe *recipe;
  BbFormat target;
} BbEngineOutput;

/** Outputs of an engine at most. */
#define BB_ENGINE_MAX_OUTPUTS 8

BbEngine *bb_engine_new (BbDevice *device);
BbEngine *bb_engine_open (const char *id, GError **error);
void bb_engine_free (BbEngine *engine);
BbDevice *bb_engine_get_device (BbEngine *engine);
gboolean bb_engine_set_outputs (BbEngine *engine, const BbSourceInfo *source,
                                const BbEngineOutput *outputs, guint n_outputs, GError **error);
guint bb_engine_get_n_outputs (BbEngine *engine);
guint64 bb_engine_get_memory_needed (BbEngine *engine, guint batch);
guint bb_engine_fit (BbEngine *engine, guint batch, guint n_engines);
gboolean bb_engine_prepare (BbEngine *engine, guint batch, GError **error);
gboolean bb_engine_shrink (BbEngine *engine, GError **error);
guint bb_engine_get_batch (BbEngine *engine);
guint bb_engine_get_part (BbEngine *engine);
guint bb_engine_get_n_pending (BbEngine *engine);
gboolean bb_engine_upload (BbEngine *engine, BbFrame *const *frames, guint n_frames,
                           GError **error);
gboolean bb_engine_run (BbEngine *engine, BbBatch **finished, GCancellable *cancellable,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbEngine, bb_engine_free)

G_END_DECLS
