/* bb-size-estimate.h: estimated size of exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

#define BB_TYPE_SIZE_ESTIMATE (bb_size_estimate_get_type ())
G_DECLARE_FINAL_TYPE (BbSizeEstimate, bb_size_estimate, BB, SIZE_ESTIMATE, GObject)

BbSizeEstimate *bb_size_estimate_new (void);
void bb_size_estimate_set (BbSizeEstimate *self,
                        GPtrArray *files,
                        GPtrArray *recipes,
                        const char *container);
void bb_size_estimate_stop (BbSizeEstimate *self);
char *bb_size_estimate_get_text (BbSizeEstimate *self);
gboolean bb_size_estimate_get_busy (BbSizeEstimate *self);

G_END_DECLS
