/* bb-prober.h: finds out what a list shows of videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"

G_BEGIN_DECLS

/** Rows of the pictures in a list. */
#define BB_PROBER_HEIGHT 108

#define BB_TYPE_PROBER (bb_prober_get_type ())
G_DECLARE_FINAL_TYPE (BbProber, bb_prober, BB, PROBER, GObject)

BbProber *bb_prober_new (BbProject *project);
gboolean bb_prober_is_busy (BbProber *self);
void bb_prober_stop (BbProber *self);

G_END_DECLS
