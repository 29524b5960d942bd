/* bb-cuda-memory.h: what a context keeps to use again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-context.h"

G_BEGIN_DECLS

void bb_cuda_memory_trim (BbCudaContext *context);
void bb_cuda_memory_clear (BbCudaContext *context);

G_END_DECLS
