/* bb-shuttle.h: playing forth and back at several speeds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-player.h"

G_BEGIN_DECLS

#define BB_TYPE_SHUTTLE (bb_shuttle_get_type ())
G_DECLARE_FINAL_TYPE (BbShuttle, bb_shuttle, BB, SHUTTLE, GObject)

BbShuttle *bb_shuttle_new (BbPlayer *player);
void bb_shuttle_press (BbShuttle *self, int direction);
int bb_shuttle_get_speed (BbShuttle *self);

G_END_DECLS
