/* bb-cpu-program.h: a plan made ready for the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"
#include "bb-plan.h"

G_BEGIN_DECLS

/**
 * BbCpuProgram:
 *
 * A plan with its taps packed for this processor. Immutable; threads share it.
 */
typedef struct _BbCpuWork BbCpuProgram;

BbCpuProgram *bb_cpu_program_new (BbPlan *plan);
void bb_cpu_program_free (BbCpuProgram *program);

/**
 * BbCpuScratch:
 *
 * What a thread writes to while it works: rows and small planes, allocated once.
 */
typedef struct _BbCpuScratch BbCpuScratch;

BbCpuScratch *bb_cpu_scratch_new (const BbCpuProgram *program);
void bb_cpu_scratch_free (BbCpuScratch *scratch);

/**
 * BbCpuPlanes:
 *
 * What is made of one frame before it can be composed: its planes upright, where they are not, and
 * the blurred ones.
 */
typedef struct _BbCpuPlanes BbCpuPlanes;

BbCpuPlanes *bb_cpu_planes_new (const BbCpuProgram *program);
void bb_cpu_planes_free (BbCpuPlanes *planes);

void bb_cpu_program_prepare (const BbCpuProgram *program,
                       BbCpuScratch *scratch,
                       const BbFrame *in,
                       int plane,
                       BbCpuPlanes *planes);
void bb_cpu_program_compose (const BbCpuProgram *program,
                          BbCpuScratch *scratch,
                          const BbFrame *in,
                          const BbCpuPlanes *planes,
                          int band,
                          int n_bands,
                          BbFrame *out);

G_END_DECLS
