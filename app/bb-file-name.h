/* bb-file-name.h: what a file is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *bb_file_get_name (GFile *file);

G_END_DECLS
