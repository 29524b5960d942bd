/* bb-look-options.h: options for the background and the logo
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

gboolean bb_look_options_set (BbRecipeValues *values, const char *background, const char *picture,
                              const char *logo_place, GError **error);

G_END_DECLS
