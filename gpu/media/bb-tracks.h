/* bb-tracks.h: everything of a file besides its picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"
#include "bb-source.h"

#include <libavformat/avformat.h>

G_BEGIN_DECLS

typedef struct _BbTracks BbTracks;

BbTracks *bb_tracks_new (BbSource *source, const BbRecipe *recipe, AVFormatContext *muxer,
                         GPtrArray *notices, GCancellable *cancellable, GError **error);
void bb_tracks_free (BbTracks *tracks);
int bb_tracks_write_until (BbTracks *tracks, gint64 time, GCancellable *cancellable);
int bb_tracks_finish (BbTracks *tracks, GCancellable *cancellable);
int bb_tracks_forgive (BbTracks *tracks, int result);

G_END_DECLS
