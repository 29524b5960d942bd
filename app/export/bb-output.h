/* bb-output.h: what kind of file is made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/**
 * BbOutputCodec:
 * @BB_OUTPUT_H264: H.264
 * @BB_OUTPUT_HEVC: HEVC
 * @BB_OUTPUT_AV1: AV1
 * @BB_OUTPUT_LOSSLESS: FFV1
 * @BB_OUTPUT_N_CODECS: how many there are
 *
 * What people choose between. A recipe has a codec and an encoder, which may be of another codec.
 */
typedef enum {
  BB_OUTPUT_H264,
  BB_OUTPUT_HEVC,
  BB_OUTPUT_AV1,
  BB_OUTPUT_LOSSLESS,
  BB_OUTPUT_N_CODECS,
} BbOutputCodec;

/**
 * BbOutputState:
 * @BB_OUTPUT_UNTESTED: it was not tried yet
 * @BB_OUTPUT_USABLE: it can be used
 * @BB_OUTPUT_UNUSABLE: it cannot
 *
 * What is known of an encoder on this machine.
 */
typedef enum {
  BB_OUTPUT_UNTESTED,
  BB_OUTPUT_USABLE,
  BB_OUTPUT_UNUSABLE,
} BbOutputState;

const char *const *bb_output_get_containers (void);
BbOutputCodec bb_output_get_codec (const BbRecipeValues *values);
void bb_output_set_codec (BbRecipeValues *values, BbOutputCodec codec);
void bb_output_set_encoder (BbRecipeValues *values, const char *name);
GPtrArray *bb_output_list_encoders (BbOutputCodec codec, const char *device);
const BbEncoder *bb_output_find_encoder (const BbRecipeValues *values, const char *container);
gboolean bb_output_takes (const char *container, BbOutputCodec codec);
void bb_output_settle (BbRecipeValues *values, const char *container);
gboolean bb_output_check_size (const BbRecipeValues *values, GError **error);
BbOutputState bb_output_check_encoder (const BbEncoder *encoder, const char *device,
                                       const char **problem);
void bb_output_test_encoders_async (GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean bb_output_test_encoders_finish (GAsyncResult *result);

G_END_DECLS
