/* bb-offer.h: asks whether exports of an earlier session go on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

void bb_offer_present (GtkWidget *window, BbQueue *queue, GPtrArray *jobs, const char *notice);

G_END_DECLS
