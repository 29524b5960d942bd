/* bb-playback.h: the threads behind a player
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-player-types.h"

G_BEGIN_DECLS

typedef struct _BbPlayback BbPlayback;

/**
 * BbPlaybackNews:
 * @picture: (nullable): a picture that is new, else %NULL
 * @compared: (nullable): the source alone at the same instant, where that is asked for
 * @position: nanoseconds from the source's start
 * @playing: whether it plays
 * @ended: whether it came to the end and stopped
 * @error: (nullable): why it stopped, or what is left out of the picture
 *
 * What happened since the last look.
 */
typedef struct {
  BbPicture *picture;
  BbPicture *compared;
  gint64 position;
  gboolean playing;
  gboolean ended;
  GError *error;
} BbPlaybackNews;

/**
 * BbPlaybackFunc:
 * @user_data: data of bb_playback_start()
 *
 * Called on the owner's thread when there is news.
 */
typedef void (*BbPlaybackFunc) (gpointer user_data);

BbPlayback *bb_playback_open (const char *path, GError **error);
gboolean bb_playback_start (BbPlayback *self, BbPlaybackFunc func, gpointer user_data,
                            GError **error);
void bb_playback_close (BbPlayback *self);
void bb_playback_wait (BbPlayback *self);
BbPlayback *bb_playback_ref (BbPlayback *self);
void bb_playback_unref (BbPlayback *self);
const BbPlayerSource *bb_playback_get_source (BbPlayback *self);

void bb_playback_set_settings (BbPlayback *self, const BbPlayerSettings *settings);

void bb_playback_play (BbPlayback *self);
void bb_playback_pause (BbPlayback *self);
void bb_playback_set_rate (BbPlayback *self, double rate);
gboolean bb_playback_is_playing (BbPlayback *self);
gint64 bb_playback_seek (BbPlayback *self, gint64 time);
void bb_playback_step (BbPlayback *self, int frames);

void bb_playback_take_news (BbPlayback *self, BbPlaybackNews *news);
void bb_playback_get_stats (BbPlayback *self, BbPlayerStats *stats);

G_END_DECLS
