/* bb-render-private.h: a render, as the files that make it know it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-render.h"

#include "bb-segment-folder.h"
#include "bb-worker.h"
#include "media/bb-sink.h"

G_BEGIN_DECLS

struct _BbRender {
  char *input;
  char *output;
  BbRecipe *recipe;
  gboolean overwrite;
  gboolean fresh;
  guint n_workers; /* 0: automatic */
  BbRenderProgressFunc progress;
  gpointer progress_data;
  BbGate *gate;

  GMutex lock;
  GCond changed; /* a segment is done, or a worker has ended */
  BbRenderStats stats;
  GPtrArray *notices;
  char *shortfall;
  gint64 last_progress;
  GHashTable *done; /* of BbSegment by number: what is made and not joined */
  guint n_done;     /* segments that are made, joined or not */

  /* of a run */
  gint64 start_time;
  double paused_before;     /* seconds of pause before the start */
  const BbEncoder *encoder; /* the one that was chosen */
  BbEncoderPins pins;
  char *plan;            /* (nullable): folder of a plan that this render is a part of */
  char *planned_encoder; /* (nullable) */
  GArray *missing;       /* (nullable): segments that a join lacks */
  char *name;            /* of the target, for people */
  GStrv devices;         /* their ids */
  BbSourceInfo info;
  guint batch; /* of the first worker; 0 before */
  BbSource *source;
  BbEngine *engine;
  BbVideoEncoder *first_encoder;
  BbSink *sink;
  BbSegmentFolder *folder;
  GPtrArray *found; /* segments that were there already */
  BbWorkerJob job;
  BbSchedule *schedule;
  GCancellable *cancellable;
};

/**
 * BbRenderParts:
 * @BB_RENDER_PICTURE: makes segments
 * @BB_RENDER_TARGET: joins them
 *
 * What a process does of a render.
 */
typedef enum {
  BB_RENDER_PICTURE = 1 << 0,
  BB_RENDER_TARGET = 1 << 1,
} BbRenderParts;

void bb_render_add_notice (BbRender *render, char *text);
gboolean bb_render_open (BbRender *render, BbRenderParts parts, GCancellable *cancellable,
                         GError **error);
void bb_render_close (BbRender *render, GCancellable *cancellable);
gboolean bb_render_open_folder (BbRender *render, GCancellable *cancellable, GError **error);
gboolean bb_render_make (BbRender *render, guint first, guint end, GCancellable *cancellable,
                         GError **error);
gboolean bb_render_check_space (BbRender *render, guint n_joined, GError **error);
BbWorker *bb_render_new_worker (BbRender *render, guint number, const BbRun *run,
                                GCancellable *cancellable, GError **error);
void bb_render_set_missing (BbRender *render, guint index, GError **error);
void bb_render_begin (BbRender *render);
void bb_render_end (BbRender *render, gboolean done, GCancellable *cancellable, GError **error);

G_END_DECLS
