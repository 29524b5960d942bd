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
 * BbCpuPlanes:
 *
 * What is made of one frame before it can be composed: its planes upright, where they are not, and
 * the blurred ones.
 */
typedef struct _BbCpuPlanes BbCpuPlanes;

BbCpuPlanes *bb_cpu_planes_new (const BbCpuWork *work);
void bb_cpu_planes_free (BbCpuPlanes *planes);

void bb_cpu_work_prepare (const BbCpuWork *work,
                       BbCpuScratch *scratch,
                       const BbFrame *in,
                       int plane,
                       BbCpuPlanes *planes);
void bb_cpu_work_compose (const BbCpuWork *work,
                          BbCpuScratch *scratch,
                          const BbFrame *in,
                          const BbCpuPlanes *planes,
                          int band,
                          int n_bands,
                          BbFrame *out);

G_END_DECLS
