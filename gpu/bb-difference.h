/* bb-difference.h: how far two pictures are apart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"

G_BEGIN_DECLS

/**
 * BbDifference:
 * @largest: largest difference of a sample, in codes, of any plane
 * @peak: largest code that there is: 255 at 8 bit
 * @psnr: peak signal-to-noise ratio of all samples of all planes, in dB; %INFINITY where they are equal
 * @plane_largest: largest difference of each plane, in codes
 * @plane_psnr: peak signal-to-noise ratio of each plane, in dB
 *
 * How far two frames are apart.
 */
typedef struct {
  int largest;
  int peak;
  double psnr;
  int plane_largest[BB_N_PLANES];
  double plane_psnr[BB_N_PLANES];
} BbDifference;

void bb_difference_measure (const BbFrame *a, const BbFrame *b, BbDifference *difference);
void bb_difference_draw (const BbFrame *a, const BbFrame *b, int gain, guint8 *pixels,
                         gsize stride);

G_END_DECLS
