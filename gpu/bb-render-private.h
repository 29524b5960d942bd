/* bb-render-private.h: a render, as the files that make it know it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-render.h"

#include "bb-ramp.h"
#include "bb-segment-folder.h"
#include "bb-worker.h"
#include "media/bb-sink.h"

G_BEGIN_DECLS

/**
 * BbRenderOutput:
 *
 * One target of a render.
 */
typedef struct {
  BbRender *render;
  guint number;
  char *path; /* (nullable): the target; under the render's lock once it runs */
  char *name; /* (nullable): of the target, for people */
  BbRecipe *recipe;

  /* Under the render's lock. */
  BbRenderOutputStats stats;
  GHashTable *done; /* of BbSegment by number: what is made and not joined */
  GHashTable *made; /* numbers of segments that are made, joined or not */
  guint n_corrupt;

  /* of a run */
  const BbEncoder *encoder; /* the one that was chosen */
  BbEncoderPins pins;
  BbVideoEncoder *first_encoder;
  BbSink *sink;
  BbSegmentFolder *folder;
  GPtrArray *found; /* segments that were there already */

  /* of the join */
  guint next;     /* the segment that is joined next; NONE: all are */
  gint64 begin;   /* where it must begin; G_MININT64: wherever it does */
  guint n_tries;  /* times that it was made once more */
  guint n_joined; /* segments */
} BbRenderOutput;

G_STATIC_ASSERT (BB_RENDER_MAX_OUTPUTS == BB_ENGINE_MAX_OUTPUTS);

/** How often it is looked at whether one worker more is worth it, in microseconds. */
#define BB_RENDER_LOOK_INTERVAL (G_USEC_PER_SEC / 4)

struct _BbRender {
  char *input;
  BbRenderOutput output[BB_ENGINE_MAX_OUTPUTS];
  guint n_outputs;
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

  /* of a run */
  gint64 start_time;
  double paused_before;  /* seconds of pause before the start */
  char *plan;            /* (nullable): folder of a plan that this render is a part of */
  char *planned_encoder; /* (nullable) */
  GArray *missing;       /* (nullable): segments that a join lacks */
  GStrv devices;         /* their ids */
  BbSourceInfo info;
  guint batch; /* of the first worker; 0 before */
  BbSource *source;
  BbEngine *engine;
  BbWorkerJob job;
  BbSchedule *schedule;
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

/**
 * BbRenderMake:
 *
 * What makes the segments of a render.
 */
typedef struct {
  BbRender *render;
  GCancellable *cancellable; /* of the workers */
  GPtrArray
    *workings;     /* of Working, owned; added to by the caller's thread, under the render's lock */
  GError *error;   /* the first one; under the render's lock */
  gboolean closed; /* under the render's lock */
  gboolean begun;  /* the first frame is done; under the render's lock */

  BbRamp ramp;
} BbRenderMake;

void bb_render_add_notice (BbRender *render, char *text);
const BbRecipeValues *bb_render_get_values (BbRender *render);

void bb_render_output_init (BbRenderOutput *output, BbRender *render, const char *path,
                            BbRecipe *recipe);
void bb_render_output_clear (BbRenderOutput *output);
void bb_render_output_close (BbRenderOutput *output, gboolean cancelled);
void bb_render_output_add_notice (BbRenderOutput *output, char *text);
void bb_render_output_name_error (BbRenderOutput *output, GError **error);
void bb_render_output_count (BbRenderOutput *output, const BbSegment *segment);
void bb_render_output_forget (BbRenderOutput *output, const BbSegment *segment);

gboolean bb_render_open (BbRender *render, BbRenderParts parts, GCancellable *cancellable,
                         GError **error);
void bb_render_close (BbRender *render, GCancellable *cancellable);
gboolean bb_render_open_folder (BbRender *render, GCancellable *cancellable, GError **error);
gboolean bb_render_make (BbRender *render, guint first, guint end, GCancellable *cancellable,
                         GError **error);
gboolean bb_render_check_space (BbRender *render, GError **error);
gboolean bb_render_join_all (BbRenderMake *make, GCancellable *cancellable, GError **error);
gboolean bb_render_finish (BbRender *render, GCancellable *cancellable, GError **error);
gboolean bb_render_make_add_worker (BbRenderMake *make, GError **error);
void bb_render_make_look (BbRenderMake *make);
gboolean bb_render_make_is_stuck (BbRenderMake *make);
BbWorker *bb_render_new_worker (BbRender *render, guint number, const BbRun *run,
                                GCancellable *cancellable, GError **error);
void bb_render_set_missing (BbRender *render, guint index, GError **error);
void bb_render_begin (BbRender *render);
void bb_render_end (BbRender *render, gboolean done, GCancellable *cancellable, GError **error);

G_END_DECLS
