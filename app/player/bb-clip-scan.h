/* bb-clip-scan.h: what a timeline shows of a clip besides pictures: how loud it is, and where it is cut
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-player-types.h"

G_BEGIN_DECLS

/* Peaks a second. */
#define BB_PEAKS_RATE 100

/**
 * BbPeak:
 * @low: least sample of both channels
 * @high: greatest one
 *
 * The samples of a hundredth of a second; 32767 is full scale, and what is beyond it.
 */
typedef struct {
  gint16 low;
  gint16 high;
} BbPeak;

/**
 * BbClipScanFlags:
 * @BB_CLIP_SCAN_PEAKS: peaks of the sound, where there is any
 * @BB_CLIP_SCAN_CUTS: cuts, after that: every frame is decoded for them
 *
 * What is looked for.
 */
typedef enum { BB_CLIP_SCAN_PEAKS = 1 << 0, BB_CLIP_SCAN_CUTS = 1 << 1 } BbClipScanFlags;

/**
 * BbClipScanFuncs:
 * @peaks: takes peaks, in order: @first is the number of the first one
 * @cut: takes a cut, in order: when the frame is shown that begins another shot, nanoseconds from the
 *   source's start
 *
 * Who takes what is found, in the main context of the caller.
 */
typedef struct {
  void (*peaks) (guint first, const BbPeak *peaks, guint n, gpointer user_data);
  void (*cut) (gint64 time, gpointer user_data);
} BbClipScanFuncs;

void bb_clip_scan_async (GFile *file, const BbPlayerSource *source, BbClipScanFlags flags,
                         const BbClipScanFuncs *funcs, gpointer func_data,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean bb_clip_scan_finish (GAsyncResult *result, GError **error);

G_END_DECLS
