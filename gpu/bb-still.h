/* bb-still.h: what is the same in each frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-plan.h"

G_BEGIN_DECLS

gboolean bb_still_add (BbPlan *plan, const BbRecipe *recipe, GError **error);

G_END_DECLS
