/* bb-leftover-page.h: what unfinished exports take on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_LEFTOVER_PAGE (bb_leftover_page_get_type ())
G_DECLARE_FINAL_TYPE (BbLeftoverPage, bb_leftover_page, BB, LEFTOVER_PAGE, AdwNavigationPage)

BbLeftoverPage *bb_leftover_page_new (const char *const *folders);

G_END_DECLS
