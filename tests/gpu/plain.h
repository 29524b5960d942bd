/* plain.h: a plan, one sample after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-plan.h"
#include "bb-frame.h"

G_BEGIN_DECLS

void plain_run (const BbPlan *plan, const BbFrame *in, BbFrame *out);

G_END_DECLS
