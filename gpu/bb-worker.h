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
 * BbWorkerJob:
 * @setup: what encodes; its encoder may be `none`
 * @table: where segments may begin
 * @end: time in the source's time base from which on frames are left out
 * @cut_end: when the last frame is shown no more at the latest, in the source's time base
 * @trim_start: start of the trim, nanoseconds from the source's start
 * @trim_end: its end; -1 is the source's
 * @folder: (nullable): where segments go; %NULL where nothing is encoded
 * @memory: where the encoder takes frames
 * @gate: (nullable): pauses the workers while it is closed
 * @done: called with each segment that is whole, on any thread
 * @progressed: called after each frame, on any thread
 * @user_data: data for the functions
 *
 * What all workers of a render have in common.
 */
typedef struct {
  BbEncoderSetup setup;
  BbSegmentTable table;
  gint64 end;
  gint64 cut_end;
  gint64 trim_start;
  gint64 trim_end;
  const char *folder;
  BbMemory memory;
  BbGate *gate;
  void (*done) (BbSegment *segment, gpointer user_data);
  void (*progressed) (BbWorker *worker, const BbPipelineStats *stats, gpointer user_data);
  gpointer user_data;
} BbWorkerJob;

BbWorker *bb_worker_new (const BbWorkerJob *job, BbSource *source, BbEngine *engine,
                         BbVideoEncoder *encoder);
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
