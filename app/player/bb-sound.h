/* bb-sound.h: a clip's sound to the speakers, and the time that it keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbSound:
 *
 * Plays the sound of a file through PulseAudio or PipeWire on a thread of its own. No function waits
 * for the server or the file; all may be called on any thread.
 */
typedef struct _BbSound BbSound;

BbSound *bb_sound_new (const char *path, gint64 start);
void bb_sound_close (BbSound *self);
void bb_sound_prepare (BbSound *self, gint64 time);
void bb_sound_start (BbSound *self, gint64 time);
void bb_sound_stop (BbSound *self);
void bb_sound_set_volume (BbSound *self, double volume);
void bb_sound_set_muted (BbSound *self, gboolean muted);
gboolean bb_sound_get_time (BbSound *self, gint64 *time);

G_END_DECLS
