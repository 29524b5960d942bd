/* bb-cuda-work.h: a plan made ready for a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-pool.h"
#include "bb-cuda-tables.h"
#include "bb-device.h"

G_BEGIN_DECLS

/** Frames that are copied to the card, and whose first kernels run, together. */
#define BB_CUDA_UPLOAD_FRAMES 8

/** Steps of a ring: while one is copied to the card the other one is read there. */
#define BB_CUDA_RING 2

/** Times the frames of a batch that there is room for on the canvas: one is worked on while the
 * other one is copied or encoded. */
#define BB_CUDA_BATCHES 2

/** Finished frames on the host that an encoder keeps while it works on others. */
#define BB_CUDA_ENCODED_FRAMES 8

/**
 * BbCudaLayout:
 * @size: bytes of a frame
 * @offset: of each plane
 * @stride: of each plane
 *
 * How a frame lies in a room. Cr of interleaved chroma has an offset one sample beyond Cb's.
 */
typedef struct {
  gsize size;
  gsize offset[BB_N_PLANES];
  int stride[BB_N_PLANES];
} BbCudaLayout;

/**
 * BbCudaKept:
 * @offset: of the group's first plane in a frame's room
 * @stride: bytes of a row
 * @component: bytes from Cb's plane to Cr's
 *
 * Where a small plane is kept between stages.
 */
typedef struct {
  gsize offset;
  int stride;
  gsize component;
} BbCudaKept;

/**
 * BbCudaStaging:
 * @host: pinned memory
 * @device: memory of the card, of the same layout
 * @copied: when @host was read
 * @consumed: when @device was read
 *
 * On the way of a few frames to the card.
 */
typedef struct {
  BbCudaBlock *host;
  BbCudaBlock *device;
  BbCudaEvent *copied;
  BbCudaEvent *consumed;
} BbCudaStaging;

/**
 * BbCudaWork:
 *
 * A plan with its tables, and with memory for batches. Frames made with it keep it alive.
 * Reference-counted.
 */
typedef struct {
  BbCudaContext *context;
  BbPlan *plan;
  guint n_frames;
  BbCudaTables tables;
  BbCudaLayout source;
  BbCudaLayout target;
  BbCudaKept reduced[BB_CUDA_N_GROUPS];
  BbCudaKept blurred[BB_CUDA_N_GROUPS];
  gsize kept_size;
  gboolean covered; /* by the foreground alone */

  BbCudaPool *canvases;
  gboolean lent; /* whether an encoder may know them by their address */
  BbCudaPool *keeps; /* NULL where nothing is kept between stages */
  BbCudaPool *pinned; /* of finished frames on their way to the host; empty until one is */
  gboolean grown; /* whether @pinned was asked for all that is ever needed */
  BbCudaStaging staging[BB_CUDA_RING];
  guint next_staging;
  GQueue reading; /* frames of decoders that kernels still read */

  gatomicrefcount refs;
} BbCudaWork;

/**
 * BbCudaOwner:
 * @work: what the frame was made with
 * @canvas: where the frame is, or will be
 * @kept: (nullable): what was made of the source for its background; gone once it is finished
 * @next: (nullable): what the next plan makes of the same source frame; gone once it is finished
 * @ready: (nullable): when the frame is finished
 * @last_use: (nullable): when it was read last, outside the stream of kernels
 *
 * What a frame on the card owns.
 */
typedef struct {
  BbCudaWork *work;
  BbCudaRoom *canvas;
  BbCudaRoom *kept;
  BbFrame *next;
  BbCudaEvent *ready;
  BbCudaEvent *last_use;
} BbCudaOwner;

void bb_cuda_layout_init (BbCudaLayout *layout, const BbFormat *format, int alignment);
gsize bb_cuda_work_get_memory (const BbPlan *plan, guint n_frames, gboolean host_frames);

BbCudaWork *
bb_cuda_work_new (BbCudaContext *context,
                  BbPlan *plan,
                  guint n_frames,
                  BbCudaPool *canvases,
                  GError **error);
BbCudaPool *bb_cuda_work_retire (BbCudaWork *work);
BbCudaWork *bb_cuda_work_ref (BbCudaWork *work);
void bb_cuda_work_unref (BbCudaWork *work);
gboolean bb_cuda_work_begin (BbCudaWork *const *works,
                             guint n_works,
                             BbFrame *const *in,
                             guint n_frames,
                             BbFrame **begun,
                             GError **error);
gboolean bb_cuda_work_finish (BbCudaWork *work, BbBatch *batch, GError **error);
BbBatch *bb_cuda_work_download (BbCudaWork *work, BbBatch *batch, GError **error);
BbCudaOwner *bb_cuda_frame_get_owner (BbFrame *frame);
void bb_cuda_frame_set_last_use (BbFrame *frame, BbCudaEvent *last_use);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbCudaWork, bb_cuda_work_unref)

/* bb-cuda-stages.c */
gboolean bb_cuda_work_read (BbCudaWork *work,
                            BbFrame *const *in,
                            BbFrame *const *begun,
                            guint n_frames,
                            GError **error);
gboolean
bb_cuda_work_compose (BbCudaWork *work, BbFrame *const *frames, guint n_frames, GError **error);

/* bb-cuda-transfer.c */
gboolean bb_cuda_work_stage (BbCudaWork *work,
                             BbFrame *const *in,
                             guint n_frames,
                             BbFrame **staged,
                             BbCudaStaging **staging,
                             GError **error);

G_END_DECLS
