/* bb-cuda-test.h: batches on a GPU and on the processor, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"
#include "cuda/bb-cuda-memory.h"

#include <libavutil/buffer.h>

G_BEGIN_DECLS

/* Kernels on the processor take ten times as long under sanitizers: then part of the cases must do. */
#if defined(__SANITIZE_ADDRESS__)
#define BB_CUDA_TEST_PART 5
#else
#define BB_CUDA_TEST_PART 1
#endif

/**
 * BbCudaTestCase:
 * @source: format of the source
 * @target: format of the finished frames
 * @orientation: how the source is turned
 * @aspect: its sample aspect ratio
 * @n_frames: frames of the batch
 * @values: the look
 */
typedef struct {
  BbFormat source;
  BbFormat target;
  BbOrientation orientation;
  double aspect;
  guint n_frames;
  BbRecipeValues values;
} BbCudaTestCase;

BbDevice *bb_cuda_test_open (void);
BbFormat bb_cuda_test_format (int width, int height, int depth, int shift_x, int shift_y);
void bb_cuda_test_random_look (BbCudaTestCase *c, GRand *rand);
BbPlan *bb_cuda_test_plan (const BbCudaTestCase *c);
BbFrame *bb_cuda_test_frame (const BbFormat *format, guint32 seed);
BbBatch *bb_cuda_test_run (BbDevice *device, const BbCudaTestCase *c, GError **error);
int bb_cuda_test_difference (const BbFrame *a, const BbFrame *b);
BbFrame *bb_cuda_test_decode (BbCudaContext *context, const BbFormat *format, guint32 seed);
BbFrame *bb_cuda_test_surface (AVBufferRef *frames, const BbFrame *frame);
void bb_cuda_test_compare (BbDevice *card, BbDevice *cpu, const BbCudaTestCase *c, int most);

G_END_DECLS
