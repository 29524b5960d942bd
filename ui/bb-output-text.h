/* bb-output-text.h: names of containers, codecs, encoders and folders, for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-output.h"

G_BEGIN_DECLS

const char *bb_output_text_container (const char *container);
const char *bb_output_text_codec (BbOutputCodec codec);
const char *bb_output_text_encoder (const BbEncoder *encoder);
const char *bb_output_text_check_name (const char *name);
char *bb_output_text_path (const char *path);
char *bb_output_text_folder (GFile *file);

G_END_DECLS
