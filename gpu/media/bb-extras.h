/* bb-extras.h: fonts, covers and whatever else a file holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-metadata.h"

G_BEGIN_DECLS

void bb_extras_add (const BbMetadata *metadata, const AVStream *in, gboolean is_picture,
                    GPtrArray *packets);
int bb_extras_write (AVFormatContext *muxer, GPtrArray *packets);

G_END_DECLS
