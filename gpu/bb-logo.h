/* bb-logo.h: the logo over each frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-plan.h"

G_BEGIN_DECLS

gboolean bb_logo_make (const BbRecipeValues *values, const BbFormat *target,
                       BbLogoPlane logo[BB_N_PLANES], GError **error);

G_END_DECLS
