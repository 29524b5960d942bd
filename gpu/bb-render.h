/* bb-render.h: from a file to a finished file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"

G_BEGIN_DECLS

/** Workers of a render at most. */
#define BB_RENDER_MAX_WORKERS 32

/** Outputs of a render at most. */
#define BB_RENDER_MAX_OUTPUTS 8

/**
 * BbWorkerStats:
 * @frames: frames that it has made
 * @decode_seconds: time that its decoder worked
 * @effect_seconds: time that its device worked
 * @encode_seconds: time that its encoder worked
 *
 * Figures of one worker.
 */
typedef struct {
  gint64 frames;
  double decode_seconds;
  double effect_seconds;
  double encode_seconds;
} BbWorkerStats;

/**
 * BbRenderOutputStats:
 * @width: of its canvas
 * @height: of its canvas
 * @frames_before: frames that an earlier render had made
 * @video_bytes: bytes of the encoded picture so far; 0 where nothing is encoded
 * @first_bytes: bytes of its first frame, which is always a key frame
 * @encoder: name of the encoder
 *
 * Figures of one output.
 */
typedef struct {
  int width;
  int height;
  gint64 frames_before;
  gint64 video_bytes;
  gint64 first_bytes;
  char encoder[32];
} BbRenderOutputStats;

/**
 * BbRenderStats:
 * @frames: frames that left the last stage; those of several outputs that are of one instant are one
 * @total_frames: frames that are expected; 0 where unknown
 * @batches: batches that the device finished
 * @seconds: wall time since the start, pauses left out
 * @decode_seconds: time the first stage worked (waiting for the next stage not counted)
 * @effect_seconds: time the device worked
 * @encode_seconds: time the last stage worked
 * @effect_cpu_seconds: processor time that the device took on the host, all threads together
 * @batch: batch size in use (memory may allow less than the recipe asks for)
 * @peak_memory: most memory that the process had resident, in bytes
 * @corrupt: packets or frames of the source that were skipped
 * @video_bytes: bytes of the encoded picture so far, of all outputs; 0 where nothing is encoded
 * @first_bytes: bytes of its first frame, which is always a key frame, of all outputs
 * @frames_before: of @frames, those that an earlier render had made, of all outputs
 * @n_workers: workers that make segments, or have made some
 * @worker: figures of each
 * @device: name of the device, such as `cpu (2 threads, x86-64-v4)`
 * @encoder: name of the first output's encoder
 *
 * Figures of a render, at any time while it runs and after it.
 */
typedef struct {
  gint64 frames;
  gint64 total_frames;
  gint64 batches;
  double seconds;
  double decode_seconds;
  double effect_seconds;
  double encode_seconds;
  double effect_cpu_seconds;
  int batch;
  guint64 peak_memory;
  guint corrupt;
  gint64 video_bytes;
  gint64 first_bytes;
  gint64 frames_before;
  guint n_workers;
  BbWorkerStats worker[BB_RENDER_MAX_WORKERS];
  char device[96];
  char encoder[32];
} BbRenderStats;

typedef struct _BbRender BbRender;

/**
 * BbRenderProgressFunc:
 * @stats: figures so far
 * @user_data: data of bb_render_set_progress()
 *
 * Called on one of the render's threads, at most ten times a second, and once at the end.
 */
typedef void (*BbRenderProgressFunc) (const BbRenderStats *stats, gpointer user_data);

BbRender *bb_render_new (const char *input, const char *output, BbRecipe *recipe,
                         gboolean overwrite);
gboolean bb_render_add_output (BbRender *render, const char *output, BbRecipe *recipe,
                               GError **error);
void bb_render_free (BbRender *render);
void bb_render_set_progress (BbRender *render, BbRenderProgressFunc func, gpointer user_data);
void bb_render_set_workers (BbRender *render, guint n_workers);
void bb_render_set_fresh (BbRender *render, gboolean fresh);
void bb_render_set_paused (BbRender *render, gboolean paused);
gboolean bb_render_run (BbRender *render, GCancellable *cancellable, GError **error);
void bb_render_get_stats (BbRender *render, BbRenderStats *stats);
guint bb_render_get_n_outputs (BbRender *render);
char *bb_render_get_output (BbRender *render);
char *bb_render_get_nth_output (BbRender *render, guint number);
void bb_render_get_nth_stats (BbRender *render, guint number, BbRenderOutputStats *stats);
const char *bb_render_get_shortfall (BbRender *render);
GStrv bb_render_get_notices (BbRender *render);
gboolean bb_render_discard (const char *output);
char *bb_render_get_cache_folder (void);

gboolean bb_render_plan (BbRender *render, const char *folder, guint *n_segments,
                         GCancellable *cancellable, GError **error);
BbRender *bb_render_new_from_plan (const char *folder, const BbRecipe *local, GError **error);
gboolean bb_render_run_segments (BbRender *render, guint first, guint last,
                                 GCancellable *cancellable, GError **error);
gboolean bb_render_join (BbRender *render, GArray **missing, GCancellable *cancellable,
                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbRender, bb_render_free)

G_END_DECLS
