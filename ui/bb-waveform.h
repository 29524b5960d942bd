/* bb-waveform.h: how loud a clip is, as a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-clip-scan.h"
#include "bb-time-range.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * BbWaveform:
 *
 * The peaks of a clip's sound, and the picture of those in view.
 */
typedef struct _BbWaveform BbWaveform;

BbWaveform *bb_waveform_new (void);
void bb_waveform_free (BbWaveform *self);
void bb_waveform_clear (BbWaveform *self);
void bb_waveform_add (BbWaveform *self, guint first, const BbPeak *peaks, guint n);
void bb_waveform_snapshot (BbWaveform *self, const BbTimeRange *range, GtkSnapshot *snapshot,
                           const graphene_rect_t *strip, const GdkRGBA *color, int scale);

G_END_DECLS
