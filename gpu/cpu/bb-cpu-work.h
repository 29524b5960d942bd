/* bb-cpu-work.h: a plan made ready for the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"
#include "bb-plan.h"

G_BEGIN_DECLS

/**
 * BbCpuWork:
 *
 * A plan with its taps packed for this processor. Immutable; threads share it.
 */
typedef struct _BbCpuWork BbCpuWork;

BbCpuWork *bb_cpu_work_new (BbPlan *plan);
void bb_cpu_work_free (BbCpuWork *work);

/**
 * BbCpuScratch:
 *
 * What a thread writes to while it works: rows and small planes, allocated once.
 */
typedef struct _BbCpuScratch BbCpuScratch;

BbCpuScratch *bb_cpu_scratch_new (const BbCpuWork *work);
void bb_cpu_scratch_free (BbCpuScratch *scratch);

/**
 * BbCpuBlurred:
 *
 * The blurred planes of one frame.
 */
typedef struct _BbCpuBlurred BbCpuBlurred;

BbCpuBlurred *bb_cpu_blurred_new (const BbCpuWork *work);
void bb_cpu_blurred_free (BbCpuBlurred *blurred);

void bb_cpu_work_blur (const BbCpuWork *work,
                       BbCpuScratch *scratch,
                       const BbFrame *in,
                       int plane,
                       BbCpuBlurred *blurred);
void bb_cpu_work_compose (const BbCpuWork *work,
                          BbCpuScratch *scratch,
                          const BbFrame *in,
                          const BbCpuBlurred *blurred,
                          int band,
                          int n_bands,
                          BbFrame *out);

G_END_DECLS
