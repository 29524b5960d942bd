/* bb-encoder.h: which encoder, and what it gets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"
#include "bb-source.h"

G_BEGIN_DECLS

/**
 * BbEncoder:
 * @name: FFmpeg's name, such as `libx264`
 * @codec: what it makes
 * @deep: whether it takes 10 bit
 * @on_gpu: whether it is an NVIDIA GPU's
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
  gboolean on_gpu;
  const char *quality_option;
  int quality_min;
  int quality_max;
  int quality;
  const char *preset;
} BbEncoder;

/**
 * BbEncoderInput:
 * @format: format of the frames, interleaved where @memory is the device's
 * @memory: where the encoder takes them
 * @tone_map: whether the source must be tone-mapped for them
 *
 * What an encoder gets.
 */
typedef struct {
  BbFormat format;
  BbMemory memory;
  gboolean tone_map;
} BbEncoderInput;

/**
 * BbEncoderPins:
 * @threads: threads that it encodes with
 *
 * What the bytes of an encoder depend on besides its settings: with the same pins it makes the same
 * bytes of the same frames again.
 */
typedef struct {
  int threads;
} BbEncoderPins;

GPtrArray *bb_encoder_list (void);
GStrv bb_encoder_get_presets (const BbEncoder *encoder);
const BbEncoder *bb_encoder_choose (const BbRecipe *recipe, GError **error);
const BbEncoder *bb_encoder_choose_on_gpu (const BbRecipe *recipe);
int bb_encoder_get_threads (const BbEncoder *encoder);
gboolean bb_encoder_check_container (const BbEncoder *encoder, const char *path, GError **error);
gboolean bb_encoder_check (const BbEncoder *encoder, BbDevice *device, GError **error);
gboolean bb_encoder_get_input (const BbEncoder *encoder, const BbRecipe *recipe,
                               const BbSourceInfo *source, BbMemory memory, BbEncoderInput *input,
                               GError **error);

G_END_DECLS
