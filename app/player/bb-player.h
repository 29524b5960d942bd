/* bb-player.h: plays a source through the pipeline while its recipe changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-player-types.h"

G_BEGIN_DECLS

#define BB_TYPE_PLAYER (bb_player_get_type ())
G_DECLARE_FINAL_TYPE (BbPlayer, bb_player, BB, PLAYER, GObject)

/* All functions and signals belong to the thread that made the player; the work runs on others. */

BbPlayer *bb_player_new (void);

void bb_player_open_async (BbPlayer *self, GFile *file, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);
gboolean bb_player_open_finish (BbPlayer *self, GAsyncResult *result, GError **error);
void bb_player_preload (BbPlayer *self, GFile *file);
void bb_player_close (BbPlayer *self);
GFile *bb_player_get_file (BbPlayer *self);
const BbPlayerSource *bb_player_get_source (BbPlayer *self);

const BbPlayerSettings *bb_player_get_settings (BbPlayer *self);
void bb_player_set_settings (BbPlayer *self, const BbPlayerSettings *settings);

void bb_player_play (BbPlayer *self);
void bb_player_pause (BbPlayer *self);
void bb_player_set_rate (BbPlayer *self, double rate);
gboolean bb_player_get_playing (BbPlayer *self);
void bb_player_seek (BbPlayer *self, gint64 time);
void bb_player_step (BbPlayer *self, int frames);
gint64 bb_player_get_position (BbPlayer *self);

BbPicture *bb_player_get_picture (BbPlayer *self);
BbPicture *bb_player_get_compared (BbPlayer *self);
void bb_player_get_stats (BbPlayer *self, BbPlayerStats *stats);

G_END_DECLS
