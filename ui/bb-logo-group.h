/* bb-logo-group.h: rows for the logo
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_LOGO_GROUP (bb_logo_group_get_type ())
G_DECLARE_FINAL_TYPE (BbLogoGroup, bb_logo_group, BB, LOGO_GROUP, AdwPreferencesGroup)

void bb_logo_group_set_editor (BbLogoGroup *self, BbEditor *editor);

G_END_DECLS
