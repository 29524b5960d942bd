/* bb-stage.h: what takes how long, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbStage:
 * @BB_STAGE_NONE: nothing was measured
 * @BB_STAGE_DECODER: reading and decoding
 * @BB_STAGE_DEVICE: the effect, by a GPU or the CPU
 * @BB_STAGE_ENCODER: encoding and writing
 * @BB_STAGE_SCREEN: making a picture for the screen and waiting until it is due
 *
 * What a frame goes through.
 */
typedef enum {
  BB_STAGE_NONE,
  BB_STAGE_DECODER,
  BB_STAGE_DEVICE,
  BB_STAGE_ENCODER,
  BB_STAGE_SCREEN,
} BbStage;

BbStage bb_stage_find_slowest (double decode, double effect, double encode, double display);
const char *bb_stage_get_id (BbStage stage, const char *device);
const char *bb_stage_get_name (BbStage stage, const char *device);
char *bb_stage_format_time (double milliseconds);

G_END_DECLS
