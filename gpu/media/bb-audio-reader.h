/* bb-audio-reader.h: a file's sound as one stream of samples
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BB_AUDIO_READER_CHANNELS 2

typedef struct _BbAudioReader BbAudioReader;

BbAudioReader *bb_audio_reader_new (const char *path, gint64 start, int rate,
                                    GCancellable *cancellable, GError **error);
void bb_audio_reader_free (BbAudioReader *reader);
gboolean bb_audio_reader_seek (BbAudioReader *reader, gint64 time, GError **error);
gsize bb_audio_reader_read (BbAudioReader *reader, float *samples, gsize n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbAudioReader, bb_audio_reader_free)

G_END_DECLS
