/* bb-worker.h: makes segments, with a decoder and a device of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-engine.h"
#include "bb-gate.h"
#include "bb-pipeline.h"
#include "bb-schedule.h"
#include "bb-segment-table.h"
#include "media/bb-video-encoder.h"

G_BEGIN_DECLS

typedef struct _BbWorker BbWorker;

/**
 * BbWorkerOutput:
 * @setup: what encodes; its encoder may be `none`
 * @folder: (nullable): where segments go; %NULL where nothing is encoded
 * @memory: where the encoder takes frames
 *
 * One of the targets that workers make segments of.
 */
typedef struct {
  BbEncoderSetup setup;
  const char *folder;
  BbMemory memory;
} BbWorkerOutput;

/**
 * BbWorkerJob:
 * @output: what is made of each frame
 * @n_outputs: how many, 1 to %BB_ENGINE_MAX_OUTPUTS
 * @table: where segments may begin, those of all outputs
 * @end: time in the source's time base from which on frames are left out
 * @cut_end: when the last frame is shown no more at the latest, in the source's time base
 * @trim_start: start of the trim, nanoseconds from the source's start
 * @trim_end: its end; -1 is the source's
 * @gate: (nullable): pauses the workers while it is closed
 * @wants: whether an output lacks a segment, asked when that begins, on any thread
 * @done: called with each segment of an output that is whole, which it takes, on any thread
 * @progressed: called after each frame, on any thread
 * @user_data: data for the functions
 *
 * What all workers of a render have in common.
 */
typedef struct {
  BbWorkerOutput output[BB_ENGINE_MAX_OUTPUTS];
  guint n_outputs;
  BbSegmentTable table;
  gint64 end;
  gint64 cut_end;
  gint64 trim_start;
  gint64 trim_end;
  BbGate *gate;
  gboolean (*wants) (guint output, guint index, gpointer user_data);
  void (*done) (guint output, BbSegment *segment, gpointer user_data);
  void (*progressed) (BbWorker *worker, const BbPipelineStats *stats, gpointer user_data);
  gpointer user_data;
} BbWorkerJob;

BbWorker *bb_worker_new (const BbWorkerJob *job, BbSource *source, BbEngine *engine,
                         BbVideoEncoder **encoders);
void bb_worker_free (BbWorker *self);
void bb_worker_abandon (BbWorker *self);
BbSource *bb_worker_get_source (BbWorker *self);
BbEngine *bb_worker_get_engine (BbWorker *self);
gboolean bb_worker_begin (BbWorker *self, const BbRun *run, GCancellable *cancellable,
                          GError **error);
gboolean bb_worker_make (BbWorker *self, BbSchedule *schedule, BbRun *run,
                         GCancellable *cancellable, GError **error);
guint bb_worker_get_unfinished (BbWorker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbWorker, bb_worker_free)

G_END_DECLS
