/* bb-identity.h: what a render's bytes depend on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"
#include "bb-segment-table.h"
#include "media/bb-encoder.h"

G_BEGIN_DECLS

/** Group of `render.ini` that is a render's identity. */
#define BB_IDENTITY_GROUP "render"

gboolean bb_identity_write (GKeyFile *file, const char *source, const BbRecipe *recipe,
                            const BbEncoder *encoder, const BbEncoderPins *pins,
                            const char *container, BbDevice *device, const BbSegmentTable *table,
                            GError **error);
char *bb_identity_get_hash (GKeyFile *file);
gboolean bb_identity_check (GKeyFile *here, GKeyFile *there, const char **difference);

G_END_DECLS
