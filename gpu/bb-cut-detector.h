/* bb-cut-detector.h: where one shot ends and the next begins
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"

G_BEGIN_DECLS

/**
 * BbPeekFunc:
 * @user_data: data for the function
 *
 * Returns: (transfer none) (nullable): the frame after the one that is pushed; %NULL where there is
 *   none
 */
typedef const BbFrame *(*BbPeekFunc) (gpointer user_data);

#define BB_CUT_COLUMNS 32
#define BB_CUT_ROWS 18

/**
 * BbCutDetector:
 *
 * What is known of the frames before; all zeros where there are none.
 */
typedef struct {
  guint n_seen;
  double cells[BB_CUT_COLUMNS * BB_CUT_ROWS];
  double difference; /* of the last two pictures */
} BbCutDetector;

void bb_cut_detector_reset (BbCutDetector *self);
gboolean bb_cut_detector_push (BbCutDetector *self, const BbFrame *frame, BbPeekFunc peek,
                               gpointer user_data);

G_END_DECLS
