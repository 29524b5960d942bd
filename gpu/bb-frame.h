/* bb-frame.h: one picture and its time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BbFrame BbFrame;

/**
 * BbMemory:
 * @BB_MEMORY_HOST: host memory
 * @BB_MEMORY_DEVICE: device memory
 *
 * Where samples lie.
 */
typedef enum {
  BB_MEMORY_HOST,
  BB_MEMORY_DEVICE,
} BbMemory;

/**
 * BbFrame:
 * @memory: where the samples lie
 * @format: what the samples mean
 * @data: the first sample of each plane
 * @stride: bytes from one row to the next, of each plane
 * @pts: presentation time in the source's time base
 * @duration: how long it is shown, in the source's time base; 0 where unknown
 * @captions: (nullable): what television writes for people who do not hear, as ATSC A/53 has it
 *
 * One planar picture. Whoever made the samples owns them through @release: a
 * decoded frame keeps its decoder's buffer, a frame of a #BbFramePool goes back to the pool.
 * Reference-counted; the samples are not written to once the frame was handed on.
 */
struct _BbFrame {
  BbMemory memory;
  BbFormat format;
  guint8 *data[BB_N_PLANES];
  int stride[BB_N_PLANES];
  gint64 pts;
  gint64 duration;
  GBytes *captions;

  /*< private >*/
  gatomicrefcount refs;
  gpointer owner;
  GDestroyNotify release;
  gboolean (*wait) (gpointer owner, GError **error);
  gpointer producer; /* on whose stream a GPU's samples are written; others wait for them */
};

BbFrame *bb_frame_new_wrapped (const BbFormat *format, gpointer owner, GDestroyNotify release);
BbFrame *bb_frame_new (const BbFormat *format, GError **error);
BbFrame *bb_frame_ref (BbFrame *frame);
void bb_frame_unref (BbFrame *frame);
void bb_frame_copy_props (BbFrame *frame, const BbFrame *from);
gboolean bb_frame_wait (BbFrame *frame, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbFrame, bb_frame_unref)

/**
 * BbFramePool:
 *
 * Frames of one format that are used again when their last reference goes, so that the loop
 * allocates nothing once it runs. How many are out at once is bounded by the queues they travel in.
 */
typedef struct _BbFramePool BbFramePool;

BbFramePool *bb_frame_pool_new (const BbFormat *format);
BbFrame *bb_frame_pool_acquire (BbFramePool *pool, GError **error);
BbFramePool *bb_frame_pool_ref (BbFramePool *pool);
void bb_frame_pool_unref (BbFramePool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbFramePool, bb_frame_pool_unref)

G_END_DECLS
