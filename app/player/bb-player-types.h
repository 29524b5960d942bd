/* bb-player-types.h: what a player and its threads have in common: settings, source, figures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-time.h"
#include "blurbox.h"

G_BEGIN_DECLS

/**
 * BbPlayerStats:
 * @frames_per_second: frames that the device finished a second, over the last second
 * @batches_per_second: batches that it finished a second
 * @decode_ms: milliseconds a frame took to read and decode
 * @effect_ms: milliseconds a frame took on the device
 * @display_ms: milliseconds a frame took to turn into R'G'B' and hand over
 * @dropped: frames that came too late to be shown since playing began
 * @shown: frames shown since playing began
 * @memory: bytes in use, of the device where it has its own memory, else of the process
 * @batch: frames a batch in use
 * @device: the device's name, for people
 * @gpu_decodes: whether frames come from a GPU's decoder
 * @decode_notice: why the processor decodes although a GPU should, a sentence; else empty
 *
 * The figures of the Performance group.
 */
typedef struct {
  double frames_per_second;
  double batches_per_second;
  double decode_ms;
  double effect_ms;
  double display_ms;
  guint64 dropped;
  guint64 shown;
  guint64 memory;
  int batch;
  char device[96];
  gboolean gpu_decodes;
  char decode_notice[512];
} BbPlayerStats;

/**
 * BbPlayerSource:
 * @width: columns of the upright picture in square pixels
 * @height: rows of it
 * @start: instant that all its times are counted from, nanoseconds
 * @duration: nanoseconds
 * @frame_duration: nanoseconds a frame on average; 0 where unknown
 * @grid: when its frames are shown
 * @has_audio: whether there is sound
 * @hdr: whether it is PQ or HLG
 * @codec: name of the video codec
 *
 * What the window needs to know of the file that is open.
 */
typedef struct {
  int width;
  int height;
  gint64 start;
  gint64 duration;
  gint64 frame_duration;
  BbTimeGrid grid;
  gboolean has_audio;
  gboolean hdr;
  char codec[32];
} BbPlayerSource;

/**
 * BbPlayerSettings:
 * @recipe: (nullable): what to show; without one there is no picture. From the next picture on: nothing
 *   of an older recipe is shown after one of a newer one, and playing goes on
 * @width: device pixels in a row that there is room for. Pictures have the canvas' shape, as large as
 *   fits, and are never larger than the canvas; 0 is the canvas' size
 * @height: device pixels in a column
 * @compare: whether bb_player_get_compared() is wanted, which costs time
 * @gain: how much the difference between FP16 and FP32 is amplified that is shown in place of the
 *   picture: each frame is made in both, and `difference` of the picture has the figures. 0 shows the
 *   picture
 * @loop: whether playing goes on at the trim's start when it reaches the end
 * @muted: whether sound is not to be heard; its time goes on
 * @quieter: by how much sound is quieter than in the file, as on a slider: 0 is as loud, 1 is silence
 * @present_options: (nullable): what is shown as it is; stays valid as long as the program runs
 *
 * What is wanted of a player, whichever file is open.
 */
typedef struct {
  BbRecipe *recipe;
  int width;
  int height;
  gboolean compare;
  int gain;
  gboolean loop;
  gboolean muted;
  double quieter;
  const BbPresentOptions *present_options;
} BbPlayerSettings;

G_END_DECLS
