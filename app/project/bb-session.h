/* bb-session.h: the project that is worked on, on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project-file.h"

G_BEGIN_DECLS

#define BB_TYPE_SESSION (bb_session_get_type ())
G_DECLARE_FINAL_TYPE (BbSession, bb_session, BB, SESSION, GObject)

BbSession *bb_session_new (GFile *folder);
const BbProjectFile *bb_session_get_left (BbSession *self);
gboolean bb_session_was_killed (BbSession *self);
const char *bb_session_get_notice (BbSession *self);
BbProjectFile *bb_session_take_left (BbSession *self);
void bb_session_remove_left (BbSession *self);
void bb_session_keep (BbSession *self);
GFile *bb_session_get_before (BbSession *self);
void bb_session_watch (BbSession *self, BbProject *project);
void bb_session_close (BbSession *self);

G_END_DECLS
