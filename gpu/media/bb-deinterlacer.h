/* bb-deinterlacer.h: frames on a GPU, deinterlaced there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device-media.h"

#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * BbDeinterlacer:
 *
 * Frames on a GPU in order, one by one; each comes out once the next one is known.
 */
typedef struct _BbDeinterlacer BbDeinterlacer;

BbDeinterlacer *bb_deinterlacer_new (const BbDeviceMedia *media, const AVFrame *like,
                                     GError **error);
void bb_deinterlacer_free (BbDeinterlacer *self);
gboolean bb_deinterlacer_accepts (BbDeinterlacer *self, const AVFrame *frame);
gboolean bb_deinterlacer_push (BbDeinterlacer *self, AVFrame *frame, AVFrame **out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbDeinterlacer, bb_deinterlacer_free)

G_END_DECLS
