/* bb-cuda-program.h: a plan made ready for a GPU
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-pool.h"
#include "bb-cuda-tables.h"
#include "bb-device.h"

G_BEGIN_DECLS

/** Frames that are copied to the GPU, and whose first kernels run, together. */
#define BB_CUDA_UPLOAD_FRAMES 8

/** Steps of a ring: while one is copied to the GPU the other one is read there. */
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
 * How a frame lies in a buffer. Cr of interleaved chroma has an offset one sample beyond Cb's.
 */
typedef struct {
  gsize size;
  gsize offset[BB_N_PLANES];
  int stride[BB_N_PLANES];
} BbCudaLayout;

/**
 * BbCudaIntermediate:
 * @offset: of the group's first plane in a frame's buffer
 * @stride: bytes of a row
 * @component: bytes from Cb's plane to Cr's
 *
 * Where a small plane is kept between stages.
 */
typedef struct {
  gsize offset;
  int stride;
  gsize component;
} BbCudaIntermediate;

/**
 * BbCudaStaging:
 * @host: pinned memory
 * @device: memory of the GPU, of the same layout
 * @copied: when @host was read
 * @consumed: when @device was read
 *
 * On the way of a few frames to the GPU.
 */
typedef struct {
  BbCudaBlock *host;
  BbCudaBlock *device;
  BbCudaEvent *copied;
  BbCudaEvent *consumed;
} BbCudaStaging;

/**
 * BbCudaProgram:
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
  BbCudaIntermediate reduced[BB_CUDA_N_GROUPS];
  BbCudaIntermediate blurred[BB_CUDA_N_GROUPS];
  gsize intermediate_size;
  gboolean covered; /* by the foreground alone */

  BbCudaPool *canvases;
  gboolean registered; /* whether an encoder may know them by their address */
  BbCudaPool *intermediates; /* NULL where nothing is kept between stages */
  BbCudaPool *pinned; /* of finished frames on their way to the host; empty until one is */
  gboolean grown; /* whether @pinned was asked for all that is ever needed */
  BbCudaStaging staging[BB_CUDA_RING];
  guint next_staging;
  GQueue reading; /* frames of decoders that kernels still read */

  gatomicrefcount refs;
} BbCudaProgram;

/**
 * BbCudaOwner:
 * @program: what the frame was made with
 * @canvas: where the frame is, or will be
 * @intermediate: (nullable): what was made of the source for its background; gone once it is finished
 * @next: (nullable): what the next plan makes of the same source frame; gone once it is finished
 * @ready: (nullable): when the frame is finished
 * @last_use: (nullable): when it was read last, outside the stream of kernels
 *
 * What a frame on the GPU owns.
 */
typedef struct {
  BbCudaProgram *program;
  BbCudaBuffer *canvas;
  BbCudaBuffer *intermediate;
  BbFrame *next;
  BbCudaEvent *ready;
  BbCudaEvent *last_use;
} BbCudaOwner;

void bb_cuda_layout_init (BbCudaLayout *layout, const BbFormat *format, int alignment);
gsize bb_cuda_program_get_memory (const BbPlan *plan, guint n_frames, gboolean host_frames);

BbCudaProgram *
bb_cuda_program_new (BbCudaContext *context,
                  BbPlan *plan,
                  guint n_frames,
                  BbCudaPool *canvases,
                  GError **error);
BbCudaPool *bb_cuda_program_retire (BbCudaProgram *program);
BbCudaProgram *bb_cuda_program_ref (BbCudaProgram *program);
void bb_cuda_program_unref (BbCudaProgram *program);
gboolean bb_cuda_program_begin (BbCudaProgram *const *programs,
                             guint n_programs,
                             BbFrame *const *in,
                             guint n_frames,
                             BbFrame **begun,
                             GError **error);
gboolean bb_cuda_program_finish (BbCudaProgram *program, BbBatch *batch, GError **error);
BbBatch *bb_cuda_program_download (BbCudaProgram *program, BbBatch *batch, GError **error);
BbCudaOwner *bb_cuda_frame_get_owner (BbFrame *frame);
void bb_cuda_frame_set_last_use (BbFrame *frame, BbCudaEvent *last_use);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbCudaProgram, bb_cuda_program_unref)

/* bb-cuda-stages.c */
gboolean bb_cuda_program_read (BbCudaProgram *program,
                            BbFrame *const *in,
                            BbFrame *const *begun,
                            guint n_frames,
                            GError **error);
gboolean
bb_cuda_program_compose (BbCudaProgram *program, BbFrame *const *frames, guint n_frames, GError **error);

/* bb-cuda-transfer.c */
gboolean bb_cuda_program_stage (BbCudaProgram *program,
                             BbFrame *const *in,
                             guint n_frames,
                             BbFrame **staged,
                             BbCudaStaging **staging,
                             GError **error);

G_END_DECLS
