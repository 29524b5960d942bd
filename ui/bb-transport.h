/* bb-transport.h: timeline and the buttons that play, step and mute
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-player.h"
#include "bb-timeline.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_TRANSPORT (bb_transport_get_type ())
G_DECLARE_FINAL_TYPE (BbTransport, bb_transport, BB, TRANSPORT, AdwBin)

void bb_transport_set_editor (BbTransport *self, BbEditor *editor);
void bb_transport_set_player (BbTransport *self, BbPlayer *player);
void bb_transport_set_clip (BbTransport *self, const BbPlayerSource *source);
BbTimeline *bb_transport_get_timeline (BbTransport *self);
void bb_transport_set_speed_text (BbTransport *self, const char *text);
gboolean bb_transport_go_to_cut (BbTransport *self, int direction);
gboolean bb_transport_is_scanning (BbTransport *self);
void bb_transport_edit_trim (BbTransport *self);

G_END_DECLS
