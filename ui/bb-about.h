/* bb-about.h: About dialog with the versions in use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void bb_about_present (GtkWindow *window, const char *device, const char *problem);

G_END_DECLS
