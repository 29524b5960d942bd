/* bb-sink.h: pictures, sound and everything else into a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"
#include "bb-source.h"

G_BEGIN_DECLS

typedef struct _BbSink BbSink;
typedef struct _BbDevice BbDevice;

/**
 * BbEncoder:
 * @name: FFmpeg's name, such as `libx264`
 * @codec: what it makes
 * @deep: whether it takes 10 bit
 * @on_card: whether it is an NVIDIA card's
 * @quality_option: name of the private option that @quality of the recipe sets, such as `crf`
 * @quality_min: least quality value
 * @quality_max: greatest quality value
 * @quality: quality that is used where the recipe has none
 * @preset: preset that is used where the recipe has none
 *
 * A video encoder that Blurbox knows how to drive.
 */
typedef struct {
  const char *name;
  BbCodec codec;
  gboolean deep;
  gboolean on_card;
  const char *quality_option;
  int quality_min;
  int quality_max;
  int quality;
  const char *preset;
} BbEncoder;

GPtrArray *bb_encoder_list (void);
GStrv bb_encoder_get_presets (const BbEncoder *encoder);
const BbEncoder *bb_encoder_find (const BbRecipe *recipe, const char *path, GError **error);
const BbEncoder *bb_encoder_find_on_card (const BbRecipe *recipe);
gboolean bb_encoder_check (const BbEncoder *encoder, BbDevice *device, GError **error);
gboolean bb_encoder_get_format (const BbEncoder *encoder,
                                const BbRecipe *recipe,
                                const BbSourceInfo *source,
                                BbFormat *format,
                                gboolean *tone_map,
                                GError **error);

BbSink *bb_sink_new (const char *path,
                     const BbRecipe *recipe,
                     const BbEncoder *encoder,
                     const BbFormat *format,
                     BbDevice *device,
                     BbSource *source,
                     gboolean overwrite,
                     GCancellable *cancellable,
                     GError **error);
gboolean bb_sink_write (BbSink *sink, BbFrame *frame, GCancellable *cancellable, GError **error);
gboolean bb_sink_finish (BbSink *sink, GCancellable *cancellable, GError **error);
void bb_sink_free (BbSink *sink);
void bb_sink_abandon (BbSink *sink);
const char *bb_sink_get_path (BbSink *sink);
GStrv bb_sink_get_notices (BbSink *sink);
void bb_sink_get_sizes (BbSink *sink, gint64 *video, gint64 *first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSink, bb_sink_free)

G_END_DECLS
