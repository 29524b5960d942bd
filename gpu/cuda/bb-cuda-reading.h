/* bb-cuda-reading.h: what kernels still read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-cuda-memory.h"

G_BEGIN_DECLS

void bb_cuda_reading_add (GQueue *reading, gpointer data, GDestroyNotify destroy,
                          BbCudaEvent *read);
gboolean bb_cuda_reading_release (GQueue *reading, guint n_left, GError **error);

G_END_DECLS
