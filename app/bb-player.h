/* bb-player.h: plays a source through the pipeline while its recipe changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-picture.h"
#include "bb-recipe.h"

G_BEGIN_DECLS

#define BB_TYPE_PLAYER (bb_player_get_type ())
G_DECLARE_FINAL_TYPE (BbPlayer, bb_player, BB, PLAYER, GObject)

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
 * @card_decodes: whether frames come from a card's decoder
 * @decode_notice: why the processor decodes although a card should, a sentence; else empty
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
  gboolean card_decodes;
  char decode_notice[512];
} BbPlayerStats;

/**
 * BbPlayerSource:
 * @width: columns of the upright picture in square pixels
 * @height: rows of it
 * @duration: nanoseconds
 * @frame_duration: nanoseconds a frame on average; 0 where unknown
 * @has_audio: whether there is sound
 * @hdr: whether it is PQ or HLG
 * @codec: name of the video codec
 *
 * What the window needs to know of the file that is open.
 */
typedef struct {
  int width;
  int height;
  gint64 duration;
  gint64 frame_duration;
  gboolean has_audio;
  gboolean hdr;
  char codec[32];
} BbPlayerSource;

/* All functions and signals belong to the thread that made the player; the work runs on others. */

BbPlayer *bb_player_new (void);
void bb_player_set_present_options (BbPlayer *self, const BbPresentOptions *options);

void bb_player_open_async (BbPlayer *self, GFile *file, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);
gboolean bb_player_open_finish (BbPlayer *self, GAsyncResult *result, GError **error);
void bb_player_close (BbPlayer *self);
GFile *bb_player_get_file (BbPlayer *self);
const BbPlayerSource *bb_player_get_source (BbPlayer *self);

void bb_player_set_recipe (BbPlayer *self, BbRecipe *recipe);
void bb_player_set_size (BbPlayer *self, int width, int height);
void bb_player_set_compare (BbPlayer *self, gboolean compare);
void bb_player_set_difference (BbPlayer *self, int gain);

void bb_player_play (BbPlayer *self);
void bb_player_pause (BbPlayer *self);
gboolean bb_player_get_playing (BbPlayer *self);
void bb_player_seek (BbPlayer *self, gint64 time);
void bb_player_step (BbPlayer *self, int frames);
gint64 bb_player_get_position (BbPlayer *self);
void bb_player_set_loop (BbPlayer *self, gboolean loop);
void bb_player_set_muted (BbPlayer *self, gboolean muted);

BbPicture *bb_player_get_picture (BbPlayer *self);
BbPicture *bb_player_get_compared (BbPlayer *self);
void bb_player_get_stats (BbPlayer *self, BbPlayerStats *stats);

G_END_DECLS
